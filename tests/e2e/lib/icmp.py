# SPDX-License-Identifier: GPL-2.0
"""ICMP of either family: messages, what errors quote, and a service's flows.

The scenarios wire/icmp.py and wire/icmp-v6.py are the same tests for the one
family and for the other, and what only one of them has.
"""

import struct

import packet as p
from director import LONG
from ktap import Case, check_is
from wire import DIRECTOR, outer

SIZE, SEED = 251, 7
# Backends of the pools of TCP, UDP and SCTP.
POOLS = {p.TCP: ("10.2.0.11", "10.2.0.12"), p.UDP: ("10.2.0.13", "10.2.0.14"),
         p.SCTP: ("10.2.0.15", "10.2.0.16")}
OPTIONS = {p.TCP: "-t", p.UDP: "-u", p.SCTP: "--sctp-service"}
PORTS = {p.TCP: 80, p.UDP: 53, p.SCTP: 5060}
L4 = {p.TCP: p.tcp, p.UDP: p.udp, p.SCTP: p.sctp}
NAMES = {p.TCP: "TCP", p.UDP: "UDP", p.SCTP: "SCTP"}


class V4:
    """IPv4 and ICMP."""

    vip, client, hop = "203.0.113.1", "198.51.100.7", "192.0.2.99"
    other_client = "198.51.100.8"
    proto, foreign = p.ICMP, p.ICMPV6
    echo, reply = 8, 0
    errors = {"destination unreachable": 3, "time exceeded": 11,
              "parameter problem": 12}
    header = 20

    @staticmethod
    def packet(src, dst, proto, payload, **fields):
        return p.ipv4(src, dst, proto, payload, **fields)

    @staticmethod
    def gre(packet):
        return p.gre(packet)

    def service(self, option, port):
        return f"{option} {self.vip}:{port}"

    def checksum(self, _src, _dst, message):
        return p.checksum(message)


class V6:
    """IPv6 and ICMPv6."""

    vip, client, hop = "2001:db8::80", "2001:db8:a::7", "2001:db8:b::99"
    other_client = "2001:db8:a::8"
    proto, foreign = p.ICMPV6, p.ICMP
    echo, reply = 128, 129
    errors = {"destination unreachable": 1, "packet too big": 2,
              "time exceeded": 3, "parameter problem": 4}
    header = 40

    @staticmethod
    def packet(src, dst, proto, payload, **fields):
        return p.ipv6(src, dst, proto, payload, **fields)

    @staticmethod
    def gre(packet):
        return p.gre(packet, proto=p.ETH_IPV6)

    def service(self, option, port):
        return f"{option} [{self.vip}]:{port}"

    def checksum(self, src, dst, message):
        return p.checksum_v6(src, dst, p.ICMPV6, message)


class Messages:
    """Packets of a family."""

    def __init__(self, family):
        self.f = family

    def icmp(self, kind, body=b"", *, code=0, rest=0, src=None, dst=None,
             **fields):
        """A whole ICMP packet to the VIP, with a right checksum."""
        src, dst = src or self.f.hop, dst or self.f.vip
        message = struct.pack("!BBHI", kind, code, 0, rest) + body
        check = self.f.checksum(src, dst, message)
        message = message[:2] + struct.pack("!H", check) + message[4:]
        return self.f.packet(src, dst, self.f.proto, message, **fields)

    def echo(self, size=56, src=None, ident=77, seq=1):
        return self.icmp(self.f.echo, bytes(i & 255 for i in range(size)),
                         rest=ident << 16 | seq, src=src or self.f.client)

    def own(self, proto, sport, src=None, **kw):
        """A packet of a client's own."""
        return self.f.packet(src or self.f.client, self.f.vip, proto,
                             L4[proto](sport, PORTS[proto], **kw))

    def answer(self, proto, sport, data=bytes(64), src=None, dst=None,
               **fields):
        """A packet of the backend to the client."""
        return self.f.packet(src or self.f.vip, dst or self.f.client, proto,
                             L4[proto](PORTS[proto], sport, data), **fields)

    def echo_reply(self, dst=None):
        return self.icmp(self.f.reply, bytes(56), rest=77 << 16 | 1,
                         src=self.f.vip, dst=dst or self.f.client)

    def error(self, quote, kind=None, **kw):
        """By default the first type of error."""
        return self.icmp(next(iter(self.f.errors.values()))
                         if kind is None else kind, quote, **kw)


def flip(data, at, bits=1):
    """A byte with some bits changed."""
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1:]


class Site:
    """A director with the three services, and its line."""

    def __init__(self, family, wire, director, stack):
        self.f, self.m = family, Messages(family)
        self.wire, self.director, self.stack = wire, director, stack

    def configure(self, protos):
        """Private pools, created in the order of the protocols."""
        for proto in protos:
            service = self.service(proto)
            self.director.adm(f"-A {service} --table-size {SIZE} "
                              f"--seed {SEED} --settle {LONG}")
            for backend in POOLS[proto]:
                self.director.adm(f"-a {service} -r {backend}")
        self.director.moved()

    def service(self, proto):
        return self.f.service(OPTIONS[proto], PORTS[proto])

    def backends(self, packets):
        """The backend that each of the packets reaches."""
        arrived, _ = self.wire.exchange([outer(self.f.gre(x))
                                         for x in packets])
        return [x.dst for x in arrived]

    def expect(self, desc, packets, backends):
        check_is(desc, self.backends(packets), backends)

    def forwarded(self, desc, packets, backends):
        """Byte for byte."""
        sent = [self.f.gre(x) for x in packets]
        with Case(f"forwarded as it was: {desc}") as case:
            arrived, back = self.wire.exchange([outer(x) for x in sent])
            case.expect("packets", [x.data.hex() for x in arrived],
                        [outer(x, src=DIRECTOR, dst=b, ttl=63).hex()
                         for x, b in zip(sent, backends)])
            case.expect("packets back to the router", back, [])
            case.expect("delivered", self.stack.receive(), [])
            case.expect("counters", self.director.moved(),
                        {"forwarded": len(packets)})

    def other(self, desc, packet, counter):
        packet = outer(self.f.gre(packet))
        with Case(f"{counter}: {desc}") as case:
            arrived, _ = self.wire.exchange([packet])
            case.expect("packets to backends", arrived, [])
            case.expect("delivered", [x.hex() for x in self.stack.receive()],
                        [packet.hex()] if counter.startswith("accept") else [])
            case.expect("counters", self.director.moved(), {counter: 1})

    def tracked(self, proto=p.TCP):
        listed = self.director.adm(f"-L -c -n {self.service(proto)}")
        return sum(self.f.client in line or self.f.other_client in line
                   for line in listed.splitlines())

    def traffic(self, proto):
        """Packets, bytes and connections of a service and of its backends."""
        for svc in self.director.services():
            if (svc["port"], svc["address"]) == (PORTS[proto], self.f.vip):
                every = [svc["stats"]] + [b["stats"] for b in svc["backends"]]
                return [[x[k] for k in ("packets", "bytes", "flows")]
                        for x in every]
        return None
