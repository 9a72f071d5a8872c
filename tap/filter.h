/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Filters of system calls (libseccomp): what a process that has opened
 * everything needs, and no more.  The rest fails with EPERM; calls of
 * another processor's kind end the process.  Both want no-new-privileges.
 */
#ifndef TAP_FILTER_H
#define TAP_FILTER_H

#include <stdbool.h>

/* Whether this build has them: not without libseccomp, nor under the
 * sanitizers and valgrind, which need calls of their own. */
bool tap_filter_known(void);

/*
 * For a daemon: from now on descriptors that are open can be used, new
 * connections accepted, descriptors passed, memory taken, serial lines
 * steered; no files, programs, devices, nor (but for TCP over IPv4 if
 * `connects`) new sockets.  0, or -1 with errno.
 */
int tap_filter_install(bool connects);

enum { TAP_FILTER_PATHS = 4, TAP_FILTER_SOCKETS = 2 };

/* What the keeper may name.  The texts are compared by their places: they
 * must be in memory that cannot be written, and those places be given to the
 * system calls. NULL: none. */
struct tap_filter_paths {
    const char *read[TAP_FILTER_PATHS]; /* opened with TAP_FILE_FLAGS */
    const char *device;                 /* opened with TAP_TUN_FLAGS */
    const char *unlink[TAP_FILTER_SOCKETS];
};

/* For the keeper: requests on descriptors that are open, netlink, TUNSETIFF,
 * these paths; no memory, no sockets. 0, or -1 with errno. */
int tap_filter_keeper(const struct tap_filter_paths *p);

#endif
