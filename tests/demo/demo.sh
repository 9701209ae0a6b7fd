#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The main job on real traffic: two clients, a router, two directors, four web
# servers.  Needs root and the module loaded; ./run provides both.  The exit code
# says whether everything that is shown is true.

set -euo pipefail
shopt -s inherit_errexit
DEMO_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$DEMO_DIR/lib.sh"
# shellcheck source-path=SCRIPTDIR source=topology.sh
. "$DEMO_DIR/topology.sh"
# shellcheck source-path=SCRIPTDIR source=steps.sh
. "$DEMO_DIR/steps.sh"
# shellcheck source-path=SCRIPTDIR source=takeout.sh
. "$DEMO_DIR/takeout.sh"

echo
version=$(maglevadm --info | awk '/[Vv]ersion/ { print $NF; exit }')
echo "Maglev load balancer $version on Linux $(uname -r)"
drawing
make_network

step_network
step_directors
step_spread
step_agreement
step_reshuffle
step_takeout
step_stats
trap - ERR

printf '\ndemo: everything shown was checked and is true; %d s\n' "$SECONDS"
