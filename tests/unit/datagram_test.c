// SPDX-License-Identifier: GPL-2.0
/* The table of datagrams that come in fragments. */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <stdlib.h>

#include "datagram.h"
#include "ktap.h"
#include "prng.h"

#define LIFETIME 500
#define BUCKETS (MGL_DATAGRAMS / MGL_DATAGRAM_WAYS)

static struct mgl_datagrams *new_table(void)
{
	struct mgl_datagrams *all = mgl_datagrams_alloc(LIFETIME);

	if (!all)
		abort();
	return all;
}

static bool store(struct mgl_datagrams *all, u64 key, u32 owner, u32 at,
		  bool replace)
{
	const struct mgl_datagram d = {
		.key = key,
		.owner = owner,
		.service = owner + 1,
		.at = at,
		.reason = owner ? MGL_REASON_FORWARDED :
				  MGL_REASON_NO_SERVICE,
	};

	return mgl_datagrams_store(all, &d, replace);
}

/* The owner, or -1 without an entry. */
static s64 find(struct mgl_datagrams *all, u64 key, u32 now)
{
	struct mgl_datagram d = { .key = key };

	if (!mgl_datagrams_find(all, now, &d))
		return -1;
	CHECK_EQ(d.service, d.owner + 1, "key %llu", key);
	CHECK_EQ(d.reason, d.owner ? MGL_REASON_FORWARDED :
		 MGL_REASON_NO_SERVICE, "key %llu", key);
	return d.owner;
}

static void test_datagram_found(void)
{
	struct mgl_datagrams *all = new_table();
	u32 i;

	for (i = 1; i <= 1000; i++)
		CHECK_EQ(find(all, i, 0), -1, "empty");
	for (i = 1; i <= 1000; i++)
		CHECK(!store(all, i * 77, i % 5, 10, true), "key %u", i);
	for (i = 1; i <= 1000; i++)
		CHECK_EQ(find(all, i * 77, 10), i % 5, "key %u", i);
	mgl_datagrams_free(all);
}

static void test_datagram_expires(void)
{
	static const u32 starts[] = { 0, 1000, 0x7fffff00, 0xffffff00 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		struct mgl_datagrams *all = new_table();
		u32 at = starts[i];

		store(all, 5, 9, at, true);
		CHECK_EQ(find(all, 5, at), 9, "at once");
		/* The other CPU's time is a little behind. */
		CHECK_EQ(find(all, 5, at - 3), 9, "before");
		CHECK_EQ(find(all, 5, at + LIFETIME - 1), 9, "in time");
		CHECK_EQ(find(all, 5, at + LIFETIME), -1, "late");
		CHECK(!store(all, 5, 8, at + LIFETIME, false), "late");
		CHECK_EQ(find(all, 5, at + LIFETIME), 8, "anew");
		mgl_datagrams_free(all);
	}
}

static void test_datagram_replaced(void)
{
	struct mgl_datagrams *all = new_table();

	store(all, 5, 9, 100, true);
	store(all, 5, 0, 110, false);
	CHECK_EQ(find(all, 5, 110), 9, "kept");
	store(all, 5, 7, 110, true);
	CHECK_EQ(find(all, 5, 110), 7, "replaced");
	CHECK_EQ(find(all, 5, 109 + LIFETIME), 7, "its time begins anew");
	mgl_datagrams_free(all);
}

static void test_datagram_oldest(void)
{
	struct mgl_datagrams *all = new_table();
	u64 key[MGL_DATAGRAM_WAYS + 1];
	u32 i;

	/* All in one bucket, the third one first. */
	for (i = 0; i <= MGL_DATAGRAM_WAYS; i++)
		key[i] = 3 + (u64)i * BUCKETS;
	for (i = 0; i < MGL_DATAGRAM_WAYS; i++)
		CHECK(!store(all, key[i], 1, i == 2 ? 100 : 200, true), "%u",
		      i);
	CHECK(store(all, key[i], 2, 210, true), "one has to go");
	for (i = 0; i <= MGL_DATAGRAM_WAYS; i++)
		CHECK_EQ(find(all, key[i], 210), i == 2 ? -1 :
			 i == MGL_DATAGRAM_WAYS ? 2 : 1, "%u", i);
	CHECK(!store(all, key[2], 3, 200 + LIFETIME, true),
	      "expired ones go without a word");
	mgl_datagrams_free(all);
}

/* However long ago it was: numbers of time begin anew. */
static void test_datagram_long_ago(void)
{
	static const u32 ages[] = {
		LIFETIME, 0x7fffffff, 0x80000000, 0x80000001, 0xc0000000,
		-(u32)LIFETIME - 1,
	};
	struct mgl_datagrams *all = new_table();
	u32 i;

	store(all, 5, 9, 100, true);
	CHECK_EQ(find(all, 5, 99), 9, "of a CPU that is ahead");
	for (i = 0; i < ARRAY_SIZE(ages); i++)
		CHECK_EQ(find(all, 5, 100 + ages[i]), -1, "%x", ages[i]);
	mgl_datagrams_free(all);
}

/* Against a list of what was stored: what is found is right. */
static void test_datagram_random(void)
{
	enum { KEYS = 60000, STEPS = 400000 };
	struct mgl_datagrams *all = new_table();
	static u32 owner[KEYS], at[KEYS];
	u32 i, k, now = 0xfffff000, found = 0, lost = 0;
	u64 state = 7;
	s64 got;

	for (i = 0; i < STEPS; i++) {
		now += !prng_below(&state, 40);
		k = prng_below(&state, KEYS);
		if (prng_below(&state, 2)) {
			owner[k] = 1 + prng_below(&state, 1000);
			at[k] = now;
			store(all, (k + 1) * 0x9e3779b97f4a7c15ULL, owner[k],
			      now, true);
			continue;
		}
		got = find(all, (k + 1) * 0x9e3779b97f4a7c15ULL, now);
		if (!owner[k] || now - at[k] >= LIFETIME) {
			CHECK_EQ(got, -1, "key %u", k);
		} else if (got < 0) {
			lost++;
		} else {
			CHECK_EQ(got, owner[k], "key %u", k);
			found++;
		}
	}
	NOTE("%u found, %u displaced", found, lost);
	CHECK(found > lost * 4, "%u found, %u displaced", found, lost);
	mgl_datagrams_free(all);
}

static void test_datagram_memory(void)
{
	unsigned int i, n;

	shim_alloc_fail(0);
	mgl_datagrams_free(new_table());
	n = shim_alloc_fail(0);
	for (i = 1; i <= n; i++) {
		shim_alloc_fail(i);
		CHECK(!mgl_datagrams_alloc(LIFETIME), "allocation %u", i);
	}
	shim_alloc_fail(0);
	CHECK_EQ(shim_alloc_live(), 0, "allocations left");
	shim_alloc_bytes();
	mgl_datagrams_free(new_table());
	CHECK(shim_alloc_bytes() < 512 * 1024, "half a megabyte at most");
	mgl_datagrams_free(NULL);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_datagram_found,
		  "a datagram that was stored is found, and no other"),
	KTAP_CASE(test_datagram_expires,
		  "an entry expires after its lifetime, also where the time wraps"),
	KTAP_CASE(test_datagram_replaced,
		  "an entry is replaced only where that is asked for"),
	KTAP_CASE(test_datagram_oldest,
		  "in a full bucket the oldest entry makes room"),
	KTAP_CASE(test_datagram_long_ago,
		  "what expired long ago stays expired"),
	KTAP_CASE(test_datagram_random,
		  "random datagrams are found as they were stored last, or not at all"),
	KTAP_CASE(test_datagram_memory,
		  "the table has a fixed size, and allocations that fail leave nothing behind"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
