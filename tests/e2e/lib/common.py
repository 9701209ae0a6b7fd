# SPDX-License-Identifier: GPL-2.0
"""Common to the programs of the scenarios on connections."""

import os
import resource
import socket

# A service for each way of tracking, and one that IPVS has on the same
# directors, and maglev has not.
PORTS = {"all": 7001, "changed": 7002, "none": 7003, "ipvs": 7004}


def vips():
    """The VIP of each family."""
    return [(socket.AF_INET, os.environ["VIP"]),
            (socket.AF_INET6, os.environ["VIP6"])]


def shown(address):
    """An address as it stands in front of a port."""
    return f"[{address}]" if ":" in address else address


def kernel_is(part):
    return part in os.environ.get("LAB_KERNEL", "")


def by_kernel(native, emulated, debug):
    """A size by how fast the kernel is: 1 to 20 to 5, about."""
    if kernel_is("debug"):
        return debug
    return emulated if kernel_is("stock") else native


def allow_files():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE,
                       (max(hard, 32768), max(hard, 32768)))
