# SPDX-License-Identifier: GPL-2.0
# needs: director
"""Random requests, always the same: half of them nearly valid."""

import collections
import errno
import os
import random
import time

import family as f
from genl import NLM_F_ACK, NLM_F_DUMP, Genl, nest, nla
from ktap import Case, check, check_is

# For so long, and at least so many: enough for both outcomes to be frequent.
SECONDS = float(os.environ.get("MAGLEV_E2E_FUZZ", 10))
LEAST = 500
# A backend that drains without flows is removed when its slots have settled, after
# 120 s by default. The configuration is made anew long before that. One that never
# had slots is removed within a second.
FRESH = 20
KNOWN = {0, errno.EINVAL, errno.ERANGE, errno.EEXIST, errno.ENOENT,
         errno.EBUSY, errno.EOPNOTSUPP, errno.ENOSPC, errno.ESTALE}
GOOD = {
    "protocol": (6, 17, 132, 1), "address4": None, "address6": None,
    "port": (0, 80, 81, 1000, 1500, 2000, 65535),
    "port_last": (0, 80, 1000, 2000, 65535), "pool": ("web", "spare", "no"),
    "name": ("web", "spare", "part", "x", "tcp/203.0.113.1:80", "", "a" * 63),
    "table_size": (251, 257, 1021, 252, 250), "seed": (0, 1, 1 << 63),
    "weight": (0, 1, 2, 65535, 65536), "prefix_len": (0, 8, 16, 24, 32, 33, 64, 126, 128),
    "track": (0, 1, 2, 3), "affinity": (0, 1, 2, 3), "all_down": (0, 1, 2, 3),
    "fallback": ("web", "spare", "backup", "", "no"), "state": (0, 1, 2, 3),
    # Long ones, so that nothing happens by itself meanwhile.
    "settle": (0, 3600000, 86400000, 86400001),
    "panic": (0, 50, 100, 101),
    "deadline": (3600000, 604800000, 604800001),
    # Small ones, for want of memory.
    "cache_size": (1024, 1025, 4096, 1023), "client_port": (0, 1, 65535),
    "pmtu": (0, 1, 2, 3), "rate": (1, 100, 10000, 10001),
    "peers": ("web", "spare", "", "no", "tcp/203.0.113.1:80"),
    "upper": (0, 5, 2147483647, 2147483648), "lower": (0, 0, 3, 5, 2147483648),
    "userdata": (b"", b"\0", b"kept", bytes(128), bytes(129)),
    "version": (1, 1, 1, 2), "secret": (bytes(16), bytes(range(16))),
    "flows": (b"", bytes(36), bytes(72), bytes(35), b"\xff" * 36),
    "elapsed": (0, 1000, 1 << 31), "restarted": (b"",), "objects": (b"",),
    "hold": (0, 1, 60001),
    **{n: (0, 1, 60, 2678400, 2678401) for n in f.TIMEOUTS},
}
# Attributes that few others go with are left out of most requests.
SELDOM = {"port_last": 0.5, "pool": 0.5, "fallback": 0.3, "settle": 0.5, "panic": 0.3,
          "track": 0.5, "affinity": 0.5, "all_down": 0.5, "state": 0.7,
          "deadline": 0.2, "pmtu": 0.3, "peers": 0.3, "upper": 0.3, "lower": 0.3,
          "userdata": 0.3, "hold": 0.1,
          **{n: 0.3 for n in f.TIMEOUTS}}


class Fuzz:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.genl = Genl()
        self.errors = collections.Counter()

    def value(self, name):
        rng = self.rng
        if name in ("address4", "client4"):
            return f"{rng.choice((10, 203, 0, 127, 224))}.0.113." \
                f"{rng.randrange(4)}"
        if name in ("address6", "client6"):
            return rng.choice(("2001:db8::", "2001:db8::", "fe80::", "ff02::",
                               "::ffff:10.0.113.")) + str(rng.randrange(4))
        return rng.choice(GOOD[name])

    def attribute(self, kind, name):
        rng, spec = self.rng, f.OBJECTS[kind][name]
        payload = f.encode(spec, self.value(name))
        ident, length = spec.ident, None
        dice = rng.random()
        if name == "cache_size":
            pass
        elif dice < 0.03:
            payload = rng.randbytes(rng.randrange(40))
        elif dice < 0.05:
            ident = rng.getrandbits(16)
        elif dice < 0.07:
            length = rng.randrange(300)
        return nla(ident, payload, length)

    def object(self, cmd, kind):
        rng, allowed = self.rng, f.ALLOWED[cmd][kind]
        other = "4" if rng.random() < 0.2 else "6"
        names = [n for n in allowed
                 if n not in ("address" + other, "client" + other) and
                 rng.random() < SELDOM.get(n, 0.93)]
        if rng.random() < 0.05:
            names.append(rng.choice([
                n for n, spec in f.OBJECTS[kind].items()
                if spec.ident not in f.READ_ONLY[kind]]))
        rng.shuffle(names)
        inside = [self.attribute(kind, n) for n in names]
        if rng.random() < 0.03:
            return nla(kind, b"".join(inside))
        return nest(kind, *inside)

    def batch(self):
        """Requests of all kinds in one, mostly of kinds that may be there."""
        rng, data = self.rng, b""
        for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 5))):
            cmd, attrs = self.request(f.CHANGES if rng.random() < 0.97 else
                                      tuple(f.ALLOWED))
            ident = nla(f.A_CMD, bytes((cmd,)))
            data += nest(f.A_CHANGE, *((ident, attrs) if rng.random() < 0.97
                                         else (attrs, ident)))
        if rng.random() < 0.1:
            data += nla(f.A_GENERATION, rng.randbytes(4))
        return data

    def request(self, commands=tuple(f.ALLOWED)):
        """A command and its attributes, at random."""
        rng = self.rng
        cmd = rng.choice(commands)
        # Otherwise the configuration would be empty most of the time.
        if cmd == f.FLUSH and rng.random() < 0.9:
            cmd = f.SERVICE_NEW
        kinds = [k for k in f.ALLOWED[cmd] if rng.random() < 0.8]
        if cmd in f.MEMBERS and f.A_POOL in kinds and \
                f.A_SERVICE in kinds and rng.random() < 0.9:
            kinds.remove(rng.choice((f.A_POOL, f.A_SERVICE)))
        # Several of one kind, where the command takes them and where not.
        if kinds and rng.random() < (0.3 if cmd in f.SEVERAL else 0.02):
            more = rng.choice(kinds)
            if cmd in f.SEVERAL and f.A_BACKEND in kinds:
                more = f.A_BACKEND
            kinds += [more] * rng.randrange(1, 4)
            rng.shuffle(kinds)
        if cmd == f.BATCH:
            data = self.batch()
        else:
            data = b"".join(self.object(cmd, k) for k in kinds)
        if cmd in f.DRY_RUNS and rng.random() < 0.3 or rng.random() < 0.02:
            data += f.DRY_RUN
        if rng.random() < 0.1 and data and cmd != f.CONFIG_SET:
            broken = bytearray(data)
            for _ in range(rng.randrange(1, 4)):
                broken[rng.randrange(len(broken))] = rng.getrandbits(8)
            data = bytes(broken)
        if rng.random() < 0.02:
            data += rng.randbytes(rng.randrange(1, 64))
        if rng.random() < 0.02:
            cmd = rng.getrandbits(8)
        return cmd, data

    def generation(self):
        return self.genl.call(f.INFO_GET).messages

    @staticmethod
    def drained(before, now):
        """Backends are gone, each by a change of its own, and nothing else is."""
        before, now = (dict(f.objects(info, f.A_INFO)[0])
                       for info in (before, now))
        gone, changes = (f.number(before[name]) - f.number(now[name])
                         for name in ("backends", "generation"))
        for info in (before, now):
            del info["backends"], info["generation"]
        return gone > 0 and changes == -gone and before == now

    def run(self, case):
        end, n, fresh = time.monotonic() + SECONDS, 0, 0
        while (time.monotonic() < end or n < LEAST) and not case.wrong:
            if time.monotonic() > fresh:
                f.configure(self.genl)
                fresh, before = time.monotonic() + FRESH, self.generation()
            cmd, data = self.request()
            dump = self.rng.random() < 0.2
            reply = self.genl.call(cmd, data, NLM_F_DUMP if dump else
                                   NLM_F_ACK)
            self.errors[reply.error] += 1
            what = f"request {n}, {f.COMMANDS.get(cmd, cmd)} {data.hex()}"
            if reply.error not in KNOWN:
                case.fail(f"{what}: {reply}")
            now = self.generation()
            if reply.error and now != before and \
                    not self.drained(before, now):
                case.fail(f"{what}: refused, yet something has changed")
            before = now
            n += 1
        return n


def main():
    fuzz = Fuzz(20161104)
    with Case("a random request gets a documented error or none, and a "
              "refused "
              "one changes nothing") as case:
        n = fuzz.run(case)
    print(f"# {n} requests,", ", ".join(
        f"{errno.errorcode.get(e, 'success')} {c}"
        for e, c in fuzz.errors.most_common()))
    check("many random requests are carried out, many are refused",
          min(fuzz.errors[0], n - fuzz.errors[0]) > n / 20, fuzz.errors)
    f.configure(fuzz.genl)
    check_is("the family works as before after random requests",
             [len(x) for x in f.state(fuzz.genl)], [2, 2, 5, 3, 2])


if __name__ == "__main__":
    main()
