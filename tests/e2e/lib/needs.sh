# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What scenarios may need, a function for each. To be sourced by launch.sh after
# common.sh.

# shellcheck source-path=SCRIPTDIR source=line.sh
. "$E2E_DIR/lib/line.sh"
# shellcheck source-path=SCRIPTDIR source=cluster.sh
. "$E2E_DIR/lib/cluster.sh"
# shellcheck source-path=SCRIPTDIR source=routed.sh
. "$E2E_DIR/lib/routed.sh"

# The command that runs a Python scenario inside of a namespace, for launch.sh.
# shellcheck disable=SC2034
E2E_IN=()

# A kernel in which thousands of connections or packets take seconds. Nothing to
# provide: a word to select scenarios by.
need_quick()
{
	:
}

# A distribution's kernel: modules that come when they are needed, several CPUs, its
# options. Nothing to provide, and in other kernels it shows as much of the rest.
need_stock()
{
	:
}

# Time: many kinds of packets, one by one, which take an emulated kernel minutes.
# Nothing to provide.
need_many()
{
	:
}

# More time than what it adds to the others is worth in every run of the tests: for
# the long lane. Nothing to provide.
need_long()
{
	:
}

# One namespace without links, which the scenario runs in.
need_director()
{
	add_ns director
	# shellcheck disable=SC2034
	E2E_IN=(in_ns director)
}

# Router, director and backends in a line, for single packets.
need_line()
{
	line_topology
}

# A second line, with the names and addresses of the first.
need_second_line()
{
	second_line_topology
}

# Clients, a router, several directors and backends that serve.
need_cluster()
{
	add_network
	start_servers
}

# The same with directors that announce themselves to the router. Scenarios start
# maglev-announce.
need_routed()
{
	add_routed_network
	start_servers
	start_routing
}

# Two clusters, each with two directors and two backends that serve.
need_two_clusters()
{
	add_two_clusters
	start_servers
}

# The module as a file, to be loaded again. Later scenarios need it loaded,
# whatever becomes of this one.
need_module()
{
	: "${MAGLEV_KO:?the module to load again}"

	at_exit()
	{
		grep -q '^maglev ' /proc/modules || insmod "$MAGLEV_KO"
	}
}

# The kernel's own client of netlink specifications, as YNL, and their schemas, as
# YNL_SCHEMAS. They are in the source of the newest of the lab's kernels; the scenario
# is skipped where that has not been fetched.
need_ynl()
{
	local dir

	YNL='' YNL_SCHEMAS=''
	for dir in "${LAB_CACHE-}"/linux-source-*/tools/net/ynl/pyynl; do
		[[ -e $dir/lib/ynl.py ]] || continue
		YNL=$dir YNL_SCHEMAS=${dir%/tools/*}/Documentation/netlink
	done
	if [[ ! -e $YNL_SCHEMAS/genetlink-legacy.yaml ]]; then
		skip "the family as YNL sees it" "no kernel source that has YNL: tests/lab/fetch --print-source 7.2"
		exit
	fi
	export YNL YNL_SCHEMAS
}

# Filters that choose the queue of a device. The scenario is skipped in a kernel
# without.
need_queueing()
{
	if ! unshare -n tc qdisc add dev lo clsact 2>/dev/null; then
		skip "queues of a device" "this kernel has no clsact"
		exit
	fi
}

# Allocations that fail on request, also those that may sleep, without a word
# about it in the log. The scenario is skipped in a kernel without.
need_fault_injection()
{
	local file failslab=/sys/kernel/debug/failslab

	for file in /proc/self/fail-nth $failslab; do
		if [[ ! -e $file ]]; then
			skip "allocations that fail" "this kernel has no $file"
			exit
		fi
	done

	at_exit()
	{
		echo Y >/sys/kernel/debug/failslab/ignore-gfp-wait
		echo 2 >/sys/kernel/debug/failslab/verbose
	}
	echo N >$failslab/ignore-gfp-wait
	echo 0 >$failslab/verbose
}
