# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The topology of the scenarios on connections: clients, router, several
# directors and backends. To be sourced after common.sh.
#
#             client 198.51.100.11-15            backend1 .. backend9
#                  │                              10.0.0.21 .. 10.0.0.29
#                router ────────── bridge ───────── gre1, lo: VIP
#     ECMP over gre1, gre2 (gre3)    │
#                       director1 .. director3
#                       10.0.0.11 .. 10.0.0.13
#
# Answers go from the backends to the router. Directors have a GRE device and the
# VIP as well: packets that maglev accepts are unwrapped there, for IPVS.

VIP=203.0.113.1
DIRECTORS=3
BACKENDS=9
OUT=${LAB_OUT:-$E2E_TMP}/consistency.txt
export VIP DIRECTORS BACKENDS OUT

# attach NODE BRIDGE GATEWAY ADDRESS...: a node with one link, to the router
attach()
{
	local node=$1 bridge=$2 gateway=$3 address

	shift 3
	add_ns "$node"
	ip link add eth0 netns "$(ns "$node")" type veth \
		peer name "$node" netns "$(ns router)"
	ip -n "$(ns router)" link set "$node" master "$bridge" up
	{
		for address; do
			echo "address add $address/24 dev eth0"
		done
		echo "link set eth0 up"
		echo "route add default via $gateway"
	} | ip_ns "$node"
}

# unwrap NODE ADDRESS: let it unwrap GRE and own the VIP
unwrap()
{
	ip_ns "$1" <<-END
		link add gre1 type gre local $2 remote any
		link set gre1 up
		address add $VIP/32 dev lo
	END
	in_ns "$1" sysctl -qw net.ipv4.conf.gre1.rp_filter=0
}

add_network()
{
	local i

	add_ns router
	ip_ns router <<-END
		link add clients type bridge
		link add servers type bridge
		address add 198.51.100.1/24 dev clients
		address add 10.0.0.1/24 dev servers
		link set clients up
		link set servers up
	END
	in_ns router sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv4.fib_multipath_hash_policy=1
	attach client clients 198.51.100.1 198.51.100.1{1,2,3,4,5}
	for ((i = 1; i <= DIRECTORS; i++)); do
		attach "director$i" servers 10.0.0.1 "10.0.0.1$i"
		unwrap "director$i" "10.0.0.1$i"
		ip_ns router <<-END
			link add gre$i type gre local 10.0.0.1 remote 10.0.0.1$i ttl 64
			link set gre$i up
		END
	done
	for ((i = 1; i <= BACKENDS; i++)); do
		attach "backend$i" servers 10.0.0.1 "10.0.0.2$i"
		unwrap "backend$i" "10.0.0.2$i"
	done
	ip -n "$(ns router)" route add $VIP nexthop dev gre1 nexthop dev gre2
}

# The servers of all backends are one program with a socket in each of them.
start_servers()
{
	/usr/bin/python3 "$E2E_DIR/lib/echo_server.py" "$E2E_TMP/ready" &
	E2E_PIDS+=("$!")
	wait_until 5 test -e "$E2E_TMP/ready"
}
