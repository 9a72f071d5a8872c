/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the configuration files of all daemons have in common: the protocol,
 * limits, control, and how PPP authenticates and encrypts.
 */
#ifndef TOOL_WORLD_CONFIG_H
#define TOOL_WORLD_CONFIG_H

#include "conf/keys.h"
#include "ppp/ppp.h"
#include "nas/pool.h"
#include "tap/control.h"
#include "tap/world.h"
#include "tool/ranges.h"
#include "tool/notes.h"

enum { MTU_DEFAULT = 1396 };

struct world_limits {
    uint32_t calls, calls_source, conns, conns_source;
    uint32_t half_open, half_open_source, rate_source, packets;
};

struct world_control {
    const struct conf_node *node;
    char *socket, *group, *metrics;
};

/* Keys that stand at the top of a daemon's file: a KEY_INLINE. */
struct world_file {
    const struct conf_node *node; /* the map of the whole file */
    uint32_t port;
    char *name, *user, *journal, *events;
    pptp_ns drain_ns;
    struct world_control control;
    struct pptp_config pptp;
    struct world_limits limits;
    struct tap_control_config control_config; /* filled, and its texts */
    char socket[64], other[80];
};
extern const struct key_section world_section;

/* Keys of a `ppp` section: a KEY_INLINE. */
struct ppp_file {
    const struct conf_node *node; /* the map of the ppp section, or NULL */
    struct key_strings auth;
    uint8_t mppe;
    bool mppe_weak, mppe_stateful, pfc, acfc;
    pptp_ns echo_ns, auth_timeout_ns;
    uint8_t echo_fails;
};
extern const struct key_section ppp_file_section;

/*
 * Fills *c, all but what is the role's: local, listens, connects, pptp.role,
 * pptp.max_channels.  `name` is the command's.
 */
int world_fill(struct world_file *f, const char *name,
               struct tap_world_config *c, struct conf_error *err);
/* Our outer addresses. */
int world_fill_local(const char *key, const struct key_strings *listen,
                     const struct conf_node *map, struct tap_world_config *c,
                     struct conf_error *err);
/* Once the role's limits are set, too. */
int world_check(const struct tap_world_config *c, const struct conf_node *map,
                struct conf_error *err);

/* What the start would miss on this machine: user, group. */
int world_check_here(const struct world_file *f, struct conf_error *err);
/* Addresses of ours that this machine does not have, for now. */
void world_note_addresses(const struct world_file *f, const char *key,
                          const uint32_t *local, uint32_t n,
                          struct notes *notes);

/* A file that a configuration names; key NULL: the configuration itself. */
struct world_path {
    const char *key, *path; /* path NULL: none */
};
/* No two of them, nor the control socket, may be one file. */
int world_check_paths(const struct world_file *f,
                      const struct world_path *paths, size_t n,
                      struct conf_error *err);

/* Defaults, then authentication (asked of the peer by a server, else given),
 * encryption, and the MRU that goes with the largest packet inside. */
int ppp_fill(const struct ppp_file *f, bool server, uint64_t mtu,
             struct ppp_config *c, struct conf_error *err);

/* "key 'x': why", at the key's place or the map's; -1. */
int config_bad(const struct conf_node *map, const char *key, const char *why,
               struct conf_error *err);

#endif
