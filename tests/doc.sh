#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What documents say between two lines `keys begin: ARGUMENTS` and `keys end`
# is what `dialtone keys ARGUMENTS` says; the same of `metrics`.  With --write
# it is put there.
#
# Environment, from make: top_srcdir top_builddir.
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
dialtone=${DIALTONE:-$top_builddir/dialtone}
test -x "$dialtone" || { echo "doc: no $dialtone" && exit 77; }

work=$(mktemp -d "${TMPDIR:-/tmp}/doc.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM

# FILE, with what is said today
made()
{
    inside=0
    while IFS= read -r line; do
        case $line in *'keys end'* | *'metrics end'*) inside=0 ;; esac
        test $inside -eq 1 || printf '%s\n' "$line"
        case $line in *'keys begin: '* | *'metrics begin: '*)
            inside=1
            command=${line%% begin: *}
            arguments=${line##* begin: }
            # shellcheck disable=SC2086 # they are words
            "$dialtone" "${command##* }" ${arguments% -->} || return
            ;;
        esac
    done <"$1"
}

bad=0 n=0
for file in "$top_srcdir"/doc/*; do
    grep -Eq '(keys|metrics) begin: ' "$file" || continue
    n=$((n + 1))
    made "$file" >"$work/made" || exit 1
    cmp -s "$file" "$work/made" && continue
    if test "${1:-}" = --write; then
        cat "$work/made" >"$file" && echo "doc: ${file##*/} is new"
    else
        diff -u "$file" "$work/made" | head -40
        echo "${file##*/}: \`make doc\` makes it say what there is"
        bad=1
    fi
done
test $n -gt 0 || { echo "doc: nothing found" && exit 1; }
exit $bad
