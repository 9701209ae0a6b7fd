#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# A flood of UDP flows fills the cache, but takes no place from those that live.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=consistency.sh
. "$E2E_DIR/consistency.sh"

add_network
start_servers
py flood udp
