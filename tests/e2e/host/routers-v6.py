# SPDX-License-Identifier: GPL-2.0
# needs: line
"""Trusted routers of either family, and outer IPv6 before and after there is a
service."""

import packet as p
from director import Director
from ktap import Case, check_is
from outer import V4, V6, Delivered6, Delivery, enable_v6, gre_of, outer6
from wire import VIP, Delivered, Wire, outer

SERVICE = f"-t {VIP}:80"
PACKET = gre_of(4, p.tcp(4000, 80))


class Routers:
    def __init__(self):
        self.wire, self.director = Wire(), Director()
        enable_v6(self.director.ns)
        self.adm = self.director.adm
        self.stacks = {V4: Delivered(self.director.ns),
                       V6: Delivered6(self.director.ns)}

    def serve(self):
        self.adm(f"-A {SERVICE}")
        self.adm(f"-a {SERVICE} -r {V6.backend}")

    def send(self, desc, family, src, counters):
        """A packet of a family, and either the backend or the stack gets it."""
        packet = outer(PACKET, src=src) if family is V4 else \
            outer6(PACKET, p.LIMIT, src=src)
        whole = packet if family is V4 else \
            Delivery(src, V6.director, 64, PACKET)
        sent = counters == {"forwarded": 1}
        with Case(desc) as case:
            arrived, _ = self.wire.exchange([packet])
            case.expect("backends", [x.dst for x in arrived],
                        [V6.backend] if sent else [])
            case.expect("delivered", self.stacks[family].receive(),
                        [] if sent else [whole])
            case.expect("counters", self.director.moved(), counters)

    def trusted(self, desc, src, family=V6):
        self.send(f"forwarded: {desc}", family, src, {"forwarded": 1})

    def untrusted(self, desc, src, family=V6):
        self.send(f"accepted: {desc}", family, src, {"accept_untrusted": 1})


def routers(test):
    far = "2001:db8:ffff::1"
    test.serve()
    test.trusted("any source without trusted routers", far)
    test.adm(f"--add-router {V6.router}")
    test.trusted("a trusted router", V6.router)
    test.untrusted("another router", "2001:db8:1::5")
    test.untrusted("an IPv4 router, with one of IPv6 trusted", V4.router, V4)
    test.adm(f"--add-router {V4.router}")
    test.trusted("the IPv4 router that is trusted now", V4.router, V4)
    test.untrusted("another router, with both families trusted",
                   "2001:db8:1::5")
    test.adm("--add-router 2001:db8:7:8000::/49")
    test.trusted("the first address of a prefix", "2001:db8:7:8000::")
    test.trusted("the last address of a prefix",
                 "2001:db8:7:ffff:ffff:ffff:ffff:ffff")
    test.untrusted("the address before a prefix",
                   "2001:db8:7:7fff:ffff:ffff:ffff:ffff")
    test.untrusted("the address after a prefix", "2001:db8:8::")
    test.adm("--add-pool cluster --table-size 251")
    test.adm(f"-a --pool cluster -r {far} -w 0")
    test.untrusted("a backend of a pool", far)
    test.adm("--set peers=cluster")
    test.trusted("a peer", far)
    test.untrusted("another host of its network", "2001:db8:ffff::2")
    test.adm("--set peers=none")
    test.untrusted("a former peer", far)
    test.adm("--add-router 0.0.0.0/0")
    test.untrusted("with every IPv4 source trusted, one of IPv6", far)
    test.adm("--add-router ::/0")
    test.trusted("with every source trusted", far)
    for prefix in ("::/0", V6.router):
        test.adm(f"--delete-router {prefix}")
    test.untrusted("a router that was deleted", V6.router)
    for prefix in ("2001:db8:7:8000::/49", V4.router, "0.0.0.0/0"):
        test.adm(f"--delete-router {prefix}")
    test.trusted("any source without trusted routers again", far)
    test.adm("-C")
    test.director.moved()


def hooks(test):
    test.send("accepted and not counted: without a service", V6, V6.router, {})
    test.serve()
    test.trusted("from the first service on", V6.router)
    test.adm(f"-D {SERVICE}")
    test.send("accepted and not counted: after the last service", V6,
              V6.router, {})
    check_is("no hook is registered after the last service",
             test.director.info()["hooks"], False)


def main():
    test = Routers()
    routers(test)
    hooks(test)


if __name__ == "__main__":
    main()
