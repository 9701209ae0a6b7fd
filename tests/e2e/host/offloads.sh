# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Super-packets through the director: with GRE keys and checksums, as a tunnel sends
# them or as GRO makes them of segments on the wire, to devices that leave them whole or
# have them cut up by software in one way or another. Each of these meets each mix of
# families somewhere, not everywhere. Run by lib/launch.sh.

# shellcheck source-path=SCRIPTDIR/../lib source=tunnels.sh
. "$E2E_DIR/lib/tunnels.sh"

add_hosts
add_keyed_tunnels
start_transfers
count_gre
ip_ns router <<<"link set gre4 mtu 1440"
features backend b0 gro on

features director d0 gro off
way "whole, IPv4 with a checksum to IPv4" gre4s $V4_SUM 0
way "whole, IPv4 with key and checksum to IPv6" gre4k $V6 20
features director d1 tso off gso off tx off
way "whole, to software, IPv6 with a checksum to IPv4" bare6s $V4_SUM -20
way "whole, to software, IPv6 with an encapsulation limit and a key to IPv6" gre6k $V6 0

router_sends segments
features director d0 gro on
way "GRO, to software, IPv4 with a checksum to IPv4" gre4s $V4_SUM 0
way "GRO, to software, IPv4 with key and checksum to IPv6" gre4k $V6 20
features director d1 tso on gso on tx on tx-gre-csum-segmentation off
way "GRO, to software by GRE checksum, IPv6 with a checksum to IPv6" bare6s $V6_SUM 0
features director d1 tx-gre-csum-segmentation on tx-gre-segmentation off
way "GRO, to software by GRE, IPv6 with an encapsulation limit and a key to IPv4" gre6k $V4 -28
# As a list of packets with headers, where the kernel has that for TCP.
features director d1 tx-gre-segmentation on tso off gso off tx off
features director d0 rx-gro-list on
way "GRO as lists, to software, IPv4 with a checksum to IPv4" gre4s $V4_SUM 0
way "GRO as lists, to software, IPv4 with key and checksum to IPv6" gre4k $V6 20
way "GRO as lists, to software, IPv6 with an encapsulation limit and a key to IPv6" gre6k $V6 0
check_is "no packet is dropped" 0 "$(drops)"
