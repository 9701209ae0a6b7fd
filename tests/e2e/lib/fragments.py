# SPDX-License-Identifier: GPL-2.0
"""Outer packets in fragments: cutting them, and putting them together again."""

import itertools
import random
import struct

import packet as p
from director import Director
from outer import FAMILIES, V4, V6, VIP6, Delivered6, enable_v6, gre_of, outer6
from wire import VIP, Delivered, Wire, outer

RNG = random.Random(6)
# The port of the service says of which family its backend is.
PORTS = {V4: 4000, V6: 6000}
CONFIG = "".join(
    f"-A -u {vip}:{PORTS[to]}\n-a -u {vip}:{PORTS[to]} -r {to.backend}\n"
    for vip in (VIP, f"[{VIP6}]") for to in FAMILIES)
MIXES = list(itertools.product(FAMILIES, FAMILIES))
IDENTS = itertools.count(0x100)


def payload(size, goes, number=4):
    """GRE of size bytes, with a packet for a backend of a family in it."""
    overhead = {4: 4 + 20 + 8, 6: 4 + 40 + 8}[number]
    return gre_of(number, p.udp(4000, PORTS[goes],
                                RNG.randbytes(size - overhead)), p.UDP)


def piece(came, data, start, end, ident, *makers, first=p.GRE, df=0, **fields):
    """
    Bytes of a packet's payload in a fragment. Makers are of extension headers
    in front of the fragment header; first is the header behind it.
    """
    more = end < len(data)
    if came is V4:
        frag = df | (p.MF if more else 0) | start // 8
        return outer(data[start:end], ident=ident, frag=frag, **fields)
    return outer6(data[start:end], *makers,
                  (p.FRAGMENT, lambda _: p.fragment(first, start | more,
                                                    ident)), **fields)


def pieces(came, data, size, *makers, ident=None, **fields):
    """The fragments of a packet, of size bytes but for the last one."""
    if ident is None:
        ident = next(IDENTS)
    extra = len(p.chain(*makers, last=0, payload=b"")[0])
    room = (size - (20 if came is V4 else 48 + extra)) & ~7
    return [piece(came, data, start, min(start + room, len(data)), ident,
                  *makers, **fields)
            for start in range(0, len(data), room)]


class Mixed(Exception):
    """Fragments that are not those of one packet."""


def offset_v6(packet):
    """The fragment header's place, and what it says; none if there is none."""
    proto, at = packet.proto, 40
    while proto in (p.HOPOPTS, p.DSTOPTS, p.ROUTING):
        proto, at = packet.data[at], at + 8 + 8 * packet.data[at + 1]
    if proto != p.FRAGMENT:
        return None
    return at, *struct.unpack_from("!BBHI", packet.data, at)


def join_v4(packets):
    packets = sorted(packets, key=lambda x: x.frag & 0x1fff)
    data = b""
    for x in packets:
        last = x is packets[-1]
        if len(data) != (x.frag & 0x1fff) * 8 or bool(x.frag & p.MF) == last:
            raise Mixed(packets)
        data += x.payload
    head = packets[0]
    for x in packets:
        if not x.check_right or (x.src, x.dst, x.ident, x.ttl) != \
                (head.src, head.dst, head.ident, head.ttl):
            raise Mixed(packets)
    return p.ipv4(head.src, head.dst, head.proto, data, ttl=head.ttl,
                  tos=head.tos, ident=0, options=head.options)


def join_v6(packets):
    if len(packets) == 1 and not offset_v6(packets[0]):
        return packets[0].data
    packets = sorted(packets, key=lambda x: offset_v6(x)[3])
    at, following, _, _, ident = offset_v6(packets[0])
    head, data = packets[0].data[:at], b""
    for x in packets:
        place, _, _, word, number = offset_v6(x)
        if (place, word & ~7, number) != (at, len(data), ident) or \
                bool(word & 1) == (x is packets[-1]) or \
                x.data[:4] + x.data[6:at] != head[:4] + head[6:at]:
            raise Mixed(packets)
        data += x.data[at + 8:]
    before = 6 if at == 40 else last_of(head)
    head = head[:before] + bytes([following]) + head[before + 1:]
    return head[:4] + struct.pack("!H", at - 40 + len(data)) + head[6:] + data


def last_of(head):
    """Where the last extension header has the type of what follows."""
    at = 40
    while at + 8 + 8 * head[at + 1] < len(head):
        at += 8 + 8 * head[at + 1]
    return at


def join(packets):
    """
    The packet that was cut into these, with the identification of IPv4 as 0:
    whoever fragments a packet chooses that. IPv4 is without DF, which Linux
    keeps in some fragments only.
    """
    if not packets:
        return None
    return (join_v4 if isinstance(packets[0], p.IPv4) else join_v6)(packets)


def wanted(came, goes, data, *makers, hops=63, tos=0):
    """What the fragments at a backend are to come to."""
    src = came.director if came is goes else goes.source
    if goes is V4:
        return p.ipv4(src, goes.backend, p.GRE, data, ttl=hops, tos=tos,
                      ident=0)
    return outer6(data, *(makers if came is V6 else ()), src=src,
                  dst=goes.backend, hops=hops, tclass=tos)


class Line:
    """The line, with a service for each mix of families, and both stacks."""

    def __init__(self):
        self.wire, self.director = Wire(), Director()
        self.ns = self.director.ns
        enable_v6(self.ns)
        self.director.restore(CONFIG)
        self.director.moved()
        self.stacks = {V4: Delivered(self.ns), V6: Delivered6(self.ns)}

    def stack(self):
        """The payloads that the stack has delivered."""
        return [x[20:] for x in self.stacks[V4].receive()] + \
            [x.payload for x in self.stacks[V6].receive()]

    def expect(self, case, fragments, want, counters, stack=()):
        """Sends fragments; returns those at the backend and at the router."""
        arrived, back = self.wire.exchange(fragments)
        got = join(arrived)
        case.expect("the packet at the backend", got and got.hex(),
                    want and want.hex())
        case.expect("delivered", self.stack(), list(stack))
        case.expect("counters", self.director.moved(), counters)
        return arrived, back


def counted(fragments, last="forwarded"):
    """Counters of a packet in so many fragments."""
    held = {"held_outer_fragment": fragments - 1} if fragments > 1 else {}
    return {**held, last: 1}
