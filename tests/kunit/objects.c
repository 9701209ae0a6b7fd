// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>

#include "endpoint.h"
#include "objects.h"
#include "flows.h"
#include "gc.h"
#include "tracer.h"
#include "vip.h"

int test_net_init(struct kunit *test)
{
	struct mgl_net *mn;

	mn = kunit_kzalloc(test, sizeof(*mn), GFP_KERNEL);
	if (!mn)
		return -ENOMEM;
	mutex_init(&mn->lock);
	seqcount_init(&mn->publish_seq);
	mn->services = RB_ROOT;
	mn->pools = RB_ROOT;
	mgl_flows_init(mn);
	mgl_gc_init(mn);
	mgl_tracers_init(mn);
	test->priv = mn;
	return rhashtable_init(&mn->endpoints, &mgl_endpoint_params) ?:
	       rhashtable_init(&mn->vips, &mgl_vip_params);
}

void test_net_exit(struct mgl_net *mn)
{
	mgl_gc_exit(mn);
	/* Deleted objects refer to the instance until they are freed. */
	rcu_barrier();
	mgl_flows_exit(mn);
	rhashtable_destroy(&mn->endpoints);
	rhashtable_destroy(&mn->vips);
	mutex_destroy(&mn->lock);
}

static int finish(const struct mgl_ctx *ctx, struct mgl_change *change,
		  struct mgl_dry_run *dry)
{
	int err;

	if (!dry) {
		mgl_change_commit(ctx, change);
		return 0;
	}
	err = mgl_change_report(ctx, change, dry);
	mgl_change_abort(ctx, change);
	return err;
}

int test_add(struct mgl_net *mn, struct mgl_pool *pool,
	     const struct mgl_backend_specs *specs)
{
	const struct mgl_ctx ctx = { .mn = mn };
	struct mgl_change change;

	return mgl_change_add(&ctx, pool, specs, &change) ?:
	       finish(&ctx, &change, NULL);
}

int test_edit(struct mgl_net *mn, struct mgl_pool *pool, struct mgl_backend *b,
	      const struct mgl_backend_params *params, struct mgl_dry_run *dry)
{
	const struct mgl_ctx ctx = { .mn = mn };
	struct mgl_change change;

	return mgl_change_edit(&ctx, pool, b, params, &change) ?:
	       finish(&ctx, &change, dry);
}

int test_delete(struct mgl_net *mn, struct mgl_pool *pool,
		struct mgl_backend *b)
{
	const struct mgl_ctx ctx = { .mn = mn };
	struct mgl_change change;

	return mgl_change_delete(&ctx, pool, b, &change) ?:
	       finish(&ctx, &change, NULL);
}

int test_edit_pool(struct mgl_net *mn, struct mgl_pool *pool,
		   const struct mgl_pool_params *params)
{
	const struct mgl_ctx ctx = { .mn = mn };
	struct mgl_change change;

	return mgl_change_pool(&ctx, pool, params, &change) ?:
	       finish(&ctx, &change, NULL);
}
