/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client of a daemon's control socket (tap/control.h): ask, and wait. */
#ifndef TOOL_CTL_CLIENT_H
#define TOOL_CTL_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define CTL_FOLDER "/run/dialtone" /* where daemons have their sockets */

/* Exit status: the daemon refused, or is not there. */
enum { CTL_REFUSED = 1 };

struct ctl_client {
    int fd;   /* -1: not connected */
    char *in; /* what has come of an answer */
    size_t in_n, in_cap;
    json_int_t id; /* of the last request */
    char path[108];
    char why[512]; /* after a failure: one line, cause and cure */
};

/*
 * Connects to the socket at `path`; NULL: that of $DIALTONE_SOCKET, or else
 * the only one in CTL_FOLDER that a daemon serves.  0, or -1 and why.
 */
int ctl_connect(struct ctl_client *k, const char *path);
void ctl_close(struct ctl_client *k);

/*
 * The result of a method, the caller's; or NULL and why, when the daemon
 * refused or is gone.  `params` (NULL: none) is used up; `pass` is a
 * descriptor that goes with the request, or -1.
 */
json_t *ctl_ask(struct ctl_client *k, const char *method, json_t *params,
                int pass);

/* All pages of a list in one: {"calls":[...]} for method and key "calls". */
json_t *ctl_ask_all(struct ctl_client *k, const char *method);

/* Says on standard error why a request failed; CTL_REFUSED. */
int ctl_failed(const struct ctl_client *k);

#endif
