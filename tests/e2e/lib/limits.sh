# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Time limits that grow with the slowness of the kernel and of the machine below
# it. A limit ends what hangs; it never judges how long something takes. To be
# sourced.

# measure_slowness: sets and exports E2E_SLOWNESS, in percent of the time that a
# quick native kernel takes.
measure_slowness()
{
	local i start=${EPOCHREALTIME/./} percent

	(:)
	ip -V >/dev/null
	for ((i = 0; i < 1700; i++)); do :; done
	# 5.7 ms where nothing else runs on a quick machine.
	percent=$(((${EPOCHREALTIME/./} - start) / 57))
	E2E_SLOWNESS=$((percent > 100 ? percent : 100))
	# Programs start slower than they run in an emulated kernel, and a limit that is
	# longer than the lab's would end nothing.
	E2E_SLOWNESS=$((E2E_SLOWNESS < 5000 ? E2E_SLOWNESS : 5000))
	export E2E_SLOWNESS
}

# limit SECONDS: how long to wait for something that takes so long at most where
# nothing else runs on a quick machine
limit()
{
	local percent=$((4 * ${E2E_SLOWNESS:-100}))

	echo $(($1 * (percent > 1000 ? percent : 1000) / 100))
}
