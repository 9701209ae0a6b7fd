# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# needs: quick long
#
# What tells a director of its backends: maglev-check with probes through GRE; the
# examples of a timer with curl, and of BFD by FRR's bfdd with a hook. Web servers are
# killed and come back, and so is the checker. Run by lib/launch.sh.
#
#   client 198.51.100.11 ── router ── director1 10.0.0.11 ── backend1 .. backend4
#
# Backends 2 and 4 unwrap GRE over IPv6 only.

# shellcheck source-path=SCRIPTDIR/../lib source=nginx.sh
. "$E2E_DIR/lib/nginx.sh"

USERSPACE=$E2E_DIR/../../userspace
EXAMPLES=$USERSPACE/examples
A=10.0.0.21 B=2001:db8:a::22 C=10.0.0.23 D=2001:db8:a::24
FRR=/usr/lib/frr

# down: the backends that are
down()
{
	in_ns director1 maglevadm --list-pools --json |
		jq -r '.pools[] | select(.name == "web") | .backends[] | select(.state == "down").address' |
		sort | xargs
}

is()
{
	SEEN=$("${@:2}")
	[[ $SEEN == "$1" ]]
}

# becomes DESCRIPTION EXPECTED COMMAND...
becomes()
{
	if wait_until 40 is "${@:2}"; then
		ok "$1"
	else
		not_ok "$1"
		diag "expected: $2"
		diag "got: $SEEN"
		diag "$(tail -n 12 "$E2E_TMP"/*.log)"
	fi
}

# check_with SETTING...: starts maglev-check on the example, with other settings. An
# answer is waited for as long as the machine may take.
check_with()
{
	{
		cat "$EXAMPLES/check/web"
		printf '%s\n' INTERVAL=0.3 "TIMEOUT=$(limit 5)" "$@"
	} >"$E2E_TMP/web"
	background director1 "$USERSPACE/maglev-check" "$E2E_TMP/web" >>"$E2E_TMP/check.log" 2>&1
	CHECK=$E2E_PID
}

# end SIGNAL
end()
{
	kill -s "$1" "$CHECK"
	wait "$CHECK" 2>/dev/null || true
}

# devices, rules: how many the checker has
devices()
{
	in_ns director1 ip -o link show | grep -c ' mc[0-9]*\.' || true
}

rules()
{
	{
		in_ns director1 ip rule show
		in_ns director1 ip -6 rule show
	} | grep -c uidrange || true
}

# start_frr NODE CONFIGURATION
start_frr()
{
	local dir=$E2E_TMP/frr-$1 daemon

	mkdir -p "$dir/etc" "$dir/run" /run/frr
	cp "$2" "$dir/etc/frr.conf"
	chmod 755 "$E2E_TMP"
	chown -R frr:frr "$dir"
	for daemon in zebra bfdd; do
		frr "$1" "$FRR/$daemon" --log stdout --log-level info -f /etc/frr/frr.conf \
			>"$E2E_TMP/$daemon-$1.log" 2>&1
		wait_until 20 test -e "$dir/run/$daemon.vty"
	done
}

# frr NODE COMMAND...: with FRR's folders of this node, in the background
frr()
{
	# shellcheck disable=SC2016
	background "$1" bash -c 'mount --bind "$0/etc" /etc/frr && mount --bind "$0/run" /run/frr &&
		exec "$@"' "$E2E_TMP/frr-$1" "${@:2}"
}

# shellcheck disable=SC2034 # read by cluster.sh
DIRECTORS=0 BACKENDS=4
add_router
attach director1 servers 11
add_backends
for i in 1 2 3 4; do
	nginx_conf "backend$i" 80 "[::]:80"
	serve "backend$i" || not_ok "nginx on backend$i"
done
in_ns director1 maglevadm -R <<-END
	--add-pool web --panic 50
	-a --pool web -r $A
	-a --pool web -r $B --state down
	-a --pool web -r $C
	-a --pool web -r $D
	-A -t $VIP:80 --pool web
END

check_with
becomes "maglev-check: a backend that answers is up" "" down
kill_server backend1
becomes "one whose server is killed goes down" "$A" down
serve backend1
becomes "and comes back" "" down
for i in 1 2 3 4; do
	kill_server "backend$i"
done
stays()
{
	grep -cE 'fails, and stays: 2 of 4 are out' "$E2E_TMP/check.log" || true
}
becomes "all fail at once: two are said to stay" 2 stays
check_is "the share of half is down" 2 "$(down | wc -w)"

# The backends come back while nobody looks.
end KILL
gone=$(down)
for i in 1 2 3 4; do
	serve "backend$i"
done
check_is "the checker is killed: states stay" "$gone" "$(down)"
check_is "its devices are left" 4 "$(devices)"
check_with
becomes "it starts again: all are up" "" down
check_is "with as many devices" "4 4" "$(devices) $(rules)"
end TERM
check_is "when it is stopped, nothing is left" "0 0" "$(devices) $(rules)"

check_with "VIP=$VIP6 PROTO=tcp FALL=1"
kill_server backend2
becomes "by an IPv6 VIP and TCP: one is down" "$B" down
serve backend2
becomes "and comes back" "" down
end TERM
check_is "nothing is left of that" "0 0" "$(devices) $(rules)"
# One that does not serve the VIP: only a probe in the tunnel finds that.
kill_server backend3
nginx_conf backend3 "$C:80"
NGINX_PORTS[backend3]=80
serve backend3
check_with FALL=1
becomes "a server that runs, but not for the VIP, is down" "$C" down
end TERM

# The command of the unit, with the script where it is here, on backends of IPv4.
in_ns director1 maglevadm -R <<-END
	-d --pool web -r $B
	-d --pool web -r $C
	-d --pool web -r $D
	-a --pool web -r 10.0.0.22
END
read -ra run < <(sed -n "s,^ExecStart=/usr/local/libexec/,$EXAMPLES/timer/,p" \
	"$EXAMPLES/timer/maglev-curl.service")
timer()
{
	in_ns director1 "${run[@]}" >>"$E2E_TMP/timer.log" 2>&1
	down
}
kill_server backend1
check_is "timer: a killed server is down" "$A" "$(timer)"
serve backend1
check_is "timer: it comes back" "" "$(timer)"

start_frr director1 "$EXAMPLES/bfd/frr-director.conf"
start_frr backend1 "$EXAMPLES/bfd/frr-backend.conf"
frr director1 "$EXAMPLES/bfd/maglev-bfd" web 0.3 >"$E2E_TMP/bfd.log" 2>&1
becomes "BFD: a backend without a session that works is down" 10.0.0.22 down
ip -n "$(ns router)" link set backend1 down
becomes "BFD: the link of the other is cut: it is down, too" "$A 10.0.0.22" down
check "all are down: the pool panics" test "$(in_ns director1 maglevadm --table web --json |
	jq .table.panics)" = true
ip -n "$(ns router)" link set backend1 up
becomes "BFD: it comes back with its link" 10.0.0.22 down
