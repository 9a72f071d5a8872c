#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tshark calls an LCP request for link quality reports malformed.
#
# Packages:  tshark 4.0.17-0+deb12u3, tcpdump 4.99.3-1 (Debian 12);
#            tshark 4.4.19-0+deb13u1, tcpdump 4.99.5-2 (Debian 13)
# Seen:      Of a Configure-Request with MRU, Quality-Protocol (c0 25 and a
#            reporting period of 1 s), Magic-Number and MRRU, tshark shows the
#            first two options and "Malformed Packet: PPP LCP"; the magic
#            number and MRRU are not there.  It likes the option only without
#            the period, 4 octets long.  tcpdump shows all four.
# Expected:  All four: with Link-Quality-Report the option is 8 octets long
#            and ends with the period, in hundredths of a second (RFC 1989
#            2.5); RFC 1661 6.3 has ">= 4".
# Matters:   Routers with link quality monitoring ask for this in each first
#            request.  The capture then puts the blame on a sound peer, and
#            what it asked for next cannot be filtered for.
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

# Two Configure-Requests on a PPP link, without and with a period of 1 s.
python3 - "$work/lcp.pcap" <<'END' || exit 2
import struct, sys

mru, magic, mrru = (bytes.fromhex(h) for h in ("010405dc", "050601020304",
                                               "110405dc"))
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 9))
    for n, quality in enumerate(("0404c025", "0408c02500000064")):
        options = mru + bytes.fromhex(quality) + magic + mrru
        frame = struct.pack(">HHBBH", 0xff03, 0xc021, 1, n,
                            4 + len(options)) + options
        file.write(struct.pack("<IIII", n, 0, *[len(frame)] * 2) + frame)
END

cat >"$work/described" <<'END'
0x01020304,1500
,,malformed
tcpdump: 2 magic numbers, 2 MRRU
END
status=0
while read -r release tshark tcpdump; do
    if ! fetch "$release" "tshark=$tshark" ||
        ! fetch "$release" "tcpdump=$tcpdump"; then
        exit 2
    fi
    if ! run "$release" tshark -n -r "$work/lcp.pcap" -T fields \
        -E separator=, -e lcp.opt.magic_number -e lcp.opt.mrru \
        -e _ws.malformed >"$work/tshark" ||
        ! run "$release" tcpdump -Z root -tvnr "$work/lcp.pcap" \
            >"$work/tcpdump"; then
        cat "$work/said" >&2
        exit 2
    fi
    {
        sed 's/,.\{0,1\}Malformed.*/,malformed/; s/,$//' "$work/tshark"
        echo "tcpdump: $(grep -c '0x01020304' "$work/tcpdump") magic" \
            "numbers, $(grep -c 'MRRU' "$work/tcpdump") MRRU"
    } >"$work/found"
    echo "tshark $tshark:"
    cat "$work/found"
    cmp -s "$work/found" "$work/described" || status=1
done <<END
bookworm 4.0.17-0+deb12u3 4.99.3-1
trixie 4.4.19-0+deb13u1 4.99.5-2
END
exit $status
