# SPDX-License-Identifier: GPL-2.0
# needs: director fault-injection
"""Every allocation of a request fails once, one after the other: the request
is carried out, or refused for want of memory with nothing changed."""

import errno
import os

import family as f
from genl import NLM_F_ACK, NLM_F_DUMP, Genl, Reply
from ktap import Case
from listener import Listener
from namespace import CLONE_NEWNET, unshare

LIMIT = 300
NO_MEMORY = (errno.ENOMEM, errno.ENOBUFS)
NEW = f.service(port=81) + f.obj(f.A_POOL, table_size=257)
RANGE = f.service(port=90, port_last=99, pool="web")

# Description, requests that make it possible, command, request.
REQUESTS = (
    ("a service of a new VIP", (), f.SERVICE_NEW,
     f.service(vip="203.0.113.9")),
    ("a service of a known VIP", (), f.SERVICE_NEW, NEW),
    ("a range, with userdata", (), f.SERVICE_NEW,
     f.service(port=90, port_last=99, pool="web", userdata=b"u")),
    ("a service's table", (), f.SERVICE_SET,
     f.service() + f.obj(f.A_POOL, table_size=257, seed=9)),
    ("a service's pool", (), f.SERVICE_SET, f.service(pool="web")),
    ("one of two services", ((f.SERVICE_NEW, NEW),), f.SERVICE_DEL,
     f.service()),
    ("a range", ((f.SERVICE_NEW, RANGE),), f.SERVICE_DEL,
     f.service(port=90, port_last=99)),
    ("a pool", (), f.POOL_NEW, f.pool("new")),
    ("a pool's size", (), f.POOL_SET, f.pool(table_size=1021)),
    ("a pool's seed", (), f.POOL_SET, f.pool(seed=5)),
    ("a pool", (), f.POOL_DEL, f.pool("spare")),
    ("the first backend", (), f.BACKEND_NEW,
     f.pool("spare") + f.backend("10.0.0.8")),
    ("a new backend", (), f.BACKEND_NEW, f.service() + f.backend("10.0.0.8")),
    ("a backend that another pool has", (), f.BACKEND_NEW,
     f.service() + f.backend("10.0.0.2")),
    ("three backends, one of which another pool has", (), f.BACKEND_NEW,
     f.service() + f.backends(2) + f.backend("10.0.0.2")),
    ("a service with three backends", (), f.SERVICE_NEW,
     NEW + f.backends(2) + f.backend("10.0.0.2")),
    ("a pool with two backends", (), f.POOL_NEW, f.pool("new") +
     f.backends(2)),
    ("a weight", (), f.BACKEND_SET, f.pool() + f.backend("10.0.0.2",
                                                         weight=0)),
    ("a weight, thresholds and userdata", (), f.BACKEND_SET,
     f.pool() + f.backend("10.0.0.2", weight=0, upper=9, userdata=b"u")),
    ("a backend with userdata", (), f.BACKEND_NEW,
     f.service() + f.backend("10.0.0.8", userdata=b"u")),
    ("the last backend", (), f.BACKEND_DEL, f.service() + f.backend()),
    ("one of two backends",
     ((f.BACKEND_NEW, f.service() + f.backend("10.0.0.8")),),
     f.BACKEND_DEL, f.service() + f.backend()),
    ("a member", (), f.MEMBER_NEW, f.service() + f.member("web", weight=2)),
    ("a member's weight", (), f.MEMBER_SET, f.pool() + f.member("part",
                                                                weight=9)),
    ("a member", (), f.MEMBER_DEL, f.pool() + f.member("part")),
    ("a backend of a member", (), f.BACKEND_NEW,
     f.pool("part") + f.backend("10.0.0.8")),
    ("a state of a backend of a member's member",
     ((f.MEMBER_NEW, f.service() + f.member("web")),), f.BACKEND_SET,
     f.pool("part") + f.backend("10.0.0.3", state=f.DOWN)),
    ("the last backend of a member", (), f.BACKEND_DEL,
     f.pool("part") + f.backend("10.0.0.3")),
    ("a router", (), f.ROUTER_NEW, f.router("192.0.2.7")),
    ("one of two routers", ((f.ROUTER_NEW, f.router("192.0.2.7")),),
     f.ROUTER_DEL, f.router()),
    ("the last router", (), f.ROUTER_DEL, f.router()),
    ("a source", (), f.SOURCE_NEW, f.source("198.18.1.0")),
    ("one of two sources", ((f.SOURCE_NEW, f.source("198.18.1.0")),),
     f.SOURCE_DEL, f.source()),
    ("the last source", (), f.SOURCE_DEL, f.source()),
    ("a service with a fallback", (), f.SERVICE_NEW,
     f.service(port=81, fallback="spare", track=f.TRACK_CHANGED) +
     f.obj(f.A_POOL, table_size=257, settle=5)),
    ("all parameters of a service", (), f.SERVICE_SET,
     f.service(pool="web", fallback="spare", track=f.TRACK_CHANGED,
               affinity=2, all_down=1, userdata=b"u")),
    ("a service's parameters, and its table", (), f.SERVICE_SET,
     f.service(fallback="spare", track=f.TRACK_CHANGED, affinity=2) +
     f.obj(f.A_POOL, table_size=257, seed=9, settle=5)),
    ("a pool's size and settle time", (), f.POOL_SET,
     f.pool(table_size=1021, settle=5)),
    ("a backend that drains", (), f.BACKEND_NEW,
     f.pool() + f.backend("10.0.0.8", state=f.DRAIN, deadline=900000)),
    ("a state", (), f.BACKEND_SET,
     f.pool() + f.backend("10.0.0.2", state=f.DOWN, weight=5)),
    ("a drain", (), f.BACKEND_SET,
     f.pool() + f.backend("10.0.0.2", state=f.DRAIN, deadline=900000)),
    ("a larger cache, timeouts, and peers", (), f.CONFIG_SET,
     f.config(cache_size=16384, tcp=9, sctp=9, peers="spare")),
    ("a smaller cache, and timeouts", (), f.CONFIG_SET,
     f.config(cache_size=1024, tcp_fin=9)),
    ("everything", (), f.FLUSH, b""),
)
# Each kind of change once, and some of them together.
BATCHES = (
    ("new objects", (
        (f.POOL_NEW, f.pool("new", table_size=251) + f.backends(2)),
        (f.SERVICE_NEW, f.service(port=81) + f.obj(f.A_POOL, table_size=257) +
         f.backend("10.0.0.2")),
        (f.SERVICE_NEW, f.service(vip="203.0.113.9", pool="new")),
        (f.MEMBER_NEW, f.pool() + f.member("new")),
        (f.ROUTER_NEW, f.router("192.0.2.7")),
        (f.SOURCE_NEW, f.source("198.18.1.0")))),
    ("other settings", (
        (f.SERVICE_SET, f.service(pool="web", fallback="spare", affinity=1)),
        (f.POOL_SET, f.pool(table_size=1021, settle=5)),
        (f.BACKEND_SET, f.pool() + f.backend("10.0.0.2", state=f.DOWN)),
        (f.MEMBER_SET, f.pool() + f.member("part", weight=9)),
        (f.CONFIG_SET, f.config(cache_size=16384, tcp=9, peers="spare")))),
    ("objects that go", (
        (f.SERVICE_DEL, f.service()),
        (f.MEMBER_DEL, f.pool() + f.member("part")),
        (f.BACKEND_DEL, f.pool() + f.backend("10.0.0.2")),
        (f.POOL_DEL, f.pool("part")),
        (f.ROUTER_DEL, f.router()), (f.SOURCE_DEL, f.source()))),
    ("objects that go and come", (
        (f.SERVICE_DEL, f.service()),
        (f.SERVICE_NEW, f.service() + f.obj(f.A_POOL, table_size=257) +
         f.backend("10.0.0.7")),
        (f.BACKEND_DEL, f.pool() + f.backend("10.0.0.2")),
        (f.BACKEND_NEW, f.pool() + f.backend("10.0.0.2")))),
)
REQUESTS += tuple((f"a batch of {what}", (), f.BATCH, f.batch(*changes))
                  for what, changes in BATCHES)
READS = (
    ("a service", f.SERVICE_GET, f.service(), NLM_F_ACK),
    ("a pool", f.POOL_GET, f.pool(), NLM_F_ACK),
    ("a backend", f.BACKEND_GET, f.service() + f.backend(), NLM_F_ACK),
    ("the counters", f.STATS_GET, b"", NLM_F_ACK),
    ("timeouts", f.CONFIG_GET, b"", NLM_F_ACK),
    ("a lookup", f.LOOKUP_GET, f.service() + f.client(), NLM_F_ACK),
    ("a trace", f.TRACE_SET, f.service() + f.trace(), NLM_F_ACK),
    ("no flow", f.CONN_DEL, f.service(), NLM_F_ACK),
    ("a dry run", f.BACKEND_NEW,
     f.service() + f.backend("10.0.0.8") + f.DRY_RUN, NLM_F_ACK),
    ("a dry run", f.BACKEND_SET,
     f.service() + f.backend(state=f.DOWN) + f.DRY_RUN, NLM_F_ACK),
    ("a dry run", f.BACKEND_DEL, f.service() + f.backend() + f.DRY_RUN,
     NLM_F_ACK),
    ("a dry run", f.POOL_SET, f.pool(table_size=1021) + f.DRY_RUN,
     NLM_F_ACK),
    ("a dry run", f.MEMBER_NEW, f.service() + f.member("web") + f.DRY_RUN,
     NLM_F_ACK),
    ("a dry run", f.BACKEND_DEL, f.pool("part") + f.backend("10.0.0.3") +
     f.DRY_RUN, NLM_F_ACK),
    ("all flows", f.CONN_GET, b"", NLM_F_DUMP),
    ("all state", f.STATE_GET, b"", NLM_F_DUMP),
    ("no state", f.STATE_SET, f.obj(f.A_STATE, version=1), NLM_F_ACK),
    ("all services", f.SERVICE_GET, b"", NLM_F_DUMP),
    ("all backends", f.BACKEND_GET, b"", NLM_F_DUMP),
)


class Fault:
    """Makes the n-th allocation of this task's next request fail."""

    def __init__(self):
        self.fd = os.open("/proc/thread-self/fail-nth", os.O_RDWR)

    def arm(self, n):
        os.pwrite(self.fd, b"%d" % n, 0)

    def disarm(self):
        """True if an allocation has failed."""
        left = int(os.pread(self.fd, 16, 0))
        self.arm(0)
        return left == 0

    def call(self, n, cmd, data, flags):
        """The reply, and whether an allocation has failed."""
        genl, reply = Genl(), Reply()
        try:
            self.arm(n)
            try:
                genl.send(cmd, data, flags)
            finally:
                struck = self.disarm()
            # Each page of a dump is made when the previous one is read.
            while not genl.receive(reply):
                pass
        except OSError as error:
            # Without the message, or without its acknowledgement.
            reply.error = error.errno
        finally:
            genl.sock.close()
        return reply, struck


def fail_each(fault, genl, case, prepare, cmd, data):
    """Returns the number of allocations."""
    refused, before, now = 0, None, None
    for n in range(1, LIMIT):
        if now is None or now != before:
            f.configure(genl)
            for step in prepare:
                f.expect(genl, *step)
            before = f.state(genl)
        reply, struck = fault.call(n, cmd, data, NLM_F_ACK)
        now = f.state(genl)
        if reply.error:
            refused += 1
            case.expect(f"error of fault {n}", reply.error in NO_MEMORY, True)
        if not struck:
            case.expect("error without a fault", reply.error, 0)
            break
        if now != before and reply.error == errno.ENOMEM:
            case.fail(f"fault {n}: refused, yet something has changed")
        if now == before and not reply.error:
            case.fail(f"fault {n}: carried out, yet nothing has changed")
    else:
        case.fail(f"more than {LIMIT} allocations")
    if not refused:
        case.fail("no fault had an effect")
    return n - 1


def fail_notifications(fault, genl):
    """A listener gets the notification of a change, or is told of the loss."""
    listener = Listener()
    for what, cmd, data in (
            ("a backend", f.BACKEND_NEW, f.pool() + f.backend("10.0.0.8")),
            ("a service with backends", f.SERVICE_NEW, NEW + f.backends(2)),
            ("a pool", f.POOL_DEL, f.pool("spare")),
            ("settings", f.CONFIG_SET, f.config(tcp=9))):
        with Case("an allocation fails while somebody listens, and no change is "
                  f"missed in silence: {what}") as case:
            lost = 0
            for n in range(1, LIMIT):
                f.configure(genl)
                listener.heard()
                listener.lost = 0
                before = f.state(genl)
                reply, struck = fault.call(n, cmd, data, NLM_F_ACK)
                changed = f.state(genl) != before
                told = bool(listener.of_requests())
                case.expect(f"fault {n}: told, or of a loss",
                            told or listener.lost > 0, changed)
                lost += listener.lost
                if not struck:
                    case.expect("error without a fault", reply.error, 0)
                    break
            case.expect("some were lost", lost > 0, True)
    listener.close()


def fail_reads(fault, genl):
    for what, cmd, data, flags in READS:
        f.configure(genl)
        before = f.state(genl)
        with Case(f"{f.COMMANDS[cmd]} is done or refused when an allocation "
                  "fails: "
                  f"{what}") as case:
            for n in range(1, LIMIT):
                reply, struck = fault.call(n, cmd, data, flags)
                case.expect(f"error of fault {n}",
                            reply.error in NO_MEMORY + (0,), True)
                if not struck:
                    break
            case.expect("error without a fault", reply.error, 0)
            case.expect("state is as before", f.state(genl) == before, True)


def fail_first(fault):
    """The flow cache is allocated for the first service that needs it."""
    with Case("SERVICE_NEW is done or refused when an allocation fails: the "
              "first of a namespace") as case:
        for n in range(1, LIMIT):
            unshare(CLONE_NEWNET)
            genl = Genl()
            f.expect(genl, f.CONFIG_SET, f.config(cache_size=4096))
            before = f.state(genl)
            reply, struck = fault.call(n, f.SERVICE_NEW, f.service(),
                                       NLM_F_ACK)
            now = f.state(genl)
            genl.sock.close()
            if not struck:
                case.expect("error without a fault", reply.error, 0)
                break
            case.expect(f"error of fault {n}",
                        reply.error in NO_MEMORY + (0,), True)
            if reply.error == errno.ENOMEM and now != before:
                case.fail(f"fault {n}: refused, yet something has changed")
        else:
            case.fail(f"more than {LIMIT} allocations")
    print(f"# {n} allocations")


def main():
    fault, genl = Fault(), Genl()
    for what, prepare, cmd, data in REQUESTS:
        with Case(f"{f.COMMANDS[cmd]} is done or refused when an allocation "
                  "fails: "
                  f"{what}") as case:
            n = fail_each(fault, genl, case, prepare, cmd, data)
        print(f"# {n} allocations")
    fail_reads(fault, genl)
    fail_notifications(fault, genl)
    f.expect(genl, f.FLUSH)
    fail_first(fault)


if __name__ == "__main__":
    main()
