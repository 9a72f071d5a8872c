#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the documents for operators say holds: examples/*.yaml are good
# configurations and do what their first lines say, the scenarios of
# examples/*/ run and show what they are to show, the units of systemd give
# what the daemons need, and the man pages know every key and every option
# with its bounds and its default.
#
# Starting daemons takes root and happens in namespaces of its own: two
# networks joined by a cable.  What cannot be tried is said.
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
: "${dialtone:=$top_builddir/dialtone}"
export top_srcdir top_builddir dialtone

isolated="unshare --net --pid --fork --kill-child --mount-proc"
pages=$top_srcdir/doc

# NAME COMMAND...: one check
check()
{
    name=$1
    shift
    begun=
    if "$@" >"$work/out" 2>&1; then
        echo "PASS $name"
    else
        echo "FAIL $name"
        cat "$work/out"
        touch "$work/bad"
    fi
    # what a failure has left
    for p in $begun; do
        kill -s KILL $p 2>/dev/null && wait $p 2>/dev/null
    done
    return 0
}

fail()
{
    echo "  $*"
    return 1
}

skip()
{
    echo "SKIP examples: $*"
}

# FILE: pns, pac or bridge
role()
{
    if grep -q '^    simulated:' "$1"; then
        echo bridge
    elif grep -q '^mode:' "$1"; then
        echo pac
    else
        echo pns
    fi
}

# --- as ordinary users ------------------------------------------------------

# FILE: where a user would put it, with the secrets it names; not every machine
# has a serial port, but each has this terminal
configuration()
{
    sed 's,/dev/ttyS0,/dev/tty,' "$1" >"$1.here"
    "$dialtone" "$(role "$1")" --check "$1.here"
}

# Keys as `--reference` prints them, in the words of dialtone.yaml(5).
items()
{
    "$dialtone" "$1" --reference | awk '
        function cell(s) { gsub(/^ +| +$|`/, "", s); return s }
        /^\| `/ {
            split($0, f, "|")
            key = cell(f[2]); preset = cell(f[4]); allowed = cell(f[5])
            s = ".It Cm " key " : Ar " cell(f[3])
            if (allowed != "") s = s " , No " allowed
            if (preset != "")
                s = s " ;" (allowed == "" ? " No " : " ") \
                    (preset == "required" ? preset : "default " preset)
            print s
        }'
}

keys()
{
    items "$1" >"$work/items"
    test "$(wc -l <"$work/items")" -gt 15 || fail "no reference" || return
    good=0
    while IFS= read -r item; do
        grep -qxF -e "$item" "$pages/dialtone.yaml.5" ||
            fail "dialtone.yaml.5 has no line: $item" || good=1
    done <"$work/items"
    return $good
}

# COMMAND PAGE: every long option of its help
options()
{
    "$dialtone" $1 --help >"$work/help" || return
    good=0
    for o in $(grep -oE -e '(^| )--[a-z][a-z-]*' "$work/help" | sort -u); do
        grep -qE -e "Fl -${o#--}( |\$)" "$pages/$2" ||
            fail "$2 does not know $o" || good=1
    done
    return $good
}

commands()
{
    good=0
    for c in $("$dialtone" --help | awk '$1 == "dialtone" { print $2 }' |
        sort -u); do
        grep -qx -e "\.It Cm $c" "$pages/dialtone.1" ||
            fail "dialtone.1 does not know $c" || good=1
    done
    return $good
}

# PAGE: what it says of messages, between its dots, is in the program
messages()
{
    sed -n '/^\.Sh DIAGNOSTICS/,/^\.Sh SEE/s/^\.It //p' "$pages/$1" |
        sed 's/ *\.\.\.[ :;]*/\n/g' | grep .. >"$work/said"
    test -s "$work/said" || fail "no messages" || return
    good=0
    while IFS= read -r text; do
        grep -qaF -e "$text" "$dialtone" ||
            fail "$1: no message has: $text" || good=1
    done <"$work/said"
    return $good
}

lint()
{
    mandoc -Tlint -W warning "$@"
}

# FILE: the program where it is now
unit()
{
    copy=$work/${1##*/}
    sed "s,/usr/bin/dialtone,$(realpath "$dialtone"),g" "$1" >"$copy"
    systemd-analyze verify "$copy" || return
    # of keys that it does not know it only warns
    ! systemd-analyze verify "$copy" 2>&1 | grep -F "$copy"
}

# FILE SECTION KEY: its value there
setting()
{
    awk -F= -v section="[$2]" -v key="$3" '
        /^\[/ { here = $0 == section }
        here && $1 == key { print $2 }' "$1"
}

# FILE: whatever fails is tried again for ever, and not in a hurry; but not
# what only a person can mend (systemd.service(5), systemd.unit(5): by default
# five starts in ten seconds are the last)
comes_back()
{
    test "$(setting "$1" Unit StartLimitIntervalSec)" = 0 ||
        fail "the number of starts is limited" || return
    test "$(setting "$1" Service Restart)" = on-failure ||
        fail "it is not started again" || return
    test "$(setting "$1" Service RestartSec)" -ge 1 ||
        fail "it is started again at once" || return
    test "$(setting "$1" Service RestartPreventExitStatus)" = 2 ||
        fail "a bad configuration is tried again" || return
    # its status would not be that of the program
    test -z "$(setting "$1" Service ExecStartPre)" ||
        fail "something else may fail"
}

# FOLDER: what it has to show stands beside it
scenario()
{
    "$dialtone" run "$1/scenario.yaml" --out "$work/run" --force --quiet \
        --no-figure || return
    test -s "$1/expect.yaml" || fail "nothing is expected of it"
}

copy_examples()
{
    cp "$top_srcdir"/examples/*.yaml "$work/" || return
    for f in "$work"/*.yaml; do
        secrets=$(sed -n 's/^secrets: *\([^ ]*\).*/\1/p' "$f")
        test -n "$secrets" || continue
        # the lines that its comment shows
        sed -n 's/^#     \([a-z]*  *\*  *".*\)/\1/p' "$f" >"$work/$secrets"
        test -s "$work/$secrets" || fail "$f shows no secrets" || return
        chmod 600 "$work/$secrets"
    done
}

without_root()
{
    copy_examples || exit 1
    for f in "$work"/*.yaml; do
        check "--check ${f##*/}" configuration "$f"
    done
    if test -x "$dialtone-sim"; then
        for f in "$top_srcdir"/examples/*/scenario.yaml; do
            f=${f%/*}
            check "${f##*/} shows what it is to" scenario "$f"
        done
    else
        skip "no simulator in this build, no scenario is run"
    fi
    check "keys of pns" keys pns
    check "keys of pac" keys pac
    check "commands" commands
    check "options of pns" options pns dialtone-pns.8
    check "options of pac" options pac dialtone-pac.8
    check "options of bridge" options bridge dialtone-bridge.8
    check "options of call" options call dialtone-call.1
    check "options of ctl" options ctl dialtone-ctl.1
    check "options of sweep" options sweep dialtone-sweep.1
    check "messages of pns" messages dialtone-pns.8
    check "messages of pac" messages dialtone-pac.8
    check "messages of bridge" messages dialtone-bridge.8
    for f in "$top_srcdir"/examples/*.service; do
        check "${f##*/} comes back" comes_back "$f"
    done
    if command -v mandoc >/dev/null; then
        check "man pages" lint "$pages"/*.[158]
    else
        skip "no mandoc, man pages are not looked at"
    fi
    if command -v systemd-analyze >/dev/null; then
        for f in "$top_srcdir"/examples/*.service; do
            check "${f##*/}" unit "$f"
        done
    else
        skip "no systemd-analyze, units are not looked at"
    fi
}

# --- daemons ----------------------------------------------------------------

# PATTERN LOG: until it is in the log; at most 20 s
said()
{
    i=0
    until grep -q -e "$1" "$2"; do
        i=$((i + 1))
        if test $i -gt 400; then
            cat "$2"
            fail "not said: $1" || return
        fi
        sleep 0.05
    done
}

# LOG: the server begins; its process in `server`
begin_server()
{
    : >"$1.log" # before it is looked at: one before was ready, too
    $of_pns "$dialtone" pns "$1.yaml" 2>"$1.log" &
    server=$!
    begun="$begun $server"
    said ' ready: ' "$1.log"
}

# PID LOG: it ends in order
end()
{
    kill -s TERM "$1"
    wait "$1"
    test $? -eq 0 && said ' ended$' "$2"
}

example_pns()
{
    begin_server pns && end $server pns.log
}

# Its modem is the terminal of another PAC, since no machine has a port.
example_pac()
{
    mkdir -p /run/dialtone
    cat >modem.yaml <<END
mode: icrq
listen: 192.0.2.2
lines: [{ name: modem, pty: { link: /run/modem } }]
control: { socket: none }
END
    sed 's,/dev/ttyS0,/run/modem,' pac.yaml >pac2.yaml
    begin_server pns || return
    $far "$dialtone" pac modem.yaml 2>modem.log &
    modem=$!
    begun="$begun $modem"
    said ' ready: ' modem.log || return
    $far $of_pac "$dialtone" pac pac2.yaml 2>pac.log &
    pac=$!
    begun="$begun $pac"
    said ' PNS 192.0.2.1: connected' pac.log || return
    test -c /run/dialtone/desk || fail "no terminal" || return
    "$dialtone" ctl -s /run/dialtone/pac.sock status | grep -q '^role .*pac' ||
        fail "no control socket" || return
    end $pac pac.log && end $modem modem.log && end $server pns.log
}

example_vpn_client()
{
    begin_server pns || return
    $far $of_pac "$dialtone" pac vpn-client.yaml 2>client.log &
    client=$!
    begun="$begun $client"
    said ' office: up, we are ' client.log &&
        $far ping -q -c 1 -W 5 10.99.0.1 >/dev/null &&
        end $client client.log && end $server pns.log
}

# As its comment asks for; sooner over.
example_load()
{
    sed -e 's/rate: 200/rate: 1000/' -e 's/hold: 1min/hold: 1s/' load.yaml \
        >load2.yaml
    {
        printf '%s\n' 'local: 10.99.0.1' 'pool: 10.99.1.0-10.99.7.254' \
            'secrets: load.secrets'
        sed -n 's/^# *\(limits:.*\)/\1/p' load.yaml
    } >many.yaml
    begin_server many || return
    $far $of_pac timeout 60 "$dialtone" pac load2.yaml 2>load.log ||
        fail "exit status" || return
    said ' users: 1000 calls, 1000 came up' load.log && end $server many.log
}

call()
{
    echo wonder >password && chmod 600 password
    begin_server pns || return
    $far "$dialtone" call -u alice -p password -r 10.99.0.0/24 192.0.2.1 \
        2>call.log &
    client=$!
    begun="$begun $client"
    said ' call: up, we are ' call.log &&
        $far ping -q -c 1 -W 5 10.99.0.1 >/dev/null &&
        end $client call.log && end $server pns.log
}

# UNIT: a prefix for commands that leaves only its capabilities
capabilities()
{
    command -v setpriv >/dev/null || return
    set=$(sed -n 's/^CapabilityBoundingSet=//p' "$1" | tr 'A-Z ' 'a-z\n' |
        sed -n 's/^cap_/+/p' | paste -s -d ,)
    echo "setpriv --bounding-set=-all,$set --no-new-privs"
}

inside()
{
    cd "$work" || exit 1
    unshare --net sleep 1000 &
    other=$!
    i=0
    until ! test /proc/self/ns/net -ef /proc/$other/ns/net; do
        i=$((i + 1))
        test $i -gt 100 && exit 1
        sleep 0.05
    done
    far="nsenter --target $other --net"
    mount -t tmpfs none /run || exit 1
    ip link set lo up
    ip link add near type veth peer name far
    ip link set far netns $other
    ip addr add 192.0.2.1/24 dev near
    ip link set near up
    $far ip link set lo up
    $far ip addr add 192.0.2.2/24 dev far
    $far ip link set far up
    of_pns=$(capabilities "$top_srcdir/examples/dialtone-pns.service")
    of_pac=$(capabilities "$top_srcdir/examples/dialtone-pac.service")
    check "pns.yaml serves" example_pns
    check "pac.yaml serves" example_pac
    check "vpn-client.yaml calls" example_vpn_client
    check "load.yaml: 1,000 users" example_load
    check "call" call
}

as_root()
{
    if test "$(id -u)" -ne 0; then
        skip "no root, no daemon is started"
        return
    fi
    if ! test -c /dev/net/tun; then
        skip "no /dev/net/tun, no daemon is started"
        return
    fi
    for tool in unshare nsenter ip ping timeout; do
        if ! command -v $tool >/dev/null; then
            skip "no $tool, no daemon is started"
            return
        fi
    done
    if ! $isolated ip link add type veth 2>/dev/null; then
        skip "no namespaces, or no cable between two: no daemon is started"
        return
    fi
    $isolated sh "$0" inside || touch "$work/bad"
}

if test "${1-}" = inside; then
    inside
    exit
fi
if ! test -x "$dialtone" || ! "$dialtone" pns --reference >/dev/null; then
    skip "the program was not built"
    exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export work
without_root
as_root
! test -e "$work/bad"
