# SPDX-License-Identifier: GPL-2.0
# needs: line
"""Addresses come and go: a packet to one of the director's own is forwarded."""

import packet as p
from director import Director
from ktap import Case
from namespace import real
from wire import VIP, Wire, inner, outer

CONFIG = f"""
-A -t {VIP}:80
-a -t {VIP}:80 -r 10.2.0.11
"""
TCP_VIP = inner(VIP, p.tcp(4000, 80))
EXTRA = "10.1.0.33"
MANY = 300


class Addresses:
    def __init__(self):
        self.wire, self.director = Wire(), Director()

        self.director.restore(CONFIG)

    def ip(self, *lines):
        self.director.ns.ip("\n".join(lines) + "\n")

    def again(self):
        """The configuration, after there was none."""
        self.director.restore(CONFIG)

    def forwarded(self, desc, *addresses):
        with Case(f"a packet is forwarded if its outer destination is {desc}") \
                as case:
            arrived, _ = self.wire.exchange(
                [outer(p.gre(TCP_VIP), dst=a) for a in addresses])
            case.expect("outer sources", [x.src for x in arrived],
                        list(addresses))
            case.expect("counters", self.director.moved(),
                        {"forwarded": len(addresses)})

    def ignored(self, desc, *addresses):
        with Case(f"a packet is accepted if its outer destination is {desc}") \
                as case:
            arrived, _ = self.wire.exchange(
                [outer(p.gre(TCP_VIP), dst=a) for a in addresses])
            case.expect("packets forwarded", [x for x in arrived
                                            if x.src in addresses], [])
            case.expect("counters", self.director.moved(), {})


def come_and_go(test):
    test.ignored("not an address of the director", EXTRA)
    test.ip(f"addr add {EXTRA}/24 dev d0")
    test.forwarded("an address that was added", EXTRA)
    test.ip(f"addr add {EXTRA}/32 dev lo")
    test.forwarded("an address of two devices", EXTRA)
    test.ip(f"addr del {EXTRA}/24 dev d0")
    test.forwarded("an address that one of two devices has lost", EXTRA)
    test.ip(f"addr del {EXTRA}/32 dev lo")
    test.ignored("an address that both devices have lost", EXTRA)
    test.forwarded("one of the addresses that were there all the time",
                   "10.1.0.2", "10.1.0.22")


def devices(test):
    test.ip("link add dummy0 type dummy")
    test.ip("addr add 10.8.0.1/24 dev dummy0")
    test.forwarded("an address of a device that was never up", "10.8.0.1")
    test.ip("link set dummy0 up")
    test.ip("addr add 10.8.0.2 peer 10.8.1.2 dev dummy0")
    test.forwarded("the local one of a pair of addresses", "10.8.0.2")
    test.ignored("the peer of a pair of addresses", "10.8.1.2")
    test.ip("link set dummy0 down")
    test.forwarded("an address of a device that is down", "10.8.0.1")
    test.ip("link del dummy0")
    test.ignored("an address of a device that was deleted",
                 "10.8.0.1", "10.8.0.2")

    test.ip("link add dummy0 type dummy")
    test.ip("addr add 10.8.0.1/24 dev dummy0")
    test.forwarded("an address of a device that is there again", "10.8.0.1")
    test.ip(f"link set dummy0 netns {real('backend')}")
    test.ignored("an address of a device that is in another namespace now",
                 "10.8.0.1")


def hundreds(test):
    many = [f"10.9.{i // 200}.{i % 200 + 1}" for i in range(MANY)]
    test.ip(*[f"addr add {a}/32 dev lo" for a in many])
    test.forwarded(f"one of {MANY} more", *many)
    test.ip(*[f"addr del {a}/32 dev lo" for a in many[1:]])
    test.forwarded("the one of them that was not deleted", many[0])
    test.ignored("one of them that was deleted", *many[1:50])
    test.ip(f"addr del {many[0]}/32 dev lo")
    test.ignored("the last of them, which was deleted", many[0])


def without_service(test):
    """Addresses that come and go while there is no hook."""
    test.director.adm("-C")
    test.ip(f"addr add {EXTRA}/24 dev d0")
    test.again()
    test.forwarded("an address that was added while there was no service",
                   EXTRA)
    test.director.adm("-C")
    test.ip(f"addr del {EXTRA}/24 dev d0")
    test.again()
    test.ignored("an address that was deleted while there was no service",
                 EXTRA)


def main():
    test = Addresses()
    for part in (come_and_go, devices, hundreds, without_service):
        part(test)


if __name__ == "__main__":
    main()
