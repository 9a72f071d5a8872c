#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write bulk.pcap: a user of a PPTP tunnel who fetches files.

Usage: make-bulk.py [FILE]      (default: bulk.pcap beside this script)

The trace is made, not recorded: a window that opens like TCP's, a line of
128 kbit/s and a round trip of 300 ms, in PPTP as seen on the Ethernet of the
PAC.  Every run writes the same octets.
"""

import os
import struct
import sys

PAC = 0xC0000201  # 192.0.2.1
PNS = 0xC6336401  # 198.51.100.1
USER = 0x0A000002  # 10.0.0.2
SERVER = 0xCB007105  # 203.0.113.5
PAC_CALL_ID, PNS_CALL_ID = 101, 202
SNAP_OCTETS = 94  # up to the end of the inner TCP header
RATE_BPS = 128000
RTT_US = 300000
SEGMENT_OCTETS = 1400  # inner IP packet
START_US = 946684800 * 1000000  # 2000-01-01
FILES_OCTETS = (18000, 2600, 96000, 7300, 240000, 1200)


def checksum(octets):
    total = sum(struct.unpack("!%dH" % (len(octets) // 2), octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(src, dst, protocol, ident, payload, total):
    head = struct.pack("!BBHHHBBHII", 0x45, 0, total, ident & 0xFFFF, 0,
                       64, protocol, 0, src, dst)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return head + payload


class Lcg:
    """Numbers that no Python version changes."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005
                      + 1442695040888963407) % 2**64
        return (self.state >> 33) % n


class Trace:
    """Frames of both directions, sorted by time when written."""

    def __init__(self):
        self.records = []
        self.next_seq = {PAC: 0, PNS: 0}

    def gre(self, at_us, src, ppp, ppp_octets):
        dst, call_id = (PNS, PNS_CALL_ID) if src == PAC else (PAC,
                                                              PAC_CALL_ID)
        self.records.append([at_us, src, dst, call_id, ppp, ppp_octets])

    def packet(self, at_us, src, size, seq, ack):
        """One inner TCP packet of `size` octets; contents are zeros."""
        down = src == PNS
        ends = (SERVER, USER) if down else (USER, SERVER)
        ports = (80, 1025) if down else (1025, 80)
        tcp = struct.pack("!HHIIBBHHH", *ports, seq & 0xFFFFFFFF,
                          ack & 0xFFFFFFFF, 0x50, 0x10, 65535, 0, 0)
        inner = ipv4(*ends, 6, len(self.records), tcp, size)
        self.gre(at_us, src, b"\xff\x03\x00\x21" + inner, size + 4)

    def write(self, file):
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0,
                               SNAP_OCTETS, 1))
        seen = {PAC: None, PNS: None}
        for ident, (at_us, src, dst, call_id, ppp, ppp_octets) in enumerate(
                sorted(self.records, key=lambda r: r[0])):
            gre = struct.pack("!HHHH", *self.flags(src, ppp, seen[dst]),
                              ppp_octets, call_id)
            if ppp:
                gre += struct.pack("!I", self.next_seq[src])
                seen[src] = self.next_seq[src]
                self.next_seq[src] += 1
            if seen[dst] is not None:
                gre += struct.pack("!I", seen[dst])
            total = 20 + len(gre) + ppp_octets
            frame = (bytes.fromhex("020000000002020000000001"
                                   if src == PAC else
                                   "020000000001020000000002")
                     + b"\x08\x00"
                     + ipv4(src, dst, 47, ident, gre + ppp, total))
            wire = 14 + total
            kept = frame[:min(SNAP_OCTETS, wire)]
            when = START_US + at_us
            file.write(struct.pack("<IIII", when // 1000000, when % 1000000,
                                   len(kept), wire) + kept)

    @staticmethod
    def flags(src, ppp, peer_seq):
        first = 0x2001 | (0x1000 if ppp else 0)
        return first | (0x0080 if peer_seq is not None else 0), 0x880B


def fetch(trace, random, at_us, octets):
    """One request and its answer; returns when the last octet is there."""
    request = 300 + random.below(200)
    trace.packet(at_us, PAC, request, 1, 1)
    window, sent, now = 2, 0, at_us + RTT_US
    line_free = now
    while sent < octets:
        burst_end = now
        for _ in range(window):
            size = min(SEGMENT_OCTETS - 40, octets - sent) + 40
            if size == 40:
                break
            trace.packet(now + random.below(400), PNS, size, sent,
                         request)
            sent += size - 40
            now += size * 8 * 1000000 // 10000000  # they come at 10 Mbit/s
            line_free = max(line_free, now) + size * 8000000 // RATE_BPS
            burst_end = line_free
            if sent // (SEGMENT_OCTETS - 40) % 2 == 0 or sent == octets:
                trace.packet(line_free, PAC, 40, request, sent)
        window = min(window * 2, 24)
        # the next burst: when the acknowledgements are back at the server
        now = max(now + RTT_US, burst_end)
    return line_free


def main():
    name = (sys.argv[1] if len(sys.argv) > 1 else
            os.path.join(os.path.dirname(os.path.abspath(__file__)),
                         "bulk.pcap"))
    random = Lcg(2637)
    trace = Trace()
    lcp = bytes.fromhex("ff03c021" "01010008" "02060000" "0000")
    lcp = lcp[:6] + struct.pack("!H", len(lcp) - 4) + lcp[8:]
    trace.gre(0, PAC, lcp, len(lcp))
    trace.gre(20000, PNS, lcp, len(lcp))
    trace.gre(40000, PAC, b"", 0)  # an acknowledgement alone
    now = 2000000
    for octets in FILES_OCTETS:
        now = fetch(trace, random, now, octets)
        now += 500000 + random.below(4000000)  # the user reads
    with open(name, "wb") as file:
        trace.write(file)


if __name__ == "__main__":
    main()
