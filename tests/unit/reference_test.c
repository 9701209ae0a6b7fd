// SPDX-License-Identifier: GPL-2.0
/*
 * Hashes, tables and fingerprints against those of reference.py: that a second
 * program comes to the same backend is what makes the hashes normative.
 *
 *   reference_test FILE
 */
#include <errno.h>
#include <linux/kernel.h>
#include <linux/siphash.h>
#include <stdlib.h>
#include <string.h>

#include "backends.h"
#include "flow.h"
#include "ktap.h"
#include "quota.h"

static FILE *reference;
static unsigned int lines;

/* The file is written by our own script: what is amiss ends the test. */
static void need(bool good, const char *what)
{
	if (good)
		return;
	printf("Bail out! %s at line %u\n", what, lines);
	exit(1);
}

/* The next word of the file is @word. */
static bool next_is(const char *word)
{
	char got[16];
	long here = ftell(reference);

	if (fscanf(reference, "%15s", got) == 1 && !strcmp(got, word)) {
		lines++;
		return true;
	}
	fseek(reference, here, SEEK_SET);
	return false;
}

static u64 next_hex(void)
{
	u64 val;

	need(fscanf(reference, "%16llx", &val) == 1, "no hexadecimal number");
	return val;
}

static u32 next_u32(void)
{
	u32 val;

	need(fscanf(reference, "%u", &val) == 1, "no number");
	return val;
}

/* Bytes in hexadecimal, or a dash. */
static size_t next_bytes(u8 *bytes, size_t max)
{
	char text[128];
	size_t i, n;

	need(fscanf(reference, "%127s", text) == 1, "no bytes");
	if (!strcmp(text, "-"))
		return 0;
	n = strlen(text) / 2;
	need(n <= max, "too many bytes");
	for (i = 0; i < n; i++)
		need(sscanf(text + 2 * i, "%2hhx", &bytes[i]) == 1, "no byte");
	return n;
}

static struct mgl_addr next_addr(void)
{
	struct mgl_addr addr;

	need(next_bytes((u8 *)&addr, sizeof(addr)) == sizeof(addr),
	     "no address");
	return addr;
}

static u64 little_endian(const u8 *bytes)
{
	u64 val = 0;
	int i;

	for (i = 7; i >= 0; i--)
		val = val << 8 | bytes[i];
	return val;
}

static void test_reference_siphash(void)
{
	unsigned int n = 0;
	siphash_key_t key;
	u8 bytes[64];
	size_t len;

	for (; next_is("siphash"); n++) {
		need(next_bytes(bytes, sizeof(bytes)) == 16, "no key");
		key.key[0] = little_endian(bytes);
		key.key[1] = little_endian(bytes + 8);
		len = next_bytes(bytes, sizeof(bytes));
		CHECK_EQ(siphash(bytes, len, &key), next_hex(), "%zu bytes",
			 len);
	}
	CHECK(n >= 10, "%u hashes", n);
}

#define POOLS_MAX 8
#define ADDRESSES_MAX 16

/* The parts of a pool; @part has room for all. */
static u32 next_parts(struct mgl_part *part)
{
	u32 backends, members, i;

	need(next_is("pool"), "no pool");
	backends = next_u32();
	members = next_u32();
	need(backends + members <= ADDRESSES_MAX + POOLS_MAX, "too many parts");
	for (i = 0; i < backends + members; i++) {
		need(next_is("part"), "no part");
		part[i].is_group = i >= backends;
		part[i].index = next_u32();
		part[i].weight = next_u32();
	}
	return i;
}

static void check_nest(unsigned int nest)
{
	static struct mgl_part part[POOLS_MAX][ADDRESSES_MAX + POOLS_MAX];
	struct mgl_group group[POOLS_MAX] = {};
	u32 size = next_u32(), n = next_u32(), addresses = next_u32();
	u32 quota[ADDRESSES_MAX] = {};
	u32 g, i;

	need(n <= POOLS_MAX && addresses <= ADDRESSES_MAX, "too many");
	for (g = 0; g < n; g++) {
		group[g].part = part[g];
		group[g].n = next_parts(part[g]);
	}
	CHECK_EQ(mgl_quota_nest(size, group, n), 0, "nest %u", nest);
	for (g = 0; g < n; g++)
		for (i = 0; i < group[g].n; i++)
			if (!part[g][i].is_group)
				quota[part[g][i].index] += part[g][i].quota;
	need(next_is("quotas"), "no quotas");
	for (i = 0; i < addresses; i++)
		CHECK_EQ(quota[i], next_u32(), "nest %u, address %u", nest, i);
}

static void test_reference_nest(void)
{
	unsigned int n = 0;

	for (; next_is("nest"); n++)
		check_nest(n);
	CHECK(n >= 100, "%u nests", n);
}

static void test_reference_turns(void)
{
	unsigned int lists = 0;
	u32 quota[16];
	u32 n, sum, i;
	u16 *order;

	for (; next_is("turns"); lists++) {
		n = next_u32();
		sum = next_u32();
		need(n <= ARRAY_SIZE(quota), "too many backends");
		for (i = 0; i < n; i++)
			quota[i] = next_u32();
		order = turns_new(quota, n, sum + 1);
		for (i = 0; i < sum; i++)
			CHECK_EQ(order[i], next_u32(), "list %u, turn %u",
				 lists, i);
		CHECK_EQ(order[sum], MGL_SLOT_NONE, "list %u", lists);
		free(order);
	}
	CHECK(lists >= 100, "%u lists", lists);
}

static struct mgl_candidate *next_backends(u32 n, u32 size, u64 seed)
{
	struct mgl_candidate *cand = calloc(n + 1, sizeof(*cand));
	u32 i, offset, skip;

	for (i = 0; i < n; i++) {
		need(next_is("backend"), "no backend");
		cand[i].addr = next_addr();
		cand[i].weight = next_u32();
		mgl_maglev_permutation(&cand[i].addr, seed, size, &offset,
				      &skip);
		CHECK_EQ(offset, next_u32(), "offset of backend %u", i);
		CHECK_EQ(skip, next_u32(), "skip of backend %u", i);
	}
	backends_sort(cand, n);
	return cand;
}

static void check_table(void)
{
	u32 size = next_u32();
	u64 seed = next_hex();
	u32 n = next_u32();
	struct mgl_candidate *cand = next_backends(n, size, seed);
	u16 *slots = table_new(size, seed, cand, n);
	char word[16];
	u32 s;

	need(next_is("slots"), "no slots");
	for (s = 0; s < size; s++) {
		need(fscanf(reference, "%15s", word) == 1, "no slot");
		CHECK_EQ(slots[s], strcmp(word, "-") ? strtoul(word, NULL, 10) :
			 MGL_SLOT_NONE, "M = %u, N = %u, slot %u", size, n, s);
	}
	need(next_is("fingerprint"), "no fingerprint");
	CHECK_EQ(table_fingerprint(slots, size, cand, n), next_hex(),
		 "M = %u, N = %u", size, n);
	free(slots);
	free(cand);
}

static void test_reference_tables(void)
{
	unsigned int n = 0;

	for (; next_is("table"); n++)
		check_table();
	CHECK(n >= 10, "%u tables", n);
}

static void test_reference_flows(void)
{
	unsigned int n = 0;

	for (; next_is("flow"); n++) {
		u64 seed = next_hex(), hash;
		u32 size = next_u32();
		struct mgl_flow flow = { .saddr = next_addr() };

		flow.daddr = next_addr();
		flow.sport = htons(next_u32());
		flow.dport = htons(next_u32());
		flow.proto = next_u32();
		hash = mgl_flow_hash(&flow, seed);
		CHECK_EQ(hash, next_hex(), "flow %u", n);
		CHECK_EQ(reciprocal_scale(hash >> 32, size), next_u32(),
			 "slot of flow %u", n);
	}
	CHECK(n >= 100, "%u flows", n);
}

/* In the order of the file. */
static const struct ktap_case cases[] = {
	KTAP_CASE(test_reference_siphash,
		  "SipHash agrees with the reference in Python"),
	KTAP_CASE(test_reference_nest,
		  "quotas of pools in pools agree with the reference in Python"),
	KTAP_CASE(test_reference_turns,
		  "the order of turns agrees with the reference in Python"),
	KTAP_CASE(test_reference_tables,
		  "tables and fingerprints agree with the reference in Python"),
	KTAP_CASE(test_reference_flows,
		  "flow hashes and slots agree with the reference in Python"),
};

int main(int argc, char **argv)
{
	int ret;

	if (argc != 2)
		return 2;
	reference = fopen(argv[1], "r");
	if (!reference) {
		printf("Bail out! %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	ret = ktap_run(cases, ARRAY_SIZE(cases));
	fclose(reference);
	return ret;
}
