# SPDX-License-Identifier: GPL-2.0
# needs: director
"""Every command with every attribute missing, of a wrong size, out of place,
unknown or wrongly nested: refused with a text, and the configuration unchanged. In
a batch they are refused likewise."""

import errno

import family as f
from genl import NLA_F_NESTED, Genl, nest, nla
from ktap import Case

# A valid value of each attribute.
VALUES = {"protocol": 6, "address4": "203.0.113.1", "port": 80,
          "pool": "spare", "name": "web", "table_size": 257, "seed": 7,
          "weight": 5, "prefix_len": 32, "track": 1, "affinity": 1,
          "all_down": 1, "fallback": "spare", "settle": 5, "panic": 50, "state": 1,
          "deadline": 1000, "cache_size": 2048, "client4": "198.51.100.7",
          "client_port": 9, "pmtu": 1, "peers": "spare", "rate": 9,
          "upper": 9, "lower": 3, "userdata": b"\0\1", "version": 1,
          **{n: 30 for n in f.TIMEOUTS}}
REQUIRED = {f.A_SERVICE: ("protocol", "address4", "port"),
            f.A_POOL: ("name",), f.A_BACKEND: ("address4",),
            f.A_MEMBER: ("name",),
            f.A_ROUTER: ("address4",), f.A_SOURCE: ("address4",),
            f.A_CONFIG: (), f.A_TRACE: (), f.A_STATE: ("version",),
            f.A_LOOKUP: ("client4",)}
# Objects that may be absent.
OPTIONAL = {f.SERVICE_NEW: (f.A_POOL, f.A_BACKEND),
            f.POOL_NEW: (f.A_BACKEND,), f.SERVICE_SET: (f.A_POOL,),
            f.STATS_ZERO: (f.A_SERVICE,),
            f.CONN_DEL: (f.A_SERVICE, f.A_BACKEND),
            f.TRACE_SET: (f.A_TRACE,)}
BAD = (errno.EINVAL, errno.ERANGE)


def valid(cmd):
    """The objects of a valid request: {object: {name: payload}}."""
    request = {}
    for kind, names in f.ALLOWED[cmd].items():
        if kind == f.A_POOL and cmd in f.MEMBERS:
            continue    # the service names it
        request[kind] = {n: f.encode(f.OBJECTS[kind][n], VALUES[n])
                         for n in names if n in VALUES and
                         n not in ("pool", "fallback")}
    return request


def build(request, *extra):
    """extra: attributes to be put into an object, as (object, bytes)."""
    data = b""
    for kind, values in request.items():
        children = [nla(f.OBJECTS[kind][n].ident, v) for n, v in values.items()]
        children += [x for k, x in extra if k == kind]
        data += nest(kind, *children)
    return data


def variant(request, kind, name, payload):
    """The request with another payload, or without one."""
    values = {k: v for k, v in request[kind].items() if k != name}
    if payload is not None:
        values[name] = payload
    return {**request, kind: values}


def of_an_attribute(cmd, request, kind, name):
    """Invalid requests about one attribute: what, bytes, errnos, missing
    type."""
    spec = f.OBJECTS[kind][name]
    ident = spec.ident
    needed = name in REQUIRED[kind] and name in f.ALLOWED[cmd][kind]
    whole = request[kind].get(name)
    if needed:
        yield ("missing", build(variant(request, kind, name, None)),
               (errno.EINVAL,), ident)
    if spec.size is None and not spec.text and spec.longest:
        yield (f"of {spec.longest + 1} bytes",
               build(variant(request, kind, name, bytes(spec.longest + 1))),
               BAD, None)
    elif spec.size is None and spec.text:
        long = spec.longest + 1
        for what, payload in (("without final NUL", b"web"),
                              (f"of {long} bytes", b"a" * long + b"\0"),
                              ("of no bytes", b"")):
            yield (what, build(variant(request, kind, name, payload)), BAD,
                   None)
    elif spec.size is not None:
        size = spec.size
        for n in {0, max(size - 1, 0), size + 1, size + 4} - {size}:
            yield (f"of {n} bytes",
                   build(variant(request, kind, name, bytes(n))), BAD, None)
    if spec.high is not None:
        for n in {0, spec.low - 1, spec.high + 1, 255,
                  (1 << 8 * spec.size) - 1} - \
                set(range(spec.low, min(spec.high, 255) + 1)):
            if n >= 0:
                payload = f.encode(spec, n)
                yield (f"that is {n}",
                       build(variant(request, kind, name, payload)),
                       (errno.ERANGE,), None)
    payload = whole if whole is not None else bytes(spec.size or 4)
    yield ("marked as nested",
           build(variant(request, kind, name, None),
                 (kind, nla(ident | NLA_F_NESTED, payload))), BAD, None)
    yield ("longer than its object",
           build(variant(request, kind, name, None),
                 (kind, nla(ident, payload, length=200))), BAD, None)


def of_an_object(cmd, request, kind):
    """Invalid requests about one object."""
    inside = build({kind: request[kind]})[4:] if kind in request else b""
    rest = build({k: v for k, v in request.items() if k != kind})
    yield "not marked as nested", rest + nla(kind, inside or bytes(8)), None
    yield "cut short", rest + nla(kind | NLA_F_NESTED, b"\x09"), None
    yield ("with an attribute of type 0",
           build(request, (kind, nla(0, bytes(4)))), None)
    yield ("with an unknown attribute",
           build(request, (kind, nla(f.TYPE_MAX[kind] + 1, bytes(4)))), None)
    yield ("with an attribute of type 16383",
           build(request, (kind, nla(0x3fff, bytes(4)))), None)
    yield "with bytes left over", build(request, (kind, b"\1\2")), None
    for ident in f.READ_ONLY[kind]:
        yield (f"with read-only attribute {ident}",
               build(request, (kind, nla(ident, bytes(4)))), None)
    for name, spec in f.OBJECTS[kind].items():
        if spec.ident not in f.READ_ONLY[kind] and \
                name not in f.ALLOWED[cmd][kind]:
            value = f.encode(spec, VALUES.get(name, bytes(spec.size or 4)))
            yield (f"with {name}, which is not the command's",
                   build(request, (kind, nla(spec.ident, value))), None)
    if kind in request:
        yield "missing", rest, kind


def of_the_message(cmd, data):
    """Invalid requests about the top level."""
    yield "with an attribute of type 0", data + nla(0, bytes(4))
    yield "with an unknown attribute", data + nla(f.A_UNKNOWN, bytes(4))
    yield "with bytes left over", data + b"\1\2\3"
    for kind in range(1, f.A_UNKNOWN):
        if kind != f.A_DRY_RUN and kind not in f.ALLOWED[cmd]:
            yield f"with object {kind}", data + nest(kind)
    if cmd in f.DRY_RUNS:
        yield "with a dry run of 1 byte", data + nla(f.A_DRY_RUN, b"\1")
        yield "with a nested dry run", data + nest(f.A_DRY_RUN)
    else:
        yield "with a dry run", data + f.DRY_RUN


class Syntax:
    def __init__(self):
        self.genl = Genl()
        f.configure(self.genl)
        self.before = f.state(self.genl)
        self.sent = 0

    def refused(self, case, what, cmd, data, errors=(errno.EINVAL,),
                missing=None, texts=True):
        """Refused, with a text, and the configuration is unchanged."""
        self.sent += 1
        reply = self.genl.call(cmd, data)
        if reply.error not in errors:
            case.fail(f"{what}: {reply}")
        elif texts and not reply.text:
            case.fail(f"{what}: {reply} without a text")
        elif missing is not None and reply.missing != missing:
            case.fail(f"{what}: {reply}, missing type {reply.missing}, "
                      f"expected {missing}")
        if cmd in f.CHANGES:
            whole = self.genl.call(f.BATCH, f.batch((cmd, data)))
            case.expect(f"{what}, in a batch", (whole.error, whole.text,
                                                whole.missing),
                        (reply.error, reply.text, reply.missing))
        now = f.state(self.genl)
        if now != self.before:
            case.fail(f"{what}: the configuration has changed")
            f.configure(self.genl)
            self.before = f.state(self.genl)

    def command(self, cmd):
        request, name = valid(cmd), f.COMMANDS[cmd]
        for kind, names in f.ALLOWED[cmd].items():
            if kind not in request:
                request = {**{k: v for k, v in request.items()
                              if k != f.A_SERVICE}, **{kind: {
                                  "name": b"web\0"}}}
            for attr in names:
                with Case(f"{name}: an invalid {attr} of a {f.NAMES[kind]} is "
                          "refused") \
                        as case:
                    for what, data, errors, miss in of_an_attribute(
                            cmd, request, kind, attr):
                        self.refused(case, what, cmd, data, errors, miss)
            with Case(f"{name}: an invalid {f.NAMES[kind]} is refused") as case:
                for what, data, miss in of_an_object(cmd, request, kind):
                    if miss and kind in OPTIONAL.get(cmd, ()):
                        continue
                    if miss and cmd in f.MEMBERS and kind == f.A_SERVICE:
                        miss = f.A_POOL
                    self.refused(case, what, cmd, data, BAD, miss)
            request = valid(cmd)
        with Case(f"{name}: an invalid message is refused") as case:
            for what, data in of_the_message(cmd, build(request)):
                self.refused(case, what, cmd, data, BAD)

    def batches(self):
        change = f.batch((f.POOL_NEW, f.pool("new")))
        with Case("BATCH: an invalid message is refused") as case:
            for what, data in of_the_message(f.BATCH, change):
                self.refused(case, what, f.BATCH, data, BAD)
            for n in (0, 1, 3, 5, 8):
                self.refused(case, f"with a generation of {n} bytes", f.BATCH,
                             change + nla(f.A_GENERATION, bytes(n)), BAD)
            for kind in (f.A_INFO, f.A_CONN, f.A_CHANGE, f.A_GENERATION,
                         f.A_UNKNOWN):
                self.refused(case, f"with {kind} in a change", f.BATCH,
                             f.batch((f.POOL_NEW, f.pool("new") +
                                      nest(kind))))

    def unknown_commands(self):
        with Case("an unknown command is refused") as case:
            for cmd in (0, *f.NOTIFICATIONS, max(f.COMMANDS) + 1, 77, 255):
                self.refused(case, f"command {cmd}", cmd, b"",
                             (errno.EOPNOTSUPP,), texts=False)
        with Case("a dump by a command without dumps is refused") as case:
            for cmd in set(f.REQUESTS) - set(f.DUMPS):
                reply = self.genl.dump(cmd)
                case.expect(f.COMMANDS[cmd], reply.error, errno.EOPNOTSUPP)
        with Case("a request other than a dump, by a command with dumps only, "
                  "is "
                  "refused") as case:
            for cmd in f.DUMPS_ONLY:
                reply = self.genl.call(cmd)
                case.expect(f.COMMANDS[cmd], reply.error, errno.EOPNOTSUPP)
        with Case("a dump with an invalid attribute is refused") as case:
            for cmd in f.DUMPS:
                for what, data in (("unknown", nla(f.A_UNKNOWN, bytes(4))),
                                   ("not its own", nest(f.A_INFO)),
                                   ("a dry run", f.DRY_RUN),
                                   ("not nested", nla(f.A_SERVICE, bytes(8)))):
                    reply = self.genl.dump(cmd, data)
                    case.expect(f"{f.COMMANDS[cmd]}, attribute {what}",
                                reply.error, errno.EINVAL)


def main():
    test = Syntax()
    for cmd in f.ALLOWED:
        if cmd not in f.DUMPS_ONLY and cmd != f.BATCH:
            test.command(cmd)
    test.batches()
    test.unknown_commands()
    print(f"# {test.sent} requests")


if __name__ == "__main__":
    main()
