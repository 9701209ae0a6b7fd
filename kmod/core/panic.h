/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Panic: when too few backends are usable, all are used as if they were. Pure: no
 * time, no memory, no objects.
 */
#ifndef _MGL_PANIC_RULE_H
#define _MGL_PANIC_RULE_H

#include <linux/types.h>

#include "quota.h"

/**
 * struct mgl_panic_count - backends of a pool and of its members
 * @usable: number of those that are up
 * @all: number of those that are up or down, with a weight above 0
 */
struct mgl_panic_count {
	u64 usable;
	u64 all;
};

bool mgl_panic(u8 share, const struct mgl_panic_count *n);
struct mgl_panic_count mgl_panic_nest(struct mgl_group *group, u32 n);

#endif /* _MGL_PANIC_RULE_H */
