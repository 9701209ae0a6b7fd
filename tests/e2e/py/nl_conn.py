# SPDX-License-Identifier: GPL-2.0
"""Thousands of tracked flows: listed over many pages, forgotten, counted, and
moved into a cache of another size."""

import errno
import socket
import struct
import subprocess

import family as f
import packet as p
from genl import NLM_F_DUMP, Genl, Reply, parse
from ktap import Case, check, check_is

FLOWS = 1500    # of each service
ROUTER = "192.0.2.1"
PORTS = (53, 54)
# Eight fit a bucket, and which they fall on is new each time: in a quarter of this,
# one run in twenty has a bucket with more.
CACHE = 65536


def udp_service(port, **more):
    return f.service(port=port, proto=17, **more)


def u32(payload):
    return struct.unpack("=I", payload)[0]


def send(port, times=2, flows=FLOWS):
    """Packets of flows to a service, as a router would send them."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, p.GRE)
    with sock:
        for _ in range(times):
            for i in range(flows):
                inner = p.ipv4("198.51.100.7", "203.0.113.1", p.UDP,
                               p.udp(1024 + i, port))
                sock.sendto(p.gre(inner), (ROUTER, 0))


def configure(genl):
    f.expect(genl, f.FLUSH)
    f.expect(genl, f.CONFIG_SET, f.config(cache_size=CACHE))
    for port in PORTS:
        ident = udp_service(port)
        f.expect(genl, f.SERVICE_NEW, ident + f.obj(f.A_POOL, table_size=251))
        for addr in ("10.0.0.1", "10.0.0.2"):
            f.expect(genl, f.BACKEND_NEW, ident + f.backend(addr))


def names(reply):
    """(VIP's port, client's port) of each flow listed."""
    return [(struct.unpack("!H", o[4])[0], struct.unpack("!H", o[3])[0])
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
    return [[u32(o[8]), u32(o[9])] for o in found]


def with_backend(reply, port, addr):
    """How many of the flows listed are with a backend."""
    return sum(o[8] == socket.inet_aton(addr) and
               struct.unpack("!H", o[4])[0] == port
               for o in f.objects(reply.messages, f.A_CONN))


def complete(genl):
    reply = genl.dump(f.CONN_GET)
    check_is("a dump has all flows, each once", sorted(names(reply)),
             flows_of(*PORTS))
    check("an undisturbed dump is not marked", not reply.interrupted)
    with Case("a flow is listed with all there is to it") as case:
        for message in reply.messages:
            top = dict(parse(message))
            conn = dict(parse(top[f.A_CONN]))
            case.expect("parts", sorted(top), [f.A_SERVICE, f.A_POOL,
                                               f.A_CONN])
            case.expect("attributes", sorted(conn), [1, 3, 4, 5, 6, 7, 8])
            case.expect("client", conn[1], socket.inet_aton("198.51.100.7"))
            case.expect("state", conn[5], bytes([f.ESTABLISHED]))
            case.expect("expiry", 200 < u32(conn[7]) <= 300, True)
            if case.wrong:
                break
    check_is("a dump of a service has its flows",
             sorted(names(genl.dump(f.CONN_GET, udp_service(54)))),
             flows_of(54))
    check_is("a dump of a service that is not there is refused",
             genl.dump(f.CONN_GET, udp_service(55)).error, errno.ENOENT)
    check_is("CONFIG_GET counts them", u32(config(genl)[2]), 2 * FLOWS)
    for addr in ("10.0.0.1", "10.0.0.2"):
        listed = [with_backend(reply, port, addr) for port in PORTS]
        check_is(f"BACKEND_GET counts those of {addr}", counted(genl, addr),
                 [[n, 0] for n in listed])
        moves = f.objects(genl.call(f.BACKEND_DEL, udp_service(53) + f.backend(
            addr) + f.DRY_RUN).messages, f.A_MOVES)[0]
        check_is(f"a dry run counts those that {addr} would lose",
                 u32(moves[4]), listed[0])


def looked_up(genl):
    with Case("a lookup finds what is listed") as case:
        for conn in f.objects(genl.dump(f.CONN_GET).messages, f.A_CONN)[:50]:
            port, sport = (struct.unpack("!H", conn[i])[0] for i in (4, 3))
            reply = genl.call(f.LOOKUP_GET,
                              udp_service(port) + f.client(port=sport))
            case.expect("error", reply.error, 0)
            found = f.objects(reply.messages, f.A_LOOKUP)[0]
            case.expect("backend", (found.get(10), found[15]), (conn[8],) * 2)
            case.expect("rule", found[14], bytes([f.CACHED]))


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
    with Case("flows that are there all the time are listed, once, whatever "
              "becomes of others") as case:
        for turn in range(6):
            def between(n, turn=turn):
                # In turns gone after the first page, and back.
                if (n + turn) % 2:
                    f.expect(other, f.CONN_DEL, udp_service(53))
                else:
                    send(53, 1)
            reply, pages = page_by_page(genl, between)
            stay = sorted(n for n in names(reply) if n[0] == 54)
            if stay != flows_of(54):
                case.fail(f"turn {turn}, {pages} pages: of {FLOWS} flows "
                          f"{len(stay)} are listed, {len(set(stay))} of them "
                          "different")
            case.expect("marked", reply.interrupted, False)
    send(53)


def resized(genl):
    for size in (2 * CACHE, 4 * CACHE, CACHE):
        with Case(f"a cache of {size} entries has all flows") as case:
            case.expect("error", genl.call(f.CONFIG_SET, f.config(
                cache_size=size - 1)).error, 0)
            case.expect("size", u32(config(genl)[1]), size)
            case.expect("flows", sorted(names(genl.dump(f.CONN_GET))),
                        flows_of(*PORTS))
    with Case("a cache that does not hold all flows is refused") as case:
        before = config(genl)
        reply = genl.call(f.CONFIG_SET, f.config(tcp=77, cache_size=1024))
        case.expect("error", reply.error, errno.ENOSPC)
        case.expect("text", "would not fit" in (reply.text or ""), True)
        case.expect("configuration", config(genl), before)
        case.expect("flows", sorted(names(genl.dump(f.CONN_GET))),
                    flows_of(*PORTS))


def forgotten(genl):
    gone = with_backend(genl.dump(f.CONN_GET), 53, "10.0.0.1")
    for what, request, left in (
            ("of a backend that has none", f.backend("10.0.0.9"), (0, 0)),
            ("of a service with a backend",
             udp_service(53) + f.backend("10.0.0.1"), (gone, 0)),
            ("of a service", udp_service(53), (FLOWS, 0)),
            ("of all", b"", (FLOWS, FLOWS))):
        f.expect(genl, f.CONN_DEL, request)
        found = names(genl.dump(f.CONN_GET))
        check_is(f"flows {what} are forgotten",
                 tuple(FLOWS - sum(n[0] == port for n in found)
                       for port in PORTS), left)
    check_is("none are counted", u32(config(genl)[2]), 0)


def main():
    subprocess.run(["ip", "addr", "add", f"{ROUTER}/32", "dev", "lo"],
                   check=True)
    genl, other = Genl(), Genl()
    configure(genl)
    for port in PORTS:
        send(port)
    complete(genl)
    looked_up(genl)
    interrupted(genl, other)
    resized(genl)
    come_and_go(genl, other)
    forgotten(genl)
    check_is("FLUSH leaves nothing", f.flush(genl), [2, 0, 0, 0, 0])


if __name__ == "__main__":
    main()
