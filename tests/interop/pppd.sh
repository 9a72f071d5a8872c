#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Our PPP against a real pppd with Linux's PPP below it, async HDLC between
# them.  No kernel of this machine needs PPP: pppd runs in a guest (User Mode
# Linux, pppd/guest), and pppd/peer is our end.  A check is one session, or
# several in a row; they are dealt out to as many guests as there are
# processors, two at most.  doc/pppd-interop.md has the settings and steps.
#
# pppd.sh [PATTERN] runs only checks whose names match (as `case` does).
# PPPD_LOGS=FOLDER keeps the packets of every check.  Exit 77: skipped.
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
: "${peer:=$top_builddir/tests/interop/pppd/peer}"
here=$top_srcdir/tests/interop/pppd
pattern=${1:-*}

skip()
{
    echo "SKIP: pppd: $*"
    exit 77
}

test -x "$peer" || skip "$peer was not built"
test "$(id -u)" -eq 0 || skip "pppd and secrets that only root may read"
for tool in linux.uml pppd modprobe busybox mkfifo timeout; do
    command -v $tool >/dev/null ||
        skip "no $tool (packages user-mode-linux ppp kmod busybox-static)"
done

# check NAME SETTING... STEP...: in the guest whose turn it is
check()
{
    n=$((n + 1))
    test $((n % lanes)) -eq "$lane" || return 0
    name=$1
    shift
    case $name in
    $pattern) ;;
    *) return 0 ;;
    esac
    log=$work/$(printf %03d $n).log
    began=$(date +%s%N)
    if kill -0 "$guest_pid" 2>/dev/null; then
        timeout 40 "$peer" "$@" 0<>"$guest/line.out" 1<>"$guest/line.in" \
            3<>"$guest/ctl.in" 4<>"$guest/ctl.out" 2>"$log" &
        running=$!
        wait $running
        code=$?
    else
        echo "the guest is gone" >"$log"
        code=1
    fi
    ms=$((($(date +%s%N) - began) / 1000000))
    case $code in
    0) result=PASS ;;
    77) result=SKIP ;;
    *) result=FAIL ;;
    esac
    if test $result != PASS; then
        echo "peer $*" >>"$log"
    fi
    if test $result = FAIL && kill -0 "$guest_pid" 2>/dev/null; then
        echo "exit $code; the log of pppd:" >>"$log"
        lines=$(wc -l <"$guest/console")
        {
            echo log >&3
            timeout 2 grep -q 'log done' <&4
        } 3<>"$guest/ctl.in" 4<>"$guest/ctl.out"
        tail -n +$((lines + 1)) "$guest/console" >>"$log"
    fi
    printf '%s %-44s %5d ms\n' $result "$name" $ms |
        tee "${log%.log}.row"
}

# --- the checks ------------------------------------------------------------

# pppd asks who we are, or says who it is
asks="auth name server 10.9.0.2:10.9.0.1"
says="user alice noipdefault"
# and we the other way round
serve="local=10.9.0.1 peer=10.9.0.2"
fast="lcp-restart 1 lcp-max-terminate 1"
any="require-mppe-40 require-mppe-128"

checks()
{
    # --- addresses
    check "pppd says the addresses" pppd="10.9.0.2:10.9.0.1" \
        up is=local:10.9.0.1 is=peer:10.9.0.2 is=us: is=them: \
        ping=5:56 pong=5:56 close end=local
    check "we say the addresses" pppd="noipdefault $fast" $serve \
        up is=local:10.9.0.1 is=peer:10.9.0.2 ping=5:56 pong=5:56 \
        signal=TERM end=peer exit=5
    check "each says its own" pppd="10.9.0.2:" local=10.9.0.1 \
        up is=peer:10.9.0.2 ping=2:56 close end=local
    check "pppd insists on others" pppd="10.9.0.6:10.9.0.5 $fast" \
        local=10.9.0.1 peer=10.9.0.2 end=network
    check "name server given" pppd="noipdefault usepeerdns" $serve \
        dns=10.9.0.53 up ping=2:56 "saw=primary *DNS address 10.9.0.53" \
        close end=local
    check "name server asked for" pppd="10.9.0.2:10.9.0.1 ms-dns 10.9.0.53" \
        ask_dns=1 up is=dns:10.9.0.53 ping=2:56 close end=local
    check "WINS asked for" ask_wins=1 ask_dns=1 \
        pppd="10.9.0.2:10.9.0.1 ms-wins 10.9.0.137" \
        up is=wins:10.9.0.137 is=dns:0.0.0.0 ping=2:56 close end=local
    check "IPv6 beside IPv4" pppd="10.9.0.2:10.9.0.1 +ipv6" ipv6=1 \
        up up6 ping=5:56 ping6=5:56 close end=local
    check "IPv6 alone, pppd refuses IPv4" pppd="noip +ipv6" ipv6=1 \
        up6 ping6=5:56 close end=local
    check "IPv6 alone, we refuse IPv4" pppd="10.9.0.2:10.9.0.1 +ipv6" \
        ipcp=0 ipv6=1 up6 ping6=5:56 close end=local
    check "nobody knows addresses" pppd="noipdefault $fast" end=network

    # --- authentication, pppd as server
    for how in pap chap; do
        check "$how, pppd as server" pppd="$asks require-$how" \
            give=pap,chap,mschap2 up is=us:$how ping=3:56 pong=3:56 \
            close end=local
    done
    check "mschap2, pppd as server" pppd="$asks require-mschap-v2" \
        give=pap,chap,mschap2 up is=us:mschap2 ping=3:56 pong=3:56 \
        close end=local
    check "pppd asks for mschap2, gets chap" \
        pppd="$asks require-mschap-v2 require-chap" give=chap up is=us:chap \
        ping=3:56 close end=local
    check "pppd asks for chap, gets pap" \
        pppd="$asks require-chap require-pap" give=pap up is=us:pap \
        ping=3:56 close end=local
    check "pppd asks for mschap 1: refused" pppd="$asks require-mschap $fast" \
        give=pap,chap,mschap2 end=peer exit=11
    check "pppd asks for EAP: refused" pppd="$asks require-eap $fast" \
        give=pap,chap,mschap2 end=peer exit=11
    check "pppd asks, we give nothing" pppd="$asks require-chap $fast" \
        end=peer exit=11
    check "pppd challenges again" \
        pppd="$asks require-chap chap-interval 1" give=chap up \
        rx=chap:3:3 ping=3:56 close end=local

    # --- authentication, pppd as client
    check "pap, pppd as client" pppd="$says" $serve ask=pap \
        up is=them:pap is=name:alice ping=3:56 pong=3:56 close end=local
    check "chap, pppd as client" pppd="$says" $serve ask=chap \
        up is=them:chap is=name:alice ping=3:56 pong=3:56 close end=local
    check "mschap2, pppd as client" pppd="$says" $serve ask=mschap2 \
        up is=them:mschap2 is=name:alice ping=3:56 pong=3:56 close end=local
    check "we ask for all, pppd knows pap" $serve ask=pap,chap,mschap2 \
        pppd="$says refuse-chap refuse-mschap-v2 refuse-mschap refuse-eap" \
        up is=them:pap is=name:alice ping=3:56 close end=local
    check "we ask for mschap2, pppd refuses" $serve ask=mschap2 \
        pppd="$says refuse-mschap-v2 $fast" end=policy
    check "we challenge again" $serve ask=chap rechallenge=500 \
        pppd="$says" up rx=chap:2:3 ping=3:56 close end=local
    check "we challenge again, mschap2" $serve ask=mschap2 rechallenge=500 \
        pppd="$says" up rx=chap:2:3 ping=3:56 close end=local
    for how in chap mschap2; do
        check "$how, the Success is lost" $serve ask=$how lose_success=1 \
            pppd="$says" up rx=chap:2:2 ping=3:56 pong=3:56 close end=local
    done
    check "the Success is lost, MPPE" $serve ask=mschap2 lose_success=1 \
        mppe=128,stateless pppd="$says require-mppe-128" up \
        is=mppe:128,stateless ping=20:56 pong=20:56 close end=local
    check "both prove, chap" pppd="$asks require-chap user alice" ask=chap \
        give=chap up is=us:chap is=them:chap ping=3:56 close end=local

    check "address from pppd's secrets" give=chap user=mallory \
        secret=mischief pppd="auth name server 10.9.0.2: require-chap" \
        up is=local:10.9.9.9 ping=3:56 close end=local
    check "address of our secret" local=10.9.0.1 peer=10.9.0.2 ask=chap \
        only=10.9.0.2 pppd="$says" up is=peer:10.9.0.2 ping=3:56 close \
        end=local
    check "another address than our secret's" local=10.9.0.1 ask=chap \
        only=10.9.9.9 pppd="user alice 10.9.0.2: $fast" end=network

    # --- wrong passwords
    for how in pap chap mschap2; do
        option=$(echo $how | sed 's/mschap2/mschap-v2/')
        check "$how, our password is wrong" \
            pppd="$asks require-$option $fast" give=$how secret=wrong \
            end=auth-us exit=11
        check "$how, pppd's password is wrong" $serve ask=$how secret=wrong \
            pppd="$says $fast" end=auth-peer exit=19
    done
    check "nobody of that name" pppd="$asks require-chap $fast" give=chap \
        user=nobody end=auth-us exit=11
    check "pppd is nobody we know" $serve ask=chap user=bob \
        pppd="$says $fast" end=auth-peer exit=19

    # --- MPPE
    for bits in 40 128; do
        check "MPPE $bits stateless, pppd as server" give=mschap2 \
            pppd="$asks require-mschap-v2 require-mppe-$bits" \
            mppe=$bits,stateless up is=mppe:$bits,stateless ping=20:56 \
            pong=20:56 "saw=MPPE $bits-bit stateless" close end=local
        check "MPPE $bits stateful, pppd as server" give=mschap2 \
            pppd="$asks require-mschap-v2 require-mppe-$bits mppe-stateful" \
            mppe=$bits,stateful up is=mppe:$bits,stateful ping=300:56 \
            pong=300:56 "saw=MPPE $bits-bit stateful" close end=local
        check "MPPE $bits stateless, pppd as client" $serve ask=mschap2 \
            pppd="$says require-mppe-$bits" \
            mppe=$bits,stateless up is=mppe:$bits,stateless ping=20:56 \
            pong=20:56 "saw=MPPE $bits-bit stateless" close end=local
        check "MPPE $bits stateful, pppd as client" $serve ask=mschap2 \
            pppd="$says require-mppe-$bits mppe-stateful" \
            mppe=$bits,stateful up is=mppe:$bits,stateful ping=300:56 \
            pong=300:56 "saw=MPPE $bits-bit stateful" close end=local
    done
    # of MS-CHAPv1 pppd makes keys of 128 bits only: it has no LM hash
    for mode in stateless stateful; do
        option=
        test $mode = stateless || option=mppe-stateful
        check "MPPE 128 $mode, MS-CHAPv1, pppd as server" give=mschap1 \
            pppd="$asks require-mschap require-mppe-128 $option" \
            mppe=128,$mode,required up is=us:mschap1 is=mppe:128,$mode \
            ping=300:56 pong=300:56 close end=local
        check "MPPE 128 $mode, MS-CHAPv1, pppd as client" $serve \
            ask=mschap1 pppd="$says require-mppe-128 $option" \
            mppe=128,$mode,required up is=them:mschap1 is=mppe:128,$mode \
            ping=300:56 pong=300:56 close end=local
    done
    check "MPPE, MS-CHAPv1, 128 of all that is allowed" $serve ask=mschap1 \
        pppd="$says require-mppe-40 require-mppe-128" \
        mppe=40,56,128,stateless,required up is=mppe:128,stateless \
        ping=20:56 close end=local
    check "MPPE, MS-CHAPv1, pppd challenges again" give=mschap1 \
        pppd="$asks require-mschap require-mppe-128 chap-interval 1" \
        mppe=128,stateless up ping=3:56 rx=chap:3:2 ping=3:56 close end=local
    # IPCP asked too early costs a Terminate-Ack and a Restart timer
    check "MPPE first, IPCP then" give=mschap2 \
        pppd="$asks require-mschap-v2 require-mppe-128" \
        mppe=128,stateless up no_rx=ipcp:6:1 close end=local
    # plain require-mppe is both to pppd 2.4.9, 40 bits only to 2.5
    check "MPPE, all allowed on both sides" give=mschap2 \
        pppd="$asks require-mschap-v2 $any mppe-stateful" \
        mppe=40,56,128,stateless,stateful,required up ping=20:56 \
        is=mppe:128,stateless close end=local
    check "MPPE, pppd challenges again" give=mschap2 mppe=128,stateless \
        pppd="$asks require-mschap-v2 require-mppe-128 chap-interval 1" \
        up ping=3:56 rx=chap:3:2 ping=3:56 close end=local
    check "MPPE, we challenge again" $serve ask=mschap2 rechallenge=400 \
        pppd="$says require-mppe-128" mppe=128,stateless \
        up ping=3:56 rx=chap:2:2 ping=3:56 close end=local
    check "MPPE allowed here, not wanted there" give=mschap2 \
        pppd="$asks require-mschap-v2" mppe=128,stateless up is=mppe: \
        ping=3:56 close end=local
    check "MPPE stateful here, stateless there" give=mschap2 \
        pppd="$asks require-mschap-v2 require-mppe-128 $fast" \
        mppe=128,stateful end=peer exit=10
    check "MPPE 128 here, 40 there" give=mschap2 \
        pppd="$asks require-mschap-v2 require-mppe-40 $fast" \
        mppe=128,stateless end=peer exit=10
    check "MPPE required here, none there" $serve ask=mschap2 \
        pppd="$says nomppe $fast" mppe=128,stateless,required end=mppe
    check "MPPE required there, none here" give=mschap2 \
        pppd="$asks require-mschap-v2 $any $fast" end=peer exit
    check "MPPE stateless, packets lost" give=mschap2 lose=7 \
        pppd="$asks require-mschap-v2 require-mppe-128" \
        mppe=128,stateless up ping=40:56 close end=local
    check "MPPE stateful, packets lost" give=mschap2 lose=7 \
        pppd="$asks require-mschap-v2 require-mppe-128 mppe-stateful" \
        mppe=128,stateful up ping=40:56 tx=ccp:14:1 rx=ccp:14:1 close \
        end=local
    check "MPPE stateful, TCP over losses" $serve ask=mschap2 lose=50 \
        pppd="$says require-mppe-128 mppe-stateful" mppe=128,stateful \
        up ping=3:56 tcp=50000 close end=local

    # --- sizes
    check "MRU 576 here" pppd="10.9.0.2:10.9.0.1" mru=576 up mtu=576 \
        is=mru:576 ping=3:548 pong=3:548 close end=local
    check "MRU 576 there" pppd="10.9.0.2:10.9.0.1 mru 576" up \
        is=peer_mru:576 ping=3:548 pong=3:548 close end=local
    check "MTU 576 at both" pppd="10.9.0.2:10.9.0.1 mru 576 mtu 576" \
        mru=576 up mtu=576 ping=3:548 pong=3:548 tcp=50000 close end=local
    check "MTU 1500, full packets" pppd="10.9.0.2:10.9.0.1" up mtu=1500 \
        ping=10:1472 pong=10:1472 close end=local
    check "MPPE 128, full packets" give=mschap2 \
        pppd="$asks require-mschap-v2 require-mppe-128" \
        mppe=128,stateless up mtu=1496 ping=10:1468 pong=10:1468 \
        close end=local

    # --- framing
    check "every control octet escaped" pppd="10.9.0.2:10.9.0.1 \
        asyncmap ffffffff noaccomp nopcomp" accm=0xffffffff short=0 \
        up is=accm_tx:0xffffffff is=accm_rx:0xffffffff is=pfc:0 is=acfc:0 \
        ping=5:1400 pong=5:1400 close end=local
    check "some control octets escaped" \
        pppd="10.9.0.2:10.9.0.1 asyncmap a0000" accm=0x200a0000 \
        up is=accm_tx:0xa0000 is=accm_rx:0x200a0000 is=pfc:1 is=acfc:1 \
        ping=5:1400 pong=5:1400 close end=local
    check "short headers refused" pppd="10.9.0.2:10.9.0.1" accept_short=0 \
        up is=pfc:0 is=acfc:0 ping=5:56 pong=5:56 close end=local

    # --- life
    check "echo from both ends" \
        pppd="10.9.0.2:10.9.0.1 lcp-echo-interval 1" echo=200 up \
        rx=lcp:10:4 tx=lcp:10:2 ping=2:56 close end=local
    check "we fall silent" pppd="10.9.0.2:10.9.0.1 \
        lcp-echo-interval 1 lcp-echo-failure 1 $fast" up ping=2:56 deaf \
        exit=16 "saw=No response to 1 echo-requests"
    check "pppd falls silent" pppd="10.9.0.2:10.9.0.1" echo=150 up \
        ping=2:56 signal=STOP end=echo
    check "LCP anew in the middle" $serve ask=chap pppd="$says" up ping=3:56 \
        renegotiate up is=them:chap ping=3:56 pong=3:56 close end=local
    check "LCP anew under MPPE" give=mschap2 \
        pppd="$asks require-mschap-v2 require-mppe-128" mppe=128,stateless \
        up ping=3:56 renegotiate up is=mppe:128,stateless ping=3:56 \
        close end=local
    check "pppd hangs up and comes again" \
        pppd="10.9.0.2:10.9.0.1 persist holdoff 1 $fast" up ping=3:56 \
        signal=HUP end=peer again up ping=3:56 pong=3:56 close end=local
    check "we hang up and come again" \
        pppd="10.9.0.2:10.9.0.1 persist holdoff 1 maxfail 0 $fast" up \
        ping=3:56 close end=local wait=100 again up ping=3:56 close end=local
    check "pppd waits for us" pppd="10.9.0.2:10.9.0.1 silent" up ping=3:56 \
        close end=local
    check "deflate, BSD and multilink refused" \
        pppd="10.9.0.2:10.9.0.1 deflate 15 bsdcomp 15 multilink" up \
        ping=3:56 close end=local

    check "pppd starts CCP anew under MPPE" give=mschap2 \
        pppd="$asks require-mschap-v2 require-mppe-128 $fast" \
        mppe=128,stateless up ping=3:56 signal=USR2 end=peer exit
    check "octets changed on the line" pppd="10.9.0.2:10.9.0.1" spoil=3000 \
        up ping=60:200 stat=bad_fcs close end=local
    check "octets changed, MPPE stateful" give=mschap2 spoil=3000 \
        pppd="$asks require-mschap-v2 require-mppe-128 mppe-stateful" \
        mppe=128,stateful up ping=60:200 stat=bad_fcs stat=mppe_resets \
        close end=local

    # --- TCP
    check "TCP" pppd="10.9.0.2:10.9.0.1" up ping=3:56 tcp=300000 close \
        end=local
    check "TCP over MPPE 128 stateless" give=mschap2 \
        pppd="$asks require-mschap-v2 require-mppe-128" mppe=128,stateless \
        up ping=3:56 tcp=200000 close end=local
    check "TCP over MPPE 128 stateful" $serve ask=mschap2 \
        pppd="$says require-mppe-128 mppe-stateful" mppe=128,stateful \
        up ping=3:56 tcp=200000 close end=local
}

# --- guests ----------------------------------------------------------------

work=$(mktemp -d) || exit 1
lanes=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
test "$lanes" -gt 2 && lanes=2
guests= lane_pids=

tidy()
{
    kill $lane_pids $guests 2>/dev/null
    wait
    if test -n "${PPPD_LOGS-}"; then
        mkdir -p "$PPPD_LOGS" && cp "$work"/*.log "$PPPD_LOGS"
    fi
    rm -rf "$work"
}
trap tidy EXIT
trap 'exit 1' HUP INT TERM

# lane NUMBER PID: every so many checks, in the guest of this process
lane()
{
    lane=$1 guest_pid=$2
    guest=$work/guest$lane
    n=-1 running=
    trap 'test -z "$running" || kill $running; exit 1' TERM
    turns=0
    until grep -q '^guest: ready' "$guest/console"; do
        turns=$((turns + 1))
        if ! kill -0 "$guest_pid" 2>/dev/null || test $turns -gt 300; then
            echo "FAIL guest $lane boots" | tee "$work/$lane.row"
            cat "$guest/console" >"$work/$lane.log"
            return
        fi
        sleep 0.1
    done
    checks
}

start=$(date +%s)
i=0
while test $i -lt "$lanes"; do
    mkdir "$work/guest$i"
    : >"$work/guest$i/console"
    "$here/guest" "$work/guest$i" >"$work/guest$i/console" 2>&1 &
    guest_pid=$!
    guests="$guests $guest_pid"
    lane $i $guest_pid &
    lane_pids="$lane_pids $!"
    i=$((i + 1))
done
wait $lane_pids

for row in "$work"/*.row; do
    grep -q ^FAIL "$row" || continue
    echo "--- $(cat "$row")"
    cat "${row%.row}.log"
done
cat "$work"/*.row | awk -v s=$(($(date +%s) - start)) '
    { n[$1]++ }
    END {
        printf "pppd: %d passed, %d failed, %d skipped, %d s\n",
            n["PASS"], n["FAIL"], n["SKIP"], s
        exit n["FAIL"] > 0 || n["PASS"] == 0
    }'
