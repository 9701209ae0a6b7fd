// SPDX-License-Identifier: GPL-2.0
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/kernel.h>
#include <linux/skbuff.h>
#include <linux/string.h>

#include "inner.h"
#include "oracle.h"
#include "packet_skb.h"

/* An entry that ends the list counts, too. */
#define ROUTES_MAX 8

/* Extension headers of IPv6, and options up to that of a jumbogram. */
#define EXTENSIONS_MAX 12
#define OPTIONS_MAX 8

static u32 get16(const u8 *p)
{
	return p[0] * 256u + p[1];
}

/*
 * RFC 1701, section 2: an entry is address family (2), offset (1), length (1)
 * and that many bytes; family 0 with length 0 is the last. Returns the bytes
 * that the list takes, 0 if it does not end.
 */
static u32 routes_length(const u8 *p, u32 len)
{
	u32 pos = 0, entries;

	for (entries = 1; entries <= ROUTES_MAX; entries++) {
		if (len < 4 || pos > len - 4)
			return 0;
		if (p[pos] == 0 && p[pos + 1] == 0 && p[pos + 3] == 0)
			return pos + 4;
		pos += 4 + p[pos + 3];
	}
	return 0;
}

enum mgl_reason oracle_gre(const u8 *p, u32 len, struct mgl_gre *gre)
{
	bool c, r, k, s, a;
	u32 pos, version;

	if (len < 4)
		return MGL_REASON_GRE_TRUNCATED;
	if (get16(p + 2) != 0x0800 && get16(p + 2) != 0x86dd)
		return MGL_REASON_GRE_PROTOCOL;
	/* Numbered from the left, as in the RFCs: bits 0-7, then 8-15. */
	c = p[0] >> 7 & 1;
	r = p[0] >> 6 & 1;
	k = p[0] >> 5 & 1;
	s = p[0] >> 4 & 1;
	a = p[1] >> 7 & 1;
	version = p[1] % 8;

	memcpy(&gre->proto, p + 2, 2);
	gre->csum = c;
	pos = 4 * (1 + (c || r) + k + s + (version == 1 && a));
	gre->reason = version ? MGL_REASON_GRE_VERSION :
			r ? MGL_REASON_GRE_ROUTING : MGL_REASON_NONE;
	if (r) {
		u32 routes = pos < len ? routes_length(p + pos, len - pos) : 0;

		if (!routes)
			return MGL_REASON_GRE_TRUNCATED;
		pos += routes;
	}
	gre->inner = pos;
	return MGL_REASON_NONE;
}

/* By the bits of TCP's flags: FIN 1, SYN 2, RST 4, ACK 16. */
static enum maglev_flow_state oracle_tcp_shows(u8 flags)
{
	if (flags & 4)
		return MAGLEV_FLOW_CLOSED;
	if ((flags & 0x12) == 2)
		return MAGLEV_FLOW_OPENING;
	return flags & 1 ? MAGLEV_FLOW_CLOSING : MAGLEV_FLOW_ESTABLISHED;
}

/* By the types of SCTP's chunks. */
static enum maglev_flow_state oracle_sctp_shows(u8 type)
{
	if (type == 1)
		return MAGLEV_FLOW_OPENING;
	if (type == 6)
		return MAGLEV_FLOW_CLOSED;
	return type == 7 || type == 8 || type == 14 ? MAGLEV_FLOW_CLOSING :
	       MAGLEV_FLOW_ESTABLISHED;
}

/* A letter for a type of ICMP: error, query (echo), reply (to it), or other. */
static char oracle_icmp_type(u8 type, bool v6)
{
	if (v6)
		return type >= 1 && type <= 4 ? 'e' : type == 128 ? 'q' :
		       type == 129 ? 'r' : 'o';
	return type == 3 || type == 11 || type == 12 ? 'e' : type == 8 ? 'q' :
	       type == 0 ? 'r' : 'o';
}

/* The @len bytes at @l4 are what is quoted of the transport header. */
static enum mgl_reason oracle_quoted_l4(const u8 *l4, u32 len, bool v6,
					struct mgl_flow *flow)
{
	u8 proto = flow->proto;

	flow->kind = MGL_PKT_ERROR;
	if (proto == (v6 ? 58 : 1)) {
		char is = len ? oracle_icmp_type(l4[0], v6) : 0;

		if (!is || (len < 8 && is == 'r'))
			return MGL_REASON_ICMP_MALFORMED;
		return is == 'r' ? MGL_REASON_NONE : MGL_REASON_INNER_ICMP;
	}
	if (proto != 6 && proto != 17 && proto != 132)
		return MGL_REASON_NONE;
	if (len < 8)
		return MGL_REASON_ICMP_MALFORMED;
	memcpy(&flow->dport, l4, 2);
	memcpy(&flow->sport, l4 + 2, 2);
	return MGL_REASON_NONE;
}

/* RFC 792: the @len bytes at @q are an IPv4 header and what is behind it. */
static enum mgl_reason oracle_quote(const u8 *q, u32 len, struct mgl_flow *flow)
{
	u32 header;

	if (len < 20 || q[0] >> 4 != 4)
		return MGL_REASON_ICMP_MALFORMED;
	header = (q[0] & 15) * 4;
	if (header < 20 || header > len)
		return MGL_REASON_ICMP_MALFORMED;
	if (memcmp(q + 12, (u8 *)&flow->daddr + 12, 4))
		return MGL_REASON_QUOTED_SOURCE;
	if (get16(q + 6) % 0x2000)
		return MGL_REASON_QUOTED_FRAGMENT;
	memcpy((u8 *)&flow->saddr + 12, q + 16, 4);
	flow->proto = q[9];
	return oracle_quoted_l4(q + header, len - header, false, flow);
}

static bool oracle_mapped(const u8 *addr);

/* RFC 4443: likewise, of IPv6. */
static enum mgl_reason oracle_quote_v6(const u8 *q, u32 len,
				       struct mgl_flow *flow)
{
	u32 n, size, pos = 40;
	u8 type;

	if (len < 40 || q[0] >> 4 != 6 || oracle_mapped(q + 8) ||
	    oracle_mapped(q + 24))
		return MGL_REASON_ICMP_MALFORMED;
	if (memcmp(q + 8, &flow->daddr, 16))
		return MGL_REASON_QUOTED_SOURCE;
	memcpy(&flow->saddr, q + 24, 16);
	type = q[6];
	for (n = 0; type == 0 || type == 43 || type == 44 || type == 60; n++) {
		if (n == EXTENSIONS_MAX || len - pos < 8 || (type == 0 && n))
			return MGL_REASON_ICMP_MALFORMED;
		/* Behind an offset of 0 the packet starts, whole or not. */
		if (type == 44 && get16(q + pos + 2) / 8)
			return MGL_REASON_QUOTED_FRAGMENT;
		size = type == 44 ? 8 : 8 + 8 * q[pos + 1];
		if (size > len - pos)
			return MGL_REASON_ICMP_MALFORMED;
		type = q[pos];
		pos += size;
	}
	flow->proto = type;
	return oracle_quoted_l4(q + pos, len - pos, true, flow);
}

/* The @len bytes at @p are an ICMP packet. */
static enum mgl_reason oracle_icmp(const u8 *p, u32 len, bool v6,
				   struct mgl_flow *flow)
{
	char is = len ? oracle_icmp_type(p[0], v6) : 0;

	if (is == 'o' || is == 'r')
		return MGL_REASON_INNER_ICMP;
	if (len < 8)
		return MGL_REASON_ICMP_MALFORMED;
	if (is == 'e')
		return v6 ? oracle_quote_v6(p + 8, len - 8, flow) :
			    oracle_quote(p + 8, len - 8, flow);
	flow->kind = MGL_PKT_ECHO;
	return MGL_REASON_NONE;
}

/*
 * @l4: the @len bytes behind the IP header that belong to the packet
 * @icmp: the number of ICMP for this version of IP
 */
static enum mgl_reason oracle_l4(const u8 *l4, u32 len, u8 icmp,
				 struct mgl_flow *flow)
{
	static const struct { u8 proto; u32 bytes; } least[] = {
		{ 6, 20 }, { 17, 8 }, { 132, 12 + 4 },
	};
	unsigned int i;

	if (flow->proto == icmp)
		return oracle_icmp(l4, len, icmp == 58, flow);
	for (i = 0; i < ARRAY_SIZE(least); i++)
		if (least[i].proto == flow->proto)
			break;
	if (i == ARRAY_SIZE(least))
		return MGL_REASON_NONE;
	if (len < least[i].bytes)
		return MGL_REASON_INNER_L4;
	memcpy(&flow->sport, l4, 2);
	memcpy(&flow->dport, l4 + 2, 2);
	if (flow->proto == 6) {
		u32 header = l4[12] / 16 * 4;

		if (header < 20 || header > len)
			return MGL_REASON_INNER_L4;
		flow->new_conn = (l4[13] & 0x12) == 0x02;
		flow->pkt_state = oracle_tcp_shows(l4[13]);
	}
	if (flow->proto == 132) {
		flow->new_conn = l4[12] == 1;
		flow->pkt_state = oracle_sctp_shows(l4[12]);
	}
	return MGL_REASON_NONE;
}

enum mgl_reason oracle_flow(const u8 *p, u32 len, bool gso,
			    struct mgl_flow *flow)
{
	u32 header = p[0] % 16 * 4;
	u32 total = get16(p + 2);

	if (total == 0 && gso)
		total = len;
	if (p[0] / 16 != 4 || header < 20 || total < header || total > len)
		return MGL_REASON_INNER_HEADER;
	/* More fragments, or an offset; DF and the evil bit are not asked. */
	if (get16(p + 6) % 0x4000)
		return MGL_REASON_INNER_FRAGMENT;

	memset(flow, 0, sizeof(*flow));
	flow->len = total;
	flow->proto = p[9];
	flow->pkt_state = MAGLEV_FLOW_ESTABLISHED;
	memset((u8 *)&flow->saddr + 10, 0xff, 2);
	memcpy((u8 *)&flow->saddr + 12, p + 12, 4);
	memset((u8 *)&flow->daddr + 10, 0xff, 2);
	memcpy((u8 *)&flow->daddr + 12, p + 16, 4);
	return oracle_l4(p + header, total - header, 1, flow);
}

/*
 * RFC 2675, section 2: option type 194, length 4, in the hop-by-hop options,
 * whose header is the first of the @len bytes at @p. RFC 8200, section 4.2: an
 * option of type 0 is a single byte.
 */
static bool oracle_jumbo(const u8 *p, u32 len)
{
	u32 pos = 2, options = 0, size;

	if (len < 2)
		return false;
	size = 8 + 8 * p[1];
	if (size > len)
		return false;
	while (pos < size && ++options <= OPTIONS_MAX) {
		if (p[pos] == 194)
			return size - pos >= 6 && p[pos + 1] == 4;
		if (p[pos] == 0)
			pos += 1;
		else if (pos + 1 < size)
			pos += 2 + p[pos + 1];
		else
			return false;
	}
	return false;
}

/*
 * Looks at the @n-th header, from 0, of the @len bytes of a packet, which is of
 * type @type and starts at @pos.
 */
static enum mgl_reason oracle_next(const u8 *p, u32 pos, u32 len, u32 n, u8 type,
				   struct mgl_flow *flow)
{
	u32 size = 8;

	if (type != 0 && type != 43 && type != 44 && type != 60) {
		flow->proto = type;
		return oracle_l4(p + pos, len - pos, 58, flow);
	}
	if (n >= EXTENSIONS_MAX || len - pos < 8 || (type == 0 && n > 0))
		return MGL_REASON_INNER_EXTENSIONS;
	/* An offset in the first 13 bits, or the last one: more fragments. */
	if (type == 44 && (p[pos + 2] || p[pos + 3] >> 3 || p[pos + 3] % 2))
		return MGL_REASON_INNER_FRAGMENT;
	if (type != 44)
		size += p[pos + 1] * 8;
	if (len - pos < size)
		return MGL_REASON_INNER_EXTENSIONS;
	return oracle_next(p, pos + size, len, n + 1, p[pos], flow);
}

/* ::ffff:0:0/96 */
static bool oracle_mapped(const u8 *addr)
{
	static const u8 mapped[12] = { [10] = 255, [11] = 255 };

	return !memcmp(addr, mapped, sizeof(mapped));
}

enum mgl_reason oracle_flow_v6(const u8 *p, u32 len, bool gso,
			       struct mgl_flow *flow)
{
	u32 total = 40 + get16(p + 4);

	if (p[0] >> 4 != 6)
		return MGL_REASON_INNER_HEADER;
	if (total == 40 && gso)
		total = len;
	else if (total == 40 && p[6] == 0 && oracle_jumbo(p + 40, len - 40))
		return MGL_REASON_INNER_JUMBOGRAM;
	if (total > len || oracle_mapped(p + 8) || oracle_mapped(p + 24))
		return MGL_REASON_INNER_HEADER;

	memset(flow, 0, sizeof(*flow));
	flow->len = total;
	flow->pkt_state = MAGLEV_FLOW_ESTABLISHED;
	memcpy(&flow->saddr, p + 8, 16);
	memcpy(&flow->daddr, p + 24, 16);
	return oracle_next(p, 40, total, 0, p[6], flow);
}

/* What RFC 791, 8200 and 3128 say of lengths; @ahead: headers that are repeated. */
static enum mgl_reason oracle_lengths(const struct mgl_fragment *f, u32 ahead,
				      bool more)
{
	if (f->payload_len == 0 || (more && f->payload_len & 7))
		return MGL_REASON_FRAGMENT_MALFORMED;
	if (f->offset + f->payload_len + ahead >= 65536)
		return MGL_REASON_FRAGMENT_MALFORMED;
	return f->offset == 8 && f->tuple.proto == 6 ?
	       MGL_REASON_FRAGMENT_TINY : MGL_REASON_NONE;
}

static enum mgl_reason oracle_tiny(enum mgl_reason reason)
{
	return reason == MGL_REASON_INNER_L4 ? MGL_REASON_FRAGMENT_TINY :
					       reason;
}

static void oracle_fragment_v4(const u8 *p, u32 len, struct oracle_fragment *o)
{
	u32 header = p[0] % 16 * 4, total = get16(p + 2);
	struct mgl_flow *t = &o->f.tuple;

	o->reason = MGL_REASON_INNER_HEADER;
	if (header < 20 || total < header || total > len)
		return;
	t->len = total;
	t->proto = p[9];
	memset((u8 *)&t->saddr + 10, 0xff, 2);
	memcpy((u8 *)&t->saddr + 12, p + 12, 4);
	memset((u8 *)&t->daddr + 10, 0xff, 2);
	memcpy((u8 *)&t->daddr + 12, p + 16, 4);
	memcpy(&o->f.id, p + 4, 2);
	o->f.offset = get16(p + 6) % 0x2000 * 8;
	o->f.payload = header;
	o->f.payload_len = total - header;
	o->reason = oracle_lengths(&o->f, header, p[6] & 0x20);
	o->flow = *t;
	o->first = oracle_tiny(oracle_l4(p + header, total - header, 1,
					 &o->flow));
}

/*
 * Walks up to 12 headers. Without @into, ends at the header of a fragment, at
 * *@pos; with it, goes on behind an offset of 0. Returns the type there, or -1.
 */
static int oracle_walk(const u8 *p, u32 total, bool into, u32 *pos)
{
	u32 n, size;
	u8 type = p[6];

	*pos = 40;
	for (n = 0; type == 0 || type == 43 || type == 44 || type == 60; n++) {
		if (n == EXTENSIONS_MAX || total - *pos < 8 ||
		    (type == 0 && n))
			return -1;
		if (type == 44 && get16(p + *pos + 2) & 0xfff9 &&
		    (!into || get16(p + *pos + 2) >= 8))
			return type;
		size = type == 44 ? 8 : 8 + 8 * p[*pos + 1];
		if (size > total - *pos)
			return -1;
		type = p[*pos];
		*pos += size;
	}
	return type;
}

static void oracle_fragment_v6(const u8 *p, u32 len, struct oracle_fragment *o)
{
	u32 total = 40 + get16(p + 4), pos;
	struct mgl_flow *t = &o->f.tuple;
	int type;

	o->reason = MGL_REASON_INNER_HEADER;
	if (total > len)
		return;
	o->reason = MGL_REASON_INNER_EXTENSIONS;
	if (oracle_walk(p, total, false, &pos) != 44)
		return;
	t->len = total;
	t->proto = p[pos];
	memcpy(&t->saddr, p + 8, 16);
	memcpy(&t->daddr, p + 24, 16);
	memcpy(&o->f.id, p + pos + 4, 4);
	o->f.offset = get16(p + pos + 2) / 8 * 8;
	o->f.payload = pos + 8;
	o->f.payload_len = total - pos - 8;
	o->reason = oracle_lengths(&o->f, pos - 40, p[pos + 3] & 1);
	o->flow = *t;
	type = oracle_walk(p, total, true, &pos);
	o->first = MGL_REASON_INNER_EXTENSIONS;
	if (type < 0 || type == 44)
		return;
	o->flow.proto = type;
	o->first = oracle_tiny(oracle_l4(p + pos, total - pos, 58, &o->flow));
}

void oracle_fragment(const u8 *p, u32 len, bool v6, struct oracle_fragment *o)
{
	memset(o, 0, sizeof(*o));
	o->f.tuple.pkt_state = MAGLEV_FLOW_ESTABLISHED;
	if (v6)
		oracle_fragment_v6(p, len, o);
	else
		oracle_fragment_v4(p, len, o);
}

bool oracle_flow_equal(const struct mgl_flow *a, const struct mgl_flow *b)
{
	return !memcmp(&a->saddr, &b->saddr, sizeof(a->saddr)) &&
	       !memcmp(&a->daddr, &b->daddr, sizeof(a->daddr)) &&
	       a->sport == b->sport && a->dport == b->dport &&
	       a->proto == b->proto && a->new_conn == b->new_conn &&
	       a->kind == b->kind && a->pkt_state == b->pkt_state &&
	       a->len == b->len;
}

static char why[160];

const char *oracle_check_gre(const struct sk_buff *skb, const u8 *bytes,
			     u32 off, struct mgl_gre *gre,
			     enum mgl_reason *result)
{
	struct mgl_packet packet = mgl_packet_skb(skb);
	enum mgl_reason want;
	struct mgl_gre exp;

	memset(gre, 0xa5, sizeof(*gre));
	*result = mgl_gre_parse(&packet, off, gre);
	want = oracle_gre(bytes + off, skb->len - off, &exp);
	if (*result != want) {
		snprintf(why, sizeof(why), "GRE: result %d, not %d",
			 *result, want);
		return why;
	}
	if (want)
		return NULL;
	exp.inner += off;
	if (gre->inner == exp.inner && gre->proto == exp.proto &&
	    gre->csum == exp.csum && gre->reason == exp.reason)
		return NULL;
	snprintf(why, sizeof(why),
		 "GRE: inner %u proto %#x csum %d reason %d, not %u %#x %d %d",
		 gre->inner, gre->proto, gre->csum, gre->reason, exp.inner,
		 exp.proto, exp.csum, exp.reason);
	return why;
}

static const char *compare_flow(const struct mgl_flow *flow,
				enum mgl_reason result,
				const struct mgl_flow *exp,
				enum mgl_reason want)
{
	if (result != want) {
		snprintf(why, sizeof(why), "flow: result %d, not %d", result,
			 want);
		return why;
	}
	if (want || oracle_flow_equal(flow, exp))
		return NULL;
	snprintf(why, sizeof(why),
		 "flow: ports %#x %#x proto %u kind %u new_conn %d state %d len %u, not %#x %#x %u %u %d %d %u",
		 flow->sport, flow->dport, flow->proto, flow->kind,
		 flow->new_conn, flow->pkt_state, flow->len, exp->sport,
		 exp->dport, exp->proto, exp->kind, exp->new_conn,
		 exp->pkt_state, exp->len);
	return why;
}

const char *oracle_check_flow(const struct sk_buff *skb, const u8 *bytes,
			      u32 off, struct mgl_flow *flow,
			      enum mgl_reason *result)
{
	struct mgl_packet packet = mgl_packet_skb(skb);
	const struct iphdr *iph;
	enum mgl_reason want;
	struct mgl_flow exp;
	struct iphdr _iph;

	memset(flow, 0xa5, sizeof(*flow));
	iph = skb_header_pointer(skb, off, sizeof(_iph), &_iph);
	if (!iph)
		return "flow: fewer than 20 bytes";
	*result = mgl_inner_parse_v4(&packet, off, iph, flow);
	want = oracle_flow(bytes + off, skb->len - off, skb_is_gso(skb), &exp);
	return compare_flow(flow, *result, &exp, want);
}

const char *oracle_check_flow_v6(const struct sk_buff *skb, const u8 *bytes,
				 u32 off, struct mgl_flow *flow,
				 enum mgl_reason *result)
{
	struct mgl_packet packet = mgl_packet_skb(skb);
	const struct ipv6hdr *ip6h;
	struct ipv6hdr _ip6h;
	enum mgl_reason want;
	struct mgl_flow exp;

	memset(flow, 0xa5, sizeof(*flow));
	ip6h = skb_header_pointer(skb, off, sizeof(_ip6h), &_ip6h);
	if (!ip6h)
		return "flow: fewer than 40 bytes";
	*result = mgl_inner_parse_v6(&packet, off, ip6h, flow);
	want = oracle_flow_v6(bytes + off, skb->len - off, skb_is_gso(skb),
			      &exp);
	return compare_flow(flow, *result, &exp, want);
}

static bool fragment_equal(const struct mgl_fragment *a,
			   const struct mgl_fragment *b)
{
	return oracle_flow_equal(&a->tuple, &b->tuple) && a->id == b->id &&
	       a->offset == b->offset && a->inner == b->inner &&
	       a->payload == b->payload && a->payload_len == b->payload_len;
}

const char *oracle_check_fragment(const struct sk_buff *skb, const u8 *bytes,
				  u32 off, bool v6, struct oracle_fragment *o)
{
	struct mgl_packet packet = mgl_packet_skb(skb);
	struct oracle_fragment exp;

	memset(o, 0xa5, sizeof(*o));
	o->reason = v6 ? mgl_fragment_parse_v6(&packet, off, &o->f) :
			 mgl_fragment_parse_v4(&packet, off, &o->f);
	oracle_fragment(bytes + off, skb->len - off, v6, &exp);
	if (o->reason != exp.reason) {
		snprintf(why, sizeof(why), "fragment: result %d, not %d",
			 o->reason, exp.reason);
		return why;
	}
	if (o->reason)
		return NULL;
	exp.f.inner += off;
	exp.f.payload += off;
	if (!fragment_equal(&o->f, &exp.f)) {
		snprintf(why, sizeof(why),
			 "fragment: offset %u, %u bytes at %u, id %#x, not %u, %u at %u, %#x",
			 o->f.offset, o->f.payload_len, o->f.payload, o->f.id,
			 exp.f.offset, exp.f.payload_len, exp.f.payload,
			 exp.f.id);
		return why;
	}
	if (o->f.offset)
		return NULL;
	o->first = mgl_fragment_parse_first(&packet, &o->f, &o->flow);
	return compare_flow(&o->flow, o->first, &exp.flow, exp.first);
}
