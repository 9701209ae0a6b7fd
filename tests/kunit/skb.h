/* SPDX-License-Identifier: GPL-2.0 */
/* Socket buffers in all the shapes that a driver or the stack may hand over. */
#ifndef _KUNIT_SKB_H
#define _KUNIT_SKB_H

#include <linux/skbuff.h>

struct kunit;

/**
 * enum skb_shape - how a packet lies in memory
 * @SKB_LINEAR: in the linear part
 * @SKB_FRAGS: the linear part ends at the cut, two pages hold the rest
 * @SKB_SHREDS: the same, in as many pages as there may be, of @SHRED bytes
 * @SKB_FRAG_LIST: the same, in two more buffers
 * @SKB_CLONED: like @SKB_FRAGS, and another buffer shares the data
 * @SKB_SHARED: like @SKB_FRAGS, and another user shares the buffer
 * @SKB_SHAPES: how many there are
 */
enum skb_shape {
	SKB_LINEAR,
	SKB_FRAGS,
	SKB_SHREDS,
	SKB_FRAG_LIST,
	SKB_CLONED,
	SKB_SHARED,
	SKB_SHAPES
};

#define SHRED 3

/**
 * struct test_skb - a buffer and who else holds it
 * @skb: the buffer
 * @clone: for SKB_CLONED and SKB_SHARED what the other one holds, or NULL
 */
struct test_skb {
	struct sk_buff *skb;
	struct sk_buff *clone;
};

/**
 * struct skb_bytes - what a buffer is to hold, and where
 * @bytes: the packet
 * @len: how many bytes
 * @cut: bytes of the linear part, at most @len; for SKB_LINEAR of no meaning
 */
struct skb_bytes {
	const u8 *bytes;
	u32 len;
	u32 cut;
};

/* @step: bytes of each page, or of each buffer of a list, as segments have them. */
struct test_skb test_skb_steps(struct kunit *test, const struct skb_bytes *b,
			       enum skb_shape shape, u32 step);
/* @cut: bytes of the linear part, at most @len. */
struct test_skb test_skb_new(struct kunit *test, const void *bytes, u32 len,
			     enum skb_shape shape, u32 cut);
void test_skb_free(struct test_skb *t);
/* The buffer holds these @len bytes and no others. */
bool test_skb_holds(const struct sk_buff *skb, const void *bytes, u32 len);

#endif /* _KUNIT_SKB_H */
