# SPDX-License-Identifier: GPL-2.0
# needs: line second-line stock
"""Two directors on one kernel, in namespaces "director" and "other": each has its
own configuration, addresses and counters, and outlives the other.
"""

import packet as p
from director import Director
from ktap import Case, check_is
from namespace import real, run
from outer import V6, VIP6, enable_v6, gre_of, outer6
from wire import VIP, Wire, inner, outer

OTHER_VIP = "203.0.113.2"
SERVICE, OTHER = f"-t {VIP}:80", f"-t {OTHER_VIP}:80"


class Site:
    """A director and its two neighbours."""

    def __init__(self, director, number=""):
        self.wire = Wire(f"router{number}", f"backend{number}")
        self.director = Director(director)
        self.adm = self.director.adm

    def send(self, desc, vip, backends, counters):
        with Case(desc) as case:
            arrived, _ = self.wire.exchange(
                [outer(p.gre(inner(vip, p.tcp(4000, 80))))])
            case.expect("backends", [a.dst for a in arrived], backends)
            case.expect("counters", self.director.moved(), counters)

    def sizes(self):
        info = self.director.info()
        return [info[k] for k in ("hooks", "services", "pools", "backends",
                                  "routers")]


def apart(one, two):
    one.adm(f"-A {SERVICE}")
    one.adm(f"-a {SERVICE} -r 10.2.0.11")
    check_is("a configuration is one namespace's: services, pools, backends, "
             "hooks",
             two.sizes(), [False, 0, 0, 0, 0])
    two.send("a director without configuration accepts packets", VIP, [], {})
    one.send("a director with one forwards them", VIP, ["10.2.0.11"],
             {"forwarded": 1})


def same_names(one, two):
    """The same names and addresses, and other backends."""
    two.adm(f"-A {SERVICE}")
    two.adm(f"-a {SERVICE} -r 10.2.0.12")
    two.adm(f"-A {OTHER}")
    two.adm(f"-a {OTHER} -r 10.2.0.11")
    two.adm("--add-pool web")
    one.send("the same service on both directors has the first one's backend",
             VIP,
             ["10.2.0.11"], {"forwarded": 1})
    two.send("the same service on both directors has the other one's backend",
             VIP,
             ["10.2.0.12"], {"forwarded": 1})
    one.send("a VIP of the other director is none of the first", OTHER_VIP,
             [], {"accept_not_vip": 1})
    two.send("a VIP of the other director is one there",
             OTHER_VIP, ["10.2.0.11"],
             {"forwarded": 1})


def own_addresses(one, two):
    two.adm("--add-router 192.0.2.0/24")
    one.send("trusted routers of the other director do not matter to the first",
             VIP,
             ["10.2.0.11"], {"forwarded": 1})
    two.send("trusted routers of the other director matter there",
             VIP, [], {"accept_untrusted": 1})
    two.adm("--delete-router 192.0.2.0/24")

    two.director.ns.ip("addr del 10.1.0.22/24 dev d0\n")
    packet = [outer(p.gre(inner(VIP, p.tcp(1, 80))), dst="10.1.0.22")]
    check_is("an address is one namespace's: the director that has it forwards",
             
             [a.dst for a in one.wire.exchange(packet)[0]], ["10.2.0.11"])
    check_is("an address is one namespace's: the director without it accepts",
             two.wire.exchange(packet)[0], [])
    one.director.moved()
    two.director.moved()


def both_v6(one, two):
    """IPv6 inside and outside."""
    service = f"-t [{VIP6}]:80"
    packet = [outer6(gre_of(6, p.tcp(4000, 80)), dst=V6.other)]

    def backends(site):
        return [a.dst for a in site.wire.exchange(packet)[0]]

    for site, backend in ((one, V6.backend), (two, "10.2.0.12")):
        enable_v6(site.director.ns)
        site.adm(f"-A {service}")
        site.adm(f"-a {service} -r {backend}")
    check_is("the same IPv6 service on both directors has each one's backend",
             [backends(one), backends(two)], [[V6.backend], ["10.2.0.12"]])
    two.director.ns.ip(f"addr del {V6.other}/64 dev d0\n")
    check_is("an IPv6 address is one namespace's: only the director that has it "
             "forwards", [backends(one), backends(two)], [[V6.backend], []])
    for site in (one, two):
        site.adm(f"-D {service}")
        site.director.moved()


def cleared(one, two):
    one.adm("-Z")
    check_is("-Z zeroes the counters of one namespace",
             [one.director.counters()["forwarded"],
              two.director.counters()["forwarded"] > 0], [0, True])
    one.director.moved()
    one.adm("-C")
    check_is("-C clears the configuration of one namespace",
             [one.sizes(), two.sizes()],
             [[False, 0, 0, 0, 0], [True, 2, 3, 2, 0]])
    two.send("a director forwards when the other one's configuration is "
             "cleared", VIP, ["10.2.0.12"], {"forwarded": 1})
    one.adm(f"-A {SERVICE}")
    one.adm(f"-a {SERVICE} -r 10.2.0.11")
    one.director.moved()


def alone(one):
    one.send("a director forwards when the other namespace is deleted", VIP,
             ["10.2.0.11"], {"forwarded": 1})
    one.adm(f"-a {SERVICE} -r 10.2.0.12")
    one.adm(f"-d {SERVICE} -r 10.2.0.11")
    one.send("a director can be configured when the other namespace is deleted",
             VIP, ["10.2.0.12"], {"forwarded": 1})


def fresh():
    other = Director("other")
    check_is("a new namespace of the same name starts empty",
             [other.info()["services"], sum(other.counters().values())],
             [0, 0])


def main():
    one, two = Site("director"), Site("other", "2")
    for part in (apart, same_names, own_addresses, both_v6, cleared):
        part(one, two)
    two.director.ns.close()
    run("ip", "netns", "del", real("other"))
    alone(one)
    run("ip", "netns", "add", real("other"))
    fresh()


if __name__ == "__main__":
    main()
