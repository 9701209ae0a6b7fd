# SPDX-License-Identifier: GPL-2.0
# needs: line stock queueing
"""Receive queues of a backend's device that has several: flows over them, with and
without outer sources, where the device looks at outer addresses only, and where it
looks into GRE."""

import socket
import struct

import packet as p
from families import BACKEND_MAC, BOTH, V4, V6, Line, whole
from ktap import check, check_is
from limits import wait_until
from namespace import Namespace, real
from wire import ETH_P_ALL, PACKET_OUTGOING

QUEUES, FLOWS = 8, 160
SOL_PACKET, PACKET_FANOUT, FANOUT_QM = 263, 18, 5
# The port of the service says of which family its backend is.
PORTS = {V4: 53, V6: 54}
BACKENDS = {V4: "10.9.0.11", V6: "2001:db8:9::11"}
PREFIX = {V4: "198.18.0.0/24", V6: "2001:db8:5::/64"}
# The last byte of the outer source.
AT = {V4: ("ip", 15), V6: ("ipv6", 23)}
CONFIG = "".join(f"-A -u {V4.vip}:{PORTS[to]} --table-size 251\n"
                 f"-a -u {V4.vip}:{PORTS[to]} -r {BACKENDS[to]}\n" for to in BOTH)
LINK = f"link add d2 numtxqueues {QUEUES} numrxqueues {QUEUES} type veth peer name b2 " \
    f"netns {real('backend')} numtxqueues {QUEUES} numrxqueues {QUEUES}\n"
NEAR = f"""
link set d2 up
addr add 10.9.0.1/24 dev d2
addr add 2001:db8:9::1/64 dev d2 nodad
neigh replace {BACKENDS[V4]} lladdr {BACKEND_MAC} dev d2
neigh replace {BACKENDS[V6]} lladdr {BACKEND_MAC} dev d2
"""


class Device:
    """The backend's device: a socket for each receive queue."""

    def __init__(self):
        self.socks = []
        with Namespace("backend"):
            for _ in range(QUEUES):
                sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
                sock.bind(("b2", ETH_P_ALL))
                # By the number of the queue that the packet came by.
                sock.setsockopt(SOL_PACKET, PACKET_FANOUT,
                                struct.pack("I", FANOUT_QM << 16 | 1))
                sock.setblocking(False)
                self.socks.append(sock)

    @staticmethod
    def packets(sock):
        """Forwarded packets in a queue since the last time."""
        n = 0
        while True:
            try:
                frame, addr = sock.recvfrom(1 << 17)
            except BlockingIOError:
                return n
            packet = whole(frame)
            n += addr[2] != PACKET_OUTGOING and packet is not None and \
                packet[9 if packet[0] >> 4 == 4 else 6] == p.GRE

    def arrived(self):
        """How many came by each queue since the last time."""
        return [self.packets(sock) for sock in self.socks]


class Queues:
    def __init__(self):
        self.line = Line(CONFIG)
        self.director = self.line.director.ns
        self.director.ip(LINK)
        self.director.sysctl("ipv6/conf/d2/disable_ipv6", 0)
        backend = Namespace("backend")
        backend.ip(f"link set b2 address {BACKEND_MAC}\nlink set b2 up\n")
        self.director.ip(NEAR)
        self.device = Device()

    def spread(self, side):
        """Packets of many flows to a backend of a family, by receive queue."""
        counts = [0] * QUEUES

        def all_here():
            for i, n in enumerate(self.device.arrived()):
                counts[i] += n
            return sum(counts) >= sent

        for sent in range(40, FLOWS + 1, 40):
            self.line.send(*[
                V4.outer(V4.gre(V4.wrap(V4.client, V4.vip, p.UDP,
                                        p.udp(1024 + i, PORTS[side], b"data"))))
                for i in range(sent - 40, sent)])
            wait_until(all_here, f"{sent} packets at the backend")
        return counts

    def by_outer_source(self, side):
        """From now on the sending end chooses the queue as such a NIC would."""
        proto, at = AT[side]
        for queue in range(QUEUES):
            self.director.run(
                "tc", "filter", "add", "dev", "d2", "egress", "protocol", proto,
                "prio", str(side.version), "u32",
                "match", "u8", str(queue), str(QUEUES - 1), "at", str(at),
                "action", "skbedit", "queue_mapping", str(queue))


def over_all(counts):
    """20 flows a queue, more or less."""
    return min(counts) > 4 and max(counts) < 60


def main():
    test = Queues()
    for side in BOTH:
        counts = test.spread(side)
        check(f"IPv{side.version}: where the device looks into GRE, {FLOWS} flows "
              f"come by {QUEUES} queues without sources, too", over_all(counts),
              counts)
    test.director.run("tc", "qdisc", "add", "dev", "d2", "clsact")
    for side in BOTH:
        test.by_outer_source(side)
        check_is(f"IPv{side.version}: where it looks at outer addresses, they come "
                 "by one queue without sources", max(test.spread(side)), FLOWS)
    for side in BOTH:
        test.line.director.adm(f"--add-source {PREFIX[side]}")
        counts = test.spread(side)
        check(f"IPv{side.version}: and by {QUEUES} with sources", over_all(counts),
              counts)


if __name__ == "__main__":
    main()
