// SPDX-License-Identifier: GPL-2.0
/*
 * The past of tables, from before a restart: which owners slots had, which they
 * remember, and since when.
 */
#include <kunit/visibility.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "backend.h"
#include "ctx.h"
#include "endpoint.h"
#include "net.h"
#include "pool.h"
#include "state.h"
#include "table.h"

static struct mgl_table_view view_of(const struct mgl_net *mn,
				     const struct mgl_table *table)
{
	return (struct mgl_table_view){
		.slots = table->slots,
		.size = table->size,
		.seed = table->seed,
		.history = rcu_dereference_protected(table->history,
						     lockdep_is_held(&mn->lock)),
	};
}

/**
 * mgl_state_time() - get the time by which images of a pool's table are made
 * @pool: the pool; its mgl_net.lock is held
 * @elapsed: ms since the image was made
 *
 * Context: any.
 * Return: the time.
 */
struct mgl_state_time mgl_state_time(const struct mgl_pool *pool, u32 elapsed)
{
	return (struct mgl_state_time){
		.now = (u32)jiffies,
		.hz = HZ,
		.elapsed = elapsed,
		.settle = pool->settle_now,
	};
}
EXPORT_SYMBOL_IF_KUNIT(mgl_state_time);

/**
 * mgl_state_table_get() - make the image of a pool's table
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 * @len: its length, 0 if the pool has no table
 *
 * Context: may sleep.
 * Return: the image, which the caller frees with kvfree(), or NULL if there is no
 * table, or no memory, and then @len is not 0.
 */
u8 *mgl_state_table_get(struct mgl_net *mn, const struct mgl_pool *pool,
			size_t *len)
{
	const struct mgl_state_time time = mgl_state_time(pool, 0);
	const struct mgl_table *table = mgl_table_of(mn, pool);
	struct mgl_state_image im;
	struct mgl_addr *addrs;
	u8 *image;
	u32 i;

	*len = 0;
	if (!table)
		return NULL;
	im = (struct mgl_state_image){
		.view = view_of(mn, table),
		.n = table->n_backends,
	};
	*len = mgl_state_image_bytes(&im);
	addrs = kvmalloc_array(im.n, sizeof(*addrs), GFP_KERNEL_ACCOUNT);
	image = kvmalloc(*len, GFP_KERNEL_ACCOUNT);
	if (!addrs || !image) {
		kvfree(addrs);
		kvfree(image);
		return NULL;
	}
	for (i = 0; i < im.n; i++)
		addrs[i] = table->backends[i]->endpoint->addr;
	im.addrs = addrs;
	mgl_state_image_write(image, &im, &time);
	kvfree(addrs);
	return image;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_state_table_get);

/* The index in @table of each backend of an image; both are sorted. */
static u16 *map_of(const struct mgl_state_image *im,
		   const struct mgl_table *table)
{
	u32 i, j = 0;
	u16 *map;

	map = kvmalloc_array(im->n, sizeof(*map), GFP_KERNEL_ACCOUNT);
	for (i = 0; map && i < im->n; i++) {
		int cmp = 1;

		for (; j < table->n_backends; j++) {
			cmp = mgl_addr_cmp(&table->backends[j]->endpoint->addr,
					   &im->addrs[i]);
			if (cmp >= 0)
				break;
		}
		map[i] = cmp ? MGL_SLOT_NONE : j;
	}
	return map;
}

static void history_free_rcu(struct rcu_head *rcu)
{
	mgl_history_free(container_of(rcu, struct mgl_history, rcu));
}

static void set_history(struct mgl_net *mn, struct mgl_table *table,
			struct mgl_history *history)
{
	struct mgl_history *own =
		rcu_dereference_protected(table->history,
					  lockdep_is_held(&mn->lock));

	rcu_assign_pointer(table->history, history);
	call_rcu(&own->rcu, history_free_rcu);
	/* Flows were tracked for slots that had not settled, and now have. */
	mn->gc_flows = true;
}

/**
 * mgl_state_table_set() - give a table the past that it had before a restart
 * @ctx: the context
 * @pool: the pool
 * @im: the table of then
 * @slots: number of slots that have a past from then
 *
 * See mgl_history_adopt(). Owners that the table does not have any more count as
 * none. The caller schedules garbage collection, for what settles sooner.
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM with the extack set and nothing changed.
 */
int mgl_state_table_set(const struct mgl_ctx *ctx, struct mgl_pool *pool,
			const struct mgl_state_image *im, u32 *slots)
{
	struct mgl_table *table = mgl_table_of(ctx->mn, pool);
	struct mgl_transition t = {
		.old = &im->view,
		.now = (u32)jiffies,
		.settle = pool->settle_now,
	};
	struct mgl_table_view view;
	struct mgl_history *next;
	u16 *map;
	int err;

	lockdep_assert_held(&ctx->mn->lock);
	*slots = 0;
	if (!table)
		return 0;
	view = view_of(ctx->mn, table);
	map = map_of(im, table);
	t.new = &view;
	t.map = map;
	err = map ? mgl_history_adopt(&next, &t, slots) : -ENOMEM;
	kvfree(map);
	if (err)
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "out of memory for the past of a table");
	else if (*slots)
		set_history(ctx->mn, table, next);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_state_table_set);
