# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# Static checks of the kernel code. Sourced by tests/static/run.

# A copy per build: every kernel, and every set of warnings, starts from
# nothing, or make would keep quiet about files it does not compile again.
fresh_copy()
{
	local dir=$out/$1

	rm -rf "$dir"
	mkdir -p "$dir"
	cp -r --parents Kbuild VERSION kmod tests/kunit tests/bench/module "$dir"
	find "$dir" \( -name '*.o' -o -name '*.ko' -o -name '.*.cmd' \
		-o -name '*.mod' -o -name '*.mod.c' \) -delete
	(cd "$dir" && pwd -P)
}

# build_clean KERNEL FOLDER: every warning is an error, whoever prints it: the
# compiler, or sparse, which looks on where it knows all that the kernel's
# headers use. Debian 12's does not for 7.2.
build_clean()
{
	local kernel=$1 folder=$2 dir log kdir
	local -a args=()

	kdir=$(tests/lab/module "$kernel" --print-kdir) || return 1
	dir=$(fresh_copy "build-$kernel-${folder//\//-}") || return 1
	log=$dir/log
	case $kernel in
	uml-*) args=(ARCH=um CONFIG_MAGLEV_KUNIT_TEST=m CC=gcc-12) ;;
	*) args=(C=2 "CF=-D__CHECK_ENDIAN__ -Wsparse-error") ;;
	esac
	make -C "$kdir" M="$dir/$folder" W=1 "${args[@]}" modules >"$log" 2>&1 || {
		cat "$log"
		return 1
	}
	# Some are about the kernel's own build, not about this code: the compiler
	# and pahole that are here need not be those that built it.
	! grep -iE '(warning|error):' "$log" |
		grep -vE 'the compiler differs|pahole version differs|Skipping BTF|missing-include-dirs'
}

missing_option_is_named()
{
	local dir=$out/config

	rm -rf "$dir"
	mkdir -p "$dir/include/config"
	touch "$dir/Makefile"
	printf 'CONFIG_%s=y\n' 64BIT MODULES INET NET_NS >"$dir/include/config/auto.conf"
	kmod/check-config "$dir" 2>"$dir/said" && return 1
	grep 'CONFIG_NETFILTER CONFIG_DST_CACHE' "$dir/said"
}

source_tree()
{
	tests/lab/fetch --print-source "$1"
}

checkpatch()
{
	# LINUX_VERSION_CODE is what kmod/compat/ is for; the tests' compat.h is
	# its twin. An iterator uses its cursor several times. Trees are not at hand,
	# commits are not looked at here.
	git ls-files -z 'kmod/*.[ch]' 'tests/kunit/*.[ch]' 'tests/bench/*.[ch]' |
		xargs -0 perl "$(source_tree 6.1)/scripts/checkpatch.pl" \
		--no-tree --strict --terse --show-types \
		--ignore LINUX_VERSION_CODE,MACRO_ARG_REUSE -f
}

kernel_doc()
{
	local said

	# -Wall style warnings go to stderr, and do not change its status.
	said=$(git ls-files -z 'kmod/*.[ch]' 'tests/bench/module/*.[ch]' |
		xargs -0 perl "$(source_tree 6.1)/scripts/kernel-doc" -none 2>&1)
	[[ -z $said ]] || { echo "$said"; return 1; }
}

# Every function that other files see is documented.
kernel_doc_complete()
{
	python3 tests/static/kernel-doc-complete
}

layers()
{
	tests/static/layers
}

no_version_checks_outside_compat()
{
	! git grep -nE 'LINUX_VERSION_CODE|KERNEL_VERSION' -- kmod ':!kmod/compat'
}

# build_checks KERNEL...
build_checks()
{
	local kernel

	for kernel; do
		check "build $kernel" build_clean "$kernel" .
	done
}

# bench_checks KERNEL...: the module of the benchmarks
bench_checks()
{
	local kernel

	for kernel; do
		check "build $kernel, benchmarks" \
			build_clean "$kernel" tests/bench/module
	done
}

# As the lab does for other tests, with warnings of compiler and sparse as errors.
build_checked()
{
	command -v sparse >/dev/null || { echo "sparse is not installed"; return 1; }
	tests/lab/module "$1"
}

# What depends on no kernel, or on one that the lab has built for other tests.
kernel_checks()
{
	check "build uml-7.2-debug" tests/lab/module uml-7.2-debug
	check "build stock-6.1, with sparse" build_checked stock-6.1
	check "missing kernel option is named" missing_option_is_named
	check "checkpatch" checkpatch
	check "kernel-doc" kernel_doc
	check "kernel-doc is complete" kernel_doc_complete
	check "layers of kmod/" layers
	check "layers: each rule that is broken is named" tests/static/layers-test
	check "no version checks outside kmod/compat" \
		no_version_checks_outside_compat
}
