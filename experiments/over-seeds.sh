#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A scenario over many seeds: a line for each metric that is named, and
# whether the expectations hold for each seed.
set -u

usage()
{
    cat <<END
usage: experiments/over-seeds.sh [-n SEEDS] [-d DIALTONE] [-o DIR]
           SCENARIO.yaml [METRIC ...] [-- OPTION ...]

Runs SCENARIO with the seeds 1 to SEEDS (40), two at a time, and prints least,
median and most of each METRIC over the seeds and how many seeds have it.  A
metric is written as in expect.yaml: fixed.wan.drop_ratio.  Options after --
go to \`dialtone run\`.  Results are kept in DIR, one folder a seed; without
-o they go when the table is made.

Exit: 0 all well, 1 expectations fail for a seed, 2 usage, 3 a run failed.
END
}

bad()
{
    echo "over-seeds: $*" >&2
    exit 2
}

seeds=40 dialtone=build/dialtone out=
while getopts n:d:o:h option; do
    case $option in
    n) seeds=$OPTARG ;;
    d) dialtone=$OPTARG ;;
    o) out=$OPTARG ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
case $seeds in
*[!0-9]* | '' | 0*) bad "-n: '$seeds' is not a number of seeds" ;;
esac
test $# -gt 0 || { usage >&2; exit 2; }
test -x "$dialtone" || bad "no program '$dialtone'; -d says where it is"
scenario=$1
shift
metrics=
while test $# -gt 0 && test "$1" != --; do
    metrics="$metrics $1"
    shift
done
test "${1-}" = -- && shift
if test -z "$out"; then
    out=$(mktemp -d) || exit 3
    trap 'rm -rf "$out"' EXIT
    trap 'exit 130' INT TERM
fi
mkdir -p "$out" || exit 3

# one_seed N OPTION...: the run's exit status and words are kept beside it.
one_seed()
{
    n=$1
    shift
    "$dialtone" run "$scenario" --quiet --no-figure --force --seed "$n" \
        --out "$out/$n" "$@" >"$out/$n.said" 2>&1
    echo $? >"$out/$n.exit"
}

# values METRIC: its value for each seed that has one.  result.json has a
# line a number; of a comparison each value has a folder of its own.
values()
{
    n=1
    while test $n -le "$seeds"; do
        file=$out/$n/result.json name=$1
        if test -f "$out/$n/${1%%.*}/result.json"; then
            file=$out/$n/${1%%.*}/result.json name=${1#*.}
        fi
        awk -v key="\"$name\":" '
            $1 == "\"metrics\":" { inside = 1 }
            inside && $1 == key { sub(/,$/, "", $2); print $2; exit }
            inside && $1 ~ /^\}/ { exit }' "$file"
        n=$((n + 1))
    done
}

n=1
while test $n -le "$seeds"; do
    one_seed $n "$@" &
    if test $((n % 2)) -eq 0; then
        wait
    fi
    n=$((n + 1))
done
wait

failed=0
n=1
while test $n -le "$seeds"; do
    code=$(cat "$out/$n.exit")
    case $code in
    0) ;;
    1) failed=$((failed + 1)); sed "s/^/seed $n: /" "$out/$n.said" ;;
    *) sed "s/^/seed $n: /" "$out/$n.said" >&2; exit 3 ;;
    esac
    n=$((n + 1))
done

test -z "$metrics" ||
    printf '%-36s %12s %12s %12s %6s\n' metric least median most seeds
for metric in $metrics; do
    values "$metric" | sort -g | awk -v metric="$metric" '
        { v[NR] = $1 }
        END {
            if (NR == 0) {
                printf "%-36s %45s\n", metric, "no such metric"
                exit
            }
            median = (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2
            printf "%-36s %12.6g %12.6g %12.6g %6d\n", metric, v[1], median,
                v[NR], NR
        }'
done
echo "$seeds seeds, expectations fail for $failed"
test $failed -eq 0
