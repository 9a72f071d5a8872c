#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# dialtone explain as its users see it: exit statuses that a script can use,
# files, pipes, packed files, and what is no file.
set -u

dialtone=$top_builddir/dialtone
if test ! -x "$dialtone"; then
    echo "SKIP: no dialtone in this build"
    exit 77
fi
capture=$top_srcdir/experiments/data/bulk.pcap # of one remark
out=$top_builddir/tests/explain.out
rm -rf "$out"
mkdir -p "$out"
bad=0

say()
{
    echo "FAIL: $*"
    bad=1
}

# CODE WORDS ARGUMENTS...: it ends so, and says so somewhere
explains()
{
    code=$1
    words=$2
    shift 2
    "$dialtone" explain "$@" >"$out/told" 2>&1
    got=$?
    test $got -eq "$code" || say "explain $*: exit $got, not $code"
    grep -qF "$words" "$out/told" ||
        say "explain $*: $(head -n 3 "$out/told") lacks '$words'"
}

explains 0 "0 errors, 0 departures, 1 remark" "$capture"
explains 0 "0 errors" --fail-on departure "$capture"
explains 1 "1 remark" --fail-on=remark "$capture"
explains 2 "error, departure, remark or never is expected" --fail-on=all \
    "$capture"
head -c 3000 "$capture" >"$out/cut.pcap"
explains 1 "The file cannot be read to its end: record header cut, at octet" \
    "$out/cut.pcap"
explains 0 "1 error" --fail-on=never "$out/cut.pcap"
head -c 24 "$capture" >"$out/none.pcap"
explains 1 "no PPTP" --fail-on=never "$out/none.pcap"
explains 1 '"pptp": false' --json "$out/none.pcap"

gzip -c "$capture" >"$out/packed"
"$dialtone" explain "$capture" >"$out/plain.txt"
"$dialtone" explain "$out/packed" >"$out/packed.txt"
"$dialtone" explain - <"$out/packed" >"$out/input.txt"
gzip -dc "$out/packed" | "$dialtone" explain - >"$out/pipe.txt"
for f in packed input pipe; do
    cmp -s "$out/plain.txt" "$out/$f.txt" || say "$f: another story"
done

# a link type by number and name: 147 in place of 1
{
    head -c 20 "$capture"
    printf '\223\0\0\0'
    tail -c +25 "$capture"
} >"$out/user0.pcap"
explains 2 "user0.pcap: link type 147 (USER0) is not read, at octet 20" \
    "$out/user0.pcap"
explains 2 "/dev/zero: is no regular file but a device" /dev/zero
explains 2 "is no regular file but a device" - </dev/zero
explains 2 "No such file" "$out/nowhere"
: >"$out/empty"
explains 2 "the file is empty" "$out/empty"
explains 2 "neither pcap nor pcapng" "$0"
explains 2 "takes one capture"
test "$("$dialtone" explain --list | wc -l)" -gt 100 || say "--list is short"

test $bad -eq 0 && rm -rf "$out"
exit $bad
