#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Multilink fragments: tcpdump takes all for short ones, tshark for long ones.
#
# Packages:  tshark 4.0.17-0+deb12u3, tcpdump 4.99.3-1 (Debian 12);
#            tshark 4.4.19-0+deb13u1, tcpdump 4.99.5-2 (Debian 13)
# Seen:      Two fragments of a packet, sequence numbers 70,000 and 70,001 in
#            24 bits: tcpdump prints 1 for both.  Two after an LCP exchange in
#            the capture that agrees on short sequence numbers, 1,000 and
#            1,001 in 12 bits: tshark reads 15,204,385 and 15,269,890 and
#            puts nothing together.  Each is right on the other's.
# Expected:  70,000, 70,001, 1,000 and 1,001: 24 bits, or 12 if LCP's option
#            18 was acknowledged (RFC 1990 3 and 5.1.2), which both print.
# Matters:   By these numbers one looks for a link that loses or delays its
#            fragments.  tcpdump shows one number for 65,536 fragments (0 at
#            the beginning of each call), so a gap is not seen; tshark shows
#            gaps everywhere until mp.short_seqno is set by hand, and then
#            misreads the other bundles of the capture.
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

# Two captures of a call: long sequence numbers, as is the default, and short
# ones after their negotiation.
python3 - "$work" <<'END' || exit 2
import struct, sys


def ip(protocol, payload):
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64,
                       protocol, 0, b"\x0a\0\0\1", b"\x0a\0\0\2") + payload


def write(name, frames):
    with open(sys.argv[1] + "/" + name, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
        for n, frame in enumerate(frames):
            packet = ip(47, struct.pack(">HHHHI", 0x3001, 0x880b, len(frame),
                                        7, n) + frame)
            file.write(struct.pack("<IIII", n, 0, *[len(packet)] * 2) + packet)


def agree(code):
    """MRRU 1500 and short sequence numbers"""
    return struct.pack(">HBBHBBHBB", 0xc021, code, 1, 10, 17, 4, 1500, 18, 2)


packet = b"\0\x21" + ip(17, struct.pack(">HHHH20x", 1000, 1001, 28, 0))
begin, end = packet[:20], packet[20:]
write("long.pcap", [struct.pack(">HI", 0x3d, 0x80 << 24 | 70000) + begin,
                    struct.pack(">HI", 0x3d, 0x40 << 24 | 70001) + end])
write("short.pcap", [agree(1), agree(2),
                     struct.pack(">HH", 0x3d, 0x80 << 8 | 1000) + begin,
                     struct.pack(">HH", 0x3d, 0x40 << 8 | 1001) + end])
END

cat >"$work/described" <<'END'
long, tshark: 70000 70001 whole
long, tcpdump: 1 1
short, tshark: 15204385 15269890
short, tcpdump: 1000 1001
END
status=0
while read -r release tshark tcpdump; do
    if ! fetch "$release" "tshark=$tshark" ||
        ! fetch "$release" "tcpdump=$tcpdump"; then
        exit 2
    fi
    for size in long short; do
        if ! run "$release" tshark -n -r "$work/$size.pcap" -T fields \
            -e mp.seq -e udp.srcport >"$work/tshark" ||
            ! run "$release" tcpdump -Z root -tnr "$work/$size.pcap" \
                >"$work/tcpdump"; then
            cat "$work/said" >&2
            exit 2
        fi
        awk -v "said=$size, tshark:" '$1 {said = said " " $1}
            $2 == 1000 {said = said " whole"} END {print said}' "$work/tshark"
        echo "$size, tcpdump:" "$(sed -n 's/.*MLPPP, seq \([^,]*\),.*/\1/p' \
            "$work/tcpdump" | xargs printf '%d ')"
    done | sed 's/ *$//' >"$work/found"
    echo "tshark $tshark, tcpdump $tcpdump:"
    cat "$work/found"
    cmp -s "$work/found" "$work/described" || status=1
done <<END
bookworm 4.0.17-0+deb12u3 4.99.3-1
trixie 4.4.19-0+deb13u1 4.99.5-2
END
exit $status
