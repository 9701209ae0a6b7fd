// SPDX-License-Identifier: GPL-2.0
/* Addresses: one type for both families, one order on every machine. */
#include <linux/kernel.h>
#include <string.h>

#include "addr.h"
#include "ktap.h"
#include "prng.h"

static void test_addr_v4_mapped(void)
{
	static const u8 want[16] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1,
	};
	struct mgl_addr a = mgl_addr_v4(htonl(0xc0000201));

	CHECK_EQ(sizeof(a), sizeof(want), "16 bytes");
	CHECK(!memcmp(&a, want, sizeof(want)), "::ffff:192.0.2.1");
	CHECK(mgl_addr_is_v4(&a), "is IPv4");
	CHECK_EQ(mgl_addr_to_v4(&a), htonl(0xc0000201), "and back");
}

static void test_addr_v6(void)
{
	u8 buffer[17] = { 0, 0x20, 0x01, 0x0d, 0xb8, [16] = 0x80 };
	struct mgl_addr a;

	/* As it is in packets: not at a multiple of four. */
	a = mgl_addr_v6((const struct in6_addr *)(buffer + 1));
	CHECK(!memcmp(&a, buffer + 1, sizeof(a)), "2001:db8::80");
	CHECK(!mgl_addr_is_v4(&a), "is IPv6");
}

/* Every bit of the 96 in front matters. */
static void test_addr_is_v4(void)
{
	u32 bit;

	for (bit = 0; bit < 96; bit++) {
		struct mgl_addr a = mgl_addr_v4(htonl(0xc0000201));

		((u8 *)&a)[bit / 8] ^= 0x80 >> bit % 8;
		CHECK(!mgl_addr_is_v4(&a), "bit %u", bit);
	}
}

static void test_addr_order(void)
{
	static const u32 ascending[] = {
		0, 1, 0xff, 0x100, 0xff00, 0x010000, 0x01000000, 0x0a000001,
		0x0a000100, 0x7fffffff, 0x80000000, 0xc0000201, 0xffffffff,
	};
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(ascending); i++)
		for (j = 0; j < ARRAY_SIZE(ascending); j++) {
			struct mgl_addr a = mgl_addr_v4(htonl(ascending[i]));
			struct mgl_addr b = mgl_addr_v4(htonl(ascending[j]));
			int cmp = mgl_addr_cmp(&a, &b);

			CHECK_EQ(cmp < 0, i < j, "%#x, %#x", ascending[i],
				 ascending[j]);
			CHECK_EQ(cmp > 0, i > j, "%#x, %#x", ascending[i],
				 ascending[j]);
			CHECK_EQ(mgl_addr_equal(&a, &b), i == j, "%#x, %#x",
				 ascending[i], ascending[j]);
		}
}

static void test_addr_equal(void)
{
	struct mgl_addr a, b;
	u64 state = 51;
	u32 bit;

	for (bit = 0; bit < 4; bit++)
		a.w[bit] = prng(&state);
	for (bit = 0; bit < 128; bit++) {
		u8 *byte = (u8 *)&b + bit / 8;

		b = a;
		*byte ^= 0x80 >> bit % 8;
		CHECK(!mgl_addr_equal(&a, &b), "bit %u", bit);
		CHECK_EQ(mgl_addr_cmp(&b, &a) > 0, *byte >> (7 - bit % 8) & 1,
			 "bit %u", bit);
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_addr_v4_mapped,
		  "an IPv4 address is kept as an IPv4-mapped IPv6 address"),
	KTAP_CASE(test_addr_v6,
		  "an IPv6 address is kept as it is on the wire"),
	KTAP_CASE(test_addr_is_v4,
		  "no other IPv6 address is taken for IPv4"),
	KTAP_CASE(test_addr_order,
		  "addresses sort by their bytes"),
	KTAP_CASE(test_addr_equal,
		  "addresses that differ in any one bit are not equal"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
