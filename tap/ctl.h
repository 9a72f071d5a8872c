/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A UNIX socket for people and programs on this machine: a line in, a line
 * out, within the loop.  What the lines say is the owner's (control.h).
 *
 * A client has one answer at a time: while it does not read that, nothing
 * of it is read, and after TAP_CTL_STUCK_NS without an octet it is dropped.
 * When all places are taken the client that has been silent longest makes
 * room, if that is TAP_CTL_SILENT_NS or more; else the new one is told.
 */
#ifndef TAP_CTL_H
#define TAP_CTL_H

#include <sys/types.h>

#include "base/probe.h"
#include "tap/loop.h"

enum {
    TAP_CTL_CLIENTS = 8,
    TAP_CTL_LINE = 65536, /* octets of a request */
    TAP_CTL_BACKLOG = 64  /* of connections not accepted yet */
};

#define TAP_CTL_STUCK_NS (10 * PPTP_S)
#define TAP_CTL_SILENT_NS (1 * PPTP_S)

/* X(name, unit, help) */
#define TAP_CTL_STATS(X)                                                      \
    X(clients, "clients", "clients of the control socket")                    \
    X(refused, "clients", "clients refused: too many at once")                \
    X(made_room, "clients", "silent clients closed because another one came") \
    X(stuck, "clients", "clients closed: they did not read their answer")     \
    X(too_long, "clients", "clients closed: request longer than 64 kB")       \
    X(no_memory, "clients", "clients closed: no memory for request or answer")

struct tap_ctl_stats {
    TAP_CTL_STATS(PROBE_MEMBER)
};

extern const struct probe tap_ctl_probes[];

struct tap_ctl;

struct tap_ctl_client {
    struct tap_source source; /* first member */
    struct tap_ctl *ctl;
    bool used;
    bool ends;  /* closed when `out` is written, nothing is read */
    int passed; /* a descriptor that came with the octets, -1: none; the
                 * owner may take it and set -1 while it answers */
    pid_t pid;  /* who it was when it connected */
    uid_t uid;
    pptp_ns moved_ns;    /* an octet went either way */
    char *in;            /* TAP_CTL_LINE octets, or NULL */
    size_t in_n, seen_n; /* of them were looked at for a line's end */
    size_t line_n;       /* of the first whole line; 0: none */
    char *out;           /* what is left of an answer, or NULL */
    size_t out_n, out_at;
};

struct tap_ctl {
    struct tap_source source; /* first member: the listener */
    struct tap_loop *loop;
    /* The answer to a line of n octets (a 0 follows them), without the
     * newline: malloc'ed; NULL: no memory, and the client is closed. */
    char *(*answer)(void *owner, struct tap_ctl_client *c, const char *line,
                    size_t n);
    void *owner;
    const char *busy; /* what one too many is told; NULL: nothing */
    struct tap_ctl_client client[TAP_CTL_CLIENTS];
    struct tap_ctl_stats stats;
};

/*
 * Makes the socket at `path`, for the user and, when group is not NULL, the
 * group; one that a dead daemon has left behind is replaced, and a folder
 * that is missing is made.  loop, answer, owner and busy are the caller's.
 * 0; or -1, and in why a line with cause and cure.
 */
int tap_ctl_open(struct tap_ctl *c, const char *path, const char *group,
                 char *why, size_t cap);
/* Daemons that have no socket of that name call theirs NAME-PID.sock where it
 * would be NAME.sock: those that dead ones have left behind are removed. */
void tap_ctl_tidy(const char *path);
/* `path` is removed if that is still possible; NULL: it stays. */
void tap_ctl_close(struct tap_ctl *c, const char *path);

/* When a client that does not read is dropped. */
pptp_ns tap_ctl_deadline(const struct tap_ctl *c);
void tap_ctl_advance(struct tap_ctl *c, pptp_ns now);

#endif
