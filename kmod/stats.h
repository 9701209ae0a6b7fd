/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters: what became of every GRE packet this host was sent, and how much
 * a service and a backend got. Per CPU, written without a lock.
 */
#ifndef _MGL_STATS_H
#define _MGL_STATS_H

#include <linux/types.h>

/*
 * One line per fate of a packet: enumerator, verdict, name, meaning. The name
 * is ABI; Documentation/counters.md says what to do when one grows.
 */
#define MGL_COUNTERS(X)							      \
	X(FORWARDED, STOLEN, "forwarded",				      \
	  "sent on to a backend")					      \
	X(LOCAL, ACCEPT, "forwarded_local",				      \
	  "given to this host, which is the backend itself")		      \
	X(UNTRUSTED, ACCEPT, "accept_untrusted",			      \
	  "from no trusted router")					      \
	X(OUTER_FRAGMENT, ACCEPT, "accept_outer_fragment",		      \
	  "the GRE packet itself is a fragment")			      \
	X(GRE_TRUNCATED, ACCEPT, "accept_gre_truncated",		      \
	  "too short to hold an inner destination")			      \
	X(GRE_PROTOCOL, ACCEPT, "accept_gre_protocol",			      \
	  "carries neither IPv4 nor IPv6")				      \
	X(INNER_IPV6, ACCEPT, "accept_inner_ipv6",			      \
	  "carries IPv6")						      \
	X(NOT_VIP, ACCEPT, "accept_not_vip",				      \
	  "inner destination is no VIP")				      \
	X(NO_SERVICE, ACCEPT, "accept_no_service",			      \
	  "VIP has no service for the protocol and port")		      \
	X(INNER_FRAGMENT, ACCEPT, "accept_inner_fragment",		      \
	  "inner packet to a VIP is a fragment")			      \
	X(INNER_ICMP, ACCEPT, "accept_inner_icmp",			      \
	  "inner packet to a VIP is ICMP")				      \
	X(GRE_VERSION, DROP, "drop_gre_version",			      \
	  "for a VIP, GRE version is not 0")				      \
	X(GRE_ROUTING, DROP, "drop_gre_routing",			      \
	  "for a VIP, GRE with source routes")				      \
	X(INNER_HEADER, DROP, "drop_inner_header",			      \
	  "inner IP header to a VIP is malformed")			      \
	X(INNER_L4, DROP, "drop_inner_l4",				      \
	  "inner transport header to a VIP is cut short")		      \
	X(NO_BACKEND, DROP, "drop_no_backend",				      \
	  "no backend of the service has a weight")			      \
	X(TTL, DROP, "drop_ttl",					      \
	  "outer TTL used up")						      \
	X(NO_ROUTE, DROP, "drop_no_route",				      \
	  "no route to the backend")					      \
	X(TOO_BIG, DROP, "drop_too_big",				      \
	  "does not fit the path to the backend and DF is set")		      \
	X(NO_MEMORY, DROP, "drop_no_memory",				      \
	  "headers could not be made writable")

/**
 * enum mgl_counter - the fate of a packet, and its counter
 * @MGL_CNT_NONE: not decided yet, or nothing of ours: not counted
 *
 * The others are described by MGL_COUNTERS().
 */
enum mgl_counter {
	MGL_CNT_NONE,
#define X(id, verdict, name, doc) MGL_CNT_##id,
	MGL_COUNTERS(X)
#undef X
	MGL_CNT_MAX
};

/**
 * enum mgl_verdict - what the hook does with the packet
 * @MGL_ACCEPT: leaves it to the stack, untouched but for MGL_CNT_LOCAL
 * @MGL_DROP: has it freed
 * @MGL_STOLEN: it has been given away
 */
enum mgl_verdict {
	MGL_ACCEPT,
	MGL_DROP,
	MGL_STOLEN,
};

#endif /* _MGL_STATS_H */
