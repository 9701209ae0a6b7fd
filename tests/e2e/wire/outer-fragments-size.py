# SPDX-License-Identifier: GPL-2.0
# needs: line
"""Packets that came in fragments, or without DF, on paths that are too narrow for
them."""

import struct

import packet as p
from fragments import MIXES, Line, counted, payload, pieces, wanted
from ktap import Case
from outer import BACKEND_MAC, FAMILIES, V4, V6
from wire import outer

MTU = {V4: 1400, V6: 1300}
ROUTES = "".join(f"route add {to.backend} dev d1 mtu {MTU[to]}\n"
                 for to in FAMILIES)
HOP = "2001:db8:2::40"
DIRECTOR_MAC_2 = "02:00:00:00:00:03"


def fits(test, case, sent, want, most):
    """All of it arrives, in more than one fragment, none of them larger."""
    arrived, back = test.expect(case, sent, want, counted(len(sent)))
    case.expect("fragments at the backend", len(arrived) > 1, True)
    case.expect("too big", [x for x in arrived if x.length > most], [])
    case.expect("packets to the router", back, [])
    return arrived


def narrow(test, came, goes):
    """DF aside, fragments are made as small as the path needs."""
    for size in (1500, MTU[goes] - 16):
        data = payload(3000, goes)
        with Case(f"{came} to {goes}: fragments of {size} bytes, MTU "
                  f"{MTU[goes]}") as case:
            fits(test, case, pieces(came, data, size),
                 wanted(came, goes, data), min(size, MTU[goes]))


def came_whole(test):
    """In IPv4 without DF; what stays in IPv4 is in wire/size."""
    for size in (MTU[V6] - 19, 1500):
        data = payload(size - 20, V6)
        with Case(f"IPv4 to IPv6: a whole packet of {size} bytes without DF, MTU "
                  f"{MTU[V6]}") as case:
            fits(test, case, [outer(data)], wanted(V4, V6, data), MTU[V6])


def told(error):
    """(destination, protocol, type, code, MTU) of an error."""
    kind, code, _, _, mtu = struct.unpack_from("!BBHHH", error.payload)
    return error.dst, error.proto, kind, code, mtu


def dont_fragment(test, goes):
    """DF of fragments is to find the MTU for them, and not for the whole."""
    # To IPv6 the header grows by 20 bytes.
    mtu = MTU[goes] - (20 if goes is V6 else 0)
    data = payload(2000, goes)
    with Case(f"IPv4 to {goes}: fragments with DF that fit") as case:
        fits(test, case, pieces(V4, data, 600, df=p.DF),
             wanted(V4, goes, data), 600 if goes is V4 else MTU[goes])
    with Case(f"IPv4 to {goes}: the router is told of fragments with DF that do "
              "not fit") as case:
        sent = pieces(V4, data, 1480, df=p.DF)
        _, back = test.expect(case, sent, None, counted(2, "drop_too_big"))
        case.expect("errors", [told(x) for x in back],
                    [(V4.router, p.ICMP, 3, 4, mtu)])
    with Case(f"IPv4 to {goes}: fragments of which the largest has no DF") \
            as case:
        sent = pieces(V4, data, 1480, ident=5)
        small = pieces(V4, data, 1480, ident=5, df=p.DF)[1]
        fits(test, case, [sent[0], small], wanted(V4, goes, data), MTU[goes])


def too_long(test):
    """IPv6 counts the bytes behind its header, IPv4 with it."""
    for size, fate in ((65515, "forwarded"), (65516, "drop_too_big"),
                       (65535, "drop_too_big")):
        sent = pieces(V6, payload(size, V4), 1500)
        with Case(f"IPv6 to IPv4: {size} bytes in fragments, counted as {fate}") \
                as case:
            test.director.moved()
            test.wire.exchange(sent)
            case.expect("counters", test.director.moved(),
                        counted(len(sent), fate))


def learnt(test):
    """A hop cannot pass a fragment on, and quotes it."""
    data = payload(3000, V6)
    with Case("IPv6: before") as case:
        arrived = fits(test, case, pieces(V6, data, 1300),
                       wanted(V6, V6, data), 1300)
    for name, quoted in (("the first", arrived[0]), ("a later", arrived[1])):
        mtu = quoted.length - 8
        message = struct.pack("!BBHI", 2, 0, 0, mtu) + quoted.data[:1200]
        check = p.checksum_v6(HOP, V6.director, p.ICMPV6, message)
        message = message[:2] + struct.pack("!H", check) + message[4:]
        test.director.path_events()
        with Case(f"IPv6: a hop's error about {name} fragment is heeded") \
                as case:
            test.wire.backend.send(p.ether(
                DIRECTOR_MAC_2, BACKEND_MAC,
                p.ipv6(HOP, V6.director, p.ICMPV6, message), p.ETH_IPV6))
            data = payload(3000, V6)
            arrived = fits(test, case, pieces(V6, data, 1300),
                           wanted(V6, V6, data), mtu)
            case.expect("events", test.director.path_events(),
                        {"path_mtu": 1})


def main():
    test = Line()
    test.ns.ip(ROUTES)
    for came, goes in MIXES:
        narrow(test, came, goes)
    came_whole(test)
    for goes in FAMILIES:
        dont_fragment(test, goes)
    too_long(test)
    learnt(test)


if __name__ == "__main__":
    main()
