# SPDX-License-Identifier: GPL-2.0
# needs: director quick
"""A batch of ten thousand services with ten backends each, in one message."""

import socket
import time

import family as f
from genl import Genl
from ktap import check_is

SERVICES, BACKENDS = 10000, 10
SO_SNDBUFFORCE = 32
NETLINK_CAP_ACK = 10
SOL_NETLINK = 270


def vip(n):
    return f"203.{n >> 8}.{n & 255}.1"


def changes():
    for n in range(SERVICES):
        yield f.SERVICE_NEW, f.service(vip=vip(n), track=f.TRACK_NONE) + \
            f.obj(f.A_POOL, table_size=251) + b"".join(
                f.backend(f"10.{i}.{n >> 8}.{n & 255}", weight=i + 1)
                for i in range(BACKENDS))


def info(genl):
    found = f.objects(genl.call(f.INFO_GET).messages, f.A_INFO)[0]
    return [f.number(found[name]) for name in ("services", "pools", "backends")]


def timed(genl, cmd, data=b""):
    start = time.monotonic()
    reply = genl.call(cmd, data)
    print(f"# {f.COMMANDS[cmd]}: {len(data)} bytes, "
          f"{time.monotonic() - start:.2f} s")
    return reply


def main():
    genl = Genl()
    # An error would come with the whole message otherwise.
    genl.sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
    genl.sock.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 64 << 20)
    genl.sock.settimeout(None)
    f.expect(genl, f.FLUSH)
    made = f.batch(*changes())
    bad = made + f.change(f.POOL_DEL, f.pool("none"))
    reply = timed(genl, f.BATCH, bad)
    check_is("a large batch is refused for its last change",
             (reply.text, reply.offset > len(made), info(genl)),
             ("no such pool", True, [0, 0, 0]))
    reply = timed(genl, f.BATCH, made)
    check_is("a large batch is carried out", (reply.error, reply.text),
             (0, None))
    check_is("all of its services are there", info(genl),
             [SERVICES, SERVICES, SERVICES * BACKENDS])
    reply = timed(genl, f.BATCH, f.batch(
        *((f.SERVICE_DEL, f.service(vip=vip(n))) for n in range(SERVICES))))
    check_is("a large batch deletes them", (reply.error, info(genl)),
             (0, [0, 0, 0]))
    f.expect(genl, f.FLUSH)


if __name__ == "__main__":
    main()
