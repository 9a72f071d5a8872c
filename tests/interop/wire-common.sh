# SPDX-License-Identifier: GPL-3.0-or-later
# What wire.sh and nat.sh have in common; read by them, not run.
#
# They define `work`, the folder of one lane, whose server and whose guests
# are in namespaces of its own, and `at_client`, where pptp-linux runs.
# shellcheck shell=sh disable=SC2016,SC2034,SC2086,SC2154,SC2254

. "$top_srcdir/tests/interop/common.sh"

log=$work/pns.log logs=pns.log
server='' client='' answer='' heard='' given='' pptp_more=''

# FD: one line, and no octet more
line_of()
{
    timeout 30 sh -c 'IFS= read -r line && printf "%s\n" "$line"' <&"$1"
}

gone()
{
    ! kill -s 0 "$1" 2>/dev/null
}

# For an end_check: pptp-linux ends in order, and nobody waits for it
end_both()
{
    test -z "$client" || kill $client 2>/dev/null
    end_now $server
}

# --- the relay (relay.c) between the server and clients ----------------------

relay_networks()
{
    second_network --net || skip "no second network"
    far=$other
    at_client="nsenter --target $far --net"
    mkfifo "$work/relay.in" "$work/relay.out"
    exec 7<>"$work/relay.in" 8<>"$work/relay.out"
    "$relay" near far 'seed 7' <&7 >&8 &
    test "$(line_of 8)" = ready || skip "no relay"
    ip link set lo up
    ip link set far netns "$far"
    ip addr add 10.77.0.1/24 dev near
    ip link set near up
    $at_client ip link set lo up
    for n in 2 3 4 5; do
        $at_client ip addr add 10.77.0.$n/24 dev far
    done
    $at_client ip link set far up
}

# COMMAND...: to the relay; sets `answer`
relay()
{
    echo "$*" >&7
    answer=$(line_of 8)
    case $answer in
    'what is'* | '') fail "the relay: $answer" ;;
    esac
}

# up|down NAME: a counter in the relay's last answer, of frames from the
# client or to him
relayed()
{
    case $1 in
    up) way=${answer% down *} ;;
    *) way=${answer#* down } ;;
    esac
    echo "$way" | sed "s/.*\\b$2=\\([0-9]*\\).*/\\1/"
}

# --- the server ------------------------------------------------------------

# LINE...: the configuration, beside what all have
configure()
{
    {
        printf '%s\n' 'listen: 10.77.0.1' 'local: 10.99.0.1' \
            'pool: 10.99.0.16-10.99.0.99' 'routes: 10.98.0.0/24' \
            'secrets: secrets' 'tun: pns' 'drain: 4s'
        printf '%s\n' "$@"
    } >"$work/pns.yaml"
    printf '%s\n' 'alice * wonder *' 'bob * builder 10.98.0.5' \
        'carol * singer *' >"$work/secrets"
    chmod 600 "$work/secrets"
}

logged()
{
    grep -q -e "$1" "$log"
}

# Until standard error has a line that matches; at most ten seconds.
said()
{
    within 10 logged "$1" || fail "not said: $1"
}

# ... as often as that
said_times()
{
    times=$(grep -c -e "$2" "$log")
    test "$times" -eq "$1" || fail "said $times times, not $1: $2"
}

start()
{
    configure "$@"
    readies=$(grep -c ' ready: ' "$log")
    "$dialtone" pns "$work/pns.yaml" 2>>"$log" &
    server=$!
    within 10 is_ready || fail "does not begin" || return 1
    files=$(files_open)
}

is_ready()
{
    test "$(grep -c ' ready: ' "$log")" -gt "$readies"
}

# STATUS: it ends in order, soon, with this exit status
stop()
{
    kill -s TERM $server
    wait $server
    code=$?
    test $code -eq "$1" || fail "exit $code" || return 1
    said ' ended$'
}

files_open()
{
    find /proc/$server/fd -mindepth 1 | wc -l
}

as_at_start()
{
    test "$(files_open)" -eq "$files"
}

counted()
{
    tail -n "+$lines" "$log" | grep -q ' control messages sent'
}

# Every counter that is not 0, as of now
take_counters()
{
    lines=$(($(wc -l <"$log") + 1))
    kill -s USR1 $server
    within 5 counted || fail "no counters" || return 1
    sleep 0.2 # they are a line each
    tail -n "+$lines" "$log" >"$work/counters"
}

# HELP: the counter of this help, as last taken
counter()
{
    n=$(sed -n "s/^[^ ]* [^ ]* \([0-9]*\): $1\( (.*)\)*\$/\1/p" "$work/counters")
    echo "${n:-0}"
}

# HELP OP VALUE
counts()
{
    n=$(counter "$1")
    test "$n" "$2" "$3" || fail "$n $1, and not $2 $3"
}

# What began has ended, and no descriptor of it is left.
nothing_left()
{
    within 10 as_at_start || fail "$(files_open) files, not $files" ||
        return 1
    take_counters || return 1
    n=$(counter 'control connections we accepted')
    counts 'control connections closed, for whatever reason' -eq "$n" ||
        return 1
    n=$(counter 'calls begun, either way')
    test "$n" -eq $(($(counter 'calls that ended after established') + \
        $(counter 'calls that ended before established'))) ||
        fail "calls are left"
}

# --- a real pppd above pptp-linux --------------------------------------------

guest=$work/guest

real_tools="pptp pppd linux.uml modprobe busybox mkfifo socat"

# the guest has lines, not a control connection
say()
{
    echo "$*" >&5
}

# PATTERN: the guest's next line
hear()
{
    heard=$(line_of 6)
    case $heard in
    $1) return 0 ;;
    'exit '*) say log ;; # to the console
    esac
    fail "the guest says '$heard', not '$1'"
}

boot()
{
    mkdir "$guest"
    : >"$guest/console"
    "$top_srcdir/tests/interop/pppd/guest" "$guest" >"$guest/console" 2>&1 &
    if ! within 60 grep -q '^guest: ready' "$guest/console"; then
        cat "$guest/console"
        return 1
    fi
    exec 5<>"$guest/ctl.in" 6<>"$guest/ctl.out"
    hear ready
}

# pppd on the guest's line, with pptp's PPP in `line.out` and `line.in`
call_pptp()
{
    $at_client socat 'FD:3!!FD:4' \
        EXEC:"pptp 10.77.0.1 --nolaunchpppd --nohostroute $pptp_more" \
        3<>"$guest/line.out" 4<>"$guest/line.in" 2>>"$work/socat" &
    client=$!
}

# OPTION...: pptp-linux and pppd call
dial()
{
    call_pptp
    sleep 0.2
    say start noipdefault nobsdcomp nodeflate noipv6 "$@"
    # one that an earlier check left behind ends first
    hear started >/dev/null || hear started
}

# USER [OPTION...]: and are up; sets `given`
dial_up()
{
    user=$1
    shift
    ups=$(grep -c "\"$user\".*: up with" "$log")
    dial user "$user" "$@" || return 1
    within 40 is_up && within 5 guest_is_up || fail "not up" || return 1
    given=$(sed -n "s/.*\"$user\".*: up with \([0-9.]*\);.*/\1/p" "$log" |
        tail -n 1)
}

is_up()
{
    test "$(grep -c "\"$user\".*: up with" "$log")" -gt "$ups"
}

# pppd's interface goes up a little later than its IPCP
guest_is_up()
{
    say saw 'remote IP address'
    hear 'saw yes' >/dev/null
}

# The client is gone, and the guest's pppd has ended with it.
client_gone()
{
    kill $client 2>/dev/null
    wait $client 2>/dev/null
    client=
    return 0
}

hang_up()
{
    say signal TERM
    hear 'exit *' || return 1
    client_gone
}

# pptp-linux ended by itself; its pppd hears of it, as from a pty's end
client_ended()
{
    within 10 gone $client || fail "pptp does not end" || return 1
    client=
    say signal HUP
    hear 'exit *'
}

# What pppd counted: `$pppd_sent`, `$pppd_received`
pppd_counters()
{
    say log
    hear 'log done' || return 1
    stats=$(grep -o 'Sent [0-9]* bytes, received [0-9]* bytes' \
        "$guest/console" | tail -n 1)
    pppd_sent=$(echo "$stats" | cut -d ' ' -f 2)
    pppd_received=$(echo "$stats" | cut -d ' ' -f 5)
    test -n "$pppd_sent" || fail "pppd counted nothing"
}

# What the server counted of the session that ended last
pns_counters()
{
    said "\"$user\".*: down, had" || return 1
    stats=$(sed -n 's/.* received [0-9]* packets \([0-9]*\) octets, sent [0-9]* packets \([0-9]*\) octets$/\1 \2/p' \
        "$log" | tail -n 1)
    pns_received=${stats% *}
    pns_sent=${stats#* }
}

# OP: pppd's octets against ours, both ways, after an orderly end
compare_counters()
{
    pns_counters && pppd_counters || return 1
    echo "  up: sent $pppd_sent received $pns_received;" \
        "down: sent $pns_sent received $pppd_received"
    if test "$pppd_sent" "$1" "$pns_received"; then
        test "$pns_sent" "$1" "$pppd_received" && return 0
    fi
    fail "the counters do not agree"
}

# OCTETS: to the guest's echo service and back
bulk()
{
    head -c "$1" /dev/urandom >"$work/sent"
    timeout 60 socat -t 55 - "TCP:$given:7" <"$work/sent" >"$work/back"
    cmp "$work/sent" "$work/back" && return 0
    take_counters # to be shown
    fail "the transfer"
}

# PERCENT COUNT [OPTION...]: pings from here, of which so many are answered
pings()
{
    least=$1 number=$2
    shift 2
    got=$(ping -q -c "$number" -W 2 "$@" "$given" |
        sed -n 's/.* \([0-9]*\) received.*/\1/p')
    echo "  $got of $number pings answered"
    test $((${got:-0} * 100)) -ge $((number * least)) ||
        fail "too few pings answered"
}
