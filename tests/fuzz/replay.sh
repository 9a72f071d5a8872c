#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The fuzz targets of this build over their corpora: first inputs, and those
# that once found a defect.  Longer fuzzing is by hand: driver.c, fuzz.h.
set -u

folder=$top_srcdir/tests/fuzz/corpus
none=yes
bad=0
for corpus in "$folder"/*; do
    name=${corpus##*/}
    target=$top_builddir/tests/fuzz/$name
    test -x "$target" || continue
    none=no
    if test "$name" = script_text; then
        set -- "$corpus" "$top_srcdir/tests/conformance"
    else
        set -- "$corpus"
    fi
    "$target" "$@" || { echo "FAIL: $name"; bad=1; }
done
if test "$none" = yes; then
    echo "SKIP: no fuzz target in this build"
    exit 77
fi
exit $bad
