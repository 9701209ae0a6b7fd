# SPDX-License-Identifier: GPL-2.0
"""Sends packets of many flows, one each, through GRE to a director, fast.

    flood_send.py tcp|udp DIRECTOR VIP PORT FIRST ROUNDS

In rounds of PORTS flows, from the FIRST round on. TCP: SYNs. Checksums behind
the ports are wrong, so backends do not answer: the director's memory is flooded.
"""

import ctypes
import errno
import socket
import struct
import sys
import time

from packet import TCP, UDP, ipv4

PORTS = 4096
FIRST_PORT = 1024
GRE_IPV4 = struct.pack("!HH", 0, 0x0800)
GRE_OVER_IPV4 = 47
SADDR = len(GRE_IPV4) + 12
SPORT = len(GRE_IPV4) + 20
# In bytes of kernel memory: fewer than a hundred packets may be on their way to the
# director (ENOBUFS), so the flood waits for it instead of overflowing queues.
WINDOW = 32768


class Iovec(ctypes.Structure):
    """struct iovec"""
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


class Message(ctypes.Structure):
    """struct mmsghdr"""
    _fields_ = [("name", ctypes.c_void_p), ("namelen", ctypes.c_uint),
                ("iov", ctypes.POINTER(Iovec)), ("iovlen", ctypes.c_size_t),
                ("control", ctypes.c_void_p),
                ("controllen", ctypes.c_size_t), ("flags", ctypes.c_long),
                ("sent", ctypes.c_long)]


def address(n):
    """The nth client. Sums over all clients are equal, and so are checksums of
    headers."""
    return bytes([11, n, 255 - 11, 255 - n])


def packet(proto, vip, port):
    if proto == "tcp":
        transport = struct.pack("!HHIIBBHHH", 0, port, 1, 0, 5 << 4, 2, 1024,
                                0xbad, 0)
    else:
        transport = struct.pack("!HHHH", 0, port, 8, 0xbad)
    return GRE_IPV4 + ipv4(socket.inet_ntoa(address(0)), vip,
                           {"tcp": TCP, "udp": UDP}[proto], transport)


def main():
    proto, director, vip, port, first, rounds = sys.argv[1:]
    one = packet(proto, vip, int(port))
    size = len(one)
    packets = bytearray(one * PORTS)
    for i in range(PORTS):
        struct.pack_into("!H", packets, i * size + SPORT, FIRST_PORT + i)
    start = ctypes.addressof(ctypes.c_char.from_buffer(packets))
    pieces = (Iovec * PORTS)(*((start + i * size, size)
                               for i in range(PORTS)))
    messages = (Message * PORTS)()
    for i in range(PORTS):
        messages[i].iov = ctypes.pointer(pieces[i])
        messages[i].iovlen = 1
    libc = ctypes.CDLL(None, use_errno=True)
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, GRE_OVER_IPV4)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, WINDOW // 2)
    sock.connect((director, 0))
    for n in range(int(first), int(first) + int(rounds)):
        for i, byte in enumerate(address(n)):
            packets[SADDR + i::size] = bytes([byte]) * PORTS
        done = 0
        while done < PORTS:
            sent = libc.sendmmsg(sock.fileno(), ctypes.byref(messages[done]),
                                 PORTS - done, 0)
            if sent >= 0:
                done += sent
            elif ctypes.get_errno() == errno.ENOBUFS:
                # The window is full.
                time.sleep(0.001)
            else:
                raise OSError(ctypes.get_errno(), "sendmmsg")


if __name__ == "__main__":
    main()
