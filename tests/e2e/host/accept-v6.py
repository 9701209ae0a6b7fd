# SPDX-License-Identifier: GPL-2.0
# needs: line
"""Outer IPv6 that the module leaves to the stack, and why: sources, fragments,
extension headers, other protocols, other destinations."""

import packet as p
from director import Director
from host import OTHER_MAC, frame_to_another
from ktap import Case
from outer import (LINK_LOCAL, V6, VIP6, Delivered6, Delivery, enable_v6,
                   gre_of, outer6)
from wire import ROUTER_MAC, VIP, Wire

CONFIG = "".join(f"-A -t {vip}:80\n-a -t {vip}:80 -r {V6.backend}\n"
                 for vip in (VIP, f"[{VIP6}]"))
FOR_VIP = gre_of(6, p.tcp(4000, 80, b"for a VIP"))
# For no VIP: ICMPv6 errors of the director would be in the way.
OTHER = p.gre(p.ipv4("198.51.100.7", "203.0.113.200", p.TCP, p.tcp(1, 80)))
TOO_LONG = (p.DSTOPTS, lambda n: bytes([n, 200, 1, 4, 0, 0, 0, 0]))
# Linux refuses segment routing headers by default, but takes this one.
ROUTE = (p.ROUTING, lambda n: p.routing(n, 0, kind=0))
LINK_LOCAL_ROUTER = "fe80::1"


class Accept:
    def __init__(self):
        self.wire, self.director = Wire(), Director()
        enable_v6(self.director.ns)
        self.director.restore(CONFIG)
        self.director.moved()
        self.stack = Delivered6(self.director.ns)

    def accept(self, desc, packets, counters, delivered=()):
        with Case(f"accepted: {desc}") as case:
            arrived, _ = self.wire.exchange(packets)
            case.expect("packets to backends",
                        [x for x in arrived if x.dst == V6.backend], [])
            case.expect("delivered", self.stack.receive(), list(delivered))
            case.expect("counters", self.director.moved(), counters)

    def forward(self, desc, packet, want):
        with Case(f"forwarded: {desc}") as case:
            arrived, _ = self.wire.exchange([packet])
            case.expect("packets", [x.data.hex() for x in arrived],
                        [want.hex()])
            case.expect("delivered", self.stack.receive(), [])
            case.expect("counters", self.director.moved(), {"forwarded": 1})


def delivered(payload, src=V6.router, dst=V6.director, hops=64):
    return Delivery(src, dst, hops, payload)


def inner_packets(test):
    """The reasons are the same as in IPv4; one of each kind is enough."""
    for desc, payload, counter in (
            ("for no VIP", OTHER, "accept_not_vip"),
            ("for a VIP without a service for the port",
             gre_of(4, p.tcp(1, 81)), "accept_no_service"),
            ("GRE with Ethernet", p.gre(bytes(64), proto=0x6558),
             "accept_gre_protocol"),
            ("half a GRE header", b"\0\0", "accept_gre_truncated"),
            ("no GRE header at all", b"", "accept_gre_truncated")):
        for makers in ((), (p.LIMIT,)):
            behind = " behind an encapsulation limit" if makers else ""
            test.accept(f"{desc}{behind}", [outer6(payload, *makers)],
                        {counter: 1}, [delivered(payload)])
    with Case("dropped: GRE of another version for a VIP") as case:
        test.wire.exchange([outer6(gre_of(4, p.tcp(1, 80), version=1),
                                   p.LIMIT)])
        case.expect("delivered", test.stack.receive(), [])
        case.expect("counters", test.director.moved(),
                    {"drop_gre_version": 1})


def sources(test):
    """Sources that no other host can have. IPv6 itself refuses some of them."""
    for desc, src, counters, stack in (
            ("the unspecified address", "::", {"accept_martian": 1}, True),
            ("an IPv4-mapped address", "::ffff:10.1.0.1",
             {"accept_martian": 1}, True),
            ("the director's address that it was sent to", V6.director,
             {"accept_martian": 1}, True),
            ("another address of the director", V6.source,
             {"accept_martian": 1}, True),
            ("the director's link-local address", LINK_LOCAL,
             {"accept_martian": 1}, True),
            ("the loopback address", "::1", {}, False),
            ("a multicast address", "ff0e::1", {}, False)):
        test.accept(f"from {desc}", [outer6(FOR_VIP, src=src)], counters,
                    [delivered(FOR_VIP, src=src)] if stack else [])


def destinations(test):
    test.accept("to the loopback address", [outer6(FOR_VIP, dst="::1")], {})
    test.accept("to every node of the link", [outer6(FOR_VIP, dst="ff02::1")],
                {}, [delivered(FOR_VIP, dst="ff02::1")])
    test.accept("to an address that is IPv4-mapped",
                [outer6(FOR_VIP, dst="::ffff:10.1.0.2")], {})
    elsewhere = "2001:db8:2::40"
    with Case("GRE to another host is routed, and not counted") as case:
        arrived, _ = test.wire.exchange([outer6(FOR_VIP, p.LIMIT,
                                                dst=elsewhere)])
        case.expect("packets", [x.data.hex() for x in arrived],
                    [outer6(FOR_VIP, p.LIMIT, dst=elsewhere, hops=63).hex()])
        case.expect("counters", test.director.moved(), {})
    frame_to_another(test, p.ether(OTHER_MAC, ROUTER_MAC, outer6(FOR_VIP),
                                   p.ETH_IPV6))


def fragments(test):
    """Of GRE, with the encapsulation limit within, as Linux makes them."""
    whole = OTHER + bytes(200)
    limit, _ = p.chain(p.LIMIT, last=p.GRE, payload=whole)
    for desc, data, first in (("GRE", whole, p.GRE),
                              ("GRE behind an encapsulation limit", limit,
                               p.DSTOPTS)):
        pieces = [p.ipv6(V6.router, V6.director, p.FRAGMENT,
                         p.fragment(first, word, ident) + part)
                  for ident, word, part in ((7, 1, data[:96]),
                                            (7, 96, data[96:]))]
        for order, name in ((pieces, "in order"),
                            (pieces[::-1], "last first")):
            test.accept(f"fragments of {desc} for no VIP, {name}", order,
                        {"held_outer_fragment": 1, "accept_not_vip": 1},
                        [delivered(whole)])
    test.forward("a fragment that is a whole packet",
                 outer6(FOR_VIP, p.ATOMIC),
                 outer6(FOR_VIP, p.ATOMIC, src=V6.director, dst=V6.backend,
                        hops=63))


def extensions(test):
    """Linux refuses these packets, so nothing is delivered."""
    reason = {"accept_outer_extensions": 1}
    for desc, makers in (
            ("more than 12 extension headers", [p.DST] * 13),
            ("hop-by-hop options behind others", [p.DST, p.HBH]),
            ("options that do not end", [TOO_LONG]),
            ("a routing header with segments left", [p.ROUTE_LEFT]),
            ("the same behind options", [p.HBH, p.LIMIT, p.ROUTE_LEFT])):
        with Case(f"accepted: {desc}") as case:
            arrived, _ = test.wire.exchange([outer6(FOR_VIP, *makers)])
            case.expect("packets to backends",
                        [x for x in arrived if x.dst == V6.backend], [])
            test.stack.receive()
            case.expect("counters", test.director.moved(), reason)
    data = bytes([p.GRE, 0, 1])
    test.accept("an extension header that is cut short",
                [p.ipv6(V6.router, V6.director, p.DSTOPTS, data)], reason)


def other_protocols(test):
    """Whatever is not GRE moves no counter, behind which headers it may be."""
    stack = Delivered6(test.director.ns, 253)
    for desc, makers in (("without extension headers", ()),
                         ("behind options", (p.HBH, p.DST)),
                         ("behind a routing header", (ROUTE,)),
                         ("in a fragment that is a whole packet",
                          (p.ATOMIC,))):
        with Case(f"another protocol is delivered {desc}") as case:
            test.wire.exchange([outer6(b"other", *makers, proto=253)])
            case.expect("delivered", stack.receive(), [delivered(b"other")])
            case.expect("counters", test.director.moved(), {})
    with Case("another protocol in fragments is not counted") as case:
        pieces = [p.ipv6(V6.router, V6.director, p.FRAGMENT,
                         p.fragment(253, word, 9) + bytes(8))
                  for word in (1, 8)]
        test.wire.exchange(pieces)
        case.expect("delivered", stack.receive(), [delivered(bytes(16))])
        case.expect("counters", test.director.moved(), {})
    with Case("another protocol with segments left is not counted") as case:
        test.wire.exchange([outer6(b"other", p.ROUTE_LEFT, proto=253)])
        case.expect("counters", test.director.moved(), {})
    with Case("no next header is not counted") as case:
        test.wire.exchange([outer6(b"", p.HBH, proto=p.NO_NEXT)])
        case.expect("counters", test.director.moved(), {})


def link_local(test):
    """Such an address is one of its device only."""
    test.forward("to and from link-local addresses",
                 outer6(FOR_VIP, src=LINK_LOCAL_ROUTER, dst=LINK_LOCAL),
                 outer6(FOR_VIP, src=V6.source, dst=V6.backend, hops=63))
    test.director.ns.ip("addr add fe80::33/64 dev d1 nodad\n")
    test.accept("to a link-local address of another device",
                [outer6(FOR_VIP, src=LINK_LOCAL_ROUTER, dst="fe80::33")], {})
    test.director.ns.ip("addr add fe80::33/64 dev d0 nodad\n"
                        "addr del fe80::33/64 dev d1\n")
    test.forward("to a link-local address that moved to this device",
                 outer6(FOR_VIP, src=LINK_LOCAL_ROUTER, dst="fe80::33"),
                 outer6(FOR_VIP, src=V6.source, dst=V6.backend, hops=63))


def main():
    test = Accept()
    for part in (inner_packets, sources, destinations, fragments, extensions,
                 other_protocols, link_local):
        part(test)


if __name__ == "__main__":
    main()
