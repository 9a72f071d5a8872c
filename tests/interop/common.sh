# SPDX-License-Identifier: GPL-3.0-or-later
# What all scripts here have in common that make networks of their own; read
# by them, not run.  They set `what`, their name, before.
# shellcheck shell=sh disable=SC2034,SC2086,SC2154,SC2254

isolated="unshare --net --pid --fork --kill-child --mount-proc"

skip()
{
    echo "SKIP: $what: $*"
    exit 77
}

fail()
{
    echo "  $*"
    return 1
}

# SECONDS COMMAND...: until it succeeds, looked at 20 times a second
within()
{
    tries=$(($1 * 20))
    shift
    until "$@"; do
        tries=$((tries - 1))
        test $tries -gt 0 || return 1
        sleep 0.05
    done
}

# What a script has of its own to do before a check, and what it ends after.
begin_check()
{
    :
}

end_check()
{
    end_now $client $server
}

# PID...: whatever they were about
end_now()
{
    for each; do
        kill -s KILL $each 2>/dev/null
        wait $each 2>/dev/null
    done
}

# NAME COMMAND...: one check, if the script's `pattern` has its name.  The
# files `logs` of `$work` begin anew, and are shown after a failure; so is
# what a check leaves in files *.more.
check()
{
    name=$1
    shift
    case $name in
    $pattern) ;;
    *) return ;;
    esac
    for each in $logs; do
        : >"$work/$each"
    done
    rm -f "$work"/*.more
    server='' client='' began=$(date +%s)
    begin_check
    if "$@" >"$work/out" 2>&1; then
        echo "PASS $name ($(($(date +%s) - began)) s)"
        test -z "${trace-}" || cat "$work/out"
    else
        echo "FAIL $name"
        (cd "$work" && cat out $logs ./*.more 2>/dev/null)
        touch "$work/bad"
    fi
    end_check
}

# TOOL...: the first that is not there, or nothing
missing()
{
    for tool; do
        command -v "$tool" >/dev/null || { echo "$tool" && return; }
    done
}

# TOOL...: the program, what it takes to start it, and these; or all is
# skipped
needs()
{
    test -x "$dialtone" || skip "the program was not built"
    test "$(id -u)" -eq 0 || skip "TUN, GRE and network namespaces need root"
    test -c /dev/net/tun || skip "no /dev/net/tun on this machine"
    lacking=$(missing unshare nsenter ip ping timeout "$@")
    test -z "$lacking" || skip "no $lacking"
    $isolated ip link add type veth 2>/dev/null ||
        skip "no namespaces, or no cable between two, on this machine"
}

differs()
{
    ! test /proc/self/ns/net -ef "/proc/$1/ns/net"
}

# OPTION...: of unshare; a second network.  Sets `other`, a process in it
second_network()
{
    unshare "$@" sleep 1000 &
    other=$!
    within 5 differs $other
}

# The cable between two networks; a script may have one of its own.
cable()
{
    ip link add near type veth peer name far
}

# NEAR FAR: two networks joined by a cable, whose ends have these addresses.
# Sets `at_far`, which runs a command there
two_networks()
{
    second_network --net || skip "no second network"
    at_far="nsenter --target $other --net"
    ip link set lo up
    cable
    ip link set far netns $other
    ip addr add "$1" dev near
    ip link set near up
    $at_far ip link set lo up
    $at_far ip addr add "$2" dev far
    $at_far ip link set far up
}
