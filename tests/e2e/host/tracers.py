# SPDX-License-Identifier: GPL-2.0
# needs: line module
"""Traces that come and go while packets arrive and what they are for is taken down:
services, sockets, namespaces, the module."""

import os
import subprocess

import family as f
from director import Director
from ktap import Case, check, check_is
from limits import wait_until
from namespace import Namespace, real, run
from outer import VIP6, enable_v6
from stream import Stream
from tracer import Tracer
from wire import VIP

MODULE = os.environ["MAGLEV_KO"]
SERVICES = {VIP: f"-t {VIP}:80", VIP6: f"-t [{VIP6}]:80"}
BACKENDS = ("10.2.0.11", "2001:db8:2::11")
ROUNDS = 10


def devices(name):
    """The devices of a namespace."""
    return run("ip", "-n", real(name), "-o", "link")


def serve(director, vip):
    service = SERVICES[vip]
    director.restore("\n".join([f"-A {service} --table-size 251"] +
                               [f"-a {service} -r {b}" for b in BACKENDS]))


def wait_for(tracers, reason):
    """Until each has been told of a packet with that reason; returns the rest."""
    waiting, others = set(tracers), []

    def all_told():
        for tracer in tracers:
            told = tracer.drain()
            others.extend(told)
            if reason in {t.reason for t in told}:
                waiting.discard(tracer)
        return not waiting
    wait_until(all_told, f"packets that are {reason} are told of", 5)
    return others


def come_and_go(director):
    """Services are deleted and added under those who trace them."""
    with Case(f"traces that come and go with services, {ROUNDS} times") as case:
        for i in range(ROUNDS):
            vip = list(SERVICES)[i % 2]
            tracers = [Tracer(director.ns, f.service(0, vip),
                              f.trace(rate=10000)) for _ in range(i % 4 + 1)]
            director.adm(f"-D {SERVICES[vip]}")
            wait_for(tracers, "accept_not_vip")
            serve(director, vip)
            told = wait_for(tracers, "forwarded")
            case.expect("addresses", {t.vip for t in told}, {vip})
            case.expect("backends", {t.backend for t in told} - {None} <=
                        set(BACKENDS), True)
            for tracer in tracers:
                tracer.close()


def module_is_kept(director):
    tracer = Tracer(director.ns, f.service(0, VIP))
    removed = subprocess.run(["rmmod", "maglev"], check=False,
                             capture_output=True, text=True)
    check("the module cannot be removed while there is a trace",
          removed.returncode and "in use" in removed.stderr, removed.stderr)
    with Case("what was traced is still traced then") as case:
        wait_until(tracer.drain, "a message", 5)
        case.expect("error", tracer.reply.error, 0)
    tracer.close()
    with Case("the module can be removed when the trace has ended"):
        run("rmmod", "maglev")
        run("insmod", MODULE)
        for vip in SERVICES:
            serve(director, vip)


def namespace_is_kept(director):
    """One that is deleted lives as long as a socket of it does."""
    name = real("other")
    run("ip", "netns", "add", name)
    other = Namespace("other")
    tracer = Tracer(other, f.service(0, VIP))
    other.run("maglevadm", "-A", "-t", f"{VIP}:80")
    director.ns.run("ip", "link", "add", "t0", "type", "veth", "peer", "name",
                    "t1", "netns", name)
    other.close()
    run("ip", "netns", "del", name)
    check("a namespace that is deleted is there as long as a trace in it",
          "t0" in devices("director"))
    tracer.close()
    with Case("it goes when the trace ends"):
        wait_until(lambda: "t0" not in devices("director"),
                   "its devices are gone", 10, 0.1)


def users():
    with open("/proc/modules", encoding="ascii") as file:
        return next(int(line.split()[2]) for line in file
                    if line.startswith("maglev "))


def main():
    director = Director()
    enable_v6(director.ns)
    for vip in SERVICES:
        serve(director, vip)
    stream = Stream(burst=8, pause=0.01)
    try:
        come_and_go(director)
        module_is_kept(director)
        namespace_is_kept(director)
        with Case("packets were sent all the time") as case:
            case.expect("the sender runs", stream.running(), True)
    finally:
        stream.stop()
    director.adm("-C")
    wait_until(lambda: users() == 0, "the module is not in use")
    check_is("nothing keeps the module at the end", users(), 0)


if __name__ == "__main__":
    main()
