# SPDX-License-Identifier: GPL-2.0
# needs: quick
"""Documentation/tutorial.md and the first lines of README.md, as a reader carries
them out.

The network is that of the tutorial's table. Each host is a namespace with its own
name, and its own /etc, /usr/local, /var and /run above those of the machine. Backends
have Debian's nginx running, as after its installation, and in place of systemd a
script that starts and stops it.
"""

import fcntl
import ipaddress
import os
import pathlib
import re
import signal
import struct
import subprocess

from document import commands, difference, table
from ktap import check, check_is, not_ok, ok
from limits import limit, wait_until
from namespace import TMP, real, run

TOP = pathlib.Path(__file__).resolve().parents[3]
RNDADDENTROPY = 0x40085203
PLAN = ["host", "device", "address", "default route"]
# Strict filters, as distributions may have them; the documents have to cope. The router
# of a site does not see the hash of a client's socket, which takes another value when a
# packet is late, and the packets that follow to another director.
SYSCTLS = ["net.core.txrehash=0",
           "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=1",
           "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1"]
FOLDERS = ("/etc", "/usr/local", "/var")
SYSTEMCTL = """#!/bin/sh
[ "$2" = nginx ] || exit
case $1 in
stop | restart)
	nginx -s stop 2>/dev/null
	while [ -e /run/nginx.pid ]; do sleep 0.05; done ;;
esac
case $1 in
start | restart) nginx ;;
esac
"""
SETUP = """
set -e
hostname "$0"
mount -t tmpfs run /run
for folder in {folders}; do
	mkdir -p "$1$folder" "$1/work$folder"
	mount -t overlay -o "lowerdir=$folder,upperdir=$1$folder,workdir=$1/work$folder" \\
		tutorial "$folder"
done
mkdir -p /usr/local/bin
cat >/usr/local/bin/systemctl
chmod 755 /usr/local/bin/systemctl
[[ $0 != backend-* ]] || nginx
echo ready
exec sleep infinity
""".format(folders=" ".join(FOLDERS))
# Prints where it fails: LINENO is that of the document.
RUN = "trap 'echo \"line $LINENO failed\"' ERR; set -eE; . \"$0\""


class Host:
    """A namespace that looks like a machine."""

    def __init__(self, name):
        self.name, self.dir, self.keeper = name, f"{TMP}/{name}", None
        run("ip", "netns", "add", real(name))
        self.ip("link set lo up")
        run("ip", "netns", "exec", real(name), "sysctl", "-qw", *SYSCTLS)

    def ip(self, lines):
        run("ip", "-n", real(self.name), "-batch", "-", stdin=lines)

    def boot(self):
        """Once its links are there."""
        # pylint: disable=consider-using-with
        self.keeper = subprocess.Popen(
            ["ip", "netns", "exec", real(self.name), "unshare", "--uts", "bash", "-c",
             SETUP, self.name, self.dir], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        self.keeper.stdin.write(SYSTEMCTL)
        self.keeper.stdin.close()
        if self.keeper.stdout.readline() != "ready\n":
            raise RuntimeError(f"{self.name} does not start")

    def start(self, block):
        """
        Starts the commands of a block; what they print is to be read. The tutorial's
        health check has another time for a busy machine.
        """
        script = f"{self.dir}/{block.first}.sh"
        pathlib.Path(script).write_text(block.script(), encoding="utf-8")
        # pylint: disable=consider-using-with
        return subprocess.Popen(
            ["nsenter", "-t", str(self.keeper.pid), "-m", "-n", "-u",
             "bash", "-c", RUN, script], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=os.environ | {"TIMEOUT": str(limit(6))})

    def remove(self):
        """With whatever still runs there."""
        for pid in run("ip", "netns", "pids", real(self.name)).split():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass
        if self.keeper:
            self.keeper.wait()
        run("ip", "netns", "del", real(self.name))


def make_site(rows, names):
    """
    Those hosts of the plan that are named. Each device of the router is a bridge, to
    which the others of its subnet are connected.
    """
    hosts = {name: Host(name) for name in names}
    router, subnets = hosts["router"], {}
    for name, device, address, _ in rows:
        if name == "router":
            subnets[ipaddress.ip_interface(address).network] = device
            router.ip(f"link add {device} type bridge\n"
                      f"address add {address} dev {device}\nlink set {device} up")
    for name, device, address, gateway in rows:
        if name == "router" or name not in hosts:
            continue
        run("ip", "link", "add", device, "netns", real(name), "type", "veth", "peer",
            "name", name, "netns", real("router"))
        bridge = subnets[ipaddress.ip_interface(address).network]
        router.ip(f"link set {name} master {bridge} up")
        hosts[name].ip(f"address add {address} dev {device}\nlink set {device} up\n"
                       f"route add default via {gateway}")
    for host in hosts.values():
        host.boot()
    return hosts


def sleeping_child(parent):
    """A child of the process waits for something to happen."""
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text(encoding="ascii").rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, ppid = rest.split()[:2]
        if int(ppid) == parent and state == "S" and not name.endswith("(bash"):
            return True
    return False


class Reader:
    """Carries out the blocks of a document in their order."""

    def __init__(self, hosts):
        self.hosts, self.window = hosts, None

    def judge(self, block, host, process):
        """Waits for a block to end, and compares what it printed."""
        try:
            printed, _ = process.communicate(timeout=limit(12))
        except subprocess.TimeoutExpired:
            process.kill()
            not_ok(f"{block.place} on {host}: does not end")
            return False
        got = printed.splitlines()
        wanted = block.output.lines if block.output else []
        where, differs = block.place, difference(wanted, got)
        if process.returncode:
            why = f"ended with status {process.returncode}"
            failed = re.search(r"line (\d+) failed\n\Z", printed)
            where = f"{block.path}:{failed[1]}" if failed else where
        elif differs:
            line, instead = differs
            if block.output:
                where = f"{block.path}:{block.output.first + line}"
            shown = wanted[line] if line < len(wanted) else "nothing"
            why = f"shows {shown!r}, got {instead!r}"
        else:
            ok(f"{where} on {host}: {block.lines[1]}")
            return True
        not_ok(f"{where} on {host}: {why}", "printed:", printed)
        return False

    def end_window(self):
        if not self.window:
            return True
        window, self.window = self.window, None
        return self.judge(*window)

    def carry_out(self, block):
        if block.window:
            if not self.end_window():
                return False
            name, = block.hosts
            process = self.hosts[name].start(block)
            self.window = block, name, process
            wait_until(lambda: process.poll() is not None or
                       sleeping_child(process.pid), f"{block.place}: waits", 12)
            return True
        return all(self.judge(block, name, self.hosts[name].start(block))
                   for name in block.hosts)

    def read(self, blocks):
        for block in blocks:
            if not block.elsewhere and not self.carry_out(block):
                return False
        return self.end_window()


def seed_random():
    """
    Programs wait for random numbers, and a virtual machine in which nothing happens
    has none for minutes. These are good enough for a test.
    """
    with open("/dev/random", "wb") as file:
        fcntl.ioctl(file, RNDADDENTROPY, struct.pack("ii32s", 256, 32, bytes(32)))


def answers(client):
    """The web server behind the VIP."""
    return subprocess.run(["ip", "netns", "exec", real(client.name), "curl", "-sf", "-o",
                           "/dev/null", "--max-time", str(limit(2)),
                           "http://192.0.2.80/"], check=False).returncode == 0


def follow(name, rows):
    """As a reader does; the network is a new one."""
    blocks = commands(name, (TOP / name).read_text(encoding="utf-8"))
    named = {host for block in blocks for host in block.hosts}
    hosts = make_site(rows, named | {"router", "client"})
    try:
        if Reader(hosts).read(blocks):
            check(f"{name}: a client is served", answers(hosts["client"]))
    finally:
        for host in hosts.values():
            host.remove()


def check_difference():
    """What all of the rest is judged by."""
    for wanted, got, expected in (
            (["a", "b"], ["a", "b "], None),
            (["a ... c"], ["a b c"], None),
            (["a", "...", "d"], ["a", "b", "c", "d"], None),
            (["..."], [], None),
            (["a", "b"], ["a", "c"], (1, "c")),
            (["a", "b"], ["a"], (1, None)),
            (["a"], ["a", "b"], (1, "b")),
            (["a ... c"], ["a b d"], (0, "a b d")),
            (["...", "d"], ["a", "b"], (1, "a"))):
        check_is(f"{got} beside {wanted}", difference(wanted, got), expected)


def main():
    check_difference()
    seed_random()
    tutorial = "Documentation/tutorial.md"
    rows = table((TOP / tutorial).read_text(encoding="utf-8"), PLAN)
    for name in ("README.md", tutorial):
        follow(name, rows)


main()
