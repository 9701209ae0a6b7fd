# SPDX-License-Identifier: GPL-2.0
# needs: director
"""Pools as members of pools: slots in tables, and what is refused. More of what is
refused is in rules."""

import errno

import family as f
from genl import Genl, parse
from ktap import check, check_is


def pools_of(genl):
    """Members, as {pool: {member: (weight, slots)}}, and numbers of parents."""
    names = {a.ident: n for n, a in f.OBJECTS[f.A_POOL].items()}
    inner = {a.ident: n for n, a in f.OBJECTS[f.A_MEMBER].items()}
    members, parents = {}, {}
    for message in genl.dump(f.POOL_GET).messages:
        pool, mine = {}, {}
        for kind, payload in parse(dict(parse(message))[f.A_POOL]):
            if names[kind] == "member":
                m = {inner[k]: v for k, v in parse(payload)}
                mine[m["name"][:-1].decode()] = (f.number(m["weight"]),
                                                 f.number(m["slots"]))
            else:
                pool[names[kind]] = payload
        name = pool["name"][:-1].decode()
        if mine:
            members[name] = mine
        if f.number(pool["parents"]):
            parents[name] = f.number(pool["parents"])
    return members, parents


def parent_moves(genl, request):
    """What a dry run says of the pools above."""
    moves, = f.objects(genl.call(f.BACKEND_SET, request + f.DRY_RUN).messages,
                       f.A_MOVES)
    return f.number(moves["parents"]), f.number(moves["parent_slots"])


def shares(genl):
    private = "tcp/203.0.113.1:80"
    check_is("POOL_GET has members, and of how many pools a pool is one",
             pools_of(genl), ({"web": {"part": (2, 100)}}, {"part": 1}))
    f.expect(genl, f.MEMBER_NEW, f.service() + f.member("web"))
    f.expect(genl, f.MEMBER_NEW, f.service() + f.member("part", weight=2))
    f.expect(genl, f.MEMBER_SET, f.service() + f.member("web", weight=5))
    check_is("members of a private pool share its slots with its backend",
             pools_of(genl),
             ({"web": {"part": (2, 100)},
               private: {"part": (2, 63), "web": (5, 157)}},
              {"web": 1, "part": 2}))
    down = f.pool("part") + f.backend("10.0.0.3", state=f.DOWN)
    check_is("a dry run counts the pools above, and their slots",
             parent_moves(genl, down)[0], 2)
    f.expect(genl, f.BACKEND_SET, down)
    check_is("slots of a member that has no usable backend go to the others",
             pools_of(genl)[0],
             {"web": {"part": (2, 0)},
              private: {"part": (2, 0), "web": (5, 209)}})
    check_is("a dry run that affects no pool above says so",
             parent_moves(genl, f.pool("part") + f.backend("10.0.0.3",
                                                           weight=9)), (0, 0))
    f.expect(genl, f.SERVICE_DEL, f.service())
    check_is("members leave a private pool with its service", pools_of(genl),
             ({"web": {"part": (2, 0)}}, {"part": 1}))


def refusals(genl):
    def refused(what, cmd, request, text):
        reply = genl.call(cmd, request)
        check(f"{f.COMMANDS[cmd]} is refused: {what}",
              reply.error == errno.EINVAL and text in (reply.text or ""), reply)

    f.expect(genl, f.BACKEND_NEW, f.pool("spare") + f.backend("203.0.113.1"))
    refused("a member with the VIP of a service of the pool", f.MEMBER_NEW,
            f.pool() + f.member("spare"), "VIP")
    refused("the same for a member of a member", f.MEMBER_NEW,
            f.pool("part") + f.member("spare"), "VIP")
    f.expect(genl, f.POOL_NEW, f.pool("top", table_size=251))
    f.expect(genl, f.MEMBER_NEW, f.pool("top") + f.member("spare"))
    refused("a service whose VIP is in a member of its pool", f.SERVICE_NEW,
            f.service(port=81, pool="top"), "VIP")
    refused("a service whose VIP is in a member of its fallback",
            f.SERVICE_SET, f.service(fallback="top"), "VIP")
    # web, part, deep, deeper: as many as there may be.
    for name, above in (("deep", "part"), ("deeper", "deep")):
        f.expect(genl, f.POOL_NEW, f.pool(name, table_size=251))
        f.expect(genl, f.MEMBER_NEW, f.pool(above) + f.member(name))
    refused("a fifth pool in a chain, at its top", f.MEMBER_NEW,
            f.service() + f.member("web"), "too deep")
    refused("a fifth pool in a chain, at its end", f.MEMBER_NEW,
            f.pool("deeper") + f.member("backup"), "too deep")
    check_is("FLUSH deletes pools and members in whatever order",
             f.flush(genl), [2, 0, 0, 0, 0])


def most(genl):
    """As many members as there may be, with the longest names."""
    names = [f"{'m' * 61}{i:02}" for i in range(f.SPEC.constants["members_max"])]
    f.expect(genl, f.POOL_NEW, f.pool("top", table_size=1021))
    for name in names:
        f.expect(genl, f.POOL_NEW, f.pool(name, table_size=251))
        f.expect(genl, f.MEMBER_NEW, f.pool("top") + f.member(name))
    check_is("all members fit into the answers of POOL_GET",
             sorted(pools_of(genl)[0]["top"]), names)
    reply = genl.call(f.POOL_GET, f.pool("top"))
    check("all members fit into the answer of POOL_GET", not reply.error, reply)
    reply = genl.call(f.MEMBER_NEW, f.pool("top") + f.member("spare"))
    check("MEMBER_NEW is refused: one member too many",
          reply.error == errno.ENOSPC and "too many" in (reply.text or ""),
          reply)
    f.configure(genl)


def main():
    genl = Genl()
    f.configure(genl)
    shares(genl)
    f.configure(genl)
    most(genl)
    refusals(genl)


if __name__ == "__main__":
    main()
