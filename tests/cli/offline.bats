#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2314,SC2016,SC2094 # bats' variables; "!" at an end; bash -c
#
# What maglevadm says and refuses before it asks the kernel anything.

load common

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

@test "an unknown letter is refused in one line" {
	refused "unknown option -Q" -Q
}

@test "an unknown long option is refused in one line" {
	refused "unknown option --bogus" --bogus
}

@test "long options are not abbreviated" {
	refused "unknown option --add-serv" --add-serv -t 10.0.0.1:80
}

@test "an argument that belongs to no option is refused" {
	refused "unexpected argument 'x'" -L x
}

@test "a lone dash and a double dash are refused" {
	refused "unexpected argument '-'" -L -
	refused "unexpected argument '--'" -L --
}

@test "an empty argument is refused" {
	refused "unexpected argument ''" ""
}

@test "options without a command are refused" {
	refused "no command" -n
}

@test "two commands are refused" {
	refused "only one command" -A -D -t 10.0.0.1:80
}

@test "the same command twice is refused" {
	refused "only one command" -L -L
}

@test "an option given twice is refused" {
	refused "-w: given twice" -a -t 10.0.0.1:80 -r 10.1.0.1 -w 1 -w 2
}

@test "two services in one command are refused" {
	refused "-u: given twice, or a second one of its kind" -A -t 10.0.0.1:80 -u 10.0.0.1:80
}

@test "an option without its argument is refused" {
	refused "-t needs HOST[:PORT] after it" -A -t
	refused "--weight needs WEIGHT after it" -a --weight
}

@test "a command without its operand is refused" {
	refused "--add-pool needs NAME after it" --add-pool
}

@test "an argument for an option that takes none is refused" {
	refused "--numeric takes no argument" -L --numeric=yes
	refused "--list takes no argument" --list=all
}

@test "-A without a service is refused" {
	refused "--add-service needs a service" -A
}

@test "-E and -D without a service are refused" {
	refused "--edit-service needs a service" -E
	refused "--delete-service needs a service" -D
}

@test "-a without a backend is refused" {
	refused "--add-server needs --real-server" -a -t 10.0.0.1:80
}

@test "--member-pool goes in place of -r, and with a weight only" {
	accepted -a --pool web --member-pool fra -w 2
	accepted -e -t 10.0.0.1:80 --member-pool fra -w 2
	accepted -d --pool web --member-pool fra --dry-run
	refused "--add-server takes a backend or a member, not both" -a --pool web -r 10.1.0.1 --member-pool fra
	refused "--add-server needs a service" -a --member-pool fra
	refused "--member-pool needs NAME" -a --pool web --member-pool
	refused "--member-pool '': " -a --pool web --member-pool ''
	refused "--state does not go with --member-pool" -e --pool web --member-pool fra --state down
	refused "--state does not go with --member-pool" -e --pool web --member-pool fra --drain --deadline 1m
	refused "--ipip does not go with --member-pool" -a --pool web --member-pool fra -i
	refused "--weight does not go with --delete-server" -d --pool web --member-pool fra -w 1
	refused "--member-pool does not go with --list" -L --member-pool fra
}

@test "-a without service and pool is refused" {
	refused "needs a service (-t, -u or --sctp-service) or a pool (--pool)" -a -r 10.1.0.1
}

@test "-a with service and pool is refused" {
	refused "a service or a pool, not both" -a -t 10.0.0.1:80 --pool web -r 10.1.0.1
}

@test "an option that the command does not take is refused" {
	refused "--weight does not go with --add-service" -A -t 10.0.0.1:80 -w 1
	refused "--tcp-service does not go with --clear" -C -t 10.0.0.1:80
	refused "--numeric does not go with --counters" --counters -n
	refused "--json does not go with --save" -S --json
	refused "--seed does not go with --add-server" -a -t 10.0.0.1:80 -r 10.1.0.1 --seed 1
}

@test "--port without a service is refused" {
	refused "--port needs a service" -L --port 80
}

@test "a service without a port is refused, with what to write" {
	refused "use HOST:PORT, HOST:0 for every port, or --port FIRST-LAST" -A -t 10.0.0.1
}

@test "a port in two places is refused" {
	refused "it has a port already" -A -t 10.0.0.1:80 --port 80-90
}

@test "port 0 is every port" {
	accepted -A -t 10.0.0.1:0
	accepted -A -t 10.0.0.1 --port 0
}

@test "a port range is accepted" {
	accepted -A -t 10.0.0.1 --port 8000-8999
}

@test "bad port ranges are refused" {
	refused "the range ends before it starts" -A -t 10.0.0.1 --port 90-80
	refused "a range starts at port 1" -A -t 10.0.0.1 --port 0-80
	refused "a range is FIRST-LAST" -A -t 10.0.0.1 --port 80-
	refused "not a port" -A -t 10.0.0.1 --port 80-65536
}

@test "a bad address is refused with the word at fault" {
	refused "service '10.0.0.256:80': not an IPv4 address" -A -t 10.0.0.256:80
}

@test "a bad port is refused" {
	refused "service '10.0.0.1:65536': not a port (0 to 65535)" -A -t 10.0.0.1:65536
}

@test "an unknown host is refused" {
	refused "unknown host" -A -t no-such..host:80
}

@test "an unknown service name is refused" {
	refused "unknown service name" -A -t 10.0.0.1:no-such-service
}

@test "host and service names are resolved" {
	accepted -A -t localhost:http
	accepted -A -u localhost:domain
}

@test "IPv6 needs brackets where a port can follow" {
	refused "an IPv6 address needs brackets" -A -t 2001:db8::1:80
	refused "an IPv6 address needs brackets" -a -t "[2001:db8::1]:80" -r 2001:db8::2:80
	refused "an IPv6 address needs brackets" -A -t 2001:db8::1:http
	refused "service '2001:db8::1': no port" -A -t 2001:db8::1
	accepted -A -t "[2001:db8::1]:80"
	accepted -A -t "[2001:db8::1]" --port 80
	accepted -A -t 2001:db8::1 --port 8000-8999
	accepted -a -t "[2001:db8::1]:80" -r 2001:db8::2
	accepted -a -t "[2001:db8::1]:80" -r "[2001:db8::2]"
	accepted -a -t "[2001:db8::1]:80" -r "[2001:db8::2]:80"
	accepted -a --pool web -r 2001:db8::2
	refused "nothing translates ports" -a -t "[2001:db8::1]:80" -r "[2001:db8::2]:81"
	refused "an address with an interface" -a -t "[2001:db8::1]:80" -r "[fe80::1%eth0]"
}

@test "router prefixes of both families" {
	accepted --add-router 192.0.2.0/24
	accepted --add-router 2001:db8::/32
	accepted --delete-router 2001:db8::1
	accepted --add-router ::/0
	refused "not a prefix length (0 to 128)" --add-router 2001:db8::/129
	refused "address bits are set beyond" --add-router 2001:db8::1/64
}

@test "-6 takes IPv6 services only" {
	accepted -A -6 -t "[2001:db8::1]:80"
	accepted -D --ipv6 -t "[2001:db8::1]:80"
	accepted -a -6t "[2001:db8::1]:80" -r 10.1.0.1
	accepted -L -6 -n -t "[2001:db8::1]:80"
	refused "service '10.0.0.1:80': not an IPv6 address" -A -6 -t 10.0.0.1:80
	refused "service 'no-such..host:80': unknown host, or one without an IPv6 address" \
		-A -6 -t no-such..host:80
	refused "--ipv6 needs a service" -L -6
	refused "--ipv6 needs a service" -a -6 --pool web -r 10.1.0.1
	refused "--ipv6 does not go with --add-pool" --add-pool web -6
}

@test "all protocols are accepted" {
	accepted -A --tcp-service 10.0.0.1:80
	accepted -A --udp-service 10.0.0.1:80
	accepted -A --sctp-service 10.0.0.1:80
}

@test "a backend with another port is refused" {
	refused "nothing translates ports" -a -t 10.0.0.1:80 -r 10.1.0.1:81
}

@test "a backend with a port of a range is refused" {
	refused "nothing translates ports" -a -t 10.0.0.1 --port 80-90 -r 10.1.0.1:80
}

@test "a backend with a port in a pool is refused" {
	refused "the backends of a pool have no port" -a --pool web -r 10.1.0.1:80
}

@test "a backend with the port, port 0 or none is accepted" {
	accepted -a -t 10.0.0.1:80 -r 10.1.0.1:80
	accepted -a -t 10.0.0.1:http -r 10.1.0.1:http
	accepted -a -t 10.0.0.1:80 -r 10.1.0.1:0
	accepted -a -t 10.0.0.1:80 -r 10.1.0.1
	accepted -a --pool web -r 10.1.0.1
}

@test "schedulers: mh and maglev" {
	accepted -A -t 10.0.0.1:80 -s mh
	accepted -A -t 10.0.0.1:80 -s maglev
	for s in rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf; do
		refused "-s '$s': not supported, the only scheduler is Maglev hashing: use mh" \
			-A -t 10.0.0.1:80 -s $s
	done
}

@test "scheduler flags: those of mh" {
	accepted -A -t 10.0.0.1:80 -s mh -b mh-port
	accepted -A -t 10.0.0.1:80 -s mh -b mh-port,mh-fallback
	refused "use mh-port, mh-fallback or both" -A -t 10.0.0.1:80 -b sh-port
	refused "use mh-port, mh-fallback or both" -A -t 10.0.0.1:80 -b flag-1
}

@test "weights" {
	accepted -a -t 10.0.0.1:80 -r 10.1.0.1 -w 0
	accepted -a -t 10.0.0.1:80 -r 10.1.0.1 -w 65535
	refused "-w '65536': not a weight (0 to 65535)" -a -t 10.0.0.1:80 -r 10.1.0.1 -w 65536
	refused "-w '-1': not a weight (0 to 65535)" -a -t 10.0.0.1:80 -r 10.1.0.1 -w -1
	refused "--weight 'x': not a weight (0 to 65535)" -a -t 10.0.0.1:80 -r 10.1.0.1 --weight=x
}

@test "tunnels: GRE" {
	accepted -a -t 10.0.0.1:80 -r 10.1.0.1 -i
	accepted -a -t 10.0.0.1:80 -r 10.1.0.1 -i --tun-type gre
	accepted -a -t 10.0.0.1:80 -r 10.1.0.1 -i --tun-type gre --tun-nocsum
	refused "use gre" -a -t 10.0.0.1:80 -r 10.1.0.1 -i --tun-type ipip
	refused "use gre" -a -t 10.0.0.1:80 -r 10.1.0.1 -i --tun-type gue
}

@test "tunnel options of other tunnels are refused" {
	refused "--tun-csum is not supported" -a -t 10.0.0.1:80 -r 10.1.0.1 -i --tun-csum
	refused "--tun-remcsum is not supported" -a -t 10.0.0.1:80 -r 10.1.0.1 -i --tun-remcsum
	refused "--tun-port is not supported" -a -t 10.0.0.1:80 -r 10.1.0.1 -i --tun-port 6080
}

@test "-g and -m are refused, with what to use" {
	refused "-g is not supported: no direct routing: use -i --tun-type gre" \
		-a -t 10.0.0.1:80 -r 10.1.0.1 -g
	refused "-m is not supported: no address translation: use -i --tun-type gre" \
		-a -t 10.0.0.1:80 -r 10.1.0.1 -m
	refused "--gatewaying is not supported" -a -t 10.0.0.1:80 -r 10.1.0.1 --gatewaying
}

@test "-f is refused, with what to use" {
	refused "-f is not supported: no services by firewall mark: use a port range" -A -f 1
	refused "--fwmark-service is not supported" -A --fwmark-service=1
	refused "-f is not supported" -A -f 1 -6
}

@test "persistence is affinity by source" {
	accepted -A -t 10.0.0.1:80 -p
	accepted -A -t 10.0.0.1:80 -p 300
	accepted -A -t 10.0.0.1:80 -p300
	accepted -A -p -t 10.0.0.1:80
	accepted -A -t 10.0.0.1:80 --persistent
	accepted -A -t 10.0.0.1:80 --persistent=300
	accepted -E -t 10.0.0.1:80 --persistent 300 -M 255.255.255.255
	accepted -A -pt 10.0.0.1:80
	refused "-p '0': not a timeout (1 to 2678400 seconds)" -A -t 10.0.0.1:80 -p 0
	refused "-p '2678401': not a timeout" -A -t 10.0.0.1:80 -p 2678401
	refused "-p 'x': not a timeout" -A -t 10.0.0.1:80 -p x
	refused "--persistent '': not a timeout" -A -t 10.0.0.1:80 --persistent=
	refused "--affinity: given twice, or a second one of its kind" -A -t 10.0.0.1:80 -p --affinity source
	refused "does not go with --add-server" -a -t 10.0.0.1:80 -r 10.1.0.1 -p
}

@test "persistence is by whole addresses" {
	accepted -A -t 10.0.0.1:80 -p 300 -M 255.255.255.255
	accepted -A -t "[2001:db8::1]:80" -p 300 --netmask 128
	refused "-M '255.255.255.0': not supported, affinity is by whole addresses" -A -t 10.0.0.1:80 -p -M 255.255.255.0
	refused "use 255.255.255.255" -A -t 10.0.0.1:80 -p -M 64
	refused "--pe is not supported: no persistence engines" -A -t 10.0.0.1:80 --pe sip
}

@test "one packet scheduling is tracking nothing" {
	accepted -A -u 10.0.0.1:80 -o
	accepted -A -u 10.0.0.1:80 --ops
	refused "-o: given twice, or a second one of its kind" -A -u 10.0.0.1:80 --track all -o
}

@test "what a service tracks, keeps together, and does without backends" {
	local w

	for w in all changed none; do
		accepted -A -t 10.0.0.1:80 --track $w
	done
	for w in 5tuple 3tuple source; do
		accepted -E -t 10.0.0.1:80 --affinity $w
	done
	for w in drop reject accept; do
		accepted -A -t 10.0.0.1:80 --all-down $w
	done
	for w in backup none ""; do
		accepted -E -t 10.0.0.1:80 --fallback "$w"
	done
	refused "--track 'some': use all, changed or none" -A -t 10.0.0.1:80 --track some
	refused "--affinity '': use 5tuple, 3tuple or source" -A -t 10.0.0.1:80 --affinity ''
	refused "--all-down 'fail': use drop, reject or accept" -A -t 10.0.0.1:80 --all-down fail
	refused "pool name longer than 63 bytes" -A -t 10.0.0.1:80 --fallback "$(printf 'p%.0s' {1..64})"
	refused "--track does not go with --add-pool" --add-pool web --track all
	refused "--fallback does not go with --add-server" -a -t 10.0.0.1:80 -r 10.1.0.1 --fallback x
}

@test "no pool is called none" {
	refused "pool 'none': --fallback takes that to mean no pool" --add-pool none
	accepted --delete-pool none
}

@test "settle times" {
	local t

	for t in auto 0 120 120s 2m 1h 24h 500ms 86400000ms; do
		accepted --add-pool web --settle $t
	done
	accepted --edit-pool web --settle 5
	accepted -A -t 10.0.0.1:80 --settle 5
	accepted -E -t 10.0.0.1:80 --settle auto
	for t in 25h 86400001ms 99999999999 999999999999h; do
		refused "--settle '$t': time too long" --add-pool web --settle $t
	done
	for t in '' s -1 1d 1.5s 5S 'auto '; do
		refused "--settle '$t': not a time: use 120, 120s, 2m, 1h or 500ms" --add-pool web "--settle=$t"
	done
	refused "set them with --add-pool or --edit-pool" -A -t 10.0.0.1:80 --pool web --settle 5
	refused "--settle does not go with --add-server" -a --pool web -r 10.1.0.1 --settle 5
}

@test "panic shares" {
	local p

	for p in 0 1 50 100; do
		accepted --add-pool web --panic $p
	done
	accepted --edit-pool web --panic 5 --dry-run
	accepted -A -t 10.0.0.1:80 --panic 5
	accepted -E -t 10.0.0.1:80 --panic 0
	for p in '' -1 101 256 50% 0.5 half; do
		refused "--panic '$p': not a percentage (0 to 100)" --add-pool web "--panic=$p"
	done
	refused "set them with --add-pool or --edit-pool" -A -t 10.0.0.1:80 --pool web --panic 5
	refused "--panic does not go with --add-server" -a --pool web -r 10.1.0.1 --panic 5
}

@test "states of a backend" {
	local s

	for s in up drain down; do
		accepted -a -t 10.0.0.1:80 -r 10.1.0.1 --state $s
		accepted -e --pool web -r 10.1.0.1 --state $s
	done
	accepted -e --pool web -r 10.1.0.1 --drain
	accepted -e --pool web -r 10.1.0.1 --drain --deadline 2m
	accepted -e --pool web -r 10.1.0.1 --state drain --deadline 168h
	refused "--state 'off': use up, drain or down" -e --pool web -r 10.1.0.1 --state off
	refused "--drain: given twice, or a second one of its kind" -e --pool web -r 10.1.0.1 --state up --drain
	refused "--deadline needs --drain" -e --pool web -r 10.1.0.1 --deadline 5
	refused "--deadline needs --drain" -e --pool web -r 10.1.0.1 --state down --deadline 5
	refused "--deadline '169h': time too long" -e --pool web -r 10.1.0.1 --drain --deadline 169h
	refused "--state does not go with --delete-server" -d --pool web -r 10.1.0.1 --drain
}

@test "dry runs" {
	accepted -a -t 10.0.0.1:80 -r 10.1.0.1 --dry-run
	accepted -e -t 10.0.0.1:80 -r 10.1.0.1 --dry-run --json
	accepted -d --pool web -r 10.1.0.1 --dry-run
	accepted --edit-pool web --table-size 251 --dry-run
	accepted -A -t 10.0.0.1:80 --dry-run
	accepted -C --dry-run --json
	accepted --set udp=5 --dry-run
	accepted --replace /dev/null --dry-run
	refused "--dry-run does not go with --zero" -Z --dry-run
	refused "--dry-run does not go with --flush-conns" --flush-conns --dry-run
	refused "--json does not go with --replace without --dry-run" --replace /dev/null --json
	refused "--json does not go with --delete-server without --dry-run" -d --pool web -r 10.1.0.1 --json
}

@test "timeouts, as ipvsadm sets them" {
	accepted --set 900 120 300
	accepted --set=900 120 300
	accepted --set 0 0 300
	refused "--set '2678401': not a timeout (1 to 2678400 seconds)" --set 900 120 2678401
	refused "--set 'x': not a time" --set 900 x 300
	refused "--set needs NAME=VALUE... after it" --set
	refused "--set '900': not NAME=VALUE; without names it takes three numbers" --set 900
	refused "--set '900': not NAME=VALUE" --set 900 120
	refused "--set '900': not NAME=VALUE" --set 900 120 300 400
	refused "does not go with --set" --set 900 120 300 -n
}

@test "timeouts by name" {
	local t

	for t in tcp tcpsyn tcpfin tcpclose udp sctp sctpinit sctpshutdown sctpclose; do
		accepted --set $t=5
	done
	accepted --set tcp=15m udp=300s
	accepted --set tcp=2000ms udp=1 sctp=1h
	refused "--set 'tcp=5': given twice" --set tcp=4 tcp=5
	refused "--set 'icmp=5': use tcp, tcpsyn, " --set icmp=5
	refused "--set '=5': use tcp, tcpsyn, " --set =5
	refused "--set 'tcp=0': not a timeout" --set tcp=0
	refused "--set 'tcp=1500ms': not a number of whole seconds" --set tcp=1500ms
	refused "--set 'udp': not NAME=VALUE" --set tcp=5 udp
}

@test "who is told of path MTUs" {
	local who

	for who in client router both; do
		accepted --set pmtu=$who
	done
	accepted --set pmtu=client tcp=15m
	accepted --set tcp=15m pmtu=router udp=300
	refused "--set 'pmtu=none': use client, router or both" --set pmtu=none
	refused "--set 'pmtu=': use client" --set pmtu=
	refused "--set 'pmtu': not NAME=VALUE" --set pmtu
	refused "--set 'pmtu=both': given twice" --set pmtu=client pmtu=both
	refused "--set 'pmtu=client': not a time" --set 900 120 pmtu=client
}

@test "the pool of the peers" {
	local w

	for w in cluster none '' a.b-c_d "$(printf 'p%.0s' {1..63})"; do
		accepted --set "peers=$w"
	done
	accepted --set peers=cluster tcp=15m pmtu=client
	refused "--set 'peers=p" --set "peers=$(printf 'p%.0s' {1..64})"
	refused "pool name longer than 63 bytes" --set "peers=$(printf 'p%.0s' {1..64})"
	refused "--set 'peers': not NAME=VALUE" --set peers
	refused "--set 'peers=b': given twice" --set peers=a peers=b
	refused "--set 'peers=a': not a time" --set 900 120 peers=a
}

@test "nothing to set is set without asking anybody" {
	m --set 0 0 0
}

@test "the size of the flow cache" {
	accepted --cache-size 1024
	accepted --cache-size 67108864
	refused "--cache-size '1023': not a cache size (1024 to 67108864 entries)" --cache-size 1023
	refused "--cache-size '67108865': not a cache size" --cache-size 67108865
	refused "--cache-size '1M': not a cache size" --cache-size 1M
}

@test "listings of flows and timeouts" {
	accepted -L -c
	accepted -Lnc
	accepted -Lc -t 10.0.0.1:80 --json
	accepted -L --timeout
	accepted -l --timeout -n --json
	refused "--stats does not go with --connection" -L -c --stats
	accepted -L -c --sort
	accepted -L -c --nosort --exact
	refused "--timeout does not go with --connection" -L -c --timeout
	refused "--tcp-service does not go with --timeout" -L --timeout -t 10.0.0.1:80
	refused "--connection does not go with --save" -S -c
}

@test "forgetting flows" {
	accepted --flush-conns
	accepted --flush-conns -t 10.0.0.1:80
	accepted --flush-conns -t 10.0.0.1:80 -r 10.1.0.1:80
	accepted --flush-conns -r 10.1.0.1
	refused "the backends of a pool have no port" --flush-conns -r 10.1.0.1:80
}

@test "looking a flow up" {
	accepted --lookup -t 10.0.0.1:80 --client 10.2.0.1:4711
	accepted --lookup -u 10.0.0.1 --port 53 --client 10.2.0.1 --json
	accepted --lookup -t "[2001:db8::1]:80" --client "[2001:db8::2]:4711"
	accepted --lookup -t "[2001:db8::1]:80" --client 2001:db8::2
	refused "client '10.2.0.1': not an IPv6 address" --lookup -t "[2001:db8::1]:80" --client 10.2.0.1
	refused "client '2001:db8::2': not an IPv4 address" --lookup -t 10.0.0.1:80 --client 2001:db8::2
	refused "client '[localhost]': brackets are for IPv6" --lookup -t 10.0.0.1:80 --client "[localhost]"
	refused "--lookup needs --client" --lookup -t 10.0.0.1:80
	refused "--lookup needs a service" --lookup --client 10.2.0.1
	refused "client '10.2.0.256': not an IPv4 address" --lookup -t 10.0.0.1:80 --client 10.2.0.256
	refused "client '10.2.0.1:65536': not a port" --lookup -t 10.0.0.1:80 --client 10.2.0.1:65536
	refused "a flow goes to one port, not to a range" --lookup -t 10.0.0.1 --port 80-81 --client 10.2.0.1
	refused "--client does not go with --list" -L --client 10.2.0.1
}

@test "tables of pools" {
	accepted --table web
	accepted --table=web -n
	accepted --table tcp/10.0.0.1:80 --json
	accepted --table -t 10.0.0.1:80
	refused "--table needs a pool, or a service" --table
	refused "--table needs a pool, or a service" --table web -t 10.0.0.1:80
	refused "pool '': empty pool name" --table ""
	refused "unexpected argument 'b'" --table a b
}

@test "a trace takes a client, a number and a rate" {
	accepted --trace -t 10.0.0.1:80
	accepted --trace -t 10.0.0.1:0 --client 10.2.0.1
	accepted --trace -u 10.0.0.1 --port 1000-2000 --client 10.2.0.1:4711 --count 5 --limit 10000 --json
	accepted --trace -t "[2001:db8::1]:80" --client "[2001:db8::2]:4711"
	refused "--trace needs a service" --trace --client 10.2.0.1
	refused "client '2001:db8::2': not an IPv4 address" --trace -t 10.0.0.1:80 --client 2001:db8::2
	refused "--count '0': use 1 or more" --trace -t 10.0.0.1:80 --count 0
	refused "--limit '10001': not a number of packets a second (1 to 10000)" --trace -t 10.0.0.1:80 --limit 10001
	refused "--limit '0': not a number of packets" --trace -t 10.0.0.1:80 --limit 0
	refused "--count does not go with --lookup" --lookup -t 10.0.0.1:80 --client 10.2.0.1 --count 5
	refused "--numeric does not go with --trace" --trace -t 10.0.0.1:80 -n
}

@test "the monitor takes a format, a time stamp and a count" {
	refused "--numeric does not go with --monitor" --monitor -n
	refused "--count '0': use 1 or more" --monitor --count 0
	refused "--count 'x': not a number" --monitor --count x
	refused "--count needs NUMBER after it" --monitor --count
	refused "--count does not go with --list" -L --count 1
	refused "--timestamp does not go with --info" --info --timestamp
	refused "--monitor 'web': use config or stats" --monitor web
	refused "--count does not go with --monitor stats" --monitor stats --count 1
	refused "--timestamp does not go with --monitor stats" --monitor stats --timestamp
}

@test "limits on connections" {
	accepted -a -t 10.0.0.1:80 -r 10.1.0.1 -x 10 -y 0
	accepted -e --pool web -r 10.1.0.1 --u-threshold 2147483647 --l-threshold 2147483647
	accepted -L --thresholds
	refused "-x '2147483648': not a limit on connections" -a -t 10.0.0.1:80 -r 10.1.0.1 -x 2147483648
	refused "-y 'ten': not a limit on connections" -a -t 10.0.0.1:80 -r 10.1.0.1 -x 10 -y ten
	refused "--u-threshold does not go with --delete-server" -d -t 10.0.0.1:80 -r 10.1.0.1 -x 10
	refused "does not go with --member-pool" -a --pool web --member-pool f -x 10
	refused "--thresholds does not go with --connection" -L -c --thresholds
}

@test "bytes for other programs" {
	accepted -A -t 10.0.0.1:80 --userdata 0103776c63
	accepted -E -t 10.0.0.1:80 --userdata none
	accepted -e -t 10.0.0.1:80 -r 10.1.0.1 --userdata AbCd
	refused "--userdata '012': not bytes in hexadecimal digits, nor none" -A -t 10.0.0.1:80 --userdata 012
	refused "more than 128 bytes" -A -t 10.0.0.1:80 --userdata "$(printf '%0258d' 0)"
	refused "does not go with --member-pool" -a --pool web --member-pool f --userdata 00
	refused "--userdata does not go with --delete-service" -D -t 10.0.0.1:80 --userdata 00
}

@test "listings of engines and daemons are refused" {
	refused "--daemon is not supported" -L --daemon
	refused "--persistent-conn is not supported" -L --persistent-conn
	refused "--tun-info is not supported" -L --tun-info
}

@test "the sync daemon is refused" {
	refused "--start-daemon is not supported" --start-daemon master --syncid 1
	refused "--stop-daemon is not supported" --stop-daemon master
	for o in syncid sync-maxlen mcast-interface mcast-group mcast-port mcast-ttl; do
		refused "--$o is not supported" --$o 1
	done
}

@test "table sizes outside the bounds are refused" {
	refused "a prime from 251 to 1048573" -A -t 10.0.0.1:80 --table-size 250
	refused "a prime from 251 to 1048573" -A -t 10.0.0.1:80 --table-size 1048574
	refused "a prime from 251 to 1048573" --add-pool web --table-size x
	accepted -A -t 10.0.0.1:80 --table-size 251
}

@test "seeds" {
	accepted -A -t 10.0.0.1:80 --seed 18446744073709551615
	accepted -A -t 10.0.0.1:80 --seed 0xffffffffffffffff
	refused "number too large" -A -t 10.0.0.1:80 --seed 18446744073709551616
	refused "not a number" -A -t 10.0.0.1:80 --seed 0xg
}

@test "table size and seed of a shared pool are not a service's to set" {
	refused "set them with --add-pool or --edit-pool" -A -t 10.0.0.1:80 --pool web --seed 1
	refused "set them with --add-pool or --edit-pool" -E -t 10.0.0.1:80 --pool web --table-size 251
}

@test "pool names that cannot be are refused" {
	refused "pool '': empty pool name" --add-pool ""
	refused "pool name longer than 63 bytes" --add-pool "$(printf 'p%.0s' {1..64})"
	refused "empty pool name" -A -t 10.0.0.1:80 --pool ""
}

@test "source prefixes" {
	accepted --add-source 198.18.0.0/28
	accepted --add-source 2001:db8::/64
	accepted --delete-source 198.18.0.1
	accepted --list-sources --json
	refused "source '198.18.0.1/28': address bits are set beyond the prefix length" --add-source 198.18.0.1/28
	refused "source '198.18/28': not an IPv4 address" --delete-source 198.18/28
	refused "unexpected argument '198.18.0.0/28'" --list-sources 198.18.0.0/28
}

@test "router prefixes" {
	accepted --add-router 10.0.0.0/8
	accepted --add-router 10.0.0.1
	refused "address bits are set beyond the prefix length" --add-router 10.0.0.1/8
	refused "not a prefix length (0 to 32)" --add-router 10.0.0.0/33
	refused "router '10.0.0/8': not an IPv4 address" --delete-router 10.0.0/8
}

@test "letters can be put together, arguments attached" {
	accepted -Ln
	accepted -ln
	accepted -Sn
	accepted -At10.0.0.1:80 -smh
	accepted -A --tcp-service=10.0.0.1:80 --scheduler=mh
	refused "unknown option -Q" -LnQ
}

@test "the order of options does not matter" {
	accepted -t 10.0.0.1:80 -s mh -A
	accepted -n -L
}

@test "--help lists every command and option, on standard output" {
	run --separate-stderr -0 "$MAGLEVADM" --help
	[ -z "$stderr" ]
	for o in -A -E -D -a -e -d '-L|-l' -Z -C -S -R -h -v -t -u -s -b -r -w -x -y -i -n \
		-p -M -o -c -X; do
		grep -qF -- "  $o, --" <<<"$output"
	done
	for o in add-pool edit-pool delete-pool list-pools add-router \
		delete-router list-routers add-source delete-source \
		list-sources counters info sctp-service port \
		tun-type tun-nocsum pool table-size seed stats json \
		sort nosort strict table lookup flush-conns set cache-size monitor \
		settle track affinity fallback all-down state drain deadline \
		dry-run timeout client timestamp count rate watch color metrics trace limit \
		replace thresholds userdata panic; do
		grep -qE -- "^  --$o( |\$)" <<<"$output"
	done
}

@test "--help does not offer what is refused" {
	run -0 "$MAGLEVADM" -h
	! grep -qE -- '--(fwmark-service|pe|gatewaying|masquerading|persistent-conn)\b' <<<"$output"
}

@test "--help fits into 80 columns" {
	run -0 "$MAGLEVADM" --help
	[ -z "$(awk 'length > 80' <<<"$output")" ]
}

@test "the manual page has every command and option of --help, and no other" {
	run -0 "$MAGLEVADM" --help
	local page=$BATS_TEST_DIRNAME/../../userspace/man/maglevadm.8
	grep -oE -- '--[a-z][a-z0-9-]*' <<<"$output" | sort -u >help
	sed -n '/^\.Sh COMMANDS/,/^\.Sh EXAMPLES/p' "$page" |
		grep -E '^\.(It|Xc|Xo)' | grep -oE -- 'Fl Fl? ?-?[a-z][a-z0-9-]+' |
		grep -oE '[a-z][a-z0-9-]+$' | sed 's/^/--/' | sort -u >page
	diff help page
}

@test "--version" {
	run --separate-stderr -0 "$MAGLEVADM" -v
	[ "$output" = "maglevadm v$(cat "$BATS_TEST_DIRNAME/../../VERSION")" ]
	[ -z "$stderr" ]
}

@test "called as ipvsadm it says so" {
	ln -s "$(realpath "$MAGLEVADM")" ipvsadm
	run --separate-stderr -2 ./ipvsadm -Q
	[ "$stderr" = "ipvsadm: unknown option -Q, see --help" ]
	run -0 ./ipvsadm -h
	[[ ${lines[0]} == "Usage: ipvsadm "* ]]
}

@test "restore: nothing to do" {
	run --separate-stderr -0 "$MAGLEVADM" -R </dev/null
	[ -z "$output$stderr" ]
}

@test "restore: blank lines and comments" {
	run --separate-stderr -0 "$MAGLEVADM" -R <<<$'\n  \n# -Q\n\t# -Q\nipvsadm\nmaglevadm # -Q'
	[ -z "$output$stderr" ]
}

@test "restore: an error names its line and ends the run" {
	run --separate-stderr -2 "$MAGLEVADM" -R <<<$'# one\n-h -Q\n-P'
	[ "$stderr" = "maglevadm: line 2: unknown option -Q, see --help" ]
}

@test "restore: all lines are understood before the first is carried out" {
	run --separate-stderr -2 "$MAGLEVADM" -R <<<$'-h\n-A -t 10.0.0.1:80\n-Q\n'
	[ -z "$output" ]
	[ "$stderr" = "maglevadm: line 3: unknown option -Q, see --help" ]
	run --separate-stderr -2 "$MAGLEVADM" -R < <(printf -- '-h\n\0-Q\n-P\n')
	[ -z "$output" ]
	[ "$stderr" = "maglevadm: line 3: unknown option -P, see --help" ]
}

@test "restore: quotes" {
	run --separate-stderr -2 "$MAGLEVADM" -R <<<"-A -t '10.0.0.1:www x'"
	one_line_error "line 1: service '10.0.0.1:www x': unknown service name"
	run --separate-stderr -2 "$MAGLEVADM" -R <<<"-A -t '10.0.0.1:80"
	one_line_error "line 1: a quote is not closed"
}

@test "restore: a last line without its newline counts" {
	run --separate-stderr -2 bash -c 'printf -- "-h\n-Q" | "$0" -R' "$MAGLEVADM"
	one_line_error "line 2: unknown option -Q"
}

@test "restore: a line with too many words" {
	run --separate-stderr -2 "$MAGLEVADM" -R <<<"$(printf -- '-n %.0s' {1..65})"
	one_line_error "line 1: too many words"
}

@test "restore does not restore from within" {
	run --separate-stderr -2 "$MAGLEVADM" -R <<<"-R"
	one_line_error "line 1: --restore cannot restore from within"
}

@test "restore reads from nothing but a file" {
	run --separate-stderr -1 "$MAGLEVADM" -R </
	one_line_error "cannot read standard input"
}

@test "a full disk is an error" {
	run --separate-stderr -1 bash -c '"$0" -h >/dev/full' "$MAGLEVADM"
	[[ $stderr == *"No space left on device"* ]]
}

@test "without the module: one line, exit code 1" {
	if [ -d /sys/module/maglev ]; then
		skip "the module is loaded"
	fi
	fails_with 1 "the maglev module is not loaded: modprobe maglev" -L -n
	fails_with 1 "the maglev module is not loaded: modprobe maglev" -A -t 10.0.0.1:80
}

@test "without the module a bad command line is still a bad command line" {
	refused "not a weight" -a -t 10.0.0.1:80 -r 10.1.0.1 -w 70000
}

@test "no memory error and no leak" {
	if ! command -v valgrind >/dev/null || [ -d /sys/module/maglev ]; then
		skip "needs valgrind, and no module"
	fi
	local vg=(valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=all)

	run -0 "${vg[@]}" "$MAGLEVADM" --help
	run -1 "${vg[@]}" "$MAGLEVADM" -a -t localhost:http -r "[2001:db8::1]:0" -i --tun-type gre -w 3
	run -2 "${vg[@]}" "$MAGLEVADM" -R <<<$'-h\n"-A" -t \'10.0.0.1\' --port 80-x'
	run -2 "${vg[@]}" "$MAGLEVADM" -A -t "10.0.0.1:8 0"
}
