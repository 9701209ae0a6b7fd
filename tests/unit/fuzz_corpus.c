// SPDX-License-Identifier: GPL-2.0
/*
 * Prints inputs of the fuzzer and what the parsers make of them, for the scenario
 * that sends the same bytes through the live module. A line is a JSON object:
 *
 *   kind     gre, outer_v6, error_v4 or error_v6
 *   first    outer_v6: type of the first header
 *   bytes    the packet
 *   reason   gre, outer_v6: why it cannot be for a VIP, or "none"; "no_gre" if it
 *            does not concern a director
 *   fragment offset of the fragment header, if it is one
 *   gre      offset of the GRE header
 *   dst      if the reason is none: the inner destination
 *   for_vip  likewise: the reason if that is a VIP, or "none"
 *   flow     if that is none, too: the flow; a ping names no service
 *   error    errors: what it says about GRE, or null
 *
 *   fuzz_corpus INPUTS SEED
 *
 * Of each decision, by kind, no more than a twentieth of the inputs is printed, so that those
 * that are rare among random packets have their share. Inner fragments are left out:
 * what becomes of one depends on those before it.
 */
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/kernel.h>
#include <stdio.h>
#include <stdlib.h>

#include "extension.h"
#include "flow.h"
#include "fuzz.h"
#include "gre.h"
#include "icmp.h"
#include "inner.h"
#include "outer_error.h"
#include "packet_skb.h"
#include "skb.h"

/* Fits into a frame, whatever the outer header. */
#define BYTES_MAX 1400

/**
 * struct answer - what the parsers say of a packet
 * @reason: why it cannot be for a VIP, or MGL_REASON_NONE
 * @no_gre: it does not concern a director
 * @gre_off: offset of the GRE header, or of the fragment header
 * @dst: inner destination
 * @for_vip: the reason if that is a VIP
 * @flow: the flow, if there is none
 */
struct answer {
	enum mgl_reason reason;
	bool no_gre;
	u32 gre_off;
	struct mgl_addr dst;
	enum mgl_reason for_vip;
	struct mgl_flow flow;
};

/* The order of receive.c; VIPs, services and routers are for the reader. */
static void ask_gre(const struct mgl_packet *p, struct answer *a)
{
	const struct ipv6hdr *ip6h;
	const struct iphdr *iph;
	struct ipv6hdr _ip6h;
	struct mgl_gre gre;
	struct iphdr _iph;

	a->reason = mgl_gre_parse(p, a->gre_off, &gre);
	if (a->reason)
		return;
	a->for_vip = gre.reason;
	if (gre.proto == htons(ETH_P_IP)) {
		iph = mgl_packet_read(p, gre.inner, sizeof(_iph), &_iph);
		if (!iph) {
			a->reason = MGL_REASON_GRE_TRUNCATED;
			return;
		}
		a->dst = mgl_addr_v4(iph->daddr);
		if (!a->for_vip)
			a->for_vip = mgl_inner_parse_v4(p, gre.inner, iph,
							&a->flow);
		return;
	}
	ip6h = mgl_packet_read(p, gre.inner, sizeof(_ip6h), &_ip6h);
	if (!ip6h) {
		a->reason = MGL_REASON_GRE_TRUNCATED;
		return;
	}
	a->dst = mgl_addr_v6(&ip6h->daddr);
	if (mgl_addr_is_v4(&a->dst))
		a->reason = MGL_REASON_NOT_VIP;
	else if (!a->for_vip)
		a->for_vip = mgl_inner_parse_v6(p, gre.inner, ip6h, &a->flow);
}

static void ask_outer_v6(const struct mgl_packet *p, u8 first,
			 struct answer *a)
{
	struct mgl_chain c = { .len = p->len, .next = first };
	enum mgl_chain_end end = mgl_chain_skip(p, &c);
	bool fragment = end == MGL_CHAIN_FRAGMENT;

	if (end == MGL_CHAIN_MALFORMED) {
		a->reason = MGL_REASON_OUTER_EXTENSIONS;
		return;
	}
	if (c.next != IPPROTO_GRE &&
	    !(fragment && mgl_chain_extension(c.next))) {
		a->no_gre = true;
		return;
	}
	if (c.routed) {
		a->reason = MGL_REASON_OUTER_EXTENSIONS;
		return;
	}
	a->gre_off = c.off;
	if (fragment)
		a->reason = MGL_REASON_OUTER_FRAGMENT;
	else
		ask_gre(p, a);
}

static void print_bytes(const char *name, const void *bytes, u32 n)
{
	const u8 *b = bytes;
	u32 i;

	printf(", \"%s\": \"", name);
	for (i = 0; i < n; i++)
		printf("%02x", b[i]);
	putchar('"');
}

static void print_answer(const struct answer *a)
{
	const struct mgl_flow *f = &a->flow;

	printf(", \"reason\": \"%s\"", a->no_gre ? "no_gre" :
	       mgl_reason_name(a->reason));
	if (a->reason == MGL_REASON_OUTER_FRAGMENT)
		printf(", \"fragment\": %u", a->gre_off);
	if (a->no_gre || a->reason)
		return;
	printf(", \"gre\": %u, \"for_vip\": \"%s\"", a->gre_off,
	       mgl_reason_name(a->for_vip));
	print_bytes("dst", &a->dst, sizeof(a->dst));
	if (a->for_vip)
		return;
	printf(", \"flow\": {\"ping\": %d, \"proto\": %u, \"new\": %d, \"len\": %u",
	       f->kind != MGL_PKT_OWN && mgl_icmp_proto(f), f->proto,
	       f->new_conn, f->len);
	printf(", \"sport\": %u, \"dport\": %u", ntohs(f->sport),
	       ntohs(f->dport));
	print_bytes("saddr", &f->saddr, sizeof(f->saddr));
	print_bytes("daddr", &f->daddr, sizeof(f->daddr));
	putchar('}');
}

static void print_error(const struct mgl_outer_error *e)
{
	printf(", \"error\": {\"too_big\": %s, \"mtu\": %u, \"len\": %u",
	       e->too_big ? "true" : "false", e->mtu, e->len);
	print_bytes("from", &e->from, sizeof(e->from));
	print_bytes("to", &e->to, sizeof(e->to));
	putchar('}');
}

/**
 * enum share - decisions beside the reasons that have a share of the output
 * @SHARE_ECHO: a ping
 * @SHARE_QUOTE: an error in the tunnel
 * @SHARE_NO_GRE: nothing for a director
 * @SHARE_TOO_BIG: an error about GRE
 * @SHARE_UNREACHABLE: likewise
 * @SHARES: number of decisions
 */
enum share {
	SHARE_ECHO = MGL_REASON_MAX,
	SHARE_QUOTE,
	SHARE_NO_GRE,
	SHARE_TOO_BIG,
	SHARE_UNREACHABLE,
	SHARES
};

static u32 most;

/* False if there have been enough of a decision. */
static bool is_wanted(const u8 *control, u32 share)
{
	static u32 seen[FUZZ_KINDS][SHARES];

	return seen[fuzz_kind(control)][share]++ < most;
}

static u32 share_of(const struct answer *a)
{
	if (a->no_gre)
		return SHARE_NO_GRE;
	if (a->reason || a->for_vip)
		return a->reason ?: a->for_vip;
	switch (a->flow.kind) {
	case MGL_PKT_ECHO:
		return SHARE_ECHO;
	case MGL_PKT_ERROR:
		return SHARE_QUOTE;
	default:
		return MGL_REASON_NONE;
	}
}

static const char * const kinds[FUZZ_KINDS] = {
	"gre", "outer_v6", "error_v4", "error_v6",
};

static void print_start(const u8 *control, const struct mgl_packet *p)
{
	printf("{\"kind\": \"%s\", \"first\": %u", kinds[fuzz_kind(control)],
	       fuzz_first(control));
	print_bytes("bytes", p->data, p->len);
}

/* Returns true if it has printed a line. */
static bool try_gre(const u8 *control, const struct mgl_packet *p)
{
	struct answer a = {};

	if (fuzz_kind(control) == FUZZ_GRE)
		ask_gre(p, &a);
	else
		ask_outer_v6(p, fuzz_first(control), &a);
	if (a.for_vip == MGL_REASON_INNER_FRAGMENT ||
	    !is_wanted(control, share_of(&a)))
		return false;
	print_start(control, p);
	print_answer(&a);
	puts("}");
	return true;
}

static bool try_error(const u8 *control, const struct mgl_packet *p)
{
	struct mgl_outer_error e;
	bool is;

	is = fuzz_kind(control) == FUZZ_ERROR_V6 ?
	     mgl_outer_error_parse_v6(p, 0, &e) :
	     mgl_outer_error_parse_v4(p, 0, &e);
	if (!is_wanted(control, !is ? SHARE_NO_GRE :
		       e.too_big ? SHARE_TOO_BIG : SHARE_UNREACHABLE))
		return false;
	print_start(control, p);
	if (is)
		print_error(&e);
	else
		printf(", \"error\": null");
	puts("}");
	return true;
}

/*
 * Hop-by-hop options in front of GRE are looked at by IPv6 before any hook, and
 * may be refused there.
 */
static bool can_be_sent(const struct packet *p)
{
	return p->len - FUZZ_CONTROL <= BYTES_MAX &&
	       (fuzz_kind(p->b) != FUZZ_OUTER_V6 || fuzz_first(p->b));
}

int main(int argc, char **argv)
{
	u32 inputs = argc > 1 ? strtoul(argv[1], NULL, 0) : 3000;
	u64 state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	struct packet p;

	most = max(inputs / 20, 1U);
	while (inputs) {
		struct mgl_packet packet;
		struct sk_buff *skb;
		bool printed;

		fuzz_input(&p, &state);
		if (!can_be_sent(&p))
			continue;
		skb = shim_skb_new(p.b + FUZZ_CONTROL, p.len - FUZZ_CONTROL,
				   NULL, 0);
		packet = mgl_packet_skb(skb);
		printed = fuzz_kind(p.b) >= FUZZ_ERROR_V4 ?
			  try_error(p.b, &packet) :
			  try_gre(p.b, &packet);
		shim_skb_free(skb);
		inputs -= printed;
	}
	return 0;
}
