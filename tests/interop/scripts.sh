#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The timed scripts of tests/conformance/peer-*.pt against real peers: pptpd
# is the server, pptp-linux the client.  Neither needs PPP of a kernel: a
# program that does nothing stands above them (but for two octets, or pptpd
# would not look at GRE).  What they are known to do otherwise is in the lists
# below and in doc/peers.md; another failure, or a script that passes against
# the list, fails this test.
#
# All happens in namespaces of its own: two networks joined by a cable, and
# processes that cannot outlive it.  INTEROP_SLOW=1 adds the scripts that wait
# for timers (about two minutes).  Exit 77: skipped.
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
: "${dialtone:=$top_builddir/dialtone}"
export top_srcdir top_builddir dialtone

# what pptpd 1.4.0 is known to fail
pptpd_fails="
    peer-1.4-split-pause peer-2.12-clear peer-2.12-clear-one
    peer-2.12-other peer-2.12-unknown peer-2.16-ocrq-before-start
    peer-2.6-before-start peer-2.7-bearer peer-2.7-id-twice peer-2.7-phone-long
    peer-3-length-11 peer-3-length-wrong peer-3-message-type-2 peer-3-type-16
    peer-3.1.2-sccrq-twice peer-3.1.2-silent-other peer-3.1.2-version-earlier
    peer-3.1.4-start peer-4.1-truncated peer-4.3-gap
"
# luck: whether pptpd looks at the first octets before the twelfth is there,
# and how it rounds 60 s
pptpd_either="peer-1.4-split peer-3.1.4-idle"
# what pptp-linux 1.10.0 is known to fail
pptp_fails="
    peer-client-ack-first peer-client-busy peer-client-cdn
    peer-client-clear peer-client-cookie peer-client-end peer-client-idle
    peer-client-max-channels peer-client-refused peer-client-silent
"
slow="peer-3.1.4-start peer-3.1.4-idle peer-client-silent peer-client-idle"

skip()
{
    echo "SKIP: interop: $*"
    exit 77
}

isolated="unshare --net --pid --fork --kill-child --mount-proc"

if test "${1-}" != inside; then
    test -x "$dialtone" || skip "the program was not built"
    test "$(id -u)" -eq 0 || skip "network namespaces and GRE need root"
    for tool in unshare nsenter ip; do
        command -v $tool >/dev/null || skip "no $tool"
    done
    command -v pptpd >/dev/null || command -v pptp >/dev/null ||
        skip "neither pptpd nor pptp is installed"
    $isolated ip link add type veth 2>/dev/null ||
        skip "no namespaces, or no cable between two, on this machine"
    work=$(mktemp -d) || exit 1
    trap 'rm -rf "$work"' EXIT
    export work
    $isolated sh "$0" inside
    exit
fi

# --- inside ----------------------------------------------------------------

bad=0
cd "$top_srcdir/tests/conformance" || exit 1

unshare --net sleep 1000 &
far=$!
i=0
until ! test /proc/self/ns/net -ef /proc/$far/ns/net; do
    i=$((i + 1))
    test $i -gt 100 && skip "no second network"
    sleep 0.05
done
at_peer="nsenter --target $far --net"
ip link set lo up
ip link add near type veth peer name far
ip link set far netns $far
for n in 1 11 12; do
    ip addr add 10.77.0.$n/24 dev near
done
ip link set near up
$at_peer ip link set lo up
$at_peer ip addr add 10.77.0.2/24 dev far
$at_peer ip link set far up
# pptp-linux keeps a socket under /run, whatever the machine has there
mount -t tmpfs none /run && mkdir -p /run/pptp

has()
{
    case " $(echo $1) " in
    *" $2 "*) return 0 ;;
    esac
    return 1
}

# PEER KNOWN SCRIPT OPTION...: one script; says what was not known before.
# What is not as it should be is played twice more: scripts go by the clock,
# and a machine may hold up either side
judge()
{
    peer=$1 known=$2 name=$3
    shift 3
    log=$work/$peer-$name.log
    want=PASS
    has "$known" "$name" && want=FAIL
    for try in 1 2 3; do
        timeout 300 "$dialtone" script --peer 10.77.0.2 "$@" "$name.pt" \
            >"$log" 2>&1
        code=$?
        result=$(grep -oE '^(PASS|FAIL|SKIP|ERROR)' "$log" | tail -n 1)
        if has "$pptpd_either" "$name" && test "$result" = FAIL; then
            want=FAIL
        fi
        if test "$result" = "$want" && test $code -le 1; then
            again=
            test $try = 1 || again=", try $try"
            echo "$peer: $name: $result$(test $want = FAIL &&
                echo ' (known)')$again"
            return
        fi
    done
    echo "$peer: $name: ${result:-exit $code}, but $want was expected"
    cat "$log"
    touch "$work/bad"
}

# PEER KNOWN LOCAL SCRIPT: the client connects to LOCAL
client()
{
    judge "$1" "$2" "$4" --local "$3" --start \
        "exec $at_peer pptp $3 --nolaunchpppd --nohostroute >/dev/null"
}

wanted()
{
    has "$slow" "$1" && test -z "${INTEROP_SLOW-}" && return 1
    return 0
}

if command -v pptpd >/dev/null; then
    printf '#!/bin/sh\nprintf "~~"\nexec sleep 1000\n' >"$work/no-ppp"
    chmod +x "$work/no-ppp"
    printf 'ppp %s\nlocalip 192.0.2.1\nremoteip 192.0.2.10-99\n' \
        "$work/no-ppp" >"$work/pptpd.conf"
    $at_peer pptpd -f -c "$work/pptpd.conf" -p "$work/pptpd.pid" \
        >"$work/pptpd.log" 2>&1 &
    i=0
    until $at_peer grep -q ':06BB .* 0A ' /proc/net/tcp; do
        i=$((i + 1))
        if test $i -gt 100; then
            cat "$work/pptpd.log"
            echo "FAIL: pptpd does not listen"
            exit 1
        fi
        sleep 0.05
    done
    for script in peer-*.pt; do
        name=${script%.pt}
        case $name in
        peer-client-*) continue ;;
        esac
        has "$slow" "$name" || judge pptpd "$pptpd_fails" "$name" \
            --local 10.77.0.1
    done
    # together, and the silent one last: pptpd accepts nobody meanwhile
    for name in peer-3.1.4-idle peer-3.1.4-start; do
        wanted "$name" || continue
        judge pptpd "$pptpd_fails" "$name" --local 10.77.0.1 &
        waiting="${waiting-} $!"
        sleep 1
    done
else
    echo "SKIP: interop: no pptpd"
fi

if command -v pptp >/dev/null; then
    n=10
    for script in peer-client-*.pt; do
        name=${script%.pt}
        wanted "$name" || continue
        if has "$slow" "$name"; then
            n=$((n + 1)) # an address for each: all listen on port 1723
            client pptp-linux "$pptp_fails" 10.77.0.$n "$name" &
            waiting="${waiting-} $!"
        else
            client pptp-linux "$pptp_fails" 10.77.0.1 "$name"
        fi
    done
else
    echo "SKIP: interop: no pptp-linux"
fi
for pid in ${waiting-}; do
    wait "$pid"
done
test -n "${INTEROP_SLOW-}" ||
    echo "SKIP: interop: scripts that wait for timers; set INTEROP_SLOW=1"
test -e "$work/bad" && bad=1
exit $bad
