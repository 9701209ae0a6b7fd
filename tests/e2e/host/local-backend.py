# SPDX-License-Identifier: GPL-2.0
# needs: line stock
"""The director is a backend of its own: packets go to its own GRE device."""

import packet as p
from host import SERVICE, TCP_VIP, Host
from ktap import Case, check_is
from wire import DIRECTOR, ROUTER, TunnelPort, outer

TUNNEL = """
link add gre1 type gre local 10.2.0.1 remote any
link set gre1 up
"""


def delivered(host):
    packet = outer(p.gre(TCP_VIP), ttl=1, options=b"\1" * 4)
    with Case("a local backend's packet is delivered, even with TTL 1") \
            as case:
        arrived, _ = host.wire.exchange([packet])
        case.expect("packets forwarded", arrived, [])
        got = [p.IPv4(x) for x in host.stack.receive()]
        case.expect("packets delivered", len(got), 1)
        for x in got:
            case.expect("addresses", (x.src, x.dst), (ROUTER, "10.2.0.1"))
            case.expect("TTL", x.ttl, 1)
            case.expect("checksum is right", x.check_right, True)
            case.expect("options", x.options, b"\1" * 4)
            case.expect("payload", x.payload, p.IPv4(packet).payload)
        case.expect("counters", host.director.moved(),
                    {"forwarded_local": 1})


def main():
    host = Host()
    adm = host.director.adm
    adm(f"-A {SERVICE}")
    adm(f"-a {SERVICE} -r 10.2.0.1")
    host.director.ns.ip(TUNNEL)
    tunnel = TunnelPort(host.director.ns, "gre1")
    delivered(host)
    check_is("the GRE device receives the inner packet as it was",
             tunnel.receive(TCP_VIP), [TCP_VIP])

    # The address that packets are sent to is a backend as well.
    adm(f"-d {SERVICE} -r 10.2.0.1")
    adm(f"-a {SERVICE} -r {DIRECTOR}")
    host.send("a backend may be the outer address that packets are sent to",
              outer(p.gre(TCP_VIP)), [], {"forwarded_local": 1},
              [outer(p.gre(TCP_VIP))])


if __name__ == "__main__":
    main()
