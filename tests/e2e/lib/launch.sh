#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: launch.sh SCENARIO NEED...
#
# Provide what a scenario needs, run it, and clean up. For run.sh.

# shellcheck source-path=SCRIPTDIR source=common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source-path=SCRIPTDIR source=needs.sh
. "$E2E_DIR/lib/needs.sh"

scenario=$1
for need in "${@:2}"; do
	"need_${need//-/_}"
done
case $scenario in
*.py) "${E2E_IN[@]}" /usr/bin/python3 "$scenario" ;;
*)
	# shellcheck source=/dev/null
	. "$scenario" ;;
esac
