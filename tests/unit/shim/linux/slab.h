/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LINUX_SLAB_H
#define _SHIM_LINUX_SLAB_H

#include <linux/types.h>

#define GFP_KERNEL		0u
#define GFP_KERNEL_ACCOUNT	0u
#define GFP_ATOMIC		1u
#define __GFP_NOWARN		0u
#define __GFP_RETRY_MAYFAIL	0u

void *shim_alloc(size_t n, size_t size, bool zero);
void shim_free(const void *p);

/*
 * Make the allocation number @nth from now (1 is the next one) fail, or none
 * if it is 0. Returns how many allocations there were since the last call.
 */
unsigned int shim_alloc_fail(unsigned int nth);
/* Allocations not freed yet. */
long shim_alloc_live(void);
/* Bytes that were asked for since the last call. */
u64 shim_alloc_bytes(void);

static inline void *kvcalloc(size_t n, size_t size, gfp_t flags)
{
	(void)flags;
	return shim_alloc(n, size, true);
}

static inline void *kvmalloc_array(size_t n, size_t size, gfp_t flags)
{
	(void)flags;
	return shim_alloc(n, size, false);
}

static inline void *kvmalloc(size_t size, gfp_t flags)
{
	return kvmalloc_array(1, size, flags);
}

static inline void *kvzalloc(size_t size, gfp_t flags)
{
	return kvcalloc(1, size, flags);
}

static inline void kvfree(const void *p)
{
	shim_free(p);
}

#endif /* _SHIM_LINUX_SLAB_H */
