# SPDX-License-Identifier: GPL-2.0
"""Servers in all backends, which greet with their names and echo lines.

    echo_server.py READYFILE

The answer to a line is the server's name and the line. One epoll has the sockets
of all namespaces and both families: a socket stays in the namespace where it was
made.
"""

import itertools
import os
import select
import socket
import sys

from common import PORTS, allow_files, vips
from namespace import Namespace

GREETING = b"%s hello\n"


class Server:
    """A backend's listening sockets and connections."""

    def __init__(self, poll, conns):
        self.poll = poll
        self.conns = conns
        self.listeners = {}

    def listen(self, name):
        with Namespace(name):
            for (family, vip), port in itertools.product(vips(),
                                                         PORTS.values()):
                sock = socket.create_server((vip, port), family=family,
                                            backlog=4096)
                sock.setblocking(False)
                self.listeners[sock.fileno()] = (sock, name.encode())
                self.poll.register(sock, select.EPOLLIN)

    def accept(self, fd):
        listener, name = self.listeners[fd]
        while True:
            try:
                sock, _ = listener.accept()
                sock.send(GREETING % name)
            except BlockingIOError:
                return
            except OSError:
                continue
            sock.setblocking(False)
            self.conns[sock.fileno()] = (sock, name)
            self.poll.register(sock, select.EPOLLIN)

    def answer(self, fd):
        sock, name = self.conns[fd]
        try:
            data = sock.recv(4096)
            if data:
                sock.send(b"".join(name + b" " + line
                                   for line in data.splitlines(True)))
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        del self.conns[fd]
        sock.close()


def main():
    allow_files()
    server = Server(select.epoll(), {})
    for i in range(int(os.environ["BACKENDS"])):
        server.listen(f"backend{i + 1}")
    with open(sys.argv[1], "w", encoding="ascii"):
        pass
    while True:
        for fd, _ in server.poll.poll():
            if fd in server.listeners:
                server.accept(fd)
            elif fd in server.conns:
                server.answer(fd)


if __name__ == "__main__":
    main()
