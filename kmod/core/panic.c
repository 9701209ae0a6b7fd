// SPDX-License-Identifier: GPL-2.0
/*
 * The rule by which a pool panics, and what that means for pools that contain it.
 *
 * Backends are counted, not weights: what the rule guards against is a checker that
 * fails, and one that does takes out backends whatever their weight.
 */
#include <kunit/visibility.h>
#include <linux/export.h>

#include "panic.h"

/**
 * mgl_panic() - check whether a pool panics
 * @share: percentage of its backends that have to be usable, 0 to 100
 * @n: its backends
 *
 * Context: any.
 * Return: true if fewer are usable, so all have to be used. Never if all are usable,
 * nor with a @share of 0.
 */
bool mgl_panic(u8 share, const struct mgl_panic_count *n)
{
	return n->usable * 100 < n->all * share;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_panic);

/* Counts the backends of group @g; those behind it have been counted. */
static void count(struct mgl_group *group, u32 g)
{
	u32 i;

	group[g].usable = 0;
	group[g].all = 0;
	for (i = 0; i < group[g].n; i++) {
		const struct mgl_part *p = &group[g].part[i];

		if (!p->is_group) {
			group[g].usable += p->weight > 0;
			group[g].all += p->weight || p->reserve;
		} else if (p->weight) {
			group[g].usable += group[p->index].usable;
			group[g].all += group[p->index].all;
		}
	}
}

/* Uses all backends of a group, and of those that are parts of it. */
static void use_all(struct mgl_group *group, u32 g)
{
	u32 i;

	for (i = 0; i < group[g].n; i++) {
		struct mgl_part *p = &group[g].part[i];

		if (p->is_group)
			group[p->index].panics |= p->weight > 0;
		else if (!p->weight)
			p->weight = p->reserve;
	}
}

/**
 * mgl_panic_nest() - have groups that panic use all of their backends
 * @group: the groups, in the order of mgl_quota_nest(), whose ->share is set;
 *	->usable, ->all and ->panics are written, and ->weight of parts becomes
 *	->reserve where that is to be used
 * @n: number of groups, at least 1
 *
 * A group is judged by its backends and those of the groups that are parts of it
 * with a weight, once for each way in which they are; one that panics has these
 * panic, too. So what a group does depends on what is below and above it in this
 * nest, and not on others that it may be in.
 *
 * Context: any.
 * Return: the backends of the first group, before any panics.
 */
struct mgl_panic_count mgl_panic_nest(struct mgl_group *group, u32 n)
{
	u32 g;

	for (g = n; g--; )
		count(group, g);
	for (g = 0; g < n; g++) {
		const struct mgl_panic_count c = {
			.usable = group[g].usable, .all = group[g].all,
		};

		group[g].panics = mgl_panic(group[g].share, &c);
	}
	for (g = 0; g < n; g++)
		if (group[g].panics)
			use_all(group, g);
	return (struct mgl_panic_count){
		.usable = group[0].usable, .all = group[0].all,
	};
}
EXPORT_SYMBOL_IF_KUNIT(mgl_panic_nest);
