# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# needs: director module quick
#
# What maglev-announce decides, without a routing daemon: its device is up while the
# director is ready. Run by lib/launch.sh.

ANNOUNCE=$E2E_DIR/../../userspace/maglev-announce
SAID=$E2E_TMP/said
WEB=(-t 192.0.2.80:80) MAIL=(-t 192.0.2.80:25)
export ANNOUNCE_ADDRESS=10.255.0.11/32 WITHDRAW_WAIT=0

device_is()
{
	local now=down

	[[ -z $(in_ns director ip -o link show maglev0 up 2>/dev/null) ]] || now=up
	[[ $now == "$1" ]]
}

last_said()
{
	[[ $(tail -n 1 "$SAID") == "maglev-announce: $1" ]]
}

# becomes DESCRIPTION STATE WORDS
becomes()
{
	if wait_until 20 last_said "$3" && wait_until 20 device_is "$2"; then
		ok "$1: $2"
	else
		not_ok "$1: $2"
		diag "$(in_ns director ip link show maglev0; cat "$SAID")"
	fi
}

# checks DESCRIPTION EXIT-CODE WORDS [VARIABLE=VALUE...]
checks()
{
	local status=0 said

	said=$(in_ns director env "${@:4}" "$ANNOUNCE" check 2>&1) || status=$?
	check_is "$1" "$2 $3" "$status $said"
}

# refuses WORDS VARIABLE=VALUE...
refuses()
{
	local status=0 said

	said=$(in_ns director env "${@:2}" "$ANNOUNCE" 2>&1) || status=$?
	check_is "refused: $*" "2 maglev-announce: $1" "$status $said"
}

refuses "ANNOUNCE_POLICY is 'some', not all-pools, any-pool or always" ANNOUNCE_POLICY=some
refuses "ANNOUNCE_INTERVAL is '0', not a number of seconds" ANNOUNCE_INTERVAL=0
refuses "WITHDRAW_WAIT is '5s', not a number of seconds" WITHDRAW_WAIT=5s
refuses "lo is a device, but no dummy" ANNOUNCE_DEVICE=lo
status=0
in_ns director "$ANNOUNCE" start >/dev/null 2>&1 || status=$?
check_is "an unknown verb is refused" 2 "$status"

background director "$ANNOUNCE" 2>"$SAID"
becomes "no rules" down "not ready: no service is configured"
check "its address is this host's while it is down" \
	grep -q '^local 10.255.0.11 ' <<<"$(in_ns director ip route get 10.255.0.11)"
adm -R <<-END
	-A ${WEB[*]}
	-a ${WEB[*]} -r 10.0.0.21
	--add-pool mail
	-a --pool mail -r 10.0.0.22
	-A ${MAIL[*]} --pool mail
	--add-pool spare
END
becomes "backends in all pools of services" up "ready"
adm -e --pool mail -r 10.0.0.22 --state down
becomes "a pool without a usable backend" down "not ready: no backend of pool mail is usable"
checks "any-pool: one pool is enough" 0 "ready" ANNOUNCE_POLICY=any-pool
adm -e --pool mail -r 10.0.0.22 --state up
becomes "it is up again" up "ready"
adm --edit-pool mail --panic 100
adm -e --pool mail -r 10.0.0.22 --state down
becomes "a pool that panics" down "not ready: no backend of pool mail is usable"
adm -e --pool mail -r 10.0.0.22 --state up
adm --edit-pool mail --panic 0
becomes "it does no longer" up "ready"
in_ns director ip link set maglev0 down
becomes "somebody has put the device down" up "ready"
adm -e --pool mail -r 10.0.0.22 --drain
checks "a backend that drains is usable" 0 "ready"
adm -e --pool mail -r 10.0.0.22 -w 0 --state up
checks "and so is one of weight 0" 0 "ready"
adm -d --pool mail -r 10.0.0.22
checks "a pool without a backend is not" 1 "not ready: no backend of pool mail is usable"
adm -E "${MAIL[@]}" --all-down reject
checks "a service that rejects gives an answer" 0 "ready"
adm -E "${MAIL[@]}" --all-down drop
adm -a --pool spare -r 10.0.0.23
adm -E "${MAIL[@]}" --fallback spare
checks "a fallback pool with a usable backend" 0 "ready"
adm --add-pool inner
adm -a --pool inner -r 10.0.0.24
adm -E "${MAIL[@]}" --fallback none
adm -a --pool mail --member-pool inner
checks "a member with a usable backend" 0 "ready"
adm -e --pool inner -r 10.0.0.24 --state down
checks "a member without" 1 "not ready: no backend of pool mail is usable"
adm -e "${WEB[@]}" -r 10.0.0.21 --state down
checks "any-pool: not without one in any" 1 "not ready: no backend of pool tcp/192.0.2.80:80 is usable" \
	ANNOUNCE_POLICY=any-pool
checks "always: without a backend" 0 "ready" ANNOUNCE_POLICY=always
adm -e "${WEB[@]}" -r 10.0.0.21 --state up
adm -D "${MAIL[@]}"
becomes "the other service is deleted" up "ready"
adm -C
becomes "all rules are cleared" down "not ready: no service is configured"
checks "always: a service has to be there" 1 "not ready: no service is configured" ANNOUNCE_POLICY=always
rmmod maglev
becomes "the module is unloaded" down "not ready: the module is not loaded"
checks "always: the module has to be there" 1 "not ready: the module is not loaded" ANNOUNCE_POLICY=always
check "nor is it loaded by asking" bash -c '[[ ! -e /sys/module/maglev ]]'
insmod "$MAGLEV_KO"
adm -R <<-END
	-A ${WEB[*]}
	-a ${WEB[*]} -r 10.0.0.21
END
becomes "it is loaded again, with rules" up "ready"

kill "$E2E_PID"
status=0
wait "$E2E_PID" || status=$?
check_is "it ends when told" 0 "$status"
check "and has withdrawn" device_is down
in_ns director ip link set maglev0 up
in_ns director "$ANNOUNCE" withdraw
check "withdrawn by hand" device_is down
