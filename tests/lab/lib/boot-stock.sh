# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2054 # commas belong to the options
#
# How a stock kernel is started: in qemu, without KVM, which is not on every
# machine and not to be trusted where it is nested.

# boot_stock NAME KERNELDIR CONTROL: become qemu.  Descriptors: 1 and 2 take the
# script's output, 3 the kernel's log.
boot_stock()
{
	local kernel=$2 control=$3
	local -a args=()

	if [[ -n ${LAB_SHELL-} ]]; then
		args+=(-chardev stdio,id=out,signal=off)
	else
		args+=(-add-fd fd=4,set=4 -chardev file,id=out,path=/dev/fdset/4,append=on)
	fi
	exec 4>&1 5>&2
	exec qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max \
		-smp "$LAB_CPUS" -m "${LAB_MEMORY:-1G}" -nodefaults -no-user-config -display none -no-reboot \
		-kernel "$kernel/image" -initrd "$kernel/initramfs" \
		-append "console=ttyS0 panic=-1 loglevel=8 log_buf_len=4M rcupdate.rcu_cpu_stall_timeout=180 watchdog_thresh=60 lab=$control labinit=$LAB_DIR/guest/init ${LAB_APPEND-}" \
		-device virtio-serial \
		"${args[@]}" -device virtconsole,chardev=out \
		-add-fd fd=5,set=5 -chardev file,id=err,path=/dev/fdset/5,append=on -device virtconsole,chardev=err \
		-add-fd fd=3,set=3 -chardev file,id=log,path=/dev/fdset/3,append=on -serial chardev:log \
		-fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap \
		-device virtio-9p-pci,fsdev=root,mount_tag=labroot \
		-fsdev "local,id=out,path=$control,security_model=none,multidevs=remap" \
		-device virtio-9p-pci,fsdev=out,mount_tag=labout
}
