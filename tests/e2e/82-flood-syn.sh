#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# A flood of SYNs costs no memory where slots have settled, and no connection.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=consistency.sh
. "$E2E_DIR/consistency.sh"

add_network
start_servers
py flood syn
