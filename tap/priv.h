/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Privileges: what needs them is opened first; then the process becomes an
 * ordinary user for good.  One thing is needed later, the file of secrets
 * when it is to be read again: a small process stays behind that can open
 * this one file, and nothing else.
 */
#ifndef TAP_PRIV_H
#define TAP_PRIV_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { TAP_FILE_MAX = 16 << 20 };

struct tap_keeper {
    int fd; /* -1: none */
    pid_t pid;
};

/*
 * The whole file, which must be a plain one that others can neither read nor
 * write; NULL, and a line in why: cause and cure.  To be wiped and freed.
 */
char *tap_secret_file(const char *path, size_t *len, char *why, size_t cap);

/* Starts the process for a path. 0, or -1 with errno. */
int tap_keeper_start(struct tap_keeper *k, const char *path);
/* As tap_secret_file. */
char *tap_keeper_read(struct tap_keeper *k, size_t *len, char *why,
                      size_t cap);
void tap_keeper_stop(struct tap_keeper *k);

/*
 * Becomes this user (NULL: stays who it is), without any capability, and
 * never gets privileges again.  -1, and a line in why.
 */
int tap_priv_drop(const char *user, char *why, size_t cap);

/* Whether the process may do what the daemon opens at its start: no
 * capability missing, or a line in why. */
int tap_priv_check(char *why, size_t cap);

/* Octets of the kernel's generator. */
uint64_t tap_random(void);

#endif
