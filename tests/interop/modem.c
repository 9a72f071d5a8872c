/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * modem LINK: a modem without a telephone line, for tests of a PAC's serial
 * lines.  The port is the slave of a pseudo-terminal, LINK a symbolic link to
 * it.  Whoever is at the other end of the line has descriptors 3 (from there)
 * and 4 (to there).
 *
 * It knows AT commands as far as they matter here: D dials (a number that
 * begins with 9 is busy, 8 has nobody who answers, with 7 there is no dial
 * tone), A answers, H hangs up, +++ alone in a read leaves the data, the rest
 * is answered by OK.  SIGUSR1: it rings, each second until somebody answers;
 * SIGUSR2: the carrier is lost.  Each call and each command is told on
 * standard error.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { FAR_IN = 3, FAR_OUT = 4, CHUNK = 4096, COMMAND = 128 };

static volatile sig_atomic_t ring_due, carrier_lost;

static struct modem {
    int port;
    bool data; /* connected, and not in command mode */
    bool carrier;
    bool ringing;
    char command[COMMAND];
    size_t len;
} modem;

static void on_signal(int signal)
{
    if (signal == SIGUSR1)
        ring_due = 1;
    else
        carrier_lost = 1;
}

static void put(int fd, const void *octets, size_t n)
{
    const char *o = octets;

    while (n > 0) {
        ssize_t put = write(fd, o, n);

        if (put < 0 && errno != EINTR && errno != EAGAIN)
            return;
        if (put > 0) {
            o += put;
            n -= (size_t)put;
        }
    }
}

static void say(const char *text)
{
    put(modem.port, "\r\n", 2);
    put(modem.port, text, strlen(text));
    put(modem.port, "\r\n", 2);
}

static void begin(const char *what, const char *number)
{
    char old[CHUNK];
    int flags = fcntl(FAR_IN, F_GETFL);

    /* what was said before is not for this call */
    fcntl(FAR_IN, F_SETFL, flags | O_NONBLOCK);
    while (read(FAR_IN, old, sizeof old) > 0)
        ;
    fcntl(FAR_IN, F_SETFL, flags);
    modem.ringing = false;
    modem.data = modem.carrier = true;
    fprintf(stderr, "%s%s\n", what, number);
    say("CONNECT 33600");
}

static void end(const char *why, const char *answer)
{
    if (modem.carrier)
        fprintf(stderr, "%s\n", why);
    /* whoever rings meanwhile goes on */
    modem.data = modem.carrier = false;
    say(answer);
}

static void command(const char *at)
{
    if (at[0] == 'D') {
        at += at[1] == 'T' || at[1] == 'P' ? 2 : 1;
        if (*at == '9')
            say("BUSY");
        else if (*at == '8')
            say("NO ANSWER");
        else if (*at == '7')
            say("NO DIALTONE");
        else
            begin("dialled ", at);
    } else if (at[0] == 'A' && modem.ringing) {
        begin("answered", "");
    } else if (at[0] == 'A') {
        say("NO CARRIER");
    } else if (at[0] == 'H') {
        end("hung up", "OK");
    } else {
        say("OK");
    }
}

static void from_port(const char *o, size_t n)
{
    const char *at;
    size_t i;

    if (modem.data && n == 3 && memcmp(o, "+++", 3) == 0) {
        modem.data = false;
        say("OK");
        return;
    }
    if (modem.data) {
        put(FAR_OUT, o, n);
        return;
    }
    for (i = 0; i < n; i++) {
        if (o[i] != '\r' && modem.len < COMMAND - 1) {
            modem.command[modem.len++] = o[i];
            continue;
        }
        modem.command[modem.len] = 0;
        modem.len = 0;
        fprintf(stderr, "command %s\n", modem.command);
        at = strstr(modem.command, "AT"); /* whatever stands before it */
        if (at != NULL)
            command(at + 2);
        /* the octets behind a CONNECT are data */
        if (modem.data) {
            put(FAR_OUT, o + i + 1, n - i - 1);
            return;
        }
    }
}

static int open_port(const char *path)
{
    struct termios raw;
    int port = posix_openpt(O_RDWR | O_NOCTTY), slave;

    if (port < 0 || grantpt(port) < 0 || unlockpt(port) < 0)
        return -1;
    /* open for as long as we are: reads never tell that nobody is there */
    slave = open(ptsname(port), O_RDWR | O_NOCTTY);
    if (slave < 0 || tcgetattr(slave, &raw) < 0)
        return -1;
    cfmakeraw(&raw);
    (void)unlink(path);
    if (tcsetattr(slave, TCSANOW, &raw) < 0 ||
        symlink(ptsname(port), path) < 0)
        return -1;
    return port;
}

static void turn(void)
{
    struct pollfd p[2] = { { .fd = modem.port, .events = POLLIN },
                           { .fd = modem.data ? FAR_IN : -1,
                             .events = POLLIN } };
    const struct timespec second = { .tv_sec = 1 };
    char chunk[CHUNK];
    sigset_t none;
    ssize_t n;

    sigemptyset(&none);
    if (ring_due) {
        ring_due = 0;
        modem.ringing = true;
    }
    if (carrier_lost) {
        carrier_lost = 0;
        end("carrier lost", "NO CARRIER");
    }
    if (modem.ringing)
        say("RING");
    /* signals come here and nowhere else */
    if (ppoll(p, 2, modem.ringing ? &second : NULL, &none) < 0)
        return;
    if (p[0].revents != 0 && (n = read(modem.port, chunk, sizeof chunk)) > 0)
        from_port(chunk, (size_t)n);
    if (p[1].revents != 0 && modem.data) {
        n = read(FAR_IN, chunk, sizeof chunk);
        if (n > 0)
            put(modem.port, chunk, (size_t)n);
        else if (n == 0)
            end("the far end has gone", "NO CARRIER");
    }
}

int main(int argc, char **argv)
{
    struct sigaction a = { .sa_handler = on_signal };
    sigset_t blocked;

    if (argc != 2) {
        fputs("usage: modem LINK 3<FROM 4>TO\n", stderr);
        return 2;
    }
    modem.port = open_port(argv[1]);
    if (modem.port < 0) {
        perror(argv[1]);
        return 1;
    }
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigaddset(&blocked, SIGUSR2);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    sigaction(SIGUSR1, &a, NULL);
    sigaction(SIGUSR2, &a, NULL);
    fputs("ready\n", stderr);
    for (;;)
        turn();
}
