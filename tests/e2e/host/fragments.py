# SPDX-License-Identifier: GPL-2.0
# needs: cluster
"""Datagrams and pings of real senders in fragments, through a real router's tunnel:
each arrives whole at the backend of its flow, also during a flood of fragments that
belong to nothing."""

import re
import socket
import subprocess

import flood_send
from cluster import VIP, VIP6, VIPS, Change, Cluster, on
from common import by_kernel
from ktap import check, check_is
from limits import limit, wait_until
from namespace import Namespace
from sinks import Sinks

PORT = 7005
FLOWS = by_kernel(20, 12, 6)
SIZE = 8000
CLIENTS = {socket.AF_INET: ("198.51.100.11", VIP),
           socket.AF_INET6: ("2001:db8:c::11", VIP6)}
NAMES = {socket.AF_INET: "IPv4", socket.AF_INET6: "IPv6"}
# No path MTU discovery: the sender and the router fragment.
DONT = {socket.AF_INET: (socket.IPPROTO_IP, 10),
        socket.AF_INET6: (socket.IPPROTO_IPV6, 23)}
# Bytes that are on their way.
AT_ONCE = 200_000
# Of 4096 fragments.
ROUNDS = by_kernel(25, 4, 1)
# IPv6 routers do not fragment. Those of IPv4 cut again what does not fit: there is
# room behind the tunnel for the header of a backend with an IPv6 address.
ROUTES = """
route replace default via 2001:db8:c::1 mtu 1400
"""
TUNNEL_MTU = "link set gre1 mtu 1440\n"


class Flow:
    """A socket of a client, which is one flow."""

    def __init__(self, family, port):
        self.family = family
        with Namespace("client"):
            self.sock = socket.socket(family, socket.SOCK_DGRAM)
        self.sock.setsockopt(*DONT[family], 0)
        client, vip = CLIENTS[family]
        self.sock.bind((client, port))
        self.sock.connect((vip, PORT))
        self.port, self.backend = port, None

    def data(self, size):
        """Bytes that no other flow sends."""
        start = b"%d %d " % (self.family, self.port)
        return (start * (size // len(start) + 1))[:size]

    def send(self, size):
        self.sock.send(self.data(size))


class Site:
    def __init__(self):
        names = [f"backend{i}" for i in (1, 2, 3, 4)]
        self.cluster = Cluster(names, ["all"])
        self.cluster.apply(Change([f"-A -u {vip}:{PORT} --pool web"
                                   for vip in VIPS]), [1]).wait()
        self.sinks = Sinks(PORT)
        Namespace("client").ip(ROUTES)
        Namespace("router").ip(TUNNEL_MTU)
        self.flows = [Flow(family, 20000 + i) for i in range(FLOWS)
                      for family in CLIENTS]

    def counter(self, name):
        return self.cluster.counter("director1", name)

    def held(self):
        """Memory of fragments that wait for the first one."""
        return self.cluster.ask("director1", "--info")["fragment_bytes"]

    def wrong(self, size):
        """One datagram of each flow; what did not arrive where it should."""
        # In portions that fit into every queue on the way.
        portion = max(1, AT_ONCE // size)
        return [text for i in range(0, len(self.flows), portion)
                for text in self.wrong_of(self.flows[i:i + portion], size)]

    def wrong_of(self, flows, size):
        for flow in flows:
            flow.send(size)
        got = {}
        for backend, data in self.sinks.take(len(flows)):
            got.setdefault(data, []).append(backend)
        texts = []
        for flow in flows:
            backends = got.pop(flow.data(size), [])
            if backends and not flow.backend:
                flow.backend = backends[0]
            if backends != [flow.backend]:
                texts.append(f"{NAMES[flow.family]} {flow.port}: {backends}, "
                             f"not {flow.backend}")
        return texts + [f"{b}: {d[:40]}" for d, b in got.items()]

    def datagrams(self):
        wrong = self.wrong(20)
        check(f"small datagrams of {len(self.flows)} flows arrive", not wrong,
              *wrong)
        check("... at several backends",
              len({flow.backend for flow in self.flows}) > 1,
              {flow.backend for flow in self.flows})
        for size in (1500, SIZE, 60000):
            wrong = self.wrong(size)
            check(f"datagrams of {size} bytes arrive whole, each at the "
                  "backend of its flow", not wrong, *wrong)

    def pings(self):
        for vip in (VIP, VIP6):
            out = subprocess.run(
                on("client", "ping", "-n", "-q", "-i", "0.05", "-c", "3", "-w",
                   str(int(limit(3))), "-s", str(SIZE), vip), text=True,
                capture_output=True, check=False).stdout
            check(f"pings of {SIZE} bytes of {vip} are answered",
                  re.search(r" [3-9] (packets )?received", out), out)

    def flood(self):
        number = ROUNDS * flood_send.PORTS
        with subprocess.Popen(on(
                "router", "/usr/bin/python3", flood_send.__file__, "fragment",
                "10.0.0.11", str(PORT), "0", str(ROUNDS), VIP, VIP6)) as sender:
            rounds, wrong, held = 0, [], 0
            while sender.poll() is None:
                wrong += self.wrong(SIZE)
                held = max(held, self.held())
                rounds += 1
        check(f"during a flood of {number} fragments {rounds} datagrams of "
              "each flow arrive at its backend", not wrong and rounds, *wrong)

        check("fragments of the flood are held, in a megabyte at most",
              0 < held <= 1 << 20, held)

        def dropped():
            return (self.counter("drop_fragment_full") +
                    self.counter("drop_fragment_timeout"))

        # But for those that are lost in queues.
        wait_until(lambda: dropped() > number * 0.99,
                   f"{number} fragments are dropped, so far {dropped()}", 10,
                   0.1)
        check("fragments of a flood are dropped: at once, to make room, or in "
              "a second", True)
        wait_until(lambda: not self.held(), "what is held times out", 5, 0.1)
        check("most are dropped at once or to make room",
              self.counter("drop_fragment_full") > number // 2)
        wrong = self.wrong(SIZE)
        check("after the flood, datagrams arrive at their backends", not wrong,
              *wrong)


def main():
    site = Site()
    site.datagrams()
    site.pings()
    dropped = {k: v for k, v in site.cluster.counters("director1").items()
               if k.startswith("drop") and v}
    check_is("no packet is dropped", dropped, {})
    site.flood()


if __name__ == "__main__":
    main()
