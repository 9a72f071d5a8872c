#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# `dialtone pns` against real clients: pptp-linux, and above it a real pppd in
# a guest (pppd/guest) at the end of a serial line, since no kernel of this
# machine needs PPP.  And against our own timed scripts, several at once, of
# which the server's PPP sees nothing.
#
# All happens in namespaces of its own: two networks joined by a cable, and
# processes that cannot outlive it.  pns.sh [PATTERN] runs only checks whose
# names match (as `case` does).  Exit 77: skipped.
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
: "${dialtone:=$top_builddir/dialtone}"
export top_srcdir top_builddir dialtone

what=pns
. "$top_srcdir/tests/interop/common.sh"

if test "${1-}" != inside; then
    pattern=${1:-*}
    needs
    work=$(mktemp -d) || exit 1
    # who is nobody reads nothing in there but what is open already
    trap 'rm -rf "$work"' EXIT
    export work pattern
    $isolated sh "$0" inside
    exit
fi

# --- two networks ----------------------------------------------------------

two_networks 10.77.0.1/24 10.77.0.2/24
at_client=$at_far
ip addr add 10.77.0.7/24 dev near
$at_client ip addr add 10.77.0.3/24 dev far
# pptp-linux keeps a socket under /run, whatever the machine has there
mount -t tmpfs none /run && mkdir -p /run/pptp

# --- the server ------------------------------------------------------------

log=$work/pns.log logs=pns.log
server=

# LINE...: the configuration, beside what all have; `pool` and `tun`
pool='' tun=''
configure()
{
    {
        printf '%s\n' 'listen: 10.77.0.1' 'local: 10.99.0.1' \
            "pool: ${pool:-10.99.0.16-10.99.0.99}" 'routes: 10.98.0.0/24' \
            'secrets: secrets' "tun: ${tun:-pns}" 'drain: 4s'
        printf '%s\n' "$@"
    } >"$work/pns.yaml"
}

# Until standard error has a line that matches; at most five seconds.
said()
{
    i=0
    until grep -q -e "$1" "$log"; do
        i=$((i + 1))
        test $i -gt 100 && return 1
        sleep 0.05
    done
}

start()
{
    configure "$@"
    "$dialtone" pns "$work/pns.yaml" 2>"$log" &
    server=$!
    said ' ready: '
}

# STATUS: it ends in order, soon, with this exit status
stop()
{
    kill -s TERM $server
    wait $server
    test $? -eq "$1" && said ' ended$'
}

begin_check()
{
    pool='' tun=''
}

end_check()
{
    test -z "$client" || kill $client 2>/dev/null
    end_now $server
}

printf '%s\n' 'alice * wonder *' 'bob * builder 10.98.0.5' 'dave * dawn *' \
    >"$work/secrets"
chmod 600 "$work/secrets"

# --- mistakes --------------------------------------------------------------

# STATUS PATTERN LINE...: it does not begin, and says why
refused()
{
    want=$1 why=$2
    shift 2
    configure "$@"
    timeout 10 "$dialtone" pns "$work/pns.yaml" 2>"$log"
    code=$?
    test $code -eq "$want" || fail "exit $code" || return 1
    grep -q -e "$why" "$log" || fail "not said: $why"
}

readable()
{
    chmod 644 "$work/secrets"
    refused 1 'others may read.*cure: chmod 600'
    code=$?
    "$dialtone" pns --check "$work/pns.yaml" 2>/dev/null && code=1
    chmod 600 "$work/secrets"
    return $code
}

port_taken()
{
    start || return 1
    "$dialtone" pns "$work/pns.yaml" 2>"$work/second"
    test $? -eq 1 || fail "the second one began" || return 1
    cat "$work/second"
    grep -q 'port 1723.*another PPTP server' "$work/second" || return 1
    stop 0
}

as_nobody()
{
    setpriv --reuid nobody --clear-groups --inh-caps=-all -- "$@"
}

no_privilege()
{
    configure
    chmod 711 "$work" && chmod 644 "$work/pns.yaml"
    as_nobody "$dialtone" pns "$work/pns.yaml" 2>"$log"
    code=$?
    chmod 700 "$work"
    test $code -eq 1 && grep -q 'cure: start as root' "$log"
}

no_tun()
{
    mkdir -p "$work/net" && mount --bind "$work/net" /dev/net || return 1
    refused 1 'TUN pns.*modprobe tun'
    code=$?
    umount /dev/net
    return $code
}

# --- what it is when it serves ---------------------------------------------

# FIELD: of the server's /proc/…/status
status()
{
    sed -n "s/^$1:[[:space:]]*//p" /proc/$server/status
}

privileges()
{
    start || return 1
    test "$(status Uid | cut -f 2)" -ne 0 || fail "still root" || return 1
    test "$(status CapEff)" = 0000000000000000 || fail "capabilities" ||
        return 1
    test "$(status CapPrm)" = 0000000000000000 || return 1
    test "$(status NoNewPrivs)" = 1 || return 1
    # 2: a filter; a build for the sanitizers has none
    case $(status Seccomp) in
    2) ;;
    *) grep -q __asan /proc/$server/exe || fail "no filter" || return 1 ;;
    esac
    stop 0
}

idle()
{
    start || return 1
    sleep 1
    before=$(status voluntary_ctxt_switches)
    sleep 3
    test "$(status voluntary_ctxt_switches)" -eq "$before" ||
        fail "it woke up" || return 1
    stop 0
}

# --- our own scripts ---------------------------------------------------------

one_script()
{
    timeout 60 $at_client "$dialtone" script --peer 10.77.0.1 \
        --local "$1" "$2" >"$work/script-$1-$(basename "$2").log" 2>&1 &&
        return
    cat "$work/script-$1-$(basename "$2").log"
    return 1
}

# LOCAL: all that take no minute
all_scripts()
{
    code=0
    for script in "$top_srcdir"/tests/conformance/peer-*.pt; do
        case ${script##*/} in
        peer-client-* | peer-3.1.4-*) continue ;;
        esac
        one_script "$1" "$script" || code=1
    done
    return $code
}

# PPP of the server speaks by itself, and changes no verdict.
speaking()
{
    start || return 1
    code=0
    for script in "$top_srcdir"/tests/conformance/peer-4*.pt; do
        one_script 10.77.0.2 "$script" || code=1
    done
    grep -q 'its PPP speaks' "$work"/script-10.77.0.2-peer-4*.log ||
        fail "it did not speak" || code=1
    stop 0 || code=1
    return $code
}

scripts()
{
    start 'ppp: { silent: true }' || return 1
    # two clients at once
    all_scripts 10.77.0.2 &
    second=$!
    all_scripts 10.77.0.3
    code=$?
    wait $second || code=1
    stop 0 || code=1
    return $code
}

# A PAC of its own: ICRQ, and we are the PNS.
pac()
{
    start || return 1
    cat >"$work/pac.pt" <<'EOF'
      < c1 accept
      < c1 SCCRQ
      > c1 SCCRP result=1
      > c1 up
      < c1 ICRQ call_id=0x0101
      > k1 new on=c1
      > c1 ICRP result=1 peer_call_id=0x0101 call_id=$k
      < c1 ICCN peer_call_id=$k connect_bps=33600
      > k1 up
      > gre packet call=0x0101 seq=0
      < c1 CDN call_id=0x0101
      > k1 down
EOF
    timeout 20 $at_client "$dialtone" script --peer 10.77.0.1 \
        --local 10.77.0.2 "$work/pac.pt" || return 1
    stop 0
}

# Requests that no call can come of: the log says why, the first of a second
refused_calls()
{
    start || return 1
    cat >"$work/refused.pt" <<'EOF'
      < c1 accept
      < c1 SCCRQ
      > c1 SCCRP result=1 max_channels=0
      > c1 up
      < c1 ICRQ call_id=1 bearer=3
      > c1 ICRP peer_call_id=1 result=2 error=3
      < c1 ICRQ call_id=2 bearer=4
      > c1 ICRP peer_call_id=2 result=2 error=3
+1.2  wait
      < c1 OCRQ call_id=3 framing=0
      > c1 OCRP peer_call_id=3 result=2 error=3
EOF
    one_script 10.77.0.2 "$work/refused.pt" || return 1
    said '10.77.0.2: its call is refused (ICRQ; result 2, error 3): Bearer' &&
        said '(OCRQ; .*Framing Type 0.*; 1 more were refused before' ||
        return 1
    stop 0
}

# One call from an address; another address has its own.
many_calls()
{
    start 'ppp: { silent: true }' 'limits: { calls_per_source: 1 }' ||
        return 1
    cat >"$work/calls.pt" <<'EOF'
      < c1 accept
      < c1 SCCRQ
      > c1 SCCRP result=1
      > c1 up
      < c1 OCRQ call_id=1
      > k1 new on=c1
      > k1 dial
      < k1 connected
      > k1 up
      > c1 OCRP peer_call_id=1 result=1
      < c1 OCRQ call_id=2
      > c1 OCRP peer_call_id=2 result=2 error=4
+2    wait
EOF
    timeout 20 $at_client "$dialtone" script --peer 10.77.0.1 \
        --local 10.77.0.2 "$work/calls.pt" &
    many=$!
    sleep 0.5
    code=0
    one_script 10.77.0.3 "$top_srcdir/tests/conformance/peer-2.7-call.pt" ||
        code=1
    wait $many || code=1
    said 'refused, too many calls' || code=1
    stop 0 || code=1
    return $code
}

# Connections that say nothing: the fifth from one address is refused, and
# another address is served meanwhile.
silent()
{
    start 'ppp: { silent: true }' 'limits: { half_open_per_source: 4 }' ||
        return 1
    printf '%s\n' '< c1 accept' '< c2 accept' '< c3 accept' '< c4 accept' \
        '< c5 accept' '> c5 close' '+3 wait' >"$work/silent.pt"
    timeout 20 $at_client "$dialtone" script --peer 10.77.0.1 \
        --local 10.77.0.2 "$work/silent.pt" &
    many=$!
    sleep 0.5
    code=0
    one_script 10.77.0.3 "$top_srcdir/tests/conformance/peer-2.7-call.pt" ||
        code=1
    wait $many || code=1
    stop 0 || code=1
    return $code
}

# A second connection from an address, if there is to be one.
one_each()
{
    start 'ppp: { silent: true }' 'several_per_address: false' || return 1
    printf '%s\n' '< c1 accept' '< c1 SCCRQ' '> c1 SCCRP result=1' \
        '> c1 up' '< c2 accept' '< c2 SCCRQ' \
        '> c1 EchoRQ' '> c2 SCCRP result=3' '> c2 close' >"$work/one.pt"
    code=0
    one_script 10.77.0.2 "$work/one.pt" || code=1
    one_script 10.77.0.3 "$top_srcdir/tests/conformance/peer-2.7-call.pt" ||
        code=1
    stop 0 || code=1
    return $code
}

# --- PPP clients of our own --------------------------------------------------

control='control: { socket: ctl.sock }'

ctl()
{
    "$dialtone" ctl --socket "$work/ctl.sock" "$@"
}

# GROUP.NAME: a counter
counter()
{
    ctl --all counters | awk -v name="$1" '$2 == name { print $1 }'
}

# GROUP.NAME LEAST: a counter reaches it, within two seconds
counted()
{
    i=0
    until test "$(counter $1)" -ge $2; do
        i=$((i + 1))
        if test $i -gt 40; then
            fail "$1 is $(counter $1)"
            return 1
        fi
        sleep 0.05
    done
}

password_of()
{
    sed -n "s/^$1 \* \([a-z]*\) .*/\1/p" "$work/secrets"
}

# USER...: each calls, with a device vpn0, vpn1 ..., and again after a second;
# `client_more`: other keys of theirs
client_more=
clients()
{
    {
        printf '%s\n' 'mode: ocrq' 'peers: 10.77.0.1' 'local: 10.77.0.2' \
            'secrets: secrets' 'drain: 2s' 'control: { socket: none }' \
            'lines:'
        for user; do
            printf '%s\n' "- name: $user" \
                "  client: { user: $user, device: vpn%d, redial: 1s $client_more }"
        done
    } >"$work/clients.yaml"
    $at_client "$dialtone" pac "$work/clients.yaml" 2>"$work/clients.more" &
    client=$!
}

clients_gone()
{
    kill -s TERM $client
    wait $client
}

# USER: sets `given`, the address that he has, or had last
up()
{
    said "\"$1\" from 10.77.0.2: up with" || fail "$1 is not up" || return 1
    given=$(sed -n "s/.*\"$1\".*: up with \([0-9.]*\);.*/\1/p" "$log" |
        tail -n 1)
}

# USER TIMES: he has been up so many times; within three seconds
up_times()
{
    i=0
    until test "$(grep -c "\"$1\".*: up with" "$log")" -eq $2; do
        i=$((i + 1))
        if test $i -gt 60; then
            fail "$1 is not up again"
            return 1
        fi
        sleep 0.05
    done
}

# USER: sets `device`, the client's
device_of()
{
    device=$(sed -n "s/.* $1: up, we are .* behind \([a-z0-9]*\);.*/\1/p" \
        "$work/clients.more" | tail -n 1)
    test -n "$device" || fail "$1 has no device"
}

# USER: packets of his, there and back
reaches()
{
    device_of $1 || return 1
    $at_client ping -q -c 2 -i 0.2 -W 2 -I $device 10.99.0.1 >/dev/null ||
        fail "$1 gets no answer"
}

# One address for two; then a mistake in the file; then other addresses: who
# has the old one keeps it, and what leads there.
exhausted()
{
    pool=10.99.0.16
    start "$control" || return 1
    clients alice dave
    said 'no inner address is free' || return 1
    said '10.77.0.2: up with 10.99.0.16' || return 1
    first=$(sed -n 's/.*"\([a-z]*\)" from.*: up with .*/\1/p' "$log")
    other=dave
    test $first = alice || other=alice
    counted pns.no_address 1 || return 1
    reaches $first || return 1

    configure "$control" 'colour: red'
    ctl reload 2>"$work/reload" && return 1
    said 'pns.yaml:9: .*colour' || return 1
    said 'everything stays as it was' || return 1
    configure "$control"
    echo 'erin *' >>"$work/secrets"
    kill -s HUP $server
    said 'secrets:4: ' || fail "not said: secrets:4" || return 1
    sed -i '$d' "$work/secrets"
    ip route show dev pns | grep -q '^10.99.0.16 ' || return 1
    reaches $first || return 1

    pool=10.99.0.40-10.99.0.41
    configure "$control" 'session_timeout: 1h' 'port: 1724'
    ctl reload || return 1
    said 'only a restart takes over: port$' || return 1
    up $other || return 1
    case $given in
    10.99.0.4[01]) ;;
    *) fail "$other has $given" || return 1 ;;
    esac
    reaches $other && reaches $first || return 1
    ip route show dev pns | grep -q '^10.99.0.16 ' ||
        fail "no route to who is up" || return 1
    configure "$control" 'limits: { calls: 1 }'
    ctl reload && ctl clear $other || return 1
    said '10.77.0.2: refused, too many calls$' || return 1
    reaches $first || return 1
    clients_gone
    ! ip route show dev pns | grep -q '^10.99.0.16 ' ||
        fail "a route that nobody needs" || return 1
    ip route show dev pns | grep -q '^10.99.0.40/31 ' || return 1
    stop 0
}

# USER: GRE packets that his call got
gre_of()
{
    ctl --json call $1 | sed -n 's/.*"rx_packets": \([0-9]*\).*/\1/p'
}

# A client that sends from an address that is not his, and GRE of strangers.
strangers()
{
    start "$control" || return 1
    clients alice dave
    up dave || return 1
    his=$given
    up alice || return 1
    call=$(ctl --json call alice | sed -n 's/.*"local_id": \([0-9]*\).*/\1/p')
    device_of alice || return 1
    $at_client ip addr add 10.99.0.98 dev $device
    for ip in $his 10.99.0.98; do
        $at_client ip route replace 10.99.0.200 dev $device src $ip
        $at_client ping -q -c 2 -i 0.2 -W 0.2 10.99.0.200
    done
    counted pns.spoofed 4 || return 1
    test "$(counter pns.spoofed)" -eq 4 || return 1
    before=$(counter pptp.gre_rx_unknown) had=$(gre_of alice)
    # her call, but another address; her address, but no call of hers
    echo "< gre packet call=$call seq=9 len=40" >"$work/gre.pt"
    one_script 10.77.0.3 "$work/gre.pt" || return 1
    counted pptp.gre_rx_unknown $((before + 1)) || return 1
    echo "< gre packet call=$((call ^ 4096)) seq=9 len=40" >"$work/gre.pt"
    one_script 10.77.0.2 "$work/gre.pt" || return 1
    counted pptp.gre_rx_unknown $((before + 2)) || return 1
    test "$(gre_of alice)" -eq "$had" || fail "her session got it" || return 1
    reaches alice && reaches dave || return 1
    test "$(gre_of alice)" -eq $((had + 2)) || return 1
    clients_gone
    stop 0
}

# A session that is up learns that its time is bounded.  The next one: packets
# keep it, silence ends it.
timeouts()
{
    start "$control" || return 1
    clients alice
    up alice || return 1
    configure "$control" 'session_timeout: 1s'
    ctl reload || return 1
    said '"alice".*: down, .*session_timeout' || return 1
    counted pns.session_ended 1 || return 1
    configure "$control" 'idle_timeout: 1s'
    ctl reload || return 1
    up_times alice 2 || return 1
    $at_client ping -q -c 9 -i 0.25 -I vpn0 10.99.0.1 >/dev/null || return 1
    ! grep -q 'idle_timeout' "$log" || fail "too early" || return 1
    said '"alice".*: down, .*idle_timeout' || return 1
    counted pns.idle_ended 1 || return 1
    test "$(counter pns.session_ended)" -eq 1 || return 1
    clients_gone
    stop 0
}

# WHO: a client's TCP asks for all that its device has room for, and who does
# not leave it alone makes less of it: the client, the server as the SYN comes
# out of the tunnel, or nobody
mss()
{
    key='clamp_mss: yes' client_more=
    test $1 = client || client_more=', clamp_mss: no'
    test $1 != nobody || key='clamp_mss: no'
    start "$control" "$key" || return 1
    clients alice
    client_more=
    up alice && device_of alice || return 1
    $at_client ip link set $device mtu 1500
    socat -u TCP-LISTEN:7000,bind=10.99.0.1 - >"$work/heard" &
    heard=$!
    within 2 listens 7000 || return 1
    echo well | $at_client socat -u - TCP:10.99.0.1:7000 || return 1
    wait $heard
    grep -q well "$work/heard" || return 1
    want=0
    test $1 != server || want=1
    test "$(counter pns.mss_clamped)" -eq $want || fail "at the server" ||
        return 1
    clients_gone
    want=1
    test $1 != client || want=0
    grep -q ' client.mss_clamped 1: ' "$work/clients.more"
    test $? -eq $want || fail "at the client" || return 1
    stop 0
}

# PORT: somebody listens there
listens()
{
    ss -tln "sport = $1" | grep -q LISTEN
}

# A device for each; one that somebody removes takes only its session along.
devices()
{
    tun=pns%d
    start "$control" 'interfaces: each' || return 1
    clients alice dave
    up alice || return 1
    hers=$given
    up dave || return 1
    his=$given
    for n in 0 1; do
        ip -o addr show dev pns$n | grep -q \
            "inet 10.99.0.1 peer \($hers\|$his\)/32" || return 1
    done
    reaches alice && reaches dave || return 1
    device=$(ip -o addr show | sed -n "s/.*: \(pns.\) .*peer $hers.*/\1/p")
    ip link del $device
    said "TUN $device: somebody removed the device" || return 1
    said '"alice".*: down' || return 1
    reaches dave || return 1
    ! grep -q '"dave".*: down' "$log" || return 1
    up_times alice 2 || return 1
    reaches alice || return 1
    clients_gone
    ! ip -o link | grep -q ': pns' || fail "a device is left" || return 1
    stop 0
}

# --- a real pppd -------------------------------------------------------------

guest=$work/guest
real=yes
for tool in pptp pppd linux.uml modprobe busybox mkfifo socat; do
    if ! command -v $tool >/dev/null; then
        echo "SKIP pns: real clients: no $tool"
        real=
        break
    fi
done
# the guest has lines, not a control connection
say()
{
    echo "$*" >&5
}

# PATTERN: the guest's next line
hear()
{
    heard=$(timeout 20 head -n 1 <&6)
    case $heard in
    $1) return 0 ;;
    esac
    fail "the guest says '$heard', not '$1'"
}

boot()
{
    mkdir "$guest"
    : >"$guest/console"
    "$top_srcdir/tests/interop/pppd/guest" "$guest" >"$guest/console" 2>&1 &
    i=0
    until grep -q '^guest: ready' "$guest/console"; do
        i=$((i + 1))
        test $i -gt 300 && return 1
        sleep 0.1
    done
    exec 5<>"$guest/ctl.in" 6<>"$guest/ctl.out"
    hear ready
}

# OPTION...: pptp-linux and pppd call
dial()
{
    $at_client socat 'FD:3!!FD:4' \
        EXEC:"pptp 10.77.0.1 --nolaunchpppd --nohostroute ${pptp_more-}" \
        3<>"$guest/line.out" 4<>"$guest/line.in" 2>"$work/socat" &
    client=$!
    sleep 0.2
    say start noipdefault nobsdcomp nodeflate noipv6 "$@"
    # one that an earlier check left behind ends first
    hear started >/dev/null || hear started
}

# The client is gone, and the guest's pppd has ended with it.
client_gone()
{
    kill $client 2>/dev/null
    wait $client 2>/dev/null
    return 0
}

hang_up()
{
    say signal TERM
    hear 'exit *' || return 1
    client_gone
}

# USER ADDRESS METHOD OPTION...: a session, its packets, both ends' counters
session()
{
    user=$1 address=$2 method=$3
    shift 3
    dial user $user "$@" || return 1
    said "\"$user\" from 10.77.0.2: up with $address; $method" ||
        fail "not up" || return 1
    say ping 20 1000 10.99.0.1
    hear 'ping 0' || return 1
    given=$(sed -n 's/.*: up with \([0-9.]*\);.*/\1/p' "$log" | tail -n 1)
    ping -q -c 3 -i 0.2 -W 3 "$given" >/dev/null || fail "no ping to it"
    hang_up || return 1
    # 20 of 1,028 octets and 3 of 84, each way
    said 'received 23 packets 20812 octets, sent 23 packets 20812 octets' ||
        return 1
    say saw 'Sent 20812 bytes, received 20812 bytes'
    hear 'saw yes'
}

# The client is told the time that it has, too (RFC 1570).
method()
{
    auth=$1 mppe=$2
    shift 2
    start "ppp: { auth: $auth, mppe: $mppe }" 'session_timeout: 1h' ||
        return 1
    session "$@" || return 1
    say saw 'rcvd .LCP TimeRem'
    hear 'saw yes' && stop 0
}

# Addresses of the network outside: who asks there for one of a session is
# told ours, as long as there is that session.
arp()
{
    pool=10.77.0.64/30
    start 'proxy_arp: near' || return 1
    dial user alice || return 1
    said '"alice".*up with 10.77.0.6' || return 1
    given=$(sed -n 's/.*: up with \([0-9.]*\);.*/\1/p' "$log" | tail -n 1)
    $at_client ping -c 1 -W 0.5 "$given"
    mac=$(cat /sys/class/net/near/address)
    $at_client ip neigh show "$given" | grep -q "$mac" ||
        fail "nobody answers ARP" || return 1
    ip neigh show proxy | grep -q "^$given dev near" || return 1
    hang_up || return 1
    said '"alice".*: down' || return 1
    ! ip neigh show proxy | grep -q "$given" ||
        fail "ARP is still answered" || return 1
    stop 0
}

wrong_password()
{
    start || return 1
    dial user alice password wrong lcp-restart 1 || return 1
    said 'the peer failed to authenticate' || return 1
    hear 'exit 19' || return 1
    client_gone
    stop 0
}

# The file of secrets, mode 600 and root's, read again by nobody.
reload()
{
    start || return 1
    dial user carol password new lcp-restart 1 || return 1
    hear 'exit *' || return 1
    client_gone
    echo 'carol * new *' >>"$work/secrets"
    kill -s HUP $server
    said 'secrets read again' || return 1
    dial user carol password new || return 1
    said '"carol".*up with 10.99.0' || return 1
    hang_up && stop 0
}

# PPPD_OPTION...: much, to the guest's echo service and back
bulk()
{
    start || return 1
    dial user alice "$@" || return 1
    said '"alice".*up with' || return 1
    given=$(sed -n 's/.*: up with \([0-9.]*\);.*/\1/p' "$log" | tail -n 1)
    head -c 1000000 /dev/urandom >"$work/sent"
    timeout 60 socat -t 30 - "TCP:$given:7" <"$work/sent" >"$work/back"
    cmp "$work/sent" "$work/back" || return 1
    kill -s USR1 $server
    said 'octets of PPP payload received in GRE' || return 1
    test -z "${pptp_more-}" || said 'waited for an earlier number' ||
        fail "nothing was swapped" || return 1
    hang_up && stop 0
}

# pptp-linux swaps packets on purpose
swapped()
{
    pptp_more='--test-type 1'
    bulk "$@"
    code=$?
    pptp_more=
    return $code
}

# Packets that the other side cannot take: who sent them is told.
too_long()
{
    start || return 1
    dial user alice require-mppe-128 mru 1000 || return 1
    said '"alice".*up with' || return 1
    given=$(sed -n 's/.*: up with \([0-9.]*\);.*/\1/p' "$log" | tail -n 1)
    # 996 and no more: MPPE takes 4; the first may come before the guest has
    # its address
    ping -q -c 3 -i 0.3 -W 3 -M do -s 968 "$given" || return 1
    # ping has other words for it in each version, the kernel has not
    ping -c 2 -i 0.2 -W 1 -M do -s 969 "$given"
    ip route get "$given" | grep -q 'mtu 996\b' ||
        fail "nobody says 996" || return 1
    hang_up && stop 0
}

# What pppd 2.5 asks for when it has plain require-mppe: refused, with a word
# about it, or taken where it may be
weak()
{
    start || return 1
    dial user alice require-mppe-40 lcp-restart 1 || return 1
    said '"alice".*ended before it was up: closed by the peer; it asks' &&
        said 'of 40 bits only.*cure: .require-mppe-128. there, or .mppe_weak' ||
        return 1
    hear 'exit *' || return 1
    client_gone
    stop 0 || return 1
    # the next pptp would take up what the first one's manager still has
    within 5 test ! -e /run/pptp/10.77.0.1 || return 1
    start 'ppp: { mppe: required, mppe_weak: true }' || return 1
    session alice '10.99.0.[0-9]*' 'MS-CHAPv2, MPPE 40 stateless' \
        require-mppe-40 && stop 0
}

# SIZE: of the guest's own device, as pppd made it of our MRU
mru()
{
    start "mtu: $1" 'ppp: { mppe: off }' || return 1
    dial user alice nomppe || return 1
    said '"alice".*up with' || return 1
    say mtu
    hear "mtu $1" || return 1
    hang_up && stop 0
}

# The sizes of TCP's segments on the way to the guest, time stamps aside.
segments_of()
{
    ss -tin dst "$given" | grep -q -w -e "mss:$1" -e "mss:$(($1 - 12))"
}

# INTERFACES TUN: a guest that takes 600 octets: longer ones go as fragments,
# and TCP of ours makes none.
small()
{
    tun=$2
    start "$control" 'mtu: 1500' "interfaces: $1" 'ppp: { mppe: off }' ||
        return 1
    dial user alice nomppe mru 600 || return 1
    said '"alice".*up with' || return 1
    given=$(sed -n 's/.*: up with \([0-9.]*\);.*/\1/p' "$log" | tail -n 1)
    # the first may come before the guest has its address
    ping -q -c 1 -W 3 "$given" >/dev/null
    ping -q -c 3 -i 0.3 -W 3 -M dont -s 1000 "$given" ||
        fail "no fragments" || return 1
    counted pns.tun_cut 3 || return 1
    # a second that it stays open, to be looked at
    sleep 2 | socat - "TCP:$given:7" &
    within 2 segments_of 560 || fail "segments of another size" || return 1
    test "$(counter pns.mss_clamped)" -eq 1 || fail "not clamped" ||
        return 1
    wait $!
    hang_up && stop 0
}

# SIGTERM with a session: PPP says goodbye, all of it in time
drain()
{
    start || return 1
    dial user alice require-mppe-128 || return 1
    said '"alice".*up with' || return 1
    began=$(date +%s)
    stop 0 || fail "no orderly end" || return 1
    test $(($(date +%s) - began)) -le 5 || fail "too late" || return 1
    hear 'exit *' || return 1
    client_gone
    say saw 'rcvd .LCP TermReq'
    hear 'saw yes'
}

# The client vanishes without a word and comes from another address: the
# fixed inner address is his at once.
again()
{
    start || return 1
    dial user bob password builder || return 1
    said '"bob" from 10.77.0.2: up with 10.98.0.5' || return 1
    $at_client ip addr flush dev far
    $at_client ip addr add 10.77.0.3/24 dev far
    client_gone
    code=0
    dial user bob password builder || code=1
    said '10.98.0.5: taken over' || code=1
    said '"bob" from 10.77.0.3: up with 10.98.0.5' || code=1
    hang_up || code=1
    $at_client ip addr flush dev far
    for n in 2 3; do
        $at_client ip addr add 10.77.0.$n/24 dev far
    done
    stop 0 && return $code
}

check "secrets that others may read" readable
check "port taken" port_taken
if as_nobody "$dialtone" pns --help >/dev/null 2>&1; then
    check "no privilege" no_privilege
else
    echo "SKIP no privilege: nobody cannot reach the program"
fi
check "no TUN" no_tun
check "no such user" refused 1 "no user 'who'" 'user: who'
check "an unknown key" refused 2 'pns.yaml:8: ' 'colour: red'
check "privileges are gone" privileges
check "no wake-ups" idle
check "scripts, two clients at once" scripts
check "scripts, and PPP that speaks" speaking
check "a PAC calls" pac
check "calls that cannot be" refused_calls
check "too many calls" many_calls
check "silent connections" silent
check "one connection an address" one_each
check "no such device for ARP" refused 1 "no device 'who'" 'proxy_arp: who'
echo 1 >/proc/sys/net/ipv4/ip_forward
echo 0 >/proc/sys/net/ipv4/neigh/near/proxy_delay
check "addresses exhausted, and other ones" exhausted
check "strangers" strangers
check "time-outs" timeouts
check "a device each" devices
if test -n "$real"; then
    if boot; then
        check "PAP" method pap off alice '10.99.0.[0-9]*' PAP \
            refuse-chap refuse-mschap refuse-mschap-v2 refuse-eap
        check "CHAP" method chap off alice '10.99.0.[0-9]*' CHAP
        check "MS-CHAPv2" method mschap2 off alice '10.99.0.[0-9]*' MS-CHAPv2
        check "MPPE 128" method mschap2 required alice '10.99.0.[0-9]*' \
            'MS-CHAPv2, MPPE 128 stateless' require-mppe-128
        check "MPPE 128, MS-CHAPv1" method mschap1 required alice \
            '10.99.0.[0-9]*' 'MS-CHAPv1, MPPE 128 stateless' require-mppe-128
        check "MPPE of 40 bits" weak
        check "TCP" bulk nomppe
        check "TCP through MPPE" bulk require-mppe-128
        check "TCP, packets swapped" swapped require-mppe-128
        check "a fixed address" method mschap2 allowed bob 10.98.0.5 \
            MS-CHAPv2 password builder
        check "wrong password" wrong_password
        check "too long" too_long
        check "MRU" mru 1000
        check "fragments and MSS" small one pns
        check "fragments and MSS, a device each" small each pns%d
        for who in client server nobody; do
            check "MSS, made less by $who" mss $who
        done
        check "secrets read again" reload
        check "proxy ARP" arp
        check "an orderly end" drain
        check "vanished and back" again
    else
        echo "FAIL the guest boots"
        cat "$guest/console"
        touch "$work/bad"
    fi
fi
test ! -e "$work/bad"
