# SPDX-License-Identifier: GPL-2.0
# needs: line many
"""ICMP errors from the path to a backend: a smaller MTU is noted and passed on, an
unreachable backend is counted and notified, and what is forged is refused.

A firewall keeps the errors from the host's own GRE stack, which learns of smaller
MTUs as well.
"""

import itertools
import json
import os
import struct
import subprocess
import tempfile
import time

import packet as p
from families import BOTH, V4, V6, Line, comparable
from ktap import Case, check, check_is
from limits import wait_until
from namespace import real
from wire import DIRECTOR2

# A pool has the backends .11 to .32, of either family, and each of them has a VIP
# of its own, of either family. .11 and .12 are in a second pool, too.
NUMBERS = range(11, 33)
UNKNOWN = 39
FIREWALL = """
table inet f {
    chain in {
        type filter hook input priority 0;
        ip protocol icmp drop
        icmpv6 type { 1, 2, 4 } drop
    }
}"""
PLAIN = 1500


def vip_of(inner, backend, number):
    """The VIP of a backend, which it has for itself."""
    if inner is V4:
        return f"203.0.{113 if backend is V4 else 114}.{number}"
    return f"2001:db8:{backend.version}::{number}"


def config():
    lines = ["--add-pool spare --table-size 251",
             "-A -u 203.0.120.1:53 --pool spare"]
    lines += [f"-a --pool spare -r {side.backend(n)}"
              for side in BOTH for n in (11, 12)]
    for inner, backend in itertools.product(BOTH, BOTH):
        for n in NUMBERS:
            vip = vip_of(inner, backend, n)
            service = f"-u [{vip}]:53" if inner is V6 else f"-u {vip}:53"
            lines += [f"-A {service} --table-size 251",
                      f"-a {service} -r {backend.backend(n)}"]
    return "\n".join(lines)


class PathError:
    def __init__(self):
        self.line = Line(config())
        self.director = self.line.director
        self.director.ns.run("nft", "-f", "-", stdin=FIREWALL)
        self.director.ns.sysctl("ipv4/icmp_ratelimit", 0)
        self.director.ns.sysctl("ipv6/icmp/ratelimit", 0)
        self.director.path_events()

    def policy(self, who):
        self.director.adm(f"--set pmtu={who}")

    def probe(self, outer, inner, backend, number, size=PLAIN):
        """A packet to a backend: inner, as it came, and as it arrived if so."""
        data = inner.inner(size - 64, vip_of(inner, backend, number))
        packet = outer.outer(outer.gre(data))
        arrived, back = self.line.send(packet)
        return data, packet, arrived, back

    def hop(self, side, mtu, quote, **fields):
        """Fragmentation needed, or packet too big, from a hop on the path."""
        return side.error(side.hop, self.source(side, quote), *side.too_big,
                          mtu, quote, **fields)

    @staticmethod
    def source(side, quote):
        head = p.IPv4(quote) if side is V4 else p.IPv6(quote)
        return head.src

    def learn(self, who, outer, inner, backend, number):
        desc = (f"{who}: IPv{inner.version} in IPv{outer.version} to an "
                f"IPv{backend.version} backend")
        mtu = 1400
        left = mtu - backend.header - 4
        vip = vip_of(inner, backend, number)
        with Case(f"{desc}: an error is passed on to the client by policy") \
                as case:
            data, _, arrived, _ = self.probe(outer, inner, backend, number)
            case.expect("packets of the old MTU", len(arrived), 1)
            if not arrived:
                return
            _, back = self.line.send_back(self.hop(backend, mtu, arrived[0]))
            # The client gets what the hop has quoted.
            quoted = data[:backend.error_max - 2 * backend.header - 12]
            want = [] if who == "router" else \
                [inner.client_told(quoted, left, vip)]
            case.expect("packets back", list(map(comparable, back)),
                        list(map(comparable, want)))
            case.expect("events", self.director.path_events(),
                        {"path_mtu": 1})
        with Case(f"{desc}: the route has the new MTU") as case:
            self.director.moved()
            data, packet, arrived, back = self.probe(outer, inner, backend,
                                                     number)
            fits = mtu - backend.header + outer.header
            fields = {"tos": 0xc0} if outer is V4 else {}
            want = [] if who == "client" else \
                [outer.told(outer.director, outer.router, fits, packet,
                            **fields)]
            if who != "router":
                want.append(inner.client_told(data, left, vip))
            case.expect("packets that are too big", len(arrived), 0)
            case.expect("packets back", sorted(map(comparable, back)),
                        sorted(map(comparable, want)))
            case.expect("counters", self.director.moved(),
                        {"drop_too_big": 1})
            small = outer.outer(outer.gre(inner.inner(left, vip)))
            arrived, back = self.line.send(small)
            case.expect("packets that fit", (len(arrived), len(back)), (1, 0))
            self.director.moved()

    def learning(self):
        self.director.path_events()
        numbers = {side: iter(NUMBERS) for side in BOTH}
        for who in ("both", "router", "client"):
            self.policy(who)
            for outer, inner, backend in itertools.product(BOTH, BOTH, BOTH):
                self.learn(who, outer, inner, backend, next(numbers[backend]))
        self.policy("both")

    def refreshed(self):
        """Another test begins with routes as they were."""
        for side, flag in ((V4, "-4"), (V6, "-6")):
            self.director.ns.run("ip", flag, "route", "flush", "cache")
        self.director.ns.ip("link set d1 mtu 1499\nlink set d1 mtu 1500\n")
        arrived = [self.probe(V4, V4, side, n)[2] for side in BOTH
                   for n in NUMBERS]
        check("the routes are as they were", all(arrived), arrived)
        self.director.path_events()
        self.director.moved()

    def unmoved(self, desc, side, error, events):
        """An error that changes nothing, and is counted as said."""
        with Case(desc) as case:
            _, back = self.line.send_back(error)
            case.expect("packets back", list(map(comparable, back)), [])
            case.expect("events", self.director.path_events(), events)
            arrived, back = self.probe(V4, V4, side, 11)[2:]
            case.expect("a packet of the old MTU", (len(arrived), len(back)),
                        (1, 0))

    def forwarded(self, side, inner=V4, number=11, **fields):
        """A packet as the director sends it to a backend."""
        data = inner.inner(PLAIN - side.header - 4, vip_of(inner, side, number),
                           **fields)
        # The source by which the director reaches the backend.
        src = V4.director if side is V4 else V6.near
        return side.outer(side.gre(data), src, side.backend(number))

    def refused(self):
        once = {"path_refused": 1}
        for side in BOTH:
            packet, v = self.forwarded(side), f"IPv{side.version}"
            self.unmoved(f"{v}: an error with a wrong checksum is refused",
                         side, self.hop(side, 1400, packet, check=0x1234),
                         once)
            quote = side.outer(packet[side.header:], self.source(side, packet),
                               side.backend(UNKNOWN))
            self.unmoved(f"{v}: an error about a backend that is not known is "
                         "refused", side, self.hop(side, 1400, quote), once)
            for what, src in (("of another host",
                               side.client),
                              ("of this host to which the error did not come",
                               DIRECTOR2 if side is V4 else V6.director)):
                quote = side.outer(packet[side.header:], src,
                                   side.backend(11))
                error = side.error(side.hop, self.source(side, packet),
                                   *side.too_big, 1400, quote)
                self.unmoved(f"{v}: an error about a packet from an address "
                             f"{what} is refused", side, error, once)
            for mtu in (PLAIN, PLAIN + 1, 9000, side.lowest - 1, 0):
                self.unmoved(f"{v}: an error about {PLAIN} bytes with an MTU "
                             f"of {mtu} is refused", side,
                             self.hop(side, mtu, packet), once)
            dst = self.source(side, packet)
            unreachable = side.error(side.hop, dst, side.unreachable, 0, 0,
                                     packet, check=1)
            self.unmoved(f"{v}: an unreachable with a wrong checksum is "
                         "refused", side, unreachable, once)
        packet = self.forwarded(V6)
        quote = V6.outer(packet[40:], V6.near, "::ffff:10.2.0.11")
        self.unmoved("IPv6: an error about the IPv4-mapped address of a backend "
                     "is refused", V6, self.hop(V6, 1400, quote), once)

    def ignored(self):
        for side in BOTH:
            packet, v = self.forwarded(side), f"IPv{side.version}"
            dst = self.source(side, packet)
            quote = side.wrap(dst, side.backend(11), p.UDP,
                              p.udp(1, 2, bytes(1400)))
            self.unmoved(f"{v}: an error about UDP is not counted", side,
                         self.hop(side, 1400, quote), {})
            cut = packet[:side.header - 1]
            self.unmoved(f"{v}: an error about less than a header is not "
                         "counted", side,
                         side.error(side.hop, dst, *side.too_big, 1400, cut),
                         {})
            for what, kind, code in (("an echo reply", *((0, 0) if side is V4
                                                         else (129, 0))),
                                     ("time exceeded", *((11, 0) if side is V4
                                                         else (3, 0)))):
                self.unmoved(f"{v}: {what} that holds GRE is not counted", side,
                             side.error(side.hop, dst, kind, code, 1400,
                                        packet), {})
            self.unmoved(f"{v}: an ICMP header cut short is not counted", side,
                         side.wrap(side.hop, dst, side.error_proto,
                                   bytes(side.too_big) + bytes(5)), {})
        packet = self.forwarded(V4)
        error = self.hop(V4, 1400, packet, frag=p.MF)
        self.unmoved("IPv4: an error in fragments is not counted", V4, error,
                     {})

    def noted(self, desc, side, error, number, back=()):
        """An error of which the route learns, and the client only as said."""
        with Case(desc) as case:
            _, got = self.line.send_back(error)
            case.expect("packets back", list(map(comparable, got)),
                        list(map(comparable, back)))
            case.expect("events", self.director.path_events(),
                        {"path_mtu": 1})
            self.director.moved()
            arrived = self.probe(V4, V4, side, number)[2]
            case.expect("packets of the old MTU", len(arrived), 0)
            case.expect("counters", self.director.moved(),
                        {"drop_too_big": 1})

    def quotes(self):
        """Errors that do not tell enough, or nothing that concerns a client."""
        for side in BOTH:
            v = f"IPv{side.version}"
            numbers = iter(NUMBERS)

            def noted(desc, change, inner=V4, mtu=1400, told=False, v=v,
                      side=side, numbers=numbers):
                n = next(numbers)
                packet = self.forwarded(side, inner, n)
                data = packet[side.header + 4:]
                packet = change(packet, data, n)
                self.noted(f"{v}: {desc}", side, self.hop(side, mtu, packet), n,
                           [inner.client_told(
                               packet[side.header + 4:][
                                   :side.error_max - 2 * side.header - 12],
                               mtu - side.header - 4,
                               vip_of(inner, side, n))] if told else [])

            def inner_of(make, side=side):
                return lambda packet, data, n: side.outer(
                    side.gre(make(data, n)), self.source(side, packet),
                    side.backend(n))

            def cut(inner, more, side=side):
                return lambda packet, data, n: \
                    packet[:side.header + 4 + inner.header + more]

            for inner in BOTH:
                noted(f"a quote up to the 8th byte of UDP tells an "
                      f"IPv{inner.version} client", cut(inner, 8), inner,
                      told=True)
                noted(f"a quote up to the 7th byte of UDP tells no "
                      f"IPv{inner.version} client", cut(inner, 7), inner)
            noted("a quote without the whole inner header tells no client",
                  cut(V4, -1))
            noted("a quote of an empty GRE header tells no client",
                  cut(V4, -20))
            noted("a quote of half a GRE header tells no client", cut(V4, -22))

            def first_fragment(proto, byte, n, side=side):
                payload, first = p.chain(p.DST, p.FIRST, p.DST, last=proto,
                                         payload=bytes([byte] * 1400))
                return V6.wrap(V6.client, vip_of(V6, side, n), first, payload)

            def icmp4(kind):
                return inner_of(lambda _, n: V4.wrap(
                    V4.client, vip_of(V4, side, n), p.ICMP,
                    struct.pack("!BBHI", kind, 0, 0, 0) + bytes(1400),
                    frag=p.DF))

            def icmp6(kind):
                return inner_of(lambda _, n: V6.wrap(
                    V6.client, vip_of(V6, side, n), p.ICMPV6,
                    struct.pack("!BBHI", kind, 0, 0, 0) + bytes(1380)))

            noted("no client is told of an ICMP error", icmp4(3))
            noted("a client is told of its ping", icmp4(8), told=True)
            noted("no client is told of an ICMPv6 error", icmp6(2), V6)
            noted("no client is told of a redirect", icmp6(137), V6)
            noted("no client is told of IPv4 without DF",
                  inner_of(lambda _, n: V4.inner(
                      1400, vip_of(V4, side, n), frag=0)))
            noted("no client is told of a later fragment",
                  inner_of(lambda _, n: V4.inner(
                      1400, vip_of(V4, side, n), frag=p.DF | 100)))
            noted("no IPv6 client is told of a later fragment",
                  inner_of(lambda _, n: V6.wrap(
                      V6.client, vip_of(V6, side, n), p.FRAGMENT,
                      p.fragment(p.UDP, 800) + bytes(1400))), V6)
            noted("an IPv6 client is told of a first fragment",
                  inner_of(lambda _, n: V6.wrap(
                      V6.client, vip_of(V6, side, n), p.FRAGMENT,
                      p.fragment(p.UDP, 1) + bytes(1400))), V6, told=True)
            noted("an IPv6 client is told of a first fragment with options on "
                  "both sides of its header",
                  inner_of(lambda _, n: first_fragment(p.UDP, 17, n)), V6,
                  told=True)
            noted("no client is told of an ICMPv6 error in such a fragment",
                  inner_of(lambda _, n: first_fragment(p.ICMPV6, 2, n)), V6)
            noted("no IPv6 client is told of what is behind too many headers",
                  inner_of(lambda _, n: V6.wrap(
                      V6.client, vip_of(V6, side, n), p.DSTOPTS,
                      p.options(p.DSTOPTS) * 13 + bytes(1300))), V6)
            noted("no source that is no host is told",
                  inner_of(lambda _, n: V4.inner(
                      1400, vip_of(V4, side, n), "224.0.0.5")))
            noted("nobody is told of a packet to an address that is no VIP",
                  inner_of(lambda _, n: V4.inner(1400, "203.0.115.1")))
            if side is V4:
                noted("no IPv6 client is told of an MTU below 1280",
                      lambda packet, *_: packet, V6, 1300)
        packet = self.forwarded(V4, number=32)
        quote = V4.outer(packet[20:], V4.director, V4.backend(32), frag=100)
        self.noted("IPv4: a quote of a later outer fragment tells no client", V4,
                   self.hop(V4, 1400, quote), 32)

    def shown(self, side, number):
        """Unreachables of a backend in the listing, by pool."""
        return {service["pool"]: backend["unreachable"]
                for service in self.director.services()
                for backend in service["backends"]
                if backend["address"] == side.backend(number)}

    def unreachable(self):
        kinds = {V4: [(3, c) for c in (0, 1, 2, 3, 5, 9, 10, 13)],
                 V6: [(1, c) for c in range(7)] + [(4, 1)]}
        for side in BOTH:
            packet, v = self.forwarded(side), f"IPv{side.version}"
            dst = self.source(side, packet)
            for kind, code in kinds[side]:
                self.unmoved(f"{v}: type {kind}, code {code} is counted, and "
                             "has no other effect", side,
                             side.error(side.hop, dst, kind, code, 0, packet),
                             {"path_unreachable": 1})
            total = len(kinds[side])
            if side is V6:
                self.unmoved("IPv6: a parameter problem with something else is "
                             "not counted", side,
                             side.error(side.hop, dst, 4, 0, 0, packet), {})
            check_is(f"{v}: unreachables are shown with the backend, in each "
                     "pool that has it", set(self.shown(side, 11).values()),
                     {total})
            check_is(f"{v}: and not with another one",
                     set(self.shown(side, 12).values()), {0})
            self.director.adm("--add-pool late --table-size 251")
            self.director.adm(f"-a --pool late -r {side.backend(11)}")
            self.director.adm("-A -u 203.0.120.2:53 --pool late")
            check_is(f"{v}: a backend that is added now begins with none",
                     self.shown(side, 11)["late"], 0)
            self.director.adm("-D -u 203.0.120.2:53")
            self.director.adm(f"-d --pool late -r {side.backend(11)}")
            self.director.adm("--delete-pool late")
            vip = vip_of(V4, side, 11)
            self.director.adm(f"-Z -u {vip}:53")
            shown = self.shown(side, 11)
            check_is(f"{v}: zeroing a service zeroes those of its backends",
                     shown.pop(f"udp/{vip}:53"), 0)
            check_is(f"{v}: and no others", set(shown.values()), {total})
            self.director.adm("-Z")
            check_is(f"{v}: zeroing all zeroes them all",
                     set(self.shown(side, 11).values()), {0})
            self.director.path_events()
            self.director.last.clear()
            self.director.path_events()

    def notified(self):
        """At most once a second for an address."""
        with tempfile.NamedTemporaryFile("r") as events, subprocess.Popen(
                ["ip", "netns", "exec", real("director"), "maglevadm",
                 "--monitor", "--json"], stdout=events.fileno()) as monitor:
            def seen():
                with open(events.name, encoding="ascii") as file:
                    told = [json.loads(x) for x in file]
                return [x for x in told if x["event"] == "suspect"]

            def flood(side, number, times):
                packet = self.forwarded(side, number=number)
                error = side.error(side.hop, self.source(side, packet),
                                   side.unreachable, 1, 0, packet)
                self.line.send_back(*[error] * times)

            def listening():
                flood(V4, 20, 1)
                time.sleep(0.05)
                return os.path.getsize(events.name)

            wait_until(listening, "the monitor listens")
            for side in BOTH:
                before, start = len(seen()), time.monotonic()
                flood(side, 21, 50)
                most = int(time.monotonic() - start) + 2
                wait_until(lambda b=before: len(seen()) > b, "a notification")
                found = [x for x in seen()[before:]
                         if x["backend"] == side.backend(21)]
                v = f"IPv{side.version}"
                check(f"{v}: 50 errors are notified once a second",
                      0 < len(found) < most + 1, found)
                check_is(f"{v}: the notification is of the first error",
                         found[:1], [{"event": "suspect",
                                      "backend": side.backend(21),
                                      "unreachable": 1}])
                time.sleep(1.1)
                before = len(seen())
                flood(side, 21, 1)
                wait_until(lambda b=before: len(seen()) > b, "a notification")
                check_is(f"{v}: a second later an error is notified again",
                         seen()[-1], {"event": "suspect",
                                      "backend": side.backend(21),
                                      "unreachable": 51})
            monitor.terminate()

    def deleted(self):
        """A backend is known as long as a pool has it."""
        self.refreshed()
        address = V4.backend(11)
        packet = self.forwarded(V4)
        error = V4.error(V4.hop, V4.director, 3, 1, 0, packet)
        services = [f"-u [{vip_of(i, V4, 11)}]:53" if i is V6 else
                    f"-u {vip_of(i, V4, 11)}:53" for i in BOTH]
        for service in services:
            self.director.adm(f"-d {service} -r {address}")
        self.line.send_back(error)
        check_is("a backend is known while one pool has it",
                 self.director.path_events(), {"path_unreachable": 1})
        self.director.adm(f"-d --pool spare -r {address}")
        self.line.send_back(error)
        check_is("a backend that no pool has is not known",
                 self.director.path_events(), {"path_refused": 1})


def main():
    test = PathError()
    test.refused()
    test.ignored()
    test.unreachable()
    test.notified()
    test.learning()
    test.refreshed()
    test.quotes()
    test.deleted()


if __name__ == "__main__":
    main()
