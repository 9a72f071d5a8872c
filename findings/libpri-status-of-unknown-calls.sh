#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# libpri clears calls that it is only asked about.
#
# Packages:  libpri-dev 1.6.0-2 (Debian 12)
# Seen:      To STATUS ENQUIRY with a call reference that it does not know, a
#            user side answers RELEASE COMPLETE with cause 81, invalid call
#            reference; to STATUS with such a reference and call state 0, null,
#            RELEASE COMPLETE with cause 101, wrong message for the state.
# Expected:  STATUS with cause 30 and call state 0 (ITU-T Q.931 5.8.10), as
#            5.8.3.2 exempts the enquiry from being released; and nothing at
#            all (5.8.11: null told to null is discarded), since both sides
#            agree that there is no call.
# Matters:   A switch that audits its references after an outage by enquiries
#            gets no states, only protocol errors, which count against the
#            trunk.  A simulated switch cannot test its recovery of states
#            against libpri, and must take RELEASE COMPLETE for "null".
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
cat >"$work/ask.c" <<'END'
/*
 * A network and a user side, back to back, in a time of our own: libpri asks
 * gettimeofday, and finds the one below.  The network's two SETUPs of a call
 * (T303 repeats it) are made the question and the statement on their way; the
 * answers are printed, and given to nobody.
 */
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include <libpri.h>

enum {
    NETWORK,
    USER,
    SETUP = 0x05,
    HEAD = 8, /* of Q.921, discriminator, reference; then the type */
    FCS = 2,
};

struct frames {
    unsigned char octets[16][300];
    int length[16];
    unsigned first, next;
};

static const unsigned char enquiry[] = { 0x75 };
static const unsigned char null_state[] = { 0x7d, 0x08, 0x02, 0x80,
                                            0x9e, 0x14, 0x01, 0x00 };
static struct timeval now = { .tv_sec = 1000 };
static struct pri *side[2];
static struct frames to[2];

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

static int informs(const unsigned char *frame, int n)
{
    return n > HEAD + FCS && (frame[2] & 1) == 0;
}

static int put(unsigned char *frame, const unsigned char *what, size_t n)
{
    memcpy(frame + HEAD, what, n);
    return HEAD + (int)n + FCS;
}

static void show(const unsigned char *frame, int n)
{
    printf("type %02x", frame[HEAD]);
    for (int i = HEAD + 1; i + 3 < n; i += 2 + frame[i + 1])
        if (frame[i] == 0x08)
            printf(", cause %d", frame[i + 3] & 0x7f);
    printf("\n");
}

static int give(struct pri *pri, void *frame, int n)
{
    static int setups;
    int from = *(int *)pri_get_userdata(pri), sent = n;
    struct frames *f = &to[1 - from];
    unsigned char *octets = f->octets[f->next % 16];

    memcpy(octets, frame, (size_t)n);
    if (informs(octets, n)) {
        if (from == USER) {
            show(octets, n);
            octets[4] = 0x41; /* no Q.931 */
        } else if (octets[HEAD] == SETUP) {
            sent = setups++ == 0
                       ? put(octets, enquiry, sizeof enquiry)
                       : put(octets, null_state, sizeof null_state);
        }
    }
    f->length[f->next++ % 16] = sent;
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

    if (event != NULL && event->e == PRI_EVENT_DCHAN_UP && who == NETWORK &&
        !called) {
        called = 1;
        call(side[who]);
    }
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
    for (int ms = 0; ms < 7000; ms++) {
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
cc -I"$work/bookworm/root/usr/include" "$work/ask.c" -o "$work/ask" \
    "$library/libpri.so.1.4" >"$work/said" 2>&1 || {
    cat "$work/said" >&2
    exit 2
}
LD_LIBRARY_PATH=$library "$work/ask" >"$work/found" || exit 2
cat "$work/found"
cat >"$work/described" <<'END'
type 5a, cause 81
type 5a, cause 101
END
cmp -s "$work/found" "$work/described"
