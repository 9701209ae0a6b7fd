# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Tunnels of both families to a director and a backend, what is counted on their way,
# and transfers through them. To be sourced by scenarios.
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
# by default, with a tunnel encapsulation limit, and bare6 without. There are more with
# keys and checksums, see add_keyed_tunnels().

# shellcheck source-path=SCRIPTDIR source=transfer.sh
. "$E2E_DIR/lib/transfer.sh"

VIP=203.0.113.1
VIP6=2001:db8::80
V4=10.2.0.11
V6=2001:db8:2::11
# Where tunnels with a checksum alone end.
V4_SUM=10.2.0.12
V6_SUM=2001:db8:2::12

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

# count_gre: count the GRE packets that come to director and backend and leave the
# director from now on: by the family in it, and what is longer than the MTU apart; and
# those that a GRE device has unwrapped
count_gre()
{
	local name where inner match
	local -A rules=() proto=([IPv4]=0x0800 [IPv6]=0x86dd)

	for where in in out; do
		for inner in IPv4 IPv6; do
			match="meta l4proto gre @th,16,16 ${proto[$inner]}"
			rules[$where]+="$match counter comment \"$where $inner\"; "
			match+=" meta length > 1500"
			rules[$where]+="$match counter comment \"$where $inner large\"; "
		done
	done
	for name in director backend; do
		in_ns "$name" nft -f - <<-END
			table inet count {
				chain pre {
					type filter hook prerouting priority -500; ${rules[in]}
					iifname "gre*" counter comment "unwrapped"
				}
				chain post {
					type filter hook postrouting priority 500; ${rules[out]}
				}
			}
		END
	done
}

# What the counters say, by "NAME COMMENT", and what they said when all that had come
# to the director was forwarded.
declare -A packets=() bytes=() packets_before=() bytes_before=()

read_counters()
{
	local name line pattern='packets ([0-9]+) bytes ([0-9]+) comment "(.*)"'

	for name in director backend; do
		while read -r line; do
			[[ $line =~ $pattern ]] || continue
			packets["$name ${BASH_REMATCH[3]}"]=${BASH_REMATCH[1]}
			bytes["$name ${BASH_REMATCH[3]}"]=${BASH_REMATCH[2]}
		done < <(in_ns "$name" nft list table inet count)
	done
}

# came KEY GROWTH: packets and bytes since then; GROWTH bytes are added for each packet
came()
{
	local n=$((${packets[$1]} - ${packets_before[$1]-0}))

	echo "$n, $((${bytes[$1]} - ${bytes_before[$1]-0} + $2 * n))"
}

# all_forwarded KEY GROWTH: every packet that came to the director has gone on, so many
# bytes longer, for now
all_forwarded()
{
	local inner

	read_counters
	expected='' got=''
	for inner in IPv4 IPv6; do
		expected+="$inner: $(came "director in $inner" "$2"); "
		got+="$inner: $(came "$1 $inner" 0); "
		# The limit of "large" does not grow.
		[[ $2 == 0 ]] || continue
		expected+="large: $(came "director in $inner large" 0); "
		got+="large: $(came "$1 $inner large" 0); "
	done
	[[ $expected == "$got" ]]
}

# check_whole WHAT KEY GROWTH NAME...: the director has forwarded each packet as one. A
# packet that was split, merged or cut would make packets or bytes differ for good. Large
# ones have come to these namespaces.
check_whole()
{
	local expected got inner name key

	wait_until 2 all_forwarded "$2" "$3" || true
	check_is "$1: packets are forwarded as they arrive, each $3 bytes longer" \
		"$expected" "$got"
	for inner in IPv4 IPv6; do
		for name in "${@:4}"; do
			key="$name in $inner large"
			check "$1, $inner: packets above the MTU come to the $name" \
				test "${packets[$key]}" -gt "${packets_before[$key]-0}"
		done
	done
	for key in "${!packets[@]}"; do
		packets_before[$key]=${packets[$key]} bytes_before[$key]=${bytes[$key]}
	done
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
	[[ $1 == "$tunnel" ]] || ip_ns router <<-END
		route replace $VIP dev $1 src 192.0.2.1
		route replace $VIP6 dev $1 src 2001:db8:a::7
	END
	[[ $2 == "$backend" ]] || adm -R <<-END
		-a --pool web -r $2
		-d --pool web -r $backend
	END
	tunnel=$1 backend=$2
}

# start_transfers: a server behind the VIPs, and a client of it
start_transfers()
{
	serve backend $VIP $VIP6
	start_client router
	tunnel='' backend=$V4
	adm -R <<-END
		--add-pool web --table-size 251
		-a --pool web -r $backend
		-A -t $VIP:0 --pool web
		-A -u $VIP:7000 --pool web
		-A -t [$VIP6]:0 --pool web
		-A -u [$VIP6]:7000 --pool web
	END
}

# Bytes of a transfer, and of a burst of few segments, the last one of another size.
WAY_SIZE=500000
WAY_BURST=5000

# features NAME DEVICE FEATURE on|off...
features()
{
	in_ns "$1" ethtool -K "${@:2}" >/dev/null
}

# all_unwrapped: the backend has unwrapped every packet that came to it, for now. One
# whose GRE checksum is wrong is dropped without being counted.
all_unwrapped()
{
	local key n=0

	read_counters
	for key in "backend in IPv4" "backend in IPv6"; do
		n=$((n + ${packets[$key]} - ${packets_before[$key]-0}))
	done
	expected="$n packets" key="backend unwrapped"
	got="$((${packets[$key]} - ${packets_before[$key]-0})) packets"
	[[ $expected == "$got" ]]
}

# way WHAT TUNNEL BACKEND GROWTH: transfers of each family, by a tunnel of
# add_keyed_tunnels(), as the devices are now
way()
{
	local expected got vip about="$1, "

	route_by "$2" "$3"
	for vip in $VIP $VIP6; do
		client upload "$vip" $WAY_BURST
		client upload "$vip" $WAY_SIZE
	done
	wait_until 2 all_unwrapped || true
	check_is "$1: the backend unwraps every packet" "$expected" "$got"
	check_whole "$1" "director out" "$4" director
	check_is "$1: no checksum is wrong at the backend" 0 "$(checksum_errors)"
}

# Super-packets come from the router, or segments, with checksums in them.
router_sends()
{
	case $1 in
	super-packets) features router r0 tso on gso on tx on ;;
	segments) features router r0 tso off gso off tx off ;;
	esac
}

# add_keyed_tunnels: with a key, with a checksum, and with both. GRO of Linux takes the
# checksum for the key where there are both, and so merges segments of one size only.
add_keyed_tunnels()
{
	local device

	ip_ns router <<-END
		link add gre4k type gre local 10.1.0.1 remote 10.1.0.2 ttl 64 key 7 csum
		link add gre4s type gre local 10.1.0.1 remote 10.1.0.3 ttl 64 csum
		link add gre6k type ip6gre local 2001:db8:1::1 remote 2001:db8:1::2 key 8
		link add bare6s type ip6gre local 2001:db8:1::1 remote 2001:db8:1::33 encaplimit none csum
		link set gre4k up mtu 1440
		link set gre4s up mtu 1440
		link set gre6k up
		link set bare6s up
	END
	ip_ns director <<-END
		addr add 10.1.0.3/24 dev d0
		addr add 2001:db8:1::33/64 dev d0 nodad
	END
	ip_ns backend <<-END
		addr add $V4_SUM/24 dev b0
		addr add $V6_SUM/64 dev b0 nodad
		link add gre4k type gre local $V4 remote any key 7 csum
		link add gre4s type gre local $V4_SUM remote any csum
		link add gre6k type ip6gre local $V6 key 7 csum
		link add gre8 type gre local $V4 remote any key 8
		link add gre68 type ip6gre local $V6 key 8
		link add gre6s type ip6gre local $V6_SUM csum
		link set gre4k up
		link set gre4s up
		link set gre6k up
		link set gre6s up
		link set gre8 up
		link set gre68 up
	END
	# Packets are counted as they are unwrapped, one by one.
	for device in gre4k gre4s gre6k gre6s gre8 gre68; do
		features backend $device gro off
	done
}
