# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# needs: quick
#
# Clients upload through a tunnel without DF that is as wide as their links, so that
# large packets come in fragments: by real kernels, all the way to the server.
# lib/path.sh has the hosts. Run by lib/launch.sh.

# shellcheck source-path=SCRIPTDIR/../lib source=path.sh
. "$E2E_DIR/lib/path.sh"
# shellcheck source-path=SCRIPTDIR/../lib source=transfer.sh
. "$E2E_DIR/lib/transfer.sh"

SIZE=20000000
[[ ${LAB_KERNEL-} != *debug* ]] || SIZE=2000000

# wide_tunnel: the router's in IPv4, in place of the one of path.sh. Linux fragments no
# outer IPv6.
wide_tunnel()
{
	ip_ns router <<-END
		link del tun4
		link add tun4 type gre local 10.1.0.1 remote 10.1.0.2 ttl 64 nopmtudisc ignore-df
		link set tun4 mtu 1500
		link set tun4 up
	END
	adm -R <<-END
		-A -u $VIP4:7000 --pool web
		-A -u [$VIP6]:7000 --pool web
	END
}

# uploads WHAT BACKEND: by TCP, and datagrams that fill the client's link
uploads()
{
	local inner vip header about

	for inner in 4 6; do
		vip=VIP$inner header=$((inner == 4 ? 28 : 48))
		about="$1, IPv$inner to an IPv$2 backend: "
		adm -Z
		client upload "${!vip}" $SIZE
		check "${about}in fragments" test "$(counter held_outer_fragment)" -gt 1000
		client ping "${!vip}" 20 $((1500 - header))
		check_is "${about}no fragment is left to others" "0 0" \
			"$(counter accept_outer_fragment) $(counter drop_outer_fragment)"
		check_is "${about}no client is told of an MTU" 0 "$(counter drop_too_big)"
	done
}

# narrow_hop BACKEND: fragments that are too large for the hop behind the director. A hop
# of IPv4 makes them smaller, one of IPv6 tells the director, and that the client.
narrow_hop()
{
	forget
	hop_mtu 1400
	adm -Z
	about="a narrow hop, IPv4 to an IPv$1 backend: "
	client upload $VIP4 $SIZE
	if [[ $1 == 4 ]]; then
		check "${about}in fragments" test "$(counter held_outer_fragment)" -gt 1000
	else
		check "${about}the director has learnt of it" test "$(counter path_mtu)" -gt 0
	fi
	hop_mtu 1500
	forget
}

add_hosts
configure_hosts
configure_director
wide_tunnel
serve backend $VIP4 $VIP6
start_client client
for backend in 4 6; do
	through 4 $backend
	uploads "a wide tunnel" $backend
	narrow_hop $backend
done
in_ns director nft add table inet track
in_ns director nft add chain inet track pre '{ type filter hook prerouting priority 0; }'
in_ns director nft add rule inet track pre ct state new accept
for backend in 4 6; do
	through 4 $backend
	uploads "beside connection tracking" $backend
done
