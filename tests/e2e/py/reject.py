# SPDX-License-Identifier: GPL-2.0
"""What clients are told when nobody serves them."""

import packet as p
from ktap import check_is
from wire import CLIENT, Director, Namespace, Wire, inner, outer

VIP = "203.0.113.1"
ICMP = 1
# type and code: destination unreachable, host unreachable
UNREACHABLE = b"\x03\x01"
# of an error; RFC 1812 section 4.3.2.3
ERROR_MAX = 576
# Sources that are no host which could be told.
NO_CLIENTS = ("0.0.0.0", "0.1.2.3", "127.0.0.1", "127.1.2.3", "224.0.0.5",
              "255.255.255.255")


def errors(packets):
    return [x for x in packets if x.proto == ICMP]


def sent(namespace):
    """Errors that the host sent, to itself as well."""
    lines = [line.split() for line in
             namespace.run("cat", "/proc/net/snmp").splitlines()
             if line.startswith("Icmp:")]
    return dict(zip(*lines))["OutDestUnreachs"]


def main():
    wire, director = Wire(), Director()
    stack = Namespace("director")
    director.moved()

    for size, options in ((0, b""), (1000, b""), (40, b"\x01" * 8)):
        packet = inner(VIP, p.tcp(4711, 80, b"x" * size), options=options)
        arrived, back = wire.exchange([outer(p.gre(packet))])
        what = f"{len(packet)} bytes, {len(options)} of them options"
        check_is(f"{what}: goes to nobody", arrived, [])
        back = errors(back)
        check_is(f"{what}: one error for the client", [x.dst for x in back],
                 [CLIENT])
        if not back:
            continue
        error = back[0]
        check_is(f"{what}: host unreachable", error.payload[:2], UNREACHABLE)
        check_is(f"{what}: right checksum", p.checksum(error.payload), 0)
        quote = error.payload[8:]
        check_is(f"{what}: quotes the inner packet", quote,
                 packet[:ERROR_MAX - 28])
    check_is("they are counted", director.moved(), {"drop_rejected": 3})

    before = sent(stack)
    packets = [outer(p.gre(inner(VIP, p.tcp(4711, 80), src=src)))
               for src in NO_CLIENTS]
    arrived, back = wire.exchange(packets)
    check_is("who is no host is not told", errors(back), [])
    check_is("nor is this host in its place", sent(stack), before)
    check_is("they are counted, too", director.moved(),
             {"drop_rejected": len(NO_CLIENTS)})


if __name__ == "__main__":
    main()
