# SPDX-License-Identifier: GPL-2.0
"""Sets up and takes down, under a flood, and sees packets flow each time.

The order is random and always the same.
"""

import random
import sys
import time

from ktap import Case, check, check_is
from rig import (PREFIX, TMP, VIP, Flood, Sink, build_director, build_side,
                 remove_director, remove_side, run, wait_until)
from wire import Director, Namespace

SERVICE = f"-t {VIP}:80"
BACKENDS = [f"10.2.0.{i}" for i in range(11, 15)]
CONFIG = [f"-A {SERVICE} --table-size 1021 --seed 5"] + \
    [f"-a {SERVICE} -r {b}" for b in BACKENDS] + \
    ["-A -u 203.0.113.2:0", "-a -u 203.0.113.2:0 -r 10.2.0.11",
     "--add-pool shared", "-a --pool shared -r 10.2.0.12",
     f"-A -t {VIP} --port 1000-2000 --pool shared",
     "--add-router 10.1.0.0/24"]


class Lifecycle:
    def __init__(self, module):
        self.module = module
        self.sink = Sink()
        self.ns = Namespace("director")
        self.rng = random.Random(4)

    def adm(self, *lines):
        path = f"{TMP}/lifecycle.conf"
        with open(path, "w", encoding="ascii") as file:
            file.write("\n".join(lines) + "\n")
        self.ns.run("sh", "-c", f"exec maglevadm -R <{path}")

    def configure(self):
        self.adm(*CONFIG)

    def backend(self):
        """Goes while the others serve, and comes back."""
        b = self.rng.choice(BACKENDS)
        self.adm(f"-d {SERVICE} -r {b}")
        self.sink.wait_for(set(BACKENDS) - {b}, f"without {b}")
        self.adm(f"-a {SERVICE} -r {b}")

    def last_backend(self):
        """All go, so there is nowhere to send to, and come back."""
        self.adm(*[f"-d {SERVICE} -r {b}" for b in BACKENDS])
        self.adm(*[f"-a {SERVICE} -r {b}" for b in
                   self.rng.sample(BACKENDS, len(BACKENDS))])

    def service(self):
        self.adm(f"-D {SERVICE}")
        self.adm(*CONFIG[:1 + len(BACKENDS)])

    def service_at_once(self):
        """Gone and there again in one breath."""
        self.adm(f"-D {SERVICE}", *CONFIG[:1 + len(BACKENDS)])

    def clear(self):
        self.ns.run("maglevadm", "-C")
        self.configure()

    def table(self):
        size = self.rng.choice((251, 1021, 4093, 65537))
        self.adm(f"-E {SERVICE} --table-size {size} "
                 f"--seed {self.rng.getrandbits(64)}")

    def weights(self):
        self.adm(*[f"-e {SERVICE} -r {b} -w {self.rng.randrange(1, 9)}"
                   for b in BACKENDS])

    def routers(self):
        self.adm("--delete-router 10.1.0.0/24",
                 "--add-router 192.0.2.0/24", "--add-router 10.1.0.0/24",
                 "--delete-router 192.0.2.0/24")

    def address(self):
        """The address that packets come to goes and comes back."""
        for verb in ("del", "add"):
            self.ns.run("ip", "addr", verb, "10.1.0.2/24", "dev", "d0")

    def module_reload(self):
        run("rmmod", "maglev")
        run("insmod", self.module)
        self.configure()

    def backend_link(self):
        remove_side("backend")
        build_side("backend")

    def router_link(self):
        remove_side("router")
        build_side("router")

    def director(self):
        self.ns.close()
        remove_director()
        self.ns = build_director()
        self.configure()

    def other_namespace(self):
        """A namespace with a configuration of its own comes and goes."""
        name = f"{PREFIX}-other"
        run("ip", "netns", "add", name)
        other = Namespace("other")
        try:
            for line in CONFIG[:3]:
                other.run("maglevadm", *line.split())
        finally:
            other.close()
            run("ip", "netns", "del", name)


# How often each is done: 200 in all.
PLAN = {
    "backend": 20, "last_backend": 20, "service": 15, "service_at_once": 25,
    "clear": 15, "table": 40, "weights": 25, "routers": 12, "address": 8,
    "module_reload": 6, "backend_link": 5, "router_link": 4, "director": 3,
    "other_namespace": 2,
}


def main():
    flood = Flood(burst=4, pause=0.01)
    test = Lifecycle(sys.argv[1])
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
                test.sink.wait_for(set(BACKENDS), f"after {name}")
            except TimeoutError as error:
                wrong[name].append(f"step {i}: {error}")
                break
            spent[name] += time.monotonic() - start
        for name, n in PLAN.items():
            check(f"packets are sent on to all backends after each of {n}: "
                  f"{name.replace('_', ' ')}", not wrong[name], *wrong[name])
            print(f"# {name}: {spent[name]:.1f} s")
        check_is("steps in all", len(steps), 200)
        with Case("the flood went on all the time") as case:
            case.expect("the sender runs", flood.running(), True)
        director = Director()
        director.adm("-C")
        check("the configuration is empty at the end",
              not director.services() and not director.info()["pools"])
    finally:
        flood.stop()
    wait_until(lambda: module_users() == 0, "nobody uses the module")


def module_users():
    with open("/proc/modules", encoding="ascii") as file:
        return next(int(line.split()[2]) for line in file
                    if line.startswith("maglev "))


if __name__ == "__main__":
    main()
