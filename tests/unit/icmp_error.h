/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP errors with their quotes, parsed and compared with the oracle. */
#ifndef _UNIT_ICMP_ERROR_H
#define _UNIT_ICMP_ERROR_H

#include <linux/in6.h>
#include <string.h>

#include "ktap.h"
#include "oracle.h"
#include "skb.h"

/* Bytes of the ICMP packet in front of ICMP, and of the quote. */
#define ICMP(v6)	((v6) ? 40u : 20u)
#define QUOTE(v6)	(ICMP(v6) + 8)

static const u8 ported[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP };

/* Parse, compare with the oracle, and free the buffer. */
static inline enum mgl_reason parse_skb(struct sk_buff *skb, const u8 *bytes,
					struct mgl_flow *flow, const char *what)
{
	enum mgl_reason result;
	const char *error;

	error = bytes[0] >> 4 == 6 ?
		oracle_check_flow_v6(skb, bytes, 0, flow, &result) :
		oracle_check_flow(skb, bytes, 0, flow, &result);
	CHECK(!error, "%s, length %u, %u parts: %s", what, skb->len,
	      skb->n_frags, error);
	shim_skb_free(skb);
	return result;
}

static inline enum mgl_reason parse(const struct packet *p,
				    struct mgl_flow *flow, const char *what)
{
	return parse_skb(packet_skb(p), p->b, flow, what);
}

/* An error that quotes a packet of @proto with @n extension headers (IPv6). */
static inline struct packet error_with(bool v6, const u8 *types, u32 n,
				       u8 proto)
{
	struct packet p = { .len = 0 };
	struct mgl_flow flow;
	u32 size;

	packet_icmp(&p, v6, v6 ? 1 : 3);
	if (v6)
		packet_inner_v6(&p, types, n, proto, 12);
	else
		packet_inner(&p, proto, 12);
	size = proto == IPPROTO_TCP ? 20 : proto == IPPROTO_UDP ? 8 :
	       proto == IPPROTO_SCTP ? 16 : 0;
	packet_quote(&p, 0, size ? p.len - size - 12 : 0);
	parse(&p, &flow, "error");
	return p;
}

static inline struct packet error_of(bool v6, u8 proto)
{
	return error_with(v6, NULL, 0, proto);
}

/* The flow of a packet of the client's own. */
static inline struct mgl_flow own_flow(bool v6, u8 proto)
{
	struct packet p = { .len = 0 };
	struct mgl_flow flow;

	if (v6)
		packet_inner_v6(&p, NULL, 0, proto, 12);
	else
		packet_inner(&p, proto, 12);
	CHECK_EQ(parse(&p, &flow, "own"), MGL_REASON_NONE, "protocol %u", proto);
	return flow;
}

/* One flow, under every mask, in every hash. */
static inline void check_same(const struct mgl_flow *a,
			      const struct mgl_flow *b, const char *what)
{
	static const siphash_key_t secret = { .key = { 3, 4 } };
	u32 affinity;

	for (affinity = 0; affinity < __MAGLEV_AFFINITY_MAX; affinity++) {
		struct mgl_flow x = mgl_flow_mask(a, affinity);
		struct mgl_flow y = mgl_flow_mask(b, affinity);

		CHECK_EQ(mgl_flow_hash(&x, 7), mgl_flow_hash(&y, 7),
			 "%s, affinity %u", what, affinity);
		CHECK_EQ(mgl_flow_key(&x, 5, &secret),
			 mgl_flow_key(&y, 5, &secret), "%s, affinity %u", what,
			 affinity);
		CHECK(!x.new_conn, "%s", what);
		CHECK_EQ(x.pkt_state, MAGLEV_FLOW_ESTABLISHED, "%s", what);
	}
	CHECK_EQ(a->sport, b->sport, "%s", what);
	CHECK_EQ(a->dport, b->dport, "%s", what);
	CHECK_EQ(a->proto, b->proto, "%s", what);
}

static inline bool is_one_of(u32 type, const u8 *types, u32 n)
{
	return memchr(types, type, n);
}

#endif /* _UNIT_ICMP_ERROR_H */
