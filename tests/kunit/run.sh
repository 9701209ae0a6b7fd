#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs the KUnit suites and prints their results in KTAP. For root in a kernel
# with CONFIG_KUNIT and CONFIG_KUNIT_DEBUGFS, and with maglev.ko loaded:
#
#   MAGLEV_KUNIT_KO=.../maglev_kunit.ko tests/kunit/run.sh
set -u

debugfs=/sys/kernel/debug

die()
{
	echo "Bail out! $*"
	exit 1
}

[ -n "${MAGLEV_KUNIT_KO-}" ] || die "MAGLEV_KUNIT_KO is not set"
if [ ! -d $debugfs/kunit ]; then
	mount -t debugfs debugfs $debugfs 2>/dev/null
	modprobe -q kunit
	[ -d $debugfs/kunit ] || die "no $debugfs/kunit"
fi

# The suites run while the module loads.
insmod "$MAGLEV_KUNIT_KO" || die "cannot load $MAGLEV_KUNIT_KO"

passed=0
failed=0
suites=0
for results in "$debugfs"/kunit/maglev_*/results; do
	[ -e "$results" ] || continue
	suites=$((suites + 1))
	text=$(<"$results")
	printf '%s\n' "$text"
	# Indented lines are cases, and what is not indented sums up a suite.
	passed=$((passed + $(grep -cE '^ +ok ' <<<"$text")))
	failed=$((failed + $(grep -cE '^ *not ok ' <<<"$text")))
done
rmmod maglev_kunit || die "cannot unload maglev_kunit"

echo "# $suites suites, $passed cases passed, $failed lines not ok"
[ "$suites" -gt 0 ] && [ "$passed" -gt 0 ] && [ "$failed" -eq 0 ]
