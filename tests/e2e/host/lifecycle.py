# SPDX-License-Identifier: GPL-2.0
# needs: line module stock
"""Everything that can be set up is taken down and set up again, 200 times in
all, while packets keep arriving. The lab judges memory (kmemleak).

The order is random and always the same.
"""

import os
import random
import time

from director import Director
from ktap import Case, check, check_is
from limits import wait_until
from line import build_director, build_side, remove_director, remove_side
from namespace import Namespace, real, run
from stream import Sink, Stream
from wire import VIP

MODULE = os.environ["MAGLEV_KO"]
SERVICE = f"-t {VIP}:80"
BACKENDS = [f"10.2.0.{i}" for i in range(11, 15)]
CONFIG = [f"-A {SERVICE} --table-size 1021 --seed 5"] + \
    [f"-a {SERVICE} -r {b}" for b in BACKENDS] + \
    ["-A -u 203.0.113.2:0", "-a -u 203.0.113.2:0 -r 10.2.0.11",
     "--add-pool shared", "-a --pool shared -r 10.2.0.12",
     f"-A -t {VIP} --port 1000-2000 --pool shared",
     "--add-router 10.1.0.0/24"]


class Lifecycle:
    def __init__(self):
        self.sink = Sink()
        self.ns = Namespace("director")
        self.rng = random.Random(4)

    def adm(self, *lines):
        self.ns.run("maglevadm", "-R", stdin="\n".join(lines) + "\n")

    def configure(self):
        self.adm(*CONFIG)

    def backend(self):
        """One is deleted while the others serve, and added again."""
        b = self.rng.choice(BACKENDS)
        self.adm(f"-d {SERVICE} -r {b}")
        self.sink.wait_for(set(BACKENDS) - {b}, f"without {b}")
        self.adm(f"-a {SERVICE} -r {b}")

    def last_backend(self):
        """All are deleted, and added again."""
        self.adm(*[f"-d {SERVICE} -r {b}" for b in BACKENDS])
        self.adm(*[f"-a {SERVICE} -r {b}" for b in
                   self.rng.sample(BACKENDS, len(BACKENDS))])

    def service(self):
        self.adm(f"-D {SERVICE}")
        self.adm(*CONFIG[:1 + len(BACKENDS)])

    def service_at_once(self):
        """Deleted and added in one run of maglevadm."""
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
        """The address that packets are sent to is deleted and added."""
        for verb in ("del", "add"):
            self.ns.ip(f"addr {verb} 10.1.0.2/24 dev d0\n")

    def module_reload(self):
        run("rmmod", "maglev")
        run("insmod", MODULE)
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
        name = real("other")
        run("ip", "netns", "add", name)
        other = Namespace("other")
        try:
            for line in CONFIG[:3]:
                other.run("maglevadm", *line.split())
        finally:
            other.close()
            run("ip", "netns", "del", name)


# The number of times that each is done: 200 in all.
PLAN = {
    "backend": 20, "last_backend": 20, "service": 15, "service_at_once": 25,
    "clear": 15, "table": 40, "weights": 25, "routers": 12, "address": 8,
    "module_reload": 6, "backend_link": 5, "router_link": 4, "director": 3,
    "other_namespace": 2,
}


def main():
    stream = Stream(burst=4, pause=0.01)
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
                test.sink.wait_for(set(BACKENDS), f"after {name}")
            except TimeoutError as error:
                wrong[name].append(f"step {i}: {error}")
                break
            spent[name] += time.monotonic() - start
        for name, n in PLAN.items():
            check(f"packets reach all backends after each of {n}: "
                  f"{name.replace('_', ' ')}", not wrong[name], *wrong[name])
            print(f"# {name}: {spent[name]:.1f} s")
        check_is("200 steps in all", len(steps), 200)
        with Case("packets were sent all the time") as case:
            case.expect("the sender runs", stream.running(), True)
        director = Director()
        director.adm("-C")
        check("the configuration is empty at the end",
              not director.services() and not director.info()["pools"])
    finally:
        stream.stop()
    wait_until(lambda: module_users() == 0, "the module is not in use")
    with Case("the module can be removed at the end"):
        run("rmmod", "maglev")
    with Case("the module can be loaded once more"):
        run("insmod", MODULE)


def module_users():
    with open("/proc/modules", encoding="ascii") as file:
        return next(int(line.split()[2]) for line in file
                    if line.startswith("maglev "))


if __name__ == "__main__":
    main()
