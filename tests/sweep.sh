#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# dialtone sweep as its users see it: one that is killed, whenever, and called
# again has the results of one that was not; points are not run twice, nor
# those of equal content; a point is the run with the same keys and seed; what
# cannot be is one line, and the points that are there stay.
# shellcheck disable=SC2086
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
dialtone=$(cd "$top_builddir" && pwd)/dialtone
if test ! -x "$dialtone"; then
    echo "SKIP: no dialtone in this build"
    exit 77
fi
sql=$(cd "$top_builddir" && pwd)/tests/sql
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
cp "$top_srcdir/experiments/timeouts-at-a-bottleneck/platform.xml" p.xml
cat >s.yaml <<END
duration: 20s
platform: p.xml
nodes:
  - { name: pac, role: pac, host: pac, count: 4, connect: pns }
  - { name: pns, role: pns, host: pns }
calls:
  - name: call
    count: 4
    pac: "pac{n}"
    pns: pns
    line: { rate: 128kbit/s }
    traffic: [{ from: pns, model: onoff, rate: 96kbit/s, on_mean: 1s,
                off_mean: 500ms }]
links: [{ name: wan, queue: 50packets }]
END
axes='--over pptp.recv_window=2..32:log5 --over pptp.engine=rfc2637,fixed
    --seeds 5'
bad=0

say()
{
    echo "FAIL: $*"
    bad=1
}

# FILE ARGUMENT...: a sweep of two axes and five seeds into it
sweep()
{
    file=$1
    shift
    "$dialtone" sweep s.yaml $axes -o "$file" "$@" 2>&1
}

# FILE: what does not depend on when and where it was run
content()
{
    "$sql" "$1" "SELECT config.label, seed, hash, status, simulated_s,
        trace_hash FROM point JOIN config ON config.id = config
        ORDER BY config.label, seed;
        SELECT config.label, seed, name, x FROM value
        JOIN metric ON metric.id = metric JOIN point ON point.id = point
        JOIN config ON config.id = config
        ORDER BY config.label, seed, name;
        SELECT config, axis, value, number FROM setting
        ORDER BY config, axis" 2>&1
}

# --- killed and called again -------------------------------------------------

sweep whole.sqlite -j 1 >whole.log || say "sweep: $(cat whole.log)"
grep -q '10 configurations, 50 of 50 points done (50 now)' whole.log ||
    say "last line: $(cat whole.log)"
content whole.sqlite >whole.txt
test "$(grep -c done whole.txt)" -eq 50 || say "50 points: $(head whole.txt)"

# ARGUMENT...: a sweep into cut.sqlite, anew, that goes on as process $pid
begin()
{
    rm -f cut.sqlite*
    # not by the function: the process of $! is to be the sweep
    "$dialtone" sweep s.yaml $axes -o cut.sqlite "$@" >cut.log 2>&1 &
    pid=$!
}

points()
{
    n=0
    test ! -s cut.sqlite ||
        n=$("$sql" cut.sqlite 'SELECT count(*) FROM point' 2>/dev/null)
    echo "${n:-0}"
}

# N: waits for so many points
wait_for()
{
    turns=0
    while test "$(points)" -lt "$1" && test $turns -lt 1000; do
        sleep 0.01
        turns=$((turns + 1))
    done
}

# WHAT: called again it has the results, and runs no point twice
resumed()
{
    were=$(points)
    sweep cut.sqlite -j 2 >cut.log || say "$1: $(cat cut.log)"
    content cut.sqlite >cut.txt
    cmp -s whole.txt cut.txt || say "$1: other results"
    test "$were" -eq 0 || grep -q " now, $were before)" cut.log ||
        say "$1: of $were points some were run again: $(cat cut.log)"
}

for after in 0.02 0.05 0.1 0.2 0.3; do
    begin -j 2
    sleep $after
    kill -KILL $pid 2>/dev/null
    { wait $pid; } 2>/dev/null
    resumed "killed after $after s"
done
kills=0
for after in 1 8 20; do
    begin -j 1
    wait_for $after
    kill -KILL $pid 2>/dev/null && kills=$((kills + 1))
    { wait $pid; } 2>/dev/null
    resumed "killed after point $after"
done
test $kills -gt 0 || say "no sweep was killed between points"

begin -j 2
wait_for 1
kill -TERM $pid
wait $pid
test $? -eq 143 || say "terminated: $(cat cut.log)"
grep -q ' missing; ' cut.log || say "terminated: $(cat cut.log)"
"$dialtone" sweep show cut.sqlite >cut.log || say "show: $(cat cut.log)"
grep -q ' 0 failed, [1-9][0-9]* missing' cut.log || say "show: $(cat cut.log)"
resumed terminated

# --- as many seeds as a metric wants ------------------------------------------

# FILE ARGUMENT...
enough()
{
    file=$1
    shift
    "$dialtone" sweep s.yaml --over pptp.engine=rfc2637,fixed,off \
        --until delay_mean_s=±4% --max-seeds 60 -o "$file" "$@" 2>&1
}
# the seeds of each
seeds()
{
    "$sql" "$1" "SELECT label, count(*) FROM point JOIN config
        ON config.id = config GROUP BY label" | tr '\n' ' '
}
enough whole-until.sqlite -j 1 >cut.log || say "until: $(cat cut.log)"
want=$(seeds whole-until.sqlite)
rm -f cut.sqlite*
case $want in
*'off|10 '*) ;;
*) say "seeds of each: $want" ;;
esac
test "$(echo "$want" | tr ' ' '\n' | sed -n 's/.*|//p' | sort -u |
    wc -l)" -gt 1 || say "all have the same number of seeds: $want"
"$dialtone" sweep s.yaml --over pptp.engine=rfc2637,fixed,off \
    --until delay_mean_s=±4% --max-seeds 60 -o cut.sqlite >cut.log 2>&1 &
pid=$!
sleep 0.2
kill -KILL $pid 2>/dev/null
{ wait $pid; } 2>/dev/null
enough cut.sqlite -j 7 >cut.log || say "until: $(cat cut.log)"
test "$(seeds cut.sqlite)" = "$want" || say "killed: $(seeds cut.sqlite)"
enough cut.sqlite >cut.log
grep -q '(0 now, ' cut.log || say "until, again: $(cat cut.log)"
rm -f part?.sqlite merged.sqlite
enough part1.sqlite --shard 1/2 >cut.log || say "until: $(cat cut.log)"
enough part2.sqlite --shard 2/2 >cut.log || say "until: $(cat cut.log)"
"$dialtone" sweep merge merged.sqlite part1.sqlite part2.sqlite
test "$(seeds merged.sqlite)" = "$want" || say "shards: $(seeds merged.sqlite)"
enough few.sqlite --max-seeds 12 >cut.log
grep -q '[12] configurations* of 3 did not come to it in 12 seeds' cut.log ||
    say "too few seeds: $(cat cut.log)"
rm -f cut.sqlite*
"$dialtone" sweep s.yaml --until delay_mean_s=±4% --max-seeds 3 \
    -o cut.sqlite >cut.log 2>&1
test "$(seeds cut.sqlite)" = '|3 ' ||
    say "not more than 3 seeds: $(seeds cut.sqlite)"
rm -f cut.sqlite* part?.sqlite merged.sqlite

# --- shards ------------------------------------------------------------------

for i in 1 2 3; do
    sweep part$i.sqlite --shard $i/3 >cut.log || say "shard: $(cat cut.log)"
done
"$dialtone" sweep merge merged.sqlite part1.sqlite part2.sqlite \
    part3.sqlite >cut.log 2>&1 || say "merge: $(cat cut.log)"
content merged.sqlite >cut.txt
cmp -s whole.txt cut.txt || say "shards: other results"
"$dialtone" sweep show merged.sqlite >cut.log 2>&1
grep -q 'points  *50 done, 0 failed, 0 missing' cut.log ||
    say "show: $(cat cut.log)"

# WORDS FILE...: which do not become one
unmerged()
{
    words=$1
    shift
    "$dialtone" sweep merge no.sqlite "$@" >no.log 2>&1
    code=$?
    test $code -eq 2 || say "merge $*: exit $code: $(cat no.log)"
    grep -qF -e "$words" no.log || say "merge $*: '$(cat no.log)'"
    test ! -e no.sqlite || say "merge $*: left a file"
}

unmerged 'is a shard given twice?' part1.sqlite part2.sqlite part1.sqlite
unmerged "its point '2 rfc2637' seed " part1.sqlite part1.sqlite
unmerged 'part4.sqlite: No such file' part1.sqlite part4.sqlite
unmerged 'of another number of shards' part1.sqlite whole.sqlite
cp part2.sqlite other-build.sqlite
"$sql" other-build.sqlite \
    "UPDATE meta SET value = 'other' WHERE key = 'build'"
cp part2.sqlite other-seed.sqlite
"$sql" other-seed.sqlite "UPDATE meta SET value = 7 WHERE key = 'seed'"
unmerged 'of another first seed' part1.sqlite other-seed.sqlite
unmerged 'of another build' part1.sqlite other-build.sqlite
"$dialtone" sweep merge whole.sqlite part1.sqlite >no.log 2>&1
test $? -eq 2 || say "merge into a sweep: $(cat no.log)"

# --- the same point in other ways --------------------------------------------

"$dialtone" run s.yaml --set pptp.recv_window=8 --set pptp.engine=fixed \
    --seed 3 --no-figure -q -o one || say "run"
hash=$(sed -n 's/.*"trace_hash": "\(.*\)".*/\1/p' one/result.json)
test "$("$sql" whole.sqlite "SELECT trace_hash FROM point JOIN config
    ON config.id = config WHERE label = '8' || char(9) || 'fixed'
    AND seed = 3")" = "$hash" || say "a point is another run: $hash"

sweep whole.sqlite >again.log
grep -q '(0 now, 50 before)' again.log || say "run again: $(cat again.log)"
sweep whole.sqlite --seeds 6 >more.log
grep -q '60 of 60 points done (10 now, 50 before)' more.log ||
    say "one seed more: $(cat more.log)"

"$dialtone" sweep s.yaml --over pptp.recv_window=16,16packets,32 --seeds 2 \
    -o equal.sqlite >equal.log 2>&1
grep -q '6 of 6 points done (4 now, 2 equal to another)' equal.log ||
    say "points of equal content: $(cat equal.log)"
test "$("$sql" equal.sqlite "SELECT count(DISTINCT x) FROM value
    JOIN metric ON metric.id = metric JOIN point ON point.id = point
    WHERE name = 'goodput_bps' AND config < 3 AND seed = 1")" -eq 1 ||
    say "their values differ"

"$dialtone" sweep s.yaml --over pptp.ack_delay=1ms..1s:log --lhs 4 \
    --over pptp.alpha=0.0..1 --dry-run >lhs.log 2>&1
test "$(grep -c 'pptp.ack_delay=.*pptp.alpha=.*seed=1' lhs.log)" -eq 4 ||
    say "a hypercube: $(cat lhs.log)"

# a hypercube of whole numbers draws some twice: they are one configuration
"$dialtone" sweep s.yaml --over pptp.recv_window=1..3 --lhs 9 -o whole9.sqlite \
    >lhs.log 2>&1
grep -q '3 of 3 points done (3 now)' lhs.log ||
    say "a hypercube of few values: $(cat lhs.log)"
"$dialtone" sweep s.yaml --over pptp.recv_window=1..3 --lhs 9 -o whole9.sqlite \
    >lhs.log 2>&1
grep -q '3 of 3 points done (0 now, 3 before)' lhs.log ||
    say "a hypercube of few values, again: $(cat lhs.log)"

# --- what cannot be ----------------------------------------------------------

# STATUS WORDS ARGUMENT...: said in one line, and nothing is left
refused()
{
    want=$1 words=$2
    shift 2
    rm -f no.sqlite
    "$dialtone" sweep s.yaml -o no.sqlite "$@" >no.log 2>&1
    code=$?
    test $code -eq "$want" || say "$*: exit $code: $(cat no.log)"
    grep -qF -e "$words" no.log || say "$*: '$(cat no.log)' lacks '$words'"
    test "$(wc -l <no.log)" -eq 1 || say "$*: not one line: $(cat no.log)"
    test ! -e no.sqlite || say "$*: left a file"
}

refused 2 "did you mean 'recv_window'" --over pptp.recv_windw=1,2
refused 2 'allowed: 1packets to 65535packets' --over pptp.recv_window=1,0
refused 2 "--over nodes.9.host=pns: 'nodes.9.host': no item '9' here" \
    --over nodes.9.host=pns
refused 2 'such as calls.0.line.rate' --over calls.line.rate=64kbit/s
refused 2 "'x' is not a number of packets" --over pptp.recv_window=1,2,x
refused 2 "'a' is not one of" --over pptp.engine=fixed,a
refused 2 "no host 'pacc'" --over nodes.pns.host=pns,pacc
refused 2 'No such file' --over platform=p.xml,q.xml
refused 2 'seeds are no axis' --over seed=1,2
refused 2 'KEY=VALUE' --over x
refused 2 'a range without a number' --over pptp.recv_window=1..10
refused 2 'no number from 1 to' --seeds 0
refused 2 'no number from 1 to' --shard 3/2
refused 2 'I/N is expected' --shard 3
refused 2 "did you mean 'goodput_bps'" --until godput_bps=±5%
refused 2 'METRIC=±NUMBER' --until goodput_bps
refused 2 'more than --max-seeds' --until goodput_bps=5% --seeds 20 \
    --max-seeds 19

# STATUS WORDS COMMAND...: of a file that is there, which stays as it is
stays()
{
    want=$1 words=$2
    shift 2
    cksum <whole.sqlite >before
    "$@" >no.log 2>&1
    code=$?
    test $code -eq "$want" || say "$*: exit $code: $(cat no.log)"
    grep -qF -e "$words" no.log || say "$*: '$(cat no.log)' lacks '$words'"
    cksum <whole.sqlite | cmp -s - before || say "$*: the file changed"
}

stays 2 'over other axes' \
    "$dialtone" sweep s.yaml --over pptp.engine=fixed -o whole.sqlite
stays 2 'of another scenario' sweep whole.sqlite --set duration=21s
stays 2 'begin with another seed' sweep whole.sqlite --set seed=7
stays 2 'of another number of shards' sweep whole.sqlite --shard 1/2
"$sql" whole.sqlite "UPDATE meta SET value = 'other' WHERE key = 'build'"
stays 2 'of another build' sweep whole.sqlite
echo 'not a database, whatever its name says: some text' >text.sqlite
stays 2 'not the file of a sweep' sweep text.sqlite
"$sql" other.sqlite 'CREATE TABLE t(x)'
stays 2 'a database, but not of a sweep' sweep other.sqlite
stays 2 'No such file' sweep nowhere/x.sqlite

# two sweeps on one file
rm -f cut.sqlite*
(flock 9 && sweep cut.sqlite >no.log 9>&-) 9>cut.sqlite
test $? -eq 2 || say "two sweeps on one file"
grep -q 'another sweep is writing to it' no.log || say "$(cat no.log)"

# damaged, and a disk that is full: points that were there stay
rm -f cut.sqlite*
sweep cut.sqlite --seeds 2 >cut.log
dd if=/dev/urandom of=cut.sqlite bs=4096 seek=8 count=8 conv=notrunc \
    2>/dev/null
sweep cut.sqlite >no.log
test $? -eq 3 || say "a damaged file: $(cat no.log)"
grep -q damaged no.log || say "a damaged file: $(cat no.log)"
for word in show table csv; do
    "$dialtone" sweep $word cut.sqlite --metric goodput_bps >no.log 2>&1
    test $word = show && "$dialtone" sweep show cut.sqlite >no.log 2>&1
    grep -q damaged no.log || say "$word of a damaged file: $(cat no.log)"
done
"$dialtone" sweep merge no.sqlite cut.sqlite >no.log 2>&1
test $? -eq 3 || say "merge of a damaged file: $(cat no.log)"
grep -q '^cut.sqlite: damaged' no.log ||
    say "merge of a damaged file: $(cat no.log)"
# rows that were changed by hand: no sweep writes such
for change in 'UPDATE config SET label = NULL WHERE id = 1' \
    'DELETE FROM config WHERE id = 1' \
    'UPDATE point SET config = 999 WHERE id = 1' \
    'UPDATE point SET config = NULL WHERE id = 1'; do
    cp equal.sqlite hand.sqlite
    "$sql" hand.sqlite "$change"
    for call in 'sweep show hand.sqlite' 'sweep csv hand.sqlite' \
        'sweep table hand.sqlite -m goodput_bps' \
        'sweep merge no.sqlite hand.sqlite' 'diff equal.sqlite hand.sqlite' \
        'sweep s.yaml --over pptp.recv_window=16,16packets,32 -o hand.sqlite'
    do
        "$dialtone" $call >no.log 2>&1
        code=$?
        test $code -eq 3 || say "$call, $change: exit $code: $(cat no.log)"
        grep -q 'hand.sqlite: damaged' no.log ||
            say "$call, $change: $(cat no.log)"
    done
done
rm -f cut.sqlite*
(ulimit -f 200 && sweep cut.sqlite >no.log)
test $? -eq 3 || say "a full disk: $(cat no.log)"
grep -q 'no room on the disk' no.log || say "a full disk: $(cat no.log)"
were=$("$sql" cut.sqlite 'SELECT count(*) FROM point')
test "$were" -gt 0 || say "a full disk: nothing was kept"
sweep cut.sqlite >cut.log || say "room again: $(cat cut.log)"
content cut.sqlite >cut.txt
cmp -s whole.txt cut.txt || say "a full disk: other results"

# a real one, where one may mount
rm -f cut.sqlite*
mkdir full
if unshare -rm sh -c 'mount -t tmpfs -o size=200k none full' 2>/dev/null; then
    unshare -rm sh -c 'mount -t tmpfs -o size=200k none full
        "$@" -o full/cut.sqlite >no.log 2>&1
        code=$?
        cp full/cut.sqlite* .
        exit $code' sh "$dialtone" sweep s.yaml $axes
    test $? -eq 3 || say "a full tmpfs: $(cat no.log)"
    grep -q 'no room on the disk' no.log || say "a full tmpfs: $(cat no.log)"
    were=$("$sql" cut.sqlite 'SELECT count(*) FROM point')
    test "$were" -gt 0 || say "a full tmpfs: nothing was kept"
    sweep cut.sqlite >cut.log || say "room again: $(cat cut.log)"
    content cut.sqlite >cut.txt
    cmp -s whole.txt cut.txt || say "a full tmpfs: other results"
else
    echo "no tmpfs can be mounted: a full one is left out"
fi

test $bad -ne 0 || echo "sweep: all fine, $kills killed between points"
exit $bad
