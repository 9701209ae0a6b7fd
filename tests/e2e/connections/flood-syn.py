# SPDX-License-Identifier: GPL-2.0
# needs: cluster quick
"""A flood of SYNs costs no memory where slots have settled, and no connection."""

from cluster import add
from common import PORTS
from flood import ROUNDS, SERVICES, TUPLES, Flooded
from ktap import check_is


def main():
    test = Flooded()
    test.connect()
    before, used = test.counter("forwarded"), test.info("cache_used")
    stored = test.counter("flows_stored")
    for service in SERVICES:
        test.finish(test.flood("tcp", PORTS[service], 0, ROUNDS // 2))
    test.arrived(before, TUPLES)
    check_is("a SYN in a settled slot stores no flow",
             test.counter("flows_stored"), stored)
    check_is("the cache holds as many flows as before",
             test.info("cache_used"), used)
    test.unbroken("after the flood")
    test.change(add("backend9"))
    test.unbroken("with a backend added after the flood")


if __name__ == "__main__":
    main()
