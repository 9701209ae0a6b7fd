#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: run.sh [SCENARIO...]
#
# Runs the scenarios, NN-name.sh beside this file, all or those named (name,
# N for a group, NN or NN-name), in order, and prints their results as one KTAP document.  For
# root in a kernel with maglev.ko loaded and maglevadm in $PATH:
#
#   tests/lab/run --kernel uml-6.1 -- tests/e2e/run.sh wire-headers
#
# A scenario that says nothing, takes too long or ends with an error has failed,
# and so has one after which the kernel log holds a report or a namespace is
# left over.

set -euo pipefail
shopt -s inherit_errexit nullglob
dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
limit=${MAGLEV_E2E_LIMIT:-240}	# seconds for a scenario
judge=$dir/../lab/lib/judge
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
end='status of the scenario: '
total=0 failed=0

result()
{
	total=$((total + 1))
	[[ $1 == ok ]] || failed=$((failed + 1))
	echo "$1 $total - $2"
}

# Passes a scenario's lines on with a number and its name, up to the line that
# tells its exit status; counts results in $cases. What a scenario has left
# running may keep the pipe open for longer.
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

# What the kernel has said since line $1 of its log.
kernel_is_well()
{
	dmesg | tail -n "+$(($1 + 1))" >"$tmp/dmesg"
	"$judge" "$tmp/dmesg" >"$tmp/reports" && return
	sed 's/^/# /' "$tmp/reports"
	return 1
}

run_scenario()
{
	local file=$1 name=${1##*/} status=lost cases=0 log start=$SECONDS

	name=${name%.sh} name=${name#[0-9][0-9]-}
	log=$(dmesg | wc -l)
	echo "# Scenario $name"
	# Not in a pipe: number_lines counts in this shell.
	mkfifo "$tmp/$name"
	{
		timeout -k 10 "$limit" bash "$file" 2>&1 </dev/null && echo "${end}0" ||
			echo "$end$?"
	} >"$tmp/$name" &
	number_lines "$name" <"$tmp/$name"
	wait $!
	if [[ $status != 0 ]]; then
		result 'not ok' "$name: ended with status $status"
	elif ((!cases)); then
		result 'not ok' "$name: tested nothing"
	fi
	kernel_is_well "$log" || result 'not ok' "$name: kernel reports a fault"
	if ip netns list | grep '^mgl'; then
		result 'not ok' "$name: namespaces are left over"
	fi
	echo "# Scenario $name took $((SECONDS - start)) s, $cases cases"
}

scenarios=("$dir"/[0-9][0-9]-*.sh)
if (($#)); then
	scenarios=()
	for name; do
		found=("$dir"/"$name".sh "$dir"/[0-9][0-9]-"$name".sh "$dir"/"$name"-*.sh
			"$dir"/"$name"[0-9]-*.sh)
		for i in "${!found[@]}"; do
			[[ -e ${found[i]} ]] || unset "found[i]"
		done
		((${#found[@]})) || { echo "Bail out! no scenario $name"; exit 2; }
		scenarios+=("${found[@]}")
	done
fi

echo "KTAP version 1"
for file in "${scenarios[@]}"; do
	run_scenario "$file"
done
echo "1..$total"
echo "# $((total - failed)) passed, $failed failed, $SECONDS s"
((total && !failed))
