/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's memory model in terms of the compiler's. */
#ifndef _SHIM_ASM_BARRIER_H
#define _SHIM_ASM_BARRIER_H

#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), (v), __ATOMIC_RELAXED)

/* Called in each window where the order matters, or NULL. */
extern void (*shim_window_to)(void);

static inline void shim_window(void)
{
	if (shim_window_to)
		shim_window_to();
}

/*
 * ThreadSanitizer knows no fences. All accesses that these order are atomic,
 * so nothing is hidden from it.
 */
#ifdef __SANITIZE_THREAD__
#define __shim_fence(order)	__asm__ __volatile__("" ::: "memory")
#else
#define __shim_fence(order)	__atomic_thread_fence(order)
#endif

#define smp_load_acquire(p) ({					\
	__typeof__(*(p)) _val = __atomic_load_n(p, __ATOMIC_ACQUIRE); \
	shim_window();						\
	_val; })
#define smp_store_release(p, v) ({				\
	shim_window();						\
	__atomic_store_n(p, (v), __ATOMIC_RELEASE); })
#define smp_rmb() ({						\
	shim_window();						\
	__shim_fence(__ATOMIC_ACQUIRE); })
#define smp_wmb() ({						\
	__shim_fence(__ATOMIC_RELEASE);				\
	shim_window(); })

#define cmpxchg(p, old, new) ({					\
	__typeof__(*(p)) _old = (old);				\
	__atomic_compare_exchange_n(p, &_old, new, 0,		\
				    __ATOMIC_SEQ_CST,		\
				    __ATOMIC_RELAXED);		\
	_old; })

#endif /* _SHIM_ASM_BARRIER_H */
