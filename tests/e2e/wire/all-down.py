# SPDX-License-Identifier: GPL-2.0
# needs: line
"""No usable backend: fallback pools, and the policies of a service.

The ICMPv6 errors of a service that rejects are in inner-v6.
"""

import packet as p
from director import LONG, Director
from ktap import Case, check_is
from outer import CLIENT6, VIP6
from wire import CLIENT, VIP, Wire, inner, outer

SERVICE = f"-t {VIP}:80"
OWN, SORRY = "10.2.0.11", "10.2.0.21"


class AllDown:
    def __init__(self):
        self.wire, self.director = Wire(), Director()
        # The way of errors to clients.
        self.director.ns.ip("route add 198.51.100.0/24 via 10.1.0.1\n")

    def adm(self, line):
        self.director.adm(line)

    def packet(self, sport, flags=p.ACK, src=CLIENT):
        return inner(VIP, p.tcp(sport, 80, flags=flags), src=src)

    def send(self, sport, **kw):
        arrived, back = self.wire.exchange([outer(p.gre(self.packet(sport,
                                                                    **kw)))])
        return [x.dst for x in arrived], [x for x in back if
                                          x.proto == p.ICMP]

    def expect(self, desc, sport, backends, counters, **kw):
        with Case(desc) as case:
            case.expect("backends", self.send(sport, **kw)[0], backends)
            case.expect("counters", self.director.moved(), counters)


def policies(t):
    t.adm(f"-A {SERVICE} --settle {LONG}")
    t.expect("all down, no policy: the packet is dropped", 1, [],
             {"drop_no_backend": 1})
    t.adm(f"-E {SERVICE} --all-down accept")
    t.expect("all down, accept: the packet is accepted", 1, [],
             {"accept_no_backend": 1})
    t.adm(f"-E {SERVICE} --all-down reject")
    with Case("all down, reject: only the client gets an ICMP error") as case:
        arrived, errors = t.send(7, flags=p.SYN)
        case.expect("backends", arrived, [])
        case.expect("to", [x.dst for x in errors], [CLIENT])
        for error in errors:
            case.expect("type and code", tuple(error.payload[:2]), (3, 1))
            case.expect("checksum", p.checksum(error.payload), 0)
            case.expect("quotes the inner packet", error.payload[8:],
                        t.packet(7, flags=p.SYN))
        case.expect("counters", t.director.moved(), {"drop_rejected": 1})
    for src in ("224.0.0.1", "255.255.255.255", "10.1.0.2"):
        with Case(f"all down, reject: no ICMP error is sent to {src}") as case:
            _, errors = t.send(7, src=src)
            case.expect("errors", errors, [])
            case.expect("counters", t.director.moved(), {"drop_rejected": 1})


def fallback(t):
    t.adm(f"--add-pool sorry --settle {LONG}")
    t.adm(f"-a --pool sorry -r {SORRY}")
    t.adm(f"-E {SERVICE} --fallback sorry")
    sent = {"forwarded": 1}
    t.expect("without a usable backend the fallback pool decides", 1, [SORRY],
             sent)
    t.adm(f"-a {SERVICE} -r {OWN}")
    t.expect("a tracked flow stays with the fallback's backend when there is "
             "a usable one", 1, [SORRY], sent)
    t.expect("a new connection goes to the usable backend", 2, [OWN], sent,
             flags=p.SYN)
    t.expect("a mid-flow packet of an unknown flow goes to the usable backend",
             3, [OWN], sent)
    t.adm(f"-e {SERVICE} -r {OWN} -w 0")
    t.expect("with weight 0, a new connection goes to the fallback", 4,
             [SORRY], sent, flags=p.SYN)
    t.expect("with weight 0, a tracked flow stays", 3, [OWN], sent)
    t.adm(f"-e {SERVICE} -r {OWN} --state down")
    t.expect("with the backend down, a tracked flow goes to the fallback", 3,
             [SORRY], sent)
    t.adm(f"-e --pool sorry -r {SORRY} --state down")
    t.expect("with the fallback down as well, the policy applies", 3, [],
             {"drop_rejected": 1})
    t.adm(f"-E {SERVICE} --fallback none")
    t.adm("--delete-pool sorry")
    check_is("a pool that is no service's fallback any more can be deleted",
             [pool["name"] for pool in t.director.pools()], [f"tcp/{VIP}:80"])


def inner_v6(t):
    """The same without errors."""
    service = f"-t [{VIP6}]:80"
    packet = outer(p.gre(p.ipv6(CLIENT6, VIP6, p.TCP, p.tcp(1, 80)),
                         proto=p.ETH_IPV6))

    def expect(desc, backends, counters):
        with Case(f"IPv6: {desc}") as case:
            case.expect("backends",
                        [x.dst for x in t.wire.exchange([packet])[0]],
                        backends)
            case.expect("counters", t.director.moved(), counters)

    t.director.moved()
    t.adm(f"-A {service}")
    expect("all down, no policy: the packet is dropped", [],
           {"drop_no_backend": 1})
    t.adm(f"-E {service} --all-down accept")
    expect("all down, accept: the packet is accepted", [],
           {"accept_no_backend": 1})
    t.adm("--add-pool sorry")
    t.adm(f"-a --pool sorry -r {SORRY}")
    t.adm(f"-E {service} --fallback sorry")
    expect("without a usable backend the fallback pool decides", [SORRY],
           {"forwarded": 1})


def main():
    t = AllDown()
    policies(t)
    fallback(t)
    inner_v6(t)


if __name__ == "__main__":
    main()
