// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>

#include "objects.h"
#include "flows.h"
#include "gc.h"
#include "vip.h"

int test_net_init(struct kunit *test)
{
	struct mgl_net *mn;

	mn = kunit_kzalloc(test, sizeof(*mn), GFP_KERNEL);
	if (!mn)
		return -ENOMEM;
	mutex_init(&mn->lock);
	mn->services = RB_ROOT;
	mn->pools = RB_ROOT;
	mn->endpoints = RB_ROOT;
	mgl_flows_init(mn);
	mgl_gc_init(mn);
	test->priv = mn;
	return rhashtable_init(&mn->vips, &mgl_vip_params);
}

void test_net_exit(struct mgl_net *mn)
{
	mgl_gc_exit(mn);
	/* What was deleted refers to the instance until it is freed. */
	rcu_barrier();
	mgl_flows_exit(mn);
	rhashtable_destroy(&mn->vips);
	mutex_destroy(&mn->lock);
}
