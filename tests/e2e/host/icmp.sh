# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Pings, and path MTU discovery, of programs and kernels that know nothing of the
# module, in both families, through real tunnels.
#
#   client ─── router ═══ gre1 ═══ director ═══════ backend1, backend2
#      192.0.2.0/24   10.1.0.1   10.1.0.2   10.2.N.0/24    gre1, lo: VIP, VIP6
#   2001:db8:c::/64 └─── answers: 10.3.N.0/24, 2001:db8:3N::/64 ───┘
#
# Run by lib/launch.sh.

# shellcheck source-path=SCRIPTDIR/../lib source=transfer.sh
. "$E2E_DIR/lib/transfer.sh"

VIP=203.0.113.1
VIP6=2001:db8::80
CLIENT=192.0.2.10
CLIENT6=2001:db8:c::10

# add_host NAME: a namespace with IPv6
add_host()
{
	add_ns "$1"
	in_ns "$1" sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=0
}

add_client_and_director()
{
	add_host client
	add_host router
	add_ns director
	ip link add c0 netns "$(ns client)" type veth \
		peer name r9 netns "$(ns router)"
	ip link add r0 netns "$(ns router)" type veth \
		peer name d0 netns "$(ns director)"
	ip_ns client <<-END
		addr add $CLIENT/24 dev c0
		addr add $CLIENT6/64 dev c0 nodad
		link set c0 up
		route add default via 192.0.2.1
		route add default via 2001:db8:c::1
	END
	in_ns router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	ip_ns router <<-END
		addr add 192.0.2.1/24 dev r9
		addr add 2001:db8:c::1/64 dev r9 nodad
		addr add 10.1.0.1/24 dev r0
		link set r9 up
		link set r0 up
		link add gre1 type gre local 10.1.0.1 remote 10.1.0.2 ttl 64
		link set gre1 up
		route add $VIP dev gre1
		route add $VIP6 dev gre1
	END
	ip_ns director <<-END
		addr add 10.1.0.2/24 dev d0
		link set d0 up
	END
}

# add_backend N: a backend with its two links and its servers
add_backend()
{
	local name=backend$1

	add_host "$name"
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
		addr add 2001:db8:3$1::1/64 dev r$1 nodad
		link set r$1 up
	END
	ip_ns "$name" <<-END
		addr add 10.2.$1.1$1/24 dev b0
		addr add 10.3.$1.1$1/24 dev b1
		addr add 2001:db8:3$1::10/64 dev b1 nodad
		addr add $VIP/32 dev lo
		addr add $VIP6/128 dev lo nodad
		link set b0 up
		link set b1 up
		link add gre1 type gre local 10.2.$1.1$1 remote any
		link set gre1 up
		route add default via 10.3.$1.1
		route add default via 2001:db8:3$1::1
	END
	serve "$name" $VIP $VIP6
}

# pings SIZE...: five of each size of both VIPs are answered. $pings counts those that
# were sent: with a deadline, ping sends more until five answers have come.
pings()
{
	local size vip said="$E2E_TMP/ping"

	for size; do
		for vip in $VIP $VIP6; do
			in_ns client ping -n -q -i 0.02 -c 5 -w "$limit" -s "$size" "$vip" \
				>"$said" 2>&1 || true
			check "pings of $size bytes of $vip are answered" \
				grep -E ' ([5-9]|[1-9][0-9]+) (packets )?received' "$said"
			pings=$((pings + $(sed -n 's/ packets transmitted.*//p' "$said")))
		done
	done
}

# echoes: ICMP echo requests that the backends' stacks have received
echoes()
{
	local name

	for name in backend1 backend2; do
		in_ns "$name" nstat -asz IcmpInEchos Icmp6InEchos
	done | awk '/InEchos/ { n += $2 } END { print n }'
}

# links_mtu MTU: of every link, and the tunnel's as it follows
links_mtu()
{
	local i

	for i in 1 2; do
		ip_ns "backend$i" <<-END
			link set b0 mtu $1
			link set b1 mtu $1
		END
	done
	ip_ns client <<<"link set c0 mtu $1"
	ip_ns director <<-END
		link set d0 mtu $1
		link set d1 mtu $1
		link set d2 mtu $1
	END
	ip_ns router <<-END
		link set r9 mtu $1
		link set r0 mtu $1
		link set r1 mtu $1
		link set r2 mtu $1
		link set gre1 mtu $(($1 - 24))
	END
}

# learned FAMILY CLIENT: the path MTU to the client that a backend has learned
learned()
{
	local name

	for name in backend1 backend2; do
		in_ns "$name" ip "$1" route get "$2" | grep -o ' mtu [0-9]*' || true
	done | sort -u
}

add_client_and_director
add_backend 1
add_backend 2
start_client client
adm -R <<END
--add-pool web --table-size 4093
-a --pool web -r 10.2.1.11
-a --pool web -r 10.2.2.12
-A -t $VIP:7000 --pool web
-A -t [$VIP6]:7000 --pool web
END

if type ping nstat >/dev/null 2>&1; then
	pings=0 limit=$(limit 5)
	# The tunnel takes 1476 bytes, and IPv6 has 20 more of them for its header.
	pings 1 56 1428
	links_mtu 65535
	pings 65000
	links_mtu 1500
	check_is "each ping has reached one backend" "$pings" "$(echoes)"
else
	skip "pings are answered" "no ping here"
fi

client download $VIP 500000
client download $VIP6 500000
check_is "where the path is as wide as the links, backends learn no path MTU" "" \
	"$(learned -4 $CLIENT)$(learned -6 $CLIENT6)"

# The router's errors go to the VIP, by way of the director. Its clients know
# nothing of the narrow link behind it.
ip_ns router <<-END
	route add $CLIENT dev r9 mtu lock 1300
	route add $CLIENT6 dev r9 mtu lock 1300
END
for ((i = 0; i < 2; i++)); do
	client download $VIP 200000
	client download $VIP6 200000
done
check_is "backends learn the path MTU of IPv4 from the router's errors" " mtu 1300" \
	"$(learned -4 $CLIENT)"
check_is "backends learn the path MTU of IPv6 from the router's errors" " mtu 1300" \
	"$(learned -6 $CLIENT6)"
check_is "no ICMP is left to the host" 0 "$(counter accept_inner_icmp)"
check_is "no packet is dropped" 0 \
	"$(adm --counters | awk '/^drop/ { n += $2 } END { print n }')"
