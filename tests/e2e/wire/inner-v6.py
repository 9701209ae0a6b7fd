# SPDX-License-Identifier: GPL-2.0
# needs: line
"""Inner IPv6 in outer IPv4: forwarded byte for byte, accepted, dropped, and
rejected with an ICMPv6 error."""

import itertools

import packet as p
from director import Director
from ktap import Case, check_is
from namespace import Namespace
from wire import DIRECTOR, ROUTER_MAC, VIP, Delivered, Port, Wire, outer

BACKEND = "10.2.0.11"
VIP6, CLIENT6 = "2001:db8::80", "2001:db8:a::7"
# Of the director, on the router's side.
DIRECTOR6, ROUTER6 = "2001:db8:1::2", "2001:db8:1::1"
CONFIG = f"""
-A -t {VIP}:443
-a -t {VIP}:443 -r {BACKEND}
-A -t [{VIP6}]:443
-a -t [{VIP6}]:443 -r {BACKEND}
-A -u [{VIP6}]:53
-a -u [{VIP6}]:53 -r {BACKEND}
--add-service --sctp-service [{VIP6}]:5060
--add-server --sctp-service [{VIP6}]:5060 -r {BACKEND}
"""
# The way of errors to clients.
ADDRESSES = f"""
addr add {DIRECTOR6}/64 dev d0 nodad
neigh replace {ROUTER6} lladdr {ROUTER_MAC} dev d0
route add 2001:db8:a::/48 via {ROUTER6}
route add fe80::/64 dev d0 metric 1
"""
TCP = p.tcp(40000, 443, b"hello")
# type and code: destination unreachable, address unreachable
UNREACHABLE = b"\x01\x03"
# of an error; RFC 4443 section 2.4(c)
ERROR_MAX = 1280
# Sources that are no other host's, or of no host that the director can reach.
NO_CLIENTS = ("::", "::1", "ff02::1", "ff0e::1", "fe80::7", DIRECTOR6,
              "2001:db8:ffff::1")
JUMBO = b"\xc2\4\0\1\0\0"


def inner6(l4=TCP, proto=p.TCP, src=CLIENT6, dst=VIP6, **fields):
    return p.ipv6(src, dst, proto, l4, **fields)


def gre6(packet, **fields):
    return p.gre(packet, proto=p.ETH_IPV6, **fields)


def extended(*makers, last=p.TCP, l4=TCP, **fields):
    return inner6(*p.chain(*makers, last=last, payload=l4), **fields)


def forwarded():
    """Description and inner packet."""
    return (
        ("TCP", inner6()),
        ("TCP SYN", inner6(p.tcp(40001, 443, flags=p.SYN))),
        ("UDP", inner6(p.udp(40001, 53, bytes(100)), p.UDP)),
        ("UDP without data", inner6(p.udp(40001, 53), p.UDP)),
        ("SCTP INIT", inner6(p.sctp(40001, 5060, bytes(16), chunk=1), p.SCTP)),
        ("traffic class, flow label, hop limit 0",
         inner6(tclass=0xb9, label=0xfffff, hops=0)),
        ("hop-by-hop options", extended(p.HBH)),
        ("destination options", extended(p.DST)),
        ("destination options of 72 bytes", extended(p.LONG)),
        ("a routing header", extended(p.ROUTE)),
        ("a routing header with segments left", extended(p.ROUTE_LEFT)),
        ("an atomic fragment", extended(p.ATOMIC)),
        ("an atomic fragment with reserved bits", extended(p.RESERVED)),
        ("all extension headers",
         extended(p.HBH, p.DST, p.ROUTE, p.ATOMIC, p.LONG)),
        ("12 extension headers", extended(*[p.DST] * 12)),
        ("a jumbo payload option beside a length",
         extended((p.HOPOPTS, lambda n: p.options(n, JUMBO)))),
        ("bytes behind the inner packet", inner6() + b"trailer"),
        ("1476 bytes", inner6(p.udp(40001, 53, bytes(1428)), p.UDP)),
    )


def others():
    """Description, inner packet, counter."""
    reply = b"\x81\0\0\0\0\1\0\1"
    return (
        ("a port without a service", inner6(p.tcp(1, 80)),
         "accept_no_service"),
        ("ESP", inner6(bytes(40), p.ESP), "accept_no_service"),
        ("AH", inner6(p.options(p.TCP, bytes(14)) + TCP, p.AH),
         "accept_no_service"),
        ("no next header", inner6(b"", p.NO_NEXT), "accept_no_service"),
        ("ICMP of IPv4", inner6(b"\x08" + bytes(7), p.ICMP),
         "accept_no_service"),
        ("an echo reply", inner6(reply, p.ICMPV6), "accept_inner_icmp"),
        ("an echo reply behind options", extended(p.HBH, last=p.ICMPV6, l4=reply),
         "accept_inner_icmp"),
        ("the first fragment of a protocol without a service",
         extended(p.FIRST, last=p.ESP, l4=bytes(16)), "accept_no_service"),
        ("a fragment in the middle of it",
         extended(p.MIDDLE, last=p.ESP, l4=bytes(16)), "accept_no_service"),
        ("the last fragment of it",
         extended(p.HBH, p.LAST, last=p.ESP, l4=bytes(16)),
         "accept_no_service"),
        ("version 4", inner6(version=4), "drop_inner_header"),
        ("a length one byte beyond the end", inner6(length=len(TCP) + 1),
         "drop_inner_header"),
        ("an IPv4-mapped source", inner6(src="::ffff:198.51.100.7"),
         "drop_inner_header"),
        ("13 extension headers", extended(*[p.DST] * 13),
         "drop_inner_extensions"),
        ("hop-by-hop options behind others", extended(p.DST, p.HBH),
         "drop_inner_extensions"),
        ("options that do not end",
         inner6(p.options(p.TCP)[:1] + b"\x08" + TCP, p.DSTOPTS),
         "drop_inner_extensions"),
        ("options cut by the length", extended(p.DST, length=7),
         "drop_inner_extensions"),
        ("a jumbogram",
         extended((p.HOPOPTS, lambda n: p.options(n, JUMBO)), length=0),
         "drop_inner_jumbogram"),
        ("no TCP header", inner6(b""), "drop_inner_l4"),
        ("TCP cut by the length", extended(p.HBH, length=27),
         "drop_inner_l4"),
    )


class InnerV6:
    def __init__(self):
        self.wire, self.director = Wire(), Director()
        self.router = Port(Namespace("router"), "r0")
        self.director.restore(CONFIG)
        self.director.moved()
        self.stack = Delivered(self.director.ns)

    def forward(self, desc, payload, **fields):
        packet = outer(payload, **fields)
        want = outer(payload, src=DIRECTOR, dst=BACKEND, ttl=63, **fields)
        with Case(f"forwarded, but for the outer addresses and TTL as it was: "
                  f"{desc}") as case:
            arrived, back = self.wire.exchange([packet])
            case.expect("packets", [x.data.hex() for x in arrived],
                        [want.hex()])
            case.expect("packets back to the router", back, [])
            case.expect("delivered", self.stack.receive(), [])
            case.expect("counters", self.director.moved(), {"forwarded": 1})

    def other(self, desc, payload, counter):
        packet = outer(payload)
        with Case(f"{counter}: {desc}") as case:
            arrived, _ = self.wire.exchange([packet])
            case.expect("packets to backends", arrived, [])
            case.expect("delivered", [x.hex() for x in self.stack.receive()],
                        [packet.hex()] if counter.startswith("accept") else [])
            case.expect("counters", self.director.moved(), {counter: 1})

    def gre_fields(self):
        for csum, key, seq in itertools.product((False, True),
                                                (None, 0xdeadbeef),
                                                (None, 0x01020304)):
            self.forward(f"GRE checksum {csum}, key {key}, sequence {seq}",
                         gre6(inner6(), csum=csum, key=key, seq=seq))
        self.forward("outer DSCP, ECN and DF",
                     gre6(inner6()), tos=0xbb, frag=p.DF)
        self.other("GRE version 1", gre6(inner6(), version=1),
                   "drop_gre_version")

    def errors(self, packets):
        """ICMPv6 errors that come back to the router for some packets."""
        arrived, _ = self.wire.exchange([outer(gre6(x)) for x in packets])
        check_is("rejected packets reach no backend", arrived, [])
        found = []
        while (frame := self.router.receive()) is not None:
            if frame[12:14] == p.ETH_IPV6.to_bytes(2, "big"):
                packet = p.IPv6(frame[14:])
                # The rest is neighbour discovery.
                if packet.proto == p.ICMPV6 and packet.payload[0] < 128:
                    found.append(packet)
        return found

    def sent(self):
        """Errors that the host has sent, also to itself."""
        lines = self.director.ns.run("cat", "/proc/net/snmp6").splitlines()
        return dict(x.split() for x in lines)["Icmp6OutDestUnreachs"]

    def reject(self):
        self.director.ns.sysctl("ipv6/conf/d0/disable_ipv6", 0)
        self.director.ns.sysctl("ipv6/icmp/ratelimit", 0)
        self.director.ns.ip(ADDRESSES)
        self.director.adm(f"-e -t [{VIP6}]:443 -r {BACKEND} --state down")
        self.director.adm(f"-E -t [{VIP6}]:443 --all-down reject")
        for desc, packet in (
                ("TCP", inner6()),
                ("options in front", extended(p.HBH, p.DST)),
                ("more than fits into an error",
                 inner6(p.tcp(40000, 443, bytes(1380))))):
            found = self.errors([packet])
            with Case(f"the client gets one error: {desc}") as case:
                case.expect("from and to", [(x.src, x.dst) for x in found],
                            [(DIRECTOR6, CLIENT6)])
                for error in found:
                    case.expect("type and code", error.payload[:2],
                                UNREACHABLE)
                    case.expect("checksum", p.checksum_v6(
                        error.src, error.dst, p.ICMPV6, error.payload), 0)
                    case.expect("quote", error.payload[8:].hex(),
                                packet[:ERROR_MAX - 48].hex())
                case.expect("counters", self.director.moved(),
                            {"drop_rejected": 1})
        before = self.sent()
        check_is("no error is sent to a source that is no other host's",
                 self.errors([inner6(src=src) for src in NO_CLIENTS]), [])
        check_is("no error is sent to the director itself instead",
                 self.sent(), before)
        check_is("packets from such sources are counted as drop_rejected",
                 self.director.moved(), {"drop_rejected": len(NO_CLIENTS)})

    def no_stack(self):
        """Rejecting where IPv6 is switched off is no more than dropping."""
        self.director.ns.sysctl("ipv6/conf/d0/disable_ipv6", 1)
        check_is("no error is sent without IPv6 on the director",
                 self.errors([inner6()]), [])
        check_is("a packet is counted as drop_rejected without IPv6",
                 self.director.moved(), {"drop_rejected": 1})


def main():
    test = InnerV6()
    for desc, packet in forwarded():
        test.forward(desc, gre6(packet))
    test.gre_fields()
    for desc, packet, counter in others():
        test.other(desc, gre6(packet), counter)
    test.reject()
    test.no_stack()


if __name__ == "__main__":
    main()
