# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What every program of the lab shares: where things are, what the kernels are
# called, how to say what is going on.  Sourced, with $LAB_DIR set.

LAB_REPO=${LAB_REPO:-$(cd "$LAB_DIR/../.." && pwd -P)}
LAB_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/maglev-lab
export LAB_REPO LAB_CACHE

# Used by those who source this.
# shellcheck disable=SC2034
LAB_KERNELS=(uml-6.1 uml-7.2 uml-7.2-debug stock-6.1 stock-6.12)

die()
{
	echo "lab: $*" >&2
	exit 1
}

# Progress goes to stderr: stdout belongs to whatever the caller asked for.
note()
{
	echo "lab: $*" >&2
}

known_kernel()
{
	local name

	for name in "${LAB_KERNELS[@]}"; do
		[[ $name == "$1" ]] && return
	done
	die "no kernel named '$1'; there are: ${LAB_KERNELS[*]}"
}

# The configuration fragments that make up UML kernel $1.
fragments()
{
	echo "$LAB_DIR/config/common-uml.config"
	case $1 in
	uml-6.1) echo "$LAB_DIR/config/uml-6.1.config" ;;
	uml-7.2*) echo "$LAB_DIR/config/uml-7.2.config" ;;
	esac
	case $1 in
	uml-7.2) echo "$LAB_DIR/config/smp.config" ;;
	*-debug) echo "$LAB_DIR/config/debug.config" ;;
	esac
}

# What a cached kernel depends on besides its version: the configuration, and
# the way it is built or unpacked, where a number says that it changed.
recipe_hash()
{
	{
		case $1 in
		uml-*-debug)
			echo 2
			fragments "$1" | xargs cat ;;
		uml-*)
			echo 1
			fragments "$1" | xargs cat ;;
		stock-*)
			echo 1
			cat "$LAB_DIR/guest/initramfs" ;;
		esac
	} | sha256sum | cut -c1-10
}

# Print the newest complete cached build of kernel $1; fail if there is none.
cached()
{
	local dir

	dir=$(find "$LAB_CACHE" -mindepth 1 -maxdepth 1 -type d \
		-name "$1_*_$(recipe_hash "$1")" 2>/dev/null | sort -V | tail -n 1)
	[[ -n $dir ]] && echo "$dir"
}

# step TEXT COMMAND...: run a command that takes long, with its output in
# $LAB_LOG; one line says what and how long, and where to look when it fails.
step()
{
	local text=$1 start=$SECONDS

	shift
	# In the background, because "if" would switch errexit off inside.
	(set -e; "$@") >>"$LAB_LOG" 2>&1 </dev/null &
	if wait $!; then
		note "$text ($((SECONDS - start)) s)"
	else
		note "$text: FAILED after $((SECONDS - start)) s; the end of $LAB_LOG:"
		tail -n 15 "$LAB_LOG" >&2
		return 1
	fi
}

# locked FILE COMMAND...: one at a time, whoever comes second says so.
locked()
{
	local file=$1 fd

	shift
	mkdir -p "$(dirname "$file")"
	exec {fd}>"$file"
	if ! flock -n "$fd"; then
		note "waiting for another run that holds ${file##*/}"
		flock "$fd"
	fi
	"$@" {fd}>&-
	local status=$?
	exec {fd}>&-
	return "$status"
}
