#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Who may change the configuration, and who may see what of it.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

add_ns director
# Not to be had in a chroot, for one.
why=$(unshare -U true 2>&1) && why=
in_ns director /usr/bin/python3 "$E2E_DIR/py/nl_rights.py" "$why"
