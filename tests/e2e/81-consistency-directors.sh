#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Connections stay where they are while the router spreads them over other
# directors, and backends change at the same moment.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=consistency.sh
. "$E2E_DIR/consistency.sh"

add_network
start_servers
py consistency directors
