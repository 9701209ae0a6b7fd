/* SPDX-License-Identifier: GPL-2.0 */
/* Garbage collection: slots settle, backends drain, flows expire. */
#ifndef _MGL_GC_H
#define _MGL_GC_H

#include <linux/types.h>

#include "core/addr.h"

struct mgl_net;
struct mgl_pool;
struct notifier_block;

/**
 * struct mgl_drained - notification that a backend has drained
 * @mn: the namespace; mn->lock is held
 * @pool: the pool from which the backend was deleted
 * @addr: address of the backend
 * @active: number of established flows left at the deadline
 * @inactive: number of other flows left
 */
struct mgl_drained {
	struct mgl_net *mn;
	const struct mgl_pool *pool;
	struct mgl_addr addr;
	u32 active;
	u32 inactive;
};

/**
 * struct mgl_settled - notification that the slots of a pool have settled
 * @mn: the namespace; mn->lock is held
 * @pool: the pool
 * @slots: number of slots that remembered a previous owner
 */
struct mgl_settled {
	struct mgl_net *mn;
	const struct mgl_pool *pool;
	u32 slots;
};

/**
 * enum mgl_gc_event - what garbage collection notifies of
 * @MGL_GC_DRAINED: a backend is about to be deleted since it has drained, with
 *	a struct mgl_drained
 * @MGL_GC_SETTLED: the slots of a pool have settled, with a struct mgl_settled
 */
enum mgl_gc_event {
	MGL_GC_DRAINED,
	MGL_GC_SETTLED,
};

int mgl_gc_start(void);
void mgl_gc_stop(void);
void mgl_gc_init(struct mgl_net *mn);
void mgl_gc_exit(struct mgl_net *mn);
void mgl_gc_schedule(struct mgl_net *mn);
int mgl_gc_notifier_register(struct notifier_block *nb);
int mgl_gc_notifier_unregister(struct notifier_block *nb);

#endif /* _MGL_GC_H */
