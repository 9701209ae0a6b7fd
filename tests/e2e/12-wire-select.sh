#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Which service a packet is of, and which backend it goes to.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=wire.sh
. "$E2E_DIR/wire.sh"

wire_topology
py select_service

adm -C
# Weights apart, one backend without; added in no order.
adm -R <<END
-A -t 203.0.113.1:80 --table-size 1021 --seed 0x123456789abcdef --track none
-a -t 203.0.113.1:80 -r 10.2.0.14 -w 2
-a -t 203.0.113.1:80 -r 10.2.0.11 -w 1
-a -t 203.0.113.1:80 -r 10.2.0.13 -w 3
-a -t 203.0.113.1:80 -r 10.2.0.12 -w 0
-a -t 203.0.113.1:80 -r 10.2.0.15 -w 1
END
py select_backend
