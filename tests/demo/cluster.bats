#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The demo of a cluster as a test, in the lab kernel $KERNEL, as demo.bats does it.

bats_require_minimum_version 1.5.0

@test "what the demo of a cluster shows holds, and no command of it is wrong" {
	local said=$BATS_TEST_TMPDIR/said status=0

	"$BATS_TEST_DIRNAME/run" --kernel "$KERNEL" --cluster >"$said" 2>&1 || status=$?
	cat "$said"
	[ "$status" -eq 0 ]
	grep -q '^demo: these were checked, and held' "$said"
	run -1 grep -E 'syntax error|: line [0-9]+: |command not found' "$said"
}
