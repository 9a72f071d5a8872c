#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tcpdump reads four octets too many of an LCP Identification.
#
# Packages:  tcpdump 4.99.3-1 (Debian 12), 4.99.5-2 (Debian 13)
# Seen:      An Identification with the message MSRASV5.20 is printed, with
#            -v, as "MSRASV5.20[|LCP]", the mark of a frame that the capture
#            has cut, though all of it is there.  Behind padding it prints
#            the message and the first four octets of the padding.
# Expected:  The message and no mark: it takes Length less the 8 octets of
#            header and magic number (RFC 1570 1.1), and what lies beyond
#            Length is padding (RFC 1661 5).
# Matters:   Windows sends two of these for each call.  A script that looks for
#            cut frames finds one in all its calls and asks for a larger
#            snapshot length, and names of client versions collected from
#            padded frames end in other octets each time.
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

# The same Identification twice on a PPP link, the second with padding.
python3 - "$work/lcp.pcap" <<'END' || exit 2
import struct, sys

message = b"MSRASV5.20"
packet = struct.pack(">HHBBHI", 0xff03, 0xc021, 12, 1, 8 + len(message),
                     0x01020304) + message
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 9))
    for n, frame in enumerate((packet, packet + b"abcdefgh")):
        file.write(struct.pack("<IIII", n, 0, *[len(frame)] * 2) + frame)
END

cat >"$work/described" <<'END'
MSRASV5.20[|LCP]
MSRASV5.20abcd
END
status=0
for each in bookworm=4.99.3-1 trixie=4.99.5-2; do
    release=${each%%=*} version=${each#*=}
    fetch "$release" "tcpdump=$version" || exit 2
    run "$release" tcpdump -Z root -tvnr "$work/lcp.pcap" >"$work/lines" || {
        cat "$work/said" >&2
        exit 2
    }
    sed -n 's/.*\(MSRAS.*\)/\1/p' "$work/lines" >"$work/found"
    echo "tcpdump $version:"
    cat "$work/found"
    cmp -s "$work/found" "$work/described" || status=1
done
exit $status
