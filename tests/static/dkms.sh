# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# DKMS: add, build and install, for the headers of stock kernels, in trees of
# its own: nothing of this machine's changes. Sourced by tests/static/run.

dkms_cycle()
{
	local kernel=$1 dir kdir release version

	version=$(cat VERSION)
	kdir=$(tests/lab/module "$kernel" --print-kdir) || return 1
	release=$(make -s -C "$kdir" kernelrelease) || return 1
	dir=$out/dkms-$kernel
	rm -rf "$dir"
	mkdir -p "$dir/tree" "$dir/install/$release"
	dir=$(cd "$dir" && pwd -P)
	make -s dkms-install DESTDIR="$dir" || return 1

	local -a common=(--dkmstree "$dir/tree" --sourcetree "$dir/usr/src"
		--installtree "$dir/install" -m maglev -v "$version")
	dkms add "${common[@]}" || return 1
	dkms build "${common[@]}" -k "$release" --kernelsourcedir "$kdir" || {
		cat "$dir"/tree/maglev/*/build/make.log
		return 1
	}
	dkms install "${common[@]}" -k "$release" --no-depmod --no-initrd \
		--kernelsourcedir "$kdir" || return 1
	find "$dir/install/$release" -name 'maglev.ko*' | grep .
}

# dkms_checks KERNEL...
dkms_checks()
{
	local kernel

	for kernel; do
		[[ $kernel == stock-* ]] || continue
		check "dkms add, build, install for $kernel" dkms_cycle "$kernel"
	done
}
