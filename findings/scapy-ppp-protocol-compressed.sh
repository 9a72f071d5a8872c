#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# scapy 2.5 compresses PPP's protocol field without being asked.
#
# Packages:  python3-scapy 2.5.0+dfsg-2 (Debian 12), 2.6.1+dfsg-1 (Debian 13)
# Seen:      PPP()/IP(), HDLC()/PPP()/IP(), PPP(proto=0x57) and PPP(proto=0xfd)
#            are built by 2.5.0 with one octet of protocol (21, 57, fd), by
#            2.6.1 with two.  No argument of 2.5.0 gives two.
# Expected:  Two octets: a compressed protocol field "must not be transmitted
#            unless this Configuration Option has been negotiated" in LCP (RFC
#            1661 6.5), and a packet builder has negotiated nothing.
# Matters:   A peer that has not agreed to compression may drop such frames,
#            and a test of it says that it drops IP.  The same script sends
#            other octets, and GRE payloads one octet longer, after an upgrade
#            of Debian.  Cure on both: Raw(b"\0\x21") in place of PPP().
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
from scapy.layers.inet import IP
from scapy.layers.ppp import HDLC, PPP, PPP_LCP_Configure

built = (PPP() / IP(), HDLC() / PPP() / IP(), PPP(proto=0x57),
         PPP(proto=0xfd), PPP() / PPP_LCP_Configure())
sizes = (2, 4, 2, 2, 2)
print(*[bytes(b)[:n].hex() for b, n in zip(built, sizes)])
END
}

status=0
while read -r release version octets; do
    fetch "$release" "python3-scapy=$version" || exit 2
    found=$(look "$release") || { cat "$work/$release/said" >&2; exit 2; }
    echo "python3-scapy $version: $found"
    test "$found" = "$octets" || status=1
done <<END
bookworm 2.5.0+dfsg-2 2145 ff032145 57 fd c021
trixie 2.6.1+dfsg-1 0021 ff030021 0057 00fd c021
END
exit $status
