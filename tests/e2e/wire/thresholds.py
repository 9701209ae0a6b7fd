# SPDX-License-Identifier: GPL-2.0
# needs: line
"""A backend with thresholds gets new flows until it has as many as the upper one, and
again when it has fewer than the lower one. Others get them meanwhile, and keep them.

reference.py tells the owner of each flow's slot.
"""

import ipaddress
import json

import packet as p
import reference as ref
from director import Director
from ktap import Case, check_is
from limits import wait_until
from outer import CLIENT6, VIP6, enable_v6
from wire import CLIENT, VIP, Wire, outer

SIZE, SEED = 251, 0x7e57
LIMITED, OTHER, SPARE = "10.2.0.11", "2001:db8:2::12", "10.2.0.13"
UPPER, LOWER = 6, 4


class Service:
    """A service of one family, with a backend of each, and its flows."""

    def __init__(self, wire, director, v6=False, proto=p.TCP):
        self.wire, self.director, self.proto = wire, director, proto
        self.vip, self.client = (VIP6, CLIENT6) if v6 else (VIP, CLIENT)
        self.port = 80 if proto == p.TCP else 53
        host = f"[{self.vip}]" if v6 else self.vip
        self.words = f"{'-t' if proto == p.TCP else '-u'} {host}:{self.port}"
        self.name = f"{'IPv6' if v6 else 'IPv4'}, " \
                    f"{'TCP' if proto == p.TCP else 'UDP'}: "
        director.adm(f"-A {self.words} --table-size {SIZE} --seed {SEED}")
        for backend in (LIMITED, OTHER):
            director.adm(f"-a {self.words} -r {backend}")
        director.settle(self.words)
        # They sort as IPv6 addresses do, with the mapped one first.
        backends = [(ipaddress.ip_address(a), 1) for a in (LIMITED, OTHER)]
        slots = ref.populate(backends, SEED, SIZE)
        self.owners = [str(backends[s][0]) for s in slots]
        self.sport = 1024

    def owner(self, sport):
        flow = ref.flow_hash(SEED, ipaddress.ip_address(self.client),
                             ipaddress.ip_address(self.vip), sport, self.port,
                             self.proto)
        return self.owners[ref.flow_slot(flow, SIZE)]

    def fresh(self, count, owner=LIMITED):
        """Flows that nobody has seen, of slots of a backend."""
        flows = []
        while len(flows) < count:
            self.sport += 1
            if self.owner(self.sport) == owner:
                flows.append(self.sport)
        return flows

    def send(self, sports, flags=p.SYN):
        """Where a packet of each flow arrives; what does not is missing."""
        packets = []
        for sport in sports:
            l4 = p.tcp(sport, self.port, flags=flags) \
                if self.proto == p.TCP else p.udp(sport, self.port)
            words = (self.client, self.vip, self.proto, l4)
            packets.append(outer(p.gre(p.ipv6(*words), proto=p.ETH_IPV6)
                                 if self.vip == VIP6 else
                                 p.gre(p.ipv4(*words))))
        return [x.dst for x in self.wire.exchange(packets)[0]]

    def expect(self, desc, sports, backend, **kw):
        check_is(self.name + desc, self.send(sports, **kw),
                 [backend] * len(sports))

    def limit(self, words):
        self.director.adm(f"-e {self.words} -r {LIMITED} {words}")

    def backend(self):
        service = next(s for s in self.director.services()
                       if s["address"] == self.vip and s["port"] == self.port)
        return next(b for b in service["backends"] if b["address"] == LIMITED)

    def overloaded(self):
        return self.backend()["overloaded"]

    def flows(self):
        backend = self.backend()
        return backend["active"] + backend["inactive"]

    def lookup(self, sport):
        host = f"[{self.client}]" if self.vip == VIP6 else self.client
        answer = json.loads(self.director.adm(
            f"--lookup {self.words} --client {host}:{sport} --json"))
        return answer["lookup"]["opening"]


def overload(s):
    """Up to the upper threshold; returns flows of both backends."""
    s.limit(f"-x {UPPER} -y {LOWER}")
    mine = s.fresh(UPPER - 1)
    s.expect("new flows go to the owner of their slots below its threshold",
             mine, LIMITED)
    check_is(s.name + "a backend below its upper threshold is not overloaded",
             s.overloaded(), False)
    mine += s.fresh(1)
    s.expect("so does the one that reaches the threshold", mine[-1:], LIMITED)
    with Case(s.name + "the backend is overloaded then") as case:
        case.expect("overloaded", s.overloaded(), True)
        case.expect("flows", s.flows(), UPPER)
    others = s.fresh(20)
    check_is(s.name + "a lookup tells that a new flow goes elsewhere",
             s.lookup(others[0]), {"backend": OTHER, "rule": "spare"})
    s.expect("new flows of its slots go to another backend", others, OTHER)
    s.expect("the same if the first packet comes again", others[:3], OTHER)
    s.expect("a first packet that comes again goes to the owner, too", mine[-1:],
             LIMITED)
    s.expect("they stay there", others, OTHER, flags=p.ACK)
    s.expect("the backend keeps the flows that it has", mine, LIMITED,
             flags=p.ACK)
    s.expect("new flows of other slots go where they always do",
             s.fresh(5, OTHER), OTHER)
    return mine, others


def relief(s, mine, others):
    """Its flows end; a reset ends one in a second."""
    s.send(mine[:UPPER - LOWER], p.RST)
    wait_until(lambda: s.flows() == LOWER, "flows end", pause=0.1)
    with Case(s.name + "at its lower threshold it is still overloaded") as case:
        case.expect("overloaded", s.overloaded(), True)
        sports = s.fresh(1)
        case.expect("a new flow", s.send(sports), [OTHER])
    s.send(mine[UPPER - LOWER:][:1], p.RST)
    wait_until(lambda: not s.overloaded(), "a backend is relieved", pause=0.1)
    s.expect("below its lower threshold it gets new flows", s.fresh(1), LIMITED)
    s.expect("flows that went elsewhere stay there", others, OTHER,
             flags=p.ACK)


def tcp(s):
    mine, others = overload(s)
    s.expect("a port that is used again is a new connection's", mine[-1:], OTHER)
    s.expect("a connection in mid-flow, unknown here, goes to the owner",
             s.fresh(1), LIMITED, flags=p.ACK)
    s.director.adm(f"--flush-conns {s.words} -r {LIMITED}")
    wait_until(lambda: not s.overloaded(), "a backend is relieved", pause=0.1)
    mine = s.fresh(UPPER)
    s.expect("without its flows it gets new ones", mine, LIMITED)
    s.send(mine, p.ACK)
    relief(s, mine, others)


def udp(s):
    """Every packet may be the first one of its flow."""
    overload(s)
    s.limit("-x 0 -y 0")
    s.expect("without thresholds new flows go to the owner of their slots",
             s.fresh(3), LIMITED)


def nobody(s):
    """No backend takes new flows."""
    s.director.adm(f"-e {s.words} -r {OTHER} -x 1")
    s.send(s.fresh(UPPER))
    s.send(s.fresh(1, OTHER))
    sports = s.fresh(3)
    for policy, reason in (("drop", "drop_overloaded"),
                           ("accept", "drop_overloaded"),
                           ("reject", "drop_rejected")):
        s.director.adm(f"-E {s.words} --all-down {policy}")
        s.director.moved()
        with Case(f"{s.name}all overloaded, {policy}: a new flow is dropped") \
                as case:
            case.expect("backends", s.send(sports), [])
            case.expect("counters", s.director.moved(), {reason: 3})
    check_is(s.name + "a lookup tells that there is none",
             s.lookup(sports[0]), {"rule": "full"})
    s.director.adm(f"-E {s.words} --fallback spare")
    s.expect("all overloaded: the fallback pool gets new flows", sports, SPARE)
    s.limit("-x 0 -y 0")
    s.expect("they stay there", sports, SPARE, flags=p.ACK)
    s.expect("new ones go to the backend that has no thresholds any more",
             s.fresh(3), LIMITED)


def main():
    wire, director = Wire(), Director()
    enable_v6(director.ns)
    director.ns.ip("route add 198.51.100.0/24 via 10.1.0.1\n")
    director.restore(f"--set tcpclose=1\n--add-pool spare\n"
                     f"-a --pool spare -r {SPARE}")
    for v6 in (False, True):
        s = Service(wire, director, v6)
        tcp(s)
        if not v6:
            nobody(s)
    udp(Service(wire, director, proto=p.UDP))


if __name__ == "__main__":
    main()
