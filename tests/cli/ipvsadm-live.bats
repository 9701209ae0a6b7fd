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
