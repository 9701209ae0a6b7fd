#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Random netlink requests for some seconds.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

add_ns director
in_ns director /usr/bin/python3 "$E2E_DIR/py/nl_fuzz.py" "${MAGLEV_E2E_FUZZ:-10}"
