#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Records the journals of tests/journals anew: sessions of our daemons with
# pptp-linux and a real pppd (pppd/guest), with pptpd (servers/guest), and with
# each other.  Networks are namespaces, joined by a relay that can lose packets
# (relay.c); every name is one that is given here.
#
# journals.sh [PATTERN] records only those whose names match (as `case` does);
# they are replaced all together, or not at all.  Exit 77: skipped.
# shellcheck disable=SC1091,SC2034,SC2154,SC2254,SC2086
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
: "${dialtone:=$top_builddir/dialtone}"
: "${relay:=$top_builddir/tests/interop/relay}"
export top_srcdir top_builddir dialtone relay

what=journals
. "$top_srcdir/tests/interop/common.sh"

if test "${1-}" != inside; then
    pattern=${1:-*}
    test -x "$relay" || skip "the relay was not built"
    needs mkfifo socat linux.uml modprobe busybox pptp pptpd pppd
    work=$(mktemp -d) || exit 1
    trap 'rm -rf "$work"' EXIT
    export work pattern
    timeout -k 2 240 $isolated sh ${trace-} "$0" inside || exit
    install -m 644 "$work"/kept/* "$top_srcdir/tests/journals/"
    exit
fi

# One that can lose packets; told so by lines on 9
cable()
{
    mkfifo "$work/relay"
    exec 9<>"$work/relay"
    : >"$work/relay.said"
    "$relay" near far 'seed 7' <&9 >"$work/relay.said" &
    within 5 grep -q ready "$work/relay.said" || skip "no relay"
}

. "$top_srcdir/tests/interop/servers.sh"
servers_networks
mkdir -p /run/pptp "$work/kept"
client='' server='' other=''

begin_check()
{
    rm -f "$work"/journal*
    other=''
}

end_check()
{
    echo mend >&9
    end_now $client $server $other
}

# JOURNAL [NAME]: it is kept by that name, the check's, if it is small and tells
# the same again
keep()
{
    replayed "$1" || return 1
    size=$(wc -c <"$work/$1")
    echo "$size octets"
    test "$size" -le 60000 || fail "$1 has $size octets" || return 1
    cp "$work/$1" "$work/kept/${2:-$name}.journal"
}

# --- our PNS, and pptp-linux with pppd ---------------------------------------

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

# OPTION...: the user's pppd, as far as it is up
dial()
{
    pns 'name: pns' 'ppp: { auth: mschap2 }' || return 1
    socat 'FD:3!!FD:4' \
        EXEC:"pptp 10.77.2.1 --nolaunchpppd --nohostroute ${pptp_more-}" \
        3<>"$work/pppd/line.out" 4<>"$work/pppd/line.in" 2>"$work/socat" &
    client=$!
    sleep 0.2
    tell start noipdefault nobsdcomp nodeflate noipv6 user alice "$@"
    hear started >/dev/null || hear started || return 1
    says "$pns_log" '"alice" from 10.77.2.2: up with' 15
}

# PINGS: of his, of which some may be lost
pings()
{
    tell ping $1 100 10.99.0.1
    hear 'ping *'
}

# He hangs up, and so does his pptp
hang_up()
{
    tell signal TERM
    hear 'exit *' || return 1
    kill $client
    says "$pns_log" '"alice".*: down, had' && server_ends
}

server_ends()
{
    ends $server 0 journal.pns || return 1
    server=
    keep journal.pns ${1-}
}

user_hangs_up()
{
    dial "$@" && pings 10 && hang_up
}

pns_clears()
{
    dial nomppe && pings 5 || return 1
    "$dialtone" ctl -s /run/dialtone/pns.sock clear --user alice || return 1
    hear 'exit *' || return 1
    says "$pns_log" '"alice".*: down, had' && server_ends
}

# PERCENT: of GRE is lost, each way, and every third packet is late
lossy()
{
    echo "loss $1" >&9
    echo 'reorder 3 30' >&9
    dial nomppe lcp-restart 1 ipcp-restart 1 chap-restart 1 && pings 40 &&
        hang_up
}

# --- our callers, and pptpd --------------------------------------------------

# COMMAND LINE...: the configuration of a daemon that calls
daemon()
{
    command=$1
    shift
    printf '%s\n' "name: $command" 'secrets: secrets' 'journal: journal' \
        'drain: 4s' 'retry: 200ms' "$@" >"$work/daemon.yaml"
    "$dialtone" $command "$work/daemon.yaml" 2>"$log" &
    client=$!
}

caller_ends()
{
    ends $client 0 journal || return 1
    client=
    keep journal ${1-}
}

# N: of pptpd; the caller's device is dt0
calls_pptpd()
{
    daemon pac 'mode: ocrq' "peers: 10.77.1.$1" 'lines:' ' - name: user' \
        '   client: { user: alice, device: dt%d, redial: 0s }' || return 1
    said 'user: up, ' 10 || return 1
    ping -q -c 10 -i 0.05 -W 3 -I dt0 192.0.2.$1
}

caller_hangs_up()
{
    calls_pptpd $1 && caller_ends
}

pptpd_hangs_up()
{
    calls_pptpd $1 && servers "hangup $1" 'hung up' && exits 0 && keep journal
}

bridge()
{
    daemon bridge 'mode: ocrq' 'peers: 10.77.1.2' 'lines:' \
        ' - name: modems' \
        '   simulated: { line: { rate: 33600bit/s, delay: 40ms }, user: alice,' \
        '     count: 2, hold: 2s, redial: 0s, ping: { interval: 500ms } }'
    exits 0 15 && keep journal
}

# --- our PAC, and our PNS ----------------------------------------------------

# Two callers, each end clears one of them
pac_and_pns()
{
    pns 'name: pns' 'limits: { calls_per_source: 2 }' || return 1
    daemon pac 'mode: icrq' 'peers: 10.77.2.1' 'lines:' ' - name: alice' \
        '   client: { user: alice, device: dt%d, redial: 0s }' \
        ' - name: bob' \
        '   client: { user: bob, mppe: required, device: dt%d, redial: 0s }'
    said 'alice: up, ' 10 && said 'bob: up, .*MPPE' 10 || return 1
    for device in dt0 dt1; do
        ping -q -c 5 -i 0.05 -W 3 -I $device 10.99.0.1 || return 1
    done
    "$dialtone" ctl -s /run/dialtone/pns.sock clear --user bob || return 1
    says "$pns_log" '"bob".*: down, had' || return 1
    caller_ends pac-pns && server_ends pns-pac
}

# --- all of them -------------------------------------------------------------

boot servers servers
boot pppd ''
booted servers && booted pppd || exit 1
exec 5<>"$work/servers/ctl.in" 6<>"$work/servers/ctl.out"
exec 7<>"$work/pppd/ctl.in" 8<>"$work/pppd/ctl.out"
timeout 5 head -n 1 <&6 >/dev/null
timeout 5 head -n 1 <&8 >/dev/null

check pns-pptp-mppe user_hangs_up require-mppe-128
check pns-pptp-cleared pns_clears
check pns-pptp-loss lossy 10
check pac-pptpd-mppe caller_hangs_up 1
check pac-pptpd-hungup pptpd_hangs_up 2
check bridge-pptpd bridge
check pac-pns pac_and_pns
test ! -e "$work/bad"
