#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Our daemons against each other and against what machines are like: how they
# begin, end and come back.  Nothing else has to be installed: no guest, no
# other implementation; behind a modem (modem.c) nobody speaks PPP.
#
# All happens in namespaces of its own: two networks joined by a cable, and
# processes that cannot outlive it.  daemons.sh [PATTERN] runs only checks
# whose names match (as `case` does).  Exit 77: skipped.
# shellcheck disable=SC2254,SC2086
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
: "${dialtone:=$top_builddir/dialtone}"
: "${modem:=$top_builddir/tests/interop/modem}"
export top_srcdir top_builddir dialtone modem

what=daemons
. "$top_srcdir/tests/interop/common.sh"

if test "${1-}" != inside; then
    pattern=${1:-*}
    test -x "$modem" || skip "the modem was not built"
    needs mkfifo mount prlimit
    work=$(mktemp -d) || exit 1
    # who is nobody reads nothing in there but what is open already
    trap 'rm -rf "$work"' EXIT
    export work pattern
    timeout -k 2 240 $isolated sh "$0" inside
    exit
fi

# --- the server's network is far, the client's near --------------------------

two_networks 10.77.0.2/24 10.77.0.1/24
at_pns=$at_far
mount -t tmpfs none /run && mkdir -p /run/dialtone

# and the server has one inside, with a gateway
$at_far ip link add in0 type veth peer name in1
$at_far ip link set in0 up
$at_far ip link set in1 up
$at_far ip addr add 10.50.0.1/24 broadcast + dev in0
$at_far ip route add 10.60.0.0/24 via 10.50.0.254

printf '%s\n' 'alice * wonder *' 'bob * builder *' >"$work/secrets"
echo wonder >"$work/password"
chmod 600 "$work/secrets" "$work/password"

# --- our daemons -------------------------------------------------------------

log=$work/log pns_log=$work/pns.log logs='log pns.log'
client='' server='' other=''

# FILE PATTERN [COUNT [SECONDS]]: until so many of its lines match
has_lines()
{
    test "$(grep -c -e "$2" "$1")" -ge "${3:-1}"
}

says()
{
    within "${4:-5}" has_lines "$@" || fail "not said: $2"
}

said()
{
    says "$log" "$@"
}

# LINE...: the PNS, beside what all have; `pool` may be another one
pns()
{
    {
        case $* in
        *listen:*) ;;
        *) echo 'listen: 10.77.0.1' ;;
        esac
        printf '%s\n' 'local: 10.99.0.1' \
            "pool: ${pool:-10.99.0.16-10.99.0.99}" 'secrets: secrets' \
            'tun: pns' 'drain: 4s' "$@"
    } >"$work/pns.yaml"
    $at_pns "$dialtone" pns "$work/pns.yaml" 2>"$pns_log" &
    server=$!
    says "$pns_log" ' ready: '
}

# LINE...: the PAC
pac()
{
    : >"$log"
    printf '%s\n' 'secrets: secrets' 'drain: 6s' "$@" >"$work/pac.yaml"
    "$dialtone" pac "$work/pac.yaml" 2>"$log" &
    client=$!
    said ' ready: '
}

# OPTION... HOST: dialtone call
call()
{
    : >"$log"
    "$dialtone" call --user alice --password-file "$work/password" \
        "$@" 2>"$log" &
    client=$!
}

# PID STATUS [SECONDS]: it ends by itself, or was told to
gone()
{
    ! kill -s 0 $1 2>/dev/null
}

ends()
{
    within "${3:-10}" gone $1 || fail "it does not end" || return 1
    wait $1
    code=$?
    test $code -eq $2 || fail "exit $code, not $2"
}

client_ends()
{
    kill -s TERM $client
    ends $client "${1:-0}" || return 1
    client=
}

server_ends()
{
    kill -s TERM $server
    ends $server 0 || return 1
    server=
}

begin_check()
{
    other='' pool=''
}

end_check()
{
    end_now $client $server $other
}

# --- signals -----------------------------------------------------------------

# What `timeout` does: one signal for its child and one for the group
two_signals()
{
    pns || return 1
    for round in 1 2 3 4; do
        call 10.77.0.1
        says "$pns_log" '"alice".*: up with' $round 10 || return 1
        kill -s TERM $client
        kill -s TERM $client
        ends $client 0 || return 1
        ! grep 'ends at once' "$log" || return 1
        says "$pns_log" '"alice".*: down,.*: closed by the peer' $round ||
            return 1
    done
    # somebody who waits for a server that does not answer any more
    call 10.77.0.1
    said ' up, we are ' 1 10 || return 1
    kill -s STOP $server
    kill -s INT $client
    sleep 1.1
    kill -s INT $client
    ends $client 0 1 || return 1
    said 'SIGINT again: ends at once' || return 1
    kill -s CONT $server
    server_ends
}

# --- routes ------------------------------------------------------------------

# LINES: the client's `routes`
office()
{
    pac 'mode: ocrq' 'peers: 10.77.0.1' 'control: { socket: none }' 'lines:' \
        ' - name: office' '   client: { user: alice, device: office0,' \
        "             redial: 200ms, routes: $1 }"
}

# Everything goes into the tunnel, beside the default route of the machine
default_route()
{
    ip route add default via 10.77.0.1 || return 1
    pns && office 0.0.0.0/0 && said ': up, ' || return 1
    ip route get 192.0.2.1 | grep ' dev office0 ' || return 1
    ip route get 10.77.0.1 | grep ' dev near ' || return 1
    ping -q -c 1 -W 3 10.99.0.1 || return 1
    client_ends && server_ends || return 1
    test "$(grep -c ': up with' "$pns_log")" -eq 1 || fail "not once" ||
        return 1
    ip route | grep '^default via 10.77.0.1 dev near' || return 1
    ip route del default
}

# A network that the machine has itself: one log-in, and a line that says it
route_exists()
{
    pns && office 10.77.0.0/24 || return 1
    ends $client 1 || return 1
    client=
    said 'TUN office0: route 10.77.0.0/24: File exists.*not tried again' ||
        return 1
    test "$(grep -c ': up with' "$pns_log")" -eq 1 || fail "not once" ||
        return 1
    call --once --route 10.77.0.0/24 10.77.0.1
    ends $client 1 || return 1
    # a name that is not free is known before anybody is asked
    call --once --device near 10.77.0.1
    ends $client 1 || return 1
    client=
    said 'busy; another device has that name' || return 1
    server_ends
}

# --- the log -----------------------------------------------------------------

# Five addresses for thirty users: whatever ends a call is said, however many
# come up or end otherwise in the same second; and by both sides
pool_exhausted()
{
    pool=10.99.0.16-10.99.0.20
    pns 'limits: { connections_per_second: 0, half_open_per_source: 50 }' ||
        return 1
    pac 'mode: ocrq' 'peers: 10.77.0.1' 'control: { socket: none }' 'lines:' \
        ' - name: users' '   client: { user: alice, count: 30, hold: 1s,' \
        '             redial: 0s }' || return 1
    ends $client 1 || return 1
    client=
    for kind in 'up, we are' 'call ended: 10.77.0.1 cleared it' \
        '\(cleared in PPP\|PPP failed\)' 'PPP ended: closed here'; do
        said " users: $kind" || return 1
    done
    test "$(grep -c ' users: up' "$log")" -lt 5 || fail "the log is flooded" ||
        return 1
    says "$pns_log" 'ended before it was up: no inner address for him' 25 ||
        return 1
    server_ends
}

# --- names -------------------------------------------------------------------

cp /etc/hosts "$work/hosts" && mount --bind "$work/hosts" /etc/hosts
$at_far ip addr add 10.77.0.3/24 dev far # nobody listens there

# ADDRESS...: of vpn.test, in the order in which they are found; or none
name_has()
{
    echo '127.0.0.1 localhost' >"$work/hosts"
    for each; do
        echo "$each vpn.test" >>"$work/hosts"
    done
}

# A name that is not there yet, then another host's, then ours; and again when
# the session is lost
name_changes()
{
    name_has
    call vpn.test
    said ' call: vpn.test: .*; looked up again for each call' || return 1
    name_has 10.77.0.3
    said ' vpn.test (10.77.0.3) cannot be reached; is TCP port 1723 open' 1 \
        15 || return 1
    pns || return 1
    name_has 10.77.0.1
    said ' call: up, we are ' 1 20 || return 1
    client_ends && server_ends || return 1
    # once: that is enough
    name_has
    call --once vpn.test
    ends $client 1 || return 1
    client=
}

# Of several addresses the next one is tried at once
several_addresses()
{
    name_has 10.77.0.3 10.77.0.1
    pns || return 1
    call --once --default-route vpn.test
    said ' vpn.test (10.77.0.3) cannot be reached' &&
        said ' call: up, we are ' || return 1
    # the tunnel's own packets stay outside
    ip route get 10.77.0.1 | grep ' dev near ' || return 1
    client_ends || return 1
    ! ip route show | grep '^10.77.0.1 ' || fail "a route is left" || return 1
    pac 'mode: icrq' 'peers: [nowhere.test, vpn.test]' 'retry: 100ms' \
        'retry_max: 1s' 'control: { socket: none }' 'lines:' \
        ' - name: office' '   client: { user: alice, redial: 200ms }' ||
        return 1
    said ' PNS nowhere.test: .*; looked up again until it is there' &&
        said ' PNS vpn.test (10.77.0.1): connected' &&
        said ' office: up, we are ' || return 1
    # another address while it is away
    server_ends || return 1
    said ' PNS vpn.test (10.77.0.1): connection lost' || return 1
    name_has 10.77.0.4
    $at_far ip addr add 10.77.0.4/24 dev far
    pns 'listen: 10.77.0.4' || return 1
    said ' PNS vpn.test (10.77.0.4): connected' || return 1
    # its process has gone with it
    client_ends && server_ends || return 1
    ! grep -l dialtone-names /proc/[0-9]*/comm || fail "a process is left"
}

# --- who is told what --------------------------------------------------------

# A server that takes TCP and closes it: it has one of us already
closed_at_once()
{
    pns 'limits: { connections_per_source: 1 }' || return 1
    call 10.77.0.1
    said ' call: up, we are ' || return 1
    other=$client
    call --once 10.77.0.1
    ends $client 1 || return 1
    client=
    said ' call: 10.77.0.1 closed the connection at once, so its port is open' \
        || return 1
    ! grep 'cannot be reached' "$log" || return 1
    server_ends
}

# One that has taken it, as the kernel does for a server that is busy, and
# resets it before we know; PID: who is stopped
stopped()
{
    grep '^State:.*stopped' "/proc/$1/status" >"$work/state"
}

connections()
{
    test "$($at_far ss -Htn state established 'sport = :1723' | wc -l)" -eq $1
}

reset_at_once()
{
    pns || return 1
    kill -s STOP $server && within 5 stopped $server || return 1
    ip neigh replace 10.77.0.1 lladdr 02:00:00:00:00:01 dev near
    call --once 10.77.0.1
    said ' ready: ' || return 1
    kill -s STOP $client && within 5 stopped $client || return 1
    ip neigh del 10.77.0.1 dev near
    within 5 connections 1 || fail "not connected" || return 1
    kill -s KILL $server
    wait $server
    server=
    within 5 connections 0 || return 1
    kill -s CONT $client
    ends $client 1 || return 1
    client=
    said ' call: 10.77.0.1 closed the connection at once, so its port is open'
}

# The server dies while a call waits for its answer
waits_for_answer()
{
    "$dialtone" ctl --socket "$work/asked.sock" calls | grep ' wait_reply '
}

dies_asked()
{
    pns || return 1
    pac 'mode: icrq' 'peers: 10.77.0.1' 'control: { socket: asked.sock }' \
        'lines:' ' - name: office' \
        '   client: { user: alice, count: 60, rate: 20, redial: 0s }' ||
        return 1
    said ' office: up, we are ' || return 1
    kill -s STOP $server
    within 5 waits_for_answer || fail "no call waits" || return 1
    kill -s KILL $server
    wait $server
    server=
    said ' office: no call: the control connection to 10.77.0.1 is gone'
}

# The first call comes before the first connection is up: it waits, and is not
# counted as one that found none
ordinary_start()
{
    pns || return 1
    pac 'mode: icrq' 'peers: 10.77.0.1' 'control: { socket: none }' 'lines:' \
        ' - name: office' '   client: { user: alice, hold: 200ms,' \
        '             redial: 0s }' || return 1
    ends $client 0 || return 1
    client=
    ! grep no_trunk "$log" || return 1
    said ' pac.calls 1: calls that rang' || return 1
    server_ends
}

# --- inner addresses ---------------------------------------------------------

# LINE...: `--check` of these, on the server's machine; sets `code`
checked()
{
    printf '%s\n' 'listen: 10.77.0.1' 'local: 10.99.0.1' 'secrets: secrets' \
        'control: { socket: none }' "$@" >"$work/check.yaml"
    $at_pns "$dialtone" pns --check "$work/check.yaml" >"$work/said" 2>&1
    code=$?
    cat "$work/said"
}

# Addresses that are something else are left out: of 10.50.0.252/30 the
# gateway's and the broadcast address, by hand 2 of 4 are left
pool_of_a_lan()
{
    checked 'pool: 10.50.0.252/30' 'proxy_arp: in0'
    test $code -eq 0 || fail "exit $code" || return 1
    grep -q 'left out: 10.50.0.255 (the broadcast address of in0)' \
        "$work/said" || return 1
    checked 'pool: 10.50.0.255' 'proxy_arp: in0'
    test $code -eq 2 && grep -q 'no address is left to give' "$work/said" ||
        return 1
    pool=10.50.0.252/30
    pns 'proxy_arp: in0' || return 1
    says "$pns_log" ' with 10.99.0.1 and 2 addresses' || return 1
    call 10.77.0.1
    said ': up, we are 10.50.0.25[23],' || return 1
    client_ends && server_ends || return 1
    # a user's fixed one
    echo 'alice * wonder 10.50.0.255' >"$work/secrets.lan"
    chmod 600 "$work/secrets.lan"
    sed -i 's/^secrets: .*/secrets: secrets.lan/' "$work/pns.yaml" \
        "$work/check.yaml"
    $at_pns "$dialtone" pns --check "$work/pns.yaml" >"$work/said" 2>&1 &&
        fail "it is good enough" && return 1
    grep -q 'secrets.lan:1: 10.50.0.255 cannot be given: it is the broadcast' \
        "$work/said" || return 1
    $at_pns "$dialtone" pns "$work/pns.yaml" 2>"$pns_log" &
    server=$!
    says "$pns_log" 'secrets.lan: 10.50.0.255 will not be given' || return 1
    says "$pns_log" ' ready: ' || return 1
    call --once 10.77.0.1
    ends $client 1 || return 1
    client=
    says "$pns_log" '"alice".*: his address 10.50.0.255 cannot be given: it' ||
        return 1
    server_ends
}

# Networks that the machine has, whole or in part, and routes
pools_that_clash()
{
    for each in 10.50.0.0/24 10.50.0.0/16 10.77.0.0/24 10.0.0.0/8 \
        10.60.0.0/24 0.0.0.0/0; do
        checked "pool: $each"
        test $code -eq 2 && grep -q "check.yaml:5: key 'pool': " "$work/said" ||
            fail "$each" || return 1
        # the start says the same
        $at_pns timeout 5 "$dialtone" pns "$work/check.yaml" 2>"$work/start"
        test $? -eq 2 && cmp "$work/said" "$work/start" || return 1
    done
    checked 'pool: 10.50.0.16/28'
    test $code -eq 0 && grep -q 'a part of the network 10.50.0.0/24 of in0' \
        "$work/said" || return 1
    checked 'pool: 10.50.0.16/28' 'proxy_arp: in0'
    test $code -eq 0 && test ! -s "$work/said"
}

# A client from an address of the pool: what we answer goes to users. He
# cannot be helped, but it is said why
client_inside()
{
    pool=10.77.0.2-10.77.0.9
    pns || return 1
    says "$pns_log" 'a client that has such an address cannot connect' ||
        return 1
    timeout 2 "$dialtone" call --once --user alice --password-file \
        "$work/password" 10.77.0.1 2>"$log"
    says "$pns_log" 'a client cannot connect from 10.77.0.2: that address is' ||
        return 1
    test "$(grep -c 'cannot connect from' "$pns_log")" -eq 1 || return 1
    server_ends
}

# Pools change while it serves: the machine is looked at again
reloaded()
{
    pns 'control: { socket: pns.sock }' || return 1
    sed -i 's/^pool: .*/pool: 10.50.0.0\/24/' "$work/pns.yaml"
    kill -s HUP $server
    says "$pns_log" "key 'pool': it covers the network 10.50.0.0/24 of in0" ||
        return 1
    says "$pns_log" 'everything stays as it was' || return 1
    $at_far ip addr add 10.51.0.5/24 broadcast + dev in0
    sed -i 's/^pool: .*/pool: 10.51.0.4-10.51.0.6/' "$work/pns.yaml"
    kill -s HUP $server
    says "$pns_log" 'reload: secrets read again, 2 lines; 2 addresses' ||
        return 1
    $at_far ip route show dev pns | grep '^10.51.0.4 ' || return 1
    ! $at_far ip route show dev pns | grep '^10.51.0.5 ' || return 1
    server_ends
}

# --- users that are not there ------------------------------------------------

# A client without a password is not tried; a server without users waits for
# some
nobody()
{
    printf '%s\n' 'mode: ocrq' 'peers: 10.77.0.1' 'secrets: secrets' \
        'control: { socket: none }' 'lines:' ' - name: u' \
        '   client: { user: carol }' >"$work/pac.yaml"
    timeout 5 "$dialtone" pac "$work/pac.yaml" 2>"$log"
    test $? -eq 1 && said "line u: user 'carol' is not in secrets" || return 1
    pns || return 1
    server_ends || return 1
    : >"$work/nobody"
    chmod 600 "$work/nobody"
    sed -i 's/^secrets: .*/secrets: nobody/' "$work/pns.yaml"
    $at_pns "$dialtone" pns "$work/pns.yaml" 2>"$pns_log" &
    server=$!
    says "$pns_log" ' ready: ' || return 1
    says "$pns_log" 'nobody: no line is for us, so nobody can log in' ||
        return 1
    echo 'alice * wonder *' >"$work/nobody"
    kill -s HUP $server
    says "$pns_log" 'reload: secrets read again, 1 line;' || return 1
    call 10.77.0.1
    said ': up, we are ' || return 1
    client_ends && server_ends
}

# --- several of a kind -------------------------------------------------------

# Two calls that begin at once, and a third: each can be asked
sockets()
{
    pns 'control: { socket: none }' || return 1
    echo builder >"$work/password.bob"
    chmod 600 "$work/password.bob"
    "$dialtone" call --user bob --password-file "$work/password.bob" \
        10.77.0.1 2>"$work/bob.more" &
    other=$!
    call 10.77.0.1
    says "$work/bob.more" ': up, ' && said ': up, ' || return 1
    test -S /run/dialtone/call.sock || fail "no first socket" || return 1
    for each in $client $other; do
        test -S /run/dialtone/call-$each.sock && second=$each
    done
    grep -h "control socket /run/dialtone/call-$second.sock" "$log" \
        "$work/bob.more" || return 1
    # which of them is meant has to be said, and may be
    "$dialtone" ctl status >"$work/said" 2>&1 && return 1
    grep "several daemons run; cure: --socket with one of .*call.sock" \
        "$work/said" || return 1
    grep "call-$second.sock" "$work/said" || return 1
    "$dialtone" ctl -s /run/dialtone/call.sock calls >"$work/said" || return 1
    "$dialtone" ctl -s /run/dialtone/call-$second.sock calls \
        >>"$work/said" || return 1
    grep -q alice "$work/said" && grep -q bob "$work/said" || return 1
    # a third one where it is wanted, and not where somebody is
    "$dialtone" call --once --user alice --password-file "$work/password" \
        --socket /run/dialtone/call.sock 10.77.0.1 2>"$work/third.more" &&
        return 1
    grep 'a daemon serves there; cure: .*`dialtone call --socket`' \
        "$work/third.more" || return 1
    # its end takes it away, also that of one that is killed
    kill -s TERM $other && ends $other 0 || return 1
    kill -s KILL $client
    wait $client
    call --socket /run/third.sock 10.77.0.1
    said ': up, ' || return 1
    "$dialtone" ctl -s /run/third.sock status >/dev/null || return 1
    client_ends || return 1
    call 10.77.0.1
    said ': up, ' || return 1
    test "$(ls /run/dialtone)" = call.sock || fail "$(ls /run/dialtone)" ||
        return 1
    "$dialtone" ctl status >/dev/null || return 1
    client_ends || return 1
    test -z "$(ls /run/dialtone)" || fail "$(ls /run/dialtone)" || return 1
    server_ends
}

# --- files -------------------------------------------------------------------

# A file that may not grow ends, not the service; the next run's lines begin
# where the last whole one ends
full_files()
{
    at_pns="$at_far prlimit --fsize=450"
    pns 'events: events'
    at_pns=$at_far
    call 10.77.0.1
    said ': up, ' && client_ends || return 1
    says "$pns_log" ' events .*; it ends here' || return 1
    call 10.77.0.1
    said ': up, ' && client_ends && server_ends || return 1
    pns 'events: events' && server_ends || return 1
    test -s "$work/events" || fail "no events" || return 1
    grep -v '^{"t":.*}$' "$work/events" && return 1
    rm "$work/events"
}

# --- a modem -----------------------------------------------------------------

mkfifo "$work/line.in" "$work/line.out"

plug_modem()
{
    "$modem" "$work/modem" 3<>"$work/line.out" 4<>"$work/line.in" \
        2>>"$work/modem.more" &
    other=$!
    says "$work/modem.more" ready
}

# Without DTR
modem_pac()
{
    pac 'mode: icrq' 'peers: 10.77.0.1' 'lines:' ' - name: port' \
        "   serial: { device: $work/modem, rtscts: false }"
}

# N: in a call, its N-th
in_a_call()
{
    modem_pac || return 1
    kill -s USR1 $other
    says "$work/modem.more" answered $1 10 || return 1
    # frames of LCP go there
    test "$(timeout 5 head -c 1 "$work/line.in" | wc -c)" -eq 1
}

# The PAC ends in a call, and is killed in another one: the modem is hung up
# all the same, by the first and by the next one, which tells it nothing before
ends_in_a_call()
{
    pns && plug_modem && in_a_call 1 || return 1
    client_ends || return 1
    test "$(tail -n 2 "$work/modem.more")" = \
        "$(printf '%s\n' 'command ATH' 'hung up')" ||
        fail "the modem is still in the call" || return 1
    in_a_call 2 || return 1
    kill -s KILL $client
    wait $client
    echo 'a new one' >>"$work/modem.more"
    modem_pac || return 1
    says "$work/modem.more" 'hung up' 2 10 || return 1
    test "$(sed '1,/a new one/d;/hung up/q' "$work/modem.more")" = \
        "$(printf '%s\n' 'command ATH' 'hung up')" ||
        fail "it was told something before" || return 1
    client_ends && server_ends
}

# --- all of them -------------------------------------------------------------

check "two signals" two_signals
check "default route" default_route
check "route exists" route_exists
check "pool exhausted" pool_exhausted
check "a name changes" name_changes
check "several addresses" several_addresses
check "closed at once" closed_at_once
check "reset at once" reset_at_once
check "dies when asked" dies_asked
check "an ordinary start" ordinary_start
check "pool of a LAN" pool_of_a_lan
check "pools that clash" pools_that_clash
check "a client inside" client_inside
check "reloaded" reloaded
check "nobody" nobody
check "sockets" sockets
check "full files" full_files
check "a modem in a call" ends_in_a_call
test ! -e "$work/bad"
