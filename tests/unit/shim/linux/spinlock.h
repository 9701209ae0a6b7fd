/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LINUX_SPINLOCK_H
#define _SHIM_LINUX_SPINLOCK_H

#include <pthread.h>

typedef pthread_mutex_t spinlock_t;

#define SINGLE_DEPTH_NESTING	1

/* Nobody asks. */
static inline int lockdep_is_held(const spinlock_t *lock)
{
	(void)lock;
	return 1;
}

static inline void spin_lock_init(spinlock_t *lock)
{
	pthread_mutex_init(lock, NULL);
}

static inline void spin_lock(spinlock_t *lock)
{
	pthread_mutex_lock(lock);
}

static inline void spin_lock_nested(spinlock_t *lock, int subclass)
{
	(void)subclass;
	pthread_mutex_lock(lock);
}

static inline void spin_unlock(spinlock_t *lock)
{
	pthread_mutex_unlock(lock);
}

/* There are no bottom halves here. */
#define spin_lock_bh	spin_lock
#define spin_unlock_bh	spin_unlock

#endif /* _SHIM_LINUX_SPINLOCK_H */
