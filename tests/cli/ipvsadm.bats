#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2314,SC2016 # bats' variables; "!" at an end; backquotes
# shellcheck disable=SC2030,SC2031 # each test is a subshell of its own
#
# maglevadm called as ipvsadm, with a made-up kernel (fake_kern.c): a test for
# each row of Documentation/ipvsadm.md, which names it.

load common

DOC=$BATS_TEST_DIRNAME/../../Documentation/ipvsadm.md
FAKE=$BATS_TEST_DIRNAME/../../build/tests-cli/maglevadm-fake

setup_file()
{
	make_fake
}

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	export FAKE_LOG=$BATS_TEST_TMPDIR/log
	: >log
	ln -s "$(realpath "$FAKE")" ipvsadm
	MAGLEVADM=./ipvsadm
}

TCP80="protocol=06 address4=c0000201 port=0050"
UDP80="protocol=11 address4=c0000201 port=0050"
B1="address4=c6336401"
NO_LIMITS="upper=00000000 lower=00000000"

# The one request that a command line makes: asks REQUEST ARGUMENT...
asks()
{
	local want=$1

	shift
	: >log
	m "$@"
	diff <(echo "$want") log
}

# The same with one line on standard error: asks_and_says REQUEST TEXT ARGUMENT...
asks_and_says()
{
	local want=$1 text=$2

	shift 2
	: >log
	try "$@"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[[ $stderr == "ipvsadm: $text"* ]]
	[[ $stderr != *$'\n'* ]]
	diff <(echo "$want") log
}

# Refused with exit code 2 and a line that says what to use: says TEXT ARGUMENT...
says()
{
	local text=$1

	shift
	: >log
	try "$@"
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[[ $stderr == "ipvsadm: "*"$text"* ]]
	[[ $stderr != *$'\n'* ]]
	[ ! -s log ]
}

# What a command line prints is standard input here.
prints()
{
	try "$@"
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	diff <(sed 's/_$/ /') <(echo "$output")
}

# The kernel refuses with an error: refuses ERRNO WORDS ARGUMENT...
refuses()
{
	local words=$2

	FAKE_ERRNO=$1 try "${@:3}"
	[ "$status" -eq 255 ]
	[ "$stderr" = "$words" ]
}

EEXIST=17 ENOENT=2 EPERM=1

# An item of userdata, as Documentation/netlink.md has it: item TYPE TEXT
item()
{
	printf '%02x%02x' "$1" "${#2}"
	printf %s "$2" | od -An -v -tx1 | tr -d ' \n'
}

# --- commands -------------------------------------------------------------

@test "-A" {
	asks "service-new service{ $TCP80 }" -A -t 192.0.2.1:80 -s mh
	asks "service-new service{ $TCP80 }" --add-service -t 192.0.2.1:80
	refuses $EEXIST "Service already exists" -A -t 192.0.2.1:80 -s mh
	refuses $EPERM "Permission denied (you must be root)" -A -t 192.0.2.1:80
}

@test "-E" {
	asks "service-set service{ $TCP80 track=00 affinity=00 userdata= }" -E -t 192.0.2.1:80 -s mh
	asks "service-set service{ $TCP80 track=00 affinity=02 userdata= }" --edit-service -t 192.0.2.1:80 -p
	asks_and_says "service-set service{ $TCP80 track=00 affinity=00 userdata=$(item 1 rr) }" "-s: " -E -t 192.0.2.1:80 -s rr
	refuses $ENOENT "No such service" -E -t 192.0.2.1:80 -s mh
}

@test "-D" {
	asks "service-del service{ $TCP80 }" -D -t 192.0.2.1:80
	asks "service-del service{ $TCP80 }" --delete-service -t 192.0.2.1:80
	refuses $ENOENT "No such service" -D -t 192.0.2.1:80
}

@test "-C" {
	asks "flush" -C
	asks "flush" --clear
}

@test "-R" {
	run --separate-stderr -0 ./ipvsadm -R <<-'END'
		# a comment
		-A -t 192.0.2.1:80 -s wlc -p 600
		-a -t 192.0.2.1:80 -r 198.51.100.1:8080 -g -w 1
		ipvsadm -A -t 192.0.2.1:443 -s rr -p 700
		-a -t 192.0.2.1:443 -r 198.51.100.2:443 -i -w 5 --tun-type ipip
		-a -t 192.0.2.1:443 -r 198.51.100.3:443 -g -w 5
	END
	# Each note once, with the first line that it is about.
	diff - <(echo "$stderr") <<-'END'
		ipvsadm: line 2: -s: the scheduler is Maglev hashing (mh), whatever is asked for
		ipvsadm: line 2: -p: clients are remembered for as long as --set says, not for the time given
		ipvsadm: line 3: -g: backends are reached through GRE, as with -i --tun-type gre
		ipvsadm: line 5: --tun-type ipip: backends are reached through GRE, as with --tun-type gre
	END
	[ "$(grep -c "backend{" log)" -eq 2 ]
	FAKE_ERRNO=$EEXIST run --separate-stderr -255 ./ipvsadm -R <<<'-A -t 192.0.2.1:80 -s mh'
	[[ ${stderr_lines[0]} == "ipvsadm: line 1: Service already exists" ]]
	run --separate-stderr -2 ./ipvsadm --restore <<<$'-C\n-A -f 1 -s mh'
	[[ $stderr == "ipvsadm: line 2: -f is not supported: "* ]]
}

@test "-S" {
	FAKE_LOCAL=1 prints -S -n <<-'END'
		--cache-size 2097152
		--set tcp=1000 udp=301 pmtu=client
		--add-source 198.18.0.0/28
		--add-pool spare
		--add-pool web --settle 90500ms
		-a --pool web -r 198.51.100.1 -i -w 2 --tun-type gre --tun-nocsum
		-a --pool web -r 198.51.100.2 -i -w 2 --tun-type gre --tun-nocsum --state drain --deadline 42s
		--set peers=spare
		-A -t 192.0.2.1:80 -s mh -p 1000 --track changed --fallback spare --all-down reject --pool web
		-A -t 192.0.2.1:443 -s mh --settle 60s
		-a -t 192.0.2.1:443 -r 198.51.100.3:443 -i -w 2 --tun-type gre --tun-nocsum --state down
		-a -t 192.0.2.1:443 -r 127.0.0.1:443 -g -w 1
		-A -u 192.0.2.1:53 -s mh --affinity 3tuple -o --pool web
	END
	./ipvsadm --save -n >saved
	: >log
	run --separate-stderr -0 ./ipvsadm -R <saved
	[[ $stderr == *"-p: clients are remembered"* ]]
	! grep -q -- "-g:" <<<"$stderr"
	# Thresholds, which ipvsadm does not save.
	FAKE_LIMITS=1 ./ipvsadm -S -n | grep -qx -- '-a --pool web -r 198.51.100.1 -i -w 2 --tun-type gre --tun-nocsum -x 100 -y 80'
	# What cannot be said in its words, of others or cut short, stays as well.
	for bytes in ff0178 "$(item 3 300)ff" "$(item 5 other)"; do
		FAKE_BACKEND_DATA=$bytes ./ipvsadm -S -n >saved
		grep -q -- "-r 198.51.100.1 -i -w 2 --tun-type gre --tun-nocsum --userdata $bytes\$" saved
		: >log
		run -0 ./ipvsadm -R <saved
		grep -q "$B1 weight=02000000 userdata=$bytes " log
	done
}

# A line of a listing, and the line that is saved, of the first service: kept USERDATA WORDS WORDS
kept()
{
	FAKE_SERVICE_DATA=$1 ./ipvsadm -L -n >list
	grep -q "^TCP  192.0.2.1:80 $2 pool web " list
	FAKE_SERVICE_DATA=$1 ./ipvsadm -S -n >saved
	grep -q -- "^-A -t 192.0.2.1:80 -s $3 --fallback spare --all-down reject --pool web\$" saved
}

# The same of a backend: backend_kept USERDATA WORDS WORDS WORDS
backend_kept()
{
	FAKE_BACKEND_DATA=$1 ./ipvsadm -L -n >list
	grep -q "^  -> 198.51.100.1:80              $2 2      12345678   7         \$" list
	FAKE_BACKEND_DATA=$1 ./ipvsadm -L -n --tun-info >list
	grep -q "^  -> 198.51.100.1:80              $3 2      12345678   7         \$" list
	FAKE_BACKEND_DATA=$1 ./ipvsadm -S -n >saved
	grep -q -- "^-a --pool web -r 198.51.100.1 $4\$" saved
}

@test "-a" {
	asks "backend-new service{ $TCP80 } backend{ $B1 weight=01000000 }" -a -t 192.0.2.1:80 -r 198.51.100.1
	asks "backend-new service{ $TCP80 } backend{ $B1 weight=03000000 }" --add-server -t 192.0.2.1:80 -r 198.51.100.1:80 -i -w 3
	refuses $EEXIST "Destination already exists" -a -t 192.0.2.1:80 -r 198.51.100.1 -i
	refuses $ENOENT "Service not defined" -a -t 192.0.2.1:80 -r 198.51.100.1 -i
}

@test "-e" {
	asks "backend-set service{ $TCP80 } backend{ $B1 weight=01000000 $NO_LIMITS userdata= }" -e -t 192.0.2.1:80 -r 198.51.100.1
	asks "backend-set service{ $TCP80 } backend{ $B1 weight=00000000 $NO_LIMITS userdata= }" --edit-server -t 192.0.2.1:80 -r 198.51.100.1:80 -i -w 0
	# ipvsadm knows no states.
	asks "backend-set service{ $TCP80 } backend{ $B1 state=01 }" -e -t 192.0.2.1:80 -r 198.51.100.1 --drain
	refuses $ENOENT "Service not defined" -e -t 192.0.2.1:80 -r 198.51.100.1 -i
	# The offset is that of the backend: netlink and generic netlink headers, the service.
	FAKE_BLAMES=48 refuses $ENOENT "No such destination" -e -t 192.0.2.1:80 -r 198.51.100.1 -i
}

@test "-d" {
	asks "backend-del service{ $TCP80 } backend{ $B1 }" -d -t 192.0.2.1:80 -r 198.51.100.1:80
	asks "backend-del service{ $TCP80 } backend{ $B1 }" --delete-server -t 192.0.2.1:80 -r 198.51.100.1
	FAKE_BLAMES=48 refuses $ENOENT "No such destination" -d -t 192.0.2.1:80 -r 198.51.100.1
}

@test "-L" {
	prints -L -n <<-'END'
		IP Virtual Server version 1.2.1 (size=2097152)
		Prot LocalAddress:Port Scheduler Flags
		  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
		TCP  192.0.2.1:80 mh persistent 1000 pool web track changed fallback spare all-down reject
		  -> 198.51.100.1:80              Tunnel  2      12345678   7        _
		  -> 198.51.100.2:80              Tunnel  0      12345678   7        _
		TCP  192.0.2.1:443 mh
		  -> 198.51.100.3:443             Tunnel  0      0          0        _
		UDP  192.0.2.1:53 mh ops pool web affinity 3tuple
		  -> 198.51.100.1:53              Tunnel  2      12345678   7        _
		  -> 198.51.100.2:53              Tunnel  0      12345678   7        _
	END
	diff <(./ipvsadm -ln) <(./ipvsadm --list --numeric)
	diff <(./ipvsadm) <(./ipvsadm -L)
	diff <(./ipvsadm -Ln -t 192.0.2.1:80) <(./ipvsadm -Ln | sed -n 2,6p)
	FAKE_ERRNO=$ENOENT run --separate-stderr -1 ./ipvsadm -L -n -t 192.0.2.1:80
	[ "$stderr" = "No such service" ]
}

@test "-Z" {
	asks "stats-zero" -Z
	asks "stats-zero service{ $TCP80 }" --zero -t 192.0.2.1:80
	refuses $ENOENT "No such service" -Z -t 192.0.2.1:80
}

@test "--set" {
	asks "config-set config{ tcp=84030000 tcp-fin=78000000 udp=2c010000 }" --set 900 120 300
	asks "config-set config{ udp=2c010000 }" --set 0 0 300
	m --set 0 0 0
	says "it takes three numbers, TCP TCPFIN UDP" --set 900 120
}

@test "--start-daemon" {
	says "give all of them the same configuration" --start-daemon master
	says "give all of them the same configuration" --start-daemon backup --syncid 1
}

@test "--stop-daemon" {
	says "there is nothing to stop" --stop-daemon master
}

@test "-h" {
	run --separate-stderr -0 ./ipvsadm -h
	[[ ${lines[0]} == "Usage: ipvsadm "* ]]
	for o in gatewaying u-threshold l-threshold rate thresholds persistent-conn tun-info daemon; do
		grep -qE -- "--$o( |\$)" <<<"$output"
	done
	[ -z "$(awk 'length > 80' <<<"$output")" ]
	run -0 ./ipvsadm --help
}

@test "-v" {
	[ "$(./ipvsadm -v)" = "ipvsadm v1.31 2019/12/24 (compiled with maglevadm v0.0.0 and IPVS v1.2.1)" ]
	[ "$(./ipvsadm --version | awk '{ print $2 }')" = v1.31 ]
}

# --- services -------------------------------------------------------------

@test "-t" {
	asks "service-new service{ $TCP80 }" -A --tcp-service 192.0.2.1:http
	asks "service-new service{ protocol=06 address6=20010db8000000000000000000000080 port=0050 }" -A -t "[2001:db8::80]:80"
}

@test "-u" {
	asks "service-new service{ $UDP80 }" -A -u 192.0.2.1:80
	asks "service-new service{ $UDP80 }" -A --udp-service 192.0.2.1:80
}

@test "--sctp-service" {
	asks "service-new service{ protocol=84 address4=c0000201 port=0050 }" -A --sctp-service 192.0.2.1:80
}

@test "-f" {
	says "use a port range (--port FIRST-LAST)" -A -f 1 -s mh
	says "use a port range (--port FIRST-LAST)" -D --fwmark-service 1
}

@test "a port that is left out" {
	local any="protocol=06 address4=c0000201 port=0000"

	asks "service-new service{ $any affinity=02 }" -A -t 192.0.2.1 -p
	asks "service-new service{ $any }" -A -t 192.0.2.1:0
	asks "service-del service{ $any }" -D -t 192.0.2.1
	asks "backend-new service{ $any } backend{ $B1 weight=01000000 }" -a -t 192.0.2.1 -r 198.51.100.1 -i
	says "Zero port specified for non-persistent service" -A -t 192.0.2.1
	says "Zero port specified for non-persistent service" -E -t 192.0.2.1 -s mh
}

# --- options of services --------------------------------------------------

@test "-s" {
	local name

	for name in mh maglev; do
		asks "service-new service{ $TCP80 }" -A -t 192.0.2.1:80 -s $name
	done
	for name in rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf twos; do
		asks_and_says "service-new service{ $TCP80 userdata=$(item 1 $name) }" "-s: the scheduler is Maglev hashing (mh)" -A -t 192.0.2.1:80 -s $name
	done
	kept "$(item 1 wlc)" "wlc persistent 1000" "wlc -p 1000 --track changed"
	# No name: left out of listings, and saved as it is.
	FAKE_SERVICE_DATA=01020a41 ./ipvsadm -L -n | grep -q "^TCP  192.0.2.1:80 mh persistent 1000 "
	FAKE_SERVICE_DATA=01020a41 ./ipvsadm -S -n | grep -q -- "^-A -t 192.0.2.1:80 -s mh .* --userdata 01020a41 --pool web$"
	says "Scheduler or persistence engine not found" -A -t 192.0.2.1:80 -s foo
}

@test "-p" {
	asks "service-new service{ $TCP80 affinity=02 }" -A -t 192.0.2.1:80 -s mh -p
	asks_and_says "service-new service{ $TCP80 affinity=02 userdata=$(item 3 300) }" "-p: clients are remembered for as long as --set says" -A -t 192.0.2.1:80 -s mh -p 300
	asks_and_says "service-new service{ $TCP80 affinity=02 userdata=$(item 3 300) }" "-p: " -A -t 192.0.2.1:80 --persistent 300
	kept "" "mh persistent 1000" "mh -p 1000 --track changed"
	kept "$(item 3 300)" "mh persistent 300" "mh -p 300 --track changed"
}

@test "-M" {
	asks "service-new service{ $TCP80 affinity=02 }" -A -t 192.0.2.1:80 -p -M 255.255.255.255
	asks_and_says "service-new service{ $TCP80 affinity=02 userdata=$(item 4 255.255.255.0) }" "-M: clients are told apart by their whole addresses" -A -t 192.0.2.1:80 -p --netmask 255.255.255.0
	asks_and_says "service-new service{ $TCP80 affinity=02 userdata=$(item 4 64) }" "-M: " -A -t 192.0.2.1:80 -p -M 64
	kept "$(item 3 300)$(item 4 255.255.255.0)" "mh persistent 300 mask 255.255.255.0" "mh -p 300 -M 255.255.255.0 --track changed"
	says "not a mask of IPv4 addresses, nor a prefix length" -A -t 192.0.2.1:80 -p -M 129
}

@test "--pe" {
	says "use --affinity" -A -u 192.0.2.1:5060 -p --pe sip
}

@test "-b" {
	asks "service-new service{ $TCP80 userdata=$(item 2 3) }" -A -t 192.0.2.1:80 -s mh -b mh-port,mh-fallback
	asks "service-new service{ $TCP80 userdata=$(item 2 2) }" -A -t 192.0.2.1:80 -s mh --sched-flags mh-port
	kept "$(item 2 3)" "mh (mh-fallback,mh-port) persistent 1000" "mh -p 1000 --track changed -b mh-fallback,mh-port"
	kept "$(item 1 sh)$(item 2 6)" "sh (sh-port) persistent 1000" "sh -p 1000 --track changed -b sh-port,flag-3"
	kept "$(item 1 rr)$(item 2 6)" "rr (flag-2,flag-3) persistent 1000" "rr -p 1000 --track changed -b flag-2,flag-3"
	try -A -t 192.0.2.1:80 -s sh -b sh-fallback,sh-port
	[ "$status" -eq 0 ]
	[ "${stderr#*$'\n'}" = "ipvsadm: -b: flags of other schedulers than mh have no effect" ]
	says "invalid scheduler flag" -A -t 192.0.2.1:80 -s mh -b foo
}

@test "-o" {
	asks "service-new service{ $UDP80 track=02 }" -A -u 192.0.2.1:80 -o
	asks "service-new service{ $UDP80 track=02 }" -A -u 192.0.2.1:80 --ops
	./ipvsadm -L -n | grep -q "^UDP  192.0.2.1:53 mh ops "
}

@test "-6" {
	asks "service-new service{ protocol=06 address6=20010db8000000000000000000000080 port=0050 }" -A -6 -t "[2001:db8::80]:80"
	says "-f is not supported" -A -f 1 -6
}

# --- options of backends --------------------------------------------------

@test "-r" {
	# As with ipvsadm's tunnels, any port is that of the service.
	asks "backend-new service{ $TCP80 } backend{ $B1 weight=01000000 }" -a -t 192.0.2.1:80 -r 198.51.100.1:8080 -i
	asks "backend-del service{ $TCP80 } backend{ $B1 }" -d -t 192.0.2.1:80 --real-server 198.51.100.1:8080
}

@test "-r with this host's loopback address" {
	asks_and_says "service-set service{ $TCP80 all-down=02 }" "-r: a loopback address stands for --all-down accept" \
		-a -t 192.0.2.1:80 -r 127.0.0.1:80 -g -w 1
	asks_and_says "service-set service{ $TCP80 all-down=02 }" "-r: a loopback address stands for --all-down accept" \
		-e -t 192.0.2.1:80 -r 127.1.2.3 -i
	asks "service-set service{ $TCP80 all-down=00 }" -d -t 192.0.2.1:80 -r 127.0.0.1:80
	refuses $ENOENT "No such service" -d -t 192.0.2.1:80 -r 127.0.0.1:80
	FAKE_LOCAL=1 ./ipvsadm -L -n >list
	sed -n '/:443 mh/,/^UDP/p' list | sed 's/ $/_/' | diff - <(cat <<-'END'
		TCP  192.0.2.1:443 mh
		  -> 198.51.100.3:443             Tunnel  0      0          0        _
		  -> 127.0.0.1:443                Local   1      0          0        _
		UDP  192.0.2.1:53 mh ops pool web affinity 3tuple
	END
	)
	FAKE_LOCAL=1 ./ipvsadm -L -n --tun-info | grep -q '^  -> 127.0.0.1:443                Local   n/a           1      0          0         $'
}

@test "-g" {
	local request

	request="backend-new service{ $TCP80 } backend{ $B1 weight=01000000 userdata=$(item 5 route) }"

	asks_and_says "$request" "-g: backends are reached through GRE" -a -t 192.0.2.1:80 -r 198.51.100.1 -g
	asks_and_says "$request" "-g: backends are reached through GRE" -a -t 192.0.2.1:80 -r 198.51.100.1 --gatewaying -w 1
	backend_kept "$(item 5 route)" "Route  " "Route   n/a          " "-g -w 2"
	says "does not go with --gatewaying" -a -t 192.0.2.1:80 -r 198.51.100.1 -g -i
}

@test "-i" {
	local request="backend-new service{ $TCP80 } backend{ $B1 weight=01000000 }"

	asks "$request" -a -t 192.0.2.1:80 -r 198.51.100.1 -i
	asks "$request" -a -t 192.0.2.1:80 -r 198.51.100.1 --ipip
}

@test "-m" {
	says "no address translation: use -i --tun-type gre" -a -t 192.0.2.1:80 -r 198.51.100.1 -m
	says "no address translation" -a -t 192.0.2.1:80 -r 198.51.100.1 --masquerading
}

@test "--tun-type" {
	local request="backend-new service{ $TCP80 } backend{ $B1 weight=01000000 }"

	asks "$request" -a -t 192.0.2.1:80 -r 198.51.100.1 -i --tun-type gre
	backend_kept "" "Tunnel " "Tunnel  gre:-c       " "-i -w 2 --tun-type gre --tun-nocsum"
	request="backend-new service{ $TCP80 } backend{ $B1 weight=01000000 userdata=$(item 6 ipip) }"
	asks_and_says "$request" "--tun-type ipip: backends are reached through GRE" -a -t 192.0.2.1:80 -r 198.51.100.1 -i --tun-type ipip
	backend_kept "$(item 6 ipip)" "Tunnel " "Tunnel  ipip         " "-i -w 2 --tun-type ipip"
	says "backends are reached through GRE: use gre" -a -t 192.0.2.1:80 -r 198.51.100.1 -i --tun-type gue
}

@test "--tun-port" {
	says "GRE, which has no ports: leave it out" -a -t 192.0.2.1:80 -r 198.51.100.1 -i --tun-port 6080
}

@test "--tun-nocsum" {
	asks "backend-new service{ $TCP80 } backend{ $B1 weight=01000000 }" -a -t 192.0.2.1:80 -r 198.51.100.1 -i --tun-type gre --tun-nocsum
}

@test "--tun-csum" {
	says "leave it out" -a -t 192.0.2.1:80 -r 198.51.100.1 -i --tun-type gre --tun-csum
}

@test "--tun-remcsum" {
	says "leave it out" -a -t 192.0.2.1:80 -r 198.51.100.1 -i --tun-remcsum
}

@test "-w" {
	asks "backend-new service{ $TCP80 } backend{ $B1 weight=ffff0000 }" -a -t 192.0.2.1:80 -r 198.51.100.1 -i -w 65535
	asks "backend-new service{ $TCP80 } backend{ $B1 weight=00000000 }" -a -t 192.0.2.1:80 -r 198.51.100.1 -i --weight 0
	says "not a weight" -a -t 192.0.2.1:80 -r 198.51.100.1 -w 65536
}

@test "-x" {
	# As ldirectord writes it.
	asks "backend-new service{ $TCP80 } backend{ $B1 weight=01000000 $NO_LIMITS }" -a -t 192.0.2.1:80 -x 0 -y 0 -r 198.51.100.1:80 -i -w 1
	asks "backend-new service{ $TCP80 } backend{ $B1 weight=01000000 upper=64000000 }" -a -t 192.0.2.1:80 -x 100 -r 198.51.100.1:80
	asks "backend-set service{ $TCP80 } backend{ $B1 weight=01000000 upper=64000000 lower=00000000 userdata= }" -e -t 192.0.2.1:80 --u-threshold 100 -r 198.51.100.1:80 -i -w 1
	says "not a limit on connections" -a -t 192.0.2.1:80 -x 2147483648 -r 198.51.100.1:80
}

@test "-y" {
	asks "backend-new service{ $TCP80 } backend{ $B1 weight=01000000 lower=00000000 }" -a -t 192.0.2.1:80 --l-threshold 0 -r 198.51.100.1:80 -i -w 1
	asks "backend-set service{ $TCP80 } backend{ $B1 weight=01000000 upper=64000000 lower=32000000 userdata= }" -e -t 192.0.2.1:80 -x 100 --l-threshold 50 -r 198.51.100.1:80 -i
	says "not a limit on connections" -a -t 192.0.2.1:80 -y -1 -r 198.51.100.1:80
}

# --- options of listings --------------------------------------------------

@test "-c" {
	./ipvsadm -L -n -c >list
	diff <(./ipvsadm -L -n --connection) list
	sed -n '1,3p' list | diff - <(cat <<-'END'
		IPVS connection entries
		pro expire state       source             virtual            destination
		TCP 00:59  SYN_RECV    203.0.113.9:50000  192.0.2.1:80       198.51.100.1:80
	END
	)
	says "--stats does not go with --connection" -L -c --stats
	says "--rate does not go with --connection" -L -c --rate
}

@test "--timeout" {
	[ "$(./ipvsadm -L --timeout)" = "Timeout (tcp tcpfin udp): 1000 120 301" ]
	says "does not go with --timeout" -L --timeout --persistent-conn
}

@test "--daemon" {
	m -L --daemon
	[ ! -s log ]
	says "does not go with --daemon" -L --daemon --stats
}

@test "--stats" {
	FAKE_TRAFFIC=1 prints -L -n --stats -t 192.0.2.1:80 <<-'END'
		Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
		  -> RemoteAddress:Port
		TCP  192.0.2.1:80                   200000  2000000        0  200000K        0
		  -> 198.51.100.1:80                     7       70        0     7000        0
		  -> 198.51.100.2:80                     7       70        0     7000        0
	END
	diff <(./ipvsadm -Ln --stats) <(./ipvsadm -Ln --stats --thresholds --tun-info)
}

@test "--rate" {
	FAKE_TRAFFIC=1 prints -L -n --rate -t 192.0.2.1:80 <<-'END'
		Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS
		  -> RemoteAddress:Port
		TCP  192.0.2.1:80                   200000  2000000        0  200000K        0
		  -> 198.51.100.1:80                     7       70        0     7000        0
		  -> 198.51.100.2:80                     7       70        0     7000        0
	END
	[ "$(grep -c sleep log)" -eq 1 ]
	FAKE_TRAFFIC=1 ./ipvsadm -L -n --rate >list
	sed -n 1p list | grep -qx 'IP Virtual Server version 1.2.1 (size=2097152)'
	grep -q '^  -> 198.51.100.3:443                    7       70        0     7000        0$' list
}

@test "--exact" {
	FAKE_TRAFFIC=1 ./ipvsadm -L -n --stats --exact -t 192.0.2.1:80 >list
	grep -qx 'TCP  192.0.2.1:80                   200000  2000000        0 200000000        0' list
	diff list <(FAKE_TRAFFIC=1 ./ipvsadm -L -n --stats -X -t 192.0.2.1:80)
}

@test "--thresholds" {
	prints -L -n --thresholds -t 192.0.2.1:80 <<-'END'
		Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn_
		  -> RemoteAddress:Port
		TCP  192.0.2.1:80 mh persistent 1000 pool web track changed fallback spare all-down reject
		  -> 198.51.100.1:80              0          0          12345678   7        _
		  -> 198.51.100.2:80              0          0          12345678   7        _
	END
	FAKE_LIMITS=1 ./ipvsadm -L -n --thresholds | grep -qx '  -> 198.51.100.1:80              100        80         12345678   7         '
}

@test "--persistent-conn" {
	prints -L -n --persistent-conn <<-'END'
		IP Virtual Server version 1.2.1 (size=2097152)
		Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn_
		  -> RemoteAddress:Port
		TCP  192.0.2.1:80 mh persistent 1000 pool web track changed fallback spare all-down reject
		  -> 198.51.100.1:80              2         12345685    12345678   7        _
		  -> 198.51.100.2:80              0         12345685    12345678   7        _
		TCP  192.0.2.1:443 mh
		  -> 198.51.100.3:443             0         0           0          0        _
		UDP  192.0.2.1:53 mh ops pool web affinity 3tuple
		  -> 198.51.100.1:53              2         0           12345678   7        _
		  -> 198.51.100.2:53              0         0           12345678   7        _
	END
	./ipvsadm -L -n -c --persistent-conn | sed -n 2p |
		grep -qx 'pro expire state       source             virtual            destination        pe name          pe_data'
}

@test "--tun-info" {
	prints -L -n --tun-info -t 192.0.2.1:80 <<-'END'
		Prot LocalAddress:Port Scheduler Flags
		  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn
		TCP  192.0.2.1:80 mh persistent 1000 pool web track changed fallback spare all-down reject
		  -> 198.51.100.1:80              Tunnel  gre:-c        2      12345678   7        _
		  -> 198.51.100.2:80              Tunnel  gre:-c        0      12345678   7        _
	END
}

@test "--sort" {
	diff <(./ipvsadm -L -n --sort) <(./ipvsadm -L -n)
}

@test "--nosort" {
	./ipvsadm -L -n --nosort >list
	grep -q '^TCP  192.0.2.1:443 mh$' list
}

@test "-n" {
	export FAKE_HOST=a.name.of.forty.characters.in.example.net

	# Cut to the columns, as ipvsadm cuts names of IPv4 addresses.
	./ipvsadm -L -t 192.0.2.1:80 >list
	grep -qx 'TCP  a.name.of.forty.characters.i mh persistent 1000 pool web .*' list
	grep -q '^  -> a.name.of.forty.characters.i Tunnel  2 ' list
	./ipvsadm -L --stats | grep -q '^TCP  a.name.of.forty.characters.i        0 '
	FAKE_IPV6=1 ./ipvsadm -L -t "[2001:db8::80]:80" | grep -q "^TCP  \[$FAKE_HOST\]:http mh"
	! ./ipvsadm -L -n | grep -q name
	diff <(./ipvsadm -L -n) <(./ipvsadm -L --numeric)
}

# --- options of the sync daemon -------------------------------------------

@test "--syncid and the other options of the daemon" {
	local option

	for option in "--syncid 1" "--sync-maxlen 1400" "--mcast-interface eth0" \
		"--mcast-group 224.0.0.81" "--mcast-port 8848" "--mcast-ttl 1"; do
		# shellcheck disable=SC2086
		says "directors do not talk to each other" $option --start-daemon master
	done
}

# --- the other programs, and strictness -----------------------------------

@test "ipvsadm-save" {
	ln -s "$(realpath "$FAKE")" ipvsadm-save
	diff <(./ipvsadm-save -n) <(./ipvsadm -S -n)
	diff <(./ipvsadm-save) <(./ipvsadm -S)
	run --separate-stderr -2 ./ipvsadm-save --foo
	[ "$stderr" = "ipvsadm-save: unknown option --foo, only -n is known" ]
}

@test "ipvsadm-restore" {
	ln -s "$(realpath "$FAKE")" ipvsadm-restore
	run --separate-stderr -0 ./ipvsadm-restore <<<$'# rules\n-A -t 192.0.2.1:80 -s wlc'
	[ "$stderr" = "ipvsadm-restore: line 2: -s: the scheduler is Maglev hashing (mh), whatever is asked for" ]
	# What there is goes in the same step.
	[ "$(grep -c '^batch generation=7$' log)" -eq 1 ]
	[ "$(tail -1 log)" = "  service-new service{ $TCP80 userdata=$(item 1 wlc) }" ]
	grep -qx '  pool-del pool{ name=77656200 }' log
	: >log
	run --separate-stderr -2 ./ipvsadm-restore <<<"-A -f 1"
	[ ! -s log ]
}

@test "--strict" {
	local own

	own=$(realpath "$FAKE")
	for MAGLEVADM in ./ipvsadm "$own"; do
		for words in "-A -t 192.0.2.1:80 -s wlc" "-A -t 192.0.2.1:80 -b sh-port" \
			"-A -t 192.0.2.1:80 -p -M 255.255.255.0" \
			"-a -t 192.0.2.1:80 -r 198.51.100.1 -g" \
			"-a -t 192.0.2.1:80 -r 198.51.100.1:8080" \
			"-a -t 192.0.2.1:80 -r 198.51.100.1 -i --tun-type ipip"; do
			# shellcheck disable=SC2086
			try $words --strict
			[ "$status" -eq 2 ]
			# shellcheck disable=SC2086
			try --strict $words
			[ "$status" -eq 2 ]
		done
		: >log
		run -2 "$MAGLEVADM" --strict -R <<<"-A -t 192.0.2.1:80 -s wlc"
		[ ! -s log ]
		asks "service-new service{ $TCP80 }" -A -t 192.0.2.1:80 -s mh --strict
	done
}

@test "nothing of this is taken by the program's own name" {
	MAGLEVADM=$(realpath "$FAKE")
	for words in "-A -t 192.0.2.1:80 -s wlc" "-a -t 192.0.2.1:80 -r 198.51.100.1 -g" \
		"-A -t 192.0.2.1:80 -p -M 255.255.255.0" "-L --daemon" \
		"-L --tun-info" "-L --persistent-conn" "-D -t 192.0.2.1"; do
		# shellcheck disable=SC2086
		try $words
		[ "$status" -eq 2 ]
	done
	[ ! -s log ]
}

# --- programs that read this, each by its own rule ------------------------

@test "sos runs each of its listings" {
	local option

	for option in "" --connection --persistent-conn --rate --stats --thresholds --timeout; do
		# shellcheck disable=SC2086
		run --separate-stderr -0 ./ipvsadm -Ln $option
		[ -n "$output" ]
		[ -z "$stderr" ]
	done
}

@test "ZStack: bytes of --stats, connections of --thresholds, by words behind three lines" {
	FAKE_TRAFFIC=1 ./ipvsadm -L -n --stats | awk '
		NR <= 3 { next }
		$1 == "TCP" || $1 == "UDP" { split($2, front, ":"); next }
		$1 == "->" { split($2, back, ":"); print front[1], front[2], back[1], back[2], $6, $7 }' >bytes
	[ "$(head -n 1 bytes)" = "192.0.2.1 80 198.51.100.1 80 7000 0" ]
	[ "$(wc -l <bytes)" -eq 5 ]
	./ipvsadm -Ln --thresholds | awk '
		NR <= 3 { next }
		$1 == "->" && NF == 6 { print $2, $3, $4, $5, $6 }' >limits
	[ "$(head -n 1 limits)" = "198.51.100.1:80 0 0 12345678 7" ]
	[ "$(wc -l <limits)" -eq 5 ]
}

@test "Diamond: whole numbers in the columns of --list --stats --numeric --exact" {
	FAKE_TRAFFIC=1 ./ipvsadm --list --stats --numeric --exact | awk '
		NR <= 3 { next }
		{ for (i = 3; i <= 7; i++) if ($i !~ /^[0-9]+$/) exit 1 }
		NF != 7 { exit 1 }'
	[ "$(FAKE_TRAFFIC=1 ./ipvsadm --list --stats --numeric --exact | awk 'NR == 4 { print $6 }')" = 200000000 ]
}

@test "ldirectord-finger leaves out backends without weight and connections, by columns" {
	./ipvsadm | awk '! ($1 == "->" && $4 == 0 && $5 == 0 && $6 == 0) { print }' >shown
	# Of five backends one is down.
	[ "$(grep -c '^  -> name' shown)" -eq 4 ]
}

@test "munin: bytes and connections per second by column, active servers by line" {
	FAKE_TRAFFIC=1 ./ipvsadm -l -n --rate | nl >rates
	[ "$(grep -e TCP -e UDP rates | grep 192.0.2.1:80 | awk '{ print $3, $4, $7, $8 }')" = "192.0.2.1:80 200000 200000K 0" ]
	[ "$(./ipvsadm -l -n | nl | awk '/192.0.2.1:80/ { found = 1; next } found && /TCP/ { exit } found { n++ } END { print n }')" -eq 2 ]
}

@test "Salt finds services and servers as substrings of -S -n, and errors as they are" {
	local rules

	rules=$(./ipvsadm -S -n)
	[[ $rules == *" -t 192.0.2.1:443 "* ]]
	[[ $rules == *" -t 192.0.2.1:443 -s mh"* ]]
	[[ $rules == *" -t 192.0.2.1:443 -r 198.51.100.3:443 "* ]]
	[[ $rules == *" -t 192.0.2.1:443 -r 198.51.100.3:443 -i -w 2"* ]]
	# Its words, and the default of its method.
	try -a  -t 192.0.2.1:80 -r 198.51.100.1:80 -g -w 1
	[ "$status" -eq 0 ]
	refuses $EEXIST "Service already exists" -A  -t 192.0.2.1:80 -s mh
}

@test "ldirectord finds services and backends by its regular expressions" {
	./ipvsadm -L -n | tail -n +4 | perl -ne '
		if (/^(\w+)\s+(\d+\.\d+\.\d+\.\d+\:\d+)( IPv6)?\s+(\w+)\s+persistent\s+(\d+)/) { print "$1 $2 $4 $5\n" }
		elsif (/^(\w+)\s+(\d+\.\d+\.\d+\.\d+\:\d+)( IPv6)?\s+(\w+)/) { print "$1 $2 $4\n" }
		elsif (/^  ->\s+(\d+\.\d+\.\d+\.\d+\:\d+)\s+(\w+)\s+(\d+)/) { print "$1 $2 $3\n" }
		else { print "unknown: $_" }' | diff - <(cat <<-'END'
		TCP 192.0.2.1:80 mh 1000
		198.51.100.1:80 Tunnel 2
		198.51.100.2:80 Tunnel 0
		TCP 192.0.2.1:443 mh
		198.51.100.3:443 Tunnel 0
		UDP 192.0.2.1:53 mh
		198.51.100.1:53 Tunnel 2
		198.51.100.2:53 Tunnel 0
	END
	)
	./ipvsadm -L -n --thresholds | tail -n +4 | perl -ne '
		/^  ->\s+(\d+\.\d+\.\d+\.\d+\:\d+)\s+(\d+)\s+(\d+)\s+(\d+)/ and print "$1 $2 $3\n"' >limits
	[ "$(head -n 1 limits)" = "198.51.100.1:80 0 0" ]
	[ "$(wc -l <limits)" -eq 5 ]
}

@test "members of pools, which ipvsadm has none of" {
	local member="member{ name=6600 weight=01000000 }" option

	asks "member-new service{ $TCP80 } $member" -a -t 192.0.2.1:80 --member-pool f
	asks "member-set pool{ name=7700 } $member" -e --pool w --member-pool f
	asks "member-del service{ $TCP80 } member{ name=6600 }" -d -t 192.0.2.1:80 --member-pool f
	for option in -g "-x 0" "-y 0" -i; do
		# shellcheck disable=SC2086
		says "does not go with --member-pool" -a -t 192.0.2.1:80 --member-pool f $option
	done
	refuses $ENOENT "ipvsadm: cannot delete member f of tcp 192.0.2.1:80: No such file or directory" -d -t 192.0.2.1:80 --member-pool f
}

# --- the table ------------------------------------------------------------

@test "every command and option of ipvsadm has a row, and the row a test" {
	local name

	# As its manual page lists them.
	for name in add-service edit-service delete-service clear restore save \
		add-server edit-server delete-server list zero set start-daemon \
		stop-daemon help version tcp-service udp-service sctp-service \
		fwmark-service scheduler persistent netmask pe sched-flags real-server \
		gatewaying ipip tun-type tun-port tun-nocsum tun-csum tun-remcsum \
		masquerading weight u-threshold l-threshold connection timeout daemon \
		stats rate thresholds persistent-conn tun-info sort nosort numeric exact \
		ipv6 ops syncid sync-maxlen mcast-interface mcast-group mcast-port \
		mcast-ttl; do
		grep -qE "^\| \`(-[A-Za-z0-9]\`, \`)?(-l\`, \`)?--$name\`" "$DOC"
	done
	# The last column names the test.
	grep -oE '`[^`]+` \|$' "$DOC" | sed 's/^`//; s/` |$//' | sort -u >named
	[ "$(wc -l <named)" -gt 40 ]
	grep -ohE '^@test "[^"]+"' "$BATS_TEST_DIRNAME"/ipvsadm.bats | sed 's/^@test "//; s/"$//' | sort >tests
	[ -z "$(comm -23 named tests)" ]
}
