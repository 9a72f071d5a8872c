#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The bare dumbbell of tests/bench/dumbbell.c in dialtone, in Debian's ns-3
# and in csg-htsim: processor time a packet-hop, the best of interleaved
# rounds, as a table and as JSON.  Then ten flows of TCP NewReno through a
# bottleneck for 230 s (tests/truth/ns3.yaml) in dialtone and in ns-3: time of
# a whole run, of ns-3 without what it takes to set it up.  Who is missing is
# named and left out.
#
#   others.sh FILE.json
#
# Environment: HTSIM, the folder `sim` of csg-htsim with its libhtsim.a made
# (`make libhtsim.a` there); CXX; ROUNDS (5); top_srcdir, top_builddir.
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=.}" "${CXX:=c++}" "${HTSIM:=}" "${ROUNDS:=5}"
json=${1:-$top_builddir/tests/bench/others.json}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

. "$top_srcdir/tests/truth/ns3-build.sh"

# NAME SENDERS: one round; ns a hop
round()
{
    case $1 in
        dialtone) "$top_builddir/tests/bench/dumbbell" bare "$2" ;;
        ns-3) "$work/ns3_bare" --senders="$2" --hashed=0 ;;
        ns-3-hashed) "$work/ns3_bare" --senders="$2" --hashed=1 ;;
        htsim) "$work/htsim_bare" "$2" ;;
    esac
}

# NAME: one round of TCP; seconds
tcp_round()
{
    case $1 in
        dialtone)
            rm -f "$work/tcp.sqlite"
            (
                "$top_builddir/dialtone" sweep \
                    "$top_srcdir/tests/truth/ns3.yaml" -q --seeds 1 \
                    -o "$work/tcp.sqlite" --set flows.flow.count=10 >&2 &&
                    times
            ) | awk '
                function s(t) { split(t, p, "[ms]"); return p[1] * 60 + p[2] }
                FNR == 2 { printf "%.3f\n", s($1) + s($2); some = 1 }
                END { exit !some }'
            ;;
        ns-3) "$work/ns3_tcp" --queue=droptail50 --flows=10 | cut -d, -f11 ;;
    esac
}

who=dialtone
tcp=
if ns3_build "$top_srcdir/tests/bench/ns3_bare.cc" "$work/ns3_bare"; then
    who="$who ns-3 ns-3-hashed"
    ns3_build "$top_srcdir/tests/truth/ns3_tcp.cc" "$work/ns3_tcp" &&
        tcp="dialtone ns-3"
fi
if test -z "$HTSIM"; then
    echo "SKIP: others: no csg-htsim: HTSIM names no folder"
elif "$CXX" -std=c++17 -O3 -w -I"$HTSIM" \
    "$top_srcdir/tests/bench/htsim_bare.cc" -o "$work/htsim_bare" \
    "$HTSIM/libhtsim.a" 2>"$work/said"; then
    who="$who htsim"
else
    cat "$work/said"
    exit 1
fi

round=0
while test "$round" -lt "$ROUNDS"; do
    round=$((round + 1))
    for n in 10 100 1000; do
        for each in $who; do
            ns=$(round "$each" $n) || exit 1
            echo "$n $each $ns" >>"$work/all"
        done
    done
    for each in $tcp; do
        seconds=$(tcp_round "$each") || exit 1
        echo "$each $seconds" >>"$work/tcp"
    done
done

# The best of each; how many times dialtone's.
LC_ALL=C awk -v json="$json" '
    !(($1, $2) in best) {
        best[$1, $2] = $3
        if (!($1 in seen)) { seen[$1]; sizes[++rows] = $1 }
        if (!($2 in known)) { known[$2]; names[++columns] = $2 }
    }
    $3 + 0 < best[$1, $2] + 0 { best[$1, $2] = $3 }
    END {
        printf "%-12s %8s %14s %10s %10s\n", "", "senders",
            "packet-hops/s", "ns/hop", "dialtone"
        print "[" >json
        for (c = 1; c <= columns; c++)
            for (r = 1; r <= rows; r++) {
                ns = best[sizes[r], names[c]]
                times = ns / best[sizes[r], "dialtone"]
                printf "%-12s %8d %14.0f %10.1f %9.1fx\n", names[c],
                    sizes[r], 1e9 / ns, ns, times
                printf "%s  {\"who\": \"%s\", \"senders\": %d, " \
                    "\"ns_per_hop\": %s, \"dialtone_faster\": %.2f}",
                    (c + r > 2 ? ",\n" : ""), names[c], sizes[r], ns,
                    times >json
            }
    }' "$work/all"
test -z "$tcp" || LC_ALL=C awk -v json="$json" '
    !($1 in best) || $2 < best[$1] { best[$1] = $2 }
    END {
        times = best["ns-3"] / best["dialtone"]
        printf "\n%-12s %8s\n%-12s %8.3f\n%-12s %8.3f %32.1fx\n", "TCP, 230 s",
            "seconds", "dialtone", best["dialtone"], "ns-3", best["ns-3"],
            times
        printf ",\n  {\"who\": \"ns-3\", \"tcp_flows\": 10, " \
            "\"seconds\": %s, \"dialtone_seconds\": %s, " \
            "\"dialtone_faster\": %.2f}", best["ns-3"], best["dialtone"],
            times >>json
    }' "$work/tcp"
printf '\n]\n' >>"$json"
