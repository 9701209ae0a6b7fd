#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What maglev-check makes of the results of its probes: counts in a row, and the share
# that it takes out at most. The prober is made up, and so is maglevadm. What it sends,
# and to whom, is in tests/e2e/host/health.sh.

bats_require_minimum_version 1.5.0

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p up bin
	# Keeps states in files, and prints a configuration as maglevadm -S does.
	cat >bin/maglevadm <<-'END'
		#!/bin/sh
		if [ "$1" = -S ]; then
			echo "--add-pool web"
			while read -r address rest; do
				state=up
				[ ! -e "state.$address" ] || state=$(cat "state.$address")
				[ "$state" = up ] || rest="$rest --state $state"
				echo "-a --pool web -r $address -i --tun-type gre $rest"
			done <pool
			echo "-a --pool other -r 10.0.0.99 -i --tun-type gre -w 1"
			exit
		fi
		echo "$*" >>asked
		echo "$7" >"state.$5"
	END
	chmod +x bin/maglevadm
	printf '%s -w 1\n' 10.0.0.1 10.0.0.2 10.0.0.3 '[2001:db8::4]' >pool
	touch up/10.0.0.1 up/10.0.0.2 up/10.0.0.3 up/2001:db8::4
	cat >conf <<-'END'
		POOL=web VIP=192.0.2.1 PORT=80 PROTO=exec PROBE='test -e "up/$BACKEND"'
		DIRECT=yes INTERVAL=0 MAGLEVADM=bin/maglevadm ROUNDS=1 FALL=1 RISE=1
	END
}

# rounds N [SETTING...]: of the checker, which remembers nothing before; asked is what it
# has asked maglevadm for, in one line
rounds()
{
	local status=0

	rm -f asked
	touch asked
	{
		cat conf
		echo "ROUNDS=$1"
		printf '%s\n' "${@:2}"
	} >conf.now
	timeout 120 "$BATS_TEST_DIRNAME/../../userspace/maglev-check" conf.now ||
		status=$?
	asked=$(sed 's/.*-r \(.*\) --state /\1 /' asked | paste -sd ,)
	return "$status"
}

@test "backends that answer are left alone" {
	rounds 3
	[ "$asked" = "" ]
}

@test "one that fails goes down, and comes back" {
	rm up/10.0.0.2
	rounds 3
	[ "$asked" = "10.0.0.2 down" ]
	[ "$(cat asked)" = "-e --pool web -r 10.0.0.2 --state down" ]
	rounds 2
	[ "$asked" = "" ]
	touch up/10.0.0.2
	rounds 3
	[ "$asked" = "10.0.0.2 up" ]
}

@test "an IPv6 backend" {
	rm up/2001:db8::4
	rounds 1
	[ "$asked" = "[2001:db8::4] down" ]
	touch up/2001:db8::4
	rounds 1
	[ "$asked" = "[2001:db8::4] up" ]
}

@test "failures are counted in a row" {
	rm up/10.0.0.2
	rounds 2 FALL=3
	[ "$asked" = "" ]
	rounds 3 FALL=3
	[ "$asked" = "10.0.0.2 down" ]
	touch up/10.0.0.2
	rounds 3 RISE=4
	[ "$asked" = "" ]
	rounds 4 RISE=4
	[ "$asked" = "10.0.0.2 up" ]
	# Every other one fails: never three in a row.
	rounds 9 FALL=3 \
		"PROBE='f=flip.\$BACKEND; if [ -e \$f ]; then rm \$f; else touch \$f; false; fi'"
	[ "$asked" = "" ]
}

@test "no more than a share is taken out" {
	rm up/*
	rounds 4 MAX_OUT=50
	[ "$asked" = "10.0.0.1 down,10.0.0.2 down" ]
	rounds 2 MAX_OUT=74
	[ "$asked" = "" ]
	rounds 2 MAX_OUT=75
	[ "$asked" = "10.0.0.3 down" ]
	# One that comes back makes room for one that fails.
	touch up/10.0.0.2
	rounds 2 MAX_OUT=75
	[ "$asked" = "10.0.0.2 up,[2001:db8::4] down" ]
	rm up/10.0.0.2
	touch up/10.0.0.1
	rounds 2 MAX_OUT=0
	[ "$asked" = "10.0.0.1 up" ]
}

@test "one that fails and stays is said once" {
	rm up/*
	run rounds 4 MAX_OUT=0 FALL=2
	[ "$status" -eq 0 ]
	[ "$(grep -c '10.0.0.1 fails, and stays: 0 of 4 are out' <<<"$output")" -eq 1 ]
}

@test "one that drains or has weight 0 is left alone, and not counted" {
	rm up/*
	printf '%s\n' "10.0.0.1 -w 0" "10.0.0.2 -w 1 --state drain" "10.0.0.3 -w 10" \
		"10.0.0.4 -w 1" >pool
	rounds 2 MAX_OUT=50
	[ "$asked" = "10.0.0.3 down" ]
}

@test "a probe that takes too long fails" {
	rounds 1 TIMEOUT=0.2 "PROBE='[ \$BACKEND != 10.0.0.3 ] || sleep 60'"
	[ "$asked" = "10.0.0.3 down" ]
}

@test "settings that are wrong are refused" {
	for wrong in PORT= PORT=http MAX_OUT=half RISE= VIP= PROTO=udp PROBE=; do
		run rounds 1 "$wrong"
		[ "$status" -eq 1 ]
		[[ $output == *"maglev-check: conf.now: "* ]]
	done
	run "$BATS_TEST_DIRNAME/../../userspace/maglev-check" nosuch
	[ "$status" -eq 1 ]
}

@test "a configuration that cannot be read ends it, and no state is changed" {
	rm up/*
	run rounds 1 MAGLEVADM=false
	[ "$status" -eq 1 ]
	[[ $output == *"the configuration cannot be read"* ]]
}

@test "one that has come to drain while it was probed is left alone" {
	rounds 1 "PROBE='echo drain >state.10.0.0.1; [ \$BACKEND != 10.0.0.1 ]'"
	[ "$asked" = "" ]
}

@test "without curl it ends, and no state is changed" {
	run rounds 1 PROTO=tcp PROBE= "PATH=$PWD/bin"
	[ "$status" -eq 1 ]
	[[ $output == *"curl is not installed"* ]]
}

@test "a pool without backends is told of, once" {
	: >pool
	run -0 rounds 3
	[ "$(grep -c 'has no backends to check' <<<"$output")" -eq 1 ]
}
