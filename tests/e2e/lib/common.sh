# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Common to all scenarios: namespaces that clean up after themselves, waiting
# for a state instead of for time, and KTAP lines. To be sourced.
#
# Names of namespaces contain the shell's PID, so two scenarios never meet, and
# nothing outside of the namespaces made here is touched.
#
# A program takes a checking kernel 0.2 s to start, so what every scenario does is
# done with few.

set -euo pipefail
shopt -s inherit_errexit

E2E_DIR=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=limits.sh
. "$E2E_DIR/lib/limits.sh"
E2E_PREFIX=mgl$$
E2E_TMP=$(mktemp -d "${TMPDIR:-/tmp}/$E2E_PREFIX.XXXXXX")
# Read by Python as well. Its byte code would go to a read-only folder, and the
# folder of a scenario holds no modules.
export E2E_DIR E2E_PREFIX E2E_TMP PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
	PYTHONSAFEPATH=1 PYTHONPATH=$E2E_DIR/lib:$E2E_DIR/../unit
declare -a E2E_NETNS=() E2E_PIDS=()

# Runs on every exit. Errors in here are ignored, so that they do not hide why
# the scenario ended. A scenario may define at_exit().
cleanup()
{
	local status=$? pid

	set +e
	if declare -F at_exit >/dev/null; then
		at_exit
	fi
	for pid in "${E2E_PIDS[@]}"; do
		kill "$pid" 2>/dev/null
	done
	for pid in "${E2E_PIDS[@]}"; do
		wait "$pid" 2>/dev/null
	done
	if ((${#E2E_NETNS[@]})); then
		printf 'netns del %s\n' "${E2E_NETNS[@]}" | ip -force -batch - 2>/dev/null
	fi
	rm -rf "$E2E_TMP"
	exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# --- KTAP -----------------------------------------------------------------

# Without numbers: run.sh, which sees the lines of all scenarios, adds them.
ok()
{
	echo "ok - $*"
}

not_ok()
{
	echo "not ok - $*"
}

diag()
{
	local line

	while IFS= read -r line; do
		echo "# $line"
	done <<<"$*"
}

skip()
{
	echo "ok - $1 # SKIP $2"
}

# check DESCRIPTION COMMAND...: the command succeeds
check()
{
	local desc=$1 out

	shift
	if out=$("$@" 2>&1); then
		ok "$desc"
	else
		not_ok "$desc"
		diag "failed: $*"
		diag "$out"
	fi
}

# check_is DESCRIPTION EXPECTED ACTUAL
check_is()
{
	if [[ $2 == "$3" ]]; then
		ok "$1"
	else
		not_ok "$1"
		diag "expected: $2"
		diag "got: $3"
	fi
}

# --- waiting --------------------------------------------------------------

# wait_until SECONDS COMMAND...: true as soon as the command is, false if it never
# is; for limit SECONDS
wait_until()
{
	local end=$((SECONDS + $(limit "$1")))

	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.05
	done
}

# --- namespaces -----------------------------------------------------------

# ns NAME: the real name of a scenario's namespace
ns()
{
	echo "$E2E_PREFIX-$1"
}

# create_ns NAME...: loopback is down in them. Their links get no IPv6 addresses, so
# that only the test sends packets.
create_ns()
{
	local -a names=("${@/#/$E2E_PREFIX-}")
	local name

	E2E_NETNS+=("${names[@]}")
	printf 'netns add %s\n' "${names[@]}" | ip -batch -
	for name in "${names[@]}"; do
		ip netns exec "$name" sysctl -qw \
			net.ipv6.conf.{all,default}.disable_ipv6=1 \
			net.ipv4.conf.{all,default}.rp_filter=0
	done
}

# add_ns NAME...: the same with loopback up
add_ns()
{
	local name

	create_ns "$@"
	for name; do
		ip -n "$E2E_PREFIX-$name" link set lo up
	done
}

# in_ns NAME COMMAND...
in_ns()
{
	local name=$E2E_PREFIX-$1

	shift
	ip netns exec "$name" "$@"
}

# ip_ns NAME: commands for ip(8) from standard input
ip_ns()
{
	ip -n "$E2E_PREFIX-$1" -batch -
}

# adm ARGUMENT...: maglevadm on the director
adm()
{
	ip netns exec "$E2E_PREFIX-director" maglevadm "$@"
}

# counter NAME: one of the director's counters
counter()
{
	adm --counters | sed -n "s/^$1 *//p"
}

# background NAME COMMAND...: in a namespace, until the scenario ends; its PID
# is in $E2E_PID. The command is a program, since a function's children would be
# left behind.
background()
{
	local name=$E2E_PREFIX-$1

	shift
	ip netns exec "$name" "$@" &
	E2E_PID=$!
	E2E_PIDS+=("$E2E_PID")
}

# seed_random: some programs wait for random numbers, and a virtual machine in which
# nothing happens has none for minutes. These are good enough for a test.
seed_random()
{
	/usr/bin/python3 -c '
import fcntl, struct
RNDADDENTROPY = 0x40085203
with open("/dev/random", "wb") as file:
    fcntl.ioctl(file, RNDADDENTROPY, struct.pack("ii32s", 256, 32, bytes(32)))'
}
