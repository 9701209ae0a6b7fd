# SPDX-License-Identifier: GPL-2.0
"""What holds for ICMP of either family; see icmp.py."""

import ipaddress

import packet as p
import reference as ref
from director import LONG, TIMEOUTS, Director
from icmp import NAMES, OPTIONS, POOLS, SEED, SIZE, Site, flip
from ktap import check, check_is
from wire import Delivered, Wire

SORRY = "10.2.0.21"
EACH = (p.TCP, p.UDP, p.SCTP)
SIZES = (0, 1, 56, 100, 1000, 1400)


def flow_of_each(site, proto):
    """{backend: port} of flows, one for each backend of a pool."""
    sports = range(40000, 40040)
    sent = site.backends([site.m.own(proto, s) for s in sports])
    site.director.moved()
    return dict(zip(sent, sports))


def common_quotes(m, proto, sport):
    """Description and quote, for the one flow."""
    h = m.f.header
    whole = m.answer(proto, sport)
    return (
        ("the whole packet", whole),
        ("8 bytes of the transport header", whole[:h + 8]),
        ("a length beyond what is quoted",
         m.answer(proto, sport, bytes(1400))[:h + 8]),
        ("other bytes behind the ports", flip(whole[:h + 8], h + 6, 0xff)),
        ("576 bytes in all", m.answer(proto, sport, bytes(1400))[:520]),
        ("padding and an extension (RFC 4884)",
         whole[:h + 8] + bytes(120 - h) +
         bytes.fromhex("20000000" "00080101" "00064001")),
    )


def quotes(site, more):
    for proto in EACH:
        flows = flow_of_each(site, proto)
        check_is(f"{NAMES[proto]} flows go to all backends", sorted(flows),
                 sorted(POOLS[proto]))
        every = [common_quotes(site.m, proto, s) + more(site.m, proto, s)
                 for s in flows.values()]
        for forms in zip(*every):
            site.forwarded(f"an error that quotes {NAMES[proto]}: "
                           f"{forms[0][0]}",
                           [site.m.error(quote) for _, quote in forms],
                           list(flows))


def types(site):
    flows = flow_of_each(site, p.TCP)
    for name, kind in site.f.errors.items():
        for code, rest in ((0, 0), (4, 1280), (77, 0xffffffff)):
            site.forwarded(
                f"{name}, code {code}",
                [site.m.error(site.m.answer(p.TCP, s), kind, code=code,
                              rest=rest) for s in flows.values()],
                list(flows))
    backend, sport = next(iter(flows.items()))
    packet = site.m.error(site.m.answer(p.TCP, sport))
    site.forwarded("an error with a wrong checksum",
                   [flip(packet, site.f.header + 2)], [backend])
    site.forwarded("bytes behind the error", [packet + b"trailer"], [backend])


def common_others(m):
    """Description, packet, counter."""
    f, h = m.f, m.f.header
    answer = m.answer(p.TCP, 40000)
    error = next(iter(f.errors.values()))
    return (
        ("nothing behind the IP header", f.packet(f.hop, f.vip, f.proto, b""),
         "drop_inner_icmp"),
        ("half a header of an error",
         f.packet(f.hop, f.vip, f.proto, bytes([error, 0, 0, 0])),
         "drop_inner_icmp"),
        ("half a header of an echo request",
         f.packet(f.hop, f.vip, f.proto, bytes([f.echo] + [0] * 6)),
         "drop_inner_icmp"),
        ("an error without a quote", m.error(b""), "drop_inner_icmp"),
        ("a quote cut in its IP header", m.error(answer[:h - 1]),
         "drop_inner_icmp"),
        ("a quote of an IP header", m.error(answer[:h]), "drop_inner_icmp"),
        ("7 bytes of TCP", m.error(answer[:h + 7]), "drop_inner_icmp"),
        ("7 bytes of UDP", m.error(m.answer(p.UDP, 40000)[:h + 7]),
         "drop_inner_icmp"),
        ("7 bytes of SCTP", m.error(m.answer(p.SCTP, 40000)[:h + 7]),
         "drop_inner_icmp"),
        ("7 bytes of an echo reply", m.error(m.echo_reply()[:h + 7]),
         "drop_inner_icmp"),
        ("a quote of version 5", m.error(b"\x55" + answer[1:]),
         "drop_inner_icmp"),
        ("a quote from another address",
         m.error(m.answer(p.TCP, 40000, src=f.other_client)),
         "drop_quoted_source"),
        ("a quote of the client's packet", m.error(m.own(p.TCP, 40000)),
         "drop_quoted_source"),
        ("a quote from a port without a service",
         m.error(f.packet(f.vip, f.client, p.TCP, p.tcp(81, 40000))),
         "accept_no_service"),
        ("a quote of a protocol without ports",
         m.error(f.packet(f.vip, f.client, 89, bytes(20))),
         "accept_no_service"),
        ("a quote of the other family's ICMP",
         m.error(f.packet(f.vip, f.client, f.foreign, bytes(20))),
         "accept_no_service"),
        ("a quote of an echo request",
         m.error(m.icmp(f.echo, bytes(56), src=f.vip, dst=f.client)),
         "accept_inner_icmp"),
        ("a quote of an error",
         m.error(m.error(answer, src=f.vip, dst=f.client)),
         "accept_inner_icmp"),
        ("an echo reply", m.icmp(f.reply, bytes(56)), "accept_inner_icmp"),
        ("ICMP of the other family",
         f.packet(f.hop, f.vip, f.foreign, bytes([128, 0, 0, 0] * 4)),
         "accept_no_service"),
    )


class Changes:
    """A service with A up and B down, what happens to it, and its errors."""

    def __init__(self, site, options):
        self.site, self.m = site, site.m
        self.a, self.b = POOLS[p.TCP]
        self.service = site.f.service("-t", 80)
        self.adm = site.director.adm
        self.adm(f"-A {self.service} --settle {LONG} {options}")
        self.adm(f"-a {self.service} -r {self.a}")
        self.adm(f"-a {self.service} -r {self.b} --state down")
        self.settle()

    def settle(self):
        self.site.director.settle(self.service)

    def swap(self):
        self.adm(f"-e {self.service} -r {self.b} --state up")
        self.adm(f"-e {self.service} -r {self.a} --state drain")

    def state(self, backend, state):
        self.adm(f"-e {self.service} -r {backend} --state {state}")

    def own(self, sport, **kw):
        return self.site.backends([self.m.own(p.TCP, sport, **kw)])

    def error(self, desc, sport, backend, **kw):
        self.site.expect(desc, [self.m.error(self.m.answer(p.TCP, sport,
                                                           **kw))], [backend])

    def tracked(self, desc, number):
        check_is(desc, self.site.tracked(), number)

    def end(self):
        self.adm(f"-D {self.service}")


def changes_all(site):
    c = Changes(site, "--track all")
    c.error("all: an error about an unknown flow goes to the owner", 1, c.a)
    c.tracked("all: an error stores no flow", 0)
    c.own(1)
    c.swap()
    c.error("all: an error about a tracked flow goes to its backend, which "
            "drains", 1, c.a)
    c.error("all: an error about an unknown flow in an unsettled slot goes to "
            "the previous owner", 2, c.a)
    c.tracked("all: an error in an unsettled slot stores no flow", 1)
    c.own(3, flags=p.SYN)
    c.error("all: an error about a new connection goes to its backend", 3,
            c.b)
    c.settle()
    c.error("all: when the slot has settled, an error about a tracked flow "
            "goes to its backend", 1, c.a)
    c.error("all: when the slot has settled, an error about an unknown flow "
            "goes to the owner", 2, c.b)
    c.state(c.a, "down")
    c.error("all: an error about a flow of a backend that is down goes to the "
            "owner", 1, c.b)
    c.state(c.a, "up")
    c.error("all: an error has not moved the flow", 1, c.a)
    c.end()


def changes_changed(site):
    c = Changes(site, "--track changed")
    c.own(1)
    c.swap()
    c.error("changed: an error in an unsettled slot goes to the previous "
            "owner", 1, c.a)
    c.tracked("changed: an error in an unsettled slot stores no flow", 0)
    c.own(1)
    c.settle()
    c.error("changed: an error about a flow that was stored goes to its "
            "backend", 1, c.a)
    c.error("changed: an error about another flow goes to the owner", 2, c.b)
    c.end()


def changes_none(site):
    c = Changes(site, "--track none")
    c.error("none: an error goes to the owner", 1, c.a)
    c.swap()
    c.error("none: an error in an unsettled slot goes to the owner", 1, c.b)
    c.end()


def changes_affinity(site):
    for affinity in ("3tuple", "source"):
        c = Changes(site, f"--affinity {affinity}")
        c.own(1)
        c.swap()
        c.settle()
        c.error(f"{affinity}: an error about any of a client's connections "
                f"goes to the client's backend", 2, c.a)
        c.error(f"{affinity}: an error about another client's goes to the "
                f"owner", 2, c.b, dst=site.f.other_client)
        c.tracked(f"{affinity}: an error stores no flow", 1)
        c.end()


def clients(family, number):
    base = ipaddress.ip_address(family.client)
    return [str(base + i) for i in range(number)]


def two_directors(one, two):
    """Flows that only the first one has seen, while backends change."""
    f, m = one.f, one.m
    service = one.service(p.TCP)
    errors = [m.error(m.answer(p.TCP, s, dst=c))
              for s in range(50000, 50004) for c in clients(f, 10)]
    echoes = [m.echo(src=c) for c in clients(f, 20)]
    own = [m.own(p.TCP, s, src=c)
           for s in range(50000, 50004) for c in clients(f, 10)]
    went = one.backends(own)
    one.expect("errors go where the flows go", errors, went)
    two.expect("errors go there from a director that has not seen the flows",
               errors, went)
    one.director.settle(service)
    two.director.settle(service)
    # A third backend takes slots of the others, and one of them drains.
    for site in (one, two):
        site.director.adm(f"-a {service} -r {SORRY} -w 2")
        site.director.adm(f"-e {service} -r {POOLS[p.TCP][0]} --state drain")
    one.expect("errors go there when backends have changed", errors, went)
    two.expect("errors go there from the other director, by its history",
               errors, went)
    pings = one.backends(echoes)
    two.expect("directors send a client's pings to one backend", echoes,
               pings)
    for site in (one, two):
        site.director.settle(service)
    pings = one.backends(echoes)
    two.expect("directors send a client's pings to one backend when slots "
               "have settled", echoes, pings)
    check("pings follow the table", SORRY in pings)
    for site in (one, two):
        site.director.adm(f"-d {service} -r {SORRY}")
        site.director.adm(f"-e {service} -r {POOLS[p.TCP][0]} --state up")
        site.director.adm("--flush-conns")
        site.director.settle(service)
        site.director.moved()


def echo_backends(family, every):
    """By the description of the hash, and of the table."""
    pool = [(ipaddress.ip_address(a), 1) for a in POOLS[p.TCP]]
    slots = ref.populate(pool, SEED, SIZE)
    vip = ipaddress.ip_address(family.vip)
    return [str(pool[slots[ref.flow_slot(ref.flow_hash(
        SEED, ipaddress.ip_address(c), vip, 0, 0, family.proto), SIZE)]][0])
            for c in every]


def echo(one, two):
    every = clients(one.f, 30)
    backends = echo_backends(one.f, every)
    check_is("pings of 30 clients go to all backends of the first service",
             set(backends), set(POOLS[p.TCP]))
    for site, order in ((one, "first"), (two, "last")):
        site.forwarded(f"pings, with the first service created {order}",
                       [site.m.echo(src=c) for c in every], backends)
    for size in SIZES:
        one.forwarded(f"pings of {size} bytes",
                      [one.m.echo(size, src=c) for c in every[:3]],
                      backends[:3])
    one.forwarded("pings with other identifiers and numbers",
                  [one.m.echo(ident=i, seq=i * 7) for i in range(10)],
                  backends[:1] * 10)
    one.forwarded("errors about answers to pings",
                  [one.m.error(one.m.echo_reply(c)[:one.f.header + 8])
                   for c in every], backends)
    check_is("pings, and errors about their answers, store no flow",
             one.tracked(), 0)


def traffic(site):
    flows = flow_of_each(site, p.UDP)
    site.director.adm("-Z")
    pings = [site.m.echo(size) for size in SIZES]
    site.backends(pings)
    backend = POOLS[p.TCP].index(echo_backends(site.f, [site.f.client])[0])
    want = [len(pings), sum(map(len, pings)), 0]
    got = site.traffic(p.TCP)
    check_is("pings count as packets and bytes of the first service", got[0],
             want)
    check_is("pings count as packets and bytes of their backend",
             got[1 + backend], want)
    check_is("pings count for no other service", site.traffic(p.UDP)[0],
             [0, 0, 0])
    errors = [site.m.error(site.m.answer(p.UDP, s)) for s in flows.values()]
    site.backends(errors)
    check_is("errors count as packets and bytes of the flow's service",
             site.traffic(p.UDP)[0],
             [len(errors), sum(map(len, errors)), 0])
    site.director.adm("-Z")
    site.director.last = {}
    site.director.moved()


def all_down(site):
    adm, service = site.director.adm, site.service(p.TCP)
    ping = site.m.echo()
    error = site.m.error(site.m.answer(p.TCP, 40000))
    reply = site.m.error(site.m.echo_reply())
    for backend in POOLS[p.TCP]:
        adm(f"-e {service} -r {backend} --state down")
    about = (("a ping", ping), ("an error about a flow", error),
             ("an error about an answer to a ping", reply))
    for policy, of_ping, of_error in (
            ("drop", "drop_no_backend", "drop_no_backend"),
            ("accept", "accept_no_backend", "accept_no_backend"),
            ("reject", "drop_rejected", "drop_no_backend")):
        adm(f"-E {service} --all-down {policy}")
        for desc, packet in about:
            site.other(f"all down, {policy}: {desc}", packet,
                       of_ping if packet is ping else of_error)
    adm(f"--add-pool sorry --settle {LONG}")
    adm(f"-a --pool sorry -r {SORRY}")
    adm(f"-E {service} --fallback sorry")
    for desc, packet in about:
        site.forwarded(f"all down, fallback: {desc}", [packet], [SORRY])
    adm(f"-E {service} --fallback none --all-down drop")
    adm("--delete-pool sorry")
    for backend in POOLS[p.TCP]:
        adm(f"-e {service} -r {backend} --state up")
    site.director.moved()


def next_service(site):
    """Each service of the VIP is deleted, in the order of listings."""
    for proto in EACH:
        got = site.backends([site.m.echo(src=c)
                             for c in clients(site.f, 12)])
        check(f"pings go to the pool of the first service: {NAMES[proto]}",
              set(got) == set(POOLS[proto]), got)
        site.director.adm(f"-D {OPTIONS[proto]} " +
                          site.service(proto).split()[1])
    check_is("when the last service is deleted, pings go nowhere",
             site.backends([site.m.echo()]), [])


def sites(family):
    """Two directors with the same services, created in different orders."""
    found = []
    for number, name in (("", "director"), ("2", "other")):
        director = Director(name)
        director.adm(f"--set {TIMEOUTS}")
        found.append(Site(family, Wire(f"router{number}", f"backend{number}"),
                          director, Delivered(director.ns)))
    return found


def run(family, more_quotes, more_others):
    one, two = sites(family)
    for change in (changes_all, changes_changed, changes_none,
                   changes_affinity):
        change(one)
    one.configure(EACH)
    two.configure(EACH[::-1])
    echo(one, two)
    two_directors(one, two)
    quotes(one, more_quotes)
    types(one)
    for case in common_others(one.m) + more_others(one.m):
        one.other(*case)
    traffic(one)
    all_down(one)
    return one
