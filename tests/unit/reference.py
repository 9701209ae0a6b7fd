#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The normative hashes and tables, worked out a second time.

Written from the description of the algorithms and not from the C code, with
arithmetic where the C code has tricks: fractions, sorting, big integers. What
it prints is what reference_test.c compares the C code with:

    siphash KEY INPUT RESULT
    nest SIZE POOLS ADDRESSES               a pool with pools in it, the first one
    pool BACKENDS MEMBERS                   one per pool, members behind it
    part NUMBER WEIGHT                      first backends, then members: numbers
                                            of an address or a pool
    quotas QUOTA...                         one per address
    turns BACKENDS TURNS QUOTA... INDEX...  the order that turns are taken in
    table SIZE SEED BACKENDS
    backend ADDRESS WEIGHT OFFSET SKIP      one per backend, as configured
    slots INDEX...                          into the sorted backends, - is none
    fingerprint VALUE
    flow SEED SIZE SADDR DADDR SPORT DPORT PROTO HASH SLOT
"""

import ipaddress
import random
from fractions import Fraction

U64 = (1 << 64) - 1


def siphash(key, data):
    """SipHash-2-4: a 16-byte key, any data, a 64-bit number."""

    def rotate(x, bits):
        return (x << bits | x >> (64 - bits)) & U64

    def rounds(v, n):
        v0, v1, v2, v3 = v
        for _ in range(n):
            v0 = (v0 + v1) & U64
            v1 = rotate(v1, 13) ^ v0
            v0 = rotate(v0, 32)
            v2 = (v2 + v3) & U64
            v3 = rotate(v3, 16) ^ v2
            v0 = (v0 + v3) & U64
            v3 = rotate(v3, 21) ^ v0
            v2 = (v2 + v1) & U64
            v1 = rotate(v1, 17) ^ v2
            v2 = rotate(v2, 32)
        return v0, v1, v2, v3

    k0 = int.from_bytes(key[:8], "little")
    k1 = int.from_bytes(key[8:], "little")
    init = b"somepseudorandomlygeneratedbytes"
    v = tuple(int.from_bytes(init[i:i + 8], "big") ^ k
              for i, k in ((0, k0), (8, k1), (16, k0), (24, k1)))
    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 255])
    for i in range(0, len(padded), 8):
        word = int.from_bytes(padded[i:i + 8], "little")
        v0, v1, v2, v3 = rounds((v[0], v[1], v[2], v[3] ^ word), 2)
        v = (v0 ^ word, v1, v2, v3)
    v = rounds((v[0], v[1], v[2] ^ 0xff, v[3]), 4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def keyed(seed, label, data):
    """A use of the hash: the key is the seed and an ASCII label."""
    return siphash(seed.to_bytes(8, "little") + label, data)


def identity(addr):
    """16 bytes in network order; IPv4 is mapped into IPv6."""
    if addr.version == 4:
        return bytes(10) + b"\xff\xff" + addr.packed
    return addr.packed


def permutation(addr, seed, size):
    """Offset and skip of a backend."""
    ident = identity(addr)
    return (keyed(seed, b".mgl-ofs", ident) % size,
            keyed(seed, b".mgl-ski", ident) % (size - 1) + 1)


def quotas(weights, size):
    """Shares of a table by largest remainder, the lower index first."""
    total = sum(weights)
    if not total:
        return [0] * len(weights)
    exact = [Fraction(size * w, total) for w in weights]
    quota = [int(x) for x in exact]
    order = sorted(range(len(weights)),
                   key=lambda i: (quota[i] - exact[i], i))
    for i in order[:size - sum(quota)]:
        quota[i] += 1
    return quota


def nested_quotas(pools, top, size):
    """Quotas of addresses for a pool with members.

    A pool is a list of (address, weight) and one of (pool, weight), in the order
    of addresses and of names. Pools and addresses are any keys of dictionaries.
    """

    def alive(name):
        backends, members = pools[name]
        return any(w for _, w in backends) or \
            any(w and alive(m) for m, w in members)

    # Behind all that contain it: sorted by the longest way from the top.
    depth = {top: 0}
    for _ in pools:
        for name in list(depth):
            for member, _ in pools[name][1]:
                depth[member] = max(depth.get(member, 0), depth[name] + 1)
    share, quota = dict.fromkeys(pools, 0), {}
    share[top] = size
    for name in sorted(depth, key=depth.get):
        backends, members = pools[name]
        weights = [w for _, w in backends] + \
            [w if alive(m) else 0 for m, w in members]
        got = quotas(weights, share[name])
        for (addr, _), slots in zip(backends, got):
            quota[addr] = quota.get(addr, 0) + slots
        for (member, _), slots in zip(members, got[len(backends):]):
            share[member] += slots
    return quota


def turns(quota):
    """Indices in the order in which turns are taken.

    Turn k of q is in round floor(k * rounds / q). Within a round, whose turn
    before was earlier goes first; in round 0 the lower index does.
    """
    rounds = max(quota, default=0)
    due = [[] for _ in range(rounds)]
    for i, q in enumerate(quota):
        for k in range(q):
            due[k * rounds // q].append(i)
    before = list(range(len(quota)))
    now = len(quota)
    for players in due:
        for i in sorted(players, key=lambda i: before[i]):
            yield i
            before[i] = now
            now += 1


def populate(backends, seed, size):
    """The table of a sorted list of (address, weight)."""
    slots = [None] * size
    walk = [permutation(addr, seed, size) for addr, _ in backends]
    step = [0] * len(backends)
    for i in turns(quotas([w for _, w in backends], size)):
        offset, skip = walk[i]
        while True:
            slot = (offset + step[i] * skip) % size
            step[i] += 1
            if slots[slot] is None:
                break
        slots[slot] = i
    return slots


def fingerprint(slots, backends):
    """One number for a table: its size and who owns each slot."""
    digest = {i: keyed(0, b".mgl-pri", identity(addr))
              for i, (addr, _) in enumerate(backends)}
    digest[None] = 0
    h = len(slots)
    for owner in slots:
        h ^= digest[owner]
        h = (h << 29 | h >> 35) & U64
        h = h * 0x9e3779b97f4a7c15 & U64
    return keyed(0, b".mgl-pri", h.to_bytes(8, "little") +
                 len(slots).to_bytes(8, "little"))


def flow_hash(seed, saddr, daddr, sport, dport, proto):
    """The hash of a flow; both addresses are of one family."""
    return keyed(seed, b".mgl-flo", saddr.packed + daddr.packed +
                 sport.to_bytes(2, "big") + dport.to_bytes(2, "big") +
                 bytes([proto, 0, 0, 0]))


def flow_slot(flow, size):
    """The upper half of the hash, as a fraction of the table."""
    return (flow >> 32) * size >> 32


def print_siphash(rng):
    for length in range(0, 40, 3):
        key, data = rng.randbytes(16), rng.randbytes(length)
        print(f"siphash {key.hex()} {data.hex() or '-'} "
              f"{siphash(key, data):016x}")


def print_nest(rng):
    """Members are pools of higher numbers, so there is no cycle."""
    n, addresses = rng.randrange(1, 7), rng.randrange(1, 12)
    size = rng.choice((251, 257, 1021, 65537))
    weight = lambda: rng.choice((0, 1, 1, 2, 3, 65535, rng.getrandbits(8)))
    pools = {}
    for i in range(n):
        backends = rng.sample(range(addresses), rng.randrange(addresses + 1))
        members = rng.sample(range(i + 1, n), rng.randrange(n - i))
        pools[i] = ([(b, weight()) for b in sorted(backends)],
                    [(m, weight()) for m in sorted(members)])
    print("nest", size, n, addresses)
    for backends, members in pools.values():
        print("pool", len(backends), len(members))
        for number, w in backends + members:
            print("part", number, w)
    quota = nested_quotas(pools, 0, size)
    print("quotas", *(quota.get(a, 0) for a in range(addresses)))


def print_turns(rng):
    quota = [rng.randrange(12) for _ in range(rng.randrange(1, 9))]
    print("turns", len(quota), sum(quota), *quota, *turns(quota))


def print_table(rng, size, weights):
    seed = rng.getrandbits(64)
    backends = {}
    for weight in weights:
        if rng.random() < 0.7:
            addr = ipaddress.IPv4Address(rng.getrandbits(32))
        else:
            addr = ipaddress.IPv6Address(0x20010db8 << 96 |
                                         rng.getrandbits(90))
        backends[addr] = weight
    configured = list(backends.items())
    ordered = sorted(configured, key=lambda b: identity(b[0]))
    print(f"table {size} {seed:016x} {len(configured)}")
    for addr, weight in configured:
        offset, skip = permutation(addr, seed, size)
        print(f"backend {identity(addr).hex()} {weight} {offset} {skip}")
    slots = populate(ordered, seed, size)
    print("slots", *("-" if s is None else s for s in slots))
    print(f"fingerprint {fingerprint(slots, ordered):016x}")


def print_flow(rng, size):
    seed = rng.getrandbits(64)
    if rng.random() < 0.5:
        saddr = ipaddress.IPv4Address(rng.getrandbits(32))
        daddr = ipaddress.IPv4Address(rng.getrandbits(32))
    else:
        saddr = ipaddress.IPv6Address(rng.getrandbits(128))
        daddr = ipaddress.IPv6Address(rng.getrandbits(128))
    sport, dport = rng.getrandbits(16), rng.getrandbits(16)
    proto = rng.choice((6, 17, 132, rng.getrandbits(8)))
    value = flow_hash(seed, saddr, daddr, sport, dport, proto)
    print(f"flow {seed:016x} {size} {identity(saddr).hex()} "
          f"{identity(daddr).hex()} {sport} {dport} {proto} {value:016x} "
          f"{flow_slot(value, size)}")


def main():
    rng = random.Random(20160316)
    print_siphash(rng)
    for _ in range(300):
        print_nest(rng)
    for _ in range(300):
        print_turns(rng)
    for size, weights in (
            (251, []),
            (251, [1]),
            (251, [0, 0, 0]),
            (251, [1, 1]),
            (257, [1, 0, 3]),
            (251, [1] * 300),
            (251, [rng.getrandbits(4) for _ in range(300)]),
            (1021, [1] * 10),
            (1021, [rng.randrange(1, 5) for _ in range(10)]),
            (8191, [1000] + [1] * 1000),
            (8191, [1] + [65535] * 5),
            (8191, [rng.getrandbits(16) for _ in range(100)]),
            (65537, [1] * 100),
            (65537, [rng.randrange(101) for _ in range(100)]),
            (65537, [1] * 1000),
            (655373, [3, 2, 1])):
        print_table(rng, size, weights)
    for size in (251, 8191, 65537, 655373, 1048573):
        for _ in range(40):
            print_flow(rng, size)


if __name__ == "__main__":
    main()
