#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A cluster that routes itself: three directors announce themselves to a router by BGP
# with BFD, one dies, one is taken out, both come back, and connections stay.  Needs root
# and the module loaded; ./run provides both.  The exit code is 0 if the checks of every
# step held.

set -euo pipefail
shopt -s inherit_errexit
DEMO_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$DEMO_DIR/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../e2e/lib/cluster.sh
. "$E2E_DIR/lib/cluster.sh"
# shellcheck source-path=SCRIPTDIR source=../e2e/lib/routed.sh
. "$E2E_DIR/lib/routed.sh"
# shellcheck source-path=SCRIPTDIR source=../e2e/lib/nginx.sh
. "$E2E_DIR/lib/nginx.sh"

BACKENDS=3
CONNECTIONS=60
EXAMPLES=userspace/examples/cluster
declare -A ANNOUNCER=()

drawing()
{
	cat <<-'EOF'

	  client 198.51.100.11                            asks http://203.0.113.1/ (the VIP)
	        |
	  router 10.0.0.1           FRR                   ECMP over the tunnels of those who
	   | gre1     | gre2     | gre3                   announce the VIP
	  director1  director2  director3                 maglev.ko, maglev-announce, and
	  10.0.0.11  10.0.0.12  10.0.0.13                 FRR on director1, BIRD on the others
	   |          |          |
	  backend1   backend2   backend3                  nginx; answer the client directly

	EOF
}

# route: the tunnels that the VIP's route has
route()
{
	ip -n "$(ns router)" route show "$VIP" | grep -v "^blackhole" | grep -o 'gre[0-9]' | sort | xargs
}

route_is()
{
	[[ $(route) == "$1" ]]
}

# route_becomes TUNNELS: says after which time
route_becomes()
{
	local start=${EPOCHREALTIME/./} time

	wait_until 120 route_is "$1" ||
		fail "the route does not become '$1' but '$(route)': $(tail -n 3 "$E2E_TMP"/{announce,bird}*)"
	time=$((${EPOCHREALTIME/./} - start))
	show router ip route show "$VIP"
	say "after $(awk -v us="$time" 'BEGIN { printf "%.2f", us / 1000000 }') s, each look at the route included"
}

# announce DIRECTOR
announce()
{
	echo "$1\$ systemctl start maglev-announce"
	WITHDRAW_WAIT=1 background "$1" "$E2E_DIR/../../userspace/maglev-announce" 2>>"$E2E_TMP/announce-$1"
	ANNOUNCER[$1]=$E2E_PID
}

# ask: a request on each connection
ask()
{
	local broken

	echo >&"${KEEP[1]}"
	read -r -t "$(limit 120)" broken <&"${KEEP[0]}"
	say "A request on each of $CONNECTIONS connections: broken: $broken"
	[[ $broken == none ]] || fail "connections broke: $broken"
}

step_network()
{
	step "Router and directors" \
		"The router has a tunnel to the loopback of each director. Routing daemons run with the" \
		"files of $EXAMPLES, and speak BGP and, every 100 ms, BFD."
	add_routed_network
	start_routing
	show router ip -br address show type gre
	show director1 ip -br address show maglev0
}

step_announce()
{
	local i

	step "Announcing" \
		"maglev-announce puts the device maglev0 up while the director is ready. What is tied to" \
		"that device is announced: the loopback, and the VIP. Without rules nothing is."
	for ((i = 1; i <= BACKENDS; i++)); do
		nginx_conf "backend$i" 80
		serve "backend$i" || fail "nginx on backend$i does not start"
	done
	for ((i = 1; i <= DIRECTORS; i++)); do
		announce "director$i"
	done
	for ((i = 1; i <= DIRECTORS; i++)); do
		# Odd backends unwrap GRE over IPv4, even ones over IPv6.
		in_ns "director$i" maglevadm -R <<-END
			--add-pool web --settle 1s
			-a --pool web -r 10.0.0.21
			-a --pool web -r [2001:db8:a::22]
			-a --pool web -r 10.0.0.23
			-A -t $VIP:80 --pool web
		END
	done
	show director1 maglevadm -S -n
	say "(and so on director2 and director3)"
	route_becomes "gre1 gre2 gre3"
	coproc KEEP { in_ns client /usr/bin/python3 "$E2E_DIR/lib/keepalive.py" "$VIP" 80 $CONNECTIONS; }
	read -r -t "$(limit 120)" opened <&"${KEEP[0]}"
	say "Open connections: $opened"
}

# settled DIRECTOR: none of its slots remembers an owner from before
settled()
{
	[[ $(in_ns "$1" maglevadm --list-pools --json | jq '.pools[0].unsettled') == 0 ]]
}

# Directors that have just started are like directors whose backends have just changed:
# a second change at once would be one too many for them.
let_settle()
{
	local i

	for ((i = 1; i <= DIRECTORS; i++)); do
		wait_until 60 settled "director$i" || fail "director$i does not settle"
		same "director$i" maglevadm --edit-pool web --settle 1h
	done
}

step_death()
{
	local director

	let_settle
	step "A director dies" \
		"The link of director2 carries nothing any more, and neither end is told. BFD misses three" \
		"packets, BGP withdraws the routes, and a backend is taken out at the same moment."
	ip -n "$(ns router)" link set director2 nomaster
	for director in director1 director3; do
		show "$director" maglevadm -e --pool web -r 10.0.0.23 --drain
	done
	route_becomes "gre1 gre3"
	ask
	echo "(the link is mended)"
	ip -n "$(ns router)" link set director2 master servers
	show director2 maglevadm -e --pool web -r 10.0.0.23 --drain
	route_becomes "gre1 gre2 gre3"
	ask
}

step_takeout()
{
	step "A director is taken out" \
		"director1 withdraws, and goes on until routers have sent packets elsewhere. A director" \
		"without rules withdraws by itself."
	echo "director1\$ systemctl stop maglev-announce"
	kill "${ANNOUNCER[director1]}"
	route_becomes "gre2 gre3"
	wait "${ANNOUNCER[director1]}"
	ask
	announce director1
	route_becomes "gre1 gre2 gre3"
	ask
	show director3 maglevadm -C
	route_becomes "gre1 gre2"
	say "director3 says: $(tail -n 1 "$E2E_TMP/announce-director3")"
	ask
}

main()
{
	drawing
	step_network
	step_announce
	step_death
	step_takeout
	DEMO_HELD=yes
}

DEMO_HELD=
main
[[ -n $DEMO_HELD ]] || fail "an error in step $DEMO_STEP"
trap - ERR
kill "$KEEP_PID" 2>/dev/null || true

cat <<EOF

demo: these were checked, and held ($SECONDS s):
    2. With rules, all directors are announced.
    3. and 4. The route of a director that dies, is taken out or loses its rules goes, and
       comes back with the director. None of $CONNECTIONS connections broke.
EOF
