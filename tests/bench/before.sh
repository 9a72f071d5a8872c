#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The dumbbell of an earlier commit, to measure beside: built of the history,
# with the compiler and the flags of this build, in tests/bench/COMMIT.  Its
# bench is mended by COMMIT.patch: all tunnels are up before it measures.
#
#   before.sh COMMIT [CONFIGURE...]   says its path; 77: there is no history
set -u

commit=$1
shift
folder=$PWD/tests/bench/$commit
program=$folder/build/tests/bench/dumbbell
here=$(cd "${srcdir:-.}" && pwd) || exit 3

say()
{
    echo "$0: $*" >&2
}

build()
{
    git -C "$here" archive "$commit" | tar -x -C "$folder" &&
        cd "$folder" && patch -s -p1 <"$here/tests/bench/$commit.patch" &&
        ./bootstrap && mkdir build && cd build &&
        ../configure --quiet "$@" && make -s tests/bench/dumbbell
}

if ! test -x "$program"; then
    git -C "$here" cat-file -e "$commit^{commit}" 2>/dev/null || {
        say "no commit $commit in the history of $here: nothing beside"
        exit 77
    }
    say "building $commit"
    rm -rf "$folder" && mkdir -p "$folder" || exit 3
    (build "$@") >"$folder.log" 2>&1 || {
        tail -5 "$folder.log" >&2
        rm -rf "$folder"
        exit 3
    }
fi
echo "$program"
