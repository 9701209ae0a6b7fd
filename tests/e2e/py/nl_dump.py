# SPDX-License-Identifier: GPL-2.0
"""Dumps that take many pages, complete, without duplicates, and marked when
the configuration changes meanwhile."""

import struct
import sys

import family as f
from genl import NLM_F_DUMP, Genl, Reply, parse
from ktap import Case, check, check_is

SERVICES = int(sys.argv[1]) if len(sys.argv) > 1 else 3000


def vip(i):
    return f"203.0.{i // 200}.{i % 200 + 1}"


def configure(genl):
    """Services with private pools of two backends each."""
    f.expect(genl, f.FLUSH)
    table = f.obj(f.A_POOL, table_size=251)
    for i in range(SERVICES):
        ident = f.service(vip=vip(i))
        f.expect(genl, f.SERVICE_NEW, ident + table)
        for addr in ("10.0.0.1", "10.0.0.2"):
            f.expect(genl, f.BACKEND_NEW, ident + f.backend(addr))


def complete(genl):
    reply = genl.dump(f.SERVICE_GET)
    vips = [o[2] for o in f.objects(reply.messages, f.A_SERVICE)]
    check_is(f"a dump has all {SERVICES} services", len(vips), SERVICES)
    check("none of them twice", len(set(vips)) == len(vips))
    check("an undisturbed dump is not marked", not reply.interrupted)

    reply = genl.dump(f.POOL_GET)
    names = [o[1] for o in f.objects(reply.messages, f.A_POOL)]
    check_is(f"a dump has all {SERVICES} pools", len(set(names)), SERVICES)
    check("none of them twice", len(set(names)) == len(names))

    reply = genl.dump(f.BACKEND_GET)
    both = [(p[1], b[1]) for p, b in
            zip(f.objects(reply.messages, f.A_POOL),
                f.objects(reply.messages, f.A_BACKEND))]
    check_is(f"a dump has all {2 * SERVICES} backends", len(both),
             2 * SERVICES)
    check("none of them twice", len(set(both)) == len(both))

    reply = genl.dump(f.BACKEND_GET, f.service(vip=vip(7)))
    check_is("a dump of a service's backends has those only",
             [o[1] for o in f.objects(reply.messages, f.A_BACKEND)],
             [b"\x0a\0\0\1", b"\x0a\0\0\2"])
    reply = genl.dump(f.BACKEND_GET, f.pool(f"tcp/{vip(7)}:80"))
    check_is("a dump of a pool's backends has those only",
             len(reply.messages), 2)
    info = dict(parse(dict(parse(genl.call(f.INFO_GET).messages[0]))
                      [f.A_INFO]))
    check_is("INFO counts services, pools and backend addresses",
             [struct.unpack("=I", info[i])[0] for i in (3, 4, 5)],
             [SERVICES, SERVICES, 2])


def interrupted(genl, other):
    """A change between the pages of a dump."""
    for name, cmd, change in (
            ("a service is added", f.SERVICE_GET,
             (f.SERVICE_NEW, f.service(vip="198.51.100.1"))),
            ("a service is deleted", f.SERVICE_GET,
             (f.SERVICE_DEL, f.service(vip="198.51.100.1"))),
            ("a pool is added", f.POOL_GET, (f.POOL_NEW, f.pool())),
            ("a weight changes", f.BACKEND_GET,
             (f.BACKEND_SET, f.service(vip=vip(0)) +
              f.backend(weight=7))),
            ("a router is added", f.SERVICE_GET,
             (f.ROUTER_NEW, f.router()))):
        with Case(f"a dump is marked when {name} meanwhile") as case:
            reply = Reply()
            genl.send(cmd, b"", NLM_F_DUMP)
            case.expect("done after a page", genl.receive(reply), False)
            f.expect(other, *change)
            while not genl.receive(reply):
                pass
            case.expect("marked", reply.interrupted, True)
    with Case("a refused request does not disturb a dump") as case:
        reply = Reply()
        genl.send(f.SERVICE_GET, b"", NLM_F_DUMP)
        case.expect("done after a page", genl.receive(reply), False)
        other.call(f.SERVICE_NEW, f.service(vip=vip(0)))
        other.call(f.STATS_GET)
        while not genl.receive(reply):
            pass
        case.expect("marked", reply.interrupted, False)


def abandoned():
    """A reader that goes away in the middle; and many at a time."""
    readers = [Genl() for _ in range(20)]
    for reader in readers:
        reader.send(f.BACKEND_GET, b"", NLM_F_DUMP)
    for reader in readers[:10]:
        reader.receive(Reply())
    for reader in readers[:15]:
        reader.sock.close()
    with Case("readers that go away in the middle disturb no others") as case:
        for reader in readers[15:]:
            reply = Reply()
            while not reader.receive(reply):
                pass
            case.expect("backends", len(reply.messages), 2 * SERVICES)


def main():
    genl, other = Genl(), Genl()
    configure(genl)
    complete(genl)
    interrupted(genl, other)
    abandoned()
    f.expect(genl, f.FLUSH)
    check_is("FLUSH leaves nothing", [len(x) for x in f.state(genl)],
             [2, 0, 0, 0, 0])


if __name__ == "__main__":
    main()
