#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Everything there is to set up is taken down and set up again, 200 times in
# all, while packets keep coming.  Memory is judged by the lab (kmemleak).

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=wire.sh
. "$E2E_DIR/wire.sh"

: "${MAGLEV_KO:?the module to load again}"

# The next scenario wants the module, whatever becomes of this one.
at_exit()
{
	grep -q '^maglev ' /proc/modules || insmod "$MAGLEV_KO"
}

wire_topology
py lifecycle "$MAGLEV_KO"
check "the module can be removed at the end" rmmod maglev
check "and loaded once more" insmod "$MAGLEV_KO"
