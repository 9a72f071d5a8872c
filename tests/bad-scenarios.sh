#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Scenarios that cannot work: each is one line with its place, exit 2, and
# nothing is left behind.  A table: what stands in the good one, what stands
# there instead (\n: a line end), what is said behind "FILE:LINE: ".  The line
# is that of the change, or the one that is said before the words: "@7 words".
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
dialtone=$(cd "$top_builddir" && pwd)/dialtone
if ! test -x "$dialtone" || ! test -x "$dialtone-sim"; then
    echo "SKIP: no simulator in this build"
    exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

cat >p.xml <<'END'
<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <zone id="all" routing="Full">
    <host id="pac" speed="1Gf"/>
    <host id="pns" speed="1Gf"/>
    <host id="far" speed="1Gf"><prop id="ip" value="192.0.2.9"/></host>
    <link id="wan" bandwidth="1MBps" latency="10ms"
          sharing_policy="SPLITDUPLEX"/>
    <link id="lan" bandwidth="1MBps" latency="1ms"
          sharing_policy="SPLITDUPLEX"/>
    <route src="pac" dst="pns"><link_ctn id="wan" direction="UP"/></route>
    <route src="far" dst="pns"><link_ctn id="lan" direction="UP"/></route>
  </zone>
</platform>
END
sed 's/<link_ctn id="lan" direction="UP"\/>/&&/' p.xml >round.xml
sed 's/bandwidth="1MBps" latency="1ms"/bandwidth="0" latency="1ms"/' p.xml \
    >still.xml
sed 's/bandwidth="1MBps" latency="1ms"/& bandwidth_file="trace.txt"/' p.xml \
    >back.xml
printf '0 1000\n5 2000\n4 1000\n' >trace.txt
printf '3\n5\n5\n4\n' >back.times
printf '3\n5ms\n' >word.times
printf '0\n0\n' >still.times
: >no.times
printf '10000\n' >late.times
printf '3\n5\n' >good.times
printf '3,0\n2.5,1\n' >back.calls
sed 's/192.0.2.9/300.0.2.9/' p.xml >address.xml
sed 's/<zone /<zonk /' p.xml >broken.xml
echo 'no packets' >text.pcap

cat >good.yaml <<'END'
duration: 10s
platform: p.xml
measure_from: 1s
histograms: [delay]
packets: 1024packets
trace: calls
ppp: {auth: chap, user: caller, password: secret}
links:
  - {name: wan_UP, queue: 20packets, loss: 1%}
  - {name: wan_DOWN, queue_octets: 20kB}
nodes:
  - {name: pac, role: pac, host: pac, connect: pns, reconnect: 1s}
  - {name: pns, role: pns, host: pns, pool: 10.1.0.1-10.1.0.9}
calls:
  - name: user
    count: 3
    pac: pac
    pns: pns
    start: 1s
    stagger: 10ms
    redial: 1s
    line: {rate: 64kbit/s, delay: 1ms}
    traffic:
      - {from: pac, model: constant, rate: 16kbit/s, start: 1s, stop: 4s}
orders:
  - {at: 2s, node: pns, do: clear, call: user1}
  - {at: 3s, node: pns, do: stop}
flows:
  - {name: cross, from: far, to: pns, rate: 16kbit/s, stop: 9s}
captures:
  - {name: wan, link: wan_UP}
  - {name: box, host: pns}
END

cat >table <<'END'
duration: 10s
seed: 1
@1 key 'duration' is required

duration: 10s
duration: 0s
key 'duration': 0s is out of range; allowed: 1ns to 1000h

duration: 10s
duration: 1001h
key 'duration': 1001h is out of range; allowed: 1ns to 1000h

duration: 10s
duration: 10
key 'duration': time needs a unit

duration: 10s
duration: 10s\nsample_interval: 10ns
@2 key 'sample_interval': 10ns is out of range; allowed: 1us

duration: 10s
duration: 1000h\nsample_interval: 1us
@2 key 'sample_interval': 3600000000000 steps of 6 rows in series.csv; allo

duration: 10s
duration: 10s\nduration: 20s
@2 key 'duration' is given twice

trace: calls
trace: calls\ntcp: {mss: 1461octets}
@7 key 'tcp': a segment of a control connection has at most 1,460 octets

trace: calls
trace: calls\ntcp: {rto_min: 2s}
@7 key 'tcp': time-outs are in order

measure_from: 1s
measure_from: 10s
key 'measure_from': not before the end of the run

p.xml
none.xml
key 'platform': none.xml: No such file or directory

p.xml
.
key 'platform': .: Is a directory

p.xml
round.xml
round.xml:10: link 'lan_UP': the route from far to pns passes it twice

p.xml
still.xml
still.xml:10: link 'lan_DOWN': bandwidth 0 octets/s carries nothing

p.xml
back.xml
trace.txt:3: '4': times must not go back

p.xml
address.xml
address.xml:7: host 'far': its property ip, '300.0.2.9', is no IPv4

p.xml
broken.xml
broken.xml:14: mismatched tag

histograms: [delay]
histograms: [dealy]
key 'histograms': no distribution 'dealy'; did you mean 'delay'?

histograms: [delay]
histograms: [delay, rtt, delay]
key 'histograms': 'delay' is given twice

packets: 1024packets
packets: 10packets
key 'packets': 10packets is out of range; allowed: 64packets

trace: calls
trace: calls\ntrace_file: packets
@7 key 'trace_file': more than 'trace' says; allowed: off, calls

auth: chap
auth: eap
key 'auth': 'eap' is not one of

auth: chap
auth: chap, mppe: required
key 'mppe': encryption takes auth mschap2

password: secret
secrets: none
key 'secrets': none: No such file or directory

wan_UP, queue
wan_SIDE, queue
no link 'wan_SIDE' in p.xml

wan_UP, queue
wan_DOWN, queue
@10 name 'wan_DOWN' is used twice; the first is in line 9

wan_UP, queue
wan, queue
@10 link 'wan_DOWN' has a direction of link 'wan' in line 9; allowed: each

queue: 20packets
queue: 20packets, queue_model: {model: blue}
key 'model': 'blue' is not

queue: 20packets
queue: 20packets, queue_model: {ecn: true}
key 'ecn' is of no use without 'model'

queue: 20packets
queue: 20packets, queue_model: {model: codel, target: 0s}
key 'target': 0s is out of range; allowed: 1us to 1h

queue: 20packets
queue: 20packets, queue_model: {model: codel, target: 200ms}
key 'queue_model': CoDel's target is more than 0 and at most its interval

queue: 20packets
queue: 20packets, queue_model: {model: red, min: 15, max: 5}
key 'queue_model': RED's thresholds

queue: 20packets
queue: 20packets, queue_model: {model: fq_codel, flows: 0}
key 'flows': 0 is out of range; allowed: 1 to 65536

queue: 20packets
queue: 0packets
key 'queue': 0packets is out of range; allowed: 1packets

queue_octets: 20kB
queue_octets: 27octets
key 'queue_octets': no packet has 27 octets or less; allowed: 0, or at least

loss: 1%
loss: 100%
key 'loss': of 1 nothing ever arrives at the end of link 'wan_UP'

loss: 1%
loss: 110%
key 'loss': 110% is out of range; allowed: 0 to 1

loss: 1%
loss: 1%, loss_model: {model: gilbert, to_bad: 1%, to_good: 10%}
key 'loss_model': with 'loss' there are two of them; allowed: one

loss: 1%
loss_model: {model: gilbert, to_bad: 1%}
key 'loss_model': of such losses nothing ever arrives at the end of link

loss: 1%
loss_model: {model: gilbert, to_bad: 110%}
key 'to_bad': 110% is out of range; allowed: 0 to 1

loss: 1%
loss_model: {to_bad: 1%}
key 'to_bad' is of no use without 'model'

loss: 1%
loss_model: {model: elliott}
key 'model': 'elliott' is not one of independent, gilbert, blocks, at

loss: 1%
loss_model: {model: blocks, block: 9packets, lost: 9packets}
key 'loss_model': of such losses nothing ever arrives at the end of link

loss: 1%
loss_model: {model: blocks, block: 9packets, lost: 10packets}
key 'lost': more than 'block' has

loss: 1%
loss_model: {model: at}
key 'packets' is required for the model at

loss: 1%
loss_model: {model: at, packets: [3, 2]}
key 'packets': '2' is not N or N-M, from 1, behind what stands before it

loss: 1%
loss_model: {model: at, packets: [3-9, 9]}
key 'packets': '9' is not N or N-M, from 1, behind what stands before it

loss: 1%
loss_model: {model: at, packets: ["0"]}
key 'packets': '0' is not N or N-M, from 1, behind what stands before it

loss: 1%
loss_model: {model: at, packets: [9-8]}
key 'packets': '9-8' is not N or N-M, from 1, behind what stands before it

loss: 1%
queue_model: {model: as_is}
key 'model': as_is is only for changes

queue: 20packets
queue_model: {model: pie}, changes: [{at: 1s, queue_model: {model: codel}}]
key 'queue_model': what decides at link

loss: 1%
changes: [{at: 1s, queue_model: {target: 2ms}}]
key 'queue_model': what decides at link

queue: 20packets
queue_model: {model: fq_codel}, changes: [{at: 1s, queue_model: {flows: 2}}]
key 'flows': the queues stay as many

queue: 20packets
queue_model: {model: codel}, changes: [{at: 1s, queue_model: {target: 50ms}}, {at: 2s, queue_model: {interval: 20ms}}]
key 'queue_model': CoDel's target is more than 0 and at most its interval

loss: 1%
loss_model: {model: as_is}
key 'model': as_is is only for changes

loss: 1%
jitter: {distribution: as_is}
key 'distribution': as_is is only for changes

loss: 1%
jitter: {mean: 5ms}
key 'mean' is of no use without 'distribution'

loss: 1%
jitter: {distribution: pareto}
key 'mean' is required for the distributions exponential and pareto

loss: 1%
jitter: {distribution: normal, mean: 10s}
key 'mean': packets that come so late do not come before the run ends

loss: 1%
jitter: {distribution: cauchy}
key 'distribution': 'cauchy' is not one of none, uniform, normal

loss: 1%
reorder: 1%
key 'reorder_by' is required with it

loss: 1%
reorder: 1%, reorder_by: 10s
key 'reorder_by': no packet that comes so late comes before the run ends

loss: 1%
duplicate: -1%
key 'duplicate': -1% is out of range; allowed: 0 to 1

loss: 1%
bit_errors: 20%
key 'bit_errors': 20% is out of range; allowed: 0 to 0.1

loss: 1%
delivery: back.times
back.times:4: a time before that of the line above

loss: 1%
delivery: word.times
word.times:2: no number of milliseconds

loss: 1%
delivery: late.times
late.times:1: the run ends before the first packet may leave

loss: 1%
delivery: still.times
still.times:2: a last time of 0: it takes no time at all

loss: 1%
delivery: no.times
no.times:1: no line at all: nothing is ever delivered

loss: 1%
delivery: none.times
key 'delivery': none.times: No such file or directory

loss: 1%
delivery: .
key 'delivery': .: Is a directory

loss: 1%
changes: [{at: 1s}]
a change that changes nothing

loss: 1%
changes: [{down: true}]
key 'at' is required

loss: 1%
changes: [{at: 2s, loss: 2%}, {at: 1s, loss: 3%}]
key 'at': earlier than that of the change before it, in line 9

loss: 1%
changes: [{at: 1s, for: 2s, loss: 2%}, {at: 2s, loss: 3%}]
what it changes, the one in line 9 has changed, and not ended

loss: 1%
changes: [{at: 1s, loss: 2%}, {at: 1s, loss: 3%}]
what it changes, the one in line 9 has changed, and not ended

loss: 1%
changes: [{at: 0s, down: true}]
with it nothing ever arrives at the end of link 'wan_UP'

loss: 1%
changes: [{at: 0s, for: 10s, loss: 100%}]
with it nothing ever arrives at the end of link 'wan_UP'

loss: 1%
loss: 100%, changes: [{at: 10s, loss: 1%}]
key 'loss': of 1 nothing ever arrives at the end of link 'wan_UP'

loss: 1%
changes: [{at: 0s, loss: 100%}, {at: 11s, loss: 1%}]
with it nothing ever arrives at the end of link 'wan_UP'

loss: 1%
changes: [{at: 1s, reorder: 2%}]
the link's key 'reorder_by' is required with it

loss: 1%
changes: [{at: 1s, loss_model: {model: at}}]
key 'packets' is required for the model at

loss: 1%
changes: [{at: 1s, jitter: {mean: 4ms}}]
key 'mean' is of no use without 'distribution'

loss: 1%
changes: [{at: 1s, rate: 0bit/s}]
key 'rate': 0bit/s is out of range; allowed: 1bit/s

loss: 1%
delivery: good.times, changes: [{at: 1s, rate: 1Mbit/s}]
key 'rate': when packets leave link 'wan_UP' is said by 'delivery'

host: pac
host: nowhere
no host 'nowhere' in p.xml

host: pac
host: pns
@13 host 'pns' already has a node

name: pac, role
name: pns, role
@13 name 'pns' is used twice; the first is in line 12

role: pac
role: lac
key 'role': 'lac' is not one of pac, pns, both

connect: pns
connect: nobody
no node has the name 'nobody'

connect: pns
connect: pac
node 'pac' is not a PNS

connect: pns
connect: [pns, pns]
node 'pac' names 'pns' twice

connect: pns, reconnect: 1s
max_calls: 9
@15 call 'user0': neither 'pac' nor 'pns' has the other in its key 'connect'

host: pac, connect: pns
host: pac, connect: pns, count: 2
@17 no node has the name 'pac'

reconnect: 1s
reconnect: 1us
key 'reconnect': so often nobody tries; allowed: 0s, or at least 1ms

reconnect: 1s
idle_timeout: 1s
key 'idle_timeout' is only for a PNS, and node 'pac' is a PAC

pool: 10.1.0.1-10.1.0.9
pool: 10.1.0.9-10.1.0.1
node 'pns': pool: '10.1.0.9-10.1.0.1' ends before it begins

pool: 10.1.0.1-10.1.0.9
pool: [10.1.0.0/24, 10.1.0.9]
node 'pns': pool: '10.1.0.9' has addresses of another range again

pool: 10.1.0.1-10.1.0.9
pool: 224.0.0.0/4
node 'pns': pool: '224.0.0.0/4' has addresses that no host has

pool: 10.1.0.1-10.1.0.9
pptp: {min_timeout: 20s}
min_timeout is greater than max_timeout

count: 3
count: 0
key 'count': 0 is out of range; allowed: 1 to 65535

pac: pac
pac: pns
node 'pns' is not a PAC

pac: pac
pac: nobody
no node has the name 'nobody'

name: user
name: user name
name 'user name0' is not allowed

stagger: 10ms
stagger: 2h
key 'stagger': 2h is out of range; allowed: 0s to 1h

redial: 1s
redial: 1ns
key 'redial': so often nobody tries; allowed: 0s, or at least 1ms

rate: 64kbit/s
rate: 0bit/s
key 'rate': 0bit/s is out of range; allowed: 1bit/s

line: {rate: 64kbit/s, delay: 1ms}
duration: 5s
@15 key 'line' is required

model: constant
model: constantly
key 'model': 'constantly' is not one of

model: constant, rate: 16kbit/s
model: constant
key 'rate' is required

model: constant
model: replay
key 'file' is required for the model replay

model: constant, rate: 16kbit/s
model: bulk, rate: 16kbit/s
key 'rate' is only for the models constant, poisson and onoff

model: constant, rate: 16kbit/s
model: voice, rate: 16kbit/s
key 'rate' is only for the models constant, poisson and onoff

model: constant, rate: 16kbit/s
model: voice, frame: 1s
key 'frame': 1s is out of range; allowed: 5ms to 100ms

model: constant, rate: 16kbit/s
model: voice, codec: g723_1
key 'frame': a frame of this codec has 30ms; allowed: a multiple

model: constant, rate: 16kbit/s
model: voice, codec: g729a, frame: 25ms
key 'frame': a frame of this codec has 10ms; allowed: a multiple

model: constant, rate: 16kbit/s
model: page, connections: 9
key 'connections': 9 is out of range; allowed: 1 to 8

model: constant, rate: 16kbit/s
model: bulk, tcp: {window: 1000octets}
key 'tcp': a window has a segment at least

model: constant, rate: 16kbit/s
model: bulk, file: good.pcap
key 'file' is only for the model replay

model: constant, rate: 16kbit/s
model: replay, file: none.pcap
none.pcap: No such file or directory

model: constant, rate: 16kbit/s
model: replay, file: text.pcap
text.pcap: neither pcap nor pcapng

rate: 16kbit/s, start
rate: 1bit/s, start
key 'rate': a packet of 500octets takes 4032s, and the run 10s

rate: 16kbit/s, start
rate: 16kbit/s, size: 2kB, start
key 'size': 2kB is out of range; allowed: 28octets to 1500octets

rate: 16kbit/s, start
rate: 16kbit/s, sizes: exponential, start
sizes that are not fixed are only for flows

start: 1s, stop: 4s
start: 4s, stop: 1s
stop must be later than start and spread, or 0 for the end

start: 1s, stop: 4s
start: 1s, stop: 4s, spread: 3s
stop must be later than start and spread, or 0 for the end

call: user1
call: user7
no call has the name 'user7'

node: pns, do: clear
node: nobody, do: clear
no node has the name 'nobody'

do: clear, call: user1
do: dial
dial takes a pac and a number

do: stop
do: sleep
key 'do': 'sleep' is not one of

do: stop
do: stop, call: user0
only clear and renegotiate are of a call

from: far, to: pns
from: far, to: far
both ends are on host 'far'; two hosts are needed

from: far, to: pns
from: far, to: nowhere
no host 'nowhere' in p.xml

from: far, to: pns
from: far, to: pac
no route between hosts 'far' and 'pac' in p.xml

rate: 16kbit/s, stop: 9s
rate: 1bit/s, stop: 9s
key 'rate': a packet of 500octets takes 4032s, and the run 10s

rate: 16kbit/s, stop: 9s
rate: 16kbit/s, stop: 9s, count: 65536
key 'count': 65536 is out of range; allowed: 1 to 65535

link: wan_UP}
link: nolink}
no link 'nolink' in p.xml

link: wan_UP}
link: wan_UP, host: pns}
capture 'wan': give exactly one of link and host

name: box, host
name: wan, host
name 'wan' is used twice; the first is in line

name: box, host
name: ../box, host
name '../box' is not allowed

orders:
telephone: {number: 555-CALL}\norders:
key 'number': '555-CALL' is no number; allowed: 1 to 15 digits

orders:
telephone: {number: "1234567890123456"}\norders:
key 'number': '1234567890123456' is no number

orders:
telephone: {trunk_groups: [{name: t1, pac: pac, trunks: 0}]}\norders:
key 'trunks': 0 is out of range; allowed: 1 to 65535

orders:
telephone: {trunk_groups: [{name: t1, pac: pac, hunt: random}]}\norders:
key 'hunt': 'random' is not one of longest-idle, least-idle, linear, circular

orders:
telephone: {trunk_groups: [{name: t1, pac: pac, killer: 25}]}\norders:
key 'killer': there is no trunk 25; 't1' has 24

orders:
telephone: {trunk_groups: [{name: t1, pac: pns}]}\norders:
node 'pns' is not a PAC

orders:
telephone: {trunk_groups: [{name: t1, pac: nobody}]}\norders:
no node has the name 'nobody'

orders:
telephone: {trunk_groups: [{name: t1, pac: pac}, {name: t1, pac: pac}]}\norders:
name 't1' is used twice

orders:
telephone: {trunk_groups: [{name: a, pac: pac, trunks: 65535}, {name: b, pac: pac}]}\norders:
65559 trunks of PAC 'pac'; allowed: 65535 in all groups

orders:
subscribers: [{name: a, count: 5}]\norders:
key 'lines' is required

orders:
subscribers: [{name: a, lines: nobody, count: 5}]\norders:
no group of calls has the name 'nobody'

orders:
subscribers: [{name: a, lines: user, count: 0}]\norders:
key 'count': 0 is out of range; allowed: 1 to 10000000

calls:
subscribers: [{name: a, lines: s, count: 5}]\ncalls:\n  - {name: s, pac: pac, pns: pns, redial: 1s, line: {rate: 64kbit/s}}
@16 who of the subscribers tries again their own 'redial' says

calls:
subscribers: [{name: a, lines: s, count: 5}]\ncalls:\n  - {name: s, pac: pac, pns: pns, duration: 1s, line: {rate: 64kbit/s}}
@16 how long calls of subscribers last their 'holding' says

calls:
subscribers: [{name: a, lines: s, count: 5}]\ncalls:\n  - {name: s, pac: pac, pns: pns, direction: outgoing, line: {rate: 64kbit/s}}
@16 calls of subscribers are incoming

calls:
subscribers: [{name: a, lines: s, count: 5}]\ncalls:\n  - {name: s, pac: pac, pns: pns, stagger: 1s, line: {rate: 64kbit/s}}
@16 when subscribers call 'calls_per_day' says

calls:
subscribers: [{name: a, lines: s, count: 5, trace: back.calls}]\ncalls:\n  - {name: s, pac: pac, pns: pns, line: {rate: 64kbit/s}}
back.calls:2: it is earlier than the one before

calls:
subscribers: [{name: a, lines: s, count: 5, trace: none.calls}]\ncalls:\n  - {name: s, pac: pac, pns: pns, line: {rate: 64kbit/s}}
@14 key 'trace': none.calls: No such file or directory

calls:
subscribers: [{name: a, lines: s, count: 5, hours: [1, 2]}]\ncalls:\n  - {name: s, pac: pac, pns: pns, line: {rate: 64kbit/s}}
@14 key 'hours': not as many as a day has; allowed: alike, evening, or 24

calls:
subscribers: [{name: a, lines: s, count: 5, hours: noon}]\ncalls:\n  - {name: s, pac: pac, pns: pns, line: {rate: 64kbit/s}}
@14 key 'hours': not as many as a day has

calls:
subscribers: [{name: a, lines: s, count: 5, hours: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]}]\ncalls:\n  - {name: s, pac: pac, pns: pns, line: {rate: 64kbit/s}}
@14 key 'hours': all are 0

calls:
subscribers: [{name: a, lines: s, count: 5, hours: [x, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}]\ncalls:\n  - {name: s, pac: pac, pns: pns, line: {rate: 64kbit/s}}
@14 key 'hours': 

calls:
subscribers: [{name: a, lines: s, count: 5, calls_per_day: -1}]\ncalls:\n  - {name: s, pac: pac, pns: pns, line: {rate: 64kbit/s}}
@14 key 'calls_per_day': -1 is out of range

calls:
subscribers: [{name: a, lines: s, count: 5, holding: {law: gaussian}}]\ncalls:\n  - {name: s, pac: pac, pns: pns, line: {rate: 64kbit/s}}
@14 key 'law': 'gaussian' is not one of fixed

calls:
subscribers: [{name: a, lines: s, count: 5, holding: {tail_from: 25h}}]\ncalls:\n  - {name: s, pac: pac, pns: pns, line: {rate: 64kbit/s}}
@14 key 'tail_from': not before 'tail_cut'

calls:
subscribers: [{name: a, lines: s, count: 5, redial: {least: 2min}}]\ncalls:\n  - {name: s, pac: pac, pns: pns, line: {rate: 64kbit/s}}
@14 redial: 'most' is less than 'least'

calls:
subscribers: [{name: a, lines: s, count: 5}, {name: b, lines: s, count: 7}]\ncalls:\n  - {name: s, pac: pac, pns: pns, line: {rate: 64kbit/s}}
@14 'a' and 'b' would share the lines of 's'

calls:
subscribers: [{name: a, lines: s, count: 5}, {name: a, lines: user, count: 7}]\ncalls:\n  - {name: s, pac: pac, pns: pns, line: {rate: 64kbit/s}}
@14 the name 'a' is given twice

    line: {rate: 64kbit/s, delay: 1ms}
    line: {delay: 1ms}
line: key 'rate' is required, or 'modem'

    line: {rate: 64kbit/s, delay: 1ms}
    line: {modem: nobody}
no modem has the name 'nobody'

    line: {rate: 64kbit/s, delay: 1ms}
    line: {rate: 64kbit/s, modem: v34}
key 'rate': what it is the line's modems say

role: pns, host: pns, pool: 10.1.0.1-10.1.0.9
role: pns, host: pns, minimum_rate: 2kbit/s, maximum_rate: 1kbit/s
node 'pns': minimum_rate is more than maximum_rate

orders:
modems: [{name: a}, {name: a}]\norders:
the name 'a' is given twice

orders:
modems: [{name: a, best: v92}]\norders:
key 'best': 'v92' is not one of v22bis, v32bis, v34, v90

orders:
modems: [{name: a, most: 1Mbit/s}]\norders:
key 'most': 1Mbit/s is out of range; allowed: 28kbit/s to 56kbit/s

orders:
modems: [{name: a, burst_errors: 200%}]\norders:
key 'burst_errors': 200% is out of range

orders:
modems: [{name: a, n400: 0}]\norders:
key 'n400': 0 is out of range

orders:
modems: [{name: a, loops: {wide: 99%}}]\norders:
loops: 'middle' is less than 'wide'

orders:
telephone: {train_failure: 200%}\norders:
key 'train_failure': 200% is out of range

name: box, host: pns
name: box, host: nowhere
no host 'nowhere' in p.xml
END

# OLD NEW: the scenario with that, its line in $line
change()
{
    OLD=$1 NEW=$2 awk '
        BEGIN { old = ENVIRON["OLD"]; new = ENVIRON["NEW"]
                gsub(/\\n/, "\n", new) }
        !line && (i = index($0, old)) {
            $0 = substr($0, 1, i - 1) new substr($0, i + length(old))
            line = NR
        }
        { print >"bad.yaml" }
        END { print line + 0 }' good.yaml
}

# OLD NEW WORDS
expect()
{
    line=$(change "$1" "$2")
    words=$3
    case $words in
    @*) line=${words%% *} line=${line#@} words=${words#* } ;;
    esac
    case $words in # another file's place
    *.xml:[0-9]* | trace.txt:* | *.times:[0-9]* | *.calls:[0-9]*) ;;
    *) words="bad.yaml:$line: $words" ;;
    esac
    "$dialtone" run bad.yaml --out out --quiet >said 2>&1
    code=$?
    if test $code -ne 2 || test "$(wc -l <said)" -ne 1 || test -e out ||
        test "$line" -eq 0; then
        echo "FAIL: $2: exit $code: $(cat said)"
        rm -rf out
        return 1
    fi
    case $(cat said) in
    "$words"*) ;;
    *) echo "FAIL: $2: '$(cat said)' does not begin with '$words'"
       return 1 ;;
    esac
}

"$dialtone" run good.yaml --out good --quiet --no-figure ||
    { echo "FAIL: the good one: exit $?"; exit 1; }
bad=0 cases=0
while IFS= read -r old; do
    IFS= read -r new
    IFS= read -r words
    IFS= read -r _
    cases=$((cases + 1))
    expect "$old" "$new" "$words" || bad=1
done <table
test $cases -ge 60 || { echo "FAIL: $cases cases"; bad=1; }
exit $bad
