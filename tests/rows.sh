#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A parameter stands once: a row that is changed in a copy of
# src/pptp/config.def is changed everywhere.  What reads the rows is built
# anew with the copy, and said are by these programs the reference, a man
# page, the schema, what --set refuses, and a script, a daemon and an axis.
# So does what is measured: a row of sim/books.c that is changed is changed in
# the documents, in results, in tables and in what an expectation may say.
#
# Environment, from make: top_srcdir top_builddir CC CFLAGS and what the
# programs are linked of.
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
test -n "${DIALTONE_LINK:-}" || { echo "rows: make says how to link" && exit 77; }

work=$(mktemp -d "${TMPDIR:-/tmp}/rows.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
bad=0

fail()
{
    echo "FAIL $1"
    test -z "${2:-}" || printf '  %s\n' "$2"
    bad=1
}

# --- the row, and those who read it --------------------------------------------

mkdir -p "$work/src/pptp"
sed '/send_queue, send_queue/{
    N
    s/(32, packets)/(48, packets)/; s/(65535, packets)/(77, packets)/
    s/"packets held while the window is closed"/"what waits for a window"/
    }' "$top_srcdir/src/pptp/config.def" >"$work/src/pptp/config.def"
cmp -s "$top_srcdir/src/pptp/config.def" "$work/src/pptp/config.def" &&
    { echo "rows: the row was not found" && exit 1; }

readers=$(cd "$top_srcdir" && grep -l '"pptp/config.def"' src/*/*.c)
cd "$top_builddir" || exit 99
objects=
for source in $readers; do
    object=$work/$(echo "$source" | tr / _).o
    # shellcheck disable=SC2086 # they are words
    $CC -I"$work/src" -I. -I"$top_srcdir" \
        -I"$top_srcdir/src" $ROWS_CFLAGS -O0 -c "$top_srcdir/$source" \
        -o "$object" || exit 1
    objects="$objects $object"
done

sed 's/sim_account_all_lost, "lost"/sim_account_all_lost, "perished"/
    s/"lost, wherever"/"gone, wherever"/' "$top_srcdir/sim/books.c" \
    >"$work/books.c"
cmp -s "$top_srcdir/sim/books.c" "$work/books.c" &&
    { echo "rows: the row of what is lost was not found" && exit 1; }
objects="$objects $work/books.o"
# shellcheck disable=SC2086
$CC -I. -I"$top_srcdir" -I"$top_srcdir/src" $ROWS_CFLAGS -O0 \
    -c "$work/books.c" -o "$work/books.o" || exit 1

# shellcheck disable=SC2086
$CC $ROWS_CFLAGS -o "$work/dialtone" src/tool/dialtone-main.o $objects \
    $DIALTONE_LINK &&
    $CC $ROWS_CFLAGS -o "$work/dialtone-sim" \
        src/tool/dialtone_sim-sim_main.o $objects $DIALTONE_SIM_LINK || exit 1

# --- what they say ---------------------------------------------------------------

# WHAT TEXT COMMAND…: its output has the text
says()
{
    what=$1 text=$2
    shift 2
    "$@" >"$work/out" 2>&1
    grep -qF -e "$text" "$work/out" ||
        fail "$what" "no '$text' in: $(head -3 "$work/out")"
}

cat >"$work/s.yaml" <<END
duration: 1s
platform: p.xml
END
printf 'config send_queue=78\nwait\n' >"$work/x.pt"
printf 'config\nwait\n' >"$work/y.pt"
dialtone=$work/dialtone
range='1packets to 77packets'

says reference "| \`send_queue\` | packets | \`48packets\` | $range | what waits" \
    "$dialtone" reference
says "a man page" \
    ".It Cm send_queue : Ar packets , No $range ; default 48packets" \
    "$dialtone" keys --man run pptp
says "a man page's sentence" "What waits for a window." \
    "$dialtone" keys --man run pptp
says "the schema" '"most": "77packets"' "$dialtone" keys --json script
says "--set" "'send_queue': 78 is out of range; allowed: $range" \
    "$dialtone" run "$work/s.yaml" --set pptp.send_queue=78
says "a script" "'send_queue': 78 is out of range; allowed: $range" \
    "$dialtone" script "$work/x.pt"
says "a comparison" "allowed: $range" "$dialtone" run "$work/s.yaml" \
    --set "compare={key: pptp.send_queue, values: [77, 78]}"
says "an axis" "'send_queue': 78 is out of range; allowed: $range" \
    "$dialtone" sweep "$work/s.yaml" --over pptp.send_queue=77,78 \
    -o "$work/s.sqlite"
# a user of the row has bounds of its own, and the rest of the row
says "a daemon's reference" "| \`48packets\` | 1packets to 1024packets | what" \
    "$dialtone" pns --reference

# --- what is measured ------------------------------------------------------------

cat >"$work/p.xml" <<END
<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <zone id="world" routing="Full">
    <host id="a" speed="1Gf"/><host id="b" speed="1Gf"/>
    <link id="wan" bandwidth="1Mbps" latency="1ms"/>
    <route src="a" dst="b"><link_ctn id="wan"/></route>
  </zone>
</platform>
END
cat >"$work/m.yaml" <<END
duration: 1s
platform: p.xml
flows: [{name: f, from: a, to: b, rate: 64kbit/s}]
END
says "metrics" "| \`perished\` | packets | gone, wherever |" \
    "$dialtone" metrics account
says "metrics for programs" '"name": "perished"' "$dialtone" metrics --json
expect()
{
    echo "expect: [{that: flows.$1, equals: 0}]" >"$work/expect.yaml"
    "$dialtone" run "$work/m.yaml" --no-figure --force --out "$work/m"
}
says "an expectation" "ok      flows.perished = 0" expect perished
says "a result" '"flows.perished": 0' cat "$work/m/result.json"
says "a table" ",delivered_octets,perished,lost_pool" cat "$work/m/flows.csv"
says "the nearest" "did you mean 'flows.perished'?" expect perish

# --- what cannot be said -----------------------------------------------------------

# TEXT ARGUMENTS…: `keys` does not take them, and says why
refused()
{
    text=$1
    shift
    "$dialtone" keys "$@" >"$work/out" 2>&1
    result=$?
    test $result -eq 2 || fail "keys $*" "exit status $result"
    grep -qF -e "$text" "$work/out" || fail "keys $*" "$(cat "$work/out")"
}

refused 'did you mean `pns`?' pms
refused 'known: run, expect, pns' nobody
refused "unknown key 'clals'; did you mean 'calls'?" run clals
refused "key 'duration': there is nothing below it" run duration
refused 'unknown option: --mann' --mann run
refused 'takes WHOSE [SECTION]'
refused 'takes WHOSE [SECTION]' run pptp engine

test $bad -ne 0 || echo "rows: $(echo "$readers" | wc -w) files read them"
exit $bad
