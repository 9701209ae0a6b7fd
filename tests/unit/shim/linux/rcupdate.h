/* SPDX-License-Identifier: GPL-2.0 */
/* Pointers are published; grace periods are up to the test. */
#ifndef _SHIM_LINUX_RCUPDATE_H
#define _SHIM_LINUX_RCUPDATE_H

#include <asm/barrier.h>

#define __rcu

struct rcu_head {
	void *next;
};

#define rcu_dereference(p)	smp_load_acquire(&(p))
#define rcu_dereference_protected(p, c)	READ_ONCE(p)
#define rcu_dereference_check(p, c)	({ (void)(c); rcu_dereference(p); })
#define rcu_access_pointer(p)	READ_ONCE(p)
#define rcu_assign_pointer(p, v)	smp_store_release(&(p), (v))
#define RCU_INIT_POINTER(p, v)	WRITE_ONCE(p, v)

#endif /* _SHIM_LINUX_RCUPDATE_H */
