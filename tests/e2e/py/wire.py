# SPDX-License-Identifier: GPL-2.0
"""The two ends of the wire, and the director between them.

The topology is that of wire.sh. What a case sends is followed by a plain UDP
packet that the director routes as any router would; once that has arrived at
the backends' end, everything before it has been dealt with: the packets take
one path, on one CPU. So nothing has to wait for a packet that will not come.
"""

import ctypes
import json
import os
import socket
import subprocess
import time

import packet as p

ETH_P_ALL = 3
CLONE_NEWNET = 0x40000000
PACKET_OUTGOING = 4
TIMEOUT = 20
PORTION = 100

ROUTER_MAC = "02:00:00:00:00:01"
DIRECTOR_MAC = "02:00:00:00:00:02"
ROUTER = "10.1.0.1"
DIRECTOR = "10.1.0.2"
DIRECTOR2 = "10.1.0.22"
MARKER = "10.2.0.99"
CLIENT = "198.51.100.7"

libc = ctypes.CDLL(None, use_errno=True)


def setns(fd):
    if libc.setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class Namespace:
    """A network namespace of the scenario; `with` enters it."""

    def __init__(self, name):
        self.name = f"{os.environ['E2E_PREFIX']}-{name}"
        self.fd = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY)

    def close(self):
        """Lets go of it, so that it can be deleted."""
        os.close(self.fd)
        os.close(self.home)

    def __enter__(self):
        setns(self.fd)
        return self

    def __exit__(self, *exc):
        setns(self.home)

    def run(self, *command, check=True):
        """Runs a command inside; returns what it printed."""
        with self:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, text=True,
                                  capture_output=True, check=False)
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout if check else done


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
        """The next frame that came in, None if there is none now."""
        while True:
            try:
                frame, addr = self.sock.recvfrom(1 << 17,
                                                 socket.MSG_DONTWAIT)
            except BlockingIOError:
                return None
            if addr[2] != PACKET_OUTGOING:
                return frame


class Delivered:
    """What the stack of a host delivers locally, outer header included."""

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
    """Inner packets that a GRE device takes in."""

    def __init__(self, namespace, device):
        with namespace:
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
            self.sock.bind((device, ETH_P_ALL))

    def receive(self):
        packets = []
        while True:
            try:
                data, addr = self.sock.recvfrom(1 << 17, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return packets
            if addr[2] != PACKET_OUTGOING:
                packets.append(data)


class Director:
    """maglevadm in a namespace."""

    def __init__(self, name="director"):
        self.ns = Namespace(name)
        self.last = {}
        self.moved()

    def adm(self, line, check=True):
        """Runs maglevadm with the arguments of a line."""
        return self.ns.run("maglevadm", *line.split(), check=check)

    def counters(self):
        return json.loads(self.adm("--counters --json"))["counters"]

    def moved(self):
        """
        The fates that have been counted since the last time, and how often.
        What the flow cache did is none.
        """
        now = {k: v for k, v in self.counters().items()
               if not k.startswith("flows_")}
        delta = {k: v - self.last.get(k, 0) for k, v in now.items()
                 if v != self.last.get(k, 0)}
        self.last = now
        return delta

    def services(self):
        return json.loads(self.adm("-L --json -n"))["services"]

    def info(self):
        return json.loads(self.adm("--info --json"))


class Wire:
    """Router and backends: send here, see what arrives there."""

    def __init__(self, router="router", backend="backend"):
        os.sched_setaffinity(0, {0})
        self.router = Port(Namespace(router), "r0")
        self.backend = Port(Namespace(backend), "b0")
        self.marks = 0

    def mark(self):
        """A packet that the director routes; returns what shows it arrived."""
        self.marks += 1
        payload = b"marker %d %d." % (os.getpid(), self.marks)
        self.router.send(frame(p.ipv4(ROUTER, MARKER, p.UDP,
                                      p.udp(9, 9, payload))))
        return payload

    def exchange(self, packets, raw=False):
        """Sends packets; returns those that reached (backends, router)."""
        arrived, back = [], []
        # In portions that no queue on the way is too short for.
        for i in range(0, len(packets), PORTION):
            for packet in packets[i:i + PORTION]:
                self.router.send(packet if raw else frame(packet))
            portion = self.collect()
            arrived += portion[0]
            back += portion[1]
        return arrived, back

    def collect(self):
        """What has arrived by the time a marker has."""
        token = self.mark()
        arrived, end = [], time.monotonic() + TIMEOUT
        while True:
            got = self.backend.receive()
            if got is None:
                if time.monotonic() > end:
                    raise TimeoutError("the marker did not arrive")
                time.sleep(0.001)
                continue
            if got[12:14] != b"\x08\x00":
                continue
            if token in got:
                break
            arrived.append(p.IPv4(got[14:]))
        back = []
        while (got := self.router.receive()) is not None:
            if got[12:14] == b"\x08\x00":
                back.append(p.IPv4(got[14:]))
        return arrived, back


def frame(packet, padding=b""):
    """From the router to the director."""
    return p.ether(DIRECTOR_MAC, ROUTER_MAC, packet) + padding


def outer(payload, dst=DIRECTOR, src=ROUTER, **fields):
    """A GRE packet from the router to the director."""
    return p.ipv4(src, dst, p.GRE, payload, **fields)


def inner(vip, l4, proto=p.TCP, src=CLIENT, **fields):
    return p.ipv4(src, vip, proto, l4, **fields)
