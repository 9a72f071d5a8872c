/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by run.c (steps and time), match.c (what came) and inject.c (what is
 * done to the peer). */
#ifndef SCRIPT_RUNNER_H
#define SCRIPT_RUNNER_H

#include "script/fields.h"
#include "script/script.h"
#include "script/world.h"

enum { NAMES_MAX = 4096, VARS_MAX = 4096, DEPTH_MAX = 8 };

struct script_name {
    const char *name;
    uint32_t ref;
    bool is_call;
    uint32_t conn; /* a call's connection */
    struct pptp_addr remote;
    uint16_t port;
    uint64_t seen[SCRIPT_CHANNELS]; /* events matched, for the hash */
};

struct runner {
    const struct script *script;
    struct script_world *world;
    const struct script_step *step;
    FILE *log; /* the time line */
    bool verbose;
    pptp_ns anchor_ns; /* when the step before really happened */
    pptp_ns start_ns;
    struct pptp_config config;
    struct pptp_limits limits;
    bool started;
    struct script_name *names;
    uint32_t names_n;
    struct script_name gre; /* stands for all tunnels */
    struct {
        const char *name;
        uint64_t value;
    } * vars;
    uint32_t vars_n;
    struct {
        uint32_t step;
        uint64_t left;
    } loop[DEPTH_MAX];
    uint32_t depth;
    uint64_t ppp; /* packets of a real peer's PPP that passed by */
    bool ppp_met; /* one of them told what a step asks for alone */
    uint8_t joined[SCRIPT_OCTETS_MAX];
    uint32_t joined_n;
    uint32_t joined_ref; /* the connection whose they are */
    const char *joined_who;
    uint64_t decisions;
    char why[600];
    char came[600];
    enum script_result result;
};

/* All give false after r->why and r->result are set. */
bool script_mistake(struct runner *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool script_failed(struct runner *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* This peer cannot be judged by this script. */
bool script_skipped(struct runner *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool script_no_peer(struct runner *r); /* why: the world knows */

struct script_name *script_name_of(struct runner *r, const char *name);
struct script_name *script_name_bind(struct runner *r, const char *name,
                                     bool is_call, uint32_t ref);

/* The number of a value: a variable must be bound. */
bool script_number(struct runner *r, const struct script_value *v, bool time,
                   uint64_t *out);
/* Whether a number is what the value says; binds a free variable. */
bool script_agrees(struct runner *r, const struct script_value *v, bool time,
                   unsigned octets, uint64_t actual);
bool script_agrees_text(const struct script_value *v, const char *actual,
                        size_t octets);
/* Sets a member from a field. */
bool script_assign(struct runner *r, void *base, const struct script_member *m,
                   const struct script_field *f);

/* inject.c: `<` and `do` */
bool script_inject(struct runner *r, const struct script_step *st);
bool script_do(struct runner *r, const struct script_step *st);

/* match.c: the channel an expectation looks at, whether an event is it, and
 * both as text */
bool script_expect_channel(struct runner *r, const struct script_step *st,
                           enum script_channel *ch);
bool script_matches(struct runner *r, const struct script_step *st,
                    const struct script_event *e);
/* Whether a GRE packet carries a PPP frame. */
bool script_carries_ppp(const struct script_event *e);
/* Whether it is what a step says but for its frame and what follows from it,
 * sequence number, length and flags. */
bool script_matches_beside_ppp(struct runner *r, const struct script_step *st,
                               const struct script_event *e);
void script_event_print(const struct runner *r, const struct script_event *e,
                        char *out, size_t cap);

#endif
