# SPDX-License-Identifier: GPL-2.0
"""The userspace end of a netfilter queue: it accepts every packet."""

import socket
import struct
import threading

from genl import nla, parse

NETLINK_NETFILTER, SUBSYS_QUEUE = 12, 3
MSG_PACKET, MSG_VERDICT, MSG_CONFIG = 0, 1, 2
CFG_CMD, CFG_PARAMS, CMD_BIND, COPY_PACKET = 1, 2, 1, 2
PACKET_HDR, VERDICT_HDR, NF_ACCEPT = 1, 2, 1
NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR = 1, 4, 2


class Queue:
    """A queue; a thread gives the verdicts."""

    def __init__(self, namespace, number):
        self.number, self.seen = number, 0
        with namespace:
            self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                      NETLINK_NETFILTER)
        self.sock.bind((0, 0))
        self.ask(nla(CFG_CMD, struct.pack("!BxH", CMD_BIND, socket.AF_INET)))
        self.ask(nla(CFG_PARAMS, struct.pack("!IB", 65535, COPY_PACKET)))
        threading.Thread(target=self.accept, daemon=True).start()

    def send(self, kind, attributes, flags=0):
        body = struct.pack("!BBH", socket.AF_UNSPEC, 0, self.number)
        self.sock.send(struct.pack("=IHHII", 20 + len(attributes),
                                   SUBSYS_QUEUE << 8 | kind,
                                   NLM_F_REQUEST | flags, 0, 0) +
                       body + attributes)

    def ask(self, attributes):
        self.send(MSG_CONFIG, attributes, NLM_F_ACK)
        data = self.sock.recv(65536)
        error = struct.unpack_from("=i", data, 16)[0]
        if struct.unpack_from("=H", data, 4)[0] != NLMSG_ERROR or error:
            raise OSError(-error, "nfnetlink_queue")

    def accept(self):
        while True:
            data = self.sock.recv(65536)
            if struct.unpack_from("=H", data, 4)[0] != SUBSYS_QUEUE << 8:
                continue
            packet = dict(parse(data[20:]))[PACKET_HDR][:4]
            self.seen += 1
            self.send(MSG_VERDICT, nla(VERDICT_HDR, struct.pack("!I",
                                                                NF_ACCEPT) +
                                       packet))
