#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What no layout tool holds: where braces stand, and that a pointer is compared
# with NULL (`p == NULL`) and never taken as a truth (`!p`, `if (p)`).  For the
# second the compiler is asked, since only it knows types, about sources that
# dialect.awk has changed; that says both rules.  A source that wants a header
# this machine lacks is named and left out.
#
# Environment, from make: top_srcdir CC CPPFLAGS (paths in it are absolute).
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${CC:=cc}" "${CPPFLAGS:=}"
awk_file=$top_srcdir/tests/dialect.awk

work=$(mktemp -d "${TMPDIR:-/tmp}/dialect.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM

# TOP FOLDER...: FILE:LINE: WHAT of all that is not as it should be
faults()
{
    cd "$1" && shift && rm -rf "$work/changed" || exit 99
    find "$@" -type d | sed "s,^,$work/changed/," | xargs mkdir -p || exit 99
    find "$@" -name '*.[ch]' | xargs awk -v out="$work/changed" -f "$awk_file"
    # changed headers are found before those that they were made from
    cd "$work/changed" || exit 99
    # shellcheck disable=SC2086
    find "$@" -name '*.c' | LC_ALL=C xargs -P 4 -n 8 $CC -w -fsyntax-only \
        -I. -Isrc $CPPFLAGS 2>"$work/said"
    grep ' fatal error: ' "$work/said" >"$work/left-out"
    sed -n '/ fatal error: /d; s,^\./,,; s/:[0-9]*: error: /: /p' \
        "$work/said" | sed '/bit-complement\|to unary/s/: .*/: !/
        /to binary/s/: .*/: condition/
        s/: \(!\|condition\)$/: \1 on what is no number: compare it/' | sort -u
}

# It has to find what is planted, there and nowhere else.
planted()
{
    mkdir -p "$work/planted/src" || exit 99
    cat >"$work/planted/src/p.h" <<'END'
static inline int near(const char *p) { return p ? 1 : 0; }
END
    cat >"$work/planted/src/p.c" <<'END'
#include <stddef.h>
#include "p.h"
struct s { struct s *next; int n; };
int right(struct s *s, int n, char *text)
{
    for (;;)
        if (s == NULL || !n || !s->n || (text = text + n) != NULL)
            break;
    if (n) {
        if (n > 1)
            return 1;
    } else {
        n = 3;
    }
    do
        n = text[0] == '"' ? 1 : s->n && "if (p) { p(); }"[n] != '{';
    while (n); /* if (s) { n = 1; } */
    return n;
}
int wrong(struct s *s, int n,
          char *text)
{
    if (n) {
        n = 1;
    }
    for (; s; s = s->next)
        n++;
    if (!s->next &&
        n)
        return n || n > 2 ? 3 : s->next &&
            n;
    if (n)
        n = 1;
    else {
        n = 2;
        n += 3;
    }
    while (n) {
        for (n = 0; n; n++)
            ;
    }
    return !text;
}
END
    (faults "$work/planted" src) >"$work/found"
    cat >"$work/sought" <<'END'
src/p.c:23: braces round one statement after if
src/p.c:32: braces in some branches
src/p.c:38: braces round one statement after while
src/p.c:26: condition on what is no number: compare it
src/p.c:28: ! on what is no number: compare it
src/p.c:30: condition on what is no number: compare it
src/p.c:42: ! on what is no number: compare it
src/p.h:1: condition on what is no number: compare it
END
    cmp -s "$work/sought" "$work/found"
}

if ! planted; then
    echo "dialect: what is planted is not what is found:"
    diff "$work/sought" "$work/found"
    exit 1
fi
(faults "$top_srcdir" src models sim tap tests) >"$work/faults"
cat "$work/faults"
while read -r line; do
    echo "SKIP: dialect: $line"
done <"$work/left-out"
test ! -s "$work/faults" || exit 1
echo "dialect: clean"
