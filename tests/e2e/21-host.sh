#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The module beside the rest of the host: trusted routers, no services,
# a backend on the host itself, connection tracking, nftables, queues, tcpdump.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=wire.sh
. "$E2E_DIR/wire.sh"

# tcpdump on the director's way out, and a counter and conntrack beside it.
watch_director()
{
	in_ns director nft -f - <<-END
		table ip watch {
			chain pre {
				type filter hook prerouting priority 0;
				ct state new accept
			}
			chain post {
				type filter hook postrouting priority 0;
				ip daddr 10.2.0.11 counter comment "sent"
				ct state untracked counter comment "untracked"
			}
		}
	END
	background director tcpdump -U -ni d1 -c 5 \
		-w "$E2E_TMP/d1.pcap" ip proto 47 2>"$E2E_TMP/tcpdump"
	wait_until 20 grep -q 'listening on' "$E2E_TMP/tcpdump"
}

nft_packets()
{
	in_ns director nft list table ip watch |
		sed -n "s/.*packets \([0-9]*\) .*comment \"$1\"/\1/p"
}

captured()
{
	tcpdump -nr "$1" 2>/dev/null | grep -c '10.1.0.2 > 10.2.0.11: GREv0'
}

has_captured()
{
	[[ $(captured "$2") == "$1" ]]
}

wire_topology
py host routers
py host services
py host local_backend

adm -A -t 203.0.113.1:80
adm -a -t 203.0.113.1:80 -r 10.2.0.11
watch_director
py host conntrack
check_is "POST_ROUTING sees what is sent on" 5 "$(nft_packets sent)"
check_is "POST_ROUTING sees it untracked" 5 "$(nft_packets untracked)"
check "tcpdump on the director sees what is sent on" \
	wait_until 20 has_captured 5 "$E2E_TMP/d1.pcap"

# Queued before the module's hook, so it gets them from there.
if in_ns director nft -f - <<END 2>/dev/null; then
table ip queued {
	chain pre {
		type filter hook prerouting priority -500;
		ip protocol gre queue to 5
	}
}
END
	py host queued
	in_ns director nft delete table ip queued
else
	skip "packets that were queued before the hook are sent on" "no nft_queue here"
fi

in_ns director nft -f - <<END
add rule ip watch post ip daddr 10.2.0.11 drop
END
py host refused_by_nft
