/* SPDX-License-Identifier: GPL-2.0 */
/* Flows: what a packet belongs to, and its hashes. Pure. */
#ifndef _MGL_FLOW_H
#define _MGL_FLOW_H

#include <linux/types.h>
#include <linux/siphash.h>
#include <uapi/linux/maglev.h>

#include "addr.h"

/**
 * struct mgl_flow - the flow of an inner packet
 * @saddr: the client's address
 * @daddr: the VIP
 * @sport: the client's port, network byte order
 * @dport: the VIP's port, network byte order
 * @proto: inner protocol, IPPROTO_*
 * @new_conn: the packet opens a new connection: TCP SYN without ACK, SCTP INIT
 * @masked: mgl_flow_mask() has cleared a part of the flow
 * @pkt_state: state of the flow implied by this packet alone
 * @len: length of the inner packet in bytes
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
