# SPDX-License-Identifier: GPL-2.0
# needs: line
"""The service that a packet belongs to: address, protocol, port, range, any port.

Every service has a backend of its own, so the backend shows the service. All is
there twice, with VIPs of either family.
"""

import packet as p
from director import Director
from ktap import check_is
from outer import CLIENT6
from wire import CLIENT, Wire, outer

# protocol, number of the VIP, ports as maglevadm takes them, number of the backend
SERVICES = (
    ("-t", 1, "80", 11),
    ("-t", 1, "8000-8010", 12),
    ("-t", 1, "8011-8011", 13),
    ("-t", 1, "1-1023", 14),
    ("-t", 1, "0", 15),
    ("-u", 1, "80", 16),
    ("-u", 1, "65000-65535", 17),
    ("--sctp-service", 1, "80", 18),
    ("-t", 2, "80", 19),
    ("-u", 3, "0", 20),
)

# protocol, number of the VIP, port, number of the backend or None if it is accepted
PACKETS = (
    (p.TCP, 1, 80, 11, "the exact port precedes range and any port"),
    (p.TCP, 1, 79, 14, "the range precedes any port, next to the exact port"),
    (p.TCP, 1, 81, 14, "the range precedes any port, next to the exact port"),
    (p.TCP, 1, 1, 14, "a range has its first port"),
    (p.TCP, 1, 1023, 14, "a range has its last port"),
    (p.TCP, 1, 1024, 15, "any port takes a port behind a range"),
    (p.TCP, 1, 0, 15, "any port takes port 0"),
    (p.TCP, 1, 7999, 15, "any port takes a port before a range"),
    (p.TCP, 1, 8000, 12, "a range has its first port"),
    (p.TCP, 1, 8005, 12, "a range has the ports inside"),
    (p.TCP, 1, 8010, 12, "a range has its last port"),
    (p.TCP, 1, 8011, 13, "a range may have one port"),
    (p.TCP, 1, 8012, 15, "any port takes a port behind a range"),
    (p.TCP, 1, 65535, 15, "any port takes the last port of all"),
    (p.UDP, 1, 80, 16, "services differ by protocol"),
    (p.UDP, 1, 64999, None, "no service takes a port before the range"),
    (p.UDP, 1, 65000, 17, "a range has its first port"),
    (p.UDP, 1, 65535, 17, "a range has the last port of all"),
    (p.UDP, 1, 81, None, "no service takes the port"),
    (p.SCTP, 1, 80, 18, "services differ by protocol"),
    (p.SCTP, 1, 81, None, "no service takes the port"),
    (p.TCP, 2, 80, 19, "services differ by address"),
    (p.TCP, 2, 8000, None, "no service takes the port"),
    (p.UDP, 2, 80, None, "no service takes the protocol"),
    (p.UDP, 3, 1, 20, "any port takes the port"),
    (p.UDP, 3, 65535, 20, "any port takes the port"),
    (p.TCP, 3, 80, None, "no service takes the protocol"),
    (p.TCP, 4, 80, None, "the address is no VIP"),
)
L4 = {p.TCP: ("TCP", p.tcp), p.UDP: ("UDP", p.udp), p.SCTP: ("SCTP", p.sctp)}


class Family:
    """Services at the VIPs of one family, whose backends have other numbers than
    those of the other one."""

    def __init__(self, wire, director, number):
        self.wire, self.director, self.number = wire, director, number

    def vip(self, n):
        return f"203.0.113.{n}" if self.number == 4 else f"2001:db8::{n}"

    def service(self, proto, n, ports):
        vip = self.vip(n) if self.number == 4 else f"[{self.vip(n)}]"
        return f"{proto} {vip} --port {ports}"

    def backend(self, n):
        return f"10.2.0.{n if self.number == 4 else n + 10}"

    def lines(self):
        return [line for proto, vip, ports, backend in SERVICES for line in (
            f"-A {self.service(proto, vip, ports)}",
            f"-a {self.service(proto, vip, ports)} -r {self.backend(backend)}")]

    def expect(self, desc, proto, vip, port, backend):
        name, make = L4[proto]
        if self.number == 4:
            inner = p.gre(p.ipv4(CLIENT, self.vip(vip), proto,
                                 make(5000, port)))
        else:
            inner = p.gre(p.ipv6(CLIENT6, self.vip(vip), proto,
                                 make(5000, port)), proto=p.ETH_IPV6)
        arrived, _ = self.wire.exchange([outer(inner)])
        check_is(f"{name} to {self.vip(vip)}, port {port}: {desc}",
                 [a.dst for a in arrived],
                 [self.backend(backend)] if backend else [])

    def counted(self, desc, counters):
        check_is(f"IPv{self.number}: {desc}", self.director.moved(), counters)

    def packets(self):
        for proto, vip, port, backend, desc in PACKETS:
            self.expect(desc, proto, vip, port, backend)
        self.counted("packets without a service are counted, by reason",
                     {"forwarded": sum(1 for x in PACKETS if x[3]),
                      "accept_no_service": sum(1 for x in PACKETS
                                               if not x[3] and x[1] != 4),
                      "accept_not_vip": 1})

    def deleted(self):
        """When a service is deleted, the next best one takes over."""
        def delete(ports):
            self.director.adm(f"-D {self.service('-t', 1, ports)}")

        delete("80")
        self.expect("the range takes over from a deleted exact port", p.TCP, 1,
                    80, 14)
        delete("1-1023")
        self.expect("any port takes over from a deleted range", p.TCP, 1, 80,
                    15)
        delete("0")
        self.expect("the packet is accepted when the last service is deleted",
                    p.TCP, 1, 80, None)
        self.expect("services of other protocols are kept", p.UDP, 1, 80, 16)

    def without_backends(self):
        service, backend = self.service("-u", 1, "80"), self.backend(16)
        self.director.adm(f"-d {service} -r {backend}")
        self.director.moved()
        self.expect("a service without backends drops its packets", p.UDP, 1,
                    80, None)
        self.counted("a packet to a service without backends is counted",
                     {"drop_no_backend": 1})
        self.director.adm(f"-a {service} -r {backend} -w 0")
        self.expect("a service with weight 0 drops its packets", p.UDP, 1, 80,
                    None)
        self.counted("a packet to a service with weight 0 is counted",
                     {"drop_no_backend": 1})


def main():
    wire, director = Wire(), Director()
    families = [Family(wire, director, number) for number in (4, 6)]
    director.restore("\n".join(families[0].lines() + families[1].lines()))
    director.moved()
    for part in (Family.packets, Family.deleted, Family.without_backends):
        for family in families:
            part(family)


if __name__ == "__main__":
    main()
