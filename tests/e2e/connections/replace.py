# SPDX-License-Identifier: GPL-2.0
# needs: cluster quick
"""Files replace the configuration of busy directors, MAGLEV_REPLACEMENTS times.

Backends come, go, drain and change their weights, and so do other services and
pools. What the backends receive is told by what they answer: each echo names the
backend that it comes from.
"""

import os
import random
import subprocess

from cluster import DIRECTORS, POOL, VIPS, Cluster, address, on
from common import PORTS, allow_files, by_kernel
from connections import Connections
from director import LONG, TIMEOUTS
from ktap import Case, check, check_is

NUMBER = by_kernel(60, 40, 30)
# After every fifth file.
YOUNG = 4
ROUNDS = int(os.environ.get("MAGLEV_REPLACEMENTS", 10))
SERVICES = ["all", "changed"]
STAY = [f"backend{i}" for i in range(1, 5)]
COME_AND_GO = [f"backend{i}" for i in range(5, 9)]
SEED = 1


class Files:
    """Files at random, and the backends that each of them has."""

    def __init__(self):
        self.random = random.Random(SEED)

    def next(self):
        backends = STAY + [b for b in COME_AND_GO if self.random.random() < 0.5]
        lines = [f"--set {TIMEOUTS}", f"--add-pool {POOL} --settle {LONG}"]
        for backend in backends:
            how = self.random.choice(["", "-w 1", "-w 2", "-w 3", "-w 0",
                                      "--drain"])
            # Somebody has to take new connections.
            if backend == STAY[0]:
                how = ""
            lines.append(f"-a --pool {POOL} -r {address(backend)} {how}")
        lines += [f"-A -t {vip}:{PORTS[s]} --pool {POOL} --track {s}"
                  for vip in VIPS for s in SERVICES]
        # What others do on the same directors.
        for port in self.random.sample(range(8000, 8020), 8):
            lines.append(f"-A -t {VIPS[0]}:{port} --table-size 251")
            lines.append(f"-a -t {VIPS[0]}:{port} -r {address(STAY[0])}")
        for name in self.random.sample("abcdef", 3):
            lines.append(f"--add-pool {name} --table-size 251")
            lines.append(f"-a --pool {name} -r {address(STAY[1])}")
        # A line that adds to something may stand before that.
        self.random.shuffle(lines)
        return "\n".join(lines) + "\n", set(backends)


def replace(conns, text):
    """All directors, while connections are busy."""
    for director in DIRECTORS:
        with subprocess.Popen(on(director, "maglevadm", "--replace", "-"),
                              stdin=subprocess.PIPE, text=True) as process:
            process.stdin.write(text)
            process.stdin.close()
            while process.poll() is None:
                conns.round()
        if process.returncode:
            raise RuntimeError(f"refused:\n{text}")


def counted(cluster):
    """Packets of each of the services that stay, on all directors."""
    return [sum(s["stats"]["packets"] for s in cluster.ask(d, "-L", "--stats")
                ["services"] if s["port"] == PORTS[name])
            for d in DIRECTORS for name in SERVICES]


def main():
    allow_files()
    cluster, conns, files = Cluster(STAY, SERVICES), Connections(), Files()
    conns.open(SERVICES, NUMBER)
    conns.round()
    check(f"{len(SERVICES) * NUMBER} connections are answered",
          not [c for c in conns.all if c.broken])
    present, gone, served = set(STAY), 0, set()
    before = counted(cluster)
    generations = [cluster.ask(d, "--info")["generation"] for d in DIRECTORS]
    with Case("counters of services that stay are kept") as case:
        for number in range(ROUNDS):
            text, backends = files.next()
            replace(conns, text)
            # Connections of those that left have to break, and count no more.
            left = {c for c in conns.all if c.backend in present - backends}
            conns.abandon(present - backends)
            conns.all = [c for c in conns.all if c not in left]
            gone += len(left)
            present = backends
            conns.round()
            if number % 5:
                continue
            conns.open(SERVICES, YOUNG, young=True)
            served |= {c.backend for c in conns.all}
            now = counted(cluster)
            if any(a < b for a, b in zip(now, before)):
                case.fail(f"file {number}: {before} packets became {now}")
            before = now
    broken = [c for c in conns.all if c.broken]
    check(f"{ROUNDS} files: no connection breaks whose backend stays",
          not broken, *map(cluster.explain, broken[:5]))
    print(f"# {len(conns.all)} connections, and {gone} of backends that left")
    check("connections from the start are left, and new ones went to others",
          [c for c in conns.all if not c.young] and served - set(STAY), served)
    check_is("each file is one change",
             [cluster.ask(d, "--info")["generation"] for d in DIRECTORS],
             [g + ROUNDS for g in generations])
    replace(conns, text)
    check_is("the last file once more is none",
             [cluster.ask(d, "--info")["generation"] for d in DIRECTORS],
             [g + ROUNDS for g in generations])
    conns.close()


if __name__ == "__main__":
    main()
