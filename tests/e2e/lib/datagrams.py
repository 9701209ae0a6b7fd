# SPDX-License-Identifier: GPL-2.0
"""Inner datagrams in fragments, of either family; see families.py."""

import itertools

import packet as p
from families import BOTH, V4

IDENTS = itertools.count(0x1000)
SIZES = (96, 80, 40)


class Datagram:
    """What a transport header and data are, as a client sends them to a VIP.

    pieces: bytes of each fragment's payload; all but the last are multiples of 8.
    """

    def __init__(self, side, proto, payload, pieces=SIZES, **fields):
        self.side, self.proto, self.payload = side, proto, payload
        self.ident = fields.pop("ident", None) or next(IDENTS)
        self.src = fields.pop("src", side.client)
        self.vip = fields.pop("vip", side.vip)
        self.chain = fields.pop("chain", ())
        self.fields = fields
        self.inners = []
        at = 0
        for size in pieces:
            more = at + size < len(payload)
            self.inners.append(self.part(at, payload[at:at + size], more))
            at += size

    def part(self, at, data, more):
        """A fragment of this datagram, with whatever it has."""
        if self.side.version == 4:
            return p.ipv4(self.src, self.vip, self.proto, data,
                          ident=self.ident,
                          frag=at // 8 | (p.MF if more else 0), **self.fields)
        head = p.fragment(self.proto, at | bool(more), self.ident)
        data, first = p.chain(*self.chain, last=p.FRAGMENT,
                              payload=head + data)
        return p.ipv6(self.src, self.vip, first, data, **self.fields)

    def whole(self):
        """The same in one packet."""
        if self.side.version == 4:
            return p.ipv4(self.src, self.vip, self.proto, self.payload,
                          **self.fields)
        data, first = p.chain(*self.chain, last=self.proto,
                              payload=self.payload)
        return p.ipv6(self.src, self.vip, first, data, **self.fields)


def data(size=200):
    return bytes(i * 7 & 255 for i in range(size))


def udp(side, sport, pieces=SIZES, port=53, **fields):
    size = sum(pieces)
    return Datagram(side, p.UDP, p.udp(sport, port, data(size - 8)), pieces,
                    **fields)


def tcp(side, sport, pieces=SIZES, **fields):
    size = sum(pieces)
    return Datagram(side, p.TCP, p.tcp(sport, 80, data(size - 20)), pieces,
                    **fields)


def in_gre(inner, outer=V4, **fields):
    """As the router sends it."""
    return outer.outer(outer.gre(inner), **fields)


def sent_on(inner, backend, outer=V4):
    """As it arrives at a backend, from a router of the backend's family."""
    if outer.version == 4:
        return p.ipv4(outer.director, backend, p.GRE, outer.gre(inner),
                      ttl=63, frag=p.DF)
    return p.ipv6(outer.director, backend, p.GRE, outer.gre(inner), hops=63)


def shown(side):
    return side.vip if side.version == 4 else f"[{side.vip}]"


__all__ = ["BOTH", "Datagram", "data", "in_gre", "sent_on", "shown", "tcp",
           "udp"]
