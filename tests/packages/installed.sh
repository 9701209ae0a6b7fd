#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The packages on a system that systemd has not booted: they are installed, the steps of
# maglev.service are taken by hand, ldirectord is content with maglevadm-ipvsadm, the
# module is exchanged, and after a purge nothing is left. Run by tests/packages/run.

# shellcheck source-path=SCRIPTDIR source=guest.sh
. "${BASH_SOURCE[0]%/*}/guest.sh"
FROM=$MAGLEV_PACKAGES
# As systemd does.
export STATE_DIRECTORY=/var/lib/maglev

# step NAME: the command of the unit that is called so
step()
{
	local line

	line=$(sed -n "s/^$1=+\?//p" /lib/systemd/system/maglev.service)
	[[ -n $line ]] && $line
}

refused()
{
	local said

	if said=$(step "$1" 2>&1); then
		return 1
	fi
	echo "$said"
	grep -q "$RULES.*5" <<<"$said"
}

# loads VERSION: the first step of a start leads to this version
loads()
{
	step ExecStartPre && grep -x "$1" /sys/module/maglev/version
}

fresh_system
files >"$E2E_TMP/before"
mkdir -p /etc/maglev
(umask 077; cat >$RULES) <<-END
	--add-pool web --seed 0x1122334455667788
	-a --pool web -r 10.0.0.21 -i --tun-type gre -w 1
	-a --pool web -r 10.0.0.22 -i --tun-type gre -w 1
	-A -t 192.0.2.80:80 -s mh --pool web
END
check "packages are installed" installs maglev-dkms maglevadm maglevadm-ipvsadm
check "DKMS has built the module" built "$VERSION"
check "packages are complete, ldirectord included" [ -z "$(dpkg --audit)" ]
mkdir -m 700 "$STATE_DIRECTORY"
check "the module is loaded" loads "$VERSION"
check "start" step ExecStart
check "rules are in place" same_rules
check "ipvsadm lists the service" grep -q "^TCP  192.0.2.80:80 " <(/sbin/ipvsadm -L -n)

sed -i '/10.0.0.22/d' $RULES
check "reload" step ExecReload
check "new rules are in place" same_rules
cp -p $RULES "$E2E_TMP/good"
printf '%s\n' "# a comment" "-a --pool nowhere -r 10.0.0.23" >>$RULES
check "a file that is refused: reload names file and line" refused ExecReload
cp -p $RULES "$E2E_TMP/bad"
cp -p "$E2E_TMP/good" $RULES
check "nothing of it is applied" same_rules
check "stop" step ExecStop
check "nothing is configured" nothing_configured
check_is "connections are saved, for root alone" "600" "$(stat -c %a "$STATE_DIRECTORY/state")"
cp -p "$E2E_TMP/bad" $RULES
check "start names file and line" refused ExecStart
check "nothing is applied" nothing_configured
check "what is saved stays for a start that succeeds" test -e "$STATE_DIRECTORY/state"
cp -p "$E2E_TMP/good" $RULES
check "start" step ExecStart
check "what was saved is used up" test ! -e "$STATE_DIRECTORY/state"
step ExecStop >/dev/null
echo broken >"$STATE_DIRECTORY/state"
check "what was saved is broken: start, without" step ExecStart
check "rules are in place" same_rules
check "it is no more" test ! -e "$STATE_DIRECTORY/state"
step ExecStop >/dev/null

FROM=$MAGLEV_PACKAGES/next
next=$(dpkg-deb -f "$(deb maglev-dkms)" Version)
check "upgrade of the module" installs maglev-dkms
maglevadm -A -t 192.0.2.81:80
check "it is not loaded while the old one has rules" loads "$VERSION"
maglevadm -C
check "it is loaded in exchange" loads "$next"
check "start" step ExecStart

check "packages are purged" purges
check "the module is gone" [ ! -e /sys/module/maglev ]
nothing_left
