#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The equivalence of the NAS, with daemons: each case of
# tests/equivalence/script on two networks of its own, several at once since
# they mostly wait; with a PAC whose callers are clients of ours, then with a
# bridge, whose callers are simulated.  What PNS, PAC and callers tell has to be what is
# `expected`, which the simulator is held to by tests/equivalence.sh.
#
# equivalence.sh [PATTERN] runs only cases whose names match (as `case` does).
# Exit 77: skipped.
# shellcheck disable=SC2086,SC2154
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
: "${dialtone:=$top_builddir/dialtone}"
export top_srcdir top_builddir dialtone

what=equivalence
. "$top_srcdir/tests/interop/common.sh"
. "$top_srcdir/tests/equivalence/common.sh"

run_case()
{
    timeout -k 2 60 $isolated sh "$0" inside "$1"
}

if test "${1-}" != inside; then
    needs awk
    work=$(mktemp -d) || exit 1
    trap 'rm -rf "$work"' EXIT
    whole=$work
    export work daemon
    for daemon in pac bridge; do
        # it is there where the simulator is
        "$dialtone" $daemon --reference >/dev/null 2>&1 || continue
        work=$whole/$daemon
        mkdir "$work"
        equivalence "${1:-*}" 6 || touch "$whole/bad"
    done
    ! test -e "$whole/bad"
    exit
fi

# --- one case, in networks of its own ----------------------------------------

cd "$work/$2" || exit 1
name=$2 client='' server='' other=''
two_networks 10.77.0.2/24 10.77.0.1/24
trap 'end_now $client $server $other' EXIT

umask 077
for as in pns pac secrets said orders; do
    read_script "$name" "$as" >"$as.read"
done

is_there()
{
    "$dialtone" ctl -s "$1" status >/dev/null 2>&1
}

pns_start()
{
    $at_far "$dialtone" pns pns.read 2>>pns.log &
    server=$!
    within 5 is_there pns.sock
}

pac_start()
{
    "$dialtone" $daemon pac.read 2>>pac.log &
    client=$!
    within 5 is_there pac.sock
}

# NODE VERB [ARG]
order()
{
    case $1.$2 in
    pns.stop) end_now $server ;;
    pac.stop) end_now $client ;;
    pns.start) pns_start ;;
    pac.start) pac_start ;;
    *) "$dialtone" ctl -s "$1.sock" $2 ${3-} ;;
    esac
}

# who is dead from the beginning was never there
case $(sed -n 1p orders.read) in
'0s pns stop'*) sed -i 1d orders.read ;;
*) pns_start ;;
esac
pac_start
now=0
while read -r at order; do
    case $at in
    *ms) at=${at%ms} ;;
    *s) at=${at%s}000 ;;
    esac
    sleep "$(awk "BEGIN { print ($at - $now) / 1000 }")"
    now=$at
    test "$order" != end || break
    order $order || echo "$order: refused"
done <orders.read
# before the end of one of them is an event of the other
cp events told-events && rm events
