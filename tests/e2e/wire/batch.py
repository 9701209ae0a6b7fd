# SPDX-License-Identifier: GPL-2.0
# needs: line
"""Packets see a batch as one change: services, pools, tables and VIPs that are
swapped by many batches while packets come."""

import os
import time

import family as f
import packet as p
from genl import Genl
from ktap import Case, check_is
from limits import limit
from namespace import Namespace
from wire import Wire, inner, outer

# States follow each other in a circle, so that a step back shows as one.
STATES = 8
FLIPS = 120
# Batches that may be made between two packets: fewer than would look like a step
# back, also if those of two portions come together.
AHEAD = 3
ROUNDS = 12
SMALL = f.obj(f.A_POOL, table_size=251)
VIPS = [f"203.0.113.{n}" for n in range(1, 6)]
# Services that change between the first and the last of these: with several CPUs,
# so many that there would be time for packets to come in between.
OTHERS = [f"203.1.{n >> 8}.{n & 255}"
          for n in range(2000 if os.cpu_count() > 1 else 20)]


def backend(state):
    return f"10.2.0.{11 + state % STATES}"


def pool(state):
    return f"p{state % STATES}"


def service(n, **more):
    return f.service(vip=VIPS[n], track=f.TRACK_NONE, **more)


def first_state():
    yield from ((f.POOL_NEW, f.pool(pool(s), table_size=251) +
                 f.backend(backend(s))) for s in range(STATES))
    yield f.POOL_NEW, f.pool("q", table_size=251) + f.backend(backend(0))
    yield f.SERVICE_NEW, service(0, pool=pool(0))
    yield f.SERVICE_NEW, service(1, pool=pool(1))
    yield f.SERVICE_NEW, service(2, pool="q")
    yield f.SERVICE_NEW, service(3, pool=pool(3))
    yield f.SERVICE_NEW, service(4) + SMALL + f.backend(backend(0))
    yield from ((f.SERVICE_NEW, f.service(vip=vip, track=f.TRACK_NONE, pool=pool(0)))
                for vip in OTHERS)


def next_state(s):
    """The changes from the state before to state s."""
    # Each VIP by other means; the backend that goes is the one before.
    yield f.SERVICE_SET, service(0, pool=pool(s))
    yield f.SERVICE_DEL, f.service(vip=VIPS[4])
    yield f.BACKEND_NEW, f.pool("q") + f.backend(backend(s))
    yield f.SERVICE_DEL, f.service(vip=VIPS[3])
    yield f.SERVICE_NEW, service(4) + SMALL + f.backend(backend(s))
    yield f.BACKEND_DEL, f.pool("q") + f.backend(backend(s - 1))
    yield f.SERVICE_NEW, service(3, pool=pool(s + 3))
    yield from ((f.SERVICE_SET, f.service(vip=vip, pool=pool(s)))
                for vip in OTHERS)
    yield f.SERVICE_SET, service(1, pool=pool(s + 1))


def state_of(packet):
    """The state in which a packet went where it went, or None."""
    n = VIPS.index(p.IPv4(packet.payload[4:]).dst)
    number = int(packet.dst.rpartition(".")[2]) - 11
    return (number - {1: 1, 3: 3}.get(n, 0)) % STATES


class Flipper:
    """Makes batches in a process of its own, as many as it is allowed to."""

    def __init__(self):
        allow, self.allow = os.pipe()
        self.made, made = os.pipe()
        self.allowed = self.flips = 0
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.allow)
            self.child(allow, made)
        os.close(allow)
        os.close(made)
        os.set_blocking(self.made, False)

    @staticmethod
    def child(allow, made):
        status = 1
        try:
            os.sched_setaffinity(0, {os.cpu_count() - 1})
            with Namespace("director"):
                genl = Genl()
            state = 0
            while os.read(allow, 1):
                state += 1
                f.expect(genl, f.BATCH, f.batch(*next_state(state)))
                os.write(made, b".")
            status = 0
        finally:
            os._exit(status)

    def go_on(self):
        """Allows more, and returns whether there are more to come."""
        try:
            self.flips += len(os.read(self.made, 4096))
        except BlockingIOError:
            pass
        more = min(self.flips + AHEAD, FLIPS) - self.allowed
        os.write(self.allow, b"." * more)
        self.allowed += more
        return self.flips < FLIPS

    def end(self):
        os.close(self.allow)
        return os.waitpid(self.pid, 0)[1]


def send(wire, sport):
    """Packets to each VIP in turn; the states that they were sent in."""
    packets = [outer(p.gre(inner(vip, p.tcp(1024 + (sport + n) % 60000, 80))))
               for n in range(ROUNDS) for vip in VIPS]
    arrived, _ = wire.exchange(packets)
    return len(packets), [state_of(x) for x in arrived]


def main():
    wire = Wire()
    with Namespace("director"):
        genl = Genl()
    f.expect(genl, f.BATCH, f.batch(*first_state()))
    flipper = Flipper()
    sent, states, end = 0, [0], time.monotonic() + limit(60)
    while flipper.go_on() and time.monotonic() < end:
        n, seen = send(wire, sent)
        sent += n
        states += seen
    check_is("all batches are carried out", (flipper.end(), flipper.flips),
             (0, FLIPS))
    n, seen = send(wire, sent)
    sent += n
    states += seen
    check_is("every packet arrives while batches are made", len(states) - 1,
             sent)
    with Case("packets see a batch as one change, and no packet sees an older "
              "state than the one before it") as case:
        steps = [(b - a) % STATES for a, b in zip(states, states[1:])]
        back = [i for i, step in enumerate(steps) if step == STATES - 1]
        case.expect("steps back", [states[max(i - 3, 0):i + 5]
                                   for i in back[:3]], [])
        case.expect("steps in all", sum(steps), FLIPS)
    print(f"# {sent} packets, {sum(1 for step in steps if step)} steps seen")
    f.expect(genl, f.FLUSH)


if __name__ == "__main__":
    main()
