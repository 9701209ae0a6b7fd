# SPDX-License-Identifier: GPL-2.0
# needs: line many
"""Routers and backends of either family, in every mix: forwarded packets byte
for byte."""

import itertools

import packet as p
from director import Director
from ktap import Case
from outer import (FAMILIES, V4, V6, VIP6, Delivered6, enable_v6, gre_of,
                   inner_of, outer6)
from wire import VIP, Delivered, Wire, frame, outer

# The port of the service says of which family its backend is.
PORTS = {V4: 4000, V6: 6000}
CONFIG = "".join(
    f"-A {option} {vip}:{PORTS[to]}\n"
    f"-a {option} {vip}:{PORTS[to]} -r {to.backend}\n"
    for vip in (VIP, f"[{VIP6}]") for option in ("-t", "-u")
    for to in FAMILIES)
MIXES = list(itertools.product(FAMILIES, FAMILIES))
TOS = (0x00, 0x01, 0x02, 0x03, 0xb8, 0xff)
EXTENSIONS = (
    ("the tunnel encapsulation limit", [p.LIMIT]),
    ("hop-by-hop options", [p.HBH]),
    ("destination options of 72 bytes", [p.LONG]),
    ("a routing header without segments left", [p.ROUTE]),
    ("a fragment header of a whole packet", [p.ATOMIC]),
    ("the same with reserved bits", [p.RESERVED]),
    ("all extension headers", [p.HBH, p.DST, p.ROUTE, p.ATOMIC, p.LIMIT]),
    ("12 extension headers", [p.DST] * 12),
)


def made(came, payload, *makers, tos=0, hops=64, dst=None, **fields):
    """The packet that a router sends. The rest of the fields is its family's."""
    if came is V4:
        return outer(payload, dst=dst or V4.director, tos=tos, ttl=hops,
                     **fields)
    return outer6(payload, *makers, dst=dst or V6.director, tclass=tos,
                  hops=hops, **fields)


def wanted(came, goes, payload, *makers, tos=0, hops=64, dst=None, **fields):
    """The packet that arrives at the backend."""
    if came is V4 and goes is V4:
        return outer(payload, src=dst or V4.director, dst=V4.backend, tos=tos,
                     ttl=hops - 1, **fields)
    if came is V6 and goes is V6:
        return outer6(payload, *makers, src=dst or V6.director, dst=V6.backend,
                      tclass=tos, hops=hops - 1, **fields)
    if goes is V4:
        return outer(payload, src=V4.source, dst=V4.backend, tos=tos,
                     ttl=hops - 1, ident=0, frag=p.DF)
    return outer6(payload, src=V6.source, dst=V6.backend, tclass=tos,
                  hops=hops - 1)


class Outer:
    def __init__(self):
        self.wire, self.director = Wire(), Director()
        enable_v6(self.director.ns)
        self.director.restore(CONFIG)
        self.director.moved()
        self.stacks = (Delivered(self.director.ns),
                       Delivered6(self.director.ns))

    def send(self, packet, case):
        """Packets at the backend, when nothing else is to happen."""
        arrived, back = self.wire.exchange([packet])
        case.expect("packets back to the router", back, [])
        case.expect("delivered", [s.receive() for s in self.stacks], [[], []])
        return arrived

    def forward(self, desc, came, goes, payload, *makers, **fields):
        with Case(f"{came} to {goes}: {desc}") as case:
            arrived = self.send(made(came, payload, *makers, **fields), case)
            case.expect("packets", [x.data.hex() for x in arrived],
                        [wanted(came, goes, payload, *makers,
                                **fields).hex()])
            case.expect("counters", self.director.moved(), {"forwarded": 1})

    def inner_packets(self, came, goes):
        port = PORTS[goes]
        for number in (4, 6):
            for name, l4, proto in (
                    ("TCP", p.tcp(40000, port, b"hello"), p.TCP),
                    ("TCP SYN", p.tcp(40001, port, flags=p.SYN), p.TCP),
                    ("UDP", p.udp(40001, port, bytes(200)), p.UDP),
                    ("UDP without data", p.udp(40001, port), p.UDP)):
                self.forward(f"IPv{number}, {name}", came, goes,
                             gre_of(number, l4, proto))
            self.forward(f"IPv{number}, bytes behind the inner packet", came,
                         goes, gre_of(number, p.udp(1, port), p.UDP) + b"more")
            for csum, key, seq in itertools.product(
                    (False, True), (None, 0xdeadbeef), (None, 0x01020304)):
                self.forward(f"IPv{number}, GRE checksum {csum}, key {key}, "
                             f"sequence {seq}", came, goes,
                             gre_of(number, p.tcp(40000, port), csum=csum,
                                    key=key, seq=seq))

    def outer_fields(self, came, goes):
        payload = gre_of(4, p.tcp(40000, PORTS[goes], b"hello"))
        for tos in TOS:
            self.forward(f"service class {tos >> 2} and ECN {tos & 3}", came,
                         goes, payload, tos=tos)
        for hops in (2, 3, 255):
            self.forward(f"{hops} hops left", came, goes, payload, hops=hops)
        self.forward("to another address of the director", came, goes,
                     payload, dst=came.other)
        if came is V6:
            for label in (1, 0x12345, 0xfffff):
                self.forward(f"flow label {label:#x}", came, goes, payload,
                             label=label)
            for name, makers in EXTENSIONS:
                for number in (4, 6):
                    self.forward(f"{name}, inner IPv{number}", came, goes,
                                 gre_of(number, p.tcp(1, PORTS[goes])),
                                 *makers)
            return
        for frag, name in ((0, "without DF"), (p.DF, "with DF"),
                           (0x8000, "with the reserved flag")):
            self.forward(name, came, goes, payload, frag=frag, ident=0xfffe)
        for words in (1, 2, 10):
            self.forward(f"options of {words * 4} bytes", came, goes, payload,
                         options=b"\1" * words * 4)

    def hops_exceeded(self, came, goes):
        payload = gre_of(6, p.tcp(40000, PORTS[goes]))
        for hops in (0, 1):
            with Case(f"{came} to {goes}: with {hops} hops left, a packet is "
                      "dropped") as case:
                case.expect("packets", self.send(
                    made(came, payload, hops=hops), case), [])
                case.expect("counters", self.director.moved(), {"drop_ttl": 1})

    def padding(self, came, goes):
        """Bytes behind the packet, as on an Ethernet of short frames."""
        packet = made(came, p.gre(inner_of(4, p.udp(1, PORTS[goes]), p.UDP)))
        with Case(f"{came} to {goes}: padding of the frame is not "
                  "forwarded") as case:
            arrived, _ = self.wire.exchange(
                [frame(packet, b"\x5a" * 18)], raw=True)
            case.expect("packets", [x.data[:x.length].hex() for x in arrived],
                        [wanted(came, goes, p.gre(inner_of(
                            4, p.udp(1, PORTS[goes]), p.UDP))).hex()])
            case.expect("counters", self.director.moved(), {"forwarded": 1})


def main():
    test = Outer()
    for came, goes in MIXES:
        test.inner_packets(came, goes)
        test.outer_fields(came, goes)
        test.hops_exceeded(came, goes)
        test.padding(came, goes)


if __name__ == "__main__":
    main()
