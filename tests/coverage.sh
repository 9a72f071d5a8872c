#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What an interval promises: of 200 sweeps of 20 seeds each, of a queue whose
# mean delay a pencil gives, the 95 % interval holds it in 90 to 98 %.  With
# other seeds the number differs by some 1.5 %.
set -u

: "${top_builddir:=build}"
dialtone=$(cd "$top_builddir" && pwd)/dialtone
coverage=$(cd "$top_builddir" && pwd)/tests/coverage
if test ! -x "$dialtone"; then
    echo "SKIP: no dialtone in this build"
    exit 77
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/coverage.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
cd "$work" || exit 99

# M/M/1: 1,000 packets a second can leave, half of that comes, and a packet is
# there for 1 / (1000 - 500) s in the mean, and 10 ms on the way.  4 s of it:
# that it begins empty makes a thirtieth of the interval.
cat >p.xml <<END
<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <zone id="world" routing="Full">
    <host id="pac" speed="1Gf"/><host id="pns" speed="1Gf"/>
    <link id="wan" bandwidth="12Mbps" latency="10ms"
          sharing_policy="SPLITDUPLEX"/>
    <route src="pns" dst="pac"><link_ctn id="wan" direction="UP"/></route>
  </zone>
</platform>
END
cat >s.yaml <<END
duration: 4s
platform: p.xml
links: [{name: wan, queue: 100000packets}]
flows:
  - {name: f, from: pns, to: pac, model: poisson, sizes: exponential,
     size: 1500octets, rate: 6.016Mbit/s}
END
"$dialtone" sweep s.yaml --seeds 4000 --jobs 1 --quiet -o s.sqlite || exit 1
"$coverage" s.sqlite flows.delay_mean_s 0.012 20 >said || exit 1
cat said
awk '{ exit !($3 == 200 && $1 >= 180 && $1 <= 196) }' said
