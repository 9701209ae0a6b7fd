# SPDX-License-Identifier: GPL-2.0
"""Two directors on one kernel, in namespaces "director" and "other"."""

import sys

import packet as p
from ktap import Case, check_is
from wire import Director, Wire, inner, outer

VIP, OTHER_VIP = "203.0.113.1", "203.0.113.2"
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


def together():
    one, two = Site("director"), Site("other", "2")
    one.adm(f"-A {SERVICE}")
    one.adm(f"-a {SERVICE} -r 10.2.0.11")
    check_is("the other director has no services, pools, backends or hooks",
             two.sizes(), [False, 0, 0, 0, 0])
    two.send("the other director leaves packets alone", VIP, [], {})
    one.send("the first one sends them on", VIP, ["10.2.0.11"],
             {"forwarded": 1})

    # The same names and addresses, and other backends.
    two.adm(f"-A {SERVICE}")
    two.adm(f"-a {SERVICE} -r 10.2.0.12")
    two.adm(f"-A {OTHER}")
    two.adm(f"-a {OTHER} -r 10.2.0.11")
    two.adm("--add-pool web")
    one.send("the same service on both: the first one's backend", VIP,
             ["10.2.0.11"], {"forwarded": 1})
    two.send("the same service on both: the other one's backend", VIP,
             ["10.2.0.12"], {"forwarded": 1})
    one.send("a VIP of the other director is unknown to the first", OTHER_VIP,
             [], {"accept_not_vip": 1})
    two.send("and known to the other", OTHER_VIP, ["10.2.0.11"],
             {"forwarded": 1})

    two.adm("--add-router 192.0.2.0/24")
    one.send("routers that the other trusts do not bother the first", VIP,
             ["10.2.0.11"], {"forwarded": 1})
    two.send("they do bother the other", VIP, [], {"accept_untrusted": 1})
    two.adm("--delete-router 192.0.2.0/24")

    two.director.ns.run("ip", "addr", "del", "10.1.0.22/24", "dev", "d0")
    packet = [outer(p.gre(inner(VIP, p.tcp(1, 80))), dst="10.1.0.22")]
    check_is("an address is one director's: taken by the first",
             [a.dst for a in one.wire.exchange(packet)[0]], ["10.2.0.11"])
    check_is("an address is one director's: not by the other",
             two.wire.exchange(packet)[0], [])
    one.director.moved()
    two.director.moved()

    one.adm("-Z")
    check_is("zeroing one's counters leaves the other's",
             [one.director.counters()["forwarded"],
              two.director.counters()["forwarded"] > 0], [0, True])
    one.director.moved()
    one.adm("-C")
    check_is("clearing one's configuration leaves the other's",
             [one.sizes(), two.sizes()],
             [[False, 0, 0, 0, 0], [True, 2, 3, 2, 0]])
    two.send("and the other goes on", VIP, ["10.2.0.12"], {"forwarded": 1})
    one.adm(f"-A {SERVICE}")
    one.adm(f"-a {SERVICE} -r 10.2.0.11")
    one.director.moved()


def alone():
    one = Site("director")
    one.send("with the other namespace deleted, the first goes on", VIP,
             ["10.2.0.11"], {"forwarded": 1})
    one.adm(f"-a {SERVICE} -r 10.2.0.12")
    one.adm(f"-d {SERVICE} -r 10.2.0.11")
    one.send("and can be configured", VIP, ["10.2.0.12"], {"forwarded": 1})


def fresh():
    other = Director("other")
    check_is("a new namespace of the same name starts empty",
             [other.info()["services"], sum(other.counters().values())],
             [0, 0])


if __name__ == "__main__":
    globals()[sys.argv[1]]()
