#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Which backend a flow's packets go to while backends change, and what becomes
# of packets that none may serve.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=wire.sh
. "$E2E_DIR/wire.sh"

wire_topology
# Where the errors for clients go.
ip_ns director <<END
route add 198.51.100.0/24 via 10.1.0.1
END
py stay
py nobody
