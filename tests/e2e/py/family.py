# SPDX-License-Identifier: GPL-2.0
"""The family "maglev" as <linux/maglev.h> describes it."""

import socket
import struct

from genl import nest, nla

(INFO_GET, SERVICE_NEW, SERVICE_SET, SERVICE_DEL, SERVICE_GET, POOL_NEW,
 POOL_SET, POOL_DEL, POOL_GET, BACKEND_NEW, BACKEND_SET, BACKEND_DEL,
 BACKEND_GET, ROUTER_NEW, ROUTER_DEL, ROUTER_GET, STATS_GET, STATS_ZERO,
 FLUSH) = range(1, 20)
COMMANDS = {n: c for c, n in
            {k: v for k, v in globals().items() if isinstance(v, int)}.items()}

A_INFO, A_SERVICE, A_POOL, A_BACKEND, A_ROUTER, A_COUNTER = range(1, 7)

# Attributes of the objects: type, length (None: string; -N: N exact bytes).
SERVICE = {"protocol": (1, 1), "address4": (2, 4), "address6": (3, -16),
           "port": (4, 2), "port_last": (5, 2), "pool": (6, None)}
POOL = {"name": (1, None), "table_size": (2, 4), "seed": (3, 8)}
BACKEND = {"address4": (1, 4), "address6": (2, -16), "weight": (3, 4)}
ROUTER = {"address4": (1, 4), "address6": (2, -16), "prefix_len": (3, 1)}
OBJECTS = {A_SERVICE: SERVICE, A_POOL: POOL, A_BACKEND: BACKEND,
           A_ROUTER: ROUTER}
NAMES = {A_SERVICE: "service", A_POOL: "pool", A_BACKEND: "backend",
         A_ROUTER: "router"}
READ_ONLY = {A_SERVICE: (7,), A_POOL: (4, 5, 6, 7, 8), A_BACKEND: (4, 5),
             A_ROUTER: ()}
TYPE_MAX = {A_SERVICE: 7, A_POOL: 8, A_BACKEND: 5, A_ROUTER: 3}

SERVICE_ID = ("protocol", "address4", "address6", "port", "port_last")
ADDRESS = ("address4", "address6")
# What may come with a command, by object.
ALLOWED = {
    SERVICE_NEW: {A_SERVICE: SERVICE_ID + ("pool",),
                  A_POOL: ("table_size", "seed")},
    SERVICE_SET: {A_SERVICE: SERVICE_ID + ("pool",),
                  A_POOL: ("table_size", "seed")},
    SERVICE_DEL: {A_SERVICE: SERVICE_ID},
    SERVICE_GET: {A_SERVICE: SERVICE_ID},
    POOL_NEW: {A_POOL: ("name", "table_size", "seed")},
    POOL_SET: {A_POOL: ("name", "table_size", "seed")},
    POOL_DEL: {A_POOL: ("name",)},
    POOL_GET: {A_POOL: ("name",)},
    BACKEND_NEW: {A_SERVICE: SERVICE_ID, A_POOL: ("name",),
                  A_BACKEND: ADDRESS + ("weight",)},
    BACKEND_SET: {A_SERVICE: SERVICE_ID, A_POOL: ("name",),
                  A_BACKEND: ADDRESS + ("weight",)},
    BACKEND_DEL: {A_SERVICE: SERVICE_ID, A_POOL: ("name",),
                  A_BACKEND: ADDRESS},
    BACKEND_GET: {A_SERVICE: SERVICE_ID, A_POOL: ("name",),
                  A_BACKEND: ADDRESS},
    ROUTER_NEW: {A_ROUTER: ADDRESS + ("prefix_len",)},
    ROUTER_DEL: {A_ROUTER: ADDRESS + ("prefix_len",)},
    STATS_ZERO: {A_SERVICE: SERVICE_ID},
    INFO_GET: {}, ROUTER_GET: {}, STATS_GET: {}, FLUSH: {},
}
WRITES = (SERVICE_NEW, SERVICE_SET, SERVICE_DEL, POOL_NEW, POOL_SET, POOL_DEL,
          BACKEND_NEW, BACKEND_SET, BACKEND_DEL, ROUTER_NEW, ROUTER_DEL,
          STATS_ZERO, FLUSH)


def encode(spec, value):
    """The payload of an attribute."""
    _, length = spec
    if isinstance(value, bytes):
        return value
    if length is None:
        return value.encode() + b"\0"
    if isinstance(value, str):
        family = socket.AF_INET6 if length == -16 else socket.AF_INET
        return socket.inet_pton(family, value)
    return {1: struct.pack("=B", value & 255),
            2: struct.pack("!H", value & 0xffff),
            4: struct.pack("=I", value & 0xffffffff),
            8: struct.pack("=Q", value & (1 << 64) - 1)}[length]


def attr(kind, name, value):
    spec = OBJECTS[kind][name]
    return nla(spec[0], encode(spec, value))


def obj(kind, **values):
    """An object's nest, for example obj(A_POOL, name="web")."""
    return nest(kind, *[attr(kind, k, v) for k, v in values.items()])


def service(port=80, vip="203.0.113.1", proto=6, **more):
    return obj(A_SERVICE, protocol=proto, address4=vip, port=port, **more)


def pool(name="web", **more):
    return obj(A_POOL, name=name, **more)


def backend(addr="10.0.0.1", **more):
    return obj(A_BACKEND, address4=addr, **more)


def router(addr="192.0.2.1", **more):
    return obj(A_ROUTER, address4=addr, **more)


def state(genl):
    """Everything that can be read, to be compared."""
    return (genl.call(INFO_GET).messages,
            genl.dump(SERVICE_GET).messages, genl.dump(POOL_GET).messages,
            genl.dump(BACKEND_GET).messages, genl.dump(ROUTER_GET).messages)


def expect(genl, cmd, attrs=b""):
    """A request that has to work, for setting something up."""
    reply = genl.call(cmd, attrs)
    if reply.error:
        raise OSError(reply.error, f"{COMMANDS[cmd]}: {reply}")
    return reply


def configure(genl):
    """Something of everything."""
    expect(genl, FLUSH)
    expect(genl, SERVICE_NEW, service() + obj(A_POOL, table_size=251, seed=1))
    expect(genl, BACKEND_NEW, service() + backend())
    expect(genl, POOL_NEW, pool(table_size=251))
    expect(genl, POOL_NEW, pool("spare", table_size=251))
    expect(genl, BACKEND_NEW, pool() + backend("10.0.0.2", weight=3))
    expect(genl, SERVICE_NEW, obj(A_SERVICE, protocol=17, port=1000,
                                  address4="203.0.113.1", port_last=2000,
                                  pool="web"))
    expect(genl, ROUTER_NEW, router())
