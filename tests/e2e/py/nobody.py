# SPDX-License-Identifier: GPL-2.0
"""No backend may serve: fallback pools, and what a service does without."""

import json

import packet as p
from ktap import Case, check_is
from wire import Director, Wire, inner, outer

VIP = "203.0.113.1"
SERVICE = f"-t {VIP}:80"
OWN, SORRY = "10.2.0.11", "10.2.0.21"
CLIENT = "198.51.100.7"


class Nobody:
    def __init__(self):
        self.wire, self.director = Wire(), Director()

    def adm(self, line):
        self.director.adm(line)

    def packet(self, sport, flags=p.ACK, src=CLIENT):
        return inner(VIP, p.tcp(sport, 80, flags=flags), src=src)

    def send(self, sport, **kw):
        arrived, back = self.wire.exchange([outer(p.gre(self.packet(sport,
                                                                    **kw)))])
        return [x.dst for x in arrived], back

    def pools(self):
        listed = json.loads(self.director.adm("--list-pools --json"))
        return [pool["name"] for pool in listed["pools"]]

    def expect(self, desc, sport, backends, counters, **kw):
        with Case(desc) as case:
            case.expect("backends", self.send(sport, **kw)[0], backends)
            case.expect("counters", self.director.moved(), counters)


def policies(t):
    t.adm(f"-A {SERVICE}")
    t.expect("by default it is dropped", 1, [], {"drop_no_backend": 1})
    t.adm(f"-E {SERVICE} --all-down accept")
    t.expect("accept: it is left to the host", 1, [],
             {"accept_no_backend": 1})
    t.adm(f"-E {SERVICE} --all-down reject")
    with Case("reject: the client is told, and nobody else") as case:
        arrived, back = t.send(7, flags=p.SYN)
        errors = [x for x in back if x.proto == p.ICMP]
        case.expect("backends", arrived, [])
        case.expect("to", [x.dst for x in errors], [CLIENT])
        for error in errors:
            case.expect("type and code", tuple(error.payload[:2]), (3, 1))
            case.expect("checksum", p.checksum(error.payload), 0)
            case.expect("quotes the inner packet", error.payload[8:],
                        t.packet(7, flags=p.SYN))
        case.expect("counters", t.director.moved(), {"drop_rejected": 1})
    for src in ("224.0.0.1", "255.255.255.255", "10.1.0.2"):
        with Case(f"reject: nobody is told of {src}") as case:
            _, back = t.send(7, src=src)
            case.expect("errors", [x for x in back if x.proto == p.ICMP], [])
            case.expect("counters", t.director.moved(), {"drop_rejected": 1})


def fallback(t):
    t.adm("--add-pool sorry")
    t.adm(f"-a --pool sorry -r {SORRY}")
    t.adm(f"-E {SERVICE} --fallback sorry")
    sent = {"forwarded": 1}
    t.expect("fallback: without a backend it takes over", 1, [SORRY], sent)
    t.adm(f"-a {SERVICE} -r {OWN}")
    t.expect("fallback: its flows stay when there is one", 1, [SORRY], sent)
    t.expect("fallback: new ones do not go there", 2, [OWN], sent,
             flags=p.SYN)
    t.expect("fallback: nor do unknown ones", 3, [OWN], sent)
    t.adm(f"-e {SERVICE} -r {OWN} -w 0")
    t.expect("fallback: weight 0, new flows go there", 4, [SORRY], sent,
             flags=p.SYN)
    t.expect("fallback: weight 0, old ones stay", 3, [OWN], sent)
    t.adm(f"-e {SERVICE} -r {OWN} --state down")
    t.expect("fallback: down, old ones go there", 3, [SORRY], sent)
    t.adm(f"-e --pool sorry -r {SORRY} --state down")
    t.expect("fallback: when that is down as well, the policy holds", 3, [],
             {"drop_rejected": 1})
    t.adm(f"-E {SERVICE} --fallback none")
    t.adm("--delete-pool sorry")
    check_is("fallback: it can go when no service names it", t.pools(),
             ["tcp/203.0.113.1:80"])


def main():
    t = Nobody()
    policies(t)
    fallback(t)


if __name__ == "__main__":
    main()
