# SPDX-License-Identifier: GPL-2.0
# needs: director
"""Batches: all changes in one step, or none, and the offset of the refused one."""

import errno
import struct

import family as f
from genl import HEADERS, Genl, nest, nla
from ktap import Case, check, check_is

EINVAL, EEXIST, ENOENT, EBUSY, ENOSPC, ERANGE, ESTALE = (
    errno.EINVAL, errno.EEXIST, errno.ENOENT, errno.EBUSY, errno.ENOSPC,
    errno.ERANGE, errno.ESTALE)
SMALL = f.obj(f.A_POOL, table_size=251)

# Every command, and changes that need others before them.
CHANGES = (
    (f.POOL_NEW, f.pool("a", table_size=251, seed=3) + f.backends(3)),
    (f.POOL_NEW, f.pool("b", table_size=257)),
    (f.SERVICE_NEW, f.service(port=81, pool="a", fallback="b", track=f.TRACK_CHANGED)),
    (f.SERVICE_NEW, f.service(port=82) + SMALL + f.backend("10.4.0.1")),
    (f.SERVICE_NEW, f.service(port=83, vip="2001:db8::1") + SMALL +
     f.backend("2001:db8::9")),
    (f.SERVICE_NEW, f.service(port=90, port_last=99, pool="b")),
    (f.BACKEND_NEW, f.pool("b") + f.backends(2, 7)),
    (f.BACKEND_NEW, f.service(port=82) + f.backend("10.4.0.2", weight=4)),
    (f.MEMBER_NEW, f.pool("b") + f.member("a", weight=3)),
    (f.BACKEND_SET, f.pool("a") + f.backend("10.1.0.2", weight=7)),
    (f.BACKEND_SET, f.pool("a") + f.backend("10.1.0.2", upper=9, lower=3,
                                            userdata=b"one")),
    (f.BACKEND_SET, f.pool("a") + f.backend("10.1.0.2", upper=8,
                                            userdata=b"two")),
    (f.BACKEND_NEW, f.pool("b") + f.backend("10.5.0.1", upper=5,
                                            userdata=b"new")),
    (f.BACKEND_SET, f.pool("b") + f.backend("10.5.0.1", upper=0, lower=0,
                                            userdata=b"")),
    (f.BACKEND_SET, f.service() + f.backend(upper=7, userdata=b"kept")),
    (f.BACKEND_SET, f.service() + f.backend(state=f.DOWN)),
    (f.BACKEND_SET, f.pool() + f.backend("10.0.0.2", state=f.DRAIN,
                                         deadline=600000)),
    (f.POOL_SET, f.pool("a", table_size=257, settle=9000)),
    (f.POOL_SET, f.pool(seed=77)),
    (f.MEMBER_SET, f.pool() + f.member("part", weight=5)),
    (f.SERVICE_SET, f.service(userdata=b"one")),
    (f.SERVICE_SET, f.service(pool="a", affinity=1, userdata=b"two")),
    (f.SERVICE_SET, f.service(fallback="web", all_down=1)),
    (f.SERVICE_SET, f.service(port=82) + f.obj(f.A_POOL, seed=5)),
    (f.SERVICE_DEL, f.service(port=81)),
    (f.SERVICE_NEW, f.service(port=81, pool="web")),
    (f.BACKEND_DEL, f.pool("a") + f.backend("10.1.0.3")),
    (f.BACKEND_DEL, f.pool("part") + f.backend("10.0.0.3")),
    (f.BACKEND_NEW, f.pool("part") + f.backend("10.0.0.3", weight=2)),
    (f.MEMBER_DEL, f.pool() + f.member("part")),
    (f.MEMBER_NEW, f.pool() + f.member("a")),
    (f.POOL_DEL, f.pool("part")),
    (f.POOL_NEW, f.pool("part", table_size=257)),
    (f.POOL_DEL, f.pool("spare")),
    (f.ROUTER_NEW, f.router("192.0.2.9")),
    (f.ROUTER_NEW, f.router("192.0.2.8")),
    (f.ROUTER_DEL, f.router()),
    (f.SOURCE_NEW, f.source("198.18.1.0")),
    (f.SOURCE_DEL, f.source()),
    (f.CONFIG_SET, f.config(tcp=77, cache_size=8192)),
    (f.CONFIG_SET, f.config(pmtu=f.PMTU_CLIENT, peers="part", udp=9)),
    (f.SERVICE_DEL, f.service(proto=17, port=1000, port_last=2000)),
)
# A change that is refused wherever it stands.
REFUSED = (f.SERVICE_SET, f.service(port=999))
# Each of them alone has to be refused: what it is, changes before it, it, errno,
# part of the text.
WRONG = (
    ("an object that an earlier one has created",
     ((f.POOL_NEW, f.pool("a")),), (f.POOL_NEW, f.pool("a")), EEXIST,
     "exists"),
    ("an object that an earlier one has deleted",
     ((f.SERVICE_DEL, f.service()),), (f.SERVICE_SET, f.service()), ENOENT,
     "no such service"),
    ("a pool that an earlier one uses",
     ((f.SERVICE_NEW, f.service(port=81, pool="spare")),),
     (f.POOL_DEL, f.pool("spare")), EBUSY, "used"),
    ("a pool that an earlier one has made that of the peers",
     ((f.CONFIG_SET, f.config(peers="spare")),),
     (f.POOL_DEL, f.pool("spare")), EBUSY, "peers"),
    ("a range that overlaps with one of an earlier one",
     ((f.SERVICE_NEW, f.service(port=100, port_last=199, pool="web")),),
     (f.SERVICE_NEW, f.service(port=199, port_last=200, pool="web")), EINVAL,
     "overlap"),
    ("a backend that an earlier one has made a VIP",
     ((f.SERVICE_NEW, f.service(vip="10.9.0.1", pool="web")),),
     (f.BACKEND_NEW, f.pool() + f.backend("10.9.0.1")), EINVAL, "VIP"),
    ("a cycle of members with that of an earlier one",
     ((f.MEMBER_NEW, f.pool("spare") + f.member("web")),),
     (f.MEMBER_NEW, f.pool() + f.member("spare")), EINVAL, "cycle"),
    ("a private pool that goes with its service",
     ((f.SERVICE_SET, f.service(pool="web")),),
     (f.BACKEND_NEW, f.pool("tcp/203.0.113.1:80") + f.backend("10.9.0.1")),
     ENOENT, "no such pool"),
    ("thresholds for a service that an earlier one has made track nothing",
     ((f.SERVICE_SET, f.service(track=f.TRACK_NONE)),),
     (f.BACKEND_SET, f.service() + f.backend(upper=1)), EINVAL, "track none"),
    ("no tracking for a backend to which an earlier one has given thresholds",
     ((f.BACKEND_SET, f.service() + f.backend(upper=1, userdata=b"no")),),
     (f.SERVICE_SET, f.service(track=f.TRACK_NONE, userdata=b"no")), EINVAL,
     "track none"),
    ("thresholds in a pool to which an earlier one has moved such a service",
     ((f.SERVICE_SET, f.service(track=f.TRACK_NONE, pool="spare")),),
     (f.BACKEND_NEW, f.pool("spare") + f.backend("10.9.0.1", upper=1)), EINVAL,
     "track none"),
    ("a lower threshold above the upper one of an earlier change",
     ((f.BACKEND_SET, f.service() + f.backend(upper=3)),),
     (f.BACKEND_SET, f.service() + f.backend(lower=4)), ERANGE, "above"),
    ("a router that an earlier one has added",
     ((f.ROUTER_NEW, f.router("192.0.2.9")),),
     (f.ROUTER_NEW, f.router("192.0.2.9")), EEXIST, "trusted"),
    ("a source that an earlier one has deleted",
     ((f.SOURCE_DEL, f.source()),), (f.SOURCE_DEL, f.source()), ENOENT,
     "no such source"),
    ("an attribute that the command does not take", (),
     (f.POOL_DEL, f.pool() + f.backend()), EINVAL, "nsupported"),
    ("a weight out of bounds", (),
     (f.BACKEND_NEW, f.pool() + f.backend("10.9.0.1", weight=65536)), ERANGE,
     "range"),
    ("the second of two backends in it", (),
     (f.BACKEND_NEW, f.pool() + f.backend("10.9.0.1") + f.backend("10.9.0.1")),
     EEXIST, "already"),
    ("an object that is missing", (), (f.SERVICE_NEW, b""), EINVAL, "missing"),
    ("a dry run of its own", (),
     (f.BACKEND_NEW, f.pool() + f.backend("10.9.0.1") + f.DRY_RUN), EINVAL,
     "dry run"),
    ("a command that only reads", (), (f.POOL_GET, f.pool()), EINVAL,
     "part of a batch"),
    ("a flush", (), (f.FLUSH, b""), EINVAL, "part of a batch"),
    ("a batch", (), (f.BATCH, b""), EINVAL, "part of a batch"),
    ("an unknown command", (), (255, b""), EINVAL, "part of a batch"),
)
# Nests that are no changes.
MALFORMED = (
    ("an empty one", nest(f.A_CHANGE)),
    ("one without a command", nest(f.A_CHANGE, f.pool("a"))),
    ("one whose command is not the first",
     nest(f.A_CHANGE, f.pool("a"), nla(f.A_CMD, bytes((f.POOL_NEW,))))),
    ("one with a command of two bytes",
     nest(f.A_CHANGE, nla(f.A_CMD, bytes((f.POOL_NEW, 0))), f.pool("a"))),
    ("one with two commands",
     nest(f.A_CHANGE, *[nla(f.A_CMD, bytes((f.POOL_NEW,)))] * 2, f.pool("a"))),
    ("one that is not marked as a nest",
     nla(f.A_CHANGE, nla(f.A_CMD, bytes((f.POOL_NEW,))) + f.pool("a"))),
)


def call(genl, changes, more=b""):
    return genl.call(f.BATCH, f.batch(*changes) + more)


def settled(genl):
    """The configuration without the number of changes that led to it."""
    state = f.state(genl)
    info = f.objects(state[0][:1], f.A_INFO)[0]
    del info["generation"]
    return info, state[0][1:], state[1:]


def numbered(reply, changes):
    """The number of the change that the offset of a refusal points to."""
    end = HEADERS
    for n, one in enumerate(changes):
        end += len(f.change(*one))
        if reply.offset is not None and reply.offset < end:
            return n
    return None


def as_alone(genl):
    """A batch leaves what its requests leave one by one."""
    f.configure(genl)
    for one in CHANGES:
        f.expect(genl, *one)
    expected = settled(genl)
    f.configure(genl)
    before = f.generation(genl)
    reply = call(genl, CHANGES)
    check_is("a batch with every command is carried out",
             (reply.error, reply.text), (0, None))
    check_is("a batch is one change", f.generation(genl) - before, 1)
    with Case("a batch leaves what its requests leave one by one") as case:
        for what, got, want in zip(("info", "settings", "objects"),
                                   settled(genl), expected):
            case.expect(what, got, want)


def each_position(genl):
    f.configure(genl)
    before = f.state(genl)
    with Case("a batch with a refused change changes nothing, wherever that "
              "is, and the offset names it") as case:
        for n in range(len(CHANGES) + 1):
            changes = CHANGES[:n] + (REFUSED,) + CHANGES[n:]
            reply = call(genl, changes)
            case.expect(f"error at {n}", reply.error, ENOENT)
            case.expect("number", numbered(reply, changes), n)
            case.expect(f"state is as before, {n}",
                        f.state(genl) == before, True)
            if case.wrong:
                break
    check_is("and is carried out without it", call(genl, CHANGES).error, 0)


def refused(genl):
    f.configure(genl)
    before = f.state(genl)
    for what, first, wrong, error, text in WRONG:
        with Case(f"a batch is refused, and changes nothing: {what}") as case:
            # The last one is valid.
            changes = first + (wrong, (f.POOL_NEW, f.pool("z")))
            reply = call(genl, changes)
            if reply.error != error or text not in (reply.text or ""):
                case.fail(f"expected {errno.errorcode[error]} with {text!r}, "
                          f"got {reply}")
            case.expect("number", numbered(reply, changes), len(first))
            case.expect("state is as before", f.state(genl) == before, True)
    for what, change in MALFORMED:
        with Case(f"a batch with a malformed change is refused: {what}") \
                as case:
            first = f.batch((f.POOL_NEW, f.pool("a")))
            reply = genl.call(f.BATCH, first + change)
            case.expect("error", reply.error, EINVAL)
            case.expect("offset in it", reply.offset is not None and
                        reply.offset >= HEADERS + len(first), True)
            case.expect("state is as before", f.state(genl) == before, True)


def tables(genl):
    """What is found out only when tables are built is also blamed on a change."""
    f.configure(genl)
    most = f.SPEC.constants["backends_max"]
    f.expect(genl, f.POOL_NEW, f.pool("a", table_size=8191))
    f.expect(genl, f.BACKEND_NEW, f.pool("a") + f.backends(most // 2))
    before = f.state(genl)
    changes = ((f.POOL_NEW, f.pool("b", table_size=8191)),
               (f.BACKEND_NEW, f.pool("spare") + f.backend("10.9.0.1")),
               (f.MEMBER_NEW, f.pool("spare") + f.member("b")),
               (f.MEMBER_NEW, f.pool("b") + f.member("a")),
               (f.BACKEND_NEW, f.pool("b") + f.backends(2000, most // 2 + 1)),
               (f.BACKEND_NEW, f.pool("b") + f.backends(49, most // 2 + 2001)))
    with Case("a batch with too many backends in a pool and its members is "
              "refused") as case:
        reply = call(genl, changes)
        case.expect("error", (reply.error, "members" in (reply.text or "")),
                    (ENOSPC, True))
        case.expect("change of that pool", numbered(reply, changes) in
                    (1, 2, 3, 4, 5), True)
        case.expect("state is as before", f.state(genl) == before, True)


def generations(genl):
    f.configure(genl)
    now = f.generation(genl)
    one = ((f.POOL_NEW, f.pool("a", table_size=251)),)
    stale = struct.pack("=I", now - 1)
    before = f.state(genl)
    reply = call(genl, one, nla(f.A_GENERATION, stale))
    check_is("a batch for another generation is refused",
             (reply.error, "generation" in (reply.text or "")), (ESTALE, True))
    check("and changes nothing", f.state(genl) == before)
    check_is("a dry run for another generation is refused", call(
        genl, one, nla(f.A_GENERATION, stale) + f.DRY_RUN).error, ESTALE)
    check_is("a batch for the present generation is carried out", call(
        genl, one, nla(f.A_GENERATION, struct.pack("=I", now))).error, 0)
    check_is("a batch of nothing is carried out, as a change",
             (call(genl, ()).error, f.generation(genl)), (0, now + 2))


def moves(genl, cmd, data):
    reply = genl.call(cmd, data + f.DRY_RUN)
    if reply.error:
        raise OSError(reply.error, str(reply))
    answer = f.objects(reply.messages, f.A_MOVES)[0]
    return {name: f.number(v) for name, v in answer.items()}


def dry_runs(genl):
    f.configure(genl)
    first = (f.BACKEND_NEW, f.service() + f.backends(9))
    second = (f.BACKEND_SET, f.pool("part") + f.backend("10.0.0.3", weight=0))
    before = f.state(genl)
    with Case("a dry run of a batch has the sums of its changes") as case:
        one, two = moves(genl, *first), moves(genl, *second)
        case.expect("slots are reassigned", one["slots"] > 200 and
                    two["slots"] == 251 and two["parent_slots"] > 0, True)
        case.expect("sums", moves(genl, f.BATCH, f.batch(first, second)),
                    {name: one[name] + two[name] for name in one})
        case.expect("state is as before", f.state(genl) == before, True)
    check_is("what a batch takes back does not count in its dry run",
             moves(genl, f.BATCH, f.batch(
                 (f.BACKEND_NEW, f.service() + f.backend("10.9.0.1")),
                 (f.BACKEND_DEL, f.service() + f.backend("10.9.0.1"))))["slots"],
             0)
    check_is("pools that a batch creates or deletes do not count in its dry "
             "run", moves(genl, f.BATCH, f.batch(
                 (f.POOL_NEW, f.pool("a") + f.backends(2)),
                 (f.SERVICE_DEL, f.service())))["slots"], 0)
    reply = call(genl, (first, REFUSED), f.DRY_RUN)
    check_is("a dry run is refused as the batch would be",
             (reply.error, numbered(reply, (first, REFUSED))), (ENOENT, 1))
    check("and changes nothing", f.state(genl) == before)


def repeated(genl):
    """The same object again and again: the last one counts."""
    f.configure(genl)
    with Case("the last of several changes of an object counts") as case:
        changes = [(f.SERVICE_SET, f.service(pool=name, track=track))
                   for name, track in (("web", 1), ("spare", 0), ("backup", 1),
                                       ("spare", 1))]
        changes += [(f.BACKEND_SET, f.pool() + f.backend("10.0.0.2", weight=w,
                                                         state=s))
                    for w, s in ((5, f.DOWN), (6, f.DRAIN), (7, f.UP))]
        changes += [(f.CONFIG_SET, f.config(tcp=t)) for t in (5, 6, 7)]
        before = f.state(genl)
        case.expect("refused", call(genl, changes + [REFUSED]).error, ENOENT)
        case.expect("state is as before", f.state(genl) == before, True)
        case.expect("error", call(genl, changes).error, 0)
        service = f.objects(genl.call(f.SERVICE_GET, f.service()).messages,
                            f.A_SERVICE)[0]
        case.expect("pool", service["pool"], b"spare\0")
        users = {p["name"].rstrip(b"\0"): f.number(p["services"])
                 for p in f.objects(genl.dump(f.POOL_GET).messages, f.A_POOL)}
        case.expect("users", users, {b"web": 1, b"spare": 1, b"backup": 1,
                                     b"part": 0})
        weight = f.objects(genl.call(f.BACKEND_GET, f.pool() + f.backend(
            "10.0.0.2")).messages, f.A_BACKEND)[0]["weight"]
        case.expect("weight", f.number(weight), 7)


def first_service(genl):
    """Hooks and flow cache come with the first service, and not if it fails."""
    f.expect(genl, f.FLUSH)
    hooks = lambda: f.number(f.objects(genl.call(f.INFO_GET).messages,
                                       f.A_INFO)[0]["hooks"])
    new = (f.SERVICE_NEW, f.service() + SMALL + f.backend())
    size = (f.CONFIG_SET, f.config(cache_size=2048))
    check_is("a refused batch registers no hooks",
             (call(genl, (size, new, REFUSED)).error, hooks()), (ENOENT, 0))
    check_is("a batch with the first service registers the hooks",
             (call(genl, (size, new)).error, hooks()), (0, 1))
    check_is("a batch that deletes the last service unregisters them",
             (call(genl, ((f.SERVICE_DEL, f.service()),)).error, hooks()),
             (0, 0))
    check_is("FLUSH leaves no object", f.flush(genl), [2, 0, 0, 0, 0])


def main():
    genl = Genl()
    for part in (as_alone, each_position, refused, tables, generations,
                 dry_runs, repeated, first_service):
        part(genl)


if __name__ == "__main__":
    main()
