# SPDX-License-Identifier: GPL-2.0
"""The line of line.sh with IPv6 beside IPv4, and ICMP errors of both.

A packet is bytes from its outer header on; a Side is what tests need to know of
one family.
"""

import dataclasses
import socket
import struct

import packet as p
from director import Director
from wire import (CLIENT, DIRECTOR, DIRECTOR_MAC, ROUTER, ROUTER_MAC, VIP,
                  Wire)

BACKEND_MAC, DIRECTOR_MAC_2 = "02:00:00:00:00:04", "02:00:00:00:00:03"
DIRECTOR6, ROUTER6 = "2001:db8:1::2", "2001:db8:1::1"
VIP6, CLIENT6 = "2001:db8::80", "2001:db8:a::7"
# Of the director on the backends' side, where a hop to them is, too.
NEAR6, HOP, HOP6 = "2001:db8:2::1", "10.2.0.40", "2001:db8:2::40"
ADDRESSES = f"""
route add 198.51.100.0/24 via {ROUTER}
addr add {DIRECTOR6}/64 dev d0 nodad
addr add {NEAR6}/64 dev d1 nodad
neigh replace {ROUTER6} lladdr {ROUTER_MAC} dev d0
route add 2001:db8:a::/48 via {ROUTER6}
""" + "".join(f"neigh replace 2001:db8:2::{n} lladdr {BACKEND_MAC} dev d1\n"
              for n in range(10, 41))
# Discovery of neighbours and routers, and of listeners to multicast.
CHATTER = set(range(130, 138)) | {143}


@dataclasses.dataclass(frozen=True)
class Side:
    """A family: addresses, sizes, and the error that a packet is too big.

    error_max: of a whole error, header included; tos: of the errors to clients;
    lowest: the lowest MTU that a client is told of.
    """

    version: int
    director: str
    near: str
    router: str
    client: str
    vip: str
    header: int
    error_proto: int
    too_big: tuple
    unreachable: int
    error_max: int
    tos: int
    lowest: int
    hop: str

    def backend(self, number):
        return (f"10.2.0.{number}" if self.version == 4
                else f"2001:db8:2::{number}")

    def wrap(self, src, dst, proto, payload, **fields):
        make = p.ipv4 if self.version == 4 else p.ipv6
        return make(src, dst, proto, payload, **fields)

    def inner(self, size, vip=None, src=None, **fields):
        """A UDP packet of size bytes in all, with DF."""
        if self.version == 4:
            fields = {"frag": p.DF, **fields}
        extra = len(fields.get("options", b""))
        data = bytes(i * 7 & 255 for i in range(size - self.header - extra - 8))
        return self.wrap(src or self.client, vip or self.vip, p.UDP,
                         p.udp(4000, 53, data), **fields)

    def gre(self, inner, **fields):
        kind = p.ETH_IP if inner[0] >> 4 == 4 else p.ETH_IPV6
        return p.gre(inner, proto=kind, **fields)

    def outer(self, gre, src=None, dst=None, **fields):
        if self.version == 4:
            fields = {"frag": p.DF, **fields}
        return self.wrap(src or self.router, dst or self.director, p.GRE, gre,
                         **fields)

    def checksum(self, src, dst, message):
        if self.version == 4:
            return p.checksum(message)
        return p.checksum_v6(src, dst, p.ICMPV6, message)

    def error(self, src, dst, kind, code, word, quote, check=None, **fields):
        """An ICMP error; the quote is cut to what fits into one."""
        message = struct.pack("!BBHI", kind, code, 0, word) + \
            quote[:self.error_max - self.header - 8]
        if check is None:
            check = self.checksum(src, dst, message)
        message = message[:2] + struct.pack("!H", check) + message[4:]
        return self.wrap(src, dst, self.error_proto, message, **fields)

    def told(self, src, dst, mtu, quote, **fields):
        """What a host is told: that a packet is too big."""
        return self.error(src, dst, *self.too_big, mtu, quote, **fields)

    def client_told(self, inner, mtu, vip=None, client=None):
        fields = {"tos": self.tos} if self.version == 4 else {}
        return self.told(vip or self.vip, client or self.client, mtu, inner,
                         **fields)


V4 = Side(4, DIRECTOR, "10.2.0.1", ROUTER, CLIENT, VIP, 20, p.ICMP, (3, 4), 3,
          576, 0xc0, 68, HOP)
V6 = Side(6, DIRECTOR6, NEAR6, ROUTER6, CLIENT6, VIP6, 40, p.ICMPV6, (2, 0), 1,
          1280, 0, 1280, HOP6)
BOTH = (V4, V6)


def comparable(packet):
    """
    A packet's bytes in hexadecimal, but for those that its sender is free to
    choose: the identification of IPv4, and with it the checksum; and the flow
    label of errors that the kernel makes.
    """
    if packet[0] >> 4 == 4:
        assert p.checksum(packet[:20]) == 0
        packet = packet[:4] + bytes(2) + packet[6:10] + bytes(2) + packet[12:]
    elif packet[8:24] == socket.inet_pton(socket.AF_INET6, DIRECTOR6):
        packet = packet[:1] + bytes(3) + packet[4:]
    return packet.hex()


def whole(frame):
    """The packet in a frame without padding, None if it is not of interest."""
    kind, data = frame[12:14], frame[14:]
    if kind == b"\x08\x00":
        return data[:struct.unpack_from("!H", data, 2)[0]]
    if kind == b"\x86\xdd":
        data = data[:40 + struct.unpack_from("!H", data, 4)[0]]
        if data[6] == p.HOPOPTS or \
                (data[6] == p.ICMPV6 and data[40] in CHATTER):
            return None
        return data
    return None


class Line(Wire):
    """The line, ready for both families, and its director."""

    def __init__(self, config):
        super().__init__()
        self.director = Director()
        for device in ("d0", "d1"):
            self.director.ns.sysctl(f"ipv6/conf/{device}/accept_dad", 0)
            self.director.ns.sysctl(f"ipv6/conf/{device}/disable_ipv6", 0)
        self.director.ns.ip(ADDRESSES)
        self.director.restore(config)
        self.director.moved()
        self.see()

    def put(self, packet, port=None):
        """Sends a packet, as the router or by the port of the backends."""
        kind = p.ETH_IP if packet[0] >> 4 == 4 else p.ETH_IPV6
        if port is self.backend:
            port.send(p.ether(DIRECTOR_MAC_2, BACKEND_MAC, packet, kind))
        else:
            self.router.send(p.ether(DIRECTOR_MAC, ROUTER_MAC, packet, kind))

    def see(self):
        """All that has arrived at the (backends, router) by now."""
        arrived = [whole(got) for got in self.until(self.mark())]
        back = []
        while (got := self.router.receive()) is not None:
            back.append(whole(got))
        return [x for x in arrived if x], [x for x in back if x]

    def send(self, *packets):
        for packet in packets:
            self.put(packet)
        return self.see()

    def send_back(self, *packets):
        """From the backends' side."""
        for packet in packets:
            self.put(packet, self.backend)
        return self.see()
