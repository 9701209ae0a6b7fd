#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Addresses, routes and devices of the director change while it works.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=wire.sh
. "$E2E_DIR/wire.sh"

wire_topology
adm -R <<END
-A -t 203.0.113.1:80
-a -t 203.0.113.1:80 -r 10.2.0.11
END
py addresses
py routes
py devices
