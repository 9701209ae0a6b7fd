# SPDX-License-Identifier: GPL-2.0
# needs: stock
# shellcheck shell=bash
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
# Requests are forwarded by the director; answers go from the backends to the
# router. Run by lib/launch.sh.

# shellcheck source-path=SCRIPTDIR/../lib source=transfer.sh
. "$E2E_DIR/lib/transfer.sh"

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

# add_backend N: a backend with its two links and its server
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
	serve "$name" $VIP
}

# count_gre: count the GRE packets that arrive at director and backends from now on,
# all of them and those that are longer than the MTU, before any other hook.
count_gre()
{
	local name

	for name in director backend1 backend2; do
		in_ns "$name" nft -f - <<-END
			table ip count {
				chain pre {
					type filter hook prerouting priority -500;
					ip protocol gre counter comment "total"
					ip protocol gre meta length > 1500 counter comment "large"
				}
			}
		END
	done
}

# gre COMMENT NAME...: packets and bytes of a rule, summed up over namespaces
gre()
{
	local name comment=$1

	for name in "${@:2}"; do
		in_ns "$name" nft list table ip count
	done | sed -n "s/.*packets \([0-9]*\) bytes \([0-9]*\) comment \"$comment\"/\1 \2/p" |
		awk '{ packets += $1; bytes += $2 } END { print packets + 0, bytes + 0 }'
}

# Every packet that has arrived at the director has arrived at a backend, for now:
# the last ones may be on their way, or be repeated.
all_arrived()
{
	arrived="$(gre total director), $(gre large director)"
	forwarded="$(gre total backend1 backend2), $(gre large backend1 backend2)"
	[[ $arrived == "$forwarded" ]]
}

# check_whole WHEN: the director has forwarded each packet as one. A packet that was
# split, merged or cut would make packets or bytes differ for good.
check_whole()
{
	wait_until 2 all_arrived || true
	check_is "$1, packets and bytes, all and above the MTU, are forwarded as they arrive" \
		"$arrived" "$forwarded"
}

drops()
{
	adm --counters | awk '/^drop/ { n += $2 } END { print n }'
}

add_router_and_director
add_backend 1
add_backend 2
start_client router
adm -R <<END
--add-pool web --table-size 4093
-a --pool web -r 10.2.1.11
-a --pool web -r 10.2.2.12
-A -t $VIP:7000 --pool web
-A -u $VIP:7000 --pool web
END
count_gre

client upload "$VIP" $SIZE
large=$(gre large director)
check "with offload, packets above the MTU arrive at the director" test "${large% *}" -gt 0
check_whole "with offload"
client download "$VIP" $SIZE
client connections "$VIP" 40
client datagrams "$VIP" 300
check_is "no packet is dropped" 0 "$(drops)"
large=$(gre large director)

# The same without offload: one packet for each segment.
in_ns router ethtool -K r0 tso off gso off tx off >/dev/null
in_ns router ethtool -K gre1 tso off gso off tx off >/dev/null
client upload "$VIP" 2000000
check_is "without offload, no packet above the MTU arrives at the director" "$large" \
	"$(gre large director)"
check_whole "without offload"

# A smaller MTU to the backends: the director informs the router, and segments shrink.
in_ns director ip route change 10.2.1.0/24 dev d1 src 10.2.1.1 mtu 1200
in_ns director ip route change 10.2.2.0/24 dev d2 src 10.2.2.1 mtu 1200
client upload "$VIP" 200000
check "packets above the path MTU are counted as drop_too_big" \
	test "$(counter drop_too_big)" -gt 0
