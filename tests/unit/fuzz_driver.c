// SPDX-License-Identifier: GPL-2.0
/*
 * Drives the fuzz target without libFuzzer: seeds that are good packets, and
 * random mutations of them, the same in every run.
 *
 *   fuzz_driver [ITERATIONS [SECONDS]]
 */
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/kernel.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fuzz.h"
#include "ktap.h"
#include "packet.h"
#include "prng.h"

#define CONTROL 4	/* bytes in front of the packet, see fuzz_packet.c */

static unsigned long iterations = 2000000;
static unsigned long seconds = 15;
static u64 state = 41;

/* An IPv6 packet of up to 14 extension headers, in any order. */
static void seed_v6(struct packet *p, u8 proto)
{
	static const u8 known[] = { 0, 60, 43, 44, 60, 44, 51, 59 };
	u8 types[14];
	u32 n = prng_below(&state, 4) ? prng_below(&state, 4) :
		prng_below(&state, ARRAY_SIZE(types) + 1);
	u32 i;

	for (i = 0; i < n; i++)
		types[i] = known[prng_below(&state, i ? ARRAY_SIZE(known) : 4)];
	packet_inner_v6(p, types, n, proto, prng_below(&state, 40));
}

static void seed(struct packet *p)
{
	static const u8 protos[] = { 1, 6, 6, 6, 17, 17, 132, 58 };
	u8 proto = protos[prng_below(&state, ARRAY_SIZE(protos))];
	bool v6 = prng_below(&state, 2);
	static const u16 flags[] = {
		0, 0x2000, 0x8000, 0x1000, 0xb000, 0x4000, 0xc000, 0x3081,
	};
	u16 chosen = flags[prng_below(&state, ARRAY_SIZE(flags))];

	*p = (struct packet){ .len = 0 };
	packet_8(p, 20);
	packet_8(p, prng(&state));
	packet_8(p, prng(&state));
	packet_8(p, prng(&state));
	packet_gre(p, chosen, v6 ? ETH_P_IPV6 : ETH_P_IP);
	if (chosen == 0x3081)
		packet_32(p, 1);
	if (chosen & 0x4000)
		packet_32(p, 0);
	if (!prng_below(&state, 3))
		packet_zoo_icmp(p, prng_below(&state, PACKET_ZOO_ICMP / 2) * 2 +
				v6);
	else if (v6)
		seed_v6(p, proto);
	else
		packet_inner(p, proto, prng_below(&state, 40));
}

static void mutate(struct packet *p)
{
	u32 at = prng_below(&state, p->len);
	u32 n;

	switch (prng_below(&state, 6)) {
	case 0:
		p->b[at] ^= 1u << prng_below(&state, 8);
		break;
	case 1:
		p->b[at] = prng(&state);
		break;
	case 2:
		p->b[at] = prng_below(&state, 2) ? 0xff : 0;
		break;
	case 3:
		p->len = at;
		break;
	case 4:
		n = prng_below(&state, p->len - at + 1);
		memmove(p->b + at, p->b + at + n, p->len - at - n);
		p->len -= n;
		break;
	default:
		packet_fill(p, prng(&state), prng_below(&state, 64));
	}
	if (p->len < CONTROL)
		p->len = CONTROL;
}

static void test_fuzz_packet(void)
{
	time_t end = time(NULL) + seconds;
	unsigned long i;
	struct packet p;
	u32 k;

	for (i = 0; i < iterations; i++) {
		/* The time only ends the run: a slow machine does less. */
		if (i && i % 4096 == 0 && time(NULL) >= end)
			break;
		seed(&p);
		for (k = prng_below(&state, 6); k; k--)
			mutate(&p);
		LLVMFuzzerTestOneInput(p.b, p.len);
	}
	NOTE("%lu of %lu iterations", i, iterations);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_fuzz_packet,
		  "mutated packets are parsed without a bad access and as the oracle does"),
};

int main(int argc, char **argv)
{
	if (argc > 1)
		iterations = strtoul(argv[1], NULL, 0);
	if (argc > 2)
		seconds = strtoul(argv[2], NULL, 0);
	return ktap_run(cases, ARRAY_SIZE(cases));
}
