#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Packets near and above the MTU of the path to the backend.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=wire.sh
. "$E2E_DIR/wire.sh"

wire_topology
# The way to .11 takes 1400 bytes, that to .12 all 1500, that to .13 1000.
ip_ns director <<END
route add 10.2.0.11 dev d1 mtu 1400
route add 10.2.0.13 dev d1 mtu lock 1000
END
adm -R <<END
-A -u 203.0.113.1:53
-a -u 203.0.113.1:53 -r 10.2.0.11
-A -u 203.0.113.2:53
-a -u 203.0.113.2:53 -r 10.2.0.12
-A -u 203.0.113.3:53
-a -u 203.0.113.3:53 -r 10.2.0.13
END
py size
