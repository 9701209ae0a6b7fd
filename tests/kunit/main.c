// SPDX-License-Identifier: GPL-2.0
/* The module of the suites, which register themselves. */
#include <linux/module.h>

/*
 * As MODULE_IMPORT_NS() does, which takes a string since 6.13 and took
 * a bare token before (cdd30ebb1b9f, "module: Convert symbol namespace to
 * string literal").
 */
MODULE_INFO(import_ns, "EXPORTED_FOR_KUNIT_TESTING");
MODULE_DESCRIPTION("KUnit tests of maglev");
MODULE_LICENSE("GPL");
