# SPDX-License-Identifier: GPL-3.0-or-later
# gnuplot -e "data='sequences.dat'; out='figure.svg'" figure.gp
set terminal svg size 1000,900 font "sans,12" background "white"
set output out
set multiplot layout 4,2 margins 0.08,0.97,0.08,0.92 spacing 0.09,0.075 \
    title "The same acknowledgments, two readings of RFC 2637 4.2 and 4.4"
set grid ytics lc rgb "#dddddd"
set border 3
set tics nomirror out
set key center right samplen 2
set autoscale xfix
pick(s, e, y) = (strcol(1) eq s && strcol(3) eq e) ? y : 1/0
array names[4] = ["large-window", "small-window", "losses", "blackout"]
array titles[4] = ["peer offers 64", "peer offers 4", \
    "peer offers 16, two losses", "peer offers 16, 30 time-outs in a row"]
do for [i = 1:4] {
    s = names[i]
    unset logscale y
    set format y "%g"
    set yrange [0:*]
    set ylabel "window, packets"
    set title titles[i] offset 0,-0.6
    if (i == 4) { set xlabel "event" }
    plot data using (pick(s, "rfc2637", $2)):4 with steps lw 2 lc rgb "#1f77b4" title "rfc2637", \
         data using (pick(s, "netgraph", $2)):4 with steps lw 2 lc rgb "#d62728" title "netgraph"
    unset key
    set logscale y
    set yrange [10:20000]
    set ylabel "time-out, ms"
    plot data using (pick(s, "rfc2637", $2)):5 with steps lw 2 lc rgb "#1f77b4" title "rfc2637", \
         data using (pick(s, "netgraph", $2)):5 with steps lw 2 lc rgb "#d62728" title "netgraph"
}
unset multiplot
