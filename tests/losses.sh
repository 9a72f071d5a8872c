#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every packet that is lost or damaged leaves a record, and those of links can
# be seen in captures: as many as the books say, place by place, link by link.
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
dialtone=$(cd "$top_builddir" && pwd)/dialtone
if ! test -x "$dialtone" || ! test -x "$dialtone-sim"; then
    echo "SKIP: no simulator in this build"
    exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0

say()
{
    echo "FAIL: $*"
    bad=1
}

cat >p.xml <<'END'
<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <zone id="all" routing="Full">
    <host id="pac" speed="1Gf"/>
    <host id="pns" speed="1Gf"/>
    <link id="wan" bandwidth="20kBps" latency="10ms"
          sharing_policy="SPLITDUPLEX"/>
    <route src="pac" dst="pns"><link_ctn id="wan" direction="UP"/></route>
  </zone>
</platform>
END
# something of each: queues that are full, bursts, damage, doubles, a cut, a
# line that is slower than its load, calls that end
cat >s.yaml <<'END'
duration: 60s
platform: p.xml
trace_file: packets
links:
  - name: wan_UP
    queue: 5packets
    loss_model: {model: gilbert, to_bad: 1%, to_good: 20%}
    duplicate: 2%
    changes: [{at: 30s, for: 2s, down: true}]
  - name: wan_DOWN
    queue: 10packets
    corrupt: 3%
    jitter: {distribution: exponential, mean: 4ms}
nodes:
  - {name: pac, role: pac, host: pac, connect: pns}
  - {name: pns, role: pns, host: pns}
calls:
  - name: user
    count: 3
    pac: pac
    pns: pns
    start: 1s
    duration: 50s
    line: {rate: 28.8kbit/s, delay: 1ms, buffer: 2packets}
    traffic:
      - {from: pac, model: poisson, rate: 28kbit/s}
      - {from: pns, model: poisson, rate: 28kbit/s}
flows:
  - {name: cross, from: pac, to: pns, rate: 96kbit/s, model: poisson}
  - {name: back, from: pns, to: pac, rate: 96kbit/s, model: poisson}
captures:
  - {name: wan, link: wan, lost: true}
  - {name: box, host: pac, lost: true}
  - {name: plain, link: wan}
END
"$dialtone" run s.yaml --out out --quiet --no-figure >said 2>&1 ||
    { say "exit $?: $(cat said)"; exit 1; }

# FILE COLUMN...: their sum in a CSV, 0 of columns that are not there
sum()
{
    file=$1
    shift
    awk -F, -v names="$*" '
        NR == 1 { n = split(names, name, " ")
                  for (i = 1; i <= NF; i++)
                      for (k = 1; k <= n; k++)
                          if ($i == name[k]) of[i] = 1 }
        NR > 1 { for (i in of) all += $i }
        END { print all + 0 }' "$file"
}

# LINK KEY...: their sum in result.json
of_link()
{
    sed -n "/^ *\"$1\": {/,/}/p" out/result.json >link
    shift
    all=0
    for key; do
        n=$(sed -n "s/^ *\"$key\": \([0-9]*\),*\$/\1/p" link | tail -n 1)
        all=$((all + n))
    done
    echo $all
}

# PATTERN: how many lines of the trace
records()
{
    grep -c -- "$1" out/trace.jsonl
}

places=0
for why in pool send_queue port_queue port_early link_down link corrupt \
    duplicate no_route host_down receiver line call_end; do
    want=$(($(sum out/calls.csv up_lost_$why down_lost_$why) +
        $(sum out/flows.csv lost_$why)))
    got=$(records "\"k\":\"lost\",\"why\":\"$why\".*\"name\":")
    test "$got" -eq "$want" || say "$why: $got records of $want packets"
    test "$want" -eq 0 || places=$((places + 1))
done
test $places -ge 7 || say "losses at $places places"

# nobody's packets and those of users
for link in wan_UP wan_DOWN; do
    lost=$(of_link $link dropped dropped_down lost corrupt)
    damaged=$(of_link $link damaged)
    got=$(records "\"k\":\"lost\".*\"link\":\"$link\"")
    test "$got" -eq "$lost" || say "$link: $got records of $lost lost"
    got=$(records "\"k\":\"damaged\",\"link\":\"$link\",\"octet\":")
    test "$got" -eq "$damaged" || say "$link: $got of $damaged damaged"
    test $((lost + damaged)) -gt 20 || say "$link: too few to see"
done
test "$(of_link wan_DOWN damaged)" -gt 5 || say "nothing is damaged"

if ! command -v tshark >/dev/null; then
    echo "SKIP: tshark is not here: captures are not looked at"
    exit $bad
fi

# CAPTURE FILTER: how many packets
seen()
{
    tshark -r "out/$1.pcapng" -Y "$2" -T fields -e frame.number \
        2>/dev/null | wc -l
}

# CAPTURE LANE LINK
shown()
{
    lane="frame.interface_name == \"$2 lost or damaged\""
    lost=$(of_link "$3" dropped dropped_down lost corrupt)
    damaged=$(of_link "$3" damaged)
    got=$(seen "$1" "$lane && frame.comment contains \"lost: \"")
    test "$got" -eq "$lost" || say "$1: $2 shows $got of $lost lost"
    got=$(seen "$1" "$lane && frame.comment contains \"damaged: octet\"")
    test "$got" -eq "$damaged" || say "$1: $2 shows $got of $damaged damaged"
    got=$(seen "$1" "frame.interface_name == \"$2\"")
    want=$(of_link "$3" packets)
    test "$got" -eq "$want" || say "$1: $2 shows $got of $want that left"
}
shown wan 'wan>up' wan_UP
shown wan 'wan>down' wan_DOWN
shown box 'pac>out' wan_UP
test "$(seen wan 'frame.comment contains "; user0 up "')" -gt 0 ||
    say "no comment says whose packet it is"
test "$(seen plain 'frame.comment')" -eq 0 ||
    say "a capture shows what it was not asked for"
exit $bad
