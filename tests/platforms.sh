#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tests/platforms.sh FOLDER [BUILD-FOLDER]: one call over every SimGrid
# platform (*.xml) of a folder, from its first host by name to its last.  A
# line each: it runs, or the one line in which it is refused.  For SimGrid's
# own examples, which are not ours to keep: not part of make check.
set -u

folder=${1:?a folder with platforms}
build=$(cd "${2:-build}" && pwd) || exit 1
make -s -C "$build" all tests/hosts || exit 1
cd "$folder" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0

# scenario PLATFORM HOST HOST
scenario()
{
    cat <<END
duration: 20s
platform: "$1"
nodes:
  - {name: pac, role: pac, host: "$2", connect: pns}
  - {name: pns, role: pns, host: "$3"}
calls:
  - {name: c, pac: pac, pns: pns, line: {rate: 1Mbit/s},
     traffic: [{rate: 32kbit/s}]}
END
}

for file in *.xml; do
    if "$build/tests/hosts" "$file" >"$work/hosts"; then
        first=$(sed -n 1p "$work/hosts")
        last=$(sed -n 2p "$work/hosts")
    else
        first=none last=none
    fi
    scenario "$PWD/$file" "$first" "$last" >"$work/run.yaml"
    "$build/dialtone" run "$work/run.yaml" --quiet --force \
        --out "$work/out" >"$work/log" 2>&1
    code=$?
    lines=$(wc -l <"$work/log")
    if test $code -eq 0; then
        up=$(sed -n 's/.*"calls_up": *\([0-9]*\).*/\1/p' \
            "$work/out/result.json" | head -n 1)
        echo "$file: runs, $up of 1 up ($first, $last)"
    elif test $code -eq 2 && test "$lines" -eq 1; then
        sed "s|$PWD/||; s|^$work/||; s|^|$file: |" "$work/log"
    else
        echo "$file: EXIT $code: $(cat "$work/log")"
        bad=1
    fi
done
exit $bad
