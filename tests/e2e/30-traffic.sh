#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Programs talk to each other through real tunnels, with segmentation offload.
#
#             router                 director                backend1, backend2
#   client ─┐ ┌───────┐             ┌─────────┐              ┌──────────┐
#  192.0.2.1└─┤ gre1 r0═════════════d0      d1═══════════════b0 gre1    │
#             │    10.1.0.1   10.1.0.2   10.2.1.1     10.2.1.11  lo: VIP │
#             │   r1   │             │     d2═══ (likewise ═══ backend2) │
#             └───┼───┘             └─────────┘              └───b1─────┘
#                 └──────── answers: 10.3.1.0/24, 10.3.2.0/24 ───┘
#
# Requests go through the director; answers go from the backends to the router.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

VIP=203.0.113.1
SIZE=20000000

add_router_and_director()
{
	add_ns router director
	ip link add r0 netns "$(ns router)" type veth \
		peer name d0 netns "$(ns director)"
	ip_ns router <<-END
		addr add 10.1.0.1/24 dev r0
		addr add 192.0.2.1/32 dev lo
		link set r0 up
		link add gre1 type gre local 10.1.0.1 remote 10.1.0.2 ttl 64
		link set gre1 up
		route add $VIP dev gre1 src 192.0.2.1
	END
	ip_ns director <<-END
		addr add 10.1.0.2/24 dev d0
		link set d0 up
	END
}

# add_backend N: a backend with its two links and its server.
add_backend()
{
	local name=backend$1

	add_ns "$name"
	ip link add "d$1" netns "$(ns director)" type veth \
		peer name b0 netns "$(ns "$name")"
	ip link add "r$1" netns "$(ns router)" type veth \
		peer name b1 netns "$(ns "$name")"
	ip_ns director <<-END
		addr add 10.2.$1.1/24 dev d$1
		link set d$1 up
	END
	ip_ns router <<-END
		addr add 10.3.$1.1/24 dev r$1
		link set r$1 up
	END
	ip_ns "$name" <<-END
		addr add 10.2.$1.1$1/24 dev b0
		addr add 10.3.$1.1$1/24 dev b1
		addr add $VIP/32 dev lo
		link set b0 up
		link set b1 up
		link add gre1 type gre local 10.2.$1.1$1 remote any
		link set gre1 up
		route add default via 10.3.$1.1
	END
	background "$name" /usr/bin/python3 "$E2E_DIR/py/traffic.py" \
		serve "$VIP" "$name" "$E2E_TMP/$name.ready"
	wait_until 30 test -e "$E2E_TMP/$name.ready"
}

client()
{
	in_ns router /usr/bin/python3 "$E2E_DIR/py/traffic.py" "$@"
}

# Bytes of the TCP service by packets of it.
mean_size()
{
	adm -L --json | /usr/bin/python3 -c '
import json, sys
s = next(s for s in json.load(sys.stdin)["services"] if s["protocol"] == "tcp")
print(s["stats"]["bytes"] // max(1, s["stats"]["packets"]))'
}

drops()
{
	adm --counters | awk '/^drop/ { n += $2 } END { print n }'
}

add_router_and_director
add_backend 1
add_backend 2
adm -R <<END
--add-pool web --table-size 4093
-a --pool web -r 10.2.1.11
-a --pool web -r 10.2.2.12
-A -t $VIP:7000 --pool web
-A -u $VIP:7000 --pool web
END

client upload "$VIP" $SIZE
check "large segments pass the director whole" test "$(mean_size)" -gt 3000
client download "$VIP" $SIZE
client connections "$VIP" 40
client datagrams "$VIP" 300
check_is "nothing was dropped on the way" 0 "$(drops)"

# The same without offload: segments of one packet each.
in_ns router ethtool -K r0 tso off gso off tx off >/dev/null
in_ns router ethtool -K gre1 tso off gso off tx off >/dev/null
adm -Z
client upload "$VIP" 2000000
check "without offload, segments are packets" test "$(mean_size)" -lt 1477

# A smaller path to the backends: segments shrink to what the router is told.
in_ns director ip route change 10.2.1.0/24 dev d1 src 10.2.1.1 mtu 1200
in_ns director ip route change 10.2.2.0/24 dev d2 src 10.2.2.1 mtu 1200
client upload "$VIP" 200000
check "what did not fit was counted" test "$(counter drop_too_big)" -gt 0
