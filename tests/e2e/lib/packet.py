# SPDX-License-Identifier: GPL-2.0
"""Packets as bytes: built field by field, so that any field may be wrong."""

import socket
import struct

ETH_IP = 0x0800
ETH_IPV6 = 0x86DD
ICMP, TCP, UDP, GRE, SCTP, ICMPV6 = 1, 6, 17, 47, 132, 58
# Extension headers of IPv6, and what ends the walk along them.
HOPOPTS, ROUTING, FRAGMENT, DSTOPTS = 0, 43, 44, 60
ESP, AH, NO_NEXT = 50, 51, 59
DF, MF = 0x4000, 0x2000
SYN, RST, ACK = 0x02, 0x04, 0x10


def checksum(data):
    """The Internet checksum; of data with a right one in it, 0."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def ipv4(src, dst, proto, payload, *, ttl=64, tos=0, ident=0x4711, frag=0,
         options=b"", version=4, ihl=None, length=None, check=None):
    """frag: DF, MF and offset. Options are padded to words by the caller."""
    hlen = 20 + len(options)
    assert hlen % 4 == 0 and hlen <= 60
    head = struct.pack(
        "!BBHHHBBH4s4s", version << 4 | (hlen // 4 if ihl is None else ihl),
        tos, hlen + len(payload) if length is None else length, ident, frag,
        ttl, proto, 0, socket.inet_aton(src), socket.inet_aton(dst)) + options
    if check is None:
        check = checksum(head)
    return head[:10] + struct.pack("!H", check) + head[12:] + payload


def ipv6(src, dst, proto, payload, *, hops=64, tclass=0, label=0, version=6,
         length=None):
    return struct.pack("!IHBB", version << 28 | tclass << 20 | label,
                       len(payload) if length is None else length, proto,
                       hops) + \
        socket.inet_pton(socket.AF_INET6, src) + \
        socket.inet_pton(socket.AF_INET6, dst) + payload


def options(following, data=b"\1\4\0\0\0\0"):
    """An extension header with a length; by default one of 8 bytes, padding."""
    assert len(data) % 8 == 6
    return struct.pack("!BB", following, len(data) // 8) + data


def routing(following, left, kind=4):
    """A routing header with one address (RFC 8754, RFC 8200 section 4.4)."""
    return options(following, struct.pack("!BBI16s", kind, left, 0,
                                          bytes(16)))


def chain(*makers, last, payload):
    """Bytes of extension headers in front of a payload, and their protocol.

    A maker has a protocol and a function from the following protocol to bytes.
    """
    for proto, make in reversed(makers):
        payload, last = make(last) + payload, proto
    return payload, last


def fragment(following, word, ident=0x4711):
    """word: offset in bytes, which is a multiple of 8, and the M flag."""
    return struct.pack("!BBHI", following, 0, word, ident)


# Makers for chain().
HBH = (HOPOPTS, options)
DST = (DSTOPTS, options)
# Tunnel encapsulation limit (RFC 2473), as Linux puts it in front of GRE.
LIMIT = (DSTOPTS, lambda n: options(n, b"\4\1\4\1\1\0"))
LONG = (DSTOPTS, lambda n: options(n, b"\1\x44" + bytes(68)))
ROUTE = (ROUTING, lambda n: routing(n, 0))
ROUTE_LEFT = (ROUTING, lambda n: routing(n, 1, kind=2))
ATOMIC = (FRAGMENT, lambda n: fragment(n, 0))
RESERVED = (FRAGMENT, lambda n: fragment(n, 6))
FIRST = (FRAGMENT, lambda n: fragment(n, 1))
MIDDLE = (FRAGMENT, lambda n: fragment(n, 1401))
LAST = (FRAGMENT, lambda n: fragment(n, 2800))


def checksum_v6(src, dst, proto, payload):
    """The Internet checksum with the pseudo header of IPv6."""
    return checksum(socket.inet_pton(socket.AF_INET6, src) +
                    socket.inet_pton(socket.AF_INET6, dst) +
                    struct.pack("!II", len(payload), proto) + payload)


def gre(payload, *, proto=ETH_IP, csum=False, key=None, seq=None, routes=None,
        version=0, ack=None):
    """routes: the bytes of a list of source routes (RFC 1701)."""
    flags = version | (0x8000 if csum else 0) | \
        (0x4000 if routes is not None else 0) | \
        (0x2000 if key is not None else 0) | \
        (0x1000 if seq is not None else 0) | (0x0080 if ack is not None else 0)
    head = struct.pack("!HH", flags, proto)
    has_csum = csum or routes is not None
    if has_csum:
        head += bytes(4)
    for field in (key, seq, ack):
        if field is not None:
            head += struct.pack("!I", field)
    head += routes or b""
    if csum:
        head = head[:4] + struct.pack("!H",
                                      checksum(head + payload)) + head[6:]
    return head + payload


def tcp(sport, dport, payload=b"", *, flags=ACK, seq=1, doff=5, options=b""):
    return struct.pack("!HHIIBBHHH", sport, dport, seq, 7,
                       (doff + len(options) // 4) << 4, flags, 512, 0xbeef,
                       0) + options + payload


def udp(sport, dport, payload=b"", *, length=None):
    return struct.pack("!HHHH", sport, dport,
                       8 + len(payload) if length is None else length,
                       0) + payload


def sctp(sport, dport, payload=b"", *, chunk=0):
    """A packet of one chunk; 0 is DATA, 1 is INIT."""
    return struct.pack("!HHIIBBH", sport, dport, 0x1234, 0xcafe, chunk, 3,
                       4 + len(payload)) + payload


def ether(dst, src, payload, proto=ETH_IP):
    return bytes.fromhex(dst.replace(":", "")) + \
        bytes.fromhex(src.replace(":",
                                  "")) + struct.pack("!H", proto) + payload


class IPv6:
    """A captured packet, its header taken apart."""

    def __init__(self, data):
        self.data = data
        _, length, self.proto, self.hops = struct.unpack_from("!IHBB", data)
        self.src = socket.inet_ntop(socket.AF_INET6, data[8:24])
        self.dst = socket.inet_ntop(socket.AF_INET6, data[24:40])
        self.length = 40 + length
        self.data = data[:self.length]
        self.payload = data[40:self.length]

    def neighbours(self):
        """Discovery of neighbours, routers and listeners."""
        kind, at = self.proto, 0
        while kind == HOPOPTS:
            kind, at = self.payload[at], at + 8 * (self.payload[at + 1] + 1)
        return kind == ICMPV6 and (130 <= self.payload[at] <= 137 or
                                   self.payload[at] == 143)

    def __repr__(self):
        return (f"<{self.src} > {self.dst} hops {self.hops} proto {self.proto} "
                f"payload {self.payload[:48].hex()}>")


class IPv4:
    """A captured packet, taken apart. Bytes behind its length are padding."""

    def __init__(self, data):
        self.data = data
        (first, self.tos, self.length, self.ident, self.frag, self.ttl,
         self.proto, self.check, src, dst) = struct.unpack_from(
             "!BBHHHBBH4s4s", data)
        self.hlen = (first & 15) * 4
        self.src = socket.inet_ntoa(src)
        self.dst = socket.inet_ntoa(dst)
        self.options = data[20:self.hlen]
        self.payload = data[self.hlen:self.length]
        self.padding = data[self.length:]
        self.check_right = checksum(data[:self.hlen]) == 0

    def __repr__(self):
        return (f"<{self.src} > {self.dst} proto {self.proto} "
                f"ttl {self.ttl} tos {self.tos:#x} id {self.ident:#x} "
                f"frag {self.frag:#x} length {self.length} "
                f"payload {self.payload[:48].hex()}>")
