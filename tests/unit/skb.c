// SPDX-License-Identifier: GPL-2.0
#include "skb.h"

struct sk_buff *packet_skb(const struct packet *p)
{
	return shim_skb_new(p->b, p->len, NULL, 0);
}

struct sk_buff *packet_skb_cut(const struct packet *p, u32 cut)
{
	return shim_skb_new(p->b, p->len, &cut, 1);
}

struct sk_buff *packet_skb_bytes(const struct packet *p)
{
	u32 cuts[PACKET_MAX];
	u32 i;

	for (i = 0; i < p->len; i++)
		cuts[i] = i;
	return shim_skb_new(p->b, p->len, cuts, p->len);
}
