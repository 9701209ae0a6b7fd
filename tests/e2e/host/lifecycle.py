# SPDX-License-Identifier: GPL-2.0
# needs: line module
"""Everything that can be set up is taken down and set up again, 200 times in
all, while packets of both families, inner and outer, keep arriving. At the end the module
goes away while fragments wait for others. The lab judges memory (kmemleak).

The order is random and always the same.
"""

import os
import random
import time

import packet as p
from director import Director
from fragments import payload, pieces
from ktap import Case, check, check_is
from limits import wait_until
from line import build_director, build_side, remove_director, remove_side
from namespace import Namespace, real, run
from outer import ADDRESSES, FAMILIES, VIP6, enable_v6
from stream import Sink, Stream
from wire import VIP, Wire

MODULE = os.environ["MAGLEV_KO"]
FRAGMENT_SECONDS = 3
# By inner family.
SERVICES = {4: f"-t {VIP}:80", 6: f"-t [{VIP6}]:80"}
BACKENDS = ["10.2.0.11", "10.2.0.12", "2001:db8:2::11", "2001:db8:2::12"]
ALL = {(number, b) for number in SERVICES for b in BACKENDS}
ROUTERS = ("10.1.0.0/24", "2001:db8:1::/64")


def serve(service):
    """The lines that set up a service."""
    return [f"-A {service} --table-size 1021 --seed 5"] + \
        [f"-a {service} -r {b}" for b in BACKENDS]


CONFIG = serve(SERVICES[4]) + serve(SERVICES[6]) + \
    ["-A -u 203.0.113.2:0", "-a -u 203.0.113.2:0 -r 2001:db8:2::11",
     "-A -u [2001:db8::2]:0 --table-size 251",
     "-a -u [2001:db8::2]:0 -r 10.2.0.11",
     "--add-pool shared", "-a --pool shared -r 10.2.0.12",
     "-a --pool shared -r 2001:db8:2::13",
     f"-A -t {VIP} --port 1000-2000 --pool shared",
     f"-A -t [{VIP6}] --port 1000-2000 --pool shared"] + \
    [f"--add-router {prefix}" for prefix in ROUTERS]


class Lifecycle:
    """A step changes the service of one family, or what both share."""

    def __init__(self):
        self.sink = Sink()
        self.ns = Namespace("director")
        enable_v6(self.ns)
        self.rng = random.Random(4)

    def adm(self, *lines):
        self.ns.run("maglevadm", "-R", stdin="\n".join(lines) + "\n")

    def configure(self):
        self.adm(*CONFIG)

    def any_service(self):
        return self.rng.choice(list(SERVICES.values()))

    def backend(self):
        """One is deleted while the others serve, and added again."""
        number, b = pair = self.rng.choice(sorted(ALL))
        self.adm(f"-d {SERVICES[number]} -r {b}")
        self.sink.wait_for(ALL - {pair}, f"IPv{number} without {b}")
        self.adm(f"-a {SERVICES[number]} -r {b}")

    def last_backend(self):
        """All are deleted, and added again."""
        service = self.any_service()
        self.adm(*[f"-d {service} -r {b}" for b in BACKENDS])
        self.adm(*[f"-a {service} -r {b}" for b in
                   self.rng.sample(BACKENDS, len(BACKENDS))])

    def service(self):
        service = self.any_service()
        self.adm(f"-D {service}")
        self.adm(*serve(service))

    def service_at_once(self):
        """Deleted and added in one run of maglevadm."""
        service = self.any_service()
        self.adm(f"-D {service}", *serve(service))

    def clear(self):
        self.ns.run("maglevadm", "-C")
        self.configure()

    def table(self):
        size = self.rng.choice((251, 1021, 4093, 65537))
        self.adm(f"-E {self.any_service()} --table-size {size} "
                 f"--seed {self.rng.getrandbits(64)}")

    def weights(self):
        service = self.any_service()
        self.adm(*[f"-e {service} -r {b} -w {self.rng.randrange(1, 5)}"
                   for b in BACKENDS])

    def routers(self):
        prefix, other = self.rng.choice(list(zip(
            ROUTERS, ("192.0.2.0/24", "2001:db8:77::/64"))))
        self.adm(f"--delete-router {prefix}", f"--add-router {other}",
                 f"--add-router {prefix}", f"--delete-router {other}")

    def address(self):
        """The address that packets are sent to is deleted and added."""
        family = self.rng.choice(FAMILIES)
        length = {4: "24", 6: "64 nodad"}[family.number]
        for verb in ("del", "add"):
            self.ns.ip(f"addr {verb} {family.director}/{length} dev d0\n")

    def module_reload(self):
        run("rmmod", "maglev")
        run("insmod", MODULE)
        self.configure()

    def backend_link(self):
        remove_side("backend")
        build_side("backend")
        self.ns.ip(ADDRESSES["d1"])

    def router_link(self):
        remove_side("router")
        build_side("router")
        self.ns.ip(ADDRESSES["d0"])

    def director(self):
        self.ns.close()
        remove_director()
        self.ns = build_director()
        enable_v6(self.ns)
        self.configure()

    def other_namespace(self):
        """A namespace with a configuration of its own comes and goes."""
        name = real("other")
        run("ip", "netns", "add", name)
        other = Namespace("other")
        try:
            for service in SERVICES.values():
                for line in serve(service)[:3]:
                    other.run("maglevadm", *line.split())
        finally:
            other.close()
            run("ip", "netns", "del", name)


def wait_for_rest(director):
    """Fragments that wait for others, and whoever is told that none came."""
    for name in ("ipv4/ipfrag_time", "netfilter/nf_conntrack_frag6_timeout"):
        director.ns.sysctl(name, FRAGMENT_SECONDS)
    director.restore(CONFIG[0] + "\n" + CONFIG[1])
    director.moved()
    wire = Wire()
    wire.seen = []
    wire.exchange([pieces(f, payload(1000, f), 400)[0] for f in FAMILIES])
    # Packets of the stream may have been on their way.
    check_is("fragments of both families wait",
             director.moved().get("held_outer_fragment"), 2)
    director.adm("-C")
    return wire


def expired(wire):
    """ICMP and ICMPv6 "reassembly time exceeded" have arrived."""
    _, back = wire.collect()
    wire.seen += [(x.proto, x.payload[0], x.payload[1]) for x in back]
    return {(p.ICMP, 11, 1), (p.ICMPV6, 3, 1)} <= set(wire.seen)


# The number of times that each is done: 200 in all.
PLAN = {
    "backend": 20, "last_backend": 20, "service": 15, "service_at_once": 25,
    "clear": 15, "table": 40, "weights": 25, "routers": 12, "address": 8,
    "module_reload": 6, "backend_link": 5, "router_link": 4, "director": 3,
    "other_namespace": 2,
}


def main():
    stream = Stream(burst=16, pause=0.01)
    test = Lifecycle()
    spent = dict.fromkeys(PLAN, 0.0)
    wrong = {name: [] for name in PLAN}
    steps = [name for name, n in PLAN.items() for _ in range(n)]
    test.rng.shuffle(steps)
    try:
        test.configure()
        for i, name in enumerate(steps):
            start = time.monotonic()
            getattr(test, name)()
            try:
                test.sink.wait_for(ALL, f"after {name}")
            except TimeoutError as error:
                wrong[name].append(f"step {i}: {error}")
                break
            spent[name] += time.monotonic() - start
        for name, n in PLAN.items():
            check(f"packets of both families reach all backends after each of {n}: "
                  f"{name.replace('_', ' ')}", not wrong[name], *wrong[name])
            print(f"# {name}: {spent[name]:.1f} s")
        check_is("200 steps in all", len(steps), 200)
        with Case("packets were sent all the time") as case:
            case.expect("the sender runs", stream.running(), True)
        director = Director()
        director.adm("-C")
        check("the configuration is empty at the end",
              not director.services() and not director.info()["pools"])
        wire = wait_for_rest(director)
    finally:
        stream.stop()
    wait_until(lambda: module_users() == 0, "the module is not in use")
    with Case("the module can be removed at the end"):
        run("rmmod", "maglev")
    with Case("fragments that wait expire without it, and the router is told"):
        wait_until(lambda: expired(wire), "both families", FRAGMENT_SECONDS * 2,
                   0.1)
    with Case("the module can be loaded once more"):
        run("insmod", MODULE)


def module_users():
    with open("/proc/modules", encoding="ascii") as file:
        return next(int(line.split()[2]) for line in file
                    if line.startswith("maglev "))


if __name__ == "__main__":
    main()
