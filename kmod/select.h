/* SPDX-License-Identifier: GPL-2.0 */
/* From a service's flow to its backend. */
#ifndef _MGL_SELECT_H
#define _MGL_SELECT_H

#include <linux/types.h>

#include "core/cache.h"
#include "core/rules.h"
#include "table.h"

struct mgl_flow;
struct mgl_net;
struct mgl_service;

/**
 * struct mgl_explained - where a flow would go, and why
 * @pool: the pool that decides
 * @fallback: it is the service's fallback pool
 * @slot: the flow's slot there
 * @tracked: the flow is in the cache
 * @cached: what the cache knows
 * @cached_backend: the backend it has there, NULL if that is gone
 * @rule: why a packet in mid-flow goes where it goes
 * @backend: to whom that is
 * @open_rule: the same for a packet that opens a flow
 * @open_backend: to whom that is
 */
struct mgl_explained {
	const struct mgl_pool *pool;
	bool fallback;
	struct mgl_slot slot;
	bool tracked;
	struct mgl_cached cached;
	const struct mgl_backend *cached_backend;
	enum maglev_rule rule;
	const struct mgl_backend *backend;
	enum maglev_rule open_rule;
	const struct mgl_backend *open_backend;
};

struct mgl_backend *mgl_select(struct mgl_net *mn, struct mgl_service *svc,
			      const struct mgl_flow *flow);
void mgl_select_explain(struct mgl_net *mn, const struct mgl_service *svc,
			const struct mgl_flow *flow, struct mgl_explained *e);

#endif /* _MGL_SELECT_H */
