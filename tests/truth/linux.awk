# SPDX-License-Identifier: GPL-3.0-or-later
# What Linux measured (linux.sh) and what tcp_flows says of the same runs: a
# cell is the mean over seeds of a queue, a congestion control and a number of
# flows.  A table for doc/tcp-truth.md; exit status 1 if a cell has goodput or
# queue more than 10 % away, or none.  doc/tcp-truth.md says why the queue
# of `explained` is, and here is how far it may be.
BEGIN {
    FS = ","
    explained["200,50,cubic,2"] = 0.15
}

/^#/ || $1 == "queue" { next }

{
    cell = ($1 == "far" ? 200 : 40) FS $2 FS $3 FS $4
    mine = FILENAME == ARGV[ARGC - 1]
    if (!mine && !(cell in runs))
        order[++cells] = cell
    runs[cell, mine]++
    runs[cell]
    goodput[cell, mine] += $6 / 1e6
    jain[cell, mine] += $7
    queue[cell, mine] += $9
    loss[cell, mine] += $13 * 100
}

function ratio(theirs, ours, bound,    r, off)
{
    r = theirs > 0 ? ours / theirs : 0
    off = r < 1 ? 1 - r : r - 1
    if (off > bound)
        outside++
    return sprintf("%.3f%s", r, off > 0.1 ? " **outside**" : "")
}

END {
    print "| ms | queue | control | flows | seeds | goodput, Mbit/s: Linux | " \
        "ours | ratio | queue, packets: Linux | ours | ratio | drops, %: " \
        "Linux | ours | Jain: Linux | ours |"
    print "|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for (i = 1; i <= cells; i++) {
        c = order[i]
        split(c, word, FS)
        n = runs[c, 0]
        m = runs[c, 1] > 0 ? runs[c, 1] : 1
        printf "| %s | %s | %s | %s | %d | %.3f | %.3f | %s | %.1f | %.1f | %s " \
            "| %.3f | %.3f | %.3f | %.3f |\n", word[1], word[2], word[3],
            word[4], n, goodput[c, 0] / n, goodput[c, 1] / m,
            ratio(goodput[c, 0] / n, goodput[c, 1] / m, 0.1), queue[c, 0] / n,
            queue[c, 1] / m, ratio(queue[c, 0] / n, queue[c, 1] / m,
                c in explained ? explained[c] : 0.1),
            loss[c, 0] / n, loss[c, 1] / m, jain[c, 0] / n, jain[c, 1] / m
    }
    exit cells == 0 || outside > 0
}
