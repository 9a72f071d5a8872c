#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What is too long for `make check`, one after the other: check-long.sh
# TARGET..., of make.  A table, and the same in doc/check-long.md, where a
# check's line stands until it is run again: some take an hour.
#
# Environment, from make: MAKE top_srcdir.
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
doc=$top_srcdir/doc/check-long.md
work=$(mktemp -d "${TMPDIR:-/tmp}/check-long.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM

machine()
{
    model=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
    system=$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release)
    echo "${model:-$(uname -m)}, $(nproc) cores, ${system:-$(uname -sr)}"
}

head_of_table()
{
    echo '| check | result | when | took | machine | what it said last |'
    echo '|---|---|---|---|---|---|'
}

# CODE LOG
result()
{
    if test "$1" -eq 77 || tail -n 1 "$2" | grep -q '^SKIP'; then
        echo skipped
    elif test "$1" -eq 0; then
        echo passed
    else
        echo FAILED
    fi
}

# TARGET
try()
{
    log=check-long.$1.log
    begun=$(date +%s)
    "${MAKE:-make}" -s "$1" >"$log" 2>&1 </dev/null
    code=$?
    took=$(($(date +%s) - begun))
    said=$(grep -v '^ *$' "$log" | tail -n 1 | tr '|' '/' | cut -c 1-100)
    printf '| `make %s` | %s | %s | %d:%02d min | %s | %s |\n' "$1" \
        "$(result $code "$log")" "$(date -u +%Y-%m-%d)" $((took / 60)) \
        $((took % 60)) "$machine" "$said"
}

# Of each check its latest line, in the order of the list.
keep()
{
    sed '/^| check |/,$d' "$doc" >"$work/doc"
    head_of_table >>"$work/doc"
    grep '^| `make ' "$doc" >"$work/old"
    : >"$work/kept"
    for t in "$@" $(sed 's/^| `make \([^`]*\)`.*/\1/' "$work/old"); do
        grep -q "^| .make $t. " "$work/kept" && continue
        cat "$work/new" "$work/old" | grep "^| .make $t. " | head -n 1 |
            tee -a "$work/kept"
    done >>"$work/doc"
    cat "$work/doc" >"$doc"
}

machine=$(machine)
head_of_table
for t in "$@"; do
    try "$t" | tee "$work/line"
    cat "$work/line" >>"$work/new"
    keep "$@" || exit
done
! grep -q '| FAILED |' "$work/new"
