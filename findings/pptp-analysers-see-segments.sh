#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tshark and tcpdump read the first PPTP message of a TCP segment, no other.
#
# Packages:  tshark 4.0.17-0+deb12u3, tcpdump 4.99.3-1 (Debian 12);
#            tshark 4.4.19-0+deb13u1, tcpdump 4.99.5-2 (Debian 13)
# Seen:      Of two Outgoing-Call-Requests in one segment the second is shown
#            nowhere, not in the tree either.  Of one that is cut in two,
#            tshark calls the first half malformed and the second an unknown
#            control type with a wrong cookie; tcpdump likewise.  tshark's
#            reassembly of TCP (tcp.desegment_tcp_streams, on by default) is
#            not asked: its PPTP has no preference for it.
# Expected:  Three calls.  The control connection is a stream of messages,
#            each as long as its Length says (RFC 2637 1.4), and of BGP tshark
#            shows every message of a segment.
# Matters:   Under load Nagle's algorithm packs the messages of several calls
#            into a segment.  Counts of pptp.control_message_type are too low,
#            calls seem never to have been asked for or never answered, and a
#            sound peer is said to send malformed packets.
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

# RELEASE PROGRAM ...: with that release's own libc and libraries
run()
{
    root=$work/$1/root program=$2
    shift 2
    "$(find "$root/" -name ld-linux-x86-64.so.2 -type f)" --library-path \
        "$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu" \
        "$root/usr/bin/$program" "$@" 2>>"$work/said"
}

# Three calls asked for on one connection, Call IDs 1, 2 and 3: the first two
# in one segment, the third in two.
python3 - "$work/calls.pcap" <<'END' || exit 2
import struct, sys


def outgoing_call_request(call):
    return struct.pack(
        ">HHIHHHHIIIIHHHH64s64s", 168, 1, 0x1a2b3c4d, 7, 0, call, call,
        300, 64000, 3, 3, 64, 0, 7, 0, b"5550100", b"")


def segment(sequence, octets):
    tcp = struct.pack(">HHIIBBHHH", 1024, 1723, sequence, 1, 0x50, 0x18,
                      8192, 0, 0) + octets
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0,
                       b"\x0a\0\0\1", b"\x0a\0\0\2") + tcp


one, two, three = (outgoing_call_request(n) for n in (1, 2, 3))
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
    sequence = 1
    for octets in one + two, three[:100], three[100:]:
        packet = segment(sequence, octets)
        sequence += len(octets)
        file.write(struct.pack("<IIII", sequence, 0, *[len(packet)] * 2))
        file.write(packet)
END

cat >"$work/described" <<'END'
tshark: 7,1
tshark: 7,3 malformed
tshark: 0
tcpdump: OCRQ 1
tcpdump: OCRQ 3
tcpdump: NOT_DEFINED
END
status=0
while read -r release tshark tcpdump; do
    if ! fetch "$release" "tshark=$tshark" ||
        ! fetch "$release" "tcpdump=$tcpdump"; then
        exit 2
    fi
    if ! run "$release" tshark -n -r "$work/calls.pcap" -T fields -E \
        separator=, -e pptp.control_message_type -e pptp.call_id \
        -e _ws.malformed >"$work/tshark" ||
        ! run "$release" tcpdump -Z root -tnr "$work/calls.pcap" \
            >"$work/tcpdump"; then
        cat "$work/said" >&2
        exit 2
    fi
    {
        sed 's/^/tshark: /; s/,.\{0,1\}Malformed.*/ malformed/; s/,*$//' \
            "$work/tshark"
        sed 's/.*MSGTYPE=\([^ ]*\)/tcpdump: \1/
            s/ CALL_ID(\([0-9]*\)).*/ \1/' "$work/tcpdump"
    } >"$work/found"
    echo "tshark $tshark, tcpdump $tcpdump:"
    cat "$work/found"
    cmp -s "$work/found" "$work/described" || status=1
done <<END
bookworm 4.0.17-0+deb12u3 4.99.3-1
trixie 4.4.19-0+deb13u1 4.99.5-2
END
exit $status
