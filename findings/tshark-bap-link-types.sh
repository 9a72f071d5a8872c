#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tshark takes BAP's link types, which are bits, for numbers.
#
# Packages:  tshark 4.0.17-0+deb12u3 (Debian 12), 4.4.19-0+deb13u1 (Debian 13)
# Seen:      Call-Requests of the Bandwidth Allocation Protocol that ask for
#            ISDN (01), X.25 (02), analog (04), ISDN or analog (05), switched
#            digital (08) and ISDN data over voice (10) are shown as X.25,
#            analog, ISDN data over voice, reserved, unknown and unknown.
# Expected:  The names above: "The Link Type field is a bit mask", its bit 0 is
#            bit 39 of the option, the last one, and stands for ISDN; more
#            than one may be set (RFC 2125 6.1).
# Matters:   Not one type is right.  A bundle that fails to grow because the
#            peer has no line of the type asked for is explained by a wrong
#            one, and "reserved" blames the peer.  Nothing is marked as odd.
#            Look at the octet: the value in brackets is what was sent.
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

# Call-Requests for a link of 64 kbit/s, on a PPP link.
python3 - "$work/bap.pcap" <<'END' || exit 2
import struct, sys

with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 9))
    for n, link in enumerate((1, 2, 4, 1 | 4, 8, 16)):
        frame = struct.pack(">HHBBHBBHB", 0xff03, 0xc02d, 1, n, 9, 1, 5, 64,
                            link)
        file.write(struct.pack("<IIII", n, 0, *[len(frame)] * 2) + frame)
END

cat >"$work/described" <<'END'
X.25 (1)
Analog (2)
ISDN data over voice (4)
Reserved (5)
Unknown (8)
Unknown (16)
END
status=0
for each in bookworm=4.0.17-0+deb12u3 trixie=4.4.19-0+deb13u1; do
    release=${each%%=*} version=${each#*=}
    fetch "$release" "tshark=$version" || exit 2
    run "$release" tshark -n -V -r "$work/bap.pcap" >"$work/tree" || {
        cat "$work/said" >&2
        exit 2
    }
    sed -n 's/^ *Link Type: //p' "$work/tree" >"$work/found"
    echo "tshark $version:"
    cat "$work/found"
    cmp -s "$work/found" "$work/described" || status=1
done
exit $status
