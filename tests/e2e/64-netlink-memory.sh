#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Netlink requests when memory runs out, at each place where it can.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

failslab=/sys/kernel/debug/failslab
for file in /proc/self/fail-nth $failslab; do
	if [[ ! -e $file ]]; then
		skip "allocations that fail" "this kernel has no $file"
		exit
	fi
done

at_exit()
{
	echo Y >$failslab/ignore-gfp-wait
	echo 2 >$failslab/verbose
}

# Allocations that may sleep fail, too, and not a word about it in the log.
echo N >$failslab/ignore-gfp-wait
echo 0 >$failslab/verbose
add_ns director
in_ns director /usr/bin/python3 "$E2E_DIR/py/nl_fault.py"
