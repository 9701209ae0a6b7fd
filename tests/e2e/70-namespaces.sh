#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Two directors on one kernel: each has its own configuration, addresses and
# counters, and outlives the other.
#
#   router ─ r0 ══ d0 ─ director ─ d1 ══ b0 ─ backend      as in wire.sh
#                  e0 ─ other    ─ e1                      a second one, on
#                  its own pair of links, with the same addresses

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=wire.sh
. "$E2E_DIR/wire.sh"

# The second director is wired to two namespaces of its own and has the names,
# addresses and MACs of the first.
second_topology()
{
	local side

	add_ns other router2 backend2
	for side in router backend; do
		sed "s/$(ns director)/$(ns other)/; s/$(ns $side)/$(ns ${side}2)/" \
			"$E2E_TMP/$side.link" >"$E2E_TMP/$side.link2"
		ip -batch "$E2E_TMP/$side.link2"
		ip -n "$(ns other)" -batch "$E2E_TMP/$side.near"
		ip -n "$(ns ${side}2)" -batch "$E2E_TMP/$side.far"
	done
	in_ns other sysctl -qw net.ipv4.ip_forward=1
}

wire_topology
second_topology
py namespaces together
del_ns other
py namespaces alone
add_ns other
py namespaces fresh
