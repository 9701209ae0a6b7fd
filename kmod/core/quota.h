/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Quotas: how many slots of a table each backend gets, by weights, and by the
 * weights of pools in pools.
 *
 * Pure: no locks, no globals, no kernel objects.
 */
#ifndef _MGL_QUOTA_H
#define _MGL_QUOTA_H

#include <linux/types.h>

/**
 * struct mgl_part - a part of a group: a backend, or another group
 * @weight: relative share of the group's slots; 0 for no slots
 * @reserve: of a backend that is down, the share that it gets if the group panics;
 *	else 0
 * @is_group: the part is another group
 * @index: number of that group
 * @quota: number of slots, set by mgl_quota_divide()
 */
struct mgl_part {
	u32 weight;
	u32 reserve;
	bool is_group;
	u32 index;
	u32 quota;
};

/**
 * struct mgl_group - parts that share slots
 * @part: the parts, in the order in which equal remainders are served
 * @n: length of @part
 * @slots: number of slots, from all groups that have this one as a part; set by
 *	mgl_quota_nest()
 * @reached: with more slots it would get some: its weights, and those of the
 *	groups that it is a part of, are above 0; likewise
 * @share: percentage of its backends below which it panics, 0 for never
 * @panics: it uses all of its backends, set by mgl_panic_nest()
 * @usable: number of its backends that are up, those of its parts included;
 *	likewise
 * @all: number of those that are up or down; likewise
 */
struct mgl_group {
	struct mgl_part *part;
	u32 n;
	u32 slots;
	bool reached;
	u8 share;
	bool panics;
	u64 usable;
	u64 all;
};

int mgl_quota_divide(u32 slots, struct mgl_part *part, u32 n);
int mgl_quota_nest(u32 slots, struct mgl_group *group, u32 n);

#endif /* _MGL_QUOTA_H */
