# SPDX-License-Identifier: GPL-2.0
"""The two ends of the line, and packets between them.

The topology is that of line.sh. The packets of a case are followed by a plain
UDP packet that the director routes like any router; once that has arrived at
the backends' end, every packet before it has been dealt with, since all take one
path on one CPU. So a test need not wait for a packet that is not to arrive.
"""

import os
import socket
import time

import packet as p
from limits import limit
from namespace import Namespace

ETH_P_ALL = 3
PACKET_OUTGOING = 4
PORTION = 100

ROUTER_MAC = "02:00:00:00:00:01"
DIRECTOR_MAC = "02:00:00:00:00:02"
ROUTER = "10.1.0.1"
DIRECTOR = "10.1.0.2"
DIRECTOR2 = "10.1.0.22"
MARKER = "10.2.0.99"
CLIENT = "198.51.100.7"
VIP = "203.0.113.1"


class Port:
    """A device that frames are sent to and captured from."""

    def __init__(self, namespace, device):
        with namespace:
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
            self.sock.bind((device, ETH_P_ALL))

    def send(self, frame):
        self.sock.send(frame)

    def receive(self):
        """The next frame that arrived, None if there is none now."""
        while True:
            try:
                frame, addr = self.sock.recvfrom(1 << 17,
                                                 socket.MSG_DONTWAIT)
            except BlockingIOError:
                return None
            if addr[2] != PACKET_OUTGOING:
                return frame


class Delivered:
    """Packets that the stack of a host delivers locally, with outer header."""

    def __init__(self, namespace, proto=p.GRE):
        with namespace:
            self.sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, proto)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)

    def receive(self):
        """The packets since the last time."""
        packets = []
        while True:
            try:
                packets.append(self.sock.recv(1 << 17, socket.MSG_DONTWAIT))
            except BlockingIOError:
                return packets


class TunnelPort:
    """Inner packets that a GRE device receives.

    Such a device queues packets once more, so the marker may overtake them.
    """

    def __init__(self, namespace, device):
        with namespace:
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
            self.sock.bind((device, ETH_P_ALL))

    def receive(self, last):
        """The packets up to a certain one, or to the limit for hangs."""
        packets, end = [], time.monotonic() + limit(2)
        while last not in packets and time.monotonic() < end:
            try:
                data, addr = self.sock.recvfrom(1 << 17, socket.MSG_DONTWAIT)
            except BlockingIOError:
                time.sleep(0.001)
                continue
            if addr[2] != PACKET_OUTGOING:
                packets.append(data)
        return packets


class Wire:
    """Sends as the router; captures at the backends' end, and at its own."""

    def __init__(self, router="router", backend="backend"):
        os.sched_setaffinity(0, {0})
        self.router = Port(Namespace(router), "r0")
        self.backend = Port(Namespace(backend), "b0")
        self.marks = 0

    def mark(self):
        """Sends a packet that the director routes; returns its payload."""
        self.marks += 1
        payload = b"marker %d %d." % (os.getpid(), self.marks)
        self.router.send(frame(p.ipv4(ROUTER, MARKER, p.UDP,
                                      p.udp(9, 9, payload))))
        return payload

    def exchange(self, packets, raw=False):
        """Sends packets; returns those that arrive at (backends, router)."""
        arrived, back = [], []
        # In portions that fit into every queue on the way.
        for i in range(0, len(packets), PORTION):
            for packet in packets[i:i + PORTION]:
                self.router.send(packet if raw else frame(packet))
            portion = self.collect()
            arrived += portion[0]
            back += portion[1]
        return arrived, back

    def until(self, token):
        """The frames that arrive at the backends' end before a marker."""
        end = time.monotonic() + limit(2)
        while True:
            got = self.backend.receive()
            if got is None:
                if time.monotonic() > end:
                    raise TimeoutError("the marker did not arrive")
                time.sleep(0.001)
            elif token in got and got[12:14] == b"\x08\x00":
                return
            else:
                yield got

    def collect(self):
        """The packets that have arrived by the time a marker has."""
        arrived = []
        for got in self.until(self.mark()):
            arrived += packets_in(got)
        back = []
        while (got := self.router.receive()) is not None:
            back += packets_in(got)
        return arrived, back


def packets_in(got):
    """The IP packet of a frame, if it is not between neighbours only."""
    proto = int.from_bytes(got[12:14], "big")
    if proto == p.ETH_IP:
        return [p.IPv4(got[14:])]
    if proto == p.ETH_IPV6 and not p.IPv6(got[14:]).neighbours():
        return [p.IPv6(got[14:])]
    return []


def frame(packet, padding=b""):
    """From the router to the director."""
    proto = p.ETH_IPV6 if packet[0] >> 4 == 6 else p.ETH_IP
    return p.ether(DIRECTOR_MAC, ROUTER_MAC, packet, proto) + padding


def outer(payload, dst=DIRECTOR, src=ROUTER, **fields):
    """A GRE packet from the router to the director."""
    return p.ipv4(src, dst, p.GRE, payload, **fields)


def inner(vip, l4, proto=p.TCP, src=CLIENT, **fields):
    return p.ipv4(src, vip, proto, l4, **fields)
