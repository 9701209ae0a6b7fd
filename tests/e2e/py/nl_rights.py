# SPDX-License-Identifier: GPL-2.0
"""Who may do what: CAP_NET_ADMIN in the user namespace that owns the network
namespace changes things; everybody reads, but not the seeds."""

import ctypes
import errno
import os
import struct
import sys

import family as f
from genl import Genl, nest, parse
from ktap import Case, check, check_is, skip

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
NOBODY = 65534
SEED = 0x1122334455667788

libc = ctypes.CDLL(None, use_errno=True)

# A request of each command that would work, were one allowed to.
REQUESTS = {
    f.SERVICE_NEW: f.service(port=81), f.SERVICE_SET: f.service(),
    f.SERVICE_DEL: f.service(), f.POOL_NEW: f.pool("new"),
    f.POOL_SET: f.pool(seed=1), f.POOL_DEL: f.pool("spare"),
    f.BACKEND_NEW: f.service() + f.backend("10.0.0.9"),
    f.BACKEND_SET: f.service() + f.backend(weight=2),
    f.BACKEND_DEL: f.service() + f.backend(),
    f.ROUTER_NEW: f.router("192.0.2.9"), f.ROUTER_DEL: f.router(),
    f.STATS_ZERO: b"", f.FLUSH: b"", f.CONFIG_SET: f.config(tcp=9),
    f.CONN_DEL: b"",
}


def unshare(flags):
    if libc.unshare(flags):
        raise OSError(ctypes.get_errno(), "unshare")


def in_child(function):
    """Runs it where it can give up what it likes; what it prints counts."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            function()
            status = 0
        finally:
            os._exit(status)
    if os.waitpid(pid, 0)[1]:
        raise RuntimeError(f"{function.__name__} died")


def without_rights():
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def seeds(genl):
    """The seeds that can be read: in a dump, and one by one."""
    messages = genl.dump(f.POOL_GET).messages + \
        genl.call(f.POOL_GET, f.pool()).messages
    pools = [dict(parse(dict(parse(m))[f.A_POOL])) for m in messages]
    return [struct.unpack("=Q", o[3])[0] if 3 in o else None for o in pools]


def writes_refused(genl, case):
    for cmd in f.WRITES:
        reply = genl.call(cmd, REQUESTS[cmd])
        case.expect(f.COMMANDS[cmd], reply.error, errno.EPERM)
    # As well where nothing would come of it.
    for cmd in f.DRY_RUNS:
        reply = genl.call(cmd, REQUESTS[cmd] + f.DRY_RUN)
        case.expect(f"dry run of {f.COMMANDS[cmd]}", reply.error, errno.EPERM)


def secrets_refused(genl, case):
    for cmd in f.SECRETS:
        for request in (b"", f.service()):
            reply = genl.dump(cmd, request)
            case.expect(f.COMMANDS[cmd], (reply.error, reply.messages),
                        (errno.EPERM, []))


def unprivileged():
    without_rights()
    genl = Genl()
    with Case("without CAP_NET_ADMIN, every change is refused") as case:
        writes_refused(genl, case)
    with Case("without CAP_NET_ADMIN, clients are not told") as case:
        secrets_refused(genl, case)
    with Case("without CAP_NET_ADMIN, everything else can be read") as case:
        services, pools, backends, routers = f.state(genl)[1:]
        case.expect("services", len(services), 2)
        case.expect("pools", len(pools), 4)
        case.expect("backends", len(backends), 2)
        case.expect("routers", len(routers), 1)
        for cmd, request in ((f.SERVICE_GET, f.service()),
                             (f.BACKEND_GET, f.service() + f.backend()),
                             (f.STATS_GET, b""), (f.CONFIG_GET, b""),
                             (f.LOOKUP_GET, f.service() + f.client())):
            reply = genl.call(cmd, request)
            case.expect(f.COMMANDS[cmd], (reply.error, len(reply.messages)),
                        (0, 1))
    check_is("without CAP_NET_ADMIN, seeds are not shown",
             set(seeds(genl)), {None})


def own_namespaces():
    """rights in a network namespace of the own user namespace"""
    without_rights()
    unshare(CLONE_NEWUSER | CLONE_NEWNET)
    genl = Genl()
    f.configure(genl)
    check_is("CAP_NET_ADMIN over the own network namespace is enough",
             [len(x) for x in f.state(genl)], [2, 2, 4, 2, 1])
    check("and shows seeds", None not in seeds(genl))
    check_is("and clients", genl.dump(f.CONN_GET).error, 0)


def foreign_user_namespace():
    """no rights in a network namespace of another user namespace"""
    without_rights()
    unshare(CLONE_NEWUSER)
    genl = Genl()
    with Case("CAP_NET_ADMIN in another user namespace changes nothing") \
            as case:
        writes_refused(genl, case)
        secrets_refused(genl, case)
    check_is("and shows no seeds", set(seeds(genl)), {None})


def passed_on():
    """Rights are the opener's and the sender's, not the reader's alone."""
    genl = Genl()
    without_rights()
    with Case("a socket that root has opened gives no rights") as case:
        writes_refused(genl, case)
        secrets_refused(genl, case)


def main():
    no_user_namespaces = " ".join(sys.argv[1:])
    genl = Genl()
    f.configure(genl)
    f.expect(genl, f.POOL_SET, f.pool(seed=SEED))
    before = f.state(genl)
    in_child(unprivileged)
    in_child(passed_on)
    for function in (own_namespaces, foreign_user_namespace):
        if no_user_namespaces:
            skip(function.__doc__, no_user_namespaces)
        else:
            in_child(function)
    check("nothing has changed", f.state(genl) == before)
    check("the owner sees seeds", SEED in seeds(genl))
    check_is("an empty request of a reader is answered",
             genl.call(f.POOL_GET, nest(f.A_POOL)).error, errno.EINVAL)


if __name__ == "__main__":
    main()
