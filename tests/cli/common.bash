# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # run sets status, output and stderr
#
# Helpers of offline.bats and live.bats.

bats_require_minimum_version 1.5.0

MAGLEVADM=${MAGLEVADM:-$BATS_TEST_DIRNAME/../../build/userspace/maglevadm}

# An error of one line: fails_with CODE TEXT ARGUMENT...
fails_with()
{
	local code=$1 text=$2

	shift 2
	run --separate-stderr -"$code" "$MAGLEVADM" "$@"
	[ -z "$output" ]
	one_line_error "$text"
}

# What $stderr has to be after an error.
one_line_error()
{
	[ "$(grep -c '' <<<"$stderr")" -eq 1 ]
	[[ $stderr == maglevadm:\ * ]]
	grep -qF -- "$1" <<<"$stderr"
}

refused()
{
	local text=$1

	shift
	fails_with 2 "$text" "$@"
}

# Nothing is wrong with this command line, whatever comes of it.
accepted()
{
	run --separate-stderr "$MAGLEVADM" "$@" </dev/null
	[ "$status" -ne 2 ]
	[ "$status" -lt 128 ]
}

# Commands that have to work and say nothing.
m()
{
	run --separate-stderr -0 "$MAGLEVADM" "$@"
	[ -z "$output" ]
	[ -z "$stderr" ]
}
