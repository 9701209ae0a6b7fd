# SPDX-License-Identifier: GPL-2.0
# needs: line
"""Inner fragments: all of a datagram go to the backend of its flow, as they came;
those before the first wait for it; what no host would accept is dropped."""

import struct
import time

import packet as p
from datagrams import (BOTH, Datagram, data, in_gre, sent_on, shown, tcp, udp)
from director import TIMEOUTS
from families import V4, V6, Line
from ktap import Case, check_is
from limits import wait_until
from line import remove_side
from wire import Delivered

WEB = [V4.backend(11), V4.backend(12)]
HELD = 64
# Seconds: less and more than a first fragment is remembered.
REMEMBERED, FORGOTTEN = 4, 6
CONFIG = "\n".join(
    [f"--set {TIMEOUTS}", "--add-pool web --table-size 251 --seed 7"] +
    [f"-a --pool web -r {b}" for b in WEB] +
    [f"-A {option} {shown(side)}:{port} --pool web"
     for side in BOTH for option, port in (("-t", 80), ("-u", 53))])


class Site:
    """The line, and one family of the packets in the tunnel."""

    def __init__(self, line, side, stack):
        self.line, self.side, self.stack = line, side, stack
        self.director = line.director
        self.adm = line.director.adm

    def backend(self, datagram):
        """To which a small packet of its flow goes."""
        arrived, _ = self.line.send(in_gre(datagram.whole()))
        self.director.moved()
        return p.IPv4(arrived[0]).dst if arrived else None

    def pair(self, make):
        """Two datagrams whose flows have different backends, and these."""
        found = {}
        for sport in range(4000, 4100):
            datagram = make(self.side, sport)
            found.setdefault(self.backend(datagram), datagram)
            if len(found) == 2:
                return list(found.items())
        raise AssertionError(f"one backend only: {found}")

    def send(self, inners, outer=V4):
        """
        Sends inner packets; returns those that arrive at backends and at the stack,
        counters, and events. Where the machine was so late that fragments were not
        held for long enough, they are sent again when all is forgotten.
        """
        while True:
            arrived, _ = self.line.send(*(in_gre(i, outer) for i in inners))
            found = arrived, self.stack.receive(), *self.director.fragments()
            if "drop_fragment_timeout" not in found[2]:
                return found
            time.sleep(FORGOTTEN)

    def expect(self, desc, inners, arrive, counters, stack=(), events=None):
        """
        Sends inner packets. arrive: [(inner packet, backend)], in order; stack: the
        inner packets that are delivered to the director's stack.
        """
        with Case(f"IPv{self.side.version}: {desc}") as case:
            arrived, delivered, counted, happened = self.send(inners)
            case.expect("arrived", [x.hex() for x in arrived],
                        [sent_on(i, b).hex() for i, b in arrive])
            case.expect("at the stack", [x.hex() for x in delivered],
                        [in_gre(i).hex() for i in stack])
            case.expect("counters", counted, counters)
            if events is not None:
                case.expect("events", happened, events)

    def forwarded(self, desc, inners, order, backend, held=0):
        self.expect(desc, inners, [(i, backend) for i in order],
                    {"forwarded": len(order)},
                    events={"fragments_held": held} if held else {})

    def timeout(self, number):
        """Waits until fragments that are held have been given up."""
        wait_until(lambda: self.director.counters()["drop_fragment_timeout"]
                   >= self.director.last.get("drop_fragment_timeout", 0) +
                   number, "fragments that are held time out", seconds=5)


def sport_of(datagram):
    return struct.unpack_from("!H", datagram.payload)[0]


def orders(site):
    for make in (udp, tcp):
        for backend, d in site.pair(make):
            name = make.__name__.upper()
            a, b, c = make(site.side, sport_of(d)).inners
            site.forwarded(f"{name}, in order: to the flow's backend",
                           [a, b, c], [a, b, c], backend)
            a, b, c = make(site.side, sport_of(d)).inners
            site.forwarded(
                f"{name}, reversed: the first one goes first, then the others "
                "in the order in which they came, then stragglers",
                [c, b, a, b], [a, c, b, b], backend, held=2)
            a, b, c = d.inners
            site.forwarded(f"{name}, duplicated: all go there",
                           [a, b, a, b, b, c, c], [a, b, a, b, b, c, c],
                           backend)
    backend, d = site.pair(udp)[1]
    a, b, c = d.inners
    over = d.part(56, data(80), True)
    site.forwarded("overlapping: the backend is to judge", [a, over, b, c],
                   [a, over, b, c], backend)
    a, b, c = udp(site.side, sport_of(d)).inners
    other = udp(site.side, 4000, (96, 40))
    where = site.backend(other)
    site.expect("two datagrams at once are two",
                [other.inners[1], b, a, c, other.inners[0]],
                [(a, backend), (b, backend), (c, backend),
                 (other.inners[0], where), (other.inners[1], where)],
                {"forwarded": 5})
    arrived, _ = site.line.send(in_gre(udp(site.side, 4000).inners[1]))
    site.timeout(1)
    check_is(f"IPv{site.side.version}: without its first one a fragment is "
             "dropped after a second", (arrived, site.director.moved()),
             ([], {"drop_fragment_timeout": 1}))
    site.director.fragments()


def reuse(site):
    """An identification is used again, for another flow."""
    (one, d), (two, e) = site.pair(udp)
    e = udp(site.side, sport_of(e), ident=d.ident)
    site.expect("an identification used again: the new first one decides",
                d.inners + e.inners,
                [(i, one) for i in d.inners] + [(i, two) for i in e.inners],
                {"forwarded": 6})


def many(site):
    d = udp(site.side, 4000, (8,) * (HELD + 3))
    backend = site.backend(d)
    first, rest = d.inners[0], d.inners[1:]
    site.expect(f"more than {HELD} fragments of a datagram are not held",
                rest + [first],
                [(i, backend) for i in [first] + rest[:HELD]],
                {"forwarded": HELD + 1, "drop_fragment_full": 2},
                events={"fragments_held": HELD})


def refused(site):
    side = site.side
    short = tcp(side, 4000, (8, 192))
    bad = udp(side, 4000)
    icmp = Datagram(side, side.error_proto, site_echo(side)[:8] + data(64),
                    (8, 64))
    site.expect("a first one with a part of the TCP header is dropped, and so "
                "is the rest", [short.inners[0], short.part(40, data(40),
                                                            False)],
                [], {"drop_fragment_tiny": 1, "drop_fragment_rest": 1})
    site.expect("the rest is dropped also if it came before",
                [short.part(40, data(40), False)] + tcp(
                    side, 4000, (16, 184), ident=short.ident).inners[:1],
                [], {"drop_fragment_tiny": 1, "drop_fragment_rest": 1})
    site.expect("a TCP header that goes on in another fragment: dropped",
                [short.inners[1]], [], {"drop_fragment_tiny": 1})
    good = tcp(side, 4001)
    backend = site.backend(good)
    tiny = good.part(0, good.payload[:8], True)
    site.expect("a malformed first one does not take the place of a good one",
                [good.inners[0], tiny, good.inners[1], good.inners[2]],
                [(i, backend) for i in good.inners],
                {"forwarded": 3, "drop_fragment_tiny": 1})
    for what, inner in (
            ("without data", bad.part(96, b"", True)),
            ("of 20 bytes, with more behind it", bad.part(96, data(20),
                                                          True)),
            ("that ends beyond the largest datagram",
             bad.part(65528, data(40), False))):
        site.expect(f"a fragment {what}: dropped", [inner], [],
                    {"drop_fragment_malformed": 1})
    ping = site.backend(Datagram(side, side.error_proto, site_echo(side),
                                 (72,)))
    site.expect("pings in fragments go where pings go", icmp.inners[::-1],
                [(i, ping) for i in icmp.inners], {"forwarded": 2})


def site_echo(side):
    return struct.pack("!BBHHH", 8 if side.version == 4 else 128, 0, 0, 7,
                       1) + data(64)


def quoted(site):
    """An ICMP error in fragments, as no router sends it."""
    side = site.side
    backend, flow = site.pair(udp)[1]
    sport = sport_of(flow)
    answer = side.wrap(side.vip, side.client, p.UDP, p.udp(53, sport,
                                                           data(120)))
    kind, code = side.too_big
    message = struct.pack("!BBHI", kind, code, 0, 1400) + answer
    message += bytes(-len(message) % 8)
    size = 72
    error = Datagram(side, side.error_proto, message,
                     (size, len(message) - size), src=side.hop)
    site.forwarded("an ICMP error in fragments goes to the backend of the flow "
                   "that it is about", error.inners[::-1], error.inners,
                   backend, held=1)


def stack(site):
    side = site.side
    other = udp(side, 4000, port=54)
    site.expect("of a port without a service, all are left to the stack, "
                "those that were held, too",
                other.inners[::-1], [], {"accept_no_service": 3},
                stack=[other.inners[i] for i in (0, 2, 1)])
    esp = Datagram(side, p.ESP, data(216))
    site.expect("of a protocol without a service, all are left to the stack at "
                "once", esp.inners[1:], [], {"accept_no_service": 2},
                stack=esp.inners[1:], events={})


def states(site):
    """Backends go between the first fragment and the others."""
    for backend, d in site.pair(udp):
        while True:
            found = state_changes(site, backend, udp(site.side, sport_of(d)))
            if found:
                break
        texts = ("a backend that has the first one gets the others",
                 "... and also if it drains", "... if it is down, the rest is "
                 "dropped")
        for text, (got, want) in zip(texts, found):
            check_is(f"IPv{site.side.version}: {text}", got, want)


def state_changes(site, backend, datagram):
    """
    [(result, expected)] of each step, None if the director has forgotten the first
    fragment before the last one was sent.
    """
    a, b, c = datagram.inners
    begun = time.monotonic()
    first = site.send([a])
    site.adm(f"-e --pool web -r {backend} --state drain")
    second = site.send([b])
    site.adm(f"-e --pool web -r {backend} --state down")
    third = site.send([c])
    late = time.monotonic() - begun > REMEMBERED
    site.adm(f"-e --pool web -r {backend} --state up")
    site.adm("--flush-conns")
    site.director.fragments()
    if late:
        return None
    return [(first, ([sent_on(a, backend)], [], {"forwarded": 1}, {})),
            (second, ([sent_on(b, backend)], [], {"forwarded": 1}, {})),
            (third, ([], [], {"drop_fragment_rest": 1}, {}))]


def all_down(site):
    service = f"-u {shown(site.side)}:53"
    for backend in WEB:
        site.adm(f"-e --pool web -r {backend} --state down")
    for policy, reason in (("drop", "drop_no_backend"),
                           ("reject", "drop_rejected")):
        site.adm(f"-E {service} --all-down {policy}")
        a, b, c = udp(site.side, 4000).inners
        site.expect(f"all down, {policy}: the others share the fate of the "
                    "first one", [b, a, c], [],
                    {reason: 1, "drop_fragment_rest": 2})
    site.adm(f"-E {service} --all-down accept")
    accepted(site, *udp(site.side, 4000).inners)
    for backend in WEB:
        site.adm(f"-e --pool web -r {backend} --state up")
    site.adm(f"-E {service} --all-down drop")
    site.adm("--flush-conns")
    site.director.fragments()


def accepted(site, a, b, c):
    """What was held passes a queue once more, so the order may differ."""
    with Case(f"IPv{site.side.version}: all down, accept: all are left to the "
              "stack") as case:
        _, delivered, counted, _ = site.send((b, a, c))
        case.expect("at the stack", sorted(x.hex() for x in delivered),
                    sorted(in_gre(i).hex() for i in (a, b, c)))
        case.expect("counters", counted, {"accept_no_backend": 3})


def affinity(site):
    service = f"-u {shown(site.side)}:53"
    for name in ("3tuple", "source"):
        site.adm(f"-E {service} --affinity {name}")
        d = udp(site.side, 4000)
        a, b, c = d.inners
        site.forwarded(f"affinity {name}: to the client's backend", [c, a, b],
                       [a, c, b], site.backend(d), held=1)
    site.adm(f"-E {service} --affinity 5tuple")


def traffic(site):
    d = udp(site.side, 4000)
    backend = site.backend(d)
    site.adm("-Z")
    site.director.last = {}
    site.line.send(*(in_gre(i) for i in d.inners))
    svc = next(s for s in site.director.services()
               if s["address"] == site.side.vip and s["protocol"] == "udp")
    want = (3, sum(map(len, d.inners)), 0)
    keys = ("packets", "bytes", "flows")
    check_is(f"IPv{site.side.version}: each counts as a packet of the service",
             tuple(svc["stats"][k] for k in keys), want)
    mine = next(b for b in svc["backends"] if b["address"] == backend)
    check_is(f"IPv{site.side.version}: ... and of its backend",
             tuple(mine["stats"][k] for k in keys), want)
    site.director.fragments()


def outer_v6(site):
    """The tunnel's header is IPv6, and a fragment waits with it."""
    for side in BOTH:
        d = udp(side, 4000)
        with Case(f"IPv{side.version} in IPv6, reversed: to one backend, with "
                  "all headers right") as case:
            arrived, _, counted, _ = site.send(d.inners[::-1], V6)
            order = [d.inners[i] for i in (0, 2, 1)]
            dst = {p.IPv4(x).dst for x in arrived}
            case.expect("backends", len(dst), 1)
            case.expect("arrived", [x[20:].hex() for x in arrived],
                        [V6.gre(i).hex() for i in order])
            case.expect("counters", counted, {"forwarded": 3})


def extensions(site):
    """Headers in front of the fragment header, and behind it."""
    d = Datagram(V6, p.UDP, p.udp(4000, 53, data(208)), chain=(p.HBH, p.DST))
    site.forwarded("extension headers in front of the fragment header",
                   [d.inners[2], d.inners[0], d.inners[1]],
                   [d.inners[0], d.inners[2], d.inners[1]], site.backend(d),
                   held=1)
    rest, first = p.chain(p.DST, last=p.UDP,
                          payload=p.udp(4000, 53, data(200)))
    e = Datagram(V6, first, rest)
    site.forwarded("extension headers behind it", e.inners[::-1],
                   [e.inners[i] for i in (0, 2, 1)], site.backend(d), held=2)
    cut = Datagram(V6, first, p.options(p.DSTOPTS) + rest, (8, 216))
    site.expect("a first one that does not have all of them: dropped",
                [cut.inners[0]], [], {"drop_inner_extensions": 1})


def local(site):
    """The director is the backend: held fragments go to its stack, too."""
    site.adm(f"-A -u {shown(site.side)}:55")
    site.adm(f"-a -u {shown(site.side)}:55 -r {V4.near}")
    d = udp(site.side, 4000, port=55)
    site.adm("-Z")
    site.director.last = {}
    with Case(f"IPv{site.side.version}: a local backend gets all of a "
              "datagram, held ones, too") as case:
        _, delivered, counted, _ = site.send(d.inners[::-1])
        got = [p.IPv4(x) for x in delivered]
        case.expect("addresses", {(x.src, x.dst) for x in got},
                    {(V4.router, V4.near)})
        case.expect("payload", sorted(x.payload.hex() for x in got),
                    sorted(V4.gre(i).hex() for i in d.inners))
        case.expect("counters", counted, {"forwarded_local": 3})
        case.expect("packets of the service", sum(
            s["stats"]["packets"] for s in site.director.services()
            if s["address"] == site.side.vip), 3)
    site.adm(f"-D -u {shown(site.side)}:55")


def gone(site):
    """The device by which they came goes away, and then the configuration."""
    site.line.send(in_gre(udp(site.side, 4000).inners[1]))
    remove_side("router")
    site.timeout(1)
    check_is("held fragments do not keep a device that goes away",
             site.director.moved(), {"drop_fragment_timeout": 1})


def flush(site):
    d = udp(site.side, 4000)
    site.line.send(*(in_gre(i) for i in d.inners[1:]))
    site.adm("-C")
    check_is("flushing the configuration drops what is held",
             site.director.moved(), {"drop_fragment_timeout": 2})
    site.director.restore(CONFIG)


def main():
    line = Line(CONFIG)
    stack_v4 = Delivered(line.director.ns)
    for side in BOTH:
        site = Site(line, side, stack_v4)
        for test in (orders, reuse, many, refused, quoted, stack, states,
                     all_down, affinity, traffic, local):
            test(site)
    site = Site(line, V6, stack_v4)
    outer_v6(site)
    extensions(site)
    flush(site)
    gone(site)


if __name__ == "__main__":
    main()
