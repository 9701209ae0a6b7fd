# SPDX-License-Identifier: GPL-2.0
# needs: line stock
"""The module beside connection tracking, nftables, queues and tcpdump."""

import subprocess

import packet as p
from host import SERVICE, TCP_VIP, Host
from ktap import check, check_is, skip
from limits import wait_until
from namespace import TMP
from nfqueue import Queue
from wire import CLIENT, inner, outer

PACKET = outer(p.gre(TCP_VIP))
# A counter, and connection tracking, in the director.
WATCH = """
table ip watch {
	chain pre {
		type filter hook prerouting priority 0;
		ct state new accept
	}
	chain post {
		type filter hook postrouting priority 0;
		ip daddr 10.2.0.11 counter comment "forwarded"
		ct state untracked counter comment "untracked"
	}
}
"""
# Before the module's hook, which gets packets from the queue.
CHAIN = """
table ip queued {
	chain pre {
		type filter hook prerouting priority -500;
	}
}
"""
QUEUE = "add rule ip queued pre ip protocol gre queue to 5\n"
DROP = "add rule ip watch post ip daddr 10.2.0.11 drop\n"
# Entries are looked at some time after their packet.
TIMEOUTS = "/proc/sys/net/netfilter/nf_conntrack_*_timeout"


class Capture:
    """tcpdump of the first packets on the director's way to the backends."""

    def __init__(self, director, count):
        self.pcap, log = f"{TMP}/d1.pcap", f"{TMP}/tcpdump"
        with director.ns, open(log, "wb") as stderr:
            self.process = subprocess.Popen(
                ["tcpdump", "-U", "-Z", "root", "-ni", "d1", "-c", str(count),
                 "-w", self.pcap, "ip", "proto", "47"], stderr=stderr)
        wait_until(lambda: self.listens(log), "tcpdump listens", pause=0.05)

    @staticmethod
    def listens(log):
        with open(log, "rb") as file:
            return b"listening on" in file.read()

    def packets(self):
        """Waits for the packets, and says which were captured."""
        wait_until(lambda: self.process.poll() is not None, "tcpdump ends",
                   pause=0.05)
        text = subprocess.run(["tcpdump", "-nr", self.pcap], check=True,
                              capture_output=True, text=True).stdout
        return [" ".join(line.split()[2:6]) for line in text.splitlines()]


def nft_packets(host, comment):
    """The packets of the rule with a comment."""
    text = host.director.ns.run("nft", "list", "table", "ip", "watch")
    line = next(x for x in text.splitlines() if f'"{comment}"' in x)
    return int(line.split("packets ")[1].split()[0])


def conntrack(host):
    """Connection tracking is on in the director, but not for our packets."""

    def entries():
        return host.director.ns.run("cat", "/proc/net/nf_conntrack")

    capture = Capture(host.director, 5)
    for _ in range(5):
        host.wire.exchange([PACKET])
    check_is("packets are forwarded beside connection tracking",
             host.director.moved(), {"forwarded": 5})
    check("connection tracking has an entry for a routed packet",
          "dst=10.2.0.99" in entries(), entries())
    check("connection tracking has no entry for a forwarded packet",
          " 47 " not in entries(), entries())
    check_is("POST_ROUTING sees forwarded packets",
             nft_packets(host, "forwarded"), 5)
    check_is("POST_ROUTING sees forwarded packets as untracked",
             nft_packets(host, "untracked"), 5)
    check_is("tcpdump on the director sees forwarded packets",
             capture.packets(), ["10.1.0.2 > 10.2.0.11: GREv0,"] * 5)
    other = outer(p.gre(inner("203.0.113.99", p.udp(1, 1), p.UDP, CLIENT)))
    host.wire.exchange([other])
    check("connection tracking has an entry for a packet that is accepted",
          " 47 " in entries(), entries())
    host.director.moved()


def queued(host):
    """Packets from a queue arrive in a process's context, not in softirq."""
    desc = "packets from a queue before the hook are forwarded"
    host.director.ns.run("nft", "-f", "-", stdin=CHAIN)
    try:
        host.director.ns.run("nft", "-f", "-", stdin=QUEUE)
    except RuntimeError as error:
        # The kernel's answer for an expression that it does not know.
        if "No such file or directory" not in str(error):
            raise
        skip(desc, "this kernel has no nft_queue")
        return
    queue = Queue(host.director.ns, 5)
    for _ in range(20):
        host.wire.exchange([PACKET])
    # The packets that mark the end are not queued, and may overtake.
    wait_until(lambda: host.director.counters()["forwarded"] >=
               host.director.last["forwarded"] + 20, "queued packets")
    check_is(desc, (queue.seen, host.director.moved()),
             (20, {"forwarded": 20}))
    host.director.ns.run("nft", "delete", "table", "ip", "queued")
    # Takes those that markers have overtaken.
    host.wire.collect()


def dropped_by_nft(host):
    host.director.ns.run("nft", "-f", "-", stdin=DROP)
    arrived, _ = host.wire.exchange([PACKET])
    check_is("a rule in POST_ROUTING can drop a forwarded packet",
             [x for x in arrived if x.dst == "10.2.0.11"], [])


def main():
    host = Host()
    adm = host.director.adm
    adm(f"-A {SERVICE}")
    adm(f"-a {SERVICE} -r 10.2.0.11")
    host.director.ns.run("nft", "-f", "-", stdin=WATCH)
    host.director.ns.run("sh", "-c", f"for i in {TIMEOUTS}; do "
                         "echo 86400 >$i || exit; done")
    conntrack(host)
    queued(host)
    dropped_by_nft(host)


if __name__ == "__main__":
    main()
