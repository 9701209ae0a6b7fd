# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # run sets status, output and stderr
#
# Helpers of offline.bats and live.bats. Those called most do without "run",
# which forks several times: that is dear in User-Mode Linux.

bats_require_minimum_version 1.5.0

MAGLEVADM=${MAGLEVADM:-$BATS_TEST_DIRNAME/../../build/userspace/maglevadm}

# Sets status, output and stderr.
try()
{
	local said=$BATS_TEST_TMPDIR/said

	status=0
	"$MAGLEVADM" "$@" </dev/null >"$said.out" 2>"$said.err" || status=$?
	output=$(<"$said.out")
	stderr=$(<"$said.err")
	printf '%s\n' "maglevadm $*" "exit code $status" "$output" "$stderr"
}

# An error of one line: fails_with CODE TEXT ARGUMENT...
fails_with()
{
	local code=$1 text=$2

	shift 2
	try "$@"
	[ "$status" -eq "$code" ]
	[ -z "$output" ]
	one_line_error "$text"
}

# What $stderr has to be after an error.
one_line_error()
{
	[[ $stderr == "maglevadm: "*"$1"* ]]
	[[ $stderr != *$'\n'* ]]
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
	try "$@"
	[ "$status" -ne 2 ]
	[ "$status" -lt 128 ]
}

# Commands that have to work and say nothing.
m()
{
	try "$@"
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
}

# jq over a listing: json FILTER ARGUMENT... What was listed is kept for json_valid.
json()
{
	local filter=$1 said

	shift
	said=$("$MAGLEVADM" "$@" --json)
	printf '%s\n' "$said" >>"$BATS_FILE_TMPDIR/json"
	jq -c "$filter" <<<"$said"
}

# All that json has listed in this file so far is as the schema says.
json_valid()
{
	"$BATS_TEST_DIRNAME/check_json.py" "$BATS_FILE_TMPDIR/json"
}

# Builds the tool with a kernel that is made up. Several files do so at the same time,
# and none may replace what another one runs.
make_fake()
{
	local build=$BATS_TEST_DIRNAME/../../build

	mkdir -p "$build"
	flock "$build/tests-cli.lock" make -s -C "$BATS_TEST_DIRNAME" fake
}
