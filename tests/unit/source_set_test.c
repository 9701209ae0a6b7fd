// SPDX-License-Identifier: GPL-2.0
/* Prefixes of sources: what they cover, and which address a flow gets. */
#include <linux/kernel.h>
#include <string.h>

#include "ktap.h"
#include "prng.h"
#include "source_set.h"

#define HASHES 100000

static struct mgl_prefix v4(u32 addr, u8 bits)
{
	return (struct mgl_prefix){
		.addr = mgl_addr_v4(htonl(addr)),
		.len = MGL_V4_BITS_BEFORE + bits,
	};
}

/* 2001:db8::/@bits, with @net in the second word. */
static struct mgl_prefix v6(u32 net, u32 host, u8 bits)
{
	return (struct mgl_prefix){
		.addr.w = { htonl(0x20010db8), htonl(net), 0, htonl(host) },
		.len = bits,
	};
}

static struct mgl_source_set set_of(const struct mgl_prefix *p, u32 n)
{
	struct mgl_source_set set = {};
	u32 i;

	for (i = 0; i < n; i++)
		mgl_source_set_add(&set, &p[i]);
	return set;
}

static u32 last_word(const struct mgl_addr *a)
{
	return ntohl(a->w[3]);
}

/* Every length, and the addresses that differ from it in one bit. */
static void test_prefix_covers(void)
{
	const struct mgl_addr whole = { .w = {
		htonl(0x20010db8), htonl(0x5a0f00ff), htonl(0x80000001),
		htonl(0xfffe0001),
	} };
	u32 len, bit, i;

	for (len = 0; len <= MGL_ADDR_BITS; len++) {
		struct mgl_prefix p = { .addr = whole, .len = len };

		for (i = len; i < MGL_ADDR_BITS; i++)
			((u8 *)&p.addr)[i / 8] &= ~(0x80 >> i % 8);
		CHECK(mgl_prefix_has(&p, &whole), "itself, /%u", len);
		for (bit = 0; bit < MGL_ADDR_BITS; bit++) {
			struct mgl_addr a = whole;

			((u8 *)&a)[bit / 8] ^= 0x80 >> bit % 8;
			CHECK_EQ(mgl_prefix_has(&p, &a), bit >= len,
				 "/%u, bit %u", len, bit);
		}
	}
}

static void test_prefix_order(void)
{
	const struct mgl_prefix sorted[] = {
		v4(0x0a000000, 16), v4(0x0a000000, 32), v4(0x0a000001, 32),
		v6(0, 0, 64), v6(0, 0, 128), v6(1, 0, 96),
	};
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(sorted); i++)
		for (j = 0; j < ARRAY_SIZE(sorted); j++) {
			int cmp = mgl_prefix_cmp(&sorted[i], &sorted[j]);

			CHECK_EQ(cmp < 0, i < j, "%u before %u", i, j);
			CHECK_EQ(cmp > 0, i > j, "%u behind %u", i, j);
		}
}

/* The addresses that may be chosen, by their last word: all of them, and no other. */
static void expect_range(struct mgl_prefix p, u32 first, u32 n)
{
	struct mgl_source_set set = set_of(&p, 1);
	bool is_v4 = mgl_prefix_is_v4(&p);
	u32 i, lowest = ~0U, highest = 0;
	struct mgl_addr a;

	CHECK_EQ(is_v4 ? set.n_v4 : set.n_v6, n, "number, /%u", p.len);
	CHECK_EQ(is_v4 ? set.n_v6 : set.n_v4, 0, "of the other family");
	for (i = 0; i < n; i++) {
		/* The smallest hash that reciprocal_scale() maps to i. */
		u32 hash = (((u64)i << 32) + n - 1) / n;

		CHECK(mgl_source_set_choose(&set, is_v4, hash, &a), "found");
		CHECK_EQ(last_word(&a), first + i, "/%u, address %u", p.len, i);
		CHECK(mgl_prefix_has(&p, &a), "/%u covers %u", p.len, i);
		if (last_word(&a) < lowest)
			lowest = last_word(&a);
		if (last_word(&a) > highest)
			highest = last_word(&a);
	}
	CHECK(mgl_source_set_choose(&set, is_v4, ~0U, &a), "found");
	CHECK_EQ(last_word(&a), first + n - 1, "/%u, the last one", p.len);
	CHECK_EQ(highest - lowest, n - 1, "/%u, nothing else", p.len);
	CHECK(!mgl_source_set_choose(&set, !is_v4, 7, &a), "other family");
}

static void test_source_range_v4(void)
{
	expect_range(v4(0xc6120000, 32), 0xc6120000, 1);
	expect_range(v4(0xc6120009, 32), 0xc6120009, 1);
	expect_range(v4(0xc6120008, 31), 0xc6120008, 2);
	expect_range(v4(0xc6120008, 30), 0xc6120009, 2);
	expect_range(v4(0xc6120010, 28), 0xc6120011, 14);
	expect_range(v4(0xc6120000, 24), 0xc6120001, 254);
	expect_range(v4(0xc6120000, 17), 0xc6120001, 32766);
	expect_range(v4(0xc6120000, 16), 0xc6120001, 65534);
}

static void test_source_range_v6(void)
{
	expect_range(v6(1, 5, 128), 5, 1);
	expect_range(v6(1, 4, 127), 4, 2);
	expect_range(v6(1, 4, 126), 5, 3);
	expect_range(v6(1, 0xab0010, 124), 0xab0011, 15);
	expect_range(v6(1, 0xab0000, 112), 0xab0001, 65535);
	expect_range(v6(1, 0xaa0000, 111), 0xaa0001, 65536);
	expect_range(v6(1, 0, 96), 1, 65536);
	expect_range(v6(1, 0, 95), 1, 65536);
	expect_range(v6(0, 0, 64), 1, 65536);
}

/* Addresses get an equal share, whatever the lengths of their prefixes. */
static void test_source_spread(void)
{
	const struct mgl_prefix p[] = {
		v6(7, 0, 120), v4(0xc6120010, 28), v4(0x0a000005, 32),
		v4(0x0a000008, 31), v6(1, 5, 128),
	};
	struct mgl_source_set set = set_of(p, ARRAY_SIZE(p));
	u32 by_addr[17] = {}, i, j, least = ~0U, most = 0;
	u64 rng = 1;
	struct mgl_addr a;

	CHECK_EQ(set.n_v4, 17, "IPv4 addresses");
	CHECK_EQ(set.n_v6, 256, "IPv6 addresses");
	for (i = 0; i < HASHES; i++) {
		CHECK(mgl_source_set_choose(&set, true, prng(&rng), &a),
		      "found");
		switch (last_word(&a) >> 24) {
		case 0x0a:
			j = last_word(&a) == 0x0a000005 ? 0 :
			    last_word(&a) - 0x0a000008 + 1;
			break;
		default:
			j = last_word(&a) - 0xc6120011 + 3;
		}
		CHECK(j < ARRAY_SIZE(by_addr), "address %#x", last_word(&a));
		if (j < ARRAY_SIZE(by_addr))
			by_addr[j]++;
	}
	for (i = 0; i < ARRAY_SIZE(by_addr); i++) {
		least = by_addr[i] < least ? by_addr[i] : least;
		most = by_addr[i] > most ? by_addr[i] : most;
	}
	CHECK(least > HASHES / 17 * 9 / 10, "the least is %u", least);
	CHECK(most < HASHES / 17 * 11 / 10, "the most is %u", most);
}

static void test_source_stable(void)
{
	const struct mgl_prefix p[] = {
		v4(0xc6120010, 28), v6(7, 0, 120), v4(0x0a000008, 30),
	};
	const struct mgl_prefix detour = v6(9, 0, 64);
	struct mgl_source_set there = set_of(p, 3), back = {};
	struct mgl_addr a, b;
	u32 i;

	/* Added in the reverse order, with a detour. */
	mgl_source_set_add(&back, &p[2]);
	mgl_source_set_add(&back, &detour);
	mgl_source_set_add(&back, &p[1]);
	mgl_source_set_add(&back, &p[0]);
	mgl_source_set_del(&back, &detour);
	CHECK_EQ(back.n, 3, "prefixes");
	for (i = 0; i < 1000; i++) {
		u32 hash = i * 2654435761U;

		CHECK(mgl_source_set_choose(&there, i % 2, hash, &a) &&
		      mgl_source_set_choose(&back, i % 2, hash, &b) &&
		      mgl_addr_equal(&a, &b), "hash %#x", hash);
	}
}

static void test_source_set_order(void)
{
	struct mgl_prefix p[MAGLEV_SOURCES_MAX];
	struct mgl_source_set set = {};
	struct mgl_addr a = mgl_addr_v4(0);
	u32 i;

	CHECK(!mgl_source_set_has(&set, &a), "empty");
	CHECK(!mgl_source_set_choose(&set, true, 0, &a), "empty");
	for (i = 0; i < MAGLEV_SOURCES_MAX; i++) {
		/* 5 has no factor in common with 16. */
		u32 k = i * 5 % MAGLEV_SOURCES_MAX;

		p[k] = k % 2 ? v6(k, 0, 64) : v4(0x0a000000 + (k << 16), 28);
		CHECK(!mgl_source_set_find(&set, &p[k]), "%u is new", k);
		mgl_source_set_add(&set, &p[k]);
		CHECK(mgl_source_set_find(&set, &p[k]), "%u is there", k);
		CHECK_EQ(set.n, i + 1, "number");
	}
	CHECK_EQ(set.n_v4, 8 * 14, "IPv4 addresses");
	CHECK_EQ(set.n_v6, 8 * 65536, "IPv6 addresses");
	for (i = 1; i < MAGLEV_SOURCES_MAX; i++)
		CHECK(mgl_prefix_cmp(&set.prefix[i - 1], &set.prefix[i]) < 0,
		      "order at %u", i);
	for (i = 0; i < MAGLEV_SOURCES_MAX; i++) {
		a = p[i].addr;
		CHECK(mgl_source_set_has(&set, &a), "network of %u", i);
		a.w[3] |= htonl(15);
		CHECK(mgl_source_set_has(&set, &a), "within %u", i);
		a.w[3] |= htonl(16);
		CHECK_EQ(mgl_source_set_has(&set, &a), i % 2, "behind %u", i);
	}
	for (i = 0; i < MAGLEV_SOURCES_MAX; i++) {
		mgl_source_set_del(&set, &p[i]);
		CHECK(!mgl_source_set_find(&set, &p[i]), "%u is gone", i);
		CHECK(!mgl_source_set_has(&set, &p[i].addr), "%u is gone", i);
		CHECK(i == MAGLEV_SOURCES_MAX - 1 ||
		      mgl_source_set_find(&set, &p[i + 1]), "the next stays");
	}
	CHECK_EQ(set.n + set.n_v4 + set.n_v6, 0, "empty again");
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_prefix_covers,
		  "a prefix covers what has its first bits"),
	KTAP_CASE(test_prefix_order,
		  "prefixes are ordered by address, then by length"),
	KTAP_CASE(test_source_range_v4,
		  "sources of IPv4 leave out network and broadcast address"),
	KTAP_CASE(test_source_range_v6,
		  "sources of IPv6 leave out the first address, and are at most 65536"),
	KTAP_CASE(test_source_spread,
		  "addresses of prefixes of different lengths get equal shares"),
	KTAP_CASE(test_source_stable,
		  "a hash has one source, in whatever order prefixes were added"),
	KTAP_CASE(test_source_set_order,
		  "prefixes are found, sorted and counted until the last is deleted"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
