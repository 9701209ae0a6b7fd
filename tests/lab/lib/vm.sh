# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # the options of tests/lab/run
#
# Start a kernel, wait for it, judge what it left.

# shellcheck source-path=SCRIPTDIR source=boot-uml.sh
. "$LAB_DIR/lib/boot-uml.sh"
# shellcheck source-path=SCRIPTDIR source=boot-stock.sh
. "$LAB_DIR/lib/boot-stock.sh"

# The first file of several that exists.
first_file()
{
	local file

	for file in "$@"; do
		[[ -e $file ]] && echo "$file" && return
	done
	return 0
}

# set_in_guest NAME VALUE, as a line of shell.
set_in_guest()
{
	printf 'export %s=%q\n' "$1" "$2"
}

# What the two scripts in guest/ read, and the environment of the script.
write_environment()
{
	local dir=$1 name path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

	rm -rf "$dir"
	mkdir -p "$dir/written" "$dir/host"
	name=$(first_file "$LAB_REPO"/build/userspace/maglevadm)
	[[ -z $name ]] || path=${name%/*}:$path
	{
		set_in_guest PATH "$path"
		set_in_guest HOME /root
		set_in_guest TERM "${TERM:-dumb}"
		set_in_guest LANG C.UTF-8
		set_in_guest LAB_KERNEL "$kernel"
		set_in_guest LAB_REPO "$LAB_REPO"
		set_in_guest LAB_CACHE "$LAB_CACHE"
		set_in_guest LAB_OUT "$out"
		if [[ -n $build ]]; then
			name=$(find "$build_dir/src" -name '*.ko' ! -name '*_kunit.ko' -print -quit)
			set_in_guest MAGLEV_KO "$name"
			set_in_guest LAB_DEPENDS "$(modinfo -F depends "$name" | tr , ' ')"
			set_in_guest MAGLEV_KUNIT_KO "$(first_file "$build_dir/src/tests/kunit/maglev_kunit.ko")"
		fi
		for name in CI "${!MAGLEV_@}" "${!TEST_@}" "${passed[@]}"; do
			[[ $name == MAGLEV_KO || $name == MAGLEV_KUNIT_KO ]] && continue
			if [[ $name == *=* ]]; then
				set_in_guest "${name%%=*}" "${name#*=}"
			elif [[ -v $name ]]; then
				set_in_guest "$name" "${!name}"
			fi
		done
		declare -p command | sed 's/^declare -a command/LAB_COMMAND/'
		printf '%s=%q\n' LAB_LOAD "$load" LAB_MODULE_PARAMS "$params" LAB_SHELL "$shell"
		# The devices that lib/boot-*.sh connects.
		case $kernel in
		uml-*) printf 'LAB_CONSOLE_%s\n' OUT=tty0 ERR=tty1 ;;
		stock-*)
			printf 'LAB_CONSOLE_%s\n' OUT=hvc0 ERR=hvc1 ;;
		esac
		if [[ -n $shell ]] && read -r rows columns < <(stty size 2>/dev/null); then
			printf 'LAB_ROWS=%d\nLAB_COLS=%d\n' "$rows" "$columns"
		fi
	} >"$dir/env"

	# For guest/init: host paths to show, where, and what comes next.
	{
		printf '%s %s\n' "$LAB_REPO" "$LAB_REPO" "$LAB_CACHE" "$LAB_CACHE"
		for name in "${shown[@]}"; do
			printf '%s %s\n' "$name" "$name"
		done
		[[ $kernel != stock-* ]] || echo "$kernel_dir/lib/modules /lib/modules"
	} >"$dir/show"
	echo "$LAB_DIR/guest/session" >"$dir/session"
}

vm='' timer=''

# By their ids: the namespace's first process takes all others along.
end_vm()
{
	[[ -z $vm ]] || kill -KILL "$vm" 2>/dev/null || true
	[[ -z $timer ]] || kill "$timer" 2>/dev/null || true
	[[ -z ${terminal-} ]] || stty "$terminal" </dev/tty || true
}

# Start the kernel behind lib/isolate and wait for it; 124 if it took too long.
run_vm()
{
	local ended=
	local -a user=() pumps=()

	export LAB_DIR LAB_SHELL=$shell LAB_CPUS=$cpus LAB_MEMORY=$memory LAB_APPEND=$append
	[[ $EUID -eq 0 ]] || user=(--map-root-user)
	trap end_vm EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	if [[ -n $shell ]]; then
		terminal=$(stty -g)
		timeout=infinity
		exec {o}>&1
	else
		exec {o}> >(exec cat)
		pumps+=($!)
	fi
	exec {e}> >(exec cat >&2)
	pumps+=($!)
	exec {l}> >(exec cat >"$out/.lab/console")
	pumps+=($!)
	unshare "${user[@]}" --mount --pid --net --fork --kill-child \
		"$LAB_DIR/lib/isolate" "$@" <&0 >&"$o" 2>&"$e" 3>&"$l" \
		{o}>&- {e}>&- {l}>&- {run_lock}>&- &
	vm=$!
	exec {o}>&- {e}>&- {l}>&-
	sleep "$timeout" {run_lock}>&- &
	timer=$!
	wait -n -p ended "$vm" "$timer" || true
	[[ $ended == "$timer" ]] && timer=
	end_vm
	wait "$vm" 2>/dev/null || true
	vm=
	wait "${pumps[@]}" || true
	[[ -n $timer ]] || return 124
	timer=
}

# Did the script leave nothing in the folder?
only_ours()
{
	[[ -z $(find "$1" -mindepth 1 -maxdepth 1 ! -name .lab ! -name .lock ! -name dmesg) ]]
}

# The kernel's word comes before the script's.
judge_run()
{
	local dir=$1 status=$2 log=$1/dmesg

	if [[ ! -s $log || ! -e $dir/.lab/exit ]]; then
		cp "$dir/.lab/console" "$log"
	fi
	if ! "$LAB_DIR/lib/judge" "$log" >"$dir/.lab/report"; then
		note "$kernel: the kernel reported a fault (all of it: $log)"
		cat "$dir/.lab/report" >&2
		[[ $status -eq 124 ]] || status=99
	fi
	if [[ -s $dir/.lab/kmemleak ]]; then
		note "$kernel: memory was leaked"
		cat "$dir/.lab/kmemleak" >&2
		status=99
	fi
	if [[ $status -eq 124 ]]; then
		note "$kernel: ended after $timeout s (--timeout); the end of the kernel log:"
		tail -n 15 "$log" >&2
	elif [[ ! -e $dir/.lab/exit ]]; then
		note "$kernel: the kernel died before the script was through; the end of its log:"
		tail -n 30 "$log" >&2
		status=99
	fi
	[[ $status -ne 0 ]] || status=$(cat "$dir/.lab/exit")
	if [[ -n $fresh && $status -eq 0 ]] && only_ours "$dir"; then
		rm -rf "$dir"
	fi
	exit "$status"
}
