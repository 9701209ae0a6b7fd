# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Speed of the machine, by the clock: a busy machine is as slow as a slow one.  In
# percent of the time that an idle modern core takes: 100 is quick, 1000 is ten
# times slower.  To be sourced; needs bash alone.

# microseconds: the clock
microseconds()
{
	echo "${EPOCHREALTIME/[.,]/}"
}

# machine_slowness: computing alone, 12 ms on an idle machine
machine_slowness()
{
	local i start percent

	start=$(microseconds)
	for ((i = 0; i < 10000; i++)); do :; done
	percent=$((($(microseconds) - start) / 120))
	echo $((percent > 100 ? percent : 100))
}
