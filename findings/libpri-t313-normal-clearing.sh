#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# libpri ends a call that its switch never acknowledged as "normal clearing".
#
# Packages:  libpri-dev 1.6.0-2 (Debian 12)
# Seen:      A user side that has answered (CONNECT) and gets no CONNECT
#            ACKNOWLEDGE clears the call when T313 runs out, after 4 s, with
#            DISCONNECT and cause 16, normal call clearing.
# Expected:  Cause 102, recovery on timer expiry (ITU-T Q.850 2.2.7), as that
#            is what has happened: Q.931 5.2.8 clears for T313's sake.
# Matters:   A gateway's records and a PAC's Call-Disconnect-Notify show a
#            caller who hung up; that the trunk loses messages is not to be
#            seen.  Who counts failures by cause counts none.
#
# Exit: 0 as described, 1 it has changed, 2 it could not be tried.
set -u

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM

# RELEASE PACKAGE=VERSION: unpacked in $work/RELEASE with all that it needs,
# nothing is installed
fetch()
{
    dir=$work/$1
    mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/root" &&
        : >"$dir/status" || return 1
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
        "http://deb.debian.org/debian $1 main" >"$dir/sources"
    set -- "$2" -qq -o APT::Sandbox::User=root \
        -o Dir::Etc::SourceList="$dir/sources" -o Dir::Etc::SourceParts=- \
        -o Dir::State::Status="$dir/status" -o Dir::State::Lists="$dir/lists" \
        -o Dir::Cache="$dir/cache" -o APT::Install-Recommends=false
    package=$1
    shift
    apt-get "$@" update >"$dir/log" 2>&1 &&
        apt-get "$@" -y --download-only install "$package" >>"$dir/log" 2>&1 &&
        for deb in "$dir"/cache/archives/*.deb; do
            dpkg-deb -x "$deb" "$dir/root" || return 1
        done && return
    cat "$dir/log" >&2
    return 1
}

fetch bookworm libpri-dev=1.6.0-2 || exit 2
cat >"$work/t313.c" <<'END'
/*
 * A network and a user side, back to back, in a time of our own: libpri asks
 * gettimeofday, and finds the one below.
 */
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include <libpri.h>

enum { NETWORK, USER, CONNECT = 0x07, CONNECT_ACK = 0x0f, DISCONNECT = 0x45 };

struct frames {
    unsigned char octets[16][300];
    int length[16];
    unsigned first, next;
};

static struct timeval now = { .tv_sec = 1000 };
static struct pri *side[2];
static struct frames to[2];
static long connected;

int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
    (void)zone;
    *t = now;
    return 0;
}

static int take(struct pri *pri, void *buffer, int room)
{
    struct frames *f = &to[*(int *)pri_get_userdata(pri)];
    int n;

    (void)room;
    if (f->first == f->next)
        return 0;
    n = f->length[f->first % 16];
    memcpy(buffer, f->octets[f->first++ % 16], (size_t)n);
    return n;
}

/* Two octets of address and control each, discriminator, reference, type. */
static int message(const unsigned char *frame, int n)
{
    return n > 10 && (frame[2] & 1) == 0 ? frame[6 + frame[5]] : -1;
}

static int cause(const unsigned char *frame, int n)
{
    for (int i = 7 + frame[5]; i + 3 < n; i += 2 + frame[i + 1])
        if (frame[i] == 0x08)
            return frame[i + 3] & 0x7f;
    return -1;
}

static int give(struct pri *pri, void *frame, int n)
{
    int from = *(int *)pri_get_userdata(pri);
    struct frames *f = &to[1 - from];
    unsigned char *octets = f->octets[f->next % 16];

    memcpy(octets, frame, (size_t)n);
    f->length[f->next++ % 16] = n;
    switch (message(octets, n)) {
    case CONNECT: connected = now.tv_sec; break;
    case CONNECT_ACK: octets[4] = 0x41; break; /* no Q.931: nobody's */
    case DISCONNECT:
        if (from == USER)
            printf("DISCONNECT %ld s after CONNECT, cause %d\n",
                   now.tv_sec - connected, cause(octets, n));
        break;
    default: break;
    }
    return n;
}

static void call(struct pri *pri)
{
    struct pri_sr *request = pri_sr_new();

    pri_sr_set_channel(request, 1, 1, 0);
    pri_sr_set_bearer(request, PRI_TRANS_CAP_SPEECH, PRI_LAYER_1_ALAW);
    pri_sr_set_called(request, "5550100", PRI_NATIONAL_ISDN, 1);
    pri_setup(pri, pri_new_call(pri), request);
    pri_sr_free(request);
}

static void happened(int who, const pri_event *event)
{
    static int called;

    if (event == NULL)
        return;
    if (event->e == PRI_EVENT_DCHAN_UP && who == NETWORK && !called) {
        called = 1;
        call(side[who]);
    }
    if (event->e == PRI_EVENT_RING)
        pri_answer(side[who], event->ring.call, 1, 1);
}

static int due(const struct timeval *t)
{
    return t != NULL && !timercmp(t, &now, >);
}

static void silent(struct pri *pri, char *text)
{
    (void)pri;
    (void)text;
}

int main(void)
{
    static int is[2] = { NETWORK, USER };

    pri_set_error(silent);
    pri_set_message(silent);
    side[NETWORK] = pri_new_cb(-1, PRI_NETWORK, PRI_SWITCH_EUROISDN_E1, take,
                               give, &is[NETWORK]);
    side[USER] = pri_new_cb(-1, PRI_CPE, PRI_SWITCH_EUROISDN_E1, take, give,
                            &is[USER]);
    for (int ms = 0; ms < 6000; ms++) {
        now.tv_sec = 1000 + ms / 1000;
        now.tv_usec = ms % 1000 * 1000;
        for (int who = 0; who < 2; who++) {
            while (to[who].first != to[who].next)
                happened(who, pri_check_event(side[who]));
            if (due(pri_schedule_next(side[who])))
                happened(who, pri_schedule_run(side[who]));
        }
    }
    return 0;
}
END
library=$work/bookworm/root/usr/lib
cc -I"$work/bookworm/root/usr/include" "$work/t313.c" -o "$work/t313" \
    "$library/libpri.so.1.4" >"$work/said" 2>&1 || {
    cat "$work/said" >&2
    exit 2
}
found=$(LD_LIBRARY_PATH=$library "$work/t313") || exit 2
echo "$found"
test "$found" = "DISCONNECT 4 s after CONNECT, cause 16"
