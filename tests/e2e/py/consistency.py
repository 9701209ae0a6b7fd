# SPDX-License-Identifier: GPL-2.0
"""How many connections break when backends, tables and directors change.

    consistency.py backends|directors

Each scenario begins with settled tables and new connections, the same number to
a service of each kind of tracking, and to IPVS on the same directors. What is
with a backend that is deleted or fails is not counted: it has to break.
"""

import os
import sys

from cluster import (Change, Cluster, add, delete, drain, fail, pool, recover,
                     undrain, weigh)
from flows import Flows
from ktap import check
from places import PORTS, allow_files, kernel_is, scaled

NUMBER = scaled(500, 170, 20)
YOUNG = NUMBER // 5
SHOWN = 5


class Step:
    """One change, and which directors the router uses from then on."""

    def __init__(self, change, directors=None):
        self.change = change
        self.directors = directors


class Table:
    """What is printed and kept: connections that broke, by scenario."""

    def __init__(self, services):
        self.services = services
        self.lines = []
        self.sums = dict.fromkeys(services, 0)
        self.line("broken connections of those whose backend serves",
                  ["IPVS mh" if s == "ipvs" else s for s in services])

    def line(self, title, cells):
        self.lines.append(f"{title:<50}" + "".join(f"{c:>12}" for c in cells))

    def add(self, title, flows):
        cells = []
        for service in self.services:
            mine = [f for f in flows if f.service == service and f.backend]
            broken = sum(1 for f in mine if f.broken)
            self.sums[service] += broken
            cells.append(f"{broken}/{len(mine)}")
        self.line(title, cells)

    def print(self):
        self.line("sum", self.sums.values())
        with open(os.environ["OUT"], "a", encoding="ascii") as out:
            for line in self.lines:
                print(f"# {line}")
                out.write(line + "\n")
            out.write("\n")


class Proof:
    """Runs scenarios."""

    def __init__(self, backends):
        self.cluster = Cluster(backends, PORTS)
        self.flows = Flows()
        self.table = Table(self.cluster.services)

    def _make(self, step):
        """Connections are busy while it happens."""
        process = self.cluster.apply(step.change, step.directors)
        while process.poll() is None:
            self.flows.round()
        if process.returncode:
            raise RuntimeError("directors refuse the change")

    def scenario(self, title, *steps, young=YOUNG):
        """Makes changes in a row. Those of @young connections begin after
        each of them."""
        gone = set()
        self.flows.open(self.cluster.services, NUMBER)
        self.flows.round()
        lost = [f for f in self.flows.flows if f.broken]
        check(f"{title}: {len(self.flows.flows)} connections at once",
              not lost, *lost[:SHOWN])
        for step in steps:
            self._make(step)
            gone |= step.change.gone
            self.flows.round()
            self.flows.abandon(step.change.gone)
            if young:
                self.flows.open(self.cluster.services, young, young=True)
        self.flows.round()
        # Nor do they break when that is forgotten.
        self.cluster.settled()
        self.flows.round()
        self.report(title, gone)
        self.flows.close()

    def report(self, title, gone):
        # Those with backends that failed and returned are new.
        flows = [f for f in self.flows.flows
                 if f.young or f.backend not in gone]
        self.table.add(title, flows)
        for service in self.cluster.services:
            broken = [f for f in flows if f.service == service and f.broken]
            if service in ("all", "changed"):
                check(f"{title}, tracking {service}: no connection breaks",
                      not broken,
                      *map(self.cluster.explain, broken[:SHOWN]))
                continue
            refused = sum(1 for f in broken if not f.backend)
            if refused:
                print(f"# {service}: {refused} new ones are not let in")
            for flow in [f for f in broken if f.backend][:2]:
                print(f"# e.g. {flow}")


def backends():
    """Directors stay, backends and tables change."""
    names = [f"backend{i + 1}" for i in range(8)]
    proof = Proof(names)
    scenario = proof.scenario
    scenario("add a backend", Step(add("backend9")))
    scenario("delete a backend", Step(delete("backend4")))
    scenario("a backend fails and returns", Step(fail("backend5")),
             Step(recover("backend5")))
    if not kernel_is("debug"):
        scenario("weight 0", Step(weigh("backend1", 0)))
        scenario("drain", Step(drain("backend2")))
        scenario("weight 1 to 4", Step(weigh("backend3", 4)))
        scenario("two changes in a row", Step(weigh("backend1", 1)),
                 Step(undrain("backend2")))
        scenario("another table size", Step(pool("--table-size 65521")))
    scenario("another seed", Step(pool("--seed 0x5eed")))
    return proof


def directors():
    """The router spreads over other directors at the same moment."""
    names = [f"backend{i + 1}" for i in range(8)]
    proof = Proof(names)

    def scenario(title, *steps):
        proof.scenario(title, *steps, young=0)

    two, three, others = [1, 2], [1, 2, 3], [1, 3]
    scenario("directors 2 to 3, add a backend", Step(add("backend9"), three))
    scenario("directors 3 to 2, delete a backend",
             Step(delete("backend9"), two))
    if not kernel_is("debug"):
        scenario("directors 2 to 3, a backend fails",
                 Step(fail("backend5"), three))
        scenario("directors 3 to 2, it returns",
                 Step(recover("backend5"), two))
        scenario("one of 2 directors replaced, drain",
                 Step(drain("backend2"), others))
        scenario("directors 2 to 3 and back, weights",
                 Step(weigh("backend3", 4), three),
                 Step(weigh("backend4", 3), two))
        scenario("directors 2 to 3, another seed",
                 Step(pool("--seed 0x5eed"), three))
        scenario("directors 3 to 2, another table size",
                 Step(pool("--table-size 65521"), two))
    scenario("directors 2 to 3, nothing else", Step(Change(), three))
    check("the third director had its part",
          proof.cluster.counter("director3", "forwarded") > NUMBER // 4)
    return proof


def main():
    allow_files()
    proof = {"backends": backends, "directors": directors}[sys.argv[1]]()
    proof.table.print()
    check("connections break where nothing is tracked",
          proof.table.sums["none"] > 0)


if __name__ == "__main__":
    main()
