# SPDX-License-Identifier: GPL-2.0
"""The family "maglev" as <linux/maglev.h> describes it."""

import socket
import struct

from genl import nest, nla, parse

(INFO_GET, SERVICE_NEW, SERVICE_SET, SERVICE_DEL, SERVICE_GET, POOL_NEW,
 POOL_SET, POOL_DEL, POOL_GET, BACKEND_NEW, BACKEND_SET, BACKEND_DEL,
 BACKEND_GET, ROUTER_NEW, ROUTER_DEL, ROUTER_GET, STATS_GET, STATS_ZERO,
 FLUSH, CONFIG_GET, CONFIG_SET, CONN_GET, CONN_DEL,
 LOOKUP_GET) = range(1, 25)
COMMANDS = {n: c for c, n in
            {k: v for k, v in globals().items() if isinstance(v, int)}.items()}

(A_INFO, A_SERVICE, A_POOL, A_BACKEND, A_ROUTER, A_COUNTER, A_CONFIG, A_CONN,
 A_LOOKUP, A_DRY_RUN, A_MOVES) = range(1, 12)
A_UNKNOWN = A_MOVES + 1
TRACK_ALL, TRACK_CHANGED, TRACK_NONE = range(3)
UP, DRAIN, DOWN = range(3)
OPENING, ESTABLISHED, CLOSING, CLOSED = range(4)
NOBODY, OPEN, CACHED, CURRENT, PREVIOUS, HASH = range(6)

# Attributes of the objects: type, length (None: string; -N: N exact bytes).
SERVICE = {"protocol": (1, 1), "address4": (2, 4), "address6": (3, -16),
           "port": (4, 2), "port_last": (5, 2), "pool": (6, None),
           "track": (8, 1), "affinity": (9, 1), "all_down": (10, 1),
           "fallback": (11, None)}
POOL = {"name": (1, None), "table_size": (2, 4), "seed": (3, 8),
        "settle": (9, 4)}
BACKEND = {"address4": (1, 4), "address6": (2, -16), "weight": (3, 4),
           "state": (6, 1), "deadline": (7, 4)}
ROUTER = {"address4": (1, 4), "address6": (2, -16), "prefix_len": (3, 1)}
TIMEOUTS = {n: (i, 4) for i, n in enumerate(
    ("tcp", "tcp_syn", "tcp_fin", "tcp_close", "udp", "sctp", "sctp_init",
     "sctp_shutdown", "sctp_close"), 3)}
DEFAULTS = dict(zip(TIMEOUTS, (900, 60, 120, 10, 300, 900, 60, 120, 10)))
CONFIG = {"cache_size": (1, 4), **TIMEOUTS}
LOOKUP = {"client4": (1, 4), "client6": (2, -16), "client_port": (3, 2)}
OBJECTS = {A_SERVICE: SERVICE, A_POOL: POOL, A_BACKEND: BACKEND,
           A_ROUTER: ROUTER, A_CONFIG: CONFIG, A_LOOKUP: LOOKUP}
NAMES = {A_SERVICE: "service", A_POOL: "pool", A_BACKEND: "backend",
         A_ROUTER: "router", A_CONFIG: "config", A_LOOKUP: "lookup"}
READ_ONLY = {A_SERVICE: (7,), A_POOL: (4, 5, 6, 7, 8, 10, 11),
             A_BACKEND: (4, 5, 8, 9), A_ROUTER: (), A_CONFIG: (2,),
             A_LOOKUP: tuple(range(4, 22))}
TYPE_MAX = {A_SERVICE: 11, A_POOL: 11, A_BACKEND: 9, A_ROUTER: 3,
            A_CONFIG: 11, A_LOOKUP: 21}
# What may be at most, and at least where that is not 0.
RANGES = {"track": 2, "affinity": 2, "all_down": 2, "state": 2,
          "weight": 65535, "settle": 86400000, "deadline": 604800000,
          "table_size": (251, 1048573), "cache_size": (1024, 1 << 26),
          **{n: (1, 2678400) for n in TIMEOUTS}}

SERVICE_ID = ("protocol", "address4", "address6", "port", "port_last")
SERVICE_PARAMS = SERVICE_ID + ("pool", "track", "affinity", "all_down",
                               "fallback")
POOL_PARAMS = ("table_size", "seed", "settle")
ADDRESS = ("address4", "address6")
BACKEND_PARAMS = ADDRESS + ("weight", "state", "deadline")
# What may come with a command, by object.
ALLOWED = {
    SERVICE_NEW: {A_SERVICE: SERVICE_PARAMS, A_POOL: POOL_PARAMS,
                  A_BACKEND: BACKEND_PARAMS},
    SERVICE_SET: {A_SERVICE: SERVICE_PARAMS, A_POOL: POOL_PARAMS},
    SERVICE_DEL: {A_SERVICE: SERVICE_ID},
    SERVICE_GET: {A_SERVICE: SERVICE_ID},
    POOL_NEW: {A_POOL: ("name",) + POOL_PARAMS, A_BACKEND: BACKEND_PARAMS},
    POOL_SET: {A_POOL: ("name",) + POOL_PARAMS},
    POOL_DEL: {A_POOL: ("name",)},
    POOL_GET: {A_POOL: ("name",)},
    BACKEND_NEW: {A_SERVICE: SERVICE_ID, A_POOL: ("name",),
                  A_BACKEND: BACKEND_PARAMS},
    BACKEND_SET: {A_SERVICE: SERVICE_ID, A_POOL: ("name",),
                  A_BACKEND: BACKEND_PARAMS},
    BACKEND_DEL: {A_SERVICE: SERVICE_ID, A_POOL: ("name",),
                  A_BACKEND: ADDRESS},
    BACKEND_GET: {A_SERVICE: SERVICE_ID, A_POOL: ("name",),
                  A_BACKEND: ADDRESS},
    ROUTER_NEW: {A_ROUTER: ADDRESS + ("prefix_len",)},
    ROUTER_DEL: {A_ROUTER: ADDRESS + ("prefix_len",)},
    STATS_ZERO: {A_SERVICE: SERVICE_ID},
    INFO_GET: {}, ROUTER_GET: {}, STATS_GET: {}, FLUSH: {}, CONFIG_GET: {},
    CONFIG_SET: {A_CONFIG: tuple(CONFIG)},
    CONN_GET: {A_SERVICE: SERVICE_ID},
    CONN_DEL: {A_SERVICE: SERVICE_ID, A_BACKEND: ADDRESS},
    LOOKUP_GET: {A_SERVICE: SERVICE_ID, A_LOOKUP: tuple(LOOKUP)},
}
# Either a service or a pool names the pool.
MEMBERS = (BACKEND_NEW, BACKEND_SET, BACKEND_DEL, BACKEND_GET)
# Backends may be repeated.
SEVERAL = (SERVICE_NEW, POOL_NEW, BACKEND_NEW)
DRY_RUNS = (BACKEND_NEW, BACKEND_SET, BACKEND_DEL, POOL_SET)
WRITES = (SERVICE_NEW, SERVICE_SET, SERVICE_DEL, POOL_NEW, POOL_SET, POOL_DEL,
          BACKEND_NEW, BACKEND_SET, BACKEND_DEL, ROUTER_NEW, ROUTER_DEL,
          STATS_ZERO, FLUSH, CONFIG_SET, CONN_DEL)
SECRETS = (CONN_GET,)
DUMPS = (SERVICE_GET, POOL_GET, BACKEND_GET, ROUTER_GET, CONN_GET)
DUMPS_ONLY = (ROUTER_GET, CONN_GET)
DRY_RUN = nla(A_DRY_RUN)


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


def backends(count, first=1):
    """So many of them, from 10.1.0.0 on."""
    return b"".join(backend(f"10.1.{n >> 8}.{n & 255}")
                    for n in range(first, first + count))


def router(addr="192.0.2.1", **more):
    return obj(A_ROUTER, address4=addr, **more)


def config(**values):
    return obj(A_CONFIG, **values)


def client(addr="198.51.100.7", port=1024):
    return obj(A_LOOKUP, client4=addr, client_port=port)


def objects(messages, kind):
    """The nest of that kind in each message, as {type: payload}."""
    return [dict(parse(dict(parse(m))[kind])) for m in messages]


def without(message, kind, hidden):
    """The attributes of a message, but for some in its nests of a kind."""
    return [(k, [a for a in parse(v) if a[0] not in hidden] if k == kind else v)
            for k, v in parse(message)]


def state(genl):
    """
    Everything that was configured and can be read, to be compared. Time
    changes some of what else there is to a pool and a backend: slots settle,
    deadlines come closer.
    """
    return (genl.call(INFO_GET).messages + genl.call(CONFIG_GET).messages,
            genl.dump(SERVICE_GET).messages,
            [without(m, A_POOL, (11,)) for m in genl.dump(POOL_GET).messages],
            [without(m, A_BACKEND, (7,))
             for m in genl.dump(BACKEND_GET).messages],
            genl.dump(ROUTER_GET).messages)


def expect(genl, cmd, attrs=b""):
    """A request that has to work, for setting something up."""
    reply = genl.call(cmd, attrs)
    if reply.error:
        raise OSError(reply.error, f"{COMMANDS[cmd]}: {reply}")
    return reply


def flush(genl):
    """FLUSH, and how much of each there is afterwards; see state()."""
    expect(genl, FLUSH)
    return [len(x) for x in state(genl)]


def configure(genl):
    """Something of everything, and a small flow cache."""
    expect(genl, FLUSH)
    expect(genl, CONFIG_SET, config(cache_size=4096, **DEFAULTS))
    expect(genl, SERVICE_NEW, service() + obj(A_POOL, table_size=251, seed=1))
    expect(genl, BACKEND_NEW, service() + backend())
    expect(genl, POOL_NEW, pool(table_size=251))
    expect(genl, POOL_NEW, pool("spare", table_size=251))
    expect(genl, POOL_NEW, pool("backup", table_size=251))
    expect(genl, BACKEND_NEW, pool() + backend("10.0.0.2", weight=3))
    expect(genl, SERVICE_NEW, obj(A_SERVICE, protocol=17, port=1000,
                                  address4="203.0.113.1", port_last=2000,
                                  pool="web", fallback="backup"))
    expect(genl, ROUTER_NEW, router())
