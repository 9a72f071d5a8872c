#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# ns3-cells.sh [all]: bulk flows through one bottleneck, beside what ns-3
# said of the same (ns3-cells.csv as it is, ns3-rfc-cells.csv put right by
# ns3_reno.hh).  Without an argument cheap cells against both; all: every one,
# two tables; none may be outside of ns-3 put right, the known by thrice.  With
# NS3=run in the environment ns-3 is asked anew before: an hour of a core.
set -u

: "${top_srcdir:=.}" "${top_builddir:=.}"
here=$top_srcdir/tests/truth
work=$top_builddir/tests/truth/ns3.d
dialtone=$top_builddir/dialtone
queues="droptail50 droptail100 codel fq_codel pie red"
what=${1:-some}

if ! test -x "$dialtone" || ! test -x "$dialtone-sim"; then
    echo "SKIP: no simulator in this build"
    exit 77
fi
mkdir -p "$work" || exit 1

# RFC FILE: cells of ns-3
ask_ns3()
{
    . "$here/ns3-build.sh"
    ns3_build "$here/ns3_tcp.cc" "$work/ns3_tcp" || exit 77
    for queue in $queues; do
        for flows in 1 10 100; do
            for seed in 1 2 3 4 5 6 7 8 9 10; do
                "$work/ns3_tcp" --queue="$queue" --flows="$flows" \
                    --seed="$seed" --rfc="$1" || exit 1
            done
        done
    done >"$work/runs.csv" || exit 1
    {
        echo "# ns-3 3.37 (libns3-dev $ns3_version): ns3_tcp --rfc=$1"
        awk -f "$here/cells.awk" "$work/runs.csv"
    } >"$2"
}

# QUEUE: what the scenario says of it.  In ns-3 a packet that has left what
# decides waits in the device: its time, 1.19 ms, is one of ours.
settings()
{
    case $1 in
    droptail*) model=drop_tail limit=${1#droptail} target=auto ;;
    codel) model=codel limit=1000 target=6190us ;;
    fq_codel) model=fq_codel limit=10240 target=6190us ;;
    pie) model=pie limit=200 target=16190us ;;
    red) model=red limit=200 target=auto ;;
    esac
}

# QUEUE FLOWS SEEDS: a line a run, as cells.awk takes it
ours()
{
    settings "$1"
    rm -f "$work/$1.sqlite"
    "$dialtone" sweep "$here/ns3.yaml" -q -o "$work/$1.sqlite" \
        --over flows.flow.count="$2" --seeds "$3" \
        --set links.neck.queue="${limit}packets" \
        --set links.neck.queue_model.model=$model \
        --set links.neck.queue_model.target=$target >&2 &&
        "$dialtone" sweep csv "$work/$1.sqlite" -m bulk.goodput_bps \
            -m neck.drop_ratio -m neck.queue_mean -m bulk.fairness \
            -o "$work/$1.csv" >&2 || exit 1
    awk -F, -v OFS=, -v queue="$1" '
        FNR > 1 { print queue, $3, $2, $5, $6, $7, $8 }' "$work/$1.csv"
}

# THEIRS [KNOWN]: the table; false if a cell that is not known is outside
compare()
{
    awk -v known="${2-}" -f "$here/compare.awk" "$here/$1" "$work/ours.csv"
}

if test "$what" = all && test "${NS3-}" = run; then
    ask_ns3 0 "$here/ns3-cells.csv"
    ask_ns3 7 "$here/ns3-rfc-cells.csv"
fi
if test "$what" = some; then
    ours droptail50 1,10 3
    ours codel 1 3
    ours pie 1,10 3
else
    for queue in $queues; do
        ours "$queue" 1,10,100 10
    done
fi >"$work/ours-runs.csv" || exit 1
awk -f "$here/cells.awk" "$work/ours-runs.csv" >"$work/ours.csv" || exit 1
if test "$what" != some; then
    echo "ns-3 as it is:"
    compare ns3-cells.csv
    echo "ns-3 put right:"
fi
compare ns3-rfc-cells.csv "red,1"
