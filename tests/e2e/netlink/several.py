# SPDX-License-Identifier: GPL-2.0
# needs: director
"""Requests that add several backends: all of them, in one change, or none, and
the offset of the invalid one."""

import errno

import family as f
from genl import HEADERS, Genl
from ktap import Case, check_is

EINVAL, EEXIST, ENOSPC, ERANGE = (errno.EINVAL, errno.EEXIST, errno.ENOSPC,
                                  errno.ERANGE)
MAX = f.SPEC.constants["backends_max"]
NEW = f.service(port=81) + f.obj(f.A_POOL, table_size=257)

# Defect, the backends before the invalid one, it, errno, part of the text
WRONG = (
    ("one that comes twice", f.backends(3), f.backend("10.1.0.2"), EEXIST,
     "already"),
    ("one without an address", f.backends(2), f.obj(f.A_BACKEND, weight=1),
     EINVAL, "missing"),
    ("one with a multicast address", f.backends(2), f.backend("224.0.0.1"),
     EINVAL, "unicast"),
    ("one with a link-local address", f.backends(2), f.backend("fe80::1"),
     EINVAL, "link-local"),
    ("one with an IPv4-mapped address", f.backends(2),
     f.backend("::ffff:10.1.0.1"), EINVAL, "IPv4-mapped"),
    ("one with weight 65536", f.backends(2),
     f.backend("10.1.1.1", weight=65536), ERANGE, "range"),
    ("one with a deadline that is up", f.backends(2),
     f.backend("10.1.1.1", deadline=9), EINVAL, "drains"),
    ("one too many", f.backends(MAX), f.backend("10.2.0.1"), ENOSPC, "fit"),
)
# Place of the backends, command, request
PLACES = (
    ("a service", f.SERVICE_NEW, NEW),
    ("a pool", f.POOL_NEW, f.pool("new", table_size=251)),
    ("a pool that has backends", f.BACKEND_NEW, f.pool()),
    ("a service that has none", f.BACKEND_NEW, f.service(port=85)),
)


def blames(reply, request, wrong):
    """True if the offset points into the invalid backend."""
    first = HEADERS + len(request)
    return reply.offset is not None and \
        first <= reply.offset < first + len(wrong)


def none(genl):
    f.expect(genl, f.SERVICE_NEW, f.service(port=85) +
             f.obj(f.A_POOL, table_size=251))
    before = f.state(genl)
    for place, cmd, request in PLACES:
        for what, others, wrong, error, text in WRONG:
            with Case(f"{f.COMMANDS[cmd]} of several, {place}, adds none: "
                      f"{what}") as case:
                data = request + others
                # The one after it is valid.
                reply = genl.call(cmd, data + wrong + f.backend("10.3.0.1"))
                if reply.error != error or text not in (reply.text or ""):
                    case.fail(f"expected {errno.errorcode[error]} with "
                              f"{text!r}, got {reply}")
                if not reply.missing and not blames(reply, data, wrong):
                    case.fail(f"offset {reply.offset} is elsewhere")
                case.expect("state is as before", f.state(genl) == before,
                            True)
    with Case("BACKEND_NEW of several, one of them there, adds none") as case:
        data, wrong = f.pool() + f.backends(2), f.backend("10.0.0.2")
        reply = genl.call(f.BACKEND_NEW, data + wrong)
        case.expect("error", reply.error, EEXIST)
        case.expect("offset in it", blames(reply, data, wrong), True)
        case.expect("state is as before", f.state(genl) == before, True)
    with Case("SERVICE_NEW with backends for a shared pool is refused") as case:
        reply = genl.call(f.SERVICE_NEW, f.service(port=82, pool="web") +
                          f.backends(2))
        case.expect("error", reply.error, EINVAL)
        case.expect("text", "shared pool" in (reply.text or ""), True)
        case.expect("state is as before", f.state(genl) == before, True)
    with Case("SERVICE_NEW with backends for a service that is there is "
              "refused") as case:
        reply = genl.call(f.SERVICE_NEW, f.service() + f.backends(2))
        case.expect("error", reply.error, EEXIST)
        case.expect("state is as before", f.state(genl) == before, True)
    with Case("a dry run of several counts slots and changes nothing") as case:
        reply = genl.call(f.BACKEND_NEW, f.service() + f.backends(9) +
                          f.DRY_RUN)
        case.expect("answer", (reply.error, len(reply.messages)), (0, 1))
        moves = f.objects(reply.messages, f.A_MOVES)[0]
        moved = f.number(moves["slots"])
        case.expect("nine of ten slots are reassigned",
                    215 < moved < 235, True)
        case.expect("state is as before", f.state(genl) == before, True)


def addresses(genl, owner):
    """The backends of a pool or service, as they are listed."""
    return [b["address4"] for b in f.objects(
        genl.dump(f.BACKEND_GET, owner).messages, f.A_BACKEND)]


def every(genl):
    for what, cmd, request, owner in (
            ("SERVICE_NEW", f.SERVICE_NEW, NEW, f.service(port=81)),
            ("POOL_NEW", f.POOL_NEW, f.pool("new", table_size=251),
             f.pool("new")),
            ("BACKEND_NEW", f.BACKEND_NEW, f.service(port=85),
             f.service(port=85))):
        with Case(f"{what} adds several backends, in any order, in one change") as case:
            before = f.generation(genl)
            case.expect("error", genl.call(
                cmd, request + f.backends(3, 7) + f.backends(3, 1) +
                f.backend("10.1.0.5", state=f.DRAIN, weight=9)).error, 0)
            case.expect("changes", f.generation(genl) - before, 1)
            case.expect("listed in order", addresses(genl, owner),
                        [bytes((10, 1, 0, n)) for n in
                         (1, 2, 3, 5, 7, 8, 9)])
    with Case(f"one request may add {MAX} backends, the most of a pool") as case:
        f.expect(genl, f.POOL_NEW, f.pool("large", table_size=8191) +
                 f.backends(MAX))
        case.expect("listed", len(addresses(genl, f.pool("large"))), MAX)
        case.expect("one more", genl.call(f.BACKEND_NEW, f.pool("large") +
                                          f.backend("10.2.0.1")).error,
                    ENOSPC)
        case.expect("one that is there", genl.call(
            f.BACKEND_NEW, f.pool("large") + f.backend("10.1.0.9")).error,
            EEXIST)
    check_is("FLUSH leaves no object", f.flush(genl), [2, 0, 0, 0, 0])


def main():
    genl = Genl()
    f.configure(genl)
    none(genl)
    every(genl)


if __name__ == "__main__":
    main()
