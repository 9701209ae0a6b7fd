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
UNITS=$BATS_TEST_DIRNAME/../../userspace/systemd
COMPLETION=$BATS_TEST_DIRNAME/../../userspace/completion/maglevadm.bash

setup_file()
{
	make_fake
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

# --- metrics --------------------------------------------------------------

@test "--metrics: what Prometheus checks, at every level" {
	local level

	for level in summary services backends; do
		"$MAGLEVADM" --metrics "$level" >"$level"
		promtool check metrics <"$level"
		[ "$(tail -1 "$level")" = "# EOF" ]
	done
	diff summary <("$MAGLEVADM" --metrics)
	diff backends <("$MAGLEVADM" --metrics=backends)
	# Each level has what those before it have.
	[ -z "$(comm -23 <(grep -v '^maglev_.*_total' summary | sort) <(sort services))" ]
	[ -z "$(comm -23 <(grep '^# ' services | sort) <(sort backends))" ]
	refused "use summary, services or backends" --metrics all
}

@test "--metrics: values and labels" {
	"$MAGLEVADM" --metrics backends >metrics
	grep -v '^#' metrics | grep -vE '^maglev_(service_info|pool_slots)' >samples
	diff - <(grep -E '^maglev_(build|packets|events|flow_cache|fragments|sources)' samples) <<-'END'
		maglev_build_info{module="0.0.0",tool="0.0.0"} 1
		maglev_sources 1
		maglev_fragments_held_bytes 4096
		maglev_flow_cache_size_entries 2097152
		maglev_flow_cache_used_entries 77
		maglev_packets_total{verdict="forwarded",reason="forwarded"} 2000000
		maglev_packets_total{verdict="forwarded",reason="forwarded_local"} 0
		maglev_packets_total{verdict="accept",reason="accept_not_vip"} 18446744073709551615
		maglev_packets_total{verdict="held",reason="held_outer_fragment"} 3
		maglev_packets_total{verdict="drop",reason="drop_no_backend"} 10
		maglev_events_total{event="flows_stored"} 200000
		maglev_events_total{event="path_mtu"} 1
	END
	diff - <(grep -E '^maglev_(service|pool)' samples | grep -E 'port="80"|"web"') <<-'END'
		maglev_service_connections_total{protocol="tcp",address="192.0.2.1",port="80"} 200000
		maglev_service_packets_total{protocol="tcp",address="192.0.2.1",port="80"} 2000000
		maglev_service_bytes_total{protocol="tcp",address="192.0.2.1",port="80"} 200000000
		maglev_pool_backends{pool="web",state="up"} 1
		maglev_pool_backends{pool="web",state="drain"} 1
		maglev_pool_backends{pool="web",state="down"} 0
		maglev_pool_assigned_slots{pool="web"} 65537
		maglev_pool_unsettled_slots{pool="web"} 1024
		maglev_pool_fingerprint{pool="web"} 4483583629026627
		maglev_pool_panic_percent{pool="web"} 0
		maglev_pool_panics{pool="web"} 0
	END
	diff - <(grep '198.51.100.2' samples) <<-'END'
		maglev_backend_connections_total{pool="web",address="198.51.100.2"} 7
		maglev_backend_packets_total{pool="web",address="198.51.100.2"} 70
		maglev_backend_bytes_total{pool="web",address="198.51.100.2"} 7000
		maglev_backend_unreachable_total{pool="web",address="198.51.100.2"} 5
		maglev_backend_active_connections{pool="web",address="198.51.100.2"} 12345678
		maglev_backend_inactive_connections{pool="web",address="198.51.100.2"} 7
		maglev_backend_up{pool="web",address="198.51.100.2"} 0
		maglev_backend_draining{pool="web",address="198.51.100.2"} 1
		maglev_backend_weight{pool="web",address="198.51.100.2"} 2
		maglev_backend_slots{pool="web",address="198.51.100.2"} 0
	END
	diff - <(FAKE_LIMITS=1 "$MAGLEVADM" --metrics backends | grep '^maglev.*\(threshold\|overloaded\).*198.51.100.1"') <<-'END'
		maglev_backend_upper_threshold{pool="web",address="198.51.100.1"} 100
		maglev_backend_lower_threshold{pool="web",address="198.51.100.1"} 80
		maglev_backend_overloaded{pool="web",address="198.51.100.1"} 1
	END
	grep -qx 'maglev_service_info{protocol="tcp",address="192.0.2.1",port="80",pool="web",track="changed",affinity="source",all_down="reject",fallback="spare"} 1' metrics
	! grep -i seed metrics
	FAKE_IPV6=1 "$MAGLEVADM" --metrics backends | grep -q '{pool="tcp/\[2001:db8::80\]:443",address="198.51.100.3"} '
}

@test "--metrics: heads that name a unit have it in the name" {
	local name unit

	"$MAGLEVADM" --metrics backends >metrics
	grep -q '^# UNIT' metrics
	while read -r _ _ name unit; do
		[[ ${name%_total} == *_"$unit" ]]
	done < <(grep '^# UNIT' metrics)
	[ "$(grep -c '^# HELP' metrics)" -eq "$(grep -c '^# TYPE' metrics)" ]
}

@test "--metrics: labels take any text" {
	FAKE_VERSION=$'a"b\\c\nd{} é' "$MAGLEVADM" --metrics >metrics
	grep -qxF 'maglev_build_info{module="a\"b\\c\nd{} é",tool="0.0.0"} 1' metrics
	promtool check metrics <metrics
}

@test "--metrics: nothing if something fails" {
	FAKE_ERRNO=1 fails_with 1 "cannot read the counters: " --metrics
	FAKE_ERRNO=1 fails_with 1 "cannot read the configuration: " --metrics backends
	run -1 bash -c '"$0" --metrics backends >/dev/full' "$MAGLEVADM"
}

@test "the document lists every metric, and no other" {
	"$MAGLEVADM" --metrics backends | sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' | sort >have
	grep -oE '^\| `maglev_[a-z_]+' "$BATS_TEST_DIRNAME/../../Documentation/observability.md" |
		tr -d '| `' | sort >listed
	diff have listed
}

# Names of metrics in queries, on standard input, have to exist.
only_metrics()
{
	grep -oE 'maglev_[a-z_]+' | sort -u >used
	[ "$(wc -l <used)" -gt 5 ]
	"$MAGLEVADM" --metrics backends | sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' | sort >have
	[ -z "$(comm -23 used have)" ]
}

@test "the alerts: valid, and on metrics and labels that exist" {
	promtool check rules "$EXAMPLES/maglev-alerts.yml"
	grep -A 3 'expr:' "$EXAMPLES/maglev-alerts.yml" | only_metrics
	grep -oE '(accept|drop|path|flows)_[a-z_]+' <<<"$(grep -A 3 'expr:' "$EXAMPLES/maglev-alerts.yml")" |
		sort -u | while read -r name; do
		grep -q "^| \`$name\` |" "$BATS_TEST_DIRNAME/../../Documentation/counters.md"
	done
}

@test "the alerts fire when they should, and not otherwise" {
	promtool test rules "$BATS_TEST_DIRNAME/alerts_test.yml"
}

@test "the dashboard: valid queries, on metrics that exist" {
	jq -r '.. | .expr? // empty' "$EXAMPLES/maglev-dashboard.json" >queries
	[ "$(wc -l <queries)" -gt 15 ]
	only_metrics <queries
	jq -r '.. | .definition? // empty' "$EXAMPLES/maglev-dashboard.json" | grep -oE 'maglev_[a-z_]+' >>used
	{
		printf 'groups:\n- name: dashboard\n  rules:\n'
		n=0
		while read -r query; do
			query=${query//\$__rate_interval/1m}
			printf '  - record: query:%s\n    expr: |-\n      %s\n' "$((n++))" "$query"
		done <queries
	} >rules.yml
	promtool check rules rules.yml
	[ -z "$(jq -r '[.panels[].id]|group_by(.)[]|select(length > 1)' "$EXAMPLES/maglev-dashboard.json")" ]
}

@test "the unit writes a whole file or none" {
	local line

	mkdir bin collector
	ln -s "$MAGLEVADM" bin/maglevadm
	line=$(sed -n 's/^ExecStart=//p' "$UNITS/maglev-metrics.service")
	line=${line//\/var\/lib\/prometheus\/node-exporter/$PWD/collector}
	PATH=$PWD/bin:$PATH bash -c "$line"
	[ "$(ls collector)" = maglev.prom ]
	tail -1 collector/maglev.prom | grep -qx '# EOF'
	cp collector/maglev.prom old
	! FAKE_ERRNO=1 PATH=$PWD/bin:$PATH bash -c "$line"
	diff old collector/maglev.prom
	if command -v systemd-analyze >/dev/null; then
		sed "s#ExecStart=.*#ExecStart=/bin/true#" "$UNITS/maglev-metrics.service" >maglev-metrics.service
		cp "$UNITS/maglev-metrics.timer" .
		systemd-analyze verify --man=no ./maglev-metrics.service ./maglev-metrics.timer
	fi
}

# --- JSON -----------------------------------------------------------------

@test "every output in JSON is as the schema says, and has all that it names" {
	local listing

	export FAKE_SLEEPS=0 FAKE_MEMBERS=1 FAKE_PANIC=1 FAKE_LIMITS=1 FAKE_SERVICE_DATA=0103 FAKE_BACKEND_DATA=ff
	for listing in -L "-L --stats" "-L --rate" "-L --rate --watch" "-L -t 192.0.2.1:80" "-L -c" \
		"-L --timeout" --list-pools "--table web" --list-routers --list-sources --counters --info \
		"--lookup -t 192.0.2.1:80 --client 203.0.113.9:50000" "--monitor stats" --version "--trace -t 192.0.2.1:80 --count 3" \
		"-d --pool w -r 198.51.100.1 --dry-run" "--edit-pool w --seed 1 --dry-run" \
		"-C --dry-run" "--replace /dev/null --dry-run"; do
		# shellcheck disable=SC2086
		"$MAGLEVADM" $listing --json >>json
	done
	"$MAGLEVADM" --monitor --json --timestamp >>json 2>/dev/null || true
	{
		"$MAGLEVADM" --save-state "$PWD/state" --json
		FAKE_SECRET=1 "$MAGLEVADM" --restore-state "$PWD/state" --json
		FAKE_BARE=1 "$MAGLEVADM" --lookup -t 192.0.2.1:80 --client 203.0.113.9 --json
	} >>json
	"$BATS_TEST_DIRNAME/check_json.py" --all json
}

@test "the schema refuses what it does not name" {
	"$MAGLEVADM" -L --json | jq '.services[0].backends[0].load = 1' >one
	run -1 "$BATS_TEST_DIRNAME/check_json.py" one
	[[ $output == *"services: \$.services[0].backends[0]: Additional properties are not allowed ('load' was unexpected)"* ]]
	"$MAGLEVADM" -L --json | jq 'del(.services[0].pool)' >one
	run -1 "$BATS_TEST_DIRNAME/check_json.py" one
	"$MAGLEVADM" --info --json | jq '.services = "1"' >one
	run -1 "$BATS_TEST_DIRNAME/check_json.py" one
	echo '{"things": []}' >one
	run -1 "$BATS_TEST_DIRNAME/check_json.py" one
	: >one
	run -1 "$BATS_TEST_DIRNAME/check_json.py" one
}

@test "--version in JSON" {
	[ "$("$MAGLEVADM" -v --json | jq -c .)" = '{"tool_version":"0.0.0"}' ]
}

# --- help -----------------------------------------------------------------

@test "--help of a command: by its name or letter, with the options that it takes" {
	prints --help --set <<-'END'
		Usage: maglevadm --set NAME=VALUE... [OPTION]...

		  --set NAME=VALUE...           set timeouts, pmtu, peers; or TCP TCPFIN UDP

		Options:
		  --dry-run                     change nothing, print what would move
		  --json                        print JSON

		Examples:
		  maglevadm --set tcp=15m udp=30s
		  maglevadm --set pmtu=router
		  maglevadm --set peers=directors
	END
	diff <("$MAGLEVADM" --help add-service) <("$MAGLEVADM" --help --add-service)
	diff <("$MAGLEVADM" --help add-service) <("$MAGLEVADM" -h -A)
	diff <("$MAGLEVADM" --help list) <("$MAGLEVADM" --help -l)
	"$MAGLEVADM" --help -a >help
	grep -qx 'Needs one of:' help
	grep -qx 'And one of:' help
	grep -q '^  -w, --weight WEIGHT ' help
	! grep -q -- '--seed' help
	[ -z "$(awk 'length > 80' help)" ]
	refused "unknown option -Q" --help -Q
	refused "unexpected argument 'bogus'" --help bogus
	refused "--pe is not supported: no persistence engines" --help --pe
}

@test "--help of an option names the commands that take it" {
	"$MAGLEVADM" --help --weight >help
	grep -q '^  -w, --weight WEIGHT ' help
	[ "$(grep -c -- 'server' help)" -eq 2 ]
	ln -s "$MAGLEVADM" ipvsadm
	./ipvsadm --help --thresholds | grep -q '^  -L|-l, --list '
}

@test "--help of every command fits, and its examples are valid" {
	local command words

	export FAKE_SLEEPS=0
	"$MAGLEVADM" --help | sed '/^Options:/,$d' | grep -oE -- '--[a-z][a-z-]*' >commands
	[ "$(wc -l <commands)" -gt 25 ]
	while read -r command; do
		"$MAGLEVADM" --help "$command" >help
		[ -z "$(awk 'length > 80' help)" ]
		grep -q '^Examples:$' help
		while read -ra words; do
			accepted "${words[@]:1}"
		done < <(sed '1,/^Examples:/d' help)
	done <commands
}

# --- completion -----------------------------------------------------------

# What bash offers after a command line, sorted, on one line.
completes()
{
	local want=$1 have

	have=$(
		# shellcheck source=userspace/completion/maglevadm.bash
		source "$COMPLETION"
		COMP_LINE=$2 COMP_POINT=${#2}
		COMP_WORDS=("$MAGLEVADM") COMPREPLY=()
		_maglevadm
		printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' '
	)
	echo "$2 -> $have"
	# shellcheck disable=SC2053 # a pattern
	[[ $have == $want ]]
}

@test "completion: commands, and the options of the command at hand" {
	completes "--member-pool --metrics --monitor " "maglevadm --m"
	completes "*--add-pool *--add-service *" "maglevadm --"
	completes "-a " "maglevadm -a"
	completes "--weight " "maglevadm -a --we"
	completes " " "maglevadm -A --we"
	completes "--sctp-service --sort --stats " "maglevadm -Ln --s"
	completes "--table-size --tcp-service --track " "maglevadm -A -t 192.0.2.1:80 --t"
	completes " " "maglevadm --list-pools --we"
	completes "--dry-run " "maglevadm --edit-pool web --dr"
	completes "--add-server --add-service " "maglevadm --help --add-serv"
	completes "--count --json --timestamp " "maglevadm --monitor --"
}

@test "completion: every command and option of --help" {
	completes "$("$MAGLEVADM" --help | grep -oE '^ +(-[^ ]+, )?--[a-z][a-z0-9-]*' |
		sed 's/.*--/--/' | sort -u | tr '\n' ' ')" "maglevadm --"
}

@test "completion: services, pools and backends of the kernel" {
	completes "192.0.2.1:443 192.0.2.1:80 " "maglevadm -E -t "
	completes "443 " "maglevadm -E -t 192.0.2.1:4"
	completes "192.0.2.1:53 " "maglevadm -D -u 1"
	completes "spare web " "maglevadm -a --pool "
	completes "spare " "maglevadm --table s"
	completes "none spare web " "maglevadm -E -t 192.0.2.1:80 --fallback "
	completes "198.51.100.1 198.51.100.2 " "maglevadm -e --pool web -r "
	completes "198.51.100.1 198.51.100.2 " "maglevadm -d -t 192.0.2.1:80 -r 198.51"
	completes "198.51.100.1 198.51.100.2 198.51.100.3 " "maglevadm --flush-conns -r "
	completes "198.18.0.0/28 " "maglevadm --delete-source "
	export FAKE_IPV6=1
	completes "80]:443 80]:80 " "maglevadm -E -t [2001:db8::"
}

@test "completion: words that options take" {
	completes "all changed none " "maglevadm -A -t 192.0.2.1:80 --track "
	completes "changed " "maglevadm -A --track=c"
	completes "down drain " "maglevadm -e --pool web -r 198.51.100.1 --state d"
	completes "*backends services summary *" "maglevadm --metrics "
	completes "services summary " "maglevadm --metrics=s"
	completes "always " "maglevadm -L --watch --color al"
	completes "pmtu=both pmtu=client pmtu=router " "maglevadm --set tcp=900 pm"
	completes "301 " "maglevadm --set udp="
	completes "auto " "maglevadm --add-pool web --settle "
	touch "a file" b-file
	completes "a file b-file *" "maglevadm --replace "
	completes "b-file " "maglevadm --replace=b"
}
