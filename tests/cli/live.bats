#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2314,SC2016 # bats' variables; "!" at an end; bash -c
#
# maglevadm against the kernel: as root, with maglev.ko loaded. Everything
# configured in the network namespace is deleted.

load common

setup_file()
{
	if [ "$(id -u)" -ne 0 ] || [ ! -d /sys/module/maglev ]; then
		echo "live.bats needs root and maglev.ko, as in the lab" >&2
		return 1
	fi
}

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	"$MAGLEVADM" -C
}

teardown()
{
	[ ! -e /sys/class/net/mgl0 ] || ip link del mgl0
	"$MAGLEVADM" -C
}

# What -S prints has to be $1.
saved()
{
	run --separate-stderr -0 "$MAGLEVADM" -S -n
	diff <(echo -n "$1") <(echo -n "$output")
	[ -z "$stderr" ]
}

# A name for the service and one for the backend of the tests that resolve names.
add_names()
{
	grep -q '^192.0.2.77 ' /etc/hosts ||
		printf '%s\n' "192.0.2.77 vip.example" "192.0.2.78 backend.example" \
			"2001:db8::77 vip.example" "2001:db8::78 backend.example" >>/etc/hosts
}

unprivileged()
{
	run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups \
		--inh-caps=-all --bounding-set=-all "$MAGLEVADM" "$@"
}

web()
{
	m -A -t 192.0.2.1:80 -s mh
	m -a -t 192.0.2.1:80 -r 198.51.100.1:80 -i --tun-type gre
	m -a -t 192.0.2.1:80 -r 198.51.100.2 -w 3
}

@test "an empty listing" {
	run -0 "$MAGLEVADM" -L -n
	diff - <(echo "$output") <<-END
		Maglev load balancer version $(cat "$BATS_TEST_DIRNAME/../../VERSION") (services=0)
		Prot LocalAddress:Port Scheduler Flags
		  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
	END
	[ "$(json . -L)" = '{"services":[]}' ]
	[ "$(json . --list-pools)" = '{"pools":[]}' ]
	[ "$(json . --list-routers)" = '{"routers":[]}' ]
	saved ""
}

@test "a service and its backends, listed as ipvsadm lists them" {
	web
	run -0 "$MAGLEVADM" -L -n
	diff - <(tail -n +2 <<<"$output" | sed 's/ $/_/') <<-'END'
		Prot LocalAddress:Port Scheduler Flags
		  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
		TCP  192.0.2.1:80 mh
		  -> 198.51.100.1:80              Tunnel  1      0          0        _
		  -> 198.51.100.2:80              Tunnel  3      0          0        _
	END
}

@test "byte for byte as ipvsadm lists and counts, where there is IPVS" {
	[ -e /proc/net/ip_vs ] || modprobe -q ip_vs || echo "no IPVS"
	if ! command -v ipvsadm >/dev/null || [ ! -e /proc/net/ip_vs ]; then
		skip "needs ipvsadm and a kernel with IPVS"
	fi
	ln -s "$(realpath "$MAGLEVADM")" ours
	mkdir as
	ln -s "$(realpath "$MAGLEVADM")" as/ipvsadm
	cat >rules <<-'END'
		-A -t 192.0.2.1:80 -s mh
		-a -t 192.0.2.1:80 -r 198.51.100.1:80 -i -w 1 --tun-type gre --tun-nocsum
		-a -t 192.0.2.1:80 -r 198.51.100.20:80 -i -w 65535 --tun-type gre --tun-nocsum
		-a -t 192.0.2.1:80 -r 198.51.100.3:80 -i -w 0 --tun-type gre --tun-nocsum
		-A -t 192.0.2.100:65535 -s mh
		-A -t 192.0.2.20:443 -s mh
		-A -u 192.0.2.1:53 -s mh
		-a -u 192.0.2.1:53 -r 198.51.100.1:53 -i -w 100 --tun-type gre --tun-nocsum
		-A --sctp-service 192.0.2.1:80 -s mh
	END
	ipvsadm -C
	ipvsadm -R <rules
	as/ipvsadm -R <rules
	for options in "" -n "-n --stats" "-n --stats --exact" "-n --sort"; do
		# shellcheck disable=SC2086
		diff <(ipvsadm -L $options | tail -n +2) <(as/ipvsadm -L $options | tail -n +2)
	done
	diff <(ipvsadm -Ln -t 192.0.2.1:80) <(as/ipvsadm -Ln -t 192.0.2.1:80)
	diff <(ipvsadm | tail -n +2) <(as/ipvsadm | tail -n +2)
	[[ $(as/ipvsadm -Ln | head -1) =~ ^IP\ Virtual\ Server\ version\ [0-9]+\.[0-9]+\.[0-9]+\ \(size=[0-9]+\)$ ]]
	ipvsadm-save -n >ipvs
	ipvsadm -C
	# What ipvsadm saves loads here, and comes to the same.
	"$MAGLEVADM" -S -n >before
	m -C
	as/ipvsadm -R <ipvs
	"$MAGLEVADM" -S -n >after
	diff before after
	# And what is saved here loads there.
	ipvsadm -R <after
	ipvsadm-save -n >ipvs-again
	ipvsadm -C
	diff ipvs ipvs-again
}

@test "a service in JSON" {
	web
	[ "$(json 'del(.services[].backends)' -L)" = '{"services":[{"protocol":"tcp","address":"192.0.2.1","port":80,"port_last":80,"scheduler":"mh","pool":"tcp/192.0.2.1:80","track":"all","affinity":"5tuple","all_down":"drop","stats":{"flows":0,"packets":0,"bytes":0}}]}' ]
	[ "$(json '.services[].backends[1]|del(.slots)' -L)" = '{"address":"198.51.100.2","forward":"tunnel","tunnel_type":"gre","weight":3,"stats":{"flows":0,"packets":0,"bytes":0},"state":"up","active":0,"inactive":0,"unreachable":0}' ]
	[ "$(json '[.services[].backends[].slots]|add' -L)" = 65537 ]
}

@test "all protocols, sorted as by ipvsadm" {
	m -A --sctp-service 192.0.2.1:80
	m -A -u 192.0.2.1:80
	m -A -t 192.0.2.10:80
	m -A -t 192.0.2.9:443
	m -A -t 192.0.2.9:80
	run -0 "$MAGLEVADM" -L -n
	diff - <(tail -n +4 <<<"$output") <<-'END'
		TCP  192.0.2.9:80 mh
		TCP  192.0.2.9:443 mh
		TCP  192.0.2.10:80 mh
		UDP  192.0.2.1:80 mh
		SCTP 192.0.2.1:80 mh
	END
}

@test "--nosort lists the same" {
	web
	m -A -t 192.0.2.0:80
	diff <("$MAGLEVADM" -L -n | sort) <("$MAGLEVADM" -L -n --nosort | sort)
}

@test "no arguments list, with names" {
	add_names
	m -A -t 192.0.2.77:80
	m -a -t 192.0.2.77:80 -r 192.0.2.78
	run -0 "$MAGLEVADM"
	[ "${lines[3]}" = "TCP  vip.example:http mh" ]
	[[ ${lines[4]} == "  -> backend.example:http         Tunnel "* ]]
}

@test "host and service names name services and backends" {
	add_names
	m -A -t vip.example:http
	m -a -t vip.example:http -r backend.example:http
	saved $'-A -t 192.0.2.77:80 -s mh\n-a -t 192.0.2.77:80 -r 192.0.2.78:80 -i --tun-type gre -w 1'
	run -0 "$MAGLEVADM" -S
	[ "${lines[0]}" = "-A -t vip.example:http -s mh" ]
	m -D -t vip.example:80
	saved ""
}

@test "one service listed" {
	web
	m -A -t 192.0.2.1:81
	run -0 "$MAGLEVADM" -L -n -t 192.0.2.1:80
	diff - <(tail -n +1 <<<"$output" | sed 's/ $/_/') <<-'END'
		Prot LocalAddress:Port Scheduler Flags
		  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
		TCP  192.0.2.1:80 mh
		  -> 198.51.100.1:80              Tunnel  1      0          0        _
		  -> 198.51.100.2:80              Tunnel  3      0          0        _
	END
	[ "$(json '[.services[].port]' -L -t 192.0.2.1:81)" = '[81]' ]
	[ "$(json '[.services[].backends[].address]' -L -t 192.0.2.1:80)" = '["198.51.100.1","198.51.100.2"]' ]
}

@test "one service listed, that there is not" {
	fails_with 1 "cannot list service tcp 192.0.2.1:80: no such service" -L -n -t 192.0.2.1:80
}

@test "--stats columns" {
	web
	run -0 "$MAGLEVADM" -L -n --stats
	diff - <(tail -n +2 <<<"$output") <<-'END'
		Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
		  -> RemoteAddress:Port
		TCP  192.0.2.1:80                        0        0        0        0        0
		  -> 198.51.100.1:80                     0        0        0        0        0
		  -> 198.51.100.2:80                     0        0        0        0        0
	END
	diff <(echo "$output") <("$MAGLEVADM" -L -n --stats --exact)
}

@test "adding a service twice is refused" {
	m -A -t 192.0.2.1:80
	fails_with 1 "cannot add service tcp 192.0.2.1:80: service exists already" -A -t 192.0.2.1:80
	saved "-A -t 192.0.2.1:80 -s mh"
}

@test "a service that there is not" {
	fails_with 1 "cannot delete service tcp 192.0.2.1:80: no such service" -D -t 192.0.2.1:80
	fails_with 1 "cannot change service udp 192.0.2.1:80: no such service" -E -u 192.0.2.1:80
	fails_with 1 "cannot zero service tcp 192.0.2.1:80: no such service" -Z -t 192.0.2.1:80
	fails_with 1 "of tcp 192.0.2.1:80: no such service" -a -t 192.0.2.1:80 -r 198.51.100.1
	fails_with 1 "of tcp 192.0.2.1:80: no such service" -d -t 192.0.2.1:80 -r 198.51.100.1
}

@test "a backend that there is already, or not" {
	web
	fails_with 1 "cannot add backend 198.51.100.1 of tcp 192.0.2.1:80: " -a -t 192.0.2.1:80 -r 198.51.100.1
	fails_with 1 "no such backend in the pool" -e -t 192.0.2.1:80 -r 198.51.100.9
	fails_with 1 "no such backend in the pool" -d -t 192.0.2.1:80 -r 198.51.100.9
}

@test "editing a backend; without -w it gets weight 1, as by ipvsadm" {
	web
	m -e -t 192.0.2.1:80 -r 198.51.100.1 -w 7
	[ "$(json '[.services[].backends[].weight]' -L)" = '[7,3]' ]
	m -e -t 192.0.2.1:80 -r 198.51.100.2
	[ "$(json '[.services[].backends[].weight]' -L)" = '[7,1]' ]
	# Who sets thresholds does not mean the weight.
	m -e -t 192.0.2.1:80 -r 198.51.100.1 -x 10 -y 5
	[ "$(json '[.services[].backends[].weight]' -L)" = '[7,1]' ]
	m -e -t 192.0.2.1:80 -r 198.51.100.1 -x 0
	saved $'-A -t 192.0.2.1:80 -s mh\n-a -t 192.0.2.1:80 -r 198.51.100.1:80 -i --tun-type gre -w 7\n-a -t 192.0.2.1:80 -r 198.51.100.2:80 -i --tun-type gre -w 1'
}

@test "weight 0 takes no slots, and all come back" {
	web
	m -e -t 192.0.2.1:80 -r 198.51.100.1 -w 0
	[ "$(json '[.services[].backends[].slots]' -L)" = '[0,65537]' ]
	m -e -t 192.0.2.1:80 -r 198.51.100.2 -w 0
	[ "$(json '[.services[].backends[].slots]' -L)" = '[0,0]' ]
	m -e -t 192.0.2.1:80 -r 198.51.100.1 -w 65535
	[ "$(json '[.services[].backends[].slots]' -L)" = '[65537,0]' ]
}

@test "deleting a backend" {
	web
	m -d -t 192.0.2.1:80 -r 198.51.100.1:80
	[ "$(json '[.services[].backends[].address]' -L)" = '["198.51.100.2"]' ]
	m -d -t 192.0.2.1:80 -r 198.51.100.2
	[ "$(json '[.services[].backends[].address]' -L)" = '[]' ]
}

@test "deleting a service deletes its private pool" {
	web
	[ "$(json '[.pools[].name]' --list-pools)" = '["tcp/192.0.2.1:80"]' ]
	m -D -t 192.0.2.1:80
	[ "$(json . --list-pools)" = '{"pools":[]}' ]
	[ "$(json '[.services,.pools,.backends]' --info)" = '[0,0,0]' ]
}

@test "editing a service without a change works, as health checkers do it" {
	web
	"$MAGLEVADM" -S -n >before
	m -E -t 192.0.2.1:80 -s mh
	diff before <("$MAGLEVADM" -S -n)
}

@test "table size and seed of a service" {
	m -A -t 192.0.2.1:80 --table-size 251 --seed 0xfedcba9876543210
	saved "-A -t 192.0.2.1:80 -s mh --table-size 251 --seed 0xfedcba9876543210"
	[ "$(json '.pools[]|[.table_size,.seed]' --list-pools)" = '[251,"0xfedcba9876543210"]' ]
	m -E -t 192.0.2.1:80 --table-size 1021
	saved "-A -t 192.0.2.1:80 -s mh --table-size 1021 --seed 0xfedcba9876543210"
	m -E -t 192.0.2.1:80 --seed 1
	saved "-A -t 192.0.2.1:80 -s mh --table-size 1021 --seed 0x1"
	m -E -t 192.0.2.1:80 --seed 0 --table-size 65537
	saved "-A -t 192.0.2.1:80 -s mh"
}

@test "a table size that is no prime is refused" {
	fails_with 1 "cannot add service tcp 192.0.2.1:80: table size is not a prime" -A -t 192.0.2.1:80 --table-size 1000
	fails_with 1 "cannot add pool web: table size is not a prime" --add-pool web --table-size 1000
	m -A -t 192.0.2.1:80
	fails_with 1 "table size is not a prime" -E -t 192.0.2.1:80 --table-size 252
	saved "-A -t 192.0.2.1:80 -s mh"
}

@test "the smallest and the largest table" {
	m -A -t 192.0.2.1:80 --table-size 251
	m -a -t 192.0.2.1:80 -r 198.51.100.1
	m -a -t 192.0.2.1:80 -r 198.51.100.2
	[ "$(json '[.services[].backends[].slots]|add' -L)" = 251 ]
	m -E -t 192.0.2.1:80 --table-size 1048573
	[ "$(json '[.services[].backends[].slots]|add' -L)" = 1048573 ]
}

@test "ranges and every port" {
	m -A -t 192.0.2.1 --port 8000-8999
	m -a -t 192.0.2.1 --port 8000-8999 -r 198.51.100.1 -w 2
	m -A -t 192.0.2.1:0
	m -a -t 192.0.2.1:0 -r 198.51.100.1:0
	m -A -t 192.0.2.1:8080
	run -0 "$MAGLEVADM" -L -n
	diff - <(tail -n +4 <<<"$output" | sed 's/ $/_/') <<-'END'
		TCP  192.0.2.1:0 mh
		  -> 198.51.100.1:0               Tunnel  1      0          0        _
		TCP  192.0.2.1:8000-8999 mh
		  -> 198.51.100.1:0               Tunnel  2      0          0        _
		TCP  192.0.2.1:8080 mh
	END
	[ "$(json '[.services[]|[.port,.port_last]]' -L)" = '[[0,0],[8000,8999],[8080,8080]]' ]
	saved "$(printf '%s\n' \
		'-A -t 192.0.2.1:0 -s mh' \
		'-a -t 192.0.2.1:0 -r 198.51.100.1:0 -i --tun-type gre -w 1' \
		'-A -t 192.0.2.1 --port 8000-8999 -s mh' \
		'-a -t 192.0.2.1 --port 8000-8999 -r 198.51.100.1:0 -i --tun-type gre -w 2' \
		'-A -t 192.0.2.1:8080 -s mh')"
	m -D -t 192.0.2.1 --port 8000-8999
	m -D -t 192.0.2.1 --port 8080
	m -D -t 192.0.2.1 --port 0
	saved ""
}

@test "ranges that overlap are refused" {
	m -A -t 192.0.2.1 --port 8000-8999
	fails_with 1 "ports overlap with another range of this VIP" -A -t 192.0.2.1 --port 8999-9100
	m -A -u 192.0.2.1 --port 8999-9100
	m -A -t 192.0.2.2 --port 8999-9100
}

@test "a range from 1 to 65535 is not port 0" {
	m -A -t 192.0.2.1 --port 1-65535
	m -A -t 192.0.2.1:0
	[ "$(json '[.services[]|[.port,.port_last]]' -L)" = '[[0,0],[1,65535]]' ]
}

@test "a range of one port is that port" {
	m -A -t 192.0.2.1 --port 80-80
	saved "-A -t 192.0.2.1:80 -s mh"
}

@test "IPv6: services, backends and routers, saved and restored" {
	local long="[fd12:3456:789a:bcde:200:5efe:c697:64c8]"

	m --add-router 2001:db8::/32
	m --add-router 203.0.113.0/28
	m --add-pool web --table-size 251
	m -a --pool web -r 2001:db8:1::1 -w 2
	m -a --pool web -r 198.51.100.1
	m -A -t "[2001:db8::80]:443" --table-size 251
	m -a -t "[2001:db8::80]:443" -r "[2001:db8:1::2]:443"
	m -a -t "[2001:db8::80]:443" -r "[2001:db8:1::1]"
	m -a -t "[2001:db8::80]:443" -r 198.51.100.1
	m -A -6 -u 2001:db8::80 --port 8000-8999 --pool web
	m -A -t 192.0.2.1:80 --pool web
	m -A --sctp-service "$long" --port 60000-65535 --table-size 251
	saved "--add-router 203.0.113.0/28
--add-router 2001:db8::/32
--add-pool web --table-size 251
-a --pool web -r 198.51.100.1 -i --tun-type gre -w 1
-a --pool web -r [2001:db8:1::1] -i --tun-type gre -w 2
-A -t 192.0.2.1:80 -s mh --pool web
-A -t [2001:db8::80]:443 -s mh --table-size 251
-a -t [2001:db8::80]:443 -r 198.51.100.1:443 -i --tun-type gre -w 1
-a -t [2001:db8::80]:443 -r [2001:db8:1::1]:443 -i --tun-type gre -w 1
-a -t [2001:db8::80]:443 -r [2001:db8:1::2]:443 -i --tun-type gre -w 1
-A -u [2001:db8::80] --port 8000-8999 -s mh --pool web
-A --sctp-service $long --port 60000-65535 -s mh --table-size 251"
	"$MAGLEVADM" -S -n >rules
	"$MAGLEVADM" --list-pools -n --json >pools
	m -C
	run --separate-stderr -0 "$MAGLEVADM" -R <rules
	diff rules <("$MAGLEVADM" -S -n)
	[ "$(json '[.pools[].name]' --list-pools)" = '["sctp/[fd12:3456:789a:bcde:200:5efe:198.151.100.200]:60000-65535","tcp/[2001:db8::80]:443","web"]' ]
	diff <(jq '.pools[]|.name,.fingerprint' pools) <(json '.pools[]|.name,.fingerprint' --list-pools)
	m -d -t "[2001:db8::80]:443" -r 2001:db8:1::2
	m -D -u "[2001:db8::80]" --port 8000-8999
	m --delete-router 2001:db8::/32
	[ "$("$MAGLEVADM" --list-routers)" = 203.0.113.0/28 ]
}

@test "IPv6: addresses that cannot be used are refused, with the reason" {
	local mapped="IPv4-mapped IPv6 address: use the IPv4 address in it"

	fails_with 1 "$mapped" -A -t "[::ffff:192.0.2.1]:80"
	fails_with 1 "not a unicast address: unspecified" -A -t "[::]:80"
	fails_with 1 "not a unicast address: multicast" -A -t "[ff02::1]:80"
	fails_with 1 "VIP is link-local: no router forwards packets to it" -A -t "[fe80::1]:80"
	fails_with 1 "$mapped" --add-router ::ffff:192.0.2.0/120
	m -A -t "[2001:db8::80]:80"
	fails_with 1 "backend is link-local: without its interface, the address does not name a host" \
		-a -t "[2001:db8::80]:80" -r fe80::1
	fails_with 1 "loopback" -a -t "[2001:db8::80]:80" -r "[::1]"
	fails_with 1 "$mapped" -a -t "[2001:db8::80]:80" -r "[::ffff:198.51.100.1]"
	fails_with 1 "backend is the VIP of a service of this pool" -a -t "[2001:db8::80]:80" -r 2001:db8::80
	saved "-A -t [2001:db8::80]:80 -s mh"
}

@test "IPv6: a lookup" {
	m -A -t "[2001:db8::80]:0" --table-size 251
	m -a -t "[2001:db8::80]:0" -r 2001:db8:1::1
	"$MAGLEVADM" --lookup -t "[2001:db8::80]:443" --client "[2001:db8:2::9]:50000" >said
	grep -qx 'service   tcp \[2001:db8::80\]:0' said
	grep -qx 'pool      tcp/\[2001:db8::80\]:0' said
	grep -q '^opening   2001:db8:1::1: ' said
	fails_with 2 "not an IPv6 address" --lookup -t "[2001:db8::80]:443" --client 203.0.113.9
}

@test "IPv6: names in brackets, or with -6, are those of IPv6 addresses" {
	add_names
	m -A -6 -t vip.example:http --table-size 251
	m -A -t vip.example:http --table-size 251
	m -a -t "[vip.example]:http" -r backend.example
	m -a -t "[vip.example]:http" -r "[backend.example]"
	saved "-A -t 192.0.2.77:80 -s mh --table-size 251
-A -t [2001:db8::77]:80 -s mh --table-size 251
-a -t [2001:db8::77]:80 -r 192.0.2.78:80 -i --tun-type gre -w 1
-a -t [2001:db8::77]:80 -r [2001:db8::78]:80 -i --tun-type gre -w 1"
	"$MAGLEVADM" -L | grep -qx 'TCP  \[vip.example\]:http mh'
	"$MAGLEVADM" -S -n >numbers
	"$MAGLEVADM" -S >names
	grep -qx -- '-a -t \[vip.example\]:http -r \[backend.example\]:http .*' names
	m -C
	run --separate-stderr -0 "$MAGLEVADM" -R <names
	diff numbers <("$MAGLEVADM" -S -n)
	"$MAGLEVADM" --lookup -t "[vip.example]:80" --client backend.example |
		grep -qx 'flow      tcp \[2001:db8::78\]:0 -> \[2001:db8::77\]:80'
}

@test "addresses that can be no backend's are refused, with the reason" {
	fails_with 1 "not a unicast address: multicast" -A -t 224.0.0.1:80
	fails_with 1 "not a unicast address: in 0.0.0.0/8" -A -t 0.0.0.0:80
	m -A -t 192.0.2.1:80
	fails_with 1 "not a unicast address: broadcast" -a -t 192.0.2.1:80 -r 255.255.255.255
	fails_with 1 "not a unicast address that GRE can reach: loopback" -a -t 192.0.2.1:80 -r 127.0.0.1
}

@test "a VIP is refused as a backend of its own service" {
	m -A -t 192.0.2.1:80
	fails_with 1 "backend is the VIP of a service of this pool" -a -t 192.0.2.1:80 -r 192.0.2.1
	m --add-pool web
	m -a --pool web -r 192.0.2.2
	fails_with 1 "the VIP is a backend of the pool" -A -t 192.0.2.2:80 --pool web
	fails_with 1 "the VIP is a backend of the pool" -A -t 192.0.2.2:80 --fallback web
	# Another service's VIP may be one.
	m -A -t 192.0.2.3:80 --pool web
	fails_with 1 "backend is the VIP of a service of this pool" -a --pool web -r 192.0.2.3
	m -a -t 192.0.2.1:80 -r 192.0.2.3
}

@test "a flow cache that the machine has no memory for is refused, with its size" {
	grep -q '^MemAvailable: *[0-9]\{1,6\} kB' /proc/meminfo || skip "more memory than the largest cache takes"
	fails_with 1 "a flow cache of 67108864 entries takes 2568 MiB, which are not available" --cache-size 67108864
	[ "$(json .cache_size --info)" = 1048576 ]
}

@test "a shared pool" {
	m --add-pool web --table-size 1021 --seed 42
	m -a --pool web -r 198.51.100.1
	m -a --pool web -r 198.51.100.2 -w 5 -i --tun-type gre
	m -A -t 192.0.2.1:80 --pool web
	m -A -u 192.0.2.1 --port 1000-2000 --pool web
	saved "$(printf '%s\n' \
		'--add-pool web --table-size 1021 --seed 0x2a' \
		'-a --pool web -r 198.51.100.1 -i --tun-type gre -w 1' \
		'-a --pool web -r 198.51.100.2 -i --tun-type gre -w 5' \
		'-A -t 192.0.2.1:80 -s mh --pool web' \
		'-A -u 192.0.2.1 --port 1000-2000 -s mh --pool web')"
	[ "$(json '.pools[]|[.name,.private,.services,(.backends|length)]' --list-pools)" = '["web",false,2,2]' ]
	run -0 "$MAGLEVADM" -L -n
	[ "$(grep -c ' mh pool web$' <<<"$output")" -eq 2 ]
	[ "$(grep -c -- '-> 198.51.100.2:' <<<"$output")" -eq 2 ]
}

@test "a pool in text" {
	m --add-pool web
	m -a --pool web -r 198.51.100.1
	run -0 "$MAGLEVADM" --list-pools -n
	[ "${lines[0]}" = "Pool                             TableSize Services Fingerprint        Settle   Unsettled" ]
	[ "${lines[1]}" = "  -> RemoteAddress                Weight    Slots" ]
	[[ ${lines[2]} =~ ^web\ {30}65537\ {5}0\ {8}0x[0-9a-f]{16}\ 120s\ {5}[0-9]+$ ]]
	[ "${lines[3]}" = "  -> 198.51.100.1                 1         65537" ]
}

@test "a backend added through a service is in its shared pool" {
	m --add-pool web
	m -A -t 192.0.2.1:80 --pool web
	m -A -t 192.0.2.1:81 --pool web
	m -a -t 192.0.2.1:80 -r 198.51.100.1:80 -w 9
	[ "$(json '[.services[].backends[].weight]' -L)" = '[9,9]' ]
	m -e -t 192.0.2.1:81 -r 198.51.100.1 -w 8
	[ "$(json '.pools[].backends[].weight' --list-pools)" = 8 ]
	m -d --pool web -r 198.51.100.1
	[ "$(json '[.services[].backends[]]' -L)" = '[]' ]
}

@test "editing and deleting pools" {
	m --add-pool web
	m --edit-pool web --table-size 257 --seed 0xff
	saved "--add-pool web --table-size 257 --seed 0xff"
	m --delete-pool web
	saved ""
}

@test "pools: what is refused" {
	m --add-pool web
	fails_with 1 "cannot add pool web: " --add-pool web
	fails_with 1 "cannot change pool other: no such pool" --edit-pool other --seed 1
	fails_with 1 "cannot delete pool other: no such pool" --delete-pool other
	fails_with 1 "no such pool" -A -t 192.0.2.1:80 --pool other
	fails_with 1 "of pool other: no such pool" -a --pool other -r 198.51.100.1
	fails_with 1 "letters, digits, '.', '_' and '-' only" --add-pool "a/b"
	fails_with 1 "letters, digits, '.', '_' and '-' only" --add-pool "a b"
	m -A -t 192.0.2.1:80 --pool web
	fails_with 1 "cannot delete pool web: pool is used by a service" --delete-pool web
	m -A -t 192.0.2.1:81
	fails_with 1 "pool is private and goes with its service" --delete-pool tcp/192.0.2.1:81
	fails_with 1 "pool is private to another service" -A -t 192.0.2.1:82 --pool tcp/192.0.2.1:81
	saved $'--add-pool web\n-A -t 192.0.2.1:80 -s mh --pool web\n-A -t 192.0.2.1:81 -s mh'
}

@test "a service moves to a shared pool and to another" {
	web
	m --add-pool a
	m --add-pool b
	m -a --pool b -r 198.51.100.9
	m -E -t 192.0.2.1:80 --pool a
	[ "$(json '.services[]|[.pool,(.backends|length)]' -L)" = '["a",0]' ]
	m -E -t 192.0.2.1:80 -s mh --pool b
	[ "$(json '.services[]|[.pool,(.backends|length)]' -L)" = '["b",1]' ]
	[ "$(json '[.pools[].name]' --list-pools)" = '["a","b"]' ]
}

@test "table size and seed of a shared pool are not a service's to set" {
	m --add-pool web
	m -A -t 192.0.2.1:80 --pool web
	fails_with 1 "table size and seed belong to the shared pool" -E -t 192.0.2.1:80 --seed 1
	saved $'--add-pool web\n-A -t 192.0.2.1:80 -s mh --pool web'
}

@test "an empty pool has no fingerprint" {
	m --add-pool web
	[ "$(json '.pools[]|has("fingerprint")' --list-pools)" = false ]
	"$MAGLEVADM" --list-pools | grep -qE '^web +65537 +0 +- +120s +0$'
}

@test "the longest pool name" {
	name=$(printf 'p%.0s' {1..63})
	m --add-pool "$name"
	m -A -t 192.0.2.1:80 --pool "$name"
	[ "$(json '.services[].pool' -L)" = "\"$name\"" ]
}

@test "fingerprints: equal for equal members in any order" {
	m --add-pool a
	m --add-pool b
	m -a --pool a -r 198.51.100.1
	m -a --pool a -r 198.51.100.2 -w 2
	m -a --pool b -r 198.51.100.2 -w 2
	[ "$(json '[.pools[].fingerprint]|unique|length' --list-pools)" = 2 ]
	m -a --pool b -r 198.51.100.1
	[ "$(json '[.pools[].fingerprint]|unique|length' --list-pools)" = 1 ]
	m --edit-pool b --seed 1
	[ "$(json '[.pools[].fingerprint]|unique|length' --list-pools)" = 2 ]
}

@test "routers" {
	m --add-router 203.0.113.0/28
	m --add-router 10.0.0.1
	m --add-router 0.0.0.0/0
	run --separate-stderr -0 "$MAGLEVADM" --list-routers
	[ "$output" = $'0.0.0.0/0\n10.0.0.1/32\n203.0.113.0/28' ]
	[ "$(json . --list-routers)" = '{"routers":["0.0.0.0/0","10.0.0.1/32","203.0.113.0/28"]}' ]
	saved $'--add-router 0.0.0.0/0\n--add-router 10.0.0.1/32\n--add-router 203.0.113.0/28'
	m --delete-router 10.0.0.1/32
	m --delete-router 0.0.0.0/0
	[ "$(json '.routers' --list-routers)" = '["203.0.113.0/28"]' ]
}

@test "routers: what is refused" {
	m --add-router 203.0.113.0/28
	fails_with 1 "cannot add router 203.0.113.0/28: " --add-router 203.0.113.0/28
	fails_with 1 "cannot delete router 203.0.113.0/29: " --delete-router 203.0.113.0/29
	saved "--add-router 203.0.113.0/28"
}

@test "sources" {
	[ "$(json . --list-sources)" = '{"sources":[]}' ]
	[ "$(json .sources --info)" = 0 ]
	m --add-source 2001:db8:5::/64
	m --add-source 198.18.0.16/28
	m --add-source 198.18.0.1
	fails_with 1 "cannot add source 198.18.0.1/32: source prefix exists already" --add-source 198.18.0.1
	fails_with 1 "source prefix is shorter than /16" --add-source 198.18.0.0/15
	fails_with 1 "source prefix is shorter than /64" --add-source 2001:db8::/32
	fails_with 1 "source is link-local" --add-source fe80::/64
	fails_with 1 "not a unicast address: multicast" --add-source 224.0.0.0/28
	fails_with 1 "no such source prefix" --delete-source 198.18.0.16/29
	[ "$(json .sources --list-sources)" = '["198.18.0.1/32","198.18.0.16/28","2001:db8:5::/64"]' ]
	[ "$(json .sources --info)" = 3 ]
	saved $'--add-source 198.18.0.1/32\n--add-source 198.18.0.16/28\n--add-source 2001:db8:5::/64'
	"$MAGLEVADM" -S -n >rules
	m -C
	saved ""
	"$MAGLEVADM" -R <rules
	diff rules <("$MAGLEVADM" -S -n)
	m --delete-source 198.18.0.16/28
	m --delete-source 2001:db8:5::/64
	[ "$("$MAGLEVADM" --list-sources)" = 198.18.0.1/32 ]
}

@test "no more routers than the limit" {
	for i in {0..255}; do
		echo "--add-router 10.0.$i.0/24"
	done >rules
	run --separate-stderr -0 "$MAGLEVADM" -R <rules
	fails_with 1 "cannot add router 10.1.0.0/24: " --add-router 10.1.0.0/24
	[ "$(json '.routers|length' --list-routers)" = 256 ]
}

@test "-C clears everything, settings included" {
	web
	m --add-pool a
	m --add-router 203.0.113.0/28
	m --set 901 121 301
	m --cache-size 4096
	m -C
	saved ""
	[ "$(json .timeouts -L --timeout)" = '{"tcp":900,"tcpsyn":60,"tcpfin":120,"tcpclose":10,"udp":300,"sctp":900,"sctpinit":60,"sctpshutdown":120,"sctpclose":10}' ]
	[ "$(json '[.cache_size,.cache_used]' --info)" = '[1048576,0]' ]
	[ "$(json '[.services,.pools,.backends,.routers,.hooks]' --info)" = '[0,0,0,0,false]' ]
}

# Backends out of a dummy device, and an address for GRE to come to.
network()
{
	ip link add mgl0 type dummy
	ip addr add 203.0.113.1/24 dev mgl0
	ip link set mgl0 up
	ip route add 198.51.100.0/24 dev mgl0
}

@test "--stats counts flows, packets and bytes" {
	network
	web
	"$BATS_TEST_DIRNAME/gre_send.py" 203.0.113.1 192.0.2.1 80 5 3
	ip link del mgl0
	[ "$(json '.services[].stats' -L)" = '{"flows":5,"packets":15,"bytes":600}' ]
	[ "$(json '[.services[].backends[].stats]|[(map(.flows)|add),(map(.packets)|add),(map(.bytes)|add)]' -L)" = '[5,15,600]' ]
	run -0 "$MAGLEVADM" -L -n --stats
	[ "${lines[3]}" = "TCP  192.0.2.1:80                        5       15        0      600        0" ]
}

@test "what a service tracks, keeps together and does without backends" {
	m --add-pool spare
	m -A -t 192.0.2.1:80 --track changed --affinity 3tuple --all-down accept --fallback spare
	saved $'--add-pool spare\n-A -t 192.0.2.1:80 -s mh --affinity 3tuple --track changed --fallback spare --all-down accept'
	[ "$(json '.services[]|[.track,.affinity,.all_down,.fallback]' -L)" = '["changed","3tuple","accept","spare"]' ]
	"$MAGLEVADM" -L -n | grep -qx 'TCP  192.0.2.1:80 mh affinity 3tuple track changed fallback spare all-down accept'
	# What is not given stays.
	m -E -t 192.0.2.1:80 --track none
	saved $'--add-pool spare\n-A -t 192.0.2.1:80 -s mh --affinity 3tuple --track none --fallback spare --all-down accept'
	m -E -t 192.0.2.1:80 --track all --affinity 5tuple --all-down drop
	saved $'--add-pool spare\n-A -t 192.0.2.1:80 -s mh --fallback spare'
	m -E -t 192.0.2.1:80 --fallback ''
	saved $'--add-pool spare\n-A -t 192.0.2.1:80 -s mh'
}

@test "thresholds, listed, saved, restored, and refused without tracking" {
	m -A -t 192.0.2.1:80
	m -a -t 192.0.2.1:80 -r 198.51.100.1 -x 100 -y 80
	m -a -t 192.0.2.1:80 -r 198.51.100.2 -x 7
	saved $'-A -t 192.0.2.1:80 -s mh\n-a -t 192.0.2.1:80 -r 198.51.100.1:80 -i --tun-type gre -w 1 -x 100 -y 80\n-a -t 192.0.2.1:80 -r 198.51.100.2:80 -i --tun-type gre -w 1 -x 7'
	"$MAGLEVADM" -S -n >rules
	m -C
	"$MAGLEVADM" -R <rules
	"$MAGLEVADM" -S -n | diff rules -
	[ "$(json '[.services[].backends[]|[.upper,.lower,.overloaded]]' -L)" = '[[100,80,false],[7,0,false]]' ]
	"$MAGLEVADM" -L -n --thresholds | grep -q '^  -> 198.51.100.1:80              100        80         0          0'
	m -e -t 192.0.2.1:80 -r 198.51.100.1 -y 50
	[ "$(json '.services[].backends[0]|[.upper,.lower]' -L)" = '[100,50]' ]
	fails_with 1 "cannot change backend 198.51.100.1 of tcp 192.0.2.1:80: lower threshold is above the upper threshold" -e -t 192.0.2.1:80 -r 198.51.100.1 -x 9
	fails_with 1 "track none: a backend has thresholds, which need tracked flows" -E -t 192.0.2.1:80 --track none
	m -e -t 192.0.2.1:80 -r 198.51.100.1 -x 0 -y 0
	m -e -t 192.0.2.1:80 -r 198.51.100.2 -x 0
	m -E -t 192.0.2.1:80 --track none
	fails_with 1 "thresholds need tracked flows, and a service of the pool has track none" -e -t 192.0.2.1:80 -r 198.51.100.1 -x 9
}

@test "userdata is kept, saved, restored and ended" {
	m -A -t 192.0.2.1:80 --userdata 00ff
	m -a -t 192.0.2.1:80 -r 198.51.100.1 --userdata "$(printf '%0256d' 0)"
	"$MAGLEVADM" -S -n >rules
	m -C
	"$MAGLEVADM" -R <rules
	"$MAGLEVADM" -S -n | diff rules -
	[ "$(json '[.services[]|.userdata,(.backends[].userdata|length)]' -L)" = '["00ff",256]' ]
	m -E -t 192.0.2.1:80 --userdata none
	m -e -t 192.0.2.1:80 -r 198.51.100.1 --userdata none
	saved $'-A -t 192.0.2.1:80 -s mh\n-a -t 192.0.2.1:80 -r 198.51.100.1:80 -i --tun-type gre -w 1'
}

@test "what ipvsadm is given is saved and restored by the program's own name" {
	mkdir as
	ln -s "$(realpath "$MAGLEVADM")" as/ipvsadm
	run -0 as/ipvsadm -A -t 192.0.2.1:80 -s wlc -p 300 -M 255.255.255.0
	run -0 as/ipvsadm -a -t 192.0.2.1:80 -r 198.51.100.1 -g -w 7 -x 9
	as/ipvsadm -L -n >listed
	grep -qx 'TCP  192.0.2.1:80 wlc persistent 300 mask 255.255.255.0' listed
	grep -q '^  -> 198.51.100.1:80              Route   7 ' listed
	as/ipvsadm -S -n >words
	"$MAGLEVADM" -S -n >rules
	m -C
	"$MAGLEVADM" -R <rules
	as/ipvsadm -L -n | diff listed -
	as/ipvsadm -S -n | diff words -
	m -C
	run -0 as/ipvsadm -R <words
	"$MAGLEVADM" -S -n | diff rules -
	# -E and -e say all of what there is to be.
	run -0 as/ipvsadm -E -t 192.0.2.1:80 -s mh
	run -0 as/ipvsadm -e -t 192.0.2.1:80 -r 198.51.100.1 -i -w 7
	saved $'-A -t 192.0.2.1:80 -s mh\n-a -t 192.0.2.1:80 -r 198.51.100.1:80 -i --tun-type gre -w 7'
}

@test "ipvsadm's words for tracking and affinity" {
	m -A -t 192.0.2.1:80 -s mh -p -M 255.255.255.255
	m -A -u 192.0.2.1:53 -s mh -o
	saved $'-A -t 192.0.2.1:80 -s mh --affinity source\n-A -u 192.0.2.1:53 -s mh --track none'
	ln -s "$(realpath "$MAGLEVADM")" ipvsadm
	run -0 ./ipvsadm -L -n
	[ "${lines[3]}" = "TCP  192.0.2.1:80 mh persistent $(json .timeouts.tcp -L --timeout)" ]
	[ "${lines[4]}" = "UDP  192.0.2.1:53 mh ops" ]
	./ipvsadm -S -n >rules
	diff rules - <<<$'-A -t 192.0.2.1:80 -s mh -p 900\n-A -u 192.0.2.1:53 -s mh -o'
	# As with ipvsadm, -E without -p ends persistence.
	run -0 ./ipvsadm -E -t 192.0.2.1:80 -s mh
	saved $'-A -t 192.0.2.1:80 -s mh\n-A -u 192.0.2.1:53 -s mh --track none'
}

@test "persistence, one packet and timeouts as ipvsadm lists them, where there is IPVS" {
	[ -e /proc/net/ip_vs ] || modprobe -q ip_vs || echo "no IPVS"
	if ! command -v ipvsadm >/dev/null || [ ! -e /proc/net/ip_vs ]; then
		skip "needs ipvsadm and a kernel with IPVS"
	fi
	mkdir as
	ln -s "$(realpath "$MAGLEVADM")" as/ipvsadm
	cat >rules <<-'END'
		-A -t 192.0.2.1:80 -s mh -p 901
		-A -u 192.0.2.1:53 -s mh -o
		-A -u 192.0.2.1:54 -s mh -p 301 -o
	END
	ipvsadm -C
	ipvsadm -R <rules
	ipvsadm --set 901 121 301
	as/ipvsadm -R <rules
	as/ipvsadm --set 901 121 301
	diff <(ipvsadm -L -n | tail -n +2) <(as/ipvsadm -L -n | tail -n +2)
	diff <(ipvsadm -L --timeout) <(as/ipvsadm -L --timeout)
	diff <(ipvsadm -L -c -n) <(as/ipvsadm -L -c -n)
	as/ipvsadm -S -n >after
	ipvsadm -C
	grep -v -- --set after | ipvsadm -R
	[ "$(ipvsadm -S -n | wc -l)" -eq 3 ]
	ipvsadm -C
}

@test "pools as members of pools, listed, saved and restored" {
	m --add-pool fra
	m -a --pool fra -r 198.51.100.1 -w 3
	m -a --pool fra -r 198.51.100.2 -w 1
	m --add-pool empty
	m --add-pool web --table-size 251
	m -a --pool web -r 198.51.100.3
	m -a --pool web --member-pool fra -w 4
	m -a --pool web --member-pool empty
	m -A -t 192.0.2.1:80 --pool web
	diff <("$MAGLEVADM" -L -n -t 192.0.2.1:80 | sed 's/ *$//') - <<-'END'
		Prot LocalAddress:Port Scheduler Flags
		  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
		TCP  192.0.2.1:80 mh pool web
		  -> 198.51.100.3:80              Tunnel  1      0          0
		  -> empty                        Pool    1      -          -
		  -> fra                          Pool    4      -          -
	END
	mkdir -p as
	ln -sf "$(realpath "$MAGLEVADM")" as/ipvsadm
	[ "$(as/ipvsadm -L -n | grep -c -- '->')" -eq 2 ]
	diff <("$MAGLEVADM" --table web | tail -n 4) - <<-'END'
		  -> RemoteAddress                Weight State Slots      Share
		  -> 198.51.100.3                 1      up    50       19.92 %
		  -> empty                        1      pool  0         0.00 %
		  -> fra                          4      pool  201      80.08 %
	END
	[ "$(json '.pools[]|select(.name=="web")|.members' --list-pools)" = '[{"pool":"empty","weight":1,"slots":0},{"pool":"fra","weight":4,"slots":201}]' ]
	[ "$(json '[.pools[].parents]' --list-pools)" = '[1,1,null]' ]
	[ "$(json '.services[0].members|length' -L)" = 2 ]
	[ "$(json '.table.members[1].percent' --table web)" = 80.0797 ]
	try -e --pool fra -r 198.51.100.1 -w 1 --dry-run
	[ "$status" -eq 0 ]
	[[ ${output##*$'\n'} == "also "*" slots of 1 pool that contains what changes" ]]
	fails_with 1 "cannot delete pool fra: pool is a member of another pool" --delete-pool fra
	fails_with 1 "a cycle" -a --pool fra --member-pool web
	saved $'--add-pool empty
--add-pool fra
-a --pool fra -r 198.51.100.1 -i --tun-type gre -w 3
-a --pool fra -r 198.51.100.2 -i --tun-type gre -w 1
--add-pool web --table-size 251
-a --pool web -r 198.51.100.3 -i --tun-type gre -w 1
-a --pool web --member-pool empty -w 1
-a --pool web --member-pool fra -w 4
-A -t 192.0.2.1:80 -s mh --pool web'
	m -e --pool web --member-pool fra
	m -A -t 192.0.2.1:81
	m -a -t 192.0.2.1:81 --member-pool web -w 7
	"$MAGLEVADM" -S -n >file
	[ "$(tail -n 1 file)" = "-a -t 192.0.2.1:81 --member-pool web -w 7" ]
	as/ipvsadm -S -n >as/file
	[ "$(grep -e --member-pool as/file)" = "$(grep -e --member-pool file)" ]
	m -C
	as/ipvsadm -R <as/file
	"$MAGLEVADM" -S -n | diff file -
	m -C
	"$MAGLEVADM" -R <file
	"$MAGLEVADM" -S -n | diff file -
	m -d --pool web --member-pool fra
	m -d --pool web --member-pool empty
	m --delete-pool fra
}

@test "a restore that is refused adds no members" {
	m --add-pool fra
	"$MAGLEVADM" -S -n >before
	run -1 "$MAGLEVADM" -R <<-END
		--add-pool web
		-a --pool web --member-pool fra
		-a --pool web --member-pool none
	END
	[[ ${lines[0]} == *"cannot add member none of pool web: no such pool" ]]
	"$MAGLEVADM" -S -n | diff before -
}

@test "fallback pools: what is refused" {
	fails_with 1 "no such pool" -A -t 192.0.2.1:80 --fallback spare
	m --add-pool spare
	m -A -t 192.0.2.1:80 --fallback spare
	fails_with 1 "cannot delete pool spare: " --delete-pool spare
	fails_with 1 "cannot change service tcp 192.0.2.1:80: " -E -t 192.0.2.1:80 --fallback other
	m -A -t 192.0.2.1:81
	fails_with 1 "cannot change service tcp 192.0.2.1:80: " -E -t 192.0.2.1:80 --fallback tcp/192.0.2.1:81
	m -E -t 192.0.2.1:80 --fallback none
	m --delete-pool spare
}

@test "settle times" {
	m --add-pool web --settle 90500ms
	m -A -t 192.0.2.1:80 --settle 1m
	saved $'--add-pool web --settle 90500ms\n-A -t 192.0.2.1:80 -s mh --settle 60s'
	m -E -t 192.0.2.1:80 --settle auto
	m --edit-pool web --settle auto
	saved $'--add-pool web\n-A -t 192.0.2.1:80 -s mh'
	[ "$(json '[.pools[]|.settle_ms,.settle_now_ms]' --list-pools)" = '[0,120000,0,120000]' ]
	m -E -t 192.0.2.1:80 --track changed
	[ "$(json '.table|[.settle_ms,.settle_now_ms]' --table -t 192.0.2.1:80)" = '[0,600000]' ]
	m --add-pool p
	m -A -t 192.0.2.1:81 --pool p
	fails_with 1 "cannot change service" -E -t 192.0.2.1:81 --settle 5
}

@test "panic shares" {
	m --add-pool web --panic 50
	m -a --pool web -r 198.51.100.1
	m -a --pool web -r 198.51.100.2
	m -a --pool web -r 198.51.100.3 --state down
	m -A -t 192.0.2.1:80 --panic 7
	saved "$(printf '%s\n' '--add-pool web --panic 50' \
		'-a --pool web -r 198.51.100.1 -i --tun-type gre -w 1' \
		'-a --pool web -r 198.51.100.2 -i --tun-type gre -w 1' \
		'-a --pool web -r 198.51.100.3 -i --tun-type gre -w 1 --state down' \
		'-A -t 192.0.2.1:80 -s mh --panic 7')"
	[ "$(json '[.pools[]|.panic_percent,.panics]' --list-pools)" = '[7,false,50,false]' ]
	m -e --pool web -r 198.51.100.2 --state down
	"$MAGLEVADM" --list-pools | grep '^web ' | grep -q ' panics$'
	[ "$(json '.table|[.panic_percent,.panics,(.backends|map(.slots > 0)|all)]' --table web)" = '[50,true,true]' ]
	"$MAGLEVADM" --table web | grep -qx 'panic         below 50 %, now'
	# The rules as they are, but for the share.
	"$MAGLEVADM" -S | sed 's/ --panic 50//' >rules
	m --replace rules
	[ "$(json '.table|[.panics,(.backends|map(.slots > 0))]' --table web)" = '[null,[true,false,false]]' ]
}

@test "states of a backend" {
	web
	m -e -t 192.0.2.1:80 -r 198.51.100.2 --drain
	# Who changes the state does not mean to change the weight.
	[ "$(json '[.services[].backends[]|[.state,.weight,.slots]]' -L)" = '[["up",1,65537],["drain",3,0]]' ]
	run -0 "$MAGLEVADM" -L -n
	[ "${lines[5]}" = "  -> 198.51.100.2:80              Tunnel  3      0          0          drain" ]
	m -e -t 192.0.2.1:80 -r 198.51.100.1 --state down
	[ "$(json '[.services[].backends[].slots]' -L)" = '[0,0]' ]
	saved "$(printf '%s\n' \
		'-A -t 192.0.2.1:80 -s mh' \
		'-a -t 192.0.2.1:80 -r 198.51.100.1:80 -i --tun-type gre -w 1 --state down' \
		'-a -t 192.0.2.1:80 -r 198.51.100.2:80 -i --tun-type gre -w 3 --state drain')"
	"$MAGLEVADM" -S -n >rules
	m -C
	"$MAGLEVADM" -R <rules
	diff rules <("$MAGLEVADM" -S -n)
	m -e -t 192.0.2.1:80 -r 198.51.100.1 --state up
	m -e -t 192.0.2.1:80 -r 198.51.100.2 --state up
	[ "$(json '[.services[].backends[]|.state,.weight]' -L)" = '["up",1,"up",3]' ]
	# -w alone is ipvsadm's -e and leaves the state.
	m -e -t 192.0.2.1:80 -r 198.51.100.2 --state down
	m -e -t 192.0.2.1:80 -r 198.51.100.2 -w 5
	[ "$(json '.services[].backends[1]|[.state,.weight]' -L)" = '["down",5]' ]
}

# Waits up to ten seconds for a command to work.
soon()
{
	for _ in {1..100}; do
		if "$@"; then
			return
		fi
		sleep 0.1
	done
	return 1
}

has_backends()
{
	[ "$(json '[.services[].backends[]]|length' -L)" = "$1" ]
}

has_flows()
{
	[ "$(json '.connections|length' -L -c)" = "$1" ]
}

@test "a backend that drains goes when its flows have, and the monitor tells" {
	network
	web
	# Before its slots have settled it does not go, flows or not.
	m -E -t 192.0.2.1:80 --settle 3s
	"$BATS_TEST_DIRNAME/gre_send.py" 203.0.113.1 192.0.2.1 80 40 3
	"$MAGLEVADM" --monitor --json >events 3>&- &
	monitor=$!
	sleep 1
	m -e -t 192.0.2.1:80 -r 198.51.100.2 --drain --deadline 1h
	left=$(json '.services[].backends[1].deadline_ms' -L)
	[ "$left" -gt 3500000 ]
	[ "$left" -le 3600000 ]
	"$MAGLEVADM" -S -n | grep -qE -- '-r 198.51.100.2:80 .* --state drain --deadline 3[56][0-9][0-9]s$'
	sleep 5
	has_backends 2
	m --flush-conns -r 198.51.100.2
	soon has_backends 1
	soon grep -q drained events
	kill "$monitor"
	[ "$(jq -c 'select(.event=="drained")|del(.generation)' events)" = '{"event":"drained","pool":"tcp/192.0.2.1:80","backend":"198.51.100.2","active":0,"inactive":0}' ]
	# The drain began by a request, the deletion did not.
	[ "$(jq -r 'select(.portid)|.event' events)" = backend-set ]
}

# A socket of generic netlink is a member of a group.
listens()
{
	awk '$2 == 16 && $4 !~ /^0*$/ { found = 1 } END { exit !found }' /proc/net/netlink
}

@test "the monitor tells who has changed what, without rights, and ends as asked for" {
	setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all \
		"$(realpath "$MAGLEVADM")" --monitor --json --count 6 >events 3>&- &
	monitor=$!
	soon listens
	m --add-pool web --table-size 251 --seed 0x123456789
	m -a --pool web -r 198.51.100.1 -w 3
	m -A -t 192.0.2.1:80 --pool web
	! "$MAGLEVADM" -A -t 192.0.2.1:80 --pool web
	"$MAGLEVADM" -e --pool web -r 198.51.100.1 -w 2 --dry-run >/dev/null
	m --add-router 198.51.100.0/24
	m --set tcp=901
	m -C
	wait "$monitor"
	[ "$(jq -r .event events | xargs)" = "pool-new backend-new service-new router-new config-set flush" ]
	[ "$(jq -r 'select(.portid > 0)|.generation' events | sort -n | uniq | wc -l)" -eq 6 ]
	[ "$(jq -r 'select(.event=="backend-new")|.slots' events)" -eq 251 ]
	! grep -q 123456789 events
	"$MAGLEVADM" --monitor --count 1 >events 3>&- &
	monitor=$!
	soon listens
	m -A -t 192.0.2.1:80
	wait "$monitor"
	grep -qE '^pool-new pool tcp/192.0.2.1:80 table-size 65537 .* generation [0-9]+ by [0-9]+$' events
}

@test "a backend that drains goes when its time is up" {
	network
	web
	"$BATS_TEST_DIRNAME/gre_send.py" 203.0.113.1 192.0.2.1 80 40 3
	m -e -t 192.0.2.1:80 -r 198.51.100.2 --drain --deadline 2s
	has_backends 2
	soon has_backends 1
}

@test "another state revokes the deadline" {
	network
	web
	"$BATS_TEST_DIRNAME/gre_send.py" 203.0.113.1 192.0.2.1 80 40 3
	m -e -t 192.0.2.1:80 -r 198.51.100.2 --drain --deadline 2s
	m -e -t 192.0.2.1:80 -r 198.51.100.2 --state up
	[ "$(json '.services[].backends[1]|has("deadline_ms")' -L)" = false ]
	sleep 4
	has_backends 2
}

@test "a dry run says what then happens, and changes nothing" {
	web
	m -a -t 192.0.2.1:80 -r 198.51.100.3 -w 2
	"$MAGLEVADM" --list-pools --json >before
	generation=$(json .generation --info)
	gone=$(json '.services[].backends[2].slots' -L)
	json .moves -d -t 192.0.2.1:80 -r 198.51.100.3 --dry-run >moves
	[ "$(jq .table_size moves)" = 65537 ]
	[ "$(jq ".slots - .survivors" moves)" = "$gone" ]
	[ "$(jq .flows moves)" = 0 ]
	m_out=$("$MAGLEVADM" -a -t 192.0.2.1:80 -r 198.51.100.4 --dry-run)
	[[ $m_out == "would add backend 198.51.100.4 of tcp 192.0.2.1:80"$'\n'"would move "*" of 65537 slots ("*" tracked flows would be re-selected" ]]
	"$MAGLEVADM" -e -t 192.0.2.1:80 -r 198.51.100.3 -w 9 --dry-run
	"$MAGLEVADM" -e -t 192.0.2.1:80 -r 198.51.100.3 --state down --dry-run
	diff before <("$MAGLEVADM" --list-pools --json)
	[ "$(json .generation --info)" = "$generation" ]
	fails_with 1 "no such backend in the pool" -d -t 192.0.2.1:80 -r 198.51.100.9 --dry-run
	m --add-pool p --table-size 251
	m -a --pool p -r 198.51.100.1
	[ "$(json .moves.slots --edit-pool p --dry-run --seed 0)" = 0 ]
	# By another seed flows have other slots, which are not comparable.
	[ "$(json .moves.slots --edit-pool p --seed 5 --dry-run)" = 251 ]
}

@test "timeouts" {
	m --set 901 121 301
	run -0 "$MAGLEVADM" -L --timeout
	[ "${lines[0]}" = "Timeout (tcp tcpfin udp): 901 121 301" ]
	m --set 0 0 302
	m --set tcpsyn=31 sctp=2m
	[ "$(json '.timeouts|[.tcp,.tcpsyn,.tcpfin,.udp,.sctp]' -L --timeout)" = '[901,31,121,302,120]' ]
	saved "--set tcp=901 tcpsyn=31 tcpfin=121 udp=302 sctp=120"
	"$MAGLEVADM" -S -n >rules
	m -C
	saved ""
	"$MAGLEVADM" -R <rules
	diff rules <("$MAGLEVADM" -S -n)
}

@test "who is told of path MTUs" {
	[ "$(json .pmtu --info)" = '"both"' ]
	m --set pmtu=client
	[ "$(json .pmtu --info)" = '"client"' ]
	m --set udp=301
	saved "--set udp=301 pmtu=client"
	m --set pmtu=router udp=300
	saved "--set pmtu=router"
	"$MAGLEVADM" -S -n >rules
	m -C
	saved ""
	"$MAGLEVADM" -R <rules
	diff rules <("$MAGLEVADM" -S -n)
	# What is refused changes nothing.
	run --separate-stderr -1 "$MAGLEVADM" -R <<<$'--set pmtu=client\n--delete-pool no'
	diff rules <("$MAGLEVADM" -S -n)
	m --set pmtu=both
	saved ""
}

@test "the pool of the peers" {
	[ "$(json 'has("peers")' --info)" = false ]
	"$MAGLEVADM" --info | grep -qE '^peers +none$'
	fails_with 1 "no such pool" --set peers=cluster
	m --add-pool cluster --table-size 251
	m -a --pool cluster -r 198.51.100.11
	m -a --pool cluster -r 2001:db8:1::12 -w 0
	m -A -t 192.0.2.1:80
	fails_with 1 "pool is private to a service" --set peers=tcp/192.0.2.1:80
	m --set peers=cluster
	[ "$(json .peers --info)" = '"cluster"' ]
	[ "$(json '.pools[0].services' --list-pools)" = 0 ]
	fails_with 1 "pool is used for the peers" --delete-pool cluster
	m --set udp=301
	saved "--set udp=301
--add-pool cluster --table-size 251
-a --pool cluster -r 198.51.100.11 -i --tun-type gre -w 1
-a --pool cluster -r [2001:db8:1::12] -i --tun-type gre -w 0
--set peers=cluster
-A -t 192.0.2.1:80 -s mh"
	"$MAGLEVADM" -S -n >rules
	m -C
	saved ""
	"$MAGLEVADM" -R <rules
	diff rules <("$MAGLEVADM" -S -n)
	# What is refused changes nothing.
	m -C
	run --separate-stderr -1 "$MAGLEVADM" -R <<<"$(cat rules)"$'\n--delete-pool no'
	saved ""
	"$MAGLEVADM" -R <rules
	m --set peers=none
	"$MAGLEVADM" --info | grep -qE '^peers +none$'
	m --delete-pool cluster
}

@test "a backend that is not reached is counted, and the monitor tells" {
	network
	web
	"$MAGLEVADM" --monitor --json >events 3>&- &
	monitor=$!
	sleep 1
	"$BATS_TEST_DIRNAME/unreachable_send.py" 203.0.113.1 198.51.100.2 3
	unreachables()
	{
		[ "$(json '[.services[].backends[]|.unreachable]' -L)" = "$1" ]
	}
	soon unreachables '[0,3]'
	soon grep -q suspect events
	kill "$monitor"
	[ "$(jq -c 'select(.event=="suspect")' events | head -1)" = '{"event":"suspect","backend":"198.51.100.2","unreachable":1}' ]
	"$MAGLEVADM" -L -n --stats >list
	grep -qE -- '-> 198.51.100.2:80 .* 0 unreachable 3$' list
	[ "$(grep -c unreachable list)" -eq 1 ]
	mkdir as
	ln -s "$MAGLEVADM" as/ipvsadm
	as/ipvsadm -L -n --stats >list
	! grep unreachable list
	m -Z -t 192.0.2.1:80
	unreachables '[0,0]'
}

@test "the size of the flow cache" {
	m --cache-size 2048
	[ "$(json '[.cache_size,.cache_used]' --info)" = '[2048,0]' ]
	saved "--cache-size 2048"
	# It is rounded up to a power of two.
	m --cache-size 2049
	[ "$(json .cache_size --info)" = 4096 ]
}

@test "tracked flows, listed and counted" {
	network
	web
	m -A -t 192.0.2.1:81
	m -a -t 192.0.2.1:81 -r 198.51.100.1
	"$BATS_TEST_DIRNAME/gre_send.py" 203.0.113.1 192.0.2.1 80 5 3
	"$BATS_TEST_DIRNAME/gre_send.py" 203.0.113.1 192.0.2.1 81 2 1
	run -0 "$MAGLEVADM" -L -c -n
	[ "${lines[0]}" = "IPVS connection entries" ]
	[ "${lines[1]}" = "pro expire state       source             virtual            destination" ]
	[ "$(grep -cE '^TCP 1[45]:[0-9]{2}  ESTABLISHED 192\.0\.2\.200:2000[0-4] +192\.0\.2\.1:80 +198\.51\.100\.[12]:80$' <<<"$output")" -eq 5 ]
	has_flows 7
	[ "$(json '.connections|length' -L -c -t 192.0.2.1:81)" = 2 ]
	[ "$(json '[.connections[].state]|unique' -L -c -t 192.0.2.1:81)" = '["SYN_RECV"]' ]
	[ "$(json '[.connections[]|.client]|unique' -L -c)" = '["192.0.2.200"]' ]
	[ "$(json '[.services[0].backends[].active]|add' -L)" = 5 ]
	[ "$(json '[.services[1].backends[].inactive]|add' -L)" = 2 ]
	[ "$("$MAGLEVADM" -L -n -t 192.0.2.1:80 | awk '/->/ && NR > 2 { n += $5 } END { print n }')" = 5 ]
	[ "$(json .cache_used --info)" = 7 ]
	# Each goes where it is listed to go.
	while read -r port backend; do
		[ "$(json .lookup.midflow.backend --lookup -t 192.0.2.1:80 --client "192.0.2.200:$port")" = "\"$backend\"" ]
	done < <("$MAGLEVADM" -L -c --json -t 192.0.2.1:80 |
		jq -r '.connections[]|"\(.client_port) \(.backend)"')
	fails_with 1 "no such service" -L -c -t 192.0.2.1:82
}

@test "flows are forgotten" {
	network
	web
	m -A -t 192.0.2.1:81
	m -a -t 192.0.2.1:81 -r 198.51.100.1
	"$BATS_TEST_DIRNAME/gre_send.py" 203.0.113.1 192.0.2.1 80 20 2
	"$BATS_TEST_DIRNAME/gre_send.py" 203.0.113.1 192.0.2.1 81 3 2
	has_flows 23
	n=$(json '[.connections[]|select(.backend == "198.51.100.2")]|length' -L -c)
	m --flush-conns -t 192.0.2.1:80 -r 198.51.100.2
	has_flows $((23 - n))
	m --flush-conns -t 192.0.2.1:80
	has_flows 3
	m --flush-conns -r 198.51.100.2
	has_flows 3
	m --flush-conns
	has_flows 0
	fails_with 1 "cannot forget flows: no such service" --flush-conns -t 192.0.2.1:82
}

@test "what tracks nothing has no flows" {
	network
	web
	m -E -t 192.0.2.1:80 -o
	"$BATS_TEST_DIRNAME/gre_send.py" 203.0.113.1 192.0.2.1 80 5 3
	has_flows 0
	[ "$(json .lookup.midflow.rule --lookup -t 192.0.2.1:80 --client 192.0.2.200:20000)" = '"hash"' ]
}

@test "affinity by source keeps a client's flows together" {
	network
	web
	m -E -t 192.0.2.1:80 -p
	"$BATS_TEST_DIRNAME/gre_send.py" 203.0.113.1 192.0.2.1 80 20 2
	[ "$(json '[.services[].backends[].stats.packets]|sort' -L)" = '[0,40]' ]
	run -0 "$MAGLEVADM" -L -c -n
	[[ ${lines[2]} == *" 192.0.2.200:0 "*" 192.0.2.1:80 "* ]]
	[ "${#lines[@]}" -eq 3 ]
}

@test "a lookup, before and after" {
	network
	web
	json .lookup --lookup -t 192.0.2.1:80 --client 192.0.2.200:20000 >before
	[ "$(jq -r '.opening.rule' before)" = open ]
	[ "$(jq -r '.midflow.rule' before)" = current ]
	[ "$(jq 'has("cached")' before)" = false ]
	owner=$(jq -r .current before)
	[ "$(jq -r .opening.backend before)" = "$owner" ]
	"$BATS_TEST_DIRNAME/gre_send.py" 203.0.113.1 192.0.2.1 80 1 2
	m -d -t 192.0.2.1:80 -r "$owner"
	json .lookup --lookup -t 192.0.2.1:80 --client 192.0.2.200:20000 >after
	[ "$(jq -r .slot after)" = "$(jq -r .slot before)" ]
	[ "$(jq -r .current after)" != "$owner" ]
	[ "$(jq -r .opening.backend after)" = "$(jq -r .current after)" ]
	fails_with 1 "cannot look up a flow to tcp 192.0.2.1:81: no service answers there" \
		--lookup -t 192.0.2.1:81 --client 192.0.2.200:20000
}

settled()
{
	[ "$(json .table.unsettled --table -t 192.0.2.1:80)" = 0 ]
}

@test "a lookup that the slot's owner before decides" {
	web
	# Until then what the slots remember is that they had no owner.
	m -E -t 192.0.2.1:80 --settle 2s
	soon settled
	sleep 1
	m -E -t 192.0.2.1:80 --settle auto
	settled
	m -a -t 192.0.2.1:80 -r 198.51.100.3 -w 100
	for port in {20000..20100}; do
		json .lookup --lookup -t 192.0.2.1:80 --client "192.0.2.200:$port" >lookup
		[ "$(jq .settled lookup)" = true ] || break
	done
	[ "$(jq .settled lookup)" = false ]
	[ "$(jq -r '.midflow.rule' lookup)" = previous ]
	[ "$(jq -r '.midflow.backend == .previous' lookup)" = true ]
	[ "$(jq -r '.opening.backend == .current' lookup)" = true ]
	[ "$(json .table.unsettled --table -t 192.0.2.1:80)" -gt 0 ]
}

@test "a lookup by a fallback pool, and by nobody" {
	m --add-pool spare
	m -a --pool spare -r 198.51.100.9
	m -A -t 192.0.2.1:80 --fallback spare
	m -a -t 192.0.2.1:80 -r 198.51.100.1 --state down
	[ "$(json '.lookup|[.pool,.fallback,.opening.backend]' --lookup -t 192.0.2.1:80 --client 192.0.2.200)" = '["spare",true,"198.51.100.9"]' ]
	m -e --pool spare -r 198.51.100.9 --state down
	[ "$(json '.lookup|[.opening.rule,.midflow.rule]' --lookup -t 192.0.2.1:80 --client 192.0.2.200)" = '["nobody","nobody"]' ]
}

@test "a table" {
	web
	run -0 "$MAGLEVADM" --table -n -t 192.0.2.1:80
	[ "${lines[0]}" = "pool          tcp/192.0.2.1:80" ]
	[ "${lines[1]}" = "slots         65537" ]
	[[ ${lines[6]} =~ ^\ \ -\>\ 198\.51\.100\.1\ +1\ +up\ +16[0-9]{3}\ +2[45]\.[0-9]{2}\ %$ ]]
	diff <(echo "$output") <("$MAGLEVADM" --table tcp/192.0.2.1:80 -n)
	[ "$(json '[.table.backends[].percent]|add|round' --table -t 192.0.2.1:80)" = 100 ]
	[ "$(json .table.fingerprint --table -t 192.0.2.1:80)" = "$(json '.pools[].fingerprint' --list-pools)" ]
	fails_with 1 "cannot list pool other: no such pool" --table other
	fails_with 1 "cannot list service tcp 192.0.2.1:81: no such service" --table -t 192.0.2.1:81
}

@test "-Z zeroes one service" {
	network
	web
	m -A -t 192.0.2.1:81
	m -a -t 192.0.2.1:81 -r 198.51.100.1
	"$BATS_TEST_DIRNAME/gre_send.py" 203.0.113.1 192.0.2.1 80 2 1
	"$BATS_TEST_DIRNAME/gre_send.py" 203.0.113.1 192.0.2.1 81 3 1
	ip link del mgl0
	[ "$(json '[.services[].stats.packets]' -L)" = '[2,3]' ]
	m -Z -t 192.0.2.1:80
	[ "$(json '[.services[].stats.packets]' -L)" = '[0,3]' ]
	[ "$(json '[.services[]|.backends[].stats.packets]|add' -L)" = 3 ]
	[ "$(json '[.counters[]]|add > 0' --counters)" = true ]
}

@test "-Z zeroes everything" {
	network
	web
	"$BATS_TEST_DIRNAME/gre_send.py" 203.0.113.1 192.0.2.1 80 2 1
	ip link del mgl0
	[ "$(json '[.counters[]]|add > 0' --counters)" = true ]
	m -Z
	[ "$(json '[.services[]|.stats,.backends[].stats|.[]]|add' -L)" = 0 ]
	[ "$(json '[.counters[]]|add' --counters)" = 0 ]
}

# Rates that FILTER finds in the lines of FILE, over all intervals: rates_add_up N FILTER FILE
rates_add_up()
{
	[ "$(jq -s "[.[]|.interval_ms * ($2)]|add / 1000|round" "$3" 2>/dev/null)" = "$1" ]
}

@test "rates: watched and monitored, they add up to what was sent" {
	network
	web
	"$MAGLEVADM" -L --rate --watch 500ms --json >watched 3>&- &
	local watch=$!
	"$MAGLEVADM" --monitor stats --json >monitored 3>&- &
	local monitor=$!
	soon test -s watched
	soon test -s monitored
	"$BATS_TEST_DIRNAME/gre_send.py" 203.0.113.1 192.0.2.1 80 5 20
	soon rates_add_up 100 .rate.packets monitored
	soon rates_add_up 100 .services[0].rate.packets watched
	rates_add_up 100 '[.services[0].backends[].rate.packets]|add' watched
	rates_add_up 5 .services[0].rate.flows watched
	rates_add_up 4000 .rate.bytes monitored
	rates_add_up 100 '[.backends[].rate.packets]|add // 0' monitored
	rates_add_up 100 '.counters.forwarded // 0' monitored
	kill "$watch" "$monitor"
	wait "$watch"
	wait "$monitor"
	cat watched monitored >>"$BATS_FILE_TMPDIR/json"
	ip link del mgl0
	"$MAGLEVADM" -L -n --rate 100ms >list
	grep -qx 'TCP  192.0.2.1:80                        0        0        0        0        0' list
}

@test "--watch on a terminal" {
	web
	for i in {2..9}; do
		m -a -t 192.0.2.1:80 -r "198.51.100.1$i"
	done
	"$BATS_TEST_DIRNAME/pty_watch.py" "$MAGLEVADM" -L -n --rate --watch 200ms >frame
	grep -q '^TCP  192.0.2.1:80 ' frame
	[ "$(grep -c '^  -> 198' frame)" -eq 10 ]
}

@test "--metrics are the numbers of the listings" {
	network
	web
	m -Z
	m -e -t 192.0.2.1:80 -r 198.51.100.2 --state down
	m -A -u 192.0.2.1 --port 8000-8999
	"$BATS_TEST_DIRNAME/gre_send.py" 203.0.113.1 192.0.2.1 80 5 3
	"$MAGLEVADM" --metrics backends >metrics
	grep -qx 'maglev_service_connections_total{protocol="tcp",address="192.0.2.1",port="80"} 5' metrics
	grep -qx 'maglev_service_bytes_total{protocol="tcp",address="192.0.2.1",port="80"} 600' metrics
	grep -qx 'maglev_service_packets_total{protocol="udp",address="192.0.2.1",port="8000-8999"} 0' metrics
	grep -qx 'maglev_backend_packets_total{pool="tcp/192.0.2.1:80",address="198.51.100.1"} 15' metrics
	grep -qx 'maglev_backend_slots{pool="tcp/192.0.2.1:80",address="198.51.100.1"} 65537' metrics
	grep -qx 'maglev_backend_up{pool="tcp/192.0.2.1:80",address="198.51.100.2"} 0' metrics
	grep -qx 'maglev_packets_total{verdict="forwarded",reason="forwarded"} 15' metrics
	grep -qx 'maglev_pool_fingerprint{pool="udp/192.0.2.1:8000-8999"} 0' metrics
	grep -qx 'maglev_pool_assigned_slots{pool="tcp/192.0.2.1:80"} 65537' metrics
	[ "$(grep -c '^maglev_packets_total{' metrics)" -gt 35 ]
	[ "$(tail -1 metrics)" = "# EOF" ]
	m -e -t 192.0.2.1:80 -r 198.51.100.1 -w 0
	"$MAGLEVADM" --metrics services | grep -qx 'maglev_pool_assigned_slots{pool="tcp/192.0.2.1:80"} 0'
	# Anybody may read them.
	unprivileged --metrics backends
	[ "$status" -eq 0 ]
	! grep -i seed <<<"$output"
	# All counters of the listing, each once.
	diff <("$MAGLEVADM" --counters | awk '{print $1}' | sort) \
		<(sed -nE 's/^maglev_(packets|events)_total.*(reason|event)="([a-z0-9_]+)".*/\3/p' metrics | sort)
}

@test "completion asks the kernel" {
	web
	m --add-pool shared
	m -a --pool shared -r 198.51.100.9
	completes()
	{
		local want=$1

		# shellcheck source=userspace/completion/maglevadm.bash
		source "$BATS_TEST_DIRNAME/../../userspace/completion/maglevadm.bash"
		COMP_LINE=$2 COMP_POINT=${#2}
		COMP_WORDS=("$MAGLEVADM") COMPREPLY=()
		_maglevadm
		[ "${COMPREPLY[*]}" = "$want" ]
	}
	completes 80 "maglevadm -E -t 192.0.2.1:"
	completes shared "maglevadm --table s"
	completes "198.51.100.1 198.51.100.2" "maglevadm -d -t 192.0.2.1:80 -r "
	completes 198.51.100.9 "maglevadm -e --pool shared -r "
	completes --weight "maglevadm -a --we"
}

@test "--counters in text and JSON have the same names" {
	run --separate-stderr -0 "$MAGLEVADM" --counters
	[ "${#lines[@]}" -gt 5 ]
	[ "$(grep -cE '^[a-z][a-z0-9_]+ +[0-9]+$' <<<"$output")" -eq "${#lines[@]}" ]
	diff <(awk '{print $1}' <<<"$output") <(json '.counters|keys_unsorted[]' --counters | tr -d '"')
	[ "$(json '[.counters[]|type]|unique' --counters)" = '["number"]' ]
}

@test "--info" {
	web
	[ "$(json '[.services,.pools,.backends,.routers,.hooks,.table_size_default,.fragment_bytes]' --info)" = '[1,1,2,0,true,65537,0]' ]
	[ "$(json '.tool_version' --info)" = "\"$(cat "$BATS_TEST_DIRNAME/../../VERSION")\"" ]
	run -0 "$MAGLEVADM" --info
	grep -qE '^services +1$' <<<"$output"
	grep -qE '^looks at packets +yes$' <<<"$output"
}

@test "the generation counts changes, and only those" {
	local g0 g1

	g0=$(json .generation --info)
	"$MAGLEVADM" -L -n >/dev/null
	[ "$(json .generation --info)" = "$g0" ]
	m -A -t 192.0.2.1:80
	g1=$(json .generation --info)
	[ "$g1" -gt "$g0" ]
	fails_with 1 "exists already" -A -t 192.0.2.1:80
	[ "$(json .generation --info)" = "$g1" ]
}

@test "save and restore come to the same, byte for byte" {
	cat >rules <<-'END'
		--add-router 10.0.0.0/8
		--add-router 203.0.113.0/28
		--add-pool a.pool --table-size 1021
		-a --pool a.pool -r 198.51.100.1 -i --tun-type gre -w 0
		-a --pool a.pool -r 198.51.100.2 -i --tun-type gre -w 65535
		--add-pool b_pool --seed 0x8000000000000000
		-A -t 192.0.2.1:80 -s mh
		-a -t 192.0.2.1:80 -r 198.51.100.1:80 -i --tun-type gre -w 1
		-a -t 192.0.2.1:80 -r 198.51.100.10:80 -i --tun-type gre -w 10
		-A -t 192.0.2.1 --port 8000-8999 -s mh --table-size 257 --seed 0x1
		-a -t 192.0.2.1 --port 8000-8999 -r 198.51.100.1:0 -i --tun-type gre -w 1
		-A -t 192.0.2.2:443 -s mh --pool a.pool
		-A -u 192.0.2.1:0 -s mh --pool a.pool
		-A --sctp-service 192.0.2.1:9 -s mh
		-a --sctp-service 192.0.2.1:9 -r 198.51.100.3:9 -i --tun-type gre -w 1
	END
	"$MAGLEVADM" -R <rules
	"$MAGLEVADM" -S -n >first
	diff rules first
	"$MAGLEVADM" --list-pools --json >pools
	m -C
	"$MAGLEVADM" -R <first
	"$MAGLEVADM" -S -n >second
	diff first second
	diff pools <("$MAGLEVADM" --list-pools --json)
}

@test "save with names restores to the same" {
	add_names
	m -A -t 192.0.2.77:80
	m -a -t 192.0.2.77:80 -r 192.0.2.78 -w 3
	m -A -u 192.0.2.77 --port 53-54
	"$MAGLEVADM" -S -n >numbers
	"$MAGLEVADM" -S >names
	grep -q 'vip.example:http' names
	m -C
	"$MAGLEVADM" -R <names
	diff numbers <("$MAGLEVADM" -S -n)
}

@test "restore adds to what there is" {
	m -A -t 192.0.2.1:80
	run --separate-stderr -0 "$MAGLEVADM" -R <<<"-A -t 192.0.2.1:81"
	[ "$(json '.services|length' -L)" = 2 ]
}

@test "restore stops at the first refusal and names its line" {
	run --separate-stderr -1 "$MAGLEVADM" -R <<-'END'
		# a comment
		-A -t 192.0.2.1:80

		-A -t 192.0.2.1:80
		-A -t 192.0.2.1:81
	END
	[ "$stderr" = "maglevadm: line 4: cannot add service tcp 192.0.2.1:80: service exists already" ]
	saved ""
}

@test "restore: what was there stays as it was if the file is refused" {
	local counts='[.services,.pools,.backends,.routers,.cache_size]'

	web
	m --add-pool shared
	m -a --pool shared -r 198.51.100.1
	"$MAGLEVADM" -S -n >before
	json "$counts" --info >numbers
	json .timeouts -L --timeout >timeouts
	for last in "-A -t 192.0.2.1:80" "-a --pool shared -r 198.51.100.1" "-A -u 192.0.2.1:53 --pool no" \
		"-a -t 192.0.2.1:80 -r 224.0.0.1" "-d --pool shared -r 198.51.100.11" "-Q"; do
		cat >rules <<-END
			--cache-size 4096
			--set udp=77 tcp=78
			--add-router 10.0.0.0/8
			--add-pool a --table-size 251
			-a --pool a -r 198.51.100.7
			-a --pool a -r 198.51.100.8 -w 3
			-A -t 192.0.2.3:80 --pool a
			-A -t 192.0.2.3:81 --table-size 251 --fallback a
			-a -t 192.0.2.3:81 -r 198.51.100.7
			-a --pool shared -r 198.51.100.9
			-a --pool shared -r 198.51.100.10
			-A -t 192.0.2.3:82 --table-size 251
			$last
			-A -t 192.0.2.3:83 --table-size 251
		END
		run --separate-stderr "$MAGLEVADM" -R <rules
		[ "$status" -eq 1 ] || [ "$last" = -Q ]
		[[ $stderr == "maglevadm: line 13: "* ]]
		diff before <("$MAGLEVADM" -S -n)
		diff numbers <(json "$counts" --info)
		diff timeouts <(json .timeouts -L --timeout)
	done
}

@test "restore: the line of what is to blame, of lines that share a request" {
	local rules=("--add-pool a --table-size 251" "-a --pool a -r 198.51.100.1" ""
		"-a --pool a -r 198.51.100.2" "-A -t 192.0.2.1:80 --table-size 251"
		"-a -t 192.0.2.1:80 -r 198.51.100.1")

	run --separate-stderr -1 "$MAGLEVADM" -R < <(printf '%s\n' "${rules[@]}" "-a -t 192.0.2.1:80 -r 198.51.100.1")
	[[ $stderr == "maglevadm: line 7: cannot add backend 198.51.100.1 of tcp 192.0.2.1:80: backend is in the pool already" ]]
	run --separate-stderr -1 "$MAGLEVADM" -R < <(printf '%s\n' "${rules[@]}" "-a -t 192.0.2.1:80 -r [fe80::1]")
	[[ $stderr == "maglevadm: line 7: cannot add backend fe80::1 of tcp 192.0.2.1:80: backend is link-local: "* ]]
	run --separate-stderr -1 "$MAGLEVADM" -R < <(printf '%s\n' "${rules[@]}" "-a --pool a -r 198.51.100.3" "-a --pool a -r 198.51.100.2")
	[[ $stderr == "maglevadm: line 8: cannot add backend 198.51.100.2 of pool a: backend is in the pool already" ]]
	run --separate-stderr -1 "$MAGLEVADM" -R < <(
		echo "-A -t 192.0.2.1:80"
		for i in {0..4099}; do
			echo "-a -t 192.0.2.1:80 -r 10.1.$((i / 256)).$((i % 256))"
		done)
	[ "$stderr" = "maglevadm: line 4098: cannot add backend 10.1.16.0 of tcp 192.0.2.1:80: too many backends in the pool" ]
	saved ""
}

@test "restore: many refusals at once" {
	printf -- '-A -t 192.0.2.1:%s --table-size 251\n' {1..1000} >rules
	"$MAGLEVADM" -R <rules
	"$MAGLEVADM" -S -n >before
	run --separate-stderr -1 "$MAGLEVADM" -R <rules
	[ "$stderr" = "maglevadm: line 1: cannot add service tcp 192.0.2.1:1: service exists already" ]
	diff before <("$MAGLEVADM" -S -n)
}

@test "restore: changes and deletions are part of the step" {
	web
	"$MAGLEVADM" -S -n >before
	cat >rules <<-'END'
		-A -t 192.0.2.1:81
		-e -t 192.0.2.1:80 -r 198.51.100.1 -w 9
		-d -t 192.0.2.1:80 -r 198.51.100.2
		-L -t 192.0.2.1:81 -n
	END
	run --separate-stderr -1 "$MAGLEVADM" -R < <(cat rules; echo "-A -t 192.0.2.1:81")
	[ "$stderr" = "maglevadm: line 5: cannot add service tcp 192.0.2.1:81: service exists already" ]
	[ -z "$output" ]
	diff before <("$MAGLEVADM" -S -n)
	run --separate-stderr -0 "$MAGLEVADM" -R <rules
	[[ $output == *"TCP  192.0.2.1:81 mh"* ]]
	saved "$(printf '%s\n' \
		'-A -t 192.0.2.1:80 -s mh' \
		'-a -t 192.0.2.1:80 -r 198.51.100.1:80 -i --tun-type gre -w 9' \
		'-A -t 192.0.2.1:81 -s mh')"
	run --separate-stderr -1 "$MAGLEVADM" -R <<<$'-C\n--add-pool w\n--add-pool w'
	[ "$stderr" = "maglevadm: line 3: cannot add pool w: pool exists already" ]
	[ "$(json '.services|length' -L)" = 2 ]
	"$MAGLEVADM" -R <<<$'-C\n--add-pool w --table-size 251'
	saved "--add-pool w --table-size 251"
}

@test "restore: a dry run says what then happens, and changes nothing" {
	web
	"$MAGLEVADM" -S -n >before
	generation=$(json .generation --info)
	cat >rules <<-'END'
		-e -t 192.0.2.1:80 -r 198.51.100.1 -w 9
		-a -t 192.0.2.1:80 -r 198.51.100.3
		-A -t 192.0.2.1:81 --table-size 251
	END
	"$MAGLEVADM" -R --dry-run --json <rules >dry
	[ "$(jq -c '[.sums.services.add,.sums.backends.add,.sums.backends.change,.moves.table_size]' dry)" = "[1,1,1,65537]" ]
	[ "$(jq .moves.slots dry)" -gt 20000 ]
	diff before <("$MAGLEVADM" -S -n)
	[ "$(json .generation --info)" = "$generation" ]
	run --separate-stderr -1 "$MAGLEVADM" -R --dry-run <<<"-A -t 192.0.2.1:80"
	[ "$stderr" = "maglevadm: line 1: cannot add service tcp 192.0.2.1:80: service exists already" ]
	run -0 "$MAGLEVADM" -C --dry-run
	[ "${lines[0]}" = "would delete service tcp 192.0.2.1:80" ]
	diff before <("$MAGLEVADM" -S -n)
	"$MAGLEVADM" -R <rules
	[ "$(json .generation --info)" = $((generation + 1)) ]
}

@test "replace: what stays keeps its counters, what is equal is no change" {
	web
	m --add-pool shared --table-size 251
	m -a --pool shared -r 198.51.100.1 -w 2
	m -A -t 192.0.2.1:81 --pool shared
	m --set udp=77
	"$MAGLEVADM" -S -n >rules
	generation=$(json .generation --info)
	m --replace rules
	[ "$(json .generation --info)" = "$generation" ]
	[ "$("$MAGLEVADM" --replace rules --dry-run)" = "would change nothing" ]
	sed -i -e 's/-w 2/-w 3/' -e '/198.51.100.2/d' -e '/--set/d' -e 's/:81/:82/' rules
	"$MAGLEVADM" --replace rules --dry-run >said
	diff said - <<-END
		would delete service tcp 192.0.2.1:81
		would delete backend 198.51.100.2 of tcp 192.0.2.1:80
		would change settings
		would add service tcp 192.0.2.1:82
		would change backend 198.51.100.1 of pool shared
		would add 1 service; change 1 backend and settings; delete 1 service and 1 backend
		$(tail -1 said)
	END
	[[ $(tail -1 said) == "would move "*" of 65788 slots ("* ]]
	[ "$(json .generation --info)" = "$generation" ]
	"$MAGLEVADM" --replace - <rules
	[ "$(json .generation --info)" = $((generation + 1)) ]
	diff rules <("$MAGLEVADM" -S -n)
	echo "-a --pool shared -r 192.0.2.1" >>rules
	fails_with 1 "rules: line 6: cannot add backend 192.0.2.1 of pool shared: " --replace rules
	unprivileged --replace rules
	[ "$status" -eq 1 ]
	[[ $stderr == *"cannot compare: the kernel shows the seeds of pools only with CAP_NET_ADMIN"* ]]
	m --replace /dev/null
	saved ""
}

@test "replace: drains go on" {
	network
	web
	"$BATS_TEST_DIRNAME/gre_send.py" 203.0.113.1 192.0.2.1 80 40 3
	m -e -t 192.0.2.1:80 -r 198.51.100.2 --drain --deadline 1h
	"$MAGLEVADM" -S -n >rules
	generation=$(json .generation --info)
	m --replace rules
	[ "$(json .generation --info)" = "$generation" ]
	sed -i 's/--deadline .*/--deadline 1800s/' rules
	m --replace rules
	[ "$(json '.services[].backends[1].deadline_ms <= 1800000' -L)" = true ]
	sed -i 's/ --deadline .*//' rules
	m --replace rules
	[ "$(json '.services[].backends[1]|[.state,has("deadline_ms")]' -L)" = '["drain",false]' ]
	sed -i 's/ --state drain//' rules
	m --replace rules
	[ "$(json '.services[].backends[1].state' -L)" = '"up"' ]
}

@test "restore: packets never see a service without its backends" {
	# Each change of a table grows the generation: one for the service.
	local before

	before=$(json .generation --info)
	"$MAGLEVADM" -R <<-'END'
		-A -t 192.0.2.1:80
		-a -t 192.0.2.1:80 -r 198.51.100.1
		-a -t 192.0.2.1:80 -r 198.51.100.2
	END
	[ "$(json .generation --info)" -eq $((before + 1)) ]
}

@test "restore takes what ipvsadm-save writes" {
	run --separate-stderr -0 "$MAGLEVADM" -R <<-'END'
		-A -t 192.0.2.1:80 -s mh -b mh-port
		-a -t 192.0.2.1:80 -r 198.51.100.1:80 -i -w 1 --tun-type gre --tun-nocsum
		-a -t 192.0.2.1:80 -r 198.51.100.2:80 -i -w 20 --tun-type gre --tun-nocsum
		-A -u 192.0.2.1:53 -s mh -b mh-fallback,mh-port
	END
	[ -z "$stderr" ]
	saved "$(printf '%s\n' \
		'-A -t 192.0.2.1:80 -s mh' \
		'-a -t 192.0.2.1:80 -r 198.51.100.1:80 -i --tun-type gre -w 1' \
		'-a -t 192.0.2.1:80 -r 198.51.100.2:80 -i --tun-type gre -w 20' \
		'-A -u 192.0.2.1:53 -s mh')"
}

@test "restore takes a script of ipvsadm calls, and options in any order" {
	run --separate-stderr -0 "$MAGLEVADM" -R <<-'END'
		ipvsadm -A -t 192.0.2.1:80 -s mh
		ipvsadm -w 2 -r "198.51.100.1:80" --tcp-service=192.0.2.1:80 -i -a  # the first
	END
	[ "$(json '.services[].backends[].weight' -L)" = 2 ]
}

@test "called as ipvsadm" {
	ln -s "$(realpath "$MAGLEVADM")" ipvsadm
	run -0 ./ipvsadm -A -t 192.0.2.1:80 -s mh
	run -0 ./ipvsadm -L -n
	[ "${lines[0]}" = "IP Virtual Server version 1.2.1 (size=$(json .cache_size --info))" ]
	[ "${lines[3]}" = "TCP  192.0.2.1:80 mh" ]
	run --separate-stderr -255 ./ipvsadm -A -t 192.0.2.1:80 -s mh
	[ "$stderr" = "Service already exists" ]
}

@test "without capabilities: reading works" {
	web
	for listing in "-L -n" "-L --json" --list-pools --list-routers --counters --info \
		"-L --timeout" "--table -t 192.0.2.1:80"; do
		# shellcheck disable=SC2086
		unprivileged $listing
		[ "$status" -eq 0 ]
		[ -n "$output$listing" ]
		[ -z "$stderr" ]
	done
	[ "$(setpriv --reuid=65534 --clear-groups --inh-caps=-all --bounding-set=-all \
		"$MAGLEVADM" -L -n | grep -c 198.51.100)" -eq 2 ]
}

@test "without capabilities: every change is refused" {
	web
	m --add-pool p
	m --add-router 203.0.113.0/28
	"$MAGLEVADM" -S -n >before
	while read -r line; do
		# shellcheck disable=SC2086
		unprivileged $line
		[ "$status" -eq 1 ]
		one_line_error "not permitted: this needs CAP_NET_ADMIN"
	done <<-'END'
		-A -t 192.0.2.1:81
		-E -t 192.0.2.1:80 --seed 1
		-D -t 192.0.2.1:80
		-a -t 192.0.2.1:80 -r 198.51.100.9
		-e -t 192.0.2.1:80 -r 198.51.100.1 -w 9
		-d -t 192.0.2.1:80 -r 198.51.100.1
		-Z
		-Z -t 192.0.2.1:80
		-C
		--add-pool q
		--edit-pool p --seed 1
		--delete-pool p
		--add-router 10.0.0.0/8
		--delete-router 203.0.113.0/28
		-e -t 192.0.2.1:80 -r 198.51.100.1 --drain
		-d -t 192.0.2.1:80 -r 198.51.100.1 --dry-run
		-E -t 192.0.2.1:80 --track none
		--set 901 121 301
		--cache-size 2048
		--flush-conns
		-L -c
	END
	diff before <("$MAGLEVADM" -S -n)
}

@test "without capabilities: seeds are not shown, so nothing is saved" {
	m -A -t 192.0.2.1:80 --seed 0x123
	unprivileged -S -n
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	one_line_error "only with CAP_NET_ADMIN"
	unprivileged --list-pools --json
	[ "$(jq '.pools[]|has("seed")' <<<"$output")" = false ]
}

@test "every network namespace has a configuration of its own" {
	web
	run -0 unshare -n "$MAGLEVADM" -S -n
	[ -z "$output" ]
	run -0 unshare -n bash -c '"$0" -A -t 192.0.2.9:80 && "$0" -S -n' "$MAGLEVADM"
	[ "$output" = "-A -t 192.0.2.9:80 -s mh" ]
	[ "$(json '.services|length' -L)" = 1 ]
}

@test "root of a user namespace may configure its own network namespace" {
	if ! unshare -Urn true; then
		skip "no user namespaces here, or in a chroot"
	fi
	run -0 unshare -Urn bash -c '"$0" -A -t 192.0.2.9:80 --seed 5 && "$0" -S -n' "$MAGLEVADM"
	[ "$output" = "-A -t 192.0.2.9:80 -s mh --seed 0x5" ]
}

@test "a thousand services over many pages" {
	for i in {0..999}; do
		echo "-A -t 192.0.2.$((i % 250)):$((1000 + i)) -s mh --table-size 251"
		echo "-a -t 192.0.2.$((i % 250)):$((1000 + i)) -r 198.51.100.$((i % 200 + 1))"
		echo "-a -t 192.0.2.$((i % 250)):$((1000 + i)) -r 198.51.101.$((i % 200 + 1))"
	done | sed 's/192.0.2.0:/192.0.2.251:/' >rules
	run --separate-stderr -0 "$MAGLEVADM" -R <rules
	[ -z "$stderr" ]
	[ "$(json '[.services[]|[.address,.port]]|unique|length' -L)" = 1000 ]
	[ "$(json '[.services[].backends|length]|unique' -L)" = '[2]' ]
	[ "$(json '[.pools[].backends[]]|length' --list-pools)" = 2000 ]
	[ "$("$MAGLEVADM" -L -n | grep -c '^TCP ')" = 1000 ]
	[ "$("$MAGLEVADM" -L -n --nosort | grep -c '^  -> 198')" = 2000 ]
	"$MAGLEVADM" -S -n >first
	[ "$(wc -l <first)" -eq 3000 ]
	m -C
	"$MAGLEVADM" -R <first
	diff first <("$MAGLEVADM" -S -n)
}

@test "a pool of a thousand backends" {
	{
		echo "-A -t 192.0.2.1:80"
		for i in {0..999}; do
			echo "-a -t 192.0.2.1:80 -r 198.51.$((i / 250)).$((i % 250 + 1))"
		done
	} >rules
	run --separate-stderr -0 "$MAGLEVADM" -R <rules
	[ "$(json '.services[].backends|length' -L -t 192.0.2.1:80)" = 1000 ]
	[ "$(json '[.services[].backends[].slots]|[add,max-min<=1]' -L)" = '[65537,true]' ]
}

@test "listings while the configuration changes are of one moment" {
	# A listing put together from two moments has a service without its
	# private pool, and its table size is not known.
	for i in {1..300}; do
		echo "-A -t 192.0.2.1:$i --table-size 251"
		echo "-a -t 192.0.2.1:$i -r 198.51.100.1"
	done >rules
	"$MAGLEVADM" -R <rules
	while [ ! -e enough ]; do
		"$MAGLEVADM" -A -t 192.0.2.2:80 --table-size 251
		"$MAGLEVADM" -D -t 192.0.2.2:80
	done 3>&- &
	for _ in {1..25}; do
		"$MAGLEVADM" -S -n >saved
		[ "$(grep -c '^-A -t 192.0.2.1:' saved)" -eq 300 ]
		[ "$(grep -c '^-A .* --table-size 251$' saved)" -eq "$(grep -c '^-A' saved)" ]
	done
	touch enough
	wait $!
}

@test "no memory error and no leak" {
	if ! command -v valgrind >/dev/null; then
		skip "needs valgrind"
	fi
	local vg=(valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=all)

	web
	"$MAGLEVADM" -S -n >rules
	m -C
	run -0 "${vg[@]}" "$MAGLEVADM" -R <rules
	run -1 "${vg[@]}" "$MAGLEVADM" -R <rules
	# Each takes seconds here. All others are run with AddressSanitizer in
	# answers.bats, but for what is between them and a real kernel.
	for listing in "-L -n" "-L -c -n" -S --counters; do
		# shellcheck disable=SC2086
		run -0 "${vg[@]}" "$MAGLEVADM" $listing
	done
	run -1 "${vg[@]}" "$MAGLEVADM" -L -t 192.0.2.1:81
}

@test "all that was listed in JSON is as the schema says" {
	json_valid
}
