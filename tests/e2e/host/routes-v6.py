# SPDX-License-Identifier: GPL-2.0
# needs: line
"""Routes to backends with IPv6 addresses come, go and change, and so do the
addresses that packets to them are sent from: packets follow at once."""

import packet as p
from director import Director
from ktap import Case
from outer import V4, V6, enable_v6, gre_of, outer6
from wire import VIP, Wire, outer

CONFIG = f"-A -t {VIP}:80\n-a -t {VIP}:80 -r {V6.backend}\n"
NO_ROUTE = {"drop_no_route": 1}
SENT = {"forwarded": 1}
PACKET = gre_of(4, p.tcp(4000, 80))
# A second address of the director on the way to the backend.
SECOND = "2001:db8:2::10"


class Routes:
    def __init__(self):
        self.wire, self.director = Wire(), Director()
        enable_v6(self.director.ns)
        self.director.restore(CONFIG)
        self.director.moved()

    def ip(self, *lines):
        self.director.ns.ip("\n".join(lines) + "\n")

    def send(self, desc, counters, arrives=(), returns=(), source=V6.source):
        """By way of either family; the source is of packets from IPv4."""
        for came, packet, src in ((V6, outer6(PACKET), V6.director),
                                  (V4, outer(PACKET), source)):
            with Case(f"from {came}: {desc}") as case:
                arrived, back = self.wire.exchange([packet])
                back = [x for x in back if x.proto == p.GRE]
                case.expect("at the backends", [x.dst for x in arrived],
                            list(arrives))
                case.expect("at the router", [x.dst for x in back],
                            list(returns))
                case.expect("sources", {x.src for x in arrived + back} - {src},
                            set())
                case.expect("counters", self.director.moved(), counters)

    def sent(self, desc, **kw):
        self.send(desc, SENT, [V6.backend], **kw)


def next_hops(test):
    test.sent("a packet takes the route of the link")
    test.ip(f"route add {V6.backend} via {V6.router} src {V6.director}")
    test.send("a packet takes a new host route, by way of the router",
              SENT, [], [V6.backend], source=V6.director)
    test.ip(f"route replace {V6.backend} via 2001:db8:2::40")
    test.sent("a packet takes the gateway that the route was changed to")
    test.ip(f"route del {V6.backend}")
    for kind in ("unreachable", "blackhole", "prohibit"):
        test.ip(f"route add {kind} {V6.backend}")
        test.send(f"a packet is dropped by a route of type {kind}", NO_ROUTE)
        test.ip(f"route del {kind} {V6.backend}")
    test.sent("a packet takes the route of the link when the host route is "
              "deleted")


def sources(test):
    test.ip(f"addr add {SECOND}/64 dev d1 nodad",
            f"route add {V6.backend} dev d1 src {SECOND}")
    test.sent("a packet leaves from the address that the route names",
              source=SECOND)
    test.ip(f"addr del {SECOND}/64 dev d1")
    test.sent("a packet leaves from another address when that is deleted")
    test.ip(f"route replace {V6.backend} dev d1")
    test.ip(f"addr add {SECOND}/64 dev d1 nodad",
            f"addr del {V6.source}/64 dev d1")
    test.sent("a packet leaves from the only address that is left",
              source=SECOND)
    test.ip(f"addr add {V6.source}/64 dev d1 nodad",
            f"addr del {SECOND}/64 dev d1", f"route del {V6.backend}")
    test.sent("a packet leaves from the address that is there again")


def unreachable(test):
    test.director.adm(f"-a -t {VIP}:80 -r 2001:db8:77::1")
    test.director.adm(f"-d -t {VIP}:80 -r {V6.backend}")
    test.send("a packet to a backend without a route is dropped", NO_ROUTE)
    test.ip("route add 2001:db8:77::/64 via 2001:db8:2::40")
    test.send("a packet to a backend that got a route is forwarded",
              SENT, ["2001:db8:77::1"])
    test.ip("route del 2001:db8:77::/64")
    test.send("a packet to a backend that lost its route is dropped", NO_ROUTE)
    test.ip("route add default via 2001:db8:2::40")
    test.send("a packet takes the default route", SENT, ["2001:db8:77::1"])
    test.director.ns.sysctl("ipv6/conf/d1/disable_ipv6", 1)
    test.send("a packet is dropped when IPv6 on the device is switched off",
              NO_ROUTE)


def main():
    test = Routes()
    for part in (next_hops, sources, unreachable):
        part(test)


if __name__ == "__main__":
    main()
