# SPDX-License-Identifier: GPL-2.0
"""A member of the family's multicast group."""

import collections
import errno
import socket
import struct

import family as f
from genl import (CTRL_ATTR_FAMILY_NAME, CTRL_CMD_GETFAMILY, GENL_ID_CTRL,
                  NETLINK_GENERIC, SOL_NETLINK, Genl, nla, parse)

NETLINK_ADD_MEMBERSHIP = 1
CTRL_ATTR_MCAST_GROUPS = 7
CTRL_ATTR_MCAST_GRP_NAME, CTRL_ATTR_MCAST_GRP_ID = 1, 2
GROUP = b"config\0"

# name: of the command, without _NTF; message: its attributes, as bytes.
Notification = collections.namedtuple("Notification",
                                      "name portid seq message")


def group():
    """The number of the multicast group."""
    genl = Genl()
    genl.family = GENL_ID_CTRL
    reply = genl.call(CTRL_CMD_GETFAMILY,
                      nla(CTRL_ATTR_FAMILY_NAME, b"maglev\0"))
    genl.sock.close()
    groups = dict(parse(reply.messages[0]))[CTRL_ATTR_MCAST_GROUPS]
    for _, data in parse(groups):
        attrs = dict(parse(data))
        if attrs[CTRL_ATTR_MCAST_GRP_NAME] == GROUP:
            return struct.unpack("=I", attrs[CTRL_ATTR_MCAST_GRP_ID])[0]
    raise LookupError("no multicast group")


def split(data):
    """The notifications in a datagram."""
    while len(data) >= 20:
        length, _, _, seq, portid = struct.unpack_from("=IHHII", data)
        name = f.COMMANDS[data[16]].removesuffix("_NTF")
        yield Notification(name, portid, seq, data[20:length])
        data = data[(length + 3) & ~3:]


class Listener:
    """Gets the notifications of the namespace that it is made in."""

    def __init__(self, room=0):
        """room: bytes of the receive buffer, if not as usual."""
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  NETLINK_GENERIC)
        if room:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self.sock.bind((0, 0))
        self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group())
        self.sock.setblocking(False)
        self.lost = 0

    def heard(self):
        """
        The notifications that have come since the last call. Those of a request
        are there when it has been answered. Counts in `lost` how often the
        kernel said that some are missing.
        """
        found = []
        while True:
            try:
                found += split(self.sock.recv(1 << 18))
            except BlockingIOError:
                return found
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self.lost += 1

    def of_requests(self):
        """Likewise, without what the kernel does by itself."""
        return [n for n in self.heard() if n.portid]

    def close(self):
        self.sock.close()


def generation(notification):
    """That of a notification, or None."""
    info = dict(parse(notification.message)).get(f.A_INFO)
    if info is None:
        return None
    return f.number(dict(parse(info))[f.OBJECTS[f.A_INFO]["generation"].ident])


def shown(message, kind):
    """The nests of a kind in a message, each as {name: payload}."""
    names = {a.ident: name for name, a in f.OBJECTS[kind].items()}
    return [{names.get(i, i): v for i, v in parse(payload)}
            for k, payload in parse(message) if k == kind]


def process_port(sock):
    """The port of a socket."""
    return sock.getsockname()[0]
