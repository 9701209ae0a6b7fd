/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LINUX_BUILD_BUG_H
#define _SHIM_LINUX_BUILD_BUG_H

#include <assert.h>

/* As in the kernel: the message is the condition, unless there is one. */
#undef static_assert
#define static_assert(cond, ...) _shim_assert(cond, ##__VA_ARGS__, #cond)
#define _shim_assert(cond, text, ...) _Static_assert(cond, text)

#endif /* _SHIM_LINUX_BUILD_BUG_H */
