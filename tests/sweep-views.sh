#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What is made of a sweep: tables, data with a dictionary, figures; and what is
# said of what cannot be.
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
dialtone=$(cd "$top_builddir" && pwd)/dialtone
if test ! -x "$dialtone"; then
    echo "SKIP: no dialtone in this build"
    exit 77
fi
sql=$(cd "$top_builddir" && pwd)/tests/sql
work=$(mktemp -d "${TMPDIR:-/tmp}/sweep-views.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
cd "$work" || exit 99
bad=0

say()
{
    echo "FAIL: $*"
    bad=1
}

# refused TEXT COMMAND...: exit 2, and the text
refused()
{
    text=$1
    shift
    "$dialtone" sweep "$@" >said 2>&1
    code=$?
    test $code -eq 2 || say "$*: exit $code"
    grep -q -- "$text" said || say "$*: $(cat said)"
}

cat >p.xml <<END
<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <zone id="world" routing="Full">
    <host id="pac" speed="1Gf"/><host id="pns" speed="1Gf"/>
    <link id="wan" bandwidth="1Mbps" latency="20ms"
          sharing_policy="SPLITDUPLEX"/>
    <route src="pns" dst="pac"><link_ctn id="wan" direction="UP"/></route>
  </zone>
</platform>
END
cat >s.yaml <<END
title: A queue
duration: 2s
platform: p.xml
links: [{name: wan, queue: 10packets}]
flows: [{name: f, from: pns, to: pac, model: poisson, rate: 300kbit/s}]
END
"$dialtone" sweep s.yaml --seeds 5 --over links.wan.queue=2packets,20packets \
    --over flows.f.model=constant,poisson --over flows.f.rate=300kbit/s,1Mbit/s \
    --quiet -o s.sqlite || say "the sweep: exit $?"

# --- tables ---

"$dialtone" sweep table s.sqlite -m flow_packets_sent -m wan.queue_mean >table ||
    say "table: exit $?"
test "$(grep -c '^2packets  ' table)" -eq 8 || say "table: $(cat table)"
test "$(grep -c ' $' table)" -eq 0 || say "table: spaces at an end"

# a mean by hand, over seeds and the axes that are not asked for
"$dialtone" sweep table s.sqlite -m wan.queue_mean --by flows.f.model --csv \
    >table.csv || say "table --csv: exit $?"
"$dialtone" sweep csv s.sqlite -m wan.queue_mean || say "csv: exit $?"
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["flows.f.model"] == "poisson" { sum += $at["wan.queue_mean"]; n++ }
    END { printf "%.9f %d\n", sum / n, n }' s.csv >by-hand
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $1 == "poisson" {
        printf "%.9f %d\n", $at["mean"], $at["seeds"] * $at["configurations"]
    }' table.csv >by-table
cmp -s by-hand by-table || say "means: $(cat by-hand), $(cat by-table)"

# a difference by hand; what it is to is left out
"$dialtone" sweep table s.sqlite -m wan.queue_mean --by flows.f.model \
    --against flows.f.model=constant --csv >against.csv || say "--against: $?"
awk -F, 'NR > 1 { m[$1] = $7 }
    END { printf "%.9f\n", m["poisson"] - m["constant"] }' table.csv >by-hand
awk -F, 'NR > 1 { printf "%.9f\n", $7 }' against.csv >by-table
cmp -s by-hand by-table || say "against: $(cat by-hand), $(cat against.csv)"

# --- data ---

# wide and tall say the same, and each column is in the dictionary
"$dialtone" sweep csv s.sqlite -o wide.csv || say "csv: exit $?"
"$dialtone" sweep csv s.sqlite --tall -o tall.csv || say "csv --tall: exit $?"
test "$(wc -l <wide.csv)" -eq 41 || say "csv: $(wc -l <wide.csv) lines"
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) name[i] = $i; n = NF; next }
    { for (i = 8; i <= n; i++) if ($i != "") print $1, $2, name[i], $i }
    ' wide.csv | sort >one
awk -F, 'NR > 1 { print $1, $2, $(NF - 1), $NF }' tall.csv | sort >other
cmp -s one other || say "wide and tall differ: $(diff one other | head -n 5)"
head -n 1 wide.csv | tr , '\n' >columns
sed 1d wide.dictionary.csv | cut -d, -f 1 | cmp -s - columns ||
    say "the dictionary: $(cut -d, -f 1 wide.dictionary.csv | diff - columns)"

# --- figures ---

if command -v gnuplot >/dev/null; then
    "$dialtone" sweep figure s.sqlite -m wan.queue_mean -m wan.drop_ratio \
        --family flows.f.model -o lines || say "figure: exit $?"
    "$dialtone" sweep figure s.sqlite -m wan.queue_mean -x flows.f.model \
        --where links.wan.queue=20packets || say "figure of names: exit $?"
    "$dialtone" sweep figure s.sqlite -m wan.queue_mean \
        --heat flows.f.rate,links.wan.queue -o map || say "map: exit $?"
    for name in lines s-wan.queue_mean map; do
        grep -q '</svg>' "$name.svg" || say "$name.svg"
        test -s "$name.png" || say "$name.png"
    done
    # two panels of two curves of two points
    test "$(grep -c '^[0-9]' lines.dat)" -eq 8 || say "lines.dat: $(cat lines.dat)"
fi

# --- help ---

for word in show merge table csv figure; do
    for option in --help -h; do
        "$dialtone" sweep $word $option >said 2>err ||
            say "$word $option: exit $?"
        head -n 1 said | grep -q "^Usage: dialtone sweep $word " ||
            say "$word $option: $(cat said)"
        test ! -s err || say "$word $option: $(cat err)"
    done
done
refused 'dialtone sweep show --help' show
refused 'dialtone sweep merge --help' merge s.sqlite

# --- what cannot be ---

refused "did you mean 'wan.queue_mean'" table s.sqlite -m wan.queue_means
refused "did you mean 'flows.f.rate'" table s.sqlite -m wan.queue_mean \
    --by flows.f.rat
refused 'none of the axes' table s.sqlite -m calls --by flows.f.rate \
    --against flows.f.model=poisson
refused 'no configuration has' table s.sqlite -m wan.queue_mean \
    --where flows.f.rate=2Mbit/s
refused 'AXIS=VALUE is expected' table s.sqlite -m calls --where nonsense
refused 'has no axis' figure s.sqlite -m wan.queue_mean --heat a,b
refused 'a comma between' figure s.sqlite -m wan.queue_mean --heat a
refused 'two different axes' figure s.sqlite -m wan.queue_mean \
    -x flows.f.rate --family flows.f.rate
refused 'one metric' figure s.sqlite -m calls -m calls_up \
    --heat flows.f.rate,links.wan.queue
refused 'no axis of the sweep has two' figure s.sqlite -m calls \
    --where flows.f.rate=1Mbit/s --where links.wan.queue=2packets \
    --where flows.f.model=poisson
refused '--metric is expected' table s.sqlite
refused 'one file of a sweep' table -m calls
refused 'unknown option' csv s.sqlite --heat a,b
refused 'x, y or xy' figure s.sqlite -m calls --log z
refused 'No such file' csv nothing.sqlite
refused 'not the file of a sweep' csv s.yaml
for word in show csv 'table -m calls' 'figure -m calls' 'merge m.sqlite'; do
    # shellcheck disable=SC2086
    refused '^\(dialtone: \)*/: is a directory$' $word /
done
refused '^/: is a directory$' merge / s.sqlite
refused '/: is a directory$' s.yaml -o /

# the sweep itself is no place for them, by whatever name
cksum <s.sqlite >before
ln -s s.sqlite s.dat
refused 'that is the sweep' csv s.sqlite --out s.sqlite
refused 'that is the sweep' figure s.sqlite -m wan.queue_mean --out s
ln s.sqlite raw.csv
refused 'that is the sweep' csv raw.csv
rm raw.csv s.dat
cksum <s.sqlite | cmp -s - before || say 'the sweep was written over'

# a file that lacks a table; a leak that is watched for is another exit
cp s.sqlite lacks.sqlite
"$sql" lacks.sqlite 'DROP TABLE value'
for metric in '' '-m calls'; do
    # shellcheck disable=SC2086
    "$dialtone" sweep csv lacks.sqlite $metric >said 2>&1
    code=$?
    test $code -eq 3 || say "csv without values: exit $code: $(cat said)"
    grep -q 'no such table' said || say "csv without values: $(cat said)"
done

test $bad -eq 0 && echo "sweep-views: all well"
exit $bad
