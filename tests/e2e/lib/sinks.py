# SPDX-License-Identifier: GPL-2.0
"""UDP sockets of all backends at the VIPs: which backend got a datagram."""

import os
import select
import socket
import time

from common import vips
from limits import limit
from namespace import Namespace

BACKENDS = [f"backend{i + 1}" for i in range(int(os.environ["BACKENDS"]))]
# Of nothing but what a busy machine has not done yet.
PATIENCE = limit(2)


class Sinks:
    """Datagrams as backends have reassembled them."""

    def __init__(self, port):
        self.poll = select.epoll()
        self.socks = {}
        for name in BACKENDS:
            with Namespace(name):
                for family, vip in vips():
                    sock = socket.socket(family, socket.SOCK_DGRAM)
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF,
                                    8 << 20)
                    sock.bind((vip, port))
                    sock.setblocking(False)
                    self.socks[sock.fileno()] = (name, sock)
                    self.poll.register(sock, select.EPOLLIN)

    def now(self, timeout=0):
        """[(backend, data)] that are there, or come within the time."""
        got = []
        for fd, _ in self.poll.poll(timeout):
            name, sock = self.socks[fd]
            try:
                while True:
                    got.append((name, sock.recv(1 << 16)))
            except BlockingIOError:
                pass
        return got

    def take(self, number):
        """The next so many, or fewer if no more come."""
        got, end = [], time.monotonic() + PATIENCE
        while len(got) < number and time.monotonic() < end:
            got += self.now(0.05)
        return got + self.now()
