/* SPDX-License-Identifier: GPL-2.0 */
/* Batches: many changes of a namespace that packets see as one. */
#ifndef _MGL_BATCH_H
#define _MGL_BATCH_H

#include <linux/list.h>
#include <linux/types.h>

#include "change.h"
#include "core/cache.h"
#include "ctx.h"

struct mgl_net;
struct mgl_pool;
struct mgl_routers;
struct mgl_sources;
struct mgl_step;
struct nlattr;

/**
 * struct mgl_step_ops - what a step of a batch means; mgl_net.lock is held
 * @publish: publishes it to the data path, by storing pointers and flags: runs
 *	with BH and preemption disabled; NULL for nothing
 * @done: frees what packets may have used before, may sleep; NULL for nothing
 * @undo: takes it back, may sleep. Later steps have been taken back before
 * @flows: takes the tracked flows that would lose their backend away from what
 *	was counted, and returns their number; the tables are prepared; NULL for
 *	none
 *
 * A step has been made in the state that only changes and listings read.
 */
struct mgl_step_ops {
	void (*publish)(struct mgl_net *mn, struct mgl_step *step);
	void (*done)(struct mgl_net *mn, struct mgl_step *step);
	void (*undo)(struct mgl_net *mn, struct mgl_step *step);
	u32 (*flows)(struct mgl_net *mn, struct mgl_step *step);
};

/**
 * struct mgl_step - a step of a batch
 * @node: entry of mgl_batch.steps, or of mgl_change.steps before that
 * @ready: entry of the list of those to publish
 * @ops: what it means
 * @object: what it is about
 * @pool: the pool of @object, for backends
 */
struct mgl_step {
	struct list_head node;
	struct list_head ready;
	const struct mgl_step_ops *ops;
	void *object;
	struct mgl_pool *pool;
};

/**
 * struct mgl_batch - a batch in progress; all of it is under mgl_net.lock
 * @attr: attribute with the present change, to report in an extack, or NULL
 * @steps: list of struct mgl_step, in the order in which they were made
 * @pools: list of the pools to publish, by mgl_pool.touched
 * @vips: list of the VIPs to publish, by mgl_vip.changed
 * @tables: the new tables, a change of no pool in particular
 * @has_routers: @routers is to be published
 * @routers: trusted prefixes, or NULL
 * @has_sources: @sources is to be published
 * @sources: source prefixes, or NULL
 * @has_peers: @peers is to be published
 * @peers: pool of the peers, or NULL
 * @has_settings: @timeouts and @pmtu are to be published
 * @timeouts: idle times
 * @pmtu: enum maglev_pmtu
 * @cache_size: new size of the flow cache, or 0
 * @cache_size_attr: the change that set it
 * @new_thresholds: those of a backend have changed, so flows are to be counted
 * @tracks: a new service needs the flow cache
 * @tracks_attr: the first change with such a service
 */
struct mgl_batch {
	const struct nlattr *attr;
	struct list_head steps;
	struct list_head pools;
	struct list_head vips;
	struct mgl_change tables;
	bool has_routers;
	struct mgl_routers *routers;
	bool has_sources;
	struct mgl_sources *sources;
	bool has_peers;
	struct mgl_pool *peers;
	bool has_settings;
	struct mgl_timeouts timeouts;
	u8 pmtu;
	u32 cache_size;
	const struct nlattr *cache_size_attr;
	bool new_thresholds;
	bool tracks;
	const struct nlattr *tracks_attr;
};

void *mgl_step_alloc(const struct mgl_ctx *ctx, size_t size,
		     const struct mgl_step_ops *ops, void *object);
int mgl_batch_log(const struct mgl_ctx *ctx, const struct mgl_step_ops *ops,
		  void *object);
void mgl_batch_touch(struct mgl_net *mn, struct mgl_pool *pool, u8 touch);
void mgl_batch_forget(struct mgl_pool *pool);

void mgl_batch_track(struct mgl_net *mn);
void mgl_batch_resize(struct mgl_net *mn, u32 entries);

void mgl_batch_begin(const struct mgl_ctx *ctx, struct mgl_batch *batch);
int mgl_batch_prepare(const struct mgl_ctx *ctx);
int mgl_batch_report(const struct mgl_ctx *ctx, struct mgl_dry_run *dry);
int mgl_batch_commit(const struct mgl_ctx *ctx);
void mgl_batch_abort(const struct mgl_ctx *ctx);

#endif /* _MGL_BATCH_H */
