# SPDX-License-Identifier: GPL-2.0
# needs: director
"""Thousands of tracked flows: listed over many pages, counted, flushed, and
moved into a cache of another size."""

import errno
import socket
import time

import family as f
import packet as p
from genl import NLM_F_DUMP, Genl, Reply
from ktap import Case, check, check_is
from limits import wait_until
from namespace import run

FLOWS = 1500    # of each service
ROUTER = "192.0.2.1"
PORTS = (53, 54)
# Eight fit into a bucket, and the flows of a bucket are different ones in each run:
# in a quarter of this, one run in twenty has a bucket with more.
CACHE = 65536
# Far longer than the test.
TIMEOUT = 2678400


def udp_service(port, **more):
    return f.service(port=port, proto=17, **more)


def packets(genl):
    """Packets counted so far, for any reason."""
    return sum(f.number(o["value"]) for m in genl.call(f.STATS_GET).messages
               for o in f.counters(m) if not o["name"].startswith(b"flows_"))


def send(genl, port, times=2, flows=FLOWS):
    """
    Packets of flows to a service, as a router would send them. Returns when
    they have been dealt with, which may be later.
    """
    end = packets(genl) + times * flows
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, p.GRE)
    with sock:
        for _ in range(times):
            for i in range(flows):
                inner = p.ipv4("198.51.100.7", "203.0.113.1", p.UDP,
                               p.udp(1024 + i, port))
                sock.sendto(p.gre(inner), (ROUTER, 0))
    wait_until(lambda: packets(genl) >= end, f"{end} packets", pause=0.02)


def configure(genl):
    f.expect(genl, f.FLUSH)
    f.expect(genl, f.CONFIG_SET, f.config(cache_size=CACHE, udp=TIMEOUT))
    for port in PORTS:
        ident = udp_service(port)
        f.expect(genl, f.SERVICE_NEW, ident + f.obj(f.A_POOL, table_size=251))
        for addr in ("10.0.0.1", "10.0.0.2"):
            f.expect(genl, f.BACKEND_NEW, ident + f.backend(addr))


def names(reply):
    """(VIP's port, client's port) of each flow listed."""
    return [(f.port(o["port"]), f.port(o["client_port"]))
            for o in f.objects(reply.messages, f.A_CONN)]


def flows_of(*ports):
    return sorted((port, 1024 + i) for port in ports for i in range(FLOWS))


def config(genl):
    return f.objects(genl.call(f.CONFIG_GET).messages, f.A_CONFIG)[0]


def counted(genl, addr):
    """ACTIVE and INACTIVE of a backend in both pools."""
    found = [f.objects(genl.call(f.BACKEND_GET, udp_service(port) +
                                 f.backend(addr)).messages, f.A_BACKEND)[0]
             for port in PORTS]
    return [[f.number(o["active"]), f.number(o["inactive"])] for o in found]


def with_backend(reply, port, addr):
    """The number of listed flows of a backend."""
    return sum(o["backend4"] == socket.inet_aton(addr) and
               f.port(o["port"]) == port
               for o in f.objects(reply.messages, f.A_CONN))


def listed(genl, reply, since):
    with Case("a flow is listed with all of its attributes") as case:
        for message, conn in zip(reply.messages,
                                 f.objects(reply.messages, f.A_CONN)):
            left = f.number(conn["expires"])
            case.expect("parts", f.kinds(message),
                        {"service", "pool", "conn"})
            case.expect("attributes", set(conn), {
                "client4", "client_port", "port", "state", "confirmed",
                "expires", "backend4"})
            case.expect("client", conn["client4"],
                        socket.inet_aton("198.51.100.7"))
            case.expect("state", conn["state"], bytes([f.ESTABLISHED]))
            # It has run since the flow's last packet, in whole seconds.
            ran = time.monotonic() - since + 2
            case.expect("expiry", TIMEOUT - ran < left <= TIMEOUT, True)
            if case.wrong:
                break


def complete(genl, since):
    reply = genl.dump(f.CONN_GET)
    check_is("a dump has all flows, each once", sorted(names(reply)),
             flows_of(*PORTS))
    check("a dump without a change meanwhile is not marked",
          not reply.interrupted)
    listed(genl, reply, since)
    check_is("a dump of a service's flows has those only",
             sorted(names(genl.dump(f.CONN_GET, udp_service(54)))),
             flows_of(54))
    check_is("a dump of the flows of a service that is not there is refused",
             genl.dump(f.CONN_GET, udp_service(55)).error, errno.ENOENT)
    check_is("CONFIG_GET counts flows",
             f.number(config(genl)["cache_used"]), 2 * FLOWS)
    for addr in ("10.0.0.1", "10.0.0.2"):
        count = [with_backend(reply, port, addr) for port in PORTS]
        check_is(f"BACKEND_GET counts the flows of {addr}",
                 counted(genl, addr),
                 [[n, 0] for n in count])
        moves = f.objects(genl.call(f.BACKEND_DEL, udp_service(53) + f.backend(
            addr) + f.DRY_RUN).messages, f.A_MOVES)[0]
        check_is(f"a dry run counts the flows that {addr} would lose",
                 f.number(moves["flows"]), count[0])


def looked_up(genl):
    with Case("a lookup finds the backend that is listed") as case:
        for conn in f.objects(genl.dump(f.CONN_GET).messages, f.A_CONN)[:50]:
            port, sport = f.port(conn["port"]), f.port(conn["client_port"])
            reply = genl.call(f.LOOKUP_GET,
                              udp_service(port) + f.client(port=sport))
            case.expect("error", reply.error, 0)
            found = f.objects(reply.messages, f.A_LOOKUP)[0]
            case.expect("backend", (found.get("cached4"),
                                    found["backend4"]),
                        (conn["backend4"],) * 2)
            case.expect("rule", found["rule"], bytes([f.CACHED]))


def page_by_page(genl, between):
    """A dump; `between` is called after its first pages, with their number."""
    reply, pages = Reply(), 0
    genl.send(f.CONN_GET, b"", NLM_F_DUMP)
    while not genl.receive(reply):
        pages += 1
        between(pages)
    return reply, pages


def interrupted(genl, other):
    for name, change in (
            ("a weight changes", (f.BACKEND_SET, udp_service(53) +
                                  f.backend(weight=2))),
            ("the cache is resized", (f.CONFIG_SET,
                                      f.config(cache_size=2 * CACHE))),
            ("the cache is resized back", (f.CONFIG_SET,
                                           f.config(cache_size=CACHE)))):
        with Case(f"a dump is marked when {name} meanwhile") as case:
            reply, pages = page_by_page(
                genl, lambda n, c=change: n == 1 and f.expect(other, *c))
            case.expect("more than a page", pages > 2, True)
            case.expect("marked", reply.interrupted, True)
    f.expect(other, f.BACKEND_SET, udp_service(53) + f.backend(weight=1))


def come_and_go(genl, other):
    """Flows of one service come and go between the pages of a dump."""
    with Case("a flow is listed once while others come and go") as case:
        for turn in range(6):
            def between(n, turn=turn):
                # In turns flushed after the first page, and sent again.
                if (n + turn) % 2:
                    f.expect(other, f.CONN_DEL, udp_service(53))
                else:
                    send(other, 53, 1)
            reply, pages = page_by_page(genl, between)
            stay = sorted(n for n in names(reply) if n[0] == 54)
            if stay != flows_of(54):
                case.fail(f"turn {turn}, {pages} pages: of {FLOWS} flows "
                          f"{len(stay)} are listed, {len(set(stay))} of them "
                          "different")
            case.expect("marked", reply.interrupted, False)
    send(genl, 53)


def resized(genl):
    for size in (2 * CACHE, 4 * CACHE, CACHE):
        with Case(f"all flows are kept when the cache is resized to {size}") as case:
            case.expect("error", genl.call(f.CONFIG_SET, f.config(
                cache_size=size - 1)).error, 0)
            case.expect("size", f.number(config(genl)["cache_size"]), size)
            case.expect("flows", sorted(names(genl.dump(f.CONN_GET))),
                        flows_of(*PORTS))
    with Case("a cache that is too small for all flows is refused") as case:
        before = config(genl)
        reply = genl.call(f.CONFIG_SET, f.config(tcp=77, cache_size=1024))
        case.expect("error", reply.error, errno.ENOSPC)
        case.expect("text", "would not fit" in (reply.text or ""), True)
        case.expect("configuration", config(genl), before)
        case.expect("flows", sorted(names(genl.dump(f.CONN_GET))),
                    flows_of(*PORTS))


def flushed(genl):
    gone = with_backend(genl.dump(f.CONN_GET), 53, "10.0.0.1")
    for what, request, left in (
            ("of a backend without flows", f.backend("10.0.0.9"), (0, 0)),
            ("of a service with a backend",
             udp_service(53) + f.backend("10.0.0.1"), (gone, 0)),
            ("of a service", udp_service(53), (FLOWS, 0)),
            ("of everything", b"", (FLOWS, FLOWS))):
        f.expect(genl, f.CONN_DEL, request)
        found = names(genl.dump(f.CONN_GET))
        check_is(f"CONN_DEL {what} flushes its flows",
                 tuple(FLOWS - sum(n[0] == port for n in found)
                       for port in PORTS), left)
    check_is("CONFIG_GET counts none", f.number(config(genl)["cache_used"]), 0)


def main():
    run("ip", "addr", "add", f"{ROUTER}/32", "dev", "lo")
    genl, other = Genl(), Genl()
    configure(genl)
    since = time.monotonic()
    for port in PORTS:
        send(genl, port)
    complete(genl, since)
    looked_up(genl)
    interrupted(genl, other)
    resized(genl)
    come_and_go(genl, other)
    flushed(genl)
    check_is("FLUSH leaves no object", f.flush(genl), [2, 0, 0, 0, 0])


if __name__ == "__main__":
    main()
