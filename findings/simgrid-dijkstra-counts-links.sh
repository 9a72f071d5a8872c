#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SimGrid's Dijkstra takes the way with fewer links, not the faster one.
#
# Packages:  libsimgrid-dev 3.32-2+b2 (Debian 12), 4.0-1+b1 (Debian 13)
# Seen:      From a to b lead two links of 50 ms, and three of 10 ms.  In a
#            zone with routing="Dijkstra" (and "DijkstraCache") the route is
#            the one of 100 ms, as in a zone with "Floyd".
# Expected:  30 ms.  SimGrid's manual, "Platform routing", "Shortest path":
#            Floyd goes by the number of hops, Dijkstra by latency, and that
#            is why it looks again whenever a route is asked for.
# Matters:   Who models a backbone with a short cut of few slow hops (a
#            satellite, a leased line) has every call on the slow way, and
#            round-trip times, windows and time-outs of another network than
#            the one drawn.  Nothing is said.  Cure: routing="Full".
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

# ROUTING: two links of 50 ms by r, three of 10 ms by s and t
platform()
{
    cat <<END
<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <zone id="zone" routing="$1">
    <host id="a" speed="1Gf"/> <host id="b" speed="1Gf"/>
    <router id="r"/> <router id="s"/> <router id="t"/>
    <link id="slow1" bandwidth="1MBps" latency="50ms"/>
    <link id="slow2" bandwidth="1MBps" latency="50ms"/>
    <link id="fast1" bandwidth="1MBps" latency="10ms"/>
    <link id="fast2" bandwidth="1MBps" latency="10ms"/>
    <link id="fast3" bandwidth="1MBps" latency="10ms"/>
    <route src="a" dst="s"><link_ctn id="fast1"/></route>
    <route src="s" dst="t"><link_ctn id="fast2"/></route>
    <route src="t" dst="b"><link_ctn id="fast3"/></route>
    <route src="a" dst="r"><link_ctn id="slow1"/></route>
    <route src="r" dst="b"><link_ctn id="slow2"/></route>
  </zone>
</platform>
END
}

cat >"$work/way.c" <<'END'
#include <stdio.h>
#include <simgrid/engine.h>
#include <simgrid/host.h>

int main(int argc, char **argv)
{
    simgrid_init(&argc, argv);
    simgrid_load_platform(argv[1]);
    simgrid_run_until(0);
    printf("%.0f ms\n",
           1e3 * sg_host_get_route_latency(sg_host_by_name("a"),
                                           sg_host_by_name("b")));
    return 0;
}
END

# RELEASE: the program and the library of that release, with its own libc
look()
{
    root=$work/$1/root
    mkdir "$work/$1/include" || return 1
    for each in simgrid simgrid.h xbt xbt.h; do
        test ! -e "$root/usr/include/$each" ||
            ln -s "$root/usr/include/$each" "$work/$1/include/" || return 1
    done
    cc -I"$work/$1/include" "$work/way.c" -o "$work/$1/way" \
        "$root/usr/lib/x86_64-linux-gnu/libsimgrid.so" \
        -Wl,--unresolved-symbols=ignore-in-shared-libs \
        >"$work/$1/said" 2>&1 || return 1
    usr=$root/usr/lib/x86_64-linux-gnu
    libraries=$usr:$root/lib/x86_64-linux-gnu:$usr/blas:$usr/lapack
    loader=$(find "$root/" -name ld-linux-x86-64.so.2 -type f)
    for routing in Floyd Dijkstra DijkstraCache; do
        platform $routing >"$work/platform.xml"
        printf '%s ' $routing
        "$loader" --library-path "$libraries" "$work/$1/way" \
            "$work/platform.xml" 2>"$work/$1/said" || return 1
    done
}

printf '%s 100 ms\n' Floyd Dijkstra DijkstraCache >"$work/described"
status=0
for each in bookworm=3.32-2+b2 trixie=4.0-1+b1; do
    release=${each%%=*} version=${each#*=}
    fetch "$release" "libsimgrid-dev=$version" || exit 2
    look "$release" >"$work/found" || {
        cat "$work/$release/said" >&2
        exit 2
    }
    echo "libsimgrid $version: $(tr '\n' ' ' <"$work/found")"
    cmp -s "$work/found" "$work/described" || status=1
done
exit $status
