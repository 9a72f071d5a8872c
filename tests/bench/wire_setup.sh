#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# How fast `dialtone pns` takes calls, what an idle one costs, and whether
# silent connections delay others.  Callers are `dialtone pac` with thousands
# of PPP clients, in the same network namespace: all of it over loopback.
#
# wire_setup.sh JSON: prints a table and writes the figures.  Exit 77: cannot
# run here.
set -u

: "${top_builddir:=.}"
top_builddir=$(cd "$top_builddir" && pwd)
dialtone=$top_builddir/dialtone
silent=$top_builddir/tests/bench/silent
json=${1:-$top_builddir/tests/bench/wire_setup.json}
case $json in /*) ;; *) json=$PWD/$json ;; esac

skip()
{
    echo "SKIP: wire_setup: $*"
    exit 77
}

if test "${2-}" != inside; then
    test "$(id -u)" -eq 0 || skip "TUN and GRE need root"
    test -c /dev/net/tun || skip "no /dev/net/tun on this machine"
    unshare --net --pid --fork --kill-child --mount-proc true 2>/dev/null ||
        skip "no namespaces on this machine"
    work=$(mktemp -d) || exit 1
    trap 'rm -rf "$work"' EXIT
    export work top_builddir
    unshare --net --pid --fork --kill-child --mount-proc \
        sh "$0" "$json" inside
    exit
fi

ip link set lo up
cd "$work" || exit 1
echo 'alice * wonder *' >secrets
chmod 600 secrets

# PPP...: the server
serve()
{
    cat >pns.yaml <<END
listen: 127.0.0.1
local: 10.99.0.1
pool: 10.99.0.2-10.99.127.254
secrets: secrets
tun: pns
drain: 4s
control: {socket: none}
ppp: {$*}
limits: {calls: 12000, calls_per_source: 12000, connections: 12000,
    connections_per_source: 12000, half_open: 1000,
    half_open_per_source: 1000, connections_per_second: 0}
END
    : >pns.log # before it is looked at: the one before was ready, too
    "$dialtone" pns pns.yaml 2>pns.log &
    server=$!
    until grep -q ' ready: ' pns.log; do
        kill -0 $server || { cat pns.log; exit 1; }
        sleep 0.05
    done
}

# COUNT MODE RATE PPP...: the callers, in the background
call()
{
    count=$1 mode=$2 rate=$3
    shift 3
    cat >pac.yaml <<END
mode: $mode
peers: 127.0.0.1
local: 127.0.0.2
secrets: secrets
control: {socket: none}
lines:
  - name: load
    client: {user: alice, count: $count, rate: $rate, redial: 0s, $*}
limits: {calls: $count, connections: $count}
END
    "$dialtone" pac pac.yaml 2>pac.log &
    callers=$!
}

field()
{
    sed -n "s/^$2:[[:space:]]*\([0-9]*\).*/\1/p" "/proc/$1/status"
}

sessions()
{
    grep -c ': up with' pns.log
}

# SECONDS: until all have been up, or the time is over; ends both
finish()
{
    sleep "$1"
    memory=$(field $server VmRSS)
    ticks=$(cut -d ' ' -f 14,15 /proc/$server/stat)
    kill $callers 2>/dev/null
    wait $callers
    kill $server
    wait $server
    line=$(grep ' calls, .* came up, in ' pac.log | tail -n 1)
    set -- $(echo "$line" | sed 's/.*: \([0-9]*\) calls, \([0-9]*\) came up, in \([0-9.]*\) s; set-up: median \([0-9.]*\) ms, 99 % within \([0-9.]*\) ms.*/\1 \2 \3 \4 \5/')
    up=${2:-0} seconds=${3:-0} median=${4:-0} p99=${5:-0}
    cpu=$(echo "$ticks" | awk -v hz="$(getconf CLK_TCK)" \
        '{ print ($1 + $2) / hz }')
}

figures=

# NAME VALUE UNIT [BOUND OK]
tell()
{
    printf '%-54s %10s %-10s %s\n' "$1" "$2" "$3" "${4-}"
    figures="$figures${figures:+,
}  {\"name\": \"$1\", \"value\": $2, \"unit\": \"$3\", \"bound\": \"${4-}\"}"
}

# VALUE RELATION BOUND: "at least 5: ok"
against()
{
    awk -v v="$1" -v r="$2" -v b="$3" 'BEGIN {
        good = r == ">=" ? v >= b : v <= b
        printf "%s %s: %s", r, b, good ? "ok" : "short" }'
}

rate_of()
{
    awk -v n="$up" -v s="$seconds" 'BEGIN { printf "%.0f", n / s }'
}

# TITLE COUNT MODE AUTH: all callers at a pace that is above the bound
set_ups()
{
    serve "auth: $4"
    call "$2" "$3" 4000 "auth: $4"
    finish 9
    rate=$(rate_of)
    tell "$1, came up" "$up" calls "$(against "$up" '>=' "$2")"
    tell "$1" "$rate" "a second" "$(against "$rate" '>=' 2000)"
    tell "$1, of the server's CPU" "$(awk -v n="$up" -v c="$cpu" \
        'BEGIN { printf "%.0f", n / c }')" "a CPU s"
}

# p99 at a moderate pace, with and without silent connections, in turns
quantile()
{
    serve "auth: mschap2"
    if test "$1" -gt 0; then
        mkfifo hold.$1.$2
        "$silent" 127.0.0.1 1723 "$1" <hold.$1.$2 >held &
        holder=$!
        exec 3>hold.$1.$2
        until test -s held; do sleep 0.05; done
    fi
    call 2000 ocrq 1000 "auth: mschap2"
    finish 4
    if test "$1" -gt 0; then
        exec 3>&-
        wait $holder
    fi
    echo "$p99"
}

middle()
{
    sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

set_ups "set-ups, one control connection, MS-CHAPv2 and MPPE" 10000 icrq \
    mschap2
set_ups "set-ups, a connection each, MS-CHAPv2 and MPPE" 5000 ocrq mschap2

serve "auth: pap, mppe: off"
call 10000 icrq 4000 "auth: pap, mppe: off"
finish 9
tell "10000 calls, came up" "$up" calls "$(against "$up" '>=' 10000)"
mb=$(awk -v k="$memory" 'BEGIN { printf "%.1f", k / 1024 }')
tell "memory of a server with 10000 idle calls" "$mb" MiB \
    "$(against "$mb" '<=' 40)"

for i in 1 2 3; do
    quantile 0 $i >>alone
    quantile 500 $i >>crowd
done
alone=$(middle <alone) crowd=$(middle <crowd)
ratio=$(awk -v a="$alone" -v c="$crowd" 'BEGIN { printf "%.2f", c / a }')
tell "99 % of set-ups within, alone" "$alone" ms
tell "99 % of set-ups within, with 500 silent connections" "$crowd" ms
tell "ratio of the two" "$ratio" "" "$(against "$ratio" '<=' 2)"

printf '[\n%s\n]\n' "$figures" >"$json"
