/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An instance to configure in a test: one of its own and of no namespace, so
 * that nothing which is configured on the machine gets in the way.
 */
#ifndef _KUNIT_OBJECTS_H
#define _KUNIT_OBJECTS_H

#include "net.h"

struct kunit;

/* For the init function of a suite: makes test->priv the instance. */
int test_net_init(struct kunit *test);
/* For its exit function, after what was configured is gone. */
void test_net_exit(struct mgl_net *mn);

#endif /* _KUNIT_OBJECTS_H */
