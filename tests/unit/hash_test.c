// SPDX-License-Identifier: GPL-2.0
/*
 * The normative hashes: the shim's SipHash, without which nothing else here
 * means anything, and how mgl_flow_hash() uses it.
 */
#include <linux/kernel.h>
#include <string.h>

#include "flow.h"
#include "hash.h"
#include "ktap.h"
#include "prng.h"

/*
 * Published with SipHash (vectors.h of its authors' implementation): the key
 * is 00 01 ... 0f, the input number n is the n bytes 00 01 ...
 */
static const u64 published[] = {
	0x726fdb47dd0e0e31ULL, 0x74f839c593dc67fdULL, 0x0d6c8009d9a94f5aULL,
	0x85676696d7fb7e2dULL, 0xcf2794e0277187b7ULL, 0x18765564cd99a68dULL,
	0xcbc9466e58fee3ceULL, 0xab0200f58b01d137ULL, 0x93f5f5799a932462ULL,
	0x9e0082df0ba9e4b0ULL, 0x7a5dbbc594ddb9f3ULL, 0xf4b32f46226bada7ULL,
	0x751e8fbc860ee5fbULL, 0x14ea5627c0843d90ULL, 0xf723ca908e7af2eeULL,
	0xa129ca6149be45e5ULL, 0x3f2acc7f57c29bdbULL, 0x699ae9f52cbe4794ULL,
	0x4bc1b3f0968dd39cULL, 0xbb6dc91da77961bdULL, 0xbed65cf21aa2ee98ULL,
	0xd0f2cbb02e3b67c7ULL, 0x93536795e3a33e88ULL, 0xa80c038ccd5ccec8ULL,
	0xb8ad50c6f649af94ULL, 0xbce192de8a85b8eaULL, 0x17d835b85bbb15f3ULL,
	0x2f2e6163076bcfadULL, 0xde4daaaca71dc9a5ULL, 0xa6a2506687956571ULL,
	0xad87a3535c49ef28ULL, 0x32d892fad841c342ULL, 0x7127512f72f27cceULL,
	0xa7f32346f95978e3ULL, 0x12e0b01abb051238ULL, 0x15e034d40fa197aeULL,
	0x314dffbe0815a3b4ULL, 0x027990f029623981ULL, 0xcadcd4e59ef40c4dULL,
	0x9abfd8766a33735cULL, 0x0e3ea96b5304a7d0ULL, 0xad0c42d6fc585992ULL,
	0x187306c89bc215a9ULL, 0xd4a60abcf3792b95ULL, 0xf935451de4f21df2ULL,
	0xa9538f0419755787ULL, 0xdb9acddff56ca510ULL, 0xd06c98cd5c0975ebULL,
	0xe612a3cb9ecba951ULL, 0xc766e62cfcadaf96ULL, 0xee64435a9752fe72ULL,
	0xa192d576b245165aULL, 0x0a8787bf8ecb74b2ULL, 0x81b3e73d20b49b6fULL,
	0x7fa8220ba3b2eceaULL, 0x245731c13ca42499ULL, 0xb78dbfaf3a8d83bdULL,
	0xea1ad565322a1a0bULL, 0x60e61c23a3795013ULL, 0x6606d7e446282b93ULL,
	0x6ca4ecb15c5f91e1ULL, 0x9f626da15c9625f3ULL, 0xe51b38608ef25f57ULL,
	0x958a324ceb064572ULL,
};

static void test_hash_siphash(void)
{
	static const siphash_key_t key = {
		.key = { 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL },
	};
	u8 in[ARRAY_SIZE(published)];
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(published); n++) {
		in[n] = n;
		CHECK_EQ(siphash(in, n, &key), published[n], "%u bytes", n);
	}
	CHECK_EQ(siphash_1u64(0x0706050403020100ULL, &key), published[8],
		 "one word");
	CHECK_EQ(siphash_2u64(0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL,
			      &key), published[16], "two words");
}

static void check_label(u64 label, const char *text)
{
	unsigned int i;

	for (i = 0; i < 8; i++)
		CHECK_EQ((u8)(label >> (8 * i)), text[i], "%s[%u]", text, i);
}

static void test_hash_labels(void)
{
	check_label(MGL_LABEL_OFFSET, ".mgl-ofs");
	check_label(MGL_LABEL_SKIP, ".mgl-ski");
	check_label(MGL_LABEL_FLOW, ".mgl-flo");
	check_label(MGL_LABEL_PRINT, ".mgl-pri");
	CHECK_EQ(mgl_hash_key(5, 7).key[0], 5, "the seed is the first half");
	CHECK_EQ(mgl_hash_key(5, 7).key[1], 7, "the label is the second");
}

static struct mgl_flow example(void)
{
	return (struct mgl_flow){
		.saddr = mgl_addr_v4(htonl(0xc6336407)),
		.daddr = mgl_addr_v4(htonl(0xcb007109)),
		.sport = htons(0xa1b2),
		.dport = htons(443),
		.proto = 6,
		.len = 1500,
	};
}

static void test_hash_flow_bytes(void)
{
	static const u8 wire[16] = {
		198, 51, 100, 7, 203, 0, 113, 9,
		0xa1, 0xb2, 0x01, 0xbb, 6, 0, 0, 0,
	};
	siphash_key_t key = mgl_hash_key(0x0123456789abcdefULL, MGL_LABEL_FLOW);
	struct mgl_flow flow = example();

	CHECK_EQ(mgl_flow_hash(&flow, 0x0123456789abcdefULL),
		 siphash(wire, sizeof(wire), &key), "by definition");
}

static struct mgl_flow example_v6(void)
{
	struct mgl_flow flow = example();

	flow.saddr = (struct mgl_addr){ .w = { htonl(0x20010db8), htonl(10), 0,
					       htonl(0x16) } };
	flow.daddr = (struct mgl_addr){ .w = { htonl(0x20010db8), 0, 0,
					       htonl(0x80) } };
	return flow;
}

static void test_hash_flow_bytes_v6(void)
{
	static const u8 wire[40] = {
		0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0x16,
		0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80,
		0xa1, 0xb2, 0x01, 0xbb, 6, 0, 0, 0,
	};
	siphash_key_t key = mgl_hash_key(0x0123456789abcdefULL, MGL_LABEL_FLOW);
	struct mgl_flow flow = example_v6();

	CHECK_EQ(mgl_flow_hash(&flow, 0x0123456789abcdefULL),
		 siphash(wire, sizeof(wire), &key), "by definition");
}

/* Word @word of an address is one that the family of @make hashes. */
static void check_fields(struct mgl_flow (*make)(void), int word)
{
	struct mgl_flow flow = make();
	u64 base = mgl_flow_hash(&flow, 1);
	int bit;

	for (bit = 0; bit < 32; bit++) {
		flow = make();
		flow.saddr.w[word] ^= htonl(1u << bit);
		CHECK(mgl_flow_hash(&flow, 1) != base, "source, bit %d", bit);
		flow = make();
		flow.daddr.w[word] ^= htonl(1u << bit);
		CHECK(mgl_flow_hash(&flow, 1) != base, "VIP, bit %d", bit);
		flow = make();
		if (bit < 16)
			flow.sport ^= htons(1u << bit);
		else
			flow.dport ^= htons(1u << (bit - 16));
		CHECK(mgl_flow_hash(&flow, 1) != base, "ports, bit %d", bit);
		flow = make();
		flow.proto ^= 1u << bit % 8;
		CHECK(mgl_flow_hash(&flow, 1) != base, "proto, bit %d", bit);
	}
	flow = make();
	CHECK(mgl_flow_hash(&flow, 2) != base, "another seed");
}

static void test_hash_flow_fields(void)
{
	int word;

	check_fields(example, 3);
	for (word = 0; word < 4; word++)
		check_fields(example_v6, word);
}

static void test_hash_flow_others(void)
{
	struct mgl_flow flow;
	u64 base;

	/* Padding must not leak in: the same fields over different rubbish. */
	memset(&flow, 0xff, sizeof(flow));
	flow = example();
	base = mgl_flow_hash(&flow, 1);
	flow.new_conn = true;
	CHECK_EQ(mgl_flow_hash(&flow, 1), base, "a SYN");
	flow.len = 40;
	CHECK_EQ(mgl_flow_hash(&flow, 1), base, "another length");
}

/*
 * A client's ports are next to each other, so are its neighbours' addresses:
 * slots have to be hit evenly all the same. Chi squared over 1021 slots has a
 * mean of 1020 and a deviation of 45.
 */
static void test_hash_slots_even(void)
{
	enum { SLOTS = 1021, FLOWS = 1 << 20 };
	static u32 hits[SLOTS];
	double expect = (double)FLOWS / SLOTS, chi = 0;
	struct mgl_flow flow = example();
	u32 i;

	for (i = 0; i < FLOWS; i++) {
		flow.saddr = mgl_addr_v4(htonl(0x0a000000 + (i >> 8)));
		flow.sport = htons(32768 + (i & 255));
		hits[reciprocal_scale(mgl_flow_hash(&flow, 3) >> 32, SLOTS)]++;
	}
	for (i = 0; i < SLOTS; i++)
		chi += (hits[i] - expect) * (hits[i] - expect) / expect;
	NOTE("chi squared %.0f, 1020 expected", chi);
	CHECK(chi > 1020 - 5 * 45 && chi < 1020 + 5 * 45, "%.0f", chi);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_hash_siphash,
		  "SipHash-2-4 gives the published test vectors"),
	KTAP_CASE(test_hash_labels,
		  "labels of the hashes are the documented text"),
	KTAP_CASE(test_hash_flow_bytes,
		  "the flow hash is SipHash of the bytes on the wire"),
	KTAP_CASE(test_hash_flow_bytes_v6,
		  "the hash of an IPv6 flow is of its 40 bytes"),
	KTAP_CASE(test_hash_flow_fields,
		  "each field of the tuple changes the flow hash"),
	KTAP_CASE(test_hash_flow_others,
		  "nothing but the tuple changes the flow hash"),
	KTAP_CASE(test_hash_slots_even,
		  "flows hit the slots evenly"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
