/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_VEC_H
#define _MAGLEVADM_VEC_H

#include <stddef.h>

/**
 * struct vec - a growing array of items of one size
 * @items: the items
 * @n: items in use
 * @cap: items there is room for
 * @size: bytes of one item
 */
struct vec {
	void *items;
	size_t n;
	size_t cap;
	size_t size;
};

#define VEC_INIT(type)	{ .size = sizeof(type) }

void vec_reserve(struct vec *v, size_t n);
void *vec_push(struct vec *v);
void *vec_at(const struct vec *v, size_t i);
void vec_sort(struct vec *v, int (*compare)(const void *a, const void *b));
void vec_free(struct vec *v);

#endif /* _MAGLEVADM_VEC_H */
