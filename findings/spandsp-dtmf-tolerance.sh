#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# spandsp's DTMF receiver is narrower than it says.
#
# Packages:  libspandsp-dev 0.0.6+dfsg-2+b1 (Debian 12)
# Seen:      Clean tones of 100 ms, level and length as good as they can be:
#            with both frequencies 1.2 % off, up or down, every digit is found
#            50 times of 50.  At 1.5 % D is never found, C and others now and
#            then; of 40 ms, the shortest allowed, # and * are missed too.
# Expected:  All sixteen: "Frequency tolerance +- 1.5% will detect", says
#            spandsp/dtmf.h of its receiver, and ITU-T Q.24 has receivers work
#            at 1.5 % and 2 Hz.
# Matters:   A number that loses a digit is a wrong one, and goes into the
#            Incoming-Call-Request as such.  Who tests a dialer's or a line
#            simulator's tones against this receiver has to allow them 1.2 %,
#            and a simulated exchange built on it is stricter than a real one.
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

fetch bookworm libspandsp-dev=0.0.6+dfsg-2+b1 || exit 2
cat >"$work/tones.c" <<'END'
#include <math.h>
#include <stdio.h>

#include <spandsp.h>

enum { RATE = 8000, TRIES = 50 };

static const char digits[] = "123A456B789C*0#D";

/* How often a digit is found; every try begins elsewhere, in other phases. */
static int found(int digit, double factor)
{
    static const double low[] = { 697, 770, 852, 941 };
    static const double high[] = { 1209, 1336, 1477, 1633 };
    const double turn = 2 * acos(-1) / RATE;
    int count = 0;

    for (int try = 0; try < TRIES; try++) {
        static int16_t line[RATE / 2];
        dtmf_rx_state_t *receiver = dtmf_rx_init(NULL, NULL, NULL);
        int begin = RATE / 20 + 2 * try, end = begin + RATE / 10;
        char got[3] = "";

        for (int t = 0; t < RATE / 2; t++)
            line[t] = (int16_t)(
                t < begin || t >= end
                    ? 0
                    : lrint(5000 * sin(turn * factor * low[digit / 4] * t +
                                       try) +
                            5000 * sin(turn * factor * high[digit % 4] * t +
                                       2 * try)));
        dtmf_rx(receiver, line, RATE / 2);
        count += dtmf_rx_get(receiver, got, 2) == 1 && got[0] == digits[digit];
        dtmf_rx_free(receiver);
    }
    return count;
}

int main(void)
{
    static const double percents[] = { -1.5, -1.2, 0, 1.2, 1.5 };

    for (int i = 0; i < 5; i++) {
        int always = 0;
        char never[17] = "";
        int n = 0;

        for (int digit = 0; digit < 16; digit++) {
            int count = found(digit, 1 + percents[i] / 100);

            always += count == TRIES;
            if (count == 0)
                never[n++] = digits[digit];
        }
        never[n] = '\0';
        printf("%+.1f %%: %s, never: %s\n", percents[i],
               always == 16 ? "all" : "not all", n > 0 ? never : "none");
    }
    return 0;
}
END
root=$work/bookworm/root
libraries=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu
cc -I"$root/usr/include" -I"$root/usr/include/x86_64-linux-gnu" \
    "$work/tones.c" -o "$work/tones" \
    "$root/usr/lib/x86_64-linux-gnu/libspandsp.so.2" -lm \
    -Wl,--unresolved-symbols=ignore-in-shared-libs >"$work/said" 2>&1 || {
    cat "$work/said" >&2
    exit 2
}
"$root/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" \
    --library-path "$libraries" "$work/tones" >"$work/found" || exit 2
cat "$work/found"
cat >"$work/described" <<'END'
-1.5 %: not all, never: D
-1.2 %: all, never: none
+0.0 %: all, never: none
+1.2 %: all, never: none
+1.5 %: not all, never: D
END
cmp -s "$work/found" "$work/described"
