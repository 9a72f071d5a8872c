#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# `dialtone bridge`: simulated callers on simulated telephone lines call a real
# pptpd in a guest (servers/guest), by OCRQ, and our own PNS, by ICRQ.  Checked
# from pptpd's own log, from captures, from what an ordinary ping(8) measures,
# and from the bridge's report and journal.
#
# Networks, guest and patterns as in pac.sh.  Exit 77: skipped.
# shellcheck disable=SC2154,SC2254,SC2086
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
: "${dialtone:=$top_builddir/dialtone}"
export top_srcdir top_builddir dialtone

what=bridge
. "$top_srcdir/tests/interop/common.sh"

if test "${1-}" != inside; then
    pattern=${1:-*}
    needs mkfifo linux.uml modprobe busybox pptpd pppd tshark dumpcap
    work=$(mktemp -d) || exit 1
    trap 'rm -rf "$work"' EXIT
    export work pattern
    timeout -k 2 180 $isolated sh ${trace-} "$0" inside
    exit
fi

. "$top_srcdir/tests/interop/servers.sh"
servers_networks
client='' server='' sniffer=''

# The lines, and what they cost a ping of 56 octets at least: IPv4 and ICMP of
# 84, one of PPP, 4 of framing are 89 octets, 21,190 us at 33,600 bit/s; twice
# that and the delay.
line='line: { rate: 33600bit/s, delay: 40ms }'
trip_us=122380

# --- tools -------------------------------------------------------------------

# LINE...: the bridge's configuration, with more keys of its callers in `$1`
bridge()
{
    callers=$1
    shift
    printf '%s\n' 'secrets: secrets' 'journal: journal' 'drain: 4s' \
        'report: report.json' "$@" 'lines:' ' - name: modems' \
        "   simulated: { $line, $callers }" >"$work/bridge.yaml"
    "$dialtone" bridge "$work/bridge.yaml" 2>"$log" &
    client=$!
    said ' ready: '
}

# DEVICE: what passes there, in $work/pcap
capture()
{
    dumpcap -q -i "$1" -w "$work/pcap" 2>"$work/dumpcap" &
    sniffer=$!
    within 5 grep -q '^File: ' "$work/dumpcap"
}

captured()
{
    sleep 0.5 # what has come has to be written, too
    kill -s INT $sniffer
    wait $sniffer
    sniffer=
}

# NAME AT-LEAST FILTER: so many packets of the capture are like that
passed()
{
    n=$(tshark -r "$work/pcap" -Y "$3" 2>/dev/null | wc -l)
    echo "$n: $1"
    test "$n" -ge "$2" || fail "less than $2"
}

# PEER REQUEST TYPE: the connection, a call by that message, and GRE both ways
call_passed()
{
    passed SCCRQ 1 "pptp.control_message_type == 1 && ip.dst == $1" &&
        passed SCCRP 1 "pptp.control_message_type == 2 && ip.src == $1" &&
        passed "$2" 1 "pptp.control_message_type == $3 && ip.dst == $1" &&
        passed 'GRE there' 10 "gre && ip.dst == $1" &&
        passed 'GRE back' 10 "gre && ip.src == $1"
}

# KEY: of the report, the first; a time in microseconds
value()
{
    sed -n "s/.*\"$1\": *\([0-9.e-]*\).*/\1/p" "$work/report.json" | head -n 1
}

us()
{
    awk -v s="$(value "$1")" 'BEGIN { printf "%d\n", s * 1e6 }'
}

# CALLS PINGS: all of them came up and none was lost, and at least so many
# pings were answered, all but those that were on their way at the end; each
# took as long as the line has to take, and not much longer
well()
{
    reports calls "$1" && reports up "$1" || return 1
    sent=$(value sent) answered=$(value answered)
    echo "$answered of $sent, $(us min) to $(us max) us," \
        "late by $(us late_longest_s) us"
    test "$answered" -ge "$2" || fail "less than $2 answers" || return 1
    test "$answered" -ge $((sent - $1)) || fail "answers are lost" || return 1
    test "$(us min)" -ge $trip_us || fail "faster than the line" || return 1
    test "$(us mean)" -le $((trip_us + 100000)) || fail "slow"
}

begin_check()
{
    rm -f "$work"/journal* "$work/report.json" "$work/pcap"
}

end_check()
{
    end_now $client $server $sniffer
    sniffer=''
}

# --- pptpd -------------------------------------------------------------------

# OCRQ; pptpd sees a caller, who hangs up by PPP's goodbye
pptpd()
{
    capture servers || return 1
    bridge 'user: alice, hold: 4s, redial: 0s, ping: { interval: 200ms }' \
        'mode: ocrq' 'peers: 10.77.1.2' || return 1
    said ': up, we are 192.0.2.[0-9]*, 192.0.2.2; MS-CHAPv2, no encryption' \
        10 || return 1
    servers 'sessions 2' 'sessions 1' || return 1
    exits 0 10 || return 1
    captured || return 1
    said ': down, was up for 4\.[0-9]* s as 192.0.2.*, 192.0.2.2; ' || return 1
    server_free 2 || return 1
    servers 'saw 2 rcvd .CHAP Response .*name = "alice"' 'saw [1-9]*' &&
        servers 'saw 2 rcvd .IPCP ConfAck' 'saw [1-9]*' &&
        servers 'saw 2 remote IP address 192.0.2.1' 'saw [1-9]*' &&
        servers 'saw 2 rcvd .LCP TermReq' 'saw [1-9]*' || return 1
    call_passed 10.77.1.2 OCRQ 7 &&
        passed 'echo requests inside' 15 \
            'gre && icmp.type == 8 && ip.dst == 10.77.1.2' &&
        passed 'echo replies inside' 15 \
            'gre && icmp.type == 0 && ip.src == 10.77.1.2' || return 1
    well 1 15 && replayed journal
}

# Several at once, encrypted
encrypted()
{
    capture servers || return 1
    bridge 'user: alice, count: 3, mppe: required, hold: 4s, redial: 0s,
        ping: { interval: 200ms }' 'mode: ocrq' 'peers: 10.77.1.1' || return 1
    said ': up, .*; MS-CHAPv2, MPPE 128' 10 || return 1
    sleep 1
    servers 'sessions 1' 'sessions 3' || return 1
    exits 0 10 || return 1
    captured || return 1
    server_free 1 || return 1
    call_passed 10.77.1.1 OCRQ 7 || return 1
    passed 'compressed datagrams' 90 'gre && ppp.protocol == 0x00fd' ||
        return 1
    passed 'readable ones' 0 'gre && icmp' || return 1
    test "$n" -eq 0 || fail "not encrypted" || return 1
    well 3 45 && replayed journal
}

server_hangs_up()
{
    bridge 'user: alice, redial: 0s' 'mode: ocrq' 'peers: 10.77.1.2' ||
        return 1
    said ': up, ' 10 || return 1
    sleep 1
    servers 'hangup 2' 'hung up' || return 1
    exits 0 10 || return 1
    # its goodbye takes the line's time, which its TCP's end does not
    said 'PPP ended: closed by the peer\|10.77.1.2 is gone' &&
        said ': down, was up for ' || return 1
    reports up 1 || return 1
    test "$(grep -c '"calls": 0' "$work/report.json")" -eq 2 ||
        fail "$(cat "$work/report.json")" || return 1
    server_free 2 && replayed journal
}

# Half a second in which this machine does nothing for it is said, and counted
behind()
{
    pns || return 1
    bridge 'user: bob, ping: { interval: 200ms }' 'mode: icrq' \
        'peers: 10.77.2.1' || return 1
    said ': up, ' 10 || return 1
    kill -s STOP $client
    sleep 0.5
    kill -s CONT $client
    said 'the simulation was 0\.[3-9].* s behind the clock: .*cure' || return 1
    "$dialtone" ctl -s /run/dialtone/bridge.sock counters >"$work/counters" ||
        return 1
    grep -q ' bridge.behind ' "$work/counters" ||
        fail "$(cat "$work/counters")" || return 1
    ends $client 0 journal || return 1
    client=
}

# Nobody is let in: that is a failure, and said in the report
wrong_password()
{
    sed -i 's/wonder/mischief/' "$work/secrets"
    bridge 'user: alice, redial: 0s' 'mode: ocrq' 'peers: 10.77.1.2'
    exits 1 10
    code=$?
    sed -i 's/mischief/wonder/' "$work/secrets"
    test $code -eq 0 || return 1
    said 'user or password is wrong.*not tried again' && reports up 0
}

# --- our own PNS -------------------------------------------------------------

# ICRQ; an ordinary ping feels the lines, and callers answer it
pns_feels()
{
    pns || return 1
    capture near || return 1
    bridge 'user: bob, ping: { interval: 200ms }' 'mode: icrq' \
        'peers: 10.77.2.1' || return 1
    says "$pns_log" '"bob" from 10.77.2.2: up with 10.98.0.5' 10 || return 1
    $at_pns ping -c 10 -i 0.3 -W 3 10.98.0.5 >"$work/ping" || {
        cat "$work/ping"
        return 1
    }
    trip=$(sed -n 's,^rtt .* = \([0-9.]*\)/.*,\1,p' "$work/ping")
    echo "ping: $trip ms at least"
    awk -v ms="$trip" -v least=$trip_us \
        'BEGIN { exit ms * 1000 < least || ms > 250 }' ||
        fail "the line is not felt" || return 1
    "$dialtone" ctl -s /run/dialtone/bridge.sock calls >"$work/calls" ||
        return 1
    grep -q 'bob.*modems.*network' "$work/calls" ||
        fail "$(cat "$work/calls")" || return 1
    # the operator ends it
    ends $client 0 journal || return 1
    client=
    captured || return 1
    says "$pns_log" '"bob".*down, had 10.98.0.5' || return 1
    said ': down, was up for .* as 10.98.0.5, 10.99.0.1; ' || return 1
    call_passed 10.77.2.1 ICRQ 9 &&
        passed ICCN 1 'pptp.control_message_type == 11' || return 1
    well 1 12
}

# The PNS clears a call, and is called again
pns_clears()
{
    pns || return 1
    bridge 'user: bob, redial: 200ms, ping: { interval: 100ms }' \
        'mode: icrq' 'peers: 10.77.2.1' || return 1
    says "$pns_log" '"bob" from 10.77.2.2: up with 10.98.0.5' 10 || return 1
    "$dialtone" ctl -s /run/dialtone/pns.sock clear --user bob || return 1
    said ': down, was up for ' 10 || return 1
    says_times "$pns_log" '"bob" from 10.77.2.2: up with' 2 10 || return 1
    says_times "$log" ': up, ' 2 || return 1
    ends $client 0 journal || return 1
    client=
    reports calls 2 && reports up 2
}

# A hundred callers, on lines that are slow
hundred()
{
    pns 'limits: { calls_per_source: 101 }' || return 1
    bridge 'user: alice, count: 100, hold: 6s, redial: 0s,
        ping: { interval: 500ms }' 'mode: icrq' 'peers: 10.77.2.1' \
        'limits: { calls: 100 }' || return 1
    says_times "$pns_log" '"alice" from 10.77.2.2: up with' 100 10 || return 1
    exits 0 15 || return 1
    says_times "$pns_log" '"alice".*down, had' 100 || return 1
    well 100 900 && replayed journal
}

# --- all of them -------------------------------------------------------------

boot servers servers
booted servers || exit 1
exec 5<>"$work/servers/ctl.in" 6<>"$work/servers/ctl.out"
timeout 5 head -n 1 <&6 >/dev/null

check "pptpd" pptpd
check "pptpd, three callers, MPPE" encrypted
check "pptpd hangs up" server_hangs_up
check "wrong password" wrong_password
check "PNS, an ordinary ping" pns_feels
check "PNS clears a call" pns_clears
check "behind the clock" behind
check "PNS, a hundred callers" hundred
test ! -e "$work/bad"
