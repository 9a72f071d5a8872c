#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# linux-cells.sh [RUNS.csv]: what a guest of Linux measured (linux.sh), beside
# what models/tcp does with the same runs.  Without a file those that are kept.
set -u

: "${top_srcdir:=.}" "${top_builddir:=.}"
here=$top_srcdir/tests/truth
theirs=${1:-$here/linux-6.1.csv}
work=$top_builddir/tests/truth

test -x "$work/tcp_flows" || { echo "SKIP: no tcp_flows" && exit 77; }
# shellcheck disable=SC2046 # words
"$work/tcp_flows" $(awk -F, '$2 ~ /^[0-9]+$/ {
    print $1 ":" $2 ":" $3 ":" $4 ":" $5 }' "$theirs") >"$work/ours.csv" &&
    awk -f "$here/linux.awk" "$theirs" "$work/ours.csv"
