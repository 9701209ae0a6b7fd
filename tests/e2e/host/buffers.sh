# SPDX-License-Identifier: GPL-2.0
# needs: stock
# shellcheck shell=bash
#
# Super-packets in a kernel with VLANs and with probes: what the director does to their
# data is counted, and they come and go on VLANs whose tags are beside the frame, in it,
# or left there by a bridge. Run by lib/launch.sh.

# shellcheck source-path=SCRIPTDIR/../lib source=tunnels.sh
. "$E2E_DIR/lib/tunnels.sh"

# Addresses on VLANs.
V4_VLAN=10.2.20.11
V6_VLAN=2001:db8:220::11
TRACE=/sys/kernel/tracing

at_exit()
{
	[[ ! -e $TRACE/events/mgl ]] || remove_probes
	modprobe -qr br_netfilter
}

# VLAN 10 to the director, VLAN 20 to the backend, and one that is bridged at the
# director
add_vlans()
{
	ip link add r2 netns "$(ns router)" type veth peer name d2 netns "$(ns director)"
	ip_ns router <<-END
		link add link r0 name r0.10 type vlan id 10
		link add link r2 name r2.30 type vlan id 30
		link set r0.10 up
		link set r2 up
		link set r2.30 up
		addr add 10.1.10.1/24 dev r0.10
		addr add 10.1.30.1/24 dev r2.30
		link add gre4v type gre local 10.1.10.1 remote 10.1.10.2 ttl 64 csum
		link add gre4b type gre local 10.1.30.1 remote 10.1.30.2 ttl 64 csum
		link set gre4v up mtu 1440
		link set gre4b up mtu 1440
	END
	ip_ns director <<-END
		link add link d0 name d0.10 type vlan id 10
		link add link d1 name d1.20 type vlan id 20
		link add bridge2 type bridge
		link set d2 master bridge2
		link add link bridge2 name bridge2.30 type vlan id 30
		link set d0.10 up
		link set d1.20 up
		link set d2 up
		link set bridge2 up
		link set bridge2.30 up
		addr add 10.1.10.2/24 dev d0.10
		addr add 10.1.30.2/24 dev bridge2.30
		addr add 10.2.20.1/24 dev d1.20
		addr add 2001:db8:220::1/64 dev d1.20 nodad
	END
	ip_ns backend <<-END
		link add link b0 name b0.20 type vlan id 20
		link set b0.20 up
		addr add $V4_VLAN/24 dev b0.20
		addr add $V6_VLAN/64 dev b0.20 nodad
		link add gre4v type gre local $V4_VLAN remote any csum
		link add gre6v type ip6gre local $V6_VLAN csum
		link set gre4v up
		link set gre6v up
	END
	features backend gre4v gro off
	features backend gre6v gro off
}

# add_probes: of what moves or copies the data of a packet, and of where the director
# has one
add_probes()
{
	cat >$TRACE/kprobe_events <<-END
		p:mgl/mgl_in maglev:mgl_receive_v4
		r:mgl/mgl_out maglev:mgl_receive_v4
		p:mgl/mgl_pull __pskb_pull_tail
		p:mgl/mgl_head pskb_expand_head
		p:mgl/mgl_copy skb_copy
		p:mgl/mgl_copy_expand skb_copy_expand
		p:mgl/mgl_segment skb_segment
	END
	echo 'name == "r0" || name == "d1"' >$TRACE/events/net/net_dev_start_xmit/filter
}

# trace 0|1
trace()
{
	echo "$1" >$TRACE/events/mgl/enable
	echo "$1" >$TRACE/events/net/net_dev_start_xmit/enable
}

remove_probes()
{
	trace 0
	echo 0 >$TRACE/events/net/net_dev_start_xmit/filter
	echo >$TRACE/kprobe_events
	echo >$TRACE/trace
}

# judge_trace GROWTH: super-packets in pages that went from the router to the backend: as
# the same buffer, with as much of it in pages; and what the director did to any packet,
# segmentation of its device included
judge_trace()
{
	awk -v growth="$1" '
		function field(name)
		{
			if (!match($0, " " name "=[^ ]+"))
				return ""
			return substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 2)
		}
		{
			match($0, /\[[0-9]+\]/)
			cpu = substr($0, RSTART, RLENGTH)
		}
		/ mgl_in: / { inside[cpu] = 1; next }
		/ mgl_out: / { inside[cpu] = 0; next }
		/ mgl_[a-z_]*: / { if (inside[cpu]) touched++; next }
		/ net_dev_start_xmit: / && field("data_len") > 0 && field("gso_size") > 0 {
			addr = field("skbaddr")
			if (field("dev") == "r0") {
				len[addr] = field("len") + growth
				paged[addr] = field("data_len")
			} else if (len[addr] == field("len") &&
				   paged[addr] == field("data_len")) {
				same++
				delete len[addr]
			} else {
				other++
			}
		}
		END { print (same ? "some" : "no") " as they came, " other + 0 \
			" otherwise, " touched + 0 " touched" }' $TRACE/trace
}

# traced WHAT TUNNEL BACKEND GROWTH: as way(), and no byte of a super-packet is moved or
# copied
traced()
{
	echo >$TRACE/trace
	trace 1
	way "$@"
	trace 0
	check_is "$1: buffers and pages are those that came, none is touched" \
		"some as they came, 0 otherwise, 0 touched" "$(judge_trace "$4")"
}

if ! { mountpoint -q $TRACE || mount -t tracefs tracefs $TRACE; } 2>/dev/null ||
	! modprobe -q 8021q; then
	skip "VLANs and probes" "this kernel has none"
	exit
fi
add_hosts
add_keyed_tunnels
start_transfers
count_gre
features director d0 gro off

add_probes
traced "whole, IPv4 with a checksum to IPv4" gre4s $V4_SUM 0
traced "whole, IPv4 with key and checksum to IPv6" gre4k $V6 20
remove_probes

add_vlans
features backend b0 gro on
features director d0 gro on
features director d1 tso off gso off tx off
router_sends segments
way "GRO, from a VLAN to a VLAN, to software, IPv4 to IPv4" gre4v $V4_VLAN 0
router_sends super-packets
features director d1 tso on gso on tx on
way "whole, from a VLAN to a VLAN, IPv4 to IPv6" gre4v $V6_VLAN 20
features router r0 tx-vlan-offload off
features director d1 tx-vlan-offload off
way "whole, with VLANs in the frames, IPv4 to IPv4" gre4v $V4_VLAN 0
way "whole, from a VLAN, IPv4 to IPv6" gre4v $V6_SUM 20
modprobe br_netfilter
in_ns director sysctl -qw net.bridge.bridge-nf-filter-vlan-tagged=1
way "whole, from a VLAN that netfilter sees on a bridge, IPv4 to IPv4" gre4b $V4_SUM 0
check_is "no packet is dropped" 0 "$(drops)"
