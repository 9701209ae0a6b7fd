# SPDX-License-Identifier: GPL-2.0
# needs: line stock
"""Devices go down, disappear and come back while packets of both families, inner
and outer, arrive."""

from director import Director
from ktap import Case
from limits import wait_until
from line import build_side, remove_side
from outer import ADDRESSES, FAMILIES, VIP6, enable_v6
from stream import Sink, Stream
from wire import VIP

SERVICES = {4: f"-t {VIP}:80", 6: f"-t [{VIP6}]:80"}
CONFIG = "\n".join(
    line for service in SERVICES.values() for line in
    [f"-A {service}"] + [f"-a {service} -r {f.backend}" for f in FAMILIES])
ALL = {(number, f.backend) for number in SERVICES for f in FAMILIES}
# Of packets of the stream that are for no backend.
OTHERS = {"accept_not_vip", "drop_inner_l4"}


def grows(director, counter, least=20):
    """Waits until a counter has grown, which needs packets all the time."""
    start = director.counters()[counter]
    wait_until(lambda: director.counters()[counter] >= start + least,
               f"{counter} grows")


def no_route(case, director):
    """Packets of all mixes of families, which take turns."""
    grows(director, "drop_no_route")
    director.moved()
    grows(director, "drop_no_route")
    case.expect("counters of packets to backends",
                director.moved().keys() - OTHERS, {"drop_no_route"})


def down(director, sink):
    with Case("with the backends' device down, packets are dropped for want "
              "of a route") as case:
        director.ns.run("ip", "link", "set", "d1", "down")
        no_route(case, director)
        sink.listen()
        grows(director, "drop_no_route")
        case.expect("packets that arrive", sink.arriving(), [])
    with Case("with the backends' device up again, packets are forwarded"):
        director.ns.run("ip", "link", "set", "d1", "up")
        director.ns.run("ip", "neigh", "replace", "10.2.0.11", "lladdr",
                        "02:00:00:00:00:04", "dev", "d1")
        # IPv6 addresses went with the device going down.
        director.ns.ip(ADDRESSES["d1"])
        sink.wait_for(ALL, "device up again")


def removed(director, sink):
    with Case("with the backends' device removed, packets are dropped for "
              "want of a route") as case:
        remove_side("backend")
        no_route(case, director)
    with Case("with the backends' device there again, packets are forwarded"):
        build_side("backend")
        director.ns.ip(ADDRESSES["d1"])
        sink.wait_for(ALL, "device there again")
    with Case("with the routers' device removed and there again, packets are "
              "forwarded"):
        remove_side("router")
        build_side("router")
        director.ns.ip(ADDRESSES["d0"])
        sink.wait_for(ALL, "device there again")
        grows(director, "forwarded")


def main():
    director, sink = Director(), Sink()
    enable_v6(director.ns)
    director.restore(CONFIG)
    stream = Stream()
    try:
        sink.wait_for(ALL, "before")
        down(director, sink)
        removed(director, sink)
        with Case("packets were sent all the time") as case:
            case.expect("the sender runs", stream.running(), True)
    finally:
        stream.stop()


if __name__ == "__main__":
    main()
