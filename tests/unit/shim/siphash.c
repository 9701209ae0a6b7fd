// SPDX-License-Identifier: GPL-2.0
/*
 * SipHash-2-4 from its paper (Aumasson and Bernstein, 2012), one word at a
 * time. hash_test.c holds it against the published vectors.
 */
#include <linux/kernel.h>
#include <linux/siphash.h>

static void sip_round(u64 v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rol64(v[1], 13) ^ v[0];
	v[3] = rol64(v[3], 16) ^ v[2];
	v[0] = rol64(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rol64(v[1], 17) ^ v[2];
	v[3] = rol64(v[3], 21) ^ v[0];
	v[2] = rol64(v[2], 32);
}

static void absorb(u64 v[4], u64 word)
{
	v[3] ^= word;
	sip_round(v);
	sip_round(v);
	v[0] ^= word;
}

u64 siphash(const void *data, size_t len, const siphash_key_t *key)
{
	u64 v[4] = {
		key->key[0] ^ 0x736f6d6570736575ULL,
		key->key[1] ^ 0x646f72616e646f6dULL,
		key->key[0] ^ 0x6c7967656e657261ULL,
		key->key[1] ^ 0x7465646279746573ULL,
	};
	const u8 *p = data;
	u64 word = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		word |= (u64)p[i] << (8 * (i % 8));
		if (i % 8 == 7) {
			absorb(v, word);
			word = 0;
		}
	}
	absorb(v, word | (u64)len << 56);
	v[2] ^= 0xff;
	for (i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The kernel defines these by value; as bytes they are little-endian. */
static u64 of_words(const u64 *words, int n, const siphash_key_t *key)
{
	u8 bytes[32];
	int i;

	for (i = 0; i < 8 * n; i++)
		bytes[i] = words[i / 8] >> (8 * (i % 8));
	return siphash(bytes, 8 * n, key);
}

u64 siphash_1u64(u64 a, const siphash_key_t *key)
{
	return of_words(&a, 1, key);
}

u64 siphash_2u64(u64 a, u64 b, const siphash_key_t *key)
{
	return of_words((u64[]){ a, b }, 2, key);
}

u64 siphash_3u64(u64 a, u64 b, u64 c, const siphash_key_t *key)
{
	return of_words((u64[]){ a, b, c }, 3, key);
}

u64 siphash_4u64(u64 a, u64 b, u64 c, u64 d, const siphash_key_t *key)
{
	return of_words((u64[]){ a, b, c, d }, 4, key);
}
