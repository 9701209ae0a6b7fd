# SPDX-License-Identifier: GPL-2.0
# needs: line
"""Backends change: the backend of each packet of a flow, rule by rule.

Slots settle on demand only, and no tracked flow times out. The rules know no family,
but names of flows do, and what an affinity leaves out of them: these run for both.
"""

import time

import packet as p
from director import LONG, TIMEOUTS, Director
from family import SPEC, number
from ktap import Case, check, check_is
from limits import wait_until
from listener import Listener, shown
from outer import CLIENT6, VIP6
from wire import CLIENT, VIP, Wire, outer

A, B = "10.2.0.11", "10.2.0.12"
# Of one family: how results call it, VIP, two clients.
V4 = ("", VIP, CLIENT, "198.51.100.8")
V6 = ("IPv6, ", VIP6, CLIENT6, "2001:db8:a::8")


class Flows:
    """A service with A up and B down, and its flows."""

    def __init__(self, wire, director, options="", service="-t", port=80,
                 family=V4):
        self.wire, self.director = wire, director
        self.proto = p.UDP if service == "-u" else p.TCP
        self.name, self.vip, self.client, self.other_client = family
        vip = f"[{self.vip}]" if family is V6 else self.vip
        self.service, self.port = f"{service} {vip}:{port}", port
        director.adm(f"-A {self.service} --settle {LONG} {options}")
        director.adm(f"-a {self.service} -r {A}")
        director.adm(f"-a {self.service} -r {B} --state down")

    def edit(self, backend, what):
        self.director.adm(f"-e {self.service} -r {backend} {what}")

    def swap(self, old=A, new=B):
        """Every slot changes hands; its previous owner drains."""
        self.edit(new, "--state up")
        self.edit(old, "--state drain")

    def settle(self):
        self.director.settle(self.service)

    def send(self, sport, flags=p.ACK, src=None):
        l4 = p.udp(sport, self.port) if self.proto == p.UDP else \
            p.tcp(sport, self.port, flags=flags)
        words = (src or self.client, self.vip, self.proto, l4)
        packet = p.gre(p.ipv6(*words), proto=p.ETH_IPV6) \
            if self.vip == VIP6 else p.gre(p.ipv4(*words))
        arrived, _ = self.wire.exchange([outer(packet)])
        return [x.dst for x in arrived]

    def expect(self, desc, sport, backend, **kw):
        check_is(self.name + desc, self.send(sport, **kw), [backend])

    def expect_tracked(self, desc, number):
        check_is(self.name + desc, self.tracked(), number)

    def tracked(self):
        listed = self.director.adm(f"-L -c -n {self.service}")
        return sum(self.vip in line for line in listed.splitlines())

    def backends(self):
        return [b["address"] for s in self.director.services()
                if s["port"] == self.port for b in s["backends"]]

    def end(self):
        self.director.adm(f"-D {self.service}")


def all_flows(wire, director, family=V4):
    f = Flows(wire, director, "--track all", family=family)
    f.settle()
    f.send(1, p.SYN)
    f.expect_tracked("all: a SYN in a settled slot stores no flow", 0)
    f.expect("all: a mid-flow packet in a settled slot goes to the owner", 1,
             A)
    f.expect_tracked("all: a mid-flow packet stores its flow", 1)
    f.swap()
    f.expect("all: a tracked flow stays with a backend that drains", 1, A)
    f.expect("all: an untracked mid-flow packet in an unsettled slot goes to "
             "the previous owner", 2, A)
    f.expect("all: a new connection in an unsettled slot goes to the owner",
             3, B, flags=p.SYN)
    f.expect("all: a mid-flow packet after its SYN goes to the same backend",
             3, B)
    f.expect("all: a SYN of a tracked flow goes to the owner", 1, B,
             flags=p.SYN)
    f.expect("all: a mid-flow packet after that SYN goes to the owner", 1, B)
    f.settle()
    f.expect("all: an untracked mid-flow packet in a slot that has settled "
             "goes to the owner", 4, B)
    f.expect("all: a flow of a previous owner stays when the slot has settled",
             2, A)
    f.edit(A, "--state down")
    f.expect("all: a flow of a backend that is down goes to the owner", 2, B)
    f.edit(A, "--state up")
    f.expect("all: a reassigned flow stays when its first backend is up "
             "again", 2, B)
    f.end()


def changed_flows(wire, director):
    f = Flows(wire, director, "--track changed")
    f.settle()
    f.send(1, p.SYN)
    f.send(1)
    check_is("changed: a packet in a settled slot stores no flow",
             f.tracked(), 0)
    f.swap()
    f.expect("changed: a mid-flow packet in an unsettled slot goes to the "
             "previous owner", 1, A)
    f.expect("changed: a new connection in an unsettled slot goes to the "
             "owner", 2, B, flags=p.SYN)
    f.expect("changed: a mid-flow packet after its SYN goes to the same "
             "backend", 2, B)
    check_is("changed: a packet in an unsettled slot stores its flow",
             f.tracked(), 2)
    f.settle()
    f.expect("changed: a flow of a previous owner stays when the slot has "
             "settled", 1, A)
    wait_until(lambda: f.tracked() < 2, "a flow is forgotten", pause=0.1)
    check_is("changed: only flows that the table would send elsewhere are "
             "kept", f.tracked(), 1)
    f.expect("changed: a flow that is not kept goes to the owner", 2, B)
    f.expect("changed: a flow that is kept goes to the previous owner", 1, A)
    f.end()


def no_flows(wire, director):
    f = Flows(wire, director, "--track none")
    f.send(1)
    f.swap()
    f.expect("none: a mid-flow packet goes to the owner", 1, B)
    check_is("none: no flow is stored", f.tracked(), 0)
    f.end()


def udp_flows(wire, director):
    f = Flows(wire, director, "", "-u", 53)
    f.settle()
    f.expect("UDP: a packet in a settled slot goes to the owner", 1, A)
    f.swap()
    f.expect("UDP: a tracked flow stays when the slot changes hands", 1, A)
    f.expect("UDP: an untracked packet in an unsettled slot goes to the "
             "previous owner", 2, A)
    f.settle()
    f.expect("UDP: an untracked packet in a slot that has settled goes to the "
             "owner", 3, B)
    f.end()


def affinity(wire, director, family=V4):
    f = Flows(wire, director, "--affinity source", family=family)
    f.settle()
    f.send(1, p.SYN)
    f.swap()
    f.settle()
    f.expect("source: a new connection goes to the backend of the client's "
             "other connections", 2, A, flags=p.SYN)
    f.expect("source: a new connection of another client goes to the owner",
             2, B, flags=p.SYN, src=f.other_client)
    f.end()


def rotation(wire, director):
    f = Flows(wire, director)
    f.edit(B, "--state up")
    f.settle()
    before = {i: f.send(i) for i in range(1, 60)}
    director.adm(f"-E {f.service} --seed 99 --table-size 4093")
    director.adm("--flush-conns")
    with Case("another seed and size: an untracked mid-flow packet goes to "
              "the "
              "owner of its slot in the previous table") as c:
        for i, backend in before.items():
            c.expect(f"flow {i}", f.send(i), backend)
    new = {i: f.send(i, p.SYN) for i in range(1000, 1060)}
    check("another seed and size: new connections go to both backends",
          {tuple(x) for x in new.values()} == {(A,), (B,)})
    with Case("another seed and size: a mid-flow packet after its SYN goes to "
              "the same backend") as c:
        for i, backend in new.items():
            c.expect(f"flow {i}", f.send(i), backend)
    f.end()


def drain(wire, director):
    """
    Backends drain in two services. Draining is judged for all at once, so when
    the one without flows is removed, the other one has been judged as well.
    """
    f = Flows(wire, director)
    idle = Flows(wire, director, port=81)
    f.settle()
    f.send(1)
    for x in (f, idle):
        x.director.adm(f"-E {x.service} --settle 1ms")
        x.edit(B, "--state up")
        x.edit(A, "--drain --deadline 604800")
    wait_until(lambda: A not in idle.backends(), "an idle backend is removed",
               pause=0.1)
    check_is("drain: a backend without flows is removed", idle.backends(), [B])
    check_is("drain: a backend with a flow is kept", f.backends(), [A, B])
    f.expect("drain: a tracked flow stays", 1, A)
    f.send(1, p.RST)
    director.adm(f"--flush-conns -r {A}")
    wait_until(lambda: A not in f.backends(), "a backend is removed",
               pause=0.1)
    check_is("drain: a backend is removed after its last flow", f.backends(),
             [B])
    f.expect("drain: a mid-flow packet after that goes to the owner", 1, B)
    f.end()
    idle.end()


def full(wire, director):
    """
    The smallest flow cache, and more flows that are confirmed than some of its
    buckets have entries.
    """
    director.adm("--cache-size 1024")
    f = Flows(wire, director, port=82)
    with director.ns:
        listener = Listener()
    # The second packet confirms a flow; without it, it would be evicted.
    packets = [outer(p.gre(p.ipv4(CLIENT, VIP, p.TCP, p.tcp(i, 82))))
               for i in range(1000, 1800) for _ in range(2)]
    start = time.monotonic()
    wire.exchange(packets)
    most = int(time.monotonic() - start) + 2
    heard = [n for n in listener.heard() if n.name == "FULL"]
    unstored = director.counters()["flows_unstored"]
    check("full: flows that get no entry are counted", unstored > 50, unstored)
    check("full: they are notified, once a second", 0 < len(heard) <= most,
          len(heard))
    told = [shown(n.message, SPEC.objects["counter"])[0] for n in heard]
    check_is("full: the first notification is of the first flow",
             told[:1], [{"name": b"flows_unstored\0", "value": bytes([1, *[0] * 7])}])
    listener.close()
    f.end()


def main():
    wire, director = Wire(), Director()
    director.adm(f"--set {TIMEOUTS}")
    for test in (all_flows, changed_flows, no_flows, udp_flows, affinity,
                 rotation, drain):
        test(wire, director)
    for test in (all_flows, affinity):
        test(wire, director, V6)
    full(wire, director)


if __name__ == "__main__":
    main()
