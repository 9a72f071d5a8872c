#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# dialtone diff: the same is the same, what seeds do is no difference, and what
# is one is told by how many intervals.
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
# shellcheck source=tests/sweep-rig.sh
. "$top_srcdir/tests/sweep-rig.sh"

# differs CODE TEXT ARGUMENT...: the exit code, and a line of what is said
differs()
{
    code=$1 text=$2
    shift 2
    "$dialtone" diff "$@" >said 2>&1
    got=$?
    test $got -eq "$code" || say "diff $*: exit $got: $(cat said)"
    grep -q -- "$text" said || say "diff $*: no '$text': $(cat said)"
}

# sweep NAME OPTION...
sweep()
{
    name=$1
    shift
    "$dialtone" sweep s.yaml --over links.wan.queue=5packets,10packets \
        --seeds 10 --quiet -o "$name.sqlite" "$@" || say "sweep $name: exit $?"
}

sweep one
sweep again
sweep seeds --set seed=100
sweep slower --set flows.f.rate=700kbit/s
"$dialtone" run s.yaml --quiet --no-figure --out run || say "run: exit $?"
"$dialtone" run s.yaml --quiet --no-figure --out other \
    --set links.wan.queue=2packets || say "run: exit $?"

# --- sweeps ---

differs 0 'seed by seed: .* 0 differ no more than seeds do, 0 differ$' \
    one.sqlite again.sqlite
# none in common: by both spreads
differs 0 'values compared: .* 0 differ$' one.sqlite seeds.sqlite
differs 1 '^  seed: 1 | 100$' one.sqlite seeds.sqlite --exact
differs 1 '^  flows.f.rate: "800kbit/s" | "700kbit/s"$' \
    one.sqlite slower.sqlite
# 126 packets less of a thousand, in each seed
awk '/^flow_packets_sent/ && $6 > 10 && $4 < -100 && $4 > -150 { n++ }
    END { exit n != 2 }' said || say "intervals: $(cat said)"
differs 0 '(no more than seeds do)$' --all one.sqlite seeds.sqlite

# --- runs ---

differs 0 ' 0 differ$' run run/result.json
differs 1 '^  links.wan.queue: "10packets" | "2packets"$' run other
grep -q '^wan.queue_max  *10  *2  *-8  *-  *-$' said ||
    say "queue_max: $(cat said)"
# over time: a queue of 2 is shorter by many intervals; what arrives is not
awk '$1 == "link:wan" && $2 == "queue_packets" && $5 < -0.5 && $7 > 1 { n++ }
    END { exit n != 1 }' said || say "over time: $(cat said)"
differs 1 '^link:wan dropped/s ' --all run other
differs 1 "^only B has the configuration 'links.wan.queue=5packets'$" \
    run one.sqlite

# --- what cannot be ---

differs 2 'No such file' run nothing
differs 2 'two results' run
differs 2 'unknown option' --none run run
echo '{}' >empty.json
differs 2 'not the result of a run' run empty.json
head -c 5000 one.sqlite >cut.sqlite
"$dialtone" diff one.sqlite cut.sqlite >said 2>&1
test $? -ge 2 || say "a damaged file: $(cat said)"

test $bad -eq 0 && echo "diff: all well"
exit $bad
