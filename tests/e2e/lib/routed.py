# SPDX-License-Identifier: GPL-2.0
"""The router and the directors of routed.sh: which tunnels the VIPs' routes have and
since when, which director each connection goes through, and announcing.
"""

import collections
import datetime
import json
import os
import signal
import socket
import subprocess

from cluster import DIRECTORS, VIP, VIP6, on
from limits import limit
from namespace import TMP, Namespace

ANNOUNCE = f"{os.environ['E2E_DIR']}/../../userspace/maglev-announce"
HOOK = (f"{os.environ['E2E_DIR']}/../../userspace/examples/cluster/"
        "maglev-nexthops")
TUNNELS = {f"gre{d.removeprefix('director')}": d for d in DIRECTORS}
# The time that a director goes on after it is announced no more.
WAIT = 2


class Announcer:
    """maglev-announce on each director."""

    def __init__(self):
        self.running = {}

    def start(self, director):
        with open(f"{TMP}/announce-{director}", "a", encoding="ascii") as log:
            self.running[director] = subprocess.Popen(
                on(director, ANNOUNCE), stderr=log,
                env=os.environ | {"WITHDRAW_WAIT": str(WAIT),
                                  "ANNOUNCE_INTERVAL": "3"})

    def stop(self, director):
        """As systemd does; returns at once."""
        self.running[director].terminate()

    def ended(self, director):
        return self.running[director].wait(limit(WAIT + 5)) == 0

    def end(self):
        for process in self.running.values():
            process.kill()
            process.wait()


class Router:
    """What the router knows, and how it is told otherwise than by BGP."""

    def __init__(self):
        self.ns = Namespace("router")
        self.log = open(f"{TMP}/routes", "w+", encoding="ascii")
        self.monitor = subprocess.Popen(
            on("router", "stdbuf", "-oL", "ip", "-ts", "monitor", "route"),
            stdout=self.log)
        self.hook = None

    def directors(self):
        """By VIP, those that its route leads to."""
        return {vip: self._directors(vip) for vip in (VIP, VIP6)}

    def _directors(self, vip):
        family = "-6" if ":" in vip else "-4"
        routes = json.loads(self.ns.run("ip", family, "-j", "route", "show",
                                        vip))
        hops = [hop.get("dev") for route in routes
                for hop in route.get("nexthops", [route])]
        return sorted(TUNNELS[dev] for dev in hops if dev in TUNNELS)

    def leads_to(self, directors):
        return all(d == sorted(directors) for d in self.directors().values())

    def cut(self, director):
        """The director's link carries nothing any more; neither end is told."""
        self.ns.ip(f"link set {director} nomaster")

    def mend(self, director):
        self.ns.ip(f"link set {director} master servers")

    def changed(self, since):
        """Seconds from a time to the last change of a VIP's route, by VIP."""
        self.log.seek(0)
        changes = {}
        for line in self.log:
            if not line.startswith("["):
                continue
            stamp, _, text = line[1:].partition("] ")
            time = datetime.datetime.fromisoformat(stamp)
            for vip in (VIP, VIP6):
                if vip in text.split() and time > since:
                    changes[vip] = (time - since).total_seconds()
        return changes

    def keep_group(self):
        """Has the VIPs routed by a resilient group from now on."""
        self.hook = subprocess.Popen(
            on("router", HOOK, "100", *TUNNELS, "--", VIP, VIP6),
            start_new_session=True)

    def end(self):
        self.monitor.kill()
        self.monitor.wait()
        if self.hook:
            os.killpg(self.hook.pid, signal.SIGTERM)
            self.hook.wait()
        self.log.close()
        self.ns.close()


class Taps:
    """What the router sends through its tunnels."""

    def __init__(self):
        self.socks = {}
        with Namespace("router"):
            for dev in TUNNELS:
                sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                     socket.htons(3))
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
                sock.bind((dev, 3))
                sock.setblocking(False)
                self.socks[dev] = sock

    def ways(self):
        """By client's address and port, the directors to which packets of TCP
        went since the last time."""
        ways = collections.defaultdict(set)
        for dev, sock in self.socks.items():
            while True:
                try:
                    packet = sock.recv(128)
                except BlockingIOError:
                    break
                client = client_of(packet)
                if client:
                    ways[client].add(TUNNELS[dev])
        return ways

    def close(self):
        for sock in self.socks.values():
            sock.close()


def client_of(packet):
    """Address and port, as Connection.name has them."""
    if packet[0] >> 4 == 4 and packet[9] == socket.IPPROTO_TCP:
        start = 4 * (packet[0] & 15)
        name = socket.inet_ntop(socket.AF_INET, packet[12:16])
    elif packet[0] >> 4 == 6 and packet[6] == socket.IPPROTO_TCP:
        start = 40
        address = socket.inet_ntop(socket.AF_INET6, packet[8:24])
        name = f"[{address}]"
    else:
        return None
    return f"{name}:{int.from_bytes(packet[start:start + 2], 'big')}"


def daemons_said():
    """The ends of all logs, for when something does not come about."""
    names = [f"{TMP}/{name}" for name in sorted(os.listdir(TMP))]
    logs = [name for name in names if name.endswith((".log", "routes")) or
            "/announce-" in name]
    logs += [f"{dir}/{name}" for dir in names if "/frr-" in dir
             for name in sorted(os.listdir(dir)) if name.endswith(".log")]
    lines = []
    for name in logs:
        with open(name, encoding="utf-8", errors="replace") as file:
            lines += [f"{name}: {line.rstrip()}" for line in
                      file.readlines()[-10:]]
    return "\n".join(lines)
