# SPDX-License-Identifier: GPL-2.0
# needs: line second-line many
"""ICMP in inner IPv4: errors go where the flow goes that they are about, pings to
one backend of a client's, and the rest is accepted or dropped."""

import struct

import icmp_cases
import packet as p
from icmp import NAMES, V4, flip
from ktap import Case
from wire import outer

# The way of errors to clients.
ROUTE = "route add 198.51.100.0/24 via 10.1.0.1\n"


def quotes(m, proto, sport):
    """Description and quote."""
    whole = m.answer(proto, sport)
    length = len(whole)
    swapped, = struct.unpack("<H", struct.pack("!H", length))
    return (
        ("a wrong header checksum", flip(whole, 10)),
        ("a length in the other byte order",
         m.answer(proto, sport, length=swapped)[:28]),
        ("a length without the header",
         m.answer(proto, sport, length=length - 20)),
        ("a length of 0", m.answer(proto, sport, length=0)),
        ("TTL 0", m.answer(proto, sport, ttl=0)),
        ("DF", m.answer(proto, sport, frag=p.DF)[:28]),
        ("4 bytes of options", m.answer(proto, sport, options=b"\1" * 4)[:32]),
        ("40 bytes of options",
         m.answer(proto, sport, options=bytes([7, 39, 4] + [0] * 37))[:68]),
        ("the first fragment", m.answer(proto, sport, frag=p.MF)[:28]),
    )


def others(m):
    """Description, packet, counter."""
    answer = m.answer(p.TCP, 40000)
    return (
        ("a quote with a header of 16 bytes",
         m.error(m.answer(p.TCP, 40000, ihl=4)), "drop_inner_icmp"),
        ("a quote with options cut short",
         m.error(m.answer(p.TCP, 40000, options=b"\1" * 40)[:59]),
         "drop_inner_icmp"),
        ("a quote with options and 7 bytes",
         m.error(m.answer(p.TCP, 40000, options=b"\1" * 40)[:67]),
         "drop_inner_icmp"),
        ("a quote of IPv6",
         m.error(p.ipv6("2001:db8::80", "2001:db8:a::7", p.TCP, answer[20:])),
         "drop_inner_icmp"),
        ("a quote of a fragment in the middle",
         m.error(m.answer(p.TCP, 40000, frag=p.MF | 100)[:28]),
         "accept_quoted_fragment"),
        ("a quote of the last fragment",
         m.error(m.answer(p.UDP, 40000, frag=100)[:28]),
         "accept_quoted_fragment"),
        ("a redirect", m.icmp(5, answer[:28]), "accept_inner_icmp"),
        ("a source quench", m.icmp(4, answer[:28]), "accept_inner_icmp"),
        ("a timestamp request", m.icmp(13, bytes(12)), "accept_inner_icmp"),
        ("a router solicitation", m.icmp(10), "accept_inner_icmp"),
        ("an extended echo request", m.icmp(42, bytes(8)),
         "accept_inner_icmp"),
    )


def reject(site):
    """Only pings may be answered with an error."""
    site.director.ns.ip(ROUTE)
    site.director.ns.sysctl("ipv4/icmp_ratelimit", 0)
    service = site.service(p.TCP)
    site.director.adm(f"-E {service} --all-down reject")
    for backend in ("10.2.0.11", "10.2.0.12"):
        site.director.adm(f"-e {service} -r {backend} --state down")
    ping = site.m.echo()
    for desc, packet, number in (
            ("a ping", ping, 1),
            (f"an error about {NAMES[p.TCP]}",
             site.m.error(site.m.answer(p.TCP, 40000)), 0),
            ("an error about an answer to a ping",
             site.m.error(site.m.echo_reply()), 0)):
        with Case(f"all down, reject: {number} ICMP errors about {desc}") as c:
            _, back = site.wire.exchange([outer(p.gre(packet))])
            back = [x for x in back if x.proto == p.ICMP]
            c.expect("to", [x.dst for x in back], [V4.client] * number)
            for error in back:
                c.expect("type and code", error.payload[:2], b"\3\1")
                c.expect("quote", error.payload[8:].hex(), ping.hex())
    site.director.adm(f"-E {service} --all-down drop")
    for backend in ("10.2.0.11", "10.2.0.12"):
        site.director.adm(f"-e {service} -r {backend} --state up")
    site.director.moved()


def main():
    site = icmp_cases.run(V4(), quotes, others)
    reject(site)
    icmp_cases.next_service(site)


if __name__ == "__main__":
    main()
