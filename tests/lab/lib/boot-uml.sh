# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2054 # commas belong to the options
#
# How a User-Mode Linux kernel is started: it is a process of the host.

# boot_uml NAME KERNELDIR CONTROL: become the kernel.  Descriptors: 1 and 2 take
# the script's output, 3 the kernel's log.
#
# Each console channel needs descriptors of its own, and pipes: User-Mode Linux
# cannot wait for a file.
boot_uml()
{
	local name=$1 kernel=$2 control=$3 memory=1G
	local -a args=(con=null con2=null,fd:3 console=tty2 con1=null,fd:5)

	case $name in
	*-debug) memory=3G ;;
	esac
	case $name in
	uml-6.1) ;;
	# Checked caches go without per-CPU sheaves, whose stale slots hide the
	# objects last allocated from kmemleak.
	*-debug) args+=(seccomp=on slab_debug=F) ;;
	*) args+=(seccomp=on "ncpus=$LAB_CPUS") ;;
	esac
	if [[ -n ${LAB_SHELL-} ]]; then
		args+=(con0=fd:0,fd:4)
	else
		args+=(con0=null,fd:4)
	fi
	# On a busy host the guest itself stands still for a while.
	args+=(rcupdate.rcu_cpu_stall_timeout=180)
	# shellcheck disable=SC2206 # several parameters in one variable
	args+=(${LAB_APPEND-})
	exec 4>&1 5>&2
	exec "$kernel/image" "mem=${LAB_MEMORY:-$memory}" root=/dev/root rootfstype=hostfs ro loglevel=8 \
		"init=$LAB_DIR/guest/init" "lab=$control" "${args[@]}" >&3 2>&3
}
