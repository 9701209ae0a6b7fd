// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "oracle.h"
#include "outer_oracle.h"
#include "packet_skb.h"

#define EXTENSIONS_MAX 12

static char why[200];

static u32 get16(const u8 *p)
{
	return p[0] * 256u + p[1];
}

/*
 * Walks the @len bytes at @p from a header of type @c->next; @c->off is in @p. Goes
 * on behind the fragment header of a first fragment if @c->into_first.
 */
static enum mgl_chain_end walk(const u8 *p, u32 len, struct mgl_chain *c)
{
	u8 type = c->next;
	u32 n, size;

	c->off = 0;
	for (n = 0; type == 0 || type == 43 || type == 44 || type == 60; n++) {
		const u8 *h = p + c->off;

		c->len = len - c->off;
		c->next = type;
		if (n == EXTENSIONS_MAX || (type == 0 && n) || c->len < 8)
			return MGL_CHAIN_MALFORMED;
		if (type == 43 && h[3])
			c->routed = true;
		/* Bits 1 and 2 of the word are reserved. */
		if (type == 44 && (get16(h + 2) / 8 ||
				   (h[3] % 2 && !c->into_first))) {
			c->next = h[0];
			return MGL_CHAIN_FRAGMENT;
		}
		size = type == 44 ? 8 : 8 + 8 * h[1];
		if (size > c->len)
			return MGL_CHAIN_MALFORMED;
		c->off += size;
		type = h[0];
	}
	c->len = len - c->off;
	c->next = type;
	return MGL_CHAIN_PROTOCOL;
}

const char *oracle_check_chain(const struct sk_buff *skb, const u8 *bytes,
			       u32 off, struct mgl_chain *c,
			       enum mgl_chain_end *end)
{
	struct mgl_packet packet = mgl_packet_skb(skb);
	struct mgl_chain exp = { .next = c->next };
	enum mgl_chain_end want;

	c->off = off;
	c->len = skb->len - off;
	*end = mgl_chain_skip(&packet, c);
	want = walk(bytes + off, skb->len - off, &exp);
	exp.off += off;
	if (*end == want && (want == MGL_CHAIN_MALFORMED ||
			     (c->off == exp.off && c->len == exp.len &&
			      c->next == exp.next && c->routed == exp.routed)))
		return NULL;
	snprintf(why, sizeof(why),
		 "chain: end %d off %u len %u next %u routed %d, not %d %u %u %u %d",
		 *end, c->off, c->len, c->next, c->routed, want, exp.off,
		 exp.len, exp.next, exp.routed);
	return why;
}

/* The inner packet is where the oracle of GRE headers says. */
static void inner(const u8 *p, u32 len, u32 gre_off, struct mgl_outer_error *e)
{
	static const u8 mapped[12] = { [10] = 255, [11] = 255 };
	struct mgl_gre gre;
	u32 pos;

	if (gre_off > len ||
	    oracle_gre(p + gre_off, len - gre_off, &gre) || gre.reason)
		return;
	pos = gre_off + gre.inner;
	if (gre.proto == htons(0x0800)) {
		if (len < pos + 20 || p[pos] / 16 != 4)
			return;
		memcpy(&e->dst, mapped, 12);
		memcpy((u8 *)&e->dst + 12, p + pos + 16, 4);
	} else {
		if (len < pos + 40 || p[pos] / 16 != 6 ||
		    !memcmp(p + pos + 24, mapped, 12))
			return;
		memcpy(&e->dst, p + pos + 24, 16);
	}
	e->has_inner = true;
	e->inner_v6 = gre.proto != htons(0x0800);
	e->inner = pos;
}

/* RFC 792, RFC 1191: the @len bytes at @p are an ICMP packet. */
static bool error_v4(const u8 *p, u32 len, struct mgl_outer_error *e)
{
	if (len < 8 + 20 || p[0] != 3 || p[8] / 16 != 4 || p[8] % 16 < 5 ||
	    p[8 + 9] != 47)
		return false;
	e->too_big = p[1] == 4;
	e->mtu = get16(p + 6);
	e->len = get16(p + 8 + 2);
	e->gre = 8 + p[8] % 16 * 4;
	memset((u8 *)&e->from + 10, 255, 2);
	memcpy((u8 *)&e->from + 12, p + 8 + 12, 4);
	memset((u8 *)&e->to + 10, 255, 2);
	memcpy((u8 *)&e->to + 12, p + 8 + 16, 4);
	if (get16(p + 8 + 6) % 0x2000 == 0)
		inner(p, len, e->gre, e);
	return true;
}

/* RFC 4443: likewise, of ICMPv6. */
static bool error_v6(const u8 *p, u32 len, struct mgl_outer_error *e)
{
	struct mgl_chain c = { .into_first = true };
	enum mgl_chain_end end;

	if (len < 8 + 40 || p[8] / 16 != 6)
		return false;
	if (p[0] != 1 && p[0] != 2 && (p[0] != 4 || p[1] != 1))
		return false;
	c.next = p[8 + 6];
	end = walk(p + 48, len - 48, &c);
	if (end == MGL_CHAIN_MALFORMED || c.next != 47)
		return false;
	e->too_big = p[0] == 2;
	e->mtu = get16(p + 4) << 16 | get16(p + 6);
	e->len = 40 + get16(p + 8 + 4);
	e->gre = 48 + c.off;
	memcpy(&e->from, p + 8 + 8, 16);
	memcpy(&e->to, p + 8 + 24, 16);
	/* Others than the first fragment have no GRE header. */
	if (end == MGL_CHAIN_PROTOCOL)
		inner(p, len, e->gre, e);
	return true;
}

static bool equal(const struct mgl_outer_error *a,
		  const struct mgl_outer_error *b)
{
	if (a->too_big != b->too_big || a->mtu != b->mtu ||
	    a->quote != b->quote || a->len != b->len || a->gre != b->gre ||
	    !mgl_addr_equal(&a->from, &b->from) ||
	    !mgl_addr_equal(&a->to, &b->to) || a->has_inner != b->has_inner)
		return false;
	return !a->has_inner ||
	       (a->inner_v6 == b->inner_v6 && a->inner == b->inner &&
		mgl_addr_equal(&a->dst, &b->dst));
}

static const char *compare(bool is, struct mgl_outer_error *e, bool want,
			   struct mgl_outer_error *exp, u32 off)
{
	exp->quote = off + 8;
	exp->gre += off;
	exp->inner += off;
	if (is == want && (!want || equal(e, exp)))
		return NULL;
	if (!is)
		*e = (struct mgl_outer_error){};
	snprintf(why, sizeof(why),
		 "error: %d mtu %u len %u gre %u inner %d at %u, not %d %u %u %u %d %u",
		 is, e->mtu, e->len, e->gre, e->has_inner, e->inner, want,
		 exp->mtu, exp->len, exp->gre, exp->has_inner, exp->inner);
	return why;
}

const char *oracle_check_error_v4(const struct sk_buff *skb, const u8 *bytes,
				  u32 off, struct mgl_outer_error *e, bool *is)
{
	struct mgl_packet packet = mgl_packet_skb(skb);
	struct mgl_outer_error exp = {};
	bool want;

	memset(e, 0xa5, sizeof(*e));
	*is = mgl_outer_error_parse_v4(&packet, off, e);
	want = error_v4(bytes + off, skb->len - off, &exp);
	return compare(*is, e, want, &exp, off);
}

const char *oracle_check_error_v6(const struct sk_buff *skb, const u8 *bytes,
				  u32 off, struct mgl_outer_error *e, bool *is)
{
	struct mgl_packet packet = mgl_packet_skb(skb);
	struct mgl_outer_error exp = {};
	bool want;

	memset(e, 0xa5, sizeof(*e));
	*is = mgl_outer_error_parse_v6(&packet, off, e);
	want = error_v6(bytes + off, skb->len - off, &exp);
	return compare(*is, e, want, &exp, off);
}
