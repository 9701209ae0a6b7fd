# SPDX-License-Identifier: GPL-2.0
# needs: line many
"""Packets that are too big for the route to the backend: the router is told, the
client is told, or both."""

import itertools
import time

import packet as p
from families import BOTH, V4, V6, Line, comparable
from ktap import Case, check, check_is, skip

MTU, SMALL = 1400, 1300
# VIPs by inner family and the number of their backends; the routes to .11 have
# an MTU of 1400, those to .12 one of 1300, of either family.
VIPS = {(V4, V4, 11): "203.0.113.1", (V4, V6, 11): "203.0.113.2",
        (V6, V4, 11): "2001:db8::80", (V6, V6, 11): "2001:db8::81",
        (V4, V4, 12): "203.0.113.3", (V6, V4, 12): "2001:db8::82",
        (V4, V6, 12): "203.0.113.4", (V6, V6, 12): "2001:db8::83"}
ROUTES = "".join(f"route add {side.backend(n)} dev d1 mtu {mtu}\n"
                 for side in BOTH for n, mtu in ((11, MTU), (12, SMALL)))
POLICIES = ("both", "router", "client")
# Sources that are no host's, or no other host's.
NO_CLIENTS = {
    4: ("0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.5", "255.255.255.255",
        "10.1.0.255", "10.1.0.2"),
    6: ("::", "::1", "ff02::1", "fe80::7", V6.director,
        "2001:db8:ffff::1")}
RATE = 1000


def config():
    lines = []
    for (_, backend, number), vip in VIPS.items():
        service = f"-u [{vip}]:53" if ":" in vip else f"-u {vip}:53"
        lines += [f"-A {service}",
                  f"-a {service} -r {backend.backend(number)}"]
    return "\n".join(lines)


def size_that_fits(outer, backend, mtu=MTU, more=0):
    """Of a packet as it comes; more: bytes in front of GRE beside the header."""
    if outer is backend:
        return mtu
    return mtu + outer.header + more - backend.header


class Pmtu:
    def __init__(self):
        self.line = Line(config())
        self.director = self.line.director
        self.director.ns.ip(ROUTES)

    def policy(self, who):
        self.director.adm(f"--set pmtu={who}")

    def expect(self, desc, packet, back, arrives=0, counters=None):
        """What returns when a packet is sent, byte for byte."""
        if counters is None:
            counters = {"drop_too_big": 1}
        with Case(desc) as case:
            arrived, got = self.line.send(packet)
            case.expect("packets to the backends", len(arrived), arrives)
            case.expect("packets back", sorted(map(comparable, got)),
                        sorted(map(comparable, back)))
            case.expect("counters", self.director.moved(), counters)

    def combination(self, who, outer, backend, inner):
        vip = VIPS[inner, backend, 11]
        fits = size_that_fits(outer, backend)
        desc = (f"{who}: IPv{inner.version} in IPv{outer.version} to an "
                f"IPv{backend.version} backend")
        packet = outer.outer(outer.gre(inner.inner(fits - outer.header - 4,
                                                   vip)))
        self.expect(f"{desc}: {fits} bytes fit", packet, [], 1,
                    {"forwarded": 1})
        data = inner.inner(fits - outer.header - 3, vip)
        packet = outer.outer(outer.gre(data))
        back = []
        if who != "client":
            fields = {"tos": 0xc0} if outer is V4 else {}
            back.append(outer.told(outer.director, outer.router, fits, packet,
                                   **fields))
        if who != "router":
            back.append(inner.client_told(data, fits - outer.header - 4, vip))
        self.expect(f"{desc}: {fits + 1} bytes do not, and who is to be told "
                    "is", packet, back)

    def policies(self):
        for who in POLICIES:
            self.policy(who)
            for combination in itertools.product(BOTH, BOTH, BOTH):
                self.combination(who, *combination)
        self.director.adm("-C")
        self.director.restore(config())
        check_is("who is told is the default again when all is cleared",
                 self.director.info()["pmtu"], "both")

    def told(self, desc, inner, data, packet, mtu, vip):
        self.expect(f"the client is told: {desc}", packet,
                    [inner.client_told(data, mtu, vip)])

    def offsets(self):
        """Whatever is in front of the inner packet is left for it no more."""
        self.policy("client")
        for inner, backend in itertools.product(BOTH, BOTH):
            vip = VIPS[inner, backend, 11]
            data = inner.inner(1430, vip)
            tunnel = {"csum": True, "key": 7, "seq": 1}
            self.told(f"IPv{inner.version} behind 16 bytes of GRE, to an "
                      f"IPv{backend.version} backend", inner, data,
                      V4.outer(V4.gre(data, **tunnel)),
                      MTU - backend.header - 16, vip)
            packet = V4.outer(V4.gre(data), options=b"\1" * 12)
            own = 12 if backend is V4 else 0
            self.told(f"IPv{inner.version} behind outer options, to an "
                      f"IPv{backend.version} backend", inner, data, packet,
                      MTU - backend.header - own - 4, vip)
            packet = V6.wrap(V6.router, V6.director, p.DSTOPTS,
                             p.options(p.GRE) + V6.gre(data))
            own = 8 if backend is V6 else 0
            self.told(f"IPv{inner.version} behind outer destination options, to "
                      f"an IPv{backend.version} backend", inner, data, packet,
                      MTU - backend.header - own - 4, vip)
        data = V6.wrap(V6.client, VIPS[V6, V4, 11], p.DSTOPTS,
                       p.options(p.UDP) + p.udp(4000, 53, bytes(1400)))
        self.told("IPv6 with destination options", V6, data,
                  V4.outer(V4.gre(data)), MTU - 24, VIPS[V6, V4, 11])

    def silence(self):
        """Packets that the client hears nothing of."""
        self.policy("client")
        for backend in BOTH:
            vip = VIPS[V4, backend, 11]
            packet = V4.outer(V4.gre(V4.inner(1400, vip, frag=0)))
            self.expect("the client is not told of IPv4 without DF, to an "
                        f"IPv{backend.version} backend", packet, [])
        for inner in BOTH:
            for src in NO_CLIENTS[inner.version]:
                data = inner.inner(1400, VIPS[inner, V4, 11], src)
                self.expect(f"nobody is told of a packet from {src}",
                            V4.outer(V4.gre(data)), [])
        for outer, backend in itertools.product(BOTH, BOTH):
            if size_that_fits(outer, backend, SMALL) - outer.header - 4 >= 1280:
                continue
            for who in ("client", "both"):
                self.policy(who)
                packet = outer.outer(outer.gre(
                    V6.inner(1400, VIPS[V6, backend, 12])))
                fits = size_that_fits(outer, backend, SMALL)
                fields = {"tos": 0xc0} if outer is V4 else {}
                back = [outer.told(outer.director, outer.router, fits, packet,
                                   **fields)]
                self.expect(f"{who}: an IPv6 client is told of no MTU below "
                            f"1280: IPv{outer.version} to an "
                            f"IPv{backend.version} backend", packet,
                            back if who == "both" else [])
        self.policy("client")
        data = V4.inner(1400, VIPS[V4, V4, 12])
        self.told("IPv4 of an MTU below 1280", V4, data,
                  V4.outer(V4.gre(data)), SMALL - 24, VIPS[V4, V4, 12])
        data = V4.inner(1270, VIPS[V4, V4, 12]) + bytes(40)
        self.expect("the client is not told of a packet that fits, with bytes "
                    "behind it that do not", V4.outer(V4.gre(data)), [])

    def no_df(self):
        """A packet that came in IPv4 may be fragmented in either family."""
        self.policy("both")
        for backend in BOTH:
            vip = VIPS[V4, backend, 11]
            packet = V4.outer(V4.gre(V4.inner(1400, vip)), frag=0)
            self.expect("without outer DF a packet is fragmented to an "
                        f"IPv{backend.version} backend, and nobody is told",
                        packet, [], 2, {"forwarded": 1})

    def rate(self):
        """More than one second can take at the rate, as fast as possible."""
        self.policy("client")
        data = V4.inner(1400, VIPS[V4, V4, 11])
        packet = V4.outer(V4.gre(data))
        sent, errors, start = 4 * RATE, 0, time.monotonic()
        for _ in range(sent // 100):
            errors += len(self.line.send(*[packet] * 100)[1])
        # A second has begun before, and one ends afterwards.
        most = RATE * (int(time.monotonic() - start) + 2)
        what = f"clients get at most {RATE} errors a second"
        check_is("packets are dropped whether or not their clients are told",
                 self.director.moved(), {"drop_too_big": sent})
        if most >= sent:
            skip(what, f"it takes too long to send {sent} packets")
            return
        check(what, 0 < errors <= most, f"{errors} errors, at most {most}")

    def firewall(self):
        """The errors come from an address that the director has not."""
        self.policy("client")
        self.director.ns.run("nft", "-f", "-", stdin="""
            table inet f {
                chain out {
                    type filter hook output priority 0;
                    ct state invalid drop
                }
            }""")
        for inner in BOTH:
            vip = VIPS[inner, V4, 11]
            data = inner.inner(1400, vip)
            self.told(f"by an IPv{inner.version} error that is not invalid to "
                      "the director's firewall", inner, data,
                      V4.outer(V4.gre(data)), MTU - 24, vip)
        self.director.ns.run("nft", "delete table inet f")


def main():
    test = Pmtu()
    test.policies()
    test.offsets()
    test.silence()
    test.no_df()
    test.firewall()
    test.rate()


if __name__ == "__main__":
    main()
