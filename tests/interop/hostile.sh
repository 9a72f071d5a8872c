#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# `dialtone pns` among enemies: one honest session that pings all the time,
# and everything that hostile.c can do at once, from a network of its own
# whose every address is the enemy's.  The honest user keeps his session, the
# server its memory, its log and its order; each attack has a counter.
#
# hostile.sh [PATTERN] runs only attacks whose modes match (as `case` does),
# for HOSTILE_SECONDS (15); SERVER_UNDER="valgrind ..." is put before the
# server (then neither starving, rates nor memory is judged), and HOSTILE_KEEP
# is a folder that gets the logs.  How long a ping takes is told and never
# judged.  Exit 77: skipped.
# shellcheck disable=SC1091,SC2016,SC2034,SC2086,SC2154,SC2194,SC2254
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
: "${dialtone:=$top_builddir/dialtone}"
: "${hostile:=$top_builddir/tests/interop/hostile}"
: "${HOSTILE_SECONDS:=15}"
: "${SERVER_UNDER:=}"
export top_srcdir top_builddir dialtone hostile HOSTILE_SECONDS SERVER_UNDER

what=hostile
. "$top_srcdir/tests/interop/common.sh"

if test "${1-}" != inside; then
    pattern=${1:-*}
    test -x "$hostile" || skip "the attacker was not built"
    needs
    work=$(mktemp -d) || exit 1
    # who is nobody reads nothing in there but what is open already
    trap 'rm -rf "$work"' EXIT
    export work pattern
    timeout -k 2 $((HOSTILE_SECONDS + 150)) $isolated sh "$0" inside
    exit
fi

. "$top_srcdir/tests/interop/wire-common.sh"

# --- two networks: one of friends, one of enemies ----------------------------

# NAME ADDRESS: a namespace at the end of a cable; sets `other`
network()
{
    second_network --net || skip "no second network"
    ip link add "$1" type veth peer name "$1-far"
    ip link set "$1-far" netns "$other"
    ip addr add "$2.1/24" dev "$1"
    ip link set "$1" up
    nsenter --target "$other" --net sh -c "
        ip link set lo up
        ip addr add $2.2/24 dev $1-far
        ip link set $1-far up"
}

ip link set lo up
network friends 10.77.0
at_friends="nsenter --target $other --net"
network enemies 10.79.0
at_enemies="nsenter --target $other --net"
for f in /proc/sys/net/ipv4/conf/*/rp_filter; do
    echo 0 >"$f"
done
# all of that is theirs, behind a router: thousands of neighbours would be too
# many for any kernel
ip route add 10.78.0.0/16 via 10.79.0.2
$at_enemies ip route add local 10.78.0.0/16 dev lo
# too short for 1,396 octets and what is around them
ip link set enemies mtu 1400
$at_enemies ip link set enemies-far mtu 1400
$at_enemies ip addr add 10.78.0.2/32 dev lo
$at_enemies ip route add default via 10.79.0.1 src 10.78.0.2

for who in alice:wonderland-7 bob:builderburg-9; do
    echo "${who#*:}" >"$work/${who%:*}.pw"
    chmod 600 "$work/${who%:*}.pw"
done

# --- what is looked at -------------------------------------------------------

ctl()
{
    timeout 20 "$dialtone" ctl --socket "$work/ctl.sock" "$@"
}

# GROUP.NAME: of the counters last taken
counted()
{
    n=$(sed -n "s/^$1 //p" "$work/counters")
    echo "${n:-0}"
}

count()
{
    ctl --json counters >"$work/counters.json" || return 1
    awk -F '"' '/"group"/ { g = $4 } /"name"/ { n = $4 }
        /"value"/ { gsub(/[^0-9]/, "", $3); print g "." n, $3 }' \
        "$work/counters.json" >"$work/counters"
}

bad()
{
    echo "FAIL $*"
    touch "$work/bad"
}

# kB in memory
memory()
{
    sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$server/status"
}

# FILE: median of the pings' times in it
median()
{
    sed -n 's/.* time=\([0-9.]*\) ms/\1/p' "$1" | sort -n |
        awk '{ t[NR] = $1 } END { print (NR ? t[int((NR + 1) / 2)] : "-") }'
}

# USER: is up, once more than `ups`
user_up()
{
    test "$(grep -c "\"$1\" .*: up with" "$log")" -gt "$ups"
}

# USER WHERE...: calls, and again whenever that ends
join()
{
    user=$1
    shift
    ups=$(grep -c "\"$user\" .*: up with" "$log")
    "$@" "$dialtone" call --user "$user" --device "$user" \
        --password-file "$work/$user.pw" 10.77.0.1 2>"$work/$user.log" &
    joined=$!
    within 30 user_up "$user" || fail "$user is not up"
}

# USER: his Call ID here, or nothing
call_id_of()
{
    ctl --json call "$1" 2>/dev/null |
        sed -n 's/.*"local_id": *\([0-9]*\).*/\1/p' | head -n 1
}

# WHERE DEVICE NUMBER FILE: pings through the tunnel
ping_inside()
{
    $1 ping -n -i 0.05 -W 2 -c "$3" -I "$2" 10.99.0.1 >"$4" 2>&1
}

# FILE: percent answered
answered()
{
    sed -n 's/^\([0-9]*\) packets transmitted, \([0-9]*\) received.*/\1 \2/p' \
        "$1" | awk '{ print ($1 > 0 ? int(100 * $2 / $1) : 0) }'
}

# --- the attacks -------------------------------------------------------------

# MODE ADDRESS [CALL_ID]
attack()
{
    case $1 in
    $pattern) ;;
    *) return ;;
    esac
    mode=$1 address=$2
    shift 2
    $at_enemies timeout -k 1 $((HOSTILE_SECONDS + 10)) "$hostile" "$mode" \
        10.77.0.1 "$HOSTILE_SECONDS" "$address" "$@" \
        >"$work/attack-$mode" 2>&1 &
    attacks="$attacks $!"
}

# MODE [COUNTER LEAST]...: what an attack has done, and must have left
left()
{
    mode=$1
    case $mode in
    $pattern) ;;
    *) return ;;
    esac
    shift
    echo "-- $(cat "$work/attack-$mode")"
    test -s "$work/attack-$mode" || bad "$mode: did not get to its end"
    while test $# -ge 2; do
        n=$(counted "$1")
        echo "   $1 $n"
        test "$n" -ge "$2" || bad "$mode: $1 is $n, less than $2"
        shift 2
    done
}

all_attacks()
{
    attacks=
    attack garbage 10.78.0.3
    attack silent 10.78.0.4
    attack flood 10.78.0.5
    attack strangers 10.78.0.6
    attack call_ids 10.78.0.7
    attack mute 10.78.0.15
    attack truncated 10.78.0.8
    attack forge 10.78.0.2 "$(call_id_of bob)"
    attack ppp 10.78.0.9
    attack lcp 10.78.0.10
    attack ocrq 10.78.0.11
    attack names 10.78.0.12
    attack logins 10.78.0.13
    attack slow 10.78.0.14
    for pid in $attacks; do
        wait "$pid" || bad "an attacker ended with $?"
    done
}

what_they_left()
{
    # calls are looked at when they are 10 s old
    young=$((HOSTILE_SECONDS > 12))
    left garbage pptp.conns_lost_sync 10 pptp.conns_bad_msg 10
    left silent tcp.half_open_ended 100
    # a slow server is not hurried
    quick=1
    test -z "$SERVER_UNDER" || quick=0
    left flood tcp.accepted 100 tcp.refused_rate $quick
    left strangers pptp.gre_rx_unknown 100
    left call_ids pptp.gre_rx_unknown 100 diagnose.call_ids "$young"
    left mute diagnose.no_gre "$young"
    left truncated pptp.gre_rx_bad 100
    left forge pptp.acks_ahead 10 pptp.gre_rx_skipped 10
    left ppp ppp.frames_rx 1000 ppp.frames_phase 10 ppp.packets_bad 10
    left lcp ppp.options_bad 1 ppp.frames_rx 1000
    left ocrq pns.calls_refused 100
    left names pptp.msgs_bad_value 1
    left logins ppp.auth_failed 50 ppp.auth_no_secret 10
    left slow tcp.backlog_full 1
}

# --- everything --------------------------------------------------------

# What the server is allowed to grow by, in kB: every packet of the pool (2 kB
# each), a backlog for every connection, and as much again for the allocator.
packets=2048 connections=200 calls=64
growth=$((packets * 2 + connections * 32 + 4096))

begin()
{
    rm -f "$work/ctl.sock"
    configure 'control: { socket: ctl.sock }' \
        'ppp: { echo: 1s, echo_fails: 4 }' \
        "limits: { packets: ${packets}packets, connections: $connections, \
calls: $calls, calls_per_source: 8, half_open: 32, \
half_open_per_source: 4, connections_per_source: 16, \
connections_per_second: 1000 }"
    printf '%s\n' 'alice * wonderland-7 *' 'bob * builderburg-9 *' \
        >"$work/secrets"
    $SERVER_UNDER "$dialtone" pns "$work/pns.yaml" 2>"$log" &
    server=$!
    readies=0
    within 30 is_ready || fail "does not begin"
}

# No secret of ours, in whatever anybody may read.
no_secrets()
{
    ctl --json calls >"$work/shown.calls" 2>&1
    ctl --json call alice >"$work/shown.call" 2>&1
    ctl status >"$work/shown.status" 2>&1
    ctl connections >"$work/shown.connections" 2>&1
    if grep -q -a -e wonderland -e builderburg "$log" "$work"/shown.* \
        "$work/counters.json" "$work/alice.log" "$work/bob.log" \
        "$work/all.pcapng"; then
        bad "a password is in what people may read"
    fi
}

# 200 lines a second of each of two kinds, and what is more urgent than both
log_in_order()
{
    most=$(cut -c 1-19 "$log" | sort | uniq -c | sort -n | tail -n 1)
    echo "-- log: $(wc -l <"$log") lines; most in a second: $most"
    test "$(echo "$most" | awk '{ print $1 }')" -le 410 ||
        bad "more lines a second than are allowed"
    LC_ALL=C grep -q -a '[^ -~]' "$log" &&
        bad "octets of strangers in the log"
    grep -v -q '^[0-9T:.-]*Z ' "$log" && test -z "$SERVER_UNDER" &&
        bad "a line that is none of ours"
    grep -q -e 'Sanitizer' -e 'runtime error' -e ': assertion' "$log" &&
        bad "the server is sick"
    if test "$HOSTILE_SECONDS" -gt 12; then
        grep -q 'take 1440 outside.* takes only 1400: .*`mtu: 1356`' "$log" ||
            bad "a short way was not told"
    fi
    case logins in
    $pattern)
        grep -q 'log-ins from 10.78.0.13 were refused within' "$log" ||
            bad "guesses were not told"
        ;;
    esac
    return 0
}

main()
{
    begin || return 1
    join alice $at_friends || return 1
    alice=$joined
    join bob $at_enemies || return 1
    bob=$joined
    ping_inside "$at_friends" alice 40 "$work/ping.before"
    ctl capture start "$work/all.pcapng" --limit 200M --snap 64 >/dev/null
    before=$(memory)

    # as long as the attacks take, and then some
    ping_inside "$at_friends" alice $((HOSTILE_SECONDS * 20)) \
        "$work/ping.while" &
    pinging=$!
    all_attacks
    wait $pinging
    after=$(memory)
    sleep 1
    ping_inside "$at_friends" alice 40 "$work/ping.after"
    ctl capture stop >/dev/null 2>&1
    count || bad "ctl does not answer"

    what_they_left
    echo "-- alice: $(answered "$work/ping.before") % answered before," \
        "$(answered "$work/ping.while") % while," \
        "$(answered "$work/ping.after") % after; median" \
        "$(median "$work/ping.before") $(median "$work/ping.while")" \
        "$(median "$work/ping.after") ms"
    grep -q '"alice" .*: down' "$log" && bad "alice's session was ended"
    test -n "$SERVER_UNDER" ||
        test "$(answered "$work/ping.while")" -ge 50 || bad "alice was starved"
    test "$(answered "$work/ping.after")" -eq 100 || bad "alice is harmed"
    echo "-- memory: $before kB before, $after kB after; at most" \
        "$growth kB more"
    test -n "$SERVER_UNDER" || test $((after - before)) -le $growth ||
        bad "memory grows"

    # who was attacked himself may have lost his session; he has a new one
    comes_back || bad "bob does not come back"
    echo "-- bob: $(grep -c '"bob" .*: up with' "$log") sessions"
    no_secrets

    kill -s TERM $server
    wait $server
    code=$?
    test $code -eq 0 || bad "the server ended with $code"
    said ' ended$' || bad "no orderly end"
    log_in_order
    kill $alice $bob 2>/dev/null
    test ! -e "$work/bad"
}

comes_back()
{
    soon=$(($(date +%s) + 60))
    until test "$(date +%s)" -gt $soon; do
        ping_inside "$at_enemies" bob 40 "$work/ping.bob"
        test "$(answered "$work/ping.bob")" = 100 && return 0
        sleep 0.5
    done
    return 1
}

main
code=$?
test -z "${HOSTILE_KEEP-}" || cp "$work"/*.log "$work"/ping.* "$HOSTILE_KEEP"
if test $code -eq 0; then
    echo "PASS hostile"
else
    echo "FAIL hostile"
    grep -v -e 'not let in' -e refused "$log" | tail -n 60
    tail -n 5 "$work"/*.log
    exit 1
fi
