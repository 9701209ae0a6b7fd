#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Connections stay where they are while backends and tables change.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=consistency.sh
. "$E2E_DIR/consistency.sh"

add_network
start_servers
py consistency backends
