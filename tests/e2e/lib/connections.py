# SPDX-License-Identifier: GPL-2.0
"""Many connections at once, every other one IPv6, which are asked in rounds
whether they still live.

A connection is broken if it is reset or closed, if its echo does not come from
the backend that greeted it, or if it is silent. Only IPVS leaves connections
silent by design; one of maglev's is silent when the limit for hangs is over.
"""

import itertools
import select
import socket
import struct
import time

from common import PORTS, by_kernel, shown, vips
from limits import limit
from namespace import Namespace

CLIENTS = {socket.AF_INET: [f"198.51.100.{i}" for i in range(11, 16)],
           socket.AF_INET6: [f"2001:db8:c::{i}" for i in range(11, 16)]}
AT_ONCE = 200
# For connections to maglev's services, which ends what hangs.
PATIENCE = limit(3)
# For connections to IPVS after the others, where it decides which are broken.
IPVS_PATIENCE = by_kernel(3, 8, 10)
# Answers that are missing then are waited for at the end.
HURRY = by_kernel(0.3, 2, 2)
RESET = struct.pack("ii", 1, 0)


class Connection:
    """One connection, to one of the services at one of the VIPs."""

    # A port is used once: directors that a connection has left track it until
    # the timeout of established flows.
    sources = {family: itertools.product(range(10000, 65536), clients)
               for family, clients in CLIENTS.items()}

    def __init__(self, service, family, vip):
        self.service = service
        self.family = family
        self.address = f"{shown(vip)}:{PORTS[service]}"
        self.backend = None
        self.broken = None
        self.young = False
        self.expected = b""
        self.got = b""
        self.sock = socket.socket(family)
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        port, client = next(self.sources[family])
        self.sock.bind((client, port))
        self.sock.connect_ex((vip, PORTS[service]))
        self.name = f"{shown(client)}:{port}"

    def took(self, data):
        """Some bytes have arrived. Returns true if the line is complete."""
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


class Connections:
    """All connections, old and young."""

    def __init__(self):
        self.poll = select.epoll()
        self.client = Namespace("client")
        self.by_fd = {}
        self.all = []
        self.turn = itertools.count()

    def of(self, *services):
        return [c for c in self.all if c.service in services]

    def _lost(self, conn, why):
        conn.broken = why
        self._close(conn)

    def _close(self, conn):
        self.by_fd.pop(conn.sock.fileno(), None)
        conn.sock.close()

    def _receive(self, seconds, waiting):
        for fd, _ in self.poll.poll(seconds):
            conn = self.by_fd.get(fd)
            if not conn:
                continue
            try:
                data = conn.sock.recv(4096)
            except BlockingIOError:
                continue
            except OSError as err:
                self._lost(conn, err.strerror)
                waiting.discard(conn)
                continue
            if not data:
                self._lost(conn, "closed by the other side")
                waiting.discard(conn)
            elif conn.took(data):
                waiting.discard(conn)
                if conn.broken:
                    self._lost(conn, conn.broken)

    def _wait(self, waiting, seconds, enough):
        """Until enough() says so, but no longer than this."""
        end = time.monotonic() + seconds
        while not enough() and time.monotonic() < end:
            self._receive(min(1, end - time.monotonic()), waiting)

    def _each(self, things, start):
        """Starts things, not too many at once, and waits for answers."""
        waiting = set()
        for some in range(0, len(things), AT_ONCE):
            for thing in things[some:some + AT_ONCE]:
                conn = start(thing)
                if conn:
                    waiting.add(conn)
            self._wait(waiting, HURRY, lambda: len(waiting) <= AT_ONCE // 2)
        self._wait(waiting, PATIENCE,
                   lambda: all(c.service == "ipvs" for c in waiting))
        self._wait(waiting, IPVS_PATIENCE, lambda: not waiting)
        for conn in waiting:
            self._lost(conn, "silent" if conn.backend else "not opened")

    def _open(self, what):
        service, (family, vip), young = what
        conn = Connection(service, family, vip)
        conn.young = young
        self.all.append(conn)
        self.by_fd[conn.sock.fileno()] = conn
        self.poll.register(conn.sock, select.EPOLLIN)
        return conn

    def open(self, services, number, young=False):
        """Opens a number of connections to each service, at each VIP in turn."""
        turns = itertools.islice(itertools.cycle(vips()), number)
        with self.client:
            self._each([(s, vip, young) for vip in turns for s in services],
                       self._open)

    def _ask(self, conn):
        if conn.broken:
            return None
        text = b"%d\n" % next(self.turn)
        conn.got = b""
        conn.expected = conn.backend.encode() + b" " + text
        try:
            conn.sock.send(text)
        except OSError as err:
            self._lost(conn, err.strerror)
            return None
        return conn

    def round(self):
        """Every connection sends a line, and gets it back."""
        self._each([c for c in self.all if not c.broken], self._ask)

    def abandon(self, backends):
        """Connections of these backends are given up."""
        for conn in self.all:
            if conn.backend in backends and not conn.broken:
                self._lost(conn, "its backend is gone")

    def close(self):
        for conn in self.all:
            self._close(conn)
        self.all = []
