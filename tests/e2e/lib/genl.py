# SPDX-License-Identifier: GPL-2.0
"""Generic netlink by hand: bytes are sent as they are, valid or not."""

import errno
import os
import socket
import struct

from limits import limit

NETLINK_GENERIC = 16
SOL_NETLINK = 270
NETLINK_CAP_ACK, NETLINK_EXT_ACK = 10, 11

NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_MULTI, NLM_F_ACK, NLM_F_DUMP_INTR = 1, 2, 4, 16
NLM_F_DUMP = 0x300
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
NLMSGERR_ATTR_MSG, NLMSGERR_ATTR_OFFS, NLMSGERR_ATTR_MISS_TYPE = 1, 2, 5
NLA_F_NESTED = 0x8000
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 1, 2
HEADERS = 20    # of netlink and generic netlink


def nla(kind, payload=b"", length=None):
    """An attribute; length is for a header that is to be wrong."""
    if length is None:
        length = 4 + len(payload)
    data = struct.pack("=HH", length, kind) + payload
    return data + bytes(-len(data) % 4)


def nest(kind, *children):
    return nla(kind | NLA_F_NESTED, b"".join(children))


def parse(data):
    """The attributes of a message or a nest, as (type, payload)."""
    found = []
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        if length < 4:
            break
        found.append((kind & 0x3fff, data[4:length]))
        data = data[(length + 3) & ~3:]
    return found


class Reply:
    """The kernel's answer: error, its text, and messages."""

    def __init__(self):
        self.error = None
        self.text = self.offset = self.missing = None
        self.messages = []
        self.interrupted = False

    def __repr__(self):
        name = errno.errorcode.get(self.error, self.error) if self.error \
            else "success"
        return f"{name} ({self.text!r})"

    def take_error(self, flags, data):
        code, length = struct.unpack_from("=iI", data)
        self.error = -code
        if not flags & NLM_F_ACK_TLVS:
            return
        skip = 4 + (16 if flags & NLM_F_CAPPED else (length + 3) & ~3)
        for kind, payload in parse(data[skip:]):
            if kind == NLMSGERR_ATTR_MSG:
                self.text = payload.rstrip(b"\0").decode()
            elif kind == NLMSGERR_ATTR_OFFS:
                self.offset = struct.unpack("=I", payload)[0]
            elif kind == NLMSGERR_ATTR_MISS_TYPE:
                self.missing = struct.unpack("=I", payload)[0]


class Genl:
    """A socket to a family."""

    def __init__(self, family=b"maglev"):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  NETLINK_GENERIC)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sock.bind((0, 0))
        self.sock.settimeout(limit(3))
        self.seq = 0
        self.family = GENL_ID_CTRL
        reply = self.call(CTRL_CMD_GETFAMILY,
                          nla(CTRL_ATTR_FAMILY_NAME, family + b"\0"))
        if reply.error:
            raise OSError(reply.error, os.strerror(reply.error))
        ident = dict(parse(reply.messages[0]))[CTRL_ATTR_FAMILY_ID]
        self.family = struct.unpack("=H", ident)[0]

    def send(self, cmd, attrs=b"", flags=0, version=1, reserved=0):
        self.seq += 1
        body = struct.pack("=BBH", cmd, version, reserved) + attrs
        self.sock.send(struct.pack("=IHHII", 16 + len(body), self.family,
                                   NLM_F_REQUEST | flags, self.seq, 0) + body)

    def receive(self, reply):
        """One datagram; true if it ends the reply."""
        data, done = self.sock.recv(1 << 18), False
        while len(data) >= 16:
            length, kind, flags, seq, _ = struct.unpack_from("=IHHII", data)
            body, data = data[16:length], data[(length + 3) & ~3:]
            if seq != self.seq:
                continue
            if flags & NLM_F_DUMP_INTR:
                reply.interrupted = True
            if kind == NLMSG_ERROR:
                reply.take_error(flags, body)
                done = True
            elif kind == NLMSG_DONE:
                # Its error code, and the TLVs behind it.
                reply.take_error(0, body[:4] + bytes(4))
                for tlv, payload in parse(body[4:]):
                    if tlv == NLMSGERR_ATTR_MSG:
                        reply.text = payload.rstrip(b"\0").decode()
                done = True
            else:
                reply.messages.append(body[4:])
        return done

    def call(self, cmd, attrs=b"", flags=NLM_F_ACK, **kw):
        """A request and its whole reply."""
        self.send(cmd, attrs, flags, **kw)
        reply = Reply()
        while not self.receive(reply):
            pass
        return reply

    def dump(self, cmd, attrs=b""):
        return self.call(cmd, attrs, NLM_F_DUMP)
