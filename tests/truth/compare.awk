# SPDX-License-Identifier: GPL-3.0-or-later
# Two files of cells (cells.awk), theirs first, then ours: a table for
# doc/truth-ns3.md, ours / theirs and whether that is within its bound.  False
# if one is outside; of `known` ("queue,flows queue,flows") outside of three
# times the bounds.
BEGIN {
    FS = ","
    figures = split("goodput_bps loss queue_packets jain", name, " ")
    split("goodput Mbit/s|loss %|queue, packets|Jain", title, "|")
    split("1e-6 100 1 1", scale, " ")
    split("%.3f %.3f %.2f %.4f", form, " ")
    split("0.02 0.15 0.10 0.05", bound, " ")
}

/^#/ { next }
FNR == 1 || $1 == "queue" { next }

FNR == NR {
    cells++
    order[cells] = $1 FS $2
    for (i = 1; i <= figures; i++)
        theirs[$1 FS $2, i] = $(2 + 2 * i)
    next
}

{ for (i = 1; i <= figures; i++) ours[$1 FS $2, i] = $(2 + 2 * i) }

# Jain's index is held by its difference, the others by their ratio.
function within(a, b, i, times)
{
    if (i == figures)
        return a - b <= times * bound[i] && b - a <= times * bound[i]
    return a >= b * (1 - times * bound[i]) && a <= b * (1 + times * bound[i])
}

END {
    printf "| queue | flows |"
    for (i = 1; i <= figures; i++)
        printf " %s | ns-3 | |", title[i]
    printf "\n|---|---|"
    for (i = 1; i <= figures; i++)
        printf "---|---|---|"
    print ""
    for (c = 1; c <= cells; c++) {
        if (!((order[c], 1) in ours))
            continue
        split(order[c], key, FS)
        printf "| %s | %s |", key[1], key[2]
        for (i = 1; i <= figures; i++) {
            a = ours[order[c], i]
            b = theirs[order[c], i]
            good = within(a, b, i, 1)
            is_known = index(" " known " ", " " order[c] " ") > 0
            bad += !within(a, b, i, is_known ? 3 : 1)
            all[i]++
            inside[i] += good
            text = sprintf("%.3f", a / b)
            if (i == figures)
                text = sprintf("%+.3f", a - b)
            printf " " form[i] " | " form[i] " | %s |", a * scale[i],
                b * scale[i], good ? text : "**" text "**"
        }
        print ""
    }
    printf "| within | "
    for (i = 1; i <= figures; i++)
        printf "| | | %d of %d ", inside[i], all[i]
    print "|"
    exit bad > 0 || all[1] == 0
}
