#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Send the same packets to IPVS, as they are, and to maglev, in GRE.

usage: both_send.py DIRECTOR VIP PORT FLOWS PACKETS

The packets of each flow are one letter each: S, A, F and R for a TCP segment
with SYN, ACK, FIN or RST, of 40 bytes, U for a UDP datagram of 28.
"""
import socket
import struct
import sys

from gre_send import checksum, segment

FLAGS = {"S": 0x02, "A": 0x10, "F": 0x11, "R": 0x14}


def datagram(vip, port, client_port):
    """An IPv4 packet with a UDP header and nothing in it."""
    udp = struct.pack("!HHHH", client_port, port, 8, 0)
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64,
                       socket.IPPROTO_UDP, 0, socket.inet_aton("192.0.2.200"),
                       socket.inet_aton(vip))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + udp


def main():
    """Send what the command line says."""
    director, vip, port, flows, packets = sys.argv[1:]
    gre = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_GRE)
    plain = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    for flow in range(int(flows)):
        for letter in packets:
            client_port = 20000 + flow
            inner = datagram(vip, int(port), client_port) if letter == "U" \
                else segment(vip, int(port), client_port, FLAGS[letter])
            plain.sendto(inner, (vip, 0))
            gre.sendto(struct.pack("!HH", 0, 0x0800) + inner, (director, 0))


if __name__ == "__main__":
    main()
