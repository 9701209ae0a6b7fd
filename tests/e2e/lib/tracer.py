# SPDX-License-Identifier: GPL-2.0
"""Sockets that trace flows, and what they are told of packets."""

import errno
import select
import struct

import family as f
from genl import Genl, parse

KINDS = f.OBJECTS[f.A_TRACE]["kind"].enum
RULES = f.OBJECTS[f.A_TRACE]["rule"].enum
NUMBERS = ("length", "slot", "unsettled", "in_ifindex", "out_ifindex",
           "suppressed", "lost", "protocol")


def text(payload):
    return payload.rstrip(b"\0").decode()


class Told:
    """A message, in values."""

    def __init__(self, message):
        objects = {f.NAMES[k]: v for k, v in parse(message)}
        names = {a.ident: name for name, a in f.OBJECTS[f.A_TRACE].items()}
        values = {names[k]: v for k, v in parse(objects["trace"])}
        self.reason = text(values["reason"])
        self.kind = KINDS[values["kind"][0]]
        self.client = f.address(values, "client")
        self.vip = f.address(values)
        self.ports = tuple(f.port(values[x]) for x in ("client_port", "port")
                           if x in values)
        self.rule = RULES[values["rule"][0]] if "rule" in values else None
        for name in ("backend", "current", "previous", "next_hop"):
            setattr(self, name, f.address(values, name))
        for name in NUMBERS:
            setattr(self, name, f.number(values[name]) if name in values
                    else None)
        self.fallback = "fallback" in values
        self.has_service = "service" in objects
        self.pool = None
        if "pool" in objects:
            self.pool = text(dict(parse(objects["pool"]))[
                f.OBJECTS[f.A_POOL]["name"].ident])


class Tracer:
    """A socket that traces. What it is told of is there when a packet has been
    dealt with."""

    def __init__(self, namespace, service, trace=b""):
        with namespace:
            self.genl = Genl()
        self.reply = self.genl.call(f.TRACE_SET, service + trace)

    def messages(self):
        found, sock = [], self.genl.sock
        # With a time limit MSG_DONTWAIT would wait that long.
        while select.select([sock], [], [], 0)[0]:
            data = sock.recv(1 << 16)
            length, _, _, seq, _ = struct.unpack_from("=IHHII", data)
            assert seq == 0 and data[16] == f.TRACE_NTF
            found.append(Told(data[20:length]))
        return found

    def drain(self):
        """The same where some may have been lost: packets never end."""
        try:
            return self.messages()
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            return []

    def close(self):
        self.genl.sock.close()
