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

# Addresses of this host, for the suite of the peers.
ip link set lo up
ip addr add 198.18.0.1/32 dev lo
ip addr add 2001:db8:99::1/128 dev lo nodad

# The suites run while the module loads.
insmod "$MAGLEV_KUNIT_KO" || die "cannot load $MAGLEV_KUNIT_KO"

planned=0
passed=0
failed=0
for results in "$debugfs"/kunit/maglev_*/results; do
	[ -e "$results" ] || continue
	text=$(<"$results")
	printf '%s\n' "$text"
	# Indented lines are cases, and what is not indented sums up a suite.
	plan=$(grep -oP '^ +1\.\.\K\d+' <<<"$text")
	planned=$((planned + ${plan:-1}))
	passed=$((passed + $(grep -cE '^ +ok ' <<<"$text")))
	failed=$((failed + $(grep -cE '^ *not ok ' <<<"$text")))
done
rmmod maglev_kunit || die "cannot unload maglev_kunit"
ip addr del 198.18.0.1/32 dev lo
ip addr del 2001:db8:99::1/128 dev lo

# A case whose log is full has no line of its own on 6.1: see the plan.
echo "# $passed of $planned cases passed, $failed lines not ok"
[ "$passed" -gt 0 ] && [ "$passed" -eq "$planned" ] && [ "$failed" -eq 0 ]
