# SPDX-License-Identifier: GPL-2.0
"""The director as a host: its stack beside what the module forwards."""

import packet as p
from director import Director
from ktap import Case
from wire import VIP, Delivered, Wire, inner

TCP_VIP = inner(VIP, p.tcp(4000, 80, b"for a VIP"))
SERVICE = f"-t {VIP}:80"
# Of no host on the line.
OTHER_MAC = "02:00:00:00:00:77"


class Host:
    def __init__(self):
        self.wire, self.director = Wire(), Director()
        self.stack = Delivered(self.director.ns)

    def send(self, desc, packet, backends, counters, delivered=()):
        """The backends that a packet reaches, counters, the stack's share."""
        with Case(desc) as case:
            arrived, _ = self.wire.exchange([packet])
            case.expect("backends", [a.dst for a in arrived], backends)
            case.expect("delivered", self.stack.receive(), list(delivered))
            case.expect("counters", self.director.moved(), counters)

    def forwarded(self, desc, packet, backend="10.2.0.11"):
        self.send(desc, packet, [backend], {"forwarded": 1})


def frame_to_another(test, frame):
    """A frame to OTHER_MAC, at a device that takes all. @test has wire, director
    and stack, as Host has."""
    with Case("a frame to another host is left alone") as case:
        test.director.ns.run("ip", "link", "set", "d0", "promisc", "on")
        arrived, _ = test.wire.exchange([frame], raw=True)
        case.expect("packets", arrived, [])
        case.expect("delivered", test.stack.receive(), [])
        case.expect("counters", test.director.moved(), {})
        test.director.ns.run("ip", "link", "set", "d0", "promisc", "off")
