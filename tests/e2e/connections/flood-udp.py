# SPDX-License-Identifier: GPL-2.0
# needs: cluster quick long
"""A flood of UDP flows fills the cache, but displaces no flow of which more than
one packet has been seen."""

from cluster import add, delete, weigh
from flood import ROUNDS, TUPLES, UDP_PORT, Flooded
from ktap import check

CHANGES = (add("backend9"), weigh("backend3", 3), delete("backend4"),
           add("backend4"), weigh("backend3", 1))


def main():
    test = Flooded()
    test.connect()
    before = test.counter("forwarded")
    # In portions, with a change during each.
    ends = [ROUNDS * i // len(CHANGES) for i in range(len(CHANGES) + 1)]
    for change, first, end in zip(CHANGES, ends, ends[1:]):
        sender = test.flood("udp", UDP_PORT, first, end - first)
        test.change(change)
        test.finish(sender)
    test.arrived(before, TUPLES)
    used, size = test.info("cache_used"), test.info("cache_size")
    evicted = test.counter("flows_evicted")
    print(f"# {used} of {size} entries in use, flows stored: "
          f"{test.counter('flows_stored')}, evicted: {evicted}")
    # Flows of a backend that was deleted are not in use.
    check("the cache is full and no fuller", 0.75 * size < used <= size)
    check("flows of one packet displace each other", evicted > TUPLES // 2)
    test.unbroken("after the flood")
    test.change(delete("backend5"))
    test.unbroken("with a backend deleted after the flood")
    test.cluster.settled()
    test.conns.round()
    test.unbroken("when slots have settled")


if __name__ == "__main__":
    main()
