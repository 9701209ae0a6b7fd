// SPDX-License-Identifier: GPL-2.0
#include <linux/skbuff.h>
#include <stdlib.h>
#include <string.h>

static void *xmalloc(size_t size)
{
	void *p = malloc(size);

	if (!p)
		abort();
	return p;
}

struct sk_buff *shim_skb_new(const void *bytes, u32 len, const u32 *cuts,
			     u32 n_cuts)
{
	struct sk_buff *skb;
	const u8 *p = bytes;
	u32 start = 0;
	u32 i;

	skb = xmalloc(sizeof(*skb) + (n_cuts + 1) * sizeof(skb->frags[0]));
	*skb = (struct sk_buff){ .len = len, .n_frags = n_cuts + 1 };
	for (i = 0; i <= n_cuts; i++) {
		u32 end = i < n_cuts ? cuts[i] : len;

		if (end < start || end > len)
			abort();
		skb->frags[i].len = end - start;
		skb->frags[i].data = xmalloc(end - start);
		if (end > start)
			memcpy(skb->frags[i].data, p + start, end - start);
		start = end;
	}
	skb->data = skb->frags[0].data;
	skb->data_len = len - skb->frags[0].len;
	return skb;
}

void shim_skb_free(struct sk_buff *skb)
{
	u32 i;

	for (i = 0; i < skb->n_frags; i++)
		free(skb->frags[i].data);
	free(skb);
}

int skb_copy_bits(const struct sk_buff *skb, int offset, void *to, int len)
{
	u8 *dst = to;
	u32 i;

	/* A negative offset reaches into the headroom: nobody wants that. */
	if (offset < 0)
		abort();
	if (offset > (int)skb->len - len)
		return -EFAULT;
	for (i = 0; len > 0; i++) {
		const struct shim_frag *frag = &skb->frags[i];
		int n;

		if (offset >= (int)frag->len) {
			offset -= frag->len;
			continue;
		}
		n = min_t(int, len, frag->len - offset);
		memcpy(dst, frag->data + offset, n);
		dst += n;
		len -= n;
		offset = 0;
	}
	return 0;
}
