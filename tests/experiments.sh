#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The expectations of every experiment hold for the seeds 1 to 20.
set -u

dialtone=$top_builddir/dialtone
if test ! -x "$dialtone"; then
    echo "SKIP: no dialtone in this build"
    exit 77
fi
out=$top_builddir/tests/experiments.out
rm -rf "$out"
mkdir -p "$out" && out=$(cd "$out" && pwd) || exit 1
bad=0 experiments=0

for expect in "$top_srcdir"/experiments/*/expect.yaml; do
    experiments=$((experiments + 1))
    "$dialtone" sweep "${expect%/*}/scenario.yaml" --seeds 20 --jobs 2 \
        --quiet --out "$out/$experiments.sqlite" || bad=1
done
test $experiments -gt 0 || bad=1

# A seed that does not hold is counted, and is not if it need not.
scenario=$top_srcdir/experiments/timeouts-at-a-bottleneck/scenario.yaml
cat >"$out/expect.yaml" <<END
expect:
  - {that: rfc2637.fairness, at_least: 0.95, share_at_least: 1}
  - {that: rfc2637.fairness, at_least: 0.95, share_at_least: 0.5}
END
"$dialtone" sweep "$scenario" --seeds 7 --jobs 2 --quiet \
    --set expect="$out/expect.yaml" --out "$out/seven.sqlite" >"$out/said"
test $? -eq 1 || { echo "FAIL: a seed that does not hold does not show"; bad=1; }
test "$(cat "$out/said")" = \
    "$(grep '^FAILED .*(in [4-6] of 7 seeds; wanted: 100 %)' "$out/said")" ||
    { echo "FAIL: $(cat "$out/said")"; bad=1; }

# What `make truth-ns3` and `make bench-others` run is a scenario still.
"$dialtone" run "$top_srcdir/tests/truth/ns3.yaml" --quiet --force \
    --out "$out/ns3" --set duration=31s >"$out/said" ||
    { echo "FAIL: the scenario beside ns-3"; bad=1; }
test $bad -eq 0 && rm -rf "$out"
