# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Output of the demo: steps, commands as a user types them, and a clear end when
# something that it shows is not true.  To be sourced; namespaces, waiting and
# cleaning up come from the end-to-end tests.

# shellcheck source-path=SCRIPTDIR source=../e2e/lib/common.sh
. "$DEMO_DIR/../e2e/lib/common.sh"

DEMO_STEP=0
DEMO_PACE=1
set -o errtrace
trap 'trap - ERR; echo "demo: FAILED: line $LINENO of ${BASH_SOURCE[0]##*/}: $BASH_COMMAND" >&2' ERR

# step TITLE SENTENCE...: what is shown next, and why it matters.
step()
{
	DEMO_STEP=$((DEMO_STEP + 1))
	printf '\n--- %d. %s\n' "$DEMO_STEP" "$1"
	shift
	fold -s -w 90 <<<"$*" | sed 's/^/    /; s/ *$//'
	echo
}

say()
{
	printf '    %s\n' "$*"
}

fail()
{
	trap - ERR
	printf '\ndemo: FAILED: %s\n' "$*" >&2
	exit 1
}

# show NODE COMMAND...: prints a command as it is typed on that node and runs it
# there.
show()
{
	local node=$1

	shift
	echo "$node\$ $*"
	in_ns "$node" "$@"
}

# show_head COUNT NODE COMMAND...: likewise, and the first lines of what it says.
show_head()
{
	local count=$1 node=$2

	shift 2
	echo "$node\$ $* | head -n $count"
	# Reads to the end, unlike head: the command is not to die of SIGPIPE.
	in_ns "$node" "$@" | sed -n "1,${count}p"
}

# same NODE COMMAND...: likewise, without printing it.
same()
{
	local node=$1

	shift
	in_ns "$node" "$@" >/dev/null
}

# percent PART WHOLE
percent()
{
	awk -v part="$1" -v whole="$2" 'BEGIN { printf "%.1f %%", whole ? 100 * part / whole : 0 }'
}

# --- what a director knows --------------------------------------------------

# fingerprint DIRECTOR [INDEX]: of the table of its first or of another pool; equal
# tables have equal ones.
fingerprint()
{
	in_ns "$1" maglevadm --list-pools --json | jq -r ".pools[${2-0}].fingerprint"
}

# connections DIRECTOR [ADDRESS], packets DIRECTOR [ADDRESS]: what it sent on, in
# all or to one backend
connections()
{
	in_ns "$1" maglevadm -L -n --stats --exact | awk -v to="${2-$VIP}:80" '$2 == to { print $3 }'
}

packets()
{
	in_ns "$1" maglevadm -L -n --stats --exact | awk -v to="${2-$VIP}:80" '$2 == to { print $4 }'
}

# --- captures ---------------------------------------------------------------

# capture FILTER NODE...: from when this returns until capture_end.
capture()
{
	local node file

	DEMO_FILTER=$1
	shift
	DEMO_CAPTURES=("$@")
	DEMO_CAPTURE_PIDS=()
	for node; do
		file=$E2E_TMP/$node
		rm -f "$file.pcap" "$file.err"
		# Without a length, few of the largest possible packets fill the buffer.
		background "$node" tcpdump -Z root --immediate-mode -Unn -s 128 -i eth0 \
			-w "$file.pcap" "($DEMO_FILTER) or icmp" 2>"$file.err"
		DEMO_CAPTURE_PIDS+=("$E2E_PID")
	done
	for node; do
		file=$E2E_TMP/$node.err
		wait_until 120 grep -q 'listening on' "$file" ||
			fail "tcpdump on $node does not start: $(<"$file")"
	done
}

# tcpdump leaves alone what it has not read when it is told to end. An echo goes
# last, so what came before is written when that is.
capture_end()
{
	local node

	for node in "${DEMO_CAPTURES[@]}"; do
		in_ns "$node" ping -q -c 1 -W 60 10.0.0.1 >/dev/null
	done
	for node in "${DEMO_CAPTURES[@]}"; do
		wait_until 120 echo_captured "$node" || fail "tcpdump on $node does not keep up"
	done
	kill "${DEMO_CAPTURE_PIDS[@]}"
	wait "${DEMO_CAPTURE_PIDS[@]}" || true
}

echo_captured()
{
	[[ -n $(tcpdump -nn -r "$E2E_TMP/$1.pcap" icmp 2>/dev/null) ]]
}

# captured NODE: one line for each packet
captured()
{
	tcpdump -nn -r "$E2E_TMP/$1.pcap" "$DEMO_FILTER" 2>/dev/null
}

# --- requests ---------------------------------------------------------------
#
# Each request prints one line: curl's exit code, the source port, the backend.

DEMO_RESULT='%{exitcode} %{local_port} %header{x-backend}\n'

# "-s" alone leaves the progress of parallel transfers on.
DEMO_CURL=(curl -sfZ --no-progress-meter)

# requests CLIENT COUNT [AT-ONCE]: each a connection of its own.
requests()
{
	in_ns "$1" "${DEMO_CURL[@]}" --parallel-max "${3-10}" -m 60 -o /dev/null \
		-w "$DEMO_RESULT" "http://$VIP/[1-$2]" || true
}

# requests_from CLIENT FIRST COUNT [PATH [AT-ONCE]]: from that many source ports.
requests_from()
{
	local port options

	options="url = \"http://$VIP/${4-}\"
		fail
		max-time = $((90 * DEMO_PACE))
		output = /dev/null
		write-out = \"$DEMO_RESULT\""
	for ((port = $2; port < $2 + $3; port++)); do
		printf '%s\nlocal-port = %s\n' "$options" "$port"
		[[ $port -eq $(($2 + $3 - 1)) ]] || echo next
	done | in_ns "$1" "${DEMO_CURL[@]}" --parallel-immediate --parallel-max "${5-10}" -K - || true
}

# receiving CLIENT COUNT: true when something came on that many open connections
receiving()
{
	[[ $(in_ns "$1" ss -Htin state established dst "$VIP" | grep -c bytes_received) -ge $2 ]]
}

# failed FILE: how many of its requests did not get their answer
failed()
{
	awk '$1 != 0' "$1" | wc -l
}

# answered_by FILE BACKEND: how many of its requests that backend answered
answered_by()
{
	awk -v name="$2" '$3 == name' "$1" | wc -l
}
