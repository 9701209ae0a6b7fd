# SPDX-License-Identifier: GPL-2.0
# needs: director ynl
"""The family as YNL sees it, the kernel's own client, which knows of it what the
specification says: every command works, the kernel's policies are those of the
specification, and so are the values of the header."""

import os
import subprocess
import sys

sys.path.insert(0, os.environ["YNL"])

from ktap import Case, check, check_is, skip
from lib import NlError, YnlFamily
from limits import wait_until

TOP = os.path.join(os.environ["E2E_DIR"], "../..")
SPEC = os.path.join(TOP, "Documentation/netlink/specs/maglev.yaml")
CHECK = os.path.join(TOP, "Documentation/netlink/check-spec")
SCHEMA = os.path.join(os.environ["YNL_SCHEMAS"], "genetlink-legacy.yaml")
EINVAL, ENOENT, ERANGE = 22, 2, 34

S = {"protocol": 6, "address4": "203.0.113.1", "port": 80}
S6 = {"protocol": 17, "address6": "2001:db8::1", "port": 1000, "port-last": 2000}
WEB, SPARE = {"name": "web"}, {"name": "spare"}
B1, B2, B6 = ({"address4": "10.0.0.1"}, {"address4": "10.0.0.2"},
              {"address6": "fd00::1"})
# Changes in an order in which each can be made, and their notifications.
CHANGES = (
    ("config-set", {"config": {"cache-size": 4096, "tcp": 901, "pmtu": "client"}},
     ["config-set-ntf"]),
    ("pool-new", {"pool": {**WEB, "table-size": 251, "seed": 5,
                           "settle": 600000}}, ["pool-new-ntf"]),
    ("pool-new", {"pool": {**SPARE, "table-size": 251}, "backend": [B6]},
     ["pool-new-ntf", "backend-new-ntf"]),
    ("service-new", {"service": {**S, "track": "changed"},
                     "pool": {"table-size": 257},
                     "backend": [{**B1, "weight": 3}, {**B6, "state": "drain"}]},
     ["pool-new-ntf", "backend-new-ntf", "service-new-ntf"]),
    ("service-new", {"service": {**S6, "pool": "web", "fallback": "spare",
                                 "affinity": "source", "all-down": "reject"}},
     ["service-new-ntf"]),
    ("service-set", {"service": {**S, "affinity": "3tuple"},
                     "pool": {"settle": 700000}},
     ["service-set-ntf", "pool-set-ntf"]),
    ("pool-set", {"pool": {**WEB, "seed": 6}}, ["pool-set-ntf"]),
    ("backend-new", {"pool": WEB, "backend": [B1, B2]}, ["backend-new-ntf"]),
    ("backend-set", {"pool": WEB, "backend": {**B2, "weight": 7, "state": "drain",
                                              "deadline": 90000000}},
     ["backend-set-ntf"]),
    ("member-new", {"pool": WEB, "member": {**SPARE, "weight": 2}},
     ["member-new-ntf"]),
    ("member-set", {"service": S6, "member": {**SPARE, "weight": 5}},
     ["member-set-ntf"]),
    ("router-new", {"router": {"address4": "192.0.2.0", "prefix-len": 24}},
     ["router-new-ntf"]),
    ("source-new", {"source": {"address6": "2001:db8:1::", "prefix-len": 64}},
     ["source-new-ntf"]),
    ("stats-zero", {"service": S}, []),
    ("conn-del", {"service": S, "backend": B1}, []),
    ("trace-set", {"service": S, "trace": {"rate": 5}}, []),
    ("state-set", {"state": {"version": 1, "hold": 0}}, []),
)
# And the way back.
DELETIONS = (
    ("router-del", {"router": {"address4": "192.0.2.0", "prefix-len": 24}},
     ["router-del-ntf"]),
    ("source-del", {"source": {"address6": "2001:db8:1::", "prefix-len": 64}},
     ["source-del-ntf"]),
    ("member-del", {"pool": WEB, "member": SPARE}, ["member-del-ntf"]),
    ("backend-del", {"pool": WEB, "backend": B1}, ["backend-del-ntf"]),
    ("service-del", {"service": S}, ["service-del-ntf", "pool-del-ntf"]),
    ("service-del", {"service": S6}, ["service-del-ntf"]),
    ("pool-del", {"pool": SPARE}, ["pool-del-ntf"]),
    ("flush", {}, ["flush-ntf"]),
)
# What is read of these, and what the answers have.
READS = (
    ("info-get", {}, {"info": {"services": 2, "pools": 3, "routers": 1,
                               "sources": 1, "hooks": 1}}),
    ("config-get", {}, {"config": {"cache-size": 4096, "tcp": 901,
                                   "pmtu": "client", "peers": ""}}),
    ("service-get", {"service": S},
     {"service": {**S, "track": "changed", "affinity": "3tuple",
                  "pool": "tcp/203.0.113.1:80", "all-down": "drop",
                  "stats": {"packets": 0, "bytes": 0, "flows": 0}}}),
    ("pool-get", {"pool": WEB},
     {"pool": {**WEB, "table-size": 251, "seed": "0x6", "services": 1,
               "backends": 2, "settle": 600000, "settle-now": 600000}}),
    ("backend-get", {"pool": WEB, "backend": B2},
     {"pool": WEB, "backend": {**B2, "weight": 7, "state": "drain"}}),
    ("lookup-get", {"service": S, "lookup": {"client4": "198.51.100.7",
                                             "client-port": 1024}},
     {"pool": {"name": "tcp/203.0.113.1:80"},
      "lookup": {"backend4": "10.0.0.1", "open-backend4": "10.0.0.1"}}),
)
DUMPS = {"service-get": 2, "pool-get": 3, "backend-get": 5, "router-get": 1,
         "source-get": 1, "conn-get": 0, "state-get": 6}
DRY_RUNS = (
    ("pool-set", {"pool": {**WEB, "table-size": 257}}),
    ("backend-new", {"pool": WEB, "backend": [{"address4": "10.0.0.3"}]}),
    ("backend-set", {"service": S6, "backend": {**B1, "weight": 9}}),
    ("backend-del", {"pool": WEB, "backend": B1}),
    ("member-new", {"service": S, "member": SPARE}),
    ("member-set", {"pool": WEB, "member": {**SPARE, "weight": 9}}),
    ("member-del", {"pool": WEB, "member": SPARE}),
)
# Refusals: command, request, errno, text, path of the attribute to blame.
REFUSALS = (
    ("pool-new", {"pool": {"name": "new", "table-size": 252}}, EINVAL,
     "table size is not a prime", ".pool.table-size"),
    ("backend-set", {"pool": WEB, "backend": {**B1, "weight": 65536}}, ERANGE,
     "integer out of range", ".backend.weight"),
    ("service-del", {"service": {**S, "port": 81}}, ENOENT, "no such service",
     ".service"),
    ("member-new", {"pool": WEB, "member": WEB}, EINVAL, None, ".member.name"),
)

INTEGERS = {"u8": 8, "u16": 16, "u32": 32, "u64": 64}


def includes(whole, part):
    """Every value of the part is in the whole, nests included."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and \
            all(k in whole and includes(whole[k], v) for k, v in part.items())
    return whole == part


def ask(ynl, name, request, dump=False):
    """(error, answer)"""
    try:
        return 0, ynl.dump(name, request) if dump else ynl.do(name, request)
    except NlError as error:
        return error.error, error.nl_msg.extack


def notified(ynl):
    ynl.check_ntf()
    found = []
    while not ynl.async_msg_queue.empty():
        found.append(ynl.async_msg_queue.get())
    return found


def change(ynl, changes):
    for name, request, expected in changes:
        with Case(f"{name} by YNL, and what it is told: "
                  f"{', '.join(expected) or 'nothing'}") as case:
            case.expect("answer", ask(ynl, name, request)[0], 0)
            case.expect("notifications", [n["name"] for n in notified(ynl)],
                        expected)


def read(ynl):
    for name, request, expected in READS:
        error, answer = ask(ynl, name, request)
        check(f"{name} by YNL: the answer is by the specification's names",
              not error and includes(answer, expected), error, answer)
    answer = ask(ynl, "stats-get", {})[1]
    check("stats-get by YNL: counters have names and values",
          len(answer["counter"]) > 20 and
          all(set(c) == {"name", "value"} for c in answer["counter"]))
    for name, number in DUMPS.items():
        error, answer = ask(ynl, name, {}, dump=True)
        check_is(f"{name} by YNL, dumped: the number of objects",
                 (error, len(answer)), (0, number))
    pool = ask(ynl, "pool-get", {"pool": WEB})[1]["pool"]
    check_is("members of a pool are a list",
             [(m["name"], m["weight"]) for m in pool["member"]],
             [("spare", 5)])


def try_out(ynl):
    for name, request in DRY_RUNS:
        error, answer = ask(ynl, name, {**request, "dry-run": True})
        check(f"{name} by YNL, dry run: the answer is what would move",
              not error and set(answer) == {"moves"} and
              set(answer["moves"]) == {"table-size", "slots", "survivors",
                                       "flows", "parents", "parent-slots"},
              error, answer)
    check_is("dry runs are not notified", notified(ynl), [])


def refuse(ynl):
    for name, request, code, text, blamed in REFUSALS:
        with Case(f"{name} by YNL is refused: {text or blamed}") as case:
            error, extack = ask(ynl, name, request)
            case.expect("error", error, code)
            case.expect("attribute", extack.get("bad-attr"), blamed)
            if text:
                case.expect("text", text in extack.get("msg", ""), True)


def batch(ynl):
    router = {"address4": "192.0.2.128", "prefix-len": 25}
    change(ynl, [("batch", {"change": [
        {"cmd": ynl.ops[name].req_value, "router": router}
        for name in ("router-new", "router-del")]},
        ["router-new-ntf", "router-del-ntf"])])


def contents(ynl):
    """Notifications decode like answers."""
    ynl.do("pool-new", {"pool": {"name": "new", "table-size": 251},
                        "backend": [B1, B2]})
    found = {n["name"]: n["msg"] for n in notified(ynl)}
    check_is("backend-new-ntf has a list of backends",
             [b["address4"] for b in found["backend-new-ntf"]["backend"]],
             ["10.0.0.1", "10.0.0.2"])
    generation = ynl.do("info-get", {})["info"]["generation"]
    check_is("pool-new-ntf has the pool, and the generation",
             (found["pool-new-ntf"]["pool"]["table-size"],
              found["pool-new-ntf"]["info"]), (251, {"generation": generation}))
    ynl.do("pool-set", {"pool": {"name": "new", "settle": 1}})
    notified(ynl)
    told = []

    def settled():
        told.extend(notified(ynl))
        return told

    wait_until(settled, "slots settle", pause=0.05)
    check_is("settled-ntf has the number of slots", told[0],
             {"name": "settled-ntf",
              "msg": {"pool": {"name": "new", "settled": 251}}})


def number(ynl, value):
    """A number in the specification, or the name of a constant."""
    return ynl.consts[value]["value"] if isinstance(value, str) else value


def expected_policy(ynl, attr):
    """The kernel's policy of an attribute, by the specification."""
    kind, checks = attr["type"], attr.yaml.get("checks", {})
    if kind in INTEGERS:
        low, high = 0, (1 << INTEGERS[kind]) - 1
        if attr.yaml.get("enum"):
            high = len(ynl.consts[attr["enum"]].entries) - 1
        return {"type": kind, "min-value": number(ynl, checks.get("min", low)),
                "max-value": number(ynl, checks.get("max", high))}
    if kind == "string":
        return {"type": "nul-string",
                "max-length": number(ynl, checks["max-len"])}
    if kind == "binary" and "max-len" in checks:
        return {"type": "binary", "max-length": number(ynl, checks["max-len"])}
    if kind == "binary" and not checks:
        return {"type": "binary"}
    if kind == "binary":
        return {"type": "binary", "min-length": checks["exact-len"],
                "max-length": checks["exact-len"]}
    return {"type": kind}


def nest_policy(ynl, op, attr):
    """The same of a nest: what names an object, where that is asked for."""
    name = attr.yaml["nested-attributes"]
    if op.name == "batch":
        # Each change has the policy of its own command.
        return {"type": "nested"}
    if op.name.endswith("-get"):
        name += "-id"
    if op.name == "state-set":
        name += "-request"
    return {"type": "nested",
            "policy": {name: expected_policy(ynl, a)
                       for name, a in ynl.attr_sets[name].items()}}


def expected_request(ynl, op, mode):
    """
    The policy of a command, or None if there is no such request. The kernel has
    one policy for both modes.
    """
    if mode not in op.yaml:
        return None
    request = op.yaml.get("do", op.yaml[mode]).get("request") or {}
    policy = {}
    for name in request.get("attributes", ()):
        attr = op.attr_set[name]
        policy[name] = nest_policy(ynl, op, attr) if attr["type"] == "nest" \
            else expected_policy(ynl, attr)
    return policy


def policies(ynl):
    for name, op in ynl.ops.items():
        with Case(f"{name}: the kernel's policy is that of the "
                  "specification") as case:
            for mode in ("do", "dump"):
                policy = ynl.get_policy(name, mode)
                got = policy if policy is None else policy.to_dict()
                case.expect(mode, got, expected_request(ynl, op, mode))


def main():
    done = subprocess.run(["/usr/bin/python3", CHECK, "--schema", SCHEMA],
                          capture_output=True, text=True, check=False)
    check("the specification is valid, and as the header", not done.returncode,
          done.stdout, done.stderr)
    with YnlFamily(SPEC, SCHEMA) as ynl:
        ynl.ntf_subscribe("config")
        if hasattr(ynl, "get_policy"):
            policies(ynl)
        else:
            skip("the kernel's policies", "this YNL cannot read them")
        change(ynl, CHANGES)
        read(ynl)
        try_out(ynl)
        refuse(ynl)
        batch(ynl)
        change(ynl, DELETIONS)
        contents(ynl)
        used = {x[0] for part in (CHANGES, DELETIONS, READS, DRY_RUNS)
                for x in part} | set(DUMPS) | {"stats-get", "batch"}
        check_is("every command of the specification was used", used,
                 set(ynl.ops))
        ynl.do("flush", {})


if __name__ == "__main__":
    main()
