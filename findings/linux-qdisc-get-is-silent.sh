#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Linux does not answer who asks for one queueing discipline.
#
# Packages:  Linux 6.1.192-3 (Debian 12), 6.18 of this machine
# Seen:      RTM_GETQDISC with NLM_F_REQUEST for the root of one interface is
#            done and nothing comes; with NLM_F_ACK an acknowledgment comes,
#            and no discipline.  Only with NLM_F_ECHO, or as a dump of all, the
#            answer comes to who asked.  The same request for an interface
#            (RTM_GETLINK) is answered.
# Expected:  The answer: a GET without NLM_F_DUMP asks for one object
#            (netlink(7), RFC 3549 2.2 and 3.1.2).  Inside, the answer is sent
#            as a notification to the group RTNLGRP_TC, which its asker gets
#            only as an echo (qdisc_notify in net/sched/sch_api.c); rtnetlink's
#            other GETs use a message of their own.
# Matters:   A program that samples one queue waits for ever, and with a time-
#            out it takes the queue for missing.  tc always dumps, so that it
#            never shows.
#
# Exit: 0 as described, 1 it has changed, 2 it could not be tried.
set -u

for need in python3 unshare tc ip; do
    command -v $need >/dev/null || { echo "no $need"; exit 2; }
done

found=$(unshare -rn sh -c 'ip link set lo up &&
    tc qdisc add dev lo root pfifo limit 5 && exec python3 - ' <<'END'
import select, socket, struct

NEWLINK, GETLINK, NEWQDISC, GETQDISC = 16, 18, 36, 38
REQUEST, ACK, ECHO = 1, 4, 8
NAMES = {2: "an acknowledgment", NEWLINK: "a link", NEWQDISC: "a discipline"}


def ask(kind, flags):
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    lo = socket.if_nametoindex("lo")
    if kind == GETQDISC:  # struct tcmsg, TC_H_ROOT
        body = struct.pack("=BxHiIII", 0, 0, lo, 0, 0xFFFFFFFF, 0)
    else:  # struct ifinfomsg
        body = struct.pack("=BxHiII", 0, 0, lo, 0, 0)
    s.send(struct.pack("=IHHII", 16 + len(body), kind, flags, 1, 0) + body)
    got = []
    while select.select([s], [], [], 0.5)[0]:
        got.append(NAMES[struct.unpack_from("=H", s.recv(65536), 4)[0]])
    return ", ".join(got) or "nothing"


for what, kind in ("link", GETLINK), ("discipline", GETQDISC):
    for name, flags in ("", 0), (" with ACK", ACK), (" with ECHO", ECHO):
        print(what + name + ":", ask(kind, REQUEST | flags))
END
) || exit 2
echo "$found"
test "$found" = 'link: a link
link with ACK: a link, an acknowledgment
link with ECHO: a link
discipline: nothing
discipline with ACK: an acknowledgment
discipline with ECHO: a discipline'
