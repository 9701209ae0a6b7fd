# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Packages from the Debian archive, downloaded, never installed.
#
# The suites wanted (sid, backports) need not be among the machine's own, so apt
# gets a state of its own in the cache.  Its sources are derived from the
# machine's apt configuration each time: whatever mirror that names is used.
# apt verifies the signatures with the Debian keyring as always.

ARCHIVE=$LAB_CACHE/apt
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# apt-get or apt-cache, on the lab's own state; needs no root.
archive_apt()
{
	local tool=$1

	shift
	"$tool" -q \
		-o Dir::State="$ARCHIVE/state" -o Dir::State::status=/dev/null \
		-o Dir::Cache="$ARCHIVE/cache" \
		-o Dir::Etc::sourcelist="$ARCHIVE/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
		-o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none \
		-o Acquire::Retries=3 -o Debug::NoLocking=1 "$@"
}

# The archives the machine's apt is configured with, as "URI SUITE" lines.  apt
# itself reads its configuration here, so one-line lists and deb822 both work.
machine_suites()
{
	apt-get update --print-uris 2>/dev/null |
		sed -nE "s|^'([^']*)/dists/([^']+)/InRelease'.*|\1 \2|p"
}

write_sources()
{
	local codename main security
	local -a lines=()

	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
	[[ -r $KEYRING ]] || die "$KEYRING is missing: apt-get install debian-archive-keyring"
	main=$(machine_suites | awk -v c="$codename" '$2 == c || $2 == "stable" { print $1; exit }')
	[[ -n $main ]] || die "apt's configuration names no archive for '$codename'"
	security=$(machine_suites | awk '$2 ~ /-security$/ { print; exit }')

	lines+=("$main $codename" "$main $codename-backports" "$main sid")
	[[ -z $security ]] || lines+=("$security")
	printf "deb [signed-by=$KEYRING] %s main\n" "${lines[@]}" >"$ARCHIVE/sources.list"
}

export -f archive_apt
export ARCHIVE

# Refresh the lists.  One suite missing (backports end one day) is no failure:
# what is wanted may be elsewhere, and who asks for it says what is not found.
# Kernels fetched one after the other use the same lists, for an hour.
refresh_archive()
{
	local stamp=$ARCHIVE/refreshed

	mkdir -p "$ARCHIVE"/{state/lists/partial,cache/archives/partial}
	if [[ -n $(find "$stamp" -mmin -60 2>/dev/null) && $* != --now ]]; then
		return
	fi
	write_sources
	if archive_apt apt-get update; then
		touch "$stamp"
	fi
}

# Print the newest package whose whole name matches the regular expression $1.
newest_package()
{
	# Names alone will not do: apt also knows some that are only depended on.
	archive_apt apt-cache pkgnames | grep -xE -- "$1" |
		xargs -r bash -c 'archive_apt apt-cache madison "$@"' _ |
		awk '{ print $1 }' | sort -uV | tail -n 1
}

package_version()
{
	archive_apt apt-cache madison "$1" 2>/dev/null | awk 'NR == 1 { print $3 }'
}

# download DIR PACKAGE...
download()
{
	local dir=$1

	shift
	mkdir -p "$dir"
	(cd "$dir" && archive_apt apt-get download "$@")
}
