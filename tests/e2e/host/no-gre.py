# SPDX-License-Identifier: GPL-2.0
# needs: line module stock
"""The module in a kernel that has no GRE of its own: it loads, forwards, and
learns from errors of the path to a backend, which nothing else looks at there.

Only where ip_gre is a module can it be missing. It is taken away together with
its parts, and modprobe is told not to load it again.
"""

import os

import packet as p
from families import BOTH, V4, V6, Line, comparable
from ktap import Case, check_is, skip
from namespace import run

MODULE = os.environ["MAGLEV_KO"]
GRE = ("ip6_gre", "ip_gre", "gre")
BARRED = "/run/modprobe.d/maglev-test.conf"
MTU = 1400
CONFIG = "\n".join(f"{verb} -u {vip}:53 {rest}" for vip, backend in (
    (V4.vip, V4.backend(11)), (f"[{V6.vip}]", V6.backend(11)))
    for verb, rest in (("-A", "--table-size 251"), ("-a", f"-r {backend}")))
# What a host says that knows nothing of protocol 47.
UNKNOWN = {V4: (3, 2), V6: (4, 1)}


def loaded():
    with open("/proc/modules", encoding="ascii") as file:
        return {line.split()[0] for line in file}


def reload_module():
    """By the kernel's own way, which asks modprobe for ip_gre."""
    run("rmmod", "maglev")
    for name in GRE:
        if name in loaded():
            run("rmmod", name)
    run("insmod", MODULE)


def stack_answers(line, side):
    """GRE that is left to a stack without GRE."""
    stranger = "203.0.113.99" if side is V4 else "2001:db8::99"
    _, back = line.send(side.outer(side.gre(side.inner(100, stranger))))
    kinds = [tuple(x[side.header:side.header + 2]) for x in back]
    check_is(f"IPv{side.version}: GRE that is not for a VIP is answered with "
             "\"protocol unknown\", as there is no GRE", kinds, [UNKNOWN[side]])
    line.director.moved()


def path_errors(line, side):
    v, director = f"IPv{side.version}", line.director
    data = side.inner(1500 - 64)
    packet = side.outer(side.gre(data))
    left = MTU - side.header - 4
    with Case(f"{v}: packets are forwarded") as case:
        arrived, back = line.send(packet)
        case.expect("packets at the backend, and back",
                    (len(arrived), len(back)), (1, 0))
    quote = arrived[0]
    source = (p.IPv4 if side is V4 else p.IPv6)(quote).src
    director.path_events()
    with Case(f"{v}: a hop's error about an MTU is counted, and the client "
              "told") as case:
        _, back = line.send_back(side.error(side.hop, source, *side.too_big,
                                            MTU, quote))
        quoted = data[:side.error_max - 2 * side.header - 12]
        case.expect("packets back", list(map(comparable, back)),
                    [comparable(side.client_told(quoted, left))])
        case.expect("events", director.path_events(), {"path_mtu": 1})
    director.moved()
    with Case(f"{v}: the route has the new MTU") as case:
        arrived, _ = line.send(packet)
        case.expect("packets that are too big", len(arrived), 0)
        case.expect("counters", director.moved(), {"drop_too_big": 1})
        arrived, _ = line.send(side.outer(side.gre(side.inner(left))))
        case.expect("packets that fit", len(arrived), 1)
        case.expect("counters", director.moved(), {"forwarded": 1})
    line.send_back(side.error(side.hop, source, side.unreachable, 1, 0, quote))
    check_is(f"{v}: a hop's \"unreachable\" is counted",
             director.path_events(), {"path_unreachable": 1})


def main():
    if "ip_gre" not in loaded() and os.path.exists("/sys/module/ip_gre"):
        skip("path errors without ip_gre", "ip_gre is built into this kernel")
        return
    os.makedirs(os.path.dirname(BARRED), exist_ok=True)
    with open(BARRED, "w", encoding="ascii") as file:
        file.writelines(f"install {name} /bin/false\n" for name in GRE)
    before = run("dmesg")
    try:
        reload_module()
        check_is("the module loads without ip_gre, and brings in no other GRE",
                 (loaded() & {"maglev", *GRE}), {"maglev"})
        log = run("dmesg")[len(before):]
        check_is("the kernel log says which of them are missing",
                 [name for name in ("ip_gre", "ip6_gre")
                  if f"cannot load {name}:" in log], ["ip_gre", "ip6_gre"])
        line = Line(CONFIG)
        line.director.ns.sysctl("ipv4/icmp_ratelimit", 0)
        line.director.ns.sysctl("ipv6/icmp/ratelimit", 0)
        for side in BOTH:
            stack_answers(line, side)
            path_errors(line, side)
    finally:
        os.remove(BARRED)
        reload_module()
    check_is("the module brings in ip_gre and ip6_gre where it can",
             loaded() & set(GRE), set(GRE))


if __name__ == "__main__":
    main()
