// SPDX-License-Identifier: GPL-2.0
/* Inputs for the fuzz target without libFuzzer: the same for the same state. */
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include <string.h>

#include "fuzz.h"
#include "prng.h"

/*
 * Any flags of TCP, and any of the first SCTP chunks, in the packet that ends in
 * @payload bytes behind its transport header.
 */
static void any_state(struct packet *p, u8 proto, u32 payload, u64 *state)
{
	if (proto == IPPROTO_TCP)
		p->b[p->len - payload - 7] = prng(state);
	if (proto == IPPROTO_SCTP)
		p->b[p->len - payload - 4] = prng_below(state, 16);
}

/* One in six is made a fragment: its word of offset and flags is at @at. */
static void some_fragment(struct packet *p, u32 at, u16 more, u64 *state)
{
	static const u16 offsets[] = { 0, 0, 1, 2, 100, 0x1fff };
	u16 offset = offsets[prng_below(state, ARRAY_SIZE(offsets))];

	if (prng_below(state, 6))
		return;
	if (more == 1)
		offset *= 8;
	packet_set16(p, at, offset | (prng_below(state, 3) ? more : 0));
}

static void inner_v4(struct packet *p, u8 proto, u64 *state)
{
	u32 payload = prng_below(state, 40), ip = p->len;

	packet_inner(p, proto, payload);
	any_state(p, proto, payload, state);
	some_fragment(p, ip + 6, 0x2000, state);
}

/* A number of extension headers: few, or as many as are accepted, about. */
static u32 some_headers(u64 *state)
{
	return prng_below(state, 4) ? prng_below(state, 4) :
	       10 + prng_below(state, 5);
}

/* A type that is skipped; one in 32 is out of place, or no extension header. */
static u8 some_type(u64 *state)
{
	static const u8 skipped[] = { 60, 43, 44 };
	static const u8 others[] = { 0, 51, 59 };

	return prng_below(state, 32) ?
	       skipped[prng_below(state, ARRAY_SIZE(skipped))] :
	       others[prng_below(state, ARRAY_SIZE(others))];
}

static void inner_v6(struct packet *p, u8 proto, u64 *state)
{
	u32 payload = prng_below(state, 40), n = some_headers(state), i;
	u32 ip = p->len;
	u8 types[14];

	for (i = 0; i < n; i++)
		types[i] = some_type(state);
	if (n && !prng_below(state, 4))
		types[0] = IPPROTO_HOPOPTS;
	packet_inner_v6(p, types, n, proto, payload);
	any_state(p, proto, payload, state);
	if (n && types[0] == IPPROTO_FRAGMENT)
		some_fragment(p, ip + 42, 1, state);
}

static void gre(struct packet *p, u64 *state)
{
	static const u8 protos[] = { 1, 6, 6, 6, 17, 17, 132, 58 };
	static const u16 flags[] = {
		0, 0x2000, 0x8000, 0x1000, 0xb000, 0x4000, 0xc000, 0x3081,
	};
	u8 proto = protos[prng_below(state, ARRAY_SIZE(protos))];
	u16 chosen = flags[prng_below(state, ARRAY_SIZE(flags))];
	bool v6 = prng_below(state, 2);

	if (prng_below(state, 2))
		chosen = 0;
	packet_gre(p, chosen, v6 ? ETH_P_IPV6 : ETH_P_IP);
	if (chosen == 0x3081)
		packet_32(p, 1);
	if (chosen & 0x4000)
		packet_32(p, 0);
	switch (prng_below(state, 3)) {
	case 0:
		packet_zoo_icmp(p, prng_below(state, PACKET_ZOO_ICMP / 2) * 2 +
				v6);
		break;
	case 1:
		if (v6)
			packet_zoo_v6(p, prng_below(state, PACKET_ZOO_V6));
		else
			packet_zoo(p, prng_below(state, PACKET_ZOO));
		break;
	default:
		if (v6)
			inner_v6(p, proto, state);
		else
			inner_v4(p, proto, state);
	}
}

/* Extension headers in front of GRE, the first of type @type. */
static void chain(struct packet *p, u8 type, u64 *state)
{
	u32 n = some_headers(state), i;
	u8 next;

	for (i = 0; type == 0 || type == 43 || type == 44 || type == 60; i++) {
		next = i + 1 < n ? some_type(state) : IPPROTO_GRE;
		packet_extension(p, next, type == 44 ? 0 : i % 3);
		type = next;
	}
	gre(p, state);
}

static void outer_address_v6(struct packet *p, u32 net, u32 host)
{
	packet_32(p, FUZZ_PREFIX_V6);
	packet_32(p, net << 16);
	packet_32(p, 0);
	packet_32(p, host);
}

/* "Unreachable" and "too big", with any code, about a packet of 1500 bytes. */
static void error_v4(struct packet *p, u64 *state)
{
	u8 ihl = 5 + (prng_below(state, 4) ? 0 : prng_below(state, 11));

	packet_8(p, 3);
	packet_8(p, prng_below(state, 2) ? 4 : prng_below(state, 16));
	packet_16(p, 0);
	packet_32(p, prng_below(state, 1600));
	packet_8(p, 0x40 | (prng_below(state, 16) ? ihl :
			    prng_below(state, 16)));
	packet_8(p, 0);
	packet_16(p, 1500);
	packet_32(p, 0x12344000);
	packet_32(p, 0x3f2f0000);
	packet_32(p, FUZZ_DIRECTOR);
	packet_32(p, FUZZ_BACKEND);
	packet_fill(p, 1, (ihl - 5) * 4);
	gre(p, state);
}

static void error_v6(struct packet *p, u64 *state)
{
	static const u8 types[] = { 1, 2, 2, 2, 3, 4 };
	u8 first = prng_below(state, 4) ? IPPROTO_GRE : IPPROTO_DSTOPTS;

	packet_8(p, types[prng_below(state, ARRAY_SIZE(types))]);
	packet_8(p, prng_below(state, 3));
	packet_16(p, 0);
	packet_32(p, 1100 + prng_below(state, 600));
	packet_32(p, 0x60000000);
	packet_16(p, 1460);
	packet_8(p, first);
	packet_8(p, 63);
	outer_address_v6(p, 1, 0x02);
	outer_address_v6(p, 2, 0x13);
	chain(p, first, state);
}

/* Cuts and junk are of the packet, whose control bytes stay. */
static void mutate(struct packet *p, u64 *state)
{
	u32 at = FUZZ_CONTROL + prng_below(state, p->len - FUZZ_CONTROL + 1);
	u32 n;

	if (at == p->len) {
		packet_fill(p, prng(state), prng_below(state, 64));
		return;
	}
	switch (prng_below(state, 6)) {
	case 0:
		p->b[at] ^= 1u << prng_below(state, 8);
		break;
	case 1:
		p->b[at] = prng(state);
		break;
	case 2:
		p->b[at] = prng_below(state, 2) ? 0xff : 0;
		break;
	case 3:
		p->len = at;
		break;
	case 4:
		n = prng_below(state, p->len - at + 1);
		memmove(p->b + at, p->b + at + n, p->len - at - n);
		p->len -= n;
		break;
	default:
		packet_fill(p, prng(state), prng_below(state, 64));
	}
}

void fuzz_input(struct packet *p, u64 *state)
{
	u32 i;

	p->len = 0;
	for (i = 0; i < FUZZ_CONTROL; i++)
		packet_8(p, prng(state));
	switch (fuzz_kind(p->b)) {
	case FUZZ_OUTER_V6:
		chain(p, fuzz_first(p->b), state);
		break;
	case FUZZ_ERROR_V4:
		error_v4(p, state);
		break;
	case FUZZ_ERROR_V6:
		error_v6(p, state);
		break;
	default:
		gre(p, state);
	}
	for (i = prng_below(state, 6); i; i--)
		mutate(p, state);
}
