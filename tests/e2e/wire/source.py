# SPDX-License-Identifier: GPL-2.0
# needs: line
"""Outer sources by flow: forwarded packets byte for byte, receive queues as a
backend's NIC would choose them, and errors that come back to these addresses."""

import ipaddress
import itertools
import struct

import packet as p
from families import BOTH, V4, V6, Line, comparable
from ktap import Case, check, check_is
from outer import Delivered6
from wire import Delivered

# The port of the service says of which family its backend is.
PORTS = {V4: 53, V6: 54}
PREFIX = {V4: "198.18.0.0/24", V6: "2001:db8:5::/64"}
# Addresses that are in a prefix and no sources.
RESERVED = {V4: {"198.18.0.0", "198.18.0.255"}, V6: {"2001:db8:5::"}}
FLOWS = 400
MIXES = list(itertools.product(BOTH, BOTH))
CONFIG = "".join(
    f"-A -u {vip}:{PORTS[to]} --table-size 251\n"
    f"-a -u {vip}:{PORTS[to]} -r {to.backend(11)}\n"
    for vip in (V4.vip, f"[{V6.vip}]") for to in BOTH)
# Of the specification of receive side scaling, and of most drivers.
RSS_KEY = bytes.fromhex(
    "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b4"
    "77cb2da38030f20c6a42b73bbeac01fa")
QUEUES, INDIRECTION = 8, 128


def toeplitz(data):
    """The hash by which a NIC spreads what it finds no ports in."""
    key = int.from_bytes(RSS_KEY, "big")
    bits, result = len(RSS_KEY) * 8, 0
    for i in range(len(data) * 8):
        if data[i // 8] & 0x80 >> i % 8:
            result ^= key >> bits - 32 - i & 0xffffffff
    return result


def queue(packet):
    """The receive queue of a packet, by its outer addresses."""
    addresses = packet[12:20] if packet[0] >> 4 == 4 else packet[8:40]
    return toeplitz(addresses) % INDIRECTION % QUEUES


def source(packet):
    return (p.IPv4 if packet[0] >> 4 == 4 else p.IPv6)(packet).src


def source_is(packet, side):
    """True if it is one of the configured ones of a family."""
    src = source(packet)
    return ipaddress.ip_address(src) in ipaddress.ip_network(PREFIX[side]) and \
        src not in RESERVED[side]


def flow(inner, to, i, data=b"data"):
    """A packet of a client's flow to the backend of a family."""
    fields = {"frag": p.DF} if inner is V4 else {}
    return inner.wrap(inner.client, inner.vip, p.UDP,
                      p.udp(1024 + i, PORTS[to], data), **fields)


def wanted(came, goes, gre, src, hops=63):
    """The packet that arrives at the backend."""
    if goes is V4:
        fields = {} if came is V4 else {"ident": 0}
        return V4.outer(gre, src, V4.backend(11), ttl=hops, **fields)
    return V6.outer(gre, src, V6.backend(11), hops=hops)


class Source:
    def __init__(self):
        self.line = Line(CONFIG)
        self.director = self.line.director
        self.adm = self.director.adm
        self.stacks = (Delivered(self.director.ns), Delivered6(self.director.ns))
        self.director.ns.sysctl("ipv4/icmp_ratelimit", 0)
        self.director.ns.sysctl("ipv6/icmp/ratelimit", 0)
        self.director.ns.sysctl("ipv6/conf/lo/disable_ipv6", 0)
        self.director.path_events()

    def forward(self, came, goes, inner, **fields):
        """What arrives at the backend of a packet from the router."""
        arrived, back = self.line.send(came.outer(came.gre(inner), **fields))
        assert len(arrived) == 1 and not back, (arrived, back)
        return arrived[0]

    def as_before(self, desc, sides=BOTH):
        """Backends of these families get what they got without sources."""
        for came, goes in MIXES:
            if goes not in sides:
                continue
            src = goes.director if came is goes else goes.near
            inner = flow(V4, goes, 1)
            check_is(f"IPv{came.version} to IPv{goes.version}, {desc}: the source "
                     "is an address of the director",
                     self.forward(came, goes, inner).hex(),
                     wanted(came, goes, came.gre(inner), src).hex())

    def mix(self, came, goes):
        """All but the source as without, and one source for a flow."""
        v = f"IPv{came.version} to IPv{goes.version}"
        with Case(f"{v}: packets arrive with a source of the prefix, which is the "
                  "flow's, and are the same otherwise") as case:
            for inner, i in itertools.product(BOTH, range(6)):
                first = flow(inner, goes, i)
                packet = self.forward(came, goes, first)
                src = source(packet)
                if not source_is(packet, goes):
                    case.fail(f"source {src}")
                case.expect("packet", packet.hex(),
                            wanted(came, goes, came.gre(first), src).hex())
                second = flow(inner, goes, i, bytes(500))
                fields = {"ttl": 9} if came is V4 else {"hops": 9}
                case.expect("packet of the same flow", self.forward(
                    came, goes, second, **fields).hex(),
                            wanted(came, goes, came.gre(second), src, 8).hex())
        if came is V4:
            with Case(f"{v}: options and service class stay") as case:
                first = flow(V4, goes, 1)
                packet = self.forward(came, goes, first, tos=0xb9,
                                      options=b"\1" * 8)
                if goes is V4:
                    want = V4.outer(V4.gre(first), source(packet), V4.backend(11),
                                    ttl=63, tos=0xb9, options=b"\1" * 8)
                else:
                    want = V6.outer(V6.gre(first), source(packet), V6.backend(11),
                                    hops=63, tclass=0xb9)
                case.expect("packet", packet.hex(), want.hex())
                case.expect("source", source_is(packet, goes), True)
        else:
            with Case(f"{v}: behind extension headers, too") as case:
                first = flow(V6, goes, 1)
                data, proto = p.chain(p.LIMIT, last=p.GRE, payload=V6.gre(first))
                arrived, _ = self.line.send(V6.wrap(V6.router, V6.director, proto,
                                                    data))
                want = V4.outer(V4.gre(first), source(arrived[0]), V4.backend(11),
                                ttl=63, ident=0) if goes is V4 else \
                    V6.wrap(source(arrived[0]), V6.backend(11), proto, data,
                            hops=63)
                case.expect("packet", arrived[0].hex(), want.hex())
                case.expect("source", source_is(arrived[0], goes), True)

    def spread(self, side, with_sources):
        """Flows over sources and receive queues."""
        arrived = []
        for start in range(0, FLOWS, 50):
            arrived += self.line.send(*[
                side.outer(side.gre(flow(V4, side, i)))
                for i in range(start, start + 50)])[0]
        sources = {source(x) for x in arrived}
        queues = [[queue(x) for x in arrived].count(q) for q in range(QUEUES)]
        v = f"IPv{side.version}"
        if not with_sources:
            check_is(f"{v}: without sources, {FLOWS} flows share a receive queue "
                     "of the backend", (len(sources), max(queues)), (1, FLOWS))
            return
        # About 201 of 254 sources, or nearly one for each flow; 50 flows a queue.
        least = 150 if side is V4 else FLOWS * 9 // 10
        check(f"{v}: {FLOWS} flows are spread over the sources",
              len(arrived) == FLOWS and len(sources) > least and
              all(source_is(x, side) for x in arrived), sources)
        check(f"{v}: and with that over {QUEUES} receive queues of the backend",
              min(queues) > 15 and max(queues) < 120, queues)

    def peers(self):
        """A backend that is a peer tells by the source that a peer has sent."""
        self.adm("--add-pool peers")
        for to in BOTH:
            self.adm(f"-a --pool peers -r {to.backend(11)} -w 0")
        self.adm("--set peers=peers")
        self.as_before("with sources, and a backend that is a peer")
        self.adm("--set peers=none")
        self.adm("--delete-pool peers")

    def about_flows(self):
        """ICMP errors about a flow's answers, and pings."""
        for inner, goes in MIXES:
            v = f"IPv{inner.version} to an IPv{goes.version} backend"
            with Case(f"{v}: an inner ICMP error has the source of its flow") \
                    as case:
                for i in range(8):
                    src = source(self.forward(V4, goes, flow(inner, goes, i)))
                    answer = inner.wrap(inner.vip, inner.client, p.UDP,
                                        p.udp(PORTS[goes], 1024 + i, bytes(40)))
                    error = inner.error(inner.router, inner.vip,
                                        inner.unreachable, 1, 0, answer)
                    case.expect(f"source of flow {i}",
                                source(self.forward(V4, goes, error)), src)
        for inner in BOTH:
            kind = 8 if inner is V4 else 128
            ping = inner.wrap(inner.client, inner.vip, inner.error_proto,
                              struct.pack("!BBHHH", kind, 0, 0, 1, 1) + bytes(8))
            first, second = (self.forward(V4, V4, ping) for _ in range(2))
            check(f"IPv{inner.version}: pings of a client have one source",
                  first == second and source_is(first, V4), source(first),
                  source(second))

    def martians(self):
        """What a director has sent does not go round."""
        for side in BOTH:
            v, inner = f"IPv{side.version}", flow(V4, side, 1)
            net = ipaddress.ip_network(PREFIX[side])
            for what, src, counters in (
                    ("a source", net[5], {"accept_martian": 1}),
                    ("the network", net[0], {"accept_martian": 1}),
                    ("the last address of a prefix", net[-1],
                     {"accept_martian": 1}),
                    ("an address behind a prefix", net[-1] + 1,
                     {"forwarded": 1})):
                self.director.moved()
                self.line.send(side.outer(side.gre(inner), str(src)))
                check_is(f"{v}: a packet from {what} is counted as said",
                         self.director.moved(), counters)
            self.line.send(side.outer(side.gre(inner), dst=str(net[5])))
            check_is(f"{v}: a packet to a source is not for this host",
                     self.director.moved(), {})

    def error(self, desc, error, events, told=()):
        """An error from the path, and what comes of it."""
        with Case(desc) as case:
            _, back = self.line.send_back(error)
            case.expect("packets back", list(map(comparable, back)),
                        list(map(comparable, told)))
            case.expect("events", self.director.path_events(), events)

    def errors(self, when):
        """From hops to sources, which no device has."""
        for side in BOTH:
            v, mtu = f"IPv{side.version}, {when}", 1400
            inner = V4.inner(1500 - side.header - 4).replace(
                p.udp(4000, 53)[:4], p.udp(4000, PORTS[side])[:4])
            packet = self.forward(side, side, inner)
            src = source(packet)
            other = next(str(x) for x in ipaddress.ip_network(PREFIX[side]).hosts()
                         if str(x) not in RESERVED[side] | {src})
            self.error(f"{v}: an error about a packet from another source is "
                       "refused",
                       side.error(side.hop, other, *side.too_big, mtu, packet),
                       {"path_refused": 1})
            self.error(f"{v}: an error with a wrong checksum is refused",
                       side.error(side.hop, src, *side.too_big, mtu, packet,
                                  check=0x1234), {"path_refused": 1})
            behind = str(ipaddress.ip_network(PREFIX[side])[-1] + 1)
            quote = side.wrap(behind, side.backend(11), p.GRE, side.gre(inner))
            self.error(f"{v}: an error to an address behind the prefix is not "
                       "looked at",
                       side.error(side.hop, behind, *side.too_big, mtu, quote), {})
            self.error(f"{v}: an unreachable is counted",
                       side.error(side.hop, src, side.unreachable, 1, 0, packet),
                       {"path_unreachable": 1})
            self.error(f"{v}: a smaller MTU is passed on to the client",
                       side.error(side.hop, src, *side.too_big, mtu, packet),
                       {"path_mtu": 1},
                       [V4.client_told(
                           inner[:side.error_max - 2 * side.header - 12],
                           mtu - side.header - 4)])
            self.director.moved()
            arrived, _ = self.line.send(side.outer(side.gre(inner)))
            check_is(f"{v}: the route has the new MTU",
                     (arrived, self.director.moved()), ([], {"drop_too_big": 1}))
            self.director.ns.run("ip", f"-{side.version}", "route", "flush",
                                 "cache")
        self.director.ns.ip("link set d1 mtu 1499\nlink set d1 mtu 1500\n")
        for stack in self.stacks:
            stack.receive()


def main():
    test = Source()
    test.as_before("without sources")
    for side in BOTH:
        test.spread(side, False)
    test.adm(f"--add-source {PREFIX[V4]}")
    test.as_before("with sources of IPv4 only", [V6])
    test.adm(f"--add-source {PREFIX[V6]}")
    for came, goes in MIXES:
        test.mix(came, goes)
    for side in BOTH:
        test.spread(side, True)
    test.peers()
    test.about_flows()
    test.martians()
    test.errors("without a route for the prefix")
    for side in BOTH:
        test.director.ns.run("ip", f"-{side.version}", "route", "add", "local",
                             PREFIX[side], "dev", "lo")
    test.errors("with a local route for the prefix")
    test.adm(f"--delete-source {PREFIX[V4]}")
    test.as_before("with sources of IPv6 only", [V4])
    test.adm(f"--delete-source {PREFIX[V6]}")
    test.as_before("with sources that are gone")


if __name__ == "__main__":
    main()
