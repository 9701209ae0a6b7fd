# SPDX-License-Identifier: GPL-2.0
# needs: director
"""Rights: changes need CAP_NET_ADMIN in the user namespace that owns the network
namespace; reading needs none, but for seeds and clients."""

import errno
import os
import subprocess

import family as f
from genl import Genl, nest
from ktap import Case, check, check_is, skip
from namespace import CLONE_NEWNET, CLONE_NEWUSER, unshare

NOBODY = 65534
SEED = 0x1122334455667788

# A request of each command that would work with the right to it.
REQUESTS = {
    f.SERVICE_NEW: f.service(port=81), f.SERVICE_SET: f.service(),
    f.SERVICE_DEL: f.service(), f.POOL_NEW: f.pool("new"),
    f.POOL_SET: f.pool(seed=1), f.POOL_DEL: f.pool("spare"),
    f.BACKEND_NEW: f.service() + f.backend("10.0.0.9"),
    f.BACKEND_SET: f.service() + f.backend(weight=2),
    f.BACKEND_DEL: f.service() + f.backend(),
    f.MEMBER_NEW: f.service() + f.member(),
    f.MEMBER_SET: f.pool() + f.member("part", weight=5),
    f.MEMBER_DEL: f.pool() + f.member("part"),
    f.ROUTER_NEW: f.router("192.0.2.9"), f.ROUTER_DEL: f.router(),
    f.SOURCE_NEW: f.source("198.18.1.0"), f.SOURCE_DEL: f.source(),
    f.STATS_ZERO: b"", f.FLUSH: b"", f.CONFIG_SET: f.config(tcp=9),
    f.CONN_DEL: b"", f.BATCH: f.batch((f.POOL_NEW, f.pool("new"))),
    f.TRACE_SET: f.service() + f.trace(),
    f.STATE_SET: f.obj(f.A_STATE, version=1),
}


def in_child(function):
    """Runs it in a process of its own, which may give rights up."""
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
    return [f.number(o["seed"]) if "seed" in o else None
            for o in f.objects(messages, f.A_POOL)]


def writes_refused(genl, case):
    for cmd in f.WRITES:
        reply = genl.call(cmd, REQUESTS[cmd])
        case.expect(f.COMMANDS[cmd], reply.error, errno.EPERM)
    # A dry run tells what only those may know who may make the change.
    for cmd in f.DRY_RUNS:
        reply = genl.call(cmd, REQUESTS[cmd] + f.DRY_RUN)
        case.expect(f"dry run of {f.COMMANDS[cmd]}", reply.error, errno.EPERM)


def secrets_refused(genl, case):
    for cmd in f.SECRETS:
        for request in (b"", f.service()):
            reply = genl.dump(cmd, request)
            case.expect(f.COMMANDS[cmd], (reply.error, reply.messages),
                        (errno.EPERM, []))
    reply = genl.call(f.LOOKUP_GET, f.service() + f.client())
    case.expect("lookup", (reply.error, reply.messages), (errno.EPERM, []))


def unprivileged():
    without_rights()
    genl = Genl()
    with Case("every change without CAP_NET_ADMIN is refused") as case:
        writes_refused(genl, case)
    with Case("a request for clients without CAP_NET_ADMIN is refused") as case:
        secrets_refused(genl, case)
    with Case("everything else can be read without CAP_NET_ADMIN") as case:
        services, pools, backends, prefixes = f.state(genl)[1:]
        case.expect("services", len(services), 2)
        case.expect("pools", len(pools), 5)
        case.expect("backends", len(backends), 3)
        case.expect("routers and sources", len(prefixes), 2)
        for cmd, request in ((f.SERVICE_GET, f.service()),
                             (f.BACKEND_GET, f.service() + f.backend()),
                             (f.STATS_GET, b""), (f.CONFIG_GET, b"")):
            reply = genl.call(cmd, request)
            case.expect(f.COMMANDS[cmd], (reply.error, len(reply.messages)),
                        (0, 1))
    check_is("seeds are not shown without CAP_NET_ADMIN",
             set(seeds(genl)), {None})


def own_namespaces():
    """CAP_NET_ADMIN over the own network namespace allows changes"""
    without_rights()
    unshare(CLONE_NEWUSER | CLONE_NEWNET)
    genl = Genl()
    f.configure(genl)
    check_is("CAP_NET_ADMIN over the own network namespace allows changes",
             [len(x) for x in f.state(genl)], [2, 2, 5, 3, 2])
    check("CAP_NET_ADMIN over the own network namespace shows seeds",
          None not in seeds(genl))
    check_is("CAP_NET_ADMIN over the own network namespace shows clients",
             genl.dump(f.CONN_GET).error, 0)


def foreign_user_namespace():
    """CAP_NET_ADMIN in another user namespace allows no change"""
    without_rights()
    unshare(CLONE_NEWUSER)
    genl = Genl()
    with Case("CAP_NET_ADMIN in another user namespace allows no change") \
            as case:
        writes_refused(genl, case)
        secrets_refused(genl, case)
    check_is("CAP_NET_ADMIN in another user namespace shows no seeds",
             set(seeds(genl)), {None})


def passed_on():
    """Both the opener and the sender of a socket need the right."""
    genl = Genl()
    without_rights()
    with Case("every change through a socket that root opened is refused "
              "without "
              "CAP_NET_ADMIN") as case:
        writes_refused(genl, case)
        secrets_refused(genl, case)


def main():
    # Not possible in a chroot, for one.
    unshared = subprocess.run(["unshare", "-U", "true"], text=True,
                              capture_output=True, check=False)
    no_user_namespaces = unshared.stderr.strip() if unshared.returncode else ""
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
    check("refused changes leave the configuration unchanged",
          f.state(genl) == before)
    check("seeds are shown with CAP_NET_ADMIN", SEED in seeds(genl))
    check_is("an empty nest in a request is refused",
             genl.call(f.POOL_GET, nest(f.A_POOL)).error, errno.EINVAL)


if __name__ == "__main__":
    main()
