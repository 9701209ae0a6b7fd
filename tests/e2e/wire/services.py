# SPDX-License-Identifier: GPL-2.0
# needs: line
"""The service that a packet belongs to: address, protocol, port, range, any port.

Every service has a backend of its own, so the backend shows the service.
"""

import packet as p
from director import Director
from ktap import check_is
from wire import Wire, inner, outer

# protocol, VIP, ports as maglevadm takes them, last byte of the backend
SERVICES = (
    ("-t", "203.0.113.1", "80", 11),
    ("-t", "203.0.113.1", "8000-8010", 12),
    ("-t", "203.0.113.1", "8011-8011", 13),
    ("-t", "203.0.113.1", "1-1023", 14),
    ("-t", "203.0.113.1", "0", 15),
    ("-u", "203.0.113.1", "80", 16),
    ("-u", "203.0.113.1", "65000-65535", 17),
    ("--sctp-service", "203.0.113.1", "80", 18),
    ("-t", "203.0.113.2", "80", 19),
    ("-u", "203.0.113.3", "0", 20),
)

# protocol, VIP, port, last byte of the backend or None if it is accepted
PACKETS = (
    (p.TCP, "203.0.113.1",
            80, 11, "the exact port precedes range and any port"),
    (p.TCP, "203.0.113.1",
            79, 14, "the range precedes any port, next to the exact port"),
    (p.TCP, "203.0.113.1",
            81, 14, "the range precedes any port, next to the exact port"),
    (p.TCP, "203.0.113.1", 1, 14, "a range has its first port"),
    (p.TCP, "203.0.113.1", 1023, 14, "a range has its last port"),
    (p.TCP, "203.0.113.1", 1024, 15, "any port takes a port behind a range"),
    (p.TCP, "203.0.113.1", 0, 15, "any port takes port 0"),
    (p.TCP, "203.0.113.1", 7999, 15, "any port takes a port before a range"),
    (p.TCP, "203.0.113.1", 8000, 12, "a range has its first port"),
    (p.TCP, "203.0.113.1", 8005, 12, "a range has the ports inside"),
    (p.TCP, "203.0.113.1", 8010, 12, "a range has its last port"),
    (p.TCP, "203.0.113.1", 8011, 13, "a range may have one port"),
    (p.TCP, "203.0.113.1", 8012, 15, "any port takes a port behind a range"),
    (p.TCP, "203.0.113.1", 65535, 15, "any port takes the last port of all"),
    (p.UDP, "203.0.113.1", 80, 16, "services differ by protocol"),
    (p.UDP, "203.0.113.1",
            64999, None, "no service takes a port before the range"),
    (p.UDP, "203.0.113.1", 65000, 17, "a range has its first port"),
    (p.UDP, "203.0.113.1", 65535, 17, "a range has the last port of all"),
    (p.UDP, "203.0.113.1", 81, None, "no service takes the port"),
    (p.SCTP, "203.0.113.1", 80, 18, "services differ by protocol"),
    (p.SCTP, "203.0.113.1", 81, None, "no service takes the port"),
    (p.TCP, "203.0.113.2", 80, 19, "services differ by address"),
    (p.TCP, "203.0.113.2", 8000, None, "no service takes the port"),
    (p.UDP, "203.0.113.2", 80, None, "no service takes the protocol"),
    (p.UDP, "203.0.113.3", 1, 20, "any port takes the port"),
    (p.UDP, "203.0.113.3", 65535, 20, "any port takes the port"),
    (p.TCP, "203.0.113.3", 80, None, "no service takes the protocol"),
    (p.TCP, "203.0.113.4", 80, None, "the address is no VIP"),
)
L4 = {p.TCP: ("TCP", p.tcp), p.UDP: ("UDP", p.udp), p.SCTP: ("SCTP", p.sctp)}


def backend_of(wire, proto, vip, port):
    packet = outer(p.gre(inner(vip, L4[proto][1](5000, port), proto)))
    arrived, _ = wire.exchange([packet])
    return [a.dst for a in arrived]


def expect(wire, desc, proto, vip, port, backend):
    check_is(f"{L4[proto][0]} to {vip}:{port}: {desc}",
             backend_of(wire, proto, vip, port),
             [f"10.2.0.{backend}"] if backend else [])


def configure(director):
    for proto, vip, ports, backend in SERVICES:
        service = f"{proto} {vip} --port {ports}"
        director.adm(f"-A {service}")
        director.adm(f"-a {service} -r 10.2.0.{backend}")


def main():
    wire, director = Wire(), Director()
    configure(director)
    for proto, vip, port, backend, desc in PACKETS:
        expect(wire, desc, proto, vip, port, backend)
    check_is("packets without a service are counted, by reason",
             director.moved(),
             {"forwarded": sum(1 for x in PACKETS if x[3]),
              "accept_no_service": sum(1 for x in PACKETS
                                       if not x[3] and x[1][-1] != "4"),
              "accept_not_vip": 1})

    # When a service is deleted, the next best one takes over.
    director.adm("-D -t 203.0.113.1:80")
    expect(wire, "the range takes over from a deleted exact port", p.TCP,
           "203.0.113.1", 80, 14)
    director.adm("-D -t 203.0.113.1 --port 1-1023")
    expect(wire, "any port takes over from a deleted range", p.TCP,
           "203.0.113.1", 80, 15)
    director.adm("-D -t 203.0.113.1:0")
    expect(wire, "the packet is accepted when the last service is deleted",
                 p.TCP,
           "203.0.113.1", 80, None)
    expect(wire, "services of other protocols are kept",
                 p.UDP, "203.0.113.1", 80,
           16)
    director.adm("-d -u 203.0.113.1:80 -r 10.2.0.16")
    director.moved()
    expect(wire, "a service without backends drops its packets",
                 p.UDP, "203.0.113.1", 80,
           None)
    check_is("a packet to a service without backends is counted",
             director.moved(),
             {"drop_no_backend": 1})
    director.adm("-a -u 203.0.113.1:80 -r 10.2.0.16 -w 0")
    expect(wire, "a service with weight 0 drops its packets",
                 p.UDP, "203.0.113.1", 80,
           None)
    check_is("a packet to a service with weight 0 is counted",
             director.moved(),
             {"drop_no_backend": 1})


if __name__ == "__main__":
    main()
