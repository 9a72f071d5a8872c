#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# spandsp's V.42 measures its timers in bits of 28,800 bit/s, always.
#
# Packages:  libspandsp-dev 0.0.6+dfsg-2+b1 (Debian 12)
# Seen:      A caller that meets a modem without V.42 (nothing but mark)
#            gives up detection after 21,600 bits, whatever the rate: 0.75 s
#            at 28,800 bit/s, 9 s at 2,400.  No function takes a rate.
# Expected:  T400, the detection timer, is 750 ms (ITU-T V.42 9.2.1) at every
#            rate that a modem may have; V.42 is used from 1,200 bit/s up.
# Matters:   Who drives it with the bits of a real V.22bis modem sees calls to
#            modems without error correction stay silent for 9 s, by when the
#            other side's login has timed out, and T401 is as much longer.  It
#            serves as an oracle of V.42 frames, not of V.42 times.
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
cat >"$work/detect.c" <<'END'
#include <stdio.h>

#include <spandsp.h>

static int told;

static void status(void *user, int what)
{
    (void)user;
    told = what;
}

static int nothing(void *user, uint8_t *frame, int octets)
{
    (void)user;
    (void)frame;
    (void)octets;
    return 0;
}

static void ignore(void *user, const uint8_t *frame, int octets)
{
    (void)user;
    (void)frame;
    (void)octets;
}

int main(void)
{
    v42_state_t *v42 = v42_init(NULL, 1, 1, nothing, ignore, NULL);
    long bits = 0;

    v42_set_status_callback(v42, status, NULL);
    v42_restart(v42);
    for (; told == 0 && bits < 100000; bits++) {
        v42_tx_bit(v42);
        v42_rx_bit(v42, 1);
    }
    printf("status %d after %ld bits: %.2f s at 2400 bit/s, %.2f s at "
           "28800\n",
           told, bits, bits / 2400.0, bits / 28800.0);
    return v42_free(v42);
}
END
root=$work/bookworm/root
libraries=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu
cc -I"$root/usr/include" -I"$root/usr/include/x86_64-linux-gnu" \
    "$work/detect.c" -o "$work/detect" \
    "$root/usr/lib/x86_64-linux-gnu/libspandsp.so.2" \
    -Wl,--unresolved-symbols=ignore-in-shared-libs >"$work/said" 2>&1 || {
    cat "$work/said" >&2
    exit 2
}
found=$("$root/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" \
    --library-path "$libraries" "$work/detect") || exit 2
echo "$found"
test "$found" = "status 8 after 21600 bits: 9.00 s at 2400 bit/s, 0.75 s at 28800"
