/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An instance to configure in a test: one of its own and of no namespace, so
 * that nothing which is configured on the machine gets in the way.
 */
#ifndef _KUNIT_OBJECTS_H
#define _KUNIT_OBJECTS_H

#include "change.h"
#include "net.h"

struct kunit;

/* For the init function of a suite: makes test->priv the instance. */
int test_net_init(struct kunit *test);
/* For its exit function, after what was configured is gone. */
void test_net_exit(struct mgl_net *mn);

/*
 * Changes of a pool, with mn->lock held. If @dry is not NULL they are reported
 * there and aborted.
 */
int test_add(struct mgl_net *mn, struct mgl_pool *pool,
	     const struct mgl_backend_specs *specs);
int test_edit(struct mgl_net *mn, struct mgl_pool *pool, struct mgl_backend *b,
	      const struct mgl_backend_params *params, struct mgl_dry_run *dry);
int test_delete(struct mgl_net *mn, struct mgl_pool *pool,
		struct mgl_backend *b);
int test_edit_pool(struct mgl_net *mn, struct mgl_pool *pool,
		   const struct mgl_pool_params *params);

#endif /* _KUNIT_OBJECTS_H */
