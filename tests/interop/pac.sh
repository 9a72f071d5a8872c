#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# `dialtone call` and `dialtone pac` against real servers: five pptpd and one
# more in a guest (servers/guest), and against our own PNS.  A real pppd in
# another guest (pppd/guest) is a caller of the PAC: on a pseudo-terminal, on
# standard input and output, and behind a modem (modem.c).  Daemons write
# journals, which are replayed in the end.
#
# All happens in namespaces of its own: two networks joined by a cable, and
# processes that cannot outlive it.  pac.sh [PATTERN] runs only checks whose
# names match (as `case` does).  Exit 77: skipped.
# shellcheck disable=SC2254,SC2086
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
: "${dialtone:=$top_builddir/dialtone}"
: "${modem:=$top_builddir/tests/interop/modem}"
export top_srcdir top_builddir dialtone modem

what=pac
. "$top_srcdir/tests/interop/common.sh"

if test "${1-}" != inside; then
    pattern=${1:-*}
    test -x "$modem" || skip "the modem was not built"
    needs socat mkfifo linux.uml modprobe busybox pptpd pppd
    work=$(mktemp -d) || exit 1
    # who is nobody reads nothing in there but what is open already
    trap 'rm -rf "$work"' EXIT
    export work pattern
    timeout -k 2 240 $isolated sh ${trace-} "$0" inside
    exit
fi

. "$top_srcdir/tests/interop/servers.sh"
servers_networks
echo wonder >"$work/password"
echo mischief >"$work/wrong"
chmod 600 "$work/password" "$work/wrong"

# --- guests ----------------------------------------------------------------

# The same for pppd's; some of its lines come when they want
tell()
{
    echo "$*" >&7
}

hear()
{
    heard=$(timeout 30 head -n 1 <&8)
    case $heard in
    $1) return 0 ;;
    esac
    fail "pppd's guest says '$heard', not '$1'"
}

# --- our daemons -----------------------------------------------------------

client='' server='' other=''

# HOST OPTION...: dialtone call
call()
{
    host=$1
    shift
    "$dialtone" call "$host" --user alice --password-file "$work/password" \
        --run-as nobody --journal "$work/journal" "$@" 2>"$log" &
    client=$!
}

# LINE...: the PAC's configuration
pac()
{
    printf '%s\n' 'secrets: secrets' 'journal: journal' 'drain: 4s' \
        'retry: 200ms' 'retry_max: 1s' "$@" >"$work/pac.yaml"
    "$dialtone" pac "$work/pac.yaml" 2>"$log" &
    client=$!
    said ' ready: '
}

client_ends()
{
    ends $client "${1:-0}" journal || return 1
    client=
}

server_ends()
{
    ends $server 0 journal.pns || return 1
    server=
}

begin_check()
{
    rm -f "$work"/journal*
    other=''
}

end_check()
{
    end_now $client $server $other
}

# --- dialtone call ---------------------------------------------------------

# No route, no device that is ours, no call
nothing_left()
{
    ip link show | grep -E ': (pptp|dt)[0-9]+:' && {
        fail "a device is left"
        return 1
    }
    ip route show | grep -v -e ' dev near ' -e ' dev servers proto kernel' \
        -e '^default via 10.77.1.1 dev servers $' && {
            fail "a route is left"
            return 1
        }
    return 0
}

# Packets through the tunnel, small ones and a transfer's
traffic()
{
    ping -q -c 10 -i 0.05 -W 3 198.51.100.1 || return 1
    ping -q -c 3 -i 0.05 -W 3 -s 1300 198.51.100.1 || return 1
    head -c 1000000 /dev/urandom >"$work/sent"
    timeout 30 socat -t 20 - TCP:198.51.100.1:7 <"$work/sent" >"$work/back"
    cmp "$work/sent" "$work/back"
}

# N TEXT OPTION...: a session, its packets, its end
session()
{
    n=$1 text=$2
    shift 2
    call 10.77.1.$n --route 198.51.100.0/24 "$@" || return 1
    said ": up, we are 192.0.2.[0-9]*, 192.0.2.$n behind pptp0; $text" 10 ||
        return 1
    servers "sessions $n" 'sessions 1' || return 1
    traffic || return 1
    client_ends 0 || return 1
    said ' ended$' || return 1
    server_free $n && nothing_left
}

wrong_password()
{
    "$dialtone" call 10.77.1.1 --user alice --password-file "$work/wrong" \
        2>"$log" &
    client=$!
    exits 1 || return 1
    said 'user or password is wrong.*not tried again' || return 1
    test "$(grep -c 'PPP failed' "$log")" -eq 1 || fail "tried twice"
    servers 'tried 1' 'tried 1'
}

no_encryption()
{
    call 10.77.1.2 --mppe required
    exits 1 || return 1
    said 'encryption is required and was refused.*cure: ' && replayed journal
}

# As pppd 2.5 is with plain require-mppe; both ends' cures
weak_server()
{
    call 10.77.1.8 --once
    exits 1 || return 1
    said 'asks for MPPE of 40 bits only.*cure: .require-mppe-128. there' ||
        return 1
    session 8 'MS-CHAPv2, MPPE 40 stateless' --mppe-weak --mppe required
}

# Less than its default is what the server is told, and keeps to
small()
{
    call 10.77.1.5 --auth none --mppe off --mtu 1000 || return 1
    said ': up, .*name servers 198.51.100.53.*, WINS 198.51.100.137' 10 ||
        return 1
    "$dialtone" ctl --json --socket /run/dialtone/call.sock call \
        192.0.2.5 | tr -d ' \n' >"$work/call" || return 1
    grep -q '"mtu":1000.*"dns":\["198.51.100.53.*"wins":\["198.51.100.137' \
        "$work/call" || fail "$(cat "$work/call")" || return 1
    servers 'saw 5 rcvd .LCP ConfReq .*<mru 1000>' 'saw [1-9]*' || return 1
    # both ways as fragments: 1,028 octets
    ip route add 198.51.100.0/24 dev pptp0 || return 1
    ping -q -c 3 -i 0.1 -W 3 -M dont -s 1000 198.51.100.1 || return 1
    client_ends 0 && server_free 5 && nothing_left
}

other_auth()
{
    call 10.77.1.4 --once
    exits 1 || return 1
    said "PPP's phase '.*another authentication"
}

# A server at the other end of the default route, which the tunnel takes over
default_route()
{
    call 203.0.113.1 --default-route || return 1
    said ': up, ' 10 || return 1
    ip route get 203.0.113.1 | grep 'via 10.77.1.1 dev servers' || return 1
    ip route get 192.0.2.250 | grep 'dev pptp0' || return 1
    traffic || return 1
    client_ends && nothing_left || return 1
    # and when it is killed, its keeper tidies up
    call 203.0.113.1 --default-route || return 1
    said ': up, ' 10 || return 1
    kill -s KILL $client
    wait $client
    client=
    sleep 0.3
    nothing_left
}

# pptpd and all its processes die; it is called again until it is back
server_dies()
{
    call 10.77.1.2 --route 198.51.100.0/24 || return 1
    said ': up, ' 10 || return 1
    servers 'kill 2' killed || return 1
    said 'control connection to 10.77.1.2 is gone' || return 1
    ip route get 198.51.100.1 | grep pptp0 && {
        fail "its route stays"
        return 1
    }
    said '10.77.1.2 cannot be reached' || return 1
    servers 'start 2' started || return 1
    says_times "$log" ': up, ' 2 15 || return 1
    ping -q -c 3 -i 0.1 -W 3 198.51.100.1 || return 1
    test "$(grep -c 'cannot be reached' "$log")" -eq 1 || fail "said twice" ||
        return 1
    client_ends && server_free 2
}

# Its pppd ends the session in order; it is called again at once
server_hangs_up()
{
    call 10.77.1.3 --auth chap || return 1
    said ': up, ' 10 || return 1
    servers 'hangup 3' 'hung up' || return 1
    said 'PPP ended: closed by the peer\|10.77.1.3 is gone' || return 1
    says_times "$log" ': up, ' 2 10 || return 1
    client_ends && server_free 3
}

once()
{
    call 10.77.1.5 --auth none --once || return 1
    said ': up, ' 10 || return 1
    servers 'hangup 5' 'hung up' || return 1
    exits 0 || return 1
    test "$(grep -c ': up, ' "$log")" -eq 1 || return 1
    timeout 20 "$dialtone" call 10.77.1.99 --once --user alice \
        --password-file "$work/password" 2>"$log"
    code=$?
    test $code -eq 1 || fail "exit $code" || return 1
    said '10.77.1.99 cannot be reached; is TCP port 1723 open'
}

# --- dialtone pac, mode ocrq -----------------------------------------------

# Clients with a device and without, at a server each of the five
ocrq()
{
    set -- mschap2 mschap2 chap pap none
    for n in 1 2 3 4 5; do
        pac 'mode: ocrq' "peers: 10.77.1.$n" 'lines:' \
            ' - name: with' \
            "   client: { user: alice, auth: $1, device: dt%d }" \
            ' - name: without' \
            "   client: { user: alice, auth: $1, count: 2 }" || return 1
        shift
        said 'with: up, .* behind dt0; ' 10 || return 1
        i=0
        until servers "sessions $n" 'sessions 3' >/dev/null; do
            i=$((i + 1))
            test $i -gt 50 && {
                fail "$answer"
                return 1
            }
            sleep 0.1
        done
        ping -q -c 3 -i 0.05 -W 3 -I dt0 192.0.2.$n || return 1
        client_ends || return 1
        nothing_left || return 1
    done
}

# N: at once, and each with its packets.  No more than ten begin in a second:
# pptpd listens with a backlog of 3
many()
{
    pac 'mode: ocrq' 'peers: 10.77.1.2' 'limits: { packets: 8192 }' \
        'lines:' ' - name: many' \
        "   client: { user: alice, device: dt%d, count: $1, mppe: off," \
        '             rate: 10 }' ||
        return 1
    i=0
    until servers 'sessions 2' "sessions $1" >/dev/null; do
        i=$((i + 1))
        test $i -gt 150 && {
            fail "$answer of $1"
            return 1
        }
        sleep 0.2
    done
    echo "$answer after $(($(date +%s) - began)) s"
    # both ends have to know; the daemon counts for itself
    i=0
    until "$dialtone" ctl -s /run/dialtone/pac.sock counters --all \
        >"$work/counters" && grep -q "^ *$1 *client.up " "$work/counters"; do
        i=$((i + 1))
        test $i -gt 50 && cat "$work/counters" && return 1
        sleep 0.1
    done
    test "$(grep -c ': up, ' "$log")" -lt 30 || fail "the log is flooded" ||
        return 1
    pings=
    for n in $(seq 0 $(($1 - 1))); do
        ping -q -c 2 -i 0.2 -W 5 -I dt$n 192.0.2.2 >/dev/null 2>&1 &
        pings="$pings $!"
    done
    lost=0
    for each in $pings; do
        wait $each || lost=$((lost + 1))
    done
    echo "pinged after $(($(date +%s) - began)) s"
    test $lost -eq 0 || fail "$lost of $1 without an answer" || return 1
    client_ends || return 1
    echo "we ended after $(($(date +%s) - began)) s"
    server_free 2 && nothing_left
}

# --- mode icrq -------------------------------------------------------------

icrq()
{
    pns 'limits: { calls_per_source: 101 }' || return 1
    pac 'mode: icrq' 'peers: 10.77.2.1' 'lines:' \
        ' - name: bob' \
        '   client: { user: bob, device: dt%d, routes: 10.99.0.0/24 }' \
        ' - name: many' '   client: { user: alice, count: 100 }' || return 1
    says "$pns_log" '"bob" from 10.77.2.2: up with 10.98.0.5' 10 || return 1
    says_times "$pns_log" '"alice" from 10.77.2.2: up with' 100 10 ||
        return 1
    ping -q -c 10 -i 0.05 -W 3 10.99.0.1 || return 1
    $at_pns ping -q -c 10 -i 0.05 -W 3 10.98.0.5 || return 1
    client_ends || return 1
    nothing_left || return 1
    says_times "$pns_log" '"alice".*down, had' 100 || return 1
    server_ends
}

# No PNS at first, then one, then none, then one again
pns_away()
{
    pac 'mode: icrq' 'peers: 10.77.2.1' 'lines:' \
        ' - name: bob' \
        '   client: { user: bob, device: dt%d, redial: 200ms }' || return 1
    said 'PNS 10.77.2.1: cannot be reached, or refuses us' || return 1
    sleep 1
    pns || return 1
    says "$pns_log" '"bob".*up with 10.98.0.5' 10 || return 1
    kill -s KILL $server
    wait $server
    said 'PNS 10.77.2.1: connection lost' || return 1
    sleep 1
    pns || return 1
    says_times "$pns_log" '"bob".*up with 10.98.0.5' 2 10 || return 1
    test "$(grep -c 'cannot be reached' "$log")" -le 2 ||
        fail "said again and again" || return 1
    client_ends && server_ends
}

# The PAC is killed: nothing stays, and another one has the address at once
pac_dies()
{
    pns || return 1
    pac 'mode: icrq' 'peers: 10.77.2.1' 'lines:' ' - name: bob' \
        '   client: { user: bob, device: dt%d }' || return 1
    says "$pns_log" '"bob".*up with 10.98.0.5' 10 || return 1
    kill -s KILL $client
    wait $client
    sleep 0.3
    nothing_left || return 1
    rm -f "$work/journal"
    pac 'mode: icrq' 'peers: 10.77.2.1' 'lines:' ' - name: bob' \
        '   client: { user: bob, device: dt%d }' || return 1
    says_times "$pns_log" '"bob".*up with 10.98.0.5' 2 10 || return 1
    client_ends && server_ends
}

# The control connection works, GRE does not come
no_gre()
{
    cat >"$work/deaf.pt" <<'SCRIPT'
      < c1 accept
      < c1 SCCRQ
      > c1 SCCRP result=1
      > c1 up
      > c1 ICRQ call_id=$k
      < c1 ICRP result=1 call_id=1 peer_call_id=$k
      > c1 ICCN
+6    < c1 CCRQ call_id=1
      > c1 CDN
+1    wait
SCRIPT
    # a PNS that connects to us, beside our trying
    pac 'mode: icrq' 'peers: 10.77.2.1' 'listen: 10.77.2.2' 'lines:' \
        ' - name: bob' '   client: { user: bob, redial: 1h }' || return 1
    timeout 20 $at_pns "$dialtone" script --peer 10.77.2.2 \
        --local 10.77.2.1 "$work/deaf.pt"
    said 'no GRE came from 10.77.2.1 to 10.77.2.2: IP protocol 47' || return 1
    client_ends
}

# --- callers on lines ------------------------------------------------------

# PATH: pppd's serial line is plugged in there
plug()
{
    socat 'FD:3!!FD:4' "OPEN:$1,rawer,nonblock" \
        3<>"$work/pppd/line.out" 4<>"$work/pppd/line.in" \
        2>>"$work/socat.more" &
    other=$!
    sleep 0.2
}

unplug()
{
    test -z "$other" || kill $other 2>/dev/null
    wait $other 2>/dev/null
    other=
}

# OPTION...: the guest's pppd begins
dial()
{
    tell start noipdefault nobsdcomp nodeflate noipv6 ipcp-accept-local \
        ipcp-accept-remote "$@"
    hear started >/dev/null || hear started
}

# ADDRESS: packets between pppd and what is behind the tunnel
answers()
{
    tell ping 10 500 "$1"
    hear 'ping 0'
}

# A pppd opens the terminal that has a link; the PNS gives it its address
pty()
{
    pns || return 1
    pac 'mode: icrq' 'peers: 10.77.2.1' 'lines:' ' - name: desk' \
        '   number: "5551234"' \
        "   pty: { link: $work/desk, caller: \"777\", again: 0s }" || return 1
    said "line desk: /dev/pts/.*$work/desk" || return 1
    dial user bob password builder || return 1
    plug "$work/desk"
    says "$pns_log" '"bob" from 10.77.2.2: up with 10.98.0.5' 15 || return 1
    answers 10.99.0.1 || return 1
    $at_pns ping -q -c 5 -i 0.05 -W 3 10.98.0.5 || return 1
    # pppd hangs up
    tell signal TERM
    hear 'exit *' || return 1
    unplug
    says "$pns_log" '"bob".*down, had' || return 1
    # and calls again; then the PNS hangs up
    dial user bob password builder || return 1
    plug "$work/desk"
    says_times "$pns_log" '"bob" from 10.77.2.2: up with 10.98.0.5' 2 15 ||
        return 1
    "$dialtone" ctl -s /run/dialtone/pns.sock clear --user bob || return 1
    hear 'exit *' || return 1
    unplug
    # and once more
    dial user bob password builder || return 1
    plug "$work/desk"
    says_times "$pns_log" '"bob" from 10.77.2.2: up with 10.98.0.5' 3 15 ||
        return 1
    answers 10.99.0.1 || return 1
    client_ends || return 1
    # without DCD pppd does not see that
    tell signal KILL
    hear 'exit *' || return 1
    unplug
    server_ends
}

# The same towards pptpd: a call and a connection for each caller
pty_ocrq()
{
    pac 'mode: ocrq' 'peers: 10.77.1.1' 'lines:' ' - name: desk' \
        "   pty: { link: $work/desk, again: 0s }" || return 1
    for round in 1 2; do
        dial user alice password wonder require-mppe-128 || return 1
        plug "$work/desk"
        i=0
        until servers 'sessions 1' 'sessions 1' >/dev/null; do
            i=$((i + 1))
            test $i -gt 100 && {
                fail "$answer"
                return 1
            }
            sleep 0.1
        done
        answers 192.0.2.1 || return 1
        if test $round -eq 1; then
            tell signal TERM
        else
            servers 'hangup 1' 'hung up' || return 1
        fi
        hear 'exit *' || return 1
        unplug
        server_free 1 || return 1
    done
    client_ends
}

# One call on standard input and output: what `pppd pty` starts
stdio()
{
    pns || return 1
    printf '%s\n' 'mode: icrq' 'peers: 10.77.2.1' 'journal: journal' \
        'lines:' ' - name: stdio' '   stdio: { caller: "777" }' \
        >"$work/pac.yaml"
    dial user bob password builder || return 1
    socat 'FD:3!!FD:4' "EXEC:$dialtone pac $work/pac.yaml,stderr" \
        3<>"$work/pppd/line.out" 4<>"$work/pppd/line.in" 2>"$log" &
    other=$!
    says "$pns_log" '"bob" from 10.77.2.2: up with 10.98.0.5' 15 || return 1
    answers 10.99.0.1 || return 1
    tell signal TERM
    hear 'exit *' || return 1
    says "$pns_log" '"bob".*down, had' 10 || return 1
    unplug
    sleep 0.5
    server_ends
}

# --- a modem ---------------------------------------------------------------

plug_modem()
{
    "$modem" "$work/modem" 3<>"$work/pppd/line.out" \
        4<>"$work/pppd/line.in" 2>"$work/modem.more" &
    other=$!
    says "$work/modem.more" ready
}

modem_pac()
{
    pac 'mode: icrq' "$1" 'lines:' ' - name: port' \
        '   number: "5551234"' \
        "   serial: { device: $work/modem, dcd: false, dtr: false," \
        '             rtscts: false, rings: 1 }'
}

# It rings, the PNS wants the call, it is answered
rings()
{
    plug_modem || return 1
    pns || return 1
    modem_pac 'peers: 10.77.2.1' || return 1
    for round in 1 2; do
        kill -s USR1 $other
        says_times "$work/modem.more" answered $round 10 || return 1
        dial user bob password builder || return 1
        says_times "$pns_log" '"bob" from 10.77.2.2: up with 10.98.0.5' \
            $round 15 || return 1
        answers 10.99.0.1 || return 1
        if test $round -eq 1; then # the line is lost
            kill -s USR2 $other
            said 'port: call ended: the line was dropped (lost carrier)' ||
                return 1
            tell signal KILL
        else
            "$dialtone" ctl -s /run/dialtone/pns.sock clear --user bob ||
                return 1
            says "$work/modem.more" 'hung up' 10 || return 1
            tell signal KILL
        fi
        hear 'exit *' || return 1
        says_times "$pns_log" '"bob".*down, had' $round 10 || return 1
        sleep 1
    done
    grep '"bob".*777\|5551234' "$pns_log"
    client_ends && server_ends
}

# A PNS dials out through it: a script, and pppd is who answers there
dials()
{
    plug_modem || return 1
    cat >"$work/dial.pt" <<'SCRIPT'
      < c1 accept
      < c1 SCCRQ
      > c1 SCCRP result=1
      > c1 up
      < c1 OCRQ call_id=1 phone_len=4 phone="9999"
      > c1 OCRP peer_call_id=1 result=4 cause=17
+2    < c1 OCRQ call_id=3 phone_len=4 phone="8888"
      > c1 OCRP peer_call_id=3 result=6 cause=19
+2    < c1 OCRQ call_id=4 phone_len=4 phone="7777"
      > c1 OCRP peer_call_id=4 result=5 cause=0
+2    < c1 OCRQ call_id=2 phone_len=7 phone="5554321"
+0~9  > c1 OCRP peer_call_id=2 result=1 connect_bps=33600
+0~9  > gre packet call=2 seq=0
      < c1 CCRQ call_id=2
+0~9  > c1 CDN
+1    wait
SCRIPT
    modem_pac 'listen: 10.77.2.2' || return 1
    said 'the modem on .* is ready' || return 1
    dial user bob password builder || return 1
    timeout 30 $at_pns "$dialtone" script --peer 10.77.2.2 \
        --local 10.77.2.1 "$work/dial.pt" || return 1
    says "$work/modem.more" 'dialled 5554321' || return 1
    said 'port: dials "9999" for 10.77.2.1' && said 'port: no call: busy' &&
        said 'port: no call: no answer' &&
        said 'port: no call: no dial tone' || return 1
    said 'port: dials "5554321" for 10.77.2.1' &&
        said 'port: connected at 33600 bit/s' &&
        said 'port: call ended: 10.77.2.1 cleared it' || return 1
    says "$work/modem.more" 'hung up' 10 || return 1
    tell signal KILL
    hear 'exit *' || return 1
    client_ends
}

# SIGTERM, and no caller: the PNS is told that it was the operator (2.13: 3),
# not that a carrier was lost (1).  Its journal has the CDN, type 13
operator_ends()
{
    pns || return 1
    pac 'mode: icrq' 'peers: 10.77.2.1' 'lines:' ' - name: user' \
        '   client: { user: alice }' || return 1
    said 'user: up, ' 10 || return 1
    client_ends && server_ends || return 1
    od -An -v -tx1 "$work/journal.pns" | tr -d ' \n' >"$work/octets"
    grep -o '1a2b3c4d000d0000........' "$work/octets" >"$work/cdn"
    test "$(cut -c 21- "$work/cdn")" = 0300 || fail "$(cat "$work/cdn")"
}

# --- a load test tells what went wrong ---------------------------------------

# LINE...: twenty users for twenty seconds, from two addresses
users()
{
    ip addr replace 10.77.1.2/32 dev lo
    $at_pns ip route replace 10.77.1.2/32 via 10.77.2.2
    pac "$@" 'report: report.json' 'mode: ocrq' 'peers: 10.77.2.1' \
        'local: [10.77.2.2, 10.77.1.2]' 'lines:' ' - name: users' \
        "   client: { user: alice, count: 20, hold: 20s, redial: 0s }"
}

# The server dies under all of them
sessions_lost()
{
    pns "$many_calls" || return 1
    users || return 1
    says_times "$pns_log" ': up with' 20 || return 1
    says "$pns_log" 'from 10.77.1.2: up with' || return 1
    kill -s KILL $server
    wait $server 2>/dev/null
    server=
    exits 1 || return 1
    said 'users: 20 lost before their time: the control connection was lost' &&
        said 'users: 20 calls, 20 came up, in ' && reports calls 20 &&
        reports up 20 && replayed journal
}

# Nobody is let in: the PNS has read another password
none_comes_up()
{
    pns "$many_calls" || return 1
    sed -i 's/wonder/mischief/' "$work/secrets"
    users
    exits 1
    code=$?
    sed -i 's/mischief/wonder/' "$work/secrets"
    test $code -eq 0 || return 1
    said 'users: 20 failed: the peer did not accept our authentication; ' &&
        said 'users: 20 calls, 0 came up$' && reports up 0 || return 1
    server_ends
}

# --- all of them -----------------------------------------------------------

boot servers servers
boot pppd ''
booted servers && booted pppd || exit 1
exec 5<>"$work/servers/ctl.in" 6<>"$work/servers/ctl.out"
exec 7<>"$work/pppd/ctl.in" 8<>"$work/pppd/ctl.out"
timeout 5 head -n 1 <&6 >/dev/null
timeout 5 head -n 1 <&8 >/dev/null

check "pptpd, MPPE" session 1 'MS-CHAPv2, MPPE 128 stateless'
check "pptpd, MPPE, MS-CHAPv1" session 7 'MS-CHAPv1, MPPE 128 stateless' \
    --auth mschap1 --mppe required
check "pptpd, MPPE of 40 bits" weak_server
check "pptpd, small packets" small
check "pptpd, MS-CHAPv2" session 2 'MS-CHAPv2, no encryption'
check "pptpd, CHAP" session 3 'CHAP, no encryption' --auth chap
check "pptpd, PAP" session 4 'PAP, no encryption' --auth pap
check "pptpd, nobody asks" session 5 'nobody asked' --auth none
check "wrong password" wrong_password
check "no encryption there" no_encryption
check "another authentication" other_auth
check "default route" default_route
check "the server dies" server_dies
check "the server hangs up" server_hangs_up
check "once" once
check "PAC, five servers" ocrq
check "PAC, 50 calls of pptpd" many 50
check "PAC and PNS, 101 calls" icrq
check "PNS away and back" pns_away
check "PAC killed" pac_dies
check "no GRE" no_gre
check "pppd on a terminal" pty
check "pppd on a terminal, pptpd" pty_ocrq
check "pppd on standard input" stdio
check "a modem rings" rings
check "a modem dials" dials
check "the operator ends it" operator_ends
check "sessions are lost" sessions_lost
check "none comes up" none_comes_up
test ! -e "$work/bad"
