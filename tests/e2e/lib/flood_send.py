# SPDX-License-Identifier: GPL-2.0
"""Sends packets of many flows, one each, through GRE to a director, fast.

    flood_send.py tcp|udp|fragment DIRECTOR PORT FIRST ROUNDS VIP...

In rounds of PORTS flows, from the FIRST round on, to each VIP in turn. TCP: SYNs.
Fragments: the last ones of as many datagrams. Checksums behind the ports are wrong, so
backends do not answer: the director's memory is flooded.
"""

import ctypes
import errno
import ipaddress
import socket
import struct
import sys
import time

import packet as p

PORTS = 4096
FIRST_PORT = 1024
GRE_OVER_IPV4 = 47
GRE_HEADER = 4
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


def varied(n):
    """Bytes of the nth client's address. Sums over all clients are equal, and so are
    checksums of headers."""
    return bytes([n, 255 - 11, 255 - n])


def transport(proto, port):
    """The source port is to follow."""
    if proto == "tcp":
        return p.TCP, struct.pack("!HHIIBBHHH", 0, port, 1, 0, 5 << 4, 2, 1024,
                                  0xbad, 0)
    return p.UDP, struct.pack("!HHHH", 0, port, 8, 0xbad)


class Round:
    """The packets of a round, from a client that changes, to a VIP."""

    def __init__(self, proto, vip, port):
        number, l4 = transport(proto, port)
        word = 100 if proto == "fragment" else 0
        if ipaddress.ip_address(vip).version == 4:
            one = p.gre(p.ipv4("11.0.244.255", vip, number, l4, frag=word))
            self.client, sport = GRE_HEADER + 13, GRE_HEADER + 20
            ident = GRE_HEADER + 4
        else:
            if word:
                number, l4 = p.FRAGMENT, p.fragment(number, word * 8) + l4
            one = p.gre(p.ipv6("2001:db8:f::", vip, number, l4),
                        proto=p.ETH_IPV6)
            self.client, sport = GRE_HEADER + 21, GRE_HEADER + 40
            ident = GRE_HEADER + 46
        varies = ident if word else sport
        self.size = size = len(one)
        self.packets = bytearray(one * PORTS)
        for i in range(PORTS):
            struct.pack_into("!H", self.packets, i * size + varies,
                             FIRST_PORT + i)
        start = ctypes.addressof(ctypes.c_char.from_buffer(self.packets))
        self.pieces = (Iovec * PORTS)(*((start + i * size, size)
                                        for i in range(PORTS)))
        self.messages = (Message * PORTS)()
        for i in range(PORTS):
            self.messages[i].iov = ctypes.pointer(self.pieces[i])
            self.messages[i].iovlen = 1

    def send(self, libc, sock, n):
        """From the nth client."""
        for i, byte in enumerate(varied(n)):
            self.packets[self.client + i::self.size] = bytes([byte]) * PORTS
        done = 0
        while done < PORTS:
            sent = libc.sendmmsg(sock.fileno(),
                                 ctypes.byref(self.messages[done]),
                                 PORTS - done, 0)
            if sent >= 0:
                done += sent
            elif ctypes.get_errno() == errno.ENOBUFS:
                # The window is full.
                time.sleep(0.001)
            else:
                raise OSError(ctypes.get_errno(), "sendmmsg")


def main():
    proto, director, port, first, rounds, *vips = sys.argv[1:]
    turns = [Round(proto, vip, int(port)) for vip in vips]
    libc = ctypes.CDLL(None, use_errno=True)
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, GRE_OVER_IPV4)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, WINDOW // 2)
    sock.connect((director, 0))
    for n in range(int(first), int(first) + int(rounds)):
        turns[n % len(turns)].send(libc, sock, n)


if __name__ == "__main__":
    main()
