# SPDX-License-Identifier: GPL-2.0
# needs: line
"""The backend of a flow, against an independent calculation. Flows and backends
are of both families.

tests/unit/reference.py computes tables and hashes from their description.
"""

import collections
import ipaddress
import random

import packet as p
import reference as ref
from director import Director
from ktap import Case, check, check_is
from outer import VIP6, enable_v6
from wire import VIP, Wire, outer

SIZE, SEED = 1021, 0x123456789abcdef
# In no order, and one backend without weight.
WEIGHTS = {"10.2.0.14": 2, "2001:db8:2::12": 1, "10.2.0.11": 1,
           "2001:db8:2::11": 3, "10.2.0.12": 0}
CONFIG = "\n".join(
    line for vip in (VIP, f"[{VIP6}]") for line in
    [f"-A -t {vip}:80 --table-size {SIZE} --seed {SEED:#x} --track none"] +
    [f"-a -t {vip}:80 -r {a} -w {w}" for a, w in WEIGHTS.items()])
FLOWS = 400


class Reference:
    """The table that the configuration stands for."""

    def __init__(self, weights, size=SIZE, seed=SEED):
        self.size, self.seed = size, seed
        self.backends = sorted(((ipaddress.ip_address(a), w)
                                for a, w in weights.items()),
                               key=lambda x: ref.identity(x[0]))
        self.slots = ref.populate(self.backends, seed, size)

    def backend(self, flow):
        src, sport = flow
        client = ipaddress.ip_address(src)
        vip = ipaddress.ip_address(VIP if client.version == 4 else VIP6)
        value = ref.flow_hash(self.seed, client, vip, sport, 80, p.TCP)
        slot = self.slots[ref.flow_slot(value, self.size)]
        return str(self.backends[slot][0])

    def shares(self):
        count = collections.Counter(self.slots)
        return {str(a): count[i] for i, (a, _) in enumerate(self.backends)}

    def fingerprint(self):
        return ref.fingerprint(self.slots, self.backends)


def flows(n):
    rng = random.Random(3)
    return [(str(ipaddress.IPv4Address(rng.randrange(1 << 24, 223 << 24))),
             rng.randrange(1, 65536)) for _ in range(n)]


def flows6(n):
    rng = random.Random(5)
    return [(str(ipaddress.IPv6Address(0x2001 << 112 | rng.getrandbits(112))),
             rng.randrange(1, 65536)) for _ in range(n)]


def tunnelled(flow, seq, **fields):
    """A packet of a flow, in GRE; no two are alike."""
    src, sport = flow
    l4 = p.tcp(sport, 80, seq=seq, **fields)
    if ":" in src:
        return p.gre(p.ipv6(src, VIP6, p.TCP, l4), proto=p.ETH_IPV6)
    return p.gre(p.ipv4(src, VIP, p.TCP, l4))


def send(wire, all_flows, **fields):
    """The backend of each flow, in order."""
    payloads = [tunnelled(flow, i, **fields)
                for i, flow in enumerate(all_flows)]
    arrived, _ = wire.exchange([outer(payload) for payload in payloads])
    got = {a.payload: a.dst for a in arrived}
    return [got.get(payload) for payload in payloads]


def same_as(desc, wire, reference, all_flows, **fields):
    with Case(desc) as case:
        got = send(wire, all_flows, **fields)
        for flow, backend in zip(all_flows, got):
            case.expect(f"backend of {flow}", backend, reference.backend(flow))
    return got


def spread(got, reference):
    """Within five standard deviations of the table's shares."""
    count = collections.Counter(got)
    with Case("flows are spread in proportion to slots") as case:
        for backend, slots in reference.shares().items():
            share = slots / SIZE
            limit = 5 * (FLOWS * share * (1 - share)) ** 0.5
            if abs(count[backend] - FLOWS * share) > limit:
                case.fail(f"{backend}: {count[backend]} of {FLOWS} flows, "
                          f"{slots} of {SIZE} slots")


def listed(director):
    service = director.services()[0]
    return {b["address"]: b for b in service["backends"]}


def main():
    wire, director = Wire(), Director()
    enable_v6(director.ns)
    director.restore(CONFIG)
    reference, all_flows = Reference(WEIGHTS), flows(FLOWS)

    check_is("each backend has as many slots as in the reference",
             {a: b["slots"] for a, b in listed(director).items()},
             reference.shares())
    got = same_as(f"{FLOWS} flows go to the backends of the reference", wire,
                  reference, all_flows)
    spread(got, reference)
    same_as(f"{FLOWS} IPv6 flows go to the backends of the reference", wire,
            reference, flows6(FLOWS))
    check("a backend of weight 0 gets no flow", "10.2.0.12" not in got)
    same_as("a SYN goes to the backend of its flow", wire, reference,
            all_flows[:50], flags=p.SYN)
    same_as("every packet of a flow goes to the same backend", wire,
            reference, all_flows[:5] * 10)

    count = collections.Counter(got)
    sent = [reference.backend(f) for f in all_flows[:50]]
    count.update(sent)
    count.update([reference.backend(f) for f in all_flows[:5] * 10])
    check_is("packets are counted per backend",
             {a: b["stats"]["packets"] for a, b in listed(director).items()},
             {a: count[a] for a in WEIGHTS})
    check_is("bytes are counted per backend",
             {a: b["stats"]["bytes"] for a, b in listed(director).items()},
             {a: 40 * count[a] for a in WEIGHTS})
    check_is("new flows are counted per backend",
             {a: b["stats"]["flows"] for a, b in listed(director).items()},
             {a: collections.Counter(sent)[a] for a in WEIGHTS})

    # The same set again: neither order nor history matters.
    director.adm(f"-d -t {VIP}:80 -r 2001:db8:2::11")
    left = {a: w for a, w in WEIGHTS.items() if a != "2001:db8:2::11"}
    same_as("without one backend, flows go to the backends of the reference",
            wire,
            Reference(left), all_flows[:100])
    director.adm(f"-e -t {VIP}:80 -r 10.2.0.12 -w 4")
    director.adm(f"-a -t {VIP}:80 -r 2001:db8:2::11 -w 3")
    director.adm(f"-e -t {VIP}:80 -r 10.2.0.12 -w 0")
    same_as("after changes and back, flows go to the backends of before",
            wire, reference,
            all_flows)
    director.adm(f"-E -t {VIP}:80 --seed 7 --table-size 4093")
    same_as("with another seed and size, flows go to the backends of the "
            "reference", wire, Reference(WEIGHTS, 4093, 7), all_flows[:100])


if __name__ == "__main__":
    main()
