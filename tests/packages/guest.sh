# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What scenarios on installed packages share. To be sourced, in a lab kernel, whose root
# may be written to: all of that goes with the kernel. $MAGLEV_PACKAGES is the folder of the
# packages, with those of the next version in next/, $MAGLEV_KDIR the headers of this kernel.

# shellcheck source-path=SCRIPTDIR source=../e2e/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../e2e/lib/common.sh"
measure_slowness

: "${MAGLEV_PACKAGES:?packages}" "${MAGLEV_KDIR:?headers}"
RELEASE=$(uname -r)
# shellcheck disable=SC2034 # for scenarios
VERSION=$(<"$LAB_REPO/VERSION")
RULES=/etc/maglev/rules
# Programs are those of the packages, not of the tree.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH DEBIAN_FRONTEND=noninteractive

# writable_modules: where the modules are a folder of their own, which is read-only
writable_modules()
{
	local dir=/run/modules

	mkdir -p /lib/modules
	mountpoint -q /lib/modules || return 0
	mkdir -p $dir/{up,work}
	mount -t overlay -o "lowerdir=/lib/modules,upperdir=$dir/up,workdir=$dir/work" \
		modules /lib/modules
}

# headers: this kernel's, where DKMS looks for them
headers()
{
	local dir=/lib/modules/$RELEASE file

	case $LAB_KERNEL in
	uml-*)
		mkdir -p "$dir"
		for file in modules.builtin modules.builtin.modinfo modules.order; do
			cp "$MAGLEV_KDIR/$file" "$dir/"
		done
		# DKMS knows no architecture but those of machines.
		{
			echo "ARCH := um"
			cat "$MAGLEV_KDIR/Makefile"
		} >/run/Makefile
		mount --bind /run/Makefile "$MAGLEV_KDIR/Makefile"
		ln -sfn "$MAGLEV_KDIR" "$dir/build" ;;
	*)
		for file in "$MAGLEV_KDIR"/../linux-headers-*; do
			ln -sfn "$(realpath "$file")" /usr/src/
		done
		for file in "$MAGLEV_KDIR"/../../lib/linux-kbuild-*; do
			ln -sfn "$(realpath "$file")" /usr/lib/
		done ;;
	esac
	# Its files are there, then, when what is there is noted.
	depmod "$RELEASE"
}

# no_compiler: where it would take minutes, DKMS gets the module that was built outside,
# of this version or of the one whose packages are installed
no_compiler()
{
	[[ -n ${MAGLEV_MODULES-} ]] || return 0
	cat >/usr/local/sbin/make <<-END
		#!/bin/bash
		[[ \$* == *" module" ]] || exec /usr/bin/make "\$@"
		cp $MAGLEV_MODULES/maglev-\$(<VERSION).ko kmod/maglev.ko
	END
	chmod 755 /usr/local/sbin/make
	PATH=/usr/local/sbin:$PATH
}

# fresh_system: no module is loaded, and nothing else on this machine gets in the way
fresh_system()
{
	writable_modules
	headers
	no_compiler
	# A machine that builds and tests may forbid that services are started.
	rm -f /usr/sbin/policy-rc.d
	# Indexing manual pages would take longer than all the rest.
	rm -f /var/lib/man-db/auto-update
}

# files: names that were not there on the machine, and "-" before those that are gone
files()
{
	local dir name

	for dir in "$LAB_OUT/.lab/written" /run/modules/up; do
		[[ ! -d $dir ]] || (cd "$dir" && find . \( -type c -printf '-%P\n' \) -o -printf '%P\n')
	done | grep -vE '^-?(tmp|root|mnt|run|dev|proc|sys)(/|$)' | sort -u |
		while read -r name; do
			[[ $name != -* && -e $LAB_OUT/.lab/host/$name ]] || echo "$name"
		done
}

# deb PACKAGE...: the files of packages, in folder $FROM
deb()
{
	local name

	for name; do
		echo "$FROM/${name}"_*.deb
	done
}

# installs PACKAGE...: by dpkg, from folder $FROM; what it says is shown when it fails
installs()
{
	local -a list

	mapfile -t list < <(deb "$@")
	dpkg --force-unsafe-io -i "${list[@]}" </dev/null
}

# same_rules: what is configured is what the file says
same_rules()
{
	diff <(grep -v '^#' $RULES | sort) <(maglevadm -S -n | sort)
}

nothing_configured()
{
	[[ -z $(maglevadm -S -n) ]]
}

# built VERSION: by DKMS, for this kernel
built()
{
	dkms status
	dkms status | grep -q "^maglev/$1, $RELEASE, .*: installed"
}

# purges COMMAND...: all packages; ldirectord, which needs one of them, stays
purges()
{
	"$@" dpkg --force-unsafe-io --force-depends --purge \
		maglevadm-ipvsadm maglevadm maglev-dkms
}

# nothing_left: of what was not there "before". Debian's ipvsadm, whose place was taken, is
# gone, and the key that DKMS signs with is the machine's.
nothing_left()
{
	check_is "no file is left" "" "$(comm -13 "$E2E_TMP/before" <(files) |
		grep -vE '^-.*ipvsadm|^var/lib/dkms/mok\.(key|pub)$')"
}
