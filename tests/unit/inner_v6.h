/* SPDX-License-Identifier: GPL-2.0 */
/* Inner IPv6 packets, parsed and compared with the oracle. */
#ifndef _UNIT_INNER_V6_H
#define _UNIT_INNER_V6_H

#include <linux/in6.h>

#include "ktap.h"
#include "oracle.h"
#include "skb.h"

/* Bytes in front of the inner header: outer IPv4 and GRE. */
#define OFF 24

/* Offsets into the inner packet. */
#define IP_LEN	(OFF + 4)
#define IP_EXT	(OFF + 40)

static const u8 walked[] = {
	IPPROTO_HOPOPTS, IPPROTO_DSTOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT,
};

/* Parse, compare with the oracle, and free the buffer. */
static inline enum mgl_reason parse_at(struct sk_buff *skb, const u8 *bytes,
				       struct mgl_flow *flow, const char *what)
{
	enum mgl_reason result;
	const char *error;

	error = oracle_check_flow_v6(skb, bytes, OFF, flow, &result);
	CHECK(!error, "%s, length %u, %u parts: %s", what, skb->len,
	      skb->n_frags, error);
	shim_skb_free(skb);
	return result;
}

static inline enum mgl_reason parse(const struct packet *p,
				    struct mgl_flow *flow, const char *what)
{
	return parse_at(packet_skb(p), p->b, flow, what);
}

static inline enum mgl_reason parse_gso(const struct packet *p,
					struct mgl_flow *flow, const char *what)
{
	struct sk_buff *skb = packet_skb(p);

	skb->gso = true;
	return parse_at(skb, p->b, flow, what);
}

static inline struct packet inner(const u8 *types, u32 n, u8 proto,
				  u16 payload)
{
	struct packet p = { .len = OFF };

	packet_inner_v6(&p, types, n, proto, payload);
	return p;
}

static inline void check_addr(const struct mgl_addr *got, const u32 want[4])
{
	u32 i;

	for (i = 0; i < 4; i++)
		CHECK_EQ(ntohl(got->w[i]), want[i], "word %u", i);
}

#endif /* _UNIT_INNER_V6_H */
