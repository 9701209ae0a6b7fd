# SPDX-License-Identifier: GPL-2.0
# needs: stock
# shellcheck shell=bash
#
# Super-packets through the director: with GRE keys and checksums, as a tunnel sends
# them or as GRO makes them of segments on the wire, to devices that leave them whole or
# have them cut up by software in one way or another, and on VLANs. Each of these
# meets each mix of families somewhere, not everywhere. In a kernel with probes, what
# the director does to their data is counted. Run by lib/launch.sh.

# shellcheck source-path=SCRIPTDIR/../lib source=tunnels.sh
. "$E2E_DIR/lib/tunnels.sh"

SIZE=3000000
# A burst of few segments, the last one of another size.
BURST=5000
# Where tunnels with a checksum alone end.
V4_SUM=10.2.0.12
V6_SUM=2001:db8:2::12
# Addresses on VLANs.
V4_VLAN=10.2.20.11
V6_VLAN=2001:db8:220::11

# Tunnels with a key, with a checksum, and with both. GRO of Linux takes the checksum for
# the key where there are both, and so merges segments of one size only.
add_tunnels()
{
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
}

# VLAN 10 to the director, VLAN 20 to the backend. False in a kernel without.
add_vlans()
{
	ip -n "$(ns router)" link add link r0 name r0.10 type vlan id 10 2>/dev/null || return 1
	ip_ns router <<-END
		link set r0.10 up
		addr add 10.1.10.1/24 dev r0.10
		link add gre4v type gre local 10.1.10.1 remote 10.1.10.2 ttl 64 key 7 csum
		link set gre4v up mtu 1440
	END
	ip_ns director <<-END
		link add link d0 name d0.10 type vlan id 10
		link add link d1 name d1.20 type vlan id 20
		link set d0.10 up
		link set d1.20 up
		addr add 10.1.10.2/24 dev d0.10
		addr add 10.2.20.1/24 dev d1.20
		addr add 2001:db8:220::1/64 dev d1.20 nodad
	END
	ip_ns backend <<-END
		link add link b0 name b0.20 type vlan id 20
		link set b0.20 up
		addr add $V4_VLAN/24 dev b0.20
		addr add $V6_VLAN/64 dev b0.20 nodad
		link add gre4v type gre local $V4_VLAN remote any key 7 csum
		link add gre6v type ip6gre local $V6_VLAN key 7 csum
		link set gre4v up
		link set gre6v up
	END
}

# features NAME DEVICE FEATURE on|off...: some of veth's are left alone where there are
# no VLANs
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

# way WHAT TUNNEL BACKEND GROWTH: a transfer of each family, as the devices are now
way()
{
	local expected got vip about="$1, "

	route_by "$2" "$3"
	for vip in $VIP $VIP6; do
		client upload "$vip" $BURST
		client upload "$vip" $SIZE
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

add_hosts
add_tunnels
start_transfers
count_gre
features backend b0 gro on
# Packets are counted as they are unwrapped, one by one.
for device in gre4k gre4s gre6k gre6s gre8 gre68; do
	features backend $device gro off
done

features director d0 gro off
way "whole, IPv4 with a checksum to IPv4" gre4s $V4_SUM 0
way "whole, IPv4 with key and checksum to IPv6" gre4k $V6 20
features director d1 tso off gso off tx off
way "whole, to software, IPv6 with a checksum to IPv4" bare6s $V4_SUM -20
way "whole, to software, IPv6 with an encapsulation limit and a key to IPv6" gre6k $V6 0

router_sends segments
features director d0 gro on
way "GRO, to software, IPv4 with a checksum to IPv4" gre4s $V4_SUM 0
way "GRO, to software, IPv4 with key and checksum to IPv6" gre4k $V6 20
features director d1 tso on gso on tx on tx-gre-csum-segmentation off
way "GRO, to software by GRE checksum, IPv6 with a checksum to IPv6" bare6s $V6_SUM 0
features director d1 tx-gre-csum-segmentation on tx-gre-segmentation off
way "GRO, to software by GRE, IPv6 with an encapsulation limit and a key to IPv4" gre6k $V4 -28
# As a list of packets with headers, where the kernel has that for TCP.
features director d1 tx-gre-segmentation on tso off gso off tx off
features director d0 rx-gro-list on
way "GRO as lists, to software, IPv4 with a checksum to IPv4" gre4s $V4_SUM 0
way "GRO as lists, to software, IPv4 with key and checksum to IPv6" gre4k $V6 20
way "GRO as lists, to software, IPv6 with an encapsulation limit and a key to IPv6" gre6k $V6 0
check_is "no packet is dropped" 0 "$(drops)"
