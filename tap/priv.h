/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Privileges and the files that need some: what needs privileges is opened
 * first; then the process becomes an ordinary user for good.  What needs them
 * later is done by the keeper (keeper.h).
 */
#ifndef TAP_PRIV_H
#define TAP_PRIV_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TAP_FILE_MAX = 16 << 20,
    /* how files are opened: one that is none keeps nobody waiting */
    TAP_FILE_FLAGS = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
};

/*
 * The whole file, which must be a plain one that others can neither read nor
 * write; NULL, and a line in why: cause and cure.  To be wiped and freed.
 */
char *tap_secret_file(const char *path, size_t *len, char *why, size_t cap);

/* Its two halves, for a file that is open.  Not a secret: a plain file that
 * not everybody may write.  -1, or NULL, and a line in why. */
int tap_file_check(int fd, bool secret, char *why, size_t cap);
char *tap_file_read(int fd, size_t *len, char *why, size_t cap);

/*
 * A plain file to write, its owner's alone, made if it is not there; `how`
 * adds to the flags of open(2).  The descriptor; or -1, and a line in why.
 */
int tap_own_file(const char *path, int how, char *why, size_t cap);

/*
 * Becomes this user (NULL: stays who it is), without any capability, and
 * never gets privileges again.  -1, and a line in why.
 */
int tap_priv_drop(const char *user, char *why, size_t cap);

/* Keeps of its capabilities those in `wanted` (1 << CAP_...; the first 32)
 * and never gets others; stays who it is. 0, or -1 with errno. */
int tap_priv_keep(uint32_t wanted);

/* Whether the process may do what the daemon opens at its start: no
 * capability missing, or a line in why. */
int tap_priv_check(char *why, size_t cap);

/* So many descriptors at once are to be possible. -1: the system allows
 * fewer. */
int tap_priv_files(uint64_t want);

/* In a process beside the daemon: nothing of the daemon's is held open, but
 * this and what is standard. */
void tap_priv_close_others(int but);

/* Octets of the kernel's generator. */
uint64_t tap_random(void);

#endif
