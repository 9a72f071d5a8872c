/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pptpctrl of pptpd, and pptp of pptp-linux: GRE on one side, HDLC on a pty
 * on the other, whose end we hold instead of a pppd; wire.h.
 */
#include "config.h"

#include "wire.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "ppp/hdlc.h"

enum { FRAMES = 64, BUF = 1600, BURST_OCTETS = 40000, TRIES = 50 };

static const char stub[] = "/run/wire-line", door[] = "/run/wire-door";

static void raw(int fd)
{
    struct termios t;

    tcgetattr(fd, &t);
    cfmakeraw(&t);
    tcsetattr(fd, TCSANOW, &t);
}

/* --- pptpctrl ----------------------------------------------------------- */

int wire_line_stub(void)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    union {
        struct cmsghdr head;
        char octets[CMSG_SPACE(sizeof(int))];
    } control;
    char word = 0;
    struct iovec iov = { &word, 1 };
    struct msghdr m = { .msg_iov = &iov,
                        .msg_iovlen = 1,
                        .msg_control = &control,
                        .msg_controllen = sizeof control };
    int line = 0, fd = socket(AF_UNIX, SOCK_STREAM, 0);

    raw(line);
    strcpy(a.sun_path, door);
    control.head.cmsg_level = SOL_SOCKET;
    control.head.cmsg_type = SCM_RIGHTS;
    control.head.cmsg_len = CMSG_LEN(sizeof line);
    memcpy(CMSG_DATA(&control.head), &line, sizeof line);
    if (connect(fd, (struct sockaddr *)(void *)&a, sizeof a) < 0 ||
        sendmsg(fd, &m, 0) < 0)
        return 1;
    for (;;)
        pause();
}

static int open_door(void)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strcpy(a.sun_path, door);
    if (fd < 0 || bind(fd, (struct sockaddr *)(void *)&a, sizeof a) < 0 ||
        listen(fd, 1) < 0)
        return -1;
    return fd;
}

/* The descriptor that comes in, -1 if none does within five seconds. */
static int take_line(int at)
{
    struct pollfd p = { .fd = at, .events = POLLIN };
    union {
        struct cmsghdr head;
        char octets[CMSG_SPACE(sizeof(int))];
    } control;
    char word;
    struct iovec iov = { &word, 1 };
    struct msghdr m = { .msg_iov = &iov,
                        .msg_iovlen = 1,
                        .msg_control = &control,
                        .msg_controllen = sizeof control };
    int line = -1, fd;

    if (poll(&p, 1, 5000) != 1)
        return -1;
    fd = accept(at, NULL, NULL);
    if (recvmsg(fd, &m, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&m) != NULL)
        memcpy(&line, CMSG_DATA(&control.head), sizeof line);
    close(fd);
    return line;
}

bool wire_pptpctrl(struct wire_flow *f)
{
    char *argv[] = { "pptpctrl", "0", "0",          "0", "0", "0",
                     "0",        "5", (char *)stub, "0", NULL };
    int listener = wire_bound(wire_near_ns, SOCK_STREAM, 0, f->near, 1723);
    int gate = open_door(), tcp;
    char self[200] = { 0 };

    if (listener < 0 || listen(listener, 1) < 0 || gate < 0 ||
        readlink("/proc/self/exe", self, sizeof self - 1) < 0 ||
        symlink(self, stub) < 0)
        return false;
    /* as inetd does: it is given the connection */
    f->pid = fork();
    if (f->pid == 0) {
        tcp = accept(listener, NULL, NULL);
        dup2(tcp, 0);
        dup2(tcp, 1);
        execvp(argv[0], argv);
        _exit(127);
    }
    close(listener);
    if (!wire_peer_call(f))
        return false;
    f->line = take_line(gate);
    close(gate);
    if (f->line < 0) {
        printf("pptpctrl starts no ppp\n");
        return false;
    }
    fcntl(f->line, F_SETFL, O_NONBLOCK);
    wire_watch(f, f->pid);
    return true;
}

/* --- pptp --------------------------------------------------------------- */

bool wire_pptp(struct wire_flow *f)
{
    char *argv[] = { "pptp",
                     "10.77.0.2",
                     "--nolaunchpppd",
                     "--nohostroute",
                     "--localbind",
                     "10.77.0.6",
                     NULL };
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    int slave;

    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
        return false;
    slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    raw(slave);
    f->pid = wire_spawn(argv, slave, slave, "pptp.log");
    close(slave);
    f->line = master;
    if (!wire_peer_serve(f)) {
        wire_show("pptp.log");
        return false;
    }
    wire_watch(f, f->pid);
    return true;
}

/* --- packets ------------------------------------------------------------ */

/* Packets of a burst: they fit in the pty's buffers. */
static unsigned burst_of(size_t octets, unsigned n)
{
    size_t fit = BURST_OCTETS / octets;

    if (fit > FRAMES)
        fit = FRAMES;
    return n < fit ? n : (unsigned)fit;
}

static unsigned up(struct wire_flow *f, const uint8_t *line, size_t one,
                   unsigned n)
{
    unsigned count = 0, tries;
    size_t at = 0;

    for (tries = 0; count < n && tries < TRIES; tries++) {
        ssize_t wrote = 0;
        unsigned got;

        if (at < n * one)
            wrote = write(f->line, line + at, n * one - at);
        if (wrote > 0)
            at += (size_t)wrote;
        /* asleep it may wait for the pty's own worker */
        wire_idle(f, 200);
        got = wire_up_count(f);
        count += got;
        if (got > 0 || wrote > 0)
            tries = 0;
    }
    return count;
}

unsigned wire_line_up(struct wire_flow *f, size_t octets, unsigned n)
{
    static uint8_t line[FRAMES * PPP_HDLC_MAX(BUF)];
    uint8_t frame[BUF];
    size_t len = wire_frame(octets, frame), one;
    unsigned count = 0, sent, i;

    one = ppp_hdlc_encode(line, frame, len, 0, false);
    for (i = 1; i < FRAMES; i++)
        memcpy(line + i * one, line, one);
    for (sent = 0; sent < n; sent += i) {
        i = burst_of(octets, n - sent);
        count += up(f, line, one, i);
    }
    return count;
}

/* Whole frames that have come out of it. */
static unsigned line_count(struct wire_flow *f)
{
    static struct ppp_hdlc h;
    static uint8_t in[65536], frame[BUF + 2];
    unsigned count = 0;
    ssize_t len;

    if (h.frames == 0)
        ppp_hdlc_init(&h, 0);
    while ((len = read(f->line, in, sizeof in)) > 0) {
        size_t at = 0, used;

        while (at < (size_t)len) {
            if (ppp_hdlc_decode(&h, frame, sizeof frame, in + at,
                                (size_t)len - at, &used) > 0)
                count++;
            at += used;
        }
    }
    return count;
}

unsigned wire_line_down(struct wire_flow *f, size_t octets, unsigned n)
{
    unsigned all = 0, sent, i;

    for (sent = 0; sent < n; sent += i) {
        unsigned count = 0, tries, got;

        i = burst_of(octets, n - sent);
        wire_down(f, octets, i);
        for (tries = 0; count < i && tries < TRIES; tries++) {
            wire_idle(f, 200);
            got = line_count(f);
            count += got;
            if (got > 0)
                tries = 0;
        }
        wire_up_count(f); /* its acknowledgments */
        all += count;
    }
    return all;
}
