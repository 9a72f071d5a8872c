# SPDX-License-Identifier: GPL-3.0-or-later
# Read by scripts about sweeps: a folder of their own, and in it s.yaml, packets
# of a Poisson process through a link that takes 1 Mbit/s.
# shellcheck shell=sh disable=SC2034

: "${top_builddir:=$top_srcdir/build}"
dialtone=$(cd "$top_builddir" && pwd)/dialtone
if test ! -x "$dialtone"; then
    echo "SKIP: no dialtone in this build"
    exit 77
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/sweep.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
cd "$work" || exit 99
bad=0

say()
{
    echo "FAIL: $*"
    bad=1
}

cat >p.xml <<END
<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <zone id="world" routing="Full">
    <host id="pac" speed="1Gf"/><host id="pns" speed="1Gf"/>
    <link id="wan" bandwidth="1Mbps" latency="20ms"
          sharing_policy="SPLITDUPLEX"/>
    <route src="pns" dst="pac"><link_ctn id="wan" direction="UP"/></route>
  </zone>
</platform>
END
cat >s.yaml <<END
duration: 5s
platform: p.xml
links: [{name: wan, queue: 10packets}]
flows: [{name: f, from: pns, to: pac, model: poisson, rate: 800kbit/s}]
END
