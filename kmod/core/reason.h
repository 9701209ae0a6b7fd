/* SPDX-License-Identifier: GPL-2.0 */
/* Reasons: why processing of a packet ended. One for each packet. Pure. */
#ifndef _MGL_REASON_H
#define _MGL_REASON_H

/**
 * enum mgl_reason - why processing of a packet ended; also its counter
 * @MGL_REASON_NONE: undecided, or not for a director; not counted
 * @MGL_REASON_AGAIN: the configuration has changed meanwhile: to be processed
 *	again, from the start
 * @MGL_REASON_HELD: held for a while; counted when that ends, for what becomes of
 *	it then
 * @MGL_REASON_FORWARDED: forwarded to a backend
 * @MGL_REASON_LOCAL: delivered to this host, which is the backend
 * @MGL_REASON_PEER: inner fragment, forwarded to the peer that owns it
 * @MGL_REASON_UNTRUSTED: outer source is not a trusted router
 * @MGL_REASON_MARTIAN: outer source is an address that no other host can have
 * @MGL_REASON_OUTER_FRAGMENT: the GRE packet itself is a fragment, which is not
 *	reassembled here
 * @MGL_REASON_OUTER_HELD: the same, and it waits for the rest of its packet
 * @MGL_REASON_OUTER_REASSEMBLY: the same, and there is no room for it, it
 *	contradicts other fragments, or it came twice
 * @MGL_REASON_OUTER_EXTENSIONS: extension headers of the outer IPv6 packet are
 *	malformed, too many, or send it on to another node
 * @MGL_REASON_GRE_TRUNCATED: packet ends before the inner destination, or has
 *	too many source routes in front of it
 * @MGL_REASON_GRE_PROTOCOL: carries neither IPv4 nor IPv6
 * @MGL_REASON_NOT_VIP: inner destination is not a VIP
 * @MGL_REASON_NO_SERVICE: VIP has no service for the protocol and port
 * @MGL_REASON_INNER_FRAGMENT: inner packet to a VIP is a fragment; the reason of
 *	the packet only if there is no table of fragments any more
 * @MGL_REASON_INNER_ICMP: inner packet to a VIP is ICMP, or ICMPv6 in IPv6, of
 *	a type that no service is concerned with
 * @MGL_REASON_QUOTED_FRAGMENT: inner ICMP error to a VIP quotes a fragment other
 *	than the first
 * @MGL_REASON_GRE_VERSION: for a VIP, GRE version is not 0
 * @MGL_REASON_GRE_ROUTING: for a VIP, GRE with source routes
 * @MGL_REASON_INNER_HEADER: inner IP header to a VIP is malformed
 * @MGL_REASON_INNER_EXTENSIONS: extension headers of an inner IPv6 packet to a
 *	VIP are malformed, out of order, or too many
 * @MGL_REASON_INNER_JUMBOGRAM: inner IPv6 packet to a VIP is a jumbogram
 * @MGL_REASON_INNER_L4: inner transport header to a VIP is truncated
 * @MGL_REASON_ICMP_MALFORMED: inner ICMP error or echo request to a VIP is
 *	truncated or malformed, so that it names no flow
 * @MGL_REASON_QUOTED_SOURCE: inner ICMP error to a VIP quotes a packet from
 *	another address
 * @MGL_REASON_FRAGMENT_MALFORMED: inner fragment to a VIP is empty, not of a
 *	multiple of 8 bytes, or ends beyond the largest datagram
 * @MGL_REASON_FRAGMENT_TINY: first inner fragment to a VIP ends in the transport
 *	header, or another one begins in that of TCP
 * @MGL_REASON_FRAGMENT_REST: inner fragment whose first fragment was dropped, or
 *	went to a backend that is not usable any more
 * @MGL_REASON_FRAGMENT_FULL: inner fragment that came before its first one, and
 *	there is no room to hold it
 * @MGL_REASON_FRAGMENT_TIMEOUT: inner fragment that was held, and its first one
 *	has not come
 * @MGL_REASON_POLICY: for a VIP, refused by an IPsec policy for input
 * @MGL_REASON_NO_BACKEND: the service has no usable backend
 * @MGL_REASON_REJECTED: the same, and the client was sent an ICMP error
 * @MGL_REASON_NO_BACKEND_ACCEPT: the same, and the service leaves such packets
 *	to the stack
 * @MGL_REASON_OVERLOADED: the packet begins a flow, and no backend of the service
 *	takes new ones: those that could are at their upper thresholds
 * @MGL_REASON_TTL: outer TTL has expired
 * @MGL_REASON_NO_ROUTE: no route to the backend
 * @MGL_REASON_TOO_BIG: larger than the path MTU to the backend, with DF set
 * @MGL_REASON_LRO: merged by a device that does large receive offload
 * @MGL_REASON_NO_MEMORY: headers could not be made writable
 * @MGL_REASON_MAX: number of reasons
 *
 * Names and verdicts are in reason.c; Documentation/counters.md explains the
 * counters and what to do about them.
 */
enum mgl_reason {
	MGL_REASON_NONE,
	MGL_REASON_AGAIN,
	MGL_REASON_HELD,
	MGL_REASON_FORWARDED,
	MGL_REASON_LOCAL,
	MGL_REASON_PEER,
	MGL_REASON_UNTRUSTED,
	MGL_REASON_MARTIAN,
	MGL_REASON_OUTER_FRAGMENT,
	MGL_REASON_OUTER_HELD,
	MGL_REASON_OUTER_REASSEMBLY,
	MGL_REASON_OUTER_EXTENSIONS,
	MGL_REASON_GRE_TRUNCATED,
	MGL_REASON_GRE_PROTOCOL,
	MGL_REASON_NOT_VIP,
	MGL_REASON_NO_SERVICE,
	MGL_REASON_INNER_FRAGMENT,
	MGL_REASON_INNER_ICMP,
	MGL_REASON_QUOTED_FRAGMENT,
	MGL_REASON_GRE_VERSION,
	MGL_REASON_GRE_ROUTING,
	MGL_REASON_INNER_HEADER,
	MGL_REASON_INNER_EXTENSIONS,
	MGL_REASON_INNER_JUMBOGRAM,
	MGL_REASON_INNER_L4,
	MGL_REASON_ICMP_MALFORMED,
	MGL_REASON_QUOTED_SOURCE,
	MGL_REASON_FRAGMENT_MALFORMED,
	MGL_REASON_FRAGMENT_TINY,
	MGL_REASON_FRAGMENT_REST,
	MGL_REASON_FRAGMENT_FULL,
	MGL_REASON_FRAGMENT_TIMEOUT,
	MGL_REASON_POLICY,
	MGL_REASON_NO_BACKEND,
	MGL_REASON_REJECTED,
	MGL_REASON_NO_BACKEND_ACCEPT,
	MGL_REASON_OVERLOADED,
	MGL_REASON_TTL,
	MGL_REASON_NO_ROUTE,
	MGL_REASON_TOO_BIG,
	MGL_REASON_LRO,
	MGL_REASON_NO_MEMORY,
	MGL_REASON_MAX
};

/* Reasons from this one on are counted. */
#define MGL_REASON_COUNTED MGL_REASON_FORWARDED

/**
 * enum mgl_verdict - action of the entry point on a packet
 * @MGL_ACCEPT: leave it to the stack, unmodified except for MGL_REASON_LOCAL
 * @MGL_DROP: free it
 * @MGL_STOLEN: none, the packet has been consumed
 */
enum mgl_verdict {
	MGL_ACCEPT,
	MGL_DROP,
	MGL_STOLEN,
};

const char *mgl_reason_name(enum mgl_reason reason);
enum mgl_verdict mgl_reason_verdict(enum mgl_reason reason);

#endif /* _MGL_REASON_H */
