# SPDX-License-Identifier: GPL-2.0
# needs: line
"""A pool too few of whose backends are up uses those that are down as well."""

import json

import packet as p
from director import LONG, Director
from ktap import Case
from wire import VIP, Wire, inner, outer

SERVICE = f"-t {VIP}:80"
BACKENDS = [f"10.2.0.{n}" for n in range(11, 15)]
SPARE = "10.2.0.21"
FLOWS = 60


class Panic:
    def __init__(self):
        self.wire, self.director = Wire(), Director()
        self.director.restore(
            f"--add-pool web --table-size 251 --settle {LONG}\n" +
            "".join(f"-a --pool web -r {b}\n" for b in BACKENDS) +
            f"--add-pool spare\n-a --pool spare -r {SPARE}\n"
            f"-A {SERVICE} --pool web\n")
        self.sport = 1024

    def adm(self, line):
        return self.director.adm(line)

    def states(self, **states):
        """Sets states of backends by their last digit: b1="down"."""
        for name, state in states.items():
            self.adm(f"-e --pool web -r 10.2.0.1{name[1:]} --state {state}")

    def send(self, sports, flags):
        sent = [outer(p.gre(inner(VIP, p.tcp(s, 80, flags=flags))))
                for s in sports]
        return [x.dst for x in self.wire.exchange(sent)[0]]

    def reached(self):
        """Where new connections go: the backends, and how many packets."""
        sports = range(self.sport, self.sport + FLOWS)
        self.sport += FLOWS
        got = self.send(sports, p.SYN)
        return sorted(set(got)), len(got)

    def expect(self, desc, backends, panics):
        pool = next(x for x in self.director.pools() if x["name"] == "web")
        with Case(desc) as case:
            case.expect("backends", self.reached(), (sorted(backends), FLOWS))
            case.expect("panics", pool.get("panics", False), panics)


def whole(t):
    return json.loads(t.adm("--table web --json"))["table"]["fingerprint"]


def main():
    t = Panic()
    all_up = whole(t)
    t.expect("all backends are up: all are used", BACKENDS, False)
    t.states(b1="down", b2="down", b3="down")
    t.expect("without a share, the one that is up is used", BACKENDS[3:], False)
    t.adm("--edit-pool web --panic 50")
    t.expect("one of four is up, and half have to be: all are used", BACKENDS,
             True)
    with Case("the table is that of a pool whose backends are all up") as case:
        case.expect("fingerprint", whole(t), all_up)
    t.states(b1="up")
    t.expect("two of four are up: these are used",
             [BACKENDS[0], BACKENDS[3]], False)
    tracked = range(60000, 60000 + FLOWS)
    at = t.send(tracked, p.ACK)
    t.states(b4="down")
    t.expect("one more fails: all are used", BACKENDS, True)
    with Case("flows in progress stay with their backends, that one's, too") as c:
        c.expect("backends", t.send(tracked, p.ACK), at)
    new = range(50000, 50000 + FLOWS)
    at_new = t.send(new, p.SYN)
    with Case("connections to backends that are down stay when slots move") as c:
        c.expect("tracked", t.send(new, p.ACK), at_new)
        t.adm("--edit-pool web --seed 7")
        c.expect("of another seed", t.send(new, p.ACK), at_new)
        t.adm("--edit-pool web --seed 0")
        c.expect("of the former seed", t.send(new, p.ACK), at_new)
        c.expect("backends", sorted(set(at_new)), BACKENDS)
    t.states(b1="down")
    t.expect("all are down: all are used", BACKENDS, True)
    t.adm(f"-E {SERVICE} --fallback spare")
    t.expect("all are down, with a fallback: it gets new connections", [SPARE],
             True)
    with Case("with a fallback, tracked flows stay all the same") as case:
        case.expect("backends", t.send(tracked, p.ACK), at)
    t.adm(f"-e --pool spare -r {SPARE} --state down")
    t.expect("the fallback is down as well: all of the pool are used", BACKENDS,
             True)
    t.states(b2="up", b3="up")
    t.expect("two are up: these are used, and the fallback is not",
             BACKENDS[1:3], False)
    with Case("and flows of those that are down move there") as case:
        case.expect("backends",
                    sorted(set(t.send(tracked, p.ACK))), BACKENDS[1:3])
    t.states(b3="down", b1="drain")
    t.expect("one that drains is neither counted nor used",
             BACKENDS[1:], True)
    t.states(b1="up")
    # What is saved and restored panics as before.
    saved = t.adm("-S -n")
    t.adm("--edit-pool web --panic 0")
    t.expect("the share is taken back: those that are up are used",
             BACKENDS[:2], False)
    t.states(b2="down")
    t.adm("-C")
    t.director.restore(saved.replace("-r 10.2.0.12 -i --tun-type gre -w 1",
                                     "-r 10.2.0.12 -w 1 --state down"))
    t.expect("restored with one of four up: all are used", BACKENDS, True)


if __name__ == "__main__":
    main()
