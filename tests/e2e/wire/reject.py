# SPDX-License-Identifier: GPL-2.0
# needs: line
"""ICMP errors for clients of a service with --all-down reject."""

import packet as p
from director import Director
from ktap import check_is
from wire import CLIENT, VIP, Wire, inner, outer

# Owning the VIP, the director can send errors to itself.
ADDRESSES = f"""
route add 198.51.100.0/24 via 10.1.0.1
addr add {VIP}/32 dev lo
"""
CONFIG = f"""
-A -t {VIP}:80 --all-down reject
-a -t {VIP}:80 -r 10.2.0.11 --state down
"""
# type and code: destination unreachable, host unreachable
UNREACHABLE = b"\x03\x01"
# of an error; RFC 1812 section 4.3.2.3
ERROR_MAX = 576
# Sources that are no unicast address of a host.
NO_CLIENTS = ("0.0.0.0", "0.1.2.3", "127.0.0.1", "127.1.2.3", "224.0.0.5",
              "255.255.255.255")


def errors(packets):
    return [x for x in packets if x.proto == p.ICMP]


def sent(namespace):
    """Errors that the host has sent, also to itself."""
    lines = [line.split() for line in
             namespace.run("cat", "/proc/net/snmp").splitlines()
             if line.startswith("Icmp:")]
    return dict(zip(*lines))["OutDestUnreachs"]


def main():
    wire, director = Wire(), Director()
    director.ns.ip(ADDRESSES)
    # Every error is to be sent, however short after another.
    director.ns.sysctl("ipv4/icmp_ratelimit", 0)
    director.restore(CONFIG)
    director.moved()

    for size, options in ((0, b""), (1000, b""), (40, b"\x01" * 8)):
        packet = inner(VIP, p.tcp(4711, 80, b"x" * size), options=options)
        arrived, back = wire.exchange([outer(p.gre(packet))])
        what = f"{len(packet)} bytes, {len(options)} of them options"
        check_is(f"a rejected packet reaches no backend: {what}", arrived, [])
        back = errors(back)
        check_is(f"the client gets one error: {what}", [x.dst for x in back],
                 [CLIENT])
        if not back:
            continue
        error = back[0]
        check_is(f"the error is host unreachable: {what}",
                 error.payload[:2], UNREACHABLE)
        check_is(f"the error's checksum is right: {what}",
                 p.checksum(error.payload), 0)
        quote = error.payload[8:]
        check_is(f"the error quotes the inner packet: {what}", quote,
                 packet[:ERROR_MAX - 28])
    check_is("rejected packets are counted as drop_rejected",
             director.moved(), {"drop_rejected": 3})

    before = sent(director.ns)
    packets = [outer(p.gre(inner(VIP, p.tcp(4711, 80), src=src)))
               for src in NO_CLIENTS]
    arrived, back = wire.exchange(packets)
    check_is("no error is sent to a source that is no unicast address",
             errors(back), [])
    check_is("no error is sent to the director itself instead",
             sent(director.ns), before)
    check_is("packets from such sources are counted as drop_rejected",
             director.moved(),
             {"drop_rejected": len(NO_CLIENTS)})


if __name__ == "__main__":
    main()
