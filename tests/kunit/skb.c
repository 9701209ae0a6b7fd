// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>

#include "skb.h"

#define HEADROOM 64

static struct sk_buff *linear(struct kunit *test, const void *bytes, u32 len)
{
	struct sk_buff *skb = alloc_skb(HEADROOM + len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, HEADROOM);
	skb_put_data(skb, bytes, len);
	return skb;
}

static void add_page(struct kunit *test, struct sk_buff *skb, const void *bytes,
		     u32 len)
{
	struct page *page = alloc_page(GFP_KERNEL);
	/* Not at the page's start: an offset forgotten shows. */
	u32 off = 5;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_LE(test, off + len, (u32)PAGE_SIZE);
	memcpy(page_address(page) + off, bytes, len);
	skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, off, len,
			PAGE_SIZE);
}

/* All of the @len bytes in pages of @step bytes; the last one takes the rest */
static void add_pages(struct kunit *test, struct sk_buff *skb, const u8 *bytes,
		      u32 len, u32 step)
{
	u32 left = MAX_SKB_FRAGS;

	while (len) {
		u32 n = --left ? min(step, len) : len;

		add_page(test, skb, bytes, n);
		bytes += n;
		len -= n;
	}
}

/* The same in buffers of @step bytes, in a list. */
static void add_list(struct kunit *test, struct sk_buff *skb, const u8 *bytes,
		     u32 len, u32 step)
{
	struct sk_buff **next = &skb_shinfo(skb)->frag_list;

	skb->len += len;
	skb->data_len += len;
	skb->truesize += len;
	while (len) {
		u32 n = min(step, len);

		*next = linear(test, bytes, n);
		next = &(*next)->next;
		bytes += n;
		len -= n;
	}
}

struct test_skb test_skb_steps(struct kunit *test, const struct skb_bytes *b,
			       enum skb_shape shape, u32 step)
{
	u32 rest = shape == SKB_LINEAR ? 0 : b->len - b->cut;
	const u8 *p = b->bytes + b->len - rest;
	struct test_skb t = {};

	t.skb = linear(test, b->bytes, b->len - rest);
	skb_reset_network_header(t.skb);
	if (shape == SKB_FRAG_LIST)
		add_list(test, t.skb, p, rest, step);
	else
		add_pages(test, t.skb, p, rest, step);

	if (shape == SKB_CLONED) {
		t.clone = skb_clone(t.skb, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, t.clone);
	}
	if (shape == SKB_SHARED)
		t.clone = skb_get(t.skb);
	return t;
}

struct test_skb test_skb_new(struct kunit *test, const void *bytes, u32 len,
			     enum skb_shape shape, u32 cut)
{
	const struct skb_bytes b = { .bytes = bytes, .len = len, .cut = cut };

	return test_skb_steps(test, &b, shape, shape == SKB_SHREDS ? SHRED :
			      (len - cut) / 2 + 1);
}

void test_skb_free(struct test_skb *t)
{
	kfree_skb(t->clone);
	kfree_skb(t->skb);
}

bool test_skb_holds(const struct sk_buff *skb, const void *bytes, u32 len)
{
	u8 part[64];
	u32 off, n;

	if (skb->len != len)
		return false;
	for (off = 0; off < len; off += n) {
		n = min_t(u32, len - off, sizeof(part));
		if (skb_copy_bits(skb, off, part, n) ||
		    memcmp(part, bytes + off, n))
			return false;
	}
	return true;
}
