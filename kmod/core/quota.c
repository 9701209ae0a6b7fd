// SPDX-License-Identifier: GPL-2.0
/* Quotas by the largest remainder method, also through groups of groups. */
#include <kunit/visibility.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "quota.h"

/* The fraction of a part's exact share that is not a whole slot. */
struct remainder {
	u64 rest;
	u32 index;
};

static int remainder_cmp(const void *a, const void *b)
{
	const struct remainder *x = a, *y = b;

	if (x->rest != y->rest)
		return x->rest > y->rest ? -1 : 1;
	return x->index < y->index ? -1 : 1;
}

/**
 * mgl_quota_divide() - divide slots by weight
 * @slots: number of slots, at most MAGLEV_TABLE_SIZE_MAX
 * @part: the parts; ->quota is written
 * @n: number of parts
 *
 * By largest remainder: each part gets the whole part of its exact share, and
 * the slots left over go to the largest remainders, lower index first. So every
 * quota is within one slot of its exact share, and the quotas add up to @slots,
 * or to 0 if no weight is above 0. Normative.
 *
 * Context: may sleep (allocates).
 * Return: 0 or -ENOMEM.
 */
int mgl_quota_divide(u32 slots, struct mgl_part *part, u32 n)
{
	struct remainder *rem;
	u64 total = 0, rest;
	u32 left = slots;
	u32 i;

	for (i = 0; i < n; i++) {
		total += part[i].weight;
		part[i].quota = 0;
	}
	if (!total || !slots)
		return 0;

	rem = kvmalloc_array(n, sizeof(*rem), GFP_KERNEL);
	if (!rem)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		part[i].quota = div64_u64_rem((u64)slots * part[i].weight,
					      total, &rest);
		rem[i] = (struct remainder){ .rest = rest, .index = i };
		left -= part[i].quota;
	}
	sort(rem, n, sizeof(*rem), remainder_cmp, NULL);
	for (i = 0; i < left; i++)
		part[rem[i].index].quota++;
	kvfree(rem);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_quota_divide);

/* Takes the weight of groups in which nobody has one. Parts come before. */
static void take_dead(struct mgl_group *group, u32 n)
{
	u32 g, i;

	for (g = n; g--; ) {
		group[g].slots = 0;
		group[g].reached = false;
		for (i = 0; i < group[g].n; i++) {
			struct mgl_part *p = &group[g].part[i];

			/* It has been looked at: ->reached says it is alive. */
			if (p->is_group && !group[p->index].reached)
				p->weight = 0;
			group[g].reached |= p->weight;
		}
	}
	for (g = 1; g < n; g++)
		group[g].reached = false;
}

/**
 * mgl_quota_nest() - divide slots through groups of groups
 * @slots: number of slots, at most MAGLEV_TABLE_SIZE_MAX
 * @group: the groups, the first of which gets @slots. Each other one is a part
 *	of at least one that comes before it, and of none that comes behind.
 *	Written are ->slots and ->reached, and ->quota of the parts; the weight
 *	of a group in which nobody has a weight becomes 0
 * @n: number of groups, at least 1
 *
 * Each group divides what it gets by largest remainder among its parts. A group
 * that is a part of several divides the sum of what it gets from them. So the
 * quotas of backends add up to @slots unless no weight is above 0. Normative.
 *
 * Context: may sleep (allocates).
 * Return: 0 or -ENOMEM.
 */
int mgl_quota_nest(u32 slots, struct mgl_group *group, u32 n)
{
	u32 g, i;
	int err;

	take_dead(group, n);
	group[0].slots = slots;
	for (g = 0; g < n; g++) {
		err = mgl_quota_divide(group[g].slots, group[g].part,
				       group[g].n);
		if (err)
			return err;
		for (i = 0; i < group[g].n; i++) {
			const struct mgl_part *p = &group[g].part[i];

			if (!p->is_group)
				continue;
			group[p->index].slots += p->quota;
			group[p->index].reached |= group[g].reached && p->weight;
		}
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_quota_nest);
