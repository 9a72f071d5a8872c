#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Expectations that a sweep judges: by mean, interval and part of the seeds,
# for each combination of values, and between what a scenario compares.
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
# shellcheck source=tests/sweep-rig.sh
. "$top_srcdir/tests/sweep-rig.sh"

# judged CODE OPTION... <EXPECTATIONS: twenty seeds; what is said in `said`
judged()
{
    want=$1
    shift
    cat >expect.yaml
    rm -f s.sqlite
    "$dialtone" sweep s.yaml --seeds 20 -o s.sqlite "$@" >said 2>&1
    code=$?
    test $code -eq "$want" || say "exit $code, not $want: $(cat said)"
}

# has LINE
has()
{
    grep -q -- "$1" said || say "no '$1' in: $(cat said)"
}

# 992 packets come in the mean; 800 / 1000 * 500 / 504 of the link
judged 1 <<END
expect:
  - {that: flow_packets_sent, at_least: 950, at_most: 1040}
  - {that: flow_packets_sent, at_least: 950, of: interval, seeds: 20}
  - {that: flow_packets_sent, at_least: 950, share_at_least: 0.8}
  - {that: flow_packets_sent, at_least: 990, share_at_least: 1, why: chance}
  - {that: flow_packets_sent, at_least: 950, seeds: 21}
  - {that: flow_packets_delivered, less_than: flow_packets_sent, of: interval}
  - {that: wan.utilisation, equals: 0.794, of: interval}
END
has '^ok      flow_packets_sent = .*  (>= 950, <= 1040 (mean of 20 seeds))$'
has '^ok      .* (>= 950 (95 % interval of 20 seeds))$'
has '^ok      .* (>= 950 (in [12][0-9] of 20 seeds; wanted: 80 %))$'
has '^FAILED  .* (>= 990 (in [0-9]* of 20 seeds; wanted: 100 %))$'
has '^        chance$'
has '^FAILED  .* (mean of 20 seeds; 21 seeds are wanted))$'
has '^ok      flow_packets_delivered .* (95 % interval of 20 seeds))$'
has '^5 of 7 expectations hold$'

# each combination, and those that fail are named, also when it is quiet
judged 1 --over links.wan.queue=2packets,50packets --quiet <<END
expect: [{that: wan.drop_ratio, at_most: 0.01}]
END
test "$(cat said)" = "links.wan.queue=2packets:
$(grep FAILED said)" || say "each: $(cat said)"

# what is compared stands before the metric; other axes are combinations
cat >>s.yaml <<END
compare: {key: links.wan.queue, values: [2packets, 50packets]}
END
judged 0 --over flows.f.rate=600kbit/s,800kbit/s <<END
expect:
  - {that: 50packets.wan.drop_ratio, less_than: 2packets.wan.drop_ratio,
     of: interval}
END
has '^flows.f.rate=600kbit/s:$'
has '^2 of 2 expectations hold$'

# a shard alone judges nothing; a name that is none is found before it runs
judged 0 --shard 1/2 <<END
expect: [{that: 2packets.wan.drop_ratio, at_most: 0}]
END
judged 2 --set seed=50 <<END
expect: [{that: 2packets.wan.drop_rato, at_most: 0}]
END
test -e s.sqlite && say "it ran all the same"

test $bad -eq 0 && echo "sweep-expect: all well"
exit $bad
