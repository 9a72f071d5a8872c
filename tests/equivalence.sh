#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The equivalence of the NAS, in the simulator: each case of
# tests/equivalence/script as a scenario.  What PNS, PAC and callers tell has to
# be what is `expected`, which daemons on networks of this machine are held to
# by tests/interop/equivalence.sh.  equivalence.sh [PATTERN] runs only cases
# whose names match.
# shellcheck disable=SC2154
set -u

top_srcdir=$(cd "$top_srcdir" && pwd)
dialtone=$top_builddir/dialtone
if test ! -x "$dialtone"; then
    echo "SKIP: no dialtone in this build"
    exit 77
fi
. "$top_srcdir/tests/equivalence/common.sh"

run_case()
{
    read_script "$1" scenario >"$work/$1/scenario.yaml"
    (umask 077 && read_script "$1" secrets >"$work/$1/secrets.read")
    "$dialtone" run "$work/$1/scenario.yaml" --quiet --out "$work/$1/out" &&
        mv "$work/$1/out/events.jsonl" "$work/$1/told-events"
}

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
equivalence "${1:-*}" 1
