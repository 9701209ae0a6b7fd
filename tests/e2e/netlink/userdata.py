# SPDX-License-Identifier: GPL-2.0
# needs: director
"""Userdata of services and backends is kept as it is."""

import errno

import family as f
from genl import Genl
from ktap import Case, check, check_is


def backend(genl, addr, where):
    reply = genl.call(f.BACKEND_GET, where + f.backend(addr))
    return f.objects(reply.messages, f.A_BACKEND)[0]


def userdata(genl):
    """Bytes of a service and of a backend, NULs and unknown ones included."""
    data = bytes(range(128, 256))

    def of_service():
        reply = genl.call(f.SERVICE_GET, f.service())
        return f.objects(reply.messages, f.A_SERVICE)[0].get("userdata")

    def of_backend():
        return backend(genl, "10.0.0.1", f.service()).get("userdata")

    f.configure(genl)
    check_is("at first there is none", [of_service(), of_backend()], [None] * 2)
    f.expect(genl, f.SERVICE_SET, f.service(userdata=data))
    f.expect(genl, f.BACKEND_SET,
             f.service() + f.backend(userdata=b"\0\1\0"))
    with Case("userdata is kept") as case:
        case.expect("service", of_service(), data)
        case.expect("backend", of_backend(), b"\0\1\0")
    f.expect(genl, f.SERVICE_SET, f.service(track=f.TRACK_CHANGED))
    f.expect(genl, f.BACKEND_SET, f.service() + f.backend(weight=9))
    check_is("it stays when something else changes",
             [of_service(), of_backend()], [data, b"\0\1\0"])
    before = f.state(genl)
    genl.call(f.BACKEND_SET,
              f.service() + f.backend(userdata=b"dry") + f.DRY_RUN)
    check("a dry run leaves it as it is", f.state(genl) == before)
    reply = genl.call(f.SERVICE_SET, f.service(userdata=b"no", pool="none"))
    check("and so does a request that is refused",
          reply.error == errno.ENOENT and f.state(genl) == before, reply)
    f.expect(genl, f.SERVICE_SET, f.service(userdata=b""))
    f.expect(genl, f.BACKEND_SET, f.service() + f.backend(userdata=b""))
    check_is("no bytes end it", [of_service(), of_backend()], [None] * 2)
    f.expect(genl, f.SERVICE_NEW, f.service(port=82, userdata=b"new") +
             f.backend("10.0.0.9", userdata=b"x") +
             f.backend("10.0.0.8", userdata=data))
    with Case("new ones have it at once") as case:
        reply = genl.call(f.SERVICE_GET, f.service(port=82))
        case.expect("service",
                    f.objects(reply.messages, f.A_SERVICE)[0]["userdata"], b"new")
        for addr, want in (("10.0.0.9", b"x"), ("10.0.0.8", data)):
            case.expect(addr, backend(genl, addr,
                                      f.service(port=82))["userdata"], want)


def main():
    genl = Genl()
    userdata(genl)
    f.expect(genl, f.FLUSH)


if __name__ == "__main__":
    main()
