#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The demo as a test, in the lab kernel $KERNEL. It says itself what does not
# hold; all that it said is shown then.

bats_require_minimum_version 1.5.0

setup_file()
{
	local status=0

	"$BATS_TEST_DIRNAME/run" --kernel "$KERNEL" >"$BATS_FILE_TMPDIR/said" 2>&1 || status=$?
	echo "$status" >"$BATS_FILE_TMPDIR/status"
}

# Shown if the test fails.
setup()
{
	cat "$BATS_FILE_TMPDIR/said"
}

@test "what the demo shows holds" {
	[ "$(<"$BATS_FILE_TMPDIR/status")" -eq 0 ]
	grep -q '^demo: these were checked, and held' "$BATS_FILE_TMPDIR/said"
}

# The shell goes on after some of its own errors.
@test "no command of the demo is wrong" {
	run -1 grep -E 'syntax error|: line [0-9]+: |command not found' "$BATS_FILE_TMPDIR/said"
}
