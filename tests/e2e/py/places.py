# SPDX-License-Identifier: GPL-2.0
"""What the programs of the scenarios on connections agree on."""

import contextlib
import ctypes
import os
import resource

# A service for each way of tracking, and one that maglev does not know, which
# IPVS gets on the same directors.
PORTS = {"all": 7001, "changed": 7002, "none": 7003, "ipvs": 7004}
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
home = os.open("/proc/self/ns/net", os.O_RDONLY)


def kernel_is(part):
    return part in os.environ.get("LAB_KERNEL", "")


def scaled(native, emulated, debug):
    """A size by how fast the kernel is: 1 to 20 to 50, about."""
    if kernel_is("debug"):
        return debug
    return emulated if kernel_is("stock") else native


def real(name):
    return f"{os.environ['E2E_PREFIX']}-{name}"


def enter(fd):
    if libc.setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


@contextlib.contextmanager
def inside(name):
    """For sockets in a namespace of the scenario. One thread only."""
    there = os.open(f"/run/netns/{real(name)}", os.O_RDONLY)
    try:
        enter(there)
        yield
    finally:
        enter(home)
        os.close(there)


def allow_files():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE,
                       (max(hard, 32768), max(hard, 32768)))
