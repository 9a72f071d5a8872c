#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a pencil gives: small scenarios over one link `wan` between pac and pns,
# whose numbers have a closed form, and dialtone run's.
#
# On the wire a packet of a flow has its size; a frame of N octets of IP in a
# call has N + 4 with its PPP header, N + 8 on the line, and N + 36 in IP and
# GRE, 4 more with an acknowledgment.  A constant source sends every
# (N + 4) * 8 / rate, from a phase of its own.
set -u

dialtone=$top_builddir/dialtone
if test ! -x "$dialtone"; then
    echo "SKIP: no dialtone in this build"
    exit 77
fi
out=$top_builddir/tests/closed-forms.out
rm -rf "$out"
mkdir -p "$out"
bad=0

say()
{
    echo "FAIL: $*"
    bad=1
}

# link ATTRIBUTES...: the platform, one link with them (SPLITDUPLEX unless
# they say otherwise)
link()
{
    case "$*" in
    *sharing_policy*) way= policy= ;;
    *) way=' direction="UP"' policy='sharing_policy="SPLITDUPLEX"' ;;
    esac
    cat >"$out/p.xml" <<END
<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <zone id="world" routing="Full">
    <host id="pac" speed="1Gf"/><host id="pns" speed="1Gf"/>
    <link id="wan" $policy $*/>
    <route src="pns" dst="pac"><link_ctn id="wan"$way/></route>
  </zone>
</platform>
END
}

# profile NAME LINE...: a file of times and values
profile()
{
    name=$1
    shift
    printf '%s\n' "$@" >"$out/$name"
}

# run NAME [OPTION]...: the scenario on standard input
run()
{
    name=$1
    shift
    { echo "platform: p.xml"; grep -v ^platform; } >"$out/$name.yaml"
    "$dialtone" run "$out/$name.yaml" --quiet --force --out "$out/$name.d" \
        "$@" >"$out/$name.log" 2>&1 ||
        say "$name: exit $?: $(cat "$out/$name.log")"
    result=$out/$name.d/result.json
}

# is METRIC LOW HIGH: of the last run
is()
{
    got=$(sed -n "s/^ *\"$1\": \(-\{0,1\}[0-9.e+-]*\),\{0,1\}\$/\1/p" \
        "$result" | head -n 1)
    awk -v got="$got" -v low="$2" -v high="$3" \
        'BEGIN { exit !(got != "" && got + 0 >= low && got + 0 <= high) }' ||
        say "$name: $1 = '$got', not $2 to $3"
}

# text PATTERN: stands in the last run's result
text()
{
    grep -q -- "$1" "$result" || say "$name: its result lacks '$1'"
}

tunnel='nodes:
  - {name: pac, role: pac, host: pac, connect: pns}
  - {name: pns, role: pns, host: pns}'

# --- users above TCP ---

# Two share 8 Mbit/s: of 1500 octets of a packet 1460 are theirs
link 'bandwidth="8Mbps" latency="10ms"'
run bulk <<END
duration: 60s
measure_from: 10s
links: [{name: wan, queue: 100packets}]
flows:
  - {name: f, count: 2, from: pns, to: pac, model: bulk, stagger: 1s}
END
is bulk.users 2 2
is bulk.goodput_bps 7770000 7787000
is bulk.fairness 0.9 1
is bulk.tcp_timeouts 0 0
is flows.under_way_before 60 201

# A queue that marks is obeyed as one that drops is, once a mark, and nothing
# is sent again (RFC 3168); who does not ask for marks has drops
link 'bandwidth="8Mbps" latency="10ms"'
for ecn in true false; do
    run "marks-$ecn" <<END
duration: 60s
links: [{name: wan, queue: 200packets, queue_model: {model: codel, ecn: true}}]
flows:
  - {name: f, from: pns, to: pac, model: bulk, tcp: {ecn: $ecn}}
END
    if test $ecn = true; then
        is wan.marked 50 500
        is bulk.tcp_ecn_reductions 50 "$got"
        is wan.dropped_early 0 0
        is bulk.tcp_retransmitted 0 0
    else
        is wan.marked 0 0
        is bulk.tcp_ecn_reductions 0 0
        is wan.dropped_early 50 500
        is bulk.tcp_retransmitted "$got" 500
    fi
    is bulk.goodput_bps 6800000 7787000
done

# TCP's checksum finds every segment that comes otherwise than it was sent
run checksum <<END
duration: 60s
links: [{name: wan, corrupt: 1%}]
flows:
  - {name: f, from: pns, to: pac, model: bulk, transfer: 10MB, rounds: 1}
END
is wan.damaged 60 160
is flows.lost_corrupt "$got" "$got"
is flows.damaged 0 0
is bulk.rounds 1 1
is bulk.octets_to 10000000 10000000

# A window of ten segments, and 100 ms until one is acknowledged (12 us the
# packet, 0.3 us what acknowledges it): 14600 octets in 100.0127 ms
link 'bandwidth="1Gbps" latency="50ms"'
run window <<END
duration: 60s
measure_from: 10s
flows:
  - {name: f, from: pns, to: pac, model: bulk, tcp: {window: 14600octets}}
END
is bulk.goodput_bps 1166000 1168000
is bulk.tcp_retransmitted 0 0

# A transfer of ten segments, the initial window: the connection's round trip
# and one way, 150 ms, and 120 us for ten packets; then the next
run transfers <<END
duration: 60s
flows:
  - {name: f, from: pns, to: pac, model: bulk, transfer: 14600octets,
     rounds: 100}
END
is bulk.rounds 100 100
is bulk.opened 100 100
is bulk.octets_to 1460000 1460000
is bulk.time_p50_s 0.1500 0.1515
is bulk.time_max_s 0.1500 0.1505

# A response of one segment on a connection that is there: a round trip of
# 100 ms, 3 us of a request of 390 octets and 12 us of the response
run requests <<END
duration: 60s
measure_from: 10s
flows:
  - {name: f, from: pns, to: pac, model: request, request: 350octets,
     response: 1460octets}
END
is request.rounds 499 500
is request.time_p50_s 0.1000 0.1010
is request.time_max_s 0.1000 0.1001
is request.tcp_segments_sent 990 1010

# A page in four round trips: the connection; the document; the first object,
# and five connections more; on six connections the other six objects
run pages <<END
duration: 60s
flows:
  - {name: six, from: pns, to: pac, model: page, pages: fixed, objects: 7,
     document: 1460octets, object: 1460octets, think: 0s}
END
is page.time_p50_s 0.4000 0.4040
is page.time_max_s 0.4000 0.4010
is page.opened 885 905
# and in two without objects
run document <<END
duration: 60s
flows:
  - {name: f, from: pns, to: pac, model: page, pages: fixed, objects: 0,
     document: 1460octets, think: 0s}
END
is page.time_max_s 0.2000 0.2001

# An echo takes a round trip, whatever was typed meanwhile; keys come every
# 50 ms: of 1000 a 5 %
run echoes <<END
duration: 60s
flows:
  - {name: f, from: pns, to: pac, model: typing, gap: 50ms}
END
is typing.rounds 1050 1340
is typing.time_p50_s 0.1000 0.1010

# 100 that begin at times drawn from 10 s and send 10 packets a second until
# 20 s: 150 each, with a deviation of 29; of all 15000, with one of 289, and
# within four of them
run spread <<END
duration: 20s
flows:
  - {name: f, count: 100, from: pns, to: pac, model: constant,
     rate: 32320bit/s, size: 400octets, spread: 10s}
END
is flow_packets_sent 13800 16200

# TCP in a tunnel: a line of 1 Mbit/s carries 1400 octets in a frame of 1442 to
# 1444, and when the call is there again after it was lost, with a new address,
# so does it
link 'bandwidth="8Mbps" latency="10ms"'
run in-a-call <<END
duration: 60s
measure_from: 30s
$tunnel
calls:
  - name: c
    pac: pac
    pns: pns
    redial: 1s
    line: {rate: 1Mbit/s}
    traffic: [{from: pns, model: bulk, tcp: {mss: 1400octets}}]
orders: [{at: 20s, node: pns, do: clear}]
END
is bulk.goodput_bps 960000 971000
is calls.up.delivered 1000 3000
run in-a-call-before <<END
duration: 20s
measure_from: 10s
$tunnel
calls:
  - name: c
    pac: pac
    pns: pns
    line: {rate: 1Mbit/s}
    traffic: [{from: pns, model: bulk, tcp: {mss: 1400octets}}]
END
is bulk.goodput_bps 960000 971000
is bulk.opened 0 0

# 3000 people have 18000 connections between two hosts, more than one server
# port has ports of a client
link 'bandwidth="1Gbps" latency="50ms"'
run crowd <<END
duration: 3s
packets: 200000
links: [{name: wan, queue: 50000packets}]
flows:
  - {name: f, count: 3000, from: pns, to: pac, model: page, pages: fixed,
     objects: 7, document: 1460octets, object: 1460octets, think: 1h}
END
is page.opened 18000 18100
is page.failed 0 0
link 'bandwidth="8Mbps" latency="10ms"'

# Calls that are lost and come back with other addresses, on a bad link, while
# their users talk: some of each come to their end before and after
for seed in 1 2 3 4 5 6; do
    run moved-$seed --set seed=$seed <<END
duration: 30s
measure_from: 20s
links: [{name: wan, loss: 3%}]
nodes:
  - {name: pac, role: pac, host: pac, connect: pns, reconnect: 1s}
  - {name: pns, role: pns, host: pns}
calls:
  - name: c
    count: 4
    pac: pac
    pns: pns
    redial: 1s
    line: {rate: 1Mbit/s}
    traffic:
      - {from: pac, model: page, think: 100ms}
      - {from: pac, model: typing, gap: 20ms}
      - {from: pns, model: request, persistent: false}
orders:
  - {at: 8s, node: pns, do: clear}
  - {at: 12s, node: pns, do: stop}
  - {at: 14s, node: pns, do: start}
END
    is request.rounds 10 1000
    is page.rounds 2 1000
    is typing.rounds 100 2200
done

# --- speech ---

# 20 ms of speech, 50 ms on the way, 40 ms in the buffer: an echo 65 dB down
# takes 2.7 of 93.2 then.  5 % lost at random take Ie-eff = 95 * 5 / (5 + Bpl):
# 51.1 without concealment, 15.8 with it (G.107 3.5); a tenth of a percent is
# worth 0.5.
link 'bandwidth="1Gbps" latency="50ms"'
run speech <<END
duration: 600s
flows:
  - {name: f, from: pns, to: pac, model: voice}
END
is voice.delay_max_s 0.1100 0.1101
is voice.lost 0 0
is voice.r 90.3 91.2
run speech-lost <<END
duration: 600s
links: [{name: wan, loss: 0.05}]
flows:
  - {name: f, from: pns, to: pac, model: voice}
END
is voice.r 37 42
run speech-concealed <<END
duration: 600s
links: [{name: wan, loss: 0.05}]
flows:
  - {name: f, from: pns, to: pac, model: voice, codec: g711_plc}
END
is voice.r 74 76

# --- ports ---

# 1 MB/s, 1 kB/s from 5 to 10 s, 1 MB/s: 8 s of one packet in 10.04 ms; none
# of the 797 is lost.  It sends for 99 ms before 5 s, all of 5 to 10 s, and
# what has come since, 5 packets less, for 1 ms each.
profile dip '0 1000000' '5 1000' '10 1000000'
link 'bandwidth="8Mbps" latency="10ms" bandwidth_file="dip"'
run dip <<END
duration: 13s
links: [{name: wan, queue: 1000packets}]
flows:
  - {name: f, from: pns, to: pac, size: 1000octets, rate: 800kbit/s,
     start: 4s, stop: 12s}
END
is flow_packets_delivered 796 797
is wan.dropped 0 0
is wan.utilisation 0.4445 0.4455

# down with a full queue from 5 to 8 s: a packet a ms for a second, the others
# stay; what comes while it is down is dropped
profile zero '0 1000000' '5 0' '8 1000000'
link 'bandwidth="8Mbps" latency="10ms" bandwidth_file="zero"'
run zero <<END
duration: 8s
links: [{name: wan, queue: 1000packets}]
flows:
  - {name: f, from: pns, to: pac, size: 1000octets, rate: 16Mbit/s,
     start: 4s, stop: 5500ms}
END
is flow_packets_delivered 999 1001
is wan.dropped_down 995 998
run goes-on <<END
duration: 20s
links: [{name: wan, queue: 1000packets}]
flows:
  - {name: f, from: pns, to: pac, size: 1000octets, rate: 16Mbit/s,
     start: 4s, stop: 5500ms}
END
is flows.under_way 0 0
is flow_packets_delivered 1990 1999

# on no grid: (1 ms * 1 MB/s + 9 ms * 1 kB/s) / 10 ms = 100.9 kB/s
profile fast 'PERIODICITY 0.010' '0 1000000' '0.001 1000'
link 'bandwidth="8Mbps" latency="10ms" bandwidth_file="fast"'
run fast <<END
duration: 10s
links: [{name: wan, queue: 10packets}]
flows: [{name: f, from: pns, to: pac, size: 1000octets, rate: 4Mbit/s}]
END
is flow_packets_delivered 1004 1010

# 49.8 packets a second; 125 can go for 10 s, 12.5 for 10 s.  Five times 498
# come in the slow part, 125 leave and 50 wait: 323 are dropped; it sends all
# that time, and 8 ms a packet of the other half, four times 50 more
profile square 'PERIODICITY 20' '0 125000' '10 12500'
link 'bandwidth="8Mbps" latency="10ms" bandwidth_file="square"'
run square <<END
duration: 100s
links: [{name: wan, queue: 50packets}]
flows:
  - {name: f, from: pns, to: pac, size: 1000octets, rate: 400kbit/s}
END
is wan.dropped 1605 1620
is wan.utilisation 0.714 0.716

# 10,000 packets a second into 1,000: counted when they have left
link 'bandwidth="8Mbps" latency="10ms"'
run booked <<END
duration: 2s
links: [{name: wan, queue: 100000packets}]
flows: [{name: f, from: pns, to: pac, size: 1000octets, rate: 80Mbit/s}]
END
is wan.packets 1998 2000
is wan.utilisation 0.999 1
is wan.waiting 17900 17930
is wan.in_flight 9 10

# a mean over time, whatever is sampled: with 96 % of the rate in twelve
# phases some packets wait, and fewer than all others
link 'bandwidth="1Mbps" latency="20ms"'
for step in 100ms 7ms 1s; do
    run "mean-$step" --set "sample_interval=$step" <<END
duration: 10s
links: [{name: wan, queue: 100packets}]
flows:
  - {name: f, count: 12, from: pns, to: pac, rate: 80.32kbit/s,
     size: 1000octets}
END
    is wan.queue_mean 0.3 11
    echo "$got" >>"$out/means"
done
test "$(sort -u "$out/means" | wc -l)" -eq 1 ||
    say "queue_mean depends on sample_interval: $(tr '\n' ' ' <"$out/means")"

# M/D/1 after a burst that fills the queue: 87.15 packets a second of 8 ms, a
# load of 0.6972; 0.8027 wait (Pollaczek and Khinchine), so that a packet takes
# 9.21 ms + 8 ms + 20 ms.  The 500 of the burst are gone after 14 s
for from in 0s 60s auto; do
    run "burst-$from" --set "measure_from=$from" <<END
duration: 2000s
links: [{name: wan, queue: 1000packets}]
flows:
  - {name: f, from: pns, to: pac, model: poisson, rate: 700kbit/s,
     size: 1000octets}
  - {name: b, from: pns, to: pac, rate: 5Mbit/s, size: 1000octets, stop: 1s}
END
    if test "$from" = 0s; then
        is wan.queue_max 490 680
        is wan.queue_mean 2 10
        continue
    fi
    is wan.queue_mean 0.76 0.845
    is flows.delay_mean_s 0.0365 0.0379
    is wan.utilisation 0.69 0.704
    is wan.queue_max 3 40
done

# a link that nobody listed: 7,470 come, 125 a second leave, 100 wait
run unlisted <<END
duration: 20s
flows: [{name: f, from: pns, to: pac, size: 1000octets, rate: 3Mbit/s}]
END
is bottleneck_drops 4869 4871
is flow_packets_sent 7469 7471
is flows.lost_port_queue 4869 4871

# FATPIPE keeps the order of what enters in order, or a call with PPP would
# not come up
link 'bandwidth="1Mbps" latency="10ms" sharing_policy="FATPIPE"'
run fatpipe <<END
duration: 5s
$tunnel
calls: [{name: c, pac: pac, pns: pns, line: {rate: 64kbit/s}}]
END
is calls_up 1 1

# three packets at a time are on their way into one, 80 ms each, and none
# waits for another
link 'bandwidth="100kbps" latency="10ms" sharing_policy="FATPIPE"'
run no-queue <<END
duration: 5s
links: [{name: wan}]
flows: [{name: f, from: pns, to: pac, size: 1000octets, rate: 300kbit/s}]
END
is wan.queue_max 0 0
grep -q 'link:wan,' "$out/no-queue.d/series.csv" &&
    awk -F, '$2 == "link:wan" && $11 != 0 { exit 1 }' \
        "$out/no-queue.d/series.csv" || say "no-queue: the series has one"

# --- queues of books ---

# books NAME [OPTION]...: the scenario on standard input with 16 seeds, 200 s
# of each once its queue has filled
books()
{
    name=$1
    shift
    {
        printf '%s\n' "platform: p.xml" "duration: 205s" "measure_from: 5s"
        cat
    } >"$out/$name.yaml"
    "$dialtone" sweep "$out/$name.yaml" --seeds 16 --jobs 1 --quiet \
        -o "$out/$name.sqlite" "$@" >"$out/$name.log" 2>&1 ||
        say "$name: exit $?: $(cat "$out/$name.log")"
}

# near METRIC FORMULA PERCENT: of the last `books`.  The formula, in awk's
# words, lies in the interval about the mean of the seeds that holds the truth
# 999 times in 1,000 (Student's, 15 degrees: 4.073), so that as many of these
# lines fail by chance once draws change; and half that interval is at most
# PERCENT of the formula: what is wrong by twice that is surely seen, by once
# that every second time.
near()
{
    "$dialtone" sweep csv "$out/$name.sqlite" -m "$1" -o "$out/near.csv" \
        >/dev/null || say "$name: no $1"
    awk -F, -v percent="$3" 'NR > 1 { n++; sum += $3; squares += $3 ^ 2 }
        END {
            want = '"$2"'
            mean = sum / n
            half = 4.073 * sqrt((squares - n * mean ^ 2) / (n - 1) / n)
            printf "%.6g, and is %.6g +- %.2g\n", want, mean, half
            off = mean > want ? mean - want : want - mean
            exit !(n == 16 && off <= half && half <= percent / 100 * want)
        }' "$out/near.csv" >"$out/near" ||
        say "$name: $1 should be $(cat "$out/near")"
}

# M/M/1: 1,000 packets a second can leave, and a part of that comes, of which
# a packet is there 1 / (1000 - what comes) in the mean, exponentially: 95 % of
# them less than ln 20 times that; 10 ms of link besides.  part^2 / (1 - part)
# wait.
link 'bandwidth="8Mbps" latency="10ms"'
poisson='from: pns, to: pac, model: poisson'
mm1()
{
    books "$@" <<END
links: [{name: wan, queue: 100000packets}]
flows:
  - {name: f, $poisson, sizes: exponential, size: 1000octets,
     rate: 4.016Mbit/s}
END
}
mm1 half
near wan.utilisation 0.5 1
near wan.queue_mean 0.5 3.5
near flows.delay_mean_s 0.012 0.35
near flows.delay_p95_s '0.01 + log(20) / 500' 1
mm1 eight-tenths --set flows.f.rate=6.4256Mbit/s
near wan.utilisation 0.8 0.8
near wan.queue_mean '0.64 / 0.2' 7.5
near flows.delay_mean_s 0.015 2
near flows.delay_p95_s '0.01 + log(20) / 200' 5

# M/D/1: half of that wait
mm1 all-alike --set flows.f.sizes=fixed --set flows.f.rate=6.4256Mbit/s
near wan.queue_mean '0.64 / 2 / 0.2' 4
near flows.delay_mean_s 0.013 0.6

# M/G/1: Poisson flows together are one, whose packets take the time of one of
# them by chance.  2,000 a second of 40 us and 480 of 1,500: with the mean of
# squares, what comes and what is sent a second wait (Pollaczek and Khinchine)
# a mean of 2.708 ms
books two-sizes <<END
links: [{name: wan, queue: 100000packets}]
flows:
  - {name: s, $poisson, size: 40octets, rate: 704kbit/s}
  - {name: l, $poisson, size: 1500octets, rate: 5775360bit/s}
END
wait='(2000 * 40e-6 ^ 2 + 480 * 1.5e-3 ^ 2) / 2 / (1 - 0.8)'
near wan.queue_mean "2480 * $wait" 4
near flows.delay_mean_s "0.01 + $wait + 0.8 / 2480" 0.8

# the same with exponential sizes, hyperexponential together: 1,000 a second
# about 0.4 ms, 260 about 1.5.  What would be less than 28 us is 28
books hyper <<END
links: [{name: wan, queue: 100000packets}]
flows:
  - {name: s, $poisson, sizes: exponential, size: 400octets, rate: 3232kbit/s}
  - {name: l, $poisson, sizes: exponential, size: 1500octets,
     rate: 3128320bit/s}
END
small='exp(-28 / 400)' large='exp(-28 / 1500)'
work="(0.028 + 0.4 * $small + 0.26 * (0.028 + 1.5 * $large))"
wait="(1000 * (28e-6 ^ 2 + 2 * $small * 428e-6 * 0.4e-3) + \
    260 * (28e-6 ^ 2 + 2 * $large * 1528e-6 * 1.5e-3)) / 2 / (1 - $work)"
near wan.queue_mean "1260 * $wait" 6

# M/M/1/K: the K of books counts the packet that is being sent, `queue` those
# that wait for it: K is one more.  Of what comes (1 - part) part^K /
# (1 - part^(K + 1)) is lost, and part / (1 - part) - (K + 1) part^(K + 1) /
# (1 - part^(K + 1)) are there, of whom one is sent if any is; when as many
# come as can leave, 1 / (K + 1) is lost.
lossy()
{
    books "$@" <<END
links: [{name: wan, queue: 9packets}]
flows:
  - {name: f, $poisson, sizes: exponential, size: 1000octets,
     rate: 6.4256Mbit/s}
END
}
lossy ten
near wan.drop_ratio '0.2 * 0.8 ^ 10 / (1 - 0.8 ^ 11)' 8
sent='0.8 * (1 - 0.2 * 0.8 ^ 10 / (1 - 0.8 ^ 11))'
near wan.utilisation "$sent" 0.5
near wan.queue_mean "4 - 11 * 0.8 ^ 11 / (1 - 0.8 ^ 11) - $sent" 2.5
lossy two --set links.wan.queue=1packets
near wan.drop_ratio '0.2 * 0.8 ^ 2 / (1 - 0.8 ^ 3)' 1
lossy full --set flows.f.rate=8.032Mbit/s
near wan.drop_ratio '1 / 11' 3.5
lossy more --set flows.f.rate=9.6384Mbit/s
near wan.drop_ratio '0.2 * 1.2 ^ 10 / (1.2 ^ 11 - 1)' 2

# M/D/1/K, of the chain at departures: 0.0036392311 are lost, 2.2555802 there
lossy ten-alike --set flows.f.sizes=fixed
near wan.drop_ratio 0.0036392311 15
near wan.queue_mean '2.2555802 - 0.8 * (1 - 0.0036392311)' 3
lossy more-alike --set flows.f.sizes=fixed --set flows.f.rate=9.6384Mbit/s
near wan.drop_ratio 0.17091077 2

# --- what links do to packets ---

# 500 packets of 1,000 octets a second, on a link that nobody waits for.
# Gilbert and Elliott: pi is the bad state's share, to_bad / (to_bad +
# to_good), and of packets pi * bad + (1 - pi) * good are lost.
link 'bandwidth="100Mbps" latency="10ms"'
hurt()
{
    name=$1 keys=$2
    shift 2
    books "$name" "$@" <<END
links: [{name: wan, $keys}]
flows:
  - {name: f, from: pns, to: pac, size: 1000octets, rate: 4.016Mbit/s}
END
}
hurt bursts \
    'loss_model: {model: gilbert, to_bad: 1%, to_good: 20%, good: 0.1%, bad: 60%}'
near flows.loss_ratio '(0.01 * 0.6 + 0.2 * 0.001) / 0.21' 4
hurt single 'loss: 2%, duplicate: 1%'
near flows.loss_ratio 0.02 2.5
near flows.duplicated '100000 * 0.98 * 0.01' 3.5

# of 8,000 bits, the first 160 of the IP header
hurt bits 'bit_errors: 0.00001'
near wan.damaged '100000 * (1 - (1 - 1e-5) ^ 8000)' 1.5
near wan.corrupt '100000 * (1 - (1 - 1e-5) ^ 160)' 10

# 10 ms, 80 us, and what is drawn
hurt late 'jitter: {distribution: exponential, mean: 20ms, overtake: true}'
near flows.delay_mean_s 0.03008 0.5
near flows.delay_p95_s '0.01008 + 0.02 * log(20)' 2
hurt overtaken 'reorder: 5%, reorder_by: 30ms'
near flows.delay_mean_s '0.01008 + 0.05 * 0.03' 1

# three of each hundred, and those that are named
run blocks <<END
duration: 20s
links: [{name: wan, loss_model: {model: blocks, lost: 3packets}}]
flows:
  - {name: f, from: pns, to: pac, size: 1000octets, rate: 4.016Mbit/s,
     start: 1s, stop: 17s}
END
is wan.arrived 7759 7761
run named --set 'links.wan.loss_model={model: at, packets: [5, 7-9, 8000]}' \
    <"$out/blocks.yaml"
is wan.lost 5 5

# an opportunity each 2, 2 and 4 ms, as long as there is something to send:
# 3 packets of 1,500 in 8 ms
printf '2\n4\n8\n' >"$out/times"
run opportunities <<END
duration: 21s
measure_from: 5s
links: [{name: wan, queue: 10packets, delivery: times}]
flows:
  - {name: f, from: pns, to: pac, size: 1500octets, rate: 8Mbit/s}
END
is wan.packets 5999 6001
is wan.utilisation 1 1

# down from 5 to 8 s, slow from 10 to 14 s: 500 packets a second come and 400
# leave then, so that 400 are there at the end of it, of which one is sent
run changes <<END
duration: 20s
links:
  - name: wan
    queue: 1000packets
    changes:
      - {at: 5s, for: 3s, down: true}
      - {at: 10s, for: 4s, rate: 3.2Mbit/s}
flows:
  - {name: f, from: pns, to: pac, size: 1000octets, rate: 4.016Mbit/s,
     start: 1s, stop: 17s}
END
is wan.dropped_down 1499 1501
is wan.queue_max 398 400
is wan.dropped 0 0

# --- acknowledgments, delays ---

# up 68 * 8 / 16 kbit/s, 20 ms, 96 * 8 / 1 Mbit/s; down 508 * 8 / 16 kbit/s,
# 20 ms, 536 * 8 / 1 Mbit/s; an acknowledgment on the way takes 32 us more
link 'bandwidth="1Mbps" latency="20ms"'
run both-ways <<END
duration: 60s
ppp: {negotiate: false}
$tunnel
calls:
  - name: c
    pac: pac
    pns: pns
    line: {rate: 16kbit/s}
    traffic:
      - {from: pns, rate: 8kbit/s, size: 500octets}
      - {from: pac, rate: 512bit/s, size: 60octets}
END
is calls.up.delay_p50_s 0.0547 0.0549
is calls.down.delay_p50_s 0.2782 0.2784
is calls.down.delay_p99_s 0.2782 0.2784

# 75 are under way for 300 ms at 248 a second, none is lost
link 'bandwidth="100Mbps" latency="300ms"'
run under-way <<END
duration: 8s
ppp: {negotiate: false}
pptp: {recv_window: 1024packets, engine: "off"}
$tunnel
calls:
  - {name: c, pac: pac, pns: pns, line: {rate: 100Mbit/s},
     traffic: [{rate: 1Mbit/s, size: 500octets}]}
END
is loss_ratio 0 0
is frames_under_way 74 76

# without a window 250 packets are out: 2 * 500 ms, 536 octets at 10 Mbit/s,
# 508 at 100 Mbit/s, 32 of the acknowledgment at 10 Mbit/s
link 'bandwidth="10Mbps" latency="500ms"'
for window in 16 256; do
    run "rtt-$window" --set "pptp.recv_window=${window}packets" <<END
duration: 20s
ppp: {negotiate: false}
pptp: {engine: "off", ack_delay: 0s}
$tunnel
calls:
  - {name: c, pac: pac, pns: pns, line: {rate: 100Mbit/s, buffer: 1000packets},
     traffic: [{rate: 1Mbit/s, size: 500octets}]}
END
    is rtt_mean_s 1.000495 1.000496
done

# 40 kbit/s into a line of 28.8: 28,800 / 8,064 = 3.57 frames a second leave,
# 32 are in the line, the others are dropped there; a round trip holds the
# 32 * 280 ms of the line
link 'bandwidth="1Mbps" latency="270ms"'
run line <<END
duration: 600s
ppp: {negotiate: false}
links: [{name: wan, queue: 1000packets}]
pptp: {recv_window: 64packets, engine: fixed, fixed_timeout: 60s,
       max_timeout: 60s}
$tunnel
calls:
  - {name: c, pac: pac, pns: pns, line: {rate: 28.8kbit/s},
     traffic: [{rate: 40kbit/s, size: 1000octets}]}
END
is calls.down.lost_line 808 814
is calls.down.under_way 32 35
is rtt_p50_s 9.0 9.7

# 2 s of line after 88 ms of frame and link: all 38 frames of 504 octets that
# are sent until 5 s are there before 8 s, and the series says so then
link 'bandwidth="1Mbps" latency="20ms"'
run line-delay --set sample_interval=1s <<END
duration: 20s
ppp: {negotiate: false}
$tunnel
calls:
  - {name: c, pac: pac, pns: pns, line: {rate: 64kbit/s, delay: 2s},
     traffic: [{rate: 32kbit/s, size: 500octets, stop: 5s}]}
END
is frames_delivered 37 39
want=$((got * 504))
got=$(sed -n 's/^8\.000000,call:c,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,\([^,]*\),.*/\1/p' \
    "$out/line-delay.d/series.csv")
test "$got" = "$want" || say "series: '$got' octets at 8 s, not $want"

# --- calls ---

# call NAME FIELD: of the call in the last run's calls.csv
call()
{
    awk -F, -v field="$2" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
        NR == 2 { print $at[field] }' "$out/$1.d/calls.csv"
}

# the tunnel is up after 7 times 270 ms, one way; PPP needs more
link 'bandwidth="1Mbps" latency="270ms"'
run in-ppp <<END
duration: 2300ms
$tunnel
calls: [{name: c, pac: pac, pns: pns, line: {rate: 64kbit/s}}]
END
is calls_up 0 0
test "$(call in-ppp state)" = waiting ||
    say "in-ppp: a call without PPP is $(call in-ppp state)"

# up at 7 times 300 ms and some octets, so that 13.2 s later it is over: just
# after the PAC has rung again and before the PNS knows.  The link is down
# from 5 to 12 s.
profile again '0 125000' '5 0' '12 125000'
link 'bandwidth="1Mbps" latency="300ms" bandwidth_file="again"'
for length in 13100ms 13200ms 13300ms; do
    run "over-$length" --set "calls.c.duration=$length" <<END
duration: 40s
pptp: {idle_timeout: 1s, echo_timeout: 1s}
ppp: {negotiate: false}
nodes:
  - {name: pac, role: pac, host: pac, connect: pns, reconnect: 500ms}
  - {name: pns, role: pns, host: pns}
calls:
  - {name: c, pac: pac, pns: pns, redial: 500ms, line: {rate: 64kbit/s}}
END
    test "$(call "over-$length" attempts)" = 2 ||
        say "over-$length: $(call "over-$length" attempts) attempts"
    is calls_up 0 0
done

# and 15.6 s is in the midst of that attempt, of which nothing is known yet
run again --set duration=15600ms <"$out/over-13300ms.yaml"
test "$(call again attempts),$(call again reason)" = "2,being made again" ||
    say "again: $(call again attempts) attempts, $(call again reason)"

# who is lost before its time has a reason, also when its time has come; who
# ends at its time has none, with PPP or without
for ppp in true false; do
    run "lost-$ppp" --set ppp.negotiate=$ppp --set calls.c.redial=0s \
        <"$out/over-13300ms.yaml"
    test "$(call "lost-$ppp" reason)" = \
        'its control connection ended: no reply to an echo request' ||
        say "lost-$ppp: $(call "lost-$ppp" reason)"
done
link 'bandwidth="1Mbps" latency="20ms"'
for ppp in true false; do
    run "timely-$ppp" --set ppp.negotiate=$ppp --set calls.c.duration=2s \
        <"$out/over-13300ms.yaml"
    test "$(call "timely-$ppp" state),$(call "timely-$ppp" reason)" = ended, ||
        say "timely-$ppp: $(call "timely-$ppp" reason)"
    text '"ends": {},'
done

# A node that dies at 20 s has a kernel that says so; of one whose host has no
# power the PNS hears nothing until it is back: then the old connection has a
# reset for an answer.  What was under way to it met nobody.
run dies --set nodes.pac.reconnect=1s <<END
duration: 60s
events: true
$tunnel
calls:
  - {name: c, pac: pac, pns: pns, redial: 1s, line: {rate: 64kbit/s},
     traffic: [{rate: 50kbit/s, size: 500octets}]}
orders:
  - {at: 20s, node: pac, do: stop}
  - {at: 30s, node: pac, do: start}
END
ended()
{
    sed -n 's/^{"t":\([0-9]*\)[0-9]\{9\},.*"event":"PNS_END".*/\1/p' \
        "$out/$1.d/events.jsonl" | head -n 1
}
is calls.down.lost_host_down 0 0
is calls_up 1 1
test "$(ended dies)" = 20 || say "dies: the PNS hears of it at $(ended dies) s"
run fails --set nodes.pac.reconnect=1s --set orders.0.do=fail \
    <"$out/dies.yaml"
is calls.down.lost_host_down 1 20
is calls_up 1 1
test "$(ended fails)" = 30 || say "fails: the PNS hears it at $(ended fails) s"

# --- what a PNS does with its calls ---

# a pool of two addresses; a session of 5 s, and one in which users fall silent
# after 3 s; each a call, from when it is up
link 'bandwidth="10Mbps" latency="20ms"'
pool()
{
    run "$@" <<END
duration: 30s
$tunnel
calls:
  - {name: c, count: 3, pac: pac, pns: pns, stagger: 1s,
     line: {rate: 64kbit/s},
     traffic: [{rate: 32kbit/s, size: 500octets, stop: 3s}]}
END
}
# NAME COLUMN LESS: in whole seconds, a moment for goodbye left out
lasted()
{
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
        NR > 1 { printf "%s%d", (NR > 2 ? " " : ""), $at["down_s"] - $at["up_s"] }
        ' "$out/$1.d/calls.csv"
}
pool two --set nodes.pns.pool=10.9.0.1-10.9.0.2
is calls_up 2 2
text '"closed here": 1'
pool session --set nodes.pns.session_timeout=5s
test "$(lasted session)" = "5 5 5" || say "session: $(lasted session)"
pool idle --set nodes.pns.idle_timeout=4s
test "$(lasted idle)" = "6 6 6" || say "idle: $(lasted idle)"

# users with their own secrets, and one whom the PNS does not know; who comes
# again takes his one address from himself
printf 'c1 * one *\nc2 * two 10.9.0.9\n' >"$out/users"
pool users --set 'ppp.user=c{n}' --set ppp.secrets=users
is calls_up 2 2
text '"the peer did not accept our authentication": 1'
pool twice --set ppp.user=c2 --set ppp.secrets=users --set calls.c.stagger=5s
is calls_up 1 1
test "$(call twice state)" = ended || say "twice: $(call twice state)"

# 4 octets of PPP before a packet, 1 with both compressions; and 10 with MPPE:
# FF 03 00 FD, its own 2, and the protocol inside: delivered are all of them
octets()
{
    grep -o "\"k\":\"data_tx\",\"node\":\"pns\".*\"len_octets\":50[0-9]" \
        "$out/$1.d/trace.jsonl" | sed 's/.*://' | sort -u | tr '\n' ' '
}
pool plain --set trace_file=packets
test "$(octets plain)" = "504 " || say "plain: $(octets plain)"
pool short --set trace_file=packets --set ppp.pfc=true --set ppp.acfc=true
test "$(octets short)" = "501 " || say "short: $(octets short)"
for mppe in allowed required; do
    pool "$mppe" --set trace_file=packets --set ppp.mppe=$mppe \
        --set ppp.auth=mschap2
    test "$(octets "$mppe")" = "508 " || say "$mppe: $(octets "$mppe")"
    is calls.down.lost 0 0
    is calls.down.delivered 60 75
done

# --- notes ---

link 'bandwidth="1Mbps" latency="20ms"'
run late <<END
duration: 30s
$tunnel
calls:
  - {name: c, pac: pac, pns: pns, line: {rate: 64kbit/s},
     traffic: [{rate: 32kbit/s, size: 500octets, start: 20s}]}
END
is frames_offered 78 80
run never --set calls.c.traffic.0.start=40s <"$out/late.yaml"
text '1 of 1 source of traffic starts after the end of the run'
run hushed --set calls.c.traffic.0.start=0s --set calls.c.traffic.0.stop=1ms \
    <"$out/late.yaml"
text '1 of 1 source of traffic sent nothing while its call was up'
run pool --set packets=64packets --set calls.c.traffic.0.start=1s \
    --set trace_file=packets \
    --set calls.c.traffic.0.rate=3Mbit/s --set pptp.send_queue=100packets \
    <"$out/late.yaml"
text "packets found the pool of 64 empty; raise 'packets'"
is calls.down.lost_pool 1 1000000
test "$(grep -c '"why":"pool","name":"c"' "$out/pool.d/trace.jsonl")" = "$got" ||
    say "pool: not a record each of $got"

# a packet of 9,000 octets, of which the capture has the header: PPP takes 1,500
# and not one more
capture()
{
    printf '\324\303\262\241\2\0\4\0\0\0\0\0\0\0\0\0\377\377\0\0\145\0\0\0'
    for octets in '\43\50 \50\43' '\5\334 \334\5' '\5\335 \335\5'; do
        printf "\\1\\0\\0\\0\\0\\0\\0\\0\\24\\0\\0\\0${octets#* }\\0\\0"
        printf "\\105\\0${octets% *}\\0\\0\\0\\0\\100\\21\\0\\0"
        printf '\12\0\0\1\12\0\0\2'
    done
}
capture >"$out/long.pcap"
run long --set 'calls.c.traffic=[{model: replay, file: long.pcap}]' \
    <"$out/late.yaml"
is calls.down.lost_send_queue 2 2
is calls.down.delivered 1 1
text '2 packets of calls longer than PPP takes (1500 octets)'

# MPPE takes 4 octets: 1,456 and the 40 of TCP and IP fit, one more does not
for mss in 1457 1456; do
    run mppe$mss --set duration=3s --set ppp.auth=mschap2 \
        --set ppp.mppe=required \
        --set 'calls.c.line.rate=1Mbit/s' --set calls.c.traffic="[{model: bulk,
            transfer: ${mss}octets, rounds: 1, tcp: {mss: ${mss}octets}}]" \
        <"$out/late.yaml"
done
is bulk.rounds 1 1
grep -q 'longer than PPP' "$result" && say "mppe1456: too long"
grep -q 'longer than PPP takes (with MPPE 1496 octets)' \
    "$out/mppe1457.d/result.json" || say "mppe1457: not too long"
run afterwards --set duration=3s --set calls.c.traffic=[] \
    --set 'links=[{name: wan, changes: [{at: 2s, loss: 1%}, {at: 4s, loss: 0}]}]' \
    <"$out/late.yaml"
text '1 of 2 changes of links comes after the end of the run'

# A node is dead, then its host: of 100 s 40 are without power
run dark --set duration=100s --set calls.c.traffic=[] \
    --set 'orders=[{at: 20s, node: pns, do: stop},
        {at: 50s, node: pns, do: fail}, {at: 90s, node: pns, do: start}]' \
    --set 'flows=[{name: f, from: pac, to: pns, rate: 40320bit/s}]' \
    <"$out/late.yaml"
is flows.lost_host_down 399 401

profile outage '0 125000' '20 0' '250 125000'
link 'bandwidth="1Mbps" latency="20ms" bandwidth_file="outage"'
run outage --set duration=240s <"$out/late.yaml"
grep -q 'its control connection ended: no reply to an echo request$' \
    "$out/outage.d/calls.csv" || say "outage: $(tail -n 1 "$out/outage.d/calls.csv")"
run returns --set duration=500s --set nodes.pac.reconnect=5s \
    --set calls.c.redial=5s <"$out/late.yaml"
is calls_up 1 1

test $bad -eq 0 && rm -rf "$out"
exit $bad
