# SPDX-License-Identifier: GPL-2.0
"""Time limits that grow with the slowness of the kernel and of the machine
below it, as in limits.sh. A limit ends what hangs; it never judges."""

import os
import time

SLOWNESS = int(os.environ.get("E2E_SLOWNESS", 100))


def limit(seconds):
    """
    How long to wait for something that takes so long at most where nothing
    else runs on a quick machine.
    """
    return seconds * max(4 * SLOWNESS, 1000) / 100


def wait_until(condition, what, seconds=2, pause=0.005):
    """Polls until the condition is true; `what` describes it in the error."""
    end = time.monotonic() + limit(seconds)
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {limit(seconds):.0f} s: {what}")
        time.sleep(pause)
