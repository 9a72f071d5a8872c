#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# dialtone run as its users see it: the same scenario and seed give the same
# trace, another seed another one; adding a caller does not move the others'
# offered load; wrong input is one line, exit 2, and writes nothing.
set -u

dialtone=$top_builddir/dialtone
scenario=$top_srcdir/experiments/timeouts-at-a-bottleneck/scenario.yaml
if test ! -x "$dialtone"; then
    echo "SKIP: no dialtone in this build"
    exit 77
fi
out=$top_builddir/tests/run.out
rm -rf "$out"
mkdir -p "$out"
bad=0

say()
{
    echo "FAIL: $*"
    bad=1
}

run()
{
    dir=$1
    shift
    "$dialtone" run "$scenario" --quiet --set duration=20s --set expect= \
        --out "$out/$dir" "$@" >"$out/$dir.log" 2>&1 ||
        say "run $dir: $(cat "$out/$dir.log")"
}

hashes()
{
    grep -h '"trace_hash"' "$out/$1/rfc2637/result.json" \
        "$out/$1/fixed/result.json" "$out/$1/off/result.json"
}

run one
run two
run other --seed 2
test "$(hashes one | wc -l)" -eq 3 || say "no trace hashes"
test "$(hashes one)" = "$(hashes two)" || say "same seed, another trace"
test "$(hashes one)" != "$(hashes other)" || say "other seed, same trace"
cmp -s "$out/one/off/wan.pcapng" "$out/two/off/wan.pcapng" ||
    say "same seed, another capture"

run three --set calls.call.count=3
offered()
{
    awk -F, '$1 == "call0" || $1 == "call1" { print $1, $15 }' \
        "$out/$1/off/calls.csv"
}
test -n "$(offered one)" || say "nothing offered"
test "$(offered one)" = "$(offered three)" ||
    say "one caller less moves the others"

wrong()
{
    want=$1
    shift
    "$dialtone" run "$scenario" --quiet --out "$out/wrong" "$@" \
        >"$out/wrong.log" 2>&1
    code=$?
    test $code -eq 2 || say "$*: exit $code"
    grep -q "$want" "$out/wrong.log" ||
        say "$*: '$(cat "$out/wrong.log")' lacks '$want'"
    test "$(wc -l <"$out/wrong.log")" -eq 1 || say "$*: not one line"
    test ! -e "$out/wrong" || say "$*: something was written"
}

wrong "did you mean 'engine'" --set pptp.enigne=fixed
wrong "allowed: ns, us, ms" --set pptp.ack_delay=5kg
wrong "no host 'nope0'" --set nodes.pac.host=nope
wrong "No such file" --set platform=none.xml
wrong "broken.xml" --set platform=../../tests/data/broken.xml
wrong "out of range" --set calls.call.line.rate=0bit/s
wrong "out of range" --set calls.call.count=99999999
wrong "key 'file' is required" --set calls.0.traffic.0.model=replay

"$dialtone" run "$scenario" --quiet --out "$out/one" >/dev/null 2>&1
test $? -eq 2 || say "a folder that exists was taken without --force"

test $bad -eq 0 && rm -rf "$out"
exit $bad
