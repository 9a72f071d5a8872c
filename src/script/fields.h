/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What can be named in a script: fields of control messages by their place on
 * the wire, members of structures by their offset.  Names are msg.def's and
 * peer.h's.
 */
#ifndef SCRIPT_FIELDS_H
#define SCRIPT_FIELDS_H

#include "conf/keys.h"
#include "pptp/msg.h"
#include "pptp/peer.h"

/* A field of a message: octets from `at`; `text` fields are octet strings. */
struct script_wire_field {
    const char *name;
    uint16_t at, octets;
    bool text, reserved;
};

/* A member of a structure: an unsigned integer of 1, 2, 4 or 8 octets, or a
 * char array (text). */
struct script_member {
    const char *name;
    uint16_t at, octets;
    bool text;
    bool time; /* ns: bare numbers are seconds */
};

/* What `config` and `limits` say of the peer under test. */
struct script_peer {
    struct pptp_config config;
    struct pptp_limits limits;
};

/* By the message's name: its type, 0 if there is none. */
uint16_t script_msg_type(const char *name);
/* Field i of a type, header first; NULL at the end. */
const struct script_wire_field *script_msg_field(uint16_t type, unsigned i);
const struct script_wire_field *script_msg_find(uint16_t type,
                                                const char *name);
/* A message as a plain peer would send it: header, version, sane values. */
size_t script_msg_plain(uint16_t type, uint8_t out[PPTP_MSG_MAX]);

uint64_t script_get(const uint8_t *at, unsigned octets);
void script_put(uint8_t *at, unsigned octets, uint64_t value);

extern const struct key_section script_config_section; /* of script_peer */
extern const struct key_section script_limits_section;
extern const struct script_member script_text_members[]; /* of `config` */
extern const struct script_member script_request_members[];
extern const struct script_member script_line_members[];
extern const struct script_member script_info_members[];
extern const struct script_member script_end_members[];
extern const struct script_member script_stats_members[];

const struct script_member *script_member_find(
    const struct script_member *list, const char *name);
uint64_t script_member_get(const void *base, const struct script_member *m);
/* False if the value does not fit. */
bool script_member_set(void *base, const struct script_member *m,
                       uint64_t value);

/* A word that stands for a number, as in role=pns or state names. */
bool script_word(const char *word, uint64_t *out);

#endif
