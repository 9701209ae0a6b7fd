# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# needs: quick
#
# ldirectord, as Debian packages it, on a director whose /sbin/ipvsadm is maglevadm. Two
# services: one with checks by HTTP, quiescent=no and another host as fallback, and one
# with checks by TCP, quiescent=yes and 127.0.0.1 as fallback. Web servers are killed and
# come back. Run by lib/launch.sh.
#
#   client 198.51.100.11 ── router ── director1 10.0.0.11
#                                  ├─ backend1 10.0.0.21, backend2 10.0.0.22
#                                  └─ spare 10.0.0.29

# shellcheck source-path=SCRIPTDIR/../lib source=nginx.sh
. "$E2E_DIR/lib/nginx.sh"

NEGOTIATE=80 CONNECT=81

ld_conf()
{
	# A check that hangs is no part of this: a dead server refuses connections.
	cat >"$E2E_TMP/ld.cf" <<-END
		checktimeout=600
		negotiatetimeout=600
		checkinterval=1
		supervised=yes
		virtual=$VIP:$NEGOTIATE
		    real=10.0.0.21:$NEGOTIATE ipip
		    real=10.0.0.22:$NEGOTIATE ipip 2
		    fallback=10.0.0.29:$NEGOTIATE
		    quiescent=no
		    service=http
		    request="/"
		    receive="backend"
		    checktype=negotiate
		    scheduler=wrr
		    protocol=tcp
		virtual=$VIP:$CONNECT
		    real=10.0.0.21:$CONNECT ipip
		    real=10.0.0.22:$CONNECT ipip
		    fallback=127.0.0.1:$CONNECT
		    quiescent=yes
		    checktype=connect
		    scheduler=wlc
		    protocol=tcp
	END
}

# listed PORT: the backends of a service, with their weights, as ldirectord reads them
listed()
{
	local first address weight

	SEEN=
	while read -r first address _ weight _; do
		[[ $first != '->' || $weight == Weight ]] || SEEN+="${address%:*} $weight,"
	done < <(in_ns director1 "$E2E_TMP/ipvsadm" -L -n -t "$VIP:$1" 2>/dev/null)
}

# becomes DESCRIPTION NEGOTIATE CONNECT: both services come to have these backends.
# There are pauses, which leave the CPU to perl.
becomes()
{
	local end=$((SECONDS + $(limit 60))) first

	while :; do
		listed "$NEGOTIATE"
		first=$SEEN
		listed "$CONNECT"
		[[ $first != "$2" || $SEEN != "$3" ]] || { ok "$1"; return; }
		((SECONDS < end)) || break
		sleep 1
	done
	not_ok "$1"
	diag "expected: $2 and $3"
	diag "got: $first and $SEEN"
	diag "$(tail -n 20 "$E2E_TMP/ld.log")"
}

# answers PORT PATTERN: new connections get to these servers
answers()
{
	local got

	got=$(in_ns client curl -sS --max-time "$(limit 20)" "http://$VIP:$1/" 2>&1)
	# shellcheck disable=SC2053 # a pattern
	[[ $got == $2 ]] || { echo "$got"; return 1; }
}

# round NAME: a request on each connection; prints whose were broken
round()
{
	local answer

	echo >&"${KEEP[1]}"
	read -r -t "$(limit 30)" answer <&"${KEEP[0]}"
	echo "$answer"
}

# Perl's SSL library waits for random numbers.
seed_random
# shellcheck disable=SC2034 # read by cluster.sh
DIRECTORS=2 BACKENDS=0
add_network
ip -n "$(ns router)" route replace "$VIP" dev gre1
for node in "backend1 21" "backend2 22" "spare 29"; do
	read -r name number <<<"$node"
	attach "$name" servers "$number"
	unwrap "$name" "$number" 4
done
for name in backend1 backend2 spare director1; do
	nginx_conf "$name" $NEGOTIATE $CONNECT
	serve "$name" || not_ok "nginx on $name"
done
ln -s "$(command -v maglevadm)" "$E2E_TMP/ipvsadm"
ld_conf
# The mount is the program's own: ip-netns(8) gives it a namespace for mounts.
# Its lines come at once, and names are looked up in files.
# shellcheck disable=SC2016
PERL5OPT='-MIO::Handle;$|++' background director1 bash -c 'mount --bind "$(readlink "$0")" /sbin/ipvsadm &&
	mount --bind /dev/null /etc/resolv.conf && exec /usr/sbin/ldirectord "$1" start' "$E2E_TMP/ipvsadm" "$E2E_TMP/ld.cf" \
	>"$E2E_TMP/ld.log" 2>&1

becomes "both web servers are found" "10.0.0.21 1,10.0.0.22 2," "10.0.0.21 1,10.0.0.22 1,"
check "the service with HTTP checks answers" answers "$NEGOTIATE" "backend[12]"
check "the service with TCP checks answers" answers "$CONNECT" "backend[12]"

coproc KEEP { in_ns client /usr/bin/python3 "$E2E_DIR/lib/keepalive.py" "$VIP" "$NEGOTIATE" 40; }
read -r -t "$(limit 30)" opened <&"${KEEP[0]}"
check "connections are open to both" grep -qE '^backend1 [0-9]+ backend2 [0-9]+$' <<<"$opened"
read -r _ first _ <<<"$opened"

kill_server backend1
becomes "a killed server leaves: deleted, or weight 0" "10.0.0.22 2," "10.0.0.21 0,10.0.0.22 1,"
check_is "its connections are broken, and no others" "backend1 $first" "$(round)"
check "new ones go to the other" answers "$NEGOTIATE" backend2
check "new ones go to the other, beside weight 0" answers "$CONNECT" backend2

serve backend1
becomes "it rejoins" "10.0.0.21 1,10.0.0.22 2," "10.0.0.21 1,10.0.0.22 1,"
check_is "no connection breaks" none "$(round)"

kill_server backend1
kill_server backend2
becomes "both killed: fallbacks" "10.0.0.29 1," "10.0.0.21 0,10.0.0.22 0,127.0.0.1 1,"
check "the spare host answers" answers "$NEGOTIATE" spare
check "the director answers for 127.0.0.1" answers "$CONNECT" director1

serve backend2
becomes "one returns: no fallbacks" "10.0.0.22 2," "10.0.0.21 0,10.0.0.22 1,"
check "it answers" answers "$NEGOTIATE" backend2
check "it answers, beside weight 0" answers "$CONNECT" backend2
# shellcheck disable=SC2016
check "no change was refused" bash -c '! grep -i "failed:" "$0"' "$E2E_TMP/ld.log"
kill "$KEEP_PID" 2>/dev/null || true
