# SPDX-License-Identifier: GPL-2.0
# needs: routed quick
"""Directors that announce themselves to the router by BGP, with BFD: one dies, one is
taken out by hand, one comes back, each while a backend changes at the same moment.

Connections that break are counted, and those that go through another director
afterwards. With MAGLEV_RESILIENT in the environment both are counted once more with a
resilient nexthop group.
"""

import datetime
import os
import time

import connections
from cluster import (DIRECTORS, VIP, Change, Cluster, add, delete, drain,
                     fail, recover, undrain)
from common import allow_files, by_kernel
from ktap import check
from limits import limit
from proof import Table
from routed import Announcer, Router, Taps, daemons_said

NUMBER = by_kernel(300, 100, 40)
SERVICES = ["all", "changed", "ipvs"]
SHOWN = 5
# A machine that stands still for a third of a second takes BFD's sessions down, and
# packets may be lost again and again. Connections are to stay, whatever becomes of
# sessions.
connections.PATIENCE = limit(20)


class Proof:
    def __init__(self):
        allow_files()
        self.announcer = Announcer()
        self.router = Router()
        self.taps = Taps()
        self.lines = []

    def start(self):
        """Announces all directors, and gives them their rules."""
        for director in DIRECTORS:
            self.announcer.start(director)
        self.cluster = Cluster([f"backend{i + 1}" for i in range(8)], SERVICES)
        self.judged = [s for s in self.cluster.services if s != "ipvs"]
        self.conns = connections.Connections()
        self.table = Table(self.cluster.services)
        self.wait_for("all directors are announced", DIRECTORS)

    def wait_for(self, what, directors, busy=lambda: time.sleep(0.3)):
        end = time.monotonic() + limit(20)
        while not (reached := self.router.leads_to(directors)):
            if time.monotonic() > end:
                break
            busy()
        check(what, reached, self.router.directors(),
              *([] if reached else [daemons_said()]))

    def open(self, title):
        """Those that are not opened, since no director was announced, are opened
        anew."""
        for service in self.cluster.services:
            missing, tries = NUMBER, 10
            while missing and tries:
                self.conns.open([service], missing)
                self.conns.all = [c for c in self.conns.all if c.backend]
                missing = NUMBER - len(self.conns.of(service))
                tries -= 1
            if service in self.judged:
                check(f"{title}, tracking {service}: {NUMBER} connections are "
                      "opened", not missing, f"missing: {missing}")

    def ways(self):
        """Which director each connection goes through."""
        self.taps.ways()
        self.conns.round()
        return {client: min(directors) for client, directors in
                self.taps.ways().items() if len(directors) == 1}

    def case(self, title, act, change, directors):
        """Acts on a director while backends change; afterwards the router uses
        these."""
        self.open(title)
        before = self.ways()
        since = datetime.datetime.now()
        process = self.cluster.apply(change)
        act()
        self.wait_for(f"{title}: the routes follow", directors,
                      self.conns.round)
        changed = self.router.changed(since)
        if process.wait():
            raise RuntimeError("directors refuse the change")
        self.conns.round()
        self.conns.abandon(change.gone)
        self.conns.round()
        after = self.ways()
        self.report(title, change.gone, changed)
        self.report_ways(title, before, after, directors)
        self.conns.close()
        # Not before: sessions that go down later move connections once more.
        self.cluster.settled()

    def report(self, title, gone, changed):
        conns = [c for c in self.conns.all if c.backend not in gone]
        self.table.add(title, conns)
        for service in self.judged:
            broken = [c for c in conns if c.service == service and c.broken]
            check(f"{title}, tracking {service}: no connection breaks",
                  not broken, *map(self.cluster.explain, broken[:SHOWN]))
        self.say(f"{title}: routes as they are now after " + ", ".join(
            f"{seconds:.2f} s (IPv{4 if vip == VIP else 6})"
            for vip, seconds in changed.items()))

    def report_ways(self, title, before, after, directors):
        both = [c for c in before if c in after]
        had_to = [c for c in both if before[c] not in directors]
        moved = [c for c in both if before[c] != after[c]]
        self.say(f"{title}: {len(moved)} of {len(both)} connections go "
                 f"through another director, {len(had_to)} of them had to")

    def say(self, line):
        self.lines.append(line)

    def stop(self):
        self.announcer.end()
        self.router.end()
        self.taps.close()

    def print(self):
        self.table.print()
        with open(os.environ["OUT"], "a", encoding="ascii") as out:
            for line in self.lines:
                print(f"# {line}")
                out.write(line + "\n")


def ordinary(proof):
    router, announcer = proof.router, proof.announcer
    one, two, three = DIRECTORS
    proof.case("one dies, a backend fails",
               lambda: router.cut(three), fail("backend5"), [one, two])
    proof.case("it comes back, the backend, too",
               lambda: router.mend(three), recover("backend5"), DIRECTORS)
    proof.case("one is taken out, a backend drains",
               lambda: announcer.stop(one), drain("backend2"), [two, three])
    check("taken out by hand: it ends by itself", announcer.ended(one))


def resilient(proof):
    router, announcer = proof.router, proof.announcer
    one, two, three = DIRECTORS
    proof.case("it is put back, the backend, too",
               lambda: announcer.start(one), undrain("backend2"), DIRECTORS)
    router.keep_group()
    proof.wait_for("a resilient group has all directors", DIRECTORS)
    proof.case("resilient: one dies, a backend is added",
               lambda: router.cut(three), add("backend9"), [one, two])
    proof.case("resilient: it comes back, a backend is deleted",
               lambda: router.mend(three), delete("backend9"), DIRECTORS)
    proof.case("resilient: one is taken out",
               lambda: announcer.stop(one), Change(), [two, three])
    announcer.ended(one)


def main():
    proof = Proof()
    try:
        proof.start()
        ordinary(proof)
        if os.environ.get("MAGLEV_RESILIENT"):
            resilient(proof)
    finally:
        proof.stop()
    proof.print()


if __name__ == "__main__":
    main()
