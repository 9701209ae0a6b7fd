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

static void add_list(struct kunit *test, struct sk_buff *skb, const u8 *bytes,
		     u32 len)
{
	u32 half = len / 2;

	if (!len)
		return;
	skb_shinfo(skb)->frag_list = linear(test, bytes + half, len - half);
	if (half) {
		struct sk_buff *first = linear(test, bytes, half);

		first->next = skb_shinfo(skb)->frag_list;
		skb_shinfo(skb)->frag_list = first;
	}
	skb->len += len;
	skb->data_len += len;
	skb->truesize += len;
}

struct test_skb test_skb_new(struct kunit *test, const void *bytes, u32 len,
			     enum skb_shape shape, u32 cut)
{
	u32 rest = shape == SKB_LINEAR ? 0 : len - cut;
	const u8 *p = bytes + len - rest;
	struct test_skb t = {};

	t.skb = linear(test, bytes, len - rest);
	skb_reset_network_header(t.skb);
	if (shape == SKB_FRAG_LIST)
		add_list(test, t.skb, p, rest);
	else if (shape == SKB_SHREDS)
		add_pages(test, t.skb, p, rest, SHRED);
	else
		add_pages(test, t.skb, p, rest, rest / 2 + 1);

	if (shape == SKB_CLONED) {
		t.clone = skb_clone(t.skb, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, t.clone);
	}
	if (shape == SKB_SHARED)
		t.clone = skb_get(t.skb);
	return t;
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
