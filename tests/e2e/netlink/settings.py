# SPDX-License-Identifier: GPL-2.0
# needs: director
"""Settings of the namespace that are no timeouts: who is told of path MTUs, and the
peers."""

import errno

import family as f
from genl import Genl
from ktap import check, check_is


def path_mtu(genl):
    """Who is told of path MTUs is one of the settings."""
    def now():
        return f.number(f.objects(genl.call(f.CONFIG_GET).messages,
                                  f.A_CONFIG)[0]["pmtu"])

    f.expect(genl, f.CONFIG_SET, f.config(pmtu=f.PMTU_CLIENT))
    f.expect(genl, f.CONFIG_SET, f.config(tcp=77))
    check_is("a path MTU setting stays when another one is set", now(),
             f.PMTU_CLIENT)
    f.expect(genl, f.FLUSH)
    check_is("FLUSH puts the path MTU setting back", now(), 0)


def peers(genl):
    """The directors of the cluster are a pool that cannot be deleted meanwhile."""
    def now():
        return f.objects(genl.call(f.CONFIG_GET).messages, f.A_CONFIG)[0]["peers"]

    f.configure(genl)
    check_is("without peers their name is empty", now(), b"\0")
    f.expect(genl, f.CONFIG_SET, f.config(peers="spare"))
    f.expect(genl, f.CONFIG_SET, f.config(tcp=77))
    check_is("peers stay when another setting is set", now(), b"spare\0")
    before = f.state(genl)
    reply = genl.call(f.POOL_DEL, f.pool("spare"))
    check("the pool of the peers is not deleted",
          reply.error == errno.EBUSY and "peers" in (reply.text or "") and
          f.state(genl) == before, reply)
    pool = f.objects(genl.call(f.POOL_GET, f.pool("spare")).messages, f.A_POOL)[0]
    check_is("peers are no service of their pool", f.number(pool["services"]), 0)
    f.expect(genl, f.CONFIG_SET, f.config(peers="web"))
    check_is("the pool of former peers can be deleted",
             genl.call(f.POOL_DEL, f.pool("spare")).error, 0)
    f.expect(genl, f.CONFIG_SET, f.config(peers=""))
    check_is("an empty name takes the peers back", now(), b"\0")
    f.expect(genl, f.CONFIG_SET, f.config(peers="web"))
    f.expect(genl, f.FLUSH)
    check_is("FLUSH takes the peers back", now(), b"\0")


def main():
    genl = Genl()
    f.configure(genl)
    path_mtu(genl)
    peers(genl)


if __name__ == "__main__":
    main()
