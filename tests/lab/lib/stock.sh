# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Debian's own kernels, unpacked from their packages.

# The package of kernel $1: the newest of its series, without the real-time,
# cloud, unsigned and debug variants.
stock_package()
{
	case $1 in
	stock-6.1) newest_package 'linux-image-6\.1\.0-[0-9]+-amd64' ;;
	stock-6.12) newest_package 'linux-image-6\.12\.[0-9]+(\+deb[0-9]+|\+bpo)?-amd64' ;;
	esac
}

# The header packages of release $1 and what they lean on.
header_packages()
{
	echo "linux-headers-$1"
	archive_apt apt-cache depends "linux-headers-$1" |
		sed -nE 's/^ *\|?Depends: (linux-headers-[^ ]*-common|linux-kbuild-[^ ]*)$/\1/p'
}

unpack_debs()
{
	local dir=$1 deb

	shift
	for deb in "$@"; do
		dpkg-deb -x "$deb" "$dir"
	done
}

# Drop the drivers of real hardware: most of an image, and qemu has none of it.
prune_modules()
{
	local kernel=$1/kernel sub

	rm -rf "$kernel"/sound "$kernel"/fs/{xfs,btrfs,ocfs2,ext4,f2fs,ceph,smb,cifs,nfs,nfsd,gfs2,jfs}
	for sub in "$kernel"/drivers/*; do
		case ${sub##*/} in
		net | virtio | block | char) ;;
		*) rm -rf "$sub" ;;
		esac
	done
	for sub in "$kernel"/drivers/net/*/; do
		case $sub in
		*/vxlan/ | */bonding/ | */team/ | */ipvlan/ | */wireguard/) ;;
		*) rm -rf "$sub" ;;
		esac
	done
}

# Debian's header packages find each other below /usr/src; here they do not lie
# there, but in $2.
relocate_headers()
{
	local tree=$1 final=$2 release=$3

	sed -i "s|/usr/src/|$final/usr/src/|g" "$tree/usr/src/linux-headers-$release/Makefile"
	ln -sfn "usr/src/linux-headers-$release" "$tree/kdir"
}

# The few modules that carry the root over 9p, in the order of their needs, in
# an archive with busybox.
make_initramfs()
{
	local tree=$1 release=$2 work=$1/initramfs.d path

	rm -rf "$work"
	mkdir -p "$work"/{bin,modules}
	cp "$(command -v busybox)" "$work/bin/busybox"
	cp "$LAB_DIR/guest/initramfs" "$work/init"
	modprobe -d "$tree" -S "$release" -a --show-depends virtio_pci virtio_console 9pnet_virtio 9p overlay |
		awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
		while read -r path; do
			cp "$path" "$work/modules/"
			basename "$path" >>"$work/modules.list"
		done
	(cd "$work" && find . | cpio -o -H newc --quiet | gzip -1) >"$tree/initramfs"
	rm -rf "$work"
}

unpack_stock()
{
	local tree=$1 final=$2 release=$3

	unpack_debs "$tree" "$tree"/debs/*.deb
	rm -rf "${tree:?}/debs" "${tree:?}/usr/share"
	cp "$tree/boot/vmlinuz-$release" "$tree/image"
	prune_modules "$tree/lib/modules/$release"
	depmod -b "$tree" "$release"
	relocate_headers "$tree" "$final" "$release"
	make_initramfs "$tree" "$release"
	rm -rf "${tree:?}/boot"
	ln -s lib/modules "$tree/modules"
}

# fetch_stock NAME: leave the kernel in its final place in the cache.
fetch_stock()
{
	local name=$1 image release final tree
	local -a packages

	image=$(stock_package "$name")
	[[ -n $image ]] || die "no package for $name in the archive"
	release=${image#linux-image-}
	final=$LAB_CACHE/${name}_$(package_version "$image")_$(recipe_hash "$name")
	[[ -d $final ]] && return
	tree=$LAB_CACHE/tmp/$name
	rm -rf "$tree"
	mapfile -t packages < <(header_packages "$release")
	step "download $image, headers" download "$tree/debs" "$image" "${packages[@]}"
	step "unpack $image" unpack_stock "$tree" "$final" "$release"
	mv "$tree" "$final"
}
