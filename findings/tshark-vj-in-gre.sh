#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tshark does not unpack header-compressed TCP in a PPTP call.
#
# Packages:  tshark 4.0.17-0+deb12u3 (Debian 12), 4.4.19-0+deb13u1 (Debian 13)
# Seen:      A TCP packet sent VJ-uncompressed and the next one compressed
#            are shown as TCP in a capture of link type 204, whose frames say
#            sent or received.  The same two frames in enhanced GRE give the
#            first as TCP and the second as "PPP": no direction info, cannot
#            decompress.
# Expected:  Both are TCP.  A receiver keeps headers of one direction (RFC
#            1144 3.2.1), so a reader must know which a frame has; in GRE the
#            IP addresses around it and the Call ID say so.
# Matters:   IPCP asks for VJ compression by default in pppd and most other
#            peers.  In a tunnel without CCP the first packet of each TCP
#            connection is analysed, the rest counts as unknown PPP: filters
#            on tcp, retransmissions and throughput of dial-in traffic are
#            wrong.  Refuse VJ (novj) where a capture is to be read.
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

# RFC 1144: connection 3 in full, and 4 octets on (8: the sequence number)
python3 - "$work" <<'END' || exit 2
import struct, sys


def ip(protocol, payload):
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64,
                       protocol, 0, b"\x0a\0\0\1", b"\x0a\0\0\2") + payload


def gre(frame, sequence):
    return ip(47, struct.pack(">HHHHI", 0x3001, 0x880b, len(frame), 7,
                              sequence) + frame)


def write(name, link, packets):
    with open(sys.argv[1] + "/" + name, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535,
                               link))
        for n, packet in enumerate(packets):
            file.write(struct.pack("<IIII", n, 0, *[len(packet)] * 2) + packet)


tcp = struct.pack(">HHIIBBHHH", 1000, 80, 100, 200, 0x50, 0x10, 8192, 0, 0)
full = b"\0\x2f" + ip(3, tcp + b"data")
short = b"\0\x2d" + struct.pack(">BBHB", 0x48, 3, 0, 4) + b"more"
write("directed.pcap", 204, [b"\0\xff\3" + full, b"\0\xff\3" + short])
write("gre.pcap", 101, [gre(full, 1), gre(short, 2)])
END

cat >"$work/described" <<'END'
directed: TCP
directed: TCP
gre: TCP no direction
gre: PPP no direction
END
status=0
for each in bookworm=4.0.17-0+deb12u3 trixie=4.4.19-0+deb13u1; do
    release=${each%%=*} version=${each#*=}
    fetch "$release" "tshark=$version" || exit 2
    for capture in directed gre; do
        run "$release" tshark -n -r "$work/$capture.pcap" -T fields \
            -e _ws.col.Protocol -e vjc.no_direction >"$work/lines" || {
            cat "$work/said" >&2
            exit 2
        }
        sed "s/^/$capture: /; s/	$//; s/	.*/ no direction/" "$work/lines"
    done >"$work/found"
    echo "tshark $version:"
    cat "$work/found"
    cmp -s "$work/found" "$work/described" || status=1
done
exit $status
