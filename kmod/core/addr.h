/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses: one type for both families. Pure.
 *
 * IPv4 addresses are stored as IPv4-mapped IPv6 addresses (::ffff:a.b.c.d, RFC
 * 4291 section 2.5.5.2), so that every table has one key, one order and one
 * hash input. So a mapped address must never stand for an IPv6 host: netlink
 * refuses to configure one, and mgl_inner_parse_v6() to parse packets with one.
 */
#ifndef _MGL_ADDR_H
#define _MGL_ADDR_H

#include <linux/string.h>
#include <linux/types.h>
#include <asm/byteorder.h>

/**
 * struct mgl_addr - an IPv4 or IPv6 address
 * @w: the 16 bytes in network byte order
 */
struct mgl_addr {
	__be32 w[4];
};

/**
 * struct mgl_addr_wire - an IPv6 address in a packet, of any alignment
 * @w: the 16 bytes in network byte order
 */
struct mgl_addr_wire {
	__be32 w[4];
} __packed;

struct in6_addr;

/* The mapped form of an IPv4 address, which is in network byte order. */
static inline struct mgl_addr mgl_addr_v4(__be32 addr)
{
	return (struct mgl_addr){ .w = { 0, 0, cpu_to_be32(0xffff), addr } };
}

/* An IPv6 address, of any alignment. The caller handles mapped ones. */
static inline struct mgl_addr mgl_addr_v6(const struct in6_addr *addr)
{
	/* Loads of words, where memcpy() may be a call. */
	const struct mgl_addr_wire *from = (const void *)addr;

	return (struct mgl_addr){
		.w = { from->w[0], from->w[1], from->w[2], from->w[3] }
	};
}

static inline bool mgl_addr_is_v4(const struct mgl_addr *a)
{
	return !a->w[0] && !a->w[1] && a->w[2] == cpu_to_be32(0xffff);
}

/* The IPv4 address, network byte order; only valid if mgl_addr_is_v4(). */
static inline __be32 mgl_addr_to_v4(const struct mgl_addr *a)
{
	return a->w[3];
}

static inline bool mgl_addr_equal(const struct mgl_addr *a,
				  const struct mgl_addr *b)
{
	return !((a->w[0] ^ b->w[0]) | (a->w[1] ^ b->w[1]) |
		 (a->w[2] ^ b->w[2]) | (a->w[3] ^ b->w[3]));
}

/* Order of backends in tables: that of the address bytes on the wire. */
static inline int mgl_addr_cmp(const struct mgl_addr *a,
			       const struct mgl_addr *b)
{
	return memcmp(a, b, sizeof(*a));
}

#endif /* _MGL_ADDR_H */
