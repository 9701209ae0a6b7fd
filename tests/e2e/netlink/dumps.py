# SPDX-License-Identifier: GPL-2.0
# needs: director
"""Dumps of thousands of objects: complete, without duplicates, and marked when
the configuration changes meanwhile."""

import family as f
from genl import NLM_F_DUMP, Genl, Reply
from ktap import Case, check, check_is

SERVICES = 3000


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
    vips = [o["address4"] for o in f.objects(reply.messages, f.A_SERVICE)]
    check_is(f"a dump has all {SERVICES} services", len(vips), SERVICES)
    check("a dump has no service twice", len(set(vips)) == len(vips))
    check("a dump without a change meanwhile is not marked",
          not reply.interrupted)

    reply = genl.dump(f.POOL_GET)
    names = [o["name"] for o in f.objects(reply.messages, f.A_POOL)]
    check_is(f"a dump has all {SERVICES} pools", len(set(names)), SERVICES)
    check("a dump has no pool twice", len(set(names)) == len(names))

    reply = genl.dump(f.BACKEND_GET)
    both = [(p["name"], b["address4"]) for p, b in
            zip(f.objects(reply.messages, f.A_POOL),
                f.objects(reply.messages, f.A_BACKEND))]
    check_is(f"a dump has all {2 * SERVICES} backends", len(both),
             2 * SERVICES)
    check("a dump has no backend twice", len(set(both)) == len(both))

    reply = genl.dump(f.BACKEND_GET, f.service(vip=vip(7)))
    check_is("a dump of a service's backends has those only",
             [o["address4"] for o in
              f.objects(reply.messages, f.A_BACKEND)],
             [b"\x0a\0\0\1", b"\x0a\0\0\2"])
    reply = genl.dump(f.BACKEND_GET, f.pool(f"tcp/{vip(7)}:80"))
    check_is("a dump of a pool's backends has those only",
             len(reply.messages), 2)
    info = f.objects(genl.call(f.INFO_GET).messages, f.A_INFO)[0]
    check_is("INFO counts services, pools and backend addresses",
             [f.number(info[n]) for n in ("services", "pools", "backends")],
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
    with Case("a dump is not marked when a request is refused meanwhile") as case:
        reply = Reply()
        genl.send(f.SERVICE_GET, b"", NLM_F_DUMP)
        case.expect("done after a page", genl.receive(reply), False)
        other.call(f.SERVICE_NEW, f.service(vip=vip(0)))
        other.call(f.STATS_GET)
        while not genl.receive(reply):
            pass
        case.expect("marked", reply.interrupted, False)


def abandoned():
    """Readers that close their socket in the middle; and many at a time."""
    readers = [Genl() for _ in range(20)]
    for reader in readers:
        reader.send(f.BACKEND_GET, b"", NLM_F_DUMP)
    for reader in readers[:10]:
        reader.receive(Reply())
    for reader in readers[:15]:
        reader.sock.close()
    with Case("a dump is complete when other readers close their socket in "
              "the "
              "middle") as case:
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
    check_is("FLUSH leaves no object", [len(x) for x in f.state(genl)],
             [2, 0, 0, 0, 0])


if __name__ == "__main__":
    main()
