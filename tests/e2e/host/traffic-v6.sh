# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Programs talk to each other through real tunnels, with segmentation offload, and
# outer IPv6 on one side of the director or on both.
#
#             router                  director                 backend
#   client ─┐ ┌──────┐              ┌──────────┐              ┌──────────┐
#  lo       └─┤ TUNNEL r0═══════════d0       d1═══════════════b0 gre4    │
#             │    10.1.0.1   10.1.0.2    10.2.0.1    10.2.0.11  gre6    │
#             │ 2001:db8:1::1  ...:1::2   ...:2::1   ...:2::11   lo: VIPs │
#             │   r1  │             └──────────┘              └───b1─────┘
#             └───┼───┘                                           │
#                 └───────── answers: 10.3.0.0/24, 2001:db8:3::/64┘
#
# The router has a tunnel for each kind of outer header: gre4, gre6 as Linux makes it
# by default, with a tunnel encapsulation limit, and bare6 without. Run by
# lib/launch.sh.

VIP=203.0.113.1
VIP6=2001:db8::80
V4=10.2.0.11
V6=2001:db8:2::11
SIZE=3000000

# Without addresses that the kernel makes: on tunnels, they come with packets.
enable_v6()
{
	local name

	for name; do
		in_ns "$name" sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=0 \
			net.ipv6.conf.default.{accept_dad,accept_ra}=0 \
			net.ipv6.conf.default.addr_gen_mode=1
	done
}

# connect DEVICE NAME DEVICE NAME: with link-local addresses, which neighbours are
# looked for from
connect()
{
	ip link add "$1" netns "$(ns "$2")" type veth peer name "$3" netns "$(ns "$4")"
	ip_ns "$2" <<<"link set $1 addrgenmode eui64"
	ip_ns "$4" <<<"link set $3 addrgenmode eui64"
}

add_hosts()
{
	add_ns router director backend
	enable_v6 router director backend
	connect r0 router d0 director
	connect d1 director b0 backend
	connect r1 router b1 backend
	ip_ns router <<-END
		link set r0 up
		link set r1 up
		addr add 10.1.0.1/24 dev r0
		addr add 2001:db8:1::1/64 dev r0 nodad
		addr add 10.3.0.1/24 dev r1
		addr add 2001:db8:3::1/64 dev r1 nodad
		addr add 192.0.2.1/32 dev lo
		addr add 2001:db8:a::7/128 dev lo nodad
		link add gre4 type gre local 10.1.0.1 remote 10.1.0.2 ttl 64
		link add gre6 type ip6gre local 2001:db8:1::1 remote 2001:db8:1::2
		link add bare6 type ip6gre local 2001:db8:1::1 remote 2001:db8:1::22 encaplimit none
		link set gre4 up
		link set gre6 up
		link set bare6 up
	END
	ip_ns director <<-END
		link set d0 up
		link set d1 up
		addr add 10.1.0.2/24 dev d0
		addr add 2001:db8:1::2/64 dev d0 nodad
		addr add 2001:db8:1::22/64 dev d0 nodad
		addr add 10.2.0.1/24 dev d1
		addr add 2001:db8:2::1/64 dev d1 nodad
	END
	ip_ns backend <<-END
		link set b0 up
		link set b1 up
		addr add $V4/24 dev b0
		addr add $V6/64 dev b0 nodad
		addr add 10.3.0.11/24 dev b1
		addr add 2001:db8:3::11/64 dev b1 nodad
		addr add $VIP/32 dev lo
		addr add $VIP6/128 dev lo nodad
		link add gre4 type gre local $V4 remote any
		link add gre6 type ip6gre local $V6
		link set gre4 up
		link set gre6 up
		route add default via 10.3.0.1
		route add default via 2001:db8:3::1
	END
}

add_server()
{
	background backend /usr/bin/python3 "$E2E_DIR/lib/transfer.py" \
		serve "$1" backend "$E2E_TMP/$2.ready"
	wait_until 3 test -e "$E2E_TMP/$2.ready"
}

client()
{
	in_ns router /usr/bin/python3 "$E2E_DIR/lib/transfer.py" "$@"
}

# count_gre: count the GRE packets that arrive at director and backend from now on,
# all of them and those that are longer than the MTU, before any other hook.
count_gre()
{
	local name

	for name in director backend; do
		in_ns "$name" nft -f - <<-END
			table inet count
			delete table inet count
			table inet count {
				chain pre {
					type filter hook prerouting priority -500;
					meta l4proto gre counter comment "total"
					meta l4proto gre meta length > 1500 counter comment "large"
				}
			}
		END
	done
}

# gre NAME COMMENT: packets and bytes of a rule
gre()
{
	in_ns "$1" nft list table inet count |
		sed -n "s/.*packets \([0-9]*\) bytes \([0-9]*\) comment \"$2\"/\1 \2/p"
}

# all_arrived GROWTH: every packet that has arrived at the director has arrived at the
# backend, with so many bytes more, for now
all_arrived()
{
	local packets bytes

	read -r packets bytes < <(gre director total)
	expected="$packets $((bytes + packets * $1))"
	forwarded=$(gre backend total)
	[[ $expected == "$forwarded" ]]
}

# check_whole WHEN GROWTH: the director has forwarded each packet as one. A packet that
# was split, merged or cut would make packets or bytes differ for good.
check_whole()
{
	local arrived forwarded expected

	wait_until 2 all_arrived "$2" || true
	check_is "$1: packets are forwarded as they arrive, each $2 bytes longer" \
		"$expected" "$forwarded"
	arrived=$(gre director large)
	forwarded=$(gre backend large)
	check "$1: packets above the MTU arrive at the director" test "${arrived% *}" -gt 0
	check "$1: packets above the MTU arrive at the backend" test "${forwarded% *}" -gt 0
}

# Packets that a transport protocol of the backend has found damaged.
checksum_errors()
{
	in_ns backend nstat -asz TcpInCsumErrors UdpInCsumErrors Udp6InCsumErrors |
		awk '/InCsumErrors/ { n += $2 } END { print n }'
}

drops()
{
	adm --counters | awk '/^drop/ { n += $2 } END { print n }'
}

# route_by TUNNEL BACKEND: requests take this way from now on
route_by()
{
	ip_ns router <<-END
		route replace $VIP dev $1 src 192.0.2.1
		route replace $VIP6 dev $1 src 2001:db8:a::7
	END
	[[ $2 == "$backend" ]] || adm -R <<-END
		-a --pool web -r $2
		-d --pool web -r $backend
	END
	backend=$2
}

# mix WHAT TUNNEL BACKEND GROWTH
mix()
{
	local vip before

	route_by "$2" "$3"
	before=$(drops)
	for vip in $VIP $VIP6; do
		count_gre
		echo "# $1, $vip"
		client upload "$vip" $SIZE
		check_whole "$1, $vip" "$4"
		client ping "$vip" 20
	done
	check_is "$1: no packet is dropped" "$before" "$(drops)"
	check_is "$1: no checksum is wrong at the backend" 0 "$(checksum_errors)"
}

add_hosts
add_server $VIP v4
add_server $VIP6 v6
backend=$V6
adm -R <<END
--add-pool web --table-size 251
-a --pool web -r $backend
-A -t $VIP:7000 --pool web
-A -u $VIP:7000 --pool web
-A -t [$VIP6]:7000 --pool web
-A -u [$VIP6]:7000 --pool web
END

mix "IPv6 with an encapsulation limit to IPv6" gre6 $V6 0
mix "IPv6 to IPv6" bare6 $V6 0
mix "IPv6 with an encapsulation limit to IPv4" gre6 $V4 -28
mix "IPv6 to IPv4" bare6 $V4 -20

# The larger header does not fit behind a tunnel of the usual MTU. The router is told,
# and segments shrink.
route_by gre4 $V6
client upload $VIP $SIZE
check "IPv4 to IPv6: packets above the path MTU are counted as drop_too_big" \
	test "$(counter drop_too_big)" -gt 0
client upload $VIP6 $SIZE
ip_ns router <<<"link set gre4 mtu 1456"
mix "IPv4 to IPv6" gre4 $V6 20

# The same with a smaller MTU to the backend, though not below what inner IPv6 needs.
ip_ns director <<-END
	route add $V4 dev d1 src 10.2.0.1 mtu 1400
	route add $V6 dev d1 mtu 1400
END
for tunnel in gre6 bare6; do
	for address in $V4 $V6; do
		route_by "$tunnel" "$address"
		before=$(counter drop_too_big)
		client upload $VIP 300000
		client upload $VIP6 300000
		check "$tunnel to $address: packets above the path MTU are counted as drop_too_big" \
			test "$(counter drop_too_big)" -gt "$before"
	done
done
