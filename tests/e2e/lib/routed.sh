# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The cluster of cluster.sh with routing daemons, as userspace/examples/cluster has them:
# FRR on the router and on director1, BIRD on the others, and maglev-announce on all
# directors. To be sourced after cluster.sh.
#
# The router's tunnels end at 10.255.0.11 to .13, and directors have the same addresses as
# their links in cluster.sh. They unwrap GRE for IPVS, for which the VIPs are local, though
# no addresses: FRR would not announce these by a static route then.

ROUTED_EXAMPLES=$E2E_DIR/../../userspace/examples/cluster
# The last route of all, and one that FRR never takes for its own: its distance is 255.
LAST=4278198272

# Where FRR's folders are those of one node: bash -c "$FRR_EXEC" DIR COMMAND... The mounts
# are the program's own: ip-netns(8) gives it a namespace for mounts.
# shellcheck disable=SC2016
FRR_EXEC='mount --bind "$0/etc" /etc/frr && mount --bind "$0/run" /run/frr && exec "$@"'

# start_frr NODE CONFIGURATION: as Debian's unit does, with the configuration in one file
start_frr()
{
	local dir=$E2E_TMP/frr-$1 daemon

	mkdir -p "$dir/etc" "$dir/run" /run/frr
	cp "$2" "$dir/etc/frr.conf"
	echo "service integrated-vtysh-config" >"$dir/etc/vtysh.conf"
	chown -R frr:frr "$dir/etc" "$dir/run"
	for daemon in zebra staticd bfdd bgpd; do
		background "$1" bash -c "$FRR_EXEC" "$dir" "/usr/lib/frr/$daemon" -P 0 --log stdout \
			>"$dir/$daemon.log" 2>&1
		wait_until 20 test -S "$dir/run/$daemon.vty"
	done
	in_ns "$1" bash -c "$FRR_EXEC" "$dir" vtysh -b >"$dir/vtysh.log" 2>&1
}

# start_bird NODE
start_bird()
{
	background "$1" bird -f -c "$ROUTED_EXAMPLES/bird-director.conf" -s "$E2E_TMP/bird-$1" \
		>"$E2E_TMP/bird-$1.log" 2>&1
}

# routed_tunnel I: the router's tunnel to director I, with an address behind it that names
# it as next hop
routed_tunnel()
{
	ip_ns router <<-END
		link add gre$1 type gre local 10.0.0.1 remote 10.255.0.1$1 ttl 64
		link set gre$1 up
		address add 10.254.0.1/32 peer 10.254.0.1$1 dev gre$1
		address add 2001:db8:fe::1/128 peer 2001:db8:fe::1$1 dev gre$1 nodad
	END
}

# routed_director I
routed_director()
{
	attach "director$1" servers "1$1"
	ip_ns "director$1" <<-END
		link add maglev0 type dummy
		address add 10.255.0.1$1/32 dev maglev0
		link add gre1 type gre local 10.255.0.1$1 remote any
		link set gre1 up
		route add local $VIP/32 dev lo
		route add local $VIP6/128 dev lo
	END
}

add_routed_network()
{
	local i

	add_router
	# What is not answered is opened anew before long.
	in_ns client sysctl -qw net.ipv4.tcp_syn_retries=3
	ip_ns router <<-END
		route add blackhole $VIP/32 metric $LAST
		route add blackhole $VIP6/128 metric $LAST
	END
	for ((i = 1; i <= DIRECTORS; i++)); do
		routed_director "$i"
		routed_tunnel "$i"
	done
	add_backends
}

start_routing()
{
	local i

	# BIRD waits for random numbers.
	seed_random
	start_frr router "$ROUTED_EXAMPLES/frr-router.conf"
	start_frr director1 "$ROUTED_EXAMPLES/frr-director.conf"
	for ((i = 2; i <= DIRECTORS; i++)); do
		start_bird "director$i"
	done
}
