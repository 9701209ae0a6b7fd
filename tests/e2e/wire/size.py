# SPDX-License-Identifier: GPL-2.0
# needs: line
"""Packets near and above the MTU of the path to the backend."""

import random
import struct

import packet as p
from director import Director
from ktap import Case, check_is
from wire import DIRECTOR, ROUTER, Wire, inner, outer

RNG = random.Random(2)
# The path to .11 takes 1400 bytes, that to .12 all 1500, that to .13 1000.
ROUTES = """
route add 10.2.0.11 dev d1 mtu 1400
route add 10.2.0.13 dev d1 mtu lock 1000
"""
CONFIG = """
-A -u 203.0.113.1:53
-a -u 203.0.113.1:53 -r 10.2.0.11
-A -u 203.0.113.2:53
-a -u 203.0.113.2:53 -r 10.2.0.12
-A -u 203.0.113.3:53
-a -u 203.0.113.3:53 -r 10.2.0.13
"""
VIP_MTU = {"203.0.113.1": 1400, "203.0.113.2": 1500, "203.0.113.3": 1000}


def gre_of(vip, size, **fields):
    """A GRE packet of size bytes in all."""
    overhead = 20 + 4 + 20 + 8 + len(fields.get("options", b""))
    data = RNG.randbytes(size - overhead)
    return outer(p.gre(inner(vip, p.udp(4000, 53, data), p.UDP)), **fields)


def reassemble(fragments):
    """The payload of an IPv4 packet's fragments, in any order."""
    data = b""
    for f in sorted(fragments, key=lambda f: f.frag & 0x1fff):
        if len(data) != (f.frag & 0x1fff) * 8:
            return None
        data += f.payload
    return data


def fits(wire, director):
    for vip, mtu in VIP_MTU.items():
        for size in (mtu - 1, mtu):
            for frag in (0, p.DF):
                sent = gre_of(vip, size, frag=frag)
                df = "with" if frag else "without"
                with Case(f"a packet of {size} bytes {df} DF fits an MTU of "
                          f"{mtu}") as case:
                    arrived, back = wire.exchange([sent])
                    case.expect("payloads", [a.payload for a in arrived],
                                [p.IPv4(sent).payload])
                    case.expect("flags", [a.frag for a in arrived], [frag])
                    case.expect("packets to the router", back, [])
    check_is("packets that fit are counted as forwarded", director.moved(),
             {"forwarded": 12})


def fragmented(wire, director):
    """Without DF, the director's kernel may fragment the packet."""
    sent = 0
    for vip, mtu in (("203.0.113.1", 1400), ("203.0.113.3", 1000)):
        for size in (mtu + 1, 1500):
            for options in (b"", b"\x01" * 8):
                packet = gre_of(vip, size, options=options, ident=size)
                want = p.IPv4(packet)
                sent += 1
                with Case(f"a packet of {size} bytes without DF, "
                          f"{len(options)} of"
                          f" options, is fragmented to an MTU of {mtu}") \
                        as case:
                    arrived, back = wire.exchange([packet])
                    case.expect("more than one", len(arrived) > 1, True)
                    case.expect("none too big",
                                [a for a in arrived if a.length > mtu], [])
                    case.expect("addresses",
                                {(a.src, a.dst) for a in arrived},
                                {(DIRECTOR, "10.2.0.1" + vip[-1])})
                    case.expect("identifications",
                                len({a.ident for a in arrived}), 1)
                    case.expect("TTL", {a.ttl for a in arrived}, {63})
                    case.expect("checksums",
                                {a.check_right for a in arrived}, {True})
                    case.expect("payload", reassemble(arrived), want.payload)
                    case.expect("packets to the router", back, [])
    check_is("a fragmented packet is counted as forwarded, once",
             director.moved(), {"forwarded": sent})


def too_big(wire, director):
    """With DF, the sender is told the MTU (RFC 1191)."""
    cases = (("203.0.113.1", 1401, 1400, {}),
             ("203.0.113.1", 1500, 1400, {"tos": 0x20}),
             ("203.0.113.3", 1001, 1000, {"options": b"\x01" * 12}),
             ("203.0.113.3", 1500, 1000, {"ttl": 9}))
    for i, (vip, size, mtu, fields) in enumerate(cases):
        packet = gre_of(vip, size, frag=p.DF, ident=0x100 + i, **fields)
        with Case(f"a packet of {size} bytes with DF above an MTU of {mtu} is "
                  "dropped, and the router is told") as case:
            arrived, back = wire.exchange([packet])
            case.expect("packets to the backend", arrived, [])
            case.expect("packets to the router", len(back), 1)
            if back:
                frag_needed(case, back[0], packet, mtu)
        check_is(f"a packet of {size} bytes with DF above an MTU of {mtu} is "
                 "counted as drop_too_big",
                 director.moved(), {"drop_too_big": 1})


def frag_needed(case, error, packet, mtu):
    kind, code, _, _, says = struct.unpack_from("!BBHHH", error.payload)
    quote = error.payload[8:]
    case.expect("protocol", error.proto, p.ICMP)
    case.expect("destination", error.dst, ROUTER)
    case.expect("source", error.src, DIRECTOR)
    case.expect("type and code", (kind, code), (3, 4))
    case.expect("MTU", says, mtu)
    case.expect("ICMP checksum", p.checksum(error.payload), 0)
    case.expect("quotes enough", len(quote) >= 20 + 8, True)
    case.expect("quotes the packet as it came", quote.hex(),
                packet[:len(quote)].hex())


def main():
    wire, director = Wire(), Director()
    director.ns.ip(ROUTES)
    director.restore(CONFIG)
    fits(wire, director)
    fragmented(wire, director)
    too_big(wire, director)


if __name__ == "__main__":
    main()
