# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Programs talk to each other through real tunnels, in every mix of the families of
# the router's tunnel, the client and the backend: with segmentation offload, and with
# segments on the wire that GRO puts together. Run by lib/launch.sh.

# shellcheck source-path=SCRIPTDIR/../lib source=tunnels.sh
. "$E2E_DIR/lib/tunnels.sh"

SIZE=500000

# offloaded WHAT TUNNEL BACKEND GROWTH: segments leave the client as one packet, which
# nothing on the way takes apart
offloaded()
{
	local vip about="$1, "

	route_by "$2" "$3"
	for vip in $VIP $VIP6; do
		client upload "$vip" $SIZE
		client ping "$vip" 20
	done
	check_whole "$1" "backend in" "$4" director backend
}

# segmented WHAT TUNNEL BACKEND GROWTH: segments are on the wire, with checksums in
# them, and GRO makes large packets of them. The director's leave it as they are, and
# are taken apart behind it.
segmented()
{
	local vip

	route_by "$2" "$3"
	for vip in $VIP $VIP6; do
		# Its server refuses a client while it ends with the last one.
		check "GRO, $1: iperf3 sends $SIZE bytes to $vip" wait_until 3 in_ns router \
			timeout "$limit" iperf3 -c "$vip" -n $SIZE
	done
	check_whole "GRO, $1" "director out" "$4" director backend
}

# mixes FUNCTION
mixes()
{
	"$1" "IPv4 to IPv4" gre4 $V4 0
	"$1" "IPv4 to IPv6" gre4 $V6 20
	"$1" "IPv6 with an encapsulation limit to IPv6" gre6 $V6 0
	"$1" "IPv6 to IPv6" bare6 $V6 0
	"$1" "IPv6 to IPv4" bare6 $V4 -20
	"$1" "IPv6 with an encapsulation limit to IPv4" gre6 $V4 -28
	check_is "$1: no packet is dropped" 0 "$(drops)"
	check_is "$1: no checksum is wrong at the backend" 0 "$(checksum_errors)"
}

# put_together WHERE: "gro", where segments are on the wire with checksums in them, or
# "gso", where nothing takes apart what the client sends
put_together()
{
	local name device gso=off gro=on

	[[ $1 == gro ]] || gso=on gro=off
	while read -r name device; do
		in_ns "$name" ethtool -K "$device" tso $gso gso $gso tx $gso gro $gro >/dev/null
	done <<-END
		router r0
		director d0
		director d1
		backend b0
	END
}

# too_big WHAT: an upload is too big at first. It teaches the router's tunnel the MTU,
# which then informs the next client itself.
too_big()
{
	local before=$dropped about="$1: "

	client upload $VIP 300000
	client upload $VIP6 300000
	dropped=$(counter drop_too_big)
	check "$1: packets above the path MTU are counted as drop_too_big" \
		test "$dropped" -gt "$before"
}

add_hosts
background backend iperf3 -s >/dev/null 2>&1
start_transfers
limit=$(limit 15)
wait_until 3 in_ns backend iperf3 -c $VIP -n 1 >/dev/null
count_gre

# What fits behind the larger header, too.
ip_ns router <<<"link set gre4 mtu 1456"
mixes offloaded
put_together gro
mixes segmented
put_together gso

# With the usual MTU it does not. The router is told, and segments shrink.
ip_ns router <<<"link set gre4 mtu 1476"
dropped=0
route_by gre4 $V6
too_big "IPv4 to IPv6"

# With a smaller MTU to the backend, though not below what inner IPv6 needs. IPv6 has
# less room than IPv4, so each route is narrower than those before.
ip_ns director <<-END
	route add $V4 dev d1 src 10.2.0.1 mtu 1400
	route add $V6 dev d1 mtu 1400
END
for address in $V4 $V6; do
	for kind in gre6 bare6; do
		route_by "$kind" "$address"
		too_big "$kind to $address"
	done
done
