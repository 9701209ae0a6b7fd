# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# needs: quick
#
# Clients upload through real tunnels, over a path to the backend with a narrow hop
# behind the director, which the director learns of from that hop only: lib/path.sh
# has the hosts. Run by lib/launch.sh.

# shellcheck source-path=SCRIPTDIR/../lib source=path.sh
. "$E2E_DIR/lib/path.sh"
# shellcheck source-path=SCRIPTDIR/../lib source=transfer.sh
. "$E2E_DIR/lib/transfer.sh"

SIZE=20000000
[[ ${LAB_KERNEL-} != *debug* ]] || SIZE=2000000

# uploads WHAT OUTER BACKEND: one over a narrow path, one over a path that gets
# narrow. An IPv6 client cannot be told less than 1280, for which the headers of
# the tunnel come in addition.
uploads()
{
	local inner vip narrow desc about known

	for inner in 4 6; do
		vip=VIP$inner narrow=$((inner == 4 ? 1280 : 1340))
		desc="$1, IPv$inner in IPv$2 to an IPv$3 backend"
		adm -Z
		forget
		hop_mtu 1400
		about="$desc, MTU 1400: "
		client upload "${!vip}" $SIZE
		known=$(counter path_mtu)
		check "${about}the director has learnt of it" test "$known" -gt 0
		forget
		hop_mtu 1500
		about="$desc, MTU from 1500 to $narrow: "
		client interrupted "${!vip}" $SIZE \
			ip -n "$(ns hop)" link set h1 mtu $narrow
		check "${about}the director has learnt of it" \
			test "$(counter path_mtu)" -gt "$known"
		check_is "$desc: no error is refused" 0 "$(counter path_refused)"
	done
}

# Outer sources out of prefixes that are routed to the director, and end there: so
# do the errors of the hop.
sources()
{
	ip_ns hop <<-END
		route add 198.18.0.0/24 via 10.2.0.1
		route add 2001:db8:5::/64 via 2001:db8:2::1
	END
	ip_ns director <<-END
		route add local 198.18.0.0/24 dev lo
		route add local 2001:db8:5::/64 dev lo
	END
	adm -R <<-END
		--add-source 198.18.0.0/24
		--add-source 2001:db8:5::/64
	END
}

offload()
{
	local name device

	while read -r name device; do
		in_ns "$name" ethtool -K "$device" tso "$1" gso "$1" tx "$1" >/dev/null
	done <<-END
		client c0
		router rc
		router r0
		router tun4
		router tun6
	END
}

add_hosts
configure_hosts
configure_director
serve backend $VIP4 $VIP6
start_client client
for outer in 4 6; do
	for backend in 4 6; do
		through $outer $backend
		uploads offload $outer $backend
	done
done
for who in client router; do
	through 4 4
	adm --set pmtu=$who
	uploads "offload, told to the $who" 4 4
done
offload off
through 4 6
uploads "no offload" 4 6
sources
through 6 4
uploads "no offload, sources" 6 4
