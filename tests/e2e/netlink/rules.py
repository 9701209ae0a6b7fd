# SPDX-License-Identifier: GPL-2.0
# needs: director
"""Requests that are well formed and still invalid: the documented error, and a
text with the reason. And values at the ends of their ranges."""

import errno

import family as f
from genl import Genl, nest
from ktap import Case, check, check_is

EINVAL, ENOENT, EEXIST, EBUSY, ENOSPC, ERANGE = (
    errno.EINVAL, errno.ENOENT, errno.EEXIST, errno.EBUSY, errno.ENOSPC,
    errno.ERANGE)
NO_SUCH = f.service(port=81)
SHARED = f.service(port=82, pool="web")


def table(**params):
    return f.obj(f.A_POOL, **params)


def range_of(**params):
    return f.service(proto=17, port=1000, port_last=2000, **params)


def vip(addr):
    return f.service(vip=addr)


# Description, command, request, errno, part of the text
RULES = (
    ("a service that is there", f.SERVICE_NEW, f.service(), EEXIST, "exists"),
    ("any port, where 0 to 0 is there", f.SERVICE_NEW,
     f.service(port=0, proto=132, port_last=0) + table(table_size=252),
     EINVAL, "prime"),
    ("a service for ICMP", f.SERVICE_NEW, f.service(proto=1), EINVAL,
     "TCP, UDP or SCTP"),
    ("VIPs of both families", f.SERVICE_NEW,
     f.service(address6="2001:db8::1"), EINVAL, "both"),
    ("range that ends before it starts", f.SERVICE_NEW,
     f.service(port=90, port_last=89), EINVAL, "ends before"),
    ("range that ends at 0", f.SERVICE_NEW, f.service(port=90, port_last=0),
     EINVAL, "ends before"),
    ("range that starts at 0", f.SERVICE_NEW, f.service(port=0, port_last=9),
     EINVAL, "port 0"),
    ("range within a range", f.SERVICE_NEW,
     f.service(proto=17, port=1500, port_last=1600), EINVAL, "overlap"),
    ("range around a range", f.SERVICE_NEW,
     f.service(proto=17, port=1, port_last=65535), EINVAL, "overlap"),
    ("range with the first port of a range", f.SERVICE_NEW,
     f.service(proto=17, port=900, port_last=1000), EINVAL, "overlap"),
    ("range with the last port of a range", f.SERVICE_NEW,
     f.service(proto=17, port=2000, port_last=2001), EINVAL, "overlap"),
    ("VIP 0.0.0.0", f.SERVICE_NEW, vip("0.0.0.0"), EINVAL, "unicast"),
    ("VIP 127.0.0.1", f.SERVICE_NEW, vip("127.0.0.1"), EINVAL, "unicast"),
    ("VIP 224.0.0.1", f.SERVICE_NEW, vip("224.0.0.1"), EINVAL, "unicast"),
    ("VIP 255.255.255.255", f.SERVICE_NEW, vip("255.255.255.255"), EINVAL,
     "unicast"),
    ("VIP ::", f.SERVICE_NEW, vip("::"), EINVAL, "unspecified"),
    ("VIP ::1", f.SERVICE_NEW, vip("::1"), EINVAL, "loopback"),
    ("VIP ff0e::1", f.SERVICE_NEW, vip("ff0e::1"), EINVAL, "multicast"),
    ("VIP fe80::1", f.SERVICE_NEW, vip("fe80::1"), EINVAL,
     "VIP is link-local"),
    ("VIP febf:ffff::1", f.SERVICE_NEW, vip("febf:ffff::1"), EINVAL,
     "VIP is link-local"),
    ("an IPv4-mapped VIP", f.SERVICE_NEW, vip("::ffff:203.0.113.9"), EINVAL,
     "IPv4-mapped"),
    ("an IPv4-mapped VIP that is there as IPv4", f.SERVICE_GET,
     vip("::ffff:203.0.113.1"), EINVAL, "IPv4-mapped"),
    ("a pool that is not there", f.SERVICE_NEW, f.service(port=82, pool="no"),
     ENOENT, "no such pool"),
    ("another service's private pool", f.SERVICE_NEW,
     f.service(port=82, pool="tcp/203.0.113.1:80"), EINVAL, "private"),
    ("table size for a shared pool", f.SERVICE_NEW,
     SHARED + table(table_size=257), EINVAL, "shared"),
    ("table size 252", f.SERVICE_NEW, NO_SUCH + table(table_size=252), EINVAL,
     "prime"),
    ("table size 250", f.SERVICE_NEW, NO_SUCH + table(table_size=250), ERANGE,
     "range"),
    ("table size 0", f.SERVICE_NEW, NO_SUCH + table(table_size=0), ERANGE,
     "range"),
    ("table size 1048574", f.SERVICE_NEW, NO_SUCH + table(table_size=1048574),
     ERANGE, "range"),
    ("settle time for a shared pool", f.SERVICE_NEW, SHARED + table(settle=9),
     EINVAL, "shared"),
    ("its pool as fallback", f.SERVICE_NEW,
     f.service(port=82, pool="web", fallback="web"), EINVAL,
     "cannot be its fallback"),
    ("a fallback that is not there", f.SERVICE_NEW,
     f.service(port=82, fallback="no"), ENOENT, "no such pool"),
    ("a private pool as fallback", f.SERVICE_NEW,
     f.service(port=82, fallback="tcp/203.0.113.1:80"), EINVAL, "private"),
    ("its private pool as fallback", f.SERVICE_SET,
     f.service(fallback="tcp/203.0.113.1:80"), EINVAL, "private"),
    ("a fallback that is not there", f.SERVICE_SET,
     f.service(track=2, fallback="no"), ENOENT, "no such pool"),
    ("its pool as fallback", f.SERVICE_SET, range_of(fallback="web"), EINVAL,
     "cannot be its fallback"),
    ("its fallback as pool", f.SERVICE_SET, range_of(pool="backup"), EINVAL,
     "cannot be its fallback"),
    ("pool and fallback the same", f.SERVICE_SET,
     f.service(pool="spare", fallback="spare", track=1), EINVAL,
     "cannot be its fallback"),
    ("panic share for a shared pool", f.SERVICE_SET,
     range_of() + table(panic=9), EINVAL, "shared"),
    ("settle time for a shared pool", f.SERVICE_SET,
     range_of() + table(settle=9), EINVAL, "shared"),
    ("a service that is not there", f.SERVICE_SET, NO_SUCH + table(seed=3),
     ENOENT, "no such service"),
    ("table size 255", f.SERVICE_SET, f.service() + table(table_size=255),
     EINVAL, "prime"),
    ("a pool that is not there", f.SERVICE_SET, f.service(pool="no"), ENOENT,
     "no such pool"),
    ("a service that is not there", f.SERVICE_DEL, NO_SUCH, ENOENT,
     "no such service"),
    ("one port of a range", f.SERVICE_DEL, f.service(proto=17, port=1000),
     ENOENT, "no such service"),
    ("a service that is not there", f.SERVICE_GET, NO_SUCH, ENOENT,
     "no such service"),
    ("a pool that is there", f.POOL_NEW, f.pool(), EEXIST, "exists"),
    ("a pool named like a service", f.POOL_NEW, f.pool("tcp/1.2.3.4:80"),
     EINVAL, "letters"),
    ("a pool with a blank in its name", f.POOL_NEW, f.pool("a b"), EINVAL,
     "letters"),
    ("a pool with a byte above 127 in its name", f.POOL_NEW,
     f.pool(b"a\xe4\0"), EINVAL, "letters"),
    ("a pool without a name", f.POOL_NEW, f.pool(""), EINVAL, "empty"),
    ("table size 253", f.POOL_NEW, f.pool("new", table_size=253), EINVAL,
     "prime"),
    ("a pool that is not there", f.POOL_SET, f.pool("no", seed=1), ENOENT,
     "no such pool"),
    ("table size 253", f.POOL_SET, f.pool(table_size=253), EINVAL, "prime"),
    ("a pool that is used", f.POOL_DEL, f.pool(), EBUSY, "used"),
    ("a pool that is a fallback", f.POOL_DEL, f.pool("backup"), EBUSY,
     "used"),
    ("a private pool", f.POOL_DEL, f.pool("tcp/203.0.113.1:80"), EBUSY,
     "private"),
    ("a pool that is not there", f.POOL_DEL, f.pool("no"), ENOENT,
     "no such pool"),
    ("a pool that is not there", f.POOL_GET, f.pool("no"), ENOENT,
     "no such pool"),
    ("a backend that is there", f.BACKEND_NEW, f.service() + f.backend(),
     EEXIST, "already"),
    ("weight 65536", f.BACKEND_NEW,
     f.service() + f.backend("10.0.0.9", weight=65536), ERANGE, "range"),
    ("backends of both families", f.BACKEND_NEW,
     f.service() + f.backend("10.0.0.9", address6="2001:db8::1"), EINVAL,
     "both"),
    ("backend ::", f.BACKEND_NEW, f.service() + f.backend("::"), EINVAL,
     "unspecified"),
    ("backend ::1", f.BACKEND_NEW, f.service() + f.backend("::1"), EINVAL,
     "loopback"),
    ("backend ff02::1", f.BACKEND_NEW, f.service() + f.backend("ff02::1"),
     EINVAL, "multicast"),
    ("backend fe80::1", f.BACKEND_NEW, f.service() + f.backend("fe80::1"),
     EINVAL, "without its interface"),
    ("an IPv4-mapped backend", f.BACKEND_NEW,
     f.service() + f.backend("::ffff:10.0.0.9"), EINVAL, "IPv4-mapped"),
    ("an IPv4-mapped backend that is there as IPv4", f.BACKEND_DEL,
     f.service() + f.backend("::ffff:10.0.0.1"), EINVAL, "IPv4-mapped"),
    ("backend 0.0.0.0", f.BACKEND_NEW, f.service() + f.backend("0.0.0.0"),
     EINVAL, "unicast"),
    ("backend 127.0.0.1", f.BACKEND_NEW, f.service() + f.backend("127.0.0.1"),
     EINVAL, "unicast"),
    ("backend 239.1.1.1", f.BACKEND_NEW, f.service() + f.backend("239.1.1.1"),
     EINVAL, "unicast"),
    ("neither service nor pool", f.BACKEND_NEW, f.backend("10.0.0.9"), EINVAL,
     "neither"),
    ("both a service and a pool", f.BACKEND_NEW,
     f.service() + f.pool() + f.backend("10.0.0.9"), EINVAL, "both"),
    ("a service that is not there", f.BACKEND_NEW, NO_SUCH + f.backend(),
     ENOENT, "no such service"),
    ("a pool that is not there", f.BACKEND_NEW, f.pool("no") + f.backend(),
     ENOENT, "no such pool"),
    ("a deadline without a state", f.BACKEND_NEW,
     f.service() + f.backend("10.0.0.9", deadline=9), EINVAL, "drains"),
    ("a deadline for one that is down", f.BACKEND_NEW,
     f.service() + f.backend("10.0.0.9", state=f.DOWN, deadline=9), EINVAL,
     "drains"),
    ("a deadline without a state", f.BACKEND_SET,
     f.service() + f.backend(deadline=9), EINVAL, "drains"),
    ("a deadline for one that is up", f.BACKEND_SET,
     f.service() + f.backend(state=f.UP, deadline=9, weight=7), EINVAL,
     "drains"),
    ("weight 65536", f.BACKEND_SET, f.service() + f.backend(weight=65536),
     ERANGE, "range"),
    ("a backend that is not there", f.BACKEND_SET,
     f.service() + f.backend("10.0.0.9", weight=1), ENOENT, "no such backend"),
    ("a backend that is not there", f.BACKEND_DEL,
     f.service() + f.backend("10.0.0.9"), ENOENT, "no such backend"),
    ("a backend of another pool", f.BACKEND_DEL,
     f.pool("spare") + f.backend("10.0.0.2"), ENOENT, "no such backend"),
    ("a backend that is not there", f.BACKEND_GET,
     f.service() + f.backend("10.0.0.9"), ENOENT, "no such backend"),
    ("threshold 2147483648", f.BACKEND_SET,
     f.service() + f.backend(upper=1 << 31), ERANGE, "range"),
    ("a lower threshold above the upper one", f.BACKEND_SET,
     f.service() + f.backend(upper=9, lower=10), ERANGE, "above the upper"),
    ("a lower threshold alone", f.BACKEND_NEW,
     f.service() + f.backend("10.0.0.9", lower=1), ERANGE, "above the upper"),
    ("a dry run of a lower threshold alone", f.BACKEND_SET,
     f.service() + f.backend(lower=1) + f.DRY_RUN, ERANGE, "above the upper"),
    ("129 bytes of userdata", f.SERVICE_SET, f.service(userdata=bytes(129)),
     ERANGE, ""),
    ("129 bytes of userdata", f.BACKEND_NEW,
     f.service() + f.backend("10.0.0.9", userdata=bytes(129)), ERANGE, ""),
    ("a service without tracking and a backend with thresholds",
     f.SERVICE_NEW, f.service(port=82, track=f.TRACK_NONE) +
     f.backend("10.0.0.9", upper=9), EINVAL, "track none"),
    ("a router that is there", f.ROUTER_NEW, f.router(), EEXIST, "already"),
    ("a prefix of 33", f.ROUTER_NEW, f.router(prefix_len=33), EINVAL,
     "longer"),
    ("bits beyond the prefix", f.ROUTER_NEW, f.router(prefix_len=31), EINVAL,
     "beyond"),
    ("bits beyond a prefix of 0", f.ROUTER_NEW, f.router(prefix_len=0),
     EINVAL, "beyond"),
    ("prefixes of both families", f.ROUTER_NEW,
     f.router("10.0.0.1", address6="2001:db8::1"), EINVAL, "both"),
    ("a prefix of 129", f.ROUTER_NEW,
     f.router("2001:db8::", prefix_len=129), EINVAL, "longer"),
    ("bits beyond a prefix of IPv6", f.ROUTER_NEW,
     f.router("2001:db8::1", prefix_len=127), EINVAL, "beyond"),
    ("bits beyond a prefix of 35", f.ROUTER_NEW,
     f.router("2001:db8:f000::", prefix_len=35), EINVAL, "beyond"),
    ("bits beyond a prefix of 0 of IPv6", f.ROUTER_NEW,
     f.router("8000::", prefix_len=0), EINVAL, "beyond"),
    ("an IPv4-mapped router that is there as IPv4", f.ROUTER_DEL,
     f.router("::ffff:192.0.2.1"), EINVAL, "IPv4-mapped"),
    ("the IPv4-mapped prefix", f.ROUTER_NEW,
     f.router("::ffff:0:0", prefix_len=96), EINVAL, "IPv4-mapped"),
    ("a prefix of IPv6 that is not there", f.ROUTER_DEL,
     f.router("2001:db8::", prefix_len=32), ENOENT, "no such router"),
    ("a router that is not there", f.ROUTER_DEL, f.router("192.0.2.9"),
     ENOENT, "no such router"),
    ("a prefix that only covers a router's", f.ROUTER_DEL,
     f.router("192.0.2.0", prefix_len=24), ENOENT, "no such router"),
    ("a source that is there", f.SOURCE_NEW, f.source(), EEXIST, "already"),
    ("a prefix of 15", f.SOURCE_NEW, f.source("198.18.0.0", 15), EINVAL,
     "shorter than /16"),
    ("a prefix of 0", f.SOURCE_NEW, f.source("0.0.0.0", 0), EINVAL, "unicast"),
    ("a prefix of 33", f.SOURCE_NEW, f.source(prefix_len=33), EINVAL, "longer"),
    ("bits beyond the prefix", f.SOURCE_NEW, f.source("198.18.0.8"), EINVAL,
     "beyond"),
    ("a prefix of 63 of IPv6", f.SOURCE_NEW, f.source("2001:db8::", 63), EINVAL,
     "shorter than /64"),
    ("a prefix of 129", f.SOURCE_NEW, f.source("2001:db8::", 129), EINVAL,
     "longer"),
    ("loopback sources", f.SOURCE_NEW, f.source("127.1.0.0", 24), EINVAL,
     "loopback"),
    ("multicast sources", f.SOURCE_NEW, f.source("239.1.1.0", 24), EINVAL,
     "multicast"),
    ("sources ::/64", f.SOURCE_NEW, f.source("::", 64), EINVAL, "unspecified"),
    ("sources fe80::/64", f.SOURCE_NEW, f.source("fe80::", 64), EINVAL,
     "link-local"),
    ("sources ff02::/64", f.SOURCE_NEW, f.source("ff02::", 64), EINVAL,
     "multicast"),
    ("IPv4-mapped sources", f.SOURCE_NEW, f.source("::ffff:198.18.1.0", 124),
     EINVAL, "IPv4-mapped"),
    ("sources of both families", f.SOURCE_NEW,
     f.source("198.18.1.0", address6="2001:db8::"), EINVAL, "both"),
    ("a source that is not there", f.SOURCE_DEL, f.source("198.18.1.0"), ENOENT,
     "no such source"),
    ("a prefix that only covers a source's", f.SOURCE_DEL,
     f.source("198.18.0.0", 24), ENOENT, "no such source"),
    ("a service that is not there", f.STATS_ZERO, NO_SUCH, ENOENT,
     "no such service"),
    ("a right and a wrong timeout", f.CONFIG_SET, f.config(tcp=9, udp=0),
     ERANGE, "range"),
    ("a right timeout and a wrong word for path MTUs", f.CONFIG_SET,
     f.config(tcp=9, pmtu=3), ERANGE, "range"),
    ("a right timeout and a wrong size", f.CONFIG_SET,
     f.config(tcp=9, cache_size=1023), ERANGE, "range"),
    ("a size, and peers that are not there", f.CONFIG_SET,
     f.config(cache_size=8192, pmtu=1, peers="no"), ENOENT, "no such pool"),
    ("a private pool as peers", f.CONFIG_SET,
     f.config(tcp=9, peers="tcp/203.0.113.1:80"), EINVAL, "private"),
    ("a service that is not there", f.CONN_DEL, NO_SUCH, ENOENT,
     "no such service"),
    ("one port of a range", f.CONN_DEL, f.service(proto=17, port=1000),
     ENOENT, "no such service"),
    ("backend 0.0.0.0", f.CONN_DEL, f.backend("0.0.0.0"), EINVAL, "unicast"),
    ("backend ff02::1", f.CONN_DEL, f.backend("ff02::1"), EINVAL, "unicast"),
    ("an IPv4-mapped backend", f.CONN_DEL, f.backend("::ffff:10.0.0.1"),
     EINVAL, "IPv4-mapped"),
    ("a port without a service", f.LOOKUP_GET, NO_SUCH + f.client(), ENOENT,
     "no service answers"),
    ("a VIP without a service", f.LOOKUP_GET,
     vip("203.0.113.9") + f.client(), ENOENT, "no service answers"),
    ("ICMP", f.LOOKUP_GET, f.service(proto=1) + f.client(), EINVAL,
     "TCP, UDP or SCTP"),
    ("an IPv6 client of an IPv4 VIP", f.LOOKUP_GET,
     f.service() + f.client("2001:db8::1"), EINVAL, "different"),
    ("an IPv4 client of an IPv6 VIP", f.LOOKUP_GET,
     vip("2001:db8::80") + f.client(), EINVAL, "different"),
    ("an IPv4-mapped client", f.LOOKUP_GET,
     f.service() + f.client("::ffff:198.51.100.7"), EINVAL, "IPv4-mapped"),
    ("an IPv6 VIP without a service", f.LOOKUP_GET,
     vip("2001:db8::80") + f.client("2001:db8::1"), ENOENT,
     "no service answers"),
    ("clients of both families", f.LOOKUP_GET,
     f.service() + f.obj(f.A_LOOKUP, client4="192.0.2.1",
                         client6="2001:db8::1"), EINVAL, "both"),
    ("a pool as a member of itself", f.MEMBER_NEW, f.pool() + f.member("web"),
     EINVAL, "itself"),
    ("a pool that has the pool as a member", f.MEMBER_NEW,
     f.pool("part") + f.member("web"), EINVAL, "cycle"),
    ("a private pool as a member", f.MEMBER_NEW,
     f.pool() + f.member("tcp/203.0.113.1:80"), EINVAL, "private"),
    ("a member that is no pool", f.MEMBER_NEW, f.pool() + f.member("none"),
     ENOENT, "no such pool"),
    ("a member of no pool", f.MEMBER_NEW, f.pool("none") + f.member(),
     ENOENT, "no such pool"),
    ("a member that is there", f.MEMBER_NEW, f.pool() + f.member("part"),
     EEXIST, "already"),
    ("a member that is not there", f.MEMBER_SET,
     f.pool() + f.member("spare", weight=1), ENOENT, "no member"),
    ("a member that is not there", f.MEMBER_DEL, f.pool() + f.member("spare"),
     ENOENT, "no member"),
    ("a pool that is a member", f.POOL_DEL, f.pool("part"), EBUSY, "member"),
    ("a VIP of a service, in a member of its pool", f.BACKEND_NEW,
     f.pool("part") + f.backend("203.0.113.1"), EINVAL, "VIP"),
    ("a dry run of a cycle", f.MEMBER_NEW,
     f.pool("part") + f.member("web") + f.DRY_RUN, EINVAL, "cycle"),
    ("a dry run of a backend that is there", f.BACKEND_NEW,
     f.service() + f.backend() + f.DRY_RUN, EEXIST, "already"),
    ("a dry run with a deadline for one that is up", f.BACKEND_NEW,
     f.service() + f.backend("10.0.0.9", deadline=9) + f.DRY_RUN, EINVAL,
     "drains"),
    ("a dry run of a backend that is not there", f.BACKEND_SET,
     f.service() + f.backend("10.0.0.9") + f.DRY_RUN, ENOENT,
     "no such backend"),
    ("a dry run of a backend that is not there", f.BACKEND_DEL,
     f.service() + f.backend("10.0.0.9") + f.DRY_RUN, ENOENT,
     "no such backend"),
    ("a dry run of table size 252", f.POOL_SET,
     f.pool(table_size=252) + f.DRY_RUN, EINVAL, "prime"),
)
# Description, command, request, and the number of slots, of 251, that are reassigned
DRY_RUNS = (
    ("another backend", f.BACKEND_NEW,
     f.service() + f.backend("10.0.0.9"), range(120, 132)),
    ("a backend that is down", f.BACKEND_NEW,
     f.service() + f.backend("10.0.0.9", state=f.DOWN), (0,)),
    ("the first backend", f.BACKEND_NEW,
     f.pool("spare") + f.backend("10.0.0.9"), (251,)),
    ("another weight of an only backend", f.BACKEND_SET,
     f.service() + f.backend(weight=9), (0,)),
    ("a drain with a deadline", f.BACKEND_SET,
     f.service() + f.backend(state=f.DRAIN, deadline=0), (251,)),
    ("nothing", f.BACKEND_SET, f.service() + f.backend(), (0,)),
    ("the last backend", f.BACKEND_DEL, f.service() + f.backend(), (251,)),
    ("a member", f.MEMBER_NEW, f.service() + f.member("web"), range(120, 132)),
    ("a member without backends", f.MEMBER_NEW, f.service() + f.member(), (0,)),
    ("another weight of a member", f.MEMBER_SET,
     f.pool() + f.member("part", weight=3), range(25, 40)),
    ("the weight that it has", f.MEMBER_SET,
     f.pool() + f.member("part", weight=2), (0,)),
    ("no weight", f.MEMBER_SET, f.pool() + f.member("part"), (0,)),
    ("a member", f.MEMBER_DEL, f.pool() + f.member("part"), (100,)),
    ("a seed", f.POOL_SET, f.pool(seed=99), (251,)),
    ("no change", f.POOL_SET, f.pool(seed=0, table_size=251), (0,)),
    ("a settle time", f.POOL_SET, f.pool(settle=9), (0,)),
    ("a panic share of a pool that works", f.POOL_SET, f.pool(panic=50), (0,)),
    ("a pool without backends", f.POOL_SET, f.pool("spare", seed=9), (0,)),
)


def rules(genl):
    before = f.state(genl)
    for what, cmd, request, error, text in RULES:
        with Case(f"{f.COMMANDS[cmd]} is refused: {what}") as case:
            reply = genl.call(cmd, request)
            if reply.error != error or text not in (reply.text or ""):
                case.fail(f"expected {errno.errorcode[error]} with "
                          f"{text!r}, got {reply}")
            if f.state(genl) != before:
                case.fail("the configuration has changed")
                f.configure(genl)
                before = f.state(genl)


def dry_runs(genl):
    before = f.state(genl)
    for what, cmd, request, slots in DRY_RUNS:
        with Case(f"a dry run of {f.COMMANDS[cmd]} counts slots and changes "
                  f"nothing: {what}") as case:
            reply = genl.call(cmd, request + f.DRY_RUN)
            case.expect("answer", (reply.error, len(reply.messages)), (0, 1))
            case.expect("the configuration", f.state(genl) == before, True)
            for moves in f.objects(reply.messages, f.A_MOVES):
                case.expect("attributes", set(moves) | {"pad"},
                            set(f.OBJECTS[f.A_MOVES]))
                moved = f.number(moves["slots"])
                if moved not in slots:
                    case.fail(f"{moved} slots move, expected {slots}")


def ends_of_ranges(genl):
    for what, cmd, request in (
            ("port 65535", f.SERVICE_NEW, f.service(port=65535)),
            ("any port", f.SERVICE_NEW, f.service(port=0)),
            ("0 to 0 is any port", f.SERVICE_DEL,
             f.service(port=0, port_last=0)),
            ("1 to 65535", f.SERVICE_NEW, f.service(port=1, port_last=65535)),
            ("a port twice is the port", f.SERVICE_DEL,
             f.service(port=65535, port_last=65535)),
            ("table size 1048573", f.SERVICE_SET,
             f.service() + table(table_size=1048573)),
            ("table size 251", f.SERVICE_SET,
             f.service() + table(table_size=251)),
            ("seed 0", f.SERVICE_SET, f.service() + table(seed=0)),
            ("seed 2^64 - 1", f.SERVICE_SET,
             f.service() + table(seed=(1 << 64) - 1)),
            ("weight 65535", f.BACKEND_SET,
             f.service() + f.backend(weight=65535)),
            ("weight 0", f.BACKEND_SET, f.service() + f.backend(weight=0)),
            ("a name of 63 bytes", f.POOL_NEW, f.pool("x" * 63)),
            ("a name of one byte", f.POOL_NEW, f.pool("-")),
            ("prefix of 0", f.ROUTER_NEW, f.router("0.0.0.0", prefix_len=0)),
            ("prefix of 32", f.ROUTER_DEL, f.router(prefix_len=32)),
            ("prefix of 16", f.SOURCE_NEW, f.source("10.1.0.0", 16)),
            ("prefix of 32", f.SOURCE_NEW, f.source("10.1.0.0", 32)),
            ("one within another", f.SOURCE_DEL, f.source("10.1.0.0", 16)),
            ("no settle time", f.POOL_SET, f.pool(settle=0)),
            ("a settle time of a day", f.POOL_SET, f.pool(settle=86400000)),
            ("a panic share of all", f.POOL_SET, f.pool(panic=100)),
            ("no panic share", f.POOL_SET, f.pool(panic=0)),
            ("a deadline in a week", f.BACKEND_SET,
             f.service() + f.backend(state=f.DRAIN, deadline=604800000)),
            ("timeouts of a second", f.CONFIG_SET,
             f.config(**dict.fromkeys(f.TIMEOUTS, 1))),
            ("timeouts of a month", f.CONFIG_SET,
             f.config(**dict.fromkeys(f.TIMEOUTS, 2678400))),
            ("1024 entries", f.CONFIG_SET, f.config(cache_size=1024)),
            *((f"path MTU for {who}", f.CONFIG_SET, f.config(pmtu=i))
              for i, who in enumerate(f.OBJECTS[f.A_CONFIG]["pmtu"].enum)),
            ("the last of all words", f.SERVICE_SET,
             f.service(track=2, affinity=2, all_down=2)),
            ("no fallback", f.SERVICE_SET, range_of(fallback="")),
            ("what was a fallback", f.POOL_DEL, f.pool("backup")),
            ("a backend that is in no pool", f.CONN_DEL,
             f.backend("10.0.0.77")),
            ("a client without a port", f.LOOKUP_GET,
             f.service() + f.obj(f.A_LOOKUP, client4="198.51.100.7")),
            ("a port of a range", f.LOOKUP_GET,
             f.service(proto=17, port=1234) + f.client()),
            ("a private pool by its name", f.BACKEND_NEW,
             f.pool("tcp/203.0.113.1:80") + f.backend("10.0.0.9"))):
        check_is(f"{f.COMMANDS[cmd]} accepts {what}",
                 genl.call(cmd, request).error, 0)


VIP6 = "2001:db8::80"
# The longest way to write an address: an ISATAP one ends with an IPv4 address.
LONG = "fd12:3456:789a:bcde:200:5efe:198.151.100.200"


def both_families(genl):
    """Services, backends and routers of IPv6 beside those of IPv4."""
    f.configure(genl)
    web6, small = f.service(vip=VIP6), table(table_size=251)
    for what, cmd, request in (
            ("a VIP", f.SERVICE_NEW, web6 + small),
            ("a range", f.SERVICE_NEW,
             f.service(vip=VIP6, proto=17, port=1000, port_last=2000) + small),
            ("any port", f.SERVICE_NEW, f.service(vip=VIP6, port=0) + small),
            ("a VIP that ends like one of IPv4", f.SERVICE_NEW,
             f.service(vip="2001:db8::203.0.113.1") + small),
            ("a long address and range", f.SERVICE_NEW,
             f.service(vip=LONG, proto=132, port=60000, port_last=65535) +
             small),
            ("backends of both families", f.BACKEND_NEW,
             web6 + f.backend("2001:db8:1::2", weight=0) +
             f.backend("10.0.0.1", weight=0) + f.backend("2001:db8:1::1")),
            ("a backend of a VIP of IPv4", f.BACKEND_NEW,
             f.pool() + f.backend("2001:db8:1::1")),
            ("a weight", f.BACKEND_SET,
             web6 + f.backend("2001:db8:1::1", weight=7)),
            ("a router", f.ROUTER_NEW, f.router("2001:db8:2::1")),
            ("a prefix of 128", f.ROUTER_DEL,
             f.router("2001:db8:2::1", prefix_len=128)),
            ("a prefix of 33", f.ROUTER_NEW,
             f.router("2001:db8:8000::", prefix_len=33)),
            ("a prefix of 0", f.ROUTER_NEW, f.router("::", prefix_len=0)),
            ("sources", f.SOURCE_NEW, f.source("2001:db8:9::", 64)),
            ("a source", f.SOURCE_NEW, f.source("2001:db8:8::1", 128)),
            ("a link-local prefix", f.ROUTER_NEW,
             f.router("fe80::", prefix_len=10)),
            ("a backend of tracked flows", f.CONN_DEL,
             f.backend("2001:db8:1::1"))):
        check_is(f"{f.COMMANDS[cmd]} accepts {what} of IPv6",
                 genl.call(cmd, request).error, 0)
    reply = genl.call(f.BACKEND_NEW, web6 + f.backend(VIP6))
    check("an IPv6 VIP is refused as its own backend",
          reply.error == EINVAL and "VIP" in (reply.text or ""), reply)

    services = f.objects(genl.dump(f.SERVICE_GET).messages, f.A_SERVICE)
    check_is("services are listed in the order of their addresses, with the "
             "addresses in the names of their pools",
             [(f.address(s), s["pool"].rstrip(b"\0").decode())
              for s in services],
             [("203.0.113.1", "tcp/203.0.113.1:80"), ("203.0.113.1", "web"),
              (VIP6, f"tcp/[{VIP6}]:0"), (VIP6, f"tcp/[{VIP6}]:80"),
              (VIP6, f"udp/[{VIP6}]:1000-2000"),
              ("2001:db8::cb00:7101", "tcp/[2001:db8::cb00:7101]:80"),
              ("fd12:3456:789a:bcde:200:5efe:c697:64c8",
               f"sctp/[{LONG}]:60000-65535")])
    backends = f.objects(genl.dump(f.BACKEND_GET, web6).messages, f.A_BACKEND)
    check_is("backends are listed in the order of their addresses, IPv4 as "
             "mapped ones", [f.address(b) for b in backends],
             ["10.0.0.1", "2001:db8:1::1", "2001:db8:1::2"])
    routers = f.objects(genl.dump(f.ROUTER_GET).messages, f.A_ROUTER)
    check_is("prefixes are listed with the length of their family",
             [(f.address(r), f.number(r["prefix_len"])) for r in routers],
             [("::", 0), ("192.0.2.1", 32), ("2001:db8:8000::", 33),
              ("fe80::", 10)])
    sources = f.objects(genl.dump(f.SOURCE_GET).messages, f.A_SOURCE)
    check_is("sources are listed in the order of their addresses",
             [(f.address(s), f.number(s["prefix_len"])) for s in sources],
             [("198.18.0.0", 28), ("2001:db8:8::1", 128), ("2001:db8:9::", 64)])
    info = f.objects(genl.call(f.INFO_GET).messages, f.A_INFO)[0]
    check_is("an address in two pools is one backend",
             f.number(info["backends"]), 5)
    with Case("LOOKUP_GET explains a flow of IPv6") as case:
        reply = genl.call(f.LOOKUP_GET, web6 + f.client("2001:db8::1"))
        case.expect("error", reply.error, 0)
        for found in f.objects(reply.messages, f.A_LOOKUP):
            case.expect("owner", f.address(found, "current"), "2001:db8:1::1")
            case.expect("backend", f.address(found, "open_backend"),
                        "2001:db8:1::1")
    for what, cmd, request in (
            ("a backend", f.BACKEND_DEL, web6 + f.backend("2001:db8:1::1")),
            ("a service", f.SERVICE_DEL, web6)):
        check_is(f"{f.COMMANDS[cmd]} deletes {what} of IPv6",
                 genl.call(cmd, request).error, 0)
    check_is("FLUSH deletes objects of both families", f.flush(genl),
             [2, 0, 0, 0, 0])


def duplicates(genl):
    """As with every family, the last of several counts."""
    f.configure(genl)
    weights = [f.attr(f.A_BACKEND, "weight", w) for w in (3, 70000, 9)]
    twice = nest(f.A_BACKEND, f.attr(f.A_BACKEND, "address4", "10.0.0.1"),
                 weights[0], weights[2])
    reply = genl.call(f.BACKEND_SET, f.service() + f.backend("10.9.9.9") +
                      twice)
    text = str(genl.call(f.BACKEND_GET, f.service() +
                         f.backend()).messages)
    check("of an attribute given twice, the last counts",
          not reply.error and weights[2] in
          genl.call(f.BACKEND_GET, f.service() + f.backend()).messages[0],
          reply, text)
    before = f.state(genl)
    wrong = nest(f.A_BACKEND, f.attr(f.A_BACKEND, "address4", "10.0.0.1"),
                 weights[1], weights[0])
    reply = genl.call(f.BACKEND_SET, f.service() + wrong)
    check("each of an attribute given twice has to be valid",
          reply.error == ERANGE and f.state(genl) == before, reply)


def limits(genl):
    f.expect(genl, f.FLUSH)
    most = f.SPEC.constants["routers_max"]
    for i in range(most):
        f.expect(genl, f.ROUTER_NEW, f.router(f"10.0.{i}.1"))
    check_is(f"{most} routers fit, one more does not",
             genl.call(f.ROUTER_NEW, f.router("10.1.0.1")).error, ENOSPC)
    check_is("all routers are listed",
             len(genl.dump(f.ROUTER_GET).messages), most)
    most = f.SPEC.constants["sources_max"]
    for i in range(most):
        f.expect(genl, f.SOURCE_NEW, f.source(f"10.0.{i}.16"))
    check_is(f"{most} sources fit, one more does not",
             genl.call(f.SOURCE_NEW, f.source("10.1.0.0")).error, ENOSPC)
    info = f.objects(genl.call(f.INFO_GET).messages, f.A_INFO)[0]
    check_is("all sources are listed and counted",
             [len(genl.dump(f.SOURCE_GET).messages), f.number(info["sources"])],
             [most, most])
    f.expect(genl, f.SOURCE_DEL, f.source("10.0.3.16"))
    check_is("there is room for another one then",
             genl.call(f.SOURCE_NEW, f.source("10.1.0.0")).error, 0)
    check_is("FLUSH leaves no object", f.flush(genl), [2, 0, 0, 0, 0])


def main():
    genl = Genl()
    f.configure(genl)
    rules(genl)
    dry_runs(genl)
    ends_of_ranges(genl)
    both_families(genl)
    duplicates(genl)
    limits(genl)


if __name__ == "__main__":
    main()
