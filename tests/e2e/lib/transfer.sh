# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Servers and a client of transfer.py. One process of each serves a whole scenario,
# since a kernel in which programs start slowly takes a second for Python. To be
# sourced.

# serve NAME VIP...: on the VIPs of a namespace; the server has its name
serve()
{
	background "$1" /usr/bin/python3 "$E2E_DIR/lib/transfer.py" serve "$1" \
		"$E2E_TMP/$1.ready" "${@:2}"
	wait_until 3 test -e "$E2E_TMP/$1.ready"
}

# start_client NAME: in a namespace, for client()
start_client()
{
	coproc TRANSFER {
		exec ip netns exec "$(ns "$1")" /usr/bin/python3 \
			"$E2E_DIR/lib/transfer.py" commands
	}
	E2E_PIDS+=("$TRANSFER_PID")
}

# client VERB ARGUMENT...: what transfer.py says about it, behind $about if that is
# set. In no subshell.
client()
{
	local line

	echo "$*" >&"${TRANSFER[1]}"
	while IFS= read -r line <&"${TRANSFER[0]}"; do
		case $line in
		'ok - '*) ok "${about-}${line#ok - }" ;;
		'not ok - '*)
			not_ok "${about-}${line#not ok - }"
			diag "$(adm --counters)" ;;
		'end of command') return ;;
		*) echo "$line" ;;
		esac
	done
	not_ok "$*: the client has ended"
	return 1
}
