/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A script as it runs. */
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
    struct script_peer peer;
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

#endif
