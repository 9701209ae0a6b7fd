# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The topology of the tests that look at single packets. To be sourced after
# common.sh.
#
#   router                     director                        backend
#   10.1.0.1 ─ r0 ═══════════ d0 ─ 10.1.0.2   10.2.0.1 ─ d1 ═══════════ b0
#   02:..:01     10.1.0.0/24       10.1.0.22  02:..:03  10.2.0.0/24   02:..:04
#                02:..:02
#
# The backends are the addresses 10.2.0.11 and up. No host has them: the director
# has static neighbour entries for them, so packets for them arrive at b0, are
# captured, and remain unanswered.
#
# The commands for ip(8) are kept in files, for tests that build the topology up
# again (line.py): SIDE.link makes the link between the director and a side,
# SIDE.near configures the director's end and SIDE.far the other.

write_batches()
{
	local d=$E2E_TMP

	echo "link add r0 address 02:00:00:00:00:01 netns $(ns router) type veth" \
		"peer name d0 address 02:00:00:00:00:02 netns $(ns director)" >"$d/router.link"
	printf '%s\n' 'link set lo up' \
		'addr add 10.1.0.2/24 dev d0' \
		'addr add 10.1.0.22/24 dev d0' \
		'link set d0 up' \
		'neigh replace 10.1.0.1 lladdr 02:00:00:00:00:01 dev d0' \
		'neigh replace 10.1.0.5 lladdr 02:00:00:00:00:01 dev d0' >"$d/router.near"
	printf '%s\n' 'link set lo up' 'addr add 10.1.0.1/24 dev r0' 'link set r0 up' \
		>"$d/router.far"
	echo "link add b0 address 02:00:00:00:00:04 netns $(ns backend) type veth" \
		"peer name d1 address 02:00:00:00:00:03 netns $(ns director)" >"$d/backend.link"
	printf '%s\n' 'addr add 10.2.0.1/24 dev d1' 'link set d1 up' >"$d/backend.near"
	printf 'neigh replace 10.2.0.%d lladdr 02:00:00:00:00:04 dev d1\n' {11..40} 99 \
		>>"$d/backend.near"
	printf '%s\n' 'link set lo up' 'link set b0 up' >"$d/backend.far"
}

line_topology()
{
	local side

	write_batches
	create_ns router director backend
	for side in router backend; do
		ip -batch "$E2E_TMP/$side.link"
		ip -n "$(ns director)" -batch "$E2E_TMP/$side.near"
		ip -n "$(ns $side)" -batch "$E2E_TMP/$side.far"
	done
	in_ns director sysctl -qw net.ipv4.ip_forward=1
}

# The second line is router2 - other - backend2, with the device names, addresses
# and MACs of the first.
second_line_topology()
{
	local side

	create_ns other router2 backend2
	for side in router backend; do
		sed "s/$(ns director)/$(ns other)/; s/$(ns $side)/$(ns ${side}2)/" \
			"$E2E_TMP/$side.link" >"$E2E_TMP/$side.link2"
		ip -batch "$E2E_TMP/$side.link2"
		ip -n "$(ns other)" -batch "$E2E_TMP/$side.near"
		ip -n "$(ns ${side}2)" -batch "$E2E_TMP/$side.far"
	done
	in_ns other sysctl -qw net.ipv4.ip_forward=1
}
