# SPDX-License-Identifier: GPL-2.0
# needs: two-clusters quick
"""A remote cluster as fallback, and each of two clusters as that of the other.

The router sends to the first cluster. Its fallback pool are the directors of the
second, one by IPv4 and one by IPv6; the second has those of the first in turn.
"""

import socket

import packet as p
from cluster import DIRECTORS, POOL, VIP, VIP6, VIPS
from cluster import address as backend_address
from common import PORTS, allow_files, by_kernel, shown
from connections import CLIENTS, Connections
from director import LONG, TIMEOUTS, Director
from ktap import Case, check_is
from limits import wait_until
from namespace import Namespace
from wire import Port

NUMBER = by_kernel(60, 60, 24)
SERVICES = ["all", "changed"]
# Of the router's tunnels.
TTL = 64
ETHER = 14
FLOW, LOOPING = 40000, 50000
TRUSTED = ["10.0.0.8/29", "2001:db8:a::10/124"]
ROUTER = ["10.0.0.1", "2001:db8:a::1"]


class Cluster:
    """Two directors that are configured alike, and their backends."""

    def __init__(self, numbers):
        self.backends = [f"backend{i}" for i in numbers]
        self.directors = [Director(f"director{i}") for i in numbers]
        # One is reached by each family.
        self.addresses = [f"10.0.0.1{i}" if i % 2 else f"2001:db8:a::1{i}"
                          for i in numbers]

    def configure(self, other):
        self.apply(
            [f"--set {TIMEOUTS}"] +
            [f"--add-router {prefix}" for prefix in ROUTER] +
            [f"--add-pool {POOL} --settle {LONG}"] +
            [f"-a --pool {POOL} -r {backend_address(b)}" for b in self.backends] +
            ["--add-pool remote"] +
            [f"-a --pool remote -r {a}" for a in other.addresses] +
            [f"-A -t {vip}:{PORTS[s]} --pool {POOL} --fallback remote "
             f"--track {s}" for vip in VIPS for s in SERVICES])

    def apply(self, lines):
        for director in self.directors:
            director.restore("\n".join(lines))

    def set_state(self, state):
        self.apply([f"-e --pool {POOL} -r {backend_address(b)} --state {state}"
                    for b in self.backends])

    def counter(self, name):
        return sum(d.counters()[name] for d in self.directors)


class Bridge:
    """The network that the directors share, where packets between them are seen."""

    def __init__(self):
        router = Namespace("router")
        self.ports = [Port(router, name) for name in DIRECTORS]
        self.v4 = {socket.inet_aton(f"10.0.0.1{i + 1}")
                   for i in range(len(DIRECTORS))}
        self.v6 = {socket.inet_pton(socket.AF_INET6, f"2001:db8:a::1{i + 1}")
                   for i in range(len(DIRECTORS))}

    def _between(self, frame):
        """From one director to another, in GRE."""
        proto = int.from_bytes(frame[12:14], "big")
        ip = frame[ETHER:]
        if proto == p.ETH_IP and ip[9] == p.GRE:
            return ip[12:16] in self.v4 and ip[16:20] in self.v4
        if proto == p.ETH_IPV6 and ip[6] == p.GRE:
            return ip[8:24] in self.v6 and ip[24:40] in self.v6
        return False

    def passed(self):
        """Number of packets between directors since the last time."""
        n = 0
        for port in self.ports:
            while (frame := port.receive()) is not None:
                n += self._between(frame)
        return n


class Client:
    """Single packets to the VIPs."""

    def __init__(self):
        with Namespace("client"):
            self.v4 = socket.socket(socket.AF_INET, socket.SOCK_RAW,
                                    socket.IPPROTO_RAW)
            self.v6 = socket.socket(socket.AF_INET6, socket.SOCK_RAW,
                                    socket.IPPROTO_RAW)

    def send(self, sport, flags):
        """One to each VIP."""
        l4 = p.tcp(sport, PORTS["all"], flags=flags)
        self.v4.sendto(p.ipv4(CLIENTS[socket.AF_INET][0], VIP, p.TCP, l4),
                       (VIP, 0))
        self.v6.sendto(p.ipv6(CLIENTS[socket.AF_INET6][0], VIP6, p.TCP, l4),
                       (VIP6, 0))


class Test:
    def __init__(self):
        self.first, self.second = Cluster([1, 2]), Cluster([3, 4])
        self.first.configure(self.second)
        self.second.configure(self.first)
        self.client, self.conns = Client(), Connections()

    def opened(self, desc, cluster):
        """Opens connections, all of which the backends of a cluster serve."""
        before = set(self.conns.all)
        self.conns.open(SERVICES, NUMBER)
        new = [c for c in self.conns.all if c not in before]
        with Case(desc) as case:
            case.expect("broken", [str(c) for c in new if c.broken], [])
            case.expect("backends", {c.backend for c in new},
                        set(cluster.backends))
        return new

    def live(self, desc, conns):
        self.conns.round()
        check_is(desc, [str(c) for c in conns if c.broken], [])


def trust(t):
    """Before the second cluster trusts the first."""
    t.first.set_state("down")
    t.client.send(FLOW, p.SYN)
    wait_until(lambda: t.second.counter("accept_untrusted") == 2,
               "the second cluster has the packets")
    check_is("packets from directors that are not trusted are not forwarded",
             t.second.counter("forwarded"), 0)
    t.first.set_state("up")
    for cluster in (t.first, t.second):
        cluster.apply([f"--add-router {prefix}" for prefix in TRUSTED])


def take_over(t):
    t.opened("while the first cluster has backends, they serve", t.first)
    t.first.set_state("down")
    t.conns.abandon(t.first.backends)
    fled = t.opened("when all backends of the first cluster are down, those of "
                    "the second serve", t.second)
    t.live("connections through both clusters stay", fled)
    t.first.set_state("up")
    back = t.opened("when the first cluster is back, its backends serve new "
                    "connections", t.first)
    t.live("connections that opened in the second cluster stay there", fled)
    t.live("no connection of the first cluster breaks", back)
    t.conns.close()


def loop(t):
    """Both clusters without backends: each sends to the other."""
    bridge = Bridge()

    def lost():
        return t.first.counter("drop_ttl") + t.second.counter("drop_ttl")

    def send(sport, flags):
        """
        One packet to each VIP, which end in the loop. Returns how many times
        they passed, which fits into the buffers of the sockets that count it,
        and how often they were dropped.
        """
        before = lost()
        bridge.passed()
        t.client.send(sport, flags)
        wait_until(lambda: lost() - before >= 2, "both packets have ended", 5)
        return bridge.passed(), lost() - before

    for cluster in (t.first, t.second):
        cluster.set_state("down")
    ended = (2 * (TTL - 1), 2)
    check_is("without any backend a packet passes between the clusters until its "
             "TTL ends, and is dropped once", send(FLOW, p.SYN), ended)
    check_is("so does a packet in mid-flow", send(LOOPING, p.ACK), ended)
    for cluster in (t.first, t.second):
        cluster.set_state("up")
    check_is("it is tracked, so its flow goes on like that when there are "
             "backends", send(LOOPING, p.ACK), ended)
    for address in t.second.addresses:
        t.first.apply([f"--flush-conns -r {shown(address)}"])
    before = t.first.counter("forwarded")
    t.client.send(LOOPING, p.ACK)
    wait_until(lambda: t.first.counter("forwarded") == before + 2,
               "the first cluster has forwarded the packets")
    check_is("deleting the flows of the remote directors ends that",
             bridge.passed(), 0)


def main():
    allow_files()
    t = Test()
    trust(t)
    take_over(t)
    loop(t)


if __name__ == "__main__":
    main()
