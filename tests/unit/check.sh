#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs test programs and joins their output into one KTAP document.
#
#   check.sh DIRECTORY "PROGRAM [ARGUMENT...]"...
set -u -o pipefail

dir=$1
shift

printf 'KTAP version 1\n1..%d\n' $#
failed=0
i=0
for test; do
	i=$((i + 1))
	read -ra argv <<<"$test"
	start=$EPOCHREALTIME
	printf '    # Subtest: %s\n' "${argv[0]}"
	if "$dir/${argv[0]}" "${argv[@]:1}" 2>&1 | sed 's/^/    /'; then
		verdict=ok
	else
		verdict='not ok'
		failed=$((failed + 1))
	fi
	awk -v a="$start" -v b="$EPOCHREALTIME" \
		'BEGIN { printf "    # %.1f s\n", b - a }'
	printf '%s %d - %s\n' "$verdict" "$i" "${argv[0]}"
done
exit $((failed > 0))
