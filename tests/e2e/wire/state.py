# SPDX-License-Identifier: GPL-2.0
# needs: line module
"""The module is loaded anew: with state that was saved, each packet goes where it
would have gone without that.

Slots settle on demand only, and no tracked flow times out. Each case is asked about
by --lookup first, so that it is known that the table alone decides otherwise.
"""

import errno
import json
import os
import re
import stat
import subprocess
import tempfile
import time
from pathlib import Path

import family as f
import packet as p
from director import LONG, TIMEOUTS, Director
from family import SPEC
from genl import Genl
from ktap import Case, check, check_is
from limits import wait_until
from namespace import run
from outer import CLIENT6, VIP6, enable_v6
from wire import CLIENT, VIP, Wire, outer

MODULE = os.environ["MAGLEV_KO"]
A, B, C = "10.2.0.11", "10.2.0.12", "10.2.0.13"
ALL, CHANGED, NONE, V6, SOURCE, DRAINED = 80, 81, 82, 83, 84, 85
SERVICES = {
    ALL: f"-t {VIP}:{ALL}", CHANGED: f"-t {VIP}:{CHANGED} --track changed",
    NONE: f"-t {VIP}:{NONE} --track none", V6: f"-t [{VIP6}]:{V6}",
    SOURCE: f"-u {VIP}:{SOURCE} --affinity source", DRAINED: f"-t {VIP}:{DRAINED}",
}
PLAIN = {port: " ".join(words.split()[:2]) for port, words in SERVICES.items()}
DEADLINE = 3600
FIN = 1


class Restart:
    def __init__(self):
        self.wire, self.director = Wire(), Director()
        enable_v6(self.director.ns)
        self.dir = Path(tempfile.mkdtemp(prefix="mgl-state-"))
        self.state, self.rules = self.dir / "state", self.dir / "rules"

    def adm(self, *words):
        return self.director.ns.run("maglevadm", *map(str, words))

    def refused(self, *words):
        """What it says as it fails, or None."""
        done = subprocess.run(
            ["ip", "netns", "exec", self.director.ns.name, "maglevadm", *map(str, words)],
            capture_output=True, text=True, check=False)
        return done.stderr.strip() if done.returncode == 1 else None

    def send(self, port, sport, flags=p.ACK):
        udp = port == SOURCE
        l4 = p.udp(sport, port) if udp else p.tcp(sport, port, flags=flags)
        proto = p.UDP if udp else p.TCP
        packet = p.gre(p.ipv6(CLIENT6, VIP6, proto, l4), proto=p.ETH_IPV6) \
            if port == V6 else p.gre(p.ipv4(CLIENT, VIP, proto, l4))
        arrived, _ = self.wire.exchange([outer(packet)])
        return [x.dst for x in arrived]

    def configure(self):
        lines = [f"--set {TIMEOUTS}", "--cache-size 65536"]
        for port, words in SERVICES.items():
            lines += [f"-A {words} --settle {LONG} --table-size 251",
                      f"-a {PLAIN[port]} -r {A}",
                      f"-a {PLAIN[port]} -r {B} --state down"]
        self.director.restore("\n".join(lines))
        for port in SERVICES:
            self.director.settle(PLAIN[port])

    def swap(self):
        """Every slot changes hands; its previous owner drains."""
        for port in SERVICES:
            self.adm("-e", *PLAIN[port].split(), "-r", B, "--state", "up")
            self.adm("-e", *PLAIN[port].split(), "-r", A, "--state", "drain")
        self.adm("-e", *PLAIN[DRAINED].split(), "-r", A, "--drain",
                 "--deadline", DEADLINE)

    def save(self):
        self.rules.write_text(self.adm("-S", "-n"))
        return self.adm("--save-state", self.state)

    def reload(self):
        run("rmmod", "maglev")
        run("insmod", MODULE)

    def replace(self, *more):
        return self.adm("--replace", self.rules, *more)

    def restore(self):
        return json.loads(self.adm("--restore-state", self.state,
                                   "--json"))["restored"]

    def expect(self, what, port, sport, backend, **kw):
        check_is(what, self.send(port, sport, **kw), [backend])

    def conns(self):
        return sorted(tuple(c[k] for k in ("protocol", "client", "address", "backend",
                                           "state", "confirmed")) + (c.get("client_port"),)
                      for c in json.loads(self.adm("-L", "-c", "--json"))["connections"])

    def unsettled(self):
        return {pool["name"]: pool["unsettled"] for pool in self.director.pools()}

    def drain(self):
        """State of the backend that drains, and seconds that are left, or None."""
        found = next(b for s in self.director.services() if s["port"] == DRAINED
                     for b in s["backends"] if b["address"] == A)
        return found["state"], found.get("deadline_ms", 0) / 1000


def before(test):
    """Flows of all kinds, and what the file of rules does not know of them."""
    test.configure()
    for port in SERVICES:
        test.send(port, 1)
        test.send(port, 1)
    test.swap()
    test.expect("before: a flow stays with a backend that drains", ALL, 1, A)
    test.expect("before: a new connection goes to the owner", ALL, 3, B, flags=p.SYN)
    test.expect("before: a flow in mid-flow goes to the previous owner", CHANGED, 1, A)
    for port in (ALL, V6):
        test.send(port, 4, FIN | p.ACK)
        test.send(port, 4, FIN | p.ACK)


def judge(test, how):
    """Each packet goes where it would have gone without a restart."""
    for port in (ALL, V6, SOURCE, DRAINED):
        test.expect(f"{how}: port {port}, a tracked flow stays", port, 1, A)
    for port in (ALL, CHANGED, V6, DRAINED):
        test.expect(f"{how}: port {port}, a flow in mid-flow goes to the owner that its "
                    "slot remembers", port, 2, A)
        test.expect(f"{how}: port {port}, a new connection goes to the owner", port, 5, B,
                    flags=p.SYN)
    test.expect(f"{how}: a connection that was opened after the change stays", ALL, 3, B)
    test.expect(f"{how}: a flow that is kept for its slot's sake stays", CHANGED, 1, A)
    test.expect(f"{how}: a service that tracks nothing goes by its table", NONE, 1, B)


def together(test, conns, unsettled):
    """The rules and the state in one command: no packet comes between them."""
    test.reload()
    with Case("a module that was loaded anew knows nothing") as case:
        case.expect("services", test.director.services(), [])
    said = test.replace("--with-state", test.state)
    check("it says what it has restored",
          said.startswith(f"restored {len(conns)} flows, 6 tables, 1 drains after "), said)
    check_is("entries are the same", test.conns(), conns)
    check_is("slots remember as many previous owners", test.unsettled(), unsettled)
    state, left = test.drain()
    check("the drain goes on to the same deadline",
          state == "drain" and DEADLINE - 600 < left <= DEADLINE, (state, left))
    check("packets are handled", test.director.info()["hooks"])
    judge(test, "together")


def one_by_one(test, conns):
    """Packets come in between, and go where the tables say."""
    test.reload()
    test.replace()
    test.expect("in between: a tracked flow is not known", ALL, 1, B)
    test.expect("in between: a port is used again", DRAINED, 1, B, flags=p.SYN)
    # As long as nobody has told it that it drains, it is as good as the others.
    done = test.restore()
    flows = {"restored": len(conns) - 1, "kept": 1, "expired": 0, "unknown": 0, "full": 0}
    check_is("one after the other: what became of flows", done["flows"], flows)
    check_is("one after the other: what became of tables",
             {k: done["tables"][k] for k in ("restored", "kept", "unknown")},
             {"restored": 6, "kept": 0, "unknown": 0})
    check_is("one after the other: what became of drains", done["drains"],
             {"restored": 1, "kept": 0, "unknown": 0})
    test.expect("one after the other: the flow is with its backend again", ALL, 1, A)
    test.expect("one after the other: the new connection stays", DRAINED, 1, B)
    again = test.restore()
    check_is("a second time, nothing changes",
             (again["flows"], again["tables"]["restored"], again["drains"]["restored"]),
             (flows, 0, 0))


def changed(test):
    """The rules have changed meanwhile: that is a change like any other."""
    lines = test.rules.read_text().splitlines()
    text = [line for line in lines
            if not line.startswith((f"-a -t {VIP}:{ALL} -r {B}",
                                    f"-A -t {VIP}:{DRAINED} ", f"-a -t {VIP}:{DRAINED} "))]
    text.append(f"-a -t {VIP}:{ALL} -r {C}")
    test.rules.write_text("\n".join(text) + "\n")
    test.reload()
    test.replace()
    done = test.restore()
    check_is("another configuration: tables of pools that are gone",
             done["tables"]["unknown"], 1)
    check_is("another configuration: drains of pools that are gone",
             done["drains"], {"restored": 0, "kept": 0, "unknown": 1})
    check("another configuration: flows of what is gone", done["flows"]["unknown"] >= 2,
          done)
    test.expect("another configuration: a tracked flow stays", ALL, 1, A)
    # As where the backend of its entry is deleted.
    test.expect("another configuration: a flow of a backend that is gone is one in "
                "mid-flow", ALL, 3, A)
    test.expect("another configuration: a flow in mid-flow goes to the owner that its "
                "slot remembers", ALL, 2, A)
    test.expect("another configuration: a new connection goes to the new owner", ALL, 6, C,
                flags=p.SYN)


def old(test):
    """What is older than timeouts and settle times is forgotten."""
    data = bytearray(test.state.read_bytes())
    # Of another boot, long ago by the clock that people go by.
    data[16:24] = (int(time.time() * 1000) - (72 << 20)).to_bytes(8, "little")
    data[32:48] = bytes(16)
    test.state.write_bytes(sealed(data))
    test.rules.write_text("\n".join(
        line for line in test.rules.read_text().splitlines()
        if not line.startswith("--set")) + "\n")
    test.reload()
    test.replace()
    done = test.restore()
    check_is("after a long time: no flow is left", done["flows"]["restored"], 0)
    check("after a long time: they have expired", done["flows"]["expired"], done)
    unsettled = test.unsettled()
    check_is("after a long time: slots have settled, but for those of another owner",
             {name: n for name, n in unsettled.items() if n}, {f"tcp/{VIP}:{ALL}": 251})
    test.expect("after a long time: a flow goes to the owner", CHANGED, 1, B)
    test.expect("after a long time: so it does if that has changed, and the one before it "
                "is gone", ALL, 1, C)


def sealed(data):
    """With the checksum that it has to have: CRC-32C, bit by bit."""
    crc = 0xffffffff
    for byte in data[:-4]:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 0xff]
    return bytes(data[:-4]) + (crc ^ 0xffffffff).to_bytes(4, "little")


def table_entry(i):
    for _ in range(8):
        i = i >> 1 ^ (0x82f63b78 if i & 1 else 0)
    return i


TABLE = [table_entry(i) for i in range(256)]


def broken(test):
    """Files that are not good: nothing changes."""
    good = test.state.read_bytes()
    bad = test.dir / "bad"
    def present():
        generation = test.director.info()["generation"]
        return generation, test.conns(), test.unsettled()

    now = present()

    def refuse(what, data, why, mode=0o600):
        bad.write_bytes(data)
        bad.chmod(mode)
        for words in (("--restore-state", bad),
                      ("--replace", test.rules, "--with-state", bad)):
            said = test.refused(*words)
            check(f"refused by {words[0]}: {what}", said and why in said, said)

    refuse("a file that is cut off", good[:-1], "checksum")
    refuse("a bit that is wrong", good[:99] + bytes((good[99] ^ 1,)) + good[100:],
           "checksum")
    refuse("another file", b"#!/bin/sh\n", "not a file of --save-state")
    refuse("another version of records",
           sealed(good[:12] + b"\2" + good[13:]), "another version of maglev")
    refuse("one that others may write", good, "others may write it", 0o602)
    bad.unlink()
    said = test.refused("--restore-state", bad)
    check("refused: a file that is not there", "No such file or directory" in (said or ""), said)
    check("nothing has changed",
          now == present())


def hold(test):
    """Packets are left alone until state is back, or for as long as was asked for."""
    test.director.adm("-C")
    with test.director.ns:
        genl = Genl()
    version = SPEC.constants["state_version"]

    def held(ms):
        return genl.call(f.STATE_SET, f.obj(f.A_STATE, version=version, hold=ms)).error

    check_is("packets can be held off", held(60000), 0)
    test.replace()
    check_is("held off: no packet goes on", test.send(ALL, 1), [])
    check("held off: the hooks say so", not test.director.info()["hooks"])
    check_is("that can be ended", held(0), 0)
    check("then packets go on", test.send(ALL, 1))
    check_is("not once there is a service", held(60000), errno.EBUSY)
    test.director.adm("-C")
    check_is("it can be for a short time", held(1), 0)
    test.replace()
    wait_until(lambda: test.director.info()["hooks"], "packets are handled")
    check("which ends by itself", test.send(ALL, 1))


def main():
    test = Restart()
    before(test)
    said = test.save()
    conns, unsettled = test.conns(), test.unsettled()
    check("it says what it has saved",
          said == f"saved {len(conns)} flows, 6 tables, 1 drains\n", said)
    check_is("the file is for its owner alone",
             stat.S_IMODE(test.state.stat().st_mode), 0o600)
    check_is("nothing else is left", sorted(x.name for x in test.dir.iterdir()),
             ["rules", "state"])
    broken(test)
    # A file of rules that knows nothing of the drain.
    test.rules.write_text(re.sub(
        rf"(-a -t {VIP}:{DRAINED} -r {A} .*?) --state drain --deadline \d+s", r"\1",
        test.rules.read_text()))
    together(test, conns, unsettled)
    one_by_one(test, conns)
    changed(test)
    old(test)
    hold(test)


if __name__ == "__main__":
    main()
