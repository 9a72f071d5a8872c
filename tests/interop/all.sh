#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every script against other implementations, in two lanes: they mostly wait,
# and each makes networks of its own.  all.sh NAME...; what each has to say
# comes when it has ended, and a line tells how long that took.
set -u

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# takes names from the list until none is left
lane()
{
    # a folder can be made once
    for name in $names; do
        mkdir "$work/$name" 2>/dev/null || continue
        begun=$(date +%s)
        sh "$here/$name.sh" >"$work/$name/log" 2>&1
        code=$?
        cat "$work/$name/log"
        echo "-- $name: status $code, $(($(date +%s) - begun)) s"
        case $code in 0 | 77) ;; *) touch "$work/bad" ;; esac
    done
}

names=$*
lane &
lane
wait
! test -e "$work/bad"
