#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: run.sh [SELECTOR...] [--not SELECTOR...]
#
# Run scenarios and print their results as one KTAP document. A selector is
# the name of a scenario (wire/headers), a folder (wire), or something that
# scenarios need (quick). Without one, or with "--not" alone, all scenarios are
# taken; "--not" leaves out what follows it. For root in a kernel with
# maglev.ko loaded and maglevadm in $PATH:
#
#   tests/lab/run --kernel uml-6.1 -- tests/e2e/run.sh wire/headers
#   tests/lab/run --kernel stock-6.1 -- tests/e2e/run.sh --not quick
#
# A scenario is a Python or bash program, FOLDER/NAME.py or FOLDER/NAME.sh, and
# says in its first lines what it needs ("# needs: line"); lib/needs.sh provides
# it. A scenario fails if it prints no result, hangs, or ends with an error, if
# the kernel log has a report afterwards, or if it leaves a namespace behind.

set -euo pipefail
shopt -s inherit_errexit
dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source-path=SCRIPTDIR source=lib/limits.sh
. "$dir/lib/limits.sh"
subjects=(wire host netlink connections)
judge=$dir/../lab/lib/judge
# The time of a scenario where nothing else runs on a quick machine.
scenario_seconds=12
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
end='status of the scenario: '
total=0 failed=0
# In the kernel log, whose first lines may get lost, this ends what has been judged.
judged="e2e: judged up to here"

result()
{
	total=$((total + 1))
	[[ $1 == ok ]] || failed=$((failed + 1))
	echo "$1 $total - $2"
}

# number_lines NAME: pass a scenario's lines on with a number and its name, up
# to the line that holds its exit status, and count the results in $cases. A
# process that outlives the scenario may keep the pipe open for longer.
number_lines()
{
	local line

	while IFS= read -r line; do
		case $line in
		"$end"*)
			status=${line#"$end"}
			return ;;
		'ok - '*)
			cases=$((cases + 1))
			result ok "$1: ${line#ok - }" ;;
		'not ok - '*)
			cases=$((cases + 1))
			result 'not ok' "$1: ${line#not ok - }" ;;
		'#'*) echo "$line" ;;
		*) echo "# $line" ;;
		esac
	done
}

# kernel_is_well: no line that has come to the kernel log since the last call is of
# a report
kernel_is_well()
{
	local -a lines
	local first

	dmesg >"$tmp/log"
	mapfile -t lines <"$tmp/log"
	for ((first = ${#lines[@]}; first > 0; first--)); do
		[[ ${lines[first - 1]} != *"$judged" ]] || break
	done
	((first < ${#lines[@]})) || return 0
	printf '%s\n' "${lines[@]:first}" >"$tmp/dmesg"
	echo "$judged" >/dev/kmsg
	"$judge" "$tmp/dmesg" >"$tmp/reports" && return
	sed 's/^/# /' "$tmp/reports"
	return 1
}

# left_over: namespaces of the scenario are still there; prints them
left_over()
{
	local file

	for file in /run/netns/mgl*; do
		[[ -e $file ]] || return 1
		echo "# ${file##*/}"
	done
}

# run_scenario FILE NAME NEED...
run_scenario()
{
	local file=$1 name=$2 status=lost cases=0 start=$SECONDS seconds

	shift 2
	measure_slowness
	seconds=${MAGLEV_E2E_LIMIT:-$(limit $scenario_seconds)}
	echo "# Scenario $name: slowness $E2E_SLOWNESS, limit $seconds s"
	# No pipe: number_lines counts in this shell.
	number_lines "$name" < <(
		timeout -k 10 "$seconds" bash "$dir/lib/launch.sh" "$file" "$@" 2>&1 </dev/null &&
			echo "${end}0" || echo "$end$?")
	if [[ $status == 124 ]]; then
		result 'not ok' "$name: hangs, ended after $seconds s"
	elif [[ $status != 0 ]]; then
		result 'not ok' "$name: ended with status $status"
	elif ((!cases)); then
		result 'not ok' "$name: tested nothing"
	fi
	kernel_is_well || result 'not ok' "$name: kernel reports a fault"
	if left_over; then
		result 'not ok' "$name: namespaces are left over"
	fi
	echo "# Scenario $name took $((SECONDS - start)) s, $cases cases"
}

# print_needs FILE: what its first lines say, without a program for it
print_needs()
{
	local line

	while IFS= read -r line && [[ $line == '#'* ]]; do
		[[ $line != '# needs: '* ]] || echo "${line#'# needs: '}"
	done <"$1"
}

# all_scenarios: FILE NAME NEED... of each, in the order of $subjects
all_scenarios()
{
	local file name

	for name in "${subjects[@]}"; do
		for file in "$dir/$name"/*.py "$dir/$name"/*.sh; do
			[[ -e $file ]] || continue
			name=${file#"$dir/"}
			echo "$file ${name%.*} $(print_needs "$file")"
		done
	done
}

# selects SELECTOR... -- NAME NEED...: one of the selectors applies
selects()
{
	local word
	local -a selectors=()

	while [[ $1 != -- ]]; do
		selectors+=("$1")
		shift
	done
	for word in "${@:2}" "${2%/*}"; do
		[[ " ${selectors[*]} " != *" $word "* ]] || return 0
	done
	return 1
}

wanted=() unwanted=()
while (($#)); do
	case $1 in
	--not)
		shift
		unwanted=("$@")
		break ;;
	-*)
		sed -n '4s/^# //p' "${BASH_SOURCE[0]}" >&2
		exit 2 ;;
	*) wanted+=("$1") ;;
	esac
	shift
done

mapfile -t scenarios < <(all_scenarios)
for selector in "${wanted[@]}" "${unwanted[@]}"; do
	for words in "${scenarios[@]}"; do
		# shellcheck disable=SC2086 # a name and needs
		! selects "$selector" -- ${words#* } || continue 2
	done
	echo "Bail out! no scenario is, or needs, $selector"
	exit 2
done

kernel_is_well || echo "# The kernel log had this before the first scenario."

echo "KTAP version 1"
for words in "${scenarios[@]}"; do
	read -ra word <<<"$words"
	[[ ${#wanted[@]} -eq 0 ]] || selects "${wanted[@]}" -- "${word[@]:1}" || continue
	! selects "${unwanted[@]}" -- "${word[@]:1}" || continue
	run_scenario "${word[@]}"
done
echo "1..$total"
echo "# $((total - failed)) passed, $failed failed, $SECONDS s"
((total && !failed))
