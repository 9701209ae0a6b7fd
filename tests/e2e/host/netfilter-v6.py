# SPDX-License-Identifier: GPL-2.0
# needs: line stock
"""Outer IPv6 beside connection tracking, nftables, queues, IPsec policies, VRFs
and bridges."""

import packet as p
from director import Director
from ktap import Case, check, check_is, skip
from limits import wait_until
from nfqueue import Queue
from outer import V4, V6, Delivered6, Delivery, enable_v6, gre_of, outer6
from wire import ROUTER_MAC, VIP, Wire, outer

SERVICE = f"-t {VIP}:80"
PACKET = gre_of(4, p.tcp(4000, 80))
OTHER = p.gre(p.ipv4("198.51.100.7", "203.0.113.200", p.TCP, p.tcp(1, 80)))
OTHER_DELIVERED = Delivery(V6.router, V6.director, 64, OTHER)
# A counter, and connection tracking, in the director.
WATCH = f"""
table inet watch {{
	chain pre {{
		type filter hook prerouting priority 0;
		ct state new accept
	}}
	chain post {{
		type filter hook postrouting priority 0;
		ip6 daddr {V6.backend} ct state untracked counter comment "v6"
		ip daddr {V4.backend} ct state untracked counter comment "v4"
	}}
}}
"""
# Before the module's hook, which gets packets from the queue.
CHAIN = """
table ip6 queued {
	chain pre {
		type filter hook prerouting priority -500;
	}
}
"""
QUEUE = "add rule ip6 queued pre meta l4proto gre queue to 6\n"
TIMEOUTS = "/proc/sys/net/netfilter/nf_conntrack_*_timeout"
POLICY = "xfrm policy {} dir in src ::/0 dst ::/0 proto gre action block\n"
VRF = f"""
link add vrf0 type vrf table 77
link set vrf0 up
link set d0 master vrf0
addr add {V6.director}/64 dev d0 nodad
addr add {V6.other}/64 dev d0 nodad
addr add fe80::2/64 dev d0 nodad
"""
BRIDGE = f"""
link set d0 nomaster
link del vrf0
link add bridge0 type bridge
link set bridge0 address 02:00:00:00:00:02 up
link set d0 master bridge0
addr flush dev d0
addr add {V6.director}/64 dev bridge0 nodad
addr add {V4.director}/24 dev bridge0
neigh replace {V6.router} lladdr {ROUTER_MAC} dev bridge0
"""


class Netfilter:
    def __init__(self):
        self.wire, self.director = Wire(), Director()
        self.ns, self.adm = self.director.ns, self.director.adm
        enable_v6(self.ns)
        self.adm(f"-A {SERVICE}")
        self.adm(f"-a {SERVICE} -r {V6.backend}")
        self.stack = Delivered6(self.ns)

    def serve_by(self, family, other):
        self.adm(f"-a {SERVICE} -r {family.backend}")
        self.adm(f"-d {SERVICE} -r {other.backend}")

    def send(self, desc, packet, backends, counters, delivered=()):
        with Case(desc) as case:
            arrived, _ = self.wire.exchange([packet])
            case.expect("backends", [x.dst for x in arrived], backends)
            case.expect("delivered", self.stack.receive(), list(delivered))
            case.expect("counters", self.director.moved(), counters)

    def forwarded(self, desc, packet, backend=V6.backend):
        self.send(desc, packet, [backend], {"forwarded": 1})

    def counted(self, comment):
        text = self.ns.run("nft", "list", "table", "inet", "watch")
        line = next(x for x in text.splitlines() if f'"{comment}"' in x)
        return int(line.split("packets ")[1].split()[0])

    def entries(self):
        return self.ns.run("cat", "/proc/net/nf_conntrack")


def conntrack(test):
    """It is on in the director, but not for packets that are forwarded."""
    test.ns.run("nft", "-f", "-", stdin=WATCH)
    test.ns.run("sh", "-c", f"for i in {TIMEOUTS}; do "
                "echo 86400 >$i || exit; done")
    test.forwarded("IPv6 to IPv6 beside connection tracking", outer6(PACKET))
    test.forwarded("IPv4 to IPv6 beside connection tracking", outer(PACKET))
    check_is("POST_ROUTING sees packets to an IPv6 backend, as untracked",
             test.counted("v6"), 2)
    test.serve_by(V4, V6)
    test.forwarded("IPv6 to IPv4 beside connection tracking", outer6(PACKET),
                   V4.backend)
    check_is("POST_ROUTING sees packets to an IPv4 backend, as untracked",
             test.counted("v4"), 1)
    check("connection tracking has an entry for a routed packet",
          "dst=10.2.0.99" in test.entries(), test.entries())
    check("connection tracking has no entry for a forwarded packet",
          " 47 " not in test.entries(), test.entries())
    test.send("a packet for no VIP is accepted", outer6(OTHER), [],
              {"accept_not_vip": 1}, [OTHER_DELIVERED])
    check("connection tracking has an entry for a packet that is accepted",
          " 47 " in test.entries(), test.entries())
    # Delivery of what has been made of the other family.
    test.adm(f"-a {SERVICE} -r {V6.source}")
    test.adm(f"-d {SERVICE} -r {V4.backend}")
    test.send("a packet that goes on in the director is delivered beside "
              "connection tracking", outer(PACKET), [], {"forwarded": 1},
              [Delivery(V6.source, V6.source, 64, PACKET)])
    test.adm(f"-a {SERVICE} -r {V6.backend}")
    test.adm(f"-d {SERVICE} -r {V6.source}")


def queued(test):
    """Packets from a queue arrive in a process's context, not in softirq."""
    desc = "packets from a queue before the hook are forwarded"
    test.ns.run("nft", "-f", "-", stdin=CHAIN)
    try:
        test.ns.run("nft", "-f", "-", stdin=QUEUE)
    except RuntimeError as error:
        # The kernel's answer for an expression that it does not know.
        if "No such file or directory" not in str(error):
            raise
        skip(desc, "this kernel has no nft_queue")
        return
    queue = Queue(test.ns, 6)
    for _ in range(20):
        test.wire.exchange([outer6(PACKET, p.LIMIT)])
    # The packets that mark the end are not queued, and may overtake.
    wait_until(lambda: test.director.counters()["forwarded"] >=
               test.director.last["forwarded"] + 20, "queued packets")
    check_is(desc, (queue.seen, test.director.moved()),
             (20, {"forwarded": 20}))
    test.ns.run("nft", "delete", "table", "ip6", "queued")
    # Takes those that markers have overtaken.
    test.wire.collect()


def policy(test):
    """IPsec policies for input apply, as they would behind the hook."""
    # The markers are of a protocol that the policy leaves alone.
    test.ns.ip(POLICY.format("add"))
    refused = {"drop_ipsec_policy": 1}
    test.send("a policy refuses a packet", outer6(PACKET), [], refused)
    test.send("a policy refuses a packet behind an encapsulation limit",
              outer6(PACKET, p.LIMIT), [], refused)
    test.forwarded("a policy of IPv6 leaves IPv4 alone", outer(PACKET))
    for device in ("d0", "all"):
        test.ns.sysctl(f"ipv6/conf/{device}/disable_policy", 1)
        test.forwarded(f"disable_policy of {device} exempts from it",
                       outer6(PACKET))
        test.ns.sysctl(f"ipv6/conf/{device}/disable_policy", 0)
    test.send("a policy refuses a packet again", outer6(PACKET), [], refused)
    test.ns.ip(POLICY.format("delete").replace(" action block", ""))
    test.forwarded("without the policy, a packet is forwarded",
                   outer6(PACKET))


def vrf(test):
    """A VRF shows packets twice."""
    test.ns.ip(VRF)
    for makers in ((), (p.LIMIT,)):
        test.forwarded("a packet by a device of a VRF is forwarded, once",
                       outer6(PACKET, *makers))
    test.forwarded("a packet to a link-local address by a device of a VRF",
                   outer6(PACKET, src="fe80::1", dst="fe80::2"))
    test.send("a packet for no VIP by a device of a VRF is counted once",
              outer6(OTHER), [], {"accept_not_vip": 1}, [OTHER_DELIVERED])


def bridge(test):
    """The director's address is one of a bridge."""
    test.ns.ip(BRIDGE)
    test.forwarded("a packet to an address of a bridge is forwarded",
                   outer6(PACKET))


def main():
    test = Netfilter()
    for part in (conntrack, queued, policy, vrf, bridge):
        part(test)


if __name__ == "__main__":
    main()
