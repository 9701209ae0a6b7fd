/* SPDX-License-Identifier: GPL-2.0 */
/* Pools that panic, and with it use backends that are down. */
#ifndef _MGL_PANIC_H
#define _MGL_PANIC_H

#include <linux/types.h>

struct mgl_backend;
struct mgl_change;
struct mgl_net;
struct mgl_pool;
struct mgl_table;
struct mgl_table_plan;

bool mgl_panic_matters(struct mgl_pool *pool);
int mgl_panic_plan(const struct mgl_table_plan *plan, unsigned long **forced);
void mgl_panic_use(const struct mgl_table *table);
void mgl_panic_release(const struct mgl_table *table);
bool mgl_panic_would_use(struct mgl_net *mn, const struct mgl_change *c,
			 const struct mgl_backend *b);
u32 mgl_panic_flows_lost(struct mgl_net *mn, const struct mgl_change *c);
bool mgl_panic_now(struct mgl_net *mn, const struct mgl_pool *pool);
bool mgl_panic_told(struct mgl_net *mn, struct mgl_pool *pool);

#endif /* _MGL_PANIC_H */
