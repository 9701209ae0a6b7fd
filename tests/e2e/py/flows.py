# SPDX-License-Identifier: GPL-2.0
"""Many connections at once, which are asked in rounds whether they still live.

A connection is broken if it is reset or closed, or if its echo does not come
back in time, or not from the backend that greeted it.
"""

import itertools
import os
import select
import socket
import struct
import time

from places import PORTS, inside, scaled

CLIENTS = [f"198.51.100.{i}" for i in range(11, 16)]
AT_ONCE = 200
PATIENCE = scaled(3, 8, 10)
# What is missing is waited for at the end.
HURRY = scaled(0.3, 2, 2)
RESET = struct.pack("ii", 1, 0)


class Flow:
    """One connection, to one of the services."""

    # A port is used once: directors that a connection has left remember it
    # until the timeout of established flows.
    sources = itertools.product(range(10000, 65536), CLIENTS)

    def __init__(self, service):
        self.service = service
        self.backend = None
        self.broken = None
        self.young = False
        self.expected = b""
        self.got = b""
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        port, client = next(self.sources)
        self.sock.bind((client, port))
        self.sock.connect_ex((os.environ["VIP"], PORTS[service]))
        self.name = f"{client}:{port}"

    def took(self, data):
        """Some bytes have come. Returns true if that is all."""
        self.got += data
        if not self.got.endswith(b"\n"):
            return False
        if self.backend is None:
            self.backend = self.got.split()[0].decode()
        elif self.got != self.expected:
            self.broken = f"answer {self.got!r}"
        return True

    def __str__(self):
        return (f"{self.service} {self.name} {self.backend}"
                f"{' young' if self.young else ''}: {self.broken}")


class Flows:
    """All connections, old and young."""

    def __init__(self):
        self.poll = select.epoll()
        self.by_fd = {}
        self.flows = []
        self.turn = itertools.count()

    def _lost(self, flow, why):
        flow.broken = why
        self._close(flow)

    def _close(self, flow):
        self.by_fd.pop(flow.sock.fileno(), None)
        flow.sock.close()

    def _receive(self, wait, waiting):
        for fd, _ in self.poll.poll(wait):
            flow = self.by_fd.get(fd)
            if not flow:
                continue
            try:
                data = flow.sock.recv(4096)
            except BlockingIOError:
                continue
            except OSError as err:
                self._lost(flow, err.strerror)
                waiting.discard(flow)
                continue
            if not data:
                self._lost(flow, "closed by the other side")
                waiting.discard(flow)
            elif flow.took(data):
                waiting.discard(flow)
                if flow.broken:
                    self._lost(flow, flow.broken)

    def _wait(self, waiting, seconds, enough):
        end = time.monotonic() + seconds
        while len(waiting) > enough and time.monotonic() < end:
            self._receive(end - time.monotonic(), waiting)

    def _each(self, things, start):
        """Starts things, not too many at once, and waits for answers."""
        waiting = set()
        for some in range(0, len(things), AT_ONCE):
            for thing in things[some:some + AT_ONCE]:
                flow = start(thing)
                if flow:
                    waiting.add(flow)
            self._wait(waiting, HURRY, AT_ONCE // 2)
        self._wait(waiting, PATIENCE, 0)
        for flow in waiting:
            self._lost(flow, "silent" if flow.backend else "not opened")

    def _open(self, what):
        service, young = what
        flow = Flow(service)
        flow.young = young
        self.flows.append(flow)
        self.by_fd[flow.sock.fileno()] = flow
        self.poll.register(flow.sock, select.EPOLLIN)
        return flow

    def open(self, services, number, young=False):
        """Opens a number of connections to each service."""
        with inside("client"):
            self._each([(s, young) for _ in range(number) for s in services],
                       self._open)

    def _ask(self, flow):
        if flow.broken:
            return None
        text = b"%d\n" % next(self.turn)
        flow.got = b""
        flow.expected = flow.backend.encode() + b" " + text
        try:
            flow.sock.send(text)
        except OSError as err:
            self._lost(flow, err.strerror)
            return None
        return flow

    def round(self):
        """Every connection says something, and hears it again."""
        self._each([f for f in self.flows if not f.broken], self._ask)

    def abandon(self, backends):
        """What is with these has nobody to answer any more."""
        for flow in self.flows:
            if flow.backend in backends and not flow.broken:
                self._lost(flow, "its backend is gone")

    def close(self):
        for flow in self.flows:
            self._close(flow)
        self.flows = []
