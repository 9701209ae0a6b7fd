#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2314 # bats' variables; "!" at an end
# shellcheck disable=SC2030,SC2031 # each test is a subshell of its own
#
# maglevadm with a made-up kernel (fake_kern.c): what it asks for, attribute by
# attribute, and how it prints what it is told.

load common

setup_file()
{
	make_fake
}

setup()
{
	MAGLEVADM=$BATS_TEST_DIRNAME/../../build/tests-cli/maglevadm-fake
	cd "$BATS_TEST_TMPDIR" || return
	export FAKE_LOG=$BATS_TEST_TMPDIR/log
	: >log
}

# The one request that a command line makes: asks REQUEST ARGUMENT...
asks()
{
	local want=$1

	shift
	: >log
	m "$@"
	diff <(echo "$want") log
}

# What a command line prints on standard output is standard input here.
prints()
{
	try "$@"
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	diff <(sed 's/_$/ /') <(echo "$output")
}

# tcp 192.0.2.1:80 as identity, and the backends' addresses.
TCP80="protocol=06 address4=c0000201 port=0050"
B1="address4=c6336401"

@test "adding a service: nothing but what was given" {
	asks "service-new service{ $TCP80 }" -A -t 192.0.2.1:80
	asks "service-new service{ $TCP80 }" -A -t 192.0.2.1:80 -s mh -M 255.255.255.255
	asks "service-new service{ $TCP80 track=01 }" -A -t 192.0.2.1:80 --track changed
	asks "service-new service{ $TCP80 track=02 }" -A -t 192.0.2.1:80 -o
	asks "service-new service{ $TCP80 affinity=01 }" -A -t 192.0.2.1:80 --affinity 3tuple
	asks "service-new service{ $TCP80 affinity=02 }" -A -t 192.0.2.1:80 -p
	asks "service-new service{ $TCP80 all-down=02 }" -A -t 192.0.2.1:80 --all-down accept
	asks "service-new service{ $TCP80 fallback=7700 }" -A -t 192.0.2.1:80 --fallback w
	asks "service-new service{ $TCP80 pool=7700 track=00 affinity=00 all-down=00 }" -A -t 192.0.2.1:80 --pool w \
		--track all --affinity 5tuple --all-down drop
	asks "service-new service{ $TCP80 } pool{ settle=10270000 }" -A -t 192.0.2.1:80 --settle 10s
}

@test "a timeout of persistence has no effect, and that is said" {
	: >log
	try -A -t 192.0.2.1:80 -p 300
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	one_line_error "persistence timeout 300 has no effect"
	[ "$(cat log)" = "service-new service{ $TCP80 affinity=02 }" ]
}

@test "editing a service: what is not given stays, but for ipvsadm" {
	asks "service-set service{ $TCP80 }" -E -t 192.0.2.1:80
	asks "service-set service{ $TCP80 fallback=00 }" -E -t 192.0.2.1:80 --fallback none
	asks "service-set service{ $TCP80 fallback=00 }" -E -t 192.0.2.1:80 --fallback ""
	asks "service-set service{ $TCP80 } pool{ settle=00000000 }" -E -t 192.0.2.1:80 --settle auto
	ln -s "$MAGLEVADM" ipvsadm
	MAGLEVADM=./ipvsadm asks "service-set service{ $TCP80 track=00 affinity=00 userdata= }" -E -t 192.0.2.1:80 -s mh
	MAGLEVADM=./ipvsadm asks "service-set service{ $TCP80 track=00 affinity=02 userdata= }" -E -t 192.0.2.1:80 -s mh -p
	MAGLEVADM=./ipvsadm asks "service-set service{ $TCP80 track=02 affinity=00 userdata= }" -E -t 192.0.2.1:80 -s mh -o
	MAGLEVADM=./ipvsadm asks "service-new service{ $TCP80 }" -A -t 192.0.2.1:80 -s mh
}

@test "deleting a service names it and no more" {
	asks "service-del service{ $TCP80 }" -D -t 192.0.2.1:80
}

@test "backends: weight, state and deadline" {
	asks "backend-new service{ $TCP80 } backend{ $B1 weight=01000000 }" -a -t 192.0.2.1:80 -r 198.51.100.1
	asks "backend-new pool{ name=7700 } backend{ $B1 weight=05000000 state=02 }" -a --pool w -r 198.51.100.1 -w 5 --state down
	asks "backend-set pool{ name=7700 } backend{ $B1 weight=01000000 }" -e --pool w -r 198.51.100.1
	asks "backend-set pool{ name=7700 } backend{ $B1 state=01 }" -e --pool w -r 198.51.100.1 --drain
	asks "backend-set pool{ name=7700 } backend{ $B1 state=01 deadline=dc050000 }" -e --pool w -r 198.51.100.1 --drain --deadline 1500ms
	asks "backend-set pool{ name=7700 } backend{ $B1 weight=02000000 state=00 }" -e --pool w -r 198.51.100.1 --state up -w 2
	asks "backend-del pool{ name=7700 } backend{ $B1 }" -d --pool w -r 198.51.100.1
}

@test "members" {
	asks "member-new pool{ name=7700 } member{ name=6600 weight=01000000 }" -a --pool w --member-pool f
	asks "member-new service{ protocol=06 address4=c0000201 port=0050 } member{ name=6600 weight=02000000 }" -a -t 192.0.2.1:80 --member-pool f -w 2
	asks "member-set pool{ name=7700 } member{ name=6600 weight=01000000 }" -e --pool w --member-pool f
	asks "member-del pool{ name=7700 } member{ name=6600 }" -d --pool w --member-pool f
	FAKE_ERRNO=2 fails_with 1 "cannot add member f of pool w: " -a --pool w --member-pool f
	FAKE_ERRNO=2 fails_with 1 "cannot change member f of pool w: " -e --pool w --member-pool f
	FAKE_ERRNO=2 fails_with 1 "cannot delete member f of tcp 192.0.2.1:80: " -d -t 192.0.2.1:80 --member-pool f
}

@test "pools: settle time" {
	asks "pool-new pool{ name=7700 settle=f4010000 }" --add-pool w --settle 500ms
	asks "pool-set pool{ name=7700 settle=00000000 }" --edit-pool w --settle auto
}

@test "pools: panic share" {
	asks "pool-new pool{ name=7700 panic=32 }" --add-pool w --panic 50
	asks "pool-set pool{ name=7700 panic=00 }" --edit-pool w --panic 0
	asks "service-set service{ $TCP80 } pool{ panic=64 }" -E -t 192.0.2.1:80 --panic 100
}

@test "dry runs" {
	local moves="would move 1024 of 65537 slots (1.6 %), 361 of them (0.6 %) from backends that could keep them; 12 tracked flows would be re-selected"

	prints -a --pool w -r 198.51.100.1 --dry-run <<<"would add backend 198.51.100.1 of pool w"$'\n'"$moves"
	prints -e --pool w -r 198.51.100.1 -w 2 --dry-run <<<"would change backend 198.51.100.1 of pool w"$'\n'"$moves"
	prints -d --pool w -r 198.51.100.1 --dry-run <<<"would delete backend 198.51.100.1 of pool w"$'\n'"$moves"
	prints --edit-pool w --seed 1 --dry-run <<<"would change pool w"$'\n'"$moves"
	diff log - <<-END
		batch dry-run
		  backend-new pool{ name=7700 } backend{ $B1 weight=01000000 }
		batch dry-run
		  backend-set pool{ name=7700 } backend{ $B1 weight=02000000 }
		batch dry-run
		  backend-del pool{ name=7700 } backend{ $B1 }
		batch dry-run
		  pool-set pool{ name=7700 seed=0100000000000000 }
	END
	[ "$(json .moves -d --pool w -r 198.51.100.1 --dry-run)" = '{"slots":1024,"table_size":65537,"slots_percent":1.5625,"survivors":361,"survivors_percent":0.5508,"flows":12}' ]
	[ "$(json .changes -d --pool w -r 198.51.100.1 --dry-run)" = '[{"action":"delete","object":"backend","pool":"w","address":"198.51.100.1"}]' ]
}

@test "dry runs of everything that can be tried" {
	local words

	: >log
	while read -r words; do
		# shellcheck disable=SC2086
		"$MAGLEVADM" $words --dry-run | head -1
	done >said <<-'END'
		-A -t 192.0.2.1:80
		-E -t 192.0.2.1:80 --track none
		-D -t 192.0.2.1:80
		-a -t 192.0.2.1:80 -r 198.51.100.1
		-a --pool w --member-pool m
		-e --pool w --member-pool m -w 2
		-d --pool w --member-pool m
		--add-pool w
		--delete-pool w
		--add-router 10.0.0.0/8
		--delete-router 10.0.0.0/8
		--add-source 198.18.0.0/28
		--delete-source 198.18.0.0/28
		--set udp=5
		--cache-size 2048
	END
	diff said - <<-'END'
		would add service tcp 192.0.2.1:80
		would change service tcp 192.0.2.1:80
		would delete service tcp 192.0.2.1:80
		would add backend 198.51.100.1 of tcp 192.0.2.1:80
		would add member m of pool w
		would change member m of pool w
		would delete member m of pool w
		would add pool w
		would delete pool w
		would add router 10.0.0.0/8
		would delete router 10.0.0.0/8
		would add source 198.18.0.0/28
		would delete source 198.18.0.0/28
		would change settings
		would set the size of the flow cache
	END
	[ "$(grep -c '^batch dry-run$' log)" -eq 15 ]
	[ "$(wc -l <log)" -eq 30 ]
	[ "$(json '.changes[]|del(.action)' -A -t 192.0.2.1:80 --dry-run)" = '{"object":"service","service":"tcp 192.0.2.1:80"}' ]
	[ "$(json '.changes[]|del(.action)' -a -t 192.0.2.1:80 --member-pool m --dry-run)" = '{"object":"member","service":"tcp 192.0.2.1:80","member":"m"}' ]
	[ "$(json '.changes[]|del(.action)' --add-router 10.0.0.0/8 --dry-run)" = '{"object":"router","prefix":"10.0.0.0/8"}' ]
	[ "$(json .changes --set udp=5 --dry-run)" = '[{"action":"change","object":"settings"}]' ]
	[ "$(json .changes --set 0 0 0 --dry-run)" = "[]" ]
}

@test "a dry run of clearing names all there is" {
	prints -C --dry-run <<-'END'
		would delete source 198.18.0.0/28
		would delete service tcp 192.0.2.1:80
		would delete service tcp 192.0.2.1:443
		would delete service udp 192.0.2.1:53
		would set the size of the flow cache
		would change settings
		would change settings
		would delete pool spare
		would delete pool web
		would change settings; delete 3 services, 2 pools and 1 source
		would move 1024 of 65537 slots (1.6 %), 361 of them (0.6 %) from backends that could keep them; 12 tracked flows would be re-selected
	END
	! grep -q '^flush' log
	asks "flush" -C
}

@test "timeouts and the flow cache" {
	asks "config-set config{ tcp=84030000 tcp-fin=78000000 udp=2c010000 }" --set 900 120 300
	asks "config-set config{ udp=2c010000 }" --set 0 0 300
	asks "config-set config{ tcp-syn=3c000000 sctp-close=05000000 }" --set sctpclose=5 tcpsyn=1m
	asks "config-set config{ cache-size=00002000 }" --cache-size 2097152
	prints -L --timeout <<-'END'
		Timeout (tcp tcpfin udp): 1000 120 301
		Timeout (tcpsyn tcpclose sctp sctpinit sctpshutdown sctpclose): 60 10 900 60 120 10
	END
	[ "$(json .timeouts -L --timeout)" = '{"tcp":1000,"tcpsyn":60,"tcpfin":120,"tcpclose":10,"udp":301,"sctp":900,"sctpinit":60,"sctpshutdown":120,"sctpclose":10}' ]
	[ "$(json '[.cache_size,.cache_used]' --info)" = '[2097152,77]' ]
	"$MAGLEVADM" --info | grep -qE '^flow cache entries +2097152$'
	asks "config-set config{ pmtu=02 }" --set pmtu=client
	asks "config-set config{ pmtu=00 }" --set pmtu=both
	asks "config-set config{ tcp=05000000 pmtu=01 }" --set pmtu=router tcp=5
	[ "$(json .pmtu --info)" = '"client"' ]
	"$MAGLEVADM" --info | grep -qE '^path MTU told to +client$'
}

@test "sources" {
	asks "source-new source{ address4=c6120000 prefix-len=1c }" --add-source 198.18.0.0/28
	asks "source-del source{ address4=c6120001 prefix-len=20 }" --delete-source 198.18.0.1
	asks "source-new source{ address6=20010db8000000000000000000000000 prefix-len=40 }" --add-source 2001:db8::/64
	prints --list-sources <<<198.18.0.0/28
	[ "$(json . --list-sources)" = '{"sources":["198.18.0.0/28"]}' ]
	[ "$(json .sources --info)" = 1 ]
	"$MAGLEVADM" --info | grep -qE '^source prefixes +1$'
	export FAKE_ERRNO=17
	fails_with 1 "cannot add source 198.18.0.0/28: File exists" --add-source 198.18.0.0/28
	fails_with 1 "cannot delete source 2001:db8::/64: File exists" --delete-source 2001:db8::/64
}

@test "memory of fragments" {
	[ "$(json .fragment_bytes --info)" = 4096 ]
	"$MAGLEVADM" --info | grep -qE '^fragments held +4096 bytes$'
}

@test "the pool of the peers" {
	asks "config-set config{ peers=7700 }" --set peers=w
	asks "config-set config{ peers=00 }" --set peers=none
	asks "config-set config{ peers=00 }" --set peers=
	asks "config-set config{ udp=05000000 pmtu=01 peers=7700 }" --set peers=w pmtu=router udp=5
	[ "$(json .peers --info)" = '"spare"' ]
	"$MAGLEVADM" --info | grep -qE '^peers +spare$'
}

@test "called as ipvsadm, timeouts are ipvsadm's" {
	ln -s "$MAGLEVADM" ipvsadm
	[ "$(./ipvsadm -L --timeout)" = "Timeout (tcp tcpfin udp): 1000 120 301" ]
}

@test "flags of services and states of backends, behind ipvsadm's columns" {
	prints -L -n <<-'END'
		Maglev load balancer version 0.0.0 (services=3)
		Prot LocalAddress:Port Scheduler Flags
		  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
		TCP  192.0.2.1:80 mh pool web affinity source track changed fallback spare all-down reject
		  -> 198.51.100.1:80              Tunnel  2      12345678   7        _
		  -> 198.51.100.2:80              Tunnel  2      12345678   7          drain
		TCP  192.0.2.1:443 mh
		  -> 198.51.100.3:443             Tunnel  2      0          0          down
		UDP  192.0.2.1:53 mh pool web affinity 3tuple track none
		  -> 198.51.100.1:53              Tunnel  2      12345678   7        _
		  -> 198.51.100.2:53              Tunnel  2      12345678   7          drain
	END
	! grep -q '^20$' log
	[ "$(json '[.services[0]|.track,.affinity,.all_down,.fallback]' -L)" = '["changed","source","reject","spare"]' ]
	[ "$(json '.services[1]|has("fallback")' -L)" = false ]
	[ "$(json '[.services[].backends[]|[.state,.active,.inactive,.deadline_ms]]|unique' -L)" = '[["down",0,0,null],["drain",12345678,7,41200],["up",12345678,7,null]]' ]
}

@test "unreachables with the statistics, behind ipvsadm's columns, and not for ipvsadm" {
	prints -L -n --stats -t 192.0.2.1:80 <<-'END'
		Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
		  -> RemoteAddress:Port
		TCP  192.0.2.1:80                        0        0        0        0        0
		  -> 198.51.100.1:80                     0        0        0        0        0 unreachable 5
		  -> 198.51.100.2:80                     0        0        0        0        0 drain unreachable 5
	END
	[ "$(json '[.services[].backends[]|[.address,.unreachable]]|unique' -L)" = '[["198.51.100.1",5],["198.51.100.2",5],["198.51.100.3",0]]' ]
	"$MAGLEVADM" -L -n >list
	! grep unreachable list
	ln -s "$MAGLEVADM" ipvsadm
	./ipvsadm -L -n --stats >list
	! grep unreachable list
}

@test "thresholds" {
	export FAKE_LIMITS=1
	prints -L -n --thresholds -t 192.0.2.1:80 <<-'END'
		Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn_
		  -> RemoteAddress:Port
		TCP  192.0.2.1:80 mh pool web affinity source track changed fallback spare all-down reject
		  -> 198.51.100.1:80              100        80         12345678   7          overloaded
		  -> 198.51.100.2:80              100        0          12345678   7          drain
	END
	"$MAGLEVADM" -L -n -t 192.0.2.1:80 >list
	grep -q '^  -> 198.51.100.1:80              Tunnel  2      12345678   7          overloaded$' list
	"$MAGLEVADM" --list-pools -n | grep -q '^  -> 198.51.100.1                 2         65537 overloaded$'
	[ "$(json '[.services[0].backends[]|[.upper,.lower,.overloaded]]' -L)" = '[[100,80,true],[100,0,false]]' ]
	[ "$(json '.services[1].backends[0]|has("upper")' -L)" = false ]
	"$MAGLEVADM" -S -n >saved
	grep -qx -- '-a --pool web -r 198.51.100.1 -i --tun-type gre -w 2 -x 100 -y 80' saved
	grep -qx -- '-a --pool web -r 198.51.100.2 -i --tun-type gre -w 2 -x 100 --state drain --deadline 42s' saved
	"$MAGLEVADM" --lookup -t 192.0.2.1:80 --client 203.0.113.9:50000 |
		grep -qx "opening   198.51.100.1: new, and the slot's owner is overloaded: the owner of a slot behind it"
	[ "$(json .lookup.opening.rule --lookup -t 192.0.2.1:80 --client 203.0.113.9)" = '"spare"' ]
	: >log
	m -e --pool web -r 198.51.100.1 -w 3 -x 10
	m -a --pool web -r 198.51.100.1 -x 10 -y 5
	diff log - <<-'END'
		backend-set pool{ name=77656200 } backend{ address4=c6336401 weight=03000000 upper=0a000000 }
		backend-new pool{ name=77656200 } backend{ address4=c6336401 weight=01000000 upper=0a000000 lower=05000000 }
	END
}

# The program's own name carries what ipvsadm, or somebody else, has kept there.
@test "userdata" {
	export FAKE_SERVICE_DATA=0103776c630303333030 FAKE_BACKEND_DATA=ff00
	[ "$(json '[.services[]|.userdata]' -L)" = '["0103776c630303333030",null,null]' ]
	[ "$(json '[.services[0].backends[]|.userdata]' -L)" = '["ff00",null]' ]
	"$MAGLEVADM" -S -n >saved
	grep -qx -- '-a --pool web -r 198.51.100.1 -i --tun-type gre -w 2 --userdata ff00' saved
	grep -qx -- '-A -t 192.0.2.1:80 -s mh .* --userdata 0103776c630303333030 --pool web' saved
	diff <(env -u FAKE_SERVICE_DATA -u FAKE_BACKEND_DATA "$MAGLEVADM" -L -n) <("$MAGLEVADM" -L -n)
	: >log
	run -0 "$MAGLEVADM" -R <saved
	grep -q 'address4=c6336401 weight=02000000 userdata=ff00 }' log
	grep -q 'userdata=0103776c630303333030 }' log
	: >log
	m -E -t 192.0.2.1:80 --userdata none
	m -e --pool web -r 198.51.100.1 --userdata 00
	m -A -t 192.0.2.1:80 -s mh -b mh-port
	diff log - <<-END
		service-set service{ $TCP80 userdata= }
		backend-set pool{ name=77656200 } backend{ $B1 userdata=00 }
		service-new service{ $TCP80 }
	END
}

@test "called as ipvsadm, flags are ipvsadm's" {
	ln -s "$MAGLEVADM" ipvsadm
	./ipvsadm -L -n >list
	grep -qx 'TCP  192.0.2.1:80 mh persistent 1000 pool web track changed fallback spare all-down reject' list
	grep -qx 'UDP  192.0.2.1:53 mh ops pool web affinity 3tuple' list
	./ipvsadm -S -n >saved
	grep -qx -- '-A -t 192.0.2.1:80 -s mh -p 1000 --track changed --fallback spare --all-down reject --pool web' saved
	grep -qx -- '-A -u 192.0.2.1:53 -s mh --affinity 3tuple -o --pool web' saved
}

@test "tracked flows, in ipvsadm's columns" {
	prints -L -c -n <<-'END'
		IPVS connection entries
		pro expire state       source             virtual            destination
		TCP 00:59  SYN_RECV    203.0.113.9:50000  192.0.2.1:80       198.51.100.1:80
		TCP 14:59  ESTABLISHED 203.0.113.9:50000  192.0.2.1:80       198.51.100.1:80
		TCP 01:59  FIN_WAIT    203.0.113.9:50000  192.0.2.1:80       198.51.100.1:80
		TCP 00:00  CLOSE       203.0.113.9:50000  192.0.2.1:80       198.51.100.1:80
		UDP 44640:00 UDP         203.0.113.9:50000  192.0.2.1:80       198.51.100.1:80
		SCTP 00:01  INIT        203.0.113.9:50000  192.0.2.1:80       198.51.100.1:80
		SCTP 00:01  ESTABLISHED 203.0.113.9:50000  192.0.2.1:80       198.51.100.1:80
		SCTP 00:01  SHUTDOWN    203.0.113.9:50000  192.0.2.1:80       198.51.100.1:80
		SCTP 00:01  CLOSED      203.0.113.9:50000  192.0.2.1:80       198.51.100.1:80
		TCP 10:00  ESTABLISHED 203.0.113.9:0      192.0.2.1:80       198.51.100.1:80
	END
	[ "$(cat log)" = conn-get ]
	"$MAGLEVADM" -L -c | grep -qx 'TCP 00:59  SYN_RECV    name:50000         name:http          name:http'
	[ "$(json '.connections[0]' -L -c)" = '{"protocol":"tcp","state":"SYN_RECV","confirmed":true,"expires":59,"client":"203.0.113.9","client_port":50000,"address":"192.0.2.1","port":80,"service":{"port":80,"port_last":80},"pool":"web","backend":"198.51.100.1"}' ]
	[ "$(json '.connections[-1]|[.confirmed,has("client_port"),has("port")]' -L -c)" = '[false,false,false]' ]
}

@test "tracked flows of one service" {
	run -0 "$MAGLEVADM" -L -c -n -t 192.0.2.1:80
	[ "$(cat log)" = "conn-get service{ $TCP80 }" ]
}

@test "flows that the kernel does not show: no head of a listing" {
	FAKE_ERRNO=1 fails_with 1 "cannot list flows: Operation not permitted" -L -c -n
	FAKE_ERRNO=1 fails_with 1 "cannot list flows" -L -c --json
}

@test "forgetting flows" {
	asks "conn-del" --flush-conns
	asks "conn-del service{ $TCP80 }" --flush-conns -t 192.0.2.1:80
	asks "conn-del backend{ $B1 }" --flush-conns -r 198.51.100.1
	asks "conn-del service{ $TCP80 } backend{ $B1 }" --flush-conns -t 192.0.2.1:80 -r 198.51.100.1:80
	FAKE_ERRNO=2 fails_with 1 "cannot forget flows: No such file" --flush-conns
}

@test "a lookup explained" {
	prints --lookup -t 192.0.2.1:80 --client 203.0.113.9:50000 <<-'END'
		flow      tcp 203.0.113.9:50000 -> 192.0.2.1:80
		service   tcp 192.0.2.1:0
		pool      web
		slot      4711, not settled for another 90.5 s
		owner     198.51.100.1
		before    198.51.100.2
		tracked   to 198.51.100.2, ESTABLISHED, for another 899 s
		mid-flow  198.51.100.2: the flow is tracked to it
		opening   198.51.100.1: it opens the flow, so the slot's owner
	END
	[ "$(cat log)" = "lookup-get service{ $TCP80 } lookup{ client4=cb007109 client-port=c350 }" ]
	[ "$(json '.lookup|del(.service)' --lookup -t 192.0.2.1:80 --client 203.0.113.9)" = '{"protocol":"tcp","client":"203.0.113.9","client_port":0,"address":"192.0.2.1","port":80,"pool":"web","fallback":false,"slot":4711,"settled":false,"unsettled_ms":90500,"current":"198.51.100.1","previous":"198.51.100.2","cached":{"backend":"198.51.100.2","state":"ESTABLISHED","expires":899},"midflow":{"backend":"198.51.100.2","rule":"cached"},"opening":{"backend":"198.51.100.1","rule":"open"}}' ]
}

@test "a lookup without anybody to serve" {
	export FAKE_BARE=1
	prints --lookup -t 192.0.2.1:80 --client 203.0.113.9:50000 <<-'END'
		flow      tcp 203.0.113.9:50000 -> 192.0.2.1:80
		service   tcp 192.0.2.1:0
		pool      web, the fallback: no backend of the service's own pool is usable
		slot      none
		owner     none
		before    none
		tracked   no
		mid-flow  none: no backend is usable
		opening   none: no backend is usable
	END
	[ "$(json '.lookup|[.fallback,.settled,has("slot"),has("current"),has("cached"),.midflow]' --lookup -t 192.0.2.1:80 --client 203.0.113.9)" = '[true,true,false,false,false,{"rule":"nobody"}]' ]
}

@test "a table" {
	prints --table web -n <<-'END'
		pool          web
		slots         65537
		fingerprint   0xfedcba9876543210
		settle time   90500ms
		not settled   1024 (1.6 %)
		  -> RemoteAddress                Weight State Slots      Share
		  -> 198.51.100.1                 2      up    65537   100.00 %
		  -> 198.51.100.2                 2      drain 0         0.00 %
	END
	diff log - <<<$'pool-get pool{ name=77656200 }\nbackend-get pool{ name=77656200 }'
	diff <("$MAGLEVADM" --table web -n) <("$MAGLEVADM" --table -n -t 192.0.2.1:80)
	[ "$(json '.table|del(.backends)' --table web)" = '{"pool":"web","table_size":65537,"fingerprint":"0xfedcba9876543210","settle_ms":90500,"settle_now_ms":90500,"unsettled":1024,"unsettled_percent":1.5625}' ]
	[ "$(json '.table.backends[1]|.percent += 0.5' --table web)" = '{"address":"198.51.100.2","weight":2,"state":"drain","deadline_ms":41200,"slots":0,"percent":0.5}' ]
	FAKE_ERRNO=2 fails_with 1 "cannot list pool web: " --table web
	FAKE_ERRNO=2 fails_with 1 "cannot list service tcp 192.0.2.1:80: " --table -t 192.0.2.1:80
}

@test "pools with settle times and states" {
	prints --list-pools -n <<-'END'
		Pool                             TableSize Services Fingerprint        Settle   Unsettled
		  -> RemoteAddress                Weight    Slots
		spare                            65537     2        -                  120s     0
		tcp/192.0.2.1:443                65537     2        0x0000000000000001 60s      0
		  -> 198.51.100.3                 2         0         down
		web                              65537     2        0xfedcba9876543210 90500ms  1024
		  -> 198.51.100.1                 2         65537
		  -> 198.51.100.2                 2         0         drain
	END
	[ "$(json '.pools[0]|[.settle_ms,.settle_now_ms,.unsettled]' --list-pools)" = '[0,120000,0]' ]
	[ "$(json '[.pools[].backends[].state]' --list-pools)" = '["down","up","drain"]' ]
}

@test "what is saved has all that is not the default, pools before services" {
	prints -S -n <<-'END'
		--cache-size 2097152
		--set tcp=1000 udp=301 pmtu=client
		--add-source 198.18.0.0/28
		--add-pool spare
		--add-pool web --settle 90500ms
		-a --pool web -r 198.51.100.1 -i --tun-type gre -w 2
		-a --pool web -r 198.51.100.2 -i --tun-type gre -w 2 --state drain --deadline 42s
		--set peers=spare
		-A -t 192.0.2.1:80 -s mh --affinity source --track changed --fallback spare --all-down reject --pool web
		-A -t 192.0.2.1:443 -s mh --settle 60s
		-a -t 192.0.2.1:443 -r 198.51.100.3:443 -i --tun-type gre -w 2 --state down
		-A -u 192.0.2.1:53 -s mh --affinity 3tuple --track none --pool web
	END
}

@test "what is saved is restored, attribute by attribute" {
	"$MAGLEVADM" -S -n >rules
	: >log
	run --separate-stderr -0 "$MAGLEVADM" -R <rules
	diff log - <<-'END'
		batch
		  config-set config{ cache-size=00002000 }
		  config-set config{ tcp=e8030000 udp=2d010000 pmtu=02 }
		  source-new source{ address4=c6120000 prefix-len=1c }
		  pool-new pool{ name=737061726500 }
		  pool-new pool{ name=77656200 settle=84610100 } backend{ address4=c6336401 weight=02000000 } backend{ address4=c6336402 weight=02000000 state=01 deadline=10a40000 }
		  config-set config{ peers=737061726500 }
		  service-new service{ protocol=06 address4=c0000201 port=0050 pool=77656200 track=01 affinity=02 all-down=01 fallback=737061726500 }
		  service-new service{ protocol=06 address4=c0000201 port=01bb } pool{ settle=60ea0000 } backend{ address4=c6336403 weight=02000000 state=02 }
		  service-new service{ protocol=11 address4=c0000201 port=0035 pool=77656200 track=02 affinity=01 }
	END
}

# tcp [2001:db8::80]:443 as identity, and a backend's address.
VIP6="address6=20010db8000000000000000000000080"
TCP443="protocol=06 $VIP6 port=01bb"
B6="address6=20010db8000100000000000000000001"

@test "IPv6: requests have the attributes of the family" {
	asks "service-new service{ $TCP443 }" -A -t "[2001:db8::80]:443"
	asks "service-new service{ $TCP443 }" -A -6 -t "[2001:db8::80]:https"
	asks "service-new service{ protocol=11 $VIP6 port=1f40 port-last=2327 }" -A -u 2001:db8::80 --port 8000-8999
	asks "service-del service{ protocol=06 $VIP6 port=0000 }" -D -t "[2001:db8::80]:0"
	asks "backend-new service{ $TCP443 } backend{ $B6 weight=01000000 }" -a -t "[2001:db8::80]:443" -r "[2001:db8:1::1]:443"
	asks "backend-new service{ $TCP443 } backend{ $B1 weight=01000000 }" -a -t "[2001:db8::80]:443" -r 198.51.100.1
	asks "backend-new service{ $TCP80 } backend{ $B6 weight=01000000 }" -a -t 192.0.2.1:80 -r "[2001:db8:1::1]"
	asks "backend-del pool{ name=7700 } backend{ $B6 }" -d --pool w -r 2001:db8:1::1
	asks "router-new router{ address6=20010db8000000000000000000000000 prefix-len=20 }" --add-router 2001:db8::/32
	asks "router-del router{ $VIP6 prefix-len=80 }" --delete-router 2001:db8::80
	asks "router-new router{ address6=00000000000000000000000000000000 prefix-len=00 }" --add-router ::/0
	asks "conn-del service{ $TCP443 } backend{ $B6 }" --flush-conns -t "[2001:db8::80]:443" -r 2001:db8:1::1
	asks "stats-zero service{ $TCP443 }" -Z -t "[2001:db8::80]:443"
}

@test "IPv6: services and backends of both families, listed as ipvsadm lists them" {
	export FAKE_IPV6=1
	prints -L -n <<-'END'
		Maglev load balancer version 0.0.0 (services=3)
		Prot LocalAddress:Port Scheduler Flags
		  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
		TCP  [2001:db8::80]:80 mh pool web affinity source track changed fallback spare all-down reject
		  -> 198.51.100.2:80              Tunnel  2      12345678   7          drain
		  -> [2001:db8:1::1]:80           Tunnel  2      12345678   7        _
		TCP  [2001:db8::80]:443 mh
		  -> 198.51.100.3:443             Tunnel  2      0          0          down
		UDP  [2001:db8::80]:53 mh pool web affinity 3tuple track none
		  -> 198.51.100.2:53              Tunnel  2      12345678   7          drain
		  -> [2001:db8:1::1]:53           Tunnel  2      12345678   7        _
	END
	[ "$(json '[.services[0]|.address,.port,.backends[].address]' -L)" = '["2001:db8::80",80,"198.51.100.2","2001:db8:1::1"]' ]
	"$MAGLEVADM" -L >list
	grep -qx 'TCP  \[name\]:https mh' list
	grep -qx '  -> \[name\]:http                  Tunnel  2      12345678   7         ' list
	grep -qx '  -> name:http                    Tunnel  2      12345678   7          drain' list
}

@test "IPv6: tracked flows" {
	export FAKE_IPV6=1
	"$MAGLEVADM" -L -c -n >list
	grep -qx 'TCP 00:59  SYN_RECV    \[2001:db8:2::9\]:50000 \[2001:db8::80\]:80  \[2001:db8:1::1\]:80' list
	grep -qx 'TCP 10:00  ESTABLISHED \[2001:db8:2::9\]:0  \[2001:db8::80\]:80  \[2001:db8:1::1\]:80' list
	"$MAGLEVADM" -L -c | grep -qx 'TCP 00:59  SYN_RECV    \[name\]:50000       \[name\]:http        \[name\]:http'
	[ "$(json '.connections[0]|[.client,.address,.backend]' -L -c)" = '["2001:db8:2::9","2001:db8::80","2001:db8:1::1"]' ]
}

@test "IPv6: a lookup explained" {
	export FAKE_IPV6=1
	prints --lookup -t "[2001:db8::80]:443" --client "[2001:db8:2::9]:50000" <<-'END'
		flow      tcp [2001:db8:2::9]:50000 -> [2001:db8::80]:443
		service   tcp [2001:db8::80]:0
		pool      web
		slot      4711, not settled for another 90.5 s
		owner     2001:db8:1::1
		before    198.51.100.2
		tracked   to 198.51.100.2, ESTABLISHED, for another 899 s
		mid-flow  198.51.100.2: the flow is tracked to it
		opening   2001:db8:1::1: it opens the flow, so the slot's owner
	END
	[ "$(cat log)" = "lookup-get service{ $TCP443 } lookup{ client6=20010db8000200000000000000000009 client-port=c350 }" ]
	[ "$(json '.lookup|[.client,.address,.service,.current,.opening.backend]' --lookup -t "[2001:db8::80]:443" --client 2001:db8:2::9)" = \
		'["2001:db8:2::9","2001:db8::80","tcp [2001:db8::80]:0","2001:db8:1::1","2001:db8:1::1"]' ]
}

@test "IPv6: pools and tables" {
	export FAKE_IPV6=1
	prints --list-pools -n <<-'END'
		Pool                             TableSize Services Fingerprint        Settle   Unsettled
		  -> RemoteAddress                Weight    Slots
		spare                            65537     2        -                  120s     0
		tcp/[2001:db8::80]:443           65537     2        0x0000000000000001 60s      0
		  -> 198.51.100.3                 2         0         down
		web                              65537     2        0xfedcba9876543210 90500ms  1024
		  -> 198.51.100.2                 2         0         drain
		  -> [2001:db8:1::1]              2         65537
	END
	[ "$(json '.pools[1].name' --list-pools)" = '"tcp/[2001:db8::80]:443"' ]
	"$MAGLEVADM" --table web -n | grep -qx '  -> \[2001:db8:1::1\]              2      up    65537   100.00 %'
}

@test "IPv6: what is saved is restored" {
	export FAKE_IPV6=1
	"$MAGLEVADM" -S -n >rules
	diff <(grep -- '^-' rules | tail -n +6) - <<-'END'
		-a --pool web -r 198.51.100.2 -i --tun-type gre -w 2 --state drain --deadline 42s
		-a --pool web -r [2001:db8:1::1] -i --tun-type gre -w 2
		--set peers=spare
		-A -t [2001:db8::80]:80 -s mh --affinity source --track changed --fallback spare --all-down reject --pool web
		-A -t [2001:db8::80]:443 -s mh --settle 60s
		-a -t [2001:db8::80]:443 -r 198.51.100.3:443 -i --tun-type gre -w 2 --state down
		-A -u [2001:db8::80]:53 -s mh --affinity 3tuple --track none --pool web
	END
	: >log
	run --separate-stderr -0 "$MAGLEVADM" -R <rules
	diff <(tail -n 5 log) - <<-END
		  pool-new pool{ name=77656200 settle=84610100 } backend{ address4=c6336402 weight=02000000 state=01 deadline=10a40000 } backend{ $B6 weight=02000000 }
		  config-set config{ peers=737061726500 }
		  service-new service{ protocol=06 $VIP6 port=0050 pool=77656200 track=01 affinity=02 all-down=01 fallback=737061726500 }
		  service-new service{ $TCP443 } pool{ settle=60ea0000 } backend{ address4=c6336403 weight=02000000 state=02 }
		  service-new service{ protocol=11 $VIP6 port=0035 pool=77656200 track=02 affinity=01 }
	END
	# A name may stand for addresses of both families: brackets say which.
	"$MAGLEVADM" -S >names
	grep -qx -- '-a --pool web -r \[name\] -i --tun-type gre -w 2' names
	grep -qx -- '-A -t \[name\]:https -s mh --settle 60s' names
}

# The exit code of restoring what is on standard input: restores CODE
restores()
{
	: >log
	run --separate-stderr "-$1" "$MAGLEVADM" -R
}

@test "restore: one request, and what shares a change in it" {
	restores 0 <<-'END'
		-A -t 192.0.2.1:80 --pool w
		-a -t 192.0.2.1:80 -r 198.51.100.1
		-a -t 192.0.2.1:80 -r 198.51.100.2 -w 3

		# a comment
		-a --pool w -r 198.51.100.3
		-a --pool v -r 198.51.100.3
		-A -u 192.0.2.1:80
		-a -t 192.0.2.1:80 -r 198.51.100.1
		-A -t 192.0.2.1 --port 80-81
		-a -t 192.0.2.1:80 -r 198.51.100.1
		-d --pool w -r 198.51.100.3
		-d --pool w -r 198.51.100.2
		-e --pool w -r 198.51.100.1
		--add-router 10.0.0.0/8
		--set 0 0 0
		--add-pool w
		-a --pool w -r 198.51.100.1
		-a --pool w -r 198.51.100.2
	END
	diff log - <<-'END'
		batch
		  service-new service{ protocol=06 address4=c0000201 port=0050 pool=7700 }
		  backend-new service{ protocol=06 address4=c0000201 port=0050 } backend{ address4=c6336401 weight=01000000 } backend{ address4=c6336402 weight=03000000 }
		  backend-new pool{ name=7700 } backend{ address4=c6336403 weight=01000000 }
		  backend-new pool{ name=7600 } backend{ address4=c6336403 weight=01000000 }
		  service-new service{ protocol=11 address4=c0000201 port=0050 }
		  backend-new service{ protocol=06 address4=c0000201 port=0050 } backend{ address4=c6336401 weight=01000000 }
		  service-new service{ protocol=06 address4=c0000201 port=0050 port-last=0051 }
		  backend-new service{ protocol=06 address4=c0000201 port=0050 } backend{ address4=c6336401 weight=01000000 }
		  backend-del pool{ name=7700 } backend{ address4=c6336403 }
		  backend-del pool{ name=7700 } backend{ address4=c6336402 }
		  backend-set pool{ name=7700 } backend{ address4=c6336401 weight=01000000 }
		  router-new router{ address4=0a000000 prefix-len=08 }
		  pool-new pool{ name=7700 } backend{ address4=c6336401 weight=01000000 } backend{ address4=c6336402 weight=01000000 }
	END
}

@test "restore: lines that change no configuration wait until it has changed" {
	restores 0 <<-'END'
		-L -t 192.0.2.1:80 -n
		-a --pool w -r 198.51.100.1 --dry-run
		--add-pool w
		-Z
		--flush-conns
		--add-pool v
	END
	[[ $output == "Prot "*$'\n'"would add backend "* ]]
	diff <(grep -v -- '-get' log) - <<-'END'
		batch
		  pool-new pool{ name=7700 }
		  pool-new pool{ name=7600 }
		batch dry-run
		  backend-new pool{ name=7700 } backend{ address4=c6336401 weight=01000000 }
		stats-zero
		conn-del
	END
	FAKE_ERRNO=17 restores 1 <<<$'-L -n\n--add-pool w'
	[ "$(cat log)" = $'batch\n  pool-new pool{ name=7700 }' ]
	[ -z "$output" ]
	FAKE_ERRNO=2 FAKE_REFUSE=2 restores 1 <<<$'-Z\n--add-pool w\n-L -n'
	one_line_error "line 1: cannot zero the counters: No such file"
	[ -z "$output" ]
}

@test "restore: -C makes deletions of what there is, in the same step" {
	restores 0 <<<$'--add-pool lost\n-C\n--add-pool w\n-a --pool w -r 198.51.100.1'
	diff <(grep -v -- '-get' log) - <<-END
		batch generation=7
		  source-del source{ address4=c6120000 prefix-len=1c }
		  service-del service{ $TCP80 }
		  service-del service{ protocol=06 address4=c0000201 port=01bb }
		  service-del service{ protocol=11 address4=c0000201 port=0035 }
		  config-set config{ cache-size=00001000 }
		  config-set config{ tcp=84030000 udp=2c010000 pmtu=00 }
		  config-set config{ peers=00 }
		  pool-del pool{ name=737061726500 }
		  pool-del pool{ name=77656200 }
		  pool-new pool{ name=7700 } backend{ address4=c6336401 weight=01000000 }
	END
	FAKE_STALE=2 restores 0 <<<$'-C\n--add-pool w'
	[ "$(grep -c '^batch generation=7$' log)" -eq 3 ]
	FAKE_STALE=99 restores 1 <<<$'-C\n--add-pool w'
	one_line_error "it keeps changing, try again"
}

@test "restore: dry runs" {
	restores_dry()
	{
		: >log
		run --separate-stderr -0 "$MAGLEVADM" -R --dry-run "$@"
	}
	restores_dry <<-'END'
		-A -t 192.0.2.1:80
		-a -t 192.0.2.1:80 -r 198.51.100.1
		-a -t 192.0.2.1:80 -r 198.51.100.2
		-D -t 192.0.2.1:81
		-L -n
	END
	diff <(echo "$output") - <<-'END'
		would add service tcp 192.0.2.1:80
		would add backend 198.51.100.1 of tcp 192.0.2.1:80
		would add backend 198.51.100.2 of tcp 192.0.2.1:80
		would delete service tcp 192.0.2.1:81
		would add 1 service and 2 backends; delete 1 service
		would move 1024 of 65537 slots (1.6 %), 361 of them (0.6 %) from backends that could keep them; 12 tracked flows would be re-selected
	END
	[ "$(grep -c . log)" -eq 3 ]
	restores_dry <<<"-L -n"
	[ "$output" = "would change nothing" ]
	[ ! -s log ]
	restores_dry --json <<<$'--add-pool w\n--add-pool v\n-D -t 192.0.2.1:81'
	[ "$(jq -c '[(.changes|length),.sums.pools,.sums.services.delete,.moves.slots]' <<<"$output")" = '[3,{"add":2,"change":0,"delete":0},1,1024]' ]
}

@test "restore: a line that is wrong anywhere, and nothing is asked for" {
	local wrong

	for wrong in "-Q" "--add-pool none" "--delete-router 10.0.0.1/8" \
		"--set tcp=0" "--cache-size 0" "-R" "-a --pool w -r 1.2.3.4:5"; do
		restores 2 <<<"$(printf '%s\n' "-C" "--add-pool w" "$wrong" "-C")"
		one_line_error "line 3: "
		[ ! -s log ]
	done
}

@test "restore: what is refused is named, and no more is asked for" {
	export FAKE_ERRNO=17 FAKE_REFUSE=1 FAKE_BLAMES=20
	restores 1 <<<$'--add-pool a\n--add-pool b'
	one_line_error "line 1: cannot add pool a: File exists"
	[ "$(grep -c . log)" -eq 3 ]
	FAKE_BLAMES=0 restores 1 <<<$'--add-pool a\n--add-pool b'
	one_line_error "cannot change the configuration: File exists"
	FAKE_BLAMES=0 restores 1 <<<$'\n--add-pool a'
	one_line_error "line 2: cannot add pool a: File exists"
}

@test "restore: the line of the change to blame, or of its backend" {
	local offset want
	local file='--add-pool a
		-A -t 192.0.2.1:80
		-a -t 192.0.2.1:80 -r 198.51.100.1

		-a -t 192.0.2.1:80 -r 198.51.100.2
		-a --pool a -r 198.51.100.3
		-a --pool a -r 198.51.100.4'

	export FAKE_ERRNO=22 FAKE_REFUSE=1
	# Headers of 20; of a change 4, its command 8, a pool 12, a service 28, and
	# backends of 20.
	while read -r offset want; do
		FAKE_BLAMES=$offset restores 1 <<<"$file"
		[ "$stderr" = "maglevadm: $want: Invalid argument" ]
	done <<-'END'
		0 cannot change the configuration
		20 line 1: cannot add pool a
		43 line 1: cannot add pool a
		44 line 2: cannot add service tcp 192.0.2.1:80
		56 line 2: cannot add service tcp 192.0.2.1:80
		84 line 3: cannot add backend 198.51.100.1 of tcp 192.0.2.1:80
		103 line 3: cannot add backend 198.51.100.1 of tcp 192.0.2.1:80
		104 line 5: cannot add backend 198.51.100.2 of tcp 192.0.2.1:80
		123 line 5: cannot add backend 198.51.100.2 of tcp 192.0.2.1:80
		124 line 6: cannot add backend 198.51.100.3 of pool a
		148 line 6: cannot add backend 198.51.100.3 of pool a
		168 line 7: cannot add backend 198.51.100.4 of pool a
		188 cannot change the configuration
	END
}

@test "restore: many lines go in one request, many backends in several changes" {
	printf -- '--add-pool %s\n' p{1..300} | restores 0
	[ "$(grep -c . log)" -eq 301 ]
	[ "$(grep -c '^batch$' log)" -eq 1 ]
	{
		echo "--add-pool w"
		printf -- '-a --pool w -r 10.1.%s\n' {0..15}.{0..255} 200.1 200.2 200.3
	} | restores 0
	[ "$(sed 's/[^}]* backend{/B/g' log | sed 's/[^B]//g' | awk '{ printf "%d ", length }')" = "0 1000 1000 1000 1000 99 " ]
	[ "$(cut -d' ' -f3 log | tr '\n' ' ')" = "batch pool-new backend-new backend-new backend-new backend-new " ]
}

# What --replace asks for, of the configuration that it says: replaces CODE
replaces()
{
	: >log
	run --separate-stderr "-$1" "$MAGLEVADM" --replace - "${@:2}"
	grep -v -- '-get' log >changes || true
}

@test "replace: what is saved changes nothing" {
	"$MAGLEVADM" -S -n >rules
	replaces 0 <rules
	[ ! -s changes ]
	[ -z "$output$stderr" ]
	replaces 0 --dry-run <rules
	[ "$output" = "would change nothing" ]
	run -0 "$MAGLEVADM" --replace rules
	ln -s "$MAGLEVADM" ipvsadm
	FAKE_LOCAL=1 ./ipvsadm -S -n >rules
	: >log
	FAKE_LOCAL=1 ./ipvsadm --replace rules
	! grep -q batch log
	export FAKE_IPV6=1
	"$MAGLEVADM" -S -n >rules
	replaces 0 <rules
	[ ! -s changes ]
}

@test "replace: what differs, with the generation that it is meant for" {
	"$MAGLEVADM" -S -n | sed -e '/:53/d' -e '/198.51.100.3/s/-w 2/-w 3/' -e 's/198.51.100.2/198.51.100.4/' \
		-e 's/udp=301/udp=302/' -e 's/--settle 90500ms/--seed 1/' >rules
	replaces 0 <rules
	# The drain that is to be deleted is gone already.
	diff changes - <<-'END'
		batch generation=7
		  service-del service{ protocol=11 address4=c0000201 port=0035 }
		  backend-del pool{ name=77656200 } backend{ address4=c6336402 }
		  config-set config{ udp=2e010000 }
		  pool-set pool{ name=77656200 seed=0100000000000000 settle=00000000 }
		  backend-set service{ protocol=06 address4=c0000201 port=01bb } backend{ address4=c6336403 weight=03000000 }
	END
	replaces 0 --dry-run <rules
	diff <(echo "$output") - <<-'END'
		would delete service udp 192.0.2.1:53
		would delete backend 198.51.100.2 of pool web
		would change settings
		would change pool web
		would change backend 198.51.100.3 of tcp 192.0.2.1:443
		would change 1 pool, 1 backend and settings; delete 1 service and 1 backend
		would move 1024 of 65537 slots (1.6 %), 361 of them (0.6 %) from backends that could keep them; 12 tracked flows would be re-selected
	END
	[ "$(grep -c "^batch generation=7 dry-run$" log)" -eq 1 ]
}

@test "replace: somebody was quicker" {
	FAKE_STALE=2 replaces 0 <<<"--add-pool w"
	[ "$(grep -c '^batch generation=7$' changes)" -eq 3 ]
	FAKE_STALE=99 replaces 1 <<<"--add-pool w"
	one_line_error "cannot replace the configuration: it keeps changing, try again"
	[ "$(grep -c '^batch generation=7$' changes)" -eq 20 ]
}

@test "replace: a refusal names file and line" {
	echo $'# a file\n--add-pool w\n--add-pool v' >rules
	export FAKE_ERRNO=17 FAKE_REFUSE=1
	# What there is goes first, in 224 bytes.
	FAKE_BLAMES=250 fails_with 1 "" --replace rules
	[ "$stderr" = "maglevadm: rules: line 3: cannot add pool v: File exists" ]
	FAKE_BLAMES=270 fails_with 1 "" --replace rules
	[ "$stderr" = "maglevadm: rules: line 2: cannot add pool w: File exists" ]
	FAKE_BLAMES=70 fails_with 1 "cannot delete service tcp 192.0.2.1:80: File exists" --replace rules
}

@test "replace: a file that describes no configuration" {
	local line want

	while IFS='|' read -r line want; do
		echo $'\n'"$line" | tr '~' '\n' >rules
		: >log
		fails_with 2 "rules: line $want" --replace rules
		[ ! -s log ]
		run --separate-stderr -2 "$MAGLEVADM" --replace - <rules
		one_line_error "line $want"
		[[ $stderr != *rules* ]]
	done <<-'END'
		-Q|2: unknown option -Q
		-D -t 192.0.2.1:80|2: --delete-service describes no configuration: --replace takes what --save prints
		-e --pool w -r 198.51.100.1|2: --edit-server describes no configuration
		-L|2: --list describes no configuration
		-C|2: --clear describes no configuration
		--add-pool w --dry-run|2: --add-pool --dry-run describes no configuration
		-R|2: --restore cannot restore from within
		--replace x|2: --replace cannot restore from within
		--add-pool w~--add-pool v~--add-pool w|4: pool w is in the file already, in line 2
		-A -t 192.0.2.1:80~~-A -t 192.0.2.1:80|4: service tcp 192.0.2.1:80 is in the file already, in line 2
		--add-pool w~-a --pool w -r 198.51.100.1~-a --pool w -r 198.51.100.1|4: backend 198.51.100.1 is in the file already, in line 3
		--add-pool w~--add-pool v~-a --pool w --member-pool v~-a --pool w --member-pool v|5: member v is in the file already, in line 4
		--add-router 10.0.0.0/8~--add-router 10.0.0.0/8|3: router 10.0.0.0/8 is in the file already, in line 2
		--add-source 10.0.0.0/28~--add-source 10.0.0.0/28|3: source 10.0.0.0/28 is in the file already, in line 2
		-a --pool w -r 198.51.100.1|2: the file has no pool w
		-a -t 192.0.2.1:80 -r 198.51.100.1|2: the file has no service tcp 192.0.2.1:80
		-A -t 192.0.2.1:80 --pool w|2: the file has no pool w
		-A -t 192.0.2.1:80 --fallback w|2: the file has no pool w
		--add-pool w~-a --pool w --member-pool v|3: the file has no pool v
		--set peers=w|2: the file has no pool w
	END
	fails_with 1 "cannot open missing: No such file" --replace missing
	fails_with 1 "cannot read the file: Is a directory" --replace .
	refused "--replace needs FILE after it" --replace
}

@test "the monitor tells of every change, of what happens by itself, and of what it lost" {
	try --monitor
	[ "$status" -eq 1 ]
	diff <(echo "$output") - <<-'END'
		pool-new pool web table-size 251 services 2 backends 3 settle 120s unsettled 250 fingerprint 0x0000000000abcdef generation 2 by 4242
		backend-new pool web backend 198.51.100.1 weight 3 state up slots 83 unsettled 249 fingerprint 0x0000000000abcdef generation 2 by 4242
		backend-new pool web backend 2001:db8:1::2 weight 3 state drain deadline 1500ms slots 83 unsettled 249 fingerprint 0x0000000000abcdef generation 2 by 4242
		service-new tcp [2001:db8::80]:8000-8010 pool web track changed affinity source all-down reject fallback spare generation 3 by 4242
		member-set pool web member spare weight 2 slots 100 unsettled 9 fingerprint 0x0000000000abcdef generation 4 by 4242
		member-del pool web member spare unsettled 10 fingerprint 0x0000000000abcdef generation 5 by 4242
		backend-del pool web backend 198.51.100.1 unsettled 11 fingerprint 0x0000000000abcdef generation 6 by 4242
		router-new 198.51.100.0/24 generation 7 by 4242
		source-del 198.51.100.0/24 generation 8 by 4242
		config-set cache-size 4096 tcp=1 tcpsyn=2 tcpfin=3 tcpclose=4 udp=5 sctp=6 sctpinit=7 sctpshutdown=8 sctpclose=9 pmtu=client peers=none generation 9 by 4242
		service-del tcp [2001:db8::80]:8000-8010 generation 10 by 4242
		pool-del pool web generation 11 by 4242
		flush generation 12 by 4242
		overrun: notifications were lost, list the configuration again
		drained pool web backend 198.51.100.2 active 0 inactive 3 generation 13
		suspect backend 198.51.100.1 unreachable 4294967295
		settled pool web slots 251
		full flows_unstored 9
		panic pool web begins generation 14 by 4242
		panic pool web ends generation 14 by 4242
	END
	[ "$(sort -u log)" = "join config" ]
}

@test "the monitor prints JSON, an object a line" {
	try --monitor --json
	diff <(jq -c . <<<"$output") - <<-'END'
		{"event":"pool-new","pool":"web","private":false,"table_size":251,"services":2,"backend_count":3,"settle_ms":0,"settle_now_ms":120000,"unsettled":250,"fingerprint":"0x0000000000abcdef","generation":2,"portid":4242,"seq":7}
		{"event":"backend-new","pool":"web","backend":"198.51.100.1","weight":3,"state":"up","slots":83,"unsettled":249,"fingerprint":"0x0000000000abcdef","generation":2,"portid":4242,"seq":7}
		{"event":"backend-new","pool":"web","backend":"2001:db8:1::2","weight":3,"state":"drain","deadline_ms":1500,"slots":83,"unsettled":249,"fingerprint":"0x0000000000abcdef","generation":2,"portid":4242,"seq":7}
		{"event":"service-new","protocol":"tcp","address":"2001:db8::80","port":8000,"port_last":8010,"pool":"web","track":"changed","affinity":"source","all_down":"reject","fallback":"spare","generation":3,"portid":4242,"seq":7}
		{"event":"member-set","pool":"web","member":"spare","weight":2,"slots":100,"unsettled":9,"fingerprint":"0x0000000000abcdef","generation":4,"portid":4242,"seq":7}
		{"event":"member-del","pool":"web","member":"spare","unsettled":10,"fingerprint":"0x0000000000abcdef","generation":5,"portid":4242,"seq":7}
		{"event":"backend-del","pool":"web","backend":"198.51.100.1","unsettled":11,"fingerprint":"0x0000000000abcdef","generation":6,"portid":4242,"seq":7}
		{"event":"router-new","prefix":"198.51.100.0/24","generation":7,"portid":4242,"seq":7}
		{"event":"source-del","prefix":"198.51.100.0/24","generation":8,"portid":4242,"seq":7}
		{"event":"config-set","cache_size":4096,"timeouts":{"tcp":1,"tcpsyn":2,"tcpfin":3,"tcpclose":4,"udp":5,"sctp":6,"sctpinit":7,"sctpshutdown":8,"sctpclose":9},"pmtu":"client","peers":"none","generation":9,"portid":4242,"seq":7}
		{"event":"service-del","protocol":"tcp","address":"2001:db8::80","port":8000,"port_last":8010,"generation":10,"portid":4242,"seq":7}
		{"event":"pool-del","pool":"web","generation":11,"portid":4242,"seq":7}
		{"event":"flush","generation":12,"portid":4242,"seq":7}
		{"event":"overrun"}
		{"event":"drained","pool":"web","backend":"198.51.100.2","active":0,"inactive":3,"generation":13}
		{"event":"suspect","backend":"198.51.100.1","unreachable":4294967295}
		{"event":"settled","pool":"web","slots":251}
		{"event":"full","flows_unstored":9}
		{"event":"panic","pool":"web","panics":true,"generation":14,"portid":4242,"seq":7}
		{"event":"panic","pool":"web","panics":false,"generation":14,"portid":4242,"seq":7}
	END
	[ "$(wc -l <<<"$output")" -eq 20 ]
}

@test "the monitor ends after as many events as asked for, and prints the time" {
	try --monitor --count 2
	[ "$status" -eq 0 ]
	[ "$(cut -d' ' -f1 <<<"$output" | xargs)" = "pool-new backend-new" ]
	# An overrun is no event.
	try --monitor --count 14 --json
	[ "$(jq -r .event <<<"$output" | tail -2 | xargs)" = "overrun drained" ]
	TZ=UTC try --monitor --count 1 --timestamp
	[[ $output == "[1970-01-01T00:00:00.000000+0000] pool-new pool web "* ]]
	TZ=CET-1 try --monitor --count 1 --timestamp --json
	[ "$(jq -r .time <<<"$output")" = 1970-01-01T01:00:00.000000+0100 ]
}

@test "a trace of packets that went to a backend and to a peer, and of one that was dropped" {
	prints --trace -t 192.0.2.1:80 --client 203.0.113.9:50000 --count 3 <<-'END'
		forwarded tcp 203.0.113.9:50000 -> 192.0.2.1:80 length 60 in lo service tcp 192.0.2.1:0 pool web (fallback) rule previous slot 4711 owner 198.51.100.1 before 198.51.100.2 backend 198.51.100.2 via 198.51.100.254 out lo
		forwarded_peer fragment tcp 203.0.113.9 -> 192.0.2.1 length 60 in lo peer 198.51.100.2 via 198.51.100.254 out 2147483647
		... 12 more packets
		... 3 messages lost
		drop_no_backend error tcp 203.0.113.9:50000 -> 192.0.2.1:80 length 60 in lo pool web rule nobody slot 0
	END
	[ "$(cat log)" = "trace-set service{ $TCP80 } trace{ client4=cb007109 client-port=c350 }" ]
	try --trace -t 192.0.2.1:80 --count 3 --json
	diff <(echo "$output") - <<-'END'
		{"reason": "forwarded","kind": "packet","protocol": "tcp","client": "203.0.113.9","client_port": 50000,"address": "192.0.2.1","port": 80,"length": 60,"in_device": "lo","service": "tcp 192.0.2.1:0","pool": "web","fallback": true,"rule": "previous","slot": 4711,"current": "198.51.100.1","unsettled_ms": 90500,"previous": "198.51.100.2","backend": "198.51.100.2","next_hop": "198.51.100.254","out_device": "lo"}
		{"reason": "forwarded_peer","kind": "fragment","protocol": "tcp","client": "203.0.113.9","address": "192.0.2.1","length": 60,"in_device": "lo","backend": "198.51.100.2","next_hop": "198.51.100.254","out_device": "2147483647"}
		{"suppressed": 12,"lost": 3,"reason": "drop_no_backend","kind": "error","protocol": "tcp","client": "203.0.113.9","client_port": 50000,"address": "192.0.2.1","port": 80,"length": 60,"in_device": "lo","pool": "web","fallback": false,"rule": "nobody","slot": 0}
	END
}

@test "a trace ends after as many packets as are to be printed" {
	try --trace -t 192.0.2.1:80 --count 2
	[ "$status" -eq 0 ]
	[ "$(wc -l <<<"$output")" -eq 2 ]
	try --trace -t 192.0.2.1:80 --count 4
	[ "$status" -eq 1 ]
}

@test "a trace asks for a client, a range of ports and a rate" {
	try --trace -t 192.0.2.1:80 --count 1
	[ "$(cat log)" = "trace-set service{ $TCP80 }" ]
	: >log
	try --trace -t 192.0.2.1:80 --client 203.0.113.9 --limit 1000 --count 1
	[ "$(cat log)" = "trace-set service{ $TCP80 } trace{ client4=cb007109 rate=e8030000 }" ]
	: >log
	try --trace -u 192.0.2.1 --port 80-90 --count 1
	[[ "$(cat log)" == "trace-set service{ protocol=11 "*" port=0050 port-last=005a }" ]]
}

@test "JSON looks no names up" {
	local listing

	for listing in -L "-L -c" --list-pools "--table web" --list-routers --list-sources; do
		: >log
		# shellcheck disable=SC2086
		"$MAGLEVADM" $listing --json >/dev/null
		! grep getnameinfo log
	done
	"$MAGLEVADM" -L >/dev/null
	grep -q getnameinfo log
}

@test "state is saved to a file of its owner's, in place of the former one" {
	local file

	echo former >state
	"$MAGLEVADM" --save-state state >said
	[ "$(cat said)" = "saved 2 flows, 1 tables, 1 drains" ]
	[ "$(stat -c %a state)" = 600 ]
	[ "$(json .saved --save-state state)" = '{"flows":2,"tables":1,"drains":1}' ]
	# What it was called until then is gone.
	for file in state.*; do
		[ ! -e "$file" ]
	done
}

@test "state that cannot be saved leaves the former file" {
	echo former >state
	FAKE_ERRNO=1 fails_with 1 "cannot save state" --save-state state
	FAKE_ERRNO=95 fails_with 1 "does not know how" --save-state state
	FAKE_STATE_VERSION=1 fails_with 1 "records of version 2, this program reads 1" --save-state state
	fails_with 1 "cannot create" --save-state no/state
	[ "$(cat state)" = former ]
	[ "$(echo state*)" = state ]
}

@test "state is restored in requests that stand for themselves, drains first" {
	"$MAGLEVADM" --save-state state >/dev/null
	: >log
	export FAKE_SECRET=1
	try --restore-state state
	[ "$status" -eq 0 ]
	[[ $output == "restored 1 flows, 1 tables, 1 drains after "* ]]
	diff <(tail -n +2 <<<"$output") - <<-'END'
		not restored: 3 flows that have expired
		not restored: 4 flows whose service or backend is not there, or does not track them
		not restored: 2 flows that have another backend by now
		not restored: 5 flows for which the flow cache has no entry
	END
	grep -E '^(batch|state-)' log | cut -d' ' -f1 | uniq -c | tr -s ' ' >order
	diff order - <<-'END'
		 1 state-get
		 1 batch
		 3 state-set
	END
	grep -q '^state-get state{ objects= }$' log
	grep -q "^state-set state{ version=01000000 secret=$(printf '30%.0s' {1..16}) }\$" log
	grep -q '^  backend-set pool{ name=77656200 } backend{ address4=c6336402 state=01 deadline=' log
	# Restarted, and both flows.
	grep -q "^state-set .* restarted= flows=0700000009000000.*\$" log
}

@test "state on a director that was not restarted replaces nothing" {
	"$MAGLEVADM" --save-state state >/dev/null
	: >log
	[ "$(json .restored.drains --restore-state state)" = '{"restored":0,"kept":0,"unknown":0}' ]
	! grep -E '^batch|restarted' log
}

@test "state of what is not there is counted" {
	"$MAGLEVADM" --save-state state >/dev/null
	: >log
	FAKE_SECRET=1 FAKE_NO_BACKEND=1 "$MAGLEVADM" --restore-state state --json >said
	[ "$(jq .restored.flows.unknown said)" = 2 ]
	! grep flows= log
}

@test "a file of state that is not good is refused before the kernel is asked" {
	"$MAGLEVADM" --save-state state >/dev/null
	: >log
	fails_with 1 "cannot open no: No such file or directory" --restore-state no
	fails_with 1 "not a regular file" --restore-state .
	head -c 500 state >bad
	fails_with 1 "cannot use bad: its checksum is wrong" --restore-state bad
	: >bad
	fails_with 1 "cannot use bad: not a file of --save-state" --restore-state bad
	chmod g+w state
	fails_with 1 "cannot use state: others may write it" --restore-state state
	fails_with 1 "cannot use state: others may write it" --replace /dev/null --with-state state
	[ ! -s log ]
}

@test "rules and state together: packets are held off until both are there" {
	"$MAGLEVADM" --save-state state >/dev/null
	: >log
	FAKE_SECRET=1 "$MAGLEVADM" --replace /dev/null --with-state state >/dev/null
	sed -n '1p;$p' <(grep -v get log) >ends
	diff ends - <<-'END'
		state-set state{ version=01000000 hold=10270000 }
		state-set state{ version=01000000 hold=00000000 }
	END
	refused "--with-state does not go with --dry-run" --replace /dev/null --with-state state --dry-run
	refused "--with-state does not go with --restore" -R --with-state state
	refused "--save-state needs FILE after it" --save-state
}

@test "all that was listed in JSON is as the schema says" {
	json_valid
}
