#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# How long functions and files of the product are: between the braces of a
# function stand at most 60 lines, in a file 1,000, but in those listed here.
#
# Environment, from make: top_srcdir.
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"

# The figures of the RFC are as long as they are; the others are to be cut.
long='src/pptp/call.c
    tap/trunk.c'

work=$(mktemp -d "${TMPDIR:-/tmp}/shape.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM

# FOLDER...: the length of each function, and in faults what is too long
lengths()
{
    find "$@" -name '*.[ch]' | sort | xargs awk -v long="$long" '
    BEGIN { n = split(long, list); while (n) may[list[n--]] = 1 }
    FNR == 1 { begin = 0 }
    FNR == 1001 && !(FILENAME in may) {
        print FILENAME ": more than 1,000 lines" >"/dev/stderr"
    }
    /^{$/ && last ~ /\)$/ { begin = FNR }
    /^}$/ && begin {
        print FNR - begin - 1
        if (FNR - begin > 61)
            print FILENAME ":" begin ": a function of " FNR - begin - 1 \
                " lines" >"/dev/stderr"
        begin = 0
    }
    { last = $0 }' 2>"$work/faults" | sort -n
}

# It has to find what is planted, there and nowhere else.
mkdir "$work/planted" || exit 99
{ echo 'f()' && echo '{' && seq 61 && echo '}'; } >"$work/planted/f.c"
{ echo 'g()' && echo '{' && seq 60 && echo '}'; } >"$work/planted/g.c"
{ seq 1000 && cat "$work/planted/g.c"; } >"$work/planted/h.c"
seq 1000 >"$work/planted/i.c"
(cd "$work" && lengths planted >/dev/null)
if ! printf 'planted/f.c:2: a function of 61 lines
planted/h.c: more than 1,000 lines\n' | cmp -s - "$work/faults"; then
    echo "shape: what is planted is not what is found:"
    cat "$work/faults"
    exit 1
fi

cd "$top_srcdir" || exit 99
lengths src models sim tap >"$work/lengths"
cat "$work/faults"
awk '{ n[NR] = $1 }
    END {
        print "shape: " NR " functions, median " n[int((NR + 1) / 2)] \
            ", 90 % at most " n[int((NR * 9 + 9) / 10)] ", longest " n[NR]
    }' "$work/lengths"
test ! -s "$work/faults"
