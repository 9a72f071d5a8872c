#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What `dialtone pns` and `dialtone pac` do with half of the load that they can
# take, with all of it and with three times as much: set-ups a second and what
# they take, MS-CHAPv2 and MPPE-128, both ends on this machine, over loopback
# in a network namespace of its own.  What they can take is measured first, by
# asking for more than that; the machine's other load stands beside each line,
# since it takes part.
#
# wire_load.sh [JSON]: prints a table, and writes the figures.
# `dialtone` names another program, such as an earlier one, to be run in turns
# with this one; `MODES` and `ROUNDS` do less or more.  Exit 77: cannot run
# here.
set -u

: "${top_builddir:=.}"
: "${MODES:=icrq ocrq}"
: "${ROUNDS:=3}"
top_builddir=$(cd "$top_builddir" && pwd)
: "${dialtone:=$top_builddir/dialtone}"
json=${1:-$top_builddir/tests/bench/wire_load.json}
case $json in /*) ;; *) json=$PWD/$json ;; esac

skip()
{
    echo "SKIP: wire_load: $*"
    exit 77
}

if test "${2-}" != inside; then
    test "$(id -u)" -eq 0 || skip "TUN and GRE need root"
    test -c /dev/net/tun || skip "no /dev/net/tun on this machine"
    unshare --net --pid --fork --kill-child --mount-proc true 2>/dev/null ||
        skip "no namespaces on this machine"
    work=$(mktemp -d) || exit 1
    trap 'rm -rf "$work"' EXIT
    export work top_builddir dialtone MODES ROUNDS
    unshare --net --pid --fork --kill-child --mount-proc \
        sh "$0" "$json" inside
    exit
fi

ip link set lo up
# also for programs that call from one address only
sysctl -qw net.ipv4.ip_local_port_range='1024 65535'
cd "$work" || exit 1
echo 'alice * wonder *' >secrets
chmod 600 secrets

# files of two processes, whose limit is one's own
most=$(ulimit -Hn)
ulimit -n "$most"
most=$((most * 8 / 10))
test "$most" -lt 16000 || most=16000

serve()
{
    cat >pns.yaml <<END
listen: 127.0.0.1
local: 10.99.0.1
pool: 10.99.0.2-10.99.255.254
secrets: secrets
tun: pns
drain: 4s
control: {socket: none}
ppp: {auth: mschap2}
limits: {calls: 60000, calls_per_source: 60000, connections: $most,
    connections_per_source: $most, half_open: $most,
    half_open_per_source: $most, connections_per_second: 0}
END
    : >pns.log # before it is looked at: the one before was ready, too
    "$dialtone" pns pns.yaml 2>pns.log &
    server=$!
    until grep -q ' ready: ' pns.log; do
        kill -0 $server || { cat pns.log; exit 1; }
        sleep 0.05
    done
}

# MODE RATE SECONDS: calls for two seconds, so long in all; sets up, rate,
# median, p99
load()
{
    count=$(($2 * 2)) conns=10
    if test "$1" = ocrq; then
        test "$count" -lt "$most" || count=$((most * 8 / 9))
        conns=$count
    fi
    test "$count" -le 40000 || count=40000
    cat >pac.yaml <<END
mode: $1
peers: 127.0.0.1
local: 127.0.0.2
secrets: secrets
control: {socket: none}
lines:
  - name: load
    client: {user: alice, count: $count, rate: $2, redial: 0s, auth: mschap2}
limits: {calls: $count, connections: $conns}
END
    serve
    "$dialtone" pac pac.yaml 2>pac.log &
    callers=$!
    sleep "$3"
    kill $callers
    wait $callers
    kill $server
    wait $server
    line=$(grep ' calls, .* came up' pac.log | tail -n 1)
    set -- $(echo "$line" | sed 's/.*: \([0-9]*\) calls, \([0-9]*\) came up, in \([0-9.]*\) s; set-up: median \([0-9.]*\) ms, 99 % within \([0-9.]*\) ms.*/\1 \2 \3 \4 \5/')
    up=${2:-0} seconds=${3:-0} median=${4:-0} p99=${5:-0}
    rate=$(awk -v n="$up" -v s="$seconds" \
        'BEGIN { printf "%.0f", (s > 0 ? n / s : 0) }')
}

figures=

# MODE WHAT OFFERED: a line of the table, of what `load` found
tell()
{
    printf '%-6s %-8s %8s %8s %10s %10s %8s\n' "$1" "$2" "$3" "$rate" \
        "$median" "$p99" "$(cut -d ' ' -f 1 /proc/loadavg)"
    figures="$figures${figures:+,
}  {\"mode\": \"$1\", \"load\": \"$2\", \"offered\": $3, \
\"set_ups_per_s\": $rate, \"median_ms\": $median, \"p99_ms\": $p99}"
}

# MODE: the most that came up in a second, asking for more and more; `capacity`
find_capacity()
{
    capacity=0 offered=3000
    while :; do
        load "$1" $offered 3
        test "$rate" -le $capacity || capacity=$rate
        test $((rate * 10)) -gt $((offered * 8)) || break
        test $offered -lt 30000 || break
        offered=$((offered * 3 / 2))
    done
    test $capacity -gt 0 || { cat pac.log; exit 1; }
}

printf '%-6s %-8s %8s %8s %10s %10s %8s\n' mode load offered 'up/s' \
    'median ms' 'p99 ms' 'loadavg'
for mode in $MODES; do
    find_capacity "$mode"
    # in turns, so that what else the machine does hits all of them
    for _ in $(seq "$ROUNDS"); do
        load "$mode" $((capacity / 2)) 3
        tell "$mode" 0.5 $((capacity / 2))
        load "$mode" "$capacity" 4
        tell "$mode" 1 "$capacity"
        load "$mode" $((capacity * 3)) 6
        tell "$mode" 3 $((capacity * 3))
    done
done
printf '[\n%s\n]\n' "$figures" >"$json"
