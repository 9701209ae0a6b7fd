# SPDX-License-Identifier: GPL-2.0
"""maglevadm in a namespace."""

import json
import time

from limits import limit
from namespace import Namespace

# Beyond any slowness: a slot that is to be unsettled while a test asks for it.
LONG = "12h"
# The longest timeouts of flows, likewise, in the words of maglevadm.
TIMEOUTS = " ".join(f"{n}=2678400" for n in (
    "tcp", "tcpsyn", "tcpfin", "tcpclose", "udp", "sctp", "sctpinit",
    "sctpshutdown", "sctpclose"))


def all_settled(edit, unsettled):
    """
    Lets slots settle and has them remember for LONG again. edit() sets the
    settle time; unsettled() returns how many slots still remember.

    Slots forget for good a second or so after they have settled, and remember
    again if the settle time grows before that. So it is tried again, with
    more time, until they have forgotten.
    """
    end, pause = time.monotonic() + limit(10), 1.2
    while True:
        edit("1ms")
        time.sleep(pause)
        edit(LONG)
        if not unsettled():
            return
        if time.monotonic() > end:
            raise TimeoutError("slots do not settle")
        pause *= 2


class Director:
    """A director, and what its counters were before."""

    def __init__(self, name="director"):
        self.ns = Namespace(name)
        self.last = {}
        self.moved()

    def adm(self, line):
        """Runs maglevadm with the arguments of a line."""
        return self.ns.run("maglevadm", *line.split())

    def restore(self, text):
        """Runs maglevadm -R with several lines."""
        return self.ns.run("maglevadm", "-R", stdin=text.strip() + "\n")

    def counters(self):
        return json.loads(self.adm("--counters --json"))["counters"]

    def moved(self):
        """
        The reasons that packets have been counted under since the last call,
        and how often. Events are left out.
        """
        return self._moved(lambda k: not k.startswith(
            ("flows_", "path_", "fragments_")))

    def path_events(self):
        """Likewise the events about paths to backends."""
        return self._moved(lambda k: k.startswith("path_"))

    def fragments(self):
        """(what moved() returns, likewise the events about fragments)"""
        now = self._moved(lambda k: not k.startswith(("flows_", "path_")))
        events = {k: v for k, v in now.items() if k.startswith("fragments_")}
        return {k: v for k, v in now.items() if k not in events}, events

    def _moved(self, wanted):
        now = {k: v for k, v in self.counters().items() if wanted(k)}
        delta = {k: v - self.last.get(k, 0) for k, v in now.items()
                 if v != self.last.get(k, 0)}
        self.last.update(now)
        return delta

    def services(self):
        return json.loads(self.adm("-L --json -n"))["services"]

    def pools(self):
        return json.loads(self.adm("--list-pools --json"))["pools"]

    def settle(self, service):
        """Lets the slots of a service with a private pool settle."""
        option, address = service.split()
        name = f"{'udp' if option == '-u' else 'tcp'}/{address}"
        all_settled(lambda time: self.adm(f"-E {service} --settle {time}"),
                    lambda: next(pool["unsettled"] for pool in self.pools()
                                 if pool["name"] == name))

    def info(self):
        return json.loads(self.adm("--info --json"))
