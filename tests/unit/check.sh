#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs test programs and joins their output into one KTAP document.
#
#   check.sh "PROGRAM [ARGUMENT...]"...
set -u -o pipefail

printf 'KTAP version 1\n1..%d\n' $#
failed=0
i=0
for test; do
	i=$((i + 1))
	read -ra argv <<<"$test"
	start=$EPOCHREALTIME
	# Programs are told apart, whatever they are started by.
	name=${argv[0]##*/}
	[[ $name != race.sh ]] || name=${argv[1]##*/}
	printf '    # Subtest: %s\n' "$name"
	if "${argv[@]}" 2>&1 | sed 's/^/    /'; then
		verdict=ok
	else
		verdict='not ok'
		failed=$((failed + 1))
	fi
	awk -v a="$start" -v b="$EPOCHREALTIME" \
		'BEGIN { printf "    # %.1f s\n", b - a }'
	printf '%s %d - %s\n' "$verdict" "$i" "$name"
done
exit $((failed > 0))
