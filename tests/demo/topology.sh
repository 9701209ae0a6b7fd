# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2153
#
# The demo's network: each box of the drawing is a network namespace with one
# link, eth0, to the router.  To be sourced.

VIP=203.0.113.1
VIP6=2001:db8:113::1
CLIENTS=(client1 client2)
DIRECTORS=(director1 director2)
BACKENDS=(backend1 backend2 backend3 backend4)
declare -A ADDRESS=(
	[client1]=198.51.100.11 [client2]=198.51.100.12
	[director1]=10.0.0.11 [director2]=10.0.0.12
	[backend1]=10.0.0.21 [backend2]=10.0.0.22 [backend3]=10.0.0.23 [backend4]=10.0.0.24)
# Directors have none, and IPv6 is off there: it comes and goes in GRE over IPv4.
declare -A ADDRESS6=(
	[client1]=2001:db8:100::11 [client2]=2001:db8:100::12
	[backend1]=2001:db8:10::21 [backend2]=2001:db8:10::22
	[backend3]=2001:db8:10::23 [backend4]=2001:db8:10::24)
# backend4 is twice the machine the others are.
declare -A WEIGHT=([backend1]=1 [backend2]=1 [backend3]=1 [backend4]=2)

drawing()
{
	cat <<-'EOF'

	  client1 198.51.100.11      client2 198.51.100.12       ask http://203.0.113.1/ (the VIP)
	             \                  /        ^
	              \                /         |
	            router 198.51.100.1          |
	            10.0.0.1   ECMP over GRE     |               spreads the VIP over both directors
	             /                \          |
	       director1           director2     | answer        maglev.ko: GRE in, GRE out
	       10.0.0.11           10.0.0.12     | (plain IP)
	          |   \             /    |       |
	     GRE  |    \           /     | GRE   |               any director reaches any backend
	          v     v         v      v       |
	  backend1   backend2   backend3   backend4              nginx; unwrap GRE, VIP on lo,
	  10.0.0.21  10.0.0.22  10.0.0.23  10.0.0.24             answer the client directly

	EOF
}

# attach NODE BRIDGE GATEWAY [GATEWAY6]
attach()
{
	local addresses6

	addresses6="
		address add ${ADDRESS6[$1]-}/64 dev eth0 nodad
		route add default via ${4-}"
	ip link add eth0 netns "$(ns "$1")" type veth peer name "$1" netns "$(ns router)"
	ip_ns router <<-EOF
		link set $1 master $2 up
	EOF
	ip_ns "$1" <<-EOF
		address add ${ADDRESS[$1]}/24 dev eth0
		link set eth0 up
		route add default via $3
		${4:+$addresses6}
	EOF
}

make_network()
{
	local node

	add_ns router "${CLIENTS[@]}" "${DIRECTORS[@]}" "${BACKENDS[@]}"
	# Namespaces begin without IPv6, and directors stay so.
	for node in router "${CLIENTS[@]}" "${BACKENDS[@]}"; do
		same "$node" sysctl -w net.ipv6.conf.all.disable_ipv6=0 \
			net.ipv6.conf.default.disable_ipv6=0
	done
	ip_ns router <<-EOF
		link add clients type bridge
		link add servers type bridge
		address add 198.51.100.1/24 dev clients
		address add 10.0.0.1/24 dev servers
		address add 2001:db8:100::1/64 dev clients nodad
		address add 2001:db8:10::1/64 dev servers nodad
		link set clients up
		link set servers up
	EOF
	same router sysctl -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	for node in "${CLIENTS[@]}"; do
		attach "$node" clients 198.51.100.1 2001:db8:100::1
		# Source ports are used again at once, which TIME_WAIT is there to prevent.
		same "$node" sysctl -w net.ipv4.tcp_max_tw_buckets=0
		# Ports that a step asks for, 40001 and up, are not to be in use.
		same "$node" sysctl -w net.ipv4.ip_local_port_range="50000 60999"
	done
	for node in "${DIRECTORS[@]}"; do
		attach "$node" servers 10.0.0.1
	done
	for node in "${BACKENDS[@]}"; do
		attach "$node" servers 10.0.0.1 2001:db8:10::1
	done
}

# prepare_backend HOW NODE: HOW is show or same.
prepare_backend()
{
	local how=$1 node=$2

	"$how" "$node" ip link add gre1 type gre local "${ADDRESS[$node]}" remote any
	"$how" "$node" ip link set gre1 up
	"$how" "$node" ip address add "$VIP/32" dev lo
	"$how" "$node" ip address add "$VIP6/128" dev lo nodad
	"$how" "$node" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.gre1.rp_filter=0
}

prepare_router()
{
	local i

	for i in 1 2; do
		show router ip link add "gre$i" type gre local 10.0.0.1 \
			remote "${ADDRESS[director$i]}" ttl 64
		show router ip link set "gre$i" up
	done
	# Policy 1 is meant for this, but where one kernel is all the machines it takes
	# the hash of the sender's socket: another for each connection, and another one
	# after a packet was lost. These fields are addresses, protocol and ports.
	show router sysctl -qw net.ipv4.fib_multipath_hash_policy=3 \
		net.ipv4.fib_multipath_hash_fields=0x37
	show router ip route add "$VIP" nexthop dev gre1 nexthop dev gre2
}

# route_through DIRECTOR...: which directors the router spreads the VIP over
route_through()
{
	local director
	local -a hops=()

	for director; do
		hops+=(nexthop dev "gre${director#director}")
	done
	show router ip route replace "$VIP" "${hops[@]}"
}

# slow_file NODE SECONDS: what is downloaded from it, 4 KiB of it in a second
slow_file()
{
	head -c "$((4096 * $2))" /dev/zero >"$E2E_TMP/nginx-$1/root/slow"
}

start_nginx()
{
	local node=$1 dir=$E2E_TMP/nginx-$1

	mkdir -p "$dir/root"
	slow_file "$node" 10
	cat >"$dir/nginx.conf" <<-EOF
		daemon off;
		user root;
		worker_processes 1;
		pid $dir/pid;
		error_log $dir/error.log;
		events {}
		http {
			access_log off;
			keepalive_timeout 0;
			client_body_temp_path $dir/body;
			proxy_temp_path $dir/proxy;
			fastcgi_temp_path $dir/fastcgi;
			uwsgi_temp_path $dir/uwsgi;
			scgi_temp_path $dir/scgi;
			server {
				listen $VIP:80;
				listen [$VIP6]:80;
				root $dir/root;
				add_header X-Backend $node;
				location / { return 200 "$node\n"; }
				location = /slow { limit_rate 4k; }
			}
		}
	EOF
	background "$node" nginx -c "$dir/nginx.conf" -e "$dir/error.log"
}

nginx_listens()
{
	[[ -n $(in_ns "$1" ss -Htln "src $VIP:80") ]]
}

start_backends()
{
	local node

	for node in "${BACKENDS[@]}"; do
		start_nginx "$node"
	done
	for node in "${BACKENDS[@]}"; do
		wait_until 120 nginx_listens "$node" ||
			fail "nginx on $node does not listen: $(tail "$E2E_TMP/nginx-$node/"*.log)"
	done
}
