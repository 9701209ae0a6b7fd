#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Send "host unreachable" to an address of this host, about GRE from it.

usage: unreachable_send.py DIRECTOR BACKEND ERRORS
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


def main():
    """Send what the command line says."""
    director, backend, errors = sys.argv[1:]
    quote = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 68, 0, 0x4000, 63,
                        socket.IPPROTO_GRE, 0, socket.inet_aton(director),
                        socket.inet_aton(backend)) + bytes(8)
    error = struct.pack("!BBHI", 3, 1, 0, 0) + quote
    error = error[:2] + struct.pack("!H", checksum(error)) + error[4:]
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    for _ in range(int(errors)):
        sock.sendto(error, (director, 0))


main()
