# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Web servers that tests kill and start again. To be sourced by scenarios, which have
# common.sh.

# By node: the process, and the ports.
declare -A NGINX=() NGINX_PORTS=()

# nginx_conf NODE PORT...: a server that answers with its node's name, and keeps
# connections
nginx_conf()
{
	local node=$1 dir=$E2E_TMP/nginx-$1

	shift
	NGINX_PORTS[$node]=$*
	mkdir -p "$dir"
	cat >"$dir/conf" <<-END
		daemon off;
		master_process off;
		pid $dir/pid;
		error_log $dir/log;
		events {}
		http {
			access_log off;
			keepalive_timeout 1d;
			keepalive_requests 1000000;
			client_body_temp_path $dir/body;
			proxy_temp_path $dir/proxy;
			fastcgi_temp_path $dir/fastcgi;
			uwsgi_temp_path $dir/uwsgi;
			scgi_temp_path $dir/scgi;
			server {
				$(printf 'listen %s;' "$@")
				location / { return 200 "$node\n"; }
			}
		}
	END
}

# listens NODE: on all of its ports
listens()
{
	local -a ports

	read -ra ports <<<"${NGINX_PORTS[$1]}"
	[[ $(in_ns "$1" ss -Htln | grep -cE ":(${NGINX_PORTS[$1]// /|}) ") -eq ${#ports[@]} ]]
}

# serve NODE: starts its server, and waits for it
serve()
{
	background "$1" nginx -c "$E2E_TMP/nginx-$1/conf" -e "$E2E_TMP/nginx-$1/log"
	NGINX[$1]=$E2E_PID
	wait_until 20 listens "$1"
}

kill_server()
{
	kill -KILL "${NGINX[$1]}"
	wait "${NGINX[$1]}" 2>/dev/null || true
}
