#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# spandsp's modem says OK to commands that it does not know.
#
# Packages:  libspandsp-dev 0.0.6+dfsg-2+b1 (Debian 12)
# Seen:      AT+XYZ, AT%C0 and AT! get OK, as does AT+MS=? with no list of
#            values.  At the first unknown command the rest of the line is
#            dropped: after S0=7+XYZS0=9 and S0=8!S0=9, each answered OK, S0
#            is 7 and 8.  A known command with a bad value (AT+DS=3) does get
#            ERROR.
# Expected:  ERROR, which is the result code of a command that is not
#            recognized (ITU-T V.250 5.7.1), so that its caller knows that
#            the line was not carried out.
# Matters:   Dialers feel for a modem's features by its ERRORs: wvdialconf
#            builds its initialization string from what got OK, mgetty takes
#            OK for a fax class.  Against a soft modem on spandsp, an unknown
#            word early in such a string switches off all after it, S0 and
#            flow control among them, and nothing tells.
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
cat >"$work/ask.c" <<'END'
#include <stdio.h>
#include <string.h>

#include <spandsp.h>

static char answer[200];

static int take(at_state_t *at, void *user, const uint8_t *text, size_t n)
{
    size_t have = strlen(answer);

    (void)at;
    (void)user;
    for (size_t i = 0; i < n && have < sizeof answer - 1; i++)
        if (text[i] != '\r' && text[i] != '\n')
            answer[have++] = (char)text[i];
    answer[have] = '\0';
    return 0;
}

static int control(at_state_t *at, void *user, int what, const char *number)
{
    (void)at;
    (void)user;
    (void)what;
    (void)number;
    return 0;
}

int main(void)
{
    static const char *const commands[] = {
        "ATE0",   "AT+XYZ", "AT%C0",           "AT!",   "AT+MS=?",
        "AT+DS=3", "ATS0=7+XYZS0=9", "ATS0?", "ATS0=8!S0=9", "ATS0?",
    };
    at_state_t *at = at_init(NULL, take, NULL, control, NULL);

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char line[32];

        answer[0] = '\0';
        snprintf(line, sizeof line, "%s\r", commands[i]);
        at_interpreter(at, line, (int)strlen(line));
        if (i > 0)
            printf("%s: %s\n", commands[i], answer);
    }
    return at_free(at);
}
END
root=$work/bookworm/root
libraries=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu
cc -I"$root/usr/include" -I"$root/usr/include/x86_64-linux-gnu" \
    "$work/ask.c" -o "$work/ask" \
    "$root/usr/lib/x86_64-linux-gnu/libspandsp.so.2" \
    -Wl,--unresolved-symbols=ignore-in-shared-libs >"$work/said" 2>&1 || {
    cat "$work/said" >&2
    exit 2
}
"$root/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" \
    --library-path "$libraries" "$work/ask" >"$work/found" || exit 2
cat "$work/found"
cat >"$work/described" <<'END'
AT+XYZ: OK
AT%C0: OK
AT!: OK
AT+MS=?: OK
AT+DS=3: ERROR
ATS0=7+XYZS0=9: OK
ATS0?: 007OK
ATS0=8!S0=9: OK
ATS0?: 008OK
END
cmp -s "$work/found" "$work/described"
