/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole file in memory: platforms and profiles are read before they run. */
#ifndef SIM_FILE_H
#define SIM_FILE_H

#include <stddef.h>

/* The octets of a regular file and a zero behind them; free() them.  NULL
 * with errno set; a device or a pipe, which may have no end, is EINVAL. */
char *sim_file_read(const char *path, size_t *octets);

#endif
