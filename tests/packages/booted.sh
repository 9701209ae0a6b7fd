#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The packages on a system that systemd has booted, a director with traffic: installed,
# reloaded, restarted, upgraded, purged. Run by tests/packages/run.
#
# The director is the network namespace that systemd runs in:
#
#   client 10.0.0.1 ═══ GRE ═══ 10.0.0.11 ═══ GRE ═══ backend1 10.0.0.21
#          │                        │                 backend2 10.0.0.22
#          └───────────────────── lan ────────────────────┘

# shellcheck source-path=SCRIPTDIR source=guest.sh
. "${BASH_SOURCE[0]%/*}/guest.sh"
# shellcheck source-path=SCRIPTDIR source=../e2e/lib/nginx.sh
. "$E2E_DIR/lib/nginx.sh"
VIP=192.0.2.80
CONNECTIONS=40
FROM=$MAGLEV_PACKAGES

# --- the network ------------------------------------------------------------

# attach NAME ADDRESS
attach()
{
	add_ns "$1"
	ip link add eth0 netns "$(ns "$1")" type veth peer name "$1"
	ip link set "$1" master lan up
	ip_ns "$1" <<-END
		address add $2/24 dev eth0
		link set eth0 up
	END
}

network()
{
	local number

	ip link add lan type bridge
	ip address add 10.0.0.11/24 dev lan
	ip link set lan up
	attach client 10.0.0.1
	ip_ns client <<-END
		link add gre1 type gre local 10.0.0.1 remote 10.0.0.11 ttl 64
		link set gre1 up
		route add $VIP dev gre1 src 10.0.0.1
	END
	in_ns client sysctl -qw net.ipv4.conf.{all,gre1,eth0}.rp_filter=0
	for number in 1 2; do
		attach backend$number 10.0.0.2$number
		ip_ns backend$number <<-END
			link add gre1 type gre local 10.0.0.2$number
			link set gre1 up
			address add $VIP/32 dev lo
		END
		in_ns backend$number sysctl -qw net.ipv4.conf.{all,gre1}.rp_filter=0
		nginx_conf backend$number 80
		serve backend$number
	done
}

# rules NUMBER...: the file, with these backends
rules()
{
	local number

	mkdir -p /etc/maglev
	(
		umask 077
		{
			echo "--add-pool web --seed 0x1122334455667788"
			for number; do
				echo "-a --pool web -r 10.0.0.2$number -i --tun-type gre -w 1"
			done
			echo "-A -t $VIP:80 -s mh --pool web"
		} >$RULES
	)
}

# answers: servers that new connections get to
answers()
{
	local i

	for ((i = 0; i < 16; i++)); do
		in_ns client curl -sS --max-time "$(limit 20)" "http://$VIP/" || echo error
	done | sort -u | tr '\n' ' '
}

# connect: connections that stay open; $SERVERS are those that they are with
connect()
{
	coproc KEEP { in_ns client /usr/bin/python3 "$E2E_DIR/lib/keepalive.py" "$VIP" 80 $CONNECTIONS; }
	E2E_PIDS+=("$KEEP_PID")
	read -r -t "$(limit 30)" SERVERS <&"${KEEP[0]}"
}

# broken: a request on each of them; prints the servers of those that were broken
broken()
{
	local answer

	echo >&"${KEEP[1]}"
	read -r -t "$(limit 30)" answer <&"${KEEP[0]}"
	echo "$answer"
}

# --- systemd ----------------------------------------------------------------

# boot: systemd is the first process of a PID namespace; it starts what belongs to
# systemd, and what packages enable from now on
boot()
{
	rm -rf /etc/systemd/system/*.wants
	# The scenario has files in /tmp.
	ln -sf /dev/null /etc/tmpfiles.d/tmp.conf
	# What the service needs no part of, and takes most of the time.
	systemctl -q mask modprobe@.service dev-hugepages.mount dev-mqueue.mount ipvsadm.service \
		systemd-binfmt.service proc-sys-fs-binfmt_misc.automount systemd-sysusers.service \
		systemd-modules-load.service systemd-logind.service dbus.service dbus.socket \
		kmod-static-nodes.service systemd-firstboot.service console-getty.service
	env -i container=lab PATH="$PATH" unshare --fork --pid --mount --mount-proc \
		/lib/systemd/systemd --system --unit=multi-user.target \
		</dev/null >"$LAB_OUT/systemd.log" 2>&1 &
	UNSHARED=$!
	wait_until 20 booted
}

booted()
{
	INIT=$(<"/proc/$UNSHARED/task/$UNSHARED/children")
	[[ -n $INIT ]] &&
		inside systemctl -q is-active multi-user.target 2>/dev/null
}

# inside COMMAND...: where systemd is the first process
inside()
{
	nsenter --target "${INIT% }" --pid --mount -- "$@"
}

active()
{
	inside systemctl -q is-active "$1"
}

# journal PATTERN: the service has said so
journal()
{
	inside journalctl --no-pager -u maglev.service | grep -q -- "$1" || {
		inside journalctl --no-pager -u maglev.service | tail -n 20
		return 1
	}
}

# --- scenario ---------------------------------------------------------------

installs_inside()
{
	local -a list

	mapfile -t list < <(deb "$@")
	inside env PATH="$PATH" dpkg --force-unsafe-io -i "${list[@]}" </dev/null
}

install_packages()
{
	rules 1
	check "packages are installed" installs_inside maglev-dkms maglevadm maglevadm-ipvsadm
	check "DKMS has built the module" built "$VERSION"
	check_is "DKMS has signed it" "DKMS module signing key" "$(modinfo -F signer maglev)"
	check_is "it is loaded" "$VERSION" "$(cat /sys/module/maglev/version)"
	check "the service is started" active maglev.service
	check "it is enabled" inside systemctl -q is-enabled maglev.service
	check "rules are in place" same_rules
	check "packages are complete, ldirectord included" [ -z "$(dpkg --audit)" ]
	check_is "ldirectord has its ipvsadm" "ii  maglevadm-ipvsadm" \
		"$(dpkg-query -f '${db:Status-Abbrev} ${Package}\n' -W '*ipvsadm' ldirectord | grep '^ii.*ipvsadm')"
	check "ipvsadm lists the service" grep -q "^TCP  $VIP:80 " <(/sbin/ipvsadm -L -n)
}

reload()
{
	connect
	check_is "connections are open" "backend1 $CONNECTIONS" "$SERVERS"
	rules 1 2
	check "another backend: reload" inside systemctl reload maglev.service
	check_is "no connection breaks" none "$(broken)"
	check_is "new ones are with both" "backend1 backend2 " "$(answers)"
}

bad_file()
{
	cp -p $RULES "$E2E_TMP/good"
	echo "-a --pool nowhere -r 10.0.0.23" >>$RULES
	check "a file that is refused: reload fails" eval '! inside systemctl reload maglev.service'
	check "with file and line" journal "$RULES.*5"
	check "the service goes on" active maglev.service
	cp -p $RULES "$E2E_TMP/bad"
	cp -p "$E2E_TMP/good" $RULES
	check "with the rules that it had" same_rules
	check_is "no connection breaks" none "$(broken)"
	cp -p "$E2E_TMP/bad" $RULES
	inside systemctl stop maglev.service
	check "start fails" eval '! inside systemctl start maglev.service'
	check "nothing is applied" nothing_configured
	cp -p "$E2E_TMP/good" $RULES
	check "the file is mended: start" inside systemctl start maglev.service
	check_is "connections from before go on" none "$(broken)"
}

# announcer: a unit as the head of maglev.service describes it
announcer()
{
	echo WITHDRAW_WAIT=1 >>/etc/default/maglev
	cat >/etc/systemd/system/announce.service <<-END
		[Unit]
		Requires=maglev.service
		After=maglev.service network.target

		[Service]
		Type=oneshot
		RemainAfterExit=yes
		EnvironmentFile=-/etc/default/maglev
		ExecStart=/bin/sh -c 'maglevadm -S -n >/run/announced'
		ExecStop=/bin/sh -c 'date +%%s%%3N >/run/withdrawn'
		ExecStopPost=/usr/libexec/maglev/director wait
		ExecStopPost=/bin/sh -c 'date +%%s%%3N >/run/waited; maglevadm -S -n >/run/then'
	END
	inside systemctl daemon-reload
	inside systemctl start announce.service
}

order()
{
	announcer
	check "a unit announces the director, with rules in place" diff /run/announced <(maglevadm -S -n)
	maglevadm -S -n >"$E2E_TMP/rules"
	check "stop" inside systemctl stop maglev.service
	check "it is withdrawn first" diff "$E2E_TMP/rules" /run/then
	check "there is time for that to be known" [ "$(($(</run/waited) - $(</run/withdrawn)))" -ge 1000 ]
	check "nothing is configured then" nothing_configured
	check_is "connections are saved, for root alone" "600 700" \
		"$(stat -c %a /var/lib/maglev/state) $(stat -c %a /var/lib/maglev)"
	inside systemctl start announce.service
	check "announcing starts the service" active maglev.service
	check_is "connections from before go on" none "$(broken)"
	inside systemctl restart maglev.service
	check "restart: both are active" active announce.service
	check_is "no connection breaks" none "$(broken)"
	check "no state is left" [ ! -e /var/lib/maglev/state ]
	inside systemctl stop announce.service
	rm /etc/systemd/system/announce.service /run/{announced,withdrawn,waited,then}
	inside systemctl daemon-reload
}

metrics()
{
	local dir=/var/lib/prometheus/node-exporter

	check "metrics are off at first" eval '! active maglev-metrics.timer'
	mkdir -p $dir
	inside systemctl -q enable --now maglev-metrics.timer
	check "the timer writes them" wait_until 60 test -e $dir/maglev.prom
	check "Prometheus accepts them" eval "promtool check metrics <$dir/maglev.prom"
	rm -r /var/lib/prometheus/node-exporter
}

# under_traffic COMMAND...: requests go on meanwhile; what broke is in $BROKEN
under_traffic()
{
	local pid answer

	"$@" >"$E2E_TMP/said" 2>&1 &
	pid=$!
	BROKEN='' ROUNDS=0
	while kill -0 "$pid" 2>/dev/null; do
		answer=$(broken)
		[[ $answer == none ]] || BROKEN+="$answer "
		ROUNDS=$((ROUNDS + 1))
	done
	wait "$pid"
}

upgrade()
{
	local next

	FROM=$MAGLEV_PACKAGES/next
	next=$(dpkg-deb -f "$(deb maglev-dkms)" Version)
	if under_traffic installs_inside maglev-dkms maglevadm maglevadm-ipvsadm; then
		ok "upgrade to $next"
	else
		not_ok "upgrade to $next"
		diag "$(<"$E2E_TMP/said")"
	fi
	check_is "the module is loaded in exchange" "$next" "$(cat /sys/module/maglev/version)"
	check "the service is active" active maglev.service
	check "rules are in place" same_rules
	check_is "no connection breaks" none "$(broken)${BROKEN:+, before: $BROKEN}"
	echo "# $ROUNDS rounds of requests during the upgrade"
}

purge()
{
	check "packages are purged" purges inside env PATH="$PATH"
	check "the module is gone" [ ! -e /sys/module/maglev ]
	check_is "and so are units" "" "$(inside systemctl list-units --all --plain --no-legend 'maglev*')"
	nothing_left
}

fresh_system
network
if boot; then
	ok "systemd boots"
else
	not_ok "systemd boots"
	exit
fi
files >"$E2E_TMP/before"
install_packages
reload
bad_file
order
metrics
upgrade
purge
inside systemctl poweroff
wait "$UNSHARED" || true
