# SPDX-License-Identifier: GPL-2.0
"""The module beside the rest of the host; one function per part."""

import sys

import packet as p
from ktap import Case, check, check_is
from nfqueue import Queue
from rig import wait_until
from wire import (CLIENT, DIRECTOR, ROUTER, Delivered, Director, TunnelPort,
                  Wire, inner, outer)

VIP = "203.0.113.1"
TCP_VIP = inner(VIP, p.tcp(4000, 80, b"for a VIP"))
SERVICE = f"-t {VIP}:80"


class Host:
    def __init__(self):
        self.wire, self.director = Wire(), Director()
        self.stack = Delivered(self.director.ns)

    def send(self, desc, packet, backends, counters, delivered=()):
        """Which backends get it, what moves, what the stack gets."""
        with Case(desc) as case:
            arrived, _ = self.wire.exchange([packet])
            case.expect("backends", [a.dst for a in arrived], backends)
            case.expect("delivered", self.stack.receive(), list(delivered))
            case.expect("counters", self.director.moved(), counters)

    def sent_on(self, desc, packet, backend="10.2.0.11"):
        self.send(desc, packet, [backend], {"forwarded": 1})

    def untrusted(self, desc, packet):
        self.send(desc, packet, [], {"accept_untrusted": 1}, [packet])


def routers(host):
    adm = host.director.adm
    adm(f"-A {SERVICE}")
    adm(f"-a {SERVICE} -r 10.2.0.11")
    one = outer(p.gre(TCP_VIP), src="10.1.0.1")
    other = outer(p.gre(TCP_VIP), src="10.1.0.5")
    far = outer(p.gre(TCP_VIP), src="192.0.2.77")

    host.sent_on("without trusted routers, GRE is taken from anybody", far)
    adm("--add-router 10.1.0.1")
    host.sent_on("GRE of a trusted router is taken", one)
    host.untrusted("GRE of another router is left alone", other)
    adm("--add-router 10.1.0.4/30")
    host.sent_on("GRE from a trusted prefix is taken", other)
    host.untrusted("GRE from beyond the prefix is left alone",
                   outer(p.gre(TCP_VIP), src="10.1.0.8"))
    host.untrusted("GRE from before the prefix is left alone",
                   outer(p.gre(TCP_VIP), src="10.1.0.3"))
    adm("--add-router 0.0.0.0/0")
    host.sent_on("the prefix of everything covers everything", far)
    adm("--delete-router 0.0.0.0/0")
    adm("--delete-router 10.1.0.1")
    host.untrusted("GRE of a router that is trusted no longer", one)
    host.sent_on("the other prefix is still trusted", other)
    adm("--delete-router 10.1.0.4/30")
    host.sent_on("without the last one, GRE is taken from anybody again", far)
    adm("-C")


def services(host):
    adm = host.director.adm
    packet = outer(p.gre(TCP_VIP))

    def off(desc):
        check_is(f"{desc}: packets are not looked at",
                 host.director.info()["hooks"], False)
        host.send(f"{desc}: a packet to the VIP is left alone and not counted",
                  packet, [], {}, [packet])

    off("no configuration")
    adm("--add-pool web")
    adm("-a --pool web -r 10.2.0.11")
    adm("--add-router 10.1.0.0/24")
    off("a pool and a router, but no service")
    adm(f"-A {SERVICE} --pool web")
    check_is("with the first service, packets are looked at",
             host.director.info()["hooks"], True)
    host.sent_on("with the first service, packets are sent on", packet)
    adm(f"-A -u {VIP}:53")
    adm(f"-D {SERVICE}")
    check_is("with one of two services, packets are looked at",
             host.director.info()["hooks"], True)
    adm(f"-D -u {VIP}:53")
    off("after the last service")
    adm("-C")
    off("after -C")


def local_backend(host):
    """The director is its own backend: to its own GRE device."""
    adm, run = host.director.adm, host.director.ns.run
    adm(f"-A {SERVICE}")
    adm(f"-a {SERVICE} -r 10.2.0.1")
    run("ip", "link", "add", "gre1", "type", "gre", "local", "10.2.0.1",
        "remote", "any")
    run("ip", "link", "set", "gre1", "up")
    tunnel = TunnelPort(host.director.ns, "gre1")

    packet = outer(p.gre(TCP_VIP), ttl=1, options=b"\1" * 4)
    with Case("a local backend's packet is delivered here, even with TTL 1") \
            as case:
        arrived, _ = host.wire.exchange([packet])
        case.expect("packets sent on", arrived, [])
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
    check_is("the GRE device takes in the inner packet as it was",
             tunnel.receive(), [TCP_VIP])

    # The address the packet came to is a backend, too.
    adm(f"-d {SERVICE} -r 10.2.0.1")
    adm(f"-a {SERVICE} -r {DIRECTOR}")
    host.send("a backend that is the director's own outer address",
              outer(p.gre(TCP_VIP)), [], {"forwarded_local": 1},
              [outer(p.gre(TCP_VIP))])
    run("ip", "link", "del", "gre1")
    adm("-C")


def conntrack(host):
    """Connection tracking is on in the director, but not for our packets."""

    def entries():
        return host.director.ns.run("cat", "/proc/net/nf_conntrack")

    for _ in range(5):
        host.wire.exchange([outer(p.gre(TCP_VIP))])
    check_is("packets are sent on beside connection tracking",
             host.director.moved(), {"forwarded": 5})
    check("connection tracking tracks what is routed",
          "dst=10.2.0.99" in entries(), entries())
    check("connection tracking sees nothing of what is sent on",
          " 47 " not in entries(), entries())
    other = outer(p.gre(inner("203.0.113.99", p.udp(1, 1), p.UDP, CLIENT)))
    host.wire.exchange([other])
    check("connection tracking tracks GRE that is left alone",
          " 47 " in entries(), entries())


def queued(host):
    """What comes back from userspace does so in a process, not in softirq."""
    queue = Queue(host.director.ns, 5)
    for _ in range(20):
        host.wire.exchange([outer(p.gre(TCP_VIP))])
    # The packets that mark the end are not queued, and so come first.
    wait_until(lambda: queue.seen >= 20, "queued packets")
    check_is("packets that were queued before the hook are sent on",
             (queue.seen, host.director.moved()), (20, {"forwarded": 20}))


def refused_by_nft(host):
    """A rule in POST_ROUTING has the last word."""
    arrived, _ = host.wire.exchange([outer(p.gre(TCP_VIP))])
    check_is("a rule in POST_ROUTING can drop what is sent on", arrived, [])


if __name__ == "__main__":
    globals()[sys.argv[1]](Host())
