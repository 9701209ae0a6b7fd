# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Speed of the machine, or of a guest, by the clock: a busy machine is as slow as
# a slow one.  In percent of the time that an idle modern core takes: 100 is quick,
# 1000 is ten times slower.  To be sourced; needs bash alone, and busybox in guests.

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

# guest_slowness: computing or starting processes, whichever is slower.  An
# emulated processor is slow at the former, User-Mode Linux at the latter; 100 is
# uml-6.1 on an idle machine, where a process takes 25 ms.
guest_slowness()
{
	local i start computing starting

	computing=$(machine_slowness)
	start=$(microseconds)
	for i in 1 2 3 4; do
		(:)
		busybox true
	done
	starting=$((($(microseconds) - start) / 1000))
	echo $((computing > starting ? computing : starting))
}

# pass_work SECONDS: return when an idle machine would have been given that many
# seconds.  The speed is measured again and again, since the load changes.
pass_work()
{
	local left=$(($1 * 1000000)) now before pause never

	# Reading from it is a sleep without a process.
	exec {never}<> <(:)
	before=$(microseconds)
	while ((left > 0)); do
		pause=$((left < 5000000 ? left : 5000000))
		printf -v pause '%d.%06d' $((pause / 1000000)) $((pause % 1000000))
		read -rt "$pause" -u "$never" || true
		now=$(microseconds)
		left=$((left - (now - before) * 100 / $(machine_slowness)))
		before=$now
	done
	exec {never}>&-
}
