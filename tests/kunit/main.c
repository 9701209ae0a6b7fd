// SPDX-License-Identifier: GPL-2.0
/* What makes the suites, which register themselves, one module. */
#include "compat.h"

KUNIT_IMPORT_NS();
MODULE_DESCRIPTION("KUnit tests of maglev");
MODULE_LICENSE("GPL");
