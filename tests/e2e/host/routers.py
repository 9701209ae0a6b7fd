# SPDX-License-Identifier: GPL-2.0
# needs: line
"""Trusted routers, and packets that are accepted since no service wants them."""

import packet as p
from host import SERVICE, TCP_VIP, Host
from ktap import check_is
from wire import VIP, outer


def untrusted(host, desc, packet):
    host.send(desc, packet, [], {"accept_untrusted": 1}, [packet])


def peers(host, far):
    """Beside a trusted router, which @far is not from."""
    adm = host.director.adm
    adm("--add-pool cluster --table-size 251")
    adm("-a --pool cluster -r 192.0.2.77 -w 0")
    adm("-a --pool cluster -r 192.0.2.9 --state down")
    untrusted(host, "GRE from a backend of a pool is accepted", far)
    adm("--set peers=cluster")
    host.forwarded("GRE from a peer is forwarded", far)
    host.forwarded("GRE from a peer that is down is forwarded",
                   outer(p.gre(TCP_VIP), src="192.0.2.9"))
    untrusted(host, "GRE from an address between those of peers is accepted",
              outer(p.gre(TCP_VIP), src="192.0.2.10"))
    adm("-d --pool cluster -r 192.0.2.77")
    untrusted(host, "GRE from a former peer is accepted", far)
    adm("-a --pool cluster -r 192.0.2.77")
    host.forwarded("GRE from a peer that has come back is forwarded", far)
    adm("--set peers=none")
    untrusted(host, "GRE from a backend of a pool without peers is accepted",
              far)


def routers(host):
    adm = host.director.adm
    adm(f"-A {SERVICE}")
    adm(f"-a {SERVICE} -r 10.2.0.11")
    one = outer(p.gre(TCP_VIP), src="10.1.0.1")
    other = outer(p.gre(TCP_VIP), src="10.1.0.5")
    far = outer(p.gre(TCP_VIP), src="192.0.2.77")

    host.forwarded("without trusted routers, GRE from any source is forwarded",
                   far)
    adm("--add-router 10.1.0.1")
    host.forwarded("GRE from a trusted router is forwarded", one)
    untrusted(host, "GRE from another router is accepted", other)
    adm("--add-router 10.1.0.4/30")
    host.forwarded("GRE from a trusted prefix is forwarded", other)
    untrusted(host, "GRE from behind the prefix is accepted",
              outer(p.gre(TCP_VIP), src="10.1.0.8"))
    untrusted(host, "GRE from before the prefix is accepted",
              outer(p.gre(TCP_VIP), src="10.1.0.3"))
    peers(host, far)
    adm("--add-router 0.0.0.0/0")
    host.forwarded("a prefix of length 0 has every source", far)
    adm("--delete-router 0.0.0.0/0")
    adm("--delete-router 10.1.0.1")
    untrusted(host, "GRE from a router that was deleted is accepted", one)
    host.forwarded("GRE from the prefix that is left is forwarded", other)
    adm("--delete-router 10.1.0.4/30")
    host.forwarded("without trusted routers again, GRE from any source is "
                   "forwarded", far)
    adm("-C")


def hooks(host):
    adm = host.director.adm
    packet = outer(p.gre(TCP_VIP))

    def off(when):
        check_is(f"no hook is registered {when}",
                 host.director.info()["hooks"], False)
        host.send(f"a packet to the VIP is accepted and not counted {when}",
                  packet, [], {}, [packet])

    off("without configuration")
    adm("--add-pool web")
    adm("-a --pool web -r 10.2.0.11")
    adm("--add-router 10.1.0.0/24")
    off("for a pool and a router")
    adm(f"-A {SERVICE} --pool web")
    check_is("the first service registers the hook",
             host.director.info()["hooks"], True)
    host.forwarded("a packet is forwarded from the first service on", packet)
    adm(f"-A -u {VIP}:53")
    adm(f"-D {SERVICE}")
    check_is("one of two services keeps the hook registered",
             host.director.info()["hooks"], True)
    adm(f"-D -u {VIP}:53")
    off("after the last service")
    adm("-C")
    off("after -C")


def main():
    host = Host()
    routers(host)
    hooks(host)


if __name__ == "__main__":
    main()
