/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LINUX_BUG_H
#define _SHIM_LINUX_BUG_H

#include <stdlib.h>

/* A warning of the kernel's is a bug, and ends the test. */
#define WARN_ON(cond) ({ bool _hit = !!(cond); if (_hit) abort(); _hit; })
#define WARN_ON_ONCE(cond) WARN_ON(cond)

#endif /* _SHIM_LINUX_BUG_H */
