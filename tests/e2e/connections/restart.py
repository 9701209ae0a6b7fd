# SPDX-License-Identifier: GPL-2.0
# needs: cluster quick module
"""The module is loaded anew under connections, while slots are unsettled and a
backend drains. What it knew of them is saved before, and restored together with the
rules.
"""

import os
import subprocess
import tempfile
from pathlib import Path

from cluster import DIRECTORS, Change, Cluster, add, address, on, run, weigh
from common import by_kernel
from connections import Connections
from ktap import check, check_is
from namespace import run as run_here

MODULE = os.environ["MAGLEV_KO"]
NUMBER = by_kernel(60, 40, 20)
SERVICES = ["all", "changed"]
BACKENDS = [f"backend{i}" for i in range(1, 7)]
DRAINING = BACKENDS[0]
# Connections about which it is asked where they would go.
SAMPLE = 15


class Restart:
    def __init__(self):
        self.cluster, self.conns = Cluster(BACKENDS, SERVICES), Connections()
        self.dir = Path(tempfile.mkdtemp(prefix="mgl-restart-"))

    def files(self, director):
        return self.dir / f"{director}.rules", self.dir / f"{director}.state"

    def round(self, when):
        self.conns.round()
        broken = [c for c in self.conns.all if c.broken]
        check(f"{when}: none of {len(self.conns.all)} connections is broken", not broken,
              *map(self.cluster.explain, broken[:3]))

    def change(self):
        """Slots change hands: a backend comes, another one drains."""
        change = add("backend7") + weigh("backend2", 3)
        drain = Change([f"-e --pool web -r {address(DRAINING)} --drain --deadline 1h"])
        self.cluster.apply(change + drain).wait()

    def elsewhere(self):
        """Connections that the tables alone would send to another backend."""
        found = 0
        for conn in self.conns.all[:SAMPLE]:
            asked = self.cluster.ask(DIRECTORS[0], "--lookup", "-t", conn.address,
                                     "--client", conn.name)
            found += asked["lookup"]["current"] != address(conn.backend).strip("[]")
        return found

    def save(self):
        for director in DIRECTORS:
            rules, state = self.files(director)
            rules.write_text(run(*on(director, "maglevadm", "-S", "-n")))
            run(*on(director, "maglevadm", "--save-state", state))

    def reload(self):
        run_here("rmmod", "maglev")
        run_here("insmod", MODULE)

    def restore(self, busy):
        """All directors at once; if busy, packets come all the time."""
        running = []
        for director in DIRECTORS:
            rules, state = self.files(director)
            running.append(subprocess.Popen(
                on(director, "maglevadm", "--replace", rules, "--with-state", state),
                stdout=subprocess.PIPE, text=True))
        while busy and any(process.poll() is None for process in running):
            self.conns.round()
        return [process.communicate()[0] for process in running]


def main():
    test = Restart()
    # Packets that are left to it are unwrapped there for IPVS, and would be answered.
    for director in DIRECTORS:
        run(*on(director, "ip", "link", "del", "gre1"))
    test.conns.open(SERVICES, NUMBER)
    test.round("before")
    test.change()
    # Some of them only: the others have no entry, and slots remember for them.
    half, rest = test.conns.all[::2], test.conns.all[1::2]
    test.conns.all = half
    test.round("after a change")
    test.conns.all = half + rest
    test.conns.open(SERVICES, 10, young=True)
    elsewhere = test.elsewhere()
    check("tables alone would send some elsewhere", elsewhere > SAMPLE // 10, elsewhere)
    unsettled = test.cluster.unsettled()
    test.save()
    test.reload()
    said = test.restore(busy=False)
    check("each director says what it has restored",
          all(" 1 tables, 1 drains " in x and "not restored" not in x for x in said), *said)
    check_is("as many slots remember", test.cluster.unsettled(), unsettled)
    test.round("after a restart")
    test.save()
    test.reload()
    test.restore(busy=True)
    test.round("after a restart under traffic")
    # As the service does where there is no other build of the module.
    test.save()
    for director in DIRECTORS:
        run(*on(director, "maglevadm", "--replace", "/dev/null"))
    said = test.restore(busy=False)
    check("the same where the module stays",
          all(" 1 tables, 1 drains " in x and "not restored" not in x for x in said), *said)
    test.round("after a stop and a start")
    drains = [b["state"] for d in DIRECTORS
              for s in test.cluster.ask(d, "-L")["services"] for b in s["backends"]
              if b["address"] == address(DRAINING).strip("[]")]
    check_is("the backend drains on all of them", set(drains), {"drain"})
    test.conns.close()


if __name__ == "__main__":
    main()
