# SPDX-License-Identifier: GPL-2.0
"""Network namespaces of a scenario, and commands in them."""

import ctypes
import os
import subprocess

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PREFIX = os.environ["E2E_PREFIX"]
TMP = os.environ["E2E_TMP"]
libc = ctypes.CDLL(None, use_errno=True)
home = os.open("/proc/self/ns/net", os.O_RDONLY)


def setns(fd):
    if libc.setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def unshare(flags):
    if libc.unshare(flags):
        raise OSError(ctypes.get_errno(), "unshare")


def real(name):
    """The real name of a scenario's namespace."""
    return f"{PREFIX}-{name}"


def run(*command, stdin=None):
    """Runs a command that has to work; returns what it printed."""
    done = subprocess.run(command, input=stdin or "", text=True,
                          capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


class Namespace:
    """A network namespace; `with` enters it. For one thread only."""

    def __init__(self, name):
        self.name = real(name)
        self.fd = os.open(f"/run/netns/{self.name}", os.O_RDONLY)

    def close(self):
        """Lets go of it, so that it can be deleted."""
        os.close(self.fd)

    def __enter__(self):
        setns(self.fd)
        return self

    def __exit__(self, *exc):
        setns(home)

    def run(self, *command, stdin=None):
        with self:
            return run(*command, stdin=stdin)

    def ip(self, lines):
        """Runs ip(8) with each of the lines."""
        return self.run("ip", "-batch", "-", stdin=lines)

    def sysctl(self, name, value):
        with self, open(f"/proc/sys/net/{name}", "w",
                        encoding="ascii") as file:
            file.write(str(value))
