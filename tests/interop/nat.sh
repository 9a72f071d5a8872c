#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# `dialtone pns` and two clients behind one NAT address: nftables masquerade
# with the kernel's PPTP helper, which rewrites Call IDs in the control
# connection and the keys of GRE; and a relay (relay.c) that does so, for
# machines whose kernel has no helper.  Clients are our timed scripts, both
# with the same Call ID, and pptp-linux with a real pppd above it, in a guest
# each.
#
# All happens in namespaces of its own: a server, a router with two clients
# behind it, and processes that cannot outlive it.  nat.sh [PATTERN] runs only
# checks whose names match (as `case` does).  Exit 77: skipped.
# shellcheck disable=SC1091,SC2030,SC2031,SC2034,SC2086,SC2154
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
: "${dialtone:=$top_builddir/dialtone}"
: "${relay:=$top_builddir/tests/interop/relay}"
export top_srcdir top_builddir dialtone relay

what=nat
if test "${1-}" != inside; then
    pattern=${1:-*}
    work=
    . "$top_srcdir/tests/interop/wire-common.sh"
    needs mkfifo
    all=$(mktemp -d) || exit 1
    # who is nobody reads nothing in there but what is open already
    trap 'rm -rf "$all"' EXIT
    export pattern
    good=77
    for part in relay kernel; do
        mkdir "$all/$part"
        work=$all/$part timeout -k 2 120 $isolated sh "$0" inside $part
        case $? in
        0) test $good -eq 1 || good=0 ;;
        77) ;;
        *) good=1 ;;
        esac
    done
    exit $good
fi

part=$2
. "$top_srcdir/tests/interop/wire-common.sh"

# --- networks ----------------------------------------------------------------

# A router with two networks behind it
router_networks()
{
    second_network --net || skip "no second network"
    router=$other
    at_router="nsenter --target $router --net"
    ip link set lo up
    ip link add near type veth peer name out
    ip link set out netns "$router"
    ip addr add 10.77.0.1/24 dev near
    ip link set near up
    $at_router ip link set lo up
    $at_router ip addr add 10.77.0.2/24 dev out
    $at_router ip link set out up
    $at_router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward' ||
        skip "no forwarding"
    for n in 1 2; do
        client_network $n
    done
}

# NUMBER: with files of its own, too: pptp-linux shares a control connection
# with who has the same /run
client_network()
{
    second_network --net --mount || skip "no network of a client"
    at_client="nsenter --target $other --net --mount"
    eval "at_client_$1=\$at_client local_$1=192.168.$1.2"
    $at_client mount -t tmpfs none /run
    $at_client mkdir -p /run/pptp
    $at_router ip link add to$1 type veth peer name inner
    $at_router ip link set inner netns "$other"
    $at_router ip addr add 192.168.$1.1/24 dev to$1
    $at_router ip link set to$1 up
    $at_client ip link set lo up
    $at_client ip addr add 192.168.$1.2/24 dev inner
    $at_client ip link set inner up
    $at_client ip route add default via 192.168.$1.1
}

# The relay hides the clients' addresses, not their network: nobody there
# would answer for the one that it shows.
relay_nat()
{
    relay_networks
    relay nat 10.77.0.9 || return 1
    at_client_1=$at_client at_client_2=$at_client
    local_1=10.77.0.2 local_2=10.77.0.3
    ip neigh add 10.77.0.9 nud permanent dev near lladdr \
        "$($at_client ip -o link show far |
            sed 's/.*link.ether \([0-9a-f:]*\).*/\1/')"
}

end_check()
{
    kill ${client_1-} ${client_2-} 2>/dev/null
    client_1='' client_2=''
    end_both
}

# Masquerade and the helper, in the router
rules()
{
    cat >"$work/rules" <<'END'
flush ruleset
table ip pptp {
    ct helper pptp {
        type "pptp" protocol tcp; l3proto ip;
    }
    chain control {
        type filter hook prerouting priority 0;
        tcp dport 1723 ct helper set "pptp"
    }
    chain out {
        type nat hook postrouting priority 100;
        oifname out masquerade
    }
}
END
    $at_router nft -f "$work/rules" 2>"$work/nft"
}

# NUMBER: which client, and which guest, the functions mean
turn_to()
{
    eval "at_client=\$at_client_$1 local=\$local_$1 client=\${client_$1-}"
    guest=$work/guest$1
    test ! -p "$guest/ctl.in" || exec 5<>"$guest/ctl.in" 6<>"$guest/ctl.out"
}

# --- scripts -----------------------------------------------------------------

# NUMBER SEQUENCE_NUMBER: a call with Call ID 7 that lasts; its data and no
# other's is acknowledged
script_of()
{
    cat >"$work/call$1.pt" <<END
      < c1 accept
      < c1 SCCRQ
      > c1 SCCRP result=1
      > c1 up
      < c1 OCRQ call_id=7
      > k1 new on=c1
      > k1 dial
      < k1 connected
      > k1 up
      > c1 OCRP call_id=\$k peer_call_id=7 result=1
      < gre packet call=\$k seq=$2 len=40
      > k1 frame len=40
+0~1  > gre packet call=7 seq=- ack=$2 len=0
+2    < gre packet call=\$k seq=$2+1 len=40
      > k1 frame len=40
+0~1  > gre packet call=7 seq=- ack=$2+1 len=0
      < c1 EchoRQ identifier=$2
      > c1 EchoRP identifier=$2 result=1
      < c1 CCRQ call_id=7
      > k1 hangup
      > k1 down
      > c1 CDN result=4
END
    sed -i "s/$2+1/$(($2 + 1))/" "$work/call$1.pt"
    turn_to "$1"
    timeout 20 $at_client "$dialtone" script --tolerance 2s --peer 10.77.0.1 \
        --local $local "$work/call$1.pt" >"$work/script$1" 2>&1 &&
        grep -q '^PASS' "$work/script$1"
}

same_call_id()
{
    start 'ppp: { silent: true }' || return 1
    script_of 1 100 &
    first=$!
    code=0
    script_of 2 200 || code=1
    wait $first || code=1
    test $code -eq 0 || cat "$work/script1" "$work/script2"
    said_times 2 "call from $shown: ended" && nothing_left || return 1
    counts 'calls that reached established' -eq 2 &&
        counts 'GRE discarded: not a live call of that peer' -eq 0 &&
        stop 0 && return $code
}

# A limit on calls from one address counts who is behind it together.
limited()
{
    start 'ppp: { silent: true }' 'limits: { calls_per_source: 1 }' ||
        return 1
    script_of 1 100 &
    first=$!
    sleep 1
    code=0
    script_of 2 200 && fail "a second call was taken" && code=1
    wait $first || code=1
    test $code -eq 0 || cat "$work/script1" "$work/script2"
    said "$shown: refused, too many calls" && stop 0 && return $code
}

# --- real clients ------------------------------------------------------------

# NUMBER USER PASSWORD: up, with `given_NUMBER`
dial_from()
{
    turn_to "$1"
    dial_up "$2" password "$3" require-mppe-128 || return 1
    eval "client_$1=\$client given_$1=\$given"
}

# NUMBER: ends in order
end_of()
{
    turn_to "$1"
    hang_up || return 1
    eval "client_$1="
}

# Both at once, then one alone, then both again.  The client begins: where our
# first packet crosses his, conntrack sometimes takes ours for the router's own
# and never translates it.  Without a window: pptp-linux's is 3 packets, and a
# guest that the machine holds up acknowledges late.
two_clients()
{
    start 'ppp: { silent: true }' 'pptp: { windowing: off }' || return 1
    dial_from 1 alice wonder && dial_from 2 carol singer || return 1
    test "$given_1" != "$given_2" || fail "one address" || return 1
    said "\"alice\" from $shown" && said "\"carol\" from $shown" || return 1
    (given=$given_1 work=$work/1 && mkdir "$work" && bulk 300000) &
    first=$!
    given=$given_2
    bulk 300000 || return 1
    wait $first || return 1
    given=$given_1
    pings 100 10 -i 0.05 || return 1
    given=$given_2
    pings 100 10 -i 0.05 || return 1
    take_counters || return 1
    counts 'GRE discarded: not a live call of that peer' -eq 0 || return 1
    end_of 1 || return 1
    pings 100 10 -i 0.05 || return 1
    was=$given_1
    dial_from 1 alice wonder || return 1
    test "$given_1" = "$was" || fail "$given_1, not $was" || return 1
    pings 100 10 -i 0.05 || return 1
    end_of 1 && end_of 2 && nothing_left && stop 0
}

# -----------------------------------------------------------------------------

if test "$part" = relay; then
    test -x "$relay" || skip "relay: it was not built"
    shown=10.77.0.9
    relay_nat || exit 1
    check "relay: the same Call ID twice" same_call_id
    check "relay: a limit" limited
    test ! -e "$work/bad"
    exit
fi

shown=10.77.0.2
lacking=$(missing nft)
test -z "$lacking" || skip "no $lacking"
router_networks
# A NAT without it passes no GRE back: keys differ by direction, and only the
# helper knows which belong together.
if ! rules; then
    cat "$work/nft"
    skip "this kernel has no masquerade or no PPTP helper for nftables" \
        "(nft_masq, nf_conntrack_pptp, nf_nat_pptp)"
fi
check "the same Call ID twice" same_call_id
check "a limit" limited
lacking=$(missing $real_tools)
if test -n "$lacking"; then
    echo "SKIP nat: real clients: no $lacking"
else
    for n in 1 2; do
        turn_to $n
        boot || { echo "FAIL guest $n boots" && exit 1; }
    done
    check "two pptp-linux" two_clients
fi
test ! -e "$work/bad"
