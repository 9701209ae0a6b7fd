# SPDX-License-Identifier: GPL-2.0
"""Outer headers of either family on the line, which gets IPv6 beside IPv4."""

import socket
import struct
from typing import NamedTuple

import packet as p
from wire import (CLIENT, DIRECTOR, DIRECTOR2, ROUTER, ROUTER_MAC, VIP, inner)

VIP6, CLIENT6 = "2001:db8::80", "2001:db8:a::7"
BACKEND_MAC = "02:00:00:00:00:04"
LINK_LOCAL = "fe80::2"
DEVICES = ("all", "default", "lo", "d0", "d1")
NEIGHBOURS = [f"2001:db8:2::{i}" for i in (11, 12, 13, 40)]
# By device, for one that is made again.
ADDRESSES = {"d0": f"""
addr add 2001:db8:1::2/64 dev d0 nodad
addr add 2001:db8:1::22/64 dev d0 nodad
addr add {LINK_LOCAL}/64 dev d0 nodad
neigh replace 2001:db8:1::1 lladdr {ROUTER_MAC} dev d0
neigh replace 2001:db8:1::5 lladdr {ROUTER_MAC} dev d0
neigh replace fe80::1 lladdr {ROUTER_MAC} dev d0
""", "d1": """
addr add 2001:db8:2::1/64 dev d1 nodad
""" + "".join(f"neigh replace {a} lladdr {BACKEND_MAC} dev d1\n"
              for a in NEIGHBOURS)}


class Family(NamedTuple):
    """Addresses of one family.

    source is the director's on the way to the backends, and other is a second
    one on the side of the router.
    """
    number: int
    router: str
    director: str
    other: str
    source: str
    backend: str
    header: int

    def __str__(self):
        return f"IPv{self.number}"


V4 = Family(4, ROUTER, DIRECTOR, DIRECTOR2, "10.2.0.1", "10.2.0.11", 20)
V6 = Family(6, "2001:db8:1::1", "2001:db8:1::2", "2001:db8:1::22",
            "2001:db8:2::1", "2001:db8:2::11", 40)
FAMILIES = (V4, V6)


def enable_v6(namespace):
    """Gives the director IPv6 addresses, and its neighbours static entries.

    Without addresses made by the kernel, which would take a while.
    """
    for device in DEVICES:
        namespace.sysctl(f"ipv6/conf/{device}/accept_ra", 0)
        namespace.sysctl(f"ipv6/conf/{device}/router_solicitations", 0)
        namespace.sysctl(f"ipv6/conf/{device}/addr_gen_mode", 1)
        namespace.sysctl(f"ipv6/conf/{device}/disable_ipv6", 0)
    namespace.sysctl("ipv6/conf/all/forwarding", 1)
    namespace.sysctl("ipv6/icmp/ratelimit", 0)
    namespace.ip("".join(ADDRESSES.values()))


def outer6(payload, *makers, dst=V6.director, src=V6.router, proto=p.GRE,
           **fields):
    """A GRE packet from the router to the director, behind extensions."""
    data, first = p.chain(*makers, last=proto, payload=payload)
    return p.ipv6(src, dst, first, data, **fields)


def inner_of(number, l4, proto=p.TCP, **fields):
    """A client's packet to the VIP of a family."""
    if number == 4:
        return inner(VIP, l4, proto, src=CLIENT, **fields)
    return p.ipv6(CLIENT6, VIP6, proto, l4, **fields)


def gre_of(number, l4, proto=p.TCP, **fields):
    """The same, in GRE."""
    return p.gre(inner_of(number, l4, proto),
                 proto=p.ETH_IP if number == 4 else p.ETH_IPV6, **fields)


class Delivery(NamedTuple):
    """A packet that the stack delivers; its extension headers are gone."""
    src: str
    dst: str
    hops: int
    payload: bytes


class Delivered6:
    """Packets that the IPv6 stack of a host delivers locally."""

    ASK = (socket.IPV6_RECVPKTINFO, socket.IPV6_RECVHOPLIMIT)

    def __init__(self, namespace, proto=p.GRE):
        with namespace:
            self.sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, proto)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        for option in self.ASK:
            self.sock.setsockopt(socket.IPPROTO_IPV6, option, 1)

    def receive(self):
        """The packets since the last time."""
        packets = []
        while True:
            try:
                data, extra, _, src = self.sock.recvmsg(1 << 17, 256,
                                                        socket.MSG_DONTWAIT)
            except BlockingIOError:
                return packets
            said = {kind: value for _, kind, value in extra}
            packets.append(Delivery(
                src[0].split("%")[0],
                socket.inet_ntop(socket.AF_INET6,
                                 said[socket.IPV6_PKTINFO][:16]),
                struct.unpack("=i", said[socket.IPV6_HOPLIMIT])[0], data))
