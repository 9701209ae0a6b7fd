# SPDX-License-Identifier: GPL-2.0
"""The number of connections that break when backends, tables and directors
change.

Each case begins with settled tables and new connections, the same number to a
service of each kind of tracking, and to IPVS on the same directors, for
comparison. Half of them are IPv6, those to IPVS as well. Connections of a backend
that is deleted or fails are not counted: they have to break.
"""

import os
import socket

from cluster import Cluster
from common import PORTS, allow_files, by_kernel
from connections import Connections
from ktap import check

NUMBER = by_kernel(500, 170, 60)
YOUNG = NUMBER // 5
SHOWN = 5
FAMILIES = {socket.AF_INET: "IPv4", socket.AF_INET6: "IPv6"}


class Step:
    """One change, and the directors that the router uses from then on."""

    def __init__(self, change, directors=None):
        self.change = change
        self.directors = directors


class Table:
    """Connections that broke, by case, to be printed and kept."""

    def __init__(self, services):
        self.services = services
        self.lines = []
        # By family, and of each by service.
        self.sums = {family: dict.fromkeys(services, 0) for family in FAMILIES}
        self.line("broken, of those whose backend serves; half IPv6",
                  ["IPVS mh" if s == "ipvs" else s for s in services])

    def line(self, title, cells):
        self.lines.append(f"{title:<50}" + "".join(f"{c:>12}" for c in cells))

    def add(self, title, conns):
        cells = []
        for service in self.services:
            mine = [c for c in conns if c.service == service and c.backend]
            broken = [c for c in mine if c.broken]
            for conn in broken:
                self.sums[conn.family][service] += 1
            cells.append(f"{len(broken)}/{len(mine)}")
        self.line(title, cells)

    def print(self):
        for family, name in FAMILIES.items():
            self.line(f"sum, {name}", self.sums[family].values())
        with open(os.environ["OUT"], "a", encoding="ascii") as out:
            for line in self.lines:
                print(f"# {line}")
                out.write(line + "\n")
            out.write("\n")


class Proof:
    """Runs cases on a cluster of eight backends."""

    def __init__(self):
        allow_files()
        names = [f"backend{i + 1}" for i in range(8)]
        self.cluster = Cluster(names, PORTS)
        self.conns = Connections()
        self.table = Table(self.cluster.services)
        self.judged = [s for s in self.cluster.services if s != "ipvs"]

    def _make(self, step):
        """Connections are busy while it happens."""
        process = self.cluster.apply(step.change, step.directors)
        while process.poll() is None:
            self.conns.round()
        if process.returncode:
            raise RuntimeError("directors refuse the change")

    def _open(self, title):
        """Those to IPVS, which is not under test, are counted apart."""
        self.conns.open(self.judged, NUMBER)
        others = set(self.cluster.services) - set(self.judged)
        self.conns.open(others, NUMBER)
        self.conns.round()
        lost = [c for c in self.conns.of(*self.judged) if c.broken]
        check(f"{title}: {len(self.judged) * NUMBER} connections at once are "
              "answered", not lost, *lost[:SHOWN])
        lost = [c for c in self.conns.of(*others) if c.broken]
        if lost:
            print(f"# IPVS: {len(lost)} of {NUMBER} connections are left out: "
                  f"{lost[0]}")
            self.conns.all = [c for c in self.conns.all if c not in lost]

    def case(self, title, *steps, young=YOUNG):
        """Makes changes in a row. @young connections of each service are
        opened after each of them."""
        gone = set()
        self._open(title)
        for step in steps:
            self._make(step)
            gone |= step.change.gone
            self.conns.round()
            self.conns.abandon(step.change.gone)
            if young:
                self.conns.open(self.cluster.services, young, young=True)
        self.conns.round()
        # Nor do they break when slots forget their previous owners.
        self.cluster.settled()
        self.conns.round()
        self.report(title, gone)
        self.conns.close()

    def report(self, title, gone):
        # Backends that failed and returned have new connections only.
        conns = [c for c in self.conns.all
                 if c.young or c.backend not in gone]
        self.table.add(title, conns)
        for service in self.cluster.services:
            broken = [c for c in conns if c.service == service and c.broken]
            if service in ("all", "changed"):
                check(f"{title}, tracking {service}: no connection breaks",
                      not broken,
                      *map(self.cluster.explain, broken[:SHOWN]))
                continue
            refused = sum(1 for c in broken if not c.backend)
            if refused:
                print(f"# {service}: {refused} new connections are refused")
            for conn in [c for c in broken if c.backend][:2]:
                print(f"# e.g. {conn}")

    def end(self):
        self.table.print()
        for family, name in FAMILIES.items():
            check(f"{name}: connections break where nothing is tracked",
                  self.table.sums[family]["none"] > 0)
