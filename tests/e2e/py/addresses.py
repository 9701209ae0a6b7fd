# SPDX-License-Identifier: GPL-2.0
"""Addresses come and go: a packet is taken if it came to one of the host's."""

import os

import packet as p
from ktap import Case
from rig import TMP, VIP
from wire import Director, Wire, inner, outer

TCP_VIP = inner(VIP, p.tcp(4000, 80))
MANY = 300


class Addresses:
    def __init__(self):
        self.wire, self.director = Wire(), Director()

    def ip(self, line):
        self.director.ns.run("ip", *line.split())

    def batch(self, lines):
        path = os.path.join(TMP, "addresses.batch")
        with open(path, "w", encoding="ascii") as file:
            file.write("\n".join(lines) + "\n")
        self.director.ns.run("ip", "-batch", path)

    def taken(self, desc, *addresses):
        with Case(desc) as case:
            arrived, _ = self.wire.exchange(
                [outer(p.gre(TCP_VIP), dst=a) for a in addresses])
            case.expect("outer sources", [x.src for x in arrived],
                        list(addresses))
            case.expect("counters", self.director.moved(),
                        {"forwarded": len(addresses)})

    def left(self, desc, *addresses):
        with Case(desc) as case:
            arrived, _ = self.wire.exchange(
                [outer(p.gre(TCP_VIP), dst=a) for a in addresses])
            case.expect("packets sent on", [x for x in arrived
                                            if x.src in addresses], [])
            case.expect("counters", self.director.moved(), {})


def main():
    test = Addresses()
    extra = "10.1.0.33"
    test.left("an address that the director does not have", extra)
    test.ip(f"addr add {extra}/24 dev d0")
    test.taken("the address is added", extra)
    test.ip(f"addr add {extra}/32 dev lo")
    test.taken("another device gets it, too", extra)
    test.ip(f"addr del {extra}/24 dev d0")
    test.taken("the first device loses it", extra)
    test.ip(f"addr del {extra}/32 dev lo")
    test.left("the other device loses it, too", extra)
    test.taken("the others were not affected", "10.1.0.2", "10.1.0.22")

    test.ip("link add dummy0 type dummy")
    test.ip("addr add 10.8.0.1/24 dev dummy0")
    test.taken("an address of a device that was never up", "10.8.0.1")
    test.ip("link set dummy0 up")
    test.ip("addr add 10.8.0.2 peer 10.8.1.2 dev dummy0")
    test.taken("the local one of a pair of addresses", "10.8.0.2")
    test.left("the peer of a pair of addresses", "10.8.1.2")
    test.ip("link set dummy0 down")
    test.taken("the device goes down", "10.8.0.1")
    test.ip("link del dummy0")
    test.left("the device is deleted", "10.8.0.1", "10.8.0.2")

    test.ip("link add dummy0 type dummy")
    test.ip("addr add 10.8.0.1/24 dev dummy0")
    test.taken("the device is there again", "10.8.0.1")
    test.ip(f"link set dummy0 netns {os.environ['E2E_PREFIX']}-backend")
    test.left("the device goes to another namespace", "10.8.0.1")

    many = [f"10.9.{i // 200}.{i % 200 + 1}" for i in range(MANY)]
    test.batch([f"addr add {a}/32 dev lo" for a in many])
    test.taken(f"{MANY} addresses more", *many)
    test.batch([f"addr del {a}/32 dev lo" for a in many[1:]])
    test.taken("all but one of them are deleted", many[0])
    test.left("those that are deleted", *many[1:50])
    test.ip(f"addr del {many[0]}/32 dev lo")
    test.left("the last of them is deleted", many[0])

    # Addresses that came while nobody was looking.
    test.director.adm("-C")
    test.ip(f"addr add {extra}/24 dev d0")
    test.director.adm(f"-A -t {VIP}:80")
    test.director.adm(f"-a -t {VIP}:80 -r 10.2.0.11")
    test.taken("an address that came while there was no service", extra)
    test.director.adm("-C")
    test.ip(f"addr del {extra}/24 dev d0")
    test.director.adm(f"-A -t {VIP}:80")
    test.director.adm(f"-a -t {VIP}:80 -r 10.2.0.11")
    test.left("an address that went while there was no service", extra)


if __name__ == "__main__":
    main()
