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

int mgl_gc_start(void);
void mgl_gc_stop(void);
void mgl_gc_init(struct mgl_net *mn);
void mgl_gc_exit(struct mgl_net *mn);
void mgl_gc_schedule(struct mgl_net *mn);
int mgl_gc_notifier_register(struct notifier_block *nb);
int mgl_gc_notifier_unregister(struct notifier_block *nb);

#endif /* _MGL_GC_H */
