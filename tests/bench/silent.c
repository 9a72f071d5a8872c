/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Connections that say nothing: silent ADDRESS PORT COUNT opens COUNT of
 * them, prints how many the other side took, and holds them until its
 * standard input ends.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static int silent(const struct sockaddr_in *to)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0)
        return 0;
    return connect(fd, (const struct sockaddr *)(const void *)to,
                   sizeof *to) == 0;
}

int main(int argc, char **argv)
{
    struct sockaddr_in to = { .sin_family = AF_INET };
    struct rlimit files = { .rlim_cur = 4096, .rlim_max = 4096 };
    int want, open = 0, i;
    char octet;

    if (argc != 4 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
        fputs("usage: silent ADDRESS PORT COUNT\n", stderr);
        return 2;
    }
    to.sin_port = htons((uint16_t)atoi(argv[2]));
    want = atoi(argv[3]);
    setrlimit(RLIMIT_NOFILE, &files);
    for (i = 0; i < want; i++)
        open += silent(&to);
    printf("%d\n", open);
    fflush(stdout);
    while (read(STDIN_FILENO, &octet, 1) > 0)
        ;
    return open == want ? 0 : 1;
}
