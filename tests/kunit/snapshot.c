// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>
#include <linux/string.h>

#include "backend.h"
#include "net.h"
#include "selection.h"
#include "snapshot.h"
#include "table.h"

#define LISTED_MAX (BACKENDS + 2)

/* Everything that an aborted change must leave as it was. */
struct snapshot {
	const struct mgl_table *table;
	u64 fingerprint;
	u32 unsettled;
	u32 size;
	u64 seed;
	u32 settle;
	u32 settle_now;
	u32 n_backends;
	u32 n_endpoints;
	u32 ids;
	bool gc_flows;
	struct {
		const struct mgl_backend *b;
		u32 id;
		bool has_id;
		bool serves;
		enum maglev_state state;
		u32 weight;
		u32 slots;
		bool draining;
		unsigned long deadline;
		u32 refs;
	} listed[LISTED_MAX];
};

bool backend_has_number(const struct mgl_net *mn, u32 id,
			const struct mgl_backend *b)
{
	bool has;

	rcu_read_lock();
	has = mgl_ids_get(&mn->backend_ids, id) == b;
	rcu_read_unlock();
	return has;
}

struct snapshot *snapshot_take(struct kunit *test, struct mgl_pool *pool)
{
	struct mgl_net *mn = test->priv;
	struct mgl_backend *b;
	struct snapshot *s;
	u32 i = 0;

	/* Zeroed, so that padding compares equal. */
	s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s);
	/* Tables that were replaced before drop their references. */
	rcu_barrier();
	mutex_lock(&mn->lock);
	s->table = table_of(pool);
	s->fingerprint = s->table ? s->table->fingerprint : 0;
	s->unsettled = mgl_table_unsettled(mn, pool);
	s->size = pool->size;
	s->seed = pool->seed;
	s->settle = pool->settle;
	s->settle_now = pool->settle_now;
	s->n_backends = pool->n_backends;
	s->n_endpoints = mn->n_endpoints;
	s->ids = mn->backend_ids.used;
	s->gc_flows = mn->gc_flows;
	list_for_each_entry(b, &pool->backends, node) {
		if (i == LISTED_MAX)
			break;
		s->listed[i].b = b;
		s->listed[i].id = b->id;
		s->listed[i].has_id = backend_has_number(mn, b->id, b);
		s->listed[i].serves = mgl_backend_serves(b);
		s->listed[i].state = b->state;
		s->listed[i].weight = b->weight;
		s->listed[i].slots = b->slots;
		s->listed[i].draining = b->draining;
		s->listed[i].deadline = b->deadline;
		s->listed[i].refs = refcount_read(&b->ref);
		i++;
	}
	mutex_unlock(&mn->lock);
	return s;
}

bool snapshot_holds(struct kunit *test, struct mgl_pool *pool,
		    const struct snapshot *before)
{
	return !memcmp(before, snapshot_take(test, pool), sizeof(*before));
}
