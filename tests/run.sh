#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# dialtone run as its users see it: the same scenario and seed give the same
# trace, another seed another one; adding a caller does not move the others'
# offered load; wrong input is one line, exit 2, and writes nothing; a signal
# ends a run early, and its results say so.
set -u

dialtone=$top_builddir/dialtone
scenario=$top_srcdir/experiments/timeouts-at-a-bottleneck/scenario.yaml
if test ! -x "$dialtone"; then
    echo "SKIP: no dialtone in this build"
    exit 77
fi
out=$top_builddir/tests/run.out
rm -rf "$out"
mkdir -p "$out"
bad=0

say()
{
    echo "FAIL: $*"
    bad=1
}

run()
{
    dir=$1
    shift
    "$dialtone" run "$scenario" --quiet --set duration=20s --set expect= \
        --out "$out/$dir" "$@" >"$out/$dir.log" 2>&1 ||
        say "run $dir: $(cat "$out/$dir.log")"
}

hashes()
{
    grep -h '"trace_hash"' "$out/$1/rfc2637/result.json" \
        "$out/$1/fixed/result.json" "$out/$1/off/result.json"
}

run one
run two
run other --seed 2
test "$(hashes one | wc -l)" -eq 3 || say "no trace hashes"
test "$(hashes one)" = "$(hashes two)" || say "same seed, another trace"
test "$(hashes one)" != "$(hashes other)" || say "other seed, same trace"
grep -qE '"build": "[0-9a-f]{40}"' "$out/one/result.json" ||
    say "result.json does not say which build ran"
grep -q '[.][0-9]\{15\}' "$out/one/off/result.json" "$out/one/result.json" &&
    say "result.json has more digits than ten"
cmp -s "$out/one/off/wan.pcapng" "$out/two/off/wan.pcapng" ||
    say "same seed, another capture"

# a node's journal replays to the same decisions, in a process that knows
# nothing else; one octet changed does not
run journal --set nodes.0.journal=true --set nodes.1.journal=true
for node in pac0 pns; do
    j=$out/journal/rfc2637/$node.journal
    test "$(ls -l "$j" 2>/dev/null | cut -c1-10)" = "-rw-------" ||
        say "$node.journal is not there for its owner only"
    "$dialtone" replay "$j" >"$out/replay.log" 2>&1 ||
        say "replay $node: $(cat "$out/replay.log")"
    grep -q 'identical decisions$' "$out/replay.log" ||
        say "replay $node: $(cat "$out/replay.log")"
done
{ head -c 20000 "$j"; printf '\252'; tail -c +20002 "$j"; } >"$out/bent"
"$dialtone" replay "$out/bent" >"$out/replay.log" 2>&1
test $? -eq 1 || say "a bent journal: $(cat "$out/replay.log")"
test "$(hashes one)" = "$(hashes journal)" || say "a journal changes the run"

run three --set calls.call.count=3
# column FILE NAME: the values of a column of calls.csv or flows.csv
column()
{
    awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++)
            if ($i == name) at = i }
        NR > 1 && at { print $1, $at }' "$1"
}
offered()
{
    column "$out/$1/off/calls.csv" down_offered | grep 'call[01] [1-9]'
}
test -n "$(offered one)" || say "nothing offered"
test "$(offered one)" = "$(offered three)" ||
    say "one caller less moves the others"

# --- wrong input: one line, exit 2, nothing written ---

# wrong WANTED-TEXT SCENARIO [OPTION]...
wrong()
{
    want=$1
    shift
    "$dialtone" run "$@" --quiet --out "$out/wrong" >"$out/wrong.log" 2>&1
    code=$?
    test $code -eq 2 || say "$*: exit $code"
    grep -qF -e "$want" "$out/wrong.log" ||
        say "$*: '$(cat "$out/wrong.log")' lacks '$want'"
    test "$(wc -l <"$out/wrong.log")" -eq 1 || say "$*: not one line"
    test ! -e "$out/wrong" || say "$*: something was written"
}

wrong_set()
{
    want=$1
    shift
    wrong "$want" "$scenario" "$@"
}

data=$top_srcdir/tests/data
wrong_set "did you mean 'engine'" --set pptp.enigne=fixed
wrong_set "allowed: ns, us, ms" --set pptp.ack_delay=5kg
wrong_set "scenario.yaml:17: no host 'nope0'" --set nodes.pac.host=nope
wrong_set "platform: key 'platform': " --set platform=none.xml
wrong_set "No such file" --set platform=none.xml
wrong_set "--seed: 'abc' is not a number" --seed abc
wrong_set "broken.xml" --set platform=../../tests/data/broken.xml
wrong_set "badspeed.xml" --set platform=../../tests/data/badspeed.xml
wrong_set "out of range" --set calls.call.line.rate=0bit/s
wrong_set "out of range" --set calls.call.count=99999999
wrong_set "is negative" --set calls.call.line.rate=-5kbit/s
wrong_set "too large" --set duration=99999999999999999999999h
wrong_set "needs a unit" --set duration=5
wrong_set "key 'file' is required" --set calls.0.traffic.0.model=replay
wrong_set "no link 'zz'" --set 'links=[{name: zz}]' --set expect=
wrong_set "expect.yaml:7: key 'that': no metric 'rfc2637.wan.drop_ratio'" \
    --set 'links=[{name: core}]'
wrong_set "no link 'zz'" --set captures.wan.link=zz
wrong_set "no host 'zz'" --set 'captures=[{name: c, host: zz}]'
wrong_set "both ends are on host" --set 'flows=[{name: f, from: pns, to: pns,
    rate: 1kbit/s}]'
wrong_set "more than 'trace' says" --set trace=off --set trace_file=calls
wrong_set "is not dotted.path=value" --set duration

wrong_replay()
{
    wrong_set "$1" --set "calls.0.traffic=[{model: replay, file: $2}]"
}
trace=$top_srcdir/experiments/data/bulk.pcap
head -c 40 "$trace" >"$out/cut.pcap"
head -c 3000 "$dialtone" >"$out/binary"
: >"$out/empty"
wrong_replay "packet cut, at octet" "$out/cut.pcap"
wrong_replay "a pcap or pcapng file" "$out/binary"
wrong_replay "is empty" "$out/empty"
wrong_replay "No such file" "$out/none.pcap"
wrong_replay "is no regular file but a folder" "$out"
wrong_replay "/dev/zero: is no regular file but a device" /dev/zero
gzip -c "$trace" >"$out/bulk.pcap.gz"
head -c 1000 "$out/bulk.pcap.gz" >"$out/cut.pcap.gz"
wrong_replay "gzip: the file ends early" "$out/cut.pcap.gz"
# its set-up and one packet, which has no mean gap to the next round
head -c 352 "$trace" >"$out/one.pcap"
wrong_replay "one.pcap: a loop needs two packets at two times" \
    "$out/one.pcap, loop: true"

# packed or not, a capture is the same traffic
replayed()
{
    run "$1" --set duration=2s --set "calls.0.traffic=[{model: replay,
        file: $2}]"
}
replayed plain "$trace"
replayed packed "$out/bulk.pcap.gz"
test "$(hashes plain)" = "$(hashes packed)" ||
    say "a gzip'd capture is other traffic"

cat >"$out/roads.yaml" <<END
duration: 1s
platform: $data/dumbbell.xml
flows:
  - {name: f, from: pac, to: alone, rate: 1kbit/s}
END
wrong "roads.yaml:4: no route between hosts 'pac' and 'alone'" \
    "$out/roads.yaml"
wrong "no packet begins or ends at host 'alone'" "$out/roads.yaml" \
    --set flows.f.to=pns --set 'captures=[{name: c, host: alone}]'
cat >"$out/split.yaml" <<END
duration: 1s
platform: $data/dumbbell.xml
nodes:
  - {name: a, role: pac, host: pac, connect: b}
  - {name: b, role: pns, host: alone}
calls:
  - {name: dial, pac: a, pns: b, line: {rate: 64kbit/s}}
END
wrong "split.yaml:7: no route between hosts 'pac' and 'alone'" \
    "$out/split.yaml"
sed 's/192.0.2.2/192.0.2.1/' "$data/dumbbell.xml" >"$out/twins.xml"
wrong "hosts 'pac' and 'pns' have one IP address" "$out/split.yaml" \
    --set platform=twins.xml --set nodes.b.host=pns
sed 's/^platform.*/platform: nix.xml/' "$out/split.yaml" >"$out/nix.yaml"
wrong "nix.yaml:2: key 'platform'" "$out/nix.yaml"
wrong "key 'duration' is required" "$out/empty"
wrong "control characters" "$out/binary"
wrong "Is a directory" "$out"
wrong "No such file" "$out/none.yaml"
wrong "No such file" ""
printf 'title: x\ntitle: y\n' >"$out/twice.yaml"
wrong "twice.yaml:2: key 'title' is given twice" "$out/twice.yaml"
printf 'title: &a [*a]\n' >"$out/anchor.yaml"
wrong "anchor.yaml:1: anchors" "$out/anchor.yaml"

# Platforms: one line, of the platform's file or of its profile's.
# platform ZONE-OR-MORE...: a platform file, and a call over it
platform()
{
    {
        echo '<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">'
        echo '<platform version="4.1">'
        printf '%s\n' "$@"
        echo '</platform>'
    } >"$out/p.xml"
}
cat >"$out/over.yaml" <<END
duration: 10s
platform: p.xml
nodes:
  - {name: pac, role: pac, host: pac, connect: pns}
  - {name: pns, role: pns, host: pns}
calls:
  - {name: c, pac: pac, pns: pns, line: {rate: 1Mbit/s},
     traffic: [{from: pns, rate: 32kbit/s, size: 500octets, start: 1s}]}
END
hosts='<host id="pac" speed="1Gf"/><host id="pns" speed="1Gf"/>'
route='<route src="pns" dst="pac"><link_ctn id="wan"/></route>'
wan='id="wan" bandwidth="8Mbps" latency="10ms"'
echo '0 1Mbps' >"$out/unit"

platform '<zone id="z" routing="None">' "$hosts" '</zone>'
wrong "/p.xml: no route from pac to pns: " "$out/over.yaml"
platform '<zone id="z" routing="Vivaldi">' "$hosts" '</zone>'
wrong "/p.xml: no route from pac to pns: " "$out/over.yaml"
platform '<zone id="z" routing="Full">' "$hosts" \
    "<link $wan state_file='s'/>" "$route</zone>"
wrong "/p.xml:5: link 'wan': the state of a link" "$out/over.yaml"
platform '<zone id="z" routing="Full">' "$hosts" \
    "<link $wan sharing_policy='WIFI'/>" "$route</zone>"
wrong "/p.xml:5: link 'wan': WIFI links" "$out/over.yaml"
platform '<zone id="z" routing="Full">' "$hosts" \
    "<link $wan bandwidth_file='unit'/>" "$route</zone>"
wrong "/unit:1: '1Mbps': octets/s, a number" "$out/over.yaml"
platform '<zone id="z" routing="Full">' '<host id="pac" speed="1Gf">' \
    '<prop id="ip" value="224.0.0.1"/></host></zone>'
wrong "/p.xml:5: host 'pac': its property ip" "$out/over.yaml"
platform '<zone id="z" routing="Full">' "<link $wan/></zone>" '<zone>'
wrong "/p.xml:6: mismatched tag" "$out/over.yaml"
sed -i 1d "$out/p.xml"
wrong "/p.xml:1: no DOCTYPE" "$out/over.yaml"

# delay_p50_s of a run over p.xml: within a bin of 3.2 %
# delay SECONDS
delay()
{
    "$dialtone" run "$out/over.yaml" --quiet --force --out "$out/over" \
        >"$out/over.log" 2>&1 || say "over: $(cat "$out/over.log")"
    awk -v want="$1" '$1 == "\"delay_p50_s\":" { got = $2 + 0 }
        END { exit !(got >= want * 0.968 && got <= want * 1.032) }' \
        "$out/over/result.json" ||
        say "over: $(grep delay_p50_s "$out/over/result.json"), not $1"
}

# 536 octets on the link and its 10 ms, 508 on the line
platform '<zone id="z" routing="Dijkstra">' "$hosts" "<link $wan/>" \
    "$route</zone>"
delay 0.0146
# sqrt(30^2 + 40^2) + 5 + 5 ms, no link, 508 octets on the line
platform '<zone id="z" routing="Vivaldi">' \
    '<host id="pac" speed="1Gf" coordinates="0 0 5"/>' \
    '<host id="pns" speed="1Gf" coordinates="30 40 5"/></zone>'
delay 0.064064

# Only the routes that packets take are asked for: SimGrid would abort over
# one to the third host, also for a capture.  A capture sees what flows send.
platform '<zone id="z" routing="None"><zone id="x" routing="Full">' "$hosts" \
    "<link $wan/>" "$route</zone>" '<zone id="y" routing="Full">' \
    '<host id="third" speed="1Gf"/></zone></zone>'
cat >>"$out/over.yaml" <<END
flows:
  - {name: f, from: pns, to: pac, rate: 32kbit/s, size: 500octets}
captures: [{name: out, host: pns}]
END
for nodes in '' 'nodes=[{name: n, role: pns, host: third}]'; do
    "$dialtone" run "$out/over.yaml" --quiet --force --out "$out/over" \
        --set calls= --set nodes= ${nodes:+--set "$nodes"} \
        >"$out/over.log" 2>&1 || say "third: $(cat "$out/over.log")"
    # 80 packets of 500 octets in 10 s
    test "$(wc -c <"$out/over/out.pcapng")" -gt 40000 ||
        say "a flow's packets are not in the capture"
done

# Options and folders have messages of their own.
refused()
{
    want=$1
    shift
    "$dialtone" "$@" >"$out/refused.log" 2>&1
    code=$?
    test $code -eq 2 || say "$*: exit $code"
    grep -qF -e "$want" "$out/refused.log" ||
        say "$*: '$(cat "$out/refused.log")' lacks '$want'"
    test "$(wc -l <"$out/refused.log")" -eq 1 || say "$*: not one line"
}

refused "unknown option: --loud" run "$scenario" --loud
refused "a value must follow --out" run "$scenario" --out
refused "no command"
refused "no such command: walk" walk
refused "one scenario is expected" run
refused "exists and is not empty" run "$scenario" --out "$out/one"
refused "Not a directory" run "$scenario" --out "$out/empty" --force
refused "Not a directory" run "$scenario" --out "$out/empty/x"
refused "cannot create /proc/x: No such file" run "$scenario" --out /proc/x/y
refused "File name too long" run "$scenario" \
    --out "$out/$(printf '%0300d' 0)"
refused "the path is too long" run "$scenario" \
    --out "$out/$(printf '%05000d' 0)"
refused "it is left alone" run "$scenario" --out "$out" --force
refused "a folder is needed" run "$scenario" --out ""
refused "is a folder" replay "$out"
refused "is empty" replay "$out/empty"
if test -c /dev/full; then
    for command in reference --help --version; do
        "$dialtone" $command >/dev/full 2>"$out/full.log"
        test $? -eq 3 || say "$command to a full disk: not exit 3"
        grep -q "standard output cannot be written: No space" \
            "$out/full.log" || say "full: $(cat "$out/full.log")"
    done
fi
"$dialtone" reference | grep -q '^| `trace_file` | word | `off` |' ||
    say "the reference lacks a key"
"$dialtone" reference | grep '^| `rate` |' | grep -q 'on_mean+off_mean' ||
    say "the reference does not tell what onoff does"
"$dialtone" reference | grep '^| `mtu` |' | grep -q 'no packet is cut' ||
    say "the reference does not tell what mtu does not"
"$dialtone" run --help | grep -q -- --set || say "no help"

# --- what is said, and where ---

cat >"$out/short.yaml" <<END
duration: 2s
platform: $data/dumbbell.xml
flows:
  - {name: f, from: pac, to: pns, rate: 9kbit/s}
END
"$dialtone" run "$out/short.yaml" --out "$out/short" >"$out/short.log" \
    2>"$out/short.err" || say "short: exit $?"
# 1 packet of 500 octets every 504 * 8 / 9000 s from 0 on: 5 in 2 s, and the
# last of them is not there before 1.79 s + 22 ms
grep -Eq '^flow packets +5 of 5$' "$out/short.log" || say "no flow packets"
grep -Eq '^flow goodput \(kbit/s\) +10$' "$out/short.log" ||
    say "no goodput of flows: $(cat "$out/short.log")"
grep -Eq '^(goodput|loss|time-outs)' "$out/short.log" &&
    say "values of calls where there is none"
test "$(awk 'length > 80' "$out/short.log" | grep -cv figure)" -eq 0 ||
    say "the table is wider than 80 columns"
test ! -s "$out/short.err" || say "progress on a pipe"
"$dialtone" run "$out/short.yaml" --out "$out/short" --force --quiet \
    >"$out/short.log" 2>&1 || say "quiet: exit $?"
if command -v gnuplot >/dev/null; then
    test ! -s "$out/short.log" || say "--quiet is not: $(cat "$out/short.log")"
fi

cat >"$out/shout.yaml" <<END
duration: 60s
platform: $data/dumbbell.xml
nodes:
  - {name: pac, role: pac, host: pac, connect: pns}
  - {name: pns, role: pns, host: pns}
ppp: {callers_password: wrong}
calls:
  - {name: c, count: 3, pac: pac, pns: pns, line: {rate: 128kbit/s},
     traffic: [{rate: 96kbit/s}]}
captures: [{name: srv, host: pns}]
END
"$dialtone" run "$out/shout.yaml" --out "$out/shout" >"$out/shout.log" 2>&1 ||
    say "shout: exit $?"
grep -Eq '^calls established +0 of 3$' "$out/shout.log" ||
    say "calls established is not told"
grep -q '^3 of 3 calls failed, most often (3): the peer failed' "$out/shout.log" ||
    say "failed calls are not told: $(cat "$out/shout.log")"
"$dialtone" run "$out/shout.yaml" --out "$out/shout" --force \
    --set duration=10ms >"$out/shout.log" 2>&1 || say "shout, short: exit $?"
grep -q '^3 of 3 calls not up yet when the run ended$' "$out/shout.log" ||
    say "waiting calls are not told: $(cat "$out/shout.log")"

# The figure: without it, without gnuplot, on a disk that is full.
"$dialtone" run "$out/short.yaml" --out "$out/short" --force --no-figure \
    >"$out/short.log" 2>&1 || say "no figure: exit $?"
grep -q figure "$out/short.log" && say "no figure: $(cat "$out/short.log")"
test -s "$out/short/figure.gp" && test -s "$out/short/figure.dat" ||
    say "no figure: no script, or no data"
test ! -e "$out/short/figure.svg" || say "no figure: there is one"
mkdir -p "$out/bin"
for tool in sh cat; do
    ln -sf "$(command -v $tool)" "$out/bin/$tool"
done
PATH=$out/bin "$dialtone" run "$out/short.yaml" --out "$out/short" --force \
    >"$out/short.log" 2>&1 || say "no gnuplot: exit $?"
grep -q '^no figure: gnuplot is not installed; ' "$out/short.log" ||
    say "no gnuplot: $(cat "$out/short.log")"
printf '#!/bin/sh\necho "cannot draw" >&2\nexit 1\n' >"$out/bin/gnuplot"
chmod 755 "$out/bin/gnuplot"
PATH=$out/bin "$dialtone" run "$out/short.yaml" --out "$out/short" --force \
    --quiet >"$out/short.log" 2>&1
test $? -eq 3 || say "gnuplot fails: not exit 3"
grep -q '^no figure: gnuplot failed: cannot draw; ' "$out/short.log" ||
    say "gnuplot fails: $(cat "$out/short.log")"
test -s "$out/short/result.json" || say "gnuplot fails: no results"
printf '#!/bin/sh\nexec cat /dev/zero\n' >"$out/bin/gnuplot"
(
    ulimit -f 64
    PATH=$out/bin
    export PATH
    exec "$dialtone" run "$out/short.yaml" --out "$out/short" --force --quiet
) >"$out/short.log" 2>&1
test $? -eq 3 || say "a large figure: not exit 3"
grep -q "^$out/short/figure.svg: cannot be written in full: File too large$" \
    "$out/short.log" || say "a large figure: $(cat "$out/short.log")"
ls "$out/short" | grep -qE 'svg|png|part' && say "a large figure: half of it"

# What is drawn does not grow with what is sampled, nor does a figure of many
# values leave any out; what a run before left is gone.
"$dialtone" run "$out/short.yaml" --out "$out/short" --force --no-figure \
    --quiet --set sample_interval=10us --set 'links=[{name: hub}]' ||
    say "many samples: exit $?"
test "$(wc -l <"$out/short/series.csv")" -eq 400003 || say "not every sample"
test "$(wc -c <"$out/short/figure.dat")" -lt 50000 || say "a large figure.dat"
if command -v gnuplot >/dev/null; then
    "$dialtone" run "$out/short.yaml" --out "$out/short" --force \
        --set "compare={key: seed, values: [701$(printf ',%d' 702 703 704 \
            705 706 707 708 709 710 711 712 713)]}" \
        >"$out/short.log" 2>&1 || say "13 values: exit $?"
    cat "$out"/short/figure*.svg >"$out/all.svg"
    for value in 701 706 707 712 713; do
        test "$(grep -c ">$value<" "$out/all.svg")" -eq 1 ||
            say "13 values: $value is not there once"
    done
    grep -q '>seed</' "$out/all.svg" || say "13 values: nobody says of what"
    grep -q '^figure: the first 12 of 13 values; others in figure-2.svg' \
        "$out/short.log" || say "13 values: $(cat "$out/short.log")"
    "$dialtone" run "$out/short.yaml" --out "$out/short" --force --no-figure \
        --quiet || say "short: exit $?"
    ls "$out/short" | grep -qE 'svg|-2' && say "an earlier figure is left"
fi

# Descriptors for the folder and not for a pipe: no fault of the input's.
(
    for fd in 3 4 5 6 7 8 9; do
        eval "exec $fd>&-"
    done
    ulimit -n 5
    exec "$dialtone" run "$out/short.yaml" --out "$out/short" --force --quiet
) >"$out/short.log" 2>&1
test $? -eq 3 || say "no descriptors: not exit 3"
grep -q 'Too many open files$' "$out/short.log" ||
    say "no descriptors: $(cat "$out/short.log")"

# A limit of file size stands for a full disk: what is cut is not left, what
# is whole is, and why is said.
cat >"$out/large.yaml" <<END
duration: 60s
platform: $data/dumbbell.xml
trace_file: packets
nodes:
  - {name: pac, role: pac, host: pac, connect: pns}
  - {name: pns, role: pns, host: pns, journal: true}
calls:
  - {name: c, count: 3, pac: pac, pns: pns, line: {rate: 128kbit/s},
     traffic: [{rate: 96kbit/s}]}
captures: [{name: srv, host: pns}]
END
(
    ulimit -f 32
    exec "$dialtone" run "$out/large.yaml" --out "$out/large" --quiet
) >"$out/large.log" 2>&1
test $? -eq 3 || say "a file that is too large: not exit 3"
grep -q "^$out/large/.*: cannot be written in full: File too large$" \
    "$out/large.log" || say "too large: $(cat "$out/large.log")"
for f in series.csv trace.jsonl; do
    test -s "$out/large/$f" || say "too large: no $f"
    test "$(tail -c 1 "$out/large/$f" | wc -l)" -eq 1 ||
        say "$f ends in a line"
done
test "$(wc -l <"$out/large/calls.csv")" -eq 4 || say "too large: no calls.csv"
grep -q '"calls_established": 3' "$out/large/result.json" ||
    say "too large: no result.json"
"$dialtone" replay "$out/large/pns.journal" >"$out/replay.log" 2>&1
grep -q 'identical decisions; the journal is cut' "$out/replay.log" ||
    say "a cut journal: $(cat "$out/replay.log")"
if command -v tshark >/dev/null; then
    tshark -r "$out/large/srv.pcapng" 2>&1 >/dev/null |
        grep -q 'cut short' && say "too large: srv.pcapng is cut in a packet"
fi

# --- interrupted ---

cat >"$out/long.yaml" <<END
duration: 1000h
sample_interval: 10s
platform: $data/dumbbell.xml
nodes:
  - {name: pac, role: pac, host: pac, connect: pns}
  - {name: pns, role: pns, host: pns}
calls:
  - {name: c, pac: pac, pns: pns, line: {rate: 128kbit/s},
     traffic: [{rate: 96kbit/s}]}
captures: [{name: pns, host: pns, max_packets: 1000}]
END

# Runs the long scenario until its series has grown; then $pid, $child.
long()
{
    "$dialtone" run "$out/long.yaml" --out "$out/$1" >"$out/$1.log" 2>&1 &
    pid=$!
    turns=0
    while test ! -s "$out/$1/series.csv" && test $turns -lt 300; do
        sleep 0.1
        turns=$((turns + 1))
    done
    child=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null)
    child=${child%% *}
}

gone()
{
    test -z "$child" || ! kill -0 "$child" 2>/dev/null ||
        say "$1: its child $child lives on"
}

# Twice, as timeout(1) does: one within a second of another is the same.
interrupted()
{
    long "$1"
    kill -s "$1" "$pid"
    sleep 0.1
    kill -s "$1" "$pid" 2>/dev/null
    wait "$pid"
    code=$?
    test $code -eq "$2" || say "$1: exit $code: $(cat "$out/$1.log")"
    gone "$1"
    test "$(grep -c '"complete": false' "$out/$1/result.json")" -eq 2 ||
        say "$1: not marked incomplete"
    test "$(wc -l <"$out/$1/calls.csv")" -eq 2 || say "$1: no calls.csv"
    grep -q 'are incomplete' "$out/$1.log" || say "$1: it is not said"
}

interrupted INT 130
interrupted TERM 143

# Somebody else's signal to the child alone.
long alone
if test -n "$child"; then
    kill -s INT "$child"
    wait "$pid"
    code=$?
    test $code -eq 130 || say "alone: exit $code"
    grep -q 'are incomplete' "$out/alone.log" || say "alone: it is not said"
    long killed
    kill -s KILL "$child"
    wait "$pid"
    code=$?
    test $code -eq 3 || say "killed: exit $code"
    grep -q 'the simulation died of signal 9' "$out/killed.log" ||
        say "killed: $(cat "$out/killed.log")"
    ls "$out/killed" | grep -q 'part$' && say "killed: files without an end"
else
    kill -s INT "$pid"
    wait "$pid"
fi

# One run at a time has a folder, and none when it has died.
long lock
refused "$out/lock is in use: another run" run "$out/short.yaml" \
    --out "$out/lock" --force --quiet
refused "$out/lock is in use: another run" run "$out/short.yaml" \
    --out "$out/lock" --quiet
kill -s KILL "$pid"
wait "$pid" 2>/dev/null
turns=0 # its child hears of it
while test -n "$child" && kill -0 "$child" 2>/dev/null &&
    test $turns -lt 100; do
    sleep 0.1
    turns=$((turns + 1))
done
"$dialtone" run "$out/short.yaml" --out "$out/lock" --force --quiet \
    >"$out/lock.log" 2>&1 || say "after a dead run: $(cat "$out/lock.log")"

# One of several dies: the others' results are kept.
{
    cat "$out/long.yaml"
    echo 'compare: {key: seed, values: [1, 2]}'
} >"$out/pair.yaml"
"$dialtone" run "$out/pair.yaml" --out "$out/pair" >"$out/pair.log" 2>&1 &
pid=$!
turns=0
while ! { test -s "$out/pair/1/series.csv" &&
    test -s "$out/pair/2/series.csv"; } && test $turns -lt 100; do
    sleep 0.1
    turns=$((turns + 1))
done
child=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null)
if test "$(echo "$child" | wc -w)" -eq 2; then
    kill -s KILL "${child%% *}"
    while grep -q "${child%% *}" "/proc/$pid/task/$pid/children"; do
        sleep 0.1 # until that is known, and so not taken for our doing
    done
    kill -s INT "$pid"
    wait "$pid"
    code=$?
    test $code -eq 3 || say "pair: exit $code: $(cat "$out/pair.log")"
    grep -q "of variant '1' died of signal 9" "$out/pair.log" ||
        say "pair: $(cat "$out/pair.log")"
    test "$(grep -c '"label": "2"' "$out/pair/result.json")" -eq 1 ||
        say "pair: the other's results are lost"
else
    kill -s INT "$pid"
    wait "$pid"
fi

# A child that does not listen: the second signal ends it.
long twice
if test -n "$child"; then
    kill -s STOP "$child"
    kill -s INT "$pid"
    turns=0 # until the first has been handed on: SIGTERM, bit 14, is there
    while ! grep -Eq '^(ShdPnd|SigBlk):.*4000$' "/proc/$child/status" &&
        test $turns -lt 100; do
        sleep 0.1
        turns=$((turns + 1))
    done
    sleep 1
    kill -s INT "$pid"
    wait "$pid"
    code=$?
    test $code -eq 130 || say "twice: exit $code"
    gone twice
    ls "$out/twice" | grep -q result && say "twice: a result was made up"
else
    kill -s INT "$pid"
    wait "$pid"
fi

test $bad -eq 0 && rm -rf "$out"
exit $bad
