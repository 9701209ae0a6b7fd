# SPDX-License-Identifier: GPL-2.0
# needs: line stock
"""The director is a backend of its own, and outer IPv6 is on one side or both:
its own GRE devices get each packet, once."""

import packet as p
from director import Director
from ktap import Case
from outer import (V4, V6, VIP6, Delivered6, Delivery, enable_v6, gre_of,
                   inner_of, outer6)
from wire import VIP, Delivered, TunnelPort, Wire, outer

TUNNELS = f"""
link add gre4 type gre local {V4.source} remote any
link set gre4 up
link add gre6 type ip6gre local {V6.source} remote any
link set gre6 up
"""
PORTS = {V4: 4000, V6: 6000}
CONFIG = "".join(
    f"-A -t {vip}:{PORTS[to]}\n-a -t {vip}:{PORTS[to]} -r {to.source}\n"
    for vip in (VIP, f"[{VIP6}]") for to in (V4, V6))


class LocalBackend:
    def __init__(self):
        self.wire, self.director = Wire(), Director()
        enable_v6(self.director.ns)
        self.director.ns.ip(TUNNELS)
        self.director.restore(CONFIG)
        self.director.moved()
        self.stacks = {V4: Delivered(self.director.ns),
                       V6: Delivered6(self.director.ns)}
        self.tunnels = {V4: TunnelPort(self.director.ns, "gre4"),
                        V6: TunnelPort(self.director.ns, "gre6")}

    def deliver(self, desc, packet, goes, number, want, counter):
        """The packet, as the stack sees it, and what the device takes out."""
        l4 = p.tcp(40000, PORTS[goes], b"local")
        with Case(f"{desc}, inner IPv{number}: delivered once") as case:
            arrived, back = self.wire.exchange([packet(gre_of(number, l4))])
            case.expect("packets forwarded", arrived, [])
            case.expect("packets to the router", back, [])
            inner = inner_of(number, l4)
            case.expect("the GRE device receives",
                        [x.hex() for x in self.tunnels[goes].receive(inner)],
                        [inner.hex()])
            got = {to: stack.receive() for to, stack in self.stacks.items()}
            case.expect("delivered", got.pop(goes), [want(gre_of(number, l4))])
            case.expect("delivered in the other family", *got.values(), [])
            case.expect("counters", self.director.moved(), {counter: 1})


def main():
    test = LocalBackend()
    for number in (4, 6):
        test.deliver("IPv6 to IPv6 with 1 hop left and extension headers",
                     lambda x: outer6(x, p.LIMIT, hops=1), V6, number,
                     lambda x: Delivery(V6.router, V6.source, 1, x),
                     "forwarded_local")
        # In the other family the director sends it to itself.
        test.deliver("IPv4 to IPv6 with 1 hop left and options",
                     lambda x: outer(x, ttl=1, options=b"\1" * 4), V6, number,
                     lambda x: Delivery(V6.source, V6.source, 1, x),
                     "forwarded")
        test.deliver("IPv6 to IPv4 with 1 hop left and extension headers",
                     lambda x: outer6(x, p.LIMIT, hops=1, tclass=0xb9), V4,
                     number,
                     lambda x: outer(x, src=V4.source, dst=V4.source, ttl=1,
                                     tos=0xb9, ident=0, frag=p.DF),
                     "forwarded")
        test.deliver("IPv4 to IPv4", outer, V4, number,
                     lambda x: outer(x, dst=V4.source), "forwarded_local")

    # The address that packets are sent to is a backend as well.
    for vip in (VIP, f"[{VIP6}]"):
        test.director.adm(f"-a -t {vip}:{PORTS[V6]} -r {V6.director}")
        test.director.adm(f"-d -t {vip}:{PORTS[V6]} -r {V6.source}")
    test.director.ns.ip("link add own6 type ip6gre remote any "
                        f"local {V6.director}\nlink set own6 up\n")
    test.tunnels[V6] = TunnelPort(test.director.ns, "own6")
    test.deliver("a backend may be the outer address that packets are sent to",
                 outer6, V6, 4,
                 lambda x: Delivery(V6.router, V6.director, 64, x),
                 "forwarded_local")


if __name__ == "__main__":
    main()
