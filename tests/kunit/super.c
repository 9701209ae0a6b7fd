// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "super.h"

#define V4_LEN 20
#define V6_LEN 40
#define TCP_LEN 20
#define UDP_LEN 8
#define SEQ 0x11111111
#define PSH 0x08

static u16 get16(const u8 *b)
{
	return b[0] << 8 | b[1];
}

static u32 get32(const u8 *b)
{
	return (u32)get16(b) << 16 | get16(b + 2);
}

/* The sum of 16 bit words in ones' complement. */
static u16 add_up(const u8 *b, u32 len, u32 sum)
{
	u32 i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? b[i] : b[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static u8 l4_proto(const struct super *s)
{
	return s->form.udp ? IPPROTO_UDP : IPPROTO_TCP;
}

static u32 l4_len(const struct super *s)
{
	return s->form.udp ? UDP_LEN : TCP_LEN;
}

/* Offset of the checksum from the transport header. */
static u32 l4_check(const struct super *s)
{
	return s->form.udp ? offsetof(struct udphdr, check) :
			     offsetof(struct tcphdr, check);
}

/* The sum of the pseudo header of the inner packet at @ip. */
static u16 pseudo_header(const struct super *s, const u8 *ip, u32 len)
{
	return ip[0] >> 4 == 6 ? add_up(ip + 8, 32, l4_proto(s) + len) :
				 add_up(ip + 12, 8, l4_proto(s) + len);
}

static u32 data_len(const struct super *s)
{
	return s->p.len - s->data;
}

static void build_inner(struct super *s, u32 payload)
{
	struct packet *p = &s->p;
	u32 i, len = l4_len(s) + payload;

	s->inner = p->len;
	if (s->form.inner_v6)
		packet_ipv6(p, l4_proto(s), len);
	else
		packet_ipv4(p, 5, l4_proto(s), len);
	if (!s->form.inner_v6)
		packet_set16(p, s->inner + 10,
			     packet_sum_v4(p->b + s->inner, V4_LEN));
	s->l4 = p->len;
	if (s->form.udp)
		packet_udp(p, payload);
	else
		packet_tcp(p, 5, s->form.list ? PACKET_ACK : PACKET_ACK | PSH);
	s->data = p->len;
	for (i = 0; i < payload; i++)
		packet_8(p, i ^ i >> 8);
	packet_set16(p, s->l4 + l4_check(s),
		     pseudo_header(s, p->b + s->inner, len));
}

void super_build(struct super *s, const struct super_form *form)
{
	struct packet *p = &s->p;

	s->form = *form;
	p->len = 0;
	if (form->v6)
		packet_ipv6(p, form->options ? IPPROTO_DSTOPTS : IPPROTO_GRE, 0);
	else
		packet_ipv4(p, 5, IPPROTO_GRE, 0);
	if (form->v6 && form->options)
		packet_extension(p, IPPROTO_GRE, 0);
	s->gre = p->len;
	packet_gre(p, form->flags, form->inner_v6 ? ETH_P_IPV6 : ETH_P_IP);
	/* The last segment is shorter. */
	build_inner(s, form->segments * SUPER_MSS - 100);
	packet_set_length(p, 0);
	if (!form->v6)
		packet_set16(p, 10, packet_sum_v4(p->b, V4_LEN));
}

void super_checksums(struct super *s)
{
	struct packet *p = &s->p;

	packet_set16(p, s->l4 + l4_check(s),
		     ~add_up(p->b + s->l4, p->len - s->l4, 0));
	if (!(s->form.flags & GRE_CSUM_FLAG))
		return;
	packet_set16(p, s->gre + 4, 0);
	packet_set16(p, s->gre + 4, ~add_up(p->b + s->gre, p->len - s->gre, 0));
}

static u32 inner_gso_type(const struct super_form *form)
{
	if (form->udp)
		return SKB_GSO_UDP_L4;
	return form->inner_v6 ? SKB_GSO_TCPV6 : SKB_GSO_TCPV4;
}

/* What GRO and tunnels note about a packet whose data is at its outer header. */
static void set_headers(struct sk_buff *skb, const struct super *s)
{
	const struct super_form *form = &s->form;

	skb->protocol = htons(form->v6 ? ETH_P_IPV6 : ETH_P_IP);
	skb_set_mac_header(skb, -ETH_HLEN);
	skb->mac_len = ETH_HLEN;
	skb_set_transport_header(skb, form->v6 ? V6_LEN : V4_LEN);
	skb->encapsulation = 1;
	skb_set_inner_protocol(skb, htons(form->inner_v6 ? ETH_P_IPV6 : ETH_P_IP));
	skb_set_inner_mac_header(skb, s->inner);
	skb_set_inner_network_header(skb, s->inner);
	skb_set_inner_transport_header(skb, s->l4);
	if (form->segments == 1)
		return;
	skb_shinfo(skb)->gso_size = SUPER_MSS;
	skb_shinfo(skb)->gso_segs = form->segments;
	skb_shinfo(skb)->gso_type = SKB_GSO_GRE | inner_gso_type(form);
}

struct test_skb super_skb(struct kunit *test, const struct super *s,
			  enum skb_shape shape)
{
	const struct skb_bytes bytes = {
		.bytes = s->p.b,
		.len = s->p.len,
		.cut = s->data,
	};
	struct test_skb t = test_skb_steps(test, &bytes, shape, SUPER_MSS);
	struct sk_buff *skb = t.skb;

	set_headers(skb, s);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) + s->l4;
	skb->csum_offset = l4_check(s);
	return t;
}

/* Makes @one the packet that was segment @i, as it was on the wire. */
static void take_segment(struct super *one, const struct super *s, u32 i)
{
	struct packet *p = &one->p;
	u32 at = i * SUPER_MSS, n = min_t(u32, data_len(s) - at, SUPER_MSS);

	memcpy(one, s, sizeof(*one));
	p->len = s->data + n;
	memcpy(p->b + s->data, s->p.b + s->data + at, n);
	if (s->form.udp)
		packet_set16(p, s->l4 + 4, UDP_LEN + n);
	else
		packet_set32(p, s->l4 + 4, SEQ + at);
	packet_set_length(p, 0);
	packet_set_length(p, s->inner);
	if (!s->form.v6)
		packet_set16(p, 10, packet_sum_v4(p->b, V4_LEN));
	if (!s->form.inner_v6)
		packet_set16(p, s->inner + 10,
			     packet_sum_v4(p->b + s->inner, V4_LEN));
	packet_set16(p, s->l4 + l4_check(s),
		     pseudo_header(s, p->b + s->inner, l4_len(s) + n));
	super_checksums(one);
}

static struct sk_buff *received(struct kunit *test, const struct super *s)
{
	struct sk_buff *skb = alloc_skb(ETH_HLEN + s->p.len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, ETH_HLEN);
	skb_put_data(skb, s->p.b, s->p.len);
	skb_reset_network_header(skb);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return skb;
}

struct test_skb super_list(struct kunit *test, const struct super *s)
{
	struct super *one = kunit_kmalloc(test, sizeof(*one), GFP_KERNEL);
	struct test_skb t = {};
	struct sk_buff **next;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, one);
	take_segment(one, s, 0);
	t.skb = received(test, one);
	set_headers(t.skb, s);
	/* What GRO leaves unset in this case. */
	t.skb->inner_transport_header = 0;
	skb_shinfo(t.skb)->gso_type |= SKB_GSO_FRAGLIST;
	next = &skb_shinfo(t.skb)->frag_list;
	for (i = 1; i < s->form.segments; i++, next = &(*next)->next) {
		take_segment(one, s, i);
		*next = received(test, one);
		skb_set_network_header(*next, s->inner);
		skb_set_transport_header(*next, s->l4);
		__skb_pull(*next, s->data);
		t.skb->len += (*next)->len;
		t.skb->data_len += (*next)->len;
		t.skb->truesize += (*next)->truesize;
	}
	kunit_kfree(test, one);
	return t;
}

/* Sets @gre, the offset of the GRE header that is expected. */
static const char *check_outer(const struct super *s,
			       const struct super_expect *e, const u8 *b,
			       u32 len, u32 *gre)
{
	bool options = e->v6 && s->form.v6 && s->form.options;

	*gre = e->v6 ? V6_LEN : V4_LEN;
	if (len < *gre + 8 || b[0] >> 4 != (e->v6 ? 6 : 4))
		return "another outer header";
	if (e->v6) {
		if (get16(b + 4) != len - V6_LEN)
			return "outer length";
		if (b[6] != (options ? IPPROTO_DSTOPTS : IPPROTO_GRE))
			return "outer next header";
		if (b[7] != SUPER_HOPS - 1)
			return "hop limit";
		if (memcmp(b + 8, e->saddr, 16) || memcmp(b + 24, e->daddr, 16))
			return "outer addresses";
		if (options && memcmp(b + V6_LEN, s->p.b + V6_LEN, 8))
			return "outer options";
		*gre += options ? 8 : 0;
		return NULL;
	}
	if (b[0] != 0x45 || b[9] != IPPROTO_GRE || b[8] != SUPER_HOPS - 1)
		return "outer fields";
	if (get16(b + 2) != len)
		return "outer length";
	if (packet_sum_v4(b, V4_LEN) != get16(b + 10))
		return "outer checksum";
	if (memcmp(b + 12, e->saddr, 4) || memcmp(b + 16, e->daddr, 4))
		return "outer addresses";
	return NULL;
}

static const char *check_gre(const struct super *s, const u8 *b, u32 len)
{
	u32 off = s->form.flags & GRE_CSUM_FLAG ? 8 : 4;

	if (len < s->inner - s->gre || memcmp(b, s->p.b + s->gre, 4) ||
	    memcmp(b + off, s->p.b + s->gre + off, s->inner - s->gre - off))
		return "another GRE header";
	if (off == 8 && add_up(b, len, 0) != 0xffff)
		return "GRE checksum";
	return NULL;
}

/* Of segment @at bytes behind the first, the last of them or not. */
static const char *check_tcp(const struct super *s, u32 at, bool last,
			     const u8 *tcp)
{
	if (get32(tcp + 4) != SEQ + at)
		return "sequence number";
	if (tcp[13] != (last ? s->p.b[s->l4 + 13] : PACKET_ACK))
		return "TCP flags";
	return NULL;
}

static const char *check_l4(const struct super *s, u32 i, const u8 *ip,
			    u32 len)
{
	u32 at = i * SUPER_MSS, l4 = s->l4 - s->inner, data = s->data - s->inner;
	u32 n = min_t(u32, data_len(s) - at, SUPER_MSS);
	const char *error = NULL;

	if (len != data + n || memcmp(ip + data, s->p.b + s->data + at, n))
		return "another segment";
	if (!s->form.udp)
		error = check_tcp(s, at, at + n == data_len(s), ip + l4);
	else if (get16(ip + l4 + 4) != len - l4)
		error = "UDP length";
	if (error)
		return error;
	if (add_up(ip + l4, len - l4, pseudo_header(s, ip, len - l4)) != 0xffff)
		return "transport checksum";
	return NULL;
}

static const char *check_inner(const struct super *s, u32 i, const u8 *ip,
			       u32 len)
{
	if (len < s->data - s->inner || ip[0] != s->p.b[s->inner])
		return "another inner header";
	if (s->form.inner_v6) {
		if (get16(ip + 4) != len - V6_LEN)
			return "inner length";
	} else {
		if (get16(ip + 2) != len)
			return "inner length";
		if (packet_sum_v4(ip, V4_LEN) != get16(ip + 10))
			return "inner checksum";
	}
	return check_l4(s, i, ip, len);
}

const char *super_check(const struct super *s, const struct super_expect *e,
			const u8 *b, u32 len)
{
	const char *error;
	u32 gre, inner;

	error = check_outer(s, e, b, len, &gre);
	if (error)
		return error;
	error = check_gre(s, b + gre, len - gre);
	if (error)
		return error;
	inner = gre + s->inner - s->gre;
	return check_inner(s, e->i, b + inner, len - inner);
}
