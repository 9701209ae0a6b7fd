# SPDX-License-Identifier: GPL-2.0
# needs: line stock
"""Tracepoints: what they say of packets, tables and backends, beside what happens on the
wire; and the reasons for which the kernel frees what is dropped."""

import os
import re
import subprocess

import packet as p
from datagrams import in_gre, shown
from families import BOTH, V4, Line
from ktap import Case, check, check_is, skip
from limits import wait_until

TRACE = "/sys/kernel/tracing"
SIZE = 251
PORT, LOST_PORT, EMPTY_PORT = 80, 81, 82
NOWHERE = "192.0.2.99"
CONFIG = "\n".join(
    f"""
-A -t {shown(side)}:{PORT} --table-size {SIZE}
-a -t {shown(side)}:{PORT} -r {side.backend(11)}
-A -t {shown(side)}:{LOST_PORT} --table-size {SIZE}
-a -t {shown(side)}:{LOST_PORT} -r {NOWHERE}
-A -t {shown(side)}:{EMPTY_PORT} --table-size {SIZE}"""
    for side in BOTH)
EVENT = re.compile(r"^ *(.+)-\d+ .*?: (maglev_\w+|kfree_skb): (.*)$")


def write(name, text):
    with open(f"{TRACE}/{name}", "w", encoding="ascii") as file:
        file.write(text)


class Event:
    """An event: its name, the task, and its fields as words."""

    def __init__(self, match):
        self.task, self.name, self.text = match.groups()
        self.fields = dict(re.findall(r"(\w+)=(\S+)", self.text))

    def __getitem__(self, name):
        return self.fields.get(name)

    def __repr__(self):
        return f"{self.name}: {self.text}"


class Events:
    """What has been traced since the last time."""

    def __init__(self):
        for which in ("maglev", "skb/kfree_skb"):
            write(f"events/{which}/enable", "1")

    @staticmethod
    def close():
        for which in ("maglev", "skb/kfree_skb"):
            write(f"events/{which}/enable", "0")

    @staticmethod
    def clear():
        write("trace", "")

    def of(self, *names):
        with open(f"{TRACE}/trace", encoding="ascii") as file:
            found = [Event(m) for m in map(EVENT.match, file) if m]
        return [e for e in found if e.name in names]


class Test:
    def __init__(self, line, events):
        self.line, self.events = line, events
        self.director = line.director
        self.netns = str(os.fstat(line.director.ns.fd).st_ino)

    def send(self, side, inner, **fields):
        """Sends a packet, and nothing else; returns what arrived."""
        self.events.clear()
        arrived, _ = self.line.send(in_gre(inner, side, **fields))
        return arrived

    def forward(self, side):
        inner = side.wrap(side.client, side.vip, p.TCP, p.tcp(4000, PORT))
        arrived = self.send(side, inner)
        found = self.events.of("maglev_forward")
        address = "{}:{}" if side is V4 else "[{}]:{}"
        with Case(f"IPv{side.version}: a packet that is forwarded is an event") as case:
            case.expect("packets and events", (len(arrived), len(found)), (1, 1))
            expected = {
                "netns": self.netns, "protocol": "6", "kind": "0",
                "src": address.format(side.client, 4000),
                "dst": address.format(side.vip, PORT), "len": str(len(inner)),
                "service_ports": f"{PORT}-{PORT}",
                "backend": side.backend(11), "reason": "forwarded"}
            for name, value in expected.items():
                case.expect(name, found[0][name], value)
            case.expect("rule", found[0]["rule"] in ("current", "cached"), True)
            case.expect("devices differ",
                        found[0]["iif"] != found[0]["oif"], True)

    def drop(self, side, desc, counter, kernel, inner, **fields):
        """The director's reason, and the kernel's of the same buffer."""
        self.director.moved()
        self.send(side, inner, **fields)
        found = self.events.of("maglev_drop")
        with Case(f"IPv{side.version}: {desc} is {counter}, and {kernel}") as case:
            case.expect("counter", self.director.moved(), {counter: 1})
            case.expect("events", [e["reason"] for e in found], [counter])
            if not found:
                return
            # Its memory is another buffer's soon.
            events = self.events.of("maglev_drop", "kfree_skb")
            address, names = found[0]["skbaddr"], [e.name for e in events]
            freed = [e for e in events[names.index("maglev_drop") + 1:]
                     if e["skbaddr"] == address][:1]
            case.expect("reason of the kernel",
                        [e.text.rsplit("reason: ", 1)[-1].split()[0]
                         for e in freed], [kernel])

    def drops(self, side):
        def tcp(port):
            return side.wrap(side.client, side.vip, p.TCP, p.tcp(4000, port))

        one = {"ttl": 1} if side is V4 else {"hops": 1}
        self.drop(side, "the end of the TTL", "drop_ttl", "IP_INHDR",
                  tcp(PORT), **one)
        self.drop(side, "a backend without a route", "drop_no_route",
                  "IP_OUTNOROUTES", tcp(LOST_PORT))
        self.drop(side, "a service without a backend", "drop_no_backend",
                  "NETFILTER_DROP", tcp(EMPTY_PORT))
        self.drop(side, "a short transport header", "drop_inner_l4",
                  "HDR_TRUNC", side.wrap(side.client, side.vip, p.TCP,
                                         bytes(10)))
        found = self.events.of("maglev_drop")
        check(f"IPv{side.version}: its flow has no ports", found and
              found[0]["src"].endswith(":0"), found)

    def configured(self):
        """Events of changes: of the backend, and of the table that follows."""
        service, backend = f"-t {V4.vip}:{PORT}", V4.backend(12)
        pool = f"tcp/{V4.vip}:{PORT}"
        changes = (
            ("-a", "-w 2", "added", "none->up", "0->2"),
            ("-e", "-w 3", "edited", "up->up", "2->3"),
            ("-e", "--state down", "edited", "up->down", "3->3"),
            ("-e", "--state up", "edited", "down->up", "3->3"),
            ("-d", "", "deleted", "up->none", "3->3"),
        )
        for command, option, why, state, weight in changes:
            self.events.clear()
            before = self.fingerprint(pool)
            self.director.adm(f"{command} {service} -r {backend} {option}")
            with Case(f"a backend that is {why} ({state}, {weight}) is an event, "
                      "and so is the table") as case:
                events = self.events.of("maglev_backend")
                case.expect("backends", [
                    [e[n] for n in ("netns", "pool", "address", "why", "state",
                                    "weight")] for e in events],
                    [[self.netns, pool, backend, why, state, weight]])
                case.expect("task", {e.task for e in events}, {"maglevadm"})
                tables = self.events.of("maglev_table")
                case.expect("tables", [
                    [e[n] for n in ("netns", "pool", "size", "fingerprint",
                                    "generation")] for e in tables],
                    [[self.netns, pool, str(SIZE), self.fingerprint(pool),
                      str(self.director.info()["generation"])]])
                moved = int(tables[0]["moved"]) if tables else 0
                case.expect("slots that move, if the table changes",
                            0 < moved < SIZE,
                            before != self.fingerprint(pool))

    def fingerprint(self, pool):
        return next(x["fingerprint"] for x in self.director.pools()
                    if x["name"] == pool).removeprefix("0x")

    def batches(self):
        """What a file makes in one step is told of when it is made."""
        lines = "--add-pool batch --table-size 251\n" \
            "-a --pool batch -r 198.51.100.41\n-a --pool batch -r 198.51.100.42\n"
        self.events.clear()
        for wrong in ("-d -t 203.0.113.9:9 -r 198.51.100.43\n",
                      "--delete-pool nothing\n"):
            try:
                self.director.restore(lines + wrong)
            except RuntimeError:
                continue
            raise AssertionError(f"not refused: {wrong}")
        check_is("what a refused batch takes back is no event",
                 len(self.events.of("maglev_backend", "maglev_table")), 0)
        self.director.restore(lines)
        check_is("new backends of a batch are events",
                 [(e["address"], e["why"]) for e in
                  self.events.of("maglev_backend")],
                 [("198.51.100.41", "added"), ("198.51.100.42", "added")])

    def drained(self):
        """A backend that goes by itself is deleted by nobody's request."""
        self.events.clear()
        self.director.adm("--add-pool spare --table-size 251 --settle 1ms")
        self.director.adm("-a --pool spare -r 198.51.100.33")
        self.director.adm("-e --pool spare -r 198.51.100.33 --drain --deadline 1ms")
        wait_until(lambda: [e for e in self.events.of("maglev_backend")
                            if e["why"] == "drained"],
                   "the backend has drained", seconds=5)
        self.events.clear()
        self.director.adm("-C")
        check_is("what is flushed is an event for each backend",
                 {e["why"] for e in self.events.of("maglev_backend")},
                 {"flushed"})


def main():
    if not os.path.isdir(f"{TRACE}/events"):
        subprocess.run(["mount", "-t", "tracefs", "tracefs", TRACE], check=False,
                       stderr=subprocess.DEVNULL)
    if not os.path.isdir(f"{TRACE}/events/maglev"):
        skip("events of packets and changes", "this kernel has no tracefs")
        return
    line = Line(CONFIG)
    events = Events()
    try:
        test = Test(line, events)
        for side in BOTH:
            test.forward(side)
            test.drops(side)
        test.configured()
        test.batches()
        test.drained()
    finally:
        events.close()


if __name__ == "__main__":
    main()
