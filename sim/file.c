/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole file in memory; file.h. */
#include "config.h"

#include "sim/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads up to `room` octets; how many, or -1 with errno. */
static ssize_t read_all(int fd, char *to, size_t room)
{
    size_t have = 0;
    ssize_t n;

    while (have < room && (n = read(fd, to + have, room - have)) != 0)
        if (n > 0)
            have += (size_t)n;
        else if (errno != EINTR)
            return -1;
    return (ssize_t)have;
}

char *sim_file_read(const char *path, size_t *octets)
{
    /* without O_NONBLOCK a pipe would wait for a writer */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error;
    char *text = NULL;
    struct stat st;
    ssize_t n = -1;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0) {
        errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
        if (S_ISREG(st.st_mode))
            text = malloc((size_t)st.st_size + 1);
    }
    if (text != NULL)
        n = read_all(fd, text, (size_t)st.st_size);
    error = errno;
    close(fd);
    if (n < 0) {
        free(text);
        errno = error;
        return NULL;
    }
    text[n] = '\0';
    *octets = (size_t)n;
    return text;
}
