/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a service's flow to its backend, in two steps: decide reads, commit
 * writes what the decision asks for.
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
 * struct mgl_choice - the decision for a packet, and what it was made of
 * @flow: the packet's flow as the service's affinity tells flows apart; points
 *	to @masked, or to what the caller gave
 * @masked: room for it
 * @facts: what the rules were shown
 * @cached: the flow's entry, if @facts.hit
 * @cached_backend: the backend that this names, NULL if that is gone
 * @pool: the pool that decided
 * @slot: the flow's slot there; only valid if the cache alone did not decide
 * @fallback: @pool is the service's fallback pool
 * @decision: what the rules say
 */
struct mgl_choice {
	const struct mgl_flow *flow;
	struct mgl_flow masked;
	struct mgl_facts facts;
	struct mgl_cached cached;
	struct mgl_backend *cached_backend;
	const struct mgl_pool *pool;
	struct mgl_slot slot;
	bool fallback;
	struct mgl_decision decision;
};

void mgl_select_decide(struct mgl_net *mn, const struct mgl_service *svc,
		       const struct mgl_flow *flow, struct mgl_choice *c);
struct mgl_backend *mgl_select_backend(const struct mgl_choice *c);
struct mgl_backend *mgl_select_commit(struct mgl_net *mn,
				      struct mgl_service *svc,
				      const struct mgl_choice *c);

#endif /* _MGL_SELECT_H */
