// SPDX-License-Identifier: GPL-2.0
/* Reading a packet in pieces, by way of the accessor that the parsers use. */
#include <linux/kernel.h>
#include <string.h>

#include "accessor.h"
#include "ktap.h"
#include "packet_skb.h"

#define LEN 21

static u8 bytes[LEN];
static u32 copies;

/* As the accessor is documented, with no sum that could overflow. */
static int copy(const void *ctx, u32 off, void *to, u32 len)
{
	copies++;
	if (off > LEN || len > LEN - off)
		return -EFAULT;
	memcpy(to, (const u8 *)ctx + off, len);
	return 0;
}

/* The first bytes have memory of their own, so that reading on shows. */
static struct mgl_packet packet_of(u8 *head, u32 linear)
{
	memcpy(head, bytes, linear);
	return (struct mgl_packet){
		.data = head, .linear = linear, .len = LEN, .copy = copy,
		.ctx = bytes,
	};
}

static void check_read(const struct mgl_packet *p, u32 off, u32 len)
{
	bool there = off <= LEN && len <= LEN - off;
	bool linear = off <= p->linear && len <= p->linear - off;
	u8 buffer[LEN + 3];
	const u8 *got;

	copies = 0;
	got = mgl_packet_read(p, off, len, buffer);
	CHECK_EQ(!!got, there, "%u linear, %u bytes from %#x", p->linear, len,
		 off);
	CHECK_EQ(copies, !linear, "%u linear, %u bytes from %#x", p->linear,
		 len, off);
	if (!got || !there)
		return;
	CHECK(linear ? got == (const u8 *)p->data + off : got == buffer,
	      "%u linear, %u bytes from %#x: elsewhere", p->linear, len, off);
	CHECK(!memcmp(got, bytes + off, len), "%u linear, %u bytes from %#x",
	      p->linear, len, off);
}

static void test_accessor_cuts(void)
{
	u32 linear, off, len;

	for (linear = 0; linear <= LEN; linear++) {
		u8 head[LEN];
		struct mgl_packet p = packet_of(head, linear);

		for (off = 0; off <= LEN + 2; off++)
			for (len = 0; len <= LEN + 2; len++)
				check_read(&p, off, len);
	}
}

/* The sum of offset and length is beyond 32 bits, and small again. */
static void test_accessor_far_offsets(void)
{
	u32 linear, back, len;

	for (linear = 0; linear <= LEN; linear++) {
		u8 head[LEN];
		struct mgl_packet p = packet_of(head, linear);

		for (back = 1; back <= 2 * LEN; back++)
			for (len = 0; len <= LEN; len++) {
				check_read(&p, 0u - back, len);
				check_read(&p, 0x80000000u - back, len);
				check_read(&p, 0x80000000u + back, len);
			}
	}
}

static void test_accessor_skb(void)
{
	u32 a, b, off, len;
	u8 buffer[LEN + 3];

	for (a = 0; a <= LEN; a++)
	for (b = a; b <= LEN; b++) {
		u32 cuts[] = { a, b };
		struct sk_buff *skb = shim_skb_new(bytes, LEN, cuts, 2);
		struct mgl_packet p = mgl_packet_skb(skb);

		CHECK_EQ(p.len, LEN, "cut at %u and %u", a, b);
		CHECK_EQ(p.linear, a, "cut at %u and %u", a, b);
		for (off = 0; off <= LEN + 2; off++)
		for (len = 1; len <= LEN + 2; len++) {
			const void *got = mgl_packet_read(&p, off, len, buffer);

			CHECK_EQ(!!got, off + len <= LEN,
				 "cut at %u and %u, %u bytes from %u", a, b,
				 len, off);
			if (got && off + len <= LEN)
				CHECK(!memcmp(got, bytes + off, len),
				      "cut at %u and %u, %u bytes from %u", a,
				      b, len, off);
		}
		shim_skb_free(skb);
	}
}

/* As an int such an offset is negative, and lies in front of the data. */
static void test_accessor_skb_far_offsets(void)
{
	u32 back, len, cut;
	u8 buffer[LEN];

	for (cut = 0; cut <= LEN; cut++) {
		struct sk_buff *skb = shim_skb_new(bytes, LEN, &cut, 1);
		struct mgl_packet p = mgl_packet_skb(skb);

		for (back = 1; back <= 2 * LEN; back++)
		for (len = 1; len <= LEN; len++) {
			CHECK(!mgl_packet_read(&p, 0u - back, len, buffer),
			      "cut at %u, %u bytes from -%u", cut, len, back);
			CHECK(!mgl_packet_read(&p, 0x80000000u + back, len,
					       buffer),
			      "cut at %u, %u bytes from 2^31 + %u", cut, len,
			      back);
		}
		shim_skb_free(skb);
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_accessor_cuts,
		  "bytes are read in place where they are linear, copied where not, and refused beyond the end"),
	KTAP_CASE(test_accessor_far_offsets,
		  "offsets near 2^31 and 2^32 are refused: no sum overflows"),
	KTAP_CASE(test_accessor_skb,
		  "a socket buffer cut at any two bytes is read as a whole one"),
	KTAP_CASE(test_accessor_skb_far_offsets,
		  "offsets of 2^31 and above are refused in a socket buffer, too"),
};

int main(void)
{
	u32 i;

	for (i = 0; i < LEN; i++)
		bytes[i] = 0x40 + i;
	return ktap_run(cases, ARRAY_SIZE(cases));
}
