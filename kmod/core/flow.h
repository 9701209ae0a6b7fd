/* SPDX-License-Identifier: GPL-2.0 */
/* Flows: what a packet belongs to, and its hashes. Pure. */
#ifndef _MGL_FLOW_H
#define _MGL_FLOW_H

#include <linux/types.h>
#include <linux/siphash.h>
#include <uapi/linux/maglev.h>

#include "addr.h"

/**
 * enum mgl_pkt_kind - relation of a packet to its flow
 * @MGL_PKT_OWN: a packet of the flow itself
 * @MGL_PKT_ERROR: an ICMP error about a packet of the flow, which the backend
 *	has sent; the flow is that of the quoted packet, reversed
 * @MGL_PKT_ECHO: an ICMP echo request to the VIP; the flow has no ports
 *
 * Packets of the latter two kinds read the flow cache and leave it unmodified.
 */
enum mgl_pkt_kind {
	MGL_PKT_OWN,
	MGL_PKT_ERROR,
	MGL_PKT_ECHO,
};

/**
 * struct mgl_flow - the flow of an inner packet
 * @saddr: the client's address
 * @daddr: the VIP
 * @sport: the client's port, network byte order
 * @dport: the VIP's port, network byte order
 * @proto: inner protocol, IPPROTO_*
 * @new_conn: the packet opens a new connection: TCP SYN without ACK, SCTP INIT
 * @masked: mgl_flow_mask() has cleared a part of the flow
 * @kind: enum mgl_pkt_kind, in a byte that would be padding
 * @pkt_state: state of the flow implied by this packet alone
 * @len: length of the inner packet in bytes; for MGL_PKT_ERROR that of the ICMP
 *	packet
 * @digest: mgl_flow_digest() of the flow, or 0 if not computed yet
 */
struct mgl_flow {
	struct mgl_addr saddr;
	struct mgl_addr daddr;
	__be16 sport;
	__be16 dport;
	u8 proto;
	bool new_conn;
	bool masked;
	u8 kind;
	enum maglev_flow_state pkt_state;
	u32 len;
	u64 digest;
};

struct mgl_flow mgl_flow_mask(const struct mgl_flow *flow,
			      enum maglev_affinity affinity);
u64 mgl_flow_digest(const struct mgl_flow *flow, const siphash_key_t *secret);
u64 mgl_flow_key(const struct mgl_flow *flow, u32 service,
		 const siphash_key_t *secret);
u64 mgl_flow_hash(const struct mgl_flow *flow, u64 seed);

#endif /* _MGL_FLOW_H */
