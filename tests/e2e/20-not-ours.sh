#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What the module leaves alone, and what it refuses.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=wire.sh
. "$E2E_DIR/wire.sh"

wire_topology
# A tunnel of the director's own, for whatever is not for a VIP.
ip_ns director <<END
link add gre1 type gre local 10.1.0.2 remote any
link set gre1 up
END
adm -R <<END
-A -t 203.0.113.1:80
-a -t 203.0.113.1:80 -r 10.2.0.11
-A -u 203.0.113.1:53
-a -u 203.0.113.1:53 -r 10.2.0.11
--add-service --sctp-service 203.0.113.1:5060
--add-server --sctp-service 203.0.113.1:5060 -r 10.2.0.11
END
py not_ours
