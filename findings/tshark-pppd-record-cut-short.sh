#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tshark says that a whole record of pppd is cut short, and a cut one whole.
#
# Packages:  tshark 4.0.17-0+deb12u3, ppp 2.4.9-1+1.1+b1 (Debian 12);
#            tshark 4.4.19-0+deb13u1, ppp 2.5.2-1+1 (Debian 13)
# Seen:      A file of pppd's option record ends with mark 3 or 4, the end of
#            what came from pppd or from the line.  tshark prints all frames,
#            then "appears to have been cut short in the middle of a packet",
#            and ends with code 2.  Without the mark, as the file is while
#            the call lasts, all frames and code 0.  pppdump reads both.
# Expected:  The other way round, or 0 for both: "pppd logs" are among the
#            formats that Wireshark reads (its FileFormatReference), and every
#            call that ends in order writes the mark.
# Matters:   Scripts that convert records of dial-in calls (tshark, editcap:
#            the same code) stop at each whole file, and who believes them
#            looks for a full disk or a crash of pppd.
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

# An Echo-Request sent, its Echo-Reply 0.1 s later, and the end as pppd has it.
python3 - "$work" <<'END' || exit 2
import struct, sys


def fcs(octets):
    """RFC 1662 C.2"""
    fcs = 0xffff
    for octet in octets:
        fcs ^= octet
        for _ in range(8):
            fcs = fcs >> 1 ^ (0x8408 if fcs & 1 else 0)
    return fcs ^ 0xffff


def record(tag, frame):
    frame += struct.pack("<H", fcs(frame))
    stuffed = b"".join(
        bytes((0x7d, o ^ 0x20)) if o < 0x20 or o in (0x7d, 0x7e) else
        bytes((o,)) for o in frame)
    return struct.pack(">BH", tag, len(stuffed) + 2) + b"~" + stuffed + b"~"


call = struct.pack(">BI", 7, 1700000000) + \
    record(1, bytes.fromhex("ff03c0210901000811223344")) + b"\x06\x01" + \
    record(2, bytes.fromhex("ff03c0210a01000855667788"))
with open(sys.argv[1] + "/running", "wb") as file:
    file.write(call)
with open(sys.argv[1] + "/whole", "wb") as file:
    file.write(call + b"\x06\x01\x03")
END

cat >"$work/described" <<'END'
running: tshark 2 frames, exit 0; pppdump 2 frames, exit 0
whole: tshark 2 frames, exit 2; pppdump 2 frames, exit 0
END
status=0
while read -r release tshark ppp; do
    if ! fetch "$release" "tshark=$tshark" || ! fetch "$release" "ppp=$ppp"
    then
        exit 2
    fi
    ln -sf ../sbin/pppdump "$work/$release/root/usr/bin/pppdump" || exit 2
    for each in running whole; do
        run "$release" tshark -n -r "$work/$each" >"$work/tshark"
        code=$?
        run "$release" pppdump -p "$work/$each" >"$work/pppdump"
        dumped=$?
        echo "$each: tshark $(grep -c LCP "$work/tshark") frames," \
            "exit $code; pppdump $(grep -c c0.21 "$work/pppdump") frames," \
            "exit $dumped"
    done >"$work/found"
    echo "tshark $tshark, ppp $ppp:"
    cat "$work/found"
    cmp -s "$work/found" "$work/described" || status=1
done <<END
bookworm 4.0.17-0+deb12u3 2.4.9-1+1.1+b1
trixie 4.4.19-0+deb13u1 2.5.2-1+1
END
exit $status
