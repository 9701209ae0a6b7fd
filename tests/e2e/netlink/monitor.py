# SPDX-License-Identifier: GPL-2.0
# needs: director
"""Notifications: each request that changes something gives exactly its own, with
the object as it is afterwards, to everybody who listens in the namespace; nothing
is notified of refusals and dry runs."""

import os
import struct

import family as f
from genl import NLM_F_ACK, Genl, parse
from ktap import Case, check, check_is
from limits import wait_until
from listener import Listener, generation, process_port, shown
from namespace import CLONE_NEWNET, unshare

NLM_F_ECHO = 8
NOBODY = 65534
MAX = f.SPEC.constants["backends_max"]
NEW = f.service(port=81) + f.obj(f.A_POOL, table_size=257, seed=7)
SEED = 0x1122334455667788
# By object: attributes that notifications leave out.
HIDDEN = {f.A_SERVICE: {"stats"}, f.A_POOL: {"seed"}, f.A_CONFIG: {"cache_used"},
          f.A_BACKEND: {"stats", "active", "inactive", "unreachable"}}

# A request, and the names of its notifications. They follow each other: each
# finds what the ones before it have left.
CHANGES = (
    (f.SERVICE_NEW, NEW + f.backend("10.0.0.5") + f.backend("fd00::5"),
     "POOL_NEW BACKEND_NEW SERVICE_NEW"),
    (f.SERVICE_NEW, f.service(port=82), "POOL_NEW SERVICE_NEW"),
    (f.SERVICE_NEW, f.service(port=83, pool="web"), "SERVICE_NEW"),
    (f.SERVICE_NEW, f.service(port=84, vip="2001:db8::1", pool="web"),
     "SERVICE_NEW"),
    (f.SERVICE_SET, f.service(port=81, track=f.TRACK_CHANGED), "SERVICE_SET"),
    (f.SERVICE_SET, f.service(port=81) + f.obj(f.A_POOL, seed=SEED),
     "SERVICE_SET POOL_SET"),
    (f.SERVICE_SET, f.service(port=82, pool="web"), "SERVICE_SET POOL_DEL"),
    (f.SERVICE_SET, f.service(port=82), "SERVICE_SET"),
    (f.SERVICE_DEL, f.service(port=83), "SERVICE_DEL"),
    (f.POOL_NEW, f.pool("new", table_size=251), "POOL_NEW"),
    (f.POOL_NEW, f.pool("full", table_size=251) + f.backends(3),
     "POOL_NEW BACKEND_NEW"),
    (f.POOL_SET, f.pool("full", seed=SEED, settle=900000), "POOL_SET"),
    (f.POOL_SET, f.pool("full"), "POOL_SET"),
    (f.POOL_DEL, f.pool("new"), "POOL_DEL"),
    (f.POOL_DEL, f.pool("full"), "POOL_DEL"),
    (f.BACKEND_NEW, f.pool() + f.backend("10.0.0.9", weight=5), "BACKEND_NEW"),
    (f.BACKEND_NEW, f.service(port=81) + f.backends(9), "BACKEND_NEW"),
    (f.BACKEND_SET, f.pool() + f.backend("10.0.0.9", weight=6), "BACKEND_SET"),
    (f.BACKEND_SET, f.pool() + f.backend("10.0.0.9", upper=9, lower=2,
                                         userdata=b"kept"), "BACKEND_SET"),
    (f.SERVICE_SET, f.service(port=81, userdata=b"kept"), "SERVICE_SET"),
    # The largest that there are, as many as are in one message.
    (f.BACKEND_NEW, f.pool() + b"".join(
        f.backend(f"fd00::9:{i}", state=f.DRAIN, deadline=600000, upper=9,
                  lower=2, userdata=bytes(128)) for i in range(1, 86)),
     "BACKEND_NEW"),
    (f.BACKEND_SET, f.service(port=81) +
     f.backend("fd00::5", state=f.DRAIN, deadline=90000000), "BACKEND_SET"),
    (f.BACKEND_DEL, f.pool() + f.backend("10.0.0.9"), "BACKEND_DEL"),
    (f.MEMBER_NEW, f.pool() + f.member(weight=3), "MEMBER_NEW"),
    (f.MEMBER_SET, f.pool() + f.member(weight=4), "MEMBER_SET"),
    (f.MEMBER_SET, f.pool() + f.member(), "MEMBER_SET"),
    (f.MEMBER_DEL, f.pool() + f.member(), "MEMBER_DEL"),
    (f.ROUTER_NEW, f.router("192.0.2.128", prefix_len=25), "ROUTER_NEW"),
    (f.ROUTER_NEW, f.router("2001:db8:9::", prefix_len=48), "ROUTER_NEW"),
    (f.ROUTER_DEL, f.router("192.0.2.128", prefix_len=25), "ROUTER_DEL"),
    (f.SOURCE_NEW, f.source("198.18.1.0"), "SOURCE_NEW"),
    (f.SOURCE_DEL, f.source("198.18.1.0"), "SOURCE_DEL"),
    (f.CONFIG_SET, f.config(tcp=901, peers="spare"), "CONFIG_SET"),
    (f.SERVICE_DEL, f.service(port=81), "SERVICE_DEL POOL_DEL"),
    (f.STATS_ZERO, b"", ""), (f.CONN_DEL, b"", ""),
    (f.INFO_GET, b"", ""), (f.SERVICE_GET, f.service(), ""),
    (f.FLUSH, b"", "FLUSH"),
)
# Requests that are refused.
REFUSED = (
    (f.SERVICE_NEW, f.service()), (f.SERVICE_NEW, NEW + f.backends(2) +
                                   f.backends(2)),
    (f.SERVICE_NEW, f.service(port=81, pool="nowhere")),
    (f.SERVICE_SET, f.service(port=99)), (f.SERVICE_SET, f.service(pool="x")),
    (f.SERVICE_DEL, f.service(port=99)), (f.POOL_NEW, f.pool()),
    (f.POOL_NEW, f.pool("new", table_size=252)),
    (f.POOL_SET, f.pool("nowhere", seed=1)), (f.POOL_DEL, f.pool()),
    (f.BACKEND_NEW, f.pool() + f.backend("10.0.0.2")),
    (f.BACKEND_NEW, f.pool() + f.backends(3) + f.backend("203.0.113.1")),
    (f.BACKEND_SET, f.pool() + f.backend("10.0.0.99", weight=1)),
    (f.BACKEND_DEL, f.pool() + f.backend("10.0.0.99")),
    (f.MEMBER_NEW, f.pool() + f.member("web")),
    (f.MEMBER_SET, f.pool() + f.member("backup", weight=1)),
    (f.MEMBER_DEL, f.pool() + f.member("backup")),
    (f.ROUTER_NEW, f.router()), (f.ROUTER_DEL, f.router("192.0.2.77")),
    (f.SOURCE_NEW, f.source()), (f.SOURCE_DEL, f.source("198.18.9.0")),
    (f.CONFIG_SET, f.config(peers="nowhere", tcp=1)),
    (f.CONFIG_SET, f.config(tcp=0)),
)
# As they would be carried out without DRY_RUN.
DRY_RUNS = {
    f.POOL_SET: f.pool(table_size=257), f.BACKEND_NEW: f.pool() + f.backends(2),
    f.BACKEND_SET: f.pool() + f.backend("10.0.0.2", weight=9),
    f.BACKEND_DEL: f.pool() + f.backend("10.0.0.2"),
    f.MEMBER_NEW: f.pool() + f.member(),
    f.MEMBER_SET: f.pool() + f.member("part", weight=9),
    f.MEMBER_DEL: f.pool() + f.member("part"),
    f.BATCH: f.batch((f.POOL_DEL, f.pool("spare"))),
}


def names(notifications):
    return " ".join(n.name for n in notifications)


def current(genl):
    info = f.objects(genl.call(f.INFO_GET).messages, f.A_INFO)[0]
    return f.number(info["generation"])


def identity(kind, values):
    """What names an object, to find it by."""
    if kind == f.A_SERVICE:
        return (values["protocol"], f.address(values), values["port"])
    if kind in (f.A_POOL, f.A_MEMBER):
        return values["name"]
    if kind == f.A_CONFIG:
        return None
    return (f.address(values), values.get("prefix_len"))


def listed(genl, kind, message):
    """The objects of a kind as they are read, without what is left out."""
    command = {f.A_SERVICE: f.SERVICE_GET, f.A_POOL: f.POOL_GET,
               f.A_BACKEND: f.BACKEND_GET, f.A_ROUTER: f.ROUTER_GET,
               f.A_SOURCE: f.SOURCE_GET}
    if kind == f.A_CONFIG:
        messages = genl.call(f.CONFIG_GET).messages
    elif kind == f.A_MEMBER:
        return members(genl, message)
    else:
        messages = genl.dump(command[kind]).messages
    if kind == f.A_BACKEND:
        pool = shown(message, f.A_POOL)[0]["name"]
        messages = [m for m in messages
                    if shown(m, f.A_POOL)[0]["name"] == pool]
    found = [x for m in messages for x in shown(m, kind)]
    return [{k: v for k, v in x.items() if k not in HIDDEN.get(kind, ())}
            for x in found]


def members(genl, message):
    name = shown(message, f.A_POOL)[0]["name"]
    ident = f.OBJECTS[f.A_POOL]["member"].ident
    names_of = {a.ident: n for n, a in f.OBJECTS[f.A_MEMBER].items()}
    reply = genl.call(f.POOL_GET, f.pool(name.rstrip(b"\0").decode()))
    nest = dict(parse(reply.messages[0]))[f.A_POOL]
    return [{names_of[i]: v for i, v in parse(payload)}
            for kind, payload in parse(nest) if kind == ident]


# Those that change with time, and alignment.
VOLATILE = {"deadline", "unsettled", "pad"}


def steady(values):
    return {k: v for k, v in values.items() if k not in VOLATILE}


def check_object(genl, case, note):
    """The object is the one that is listed; of one that is gone, its identity."""
    kind = f.SPEC.objects[note.name.split("_")[0].lower()]
    read = listed(genl, kind, note.message)
    told = shown(note.message, kind)
    case.expect(f"{note.name}: number of objects", len(told) > 0, True)
    for values in told:
        if note.name.endswith("_DEL"):
            gone = [x for x in read if kind != f.A_MEMBER and
                    identity(kind, x) == identity(kind, values)]
            case.expect(f"{note.name}: it is gone", gone, [])
            known = {"protocol", "address4", "address6", "port", "port_last",
                     "name", "prefix_len"}
            case.expect(f"{note.name}: attributes", set(values) - known, set())
            continue
        same = [x for x in read if identity(kind, x) == identity(kind, values)]
        case.expect(f"{note.name}: it is as listed",
                    [steady(x) for x in same], [steady(values)])


def every(genl):
    """Changes, one after the other, each with its notifications."""
    f.configure(genl)
    listener = Listener()
    for cmd, data, expected in CHANGES:
        with Case(f"{f.COMMANDS[cmd]} is notified as it should be: "
                  f"{expected or 'nothing'}") as case:
            case.expect("answer", genl.call(cmd, data).error, 0)
            seq, now = genl.seq, current(genl)
            found = listener.of_requests()
            case.expect("notifications", names(found), expected)
            for note in found:
                case.expect("port", note.portid, process_port(genl.sock))
                case.expect("number of the request", note.seq, seq)
                case.expect("generation", generation(note), now)
                if note.name != "FLUSH":
                    check_object(genl, case, note)
    check_is("no notification was lost", listener.lost, 0)
    listener.close()


def table_of(genl):
    """What came of a change is told of the pool whose table it was."""
    f.configure(genl)
    listener = Listener()
    with Case("notifications of backends and members have the pool's new "
              "fingerprint, and unsettled slots") as case:
        for cmd, data in ((f.BACKEND_NEW, f.pool() + f.backend("10.0.0.9")),
                          (f.BACKEND_SET, f.pool() +
                           f.backend("10.0.0.9", weight=0)),
                          (f.MEMBER_SET, f.pool() + f.member("part",
                                                             weight=7)),
                          (f.MEMBER_DEL, f.pool() + f.member("part")),
                          (f.BACKEND_DEL, f.pool() + f.backend("10.0.0.9"))):
            f.expect(genl, cmd, data)
            note = listener.of_requests()[0]
            told = shown(note.message, f.A_POOL)[0]
            read = f.objects(genl.call(f.POOL_GET, f.pool()).messages,
                             f.A_POOL)[0]
            case.expect("name", told["name"], b"web\0")
            case.expect("fingerprint", told["fingerprint"],
                        read["fingerprint"])
            case.expect("unsettled", f.number(told["unsettled"]) > 0, True)
    listener.close()


def none(genl):
    f.configure(genl)
    listener = Listener()
    with Case("refused requests are not notified") as case:
        for cmd, data in REFUSED:
            reply = genl.call(cmd, data)
            case.expect(f"{f.COMMANDS[cmd]} is refused", reply.error != 0,
                        True)
            case.expect(f"after {f.COMMANDS[cmd]}",
                        names(listener.of_requests()), "")
    with Case("dry runs are not notified") as case:
        case.expect("commands", set(DRY_RUNS), set(f.DRY_RUNS))
        for cmd, data in DRY_RUNS.items():
            reply = genl.call(cmd, data + f.DRY_RUN)
            case.expect(f.COMMANDS[cmd], (reply.error, len(reply.messages)),
                        (0, 1))
            case.expect(f"after {f.COMMANDS[cmd]}",
                        names(listener.of_requests()), "")
    listener.close()


def several(genl):
    """As many backends as a pool may have, in as many messages as they need."""
    f.configure(genl)
    f.expect(genl, f.POOL_NEW, f.pool("large", table_size=8191))
    listener = Listener()
    with Case(f"{MAX} new backends are notified, each once") as case:
        f.expect(genl, f.BACKEND_NEW, f.pool("large") + f.backends(MAX))
        found = listener.of_requests()
        case.expect("names", {n.name for n in found}, {"BACKEND_NEW"})
        case.expect("requests", len({(n.portid, n.seq, generation(n))
                                     for n in found}), 1)
        told = [x["address4"] for n in found
                for x in shown(n.message, f.A_BACKEND)]
        read = [x["address4"] for x in f.objects(
            genl.dump(f.BACKEND_GET, f.pool("large")).messages, f.A_BACKEND)]
        case.expect("backends", sorted(told) == sorted(read), True)
        case.expect("many fit into a message", 1 < len(found) < MAX // 20, True)
    listener.close()


def batch(genl):
    """The changes of a batch are notified as requests are, when all are made."""
    f.configure(genl)
    listener = Listener()
    one_by_one = [(cmd, data) for cmd, data, expected in CHANGES
                  if expected and cmd != f.FLUSH]
    wanted = " ".join(expected for cmd, _, expected in CHANGES
                      if expected and cmd != f.FLUSH)
    with Case("a batch is notified as its changes are, at one generation") as case:
        f.expect(genl, f.BATCH, f.batch(*one_by_one))
        seq, now = genl.seq, current(genl)
        found = listener.of_requests()
        case.expect("notifications", names(found), wanted)
        case.expect("of the request", {(n.portid, n.seq) for n in found},
                    {(process_port(genl.sock), seq)})
        case.expect("generations", {generation(n) for n in found}, {now})
        # What no later change of the batch has deleted.
        for note in found:
            if note.name in ("CONFIG_SET", "ROUTER_NEW", "SERVICE_SET"):
                kind = f.SPEC.objects[note.name.split("_")[0].lower()]
                told = shown(note.message, kind)[0]
                if len(told) > 4:
                    check_object(genl, case, note)
    with Case("a batch that is refused is not notified, nor is its dry run") as case:
        for more, error in ((f.batch((f.POOL_DEL, f.pool("nowhere"))), True),
                            (f.DRY_RUN, False)):
            reply = genl.call(f.BATCH, f.batch(
                (f.POOL_NEW, f.pool("a")), (f.ROUTER_NEW, f.router())) + more
                              if error else f.batch(
                (f.POOL_NEW, f.pool("a"))) + more)
            case.expect("refused", reply.error != 0, error)
            case.expect("notifications", names(listener.of_requests()), "")
    check_is("no notification of a batch was lost", listener.lost, 0)
    listener.close()


def rights(genl):
    """Everybody may listen, and learns no secret."""
    f.configure(genl)
    ready, told = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            listener = Listener()
            os.write(ready[1], b"1")
            os.read(told[0], 1)
            found = listener.of_requests()
            secret = struct.pack("=Q", SEED)
            if names(found) == "POOL_NEW POOL_SET SERVICE_SET POOL_SET" and \
                    not any(secret in n.message for n in found):
                status = 0
        finally:
            os._exit(status)
    os.read(ready[0], 1)
    for cmd, data in ((f.POOL_NEW, f.pool("new", seed=SEED)),
                      (f.POOL_SET, f.pool(seed=SEED)),
                      (f.SERVICE_SET, f.service() +
                       f.obj(f.A_POOL, seed=SEED))):
        f.expect(genl, cmd, data)
    os.write(told[1], b"1")
    check_is("a listener without rights hears of changes and sees no seed",
             os.waitpid(pid, 0)[1], 0)
    for end in ready + told:
        os.close(end)


def storm(genl):
    """A listener that does not read delays nobody, and learns what it missed."""
    f.configure(genl)
    listener, other = Listener(room=4096), Listener()
    with Case("a listener whose buffer is full does not make requests fail, "
              "and is told that notifications were lost") as case:
        for n in range(200):
            reply = genl.call(f.CONFIG_SET, f.config(tcp=1000 + n))
            case.expect("answer", reply.error, 0)
        found = listener.of_requests()
        case.expect("told of the loss", listener.lost, 1)
        case.expect("some arrived, some did not", 0 < len(found) < 200, True)
        f.expect(genl, f.CONFIG_SET, f.config(tcp=9))
        now, after = current(genl), listener.of_requests()
        case.expect("afterwards", names(after), "CONFIG_SET")
        case.expect("the gap shows in the generations",
                    generation(after[0]) - generation(found[-1]) > 1, True)
        case.expect("the last generation", generation(after[0]), now)
    check_is("another listener gets all of them, in order",
             [generation(n) for n in other.of_requests()],
             list(range(now - 200, now + 1)))
    listener.close()
    other.close()


def echo(genl):
    """NLM_F_ECHO, as for other families."""
    f.configure(genl)

    def request(cmd, data):
        genl.send(cmd, data, NLM_F_ACK | NLM_F_ECHO)
        kinds = []
        while True:
            data = genl.sock.recv(1 << 18)
            kind = struct.unpack_from("=IH", data)[1]
            kinds.append(f.COMMANDS[data[16]] if kind == genl.family else
                         "ack")
            if kind != genl.family:
                return kinds

    check_is("a requester that listens to nothing gets its notifications by "
             "NLM_F_ECHO, before the acknowledgement",
             request(f.SERVICE_NEW, f.service(port=82)),
             ["POOL_NEW_NTF", "SERVICE_NEW_NTF", "ack"])
    listener = Listener()
    check_is("and so it does when others listen",
             request(f.SERVICE_DEL, f.service(port=82)),
             ["SERVICE_DEL_NTF", "POOL_DEL_NTF", "ack"])
    check_is("others hear of it as well", names(listener.of_requests()),
             "SERVICE_DEL POOL_DEL")
    listener.close()


def namespaces(genl):
    f.configure(genl)
    here = Listener()
    ready, told = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            unshare(CLONE_NEWNET)
            there, other = Listener(), Genl()
            f.expect(other, f.POOL_NEW, f.pool("there", table_size=251))
            os.write(ready[1], b"1")
            os.read(told[0], 1)
            if names(there.heard()) == "POOL_NEW":
                status = 0
        finally:
            os._exit(status)
    os.read(ready[0], 1)
    f.expect(genl, f.POOL_NEW, f.pool("here", table_size=251))
    os.write(told[1], b"1")
    check_is("a listener in another namespace hears of changes there only",
             os.waitpid(pid, 0)[1], 0)
    check_is("a listener here hears of changes here only",
             [shown(n.message, f.A_POOL)[0]["name"]
              for n in here.of_requests()], [b"here\0"])
    here.close()
    for end in ready + told:
        os.close(end)


def by_itself(genl):
    """What no request has done: slots settle, a backend drains."""
    f.expect(genl, f.FLUSH)
    listener, found = Listener(), []
    f.expect(genl, f.POOL_NEW, f.pool(table_size=251, settle=1) +
             f.backends(2))

    def told(name):
        found.extend(n for n in listener.heard() if not n.portid)
        return [n for n in found if n.name == name]

    wait_until(lambda: told("SETTLED"), "slots settle", pause=0.05)
    note = told("SETTLED")[0]
    check_is("slots that settle are notified, with their number",
             {k: v for k, v in shown(note.message, f.A_POOL)[0].items()},
             {"name": b"web\0", "settled": struct.pack("=I", 251)})
    f.expect(genl, f.BACKEND_SET, f.pool() +
             f.backend("10.1.0.1", state=f.DRAIN, deadline=90000000))
    before = current(genl)
    wait_until(lambda: told("DRAINED"), "a backend drains", pause=0.05)
    note = told("DRAINED")[0]
    check_is("a backend that has drained is notified, with the generation "
             "without it", (note.seq, generation(note)), (0, before + 1))
    check_is("and with its pool and address",
             (shown(note.message, f.A_POOL)[0]["name"],
              f.address(shown(note.message, f.A_BACKEND)[0])),
             (b"web\0", "10.1.0.1"))
    listener.close()


def panics(genl):
    """Pools that begin or cease to panic, those that contain the changed one, too."""
    f.expect(genl, f.FLUSH)
    f.expect(genl, f.POOL_NEW, f.pool("top", table_size=251, panic=60))
    f.expect(genl, f.POOL_NEW, f.pool(table_size=251, panic=60) + f.backends(2))
    f.expect(genl, f.MEMBER_NEW, f.pool("top") + f.member("web"))
    listener = Listener()

    def told(*params):
        for cmd, request in params:
            f.expect(genl, cmd, request)
        notes = listener.heard()
        pools = [shown(n.message, f.A_POOL)[0] for n in notes if n.name == "PANIC"]
        check_is("notifications of one request have one generation",
                 {generation(n) for n in notes}, {current(genl)})
        return [(x["name"], "panics" in x) for x in pools]

    def state(value):
        return f.BACKEND_SET, f.pool() + f.backend("10.1.0.1", state=value)

    check_is("a backend goes down, by which two pools panic", told(state(f.DOWN)),
             [(b"top\0", True), (b"web\0", True)])
    check_is("they do already: the same again is not told", told(state(f.DOWN)), [])
    check_is("it comes back: both have ceased to", told(state(f.UP)),
             [(b"top\0", False), (b"web\0", False)])
    f.expect(genl, *state(f.DOWN))
    listener.heard()
    check_is("the share of one is lowered, and it ceases to",
             told((f.POOL_SET, f.pool(panic=50))), [(b"web\0", False)])
    listener.close()


def main():
    genl = Genl()
    every(genl)
    table_of(genl)
    none(genl)
    several(genl)
    batch(genl)
    rights(genl)
    storm(genl)
    echo(genl)
    namespaces(genl)
    by_itself(genl)
    panics(genl)
    # The last three take packets: wire/path-error, wire/flows, wire/trace.
    check("every notification of the family is known here",
          {f.COMMANDS[n] for n in f.NOTIFICATIONS} ==
          {f"{n}_NTF" for c in CHANGES for n in c[2].split()} |
          {"SETTLED_NTF", "DRAINED_NTF", "SUSPECT_NTF", "FULL_NTF", "PANIC_NTF",
           "TRACE_NTF"})
    f.expect(genl, f.FLUSH)


if __name__ == "__main__":
    main()
