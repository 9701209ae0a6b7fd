// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target for everything that reads packets: GRE header and what is in it,
 * extension headers in front of it, ICMP errors about it. fuzz.h has the input's
 * form. Besides the sanitizers, the oracles watch: every answer has to be exact.
 */
#include <linux/if_ether.h>
#include <linux/skbuff.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "oracle.h"
#include "outer_oracle.h"

/* Masks and hashes of every flow. */
static const char *use(const struct mgl_flow *flow)
{
	static const siphash_key_t secret = { .key = { 1, 2 } };
	u32 affinity;

	for (affinity = 0; affinity < __MAGLEV_AFFINITY_MAX; affinity++) {
		struct mgl_flow f = mgl_flow_mask(flow, affinity);
		struct mgl_flow again = mgl_flow_mask(&f, affinity);

		if (mgl_flow_hash(&f, 1) != mgl_flow_hash(&again, 1) ||
		    mgl_flow_key(&f, 1, &secret) !=
		    mgl_flow_key(&again, 1, &secret))
			return "a mask leaves something to mask";
	}
	return NULL;
}

static const char *parse_gre(const struct sk_buff *skb, const u8 *bytes,
			     u32 off)
{
	enum mgl_reason result;
	struct oracle_fragment fragment;
	struct mgl_gre gre;
	struct mgl_flow flow;
	const char *error;
	u32 left = 0;

	error = oracle_check_gre(skb, bytes, off, &gre, &result);
	if (error || result)
		return error;
	if (gre.inner <= skb->len)
		left = skb->len - gre.inner;
	if (left >= 20 && gre.proto == htons(ETH_P_IP))
		error = oracle_check_flow(skb, bytes, gre.inner, &flow,
					  &result);
	else if (left >= 40 && gre.proto == htons(ETH_P_IPV6))
		error = oracle_check_flow_v6(skb, bytes, gre.inner, &flow,
					     &result);
	else
		return NULL;
	if (!error && result == MGL_REASON_INNER_FRAGMENT)
		return oracle_check_fragment(skb, bytes, gre.inner,
					     gre.proto == htons(ETH_P_IPV6),
					     &fragment);
	return error || result ? error : use(&flow);
}

static const char *parse_outer_v6(const struct sk_buff *skb, const u8 *bytes,
				  u32 off, u8 first)
{
	struct mgl_chain c = { .next = first };
	enum mgl_chain_end end;
	const char *error;

	error = oracle_check_chain(skb, bytes, off, &c, &end);
	if (error || end != MGL_CHAIN_PROTOCOL || c.next != IPPROTO_GRE)
		return error;
	return parse_gre(skb, bytes, c.off);
}

static const char *parse(const struct sk_buff *skb, const u8 *bytes, u32 off,
			 const u8 *control)
{
	struct mgl_outer_error e;
	bool is;

	switch (fuzz_kind(control)) {
	case FUZZ_OUTER_V6:
		return parse_outer_v6(skb, bytes, off, fuzz_first(control));
	case FUZZ_ERROR_V4:
		return oracle_check_error_v4(skb, bytes, off, &e, &is);
	case FUZZ_ERROR_V6:
		return oracle_check_error_v6(skb, bytes, off, &e, &is);
	default:
		return parse_gre(skb, bytes, off);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 bytes[64 + PACKET_MAX];
	u32 off, len, cuts[2];
	struct sk_buff *skb;
	const char *error;

	if (size < FUZZ_CONTROL || size - FUZZ_CONTROL > PACKET_MAX)
		return 0;
	off = data[0] % 64;
	len = off + size - FUZZ_CONTROL;
	memset(bytes, 0x5a, off);
	memcpy(bytes + off, data + FUZZ_CONTROL, size - FUZZ_CONTROL);
	cuts[0] = data[1] % (len + 1);
	cuts[1] = min_t(u32, cuts[0] + data[2], len);
	skb = shim_skb_new(bytes, len, cuts, 2);
	skb->gso = data[3] & 1;
	error = parse(skb, bytes, off, data);
	shim_skb_free(skb);
	if (error) {
		fprintf(stderr, "%s\n", error);
		abort();
	}
	return 0;
}
