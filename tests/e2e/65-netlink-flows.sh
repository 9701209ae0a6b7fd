#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Listing, counting and forgetting thousands of tracked flows.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

add_ns director
in_ns director /usr/bin/python3 "$E2E_DIR/py/nl_conn.py"
