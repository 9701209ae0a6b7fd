# SPDX-License-Identifier: GPL-2.0
# needs: line stock
"""Outer and inner headers of forwarded packets, field by field."""

import itertools
import random

import packet as p
from director import Director
from ktap import Case, check_is
from wire import DIRECTOR, DIRECTOR2, VIP, Wire, frame, inner, outer

BACKEND = "10.2.0.11"
CONFIG = f"""
-A -t {VIP}:80
-a -t {VIP}:80 -r {BACKEND}
-A -u {VIP}:53
-a -u {VIP}:53 -r {BACKEND}
--add-service --sctp-service {VIP}:5060
--add-server --sctp-service {VIP}:5060 -r {BACKEND}
"""
TCP_IN = inner(VIP, p.tcp(40000, 80, b"GET / HTTP/1.0\r\n\r\n"))


def forwarded(case, sent, arrived, src=DIRECTOR):
    """One packet has arrived, and is the one sent but for new addresses."""
    want = p.IPv4(sent)
    if len(arrived) != 1:
        case.fail(f"{len(arrived)} packets arrived: {arrived}")
        return
    got = arrived[0]
    for what in ("hlen", "tos", "length", "ident", "frag", "proto",
                 "options"):
        case.expect(what, getattr(got, what), getattr(want, what))
    case.expect("source", got.src, src)
    case.expect("destination", got.dst, BACKEND)
    case.expect("TTL", got.ttl, want.ttl - 1)
    case.expect("header checksum is right", got.check_right, True)
    case.expect("payload", got.payload.hex(), want.payload.hex())


class Headers:
    def __init__(self):
        self.wire = Wire()
        self.director = Director()
        self.director.restore(CONFIG)
        self.sent = 0

    def case(self, desc, packet, padding=b"", src=DIRECTOR):
        self.sent += 1
        with Case(desc) as case:
            arrived, back = self.wire.exchange([frame(packet, padding)],
                                               raw=True)
            forwarded(case, packet, arrived, src)
            case.expect("packets back to the router", back, [])

    def counted(self, group):
        check_is(f"every packet is counted as forwarded: {group}",
                 self.director.moved(), {"forwarded": self.sent})
        self.sent = 0

    def outer_fields(self):
        for tos in (0x00, 0x01, 0x02, 0x03, 0xb8, 0xff):
            self.case(f"outer DSCP {tos >> 2} and ECN {tos & 3} are kept",
                      outer(p.gre(TCP_IN), tos=tos))
        for frag, name in ((0, "without DF"), (p.DF, "with DF"),
                           (0x8000, "with the reserved flag")):
            self.case(f"outer flags are kept: {name}",
                      outer(p.gre(TCP_IN), frag=frag))
        for ident in (0, 1, 0xffff):
            self.case(f"outer identification {ident:#x} is kept",
                      outer(p.gre(TCP_IN), ident=ident))
        for ttl in (2, 3, 64, 255):
            self.case(f"outer TTL {ttl} becomes {ttl - 1}",
                      outer(p.gre(TCP_IN), ttl=ttl))
        self.case("the outer source becomes the address that the packet was "
                  "sent to",
                  outer(p.gre(TCP_IN), dst=DIRECTOR2), src=DIRECTOR2)
        self.counted("outer fields")

    def checksums(self):
        """Checksums near 0 and 0xffff, where incremental updates may err."""
        packets = [outer(p.gre(TCP_IN), ident=i) for i in range(0, 65536, 173)]
        by_check = sorted(packets, key=lambda x: x[10:12])
        packets = by_check[:20] + by_check[-20:]
        with Case("the header checksum is right at the ends of its range") as case:
            arrived, _ = self.wire.exchange(packets)
            case.expect("packets", len(arrived), len(packets))
            for sent, got in zip(packets, arrived):
                forwarded(case, sent, [got])
        self.sent += len(packets)
        self.counted("checksums")

    def ttl_exceeded(self):
        for ttl in (0, 1):
            arrived, _ = self.wire.exchange([outer(p.gre(TCP_IN), ttl=ttl)])
            check_is(f"a packet with outer TTL {ttl} is dropped", arrived, [])
            check_is(f"a packet with outer TTL {ttl} is counted as drop_ttl",
                     self.director.moved(),
                     {"drop_ttl": 1})

    def options(self):
        nop, end, rr, timestamp = 1, 0, 7, 68
        lists = {
            "no-operations": lambda n: bytes([nop] * n),
            "record route": lambda n: bytes([rr, n - 1, 4] + [0] * (n - 3)),
            "timestamps": lambda n: bytes([timestamp, n, 5, 0] +
                                          [0] * (n - 4)),
            "end of list": lambda n: bytes([nop, end] + [0] * (n - 2)),
        }
        for words in range(1, 11):
            for name, make in lists.items():
                if words > 2 and name == "end of list":
                    continue
                self.case(f"outer options are kept: IHL {5 + words}, {name}",
                          outer(p.gre(TCP_IN), options=make(words * 4)))
        self.counted("IP options")

    def gre_options(self):
        for csum, key, seq in itertools.product((False, True),
                                                (None, 0xdeadbeef),
                                                (None, 0x01020304)):
            names = [name for name, on in (("checksum", csum), ("key", key),
                                           ("sequence", seq)) if on]
            fields = " and ".join(names) or "no options"
            self.case(f"GRE fields are kept: {fields}",
                      outer(p.gre(TCP_IN, csum=csum, key=key, seq=seq)))
        wrong = bytearray(p.gre(TCP_IN, csum=True))
        wrong[4] ^= 0x55
        self.case("a packet with a wrong GRE checksum is forwarded as it is",
                  outer(bytes(wrong)))
        self.counted("GRE options")

    def inner_packets(self):
        rng = random.Random(1)
        noise = rng.randbytes(400)
        for name, data in {
                "TCP SYN": inner(VIP, p.tcp(40001, 80, flags=p.SYN)),
                "TCP RST": inner(VIP, p.tcp(40001, 80, flags=p.RST)),
                "TCP with options and data":
                    inner(VIP, p.tcp(40001, 80, noise, options=noise[:40])),
                "UDP": inner(VIP, p.udp(40001, 53, noise), p.UDP),
                "UDP without data": inner(VIP, p.udp(40001, 53), p.UDP),
                "UDP with a wrong length":
                    inner(VIP, p.udp(40001, 53, noise, length=3), p.UDP),
                "SCTP INIT": inner(VIP, p.sctp(40001, 5060, noise[:16],
                                               chunk=1), p.SCTP),
                "SCTP DATA": inner(VIP, p.sctp(40001, 5060, noise), p.SCTP),
                "inner TTL 1 and TOS": inner(VIP, p.tcp(40001, 80), ttl=1,
                                             tos=0xb9),
                "inner TTL 0": inner(VIP, p.tcp(40001, 80), ttl=0),
                "inner DF": inner(VIP, p.tcp(40001, 80), frag=p.DF),
                "inner reserved flag": inner(VIP, p.tcp(40001, 80),
                                             frag=0x8000),
                "a wrong inner header checksum":
                    inner(VIP, p.tcp(40001, 80), check=0x1234),
                "inner options of 4 bytes":
                    inner(VIP, p.tcp(40001, 80, noise), options=b"\1\1\1\1"),
                "inner options of 40 bytes":
                    inner(VIP, p.udp(40001, 53, noise), p.UDP,
                          options=bytes([7, 39, 4] + [0] * 37)),
                "bytes behind the inner packet":
                    inner(VIP, p.tcp(40001, 80, noise)) + b"trailer",
                "1476 bytes": inner(VIP, p.udp(40001, 53, bytes(1448)), p.UDP),
                }.items():
            self.case(f"the inner packet is kept: {name}",
                      outer(p.gre(data)))
        self.case("Ethernet padding is not forwarded",
                  outer(p.gre(inner(VIP, p.udp(1, 53), p.UDP))), b"\x5a" * 18)
        self.counted("inner packets")


def main():
    headers = Headers()
    headers.outer_fields()
    headers.checksums()
    headers.ttl_exceeded()
    headers.options()
    headers.gre_options()
    headers.inner_packets()


if __name__ == "__main__":
    main()
