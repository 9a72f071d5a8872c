# SPDX-License-Identifier: GPL-3.0-or-later
# Runs in, cells out.  A run is a line
#   queue,flows,seed,goodput_bps,loss,queue_packets,jain,...
# a cell all runs of a queue and a number of flows: how many, and mean and
# standard deviation of each figure.
BEGIN {
    FS = OFS = ","
    figures = split("goodput_bps loss queue_packets jain", name, " ")
}

NF < 7 || $3 !~ /^[0-9]+$/ { next }

!(($1 FS $2) in runs) { order[++cells] = $1 FS $2 }

{
    runs[$1 FS $2]++
    for (i = 1; i <= figures; i++) {
        sum[$1 FS $2, i] += $(3 + i)
        squares[$1 FS $2, i] += $(3 + i) ^ 2
    }
}

END {
    printf "queue,flows,seeds"
    for (i = 1; i <= figures; i++)
        printf ",%s,%s_sd", name[i], name[i]
    print ""
    for (c = 1; c <= cells; c++) {
        n = runs[order[c]]
        printf "%s,%d", order[c], n
        for (i = 1; i <= figures; i++) {
            mean = sum[order[c], i] / n
            variance = squares[order[c], i] / n - mean ^ 2
            if (variance < 0 || n == 1)
                variance = 0
            printf ",%.7g,%.3g", mean, sqrt(variance * n / (n - 1 + (n == 1)))
        }
        print ""
    }
}
