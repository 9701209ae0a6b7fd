/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LINUX_KERNEL_H
#define _SHIM_LINUX_KERNEL_H

#include <asm/byteorder.h>
#include <errno.h>
#include <linux/types.h>
#include <stdio.h>

/* The kernel's refuse operands of different types, and so do these. */
#define __shim_pick(x, y, op) ({		\
	__typeof__(x) _x = (x);			\
	__typeof__(y) _y = (y);			\
	(void)(&_x == &_y);			\
	_x op _y ? _x : _y; })
#define min(x, y)	__shim_pick(x, y, <)
#define max(x, y)	__shim_pick(x, y, >)
#define min_t(t, x, y)	__shim_pick((t)(x), (t)(y), <)
#define max_t(t, x, y)	__shim_pick((t)(x), (t)(y), >)

#define U32_MAX		((u32)~0U)

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static inline u64 rol64(u64 word, unsigned int shift)
{
	return (word << (shift & 63)) | (word >> (-shift & 63));
}

static inline u32 reciprocal_scale(u32 val, u32 ep_ro)
{
	return (u32)(((u64)val * ep_ro) >> 32);
}

#endif /* _SHIM_LINUX_KERNEL_H */
