/* SPDX-License-Identifier: GPL-2.0 */
/* A service with two pools, and packets of its flows. */
#ifndef _KUNIT_SELECTION_H
#define _KUNIT_SELECTION_H

#include <linux/types.h>
#include <uapi/linux/maglev.h>

#include "flow.h"
#include "backend.h"

struct kunit;
struct mgl_dry_run;
struct mgl_net;
struct mgl_pool;
struct mgl_pool_params;
struct mgl_service;

#define SIZE 251
#define BACKENDS 4
#define FLOWS 60
#define CACHE_ENTRIES 524288

extern struct mgl_pool *sel_own, *sel_other;
extern struct mgl_service *sel_svc;

struct mgl_pool *sel_pool_new(struct mgl_net *mn, const char *name);
struct mgl_addr sel_addr(const struct mgl_pool *pool, u32 i);
void sel_add(struct kunit *test, struct mgl_pool *pool, u32 i);
struct mgl_backend *sel_backend(struct kunit *test, struct mgl_pool *pool,
				u32 i);
void sel_del(struct kunit *test, struct mgl_pool *pool, u32 i);
int sel_set(struct kunit *test, u32 i, const struct mgl_backend_params *params,
	    struct mgl_dry_run *dry);
void sel_set_state(struct kunit *test, u32 i, enum maglev_state state);
void sel_pool_set(struct kunit *test, struct mgl_pool *pool,
		  const struct mgl_pool_params *params);
void sel_reseed(struct kunit *test, u64 seed);
void sel_settle(struct kunit *test);
void sel_gc(struct kunit *test);
struct mgl_flow sel_flow(u32 i, bool new_conn);
struct mgl_backend *sel_send(struct kunit *test, const struct mgl_flow *f);
struct mgl_backend *sel_mid(struct kunit *test, u32 i);
struct mgl_backend *sel_syn(struct kunit *test, u32 i);
struct mgl_backend *sel_owner(const struct mgl_pool *pool,
			      const struct mgl_flow *f);
struct mgl_backend *sel_cur(const struct mgl_pool *pool, u32 i);
void sel_mid_all(struct kunit *test, struct mgl_backend **at);
void sel_expect_stay(struct kunit *test, struct mgl_backend **at);
void sel_expect_cur(struct kunit *test);
bool sel_has_flows(void);
int sel_init(struct kunit *test);
void sel_exit(struct kunit *test);

#endif /* _KUNIT_SELECTION_H */
