# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The topology of the tests that look at single packets.  To be sourced after
# lib.sh.
#
#   router                     director                        backend
#   10.1.0.1 ─ r0 ═══════════ d0 ─ 10.1.0.2   10.2.0.1 ─ d1 ═══════════ b0
#   02:..:01     10.1.0.0/24       10.1.0.22  02:..:03  10.2.0.0/24   02:..:04
#                02:..:02
#
# The backends are the addresses 10.2.0.11 and up.  They belong to nobody: the
# director has static neighbour entries for them, so whatever it sends there
# arrives at b0, is captured, and is answered by nothing.

wire_topology()
{
	local i

	add_ns router director backend
	ip link add r0 address 02:00:00:00:00:01 netns "$(ns router)" type veth \
		peer name d0 address 02:00:00:00:00:02 netns "$(ns director)"
	ip link add b0 address 02:00:00:00:00:04 netns "$(ns backend)" type veth \
		peer name d1 address 02:00:00:00:00:03 netns "$(ns director)"
	ip_ns router <<-END
		addr add 10.1.0.1/24 dev r0
		link set r0 up
	END
	ip_ns backend <<-END
		link set b0 up
	END
	{
		cat <<-END
			addr add 10.1.0.2/24 dev d0
			addr add 10.1.0.22/24 dev d0
			addr add 10.2.0.1/24 dev d1
			link set d0 up
			link set d1 up
			neigh add 10.1.0.1 lladdr 02:00:00:00:00:01 dev d0
			neigh add 10.1.0.5 lladdr 02:00:00:00:00:01 dev d0
		END
		for i in {11..40} 99; do
			echo "neigh add 10.2.0.$i lladdr 02:00:00:00:00:04 dev d1"
		done
	} | ip_ns director
	in_ns director sysctl -qw net.ipv4.ip_forward=1
}
