# SPDX-License-Identifier: GPL-2.0
"""The directors, all configured alike, and the router in front of them.

A change is written once and made with maglevadm, and with ipvsadm where the
kernel has IPVS with mh, in their own words.
"""

import json
import os
import shlex
import subprocess

from common import PORTS, kernel_is, shown
from director import LONG, TIMEOUTS, all_settled
from namespace import real

VIP, VIP6 = os.environ["VIP"], os.environ["VIP6"]
# As maglevadm and ipvsadm take them.
VIPS = [shown(vip) for vip in (VIP, VIP6)]
DIRECTORS = [f"director{i + 1}" for i in range(int(os.environ["DIRECTORS"]))]
POOL = "web"


def run(*words, stdin=None):
    return subprocess.run(words, input=stdin, text=True, check=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT).stdout


def on(director, *words):
    return ["ip", "netns", "exec", real(director), *words]


def address(backend):
    """The only one at which it unwraps GRE."""
    number = int(backend.removeprefix("backend"))
    return f"10.0.0.2{number}" if number % 2 else f"[2001:db8:a::2{number}]"


class Change:
    """Lines for a director, and the backends that cannot serve afterwards."""

    def __init__(self, maglev=(), ipvs=(), gone=()):
        self.maglev = list(maglev)
        self.ipvs = list(ipvs)
        self.gone = set(gone)

    def __add__(self, other):
        return Change(self.maglev + other.maglev, self.ipvs + other.ipvs,
                      self.gone | other.gone)


def member(verb, backend, maglev="", ipvs="", ipvs_verb=None, gone=()):
    where, port = address(backend), PORTS["ipvs"]
    return Change(
        [f"{verb} --pool {POOL} -r {where} {maglev}"],
        # ipvsadm wants a port behind brackets.
        [f"{ipvs_verb or verb} -t {vip}:{port} -r {where}:{port} {ipvs}"
         for vip in VIPS], gone)


TUNNEL = "-i --tun-type gre"


def add(backend, weight=1):
    return member("-a", backend, f"-w {weight}", f"-w {weight} {TUNNEL}")


def weigh(backend, weight):
    return member("-e", backend, f"-w {weight}", f"-w {weight} {TUNNEL}")


def drain(backend):
    return member("-e", backend, "--drain", f"-w 0 {TUNNEL}")


def undrain(backend):
    return member("-e", backend, "--state up", f"-w 1 {TUNNEL}")


def delete(backend):
    return member("-d", backend, gone=[backend])


def fail(backend):
    """IPVS has no such state: health checks delete its backends."""
    return member("-e", backend, "--state down", ipvs_verb="-d",
                  gone=[backend])


def recover(backend):
    return member("-e", backend, "--state up", f"-w 1 {TUNNEL}",
                  ipvs_verb="-a")


def pool(words):
    return Change([f"--edit-pool {POOL} {words}"])


class Cluster:
    """Configures directors and router."""

    def __init__(self, backends, services):
        self.services = list(services)
        start = Change(
            [f"--set {TIMEOUTS}", f"--add-pool {POOL} --settle {LONG}"] +
            [f"-A -t {vip}:{PORTS[s]} --pool {POOL} --track {s}"
             for vip in VIPS for s in services if s != "ipvs"],
            [f"-A -t {vip}:{PORTS['ipvs']} -s mh -b mh-port,mh-fallback"
             for vip in VIPS])
        for backend in backends:
            start += add(backend)
        self.ipvs = "ipvs" in services and self._has_ipvs(start.ipvs)
        if "ipvs" in services and not self.ipvs:
            self.services.remove("ipvs")
        start.ipvs = []
        self.apply(start).wait()
        self.settled()

    def _has_ipvs(self, words):
        for director in DIRECTORS:
            try:
                if kernel_is("stock"):
                    run("modprobe", "-a", "ip_vs", "ip_vs_mh")
                run(*on(director, "ipvsadm", "-R"),
                    stdin="\n".join(words) + "\n")
            except (OSError, subprocess.CalledProcessError) as err:
                print(f"# IPVS is left out: {getattr(err, 'output', err)}")
                return False
        return True

    def apply(self, change, directors=None):
        """Starts to change all directors, and the router's next hops."""
        lines = []
        for director in DIRECTORS:
            for tool, words in (("maglevadm", change.maglev),
                                ("ipvsadm", self.ipvs and change.ipvs)):
                if words:
                    text = shlex.quote("\n".join(words) + "\n")
                    command = " ".join(on(director, tool, "-R"))
                    lines.append(f"{command} <<<{text}")
        if directors:
            hops = " ".join(f"nexthop dev gre{i}" for i in directors)
            lines.append(f"ip -n {real('router')} route replace {VIP} {hops}")
            lines.append(f"ip -n {real('router')} nexthop replace "
                         f"id {os.environ['HOPS6']} "
                         f"group {'/'.join(map(str, directors))}")
        return subprocess.Popen(["bash", "-ec", "\n".join(lines)])

    def ask(self, director, *words):
        return json.loads(run(*on(director, "maglevadm", *words, "--json")))

    def unsettled(self):
        return sum(p["unsettled"] for d in DIRECTORS
                   for p in self.ask(d, "--list-pools")["pools"])

    def settled(self):
        """Lets all slots settle."""
        all_settled(lambda time: self.apply(pool(f"--settle {time}")).wait(),
                    self.unsettled)

    def counters(self, director):
        return self.ask(director, "--counters")["counters"]

    def counter(self, director, name):
        return self.counters(director)[name]

    def explain(self, conn):
        """The directors' explanations of a connection that broke."""
        words = ["--lookup", "-t", conn.address, "--client", conn.name]
        return "\n".join([str(conn)] + [
            f"  {d}: {self.ask(d, *words)}"
            for d in DIRECTORS])
