# SPDX-License-Identifier: GPL-3.0-or-later
# What scripts have in common whose daemons call: real servers in a guest
# (servers/guest), our own PNS in a second network, logs, journals, the report.
# Read by them after common.sh, not run.
# shellcheck shell=sh disable=SC2034,SC2086,SC2154,SC2254

# Two networks, one of them with the guest's and a way to the PNS's, and users'
# secrets
servers_networks()
{
    two_networks 10.77.2.2/24 10.77.2.1/24
    at_pns=$at_far
    ip tuntap add dev servers mode tap
    ip addr add 10.77.1.254/24 dev servers
    ip link set servers up
    ip route add default via 10.77.1.1
    for each in all default; do # many clients have one server's address
        echo 0 >/proc/sys/net/ipv4/conf/$each/rp_filter
    done
    mount -t tmpfs none /run && mkdir -p /run/dialtone

    printf '%s\n' 'alice * wonder *' 'bob * builder 10.98.0.5' \
        >"$work/secrets"
    chmod 600 "$work/secrets"
}

# --- the guest's servers ----------------------------------------------------

# NAME COMMAND...: a guest, whose control line is $work/NAME/ctl.*
boot()
{
    dir=$work/$1
    mkdir "$dir"
    : >"$dir/console"
    "$top_srcdir/tests/interop/$1/guest" "$dir" $2 >"$dir/console" 2>&1 &
}

booted()
{
    i=0
    until grep -q '^guest: ready' "$work/$1/console"; do
        i=$((i + 1))
        test $i -gt 300 && {
            echo "FAIL the guest with $1 boots"
            cat "$work/$1/console"
            return 1
        }
        sleep 0.1
    done
}

# To the servers' guest: COMMAND ANSWER
servers()
{
    echo "$1" >&5
    answer=$(timeout 20 head -n 1 <&6)
    case $answer in
    $2) return 0 ;;
    esac
    fail "the servers answer '$answer' to '$1', not '$2'"
}

# N: until pptpd has no session either
server_free()
{
    i=0
    until servers "sessions $1" 'sessions 0' >/dev/null; do
        i=$((i + 1))
        test $i -gt 50 && {
            fail "pptpd still has: $answer"
            return 1
        }
        sleep 0.1
    done
}

# --- our daemons ------------------------------------------------------------

many_calls='limits: { calls: 50, calls_per_source: 50, connections: 50,
  connections_per_source: 50, half_open: 50, half_open_per_source: 50 }'
log=$work/log pns_log=$work/pns.log logs='log pns.log'

# FILE PATTERN [SECONDS]: until it has a line that matches
says()
{
    i=0
    until grep -q -e "$2" "$1"; do
        i=$((i + 1))
        test $i -gt $((${3:-5} * 20)) && {
            fail "not said: $2"
            return 1
        }
        sleep 0.05
    done
}

said()
{
    says "$log" "$@"
}

# FILE PATTERN COUNT [SECONDS]
says_times()
{
    i=0
    until test "$(grep -c -e "$2" "$1")" -ge "$3"; do
        i=$((i + 1))
        test $i -gt $((${4:-5} * 20)) && {
            fail "not said $3 times: $2"
            return 1
        }
        sleep 0.05
    done
}

# LINE...: of the PNS's
pns()
{
    printf '%s\n' 'listen: 10.77.2.1' 'local: 10.99.0.1' \
        'pool: 10.99.0.16-10.99.0.250' 'routes: 10.98.0.0/24' \
        'secrets: secrets' 'tun: pns' 'drain: 4s' 'journal: journal.pns' \
        "$@" >"$work/pns.yaml"
    $at_pns "$dialtone" pns "$work/pns.yaml" 2>>"$pns_log" &
    server=$!
    says "$pns_log" ' ready: '
}

# PID STATUS JOURNAL: it ends in order, and its journal tells the same
ends()
{
    kill -s TERM $1 2>/dev/null
    wait $1
    code=$?
    test $code -eq $2 || fail "exit $code, not $2" || return 1
    replayed $3
}

replayed()
{
    "$dialtone" replay "$work/$1" >"$work/replay" 2>&1 && return
    fail "the journal does not replay:"
    tail -n 5 "$work/replay"
    return 1
}

# STATUS [SECONDS]: the client ends by itself
exits()
{
    i=0
    while kill -s 0 $client 2>/dev/null; do
        i=$((i + 1))
        test $i -gt $((${2:-10} * 20)) && {
            fail "it does not end"
            return 1
        }
        sleep 0.05
    done
    wait $client
    code=$?
    client=
    test $code -eq $1 || fail "exit $code, not $1"
}

# KEY VALUE: the report says so, first of all
reports()
{
    grep -m 1 "\"$1\"" "$work/report.json" | grep -q ": $2,\$" ||
        fail "$1 is not $2: $(cat "$work/report.json")"
}
