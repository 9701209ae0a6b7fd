# SPDX-License-Identifier: GPL-2.0
# needs: line
"""Routes to the backends come, go and change: packets follow at once."""

import packet as p
from director import Director
from ktap import Case
from wire import DIRECTOR, VIP, Wire, inner, outer

BACKEND = "10.2.0.11"
CONFIG = f"""
-A -t {VIP}:80
-a -t {VIP}:80 -r {BACKEND}
"""
NO_ROUTE = {"drop_no_route": 1}
SENT = {"forwarded": 1}


class Routes:
    def __init__(self):
        self.wire, self.director = Wire(), Director()
        self.director.restore(CONFIG)

    def ip(self, line):
        self.director.ns.ip(line + "\n")

    def send(self, desc, counters, arrives=(), returns=(), size=100, frag=0):
        """Destinations that are seen at the backends' end, at the router's."""
        data = inner(VIP, p.tcp(4000, 80, bytes(size - 64)))
        with Case(desc) as case:
            arrived, back = self.wire.exchange([outer(p.gre(data),
                                                      frag=frag)])
            case.expect("at the backends", [x.dst for x in arrived],
                        list(arrives))
            case.expect("at the router", [x.dst for x in back if
                                          x.proto == p.GRE], list(returns))
            case.expect("sources", {x.src for x in arrived} - {DIRECTOR},
                        set())
            case.expect("counters", self.director.moved(), counters)

    def sent(self, desc, **kw):
        self.send(desc, SENT, [BACKEND], **kw)


def next_hops(test):
    test.sent("a packet takes the route of the link")
    test.ip(f"route add {BACKEND} via 10.1.0.1")
    test.send("a packet takes a new host route, by way of the router",
              SENT, [], [BACKEND])
    test.ip(f"route replace {BACKEND} via 10.2.0.40")
    test.sent("a packet takes the gateway that the route was changed to")
    for kind in ("unreachable", "blackhole", "prohibit"):
        test.ip(f"route replace {kind} {BACKEND}")
        test.send(f"a packet is dropped by a route of type {kind}", NO_ROUTE)
    test.ip(f"route del prohibit {BACKEND}")
    test.sent("a packet takes the route of the link when the host route is "
              "deleted")
    test.ip(f"rule add to {BACKEND} pref 10 prohibit")
    test.send("a packet is dropped by a rule that prohibits the destination",
              NO_ROUTE)
    test.ip("rule del pref 10")
    test.sent("a packet is forwarded when the rule is deleted")


def path_mtu(test):
    big = {"size": 1300, "frag": p.DF}
    test.sent("a packet of 1300 bytes with DF fits", **big)
    test.ip(f"route add {BACKEND} dev d1 mtu 1200")
    test.send("a packet of 1300 bytes with DF is dropped by a route MTU of "
              "1200", {"drop_too_big": 1}, **big)
    test.ip(f"route replace {BACKEND} dev d1 mtu 1300")
    test.sent("a packet of 1300 bytes with DF fits a route MTU of 1300", **big)
    test.ip(f"route del {BACKEND}")
    test.ip("link set d1 mtu 1280")
    test.send("a packet of 1300 bytes with DF is dropped by a device MTU of "
              "1280", {"drop_too_big": 1}, **big)
    test.ip("link set d1 mtu 1500")
    test.sent("a packet of 1300 bytes with DF fits when the device has its "
              "MTU back", **big)


def unreachable(test):
    director = test.director
    director.adm(f"-e -t {VIP}:80 -r {BACKEND} --state down")
    director.adm(f"-a -t {VIP}:80 -r 10.77.0.1")
    test.send("a packet to a backend without a route is dropped", NO_ROUTE)
    test.ip("route add 10.77.0.0/24 via 10.2.0.40")
    test.send("a packet to a backend that got a route is forwarded",
              SENT, ["10.77.0.1"])
    test.ip("route del 10.77.0.0/24")
    test.send("a packet to a backend that lost its route is dropped", NO_ROUTE)
    director.adm(f"-d -t {VIP}:80 -r 10.77.0.1")
    director.adm(f"-a -t {VIP}:80 -r 10.2.0.255")
    test.send("a packet to a backend with a broadcast address is dropped",
              NO_ROUTE)
    director.adm(f"-d -t {VIP}:80 -r 10.2.0.255")
    director.adm(f"-a -t {VIP}:80 -r 10.2.0.77")
    test.send("a packet to a backend that does not answer ARP counts as "
              "forwarded", SENT)
    director.adm(f"-d -t {VIP}:80 -r 10.2.0.77")
    director.adm(f"-e -t {VIP}:80 -r {BACKEND} --state up")
    test.sent("a packet takes the route of a backend that is up again")


def main():
    test = Routes()
    next_hops(test)
    path_mtu(test)
    unreachable(test)


if __name__ == "__main__":
    main()
