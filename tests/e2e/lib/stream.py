# SPDX-License-Identifier: GPL-2.0
"""A stream of packets without end, and the place where they arrive."""

import os
import sys
import time

import packet as p
from limits import wait_until
from namespace import Namespace
from wire import DIRECTOR, VIP, Port, frame, inner, outer, packets_in

FLOWS = 128


def stream_frames():
    """
    Many flows; one in sixteen is for an address that is no VIP, one is
    malformed. Every other one opens again and again, and so follows the owner
    of its slot.
    """
    frames = []
    for i in range(FLOWS):
        vip = "203.0.113.77" if i % 16 == 7 else VIP
        l4 = p.tcp(1024 + i, 80, bytes(i), flags=p.SYN if i % 2 else p.ACK)
        frames.append(frame(outer(p.gre(inner(vip, l4)), ident=i)))
    return frames + [frame(outer(p.gre(inner(VIP, b"short"))))]


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
        """Destinations of some forwarded packets that have arrived."""
        return {x.dst for x in self.packets() if x.src == DIRECTOR}

    def wait_for_source(self, source, what):
        """Until a packet from an address of the director has been seen, from
        now on."""
        self.listen()
        wait_until(lambda: any(x.src == source for x in self.packets()),
                   f"{what}: packets from {source}", 5)

    def wait_for(self, wanted, what):
        """Until each of the wanted destinations has been seen, from now on."""
        seen = set()
        self.listen()

        def all_seen():
            seen.update(self.arriving())
            return wanted <= seen

        wait_until(all_seen, f"{what}: packets to {sorted(wanted)}", 5)
        return seen
