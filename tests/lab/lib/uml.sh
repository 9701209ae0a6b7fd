# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A User-Mode Linux kernel from Debian's linux-source package.
#
# The source is unpacked once per version and shared by all kernels built from
# it; each kernel is built out of tree and keeps what external modules need.

# Newer gcc versions than the oldest kernel knows are not worth the surprises.
uml_make()
{
	local cc=gcc

	command -v gcc-12 >/dev/null && cc=gcc-12
	make ARCH=um CC=$cc HOSTCC=$cc "$@"
}

# Print the source package for a UML kernel: that of its series, or, once sid
# has moved on, the next one up.
uml_source_package()
{
	local series=${1#uml-} package

	series=${series%-debug}
	package=$(newest_package "linux-source-${series//./\\.}")
	if [[ -z $package && $series == 7.2 ]]; then
		package=$(newest_package 'linux-source-[7-9]\.[0-9]+')
		[[ -z $package ]] || note "linux-source-$series is gone from the archive, using $package"
	fi
	[[ -n $package ]] || die "no package linux-source-$series in the archive"
	echo "$package"
}

# Unpack without what is neither compiled, nor a header of something compiled,
# nor read by kconfig: a quarter of the size.
unpack_source()
{
	local package=$1 deb=$2 dir=$3 tmp=$3.part.$$
	local -a skip=()
	local sub

	for sub in drivers/{gpu,media,infiniband,staging,scsi,usb,iio,net/ethernet,net/wireless} \
		sound fs/{xfs,btrfs,ext4,ocfs2,smb} Documentation tools/{testing,perf} samples; do
		skip+=("--exclude=*/$sub/*.[chS]" "--exclude=*/$sub/*.rst" "--exclude=*/$sub/*.json")
	done
	skip+=("--exclude=*.dts" "--exclude=*.dtsi" "--exclude=*/Documentation/devicetree/*.yaml")
	for sub in alpha arc arm arm64 csky hexagon ia64 loongarch m68k microblaze mips nios2 \
		openrisc parisc powerpc riscv s390 sh sparc xtensa; do
		skip+=("--exclude=*/arch/$sub/*.[chS]")
	done
	mkdir -p "$tmp"
	dpkg-deb --fsys-tarfile "$deb" | tar -xO "./usr/src/$package.tar.xz" |
		xz -dc -T0 | tar -x -C "$tmp" --strip-components=1 "${skip[@]}"
	mv "$tmp" "$dir"
}

# unpack_schemas PACKAGE DEB DIR
unpack_schemas()
{
	dpkg-deb --fsys-tarfile "$2" | tar -xO "./usr/src/$1.tar.xz" | xz -dc -T0 |
		tar -x -C "$3" --strip-components=1 --wildcards '*/Documentation/netlink/*.yaml'
}

# has_schemas DIR: a tree with YNL has the schemas of netlink specifications. Earlier
# versions of this file left them out.
has_schemas()
{
	[[ ! -d $1/tools/net/ynl || -e $1/Documentation/netlink/genetlink-legacy.yaml ]]
}

# add_schemas PACKAGE DIR: add them to a tree that lacks them
add_schemas()
{
	local package=$1 dir=$2 version=${2##*_}

	! has_schemas "$dir" || return 0
	# Any version has them where this one is gone from the archive.
	step "download $package again" download "$LAB_CACHE/tmp/$package" "$package=$version" ||
		step "download $package" download "$LAB_CACHE/tmp/$package" "$package"
	step "unpack schemas of $package" unpack_schemas "$package" \
		"$(echo "$LAB_CACHE/tmp/$package/$package"_*.deb)" "$dir"
	rm -rf "$LAB_CACHE/tmp/$package"
}

# The checks of memory save a backtrace for each object. User-Mode Linux asks for each
# word of the stack whether it is an address of code, which lockdep sees as a lock taken
# and released; with frame pointers only return addresses need asking. Three quarters
# of the debug kernel's time went there. What is saved stays the same.
walk_frames()
{
	local file=$1/arch/um/kernel/stacktrace.c
	local all='if (__kernel_text_address(addr)) {'
	local some='if ((!IS_ENABLED(CONFIG_FRAME_POINTER) || (unsigned long)sp == bp + sizeof(long)) \&\& __kernel_text_address(addr)) {'

	sed -i "s/^\t\t$all\$/\t\t$some/" "$file"
	grep -q CONFIG_FRAME_POINTER "$file" ||
		note "arch/um/kernel/stacktrace.c has changed: the debug kernel will be slow"
}

# Print the source tree of package $1, unpacked if need be.
source_tree()
{
	local package=$1 version dir

	version=$(package_version "$package")
	dir=$LAB_CACHE/${package}_$version
	if [[ ! -d $dir ]]; then
		step "download $package $version" download "$LAB_CACHE/tmp/$package" "$package"
		step "unpack $package" unpack_source "$package" \
			"$(echo "$LAB_CACHE/tmp/$package/$package"_*.deb)" "$dir"
		rm -rf "$LAB_CACHE/tmp/$package"
	fi
	walk_frames "$dir"
	echo "$dir"
}

# Every option asked for has to be set: kconfig drops what it cannot have
# without a word.
check_config()
{
	local config=$1 line missing=0

	shift
	while read -r line; do
		grep -qxF -- "$line" "$config" && continue
		echo "not in the resulting configuration: $line" >&2
		missing=1
	done < <(grep -h '^CONFIG_' "$@")
	return "$missing"
}

configure_uml()
{
	local src=$1 obj=$2

	shift 2
	cat "$@" >"$obj/lab.config"
	uml_make -C "$src" O="$obj" KCONFIG_ALLCONFIG="$obj/lab.config" allnoconfig
	# On its own first: a parallel make would start without auto.conf.
	uml_make -C "$obj" syncconfig
	check_config "$obj/.config" "$@"
}

# Keep the generated headers, scripts and symbol tables; objects are most of it.
prune_objects()
{
	local obj=$1

	find "$obj" \( -name '*.o' -o -name '*.a' -o -name '.*.cmd' -o -name '*.mod' \
		-o -name '*.mod.c' -o -name 'vmlinux*' -o -name '.tmp_*' \) \
		-not -path "$obj/scripts/*" -not -path "$obj/tools/*" \
		-not -path "$obj/arch/*/kernel/vmlinux.lds" -type f -delete
	find "$obj" -type d -empty -delete
}

# build_uml NAME: leave the kernel in its final place in the cache.
build_uml()
{
	local name=$1 package src obj final
	local -a parts

	mapfile -t parts < <(fragments "$name")
	package=$(uml_source_package "$name")
	src=$(locked "$LAB_CACHE/$package.lock" source_tree "$package")
	final=$LAB_CACHE/${name}_${src##*_}_$(recipe_hash "$name")
	[[ -d $final ]] && return
	obj=$LAB_CACHE/tmp/$name
	rm -rf "$obj"
	mkdir -p "$obj"
	step "configure $name" configure_uml "$src" "$obj" "${parts[@]}"
	step "build $name" uml_make -C "$obj" -j"$(($(nproc) + 1))" linux modules
	strip --strip-debug -o "$obj/image" "$obj/linux"
	rm "$obj/linux"
	prune_objects "$obj"
	ln -s . "$obj/kdir"
	sed -i "s|$obj|$final|" "$obj/Makefile"
	mv "$obj" "$final"
}
