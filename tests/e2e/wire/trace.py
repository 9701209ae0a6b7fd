# SPDX-License-Identifier: GPL-2.0
# needs: line
"""Traces: what is told of a packet is what has become of it, on the wire and by the
counters; of each packet of the flow once, and of no other."""

import errno
import json
import socket
import subprocess

import family as f
import packet as p
from datagrams import BOTH, in_gre, shown, udp
from director import LONG
from families import V4, V6, Line
from ktap import Case, check, check_is
from limits import wait_until
from namespace import Namespace
from tracer import Tracer

SIZE, SEED = 251, 7
WEB = {side: [side.backend(n) for n in (11, 12)] for side in BOTH}
GATEWAY = {V4: V4.backend(40), V6: V6.backend(40)}
# Behind a gateway, on a route of its own; and where there is no route.
FAR = {V4: "192.0.2.66", V6: "2001:db8:66::1"}
NOWHERE = {V4: "192.0.2.99", V6: "2001:db8:99::1"}
PORT, OTHER_PORT, FAR_PORT, EMPTY_PORT, LOST_PORT = 80, 81, 82, 83, 84
CONFIG = "\n".join(
    f"""
-A -t {shown(side)}:{PORT} --table-size {SIZE} --seed {SEED} --settle {LONG}
-a -t {shown(side)}:{PORT} -r {WEB[side][0]}
-a -t {shown(side)}:{PORT} -r {WEB[side][1]}
-A -u {shown(side)}:53 --table-size {SIZE} --seed {SEED}
-a -u {shown(side)}:53 -r {WEB[side][0]}
-A -t {shown(side)}:{FAR_PORT} --table-size {SIZE}
-a -t {shown(side)}:{FAR_PORT} -r {FAR[side]}
-A -t {shown(side)}:{EMPTY_PORT} --table-size {SIZE}
-A -t {shown(side)}:{LOST_PORT} --table-size {SIZE}
-a -t {shown(side)}:{LOST_PORT} -r {NOWHERE[side]}"""
    for side in BOTH)
ROUTES = f"""
route add {FAR[V4]}/32 via {GATEWAY[V4]} dev d1
route add {FAR[V6]}/128 via {GATEWAY[V6]} dev d1
"""


class Site:
    """The line, and one family of what is in the tunnel and of the backends."""

    def __init__(self, line, side):
        self.line, self.side = line, side
        self.director, self.adm = line.director, line.director.adm
        self.ns = line.director.ns
        with self.ns:
            self.near, self.far = (socket.if_nametoindex(d)
                                   for d in ("d0", "d1"))

    def tracer(self, port=PORT, client=None, proto=p.TCP, more=None, **trace):
        return Tracer(self.ns, f.service(port, self.side.vip, proto,
                                         **(more or {})),
                      f.trace(client or self.side.client, **trace))

    def tcp(self, sport, port=PORT, **fields):
        return self.side.wrap(fields.pop("src", self.side.client),
                              fields.pop("vip", self.side.vip), p.TCP,
                              p.tcp(sport, port, **fields))

    def send(self, *inners, **fields):
        """Sends inner packets; returns the outer destinations at backends."""
        arrived, _ = self.line.send(*(in_gre(i, self.side, **fields)
                                      for i in inners))
        return [dst(x) for x in arrived]

    def case(self, desc):
        return Case(f"IPv{self.side.version}: {desc}")


def dst(packet):
    """The outer destination."""
    if packet[0] >> 4 == 4:
        return socket.inet_ntop(socket.AF_INET, packet[16:20])
    return socket.inet_ntop(socket.AF_INET6, packet[24:40])


def facts(case, told, **expected):
    for name, value in expected.items():
        case.expect(name, getattr(told, name), value)


def forwarded(site):
    """A packet of every rule, as --lookup says and the wire shows."""
    service = f"-t {shown(site.side)}:{PORT}"
    client = site.side.client if site.side is V4 else f"[{site.side.client}]"
    with site.case("packets that are forwarded") as case:
        tracer = site.tracer()
        for sport, rule in ((4001, "current"), (4001, "cached"),
                            (4002, "current")):
            asked = json.loads(site.adm(
                f"--lookup {service} --client {client}:{sport} --json"))["lookup"]
            inner = site.tcp(sport)
            arrived = site.send(inner)
            told = tracer.messages()
            case.expect("messages", len(told), 1)
            facts(case, told[0], reason="forwarded", kind="packet",
                  client=site.side.client, vip=site.side.vip,
                  ports=(sport, PORT), rule=rule, slot=asked["slot"],
                  current=asked["current"], previous=None,
                  backend=arrived[0], next_hop=arrived[0],
                  length=len(inner), in_ifindex=site.near,
                  out_ifindex=site.far, protocol=p.TCP, has_service=True,
                  pool=asked["pool"], suppressed=None, lost=None)
            case.expect("rule", rule, asked["midflow"]["rule"])
            case.expect("backend", arrived, [asked["midflow"]["backend"]])
        tracer.close()


def changed(site):
    """Slots that remember: the previous owner."""
    service = f"-t {shown(site.side)}:{PORT}"
    site.director.settle(service)
    site.adm(f"-E {service} --seed {SEED + 1}")
    with site.case("a slot that remembers") as case:
        tracer, moved = site.tracer(), 0
        for sport in range(4100, 4120):
            arrived = site.send(site.tcp(sport))
            told, = tracer.messages()
            facts(case, told, rule="previous", backend=arrived[0],
                  previous=arrived[0])
            case.expect("it remembers for a while", bool(told.unsettled), True)
            moved += told.current != told.previous
            arrived = site.send(site.tcp(sport + 100, flags=p.SYN))
            told, = tracer.messages()
            facts(case, told, rule="open", backend=arrived[0],
                  current=arrived[0])
        case.expect("some have another owner", moved > 0, True)
        tracer.close()


def fates(site):
    """Packets that are not forwarded, or somewhere else."""
    adm, side, vip = site.adm, site.side, shown(site.side)
    short = side.wrap(side.client, side.vip, p.TCP, b"\0" * 10)

    def expect(tracer, desc, inner, counter, backends=(), **expected):
        with site.case(f"{counter}: {desc}") as case:
            site.director.moved()
            fields = {"ttl" if side is V4 else "hops": 1} \
                if counter == "drop_ttl" else {}
            case.expect("arrived", site.send(inner, **fields), list(backends))
            case.expect("counters", site.director.moved(), {counter: 1})
            told = tracer.messages()
            case.expect("messages", [t.reason for t in told], [counter])
            for each in told:
                facts(case, each, **expected)

    def traced(port, desc, inner, counter, **expected):
        tracer = site.tracer(port)
        expect(tracer, desc, inner, counter, **expected)
        tracer.close()

    traced(FAR_PORT, "by a gateway", site.tcp(5000, FAR_PORT), "forwarded",
           backends=[FAR[side]], backend=FAR[side], next_hop=GATEWAY[side],
           out_ifindex=site.far, pool=f"tcp/{vip}:{FAR_PORT}")
    traced(PORT, "TTL", site.tcp(5000), "drop_ttl", next_hop=None,
           out_ifindex=None, has_service=True)
    traced(OTHER_PORT, "no service", site.tcp(5000, OTHER_PORT),
           "accept_no_service", has_service=False, pool=None, rule=None,
           backend=None)
    traced(EMPTY_PORT, "no backend", site.tcp(5000, EMPTY_PORT),
           "drop_no_backend", rule="nobody", backend=None, next_hop=None)
    traced(LOST_PORT, "no route", site.tcp(5000, LOST_PORT), "drop_no_route",
           backend=NOWHERE[side], next_hop=None)
    adm(f"-E -t {vip}:{EMPTY_PORT} --all-down accept")
    traced(EMPTY_PORT, "no backend", site.tcp(5000, EMPTY_PORT),
           "accept_no_backend", rule="nobody", backend=None)
    adm("--add-router 192.0.2.1")
    traced(PORT, "a router that is not trusted", site.tcp(5000),
           "accept_untrusted", rule=None, has_service=False,
           ports=(5000, PORT))
    adm("--delete-router 192.0.2.1")
    # Its ports are not known, so whoever traces one port does not see it.
    tracer = Tracer(site.ns, f.service(0, side.vip), f.trace(side.client))
    expect(tracer, "without the transport header", short, "drop_inner_l4",
           ports=())
    tracer.close()
    tracer = Tracer(site.ns, f.service(80, "192.0.2.123"
                                       if side is V4 else "2001:db8::123"))
    other = "192.0.2.123" if side is V4 else "2001:db8::123"
    expect(tracer, "no VIP", site.tcp(5000, vip=other), "accept_not_vip",
           vip=other, ports=(5000, 80))
    tracer.close()


def errors(site):
    """ICMP errors, by the flow that they quote."""
    side = site.side
    answer = side.wrap(side.vip, side.client, p.TCP, p.tcp(PORT, 6000))
    hop = "192.0.2.77" if side is V4 else "2001:db8:77::7"
    with site.case("an ICMP error is one about the flow that it quotes") as case:
        tracer, apart = site.tracer(client_port=6000), \
            site.tracer(client_port=6001)
        own = site.send(site.tcp(6000))
        arrived = site.send(side.error(hop, side.vip, *side.too_big, 1400,
                                       answer))
        told = tracer.messages()
        case.expect("kinds", [t.kind for t in told], ["packet", "error"])
        case.expect("arrived", arrived, own)
        facts(case, told[1], reason="forwarded", backend=own[0],
              ports=(6000, PORT), client=side.client)
        case.expect("of another flow", apart.messages(), [])
        tracer.close()
        apart.close()


def datagrams(site, turn, tracer, every):
    """Two datagrams in fragments, in an order; once more where the machine was so
    late that some were not held for long enough."""
    while True:
        mine, other = udp(site.side, 7000), udp(site.side, 7001)
        site.director.moved()
        arrived = site.send(*mine.inners[::turn], *other.inners[::turn])
        found = arrived, mine, tracer.messages(), every.messages()
        if "drop_fragment_timeout" not in site.director.moved():
            return found


def fragments(site):
    """All of a datagram, by its first fragment, and of no other."""
    side = site.side
    with site.case("fragments of the flow, in order and reversed") as case:
        tracer = site.tracer(53, proto=p.UDP, client_port=7000)
        every = Tracer(site.ns, f.service(53, side.vip, p.UDP))
        for turn in (1, -1):
            arrived, mine, told, of_both = datagrams(site, turn, tracer, every)
            case.expect("arrived", len(arrived), 6)
            case.expect("kinds", [t.kind for t in told],
                        ["packet", "fragment", "fragment"])
            case.expect("reasons", {t.reason for t in told}, {"forwarded"})
            case.expect("backends", {t.backend for t in told}, set(arrived))
            case.expect("lengths", sum(t.length for t in told),
                        sum(map(len, mine.inners)))
            case.expect("ports", [t.ports for t in told],
                        [(7000, 53), (), ()])
            case.expect("of both flows", len(of_both), 6)
        site.director.moved()
        tracer.close()
        every.close()
    with site.case("fragments whose first one does not come") as case:
        tracer = site.tracer(53, proto=p.UDP, client_port=7000)
        every = Tracer(site.ns, f.service(0, side.vip, p.UDP))
        site.send(udp(side, 7000).inners[1])
        wait_until(lambda: "drop_fragment_timeout" in site.director.moved(),
                   "the fragment is dropped", seconds=5)
        case.expect("by who traces a port", tracer.messages(), [])
        case.expect("by who traces every port",
                    [(t.reason, t.ports) for t in every.messages()],
                    [("drop_fragment_timeout", ())])
        tracer.close()
        every.close()


def filters(site):
    """Packets that differ in one thing each are of another flow."""
    side = site.side
    client2 = "198.51.100.8" if side is V4 else "2001:db8:a::8"
    with site.case("a trace is of one flow") as case:
        tracer = site.tracer(client_port=8000)
        whole = Tracer(site.ns, f.service(PORT, side.vip))
        several = Tracer(site.ns, f.service(PORT, side.vip,
                                            port_last=OTHER_PORT))
        site.send(site.tcp(8000), site.tcp(8001),
                  site.tcp(8000, src=client2), site.tcp(8000, OTHER_PORT),
                  side.wrap(side.client, side.vip, p.UDP, p.udp(8000, PORT)))
        case.expect("of the flow", [(t.client, t.ports)
                                    for t in tracer.messages()],
                    [(side.client, (8000, PORT))])
        case.expect("of the port", [(t.client, t.ports)
                                    for t in whole.messages()],
                    [(side.client, (8000, PORT)), (side.client, (8001, PORT)),
                     (client2, (8000, PORT))])
        case.expect("of the range", len(several.messages()), 4)
        for each in (tracer, whole, several):
            each.close()
        site.director.moved()


def limited(line):
    """At most so many a second; the rest is counted in the next message."""
    site = Site(line, V4)
    with Case("a trace is limited in rate, and says what it has left out") as case:
        tracer = site.tracer(rate=5)
        sent = 0
        while True:
            site.send(*[site.tcp(9000)] * 20)
            sent += 20
            told = tracer.messages()
            if any(t.suppressed for t in told):
                break
            case.expect("messages", len(told) < 20, True)
        # What is left out is told of by a later message, if one is let through.
        first = [t.suppressed for t in told if t.suppressed][0]
        case.expect("left out", 0 < first < sent, True)
        tracer.close()
    with Case("messages that do not fit the socket are counted") as case:
        tracer = site.tracer(rate=10000)
        tracer.genl.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        lost = None

        def overrun():
            nonlocal lost
            site.send(*[site.tcp(9000)] * 50)
            for _ in range(3):
                try:
                    told = tracer.messages()
                except OSError as e:
                    case.expect("error", e.errno, errno.ENOBUFS)
                    continue
                lost = lost or next((t.lost for t in told if t.lost), None)
                return lost
        wait_until(overrun, "a message says what was lost", seconds=5)
        tracer.close()


def bounded(line):
    """As many tracers as may be, each by a socket of its own."""
    site = Site(line, V4)
    tracers = [site.tracer() for _ in range(8)]
    with Case("a namespace has 8 tracers, and a socket one") as case:
        case.expect("errors", [t.reply.error for t in tracers], [0] * 8)
        more = site.tracer()
        case.expect("one more", (more.reply.error, more.reply.text),
                    (errno.ENOSPC, "maglev: too many tracers in the namespace"))
        reply = tracers[0].genl.call(f.TRACE_SET, f.service(OTHER_PORT, V4.vip))
        case.expect("another flow", reply.error, 0)
        site.send(site.tcp(9000), site.tcp(9000, OTHER_PORT))
        case.expect("the other flow",
                    [t.ports for t in tracers[0].messages()],
                    [(9000, OTHER_PORT)])
        case.expect("the rest", [len(t.messages()) for t in tracers[1:]],
                    [1] * 7)
    with Case("closing a socket ends its trace") as case:
        tracers.pop().close()
        again = site.tracer()
        case.expect("a place for another one", again.reply.error, 0)
        site.send(site.tcp(9000))
        case.expect("messages", len(again.messages()), 1)
        again.close()
    with Case("a client of another family than the VIP is refused") as case:
        reply = tracers[0].genl.call(f.TRACE_SET, f.service(80, V4.vip) +
                                     f.trace(V6.client))
        case.expect("error", (reply.error, reply.text),
                    (errno.EINVAL,
                     "client and VIP are of different address families"))
    for tracer in tracers:
        tracer.close()
    site.director.moved()


def apart(line):
    """A tracer sees its namespace alone."""
    site = Site(line, V4)
    with Case("a trace is of one namespace") as case:
        mine = site.tracer()
        other = Tracer(Namespace("backend"), f.service(PORT, V4.vip))
        site.send(site.tcp(9000))
        case.expect("here", len(mine.messages()), 1)
        case.expect("there", other.messages(), [])
        mine.close()
        other.close()


def printed(line):
    """maglevadm, from the first packet on that it is told of."""
    site = Site(line, V4)
    words = ["maglevadm", "--trace", "-t", f"{V4.vip}:{PORT}", "--client",
             f"{V4.client}:9100", "--count", "2", "--limit", "10000"]
    for more in ([], ["--json"]):
        with site.ns, subprocess.Popen(words + more, text=True,
                                       stdout=subprocess.PIPE) as tool:
            def ended():
                site.send(site.tcp(9100))
                return tool.poll() is not None
            wait_until(ended, "two packets are printed", seconds=5, pause=0.05)
            lines = tool.stdout.read().splitlines()
        backend = site.send(site.tcp(9100))[0]
        check_is(f"maglevadm {' '.join(more)} ends after as many packets as it "
                 "was told", (tool.returncode, len(lines)), (0, 2))
        if not more:
            check("maglevadm says what became of a packet", lines and
                  lines[-1].startswith(
                      f"forwarded tcp {V4.client}:9100 -> {V4.vip}:{PORT} ") and
                  lines[-1].endswith(f"backend {backend} via {backend} out d1"),
                  lines)
            continue
        said = json.loads(lines[-1])
        check_is("... in JSON, too", [said[k] for k in (
            "reason", "kind", "client", "client_port", "port", "service",
            "backend", "next_hop", "in_device", "out_device")],
            ["forwarded", "packet", V4.client, 9100, PORT,
             f"tcp {V4.vip}:{PORT}", backend, backend, "d0", "d1"])
    site.director.moved()


def main():
    line = Line(CONFIG)
    line.director.ns.ip(ROUTES)
    line.see()
    for side in BOTH:
        site = Site(line, side)
        for test in (forwarded, fates, errors, fragments, filters, changed):
            test(site)
    for test in (limited, bounded, apart, printed):
        test(line)


if __name__ == "__main__":
    main()
