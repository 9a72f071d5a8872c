/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sd_notify's protocol: datagrams to a socket of systemd's; notify.h. */
#include "config.h"

#include "tap/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Connected, because later no socket may be made and no path opened. */
static int open_socket(const char *path)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    size_t n = path != NULL ? strlen(path) : 0;
    int fd;

    if (n < 2 || n >= sizeof a.sun_path || (*path != '/' && *path != '@'))
        return -1;
    memcpy(a.sun_path, path, n);
    if (*path == '@')
        a.sun_path[0] = 0; /* an abstract name */
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 &&
        connect(fd, (struct sockaddr *)(void *)&a,
                (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Half of WATCHDOG_USEC, if it is meant for this process. */
static pptp_ns watchdog(void)
{
    const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

    if (us == NULL || (pid != NULL && strtol(pid, NULL, 10) != getpid()))
        return 0;
    return strtoull(us, NULL, 10) * PPTP_US / 2;
}

void tap_notify_open(struct tap_notify *n, pptp_ns now)
{
    n->fd = open_socket(getenv("NOTIFY_SOCKET"));
    n->watchdog_ns = n->fd >= 0 ? watchdog() : 0;
    n->next_ns = n->watchdog_ns > 0 ? now : PPTP_NEVER;
}

void tap_notify_close(struct tap_notify *n)
{
    if (n->fd >= 0)
        close(n->fd);
    n->fd = -1;
}

void tap_notify(const struct tap_notify *n, const char *lines)
{
    /* nobody to tell if it fails */
    if (n->fd >= 0 && send(n->fd, lines, strlen(lines), MSG_NOSIGNAL) < 0)
        return;
}

void tap_notify_turn(struct tap_notify *n, pptp_ns now)
{
    if (n->next_ns > now)
        return;
    n->next_ns = now + n->watchdog_ns;
    tap_notify(n, "WATCHDOG=1");
}
