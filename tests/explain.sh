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

# Our own ends, which keep to the RFC (the conformance scripts say so), over
# ways that lose and delay: wherever they are captured, nothing departs.
cat >"$out/way.xml" <<'EOF'
<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <zone id="world" routing="Full">
    <host id="near" speed="1Gf"><prop id="ip" value="10.1.0.1"/></host>
    <host id="far" speed="1Gf"><prop id="ip" value="10.2.0.1"/></host>
    <link id="way" bandwidth="BWkbps" latency="LATms"
          sharing_policy="SPLITDUPLEX"/>
    <link id="lan" bandwidth="10Mbps" latency="1ms"
          sharing_policy="SPLITDUPLEX"/>
    <route src="near" dst="far"><link_ctn id="lan" direction="UP"/>
      <link_ctn id="way" direction="UP"/></route>
  </zone>
</platform>
EOF

# kbit/s, ms, share lost, window, seconds of processing, who calls
in_order()
{
    dir=$out/way-$1-$2-$3-$4-$6
    mkdir -p "$dir"
    sed "s/BW/$1/; s/LAT/$2/" "$out/way.xml" >"$dir/way.xml"
    cat >"$dir/way.yaml" <<EOF
duration: 60s
platform: way.xml
links: [{ name: way, queue: 20packets, loss: $3 }]
pptp: { recv_window: $4packets, ppd: $5, idle_timeout: 20s }
nodes:
  - { name: pac, role: pac, host: near, connect: pns }
  - { name: pns, role: pns, host: far }
calls:
  - name: call
    pac: pac
    pns: pns
    direction: $6
    start: 1s
    duration: 50s
    line: { rate: 256kbit/s, delay: 10ms }
    traffic:
      - { from: pns, model: poisson, rate: 64kbit/s, size: 576octets }
      - { from: pac, model: poisson, rate: 32kbit/s, size: 100octets }
captures:
  - { name: at-pac, host: near }
  - { name: at-pns, host: far }
  - { name: half, link: way }
  - { name: cut, host: near, limit: 64octets }
EOF
    "$dialtone" run --quiet --out "$dir/run" "$dir/way.yaml" \
        >"$dir/log" 2>&1 || say "run $dir: $(head -n 3 "$dir/log")"
    for f in "$dir"/run/*.pcapng; do
        explains 0 "0 errors, 0 departures" --fail-on departure "$f"
    done
}

in_order 1000 20 0 16 auto incoming
in_order 128 20 0.02 16 auto outgoing
in_order 1000 200 0.02 4 auto incoming
in_order 10000 400 0.02 2 auto outgoing
in_order 256 200 0.005 1 0s incoming

test $bad -eq 0 && rm -rf "$out"
exit $bad
