# SPDX-License-Identifier: GPL-2.0
"""Taking the topology of wire.sh apart and building it up, under a flood."""

import os
import subprocess
import sys
import time

import packet as p
from wire import DIRECTOR, Namespace, Port, frame, inner, outer

TMP = os.environ["E2E_TMP"]
PREFIX = os.environ["E2E_PREFIX"]
TIMEOUT = 30
VIP = "203.0.113.1"
FLOWS = 128


def run(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def set_sysctl(namespace, name, value):
    with namespace, open(f"/proc/sys/net/{name}", "w",
                         encoding="ascii") as file:
        file.write(str(value))


def build_side(side):
    """The link between the director and a side, which is not there."""
    run("ip", "-batch", f"{TMP}/{side}.link")
    run("ip", "-n", f"{PREFIX}-director", "-batch", f"{TMP}/{side}.near")
    run("ip", "-n", f"{PREFIX}-{side}", "-batch", f"{TMP}/{side}.far")


def remove_side(side):
    """From the far end, as when a cable is pulled and the card with it."""
    run("ip", "-n", f"{PREFIX}-{side}", "link", "del",
        {"router": "r0", "backend": "b0"}[side])


def build_director():
    """A director's namespace, which is not there, and its links."""
    run("ip", "netns", "add", f"{PREFIX}-director")
    namespace = Namespace("director")
    for which in ("all", "default"):
        set_sysctl(namespace, f"ipv6/conf/{which}/disable_ipv6", 1)
        set_sysctl(namespace, f"ipv4/conf/{which}/rp_filter", 0)
    set_sysctl(namespace, "ipv4/ip_forward", 1)
    build_side("router")
    build_side("backend")
    return namespace


def remove_director():
    """Its links go with it, at once or a little later."""
    run("ip", "netns", "del", f"{PREFIX}-director")
    for side, device in (("router", "r0"), ("backend", "b0")):
        namespace = Namespace(side)
        with namespace:
            wait_until(lambda d=device: not os.path.exists(
                f"/proc/sys/net/ipv4/conf/{d}"), f"{device} is gone")
        namespace.close()


def wait_until(condition, what):
    end = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {TIMEOUT} s: {what}")
        time.sleep(0.005)


def flood_frames():
    """
    Many flows; one in sixteen is for no VIP, one is broken. Every other one
    opens again and again, and so goes to who owns its slot by then.
    """
    frames = []
    for i in range(FLOWS):
        vip = "203.0.113.77" if i % 16 == 7 else VIP
        l4 = p.tcp(1024 + i, 80, bytes(i), flags=p.SYN if i % 2 else p.ACK)
        frames.append(frame(outer(p.gre(inner(vip, l4)), ident=i)))
    return frames + [frame(outer(p.gre(inner(VIP, b"short"))))]


class Flood:
    """A child that sends without end, whatever happens to its device."""

    def __init__(self, burst=16, pause=0.002):
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self.send(burst, pause)
            finally:
                os._exit(1)

    @staticmethod
    def send(burst, pause):
        namespace, frames, port, n = Namespace("router"), flood_frames(), \
            None, 0
        parent = os.getppid()
        while os.getppid() == parent:
            try:
                port = port or Port(namespace, "r0")
                for _ in range(burst):
                    port.send(frames[n % len(frames)])
                    n += 1
            except OSError:
                # No such device: until there is one again.
                port = None
            time.sleep(pause)

    def running(self):
        return os.waitpid(self.pid, os.WNOHANG)[0] == 0

    def stop(self):
        os.kill(self.pid, 15)
        os.waitpid(self.pid, 0)


class Sink:
    """The backends' end: what arrives there.

    On a slow kernel packets may come as fast as they are read, so what came
    before is not read but left behind, with the socket.
    """

    PORTION = 64

    def __init__(self):
        self.namespace = Namespace("backend")
        self.port = None
        self.listen()

    def listen(self):
        """From now on."""
        if self.port:
            self.port.sock.close()
        self.port = Port(self.namespace, "b0")

    def arriving(self):
        """Destinations of some packets that were sent on and have come in."""
        seen = set()
        for _ in range(self.PORTION):
            got = self.port.receive()
            if got is None:
                break
            if got[12:14] != b"\x08\x00":
                continue
            packet = p.IPv4(got[14:])
            if packet.proto == p.GRE and packet.src == DIRECTOR:
                seen.add(packet.dst)
        return seen

    def wait_for(self, wanted, what):
        """Until each of the wanted destinations has come in, from now on."""
        seen = set()
        self.listen()

        def all_seen():
            seen.update(self.arriving())
            return wanted <= seen

        wait_until(all_seen, f"{what}: packets to {sorted(wanted)}")
        return seen
