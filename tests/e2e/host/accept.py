# SPDX-License-Identifier: GPL-2.0
# needs: line
"""Accepted packets reach the director's stack byte for byte; dropped ones reach
nothing. Either is counted under its own reason."""

import struct

import packet as p
from director import Director
from host import OTHER_MAC, frame_to_another
from ktap import Case, check_is
from wire import (CLIENT, DIRECTOR, DIRECTOR2, ROUTER, ROUTER_MAC, VIP,
                  Delivered, TunnelPort, Wire, inner, outer)

# A tunnel of the director's own, for packets that are for no VIP.
TUNNEL = f"""
link add gre1 type gre local {DIRECTOR} remote any
link set gre1 up
"""
CONFIG = f"""
-A -t {VIP}:80
-a -t {VIP}:80 -r 10.2.0.11
-A -u {VIP}:53
-a -u {VIP}:53 -r 10.2.0.11
--add-service --sctp-service {VIP}:5060
--add-server --sctp-service {VIP}:5060 -r 10.2.0.11
"""
OTHER = "203.0.113.200"
TCP_VIP = inner(VIP, p.tcp(4000, 80, b"for a VIP"))
TCP_OTHER = inner(OTHER, p.tcp(4000, 80, b"not for a VIP"))
ROUTES_END = bytes(4)
ROUTES = struct.pack("!HBB4s", p.ETH_IP, 0, 4, b"\x0a\1\2\3") + ROUTES_END
ENDLESS = ROUTES[:8] * 40


def gre6(payload):
    return p.gre(payload, proto=p.ETH_IPV6)


def accepted():
    """Description, packet, counter."""
    udp6 = p.ipv6("2001:db8::1", "2001:db8::2", p.UDP, p.udp(1, 53, b"six"))
    reply = struct.pack("!BBHHH", 0, 0, 0xfffd, 1, 1)
    quote = inner(CLIENT, p.tcp(80, 4000), src=VIP, frag=64)[:28]
    piece = bytes(64)
    return (
        ("for an inner destination that is no VIP",
         p.gre(TCP_OTHER), "accept_not_vip"),
        ("for a VIP without a service for the port",
         p.gre(inner(VIP, p.tcp(4000, 81))), "accept_no_service"),
        ("for a VIP without a service for the protocol",
         p.gre(inner(VIP, p.udp(4000, 80), p.UDP)), "accept_no_service"),
        ("for a VIP, of a protocol without ports",
         p.gre(inner(VIP, b"ospf", 89)), "accept_no_service"),
        ("inner IPv6 for no VIP", gre6(udp6), "accept_not_vip"),
        ("inner IPv6, a fragment for no VIP",
         gre6(p.ipv6("2001:db8::1", "2001:db8::2", p.FRAGMENT,
                     p.fragment(p.UDP, 1) + piece)), "accept_not_vip"),
        ("inner IPv6 for a VIP as IPv4-mapped address",
         gre6(p.ipv6("2001:db8::1", f"::ffff:{VIP}", p.TCP, p.tcp(4000, 80))),
         "accept_not_vip"),
        ("inner IPv6 for and from IPv4-mapped addresses",
         gre6(p.ipv6("::ffff:198.51.100.7", f"::ffff:{VIP}", p.TCP,
                     p.tcp(4000, 80))), "accept_not_vip"),
        ("IPv4 for a VIP where GRE says IPv6", gre6(TCP_VIP),
         "accept_not_vip"),
        ("inner IPv6, nothing in it", gre6(b""), "accept_gre_truncated"),
        ("inner IPv6 header cut before the destination's end",
         gre6(udp6[:39]), "accept_gre_truncated"),
        ("first fragment to a VIP, of a protocol without a service",
         p.gre(inner(VIP, piece, p.ESP, frag=p.MF)), "accept_no_service"),
        ("middle fragment of it",
         p.gre(inner(VIP, piece, p.ESP, frag=p.MF | 8)), "accept_no_service"),
        ("last fragment of it",
         p.gre(inner(VIP, piece, p.ESP, frag=16)), "accept_no_service"),
        ("ICMP echo reply to a VIP", p.gre(inner(VIP, reply, p.ICMP)),
         "accept_inner_icmp"),
        ("ICMP error about a later fragment to a VIP",
         p.gre(inner(VIP, struct.pack("!BBHI", 3, 1, 0, 0) + quote, p.ICMP)),
         "accept_quoted_fragment"),
        ("GRE with Ethernet", p.gre(bytes(14) + TCP_VIP, proto=0x6558),
         "accept_gre_protocol"),
        ("GRE of PPTP", p.gre(TCP_VIP, proto=0x880b, key=1, version=1),
         "accept_gre_protocol"),
        ("GRE without a protocol", p.gre(TCP_VIP, proto=0),
         "accept_gre_protocol"),
        ("no GRE header at all", b"", "accept_gre_truncated"),
        ("half a GRE header", b"\0\0", "accept_gre_truncated"),
        ("GRE and nothing in it", p.gre(b""), "accept_gre_truncated"),
        ("GRE cut within its options", p.gre(b"", key=1)[:6],
         "accept_gre_truncated"),
        ("inner header cut before the destination's end",
         p.gre(TCP_VIP[:19]), "accept_gre_truncated"),
        ("version 1, not for a VIP", p.gre(TCP_OTHER, version=1),
         "accept_not_vip"),
        ("version 7, not for a VIP", p.gre(TCP_OTHER, version=7),
         "accept_not_vip"),
        ("source routes, not for a VIP", p.gre(TCP_OTHER, routes=ROUTES),
         "accept_not_vip"),
        ("source routes without end", p.gre(TCP_VIP, routes=ENDLESS),
         "accept_gre_truncated"),
        ("source routes cut short", p.gre(b"", routes=ROUTES[:6]),
         "accept_gre_truncated"),
    )


def dropped():
    """Description, packet, counter."""
    return (
        ("version 1", p.gre(TCP_VIP, version=1), "drop_gre_version"),
        ("version 1 with all fields",
         p.gre(TCP_VIP, version=1, key=1, seq=2, ack=3), "drop_gre_version"),
        ("version 7", p.gre(TCP_VIP, version=7), "drop_gre_version"),
        ("source routes", p.gre(TCP_VIP, routes=ROUTES), "drop_gre_routing"),
        ("an empty list of source routes",
         p.gre(TCP_VIP, routes=ROUTES_END), "drop_gre_routing"),
        ("source routes and all options",
         p.gre(TCP_VIP, routes=ROUTES, csum=True, key=1, seq=2),
         "drop_gre_routing"),
        ("inner version is 5",
         p.gre(inner(VIP, p.tcp(1, 80), version=5)), "drop_inner_header"),
        ("inner version is 0",
         p.gre(inner(VIP, p.tcp(1, 80), version=0)), "drop_inner_header"),
        ("inner IHL is 4",
         p.gre(inner(VIP, p.tcp(1, 80), ihl=4)), "drop_inner_header"),
        ("inner IHL is 15, the packet is shorter",
         p.gre(inner(VIP, p.tcp(1, 80), ihl=15)), "drop_inner_header"),
        ("inner length is 0",
         p.gre(inner(VIP, p.tcp(1, 80), length=0)), "drop_inner_header"),
        ("inner length is less than its header",
         p.gre(inner(VIP, p.tcp(1, 80), length=19)), "drop_inner_header"),
        ("inner length is one byte more than there is",
         p.gre(inner(VIP, p.tcp(1, 80), length=41)), "drop_inner_header"),
        ("inner length is 65535",
         p.gre(inner(VIP, p.tcp(1, 80), length=65535)), "drop_inner_header"),
        ("no TCP header", p.gre(inner(VIP, b"")), "drop_inner_l4"),
        ("19 bytes of TCP", p.gre(inner(VIP, p.tcp(1, 80)[:19])),
         "drop_inner_l4"),
        ("TCP header of 16 bytes", p.gre(inner(VIP, p.tcp(1, 80, doff=4))),
         "drop_inner_l4"),
        ("TCP header longer than the packet",
         p.gre(inner(VIP, p.tcp(1, 80, doff=6))), "drop_inner_l4"),
        ("TCP header cut by the inner length",
         p.gre(inner(VIP, p.tcp(1, 80), length=39)), "drop_inner_l4"),
        ("7 bytes of UDP", p.gre(inner(VIP, p.udp(1, 53)[:7], p.UDP)),
         "drop_inner_l4"),
        ("SCTP without a chunk",
         p.gre(inner(VIP, p.sctp(1, 5060)[:12], p.SCTP)), "drop_inner_l4"),
    )


class Verdicts:
    def __init__(self):
        self.wire, self.director = Wire(), Director()
        self.director.ns.ip(TUNNEL)
        self.director.restore(CONFIG)
        self.stack = Delivered(self.director.ns)
        self.tunnel = TunnelPort(self.director.ns, "gre1")

    def accept(self, desc, packets, counters, delivered):
        with Case(f"accepted, as it is: {desc}") as case:
            arrived, _ = self.wire.exchange(packets)
            case.expect("packets to backends", arrived, [])
            case.expect("delivered", [x.hex() for x in self.stack.receive()],
                        [x.hex() for x in delivered])
            case.expect("counters", self.director.moved(), counters)

    def drop(self, desc, packet, counter):
        with Case(f"dropped: {desc}") as case:
            arrived, _ = self.wire.exchange([packet])
            case.expect("packets to backends", arrived, [])
            case.expect("delivered", self.stack.receive(), [])
            case.expect("counters", self.director.moved(), {counter: 1})

    def fragments(self):
        """In fragments, and for no VIP: the stack gets the whole packet."""
        whole = p.gre(inner(OTHER, p.tcp(4000, 80, bytes(range(256)) * 2)))
        cut = 160
        pieces = [outer(whole[:cut], frag=p.MF, ident=77),
                  outer(whole[cut:], frag=cut // 8, ident=77)]
        for order, name in ((pieces, "in order"),
                            (pieces[::-1], "last first")):
            self.accept(f"a GRE packet in fragments, {name}", order,
                        {"held_outer_fragment": 1, "accept_not_vip": 1},
                        [outer(whole, ident=77)])

    def tunnel_device(self):
        last = inner(OTHER, p.tcp(4000, 80, b"the last one"))
        # Takes the packets of other cases.
        self.wire.exchange([outer(p.gre(last))])
        self.tunnel.receive(last)
        before = self.rx_packets()
        self.wire.exchange([outer(p.gre(TCP_OTHER))])
        check_is("the GRE device receives a packet for no VIP as it was",
                 self.tunnel.receive(TCP_OTHER), [TCP_OTHER])
        check_is("the GRE device counts a packet for no VIP",
                 self.rx_packets() - before, 1)
        self.wire.exchange([outer(p.gre(TCP_VIP)), outer(p.gre(last))])
        check_is("the GRE device receives no packet for a VIP",
                 self.tunnel.receive(last), [last])
        self.director.moved()
        self.stack.receive()

    def rx_packets(self):
        return int(self.director.ns.run(
            "sh", "-c", "grep gre1: /proc/net/dev").split(":")[1].split()[1])

    def sources(self):
        """Sources that no other host can have. Routing refuses them, later."""
        for desc, src in (
                ("the unspecified address", "0.0.0.0"),
                ("the loopback address", "127.0.0.1"),
                ("a multicast address", "224.0.0.5"),
                ("the broadcast address", "255.255.255.255"),
                ("the director's address that it was sent to", DIRECTOR),
                ("another address of the director", DIRECTOR2)):
            self.accept(f"from {desc}", [outer(p.gre(TCP_VIP), src=src)],
                        {"accept_martian": 1}, [])

    def transit(self):
        """GRE that the director merely routes."""
        packet = outer(p.gre(TCP_VIP), dst="10.2.0.30", ttl=9)
        with Case("GRE to another host is routed, and not counted") as case:
            arrived, _ = self.wire.exchange([packet])
            case.expect("packets", len(arrived), 1)
            for got in arrived:
                case.expect("addresses", (got.src, got.dst),
                            (ROUTER, "10.2.0.30"))
                case.expect("TTL", got.ttl, 8)
                case.expect("payload", got.payload, p.IPv4(packet).payload)
            case.expect("counters", self.director.moved(), {})
        self.accept("GRE to the subnet's broadcast address",
                    [outer(p.gre(TCP_VIP), dst="10.1.0.255")], {},
                    [outer(p.gre(TCP_VIP), dst="10.1.0.255")])

    def other_protocols(self):
        stack = Delivered(self.director.ns, 4)
        packet = p.ipv4(ROUTER, DIRECTOR, 4, TCP_VIP)
        self.wire.exchange([packet])
        check_is("IP in IP to the director is accepted", stack.receive(),
                 [packet])
        packet = p.ipv4(CLIENT, DIRECTOR, p.TCP, TCP_VIP[20:])
        arrived, _ = self.wire.exchange([packet])
        check_is("plain TCP to the director is not forwarded", arrived, [])
        check_is("packets other than GRE move no counter",
                 self.director.moved(), {})


def main():
    test = Verdicts()
    for desc, payload, counter in accepted():
        test.accept(desc, [outer(payload)], {counter: 1}, [outer(payload)])
    test.fragments()
    for desc, payload, counter in dropped():
        test.drop(desc, outer(payload), counter)
    test.tunnel_device()
    test.sources()
    frame_to_another(test, p.ether(OTHER_MAC, ROUTER_MAC,
                                   outer(p.gre(TCP_VIP))))
    test.transit()
    test.other_protocols()


if __name__ == "__main__":
    main()
