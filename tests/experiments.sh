#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The expectations of every experiment hold for the seeds 1 to 20.
set -u

dialtone=$top_builddir/dialtone
if test ! -x "$dialtone"; then
    echo "SKIP: no dialtone in this build"
    exit 77
fi
over_seeds=$top_srcdir/experiments/over-seeds.sh
bad=0 experiments=0

for expect in "$top_srcdir"/experiments/*/expect.yaml; do
    experiments=$((experiments + 1))
    "$over_seeds" -n 20 -d "$dialtone" "${expect%/*}/scenario.yaml" || bad=1
done
test $experiments -gt 0 || bad=1

# A seed that does not hold is told, and so is what was not measured.
scenario=$top_srcdir/experiments/timeouts-at-a-bottleneck/scenario.yaml
out=$top_builddir/tests/experiments.out
rm -rf "$out"
mkdir -p "$out" && out=$(cd "$out" && pwd) || exit 1
cat >"$out/expect.yaml" <<END
expect:
  - {that: rfc2637.fairness, at_least: 0.95}
END
"$over_seeds" -n 7 -d "$dialtone" "$scenario" rfc2637.fairness fixed.zz -- \
    --set expect="$out/expect.yaml" >"$out/said"
test $? -eq 1 || { echo "FAIL: seed 7 does not show"; bad=1; }
for line in '^seed 7: FAILED  rfc2637.fairness = 0.9324' \
    '^fixed.zz  *no such metric$' '^7 seeds, expectations fail for 1$' \
    '^rfc2637.fairness  *0.9324[0-9]*  *0.9[0-9]*  *0.9[0-9]*  *7$'; do
    grep -q "$line" "$out/said" || { echo "FAIL: no '$line'"; bad=1; }
done
"$over_seeds" -n 2 -d "$dialtone" "$out/none.yaml" 2>/dev/null
test $? -eq 3 || { echo "FAIL: no scenario, and no failure"; bad=1; }
"$over_seeds" -n 0 -d "$dialtone" "$scenario" 2>/dev/null
test $? -eq 2 || { echo "FAIL: no seeds, and no failure"; bad=1; }
test $bad -eq 0 && rm -rf "$out"
