#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# `dialtone pns` on a cable that loses, delays, doubles, spoils and cuts
# (relay.c), against pptp-linux with a real pppd above it; both sides killed;
# GRE blocked; and what real peers do otherwise than the RFC says, a timed
# script each (quirks/*.pt).
#
# The checks are in lanes that run at the same time, each in namespaces of
# its own: two networks joined by the relay, a guest (pppd/guest) of its own,
# and processes that cannot outlive it.  wire.sh [PATTERN] runs only checks
# whose names match (as `case` does).  Exit 77: skipped.
# shellcheck disable=SC1091,SC2016,SC2034,SC2086,SC2154
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
: "${dialtone:=$top_builddir/dialtone}"
: "${relay:=$top_builddir/tests/interop/relay}"
export top_srcdir top_builddir dialtone relay

lanes="faults orders cuts ends blackhole silence quirks"
lane_seconds=170

what=wire

# --- outside: the lanes ----------------------------------------------------

if test "${1-}" != inside; then
    pattern=${1:-*}
    work=
    . "$top_srcdir/tests/interop/wire-common.sh"
    test -x "$relay" || skip "the relay was not built"
    needs mkfifo pgrep
    all=$(mktemp -d) || exit 1
    # who is nobody reads nothing in there but what is open already
    trap 'rm -rf "$all"' EXIT
    export pattern
    lacking=$(missing $real_tools)
    if test -n "$lacking"; then
        echo "SKIP wire: real clients: no $lacking"
        lanes="silence quirks"
    fi
    for lane in $lanes; do
        mkdir "$all/$lane"
        work=$all/$lane timeout -k 2 $lane_seconds \
            $isolated sh "$0" inside "$lane" >"$all/$lane.out" 2>&1 &
        pids="${pids-} $!"
    done
    good=77
    for lane in $lanes; do
        set -- $pids
        wait "$1"
        code=$?
        shift
        pids=$*
        echo "-- $lane"
        cat "$all/$lane.out"
        case $code in
        0) test $good -eq 1 || good=0 ;;
        77) ;;
        124) echo "FAIL $lane: longer than $lane_seconds s" && good=1 ;;
        *) good=1 ;;
        esac
    done
    exit $good
fi

# --- inside: one lane ------------------------------------------------------

lane=$2
. "$top_srcdir/tests/interop/wire-common.sh"

relay_networks
# pptp-linux keeps a socket under /run, whatever the machine has there
mount -t tmpfs none /run && mkdir -p /run/pptp

end_check()
{
    relay mend
    end_both
}

# Much waits for a number that is late, on a machine that is busy.
patient='pptp: { reorder_hold: 400ms, recv_window: 128packets,
  reorder_packets: 128packets }'

# --- faults ----------------------------------------------------------------

# LOST: so many numbers were passed over, and those of packets that our window
# had no room for while the machine did other things.
passed_over()
{
    full=$(counter 'GRE data discarded: receive window full')
    counts 'sequence numbers passed over: lost on the way' \
        -eq $(($1 + full))
}

# Every GRE packet with data that was lost leaves a gap in the numbers.
lossy()
{
    start "$patient" || return 1
    dial_up alice require-mppe-128 || return 1
    relay zero && relay loss 5 || return 1
    pings 75 80 -i 0.1 && bulk 150000 || return 1
    relay loss 0
    pings 100 5 -i 0.1 || return 1
    relay counters
    take_counters || return 1
    lost=$(relayed up lost_data)
    echo "  $lost lost on the way up, $(relayed down lost_data) down"
    test "$lost" -gt 0 || fail "nothing was lost" || return 1
    passed_over "$lost" &&
        counts 'GRE data discarded: older than one passed on' -eq 0 &&
        hang_up && compare_counters -gt || return 1
    stop 0
}

late()
{
    start "$patient" || return 1
    dial_up alice require-mppe-128 || return 1
    relay zero && relay reorder 7 10 || return 1
    pings 100 50 -i 0.02 && bulk 300000 || return 1
    relay reorder 0
    relay counters
    take_counters || return 1
    echo "  $(relayed up late_data) late on the way up"
    counts 'GRE data that waited for an earlier number' -gt 0 &&
        passed_over 0 &&
        counts 'GRE data discarded: older than one passed on' -eq 0 &&
        hang_up && compare_counters -eq || return 1
    stop 0
}

doubled()
{
    start "$patient" || return 1
    dial_up alice require-mppe-128 || return 1
    relay zero && relay duplicate 20 || return 1
    pings 100 50 -i 0.02 && bulk 300000 || return 1
    relay duplicate 0
    relay counters
    take_counters || return 1
    twice=$(relayed up twice_data)
    echo "  $twice doubled on the way up"
    test "$twice" -gt 0 || fail "nothing was doubled" || return 1
    test $(($(counter 'GRE data discarded: duplicate') + \
        $(counter 'GRE data discarded: older than one passed on'))) \
        -eq "$twice" || fail "not all of them discarded" || return 1
    hang_up && compare_counters -eq && stop 0
}

# TCP inside finds what nobody else can: GRE has no checksum.
spoiled()
{
    start || return 1
    dial_up alice nomppe novj || return 1
    relay zero && relay corrupt 2 || return 1
    bulk 300000 || return 1
    relay corrupt 0
    relay counters
    test "$(relayed up corrupted)" -gt 0 || fail "nothing was spoiled" ||
        return 1
    pings 100 5 -i 0.1 && hang_up && stop 0
}

# Both, and TCP of the control connection with it.  No duplicates: pptp-linux
# 1.10.0 crashes when one comes that waits in its queue already.  And not while
# PPP begins: pppd gives up MPPE where a ConfAck of CCP is lost.
everything()
{
    start 'pptp: { idle_timeout: 500ms, echo_timeout: 10s }' || return 1
    dial_up alice require-mppe-128 || return 1
    relay only all && relay loss 2 && relay reorder 11 5 || return 1
    code=0
    pings 75 50 -i 0.1 && bulk 100000 || code=1
    relay mend
    relay only gre
    test $code -eq 0 && hang_up && nothing_left && stop 0
}

# Calls that begin while packets are lost, without MPPE.
begins()
{
    start 'ppp: { mppe: off }' || return 1
    relay only all && relay loss 3 && relay reorder 5 5 || return 1
    code=0
    for n in 1 2; do
        dial_up alice nomppe && hang_up || code=1
    done
    relay mend
    relay only gre
    test $code -eq 0 && nothing_left && stop 0
}

# --- orders: pptp-linux swaps what it sends ----------------------------------

# 3, ten reversed: it drops the eleventh itself, whatever its manual says; what
# did cross the cable is passed on, all of it.
# TYPE RATE OPTION...
swapped()
{
    pptp_more="--test-type $1 --test-rate $2"
    shift 2
    start "$patient" && relay zero || return 1
    dial_up alice "$@"
    code=$?
    pptp_more=
    test $code -eq 0 || return 1
    # or ten packets that it holds back would wait for TCP's time-outs
    ping -q -i 0.05 -w 60 "$given" >/dev/null &
    pinging=$!
    bulk 300000
    code=$?
    kill $pinging
    wait $pinging
    test $code -eq 0 || return 1
    sleep 0.5
    relay counters
    take_counters || return 1
    omitted=$(relayed up missing)
    echo "  $(counter 'GRE data that waited for an earlier number') waited," \
        "$omitted never sent"
    counts 'GRE data that waited for an earlier number' -gt 0 &&
        passed_over "$omitted" &&
        counts 'GRE data discarded: older than one passed on' -eq 0 &&
        hang_up && stop 0
}

# --- cuts ------------------------------------------------------------------

# The timers' defaults: control connection 60 + 60 s, LCP 30 s, four times.
short_cut()
{
    start || return 1
    dial_up alice require-mppe-128 lcp-echo-interval 30 \
        lcp-echo-failure 4 || return 1
    relay at 0.5 cut 5 || return 1
    bulk 1000000 || return 1
    sleep 1
    pings 100 20 -i 0.1 || return 1
    relay counters
    test $(($(relayed up cut) + $(relayed down cut))) -gt 0 ||
        fail "nothing was cut" || return 1
    said_times 0 ': down' && said_times 1 ': up with' || return 1
    take_counters
    counts 'calls begun, either way' -eq 1 && hang_up && nothing_left &&
        stop 0
}

# MS: what is 60 s by default, and 30 s of LCP half of it
timers()
{
    printf 'ppp: { echo: %dms }\n' $(($1 / 2))
    printf 'pptp: { idle_timeout: %dms, echo_timeout: %dms }\n' "$1" "$1"
}

# A twentieth of 200 s and of all timers: both ends give up, each by itself,
# and are back at once when the cable is.
long_cut()
{
    start "$(timers 3000)" || return 1
    dial_up alice require-mppe-128 lcp-echo-interval 1 \
        lcp-echo-failure 6 || return 1
    first=$given
    relay cut 10 || return 1
    cut_at=$(date +%s)
    within 9 logged '"alice".*: down' || fail "goes on" || return 1
    took=$(($(date +%s) - cut_at))
    echo "  the server's end after $took s"
    hear 'exit *' && say saw 'No response to 6 echo-requests' &&
        hear 'saw yes' || return 1
    echo "  pppd's end after $(($(date +%s) - cut_at)) s"
    client_gone
    nothing_left || return 1
    while test $(($(date +%s) - cut_at)) -lt 11; do
        sleep 0.1
    done
    dial_up alice require-mppe-128 || return 1
    test "$given" = "$first" || fail "$given, not $first" || return 1
    pings 100 5 -i 0.1 && hang_up && nothing_left && stop 0
}

# The same cut, and timers three times as long: nobody notices.
same_cut()
{
    start "$(timers 9000)" || return 1
    dial_up alice require-mppe-128 lcp-echo-interval 3 \
        lcp-echo-failure 6 || return 1
    relay cut 10 || return 1
    sleep 11
    pings 100 10 -i 0.2 || return 1
    said_times 0 ': down' && said_times 1 ': up with' && hang_up &&
        nothing_left && stop 0
}

# --- ends ------------------------------------------------------------------

# After whatever ended the session: none left, and the next one at once, with
# the same address.
again()
{
    first=$given
    nothing_left || return 1
    dial_up alice require-mppe-128 || return 1
    test "$given" = "$first" || fail "$given, not $first" || return 1
    pings 100 5 -i 0.1 && hang_up && nothing_left && stop 0
}

# 3.1.4, 1.2: the calls end with their control connection.
reset_both()
{
    start || return 1
    dial_up alice require-mppe-128 || return 1
    relay zero && relay reset && relay counters || return 1
    test "$(relayed up resets)" -eq 1 && test "$(relayed down resets)" -eq 1 ||
        fail "$answer" || return 1
    said '"alice".*: down.*the control connection ended' || return 1
    client_ended && again
}

# all its processes
kill_pptp()
{
    pids=$(pgrep -f '^pptp') && kill -s KILL $pids
}

no_pptp()
{
    ! pgrep -f '^pptp' >/dev/null
}

client_killed()
{
    start || return 1
    dial_up alice require-mppe-128 || return 1
    kill_pptp || return 1
    said '"alice".*: down' || return 1
    client_ended && within 5 no_pptp && again
}

# ... and nothing says so: not even its kernel has a word.
client_vanished()
{
    start "$(timers 2000)" || return 1
    dial_up alice require-mppe-128 || return 1
    relay cut 0 || return 1
    kill_pptp || return 1
    within 9 logged '"alice".*: down' || fail "goes on" || return 1
    client_ended || return 1
    relay mend && again
}

# Killed, it leaves nothing that the next one would stumble over.
server_killed()
{
    start || return 1
    dial_up alice require-mppe-128 || return 1
    kill -s KILL $server
    wait $server 2>/dev/null
    start || return 1
    test "$(pgrep -c -f 'dialtone pns')" -le 2 || fail "processes left" ||
        return 1
    client_ended || return 1
    dial_up alice require-mppe-128 || return 1
    pings 100 5 -i 0.1 && hang_up && nothing_left && stop 0 || return 1
    # and ended in order, it leaves nothing at all
    within 5 no_dialtone || fail "processes left" || return 1
    ip link show pns 2>/dev/null && fail "TUN left" && return 1
    ip route | grep -e 10.99 -e 10.98 && fail "routes left" && return 1
    return 0
}

no_dialtone()
{
    ! pgrep -f 'dialtone pns' >/dev/null
}

# --- GRE blocked -----------------------------------------------------------

# One user's GRE is, another's is not.
blocked()
{
    start || return 1
    dial_up alice require-mppe-128 || return 1
    relay blackhole 10.77.0.3 || return 1
    ping -q -i 0.2 -w 45 "$given" >"$work/pings" &
    pinging=$!
    # a client whose PPP would talk, were there anybody to talk to
    $at_client socat EXEC:'sleep 60' EXEC:"pptp 10.77.0.1 --localbind \
10.77.0.3 --nolaunchpppd --nohostroute" 2>>"$work/socat" &
    second=$!
    code=0
    within 43 logged 'call from 10.77.0.3: ended before it was up' || code=1
    within 5 gone $second || fail "the client does not end" || code=1
    kill -s INT $pinging
    wait $pinging
    test $code -eq 0 || return 1
    said_times 1 'from 10.77.0.3: .*no GRE came; is IP protocol 47 blocked' ||
        return 1
    cat "$work/pings"
    # the last of them may have been on its way
    awk '/packets transmitted/ { late = $1 - $4; seen = 1 }
        END { exit !(seen && late <= 1) }' "$work/pings" ||
        fail "others were harmed" ||
        return 1
    said_times 0 '"alice".*: down' && hang_up && nothing_left && stop 0
}

# It is from now on: LCP's echoes find out, the control connection clears
# the call, and the client hears that.
blocked_later()
{
    start 'ppp: { echo: 1s, echo_fails: 3 }' || return 1
    dial_up alice require-mppe-128 || return 1
    relay blackhole || return 1
    said '"alice".*: down' || return 1
    client_ended || return 1
    relay mend && again
}

# LINE...: of a script, after a call is up
script_call()
{
    {
        printf '%s\n' '< c1 accept' '< c1 SCCRQ' '> c1 SCCRP result=1' \
            '> c1 up' '< c1 OCRQ call_id=7' '> k1 new on=c1' '> k1 dial' \
            '< k1 connected' '> k1 up' '> c1 OCRP result=1 call_id=$k'
        printf '%s\n' "$@"
    } >"$work/call.pt"
    timeout 50 $at_client "$dialtone" script --tolerance 2s --peer 10.77.0.1 \
        --local 10.77.0.2 "$work/call.pt" || return 1
}

# Before we do: he would not wait for half a minute.
gives_up()
{
    start || return 1
    relay blackhole || return 1
    script_call '+6 < c1 CCRQ call_id=7' '> c1 CDN call_id=$k' || return 1
    said ' ended before it was up' &&
        said_times 1 'from 10.77.0.2: .*no GRE came; is IP protocol 47 block' &&
        nothing_left && stop 0
}

# As a NAT without a helper does it: what he sends comes, what we send not.
one_way()
{
    start || return 1
    relay blackhole 10.77.0.2 down || return 1
    script_call '< gre packet call=$k seq=0 len=40' '> k1 frame len=40' \
        '+10~40 > c1 CDN call_id=$k' || return 1
    said ' ended before it was up' &&
        said_times 1 'from 10.77.0.2: GRE comes, but nobody there answers ours' &&
        nothing_left && stop 0
}

# --- what real peers do ------------------------------------------------------
#
# The scripts say what is seen on the wire; alone with the core they would
# have to say more.

# LOCAL SCRIPT...: one after another
scripts_from()
{
    from=$1
    shift
    for script; do
        timeout 40 $at_client "$dialtone" script --tolerance 2s --peer 10.77.0.1 \
            --local "$from" "$script" >"$work/script-$from" 2>&1
        code=$?
        # a script that was skipped showed nothing
        if test $code -ne 0 || ! grep -q ^PASS "$work/script-$from"; then
            echo "  $script: exit $code"
            cat "$work/script-$from"
            touch "$work/script-failed"
        fi
    done
}

# KIND: all its scripts, from four addresses at the same time
quirks()
{
    rm -f "$work/script-failed"
    n=0
    for script in "$top_srcdir"/tests/interop/quirks/"$1"-*.pt; do
        case $((n % 4)) in
        0) list_2="${list_2-} $script" ;;
        1) list_3="${list_3-} $script" ;;
        2) list_4="${list_4-} $script" ;;
        3) list_5="${list_5-} $script" ;;
        esac
        n=$((n + 1))
    done
    waiting=
    for n in 2 3 4 5; do
        eval "list=\${list_$n-}; list_$n="
        scripts_from 10.77.0.$n $list &
        waiting="$waiting $!"
    done
    for pid in $waiting; do
        wait "$pid"
    done
    test ! -e "$work/script-failed"
}

# PPP of ours waits for theirs, which never begins.
quirks_silent()
{
    start 'ppp: { silent: true }' || return 1
    quirks wire && nothing_left && stop 0
}

# ... and here it talks, so that the peer has something not to acknowledge.
quirks_talking()
{
    start || return 1
    quirks ppp && nothing_left || return 1
    counts 'times a session gave up its window: no acknowledgments' -gt 0 &&
        stop 0
}

# ---------------------------------------------------------------------------

case $lane in
silence | quirks) ;;
*) boot || { echo "FAIL the guest boots" && exit 1; } ;;
esac
case $lane in
faults)
    check "5 % lost" lossy
    check "late" late
    check "doubled" doubled
    check "spoiled" spoiled
    check "lost and late, TCP too" everything
    check "lost while PPP begins" begins
    ;;
orders)
    check "swapped, one" swapped 1 20 require-mppe-128
    check "swapped, ten late" swapped 2 50 require-mppe-128
    check "swapped, ten reversed" swapped 3 100 require-mppe-128
    ;;
cuts)
    check "a cut of 5 s" short_cut
    check "a cut of 200 s" long_cut
    check "the same cut, timers three times as long" same_cut
    ;;
ends)
    check "TCP reset" reset_both
    check "client killed" client_killed
    check "client vanished" client_vanished
    check "server killed" server_killed
    ;;
blackhole)
    check "GRE blocked" blocked
    check "GRE blocked later" blocked_later
    ;;
silence)
    check "GRE blocked, a user gives up" gives_up
    check "GRE blocked one way" one_way
    ;;
quirks)
    check "quirks" quirks_silent
    check "quirks while PPP talks" quirks_talking
    ;;
esac
test ! -e "$work/bad"
