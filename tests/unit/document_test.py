#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""The test vectors of Documentation/hashing.md against reference.py.

Somebody who writes a third implementation starts from that file: a number in
it that is wrong costs him a day.

    document_test.py FILE
"""

import ipaddress
import re
import sys

import reference

SEED = 0x1122334455667788
BACKENDS = [ipaddress.IPv4Address(f"198.51.100.{n}") for n in (21, 22, 23)]
FLOWS = {"ports, protocol": ("203.0.113.10", "192.0.2.80"),
         "ports, protocol of IPv6": ("2001:db8:a::10", "2001:db8::80")}


def rows(text, first):
    """Cells of the rows of the table whose first header cell is this."""
    head = f"\n| {first} |" if first else "\n| |"
    table = text.split(head, 1)[1].split("\n\n")[0]
    return [[c.strip(" `") for c in line.strip("|").split("|")]
            for line in table.splitlines()[2:]]


def numbers(cell):
    return [int(x, 0) for x in re.split("[ ,]+", cell)]


def check_seed(text):
    assert f"`{SEED:#x}`" in text
    yield True


def check_keys(text):
    for label, key in re.findall(r"^ +(\.mgl-\w+) +([0-9a-f]{32})$", text,
                                 re.MULTILINE):
        want = SEED.to_bytes(8, "little") + label.encode()
        assert key == want.hex(), label
        yield label


def check_siphash(text):
    value = re.search(r"input `00 01 .. 0e`[^`]*`(0x[0-9a-f]+)`", text)[1]
    assert reference.siphash(bytes(range(16)), bytes(range(15))) == \
        int(value, 0)
    yield value


def check_backends(text):
    labels = {"H_ofs": (SEED, b".mgl-ofs"), "H_ski": (SEED, b".mgl-ski"),
              "H_pri": (0, b".mgl-pri")}
    for name, *cells in rows(text, ""):
        for addr, cell in zip(BACKENDS, cells, strict=True):
            ident = reference.identity(addr)
            if name == "identity":
                assert cell == ident.hex(), addr
            elif name in labels:
                assert int(cell, 0) == reference.keyed(*labels[name], ident), \
                    (name, addr)
            else:
                size = int(re.fullmatch(r"offset, skip at M = (\d+)", name)[1])
                assert tuple(numbers(cell)) == \
                    reference.permutation(addr, SEED, size), (name, addr)
            yield name


def check_turns(text):
    for quota, members in rows(text, "quotas"):
        assert list(reference.turns(numbers(quota))) == numbers(members), quota
        yield quota


def check_nests(text):
    size = int(re.search(r"^Quotas of the pool `top`, M = (\d+)", text,
                         re.MULTILINE)[1])
    for cell, quota in rows(text, "pools"):
        pools = {}
        for name, parts in re.findall(r"(\w+): ([^;]+)", cell):
            weights = [(n, int(w)) for n, w in
                       re.findall(r"([\w\[\]]+) (\d+)", parts)]
            pools[name] = ([x for x in weights if x[0][0] != "["],
                           [(n.strip("[]"), w) for n, w in weights
                            if n[0] == "["])
        want = {n: int(q) for n, q in re.findall(r"(\w) (\d+)", quota)}
        assert reference.nested_quotas(pools, "top", size) == want, cell
        yield cell


def check_tables(text):
    for size, weights, quota, owners, value in rows(text, "M"):
        size = int(size)
        weights = numbers(weights.split(",")[0])
        pool = list(zip(BACKENDS, weights))
        slots = reference.populate(pool, SEED, size)
        assert reference.quotas(weights, size) == numbers(quota), weights
        if owners == "none":
            assert slots == [None] * size
        else:
            assert slots[:16] == numbers(owners), (size, weights)
        assert reference.fingerprint(slots, pool) == int(value, 0), \
            (size, weights)
        yield size


def check_flows(text):
    for first, names in FLOWS.items():
        assert f"Flows from {names[0]} to {names[1]}:\n\n| {first} |" in text
        client, vip = map(ipaddress.ip_address, names)
        for what, data, value, *slots in rows(text, first):
            sport, dport, proto = map(int, re.findall(r"\d+", what))
            flow = reference.flow_hash(SEED, client, vip, sport, dport, proto)
            assert flow == int(value, 0), what
            data = bytes.fromhex(data.replace("`", ""))
            assert flow == reference.keyed(SEED, b".mgl-flo", data), what
            assert [reference.flow_slot(flow, size)
                    for size in (251, 65537)] == [int(s) for s in slots], what
            yield what


def main():
    with open(sys.argv[1], encoding="utf-8") as document:
        text = document.read()
    checks = {"seed": (check_seed, 1), "keys": (check_keys, 2),
              "siphash": (check_siphash, 1), "backends": (check_backends, 6),
              "turns": (check_turns, 2), "nests": (check_nests, 4), "tables": (check_tables, 6),
              "flows": (check_flows, 8)}
    failed = False
    print(f"KTAP version 1\n1..{len(checks)}")
    for i, (name, (check, least)) in enumerate(checks.items(), 1):
        try:
            count = sum(1 for _ in check(text))
            good = count >= least
            if not good:
                print(f"# {count} vectors, {least} expected")
        except (AssertionError, IndexError, TypeError, ValueError) as error:
            print(f"# {type(error).__name__}: {error}")
            good = False
        failed |= not good
        print(f"{'' if good else 'not '}ok {i} - {name}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
