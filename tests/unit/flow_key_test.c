// SPDX-License-Identifier: GPL-2.0
/* Flows as slots and cache know them: masks by affinity, and keys. */
#include <linux/in.h>
#include <linux/kernel.h>
#include <stdlib.h>

#include "flow.h"
#include "ktap.h"

static const siphash_key_t secret = { .key = { 0x0123456789abcdef, 42 } };

static struct mgl_flow a_flow(void)
{
	return (struct mgl_flow){
		.saddr = mgl_addr_v4(cpu_to_be32(0xc6336407)),
		.daddr = mgl_addr_v4(cpu_to_be32(0xcb007109)),
		.sport = cpu_to_be16(0xa1b2),
		.dport = cpu_to_be16(443),
		.proto = IPPROTO_TCP,
		.new_conn = true,
		.pkt_state = MAGLEV_FLOW_OPENING,
		.len = 60,
	};
}

static struct mgl_flow a_flow_v6(void)
{
	struct mgl_flow flow = a_flow();

	flow.saddr = (struct mgl_addr){ .w = { cpu_to_be32(0x20010db8),
					       cpu_to_be32(7), 0,
					       cpu_to_be32(9) } };
	flow.daddr = (struct mgl_addr){ .w = { cpu_to_be32(0x20010db8), 0, 0,
					       cpu_to_be32(0x80) } };
	return flow;
}

static struct mgl_flow (*const families[])(void) = { a_flow, a_flow_v6 };

static u64 key(const struct mgl_flow *flow, u32 service)
{
	return mgl_flow_key(flow, service, &secret);
}

static void test_key_mask_5tuple(void)
{
	struct mgl_flow flow = a_flow();
	struct mgl_flow f = mgl_flow_mask(&flow, MAGLEV_AFFINITY_5TUPLE);

	CHECK(mgl_addr_equal(&f.saddr, &flow.saddr), "client");
	CHECK(mgl_addr_equal(&f.daddr, &flow.daddr), "VIP");
	CHECK_EQ(f.sport, flow.sport, "client's port");
	CHECK_EQ(f.dport, flow.dport, "VIP's port");
	CHECK_EQ(f.proto, IPPROTO_TCP, "protocol");
	CHECK(f.new_conn, "new connection");
	CHECK_EQ(f.pkt_state, MAGLEV_FLOW_OPENING, "state");
	CHECK_EQ(f.len, 60, "length");
}

/* A flow of several connections is not opened or ended by one of them. */
static void test_key_mask_others(void)
{
	static const struct mgl_addr all_zero;
	u32 affinity, state, i;

	for (i = 0; i < ARRAY_SIZE(families); i++)
	for (affinity = MAGLEV_AFFINITY_3TUPLE;
	     affinity <= MAGLEV_AFFINITY_SOURCE; affinity++)
	for (state = 0; state < __MAGLEV_FLOW_MAX; state++) {
		bool source = affinity == MAGLEV_AFFINITY_SOURCE;
		struct mgl_addr nobody = i ? all_zero : mgl_addr_v4(0);
		struct mgl_flow flow = families[i](), f;

		flow.pkt_state = state;
		f = mgl_flow_mask(&flow, affinity);
		CHECK(mgl_addr_equal(&f.saddr, &flow.saddr), "client");
		CHECK(mgl_addr_equal(&f.daddr, source ? &nobody : &flow.daddr),
		      "affinity %u", affinity);
		CHECK_EQ(f.proto, source ? 0 : IPPROTO_TCP, "affinity %u",
			 affinity);
		CHECK_EQ(f.sport, 0, "affinity %u", affinity);
		CHECK_EQ(f.dport, 0, "affinity %u", affinity);
		CHECK(!f.new_conn, "affinity %u", affinity);
		CHECK_EQ(f.pkt_state, MAGLEV_FLOW_ESTABLISHED, "affinity %u",
			 affinity);
		/* It is still the packet's. */
		CHECK_EQ(f.len, 60, "affinity %u", affinity);
	}
}

/* Connections of a client that are one flow, by slot and by cache. */
static void test_key_affinity(void)
{
	static const bool want[__MAGLEV_AFFINITY_MAX][5] = {
		/* By client's port, VIP's port, VIP, protocol, client. */
		[MAGLEV_AFFINITY_5TUPLE] = { false, false, false, false, false },
		[MAGLEV_AFFINITY_3TUPLE] = { true, true, false, false, false },
		[MAGLEV_AFFINITY_SOURCE] = { true, true, true, true, false },
	};
	u32 affinity, family, i;

	for (family = 0; family < ARRAY_SIZE(families); family++)
	for (affinity = 0; affinity < __MAGLEV_AFFINITY_MAX; affinity++)
	for (i = 0; i < 5; i++) {
		struct mgl_flow flow = families[family](), other = flow, a, b;

		switch (i) {
		case 0:
			other.sport = cpu_to_be16(1);
			break;
		case 1:
			other.dport = cpu_to_be16(80);
			break;
		case 2:
			other.daddr.w[3] = 1;
			break;
		case 3:
			other.proto = IPPROTO_UDP;
			break;
		default:
			other.saddr.w[3] = 1;
		}
		a = mgl_flow_mask(&flow, affinity);
		b = mgl_flow_mask(&other, affinity);
		CHECK_EQ(mgl_flow_hash(&a, 1) == mgl_flow_hash(&b, 1),
			 want[affinity][i], "affinity %u, field %u", affinity,
			 i);
		/* VIP and protocol are the service's, which is the same here. */
		if (i != 2 && i != 3)
			CHECK_EQ(key(&a, 1) == key(&b, 1),
				 want[affinity][i], "affinity %u, field %u",
				 affinity, i);
		CHECK(key(&a, 1) != key(&a, 2),
		      "affinity %u: services", affinity);
	}
}

/* Every bit of client, ports, service and secret, alone. */
static void check_bits(const struct mgl_flow *flow, u32 first_word)
{
	u64 base = key(flow, 7);
	u32 bit;

	for (bit = 32 * first_word; bit < 128; bit++) {
		struct mgl_flow f = *flow;

		f.saddr.w[bit / 32] ^= 1u << bit % 32;
		CHECK(key(&f, 7) != base, "client, bit %u", bit);
		f = *flow;
		f.daddr.w[bit / 32] ^= 1u << bit % 32;
		CHECK(key(&f, 7) != base, "VIP, bit %u", bit);
	}
	for (bit = 0; bit < 32; bit++) {
		struct mgl_flow f = *flow;

		if (bit < 16)
			f.sport ^= 1u << bit;
		else
			f.dport ^= 1u << (bit - 16);
		CHECK(key(&f, 7) != base, "ports, bit %u", bit);
		CHECK(key(flow, 7 ^ 1u << bit) != base,
		      "service, bit %u", bit);
	}
	for (bit = 0; bit < 128; bit++) {
		siphash_key_t other = secret;

		other.key[bit / 64] ^= 1ULL << bit % 64;
		CHECK(mgl_flow_key(flow, 7, &other) != base,
		      "secret, bit %u", bit);
	}
}

static void test_key_bits(void)
{
	struct mgl_flow v4 = a_flow(), v6 = a_flow_v6();

	check_bits(&v4, 3);
	check_bits(&v6, 0);
}

/* The half of the key that gives the bucket. */
static u32 bucket_bits(const struct mgl_flow *flow, u32 service)
{
	return key(flow, service);
}

/*
 * Flows of a masked client to several services differ by the number of the
 * service only, and must not fall into one bucket.
 */
static void test_key_bucket_services(void)
{
	u32 affinity, service, other;

	for (affinity = MAGLEV_AFFINITY_3TUPLE;
	     affinity <= MAGLEV_AFFINITY_SOURCE; affinity++) {
		struct mgl_flow flow = a_flow();

		flow.digest = mgl_flow_digest(&flow, &secret);
		flow = mgl_flow_mask(&flow, affinity);
		for (service = 1; service < 64; service++)
			for (other = 0; other < service; other++)
				CHECK(bucket_bits(&flow, service) !=
				      bucket_bits(&flow, other),
				      "affinity %u, services %u and %u",
				      affinity, service, other);
	}
}

/* A flow is found in the bucket that was prefetched. */
static void test_key_digest(void)
{
	struct mgl_flow flow = a_flow();
	u64 digest = mgl_flow_digest(&flow, &secret);

	CHECK_EQ(bucket_bits(&flow, 9), (u32)digest, "not computed yet");
	CHECK(key(&flow, 9) != key(&flow, 8), "services");
	flow.digest = digest;
	CHECK_EQ(bucket_bits(&flow, 9), (u32)digest, "computed");
}

/* Every packet of a flow has its key. */
static void test_key_per_flow(void)
{
	struct mgl_flow flow = a_flow(), f = flow;

	f.new_conn = false;
	f.pkt_state = MAGLEV_FLOW_CLOSED;
	f.len = 1500;
	CHECK_EQ(key(&f, 3), key(&flow, 3), "packets");
	CHECK_EQ(mgl_flow_hash(&f, 3), mgl_flow_hash(&flow, 3), "packets");
	f.sport = flow.dport;
	f.dport = flow.sport;
	CHECK(key(&f, 3) != key(&flow, 3), "ports swapped");
}

static int by_value(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Clients, ports and services that differ in a few bits. */
static void test_key_spread(void)
{
	enum { N = 1 << 17 };
	u64 *keys = calloc(N, sizeof(*keys));
	u32 i, low[16] = {};

	for (i = 0; i < N; i++) {
		struct mgl_flow flow = a_flow();

		flow.saddr.w[3] = cpu_to_be32(i & 0xff);
		flow.sport = cpu_to_be16(i >> 8 & 0xff);
		keys[i] = key(&flow, i >> 16);
		low[keys[i] % 16]++;
	}
	for (i = 0; i < 16; i++)
		/* The deviation is 88. */
		CHECK(low[i] > N / 16 - 500 && low[i] < N / 16 + 500,
		      "%u end in %u", low[i], i);
	qsort(keys, N, sizeof(*keys), by_value);
	for (i = 1; i < N; i++)
		CHECK(keys[i] != keys[i - 1], "two are %#llx",
		      (unsigned long long)keys[i]);
	free(keys);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_key_mask_5tuple,
		  "with 5-tuple affinity nothing of a flow is masked"),
	KTAP_CASE(test_key_mask_others,
		  "with 3-tuple and source affinity all that does not count is 0, and no packet opens or ends the flow"),
	KTAP_CASE(test_key_affinity,
		  "connections that the affinity keeps together share slot and key, others do not"),
	KTAP_CASE(test_key_bits,
		  "every bit of client, VIP, ports, service and secret changes the key"),
	KTAP_CASE(test_key_per_flow,
		  "every packet of a flow gives the same key and slot"),
	KTAP_CASE(test_key_bucket_services,
		  "flows of a masked client to different services get different buckets"),
	KTAP_CASE(test_key_digest,
		  "the lower half of the key, which gives the bucket, is the digest that was prefetched by"),
	KTAP_CASE(test_key_spread,
		  "keys of similar flows are distinct and end evenly"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
