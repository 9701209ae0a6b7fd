# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# needs: quick long
#
# keepalived, as Debian packages it, on two directors, with the files in
# userspace/examples/keepalived as they are. A web server is killed and comes back; a
# director is, and the addresses of the router's tunnels move. Run by lib/launch.sh.
#
#   client 198.51.100.11 ── router 10.0.0.1 ── director1 10.0.0.11, director2 10.0.0.12
#                   tunnels to 10.0.0.101  ├─ backend1 10.0.0.21
#                       and to 10.0.0.102  └─ backend2 10.0.0.22

# shellcheck source-path=SCRIPTDIR/../lib source=nginx.sh
. "$E2E_DIR/lib/nginx.sh"

EXAMPLES=$E2E_DIR/../../userspace/examples/keepalived

declare -A KEEPALIVED=()

# start_keepalived DIRECTOR: with the files of the example where they say they are. The
# mounts are the program's own: ip-netns(8) gives it a namespace for mounts.
start_keepalived()
{
	local dir=$E2E_TMP/run-$1

	mkdir -p "$dir"
	# shellcheck disable=SC2016
	background "$1" bash -c 'mount --bind "$0" /etc/keepalived && mount --bind "$1" /run &&
		exec keepalived --dont-fork --log-console --log-detail --config-id "$2"' \
		"$E2E_TMP/etc" "$dir" "$1" >"$E2E_TMP/log-$1" 2>&1
	KEEPALIVED[$1]=$E2E_PID
}

# states DIRECTOR: of the backends, by their weights: "10.0.0.21 up,"
states()
{
	in_ns "$1" maglevadm -L --json -n |
		jq -rj '.services[].backends[] | "\(.address) \(.state),"'
}

# owns DIRECTOR: the addresses of tunnels that it has
owns()
{
	in_ns "$1" ip -o address show dev eth0 | grep -oE '10\.0\.0\.10[12]' | sort | xargs
}

is()
{
	SEEN=$("${@:2}")
	[[ $SEEN == "$1" ]]
}

# becomes DESCRIPTION EXPECTED COMMAND...
becomes()
{
	local end=$((SECONDS + $(limit 60)))

	until is "$2" "${@:3}"; do
		if ((SECONDS >= end)); then
			not_ok "$1"
			diag "expected: $2"
			diag "got: $SEEN"
			diag "$(tail -n 30 "$E2E_TMP"/log-*)"
			return
		fi
		sleep 0.3
	done
	ok "$1"
}

# answers PATTERN: new connections get to these servers
answers()
{
	local i got

	for i in {1..8}; do
		got=$(in_ns client curl -sS --max-time "$(limit 20)" "http://$VIP/" 2>&1)
		# shellcheck disable=SC2053 # a pattern
		[[ $got == $1 ]] || { echo "$got"; return 1; }
	done
}

# round: a request on each connection; prints whose were broken
round()
{
	local answer

	echo >&"${KEEP[1]}"
	read -r -t "$(limit 60)" answer <&"${KEEP[0]}"
	echo "$answer"
}

add_router
for i in 1 2; do
	attach "director$i" servers "1$i"
	# Nothing but its destination is special about this tunnel.
	ip_ns router <<-END
		link add gre$i type gre local 10.0.0.1 remote 10.0.0.10$i ttl 64
		link set gre$i up
	END
	in_ns "director$i" maglevadm -R <"$EXAMPLES/maglev.rules"
	attach "backend$i" servers "2$i"
	unwrap "backend$i" "2$i" 4
	nginx_conf "backend$i" 80
	serve "backend$i"
done
ip -n "$(ns router)" route replace "$VIP" nexthop dev gre1 nexthop dev gre2
# As keepalived has left it: the server has come back since.
in_ns director1 maglevadm -e -t "$VIP:80" -r 10.0.0.22 --state down
cp -r "$EXAMPLES" "$E2E_TMP/etc"
chmod -R go-w "$E2E_TMP/etc"
for director in director1 director2; do
	start_keepalived "$director"
done

becomes "each director has the address of one tunnel" 10.0.0.101 owns director1
becomes "and the other one that of the other" 10.0.0.102 owns director2
for director in director1 director2; do
	becomes "$director: both web servers are up" "10.0.0.21 up,10.0.0.22 up," states "$director"
done
check "the service answers" answers "backend[12]"

kill_server backend1
for director in director1 director2; do
	becomes "$director: a killed web server is down" "10.0.0.21 down,10.0.0.22 up," states "$director"
done
check "new connections go to the other" answers backend2
serve backend1
for director in director1 director2; do
	becomes "$director: it rejoins" "10.0.0.21 up,10.0.0.22 up," states "$director"
done

coproc KEEP { in_ns client /usr/bin/python3 "$E2E_DIR/lib/keepalive.py" "$VIP" 80 40; }
read -r -t "$(limit 30)" opened <&"${KEEP[0]}"
check "connections are open to both web servers" \
	grep -qE '^backend1 [0-9]+ backend2 [0-9]+$' <<<"$opened"

# The host is gone: neither its link nor its programs say so.
ip -n "$(ns director1)" link set eth0 down
{
	kill -KILL "${KEEPALIVED[director1]}"
	wait "${KEEPALIVED[director1]}" || true
} 2>/dev/null
becomes "a director is killed: the other one has both addresses" "10.0.0.101 10.0.0.102" owns director2
check_is "no connection breaks" none "$(round)"
check "new ones are answered" answers "backend[12]"

ip -n "$(ns director1)" link set eth0 up
start_keepalived director1
becomes "it returns: it has its address again" 10.0.0.101 owns director1
becomes "and the other director gives it up" 10.0.0.102 owns director2
check_is "no connection breaks when it returns" none "$(round)"

in_ns director1 maglevadm -C
becomes "a director without a service: the other one has both addresses" "10.0.0.101 10.0.0.102" owns director2
check_is "no connection breaks then" none "$(round)"
kill "$KEEP_PID" 2>/dev/null || true
