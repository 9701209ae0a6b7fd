# SPDX-License-Identifier: GPL-2.0
# needs: director
"""Thresholds are kept, and need tracked flows: refused whichever comes first."""

import errno

import family as f
from genl import Genl
from ktap import check, check_is

LIMITED = f.backend("10.0.0.9", upper=9, lower=3)


def refused(genl, desc, cmd, attrs):
    """Refused for want of tracking, and nothing has changed."""
    before = f.state(genl)
    reply = genl.call(cmd, attrs)
    check(f"refused: {desc}", reply.error == errno.EINVAL and
          "track none" in (reply.text or "") and f.state(genl) == before, reply)


def tracking(genl):
    udp = {"proto": 17, "port": 1000, "port_last": 2000}
    f.configure(genl)
    f.expect(genl, f.SERVICE_SET, f.service(track=f.TRACK_NONE, **udp))
    for pool in ("web", "part", "backup"):
        refused(genl, f"thresholds in pool {pool} of a service without tracking",
                f.BACKEND_NEW, f.pool(pool) + LIMITED)
    refused(genl, "thresholds of a backend that is there", f.BACKEND_SET,
            f.pool() + f.backend("10.0.0.2", upper=1))
    f.expect(genl, f.BACKEND_SET,
             f.pool() + f.backend("10.0.0.2", upper=0, lower=0))
    f.expect(genl, f.BACKEND_NEW, f.pool("spare") + LIMITED)
    refused(genl, "a member with thresholds", f.MEMBER_NEW,
            f.pool() + f.member("spare"))
    for name in ("pool", "fallback"):
        refused(genl, f"a {name} with thresholds", f.SERVICE_SET,
                f.service(**{name: "spare"}, **udp))
        refused(genl, f"a new service without tracking, with such a {name}",
                f.SERVICE_NEW,
                f.service(port=82, track=f.TRACK_NONE, **{name: "spare"}))
    f.expect(genl, f.SERVICE_SET,
             f.service(pool="spare", track=f.TRACK_CHANGED, **udp))
    refused(genl, "an end of tracking", f.SERVICE_SET,
            f.service(track=f.TRACK_NONE, **udp))
    f.expect(genl, f.BACKEND_NEW, f.service() + LIMITED)
    refused(genl, "an end of tracking of a service with a private pool",
            f.SERVICE_SET, f.service(track=f.TRACK_NONE))
    f.expect(genl, f.BACKEND_SET,
             f.pool("spare") + f.backend("10.0.0.9", upper=0, lower=0))
    f.expect(genl, f.SERVICE_SET, f.service(track=f.TRACK_NONE, **udp))


def backend(genl, addr="10.0.0.9", where=None):
    reply = genl.call(f.BACKEND_GET, (where or f.pool()) + f.backend(addr))
    return f.objects(reply.messages, f.A_BACKEND)[0]


def thresholds(genl):
    f.configure(genl)
    f.expect(genl, f.BACKEND_NEW, f.pool() + LIMITED)

    def now():
        got = backend(genl)
        return [f.number(got[n]) if n in got else None
                for n in ("upper", "lower")]

    check_is("thresholds of a new backend are kept", now(), [9, 3])
    f.expect(genl, f.BACKEND_SET, f.pool() + f.backend("10.0.0.9", weight=7))
    check_is("they stay when its weight changes", now(), [9, 3])
    f.expect(genl, f.BACKEND_SET, f.pool() + f.backend("10.0.0.9", upper=2147483647))
    check_is("one stays when the other changes", now(), [2147483647, 3])
    before = f.state(genl)
    genl.call(f.BACKEND_SET, f.pool() + f.backend("10.0.0.9", lower=8) + f.DRY_RUN)
    check("a dry run leaves them as they are", f.state(genl) == before)
    f.expect(genl, f.BACKEND_SET, f.pool() + f.backend("10.0.0.9", upper=0, lower=0))
    check_is("without an upper one there are none", now(), [None, None])


def main():
    genl = Genl()
    tracking(genl)
    thresholds(genl)
    f.expect(genl, f.FLUSH)


if __name__ == "__main__":
    main()
