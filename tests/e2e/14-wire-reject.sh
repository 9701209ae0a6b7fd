#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What clients are told when nobody serves them.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=wire.sh
. "$E2E_DIR/wire.sh"

wire_topology
ip -n "$(ns director)" route add 198.51.100.0/24 via 10.1.0.1
# With the VIP as its own address it can send errors to itself.
ip -n "$(ns director)" link set lo up
ip -n "$(ns director)" addr add 203.0.113.1/32 dev lo
# Every packet counts here, also the one after another.
in_ns director sysctl -qw net.ipv4.icmp_ratelimit=0
adm -C
adm -A -t 203.0.113.1:80 --all-down reject
adm -a -t 203.0.113.1:80 -r 10.2.0.11 --state down
py reject
