#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tcpdump prints PPP frames as IP that its filter "ip" does not find.
#
# Packages:  tcpdump 4.99.3-1, libpcap0.8 1.10.3-1 (Debian 12);
#            tcpdump 4.99.5-2, libpcap0.8t64 1.10.5-2 (Debian 13)
# Seen:      In a capture of link type PPP (9) four frames begin with
#            ff 03 00 21, ff 03 21, 00 21 and 21.  tcpdump prints each as
#            IPv4; with the filter "ip" (or "udp") it prints the first alone,
#            and with "not ip" the other three, still as IPv4: the compiled
#            filter looks for 00 21 at octet 2 and nowhere else.
# Expected:  A filter takes what the printer prints.  LINKTYPE_PPP allows both
#            forms (tcpdump.org/linktypes.html: ff 03, or without them the
#            PPP header at once), and one octet of protocol is what RFC 1661
#            6.5 negotiates.  pcap-filter(7) has no word of a limit.
# Matters:   All but the first packets of a dial-in call have the short
#            headers, as most peers negotiate both.  Who counts or cuts with
#            a filter keeps the negotiation and loses the traffic, and the
#            file left over looks whole.
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

# An UDP packet behind each of the four headers that PPP may have.
python3 - "$work/ppp.pcap" <<'END' || exit 2
import struct, sys

heads = [bytes.fromhex(h) for h in ("ff030021", "ff0321", "0021", "21")]
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 9))
    for n, head in enumerate(heads):
        frame = head + struct.pack(
            ">BBHHHBBH4s4sHHHH", 0x45, 0, 28, n, 0, 64, 17, 0, b"\x0a\0\0\1",
            b"\x0a\0\0\2", 1000 + n, 9, 8, 0)
        file.write(struct.pack("<IIII", n, 0, *[len(frame)] * 2) + frame)
END

# RELEASE FILTER: the source ports of what is printed as IP
ports()
{
    run "$1" tcpdump -Z root -tnr "$work/ppp.pcap" "$2" >"$work/lines" ||
        return 1
    echo "'$2':" "$(sed -n \
        's/^IP 10\.0\.0\.1\.\([0-9]*\) > 10\.0\.0\.2\.9: UDP.*/\1/p' \
        "$work/lines" | paste -s -d ' ' -)"
}

cat >"$work/described" <<'END'
'': 1000 1001 1002 1003
'ip': 1000
'udp': 1000
'not ip': 1001 1002 1003
END
status=0
for each in bookworm=4.99.3-1 trixie=4.99.5-2; do
    release=${each%%=*} version=${each#*=}
    fetch "$release" "tcpdump=$version" || exit 2
    for filter in "" ip udp "not ip"; do
        ports "$release" "$filter" || { cat "$work/said" >&2; exit 2; }
    done >"$work/found"
    echo "tcpdump $version:"
    cat "$work/found"
    cmp -s "$work/found" "$work/described" || status=1
done
exit $status
