#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# ns3-cubic.sh: one flow of CUBIC in Debian's ns-3 and here, mean queue and
# goodput within 10 %.  More flows show ns-3's, not ours: doc/tcp-truth.md.
set -u

: "${top_srcdir:=.}" "${top_builddir:=.}"
work=$top_builddir/tests/truth
. "$top_srcdir/tests/truth/ns3-build.sh"

ns3_build "$top_srcdir/tests/truth/ns3_tcp.cc" "$work/ns3_tcp" || exit 77
for limit in 50 100; do
    "$work/ns3_tcp" --control=TcpCubic --queue=droptail$limit --flows=1 \
        --rto=0.2 --delack=0.04 || exit 1
    "$work/tcp_flows" ns3:$limit:cubic:1:1 || exit 1
done | awk -F, '
    BEGIN { print "| queue | goodput, Mbit/s: ns-3 | here | ratio | " \
                "queue, packets: ns-3 | here | ratio |"
            print "|--:|--:|--:|--:|--:|--:|--:|" }
    /^droptail/ { goodput = $4; queue = $6 }
    /^ns3/ {
        g = $6 / goodput
        q = $9 / queue
        printf "| %s | %.3f | %.3f | %.3f | %.1f | %.1f | %.3f |\n", $2,
            goodput / 1e6, $6 / 1e6, g, queue, $9, q
        good += g > 0.9 && g < 1.1 && q > 0.9 && q < 1.1
    }
    END { exit good != 2 }'
