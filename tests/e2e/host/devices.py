# SPDX-License-Identifier: GPL-2.0
# needs: line stock
"""Devices go down, disappear and come back while packets arrive."""

from director import Director
from ktap import Case
from limits import wait_until
from line import build_side, remove_side
from stream import Sink, Stream
from wire import VIP

CONFIG = f"""
-A -t {VIP}:80
-a -t {VIP}:80 -r 10.2.0.11
"""
BACKEND = {"10.2.0.11"}


def grows(director, counter, least=20):
    """Waits until a counter has grown, which needs packets all the time."""
    start = director.counters()[counter]
    wait_until(lambda: director.counters()[counter] >= start + least,
               f"{counter} grows")


def down(director, sink):
    with Case("with the backends' device down, packets are dropped for want "
              "of a route") as case:
        director.ns.run("ip", "link", "set", "d1", "down")
        grows(director, "drop_no_route")
        sink.listen()
        grows(director, "drop_no_route")
        case.expect("packets that arrive", sink.arriving(), set())
    with Case("with the backends' device up again, packets are forwarded"):
        director.ns.run("ip", "link", "set", "d1", "up")
        director.ns.run("ip", "neigh", "replace", "10.2.0.11", "lladdr",
                        "02:00:00:00:00:04", "dev", "d1")
        sink.wait_for(BACKEND, "device up again")


def removed(director, sink):
    with Case("with the backends' device removed, packets are dropped for "
              "want of a "
              "route"):
        remove_side("backend")
        grows(director, "drop_no_route")
    with Case("with the backends' device there again, packets are forwarded"):
        build_side("backend")
        sink.wait_for(BACKEND, "device there again")
    with Case("with the routers' device removed and there again, packets are "
              "forwarded"):
        remove_side("router")
        build_side("router")
        sink.wait_for(BACKEND, "device there again")
        grows(director, "forwarded")


def main():
    director, sink = Director(), Sink()
    director.restore(CONFIG)
    stream = Stream()
    try:
        sink.wait_for(BACKEND, "before")
        down(director, sink)
        removed(director, sink)
        with Case("packets were sent all the time") as case:
            case.expect("the sender runs", stream.running(), True)
    finally:
        stream.stop()


if __name__ == "__main__":
    main()
