/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's memory model in terms of the compiler's. */
#ifndef _SHIM_ASM_BARRIER_H
#define _SHIM_ASM_BARRIER_H

#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), (v), __ATOMIC_RELAXED)

#ifndef __SANITIZE_THREAD__
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, (v), __ATOMIC_RELEASE)
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
#else
/*
 * ThreadSanitizer knows no fences. All accesses that these order are atomic,
 * so nothing is hidden from it. Where the order matters others come in between
 * more often than they would by chance.
 */
void shim_window(void);

#define smp_load_acquire(p) ({					\
	__typeof__(*(p)) _val = __atomic_load_n(p, __ATOMIC_ACQUIRE); \
	shim_window();						\
	_val; })
#define smp_store_release(p, v) ({				\
	shim_window();						\
	__atomic_store_n(p, (v), __ATOMIC_RELEASE); })
#define smp_rmb()		shim_window()
#define smp_wmb()		shim_window()
#endif

#define cmpxchg(p, old, new) ({					\
	__typeof__(*(p)) _old = (old);				\
	__atomic_compare_exchange_n(p, &_old, new, 0,		\
				    __ATOMIC_SEQ_CST,		\
				    __ATOMIC_RELAXED);		\
	_old; })

#endif /* _SHIM_ASM_BARRIER_H */
