# SPDX-License-Identifier: GPL-2.0
"""Floods of flows of one packet each, beside connections that live.

Half of the flows are IPv6, and half of the connections."""

import subprocess
import time
from pathlib import Path

import flood_send
from cluster import VIP, VIP6, VIPS, Change, Cluster, on
from common import allow_files, by_kernel
from connections import Connections
from ktap import check
from limits import wait_until

# Of flood_send: 1 M flows where that takes seconds. A multiple of 4: services and
# families take turns.
ROUNDS = by_kernel(256, 24, 4)
TUPLES = ROUNDS * flood_send.PORTS
NUMBER = by_kernel(500, 250, 30)
# Between rounds of connections, which leaves the flood some of a slow CPU.
PAUSE = by_kernel(0, 0, 2)
UDP_PORT = 7005
# A small cache, for one in 64 flows.
CACHE = max(TUPLES // 64, 1024)
SHOWN = 5
SERVICES = ("all", "changed")


def softnet(line):
    """The second column of a CPU's line."""
    return f"{int(line.split()[1], 16)} packets lost before a full queue"


class Flooded:
    """One director, which flood and connections share."""

    def __init__(self):
        allow_files()
        print(f"# {TUPLES} flows of one packet, {2 * NUMBER} connections")
        names = [f"backend{i + 1}" for i in range(8)]
        self.cluster = Cluster(names, SERVICES)
        self.conns = Connections()
        self.cluster.apply(Change(
            [f"-A -u {vip}:{UDP_PORT} --pool web" for vip in VIPS] +
            [f"--cache-size {CACHE}"]), [1]).wait()
        self.cluster.settled()

    def connect(self):
        self.conns.open(SERVICES, NUMBER)
        self.conns.round()
        self.conns.round()
        self.unbroken("before the flood")

    def unbroken(self, when):
        broken = [c for c in self.conns.all if c.broken]
        check(f"{when}, none of {len(self.conns.all)} connections is broken",
              not broken, *map(self.cluster.explain, broken[:SHOWN]))

    def info(self, name):
        return self.cluster.ask("director1", "--info")[name]

    def counter(self, name):
        return self.cluster.counter("director1", name)

    def change(self, change):
        self.cluster.apply(change).wait()
        self.conns.round()
        self.conns.abandon(change.gone)
        self.conns.all = [c for c in self.conns.all
                          if c.backend not in change.gone]

    def flood(self, proto, port, first, rounds):
        """Starts to send rounds of flows, to each VIP in turn."""
        return subprocess.Popen(on(
            "router", "/usr/bin/python3", flood_send.__file__, proto,
            "10.0.0.11", str(port), str(first), str(rounds), VIP, VIP6))

    def finish(self, sender):
        """Connections are busy until the flood has been sent."""
        rounds = 0
        while sender.poll() is None:
            self.conns.round()
            time.sleep(PAUSE)
            rounds += 1
        if sender.returncode:
            raise RuntimeError("the flood was not sent")
        print(f"# {rounds} rounds of all connections meanwhile")

    def arrived(self, before, tuples):
        """Waits for the flood, but for what was lost in queues."""
        def seen():
            return self.counter("forwarded") - before

        wait_until(lambda: seen() > tuples * 0.99, f"{tuples} packets are "
                   f"forwarded; so far {seen()}; {self.softnet()}", 10, 0.1)
        check(f"packets of {tuples} flows are forwarded", True)

    @staticmethod
    def softnet():
        text = Path("/proc/net/softnet_stat").read_text(encoding="ascii")
        return "; ".join(map(softnet, text.splitlines()))
