#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Can tests/property/books fail?  Each line that books something is taken away
# in turn, in a copy of the tree, and the test has to notice: make mutants.
#
# Environment, from make: top_srcdir top_builddir; the second lies in the
# first, as quickstart makes it.
set -u

top_srcdir=$(cd "$top_srcdir" && pwd -P)
top_builddir=$(cd "$top_builddir" && pwd -P)
case $top_builddir/ in
"$top_srcdir"/?*) folder=${top_builddir#"$top_srcdir"/} ;;
*)
    echo "SKIP: mutants: the build folder is not inside the source tree"
    exit 0
    ;;
esac

# file | the line, as a basic regular expression | what stands there instead
mutants='
sim/carry.c|    a->offered++;|
sim/carry.c|    a->offered_octets += booked;|
sim/carry.c|    sim_book_lost(&none, SIM_PLACE_pool);|
sim/books.h|    a->delivered++;|
sim/books.h|    a->delivered_octets += octets;|
sim/books.h|    hist_add(&a->delay, delay_ns);|
sim/books.h|        a->lost\[place\]++;|        ;
sim/calls.c|        net->stats.nobodys\[place\]++;|        ;
sim/calls.c|    sim_book_lost(k, place);|
sim/copy.h|    from->world\[2\] = 0;|
sim/modem.c|        lose(m, f->cookie, SIM_PLACE_line_errors);|        ;
sim/modem.c|    lose(m, f->cookie, SIM_PLACE_line_errors);|
sim/modem.c|    ++\*counters\[fate\];|
sim/modem.c|        kind_of(m)->full++;|        ;
sim/world.c|            a->under_way++;|            ;
sim/world.c|    sim_book_lost(k, place);|
sim/port.c|    p->entered++;|
sim/port.c|    if (p->out++ == p->hit_at)|    if (p->out == p->hit_at)
sim/impair.c|        p->corrupt++;|        ;
sim/impair.c|        p->lost++;|        ;
sim/impair.c|    p->duplicated++;|
sim/impair.c|    p->damaged++;|
sim/impair.c|        a->duplicated++;|        ;
sim/impair.c|        net->stats.nobodys_duplicated++;|        ;
sim/impair.c|        p->held++;|        ;
sim/impair.c|    m->port->held--;|
sim/books.h|    a->damaged += (k->world\[1\] & SIM_MARK_DAMAGED) != 0;|
sim/port.c|            p->dropped_full++;|            ;
sim/port.c|        sim_net_lose(net, p, pkt, SIM_PLACE_port_queue);|        ;
sim/port.c|    p->dropped_down++;|
sim/port.c|            p->queue->pushed++;|            ;
sim/port_queue.c|    q->early += why == QUEUE_EARLY;|
sim/port.c|        net->stats.nobodys\[place\]++;|        ;
sim/port.c|    sim_book_lost(k, place);|
models/line.c|        l->full++;|
'

work=$(mktemp -d "${TMPDIR:-/tmp}/mutants.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
cp -a "$top_srcdir/." "$work/" || exit 99

build()
{
    # without the warnings that a missing line gives
    make -s -C "$work/$folder" DT_CFLAGS='-ffp-contract=off -w' \
        tests/property/books >"$work/log" 2>&1
}

# Without some lines a world goes on for ever.
books()
{
    timeout -k 5 120 "$work/$folder/tests/property/books"
    code=$?
    test $code -ne 124 && test $code -ne 137 || echo "it does not end"
    return $code
}

survived=0
killed=0
build || { cat "$work/log"; exit 99; }
old_ifs=$IFS
IFS='
'
for m in $mutants; do
    IFS=$old_ifs
    file=${m%%|*}
    rest=${m#*|}
    line=${rest%%|*}
    new=${rest#*|}
    cp -p "$work/$file" "$work/original"
    sed "0,\\|^$line\$|s||$new|" "$work/original" >"$work/$file"
    if cmp -s "$work/$file" "$work/original"; then
        echo "FAIL: $file has no line like: $line"
        survived=$((survived + 1))
    elif ! build; then
        echo "FAIL: $file without '$line' does not build"
        survived=$((survived + 1))
    elif said=$(books 2>&1); then
        echo "FAIL: nobody misses in $file: $line"
        survived=$((survived + 1))
    else
        echo "ok    $file: $(echo $line | tr -d '\\')"
        echo "      $(echo "$said" | head -n 1)"
        killed=$((killed + 1))
    fi
    cp "$work/original" "$work/$file"
    IFS='
'
done
echo "mutants: $killed noticed, $survived not"
test "$survived" -eq 0
