# SPDX-License-Identifier: GPL-3.0-or-later
# Read by scripts that need a program of ours made with Debian's ns-3, whose
# libraries are built optimised.  pkg-config has flags that no compiler takes
# there, so that these are written out.

# SOURCE PROGRAM: false, and said aloud, where ns-3 is not installed
ns3_build()
{
    ns3_version=$(dpkg-query -W -f '${Version}' libns3-dev 2>/dev/null)
    if test ! -r /usr/include/ns3/core-module.h; then
        echo "SKIP: $(basename "$2"): no ns-3 here: apt install libns3-dev"
        return 1
    fi
    "${CXX:-c++}" -std=c++17 -O2 -w -I"$top_srcdir" "$1" -o "$2" \
        -lns3-applications -lns3-point-to-point -lns3-traffic-control \
        -lns3-internet -lns3-network -lns3-core || exit 1
}
