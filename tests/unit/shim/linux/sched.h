/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LINUX_SCHED_H
#define _SHIM_LINUX_SCHED_H

/* Calls of cond_resched(), counted for tests. */
extern unsigned long shim_rescheds;
/* Called by it, or NULL. */
extern void (*shim_resched_to)(void);

static inline int cond_resched(void)
{
	shim_rescheds++;
	if (shim_resched_to)
		shim_resched_to();
	return 0;
}

#endif /* _SHIM_LINUX_SCHED_H */
