# SPDX-License-Identifier: GPL-2.0
# needs: director quick
"""maglevadm --replace makes of any configuration any other: for random pairs of
files, what is saved afterwards is what is saved after the second was restored from
nothing, in a namespace that had none before.

The first seed is that of MAGLEV_REPLACE_SEED, or always the same.
"""

import json
import os
import random
import subprocess

from common import by_kernel
from ktap import Case, check, check_is
from namespace import TMP, Namespace

PAIRS = int(os.environ.get("MAGLEV_REPLACE_PAIRS", by_kernel(60, 10, 6)))
SEED = int(os.environ.get("MAGLEV_REPLACE_SEED", 1))
FILE = f"{TMP}/rules"

# A pool may have those behind it as members, so that none contains itself.
POOLS = ["a", "b", "c", "d"]
SERVICES = ["-t 192.0.2.1:80", "-t 192.0.2.1:443", "-u 192.0.2.1:80",
            "-t 192.0.2.2:80", "-t [2001:db8::1]:80", "-u 192.0.2.2:0",
            "--sctp-service 192.0.2.2:9",
            # The first two overlap, with each other and not with the third.
            "-t 192.0.2.2 --port 8000-8099", "-t 192.0.2.2 --port 8050-8200",
            "-t 192.0.2.2 --port 8201-8300"]
BACKENDS = ["198.51.100.1", "198.51.100.2", "198.51.100.3", "198.51.100.4",
            "2001:db8:1::1", "2001:db8:1::2"]
SETTINGS = ["--cache-size 5000", "--cache-size 8192", "--set udp=77",
            "--set tcp=78 pmtu=router", "--set pmtu=client"]
THRESHOLDS = [" -x 10", " -x 10 -y 5", " -x 20 -y 5", " -x 20 -y 20"]
USERDATA = ["00", "0103776c63", "ff" * 128]
ROUTERS = ["10.0.0.0/8", "10.1.0.0/16", "::/0"]
SOURCES = ["10.0.0.0/28", "2001:db8::/64"]


class Lines:
    """A file at random whose lines the kernel takes."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        # Thresholds need tracked flows: a file has either, or flows not tracked.
        self.limits = self.random.random() < 0.5
        self.pools = sorted(self.some(POOLS))
        self.services = self.some(SERVICES)
        if {SERVICES[-3], SERVICES[-2]} <= set(self.services):
            self.services.remove(SERVICES[-2])

    def some(self, things):
        return self.random.sample(things, self.random.randint(0, len(things)))

    def maybe(self, text):
        return self.random.choice([text, "", ""])

    def extras(self):
        """What few backends have."""
        limits = self.random.choice(THRESHOLDS) if self.limits else ""
        return self.maybe(limits) + self.maybe(
            f" --userdata {self.random.choice(USERDATA)}")

    def contents(self, of, members):
        """Backends and members of a pool, or of that of a service."""
        return ([f"-a {of} -r {b}{self.maybe(' -w 2')}{self.maybe(' --state down')}"
                 f"{self.extras()}" for b in self.some(BACKENDS)],
                [f"-a {of} --member-pool {m} -w {self.random.choice([0, 1, 5])}"
                 for m in self.some(members)])

    def pool(self, name):
        backends, members = self.contents(
            f"--pool {name}", [p for p in self.pools if p > name])
        size = self.random.choice([251, 257, 1021])
        return ([f"--add-pool {name} --table-size {size}{self.maybe(' --seed 7')}"
                 f"{self.maybe(' --settle 9s')}"] + backends, members)

    def service(self, service):
        track = "changed" if self.limits else "none"
        line = (f"-A {service}{self.maybe(f' --track {track}')}"
                f"{self.maybe(' --affinity source')}"
                f"{self.maybe(f' --userdata {self.random.choice(USERDATA)}')}"
                f"{self.maybe(' --all-down reject')}")
        shared = self.random.sample(self.pools, min(2, len(self.pools)))
        if shared:
            line += self.maybe(f" --fallback {shared.pop()}")
        if shared and self.random.random() < 0.5:
            return [f"{line} --pool {shared[0]}"]
        backends, members = self.contents(
            service, [p for p in self.pools if p > "b"])
        size = self.random.choice([251, 257])
        return ([f"{line} --table-size {size}{self.maybe(' --settle 5s')}"] +
                backends + members)

    def all(self):
        lines = self.some(SETTINGS) + [f"--add-router {r}" for r in
                                       self.some(ROUTERS)]
        lines += [f"--add-source {s}" for s in self.some(SOURCES)]
        parts = [self.pool(name) for name in self.pools]
        for number in 0, 1:
            lines += [line for part in parts for line in part[number]]
        if self.pools:
            lines += self.some([f"--set peers={self.random.choice(self.pools)}"])
        return lines + [line for s in self.services for line in self.service(s)]


def save():
    return subprocess.run(["maglevadm", "-S", "-n"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def restored(lines):
    """What is saved after lines were restored in a namespace of their own."""
    with open(FILE, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    return subprocess.run(
        ["unshare", "-n", "sh", "-c",
         f"maglevadm -R <{FILE} && exec maglevadm -S -n"],
        check=True, text=True, stdout=subprocess.PIPE).stdout


def generation():
    return json.loads(subprocess.run(
        ["maglevadm", "--info", "--json"], check=True, text=True,
        stdout=subprocess.PIPE).stdout)["generation"]


def replace():
    return subprocess.run(["maglevadm", "--replace", FILE], check=False,
                          text=True, capture_output=True)


def pairs():
    lines, before = 0, ""
    with Case(f"{PAIRS} configurations, each replaced by the next, seeds from "
              f"{SEED} on: as if restored from nothing") as case:
        for seed in range(SEED, SEED + PAIRS):
            wanted_lines = Lines(seed).all()
            wanted = restored(wanted_lines)
            lines += len(wanted_lines)
            done = replace()
            if done.returncode or done.stdout or save() != wanted:
                case.fail(f"seed {seed}: {done.stderr}from\n{before}to\n{wanted}"
                          f"got\n{save()}")
                break
            before = wanted
    print(f"# {lines} lines in {PAIRS} files")
    check("the files have lines that the kernel takes", lines >= 5 * PAIRS)
    at = generation()
    done = replace()
    check_is("an equal file is no change", (done.returncode, generation()), (0, at))
    with open(FILE, "a", encoding="ascii") as file:
        file.write("--add-pool zz\n")
    done = replace()
    check_is("what differs is one change", (done.returncode, generation()),
             (0, at + 1))
    with open(FILE, "a", encoding="ascii") as file:
        file.write("-a --pool zz -r 224.0.0.1\n")
    before, lines = save(), len(open(FILE, encoding="ascii").readlines())
    done = replace()
    check("what is refused is named by file and line, and changes nothing",
          done.returncode == 1 and save() == before and
          done.stderr.startswith(f"maglevadm: {FILE}: line {lines}: cannot add backend"),
          done.stderr)


def main():
    with Namespace("director"):
        pairs()
        subprocess.run(["maglevadm", "-C"], check=True)


main()
