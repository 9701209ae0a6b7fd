#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Wrong requests to the netlink family are refused, each for its reason, and
# change nothing.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

add_ns director
in_ns director /usr/bin/python3 "$E2E_DIR/py/nl_syntax.py"
in_ns director /usr/bin/python3 "$E2E_DIR/py/nl_rules.py"
in_ns director /usr/bin/python3 "$E2E_DIR/py/nl_several.py"
