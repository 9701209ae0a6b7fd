# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A path to a backend with a hop behind the director, which no client sees, and
# tunnels of both families. To be sourced by scenarios.
#
#   client ── router ════════ director ════════ hop ════════ backend
#   c0        rc     r0       d0      d1        h0 h1        b0
#   192.0.2.2        10.1.0.1 10.1.0.2 10.2.0.1  .2 10.3.0.2  10.3.0.11  lo: VIPs
#             r1 ─────────── answers: 10.4.0.0/24 ──────────── b1
#
# IPv6 is the same, 2001:db8:N:: for 10.N.0.0. Both tunnels of the router and both
# of the backend are there; routes to the VIPs choose one, the pool "web" the other.

VIP4=203.0.113.1 VIP6=2001:db8:f::1
BACKEND=10.3.0.11

# link HOST DEVICE HOST DEVICE
link()
{
	ip link add "$2" netns "$(ns "$1")" type veth peer name "$4" netns "$(ns "$3")"
	ip -n "$(ns "$1")" link set "$2" up
	ip -n "$(ns "$3")" link set "$4" up
}

add_hosts()
{
	local name

	add_ns client router director hop backend
	for name in client router director hop backend; do
		in_ns $name sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=0 \
			net.ipv6.conf.{all,default}.accept_dad=0
	done
	for name in router hop; do
		in_ns $name sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	done
	link client c0 router rc
	link router r0 director d0
	link director d1 hop h0
	link hop h1 backend b0
	link router r1 backend b1
}

configure_hosts()
{
	ip_ns client <<-END
		addr add 192.0.2.2/24 dev c0
		addr add 2001:db8:c::2/64 dev c0 nodad
		route add default via 192.0.2.1
		route add default via 2001:db8:c::1
	END
	ip_ns router <<-END
		addr add 192.0.2.1/24 dev rc
		addr add 2001:db8:c::1/64 dev rc nodad
		addr add 10.1.0.1/24 dev r0
		addr add 2001:db8:1::1/64 dev r0 nodad
		addr add 10.4.0.1/24 dev r1
		addr add 2001:db8:4::1/64 dev r1 nodad
		link add tun4 type gre local 10.1.0.1 remote 10.1.0.2 ttl 64
		link add tun6 type ip6gre local 2001:db8:1::1 remote 2001:db8:1::2 hoplimit 64
		link set tun4 up
		link set tun6 up
	END
	ip_ns director <<-END
		addr add 10.1.0.2/24 dev d0
		addr add 2001:db8:1::2/64 dev d0 nodad
		addr add 10.2.0.1/24 dev d1
		addr add 2001:db8:2::1/64 dev d1 nodad
		route add 10.3.0.0/24 via 10.2.0.2
		route add 2001:db8:3::/64 via 2001:db8:2::2
		route add 192.0.2.0/24 via 10.1.0.1
		route add 2001:db8:c::/64 via 2001:db8:1::1
	END
	ip_ns hop <<-END
		addr add 10.2.0.2/24 dev h0
		addr add 2001:db8:2::2/64 dev h0 nodad
		addr add 10.3.0.2/24 dev h1
		addr add 2001:db8:3::2/64 dev h1 nodad
		route add 10.1.0.0/24 via 10.2.0.1
		route add 2001:db8:1::/64 via 2001:db8:2::1
	END
	ip_ns backend <<-END
		addr add 10.3.0.11/24 dev b0
		addr add 2001:db8:3::11/64 dev b0 nodad
		addr add 10.4.0.11/24 dev b1
		addr add 2001:db8:4::11/64 dev b1 nodad
		addr add $VIP4/32 dev lo
		addr add $VIP6/128 dev lo nodad
		link add tun4 type gre local 10.3.0.11 remote any
		link add tun6 type ip6gre local 2001:db8:3::11 remote any
		link set tun4 up
		link set tun6 up
		route add default via 10.4.0.1
		route add default via 2001:db8:4::1
	END
}

# A service for TCP at each VIP.
configure_director()
{
	adm -R <<-END
		--add-pool web --table-size 251
		-a --pool web -r $BACKEND
		-A -t $VIP4:7000 --pool web
		-A -t [$VIP6]:7000 --pool web
	END
}

# forget: no host knows of a path MTU
forget()
{
	local name

	for name in client router director; do
		ip -n "$(ns $name)" -4 route flush cache
		ip -n "$(ns $name)" -6 route flush cache
	done
}

# hop_mtu MTU: of the link from the hop to the backend
hop_mtu()
{
	ip_ns hop <<<"link set h1 mtu $1"
}

# through OUTER BACKEND: the families of the router's tunnel and of the backend, which
# is that of the pool "web" from now on
through()
{
	local address=10.3.0.11

	[[ $2 == 4 ]] || address=2001:db8:3::11
	ip_ns router <<-END
		route replace $VIP4 dev tun$1
		route replace $VIP6 dev tun$1
	END
	[[ $address == "$BACKEND" ]] || adm -R <<-END
		-a --pool web -r $address
		-d --pool web -r $BACKEND
	END
	BACKEND=$address
}
