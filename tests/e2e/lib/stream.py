# SPDX-License-Identifier: GPL-2.0
"""A stream of packets without end, and the place where they arrive."""

import itertools
import os
import sys
import time
from typing import NamedTuple

import packet as p
from limits import wait_until
from namespace import Namespace
from outer import CLIENT6, FAMILIES, V4, VIP6, outer6
from wire import VIP, Port, frame, inner, outer, packets_in

# So many that some are those of each backend, in each mix of families.
FLOWS = 1024
# Outer family, inner family.
MIXES = list(itertools.product(FAMILIES, (4, 6)))
# A VIP of each family, and an address that is none.
VIPS = {4: VIP, 6: VIP6}
NO_VIPS = {4: "203.0.113.77", 6: "2001:db8::77"}
# Inner families by the protocol in GRE.
NUMBERS = {p.ETH_IP.to_bytes(2, "big"): 4, p.ETH_IPV6.to_bytes(2, "big"): 6}
# All that a director sends packets to backends from.
SOURCES = {a for family in FAMILIES for a in (family.director, family.source)}


def stream_frame(came, number, address, l4, ident=0):
    """From a client to an address of its family, by way of a router of any."""
    if number == 4:
        payload = p.gre(inner(address, l4))
    else:
        payload = p.gre(p.ipv6(CLIENT6, address, p.TCP, l4), proto=p.ETH_IPV6)
    return frame(outer(payload, ident=ident) if came is V4 else
                 outer6(payload, label=ident))


def stream_frames():
    """
    Many flows of all mixes of families in turn; one in seventeen is for an address
    that is no VIP, one of each mix is malformed. Every other one opens again and
    again, and so follows the owner of its slot.
    """
    frames = []
    for i, (came, number) in zip(range(FLOWS), itertools.cycle(MIXES)):
        vip = (NO_VIPS if i % 17 == 7 else VIPS)[number]
        flags = p.SYN if i // len(MIXES) % 2 else p.ACK
        l4 = p.tcp(1024 + i, 80, bytes(i % 128), flags=flags)
        frames.append(stream_frame(came, number, vip, l4, i))
    return frames + [stream_frame(came, number, VIPS[number], b"short")
                     for came, number in MIXES]


class Arrival(NamedTuple):
    """A forwarded packet at the backends' end; number is the inner family."""
    src: str
    number: int
    dst: str


class Stream:
    """A child that sends without end, with or without its device."""

    def __init__(self, burst=16, pause=0.002, frames=None):
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self.send(burst, pause, frames or stream_frames())
            finally:
                os._exit(1)

    @staticmethod
    def send(burst, pause, frames):
        namespace, port, n = Namespace("router"), None, 0
        parent = os.getppid()
        while os.getppid() == parent:
            try:
                port = port or Port(namespace, "r0")
                for _ in range(burst):
                    port.send(frames[n % len(frames)])
                    n += 1
            except OSError:
                # No such device: until there is one again.
                port = None
            time.sleep(pause)

    def running(self):
        return os.waitpid(self.pid, os.WNOHANG)[0] == 0

    def stop(self):
        os.kill(self.pid, 15)
        os.waitpid(self.pid, 0)


class Sink:
    """The backends' end of the line.

    On a slow kernel packets may come as fast as they are read. Those that came
    before are left behind with their socket, unread.
    """

    PORTION = 64

    def __init__(self):
        self.namespace = Namespace("backend")
        self.port = None
        self.listen()

    def listen(self):
        """From now on."""
        if self.port:
            self.port.sock.close()
        self.port = Port(self.namespace, "b0")

    def packets(self):
        """Some GRE packets that have arrived."""
        packets = []
        for _ in range(self.PORTION):
            got = self.port.receive()
            if got is None:
                break
            packets += [x for x in packets_in(got) if x.proto == p.GRE]
        return packets

    def arriving(self):
        """Some forwarded packets that have arrived."""
        return [Arrival(x.src, NUMBERS[x.payload[2:4]], x.dst)
                for x in self.packets() if x.src in SOURCES]

    def wait_for_source(self, source, what):
        """Until a packet from an address of the director has been seen, from
        now on."""
        self.listen()
        wait_until(lambda: any(x.src == source for x in self.packets()),
                   f"{what}: packets from {source}", 5)

    def wait_for(self, wanted, what):
        """
        Until all sources, and each of the wanted pairs of an inner family and a
        destination, have been seen, from now on.
        """
        missing = wanted | SOURCES
        self.listen()

        def all_seen():
            for x in self.arriving():
                missing.discard(x.src)
                missing.discard((x.number, x.dst))
            return not missing

        try:
            wait_until(all_seen, what, 5)
        except TimeoutError as error:
            raise TimeoutError(f"{error}: no packets of {missing}") from error
