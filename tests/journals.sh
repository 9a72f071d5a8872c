#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Journals of real sessions (tests/journals) are replayed: the same decisions,
# all of them.  And that this would be noticed: what is cut off, changed
# somewhere, or of another format, is not taken for the same.
# shellcheck disable=SC2059,SC2154
set -u

dialtone=$top_builddir/dialtone
if test ! -x "$dialtone"; then
    echo "SKIP: no dialtone in this build"
    exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0 replayed=0 changed=0

say()
{
    echo "FAIL: $*"
    bad=1
}

# JOURNAL: sets `code` and `told`
replay()
{
    told=$("$dialtone" replay "$1" 2>&1)
    code=$?
}

same()
{
    replay "$1"
    replayed=$((replayed + 1))
    case $code.$told in
    0.*' identical decisions') ;;
    2.*) say "$told; a change of its format? tests/journals/README" ;;
    *) say "$told" ;;
    esac
}

cut_off()
{
    head -c $(($(wc -c <"$1") - $2)) "$1" >"$work/journal"
    replay "$work/journal"
    case $code.$told in
    0.*'; the journal is cut off' | 2.*) ;;
    *) say "$1 less $2 octets: $told" ;;
    esac
}

# JOURNAL AT: one bit of that octet is another
change()
{
    cp "$1" "$work/journal" && chmod u+w "$work/journal"
    octet=$(od -An -tu1 -j "$2" -N 1 "$1")
    printf "\\$(printf %03o $((octet ^ 4)))" |
        dd of="$work/journal" bs=1 seek="$2" conv=notrunc 2>/dev/null
    changed=$((changed + 1))
    replay "$work/journal"
}

altered()
{
    change "$1" "$2"
    case $code.$told in
    1.*differs* | 2.*) ;;
    *) say "$1, octet $2 changed: $told" ;;
    esac
}

for journal in "$top_srcdir"/tests/journals/*.journal; do
    same "$journal"
    size=$(wc -c <"$journal")
    test "$size" -le 60000 || say "$journal: $size octets are too many"
    cut_off "$journal" 1
    cut_off "$journal" $((size / 2))
    at=8
    while test $at -lt "$size"; do
        altered "$journal" $at
        at=$((at + size / 16))
    done
done
test $replayed -gt 0 || say "no journals"

# the octet that tells the format
change "$journal" 7
case $told in
*' a journal of format '*' knows '*) ;;
*) say "another format: $told" ;;
esac

echo "$replayed journals replayed, $changed changes looked for"
exit $bad
