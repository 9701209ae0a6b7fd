# SPDX-License-Identifier: GPL-2.0
# needs: line
"""Packets follow pools that are members of the service's pool, by the tables that
reference.py works out."""

import ipaddress
import json

import packet as p
import reference
from director import LONG, Director
from ktap import Case, check_is
from wire import VIP, Wire, inner, outer

SIZE, SEED, FLOWS = 251, 0x5eed, 90
SERVICE = f"-t {VIP}:80"
A, B, C, D, E = (f"10.2.0.{n}" for n in range(11, 16))


class Members:
    """The director, and the pools that it is to have: backends and members."""

    def __init__(self):
        self.wire, self.director = Wire(), Director()
        self.pools = {}
        self.sport = 1024

    def adm(self, line):
        self.director.adm(line)

    def set(self, pool, backend, weight):
        """A weight is 0 for a backend that gets no slots, for whatever reason."""
        self.pools[pool][0][backend] = weight

    def owners(self):
        """Owner of each slot of the pool at the top."""
        order = lambda a: reference.identity(ipaddress.ip_address(a))
        pools = {name: (sorted(backends.items(), key=lambda b: order(b[0])),
                        sorted(members.items()))
                 for name, (backends, members) in self.pools.items()}
        quota = reference.nested_quotas(pools, "web", SIZE)
        backends = [(ipaddress.ip_address(a), quota[a])
                    for a in sorted(quota, key=order)]
        slots = reference.populate(backends, SEED, SIZE)
        return [None if s is None else str(backends[s][0]) for s in slots]

    def expected(self, owners, sport):
        flow = reference.flow_hash(SEED, ipaddress.ip_address("198.51.100.7"),
                                   ipaddress.ip_address(VIP), sport, 80, p.TCP)
        return owners[reference.flow_slot(flow, SIZE)]

    def send(self, sports, flags=p.SYN):
        """The backends that packets of these flows arrive at."""
        arrived, _ = self.wire.exchange(
            [outer(p.gre(inner(VIP, p.tcp(s, 80, flags=flags))))
             for s in sports])
        return [x.dst for x in arrived]

    def fresh(self):
        """Flows that nobody has seen."""
        self.sport += FLOWS
        return range(self.sport, self.sport + FLOWS)

    def follow(self, desc):
        """New connections go where the tables say."""
        owners, sports = self.owners(), self.fresh()
        self.director.moved()
        with Case(f"new connections follow: {desc}") as case:
            case.expect("backends", self.send(sports),
                        [self.expected(owners, s) for s in sports])
            case.expect("counters", self.director.moved(),
                        {"forwarded": FLOWS})
        return sports


def configure(t):
    t.pools = {"web": ({D: 1}, {"fra": 2, "ams": 1}),
               "fra": ({A: 1, B: 3}, {}), "ams": ({B: 1, C: 1}, {})}
    lines = []
    for name in t.pools:
        lines.append(f"--add-pool {name} --table-size {SIZE} --seed {SEED} "
                     f"--settle {LONG}")
    for name, (backends, members) in t.pools.items():
        lines += [f"-a --pool {name} -r {a} -w {w}"
                  for a, w in backends.items()]
    for name, (backends, members) in t.pools.items():
        lines += [f"-a --pool {name} --member-pool {m} -w {w}"
                  for m, w in members.items()]
    t.director.restore("\n".join(lines + [f"-A {SERVICE} --pool web"]))


def changes(t):
    t.follow("two members, one address in both")
    t.adm(f"-a --pool fra -r {E} -w 2")
    t.set("fra", E, 2)
    t.follow("a backend more in a member")
    t.adm("-e --pool web --member-pool ams -w 4")
    t.pools["web"][1]["ams"] = 4
    sports = t.follow("another weight of a member")
    before = t.send(sports, p.ACK)
    t.adm(f"-e --pool fra -r {B} --state down")
    t.set("fra", B, 0)
    t.follow("an address that is down in one of its two pools")
    after = t.send(sports, p.ACK)
    check_is("connections to other addresses stay",
             [a for a, b in zip(after, before) if b != B],
             [b for b in before if b != B])
    t.adm(f"-e --pool ams -r {C} --drain")
    t.set("ams", C, 0)
    t.follow("a backend of a member drains")
    check_is("connections to a backend of a member that drains stay",
             t.send(sports, p.ACK), after)
    t.adm(f"-d --pool fra -r {A}")
    del t.pools["fra"][0][A]
    t.follow("a backend of a member is deleted")
    owners = t.owners()
    check_is("connections to a backend of a member that is deleted go to the "
             "owners of their slots, the others stay", t.send(sports, p.ACK),
             [t.expected(owners, s) if b == A else b
              for s, b in zip(sports, after)])
    flows = json.loads(t.director.adm("-L -c --json"))["connections"]
    check_is("flows are listed with the pools that have their backends",
             {(c["backend"], c["pool"]) for c in flows
              if c["client_port"] in sports},
             {(B, "ams"), (C, "ams"), (D, "web"), (E, "fra")})


def ends(t):
    t.director.moved()
    for pool, backend in (("web", D), ("fra", E), ("fra", B)):
        t.adm(f"-e --pool {pool} -r {backend} --state down")
        t.set(pool, backend, 0)
    t.follow("one usable backend is left, in a member")
    t.adm(f"-e --pool ams -r {B} --state down")
    t.adm(f"-e --pool ams -r {C} --state down")
    with Case("without a usable backend in pool and members, packets are "
              "dropped") as case:
        case.expect("backends", t.send(t.fresh()), [])
        case.expect("counters", t.director.moved(), {"drop_no_backend": FLOWS})
    t.adm("--add-pool sorry")
    t.adm(f"-a --pool sorry -r {A}")
    t.adm("--add-pool outer")
    t.adm("-a --pool outer --member-pool sorry")
    t.adm(f"-E {SERVICE} --fallback outer")
    check_is("a fallback pool may have its backends from a member",
             set(t.send(t.fresh())), {A})
    t.adm("-d --pool outer --member-pool sorry")
    t.adm("-d --pool web --member-pool ams")
    t.adm("-d --pool web --member-pool fra")
    t.adm(f"-e --pool web -r {D} --state up")
    check_is("without members the pool's own backend serves",
             set(t.send(t.fresh())), {D})
    t.adm("--delete-pool fra")
    t.adm("--delete-pool ams")


def main():
    t = Members()
    configure(t)
    changes(t)
    ends(t)


if __name__ == "__main__":
    main()
