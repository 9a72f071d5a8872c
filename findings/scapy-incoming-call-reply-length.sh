#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# scapy's PPTP Incoming-Call-Reply says that it is 148 octets long.
#
# Packages:  python3-scapy 2.5.0+dfsg-2 (Debian 12), 2.6.1+dfsg-1 (Debian 13)
# Seen:      PPTPIncomingCallReply() is built as 24 octets, as RFC 2637 2.10
#            has it, but its Length field is 148, which is the length of a
#            Call-Disconnect-Notify.  All fourteen other messages say what
#            they are.
# Expected:  Length is the whole message's (RFC 2637 2.1, 2.10: 24).
# Matters:   Control messages are framed by that field alone.  A PAC that is
#            sent such a reply waits for 124 octets that belong to the next
#            messages, and then has lost step: who tests a PPTP peer with
#            scapy sees a peer that "does not answer".  Cure: len=24.
#
# Exit: 0 as described, 1 it has changed, 2 it could not be tried.
set -u

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM

# RELEASE PACKAGE=VERSION: unpacked in $work/RELEASE, nothing is installed
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
        -o Dir::Cache="$dir/cache"
    package=$1
    shift
    apt-get "$@" update >"$dir/log" 2>&1 &&
        (cd "$dir" && apt-get "$@" download "$package" >>log 2>&1) &&
        dpkg-deb -x "$dir"/*.deb "$dir/root" && return
    cat "$dir/log" >&2
    return 1
}

look()
{
    PYTHONPATH=$work/$1/root/usr/lib/python3/dist-packages \
        python3 -W ignore - 2>"$work/$1/said" <<'END'
import struct
import scapy.layers.pptp as pptp
wrong = []
for name in sorted(vars(pptp)):
    kind = getattr(pptp, name)
    if not (isinstance(kind, type) and issubclass(kind, pptp.PPTP)) or \
            kind is pptp.PPTP:
        continue
    octets = bytes(kind())
    said = struct.unpack(">H", octets[:2])[0]
    if said != len(octets):
        wrong.append("%s: %d octets, Length %d" % (name, len(octets), said))
print("; ".join(wrong))
END
}

status=0
for each in bookworm=2.5.0+dfsg-2 trixie=2.6.1+dfsg-1; do
    release=${each%%=*} version=${each#*=}
    fetch "$release" "python3-scapy=$version" || exit 2
    found=$(look "$release") || { cat "$work/$release/said" >&2; exit 2; }
    echo "python3-scapy $version: ${found:-all lengths are right}"
    test "$found" = "PPTPIncomingCallReply: 24 octets, Length 148" || status=1
done
exit $status
