# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# Units of systemd. Sourced by tests/static/run.

# units_installed: in a folder of their own, as "make install" leaves them
units_installed()
{
	rm -rf "$out/units"
	make -s -C userspace install DESTDIR="$PWD/$out/units"
}

# Programs are looked for, and those of the tree are not on this machine.
units_verified()
{
	local dir=$PWD/$out/units

	sed -i -E "s,(Exec[A-Za-z]*=[-+!@:]*)/usr/(sbin|libexec),\1$dir/usr/\2," \
		"$dir"/lib/systemd/system/*.service
	SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no \
		"$dir"/lib/systemd/system/*.{service,timer}
}

# In tenths: from 5.0 on systemd no longer calls a unit OK.
units_sandboxed()
{
	local unit

	for unit in userspace/systemd/*.service; do
		systemd-analyze security --offline=yes --threshold=50 "$unit" >"$out/security" || {
			echo "$unit"
			cat "$out/security"
			return 1
		}
	done
}

unit_checks()
{
	check "units are installed" units_installed
	check "units are verified" units_verified
	check "units are sandboxed" units_sandboxed
}
