#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A run that drowns ends at a bound of `limits`: exit 3, one line that says at
# which and by what, and what there is so far is kept.
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
dialtone=$(cd "$top_builddir" && pwd)/dialtone
if ! test -x "$dialtone" || ! test -x "$dialtone-sim"; then
    echo "SKIP: no simulator in this build"
    exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0

say()
{
    echo "FAIL: $*"
    bad=1
}

cat >p.xml <<'END'
<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <zone id="all" routing="Full">
    <host id="a" speed="1Gf"/>
    <host id="b" speed="1Gf"/>
    <link id="wan" bandwidth="1MBps" latency="10ms"
          sharing_policy="SPLITDUPLEX"/>
    <route src="a" dst="b"><link_ctn id="wan" direction="UP"/></route>
  </zone>
</platform>
END
cat >s.yaml <<'END'
duration: 10s
platform: p.xml
packets: 4000000packets
links:
  - {name: wan_UP, queue: 1000000packets}
flows:
  - {name: quiet, from: b, to: a, rate: 8kbit/s}
  - {name: storm, from: a, to: b, rate: 100Gbit/s, size: 1500octets}
END

# WORDS OPTION...: it ends with them, and keeps what it has
ends()
{
    words=$1
    shift
    "$dialtone" run s.yaml --out out --force --quiet --no-figure "$@" \
        >said 2>&1
    code=$?
    test $code -eq 3 || say "$*: exit $code: $(cat said)"
    case $(cat said) in
    "s.yaml: $words"*"
The results are incomplete; expectations are not judged.") ;;
    *) say "$*: '$(cat said)' lacks '$words'" ;;
    esac
    grep -q '"complete": false' out/result.json &&
        grep -q '"imbalances": \[\]' out/result.json &&
        grep -q '^quiet,' out/flows.csv && grep -q ',link:wan' out/series.csv ||
        say "$*: its results are not kept"
    grep -qF "\"stopped\": \"$(sed -n '1s/^s.yaml: //p' said)\"" \
        out/result.json || say "$*: the result does not say why"
}

storm="of flow 'storm' are"
ends 'limits.events: ended at 0.001' --set limits.events=10000
grep -q "after 10[0-9]* events: .* % of traffic.*; $storm .* raise limits.ev" \
    said || say "events: $(cat said)"
ends 'limits.wall: ended at' --set limits.wall=200ms
grep -q "after 200ms of the clock: .* % of traffic.*; $storm " said ||
    say "wall: $(cat said)"
if test -r /proc/self/statm; then
    ends 'limits.memory: ended at' --set limits.memory=60MB
    grep -q "where 60.0 MB may be: .* MB are packets, by 'packets'; $storm" \
        said || say "memory: $(cat said)"
fi

# Of a sweep the point has failed, and says why; the others are there.
"$dialtone" sweep s.yaml --out s.sqlite --over flows.storm.rate=8kbit/s,1Gbit/s \
    --set limits.events=20000 --jobs 2 >said 2>&1
code=$?
test $code -eq 3 || say "sweep: exit $code"
grep -q '^failed: .*rate=1Gbit/s seed=1: s.yaml: limits.events: ended' said &&
    grep -q ' 1 of 2 points done (1 now), 1 failed' said ||
    say "sweep: $(cat said)"

# Bounds are no part of what is simulated: with others that point runs alone.
"$dialtone" sweep s.yaml --out s.sqlite --over flows.storm.rate=8kbit/s,1Gbit/s \
    --jobs 2 >said 2>&1 || say "again: exit $?"
grep -q ' 2 of 2 points done (1 now, 1 before)' said || say "again: $(cat said)"
exit $bad
