# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2153
#
# The steps up to the point where backends change.  To be sourced.

REQUESTS_PER_CLIENT=300

step_network()
{
	step "Backends and router" \
		"Backends are plain Linux hosts that unwrap GRE and own the VIP; the router has one" \
		"tunnel to each director and picks one by hashing addresses and ports (ECMP)."
	start_backends_network
	prepare_router
}

start_backends_network()
{
	local node

	prepare_backend show backend1
	for node in "${BACKENDS[@]:1}"; do
		prepare_backend same "$node"
	done
	say "(and so on backend2 to backend4)"
	start_backends
}

# configure DIRECTOR BACKEND...: in this order
configure()
{
	local director=$1 node
	local -a weight

	shift
	show "$director" maglevadm --add-router 10.0.0.1
	show "$director" maglevadm -A -t "$VIP:80"
	for node; do
		weight=()
		[[ ${WEIGHT[$node]} -eq 1 ]] || weight=(-w "${WEIGHT[$node]}")
		show "$director" maglevadm -a -t "$VIP:80" -r "${ADDRESS[$node]}" "${weight[@]}"
	done
}

step_directors()
{
	local one two

	step "Directors" \
		"Two directors get the same configuration, but their backends in a different order. They" \
		"never talk to each other, so their tables have to come out the same by themselves."
	configure director1 backend1 backend2 backend3 backend4
	configure director2 backend4 backend2 backend1 backend3
	one=$(fingerprint director1)
	two=$(fingerprint director2)
	say "Fingerprint of director1's table: $one"
	say "Fingerprint of director2's table: $two"
	[[ -n $one && $one == "$two" ]] || fail "the directors' tables differ"
}

# spread_table FILE: answers of each backend beside its share of the table
spread_table()
{
	local node slots size answers all pools

	pools=$(in_ns director1 maglevadm --list-pools --json)
	size=$(jq '.pools[0].table_size' <<<"$pools")
	all=$(wc -l <"$1")
	printf '    %-10s %6s %6s %15s %9s %8s\n' \
		backend weight slots "share of table" answers share
	for node in "${BACKENDS[@]}"; do
		slots=$(jq --arg node "${ADDRESS[$node]}" \
			'.pools[0].backends[] | select(.address == $node).slots' <<<"$pools")
		[[ $size =~ ^[0-9]+$ && $slots =~ ^[0-9]+$ ]] ||
			fail "$node has '$slots' slots of '$size': $pools"
		answers=$(answered_by "$1" "$node")
		printf '    %-10s %6s %6s %15s %9s %8s\n' "$node" "${WEIGHT[$node]}" "$slots" \
			"$(percent "$slots" "$size")" "$answers" "$(percent "$answers" "$all")"
		# 600 requests are few: five standard deviations either way.
		awk -v answers="$answers" -v p="$((slots * 1000000 / size))" -v all="$all" 'BEGIN {
			p /= 1000000
			off = answers - all * p
			exit off * off > 25 * all * p * (1 - p)
		}' || fail "$node answered $answers of $all requests, its share is $slots of $size"
	done
}

step_spread()
{
	local node file=$E2E_TMP/spread answers total=$((2 * REQUESTS_PER_CLIENT))
	local -A flows

	step "Spread" \
		"$total HTTP requests, each a new connection: every one has to be answered, the backends'" \
		"shares have to follow the table, and no answer may take the way back through a director."
	capture "tcp and src host $VIP" "${DIRECTORS[@]}" backend1
	echo "client1, client2\$ curl -Z --parallel-max 10 'http://$VIP/[1-$REQUESTS_PER_CLIENT]'"
	requests client1 "$REQUESTS_PER_CLIENT" >"$file.1" &
	requests client2 "$REQUESTS_PER_CLIENT" >"$file.2"
	wait $!
	capture_end
	cat "$file.1" "$file.2" >"$file"
	[[ $(wc -l <"$file") -eq $total && $(failed "$file") -eq 0 ]] ||
		fail "$(failed "$file") of $total requests failed: $(awk '$1 != 0' "$file" | head -n 3)"
	spread_table "$file"
	for node in "${DIRECTORS[@]}"; do
		flows[$node]=$(connections "$node")
		answers=$(captured "$node" | wc -l)
		say "$node saw ${flows[$node]} connections begin and $answers packets of answers"
		[[ $answers -eq 0 ]] || fail "answers pass $node"
		[[ ${flows[$node]} -gt $((total / 4)) ]] || fail "the router hardly uses $node"
	done
	answers=$(captured backend1 | wc -l)
	say "backend1 alone sent $answers packets of answers, straight to the clients"
	[[ $answers -gt 0 ]] || fail "no answer of backend1 was captured"
}

# ways FIRST COUNT: sends flows with these source ports, prints "port director
# backend" as seen on the backends' links
ways()
{
	local node

	capture "ip proto 47" "${BACKENDS[@]}"
	requests_from client1 "$1" "$2" >"$E2E_TMP/ways"
	capture_end
	[[ $(failed "$E2E_TMP/ways") -eq 0 ]] || fail "requests failed: $(<"$E2E_TMP/ways")"
	for node in "${BACKENDS[@]}"; do
		captured "$node" | awk -v node="$node" '/Flags \[S\]/ {
			director = $3
			for (i = 8; i < NF; i++)
				if ($i == "IP" && $(i + 2) == ">")
					port = $(i + 1)
			sub(/.*\./, "", port)
			print port, director, node
		}'
	done | sort -u
}

step_agreement()
{
	local first=40001 count=20 file=$E2E_TMP/ways-through director

	step "Agreement" \
		"The same $count flows (client1, source ports from $first) once through each director. tcpdump" \
		"on the backends' links tells who sent what on: the backend has to be the same."
	for director in "${DIRECTORS[@]}"; do
		route_through "$director"
		ways "$first" "$count" >"$file.$director"
		if [[ $(wc -l <"$file.$director") -ne $count ]] ||
			grep -vq " ${ADDRESS[$director]} " "$file.$director"; then
			fail "not every flow was sent on by $director: $(<"$file.$director")"
		fi
	done
	echo "client1\$ curl --local-port $first http://$VIP/        # and so on"
	printf '    %-7s %-11s %-11s   %-7s %-11s %s\n' \
		port director1 director2 port director1 director2
	join "$file.director1" "$file.director2" |
		awk '{ printf NR % 2 ? "    %-7s %-11s %-11s" : "   %-7s %-11s %s\n", $1, $3, $5 }'
	if ! cmp -s <(cut -d ' ' -f 1,3 "$file.director1") <(cut -d ' ' -f 1,3 "$file.director2"); then
		fail "the directors chose different backends"
	fi
	say "$count of $count flows reached the same backend through both"
	route_through "${DIRECTORS[@]}"
}

step_ipv6()
{
	local node backend file=$E2E_TMP/ipv6 count=100 answers one two
	local -A flows=()

	step "IPv6" \
		"The same site over IPv6. Directors and tunnels stay as they are, and IPv6 is off on the" \
		"directors: a client's packet is of one family, and the tunnel that carries it of another."
	show router sysctl -qw net.ipv6.fib_multipath_hash_policy=3 \
		net.ipv6.fib_multipath_hash_fields=0x37
	# A route of several devices takes objects in IPv6.
	show router ip -6 nexthop add id 1 dev gre1
	show router ip -6 nexthop add id 2 dev gre2
	show router ip nexthop add id 3 group 1/2
	show router ip -6 route add "$VIP6" nhid 3
	for node in "${DIRECTORS[@]}"; do
		show "$node" maglevadm -A -t "[$VIP6]:80"
		for backend in "${BACKENDS[@]}"; do
			show "$node" maglevadm -a -t "[$VIP6]:80" -r "${ADDRESS[$backend]}"
		done
	done
	one=$(fingerprint director1 1)
	two=$(fingerprint director2 1)
	[[ -n $one && $one == "$two" ]] || fail "the directors' tables for IPv6 differ: $one $two"

	capture "ip6 and tcp and src host $VIP6" "${DIRECTORS[@]}" backend1
	echo "client1\$ curl -Z --parallel-max 10 'http://[$VIP6]/[1-$count]'"
	VIP="[$VIP6]" requests client1 "$count" >"$file"
	capture_end
	[[ $(wc -l <"$file") -eq $count && $(failed "$file") -eq 0 ]] ||
		fail "$(failed "$file") of $count requests failed: $(awk '$1 != 0' "$file" | head -n 3)"
	for node in "${BACKENDS[@]}"; do
		say "$node answered $(answered_by "$file" "$node") of $count"
		[[ $(answered_by "$file" "$node") -gt 0 ]] || fail "$node answered nothing"
	done
	for node in "${DIRECTORS[@]}"; do
		flows[$node]=$(connections "$node" "[$VIP6]")
		answers=$(captured "$node" | wc -l)
		say "$node saw ${flows[$node]} connections begin and $answers packets of answers"
		[[ $answers -eq 0 ]] || fail "answers pass $node"
		[[ ${flows[$node]} -gt 0 ]] || fail "the router does not use $node"
	done
	[[ $(captured backend1 | wc -l) -gt 0 ]] || fail "no answer of backend1 was captured"
}

step_stats()
{
	local director node flows counters dropped

	step "Counters" \
		"What an operator sees. OutPkts and OutBytes stay 0: answers do not pass the director." \
		"backend2 was removed and added again, so it began at 0 again, and the backends add up to" \
		"less than the service. backend3 was down only, and goes on counting."
	for director in "${DIRECTORS[@]}"; do
		show "$director" maglevadm -L -n --stats
	done
	for director in "${DIRECTORS[@]}"; do
		counters=$(in_ns "$director" maglevadm --counters)
		dropped=$(awk '/^drop_/ { n += $2 } END { print n + 0 }' <<<"$counters")
		say "$director dropped $dropped packets"
		[[ $dropped -eq 0 ]] || fail "$director dropped packets: $counters"
		for node in "${BACKENDS[@]}"; do
			flows=$(connections "$director" "${ADDRESS[$node]}")
			[[ $flows -gt 0 ]] || fail "$director sent nothing to $node"
		done
	done
}
