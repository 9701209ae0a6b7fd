/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of a socket buffer as a parser sees: a linear head and fragments
 * behind it. Each has memory of its own, of its exact size, so that a sanitizer
 * sees the first byte read beyond it.
 */
#ifndef _SHIM_LINUX_SKBUFF_H
#define _SHIM_LINUX_SKBUFF_H

#include <asm/byteorder.h>
#include <linux/in.h>
#include <linux/kernel.h>
#include <linux/types.h>

struct shim_frag {
	u8 *data;
	u32 len;
};

struct sk_buff {
	unsigned int len;
	unsigned int data_len;
	unsigned char *data;
	bool gso;
	u32 n_frags;
	struct shim_frag frags[];
};

/*
 * A buffer with @len @bytes; it is cut before each of the @cuts, which are
 * offsets in ascending order.
 */
struct sk_buff *shim_skb_new(const void *bytes, u32 len, const u32 *cuts,
			     u32 n_cuts);
void shim_skb_free(struct sk_buff *skb);

int skb_copy_bits(const struct sk_buff *skb, int offset, void *to, int len);

static inline unsigned int skb_headlen(const struct sk_buff *skb)
{
	return skb->len - skb->data_len;
}

static inline bool skb_is_gso(const struct sk_buff *skb)
{
	return skb->gso;
}

static inline void *skb_header_pointer(const struct sk_buff *skb, int offset,
				       int len, void *buffer)
{
	if ((int)skb_headlen(skb) - offset >= len)
		return skb->data + offset;
	if (skb_copy_bits(skb, offset, buffer, len) < 0)
		return NULL;
	return buffer;
}

#endif /* _SHIM_LINUX_SKBUFF_H */
