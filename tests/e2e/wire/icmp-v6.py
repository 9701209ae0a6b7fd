# SPDX-License-Identifier: GPL-2.0
# needs: line second-line many
"""ICMPv6 in inner IPv6: errors go where the flow goes that they are about, pings
to one backend of a client's, and the rest is accepted or dropped."""

import icmp_cases
import packet as p
from icmp import L4, PORTS, V6

MAPPED = "::ffff:198.51.100.7"


def extended(proto, l4, *makers, src=V6.vip, dst=V6.client):
    """A packet with extension headers: protocol, and bytes for a next one."""
    following = proto
    for kind, make in reversed(makers):
        l4, following = make(following) + l4, kind
    return p.ipv6(src, dst, following, l4)


def quotes(_, proto, sport):
    """Description and quote, cut 8 bytes behind the extension headers."""
    l4 = L4[proto](PORTS[proto], sport, bytes(64))

    def quote(*makers):
        packet = extended(proto, l4, *makers)
        return packet[:len(packet) - len(l4) + 8]

    return (
        ("hop-by-hop options", quote(p.HBH)),
        ("destination options", quote(p.DST)),
        ("a routing header", quote(p.ROUTE)),
        ("an atomic fragment", quote(p.ATOMIC)),
        ("the first fragment", quote(p.FIRST)),
        ("the first fragment, with options in front", quote(p.DST, p.FIRST)),
        ("the first fragment, with options behind", quote(p.FIRST, p.DST)),
        ("the first fragment, with options on both sides",
         quote(p.HBH, p.FIRST, p.DST)),
        ("all extension headers", quote(p.HBH, p.DST, p.ROUTE, p.ATOMIC, p.DST)),
        ("12 extension headers", quote(*[p.DST] * 12)),
        ("hop limit 0", p.ipv6(V6.vip, V6.client, proto, l4, hops=0)),
        ("a length of 0", p.ipv6(V6.vip, V6.client, proto, l4, length=0)),
        ("1232 bytes", p.ipv6(V6.vip, V6.client, proto,
                              L4[proto](PORTS[proto], sport, bytes(1400)))
         [:1232]),
    )


def others(m):
    """Description, packet, counter."""
    l4 = p.tcp(80, 40000, bytes(64))
    answer = m.answer(p.TCP, 40000)
    ping = m.echo()[40:]
    return (
        ("a quote with 13 extension headers",
         m.error(extended(p.TCP, l4, *[p.DST] * 13)), "drop_inner_icmp"),
        ("a quote with hop-by-hop options behind others",
         m.error(extended(p.TCP, l4, p.DST, p.HBH)), "drop_inner_icmp"),
        ("a quote cut in its extension headers",
         m.error(extended(p.TCP, l4, p.DST, p.DST)[:55]), "drop_inner_icmp"),
        ("a quote with extension headers and 7 bytes",
         m.error(extended(p.TCP, l4, p.DST)[:55]), "drop_inner_icmp"),
        ("a quote to an IPv4-mapped address",
         m.error(m.answer(p.TCP, 40000, dst=MAPPED)), "drop_inner_icmp"),
        ("a quote from an IPv4-mapped address",
         m.error(m.answer(p.TCP, 40000, src=MAPPED)), "drop_inner_icmp"),
        ("a quote of IPv4",
         m.error(p.ipv4("203.0.113.1", "198.51.100.7", p.TCP, l4)),
         "drop_inner_icmp"),
        ("a quote of a fragment in the middle",
         m.error(extended(p.TCP, l4, p.MIDDLE)), "accept_quoted_fragment"),
        ("a quote of a fragment in the middle with options in front",
         m.error(extended(p.TCP, l4, p.DST, p.MIDDLE)), "accept_quoted_fragment"),
        ("a quote of the last fragment",
         m.error(extended(p.UDP, l4, p.HBH, p.LAST)), "accept_quoted_fragment"),
        ("a router solicitation", m.icmp(133), "accept_inner_icmp"),
        ("a router advertisement", m.icmp(134, bytes(8)),
         "accept_inner_icmp"),
        ("a neighbour solicitation", m.icmp(135, bytes(16)),
         "accept_inner_icmp"),
        ("a neighbour advertisement", m.icmp(136, bytes(16)),
         "accept_inner_icmp"),
        ("a redirect", m.icmp(137, bytes(32)), "accept_inner_icmp"),
        ("an MLD query", m.icmp(130, bytes(16)), "accept_inner_icmp"),
        ("an MLDv2 report", m.icmp(143), "accept_inner_icmp"),
        ("an extended echo request", m.icmp(160, bytes(8)),
         "accept_inner_icmp"),
        ("an unknown error", m.icmp(100, answer), "accept_inner_icmp"),
        ("a ping from an IPv4-mapped address", m.echo(src=MAPPED),
         "drop_inner_header"),
    )


def behind_options(site):
    """ICMPv6 need not be the first header of its packet."""
    flows = icmp_cases.flow_of_each(site, p.TCP)
    for desc, makers in (("hop-by-hop options", (p.HBH,)),
                         ("all extension headers", (p.HBH, p.DST, p.ROUTE, p.ATOMIC))):
        site.forwarded(
            f"errors behind {desc}",
            [extended(p.ICMPV6, site.m.error(site.m.answer(p.TCP, s))[40:],
                      *makers, src=V6.hop, dst=V6.vip)
             for s in flows.values()], list(flows))
        site.forwarded(
            f"a ping behind {desc}",
            [extended(p.ICMPV6, site.m.echo()[40:], *makers, src=V6.client,
                      dst=V6.vip)],
            icmp_cases.echo_backends(site.f, [V6.client]))


def main():
    site = icmp_cases.run(V6(), quotes, others)
    behind_options(site)
    icmp_cases.next_service(site)


if __name__ == "__main__":
    main()
