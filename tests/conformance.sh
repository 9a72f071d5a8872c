#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# RFC 2637, requirement by requirement: every timed script passes, on the bare
# peer and in the simulated network with the same decisions, every row of
# the six figures is taken, and the table of readings and the tests agree:
# no requirement without a test or a reason, no test of an unknown one.
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
table=doc/rfc2637-reading.md
expected=307 # R-…: 259 from the RFC's text, 48 choices where it is silent
dialtone=$top_builddir/dialtone
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

fail()
{
    echo "conformance: $*"
    failed=1
}

if test ! -x "$dialtone"; then
    echo "SKIP: conformance: the program was not built"
    exit 77
fi
cd "$top_srcdir" || exit 1

"$dialtone" script --quiet --both --rows tests/conformance/*.pt || failed=1

# id|tests, one line a requirement; A-… are readings of contradictions and
# gaps, I-… habits of real peers: they need their tests like the others
awk -F'|' '$2 ~ /^ *[RAI]-[0-9.]+(-[0-9]+)? *$/ {
    gsub(/[ `]/, "", $2); print $2 "|" $4 }' "$table" >"$work/table"
cut -d'|' -f1 "$work/table" | sort >"$work/ids"
sort -u "$work/ids" >"$work/known"
uniq -d "$work/ids" | while read -r id; do
    echo "conformance: $id is in $table twice"
done >"$work/twice"
test -s "$work/twice" && { cat "$work/twice"; failed=1; }
n=$(grep -c '^R-' "$work/known")
test "$n" -eq "$expected" || fail "$n requirements in $table, not $expected"

# what the tests say that they show
grep -HoEr '\b(R-[0-9]+(\.[0-9]+)*-[0-9]+|[AI]-[0-9]+)\b' \
    tests/conformance tests/unit | sort -u >"$work/named"
cut -d: -f2 "$work/named" | sort -u | comm -23 - "$work/known" |
    while read -r id; do
        grep ":$id\$" "$work/named" | while IFS=: read -r file _; do
            echo "conformance: $file names $id, which $table does not have"
        done
    done >"$work/unknown"
test -s "$work/unknown" && { cat "$work/unknown"; failed=1; }

# each line of the table: files that name the id, or a reason
while IFS='|' read -r id tests; do
    files=$(echo "$tests" | grep -oE 'tests/[A-Za-z0-9_./-]+\.(pt|c|sh)')
    if test -z "$files"; then
        case $tests in
        *none:*) echo "$id" >>"$work/reasons" ;;
        *) fail "$id has neither a test nor \`none: a reason\`" ;;
        esac
        continue
    fi
    for f in $files; do
        if test ! -f "$f"; then
            fail "$id: there is no $f"
        elif ! grep -qF "$f:$id" "$work/named"; then
            fail "$id: $f does not name it"
        fi
    done
    echo "$id" >>"$work/tested"
done <"$work/table"
touch "$work/tested" "$work/reasons"

echo "section   ids  tested"
sed -E 's/-[0-9]+$//' "$work/known" | sort -V | uniq -c |
    while read -r count section; do
        tested=$(grep -c "^$section-[0-9]*\$" "$work/tested")
        printf '%-8s %4d  %6d\n' "$section" "$count" "$tested"
    done
echo "conformance: $n requirements, $(grep -c '^R-' "$work/tested") by a" \
    "test, $(grep -c '^R-' "$work/reasons") by a reason"
exit $failed
