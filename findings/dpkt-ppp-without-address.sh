#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# dpkt reads a PPP frame without address and control as if it had them.
#
# Packages:  python3-dpkt 1.9.8-1 (Debian 12), 1.9.8-2 (Debian 13)
# Seen:      In enhanced GRE, dpkt gives the payload to its PPP class.  That
#            takes the first octet for the address and the second for the
#            control field whatever they are: of a frame that begins with the
#            protocol (00 21, or 21 alone) the IPv4 packet inside is not
#            found, and nothing says so.
# Expected:  The frame is read as RFC 1661 6.5 and 6.6 have it: where FF 03
#            does not begin it, address and control were left out.  dpkt knows
#            compressed protocol fields, and reads those behind FF 03.
# Matters:   RFC 2637 4 carries frames without HDLC's flags and any peer that
#            negotiates ACFC (most do) sends them so.  Statistics of PPTP
#            captures made with dpkt then miss the traffic of whole calls.
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
from dpkt import gre, ip
inner = bytes(ip.IP(src=b"\x0a\x00\x00\x01", dst=b"\x0a\x00\x00\x02", len=20))


def found(head):
    """What lies in a data packet of a call, RFC 2637 4.1."""
    frame = head + inner
    octets = struct.pack(">BBHHHI", 0x30, 1, 0x880b, len(frame), 7, 1) + frame
    return "IP" if isinstance(gre.GRE(octets).data.data, ip.IP) else "no IP"


heads = (b"\xff\x03\x00\x21", b"\xff\x03\x21", b"\x00\x21", b"\x21")
print(", ".join("%s: %s" % (h.hex(), found(h)) for h in heads))
END
}

status=0
for each in bookworm=1.9.8-1 trixie=1.9.8-2; do
    release=${each%%=*} version=${each#*=}
    fetch "$release" "python3-dpkt=$version" || exit 2
    found=$(look "$release") || { cat "$work/$release/said" >&2; exit 2; }
    echo "python3-dpkt $version: $found"
    test "$found" = "ff030021: IP, ff0321: IP, 0021: no IP, 21: no IP" ||
        status=1
done
exit $status
