# SPDX-License-Identifier: GPL-2.0
# needs: line
"""IPv6 addresses come and go: a packet to one of the director's own is
forwarded, also while packets run."""

import packet as p
from director import Director
from ktap import Case
from limits import wait_until
from namespace import real
from outer import V6, enable_v6, gre_of, outer6
from stream import Sink, Stream
from wire import VIP, Wire, frame

CONFIG = f"-A -t {VIP}:80\n-a -t {VIP}:80 -r {V6.backend}\n"
PACKET = gre_of(4, p.tcp(4000, 80))
EXTRA = "2001:db8:1::33"
MANY = 300
TURNS = 30


class Addresses:
    def __init__(self):
        self.wire, self.director = Wire(), Director()
        enable_v6(self.director.ns)
        self.again()

    def ip(self, *lines):
        self.director.ns.ip("\n".join(lines) + "\n")

    def again(self):
        """The configuration, after there was none."""
        self.director.restore(CONFIG)
        self.director.moved()

    def send(self, addresses):
        arrived, _ = self.wire.exchange([outer6(PACKET, dst=a)
                                         for a in addresses])
        return [x.src for x in arrived if x.dst == V6.backend]

    def forwarded(self, desc, *addresses):
        with Case(f"a packet is forwarded if its outer destination is {desc}") \
                as case:
            case.expect("outer sources", self.send(addresses), list(addresses))
            case.expect("counters", self.director.moved(),
                        {"forwarded": len(addresses)})

    def ignored(self, desc, *addresses):
        with Case(f"a packet is accepted if its outer destination is {desc}") \
                as case:
            case.expect("packets forwarded", self.send(addresses), [])
            case.expect("counters", self.director.moved(), {})


def come_and_go(test):
    test.ignored("not an address of the director", EXTRA)
    test.ip(f"addr add {EXTRA}/64 dev d0 nodad")
    test.forwarded("an address that was added", EXTRA)
    test.ip(f"addr add {EXTRA}/128 dev lo nodad")
    test.forwarded("an address of two devices", EXTRA)
    test.ip(f"addr del {EXTRA}/64 dev d0")
    test.forwarded("an address that one of two devices has lost", EXTRA)
    test.ip(f"addr del {EXTRA}/128 dev lo")
    test.ignored("an address that both devices have lost", EXTRA)
    test.forwarded("one of the addresses that were there all the time",
                   V6.director, V6.other)
    test.ignored("that of any router of the link", "2001:db8:1::")


def devices(test):
    test.ip("link add dummy0 type dummy", "link set dummy0 up",
            "addr add 2001:db8:8::1/64 dev dummy0 nodad",
            "addr add 2001:db8:8::2 peer 2001:db8:9::2 dev dummy0 nodad")
    test.forwarded("an address of another device", "2001:db8:8::1")
    test.forwarded("the local one of a pair of addresses", "2001:db8:8::2")
    test.ignored("the peer of a pair of addresses", "2001:db8:9::2")
    test.ip("link set dummy0 down")
    test.ignored("an address that went with its device going down",
                 "2001:db8:8::1", "2001:db8:8::2")
    test.ip("link set dummy0 up",
            "addr add 2001:db8:8::1/64 dev dummy0 nodad")
    test.forwarded("an address of a device that is up again", "2001:db8:8::1")
    test.ip("link del dummy0")
    test.ignored("an address of a device that was deleted", "2001:db8:8::1")

    test.ip("link add dummy0 type dummy", "link set dummy0 up",
            "addr add 2001:db8:8::1/64 dev dummy0 nodad")
    test.forwarded("an address of a device that is there again",
                   "2001:db8:8::1")
    test.ip(f"link set dummy0 netns {real('backend')}")
    test.ignored("an address of a device that is in another namespace now",
                 "2001:db8:8::1")


def hundreds(test):
    many = [f"2001:db8:9::{i:x}" for i in range(1, MANY + 1)]
    test.ip(*[f"addr add {a}/128 dev lo nodad" for a in many])
    test.forwarded(f"one of {MANY} more", *many)
    test.ip(*[f"addr del {a}/128 dev lo" for a in many[1:]])
    test.forwarded("the one of them that was not deleted", many[0])
    test.ignored("one of them that was deleted", *many[1:50])
    test.ip(f"addr del {many[0]}/128 dev lo")
    test.ignored("the last of them, which was deleted", many[0])


def without_service(test):
    """Addresses that come and go while there is no hook."""
    test.director.adm("-C")
    test.ip(f"addr add {EXTRA}/64 dev d0 nodad")
    test.again()
    test.forwarded("an address that was added while there was no service",
                   EXTRA)
    test.director.adm("-C")
    test.ip(f"addr del {EXTRA}/64 dev d0")
    test.again()
    test.ignored("an address that was deleted while there was no service",
                 EXTRA)


def whole_stack(test):
    """IPv6 goes, with all of its addresses, and comes back."""
    test.director.ns.sysctl("ipv6/conf/d0/disable_ipv6", 1)
    test.ignored("an address of a device without IPv6", V6.director)
    test.director.ns.sysctl("ipv6/conf/d0/disable_ipv6", 0)
    enable_v6_again(test)
    test.forwarded("an address of a device that has IPv6 again", V6.director)


def enable_v6_again(test):
    test.ip(f"addr add {V6.director}/64 dev d0 nodad",
            f"addr add {V6.other}/64 dev d0 nodad")


def while_packets_run(test):
    """The address that packets are sent to is deleted and added."""
    stream = Stream(burst=4, pause=0.001,
                    frames=[frame(outer6(PACKET, dst=a))
                            for a in (V6.director, V6.other)])
    sink = Sink()
    try:
        with Case(f"packets are forwarded again after each of {TURNS} changes "
                  "while packets run") as case:
            for _ in range(TURNS):
                test.ip(f"addr del {V6.director}/64 dev d0")
                sink.wait_for_source(V6.other, "while one address is gone")
                test.ip(f"addr add {V6.director}/64 dev d0 nodad")
                sink.wait_for_source(V6.director, "to the address again")
            case.expect("the sender runs", stream.running(), True)
    finally:
        stream.stop()
    test.director.moved()
    wait_until(lambda: not test.director.moved(), "the stream has ended",
               pause=0.1)


def main():
    test = Addresses()
    for part in (come_and_go, devices, hundreds, without_service, whole_stack,
                 while_packets_run):
        part(test)


if __name__ == "__main__":
    main()
