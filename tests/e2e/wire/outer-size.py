# SPDX-License-Identifier: GPL-2.0
# needs: line
"""Packets that just fit the path to the backend, or just do not, in every mix
of outer families. The header of another family changes the size."""

import itertools
import random
import struct

import packet as p
from director import Director
from ktap import Case
from outer import FAMILIES, V4, V6, VIP6, enable_v6, gre_of, outer6
from wire import VIP, Wire, outer

RNG = random.Random(3)
MTU = 1380
PORTS = {V4: 4000, V6: 6000}
CONFIG = "".join(
    f"-A -u {vip}:{PORTS[to]}\n-a -u {vip}:{PORTS[to]} -r {to.backend}\n"
    for vip in (VIP, f"[{VIP6}]") for to in FAMILIES)
ROUTES = "".join(f"route add {to.backend} dev d1 mtu {MTU}\n"
                 for to in FAMILIES)
# RFC 4443 section 2.4(c)
ERROR_MAX = 1280
OVERHEAD = {4: 4 + 20 + 8, 6: 4 + 40 + 8}


def payload(number, goes, size):
    """GRE of size bytes, with a packet of a family in it."""
    data = RNG.randbytes(size - OVERHEAD[number])
    return gre_of(number, p.udp(4000, PORTS[goes], data), p.UDP)


def headers(came):
    """What there may be in front of GRE: its size, and how to make it."""
    if came is V4:
        return (
            ("with DF", 20, lambda x: outer(x, frag=p.DF)),
            ("without DF", 20, outer),
            ("with options", 32,
             lambda x: outer(x, frag=p.DF, options=b"\1" * 12)),
        )
    return (
        ("without extension headers", 40, outer6),
        ("with an encapsulation limit", 48, lambda x: outer6(x, p.LIMIT)),
        ("with 88 bytes of extension headers", 128,
         lambda x: outer6(x, p.HBH, p.LONG, p.ATOMIC)),
    )


class Sizes:
    def __init__(self):
        self.wire, self.director = Wire(), Director()
        enable_v6(self.director.ns)
        self.director.ns.ip(ROUTES)
        self.director.restore(CONFIG)
        self.director.moved()

    def fits(self, desc, packet, goes, size):
        with Case(f"{desc}: leaves as {size} bytes and fits") as case:
            arrived, back = self.wire.exchange([packet])
            case.expect("to", [(x.dst, x.length) for x in arrived],
                        [(goes.backend, size)])
            case.expect("packets to the router", back, [])
            case.expect("counters", self.director.moved(), {"forwarded": 1})

    def too_big(self, desc, packet, came, mtu):
        with Case(f"{desc}: one byte more, and the router is told {mtu}") \
                as case:
            arrived, back = self.wire.exchange([packet])
            case.expect("packets to the backend", arrived, [])
            case.expect("errors", [(x.src, x.dst) for x in back],
                        [(came.director, came.router)])
            for error in back:
                judge = frag_needed if came is V4 else packet_too_big
                judge(case, error, packet, mtu)
            case.expect("counters", self.director.moved(),
                        {"drop_too_big": 1})

    def boundary(self, came, goes):
        for (name, size, make), number in itertools.product(headers(came),
                                                            (4, 6)):
            # Within its family a packet keeps what is in front of GRE.
            after = size if came is goes else goes.header
            desc = f"{came} {name} to {goes}, inner IPv{number}"
            for less in (1, 0):
                self.fits(desc, make(payload(number, goes,
                                             MTU - after - less)),
                          goes, MTU - less)
            if name == "without DF":
                continue
            self.too_big(desc, make(payload(number, goes, MTU - after + 1)),
                         came, MTU - after + size)


def frag_needed(case, error, packet, mtu):
    kind, code, _, _, says = struct.unpack_from("!BBHHH", error.payload)
    quote = error.payload[8:]
    case.expect("type and code", (error.proto, kind, code), (p.ICMP, 3, 4))
    case.expect("MTU", says, mtu)
    case.expect("checksum", p.checksum(error.payload), 0)
    case.expect("quotes enough", len(quote) >= 20 + 8, True)
    case.expect("quote", quote.hex(), packet[:len(quote)].hex())


def packet_too_big(case, error, packet, mtu):
    kind, code, _, says = struct.unpack_from("!BBHI", error.payload)
    case.expect("type and code", (error.proto, kind, code), (p.ICMPV6, 2, 0))
    case.expect("MTU", says, mtu)
    case.expect("checksum", p.checksum_v6(error.src, error.dst, p.ICMPV6,
                                          error.payload), 0)
    case.expect("quote", error.payload[8:].hex(),
                packet[:ERROR_MAX - 48].hex())


def main():
    test = Sizes()
    for came, goes in itertools.product(FAMILIES, FAMILIES):
        test.boundary(came, goes)


if __name__ == "__main__":
    main()
