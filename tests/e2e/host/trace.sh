# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# needs: quick
#
# traceroute and tracepath to a VIP, through real tunnels; lib/path.sh has the hosts.
# What is between router and backend is inside of the tunnels and shows in no trace:
# the router is hop 1, and the VIP hop 2. Run by lib/launch.sh.

# shellcheck source-path=SCRIPTDIR/../lib source=path.sh
. "$E2E_DIR/lib/path.sh"

# The router as the client sees it.
declare -A GATEWAY=([4]=192.0.2.1 [6]=2001:db8:c::1)

# hops ARGUMENT...: hop, address and size, if it is shown, of each hop that answers
# traceroute
hops()
{
	in_ns client traceroute -n -q 1 -N 1 -m 3 -w "$patience,$patience,$patience" "$@" |
		awk 'NR > 1 && $2 != "*" { print $1, $2 ($NF ~ /^F=/ ? " " $NF : "") }'
}

# summary VIP: what tracepath says at its end
summary()
{
	in_ns client tracepath -n -m 3 "$1" |
		sed -n 's/^ *Resume: *\(.*[^ ]\) *$/\1/p'
}

# shows EXPECTED COMMAND...: now
shows()
{
	shown=$("${@:2}")
	[[ $shown == "$1" ]]
}

# check_shows DESCRIPTION EXPECTED COMMAND...: at last; tracepath waits for a second,
# which may be too little where the machine is busy
check_shows()
{
	local shown=

	wait_until 1 shows "${@:2}" || true
	check_is "$1" "$2" "$shown"
}

# traces WHAT: of each kind of probe
traces()
{
	local inner vip reached

	for inner in 4 6; do
		vip=VIP$inner
		reached="1 ${GATEWAY[$inner]}"$'\n'"2 ${!vip}"
		check_shows "$1: traceroute to IPv$inner, UDP, reaches the VIP" \
			"$reached" hops "${!vip}"
		check_shows "$1: traceroute -I to IPv$inner reaches the VIP" \
			"$reached" hops -I "${!vip}"
		check_shows "$1: traceroute -T to IPv$inner reaches the VIP" \
			"$reached" hops -T -p 7000 "${!vip}"
	done
}

# paths WHAT MTU MTU: what tracepath finds where all links are alike, and where the one
# to the backend takes 1400 bytes
paths()
{
	hop_mtu 1500
	forget
	check_shows "$1: tracepath to IPv4 finds the MTU of the tunnels" \
		"pmtu $2 hops 2 back 2" summary $VIP4
	check_shows "$1: tracepath to IPv6 finds the MTU of the tunnels" \
		"pmtu $2 hops 2 back 2" summary $VIP6
	hop_mtu 1400
	check_shows "$1: tracepath to IPv4 finds the MTU behind the director" \
		"pmtu $3 hops 2 back 2" summary $VIP4
	check_shows "$1: tracepath to IPv6 finds the MTU behind the director" \
		"pmtu $3 hops 2 back 2" summary $VIP6
}

if ! type tracepath traceroute >/dev/null 2>&1; then
	skip "traces reach the VIP" "no traceroute or tracepath here"
	return
fi
patience=$(limit 1)
add_hosts
configure_hosts
configure_director
# Each probe is to be answered, however many there are.
for name in router backend; do
	in_ns $name sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
done
through 4 4

# Without a service for the ports of the probes; here it is worth no patience.
patience=1
check_shows "without a service for its ports, traceroute ends at the router" \
	"1 ${GATEWAY[4]}" hops $VIP4
check "its probes are counted as accept_no_service" \
	test "$(counter accept_no_service)" -gt 0
patience=$(limit 1)

# The ports of traceroute, and those of tracepath.
adm -R <<END
-A -u $VIP4 --port 33434-33534 --pool web --affinity source --track none
-A -u $VIP6 --port 33434-33534 --pool web --affinity source --track none
-A -u $VIP4 --port 44444-44544 --pool web --affinity source --track none
-A -u $VIP6 --port 44444-44544 --pool web --affinity source --track none
END
traces "IPv4 to IPv4"
paths "IPv4 to IPv4" 1476 1376
check_is "traceroute -I --mtu finds it without a service for UDP" \
	"1 ${GATEWAY[4]} F=1500"$'\n'"2 $VIP4 F=1376" "$(hops -I --mtu $VIP4)"
through 6 6
traces "IPv6 to IPv6"
paths "IPv6 to IPv6" 1448 1348
through 4 6
paths "IPv4 to IPv6" 1456 1356
through 6 4
paths "IPv6 to IPv4" 1448 1376

check "it is the backend that has answered the probes" \
	test "$(in_ns backend nstat -asz UdpNoPorts Udp6NoPorts |
		awk '/NoPorts/ && $2 { n++ } END { print n + 0 }')" -eq 2
