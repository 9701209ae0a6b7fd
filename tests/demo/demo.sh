#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The main job on real traffic: two clients, a router, two directors, four web
# servers.  Needs root and the module loaded; ./run provides both.  The exit code
# is 0 if the checks of every step held.

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

main()
{
	local version

	version=$(maglevadm --info | awk '/[Vv]ersion/ { print $NF; exit }')
	echo
	echo "Maglev load balancer $version on Linux $(uname -r)"
	drawing
	make_network

	step_network
	step_directors
	step_spread
	step_agreement
	measure_pace
	step_reshuffle
	step_drain
	step_failure
	step_stats
	step_ipv6
	DEMO_HELD=yes
}

# A syntax error in arithmetic ends the command at this level that it is in, all of
# the steps therefore, and the script goes on behind it.
DEMO_HELD=
main
[[ -n $DEMO_HELD ]] || fail "an error in step $DEMO_STEP"
trap - ERR

cat <<EOF

demo: these were checked, and held ($SECONDS s):
    2. Both directors' tables have the same fingerprint.
    3. Every request was answered, and none through a director; the router used both. Each
       backend's share is its table's, within five standard deviations.
    4. Each of the flows reached the same backend through both directors.
    5. No download broke, and director1 got nothing more.
    6. While backend2 drained, no download and no short request failed, and no new flow
       reached it. Both directors removed it when it had no flow left, before the deadline.
    7. When backend3 was down, downloads broke on it and nowhere else, at most four short
       requests failed, and no new flow reached it.
    6. and 7. No more than a fifth of the other backends' new flows moved. With the backend
       back, fingerprint and flows are as in the beginning.
    8. Neither director dropped a packet, and both sent flows to every backend.
    9. Every request over IPv6 was answered, by all backends, and none through a director;
       the router used both, whose tables have the same fingerprint.
EOF
