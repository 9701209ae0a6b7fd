// SPDX-License-Identifier: GPL-2.0
/*
 * Plan a pool's table: its backends with their weights, or, if the pool has
 * members, the backends of all pools below with their quotas.
 *
 * A backend's slots are those that it gets by all ways that lead to it. Its
 * address is in the table once, however many pools have a backend with that
 * address; see prefer() for the one that stands for them.
 */
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "backend.h"
#include "change.h"
#include "core/panic.h"
#include "core/quota.h"
#include "endpoint.h"
#include "member.h"
#include "net.h"
#include "plan.h"
#include "pool.h"

static u32 turns(const struct mgl_change *c, const struct mgl_backend *b)
{
	return b == c->edited ? mgl_backend_turns_with(b, &c->backend_params) :
				mgl_backend_turns(b);
}

static u32 reserve(const struct mgl_change *c, const struct mgl_backend *b)
{
	return b == c->edited ? mgl_backend_reserve_with(b, &c->backend_params) :
				mgl_backend_reserve(b);
}

static u8 panic_share(const struct mgl_change *c, const struct mgl_pool *pool)
{
	return pool == c->pool && c->pool_params.has_panic ?
		       c->pool_params.panic : pool->panic;
}

static bool would_serve(const struct mgl_change *c, const struct mgl_backend *b)
{
	bool changes = b == c->edited && c->backend_params.has_state;

	return (changes ? c->backend_params.state : b->state) !=
	       MAGLEV_STATE_DOWN;
}

static u32 count_backends(const struct mgl_change *c,
			  const struct mgl_pool *pool)
{
	return pool->n_backends + (pool == c->pool ? c->n_added : 0);
}

static struct mgl_backend *next_added(const struct mgl_change *c,
				      struct mgl_backend *b)
{
	return list_is_last(&b->node, &c->added) ? NULL :
						   list_next_entry(b, node);
}

static void push(struct mgl_backend **array, u32 *n, struct mgl_backend *b)
{
	if (list_empty(&b->leaving))
		array[(*n)++] = b;
}

/*
 * The backends of a pool after the change, sorted by address: existing and new
 * ones, both sorted, are merged. @array has room for count_backends().
 */
static u32 backends_of(const struct mgl_change *c, struct mgl_pool *pool,
		       struct mgl_backend **array)
{
	struct mgl_backend *b, *next = NULL;
	u32 n = 0;

	if (pool == c->pool && !list_empty(&c->added))
		next = list_first_entry(&c->added, struct mgl_backend, node);
	list_for_each_entry(b, &pool->backends, node) {
		while (next && mgl_addr_cmp(&next->endpoint->addr,
					    &b->endpoint->addr) < 0) {
			push(array, &n, next);
			next = next_added(c, next);
		}
		push(array, &n, b);
	}
	for (; next; next = next_added(c, next))
		push(array, &n, next);
	return n;
}

/* If too few backends are usable, those that are down get their weight as well. */
static void panic_flat(const struct mgl_change *c, u8 share,
		       struct mgl_table_plan *plan)
{
	struct mgl_panic_count count = {};
	u32 i;

	for (i = 0; i < plan->n; i++) {
		const struct mgl_table_entry *e = &plan->entry[i];

		count.usable += e->weight > 0;
		count.all += e->weight || reserve(c, e->backend);
	}
	plan->panics = mgl_panic(share, &count);
	plan->last_resort = plan->panics && !count.usable;
	for (i = 0; plan->panics && i < plan->n; i++) {
		struct mgl_table_entry *e = &plan->entry[i];

		if (e->weight)
			continue;
		e->weight = reserve(c, e->backend);
		e->eligible = e->weight;
		e->forced = e->weight;
	}
}

/* A pool without members: quotas follow from the weights. */
static int plan_flat(const struct mgl_change *c, struct mgl_pool *pool,
		     struct mgl_table_plan *plan)
{
	struct mgl_backend **array;
	u32 i;

	array = kvmalloc_array(count_backends(c, pool) + 1, sizeof(*array),
			       GFP_KERNEL);
	plan->entry = kvmalloc_array(count_backends(c, pool) + 1,
				     sizeof(*plan->entry), GFP_KERNEL_ACCOUNT);
	if (!array || !plan->entry) {
		kvfree(array);
		return -ENOMEM;
	}
	plan->n = backends_of(c, pool, array);
	for (i = 0; i < plan->n; i++) {
		u32 weight = turns(c, array[i]);

		plan->entry[i] = (struct mgl_table_entry){
			.backend = array[i],
			.weight = weight,
			.eligible = weight,
		};
	}
	kvfree(array);
	panic_flat(c, panic_share(c, pool), plan);
	return 0;
}

/**
 * struct found - a backend of one of the pools
 * @backend: the backend
 * @part: its part of the group that is its pool
 * @group: number of that group
 * @eligible: its weights, and those of the members that lead to it, are above 0
 * @serves: it would be usable for flows that it has
 */
struct found {
	struct mgl_backend *backend;
	const struct mgl_part *part;
	u32 group;
	bool eligible;
	bool serves;
};

/**
 * struct nest - a pool with members while its table is planned
 * @c: the change
 * @pools: list of the pools, by mgl_pool.below
 * @n_groups: length of @group
 * @group: the pools, in the order of @pools, with their backends and members
 * @n_parts: length of @part
 * @part: the parts of all groups, one group behind the other
 * @n_found: length of @found
 * @found: backends of all groups
 * @array: room for the backends of one pool
 */
struct nest {
	const struct mgl_change *c;
	struct list_head pools;
	u32 n_groups;
	struct mgl_group *group;
	u32 n_parts;
	struct mgl_part *part;
	u32 n_found;
	struct found *found;
	struct mgl_backend **array;
};

static int nest_alloc(struct nest *n)
{
	u32 backends = 0, parts = 0;
	struct mgl_pool *pool;

	list_for_each_entry(pool, &n->pools, below) {
		backends += count_backends(n->c, pool);
		parts += count_backends(n->c, pool) + pool->n_members;
	}
	n->group = kvcalloc(n->n_groups, sizeof(*n->group), GFP_KERNEL);
	n->part = kvcalloc(parts + 1, sizeof(*n->part), GFP_KERNEL);
	n->found = kvmalloc_array(backends + 1, sizeof(*n->found), GFP_KERNEL);
	n->array = kvmalloc_array(backends + 1, sizeof(*n->array), GFP_KERNEL);
	return n->group && n->part && n->found && n->array ? 0 : -ENOMEM;
}

static void nest_free(struct nest *n)
{
	kvfree(n->group);
	kvfree(n->part);
	kvfree(n->found);
	kvfree(n->array);
}

/* Backends first, by address, then members, by name. */
static void add_group(struct nest *n, struct mgl_pool *pool, u32 number)
{
	u32 i, backends = backends_of(n->c, pool, n->array);
	struct mgl_part *part = &n->part[n->n_parts];
	struct mgl_group *g = &n->group[number];
	struct mgl_member *m;

	g->part = part;
	g->share = panic_share(n->c, pool);
	for (i = 0; i < backends; i++, part++) {
		struct mgl_backend *b = n->array[i];

		part->weight = turns(n->c, b);
		part->reserve = reserve(n->c, b);
		n->found[n->n_found++] = (struct found){
			.backend = b,
			.part = part,
			.group = number,
			.serves = would_serve(n->c, b),
		};
	}
	list_for_each_entry(m, &pool->members, node) {
		if (m->leaving)
			continue;
		*part++ = (struct mgl_part){
			.weight = m == n->c->member ? n->c->member_weight :
						      m->weight,
			.is_group = true,
			.index = m->pool->number,
		};
	}
	g->n = part - g->part;
	n->n_parts += g->n;
}

/*
 * The backend that stands for an address: one that gets slots, then one that is
 * usable, then that of the pool which is nearest to the top.
 */
static int prefer(const struct found *a, const struct found *b)
{
	if (a->eligible != b->eligible)
		return a->eligible ? -1 : 1;
	if (a->serves != b->serves)
		return a->serves ? -1 : 1;
	return a->group < b->group ? -1 : 1;
}

static int found_cmp(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return mgl_addr_cmp(&x->backend->endpoint->addr,
			    &y->backend->endpoint->addr) ?: prefer(x, y);
}

/* One entry for each address, with the slots of all backends that have it. */
static void merge(const struct nest *n, struct mgl_table_plan *plan)
{
	struct mgl_table_entry *e = NULL;
	u32 i;

	for (i = 0; i < n->n_found; i++) {
		const struct found *f = &n->found[i];

		if (!e || !mgl_addr_equal(&e->backend->endpoint->addr,
					  &f->backend->endpoint->addr)) {
			e = &plan->entry[plan->n++];
			*e = (struct mgl_table_entry){
				.backend = f->backend,
				.forced = f->eligible && !f->serves,
			};
			plan->last_resort |= e->forced;
		}
		/* Quotas add up to the table's size, so they are the weights. */
		e->weight += f->part->quota;
		e->eligible |= f->eligible;
	}
}

/* Slots of the members of the pool at the top. */
static int count_members(const struct nest *n, struct mgl_plan *plan)
{
	const struct mgl_group *top = &n->group[0];
	u32 i, members = 0;

	plan->member_slots = kvmalloc_array(top->n + 1,
					    sizeof(*plan->member_slots),
					    GFP_KERNEL);
	if (!plan->member_slots)
		return -ENOMEM;
	for (i = 0; i < top->n; i++)
		if (top->part[i].is_group)
			plan->member_slots[members++] = top->part[i].quota;
	return 0;
}

static int plan_nest(struct nest *n, struct mgl_plan *plan)
{
	struct mgl_panic_count count;
	struct mgl_pool *pool;
	u32 i, number = 0;
	int err;

	err = nest_alloc(n);
	if (err)
		return err;
	list_for_each_entry(pool, &n->pools, below)
		pool->number = number++;
	list_for_each_entry(pool, &n->pools, below)
		add_group(n, pool, pool->number);
	count = mgl_panic_nest(n->group, n->n_groups);
	plan->table.panics = n->group[0].panics;
	err = mgl_quota_nest(plan->table.size, n->group, n->n_groups) ?:
	      count_members(n, plan);
	if (err)
		return err;
	plan->table.entry = kvmalloc_array(n->n_found + 1,
					   sizeof(*plan->table.entry),
					   GFP_KERNEL_ACCOUNT);
	if (!plan->table.entry)
		return -ENOMEM;
	for (i = 0; i < n->n_found; i++) {
		struct found *f = &n->found[i];

		f->eligible = f->part->weight && n->group[f->group].reached;
	}
	sort(n->found, n->n_found, sizeof(*n->found), found_cmp, NULL);
	merge(n, &plan->table);
	plan->table.last_resort &= !count.usable;
	return 0;
}

/**
 * mgl_plan_make() - plan the table of a pool as a change would leave it
 * @ctx: the context
 * @c: the change, of @pool or of a pool that @pool contains
 * @pool: the pool
 * @plan: the plan; on success the caller has to free it
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or -ENOSPC if the pool and its members would have too
 * many backends; with the extack set.
 */
int mgl_plan_make(const struct mgl_ctx *ctx, const struct mgl_change *c,
		  struct mgl_pool *pool, struct mgl_plan *plan)
{
	const struct mgl_pool_params *p = &c->pool_params;
	struct nest n = { .c = c };
	bool own = pool == c->pool;
	int err;

	lockdep_assert_held(&ctx->mn->lock);
	*plan = (struct mgl_plan){
		.table.size = own && p->has_size ? p->size : pool->size,
		.table.seed = own && p->has_seed ? p->seed : pool->seed,
	};
	INIT_LIST_HEAD(&n.pools);
	n.n_groups = mgl_pools_below(pool, &n.pools);
	if (n.n_groups == 1)
		err = plan_flat(c, pool, &plan->table);
	else
		err = plan_nest(&n, plan);
	mgl_pools_below_done(&n.pools);
	nest_free(&n);
	if (err) {
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "out of memory for the pool's table");
	} else if (plan->table.n > MAGLEV_BACKENDS_MAX) {
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "too many backends in a pool and its members");
		err = -ENOSPC;
	}
	if (err)
		mgl_plan_free(plan);
	return err;
}

/**
 * mgl_plan_free() - free a plan
 * @plan: the plan
 *
 * Context: may sleep.
 */
void mgl_plan_free(struct mgl_plan *plan)
{
	kvfree(plan->table.entry);
	kvfree(plan->member_slots);
}
