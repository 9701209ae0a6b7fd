# SPDX-License-Identifier: GPL-2.0
# needs: line
"""GRE packets that come in fragments are reassembled and directed as the whole
packets that they are: in every mix of outer families, in any order, and apart
from fragments that connection tracking, the stack or another VRF reassembles."""

import packet as p
from fragments import (CONFIG, IDENTS, MIXES, Line, counted, join, payload,
                       piece, pieces, wanted)
from ktap import Case
from outer import FAMILIES, V4, V6, Delivered6, outer6
from wire import inner

OTHER = "203.0.113.200"
# Connection tracking in both families.
TRACK = """
table inet track {
	chain pre {
		type filter hook prerouting priority 0;
		ct state new accept
	}
}
"""
LIMITS = {V4: "ipv4/ipfrag_{}_thresh",
          V6: "netfilter/nf_conntrack_frag6_{}_thresh"}
VRF = f"""
link set d0 master vrf0
addr add {V6.director}/64 dev d0 nodad
"""
NO_VRF = f"""
link set d0 nomaster
addr add {V6.director}/64 dev d0 nodad
"""
# 20 bytes of GRE and inner IPv4 are in front of the inner destination's end.
SMALL = {V4: 400, V6: 416}


def small(came, data, *makers, **fields):
    """Three fragments of data of 1000 bytes."""
    return pieces(came, data, SMALL[came], *makers, **fields)


def orders(test, came, goes):
    for number in (4, 6):
        for name, order in (("in order", (0, 1, 2)), ("last first", (2, 1, 0)),
                            ("first one last", (1, 2, 0)),
                            ("last one in the middle", (0, 2, 1))):
            data = payload(1000, goes, number)
            with Case(f"{came} to {goes}, inner IPv{number}: three fragments, "
                      f"{name}") as case:
                sent = small(came, data)
                case.expect("fragments", len(sent), 3)
                arrived, back = test.expect(
                    case, [sent[i] for i in order], wanted(came, goes, data),
                    counted(3))
                if came is goes is V4:
                    case.expect("sizes", [x.length for x in arrived],
                                [len(x) for x in sent])
                case.expect("packets to the router", back, [])


def large(test, came, goes):
    data = payload(60000, goes)
    with Case(f"{came} to {goes}: a packet of 60000 bytes") as case:
        sent = pieces(came, data, 1500)
        arrived, _ = test.expect(case, sent, wanted(came, goes, data),
                                 counted(len(sent)))
        case.expect("too big", [x for x in arrived if x.length > 1500], [])


def fields(test, came, goes):
    data = payload(1000, goes)
    with Case(f"{came} to {goes}: congestion in one fragment is in the "
              "packet") as case:
        name = "tos" if came is V4 else "tclass"
        sent = [small(came, data, ident=0xce, **{name: tos})[i]
                for i, tos in enumerate((0xb9, 0xbb, 0xb9))]
        test.expect(case, sent, wanted(came, goes, data, tos=0xbb),
                    counted(3))
    if goes is V4:
        with Case(f"{came} to IPv4: the fragments have no DF") as case:
            arrived, _ = test.expect(case, small(came, data),
                                     wanted(came, goes, data), counted(3))
            case.expect("DF", [x for x in arrived if x.frag & p.DF], [])


def not_whole(test, came):
    data = payload(1000, came)
    sent = small(came, data)
    with Case(f"{came}: a fragment that comes twice is of no account") as case:
        # The kernel tells duplicates from other refused fragments in IPv6 only.
        twice = {"drop_outer_fragment": 2} if came is V4 else {}
        count = {"held_outer_fragment": 2 if came is V4 else 4, "forwarded": 1}
        test.expect(case, sent[:2] * 2 + sent[2:], wanted(came, came, data),
                    {**twice, **count})
    with Case(f"{came}: fragments without one of them wait") as case:
        sent = small(came, data)
        test.expect(case, [sent[0], sent[2]], None, {"held_outer_fragment": 2})
    with Case(f"{came}: until that comes") as case:
        test.expect(case, [sent[1]], wanted(came, came, data),
                    {"forwarded": 1})
    for name, start, end in (("begins in another", 368, 744),
                             ("goes on into another", 376, 760)):
        with Case(f"{came}: of a packet with a fragment that {name}, nothing "
                  "is left") as case:
            ident = next(IDENTS)
            a = piece(came, data, 0, 376, ident)
            b = piece(came, data, 752, len(data), ident)
            test.expect(case, [a, b, piece(came, data, start, end, ident)],
                        None, {"held_outer_fragment": 2,
                               "drop_outer_fragment": 1})


def limits(test, came):
    """The kernel's own; maglev has none beside them."""
    data = payload(1000, came)
    held, sent = small(came, data), small(came, data)
    names = [LIMITS[came].format(x) for x in ("low", "high")]
    old = []
    for name in names:
        with test.ns, open(f"/proc/sys/net/{name}", encoding="ascii") as file:
            old.append(file.read())
    with Case(f"{came}: fragments beyond the kernel's limit are dropped") \
            as case:
        test.expect(case, held[:1], None, {"held_outer_fragment": 1})
        for name in names:
            test.ns.sysctl(name, 1)
        test.expect(case, sent, None, {"drop_outer_fragment": 3})
        for name, value in zip(reversed(names), reversed(old)):
            test.ns.sysctl(name, value)
    with Case(f"{came}: those that were there before are kept") as case:
        test.expect(case, held[1:], wanted(came, came, data), counted(2))


def left_alone(test, came):
    """Packets that are whole now go on to the stack as such."""
    data = p.gre(inner(OTHER, p.udp(1, 1, bytes(i & 255 for i in range(972))),
                       p.UDP))
    with Case(f"{came}: a packet in fragments that is for no VIP is delivered "
              "whole") as case:
        test.expect(case, small(came, data), None,
                    counted(3, "accept_not_vip"), [data])
    data = payload(1000, came)
    prefix = {V4: "10.1.0.5/32", V6: "2001:db8:1::5/128"}[came]
    test.director.adm(f"--add-router {prefix}")
    with Case(f"{came}: the stack reassembles what is from untrusted sources") \
            as case:
        test.expect(case, small(came, data), None, {"accept_untrusted": 3},
                    [data])
    test.director.adm(f"--delete-router {prefix}")
    with Case(f"{came}: fragments from the director's own address are not "
              "reassembled") as case:
        arrived, _ = test.wire.exchange(small(came, data, src=came.director))
        case.expect("arrived", arrived, [])
        case.expect("counters", test.director.moved(), {"accept_martian": 3})
        test.stack()


def broken(test):
    """What only the stack can answer."""
    data = payload(1000, V6)
    ident = next(IDENTS)
    with Case("IPv6: a fragment whose length is not a multiple of 8 is left to "
              "the stack, which answers") as case:
        bad = piece(V6, data[:375] + bytes(1), 0, 375, ident)
        _, back = test.expect(case, [bad], None, {"accept_outer_fragment": 1})
        case.expect("answers", [x.payload[0] for x in back], [4])
    with Case("IPv6: a fragment without data is dropped") as case:
        test.expect(case, [piece(V6, data, 376, 376, ident)], None,
                    {"drop_outer_fragment": 1})
    with Case("IPv6: a fragment in a fragment is left to the stack") as case:
        nested = [outer6(part, p.ATOMIC, (
            p.FRAGMENT, lambda _, w=word: p.fragment(p.GRE, w, ident)))
            for word, part in ((1, data[:376]), (376, data[376:]))]
        arrived, _ = test.wire.exchange(nested)
        case.expect("arrived", arrived, [])
        case.expect("counters", test.director.moved(),
                    {"accept_outer_fragment": 2})
        test.stack()


def extensions(test):
    data = payload(1000, V6)
    for name, makers in (("hop-by-hop options", [p.HBH]),
                         ("the tunnel encapsulation limit", [p.LIMIT]),
                         ("a routing header without segments left",
                          [p.DST, p.ROUTE])):
        with Case(f"IPv6: fragments behind {name}") as case:
            test.expect(case, small(V6, data, *makers),
                        wanted(V6, V6, data, *makers), counted(3))
    for name, makers in (("the tunnel encapsulation limit", [p.LIMIT]),
                         ("88 bytes of options", [p.LONG, p.DST])):
        with Case(f"IPv6: {name} inside of the fragments") as case:
            inside, first = p.chain(*makers, last=p.GRE, payload=data)
            test.expect(case, small(V6, inside, first=first),
                        wanted(V6, V6, data, *makers), counted(3))
        with Case(f"IPv6 to IPv4: {name} inside of the fragments is "
                  "removed") as case:
            other = payload(1000, V4)
            inside, first = p.chain(*makers, last=p.GRE, payload=other)
            test.expect(case, small(V6, inside, first=first),
                        wanted(V6, V4, other), counted(3))
    with Case("IPv6: a routing header inside of the fragments leads to another "
              "node") as case:
        inside, first = p.chain(p.ROUTE_LEFT, last=p.GRE, payload=data)
        test.expect(case, small(V6, inside, first=first), None,
                    counted(3, "accept_outer_extensions"))
    with Case("IPv6: another protocol behind options is delivered") as case:
        stack = Delivered6(test.ns, 253)
        inside, first = p.chain(p.LIMIT, last=253, payload=data)
        test.expect(case, small(V6, inside, first=first), None,
                    {"held_outer_fragment": 2})
        case.expect("delivered", [x.payload for x in stack.receive()], [data])


def idents(test):
    """This host is the source of the fragments that it sends (RFC 6864)."""
    packets = [payload(1000, V4), payload(1000, V4)]
    sent = [small(V4, data, ident=0x77, src=src)
            for data, src in zip(packets, ("10.1.0.1", "10.1.0.5"))]
    turns = [x for pair in zip(*sent) for x in pair]
    with Case("IPv4: two routers use one identification, fragment by fragment "
              "in turn") as case:
        arrived, _ = test.wire.exchange(turns)
        groups = {}
        for x in arrived:
            groups.setdefault(x.ident, []).append(x)
        case.expect("packets", sorted(join(x).hex() for x in groups.values()),
                    sorted(wanted(V4, V4, x).hex() for x in packets))
        case.expect("counters", test.director.moved(),
                    {"held_outer_fragment": 4, "forwarded": 2})


def apart(test, came, name, change, back):
    """
    The first fragment of a packet comes to another place of reassembly, then
    those of another packet with the same key come to the module.
    """
    ours, theirs = payload(1000, came), payload(1000, came)
    ident = next(IDENTS)
    a = small(came, theirs, ident=ident)
    b = small(came, ours, ident=ident)
    with Case(f"{came}: fragments are not mixed with those {name}") as case:
        change()
        arrived, _ = test.wire.exchange(a[:1])
        back()
        test.director.moved()
        case.expect("arrived", arrived, [])
        test.expect(case, b[1:], None, {"held_outer_fragment": 2})
        test.expect(case, b[:1], wanted(came, came, ours), {"forwarded": 1})
        change()
        arrived, _ = test.wire.exchange(a[1:])
        back()
        test.director.moved()
        return arrived, test.stack(), theirs


def beside_conntrack(test, came):
    """Without services there is no hook, and connection tracking reassembles."""
    with Case(f"{came}: the other packet is delivered") as case:
        arrived, delivered, theirs = apart(
            test, came, "of connection tracking",
            lambda: test.director.adm("-C"),
            lambda: test.director.restore(CONFIG))
        case.expect("arrived", arrived, [])
        case.expect("delivered", delivered, [theirs])


def beside_vrf(test, came):
    with Case(f"{came}: the other packet is forwarded") as case:
        arrived, _, theirs = apart(test, came, "of a VRF",
                                   lambda: test.ns.ip(VRF),
                                   lambda: test.ns.ip(NO_VRF))
        got = join(arrived)
        case.expect("arrived", got and got.hex(),
                    wanted(came, came, theirs).hex())


def main():
    test = Line()
    for came, goes in MIXES:
        for part in (orders, large, fields):
            part(test, came, goes)
    for came in FAMILIES:
        for part in (not_whole, limits, left_alone):
            part(test, came)
    for part in (broken, extensions, idents):
        part(test)
    test.ns.run("nft", "-f", "-", stdin=TRACK)
    for came in FAMILIES:
        orders(test, came, came)
        left_alone(test, came)
        beside_conntrack(test, came)
    test.ns.ip("link add vrf0 type vrf table 77\nlink set vrf0 up\n")
    for came in FAMILIES:
        beside_vrf(test, came)


if __name__ == "__main__":
    main()
