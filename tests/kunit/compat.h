/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _KUNIT_COMPAT_H
#define _KUNIT_COMPAT_H

#include <linux/module.h>
#include <linux/version.h>

/*
 * 6.13, cdd30ebb1b9f ("module: Convert symbol namespace to string literal"):
 * neither form compiles where the other one is meant.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define KUNIT_IMPORT_NS() MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING)
#else
#define KUNIT_IMPORT_NS() MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING")
#endif

#endif /* _KUNIT_COMPAT_H */
