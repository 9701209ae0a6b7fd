# SPDX-License-Identifier: GPL-2.0
# needs: line many
"""The fuzzer's packets on the wire: the module decides as its parsers do in
userspace.

fuzz_corpus of tests/unit, which tests/lab/module builds, prints packets and what
the parsers say of them. Here are the services that this is about. Packets are sent
in portions; one in which something is wrong is sent again in halves.
MAGLEV_FUZZ_PACKETS and MAGLEV_FUZZ_SEED ask for more of them, or others.
"""

import json
import os
import subprocess
from collections import Counter
from ipaddress import ip_address

import packet as p
import reference
from families import BOTH, V4, V6, Line
from ktap import check, check_is
from outer import Delivered6
from wire import PORTION, Delivered

PROGRAM = f"{os.environ['E2E_DIR']}/../../build/unit-plain/fuzz_corpus"
PACKETS = os.environ.get("MAGLEV_FUZZ_PACKETS", "4000")
SEED = os.environ.get("MAGLEV_FUZZ_SEED", "1")
DIAGNOSTICS = 8

# Those of tests/kunit/packet.h.
VIPS = ("203.0.113.9", "2001:db8::80")
PORT = 443
TABLE_SEED, TABLE_SIZE = 0x1122334455667788, 251
BACKENDS = sorted((ip_address(side.backend(n)) for side in BOTH
                   for n in (11, 12)), key=reference.identity)
# In tests/unit/fuzz.h. Errors are about a backend without a service: the MTU that
# they leave at its route is in no other packet's way.
SPARE = [ip_address(side.backend(13)) for side in BOTH]
OPTIONS = {p.TCP: "-t", p.UDP: "-u", p.SCTP: "--sctp-service"}
CONFIG = "\n".join(
    [f"--add-pool web --seed {TABLE_SEED:#x} --table-size {TABLE_SIZE}",
     "--add-pool spare --table-size 251"] +
    [f"-a --pool web -r {b}" for b in BACKENDS] +
    [f"-a --pool spare -r {b}" for b in SPARE] +
    [f"-A {option} {vip}:{PORT} --pool web"
     for vip in (VIPS[0], f"[{VIPS[1]}]") for option in OPTIONS.values()])
SLOTS = reference.populate([(b, 1) for b in BACKENDS], TABLE_SEED, TABLE_SIZE)

# What becomes of a fragment is for the kernel to say; each has another packet's
# identification, so that none of them is ever whole.
FRAGMENT = "outer_fragment"
GRE_DECISIONS = {
    "forwarded", "accept_gre_protocol", "accept_gre_truncated",
    "accept_not_vip", "accept_no_service",
    "accept_inner_icmp", "accept_quoted_fragment", "drop_gre_version",
    "drop_gre_routing", "drop_inner_header", "drop_inner_extensions",
    "drop_inner_jumbogram", "drop_inner_l4", "drop_inner_icmp",
    "drop_quoted_source"}
DECISIONS = {
    "gre": GRE_DECISIONS,
    "outer_v6": GRE_DECISIONS | {"accept_outer_extensions", FRAGMENT, None},
    "error_v4": {"path_mtu", "path_unreachable", "path_refused", None},
    "error_v6": {"path_mtu", "path_unreachable", "path_refused", None}}


def address(text):
    """Of an address as the parsers have it, IPv4 mapped into IPv6."""
    addr = ip_address(bytes.fromhex(text))
    return addr.ipv4_mapped or addr


class Packet:
    """A line of the corpus.

    counter: what it is to be counted as, None if as nothing; arrives: the packet
    at a backend, if any; delivered: what the stack is to get, if it is known.
    """

    def __init__(self, number, said):
        self.said = said
        self.kind, self.bytes = said["kind"], bytes.fromhex(said["bytes"])
        self.arrives = self.delivered = self.service = None
        if self.kind.startswith("error"):
            self.error(V4 if self.kind == "error_v4" else V6,
                       wrong=number % 8 == 0)
            return
        if self.kind == "gre":
            self.sent = p.ipv4(V4.router, V4.director, p.GRE, self.bytes)
        else:
            if "fragment" in said:
                self.identify(said["fragment"], number)
            self.sent = p.ipv6(V6.router, V6.director, said["first"],
                               self.bytes)
        self.counter = self.decide()
        if self.counter == "forwarded":
            self.forward(said["flow"], self.bytes[said["gre"]:])
        elif self.counter and self.counter.startswith("accept"):
            self.delivered = self.sent if self.kind == "gre" else self.bytes

    def identify(self, at, number):
        """Sets the identification in the fragment header at an offset."""
        self.bytes = self.bytes[:at + 4] + number.to_bytes(4, "big") + \
            self.bytes[at + 8:]

    def decide(self):
        """As receive.c does, when the packet is parsed."""
        if "fragment" in self.said:
            return FRAGMENT
        if self.said["reason"] == "no_gre":
            return None
        if self.said["reason"] != "none":
            return self.said["reason"]
        if str(address(self.said["dst"])) not in VIPS:
            return "accept_not_vip"
        if self.said["for_vip"] != "none":
            return self.said["for_vip"]
        flow = self.said["flow"]
        # Pings are for the first service.
        proto = p.TCP if flow["ping"] else flow["proto"]
        if not flow["ping"] and (proto not in OPTIONS or
                                 flow["dport"] != PORT):
            return "accept_no_service"
        self.service = str(address(flow["daddr"])), proto
        return "forwarded"

    def forward(self, flow, gre):
        value = reference.flow_hash(
            TABLE_SEED, address(flow["saddr"]), address(flow["daddr"]),
            flow["sport"], flow["dport"], flow["proto"])
        backend = BACKENDS[SLOTS[reference.flow_slot(value, TABLE_SIZE)]]
        came, dst = (4 if self.kind == "gre" else 6), str(backend)
        if (came, backend.version) == (4, 4):
            self.arrives = p.ipv4(V4.director, dst, p.GRE, gre, ttl=63)
        elif (came, backend.version) == (6, 6):
            self.arrives = p.ipv6(V6.director, dst, self.said["first"],
                                  self.bytes, hops=63)
        elif backend.version == 4:
            self.arrives = p.ipv4(V4.near, dst, p.GRE, gre, ttl=63, ident=0,
                                  frag=p.DF)
        else:
            self.arrives = p.ipv6(V6.near, dst, p.GRE, gre, hops=63)

    def error(self, side, wrong):
        """An error has a checksum, which parsers leave alone; some are wrong."""
        message = self.bytes
        if len(message) >= 4:
            message = message[:2] + bytes(2) + message[4:]
            value = side.checksum(side.hop, side.director, message)
            message = message[:2] + (value ^ wrong).to_bytes(2, "big") + \
                message[4:]
        self.sent = side.wrap(side.hop, side.director, side.error_proto,
                              message)
        self.counter = self.judge(side, self.said["error"], wrong)

    @staticmethod
    def judge(side, error, wrong):
        """As path_error.c does."""
        if not error:
            return None
        if wrong or str(address(error["from"])) != side.director or \
                address(error["to"]) not in BACKENDS + SPARE:
            return "path_refused"
        if not error["too_big"]:
            return "path_unreachable"
        return ("path_mtu" if side.lowest <= error["mtu"] < error["len"]
                else "path_refused")

    def __str__(self):
        return f"{self.counter}: {json.dumps(self.said)}"


def digits(packets):
    return [x.hex() for x in packets if x is not None]


def corpus():
    text = subprocess.run([PROGRAM, PACKETS, SEED], check=True, text=True,
                          capture_output=True).stdout
    return [Packet(i, json.loads(line))
            for i, line in enumerate(text.splitlines())]


class SameBytes:
    def __init__(self):
        self.line = Line(CONFIG)
        self.director = self.line.director
        self.stacks = (Delivered(self.director.ns),
                       Delivered6(self.director.ns))
        self.director.path_events()
        self.sent = []

    def send(self, packets):
        """What is (counted, at the backends, at the stack) and ought to be."""
        self.sent += packets
        arrived, _ = self.line.send(*(x.sent for x in packets))
        counted = Counter(self.director.path_events())
        for name, n in self.director.moved().items():
            counted[FRAGMENT if name.endswith(FRAGMENT) else name] += n
        stack = [d for s in self.stacks for d in s.receive()]
        return ((counted, Counter(x.counter for x in packets if x.counter)),
                (digits(arrived), digits(x.arrives for x in packets)),
                (digits(getattr(d, "payload", d) for d in stack),
                 digits(x.delivered for x in packets)))

    def group(self, name, packets, facts):
        """Sends packets; facts is how many of the three are checked."""
        rules = (f"{name}: counted as the parsers decide",
                 f"{name}: those with a flow, and no others, arrive at its "
                 "backend, byte for byte",
                 f"{name}: those to be left to the stack, and no others, reach "
                 "it, byte for byte")
        wrong = [[] for _ in rules[:facts]]
        for i in range(0, len(packets), PORTION):
            self.compare(packets[i:i + PORTION], wrong)
        for rule, diagnostics in zip(rules, wrong):
            check(f"{len(packets)} {rule}", not diagnostics, *diagnostics)

    def compare(self, packets, wrong):
        """Sends a portion; if something is wrong, halves of it, down to one."""
        seen = [(texts, got, want)
                for texts, (got, want) in zip(wrong, self.send(packets))
                if got != want]
        if all(len(texts) >= DIAGNOSTICS for texts, _, _ in seen):
            return
        half, before = len(packets) // 2, sum(map(len, wrong))
        if half:
            self.compare(packets[:half], wrong)
            self.compare(packets[half:], wrong)
        # Halves may be right where the whole is not.
        if sum(map(len, wrong)) == before:
            what = f"{len(packets)} packets" if half else packets[0]
            for texts, got, want in seen:
                texts.append(f"{what}: expected {want}, got {got}")

    def traffic(self):
        """Packets, bytes and new connections of each service."""
        return {(svc["address"], svc["protocol"]):
                tuple(svc["stats"][k] for k in ("packets", "bytes", "flows"))
                for svc in self.director.services()}


def traffic_of(packets):
    names = {p.TCP: "tcp", p.UDP: "udp", p.SCTP: "sctp"}
    want = {(vip, name): (0, 0, 0) for vip in VIPS for name in names.values()}
    for packet in packets:
        if packet.service:
            vip, proto = packet.service
            flow, key = packet.said["flow"], (vip, names[proto])
            want[key] = tuple(a + b for a, b in zip(
                want[key], (1, flow["len"], flow["new"])))
    return want


def main():
    packets = corpus()
    for kind, decisions in DECISIONS.items():
        check_is(f"{kind}: every decision is among the packets",
                 {x.counter for x in packets if x.kind == kind}, decisions)
    t = SameBytes()
    gre = [x for x in packets if x.kind == "gre"]
    plain = [x for x in packets if x.kind == "outer_v6" and
             x.said["first"] == p.GRE]
    chains = [x for x in packets if x.kind == "outer_v6" and
              x.said["first"] != p.GRE]
    errors = [x for x in packets if x.kind.startswith("error")]
    t.group("packets in IPv4", gre, 3)
    t.group("packets in IPv6", plain, 3)
    # What the stack makes of the headers decides whether it delivers them.
    t.group("packets in IPv6 behind extension headers", chains, 2)
    check_is("services have counted the packets, bytes and new connections of "
             "these flows", t.traffic(), traffic_of(t.sent))
    t.group("errors from the path", errors, 1)


if __name__ == "__main__":
    main()
