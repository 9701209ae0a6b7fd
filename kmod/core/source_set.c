// SPDX-License-Identifier: GPL-2.0
/*
 * Choose the outer source of a packet among the addresses of a few prefixes. All
 * addresses of a family get an equal share of the flows, whatever the lengths of
 * their prefixes.
 */
#include <linux/kernel.h>

#include "source_set.h"

/*
 * Addresses at the ends of a prefix that no host may have, unless it is so long
 * that every address is one (RFC 3021, RFC 6164): IPv4 has those of the network
 * and its broadcast, IPv6 has subnet-router anycast (RFC 4291 section 2.6.1).
 */
static u32 reserved(const struct mgl_prefix *p)
{
	if (MGL_ADDR_BITS - p->len < 2)
		return 0;
	return mgl_prefix_is_v4(p) ? 2 : 1;
}

/* The number of addresses that are used, from 1 to MGL_SOURCE_ADDRS_MAX. */
static u32 addrs(const struct mgl_prefix *p)
{
	u32 bits = MGL_ADDR_BITS - p->len;
	u64 all = bits < 32 ? 1ULL << bits : 1ULL << 32;

	return min_t(u64, all - reserved(p), MGL_SOURCE_ADDRS_MAX);
}

/* The @i-th of the addresses that are used: they begin behind the first one. */
static struct mgl_addr source_addr(const struct mgl_prefix *p, u32 i)
{
	struct mgl_addr addr = p->addr;

	addr.w[3] |= cpu_to_be32(i + !!reserved(p));
	return addr;
}

static void count(struct mgl_source_set *set)
{
	u32 i;

	set->n_v4 = 0;
	set->n_v6 = 0;
	for (i = 0; i < set->n; i++) {
		const struct mgl_prefix *p = &set->prefix[i];

		if (mgl_prefix_is_v4(p))
			set->n_v4 += addrs(p);
		else
			set->n_v6 += addrs(p);
	}
}

/* The number of prefixes before @p. */
static u32 position(const struct mgl_source_set *set,
		    const struct mgl_prefix *p)
{
	u32 i = 0;

	while (i < set->n && mgl_prefix_cmp(&set->prefix[i], p) < 0)
		i++;
	return i;
}

/**
 * mgl_source_set_find() - check for a prefix in a set
 * @set: the set
 * @p: the prefix
 *
 * Context: any.
 * Return: true if @p is one of the prefixes.
 */
bool mgl_source_set_find(const struct mgl_source_set *set,
			 const struct mgl_prefix *p)
{
	u32 i = position(set, p);

	return i < set->n && !mgl_prefix_cmp(&set->prefix[i], p);
}

/**
 * mgl_source_set_add() - add a prefix to a set
 * @set: the set, which has fewer than MAGLEV_SOURCES_MAX prefixes
 * @p: the prefix, which is not in the set
 *
 * Context: any.
 */
void mgl_source_set_add(struct mgl_source_set *set, const struct mgl_prefix *p)
{
	u32 i, at = position(set, p);

	for (i = set->n++; i > at; i--)
		set->prefix[i] = set->prefix[i - 1];
	set->prefix[at] = *p;
	count(set);
}

/**
 * mgl_source_set_del() - delete a prefix from a set
 * @set: the set
 * @p: the prefix, which is in the set
 *
 * Context: any.
 */
void mgl_source_set_del(struct mgl_source_set *set, const struct mgl_prefix *p)
{
	u32 i;

	for (i = position(set, p) + 1; i < set->n; i++)
		set->prefix[i - 1] = set->prefix[i];
	set->n--;
	count(set);
}

/**
 * mgl_source_set_has() - check for an address in the prefixes of a set
 * @set: the set
 * @addr: the address
 *
 * Context: any.
 * Return: true if a prefix covers @addr, even if it is not used as a source.
 */
bool mgl_source_set_has(const struct mgl_source_set *set,
			const struct mgl_addr *addr)
{
	u32 i;

	for (i = 0; i < set->n; i++)
		if (mgl_prefix_has(&set->prefix[i], addr))
			return true;
	return false;
}

/**
 * mgl_source_set_choose() - choose an address
 * @set: the set
 * @v4: the address is to be of IPv4
 * @hash: hash of the flow
 * @addr: the address; set only if true is returned
 *
 * Takes time in proportion to the number of prefixes, which is bounded.
 *
 * Context: any.
 * Return: false if there is no prefix of the family.
 */
bool mgl_source_set_choose(const struct mgl_source_set *set, bool v4, u32 hash,
			   struct mgl_addr *addr)
{
	u32 all = v4 ? set->n_v4 : set->n_v6;
	u32 i, n, nth = reciprocal_scale(hash, all);

	for (i = 0; i < set->n; i++) {
		const struct mgl_prefix *p = &set->prefix[i];

		if (mgl_prefix_is_v4(p) != v4)
			continue;
		n = addrs(p);
		if (nth < n) {
			*addr = source_addr(p, nth);
			return true;
		}
		nth -= n;
	}
	return false;
}
