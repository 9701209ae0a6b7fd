# SPDX-License-Identifier: GPL-2.0
"""Taking the topology of line.sh apart and building it up again."""

import os

from limits import wait_until
from namespace import PREFIX, TMP, Namespace, run

DEVICES = {"router": "r0", "backend": "b0"}


def build_side(side):
    """The link between the director and a side, which is not there."""
    run("ip", "-batch", f"{TMP}/{side}.link")
    run("ip", "-n", f"{PREFIX}-director", "-batch", f"{TMP}/{side}.near")
    run("ip", "-n", f"{PREFIX}-{side}", "-batch", f"{TMP}/{side}.far")


def remove_side(side):
    """From the far end, as when a cable is pulled and the card with it."""
    run("ip", "-n", f"{PREFIX}-{side}", "link", "del", DEVICES[side])


def build_director():
    """A director's namespace, which is not there, and its links."""
    run("ip", "netns", "add", f"{PREFIX}-director")
    namespace = Namespace("director")
    for which in ("all", "default"):
        namespace.sysctl(f"ipv6/conf/{which}/disable_ipv6", 1)
        namespace.sysctl(f"ipv4/conf/{which}/rp_filter", 0)
    namespace.sysctl("ipv4/ip_forward", 1)
    build_side("router")
    build_side("backend")
    return namespace


def remove_director():
    """Its links are removed with it, at once or a little later."""
    run("ip", "netns", "del", f"{PREFIX}-director")
    for side, device in DEVICES.items():
        namespace = Namespace(side)
        with namespace:
            wait_until(lambda d=device: not os.path.exists(
                f"/proc/sys/net/ipv4/conf/{d}"), f"{device} is gone")
        namespace.close()
