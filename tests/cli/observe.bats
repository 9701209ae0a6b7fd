#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2314,SC2094 # bats' variables; "!" at an end
# shellcheck disable=SC2030,SC2031,SC2016 # each test is a subshell of its own; bash -c
#
# What an operator looks at, with a made-up kernel (fake_kern.c): rates, listings
# that are watched, metrics and the examples for them, JSON and its schema, help and
# completion.

load common

EXAMPLES=$BATS_TEST_DIRNAME/../../userspace/examples
COMPLETION=$BATS_TEST_DIRNAME/../../userspace/completion/maglevadm.bash

setup_file()
{
	make -s -C "$BATS_TEST_DIRNAME" fake
}

setup()
{
	MAGLEVADM=$(realpath "$BATS_TEST_DIRNAME/../../build/tests-cli/maglevadm-fake")
	cd "$BATS_TEST_TMPDIR" || return
	export FAKE_LOG=$BATS_TEST_TMPDIR/log FAKE_TRAFFIC=1 TZ=UTC
	: >log
}

prints()
{
	try "$@"
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	diff <(sed 's/_$/ /') <(echo "$output")
}

# --- rates ----------------------------------------------------------------

@test "--rate: per second, measured for a second" {
	prints -L -n --rate <<-'END'
		Maglev load balancer version 0.0.0 (services=3)
		Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS
		  -> RemoteAddress:Port
		TCP  192.0.2.1:80                   200000  2000000        0  200000K        0
		  -> 198.51.100.1:80                     7       70        0     7000        0 unreachable 5
		  -> 198.51.100.2:80                     7       70        0     7000        0 drain unreachable 5
		TCP  192.0.2.1:443                       0        0        0        0        0
		  -> 198.51.100.3:443                    7       70        0     7000        0 down
		UDP  192.0.2.1:53                        0        0        0        0        0
		  -> 198.51.100.1:53                     7       70        0     7000        0 unreachable 5
		  -> 198.51.100.2:53                     7       70        0     7000        0 drain unreachable 5
	END
	[ "$(grep -c sleep log)" -eq 1 ]
	"$MAGLEVADM" -L -n --rate --exact -t 192.0.2.1:80 |
		grep -qx 'TCP  192.0.2.1:80                   200000  2000000        0 200000000        0'
}

@test "--rate over another time" {
	"$MAGLEVADM" -L -n --rate 2 -t 192.0.2.1:80 |
		grep -qx 'TCP  192.0.2.1:80                   100000  1000000        0  100000K        0'
	"$MAGLEVADM" -L --rate=500ms --json >list
	[ "$(jq -c '[.interval_ms,.services[0].rate]' list)" = '[500,{"flows":400000.0,"packets":4000000.0,"bytes":400000000.0}]' ] ||
		[ "$(jq -c '[.interval_ms,.services[0].rate]' list)" = '[500,{"flows":400000,"packets":4000000,"bytes":400000000}]' ]
	refused "not an interval" -L --rate 99ms
	refused "not an interval" -L --watch 25h
	refused "not a time" -L --rate=x
	refused "a time was given already" -L --rate 1 --watch 2
	ln -s "$MAGLEVADM" ipvsadm
	run -2 ./ipvsadm -L --rate 2
	[[ $output == "ipvsadm: --rate '2': unexpected argument" ]]
}

@test "--rate and --watch go with a listing of services only" {
	refused "--rate does not go with --connection" -L -c --rate
	refused "--watch does not go with --connection" -L -c --watch
	refused "--watch does not go with --timeout" -L --timeout --watch
	refused "--rate does not go with --list-pools" --list-pools --rate
	refused "--watch does not go with --save" -S --watch
	refused "--color needs --watch" -L --color always
	refused "use auto, always or never" -L --watch --color=yes
}

# --- watching -------------------------------------------------------------

@test "--watch, not on a terminal: a block for each interval, busiest first" {
	export FAKE_SLEEPS=1
	prints -L -n --rate --watch 2s -t 192.0.2.1:80 <<-'END'
		1970-01-01T00:00:01+0000 every 2s
		Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS
		  -> RemoteAddress:Port
		TCP  192.0.2.1:80                   200000  2000000        0  200000K        0
		  -> 198.51.100.1:80                     7       70        0     7000        0 unreachable 5
		  -> 198.51.100.2:80                     7       70        0     7000        0 drain unreachable 5

		1970-01-01T00:00:03+0000 every 2s
		Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS
		  -> RemoteAddress:Port
		TCP  192.0.2.1:80                   100000  1000000        0  100000K        0
		  -> 198.51.100.1:80                     3       35        0     3500        0 unreachable 5
		  -> 198.51.100.2:80                     3       35        0     3500        0 drain unreachable 5
	END
}

@test "--watch sorts by load, unless told otherwise" {
	export FAKE_SLEEPS=0 FAKE_HOT=198.51.100.2
	"$MAGLEVADM" -L -n --watch -t 192.0.2.1:80 | sed -n 's/^  -> \(1[^ ]*\).*/\1/p' >hot
	diff hot - <<<$'198.51.100.2:80\n198.51.100.1:80'
	"$MAGLEVADM" -L -n --watch --sort -t 192.0.2.1:80 | sed -n 's/^  -> \(1[^ ]*\).*/\1/p' >plain
	diff plain - <<<$'198.51.100.1:80\n198.51.100.2:80'
	"$MAGLEVADM" -L -n --stats -t 192.0.2.1:80 | sed -n 's/^  -> \(1[^ ]*\).*/\1/p' | diff plain -
	# So it is in each interval, not only in all.
	FAKE_SLEEPS=3 "$MAGLEVADM" -L -n --rate --watch -t 192.0.2.1:80 | sed -n 's/^  -> \(1[^ ]*\).*/\1/p' >rates
	diff rates <(cat hot hot hot hot)
}

@test "--watch in JSON: an object on each line" {
	FAKE_SLEEPS=2 "$MAGLEVADM" -L --watch 100ms --json >lines
	[ "$(wc -l <lines)" -eq 3 ]
	[ "$(jq -c '[.time,.interval_ms,(.services|length)]' lines | head -1)" = '[0,null,3]' ]
	[ "$(jq -c 'keys' lines | sort -u)" = '["services","time"]' ]
}

@test "--watch has colours where they are wanted" {
	export FAKE_SLEEPS=0
	"$MAGLEVADM" -L --watch >list
	! grep -q $'\033' list
	"$MAGLEVADM" -L -n --watch --color=always >list
	grep -q $'\033\\[31m down\033\\[0m$' list
	grep -q $'\033\\[33m drain\033\\[0m$' list
	"$MAGLEVADM" -L --watch --color=always --json >list
	! grep -q $'\033' list
	for no in "" 1; do
		NO_COLOR=$no TERM=xterm script -qec "'$MAGLEVADM' -L -n --watch" /dev/null </dev/null >screen
		grep -q $'\033\\[31m down' screen || [ -n "$no" ]
		! grep -q $'\033\\[31m down' screen || [ -z "$no" ]
	done
	NO_COLOR=1 TERM=xterm script -qec "'$MAGLEVADM' -L -n --watch --color=always" /dev/null </dev/null >screen
	grep -q $'\033\\[31m down' screen
	# A terminal that cannot be drawn on gets blocks.
	TERM=dumb script -qec "'$MAGLEVADM' -L -n --watch" /dev/null </dev/null >screen
	! grep -q $'\033' screen
}

@test "--watch on a terminal" {
	"$BATS_TEST_DIRNAME/pty_watch.py" "$MAGLEVADM" -L -n --rate --watch 100ms >frame
	grep -qx 'TCP  192.0.2.1:80 .*' frame
	[[ $(head -1 frame) == *" every 100ms" ]]
}

@test "--watch on a terminal: what goes wrong is said when the screen is back" {
	FAKE_ERRNO=1 TERM=xterm script -qec "'$MAGLEVADM' -L -n --watch" /dev/null </dev/null >screen || true
	grep -q $'\033\\[?1049lmaglevadm: cannot read the configuration' screen
}

@test "--watch ends when nobody reads it any more, and with the first signal" {
	local codes

	for words in "-L --watch 100ms" "-L --rate --watch 100ms --json" "--monitor stats"; do
		# shellcheck disable=SC2086
		"$MAGLEVADM" $words 2>err | head -1 >/dev/null && codes=${PIPESTATUS[0]}
		[ "$codes" -eq 0 ]
		# Gone before the first of it, as a rule.
		# shellcheck disable=SC2086
		"$MAGLEVADM" $words 2>>err | true && codes=${PIPESTATUS[0]}
		[ "$codes" -eq 0 ]
		[ ! -s err ]
	done
	for signal in INT TERM HUP; do
		# Bash has interrupts ignored by what runs in the background.
		env --default-signal "$MAGLEVADM" -L --watch 1h >frames 2>err 3>&- &
		until [ -s frames ]; do
			kill -0 $!
			sleep 0.1
		done
		kill -s "$signal" $!
		wait $!
		[ ! -s err ]
		rm frames
	done
	# Also while names are looked up.
	: >log
	FAKE_SLOW=1 env --default-signal "$MAGLEVADM" -L --watch >frames 2>err 3>&- &
	until grep -q getnameinfo log; do
		kill -0 $!
		sleep 0.1
	done
	kill -s INT $!
	wait $!
	[ ! -s frames ]
	[ ! -s err ]
	run --separate-stderr -1 bash -c '"$0" -L --watch >/dev/full' "$MAGLEVADM"
	one_line_error "cannot write: No space left on device"
}

@test "--watch ends when the kernel refuses" {
	FAKE_ERRNO=2 fails_with 1 "cannot list service tcp 192.0.2.1:80: " -L --watch -t 192.0.2.1:80
	FAKE_ERRNO=1 fails_with 1 "cannot read the counters: " --monitor stats
}

@test "--monitor stats" {
	export FAKE_SLEEPS=1
	prints --monitor stats <<-'END'
		1970-01-01T00:00:01+0000 total flows/s 200000.0 packets/s 2000000.0 bytes/s 200000000.0
		1970-01-01T00:00:01+0000 service tcp 192.0.2.1:80 flows/s 200000.0 packets/s 2000000.0 bytes/s 200000000.0
		1970-01-01T00:00:01+0000 backend 198.51.100.3 pool tcp/192.0.2.1:443 flows/s 7.0 packets/s 70.0 bytes/s 7000.0
		1970-01-01T00:00:01+0000 backend 198.51.100.1 pool web flows/s 7.0 packets/s 70.0 bytes/s 7000.0
		1970-01-01T00:00:01+0000 backend 198.51.100.2 pool web flows/s 7.0 packets/s 70.0 bytes/s 7000.0
		1970-01-01T00:00:01+0000 counter forwarded 2000000.0
		1970-01-01T00:00:01+0000 counter drop_no_backend 10.0
		1970-01-01T00:00:01+0000 counter flows_stored 200000.0
		1970-01-01T00:00:02+0000 total flows/s 200000.0 packets/s 2000000.0 bytes/s 200000000.0
		1970-01-01T00:00:02+0000 service tcp 192.0.2.1:80 flows/s 200000.0 packets/s 2000000.0 bytes/s 200000000.0
		1970-01-01T00:00:02+0000 backend 198.51.100.3 pool tcp/192.0.2.1:443 flows/s 7.0 packets/s 70.0 bytes/s 7000.0
		1970-01-01T00:00:02+0000 backend 198.51.100.1 pool web flows/s 7.0 packets/s 70.0 bytes/s 7000.0
		1970-01-01T00:00:02+0000 backend 198.51.100.2 pool web flows/s 7.0 packets/s 70.0 bytes/s 7000.0
		1970-01-01T00:00:02+0000 counter forwarded 2000000.0
		1970-01-01T00:00:02+0000 counter drop_no_backend 10.0
		1970-01-01T00:00:02+0000 counter flows_stored 200000.0
	END
	"$MAGLEVADM" --monitor=stats --json >lines
	[ "$(wc -l <lines)" -eq 2 ]
	[ "$(jq -c '[.event,.interval_ms,(.services|length),(.backends|length),.counters.drop_no_backend]' lines | sort -u)" = '["stats",1000,1,3,10]' ]
	unset FAKE_TRAFFIC
	prints --monitor stats <<-'END'
		1970-01-01T00:00:01+0000 total flows/s 0.0 packets/s 0.0 bytes/s 0.0
		1970-01-01T00:00:02+0000 total flows/s 0.0 packets/s 0.0 bytes/s 0.0
	END
	refused "--monitor 'x': use config or stats" --monitor x
	diff <("$MAGLEVADM" --monitor 2>/dev/null) <("$MAGLEVADM" --monitor config 2>/dev/null)
}
