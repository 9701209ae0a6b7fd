# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The topology of the scenarios on connections: clients, router, several
# directors and backends. To be sourced after common.sh.
#
#   client 198.51.100.11-15                  backend1 .. backend9
#          2001:db8:c::11-15                 10.0.0.21 .. 10.0.0.29
#                  │                         2001:db8:a::21 .. 2001:db8:a::29
#                router ────────── bridge ───────── gre1, lo: VIPs
#     ECMP over gre1, gre2 (gre3)    │
#                       director1 .. director3
#                       10.0.0.11 .. 10.0.0.13
#                       2001:db8:a::11 .. 2001:db8:a::13
#
# Clients and VIPs are of both families, and so are outer headers: the router
# reaches director3 by IPv6, and backends with an even number unwrap GRE over
# IPv6 only, the others GRE over IPv4 only.
#
# Answers go from the backends to the router. Directors have a GRE device and the
# VIPs as well: packets that maglev accepts are unwrapped there, for IPVS.

VIP=203.0.113.1
VIP6=2001:db8::80
# The nexthop group that the route to VIP6 has.
HOPS6=10
DIRECTORS=3
BACKENDS=9
OUT=${LAB_OUT:-$E2E_TMP}/consistency.txt
export VIP VIP6 HOPS6 DIRECTORS BACKENDS OUT
# What addresses on a bridge begin with. The router has number 1.
declare -A CLUSTER_V4=([clients]=198.51.100. [servers]=10.0.0.)
declare -A CLUSTER_V6=([clients]=2001:db8:c:: [servers]=2001:db8:a::)

# add_node NODE: a namespace with IPv6, without addresses that the kernel makes
add_node()
{
	add_ns "$1"
	in_ns "$1" sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=0 \
		net.ipv6.conf.default.addr_gen_mode=1 \
		net.ipv6.conf.default.accept_ra=0
}

# addresses DEVICE BRIDGE NUMBER...: lines for ip(8). Answers come from a VIP, which
# is no address of the device, so neighbours are asked from the link-local one.
addresses()
{
	local device=$1 bridge=$2 number

	for number in "${@:3}"; do
		echo "address add ${CLUSTER_V4[$bridge]}$number/24 dev $device"
		echo "address add ${CLUSTER_V6[$bridge]}$number/64 dev $device nodad"
		echo "address add fe80::$number/64 dev $device nodad"
	done
}

# attach NODE BRIDGE NUMBER...: a node with one link, to the router
attach()
{
	local node=$1 bridge=$2

	add_node "$node"
	ip link add eth0 netns "$(ns "$node")" type veth \
		peer name "$node" netns "$(ns router)"
	ip -n "$(ns router)" link set "$node" master "$bridge" up
	{
		addresses eth0 "${@:2}"
		echo "link set eth0 up"
		echo "route add default via ${CLUSTER_V4[$bridge]}1"
		echo "route add default via ${CLUSTER_V6[$bridge]}1"
	} | ip_ns "$node"
}

# unwrap NODE NUMBER FAMILY: let it unwrap GRE over this family and own the VIPs
unwrap()
{
	local type=gre address=${CLUSTER_V4[servers]}$2

	if [[ $3 == 6 ]]; then
		type=ip6gre address=${CLUSTER_V6[servers]}$2
	fi
	ip_ns "$1" <<-END
		link add gre1 type $type local $address remote any
		link set gre1 up
		address add $VIP/32 dev lo
		address add $VIP6/128 dev lo nodad
	END
	in_ns "$1" sysctl -qw net.ipv4.conf.gre1.rp_filter=0
}

# tunnel I TYPE ADDRESSES: the router's way to director I. IPv6 takes tunnels as next
# hops only as objects.
tunnel()
{
	ip_ns router <<-END
		link add gre$1 type $2 local ${3}1 remote ${3}1$1 ttl 64
		link set gre$1 up
	END
	ip -n "$(ns router)" -6 nexthop add id "$1" dev "gre$1"
}

# add_router: the router with its bridges, and the clients
add_router()
{
	add_node router
	{
		echo "link add clients type bridge"
		echo "link add servers type bridge"
		addresses clients clients 1
		addresses servers servers 1
		echo "link set clients up"
		echo "link set servers up"
	} | ip_ns router
	# Where one kernel is all the machines, policy 1 takes the hash of the sender's
	# socket, which is another one after a packet was late. These are addresses, protocol
	# and ports.
	in_ns router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv{4,6}.fib_multipath_hash_policy=3 \
		net.ipv4.fib_multipath_hash_fields=0x37 net.ipv6.fib_multipath_hash_fields=0x37
	attach client clients 1{1,2,3,4,5}
}

# add_backends: BACKENDS of them
add_backends()
{
	local i

	for ((i = 1; i <= BACKENDS; i++)); do
		attach "backend$i" servers "2$i"
		unwrap "backend$i" "2$i" $((i % 2 ? 4 : 6))
	done
}

# route_vips: the router spreads packets to the VIPs over directors 1 and 2
route_vips()
{
	ip_ns router <<-END
		route add $VIP nexthop dev gre1 nexthop dev gre2
		nexthop add id $HOPS6 group 1/2
		route add $VIP6 nhid $HOPS6
	END
}

add_network()
{
	local i

	add_router
	for ((i = 1; i <= DIRECTORS; i++)); do
		attach "director$i" servers "1$i"
		if ((i < 3)); then
			unwrap "director$i" "1$i" 4
			tunnel "$i" gre "${CLUSTER_V4[servers]}"
		else
			unwrap "director$i" "1$i" 6
			tunnel "$i" ip6gre "${CLUSTER_V6[servers]}"
		fi
	done
	add_backends
	route_vips
}

# Two clusters with a network in common: directors 1 and 2 with backends 1 and 2,
# which the router sends to, and directors 3 and 4 with backends 3 and 4. Directors
# neither have the VIPs nor unwrap GRE.
add_two_clusters()
{
	local i

	DIRECTORS=4 BACKENDS=4
	add_router
	for ((i = 1; i <= DIRECTORS; i++)); do
		attach "director$i" servers "1$i"
	done
	tunnel 1 gre "${CLUSTER_V4[servers]}"
	tunnel 2 gre "${CLUSTER_V4[servers]}"
	add_backends
	route_vips
}

# The servers of all backends are one program with sockets in each of them.
start_servers()
{
	/usr/bin/python3 "$E2E_DIR/lib/echo_server.py" "$E2E_TMP/ready" &
	E2E_PIDS+=("$!")
	wait_until 5 test -e "$E2E_TMP/ready"
}
