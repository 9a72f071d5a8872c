# SPDX-License-Identifier: GPL-3.0-or-later
# gnuplot -e "here='FOLDER OF CELLS'; ours='CELLS'; out='figure.svg'" this
set terminal svg noenhanced size 1000,640 font "sans,12" background "white"
set output out
set datafile separator ","
pair(file) = "< grep -v '^[#q]' ".here."/".file." >".ours.".theirs; ". \
    "grep -v '^[#q]' ".ours." | paste -d, - ".ours.".theirs"
set multiplot layout 2,1 margins 0.08,0.98,0.15,0.91 spacing 0.06,0.08 \
    title "TCP NewReno through a bottleneck: dialtone over ns-3 3.37"
set grid ytics lc rgb "#dddddd"
set border 3
set tics nomirror out
set xrange [-0.6:17.6]
set yrange [0.78:1.38]
set key top center horizontal samplen 1 width 5
label(queue, flows) = flows."\n".(flows eq "10" ? queue : "")
set format x ""
set ylabel "loss rate"
set object 1 rect from -0.6,0.85 to 17.6,1.15 \
    fc rgb "#d8efd8" fs solid noborder behind
plot 1 lc rgb "#999999" notitle, \
     pair("ns3-cells.csv") using 0:($6/$17):xtic("") with points pt 6 ps 1.1 \
         lw 2 lc rgb "#d62728" title "ns-3 as it is", \
     pair("ns3-rfc-cells.csv") using 0:($6/$17) with points pt 7 ps 0.9 \
         lc rgb "#1f77b4" title "ns-3 put right by the RFCs"
unset key
unset object 1
set ylabel "mean queue"
set xlabel "flows, queue" offset 0,-0.5
set object 2 rect from -0.6,0.9 to 17.6,1.1 \
    fc rgb "#d8efd8" fs solid noborder behind
plot 1 lc rgb "#999999" notitle, \
     pair("ns3-cells.csv") using 0:($8/$19):xtic(label(strcol(1), strcol(2))) \
         with points pt 6 ps 1.1 lw 2 lc rgb "#d62728", \
     pair("ns3-rfc-cells.csv") using 0:($8/$19) with points pt 7 ps 0.9 \
         lc rgb "#1f77b4"
unset multiplot
