/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Select the backend for a flow of a service, in two steps: deciding has no
 * side effect, committing updates the flow cache.
 */
#ifndef _MGL_SELECT_H
#define _MGL_SELECT_H

#include <linux/types.h>

#include "core/cache.h"
#include "core/flow.h"
#include "core/rules.h"
#include "table.h"

struct mgl_net;
struct mgl_service;

/**
 * struct mgl_choice - the decision for a packet, and its input
 * @flow: the packet's flow, masked by the service's affinity; points to @masked
 *	or to the flow of the caller
 * @masked: storage for a masked flow
 * @facts: input of the rules
 * @cached: entry of the flow, valid if @facts.hit
 * @cached_backend: backend of @cached, NULL if that has been deleted
 * @pool: the pool that decided; not set if the cache alone decided
 * @slot: slot of the flow in @pool; not set if the cache alone decided
 * @spare: backend in place of the slot's owner, valid if @facts.spare
 * @fallback: @pool is the service's fallback pool
 * @decision: result of the rules
 * @all_down: policy of the service, set if no backend is usable
 */
struct mgl_choice {
	const struct mgl_flow *flow;
	struct mgl_flow masked;
	struct mgl_facts facts;
	struct mgl_cached cached;
	struct mgl_backend *cached_backend;
	const struct mgl_pool *pool;
	struct mgl_slot slot;
	struct mgl_backend *spare;
	bool fallback;
	struct mgl_decision decision;
	enum maglev_all_down all_down;
};

void mgl_select_decide(struct mgl_net *mn, const struct mgl_service *svc,
		       const struct mgl_flow *flow, struct mgl_choice *c);
struct mgl_backend *mgl_select_backend(const struct mgl_choice *c);
struct mgl_backend *mgl_select_commit(struct mgl_net *mn,
				      struct mgl_service *svc,
				      const struct mgl_choice *c);

#endif /* _MGL_SELECT_H */
