# SPDX-License-Identifier: GPL-2.0
"""Floods of flows of one packet each, beside connections that live.

    flood.py syn|udp
"""

import subprocess
import sys
import time
from pathlib import Path

import flood_send
from cluster import VIP, Change, Cluster, add, delete, on, weigh
from flows import Flows
from ktap import check, check_is
from places import PORTS, allow_files, scaled

# In whole rounds of flood_send: 1 M where that takes seconds.
TUPLES = scaled(256, 24, 2) * flood_send.PORTS
NUMBER = scaled(500, 250, 30)
# Between rounds, so that they leave the flood some of a slow CPU.
PAUSE = scaled(0, 0, 2)
UDP_PORT = 7005
# A small cache: 1 of 50 flows fits in, about.
CACHE = max(TUPLES // 64, 1024)
SHOWN = 5
SERVICES = ("all", "changed")


def softnet(line):
    """What the second column of a CPU's line says."""
    return f"{int(line.split()[1], 16)} packets lost before a full queue"


class Rig:
    """One director, so that flood and connections meet."""

    def __init__(self):
        names = [f"backend{i + 1}" for i in range(8)]
        self.cluster = Cluster(names, SERVICES)
        self.flows = Flows()
        self.cluster.apply(Change(
            [f"-A -u {VIP}:{UDP_PORT} --pool web",
             f"--cache-size {CACHE}"]), [1]).wait()
        self.cluster.settled()

    def connect(self):
        self.flows.open(SERVICES, NUMBER)
        self.flows.round()
        self.flows.round()
        self.unbroken("before the flood")

    def unbroken(self, when):
        broken = [f for f in self.flows.flows if f.broken]
        check(f"{when}: none of {len(self.flows.flows)} connections is broken",
              not broken, *map(self.cluster.explain, broken[:SHOWN]))

    def used(self):
        return self.cluster.ask("director1", "--info")["cache_used"]

    def counter(self, name):
        return self.cluster.counter("director1", name)

    def change(self, change):
        self.cluster.apply(change).wait()
        self.flows.round()
        self.flows.abandon(change.gone)
        self.flows.flows = [f for f in self.flows.flows
                            if f.backend not in change.gone]

    def flood(self, proto, port, tuples):
        return subprocess.Popen(on(
            "router", "/usr/bin/python3", flood_send.__file__, proto,
            "10.0.0.11", VIP, str(port), str(tuples)))

    def arrived(self, before, tuples):
        counters = self.cluster.counters("director1")
        seen = counters["forwarded"] - before
        check(f"{tuples} packets of as many flows came through",
              seen > tuples * 0.99, f"only {seen}; all counters: {counters}",
              *map(softnet, Path("/proc/net/softnet_stat").read_text()
                   .splitlines()))


def syn():
    """In settled slots, a packet that opens a flow is not remembered."""
    rig = Rig()
    rig.connect()
    before, used = rig.counter("forwarded"), rig.used()
    stored = rig.counter("flows_stored")
    for service in SERVICES:
        sender = rig.flood("tcp", PORTS[service], TUPLES // 2)
        rounds = 0
        while sender.poll() is None:
            rig.flows.round()
            time.sleep(PAUSE)
            rounds += 1
        check_is("the flood was sent", sender.returncode, 0)
        print(f"# {rounds} rounds of all connections meanwhile")
    rig.arrived(before, TUPLES)
    check_is("the flood stored no flow", rig.counter("flows_stored"), stored)
    check_is("the cache is as full as before", rig.used(), used)
    rig.unbroken("after the flood")
    rig.change(add("backend9"))
    rig.unbroken("a backend added after the flood")


def udp():
    """Flows of which more than one packet came are not displaced."""
    rig = Rig()
    rig.connect()
    before = rig.counter("forwarded")
    sender = rig.flood("udp", UDP_PORT, TUPLES)
    changes = [add("backend9"), weigh("backend3", 3), delete("backend4"),
               add("backend4"), weigh("backend3", 1)]
    done = 0
    while sender.poll() is None:
        if done < len(changes):
            rig.change(changes[done])
            done += 1
        rig.flows.round()
    check_is("the flood was sent", sender.returncode, 0)
    check("backends changed meanwhile", done > 1, f"{done} changes")
    print(f"# {done} changes meanwhile")
    rig.arrived(before, TUPLES)
    used = rig.used()
    size = rig.cluster.ask("director1", "--info")["cache_size"]
    print(f"# {used} of {size} places in use, flows stored: "
          f"{rig.counter('flows_stored')}, "
          f"displaced: {rig.counter('flows_evicted')}")
    # Flows to a backend that was deleted are not in use.
    check("the cache is full and no fuller", 0.75 * size < used <= size)
    check("flows of one packet displaced each other",
          rig.counter("flows_evicted") > TUPLES // 2)
    rig.unbroken("after the flood")
    rig.change(delete("backend5"))
    rig.unbroken("a backend deleted after the flood")
    rig.cluster.settled()
    rig.flows.round()
    rig.unbroken("slots have settled")


def main():
    allow_files()
    print(f"# {TUPLES} flows of one packet, {2 * NUMBER} connections")
    {"syn": syn, "udp": udp}[sys.argv[1]]()


if __name__ == "__main__":
    main()
