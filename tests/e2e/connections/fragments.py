# SPDX-License-Identifier: GPL-2.0
# needs: cluster
"""A router that sends each fragment to any of the directors: these, being peers, send
it on to the one that owns it, and every datagram arrives whole at one backend, the
one of its flow. Directors join and leave meanwhile."""

import random
import socket
import struct
import time

import packet as p
from cluster import DIRECTORS, VIP, VIP6, VIPS, Change, Cluster
from common import by_kernel
from ktap import check, check_is
from limits import wait_until
from namespace import Namespace
from sinks import BACKENDS, Sinks

PORT = 7005
ROUNDS = by_kernel(60, 20, 6)
# Datagrams whose fragments are on their way together.
AT_ONCE = 10
PIECES = (400, 400, 400, 136)
CLIENTS = [f"198.51.100.{i}" for i in range(100, 140)]
CLIENTS6 = [f"2001:db8:c::{i}" for i in range(100, 140)]
# How the router reaches each of them, and the others do.
ADDRESSES = ["10.0.0.11", "10.0.0.12", "2001:db8:a::13"]
PEERS = ["10.0.0.11", "10.0.0.12", "10.0.0.13"]
SEED = 11
# Seconds for which a director holds a fragment.
HELD = 1


class Tunnel:
    """The router's ends of the tunnels to the directors, packet by packet."""

    def __init__(self):
        with Namespace("router"):
            self.socks = [
                socket.socket(socket.AF_INET6 if ":" in address
                              else socket.AF_INET, socket.SOCK_RAW, p.GRE)
                for address in ADDRESSES]
        for sock, address in zip(self.socks, ADDRESSES):
            sock.connect((address, 0))

    def send(self, director, inner):
        kind = p.ETH_IP if inner[0] >> 4 == 4 else p.ETH_IPV6
        self.socks[director - 1].send(p.gre(inner, proto=kind))


class Datagram:
    """A UDP datagram with right checksums, in fragments."""

    def __init__(self, number):
        v6 = number % 2
        self.src = random.choice(CLIENTS6 if v6 else CLIENTS)
        dst, sport = (VIP6 if v6 else VIP), random.randrange(1024, 65536)
        self.ident = number % 65536
        self.data = (b"%d %d " % (number, sport) * 200)[:sum(PIECES) - 8]
        udp = p.udp(sport, PORT, self.data)
        if v6:
            check = p.checksum_v6(self.src, dst, p.UDP, udp)
            udp = udp[:6] + struct.pack("!H", check or 0xffff) + udp[8:]
        make = self.part_v6 if v6 else self.part_v4
        self.name = (self.src, sport)
        self.inners, at = [], 0
        for size in PIECES:
            self.inners.append(make(dst, at, udp[at:at + size],
                                    at + size < len(udp)))
            at += size

    def part_v4(self, dst, at, data, more):
        return p.ipv4(self.src, dst, p.UDP, data, ident=self.ident,
                      frag=at // 8 | (p.MF if more else 0))

    def part_v6(self, dst, at, data, more):
        return p.ipv6(self.src, dst, p.FRAGMENT,
                      p.fragment(p.UDP, at | more, self.ident) + data)

    def lookup(self):
        """The backend of the flow, by maglevadm."""
        v6 = ":" in self.src
        vip = f"[{VIP6}]" if v6 else VIP
        client = f"[{self.src}]" if v6 else self.src
        return ["--lookup", "-u", f"{vip}:{PORT}", "--client",
                f"{client}:{self.name[1]}"]


class Spray:
    def __init__(self):
        self.cluster = Cluster(BACKENDS[:4], ["all"])
        self.apply([f"-A -u {vip}:{PORT} --pool web" for vip in VIPS] +
                   ["--add-pool directors --seed 5 --table-size 251"] +
                   [f"-a --pool directors -r {a}" for a in PEERS[:2]])
        self.sinks, self.tunnel = Sinks(PORT), Tunnel()
        self.number = 0

    def apply(self, lines):
        self.cluster.apply(Change(lines)).wait()

    def send(self, directors):
        """Sends the fragments of some datagrams, which are returned."""
        group = []
        for _ in range(AT_ONCE):
            self.number += 1
            group.append(Datagram(self.number))
        fragments = [i for d in group for i in d.inners]
        random.shuffle(fragments)
        for inner in fragments:
            self.tunnel.send(random.choice(directors), inner)
        return group

    def lost(self, group, arrived):
        """Those that have not arrived once."""
        got = {}
        for backend, data in arrived:
            got.setdefault(data, []).append(backend)
        return [(d.name, got.get(d.data, [])) for d in group
                if len(got.get(d.data, [])) != 1]

    def decided(self):
        """Packets of which directors have decided, except to send them to peers."""
        return sum(v for n in DIRECTORS
                   for k, v in self.cluster.counters(n).items()
                   if k.startswith(("forwarded", "drop", "accept")) and
                   k != "forwarded_peer")

    def send_lossy(self, directors):
        """Likewise where datagrams may be lost; returns how many were."""
        before = self.decided()
        group = self.send(directors)
        number = before + len(group) * len(PIECES)
        wait_until(lambda: self.decided() >= number, "directors decide", 5,
                   0.1)
        return len(self.lost(group, self.sinks.now(0.1)))

    def all_arrive(self, desc, directors, rounds=ROUNDS):
        before = self.moved()
        lost, late, done = [], 0, 0
        while done < rounds:
            begun = time.monotonic()
            group = self.send(directors)
            slow = time.monotonic() - begun > HELD / 2
            found = self.lost(group, self.sinks.take(len(group)))
            if found and slow:
                # The machine was late: fragments were not held for so long.
                late += 1
                continue
            lost += found
            done += 1
        after = self.moved()
        total = rounds * AT_ONCE
        check(f"{desc}: each of {total} datagrams arrives whole at one backend",
              not lost, *lost[:5])
        for director in directors:
            name = f"director{director}"
            check(f"{desc}: {name} has sent fragments on to others",
                  after[name].get("forwarded_peer", 0) >
                  before[name].get("forwarded_peer", 0))
        drops = {n: {k: v for k, v in c.items() if k.startswith("drop") and
                     v != before[n].get(k, 0) and
                     not (late and k == "drop_fragment_timeout")}
                 for n, c in after.items()}
        check_is(f"{desc}: nothing is dropped", drops,
                 {n: {} for n in DIRECTORS})

    def moved(self):
        return {n: self.cluster.counters(n) for n in DIRECTORS}

    def follows_flow(self):
        """Large datagrams go where the directors say that the flow goes."""
        wrong = []
        for _ in range(by_kernel(10, 6, 3)):
            self.number += 1
            d = Datagram(self.number)
            for inner in d.inners:
                self.tunnel.send(random.choice([1, 2]), inner)
            got = [b for b, _ in self.sinks.take(1)]
            said = self.cluster.ask("director1", *d.lookup())["lookup"]
            want = backend_at(said["midflow"]["backend"])
            if got != [want]:
                wrong.append(f"{d.name}: {got}, not {want}")
        check("the backend is that of the flow", not wrong, *wrong)


def backend_at(address):
    return f"backend{int(address.replace(':', '.').split('.')[-1]) - 20}"


def main():
    random.seed(SEED)
    spray = Spray()
    check("without peers, fragments of a datagram miss each other",
          spray.send_lossy([1, 2]))
    spray.apply(["--set peers=directors"])
    spray.all_arrive("two peers", [1, 2])
    spray.follows_flow()

    # The new one has fragments while it is a peer on some of them only.
    lines = [f"-a --pool directors -r {PEERS[2]}"]
    change = spray.cluster.apply(Change(lines))
    print(f"# {spray.send_lossy([1, 2])} of {AT_ONCE} datagrams lost meanwhile")
    change.wait()
    spray.all_arrive("a third one has joined", [1, 2, 3])
    spray.apply([f"-e --pool directors -r {PEERS[0]} --drain"])
    spray.all_arrive("one of them is drained, and the router has not heard of "
                     "it", [1, 2, 3])
    spray.apply([f"-d --pool directors -r {PEERS[0]}"])
    spray.all_arrive("it has left", [2, 3])
    loops = {n: spray.cluster.counter(n, "drop_ttl") for n in DIRECTORS}
    check_is("no fragment goes in circles", loops, {n: 0 for n in DIRECTORS})


if __name__ == "__main__":
    main()
