# SPDX-License-Identifier: GPL-2.0
"""Flows stay with their backend, packet by packet, as the rules say."""

import time

import packet as p
from ktap import Case, check, check_is
from wire import Director, Wire, inner, outer

VIP = "203.0.113.1"
A, B = "10.2.0.11", "10.2.0.12"
SETTLE = 2


class Flows:
    """A service with A up and B down, and what becomes of its flows."""

    def __init__(self, wire, director, options="", service="-t", port=80):
        self.wire, self.director = wire, director
        self.proto = p.UDP if service == "-u" else p.TCP
        self.service, self.port = f"{service} {VIP}:{port}", port
        director.adm(f"-A {self.service} --settle {SETTLE} {options}")
        director.adm(f"-a {self.service} -r {A}")
        director.adm(f"-a {self.service} -r {B} --state down")

    def edit(self, backend, what):
        self.director.adm(f"-e {self.service} -r {backend} {what}")

    def swap(self, old=A, new=B):
        """Every slot changes hands; who had them drains."""
        self.edit(new, "--state up")
        self.edit(old, "--state drain")

    def settle(self):
        time.sleep(SETTLE + 0.2)

    def send(self, sport, flags=p.ACK, src="198.51.100.7"):
        l4 = p.udp(sport, self.port) if self.proto == p.UDP else \
            p.tcp(sport, self.port, flags=flags)
        arrived, _ = self.wire.exchange(
            [outer(p.gre(inner(VIP, l4, self.proto, src=src)))])
        return [x.dst for x in arrived]

    def expect(self, desc, sport, backend, **kw):
        check_is(desc, self.send(sport, **kw), [backend])

    def tracked(self):
        listed = self.director.adm(f"-L -c -n {self.service}")
        return sum(VIP in line for line in listed.splitlines())

    def end(self):
        self.director.adm(f"-D {self.service}")


def all_flows(wire, director):
    f = Flows(wire, director, "--track all")
    f.settle()
    f.send(1, p.SYN)
    check_is("all: a SYN in a settled slot stores nothing", f.tracked(), 0)
    f.expect("all: its next packet is remembered", 1, A)
    check_is("all: and listed", f.tracked(), 1)
    f.swap()
    f.expect("all: it stays with a backend that drains", 1, A)
    f.expect("all: an unknown flow in mid-flow goes to the owner before", 2, A)
    f.expect("all: a new flow goes to the owner", 3, B, flags=p.SYN)
    f.expect("all: and stays there", 3, B)
    f.expect("all: a SYN of a known flow goes to the owner", 1, B,
             flags=p.SYN)
    f.expect("all: and so does what follows", 1, B)
    f.settle()
    f.expect("all: settled, an unknown flow goes to the owner", 4, B)
    f.expect("all: what was guessed is remembered", 2, A)
    f.edit(A, "--state down")
    f.expect("all: a backend that is down loses its flows", 2, B)
    f.edit(A, "--state up")
    f.expect("all: for good", 2, B)
    f.end()


def changed_flows(wire, director):
    f = Flows(wire, director, "--track changed")
    f.settle()
    f.send(1, p.SYN)
    f.send(1)
    check_is("changed: settled slots store nothing", f.tracked(), 0)
    f.swap()
    f.expect("changed: a flow of before stays", 1, A)
    f.expect("changed: a new one goes to the owner", 2, B, flags=p.SYN)
    f.expect("changed: and stays there", 2, B)
    check_is("changed: both are remembered", f.tracked(), 2)
    f.settle()
    f.expect("changed: also when slots have settled", 1, A)
    deadline = time.monotonic() + 10
    while f.tracked() != 1 and time.monotonic() < deadline:
        time.sleep(0.1)
    check_is("changed: then only what differs is kept", f.tracked(), 1)
    f.expect("changed: the other goes to the owner anyway", 2, B)
    f.end()


def no_flows(wire, director):
    f = Flows(wire, director, "--track none")
    f.send(1)
    f.swap()
    f.expect("none: a flow follows its slot", 1, B)
    check_is("none: nothing is remembered", f.tracked(), 0)
    f.end()


def udp_flows(wire, director):
    f = Flows(wire, director, "", "-u", 53)
    f.settle()
    f.expect("UDP: a first packet goes to the owner", 1, A)
    f.swap()
    f.expect("UDP: the next one as well, whoever is the owner now", 1, A)
    f.expect("UDP: a new flow cannot be told from an old one", 2, A)
    f.settle()
    f.expect("UDP: in a settled slot it goes to the owner", 3, B)
    f.end()


def affinity(wire, director):
    f = Flows(wire, director, "--affinity source")
    f.settle()
    f.send(1, p.SYN)
    f.swap()
    f.settle()
    f.expect("source: a client's new connection stays with its old ones", 2,
             A, flags=p.SYN)
    f.expect("source: another client goes to the owner", 2, B, flags=p.SYN,
             src="198.51.100.8")
    f.end()


def rotation(wire, director):
    f = Flows(wire, director)
    f.edit(B, "--state up")
    f.settle()
    before = {i: f.send(i) for i in range(1, 60)}
    director.adm(f"-E {f.service} --seed 99 --table-size 4093 --settle {SETTLE}")
    director.adm("--flush-conns")
    with Case("rotation: unknown flows go where the table before says") as c:
        for i, backend in before.items():
            c.expect(f"flow {i}", f.send(i), backend)
    new = {i: f.send(i, p.SYN) for i in range(1000, 1060)}
    check("rotation: new ones go where the new table says",
          {tuple(x) for x in new.values()} == {(A,), (B,)})
    with Case("rotation: and stay there") as c:
        for i, backend in new.items():
            c.expect(f"flow {i}", f.send(i), backend)
    f.end()


def drain(wire, director):
    f = Flows(wire, director)
    f.settle()
    f.send(1)
    f.edit(B, "--state up")
    f.edit(A, "--drain --deadline 60")
    f.settle()
    time.sleep(2)
    names = [b["address"] for b in director.services()[0]["backends"]]
    check_is("drain: a backend with a flow is kept", names, [A, B])
    f.expect("drain: and serves it", 1, A)
    f.send(1, p.RST)
    director.adm(f"--flush-conns -r {A}")
    end = time.monotonic() + 10
    while len(names) > 1 and time.monotonic() < end:
        time.sleep(0.1)
        names = [b["address"] for b in director.services()[0]["backends"]]
    check_is("drain: without flows it goes", names, [B])
    f.expect("drain: what comes late goes to the owner", 1, B)
    f.end()


def main():
    wire, director = Wire(), Director()
    for test in (all_flows, changed_flows, no_flows, udp_flows, affinity,
                 rotation, drain):
        test(wire, director)


if __name__ == "__main__":
    main()
