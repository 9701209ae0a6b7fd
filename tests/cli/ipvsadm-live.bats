#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2314 # bats' variables; "!" at an end
#
# maglevadm called as ipvsadm beside the real one, in one kernel, on the same
# configuration: as root, with maglev.ko loaded and IPVS in the kernel. All that
# either has configured in the network namespace is deleted. What may differ is in
# Documentation/ipvsadm.md.

load common

setup_file()
{
	[ -e /proc/net/ip_vs ] || modprobe -q -a ip_vs ip_vs_mh || true
	if [ "$(id -u)" -ne 0 ] || [ ! -d /sys/module/maglev ] || [ ! -e /proc/net/ip_vs ]; then
		echo "needs root, maglev.ko and IPVS, as in the lab" >&2
		return 1
	fi
}

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	REAL=$(command -v ipvsadm)
	mkdir as
	ln -s "$(realpath "$MAGLEVADM")" as/ipvsadm
	as/ipvsadm -C
	"$REAL" -C
}

teardown()
{
	ip link del mgl0 2>/dev/null || true
	as/ipvsadm -C
	"$REAL" -C
}

# The same command line for both: exit code, standard output and error are equal.
both()
{
	local theirs=0 ours=0

	"$REAL" "$@" >theirs.out 2>theirs.err </dev/null || theirs=$?
	as/ipvsadm "$@" >ours.out 2>ours.err </dev/null || ours=$?
	echo "ipvsadm $*: $theirs, $ours"
	[ "$theirs" -eq "$ours" ]
	diff theirs.out ours.out
	diff theirs.err ours.err
}

# The same, but for the size in the first line.
both_list()
{
	local name

	"$REAL" -L "$@" >theirs
	as/ipvsadm -L "$@" >ours
	for name in theirs ours; do
		sed -E '1s/\(size=[0-9]+\)$/(size=N)/' $name >$name.list
	done
	echo "ipvsadm -L $*"
	diff theirs.list ours.list
}

# Both read this file.
configure()
{
	"$REAL" -R <"$1"
	as/ipvsadm -R <"$1"
}

rules()
{
	cat >rules <<-'END'
		-A -t 192.0.2.1:80 -s mh
		-a -t 192.0.2.1:80 -r 198.51.100.1:80 -i -w 1 --tun-type gre --tun-nocsum
		-a -t 192.0.2.1:80 -r 198.51.100.20:80 -i -w 65535 --tun-type gre --tun-nocsum
		-a -t 192.0.2.1:80 -r 198.51.100.3:80 -i -w 0 --tun-type gre --tun-nocsum
		-A -t 192.0.2.100:65535 -s mh
		-A -t 192.0.2.20:443 -s mh -p 900
		-a -t 192.0.2.20:443 -r 198.51.100.1:443 -i -w 7 --tun-type gre --tun-nocsum
		-A -t 192.0.2.30:0 -s mh -p 900
		-A -u 192.0.2.1:53 -s mh -o
		-a -u 192.0.2.1:53 -r 198.51.100.1:53 -i -w 100 --tun-type gre --tun-nocsum
		-A --sctp-service 192.0.2.1:80 -s mh
		-A -t [2001:db8::80]:80 -s mh
		-a -t [2001:db8::80]:80 -r [2001:db8:1::1]:80 -i -w 1 --tun-type gre --tun-nocsum
		-a -t [2001:db8::80]:80 -r [2001:db8:1::22]:80 -i -w 3 --tun-type gre --tun-nocsum
	END
}

@test "listings of an empty table" {
	for options in "-n" "" "-n --stats" "-n --rate" "-n --thresholds" "-n --persistent-conn" \
		"-n --tun-info"; do
		# shellcheck disable=SC2086
		both_list $options
	done
	both -L -n -c
	both -L -n -c --persistent-conn
	both -L --timeout
	both -L --daemon
	both -S -n
}

@test "listings of services and backends" {
	rules
	configure rules
	for options in "-n" "-n --stats" "-n --stats --exact" "-n --stats -X" "-n --rate" \
		"-n --thresholds" "-n --persistent-conn" "-n --tun-info" "-n --sort" \
		"-n --stats --rate --tun-info" "-n --tun-info --thresholds"; do
		# shellcheck disable=SC2086
		both_list $options
	done
	both -L -n -t 192.0.2.1:80
	both -l -n --thresholds -t "[2001:db8::80]:80"
	both -Ln -t 192.0.2.30
}

@test "the kernel's order, line by line the same in another one" {
	rules
	configure rules
	both_list -n --nosort || diff <(sort theirs.list) <(sort ours.list)
}

@test "names are cut where columns end" {
	rules
	printf '%s\n' "192.0.2.1 a-service-of-a-long-name.example.net" "192.0.2.20 s.example.net" \
		"198.51.100.1 backend-with-a-name-of-more.example.net" \
		"2001:db8::80 a-service-of-a-long-name6.example.net" \
		"2001:db8:1::1 b6.example.net" >>/etc/hosts
	configure rules
	for options in "" --stats --rate --thresholds --persistent-conn --tun-info; do
		# shellcheck disable=SC2086
		both_list $options
	done
	grep -q "a-service-of-a-long-name.exa" ours
	both -S
	sed '/example.net$/d' /etc/hosts >hosts
	cat hosts >/etc/hosts
}

@test "saved files are equal, and each reads the other's" {
	rules
	configure rules
	both -S -n
	"$REAL" -C
	as/ipvsadm -C
	cp ours.out saved
	configure saved
	both -S -n
	diff ours.out saved
}

# --- traffic ----------------------------------------------------------------
#
# Both get the same packets. IPVS has a hash of its own, so where backends are compared
# one by one a service has one. It keeps connections of services that are deleted, so each
# test has VIPs of its own, ONE and TWO.

# An address for the router's tunnels, the VIPs, which IPVS needs as addresses, and a
# way to the backends, into nothing.
network()
{
	ip -batch - <<-END
		link add mgl0 type dummy
		address add 203.0.113.1/24 dev mgl0
		address add $ONE/32 dev mgl0
		address add $TWO/32 dev mgl0
		link set mgl0 up
		route add 198.51.100.0/24 dev mgl0
	END
}

traffic_rules()
{
	ONE=$1 TWO=$2
	cat >rules <<-END
		-A -t $ONE:80 -s mh -b mh-port
		-a -t $ONE:80 -r 198.51.100.1:80 -i -w 1 --tun-type gre --tun-nocsum
		-A -t $ONE:443 -s mh -b mh-port
		-a -t $ONE:443 -r 198.51.100.1:443 -i -w 3 --tun-type gre --tun-nocsum
		-A -t $TWO:80 -s mh -b mh-port
		-a -t $TWO:80 -r 198.51.100.1:80 -i -w 1 --tun-type gre --tun-nocsum
		-a -t $TWO:80 -r 198.51.100.2:80 -i -w 1 --tun-type gre --tun-nocsum
		-A -u $ONE:53 -s mh -b mh-port
		-a -u $ONE:53 -r 198.51.100.1:53 -i -w 1 --tun-type gre --tun-nocsum
	END
	network
	configure rules
}

send()
{
	"$BATS_TEST_DIRNAME/both_send.py" 203.0.113.1 "$@"
}

# Until it is so: IPVS adds its counters up every two seconds.
soon()
{
	for _ in {1..300}; do
		if "$@"; then
			return
		fi
		sleep 0.1
	done
	return 1
}

# Of listings: neither flags of the scheduler, nor services that are compared otherwise.
same_traffic()
{
	local name

	"$REAL" -L -n "$@" >theirs
	as/ipvsadm -L -n "$@" >ours
	for name in theirs ours; do
		sed -E '1s/\(size=[0-9]+\)$/(size=N)/; s/ \(mh-port\)$//' $name |
			sed "/^TCP  $TWO:80 /,/^[A-Z]/{ /$TWO:80/d; /198.51.100/d }" >$name.list
	done
	cmp -s theirs.list ours.list
}

traffic_list()
{
	soon same_traffic "$@" || diff theirs.list ours.list
}

# column SERVICE N OPTIONS...: the sum of a column over a service's backends
column()
{
	local service=$1 n=$2

	shift 2
	awk -v s="$service" -v n="$n" '
		$1 != "->" { on = $2 == s }
		on && $1 == "->" { sum += $n }
		END { print sum + 0 }' < <("$@")
}

same_column()
{
	local service=$1 n=$2

	shift 2
	[ "$(column "$service" "$n" "$REAL" "$@")" -eq "$(column "$service" "$n" as/ipvsadm "$@")" ]
}

@test "counters of the same packets, column by column, and zeroed" {
	traffic_rules 192.0.2.11 192.0.2.12
	send "$ONE" 80 7 SAA
	send "$ONE" 443 3 SAFA
	traffic_list --stats
	traffic_list --stats --exact
	grep -qE "^TCP  $ONE:80 +7 +21 +0 +840 +0$" ours.list
	grep -qE '^  -> 198.51.100.1:443 +3 +12 +0 +480 +0$' ours.list
	send "$TWO" 80 60 SA
	for n in 3 4 5 6 7; do
		soon same_column "$TWO:80" $n -L -n --stats
	done
	[ "$(column "$TWO:80" 4 as/ipvsadm -L -n --stats)" -eq 120 ]
	both -Z -t "$ONE:80"
	traffic_list --stats
	grep -qE "^TCP  $ONE:80 +0 +0 +0 +0 +0$" ours.list
	grep -qE "^TCP  $ONE:443 +3 " ours.list
	both -Z
	both_list -n --stats
	! grep -qE ' [1-9][0-9]* +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+$' ours
	send "$ONE" 80 2 A
	traffic_list --stats
	# Only what opens a connection counts as one here, so UDP has none.
	send "$ONE" 53 5 UU
	soon same_column "$ONE:53" 4 -L -n --stats
	soon same_column "$ONE:53" 6 -L -n --stats
	grep -qE ' +5 +10 +0 +280 +0$' <("$REAL" -L -n --stats -u "$ONE:53")
	grep -qE ' +0 +10 +0 +280 +0$' <(as/ipvsadm -L -n --stats -u "$ONE:53")
}

@test "connections of the same packets: ActiveConn, InActConn and -c" {
	traffic_rules 192.0.2.13 192.0.2.14
	send "$ONE" 80 7 SA
	send "$ONE" 443 4 SA
	send "$ONE" 443 1 F
	traffic_list
	traffic_list --thresholds
	traffic_list --persistent-conn
	grep -qE '^  -> 198.51.100.1:80 +Tunnel +1 +7 +0 +$' <("$REAL" -L -n)
	grep -qE '^  -> 198.51.100.1:443 +Tunnel +3 +3 +1 +$' <(as/ipvsadm -L -n)
	# Without what is left of the time, and the order of the kernel.
	"$REAL" -L -n -c | grep -F " $ONE:" >theirs
	as/ipvsadm -L -n -c | grep -F " $ONE:" >ours
	[ "$(grep -c ^TCP ours)" -eq 11 ]
	diff <(sed -E 's/^TCP [0-9:]+ +/TCP /' theirs | sort) <(sed -E 's/^TCP [0-9:]+ +/TCP /' ours | sort)
	# What is left is nearly all of it, here and there.
	[ "$(grep -cE '^TCP 1[45]:[0-9][0-9] *ESTABLISHED' theirs)" -eq 10 ]
	[ "$(grep -cE '^TCP 1[45]:[0-9][0-9] *ESTABLISHED' ours)" -eq 10 ]
	# Zeroing counters ends no connection.
	both -Z
	traffic_list
	as/ipvsadm -L -n >list
	[ "$(column "$ONE:80" 5 cat list)" -eq 7 ]
}

@test "what is done in another way is listed and saved as it was given" {
	cat >rules <<-'END'
		-A -t 192.0.2.1:80 -s mh -p 300
		-a -t 192.0.2.1:80 -r 198.51.100.1:80 -g -w 1
		-a -t 192.0.2.1:80 -r 198.51.100.2:80 -i -w 2 --tun-type ipip
		-a -t 192.0.2.1:80 -r 198.51.100.3:80 -i -w 3 --tun-type gre --tun-nocsum
		-A -t 192.0.2.2:80 -s mh -p 50 -M 255.255.255.0 -b mh-port
		-A -u 192.0.2.2:53 -s mh -b mh-fallback,mh-port
		-A -u 192.0.2.2:54 -s mh -p 77 -b flag-1 -o
		-A -t [2001:db8::80]:80 -s mh -p 60 -M 64
	END
	configure rules
	for options in "-n" "-n --tun-info" "-n --thresholds" "-n --persistent-conn" "-n --stats"; do
		# shellcheck disable=SC2086
		both_list $options
	done
	both -S -n
	cp ours.out saved
	"$REAL" -C
	as/ipvsadm -C
	configure saved
	both_list -n
	both -S -n
	diff ours.out saved
}

@test "thresholds" {
	rules
	configure rules
	for tool in "$REAL" as/ipvsadm; do
		"$tool" -e -t 192.0.2.1:80 -r 198.51.100.1:80 -i --tun-type gre -w 1 -x 100 -y 80
		"$tool" -a -t 192.0.2.1:80 -x 2147483647 -r 198.51.100.9:80 -i --tun-type gre -w 1
	done
	both_list -n --thresholds
	both -e -t 192.0.2.1:80 -r 198.51.100.9:80 -i --tun-type gre -w 2
	both_list -n --thresholds
	both_list -n
	for tool in "$REAL" as/ipvsadm; do
		run "$tool" -e -t 192.0.2.1:80 -r 198.51.100.1:80 -i -w 1 -x 100 -y 101
		[ "$status" -eq 255 ]
	done
	both_list -n --thresholds
}

@test "timeouts" {
	both --set 901 121 301
	both -L --timeout
	both --set 0 0 302
	both -L --timeout
	both --set 900 120 300
}

@test "what both refuse, in the same words and with the same exit code" {
	both -A -t 192.0.2.1:80 -s mh
	both -A -t 192.0.2.1:80 -s mh
	both -E -t 192.0.2.9:80 -s mh
	both -D -t 192.0.2.9:80
	both -Z -t 192.0.2.9:80
	both -L -n -t 192.0.2.9:80
	both -a -t 192.0.2.9:80 -r 198.51.100.1:80 -i
	both -e -t 192.0.2.9:80 -r 198.51.100.1:80 -i
	both -d -t 192.0.2.9:80 -r 198.51.100.1:80
	both -a -t 192.0.2.1:80 -x 0 -y 0 -r 198.51.100.1:80 -i -w 1
	both -a -t 192.0.2.1:80 -r 198.51.100.1:80 -i
	both -e -t 192.0.2.1:80 -r 198.51.100.2:80 -i
	both -d -t 192.0.2.1:80 -r 198.51.100.2:80
	both -a -t 192.0.2.1:80 -r 198.51.100.3:8080 -i
	both -d -t 192.0.2.1:80 -r 198.51.100.3:80
	both_list -n
}

@test "command lines that both refuse with 2" {
	local words

	for words in "-A" "-A -t 192.0.2.1 -s mh" "-a -t 192.0.2.1:80" "-L foo" "-L -c --stats" \
		"-L --timeout --rate" "--set 1 2" "-A -C"; do
		for tool in "$REAL" as/ipvsadm; do
			# shellcheck disable=SC2086
			run -2 $tool $words
		done
	done
}

@test "without capabilities: exit code of a change" {
	for tool in "$REAL" as/ipvsadm; do
		run setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
			--bounding-set=-all "$tool" -A -t 192.0.2.1:80 -s mh
		[ "$status" -ne 0 ]
		[[ $output == *"Permission denied (you must be root)"* ]]
	done
}
