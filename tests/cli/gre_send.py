#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Send TCP segments in GRE to an address of this host, as a router would.

usage: gre_send.py DIRECTOR VIP PORT FLOWS PACKETS

Each of FLOWS client ports sends a SYN and then PACKETS - 1 empty ACKs, every
one of them an inner packet of 40 bytes.
"""
import socket
import struct
import sys


def checksum(data):
    """The Internet checksum of an even number of bytes."""
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def segment(vip, port, client_port, flags):
    """An IPv4 packet with a TCP header and nothing in it."""
    src, dst = socket.inet_aton("192.0.2.200"), socket.inet_aton(vip)
    tcp = struct.pack("!HHIIBBHHH", client_port, port, 1, 0, 5 << 4, flags,
                      1024, 0, 0)
    pseudo = src + dst + struct.pack("!BBH", 0, socket.IPPROTO_TCP, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64,
                       socket.IPPROTO_TCP, 0, src, dst)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + tcp


def main():
    """Send what the command line says."""
    director, vip, port, flows, packets = sys.argv[1:]
    gre = struct.pack("!HH", 0, 0x0800)
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_GRE)
    for flow in range(int(flows)):
        for i in range(int(packets)):
            flags = 0x02 if i == 0 else 0x10
            inner = segment(vip, int(port), 20000 + flow, flags)
            sock.sendto(gre + inner, (director, 0))


if __name__ == "__main__":
    main()
