# SPDX-License-Identifier: GPL-2.0
"""Devices go down, disappear and come back while packets arrive."""

from ktap import Case
from rig import Flood, Sink, build_side, remove_side, wait_until
from wire import Director

BACKEND = {"10.2.0.11"}


def grows(director, counter, least=20):
    """Until a counter has grown; that of a drop, or of packets sent on."""
    start = director.counters()[counter]
    wait_until(lambda: director.counters()[counter] >= start + least,
               f"{counter} grows")


def down(director, sink):
    with Case("the backends' device is down: no route, counted") as case:
        director.ns.run("ip", "link", "set", "d1", "down")
        grows(director, "drop_no_route")
        sink.listen()
        grows(director, "drop_no_route")
        case.expect("packets that arrive", sink.arriving(), set())
    with Case("it is up again: packets are sent on"):
        director.ns.run("ip", "link", "set", "d1", "up")
        director.ns.run("ip", "neigh", "replace", "10.2.0.11", "lladdr",
                        "02:00:00:00:00:04", "dev", "d1")
        sink.wait_for(BACKEND, "device up again")


def removed(director, sink):
    with Case("the backends' device is removed: no route, counted"):
        remove_side("backend")
        grows(director, "drop_no_route")
    with Case("it is there again: packets are sent on"):
        build_side("backend")
        sink.wait_for(BACKEND, "device there again")
    with Case("the routers' device is removed, and is there again"):
        remove_side("router")
        build_side("router")
        sink.wait_for(BACKEND, "device there again")
        grows(director, "forwarded")


def main():
    director, sink = Director(), Sink()
    flood = Flood()
    try:
        sink.wait_for(BACKEND, "before")
        down(director, sink)
        removed(director, sink)
        with Case("the flood went on all the time") as case:
            case.expect("the sender runs", flood.running(), True)
    finally:
        flood.stop()


if __name__ == "__main__":
    main()
