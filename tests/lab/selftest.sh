#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# selftest.sh [NAME]: does the lab itself keep its promises?  KTAP on stdout.
# The variables in single quotes belong to the guest.
# shellcheck disable=SC2016,SC2317

set -uo pipefail
LAB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
kernel=${1:-uml-6.1}
work=$(mktemp -d "${TMPDIR:-/tmp}/lab-selftest.XXXXXX")
trap 'rm -rf "$work"' EXIT
export LAB_SRC=$LAB_DIR/fault LAB_BUILD=$work/build
number=0 failed=0

# lab RESULTS ARG...: one run, everything it says in RESULTS.*
lab()
{
	local name=$1

	shift
	"$LAB_DIR/run" --kernel "$kernel" --out "$work/$name" "$@" >"$work/$name.out" 2>"$work/$name.err"
}

# check TEXT COMMAND...
check()
{
	local text=$1

	shift
	number=$((number + 1))
	if "$@"; then
		echo "ok $number - $text"
	else
		echo "not ok $number - $text"
		failed=$((failed + 1))
		tail -n 20 "$work"/*.err | sed 's/^/# /'
	fi
}

is()
{
	[[ $1 == "$2" ]] || { echo "# got '$1', expected '$2'"; return 1; }
}

# fails_with CODE PATTERN PARAMS: the fault is noticed and named.
fails_with()
{
	local code=$1 pattern=$2 params=$3 status=0

	lab "fault-$params" --params "fault=$params" -- true || status=$?
	is "$status" "$code" && grep -qE "$pattern" "$work/fault-$params.err"
}

writes_stay_inside()
{
	local victim=$LAB_DIR/.selftest-$$ status=0

	VICTIM=$victim ROOT_VICTIM=/usr/.selftest-$$ lab walls --env VICTIM --env ROOT_VICTIM -- bash -c '
		touch "$VICTIM" && exit 1
		touch "$ROOT_VICTIM" /etc/.selftest || exit 2
		mkdir /run/again
		case $LAB_KERNEL in
		uml-*) mount -t hostfs none /run/again ;;
		*) mount -t 9p -o trans=virtio,version=9p2000.L labroot /run/again ;;
		esac || exit 0
		touch "/run/again/$VICTIM" && exit 3
		exit 0' || status=$?
	is "$status" 0 && [[ ! -e $victim && ! -e /usr/.selftest-$$ && ! -e /etc/.selftest ]]
}

two_at_once()
{
	local a b first=0 second=0

	lab a -- bash -c 'echo a >$LAB_OUT/who; sleep 1; exit 3' & a=$!
	lab b -- bash -c 'echo b >$LAB_OUT/who; sleep 1; exit 4' & b=$!
	wait "$a" || first=$?
	wait "$b" || second=$?
	is "$first$second$(cat "$work/a/who" "$work/b/who" | tr -d '\n')" 34ab
}

# After TERM nothing of it goes on: the lock on its folder is free.
ends_on_term()
{
	local pid status=0

	"$LAB_DIR/run" --kernel "$kernel" --out "$work/term" -- \
		bash -c 'touch $LAB_OUT/up; sleep 100' >"$work/term.out" 2>"$work/term.err" &
	pid=$!
	for _ in {1..600}; do
		[[ ! -e $work/term/up ]] || break
		sleep 0.1
	done
	kill -TERM "$pid"
	wait "$pid" || status=$?
	is "$status" 143 && flock -w 5 "$work/term/.lock" true
}

echo "KTAP version 1"
lab plain -- bash -c 'printf "out\n"; printf "err\n" >&2; id -u >$LAB_OUT/id; lsmod >$LAB_OUT/lsmod; exit 7'
check "the exit code comes back" is $? 7
check "stdout comes out as it is" is "$(od -c <"$work/plain.out" | head -n 1)" '0000000   o   u   t  \n'
check "stderr comes out apart from it" grep -qx err "$work/plain.err"
check "what is written to LAB_OUT is there" is "$(cat "$work/plain/id")" 0
check "the kernel log is kept" grep -q 'Linux version' "$work/plain/dmesg"
check "the module is loaded" grep -q '^lab_fault ' "$work/plain/lsmod"
check "a network namespace, GRE, nftables and IPVS work" lab net -- bash -ec '
	ip netns add a
	ip link add va type veth peer vb netns a
	ip link add g4 type gre local 192.0.2.1 remote 192.0.2.2
	ip link add g6 type ip6gre local 2001:db8::1 remote 2001:db8::2
	nft add table inet t
	ipvsadm -A -t 192.0.2.1:80 -s mh'
check "nothing but LAB_OUT can be written" writes_stay_inside
check "two runs at once do not meet" two_at_once
lab slow --timeout 5 -- sleep 100
check "a run that hangs is ended" is $? 124
check "TERM ends a run" ends_on_term
check "a module that does not load is told" fails_with 98 'cannot load' refuse
check "a kernel warning fails the run" fails_with 99 'WARNING' warn
check "a kernel bug fails the run" fails_with 99 'kernel BUG at|Kernel mode fault|invalid opcode|BUG' oops
case $kernel in
*-debug)
	check "a leak fails the run" fails_with 99 'unreferenced object' leak
	check "a write past the end fails the run" fails_with 99 'KASAN: slab-out-of-bounds' overrun
	check "sleeping under a spinlock fails the run" fails_with 99 'scheduling while atomic|sleeping function' sleep
	check "a lock inversion fails the run" fails_with 99 'circular locking|inconsistent lock' lock ;;
esac
echo "1..$number"
exit $((failed > 0))
