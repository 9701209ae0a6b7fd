/* SPDX-License-Identifier: GPL-2.0 */
/* State of a pool, taken before and after what must leave no trace. */
#ifndef _KUNIT_SNAPSHOT_H
#define _KUNIT_SNAPSHOT_H

#include <linux/rcupdate.h>

#include "pool.h"

struct kunit;
struct mgl_backend;
struct mgl_net;
struct mgl_table;
struct snapshot;

static inline struct mgl_table *table_of(const struct mgl_pool *pool)
{
	/* The test alone changes it. */
	return rcu_dereference_protected(pool->table, true);
}

/* Whether @b, or nobody if it is NULL, has the number @id. */
bool backend_has_number(const struct mgl_net *mn, u32 id,
			const struct mgl_backend *b);
/* Takes mn->lock; freed with the test. */
struct snapshot *snapshot_take(struct kunit *test, struct mgl_pool *pool);
/* Whether everything is as it was. */
bool snapshot_holds(struct kunit *test, struct mgl_pool *pool,
		    const struct snapshot *before);

#endif /* _KUNIT_SNAPSHOT_H */
