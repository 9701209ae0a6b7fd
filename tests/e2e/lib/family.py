# SPDX-License-Identifier: GPL-2.0
"""Requests to the family "maglev", and its answers, by the names of the
specification."""

import socket
import struct
import sys

from genl import nest, nla, parse
from spec import Spec

SPEC = Spec()
# Commands, as numbers: SERVICE_NEW and so on.
NUMBERS = {name: c.ident for name, c in SPEC.commands.items()}
COMMANDS = {number: name for name, number in NUMBERS.items()}
(INFO_GET, SERVICE_NEW, SERVICE_SET, SERVICE_DEL, SERVICE_GET, POOL_NEW,
 POOL_SET, POOL_DEL, POOL_GET, BACKEND_NEW, BACKEND_SET, BACKEND_DEL,
 BACKEND_GET, ROUTER_NEW, ROUTER_DEL, ROUTER_GET, STATS_GET, STATS_ZERO,
 FLUSH, CONFIG_GET, CONFIG_SET, CONN_GET, CONN_DEL, LOOKUP_GET, SOURCE_NEW,
 SOURCE_DEL, SOURCE_GET, MEMBER_NEW, MEMBER_SET, MEMBER_DEL, BATCH, TRACE_SET,
 TRACE_NTF, STATE_GET, STATE_SET) = (
     NUMBERS[name] for name in (
         "INFO_GET", "SERVICE_NEW", "SERVICE_SET", "SERVICE_DEL",
         "SERVICE_GET", "POOL_NEW", "POOL_SET", "POOL_DEL", "POOL_GET",
         "BACKEND_NEW", "BACKEND_SET", "BACKEND_DEL", "BACKEND_GET",
         "ROUTER_NEW", "ROUTER_DEL", "ROUTER_GET", "STATS_GET", "STATS_ZERO",
         "FLUSH", "CONFIG_GET", "CONFIG_SET", "CONN_GET", "CONN_DEL",
         "LOOKUP_GET", "SOURCE_NEW", "SOURCE_DEL", "SOURCE_GET", "MEMBER_NEW",
         "MEMBER_SET", "MEMBER_DEL", "BATCH", "TRACE_SET", "TRACE_NTF",
         "STATE_GET", "STATE_SET"))
# Commands of the kernel's messages only.
NOTIFICATIONS = [n for name, n in NUMBERS.items() if name.endswith("_NTF")]

# Objects, as types of the top level.
(A_INFO, A_SERVICE, A_POOL, A_BACKEND, A_ROUTER, A_CONFIG, A_CONN, A_LOOKUP,
 A_DRY_RUN, A_MOVES, A_SOURCE, A_MEMBER, A_CHANGE, A_CMD, A_GENERATION,
 A_TRACE, A_STATE) = (
     SPEC.objects[name] for name in (
         "info", "service", "pool", "backend", "router", "config", "conn",
         "lookup", "dry_run", "moves", "source", "member", "change", "cmd",
         "generation", "trace", "state"))
A_UNKNOWN = max(SPEC.objects.values()) + 1
NAMES = {number: name for name, number in SPEC.objects.items()}
OBJECTS = SPEC.attributes


def value(kind, name, word):
    """The number that stands for a word."""
    return OBJECTS[kind][name].enum.index(word)


TRACK_ALL = value(A_SERVICE, "track", "all")
TRACK_CHANGED = value(A_SERVICE, "track", "changed")
TRACK_NONE = value(A_SERVICE, "track", "none")
DRAIN = value(A_BACKEND, "state", "drain")
UP = value(A_BACKEND, "state", "up")
DOWN = value(A_BACKEND, "state", "down")
ESTABLISHED = value(A_CONN, "state", "established")
CACHED = value(A_LOOKUP, "rule", "cached")
TIMEOUTS = [n for n in OBJECTS[A_CONFIG]
            if n not in ("pmtu", "peers") and not n.startswith("cache_")]
PMTU_CLIENT = value(A_CONFIG, "pmtu", "client")
# Those of a new namespace.
DEFAULTS = dict(tcp=900, tcp_syn=60, tcp_fin=120, tcp_close=10, udp=300,
                sctp=900, sctp_init=60, sctp_shutdown=120, sctp_close=10)

REQUESTS = {c.ident: c for c in SPEC.commands.values() if c.do or c.dump}
# Names of attributes that may come with a command, by object.
ALLOWED = {ident: c.requests for ident, c in REQUESTS.items()}
# Attributes of each object that no request may have.
READ_ONLY = {kind: [a.ident for name, a in OBJECTS[kind].items()
                    if not any(name in c.requests.get(kind, ())
                               for c in REQUESTS.values())]
             for kind in {k for c in REQUESTS.values() for k in c.requests}}
TYPE_MAX = {kind: len(attributes) for kind, attributes in OBJECTS.items()}
# Commands whose pool is that of a service, or is named.
MEMBERS = (BACKEND_NEW, BACKEND_SET, BACKEND_DEL, BACKEND_GET, MEMBER_NEW,
           MEMBER_SET, MEMBER_DEL)
# Commands with backends that may be repeated.
SEVERAL = [ident for ident, c in REQUESTS.items() if c.several]
DRY_RUNS = [ident for ident, c in REQUESTS.items() if c.dry_run]
WRITES = [ident for ident, c in REQUESTS.items()
          if c.admin and not COMMANDS[ident].endswith("_GET")]
# Those that a batch may have.
CHANGES = tuple(ident for ident in WRITES if ident not in
                (BATCH, FLUSH, STATS_ZERO, CONN_DEL, TRACE_SET, STATE_SET))
DUMPS = [ident for ident, c in REQUESTS.items() if c.dump]
DUMPS_ONLY = [ident for ident, c in REQUESTS.items() if not c.do]
# Dumps that need CAP_NET_ADMIN.
SECRETS = [ident for ident in DUMPS if REQUESTS[ident].admin]
DRY_RUN = nla(A_DRY_RUN)


def encode(attribute, data):
    """The payload of an attribute."""
    if isinstance(data, bytes):
        return data
    if attribute.size is None:
        return data.encode() + b"\0"
    if isinstance(data, str):
        family = socket.AF_INET6 if attribute.exact else socket.AF_INET
        return socket.inet_pton(family, data)
    return {1: struct.pack("=B", data & 255),
            2: struct.pack("!H", data & 0xffff),
            4: struct.pack("=I", data & 0xffffffff),
            8: struct.pack("=Q", data & (1 << 64) - 1)}[attribute.size]


def attr(kind, name, data):
    attribute = OBJECTS[kind][name]
    return nla(attribute.ident, encode(attribute, data))


def obj(kind, **values):
    """An object's nest, for example obj(A_POOL, name="web")."""
    return nest(kind, *[attr(kind, k, v) for k, v in values.items()])


def of_family(name, addr):
    """An address as the attribute of its family, such as address4."""
    return {name + ("6" if ":" in addr else "4"): addr}


def service(port=80, vip="203.0.113.1", proto=6, **more):
    return obj(A_SERVICE, protocol=proto, port=port,
               **of_family("address", vip), **more)


def pool(name="web", **more):
    return obj(A_POOL, name=name, **more)


def backend(addr="10.0.0.1", **more):
    return obj(A_BACKEND, **of_family("address", addr), **more)


def backends(count, first=1):
    """A number of backends, from 10.1.0.0 on."""
    return b"".join(backend(f"10.1.{n >> 8}.{n & 255}")
                    for n in range(first, first + count))


def member(name="spare", **more):
    return obj(A_MEMBER, name=name, **more)


def router(addr="192.0.2.1", **more):
    return obj(A_ROUTER, **of_family("address", addr), **more)


def source(addr="198.18.0.0", prefix_len=28, **more):
    return obj(A_SOURCE, prefix_len=prefix_len, **of_family("address", addr),
               **more)


def config(**values):
    return obj(A_CONFIG, **values)


def client(addr="198.51.100.7", port=1024):
    return obj(A_LOOKUP, client_port=port, **of_family("client", addr))


def change(cmd, attrs=b""):
    """A request as a part of a batch."""
    return nest(A_CHANGE, nla(A_CMD, struct.pack("=B", cmd)), attrs)


def batch(*requests):
    """Requests, as (command, attributes), in a batch."""
    return b"".join(change(*request) for request in requests)


def generation(genl):
    info = objects(genl.call(INFO_GET).messages, A_INFO)[0]
    return number(info["generation"])


def trace(addr=None, **more):
    """The packets of a client to be traced, or those of all."""
    return obj(A_TRACE, **(of_family("client", addr) if addr else {}), **more)


def address(values, name="address"):
    """An address among the attributes of an object, as text, or None."""
    for family, version in ((socket.AF_INET, "4"), (socket.AF_INET6, "6")):
        if name + version in values:
            return socket.inet_ntop(family, values[name + version])
    return None


def number(payload):
    """A u8, u32 or u64."""
    return int.from_bytes(payload, sys.byteorder)


def port(payload):
    return int.from_bytes(payload, "big")


def counters(message):
    """The counters in an answer of STATS_GET, as {name: payload}."""
    kind = SPEC.objects["counter"]
    names = {a.ident: name for name, a in OBJECTS[kind].items()}
    return [{names.get(i, i): v for i, v in parse(payload)}
            for k, payload in parse(message) if k == kind]


def kinds(message):
    """The names of the objects in a message."""
    return {NAMES.get(kind, kind) for kind, _ in parse(message)}


def objects(messages, kind):
    """The nest of that kind in each message, as {name: payload}."""
    names = {a.ident: name for name, a in OBJECTS[kind].items()}
    return [{names.get(i, i): v for i, v in parse(dict(parse(m))[kind])}
            for m in messages]


def without(message, kind, hidden):
    """The attributes of a message, but for one in its nests of a kind."""
    ident = OBJECTS[kind][hidden].ident
    return [(k, [a for a in parse(v) if a[0] != ident] if k == kind else v)
            for k, v in parse(message)]


def state(genl):
    """
    Everything that was configured and can be read, to be compared. The
    unsettled slots of a pool and the deadline of a backend change with time.
    """
    return (genl.call(INFO_GET).messages + genl.call(CONFIG_GET).messages,
            genl.dump(SERVICE_GET).messages,
            [without(m, A_POOL, "unsettled") for m in genl.dump(POOL_GET).messages],
            [without(m, A_BACKEND, "deadline")
             for m in genl.dump(BACKEND_GET).messages],
            genl.dump(ROUTER_GET).messages + genl.dump(SOURCE_GET).messages)


def expect(genl, cmd, attrs=b""):
    """A request that has to work, for setting something up."""
    reply = genl.call(cmd, attrs)
    if reply.error:
        raise OSError(reply.error, f"{COMMANDS[cmd]}: {reply}")
    return reply


def flush(genl):
    """FLUSH, and the number of objects afterwards, by kind; see state()."""
    expect(genl, FLUSH)
    return [len(x) for x in state(genl)]


def configure(genl):
    """A few objects of each kind, and a small flow cache."""
    expect(genl, FLUSH)
    expect(genl, CONFIG_SET, config(cache_size=4096, **DEFAULTS))
    expect(genl, SERVICE_NEW, service() + obj(A_POOL, table_size=251, seed=1))
    expect(genl, BACKEND_NEW, service() + backend())
    expect(genl, POOL_NEW, pool(table_size=251))
    expect(genl, POOL_NEW, pool("spare", table_size=251))
    expect(genl, POOL_NEW, pool("backup", table_size=251))
    expect(genl, BACKEND_NEW, pool() + backend("10.0.0.2", weight=3))
    expect(genl, POOL_NEW, pool("part", table_size=251))
    expect(genl, BACKEND_NEW, pool("part") + backend("10.0.0.3"))
    expect(genl, MEMBER_NEW, pool() + member("part", weight=2))
    expect(genl, SERVICE_NEW, obj(A_SERVICE, protocol=17, port=1000,
                                  address4="203.0.113.1", port_last=2000,
                                  pool="web", fallback="backup"))
    expect(genl, ROUTER_NEW, router())
    expect(genl, SOURCE_NEW, source())
