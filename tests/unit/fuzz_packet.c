// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target for everything that reads packets. The first four bytes of the
 * input say how the buffer is built, the others are GRE header and payload:
 *
 *   0  bytes in front of the GRE header, modulo 64
 *   1  where the linear part ends, modulo the length + 1
 *   2  bytes of the next part
 *   3  bit 0: the buffer is a GSO packet
 *
 * Besides the sanitizers, the oracle watches: every answer has to be exact.
 */
#include <linux/if_ether.h>
#include <linux/skbuff.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "oracle.h"
#include "packet.h"

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

static void parse(const struct sk_buff *skb, const u8 *bytes, u32 off)
{
	enum mgl_reason result;
	struct mgl_gre gre;
	struct mgl_flow flow;
	const char *error;
	u32 left = 0;

	error = oracle_check_gre(skb, bytes, off, &gre, &result);
	if (!error && result == MGL_REASON_NONE && gre.inner <= skb->len)
		left = skb->len - gre.inner;
	if (left >= 20 && gre.proto == htons(ETH_P_IP))
		error = oracle_check_flow(skb, bytes, gre.inner, &flow,
					  &result);
	else if (left >= 40 && gre.proto == htons(ETH_P_IPV6))
		error = oracle_check_flow_v6(skb, bytes, gre.inner, &flow,
					     &result);
	else
		left = 0;
	if (left && !error && result == MGL_REASON_NONE)
		error = use(&flow);
	if (error) {
		fprintf(stderr, "%s\n", error);
		abort();
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 bytes[64 + PACKET_MAX];
	struct sk_buff *skb;
	u32 off, len, cuts[2];

	if (size < 4 || size - 4 > PACKET_MAX)
		return 0;
	off = data[0] % 64;
	len = off + size - 4;
	memset(bytes, 0x5a, off);
	memcpy(bytes + off, data + 4, size - 4);
	cuts[0] = data[1] % (len + 1);
	cuts[1] = min_t(u32, cuts[0] + data[2], len);
	skb = shim_skb_new(bytes, len, cuts, 2);
	skb->gso = data[3] & 1;
	parse(skb, bytes, off);
	shim_skb_free(skb);
	return 0;
}
