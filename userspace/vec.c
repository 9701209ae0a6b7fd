// SPDX-License-Identifier: GPL-2.0
/*
 * A growing array: dumps do not say beforehand how long they are.
 */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "vec.h"

/*
 * Memory that is not touched yet costs nothing, while what is moved may have to be
 * touched again. So large arrays grow by more.
 */
static size_t more(const struct vec *v)
{
	size_t bytes = v->cap * v->size;

	if (!v->cap)
		return 16;
	return v->cap * (bytes < 65536 ? 2 : bytes < 1 << 20 ? 64 : 8);
}

/**
 * vec_reserve() - make room for items that will be added
 * @v: the array
 * @n: how many items there will be, about
 */
void vec_reserve(struct vec *v, size_t n)
{
	void *items;

	if (n <= v->cap)
		return;
	items = reallocarray(v->items, n, v->size);
	if (!items)
		err_no_memory();
	v->items = items;
	v->cap = n;
}

/**
 * vec_push() - add an item
 * @v: the array
 *
 * Return: the new item, zeroed, valid until the next push.
 */
void *vec_push(struct vec *v)
{
	void *item;

	if (v->n == v->cap)
		vec_reserve(v, more(v));
	item = vec_at(v, v->n++);
	return memset(item, 0, v->size);
}

/**
 * vec_at() - one item
 * @v: the array
 * @i: its index
 *
 * Return: the item.
 */
void *vec_at(const struct vec *v, size_t i)
{
	return (char *)v->items + i * v->size;
}

/**
 * vec_sort() - sort the items
 * @v: the array
 * @compare: as for qsort()
 *
 * Most arrays come sorted: from the kernel, or from a saved file.
 */
void vec_sort(struct vec *v, int (*compare)(const void *a, const void *b))
{
	size_t i;

	for (i = 1; i < v->n; i++)
		if (compare(vec_at(v, i - 1), vec_at(v, i)) > 0) {
			qsort(v->items, v->n, v->size, compare);
			return;
		}
}

/**
 * vec_free() - release the items
 * @v: the array, empty and usable afterwards
 */
void vec_free(struct vec *v)
{
	free(v->items);
	v->items = NULL;
	v->n = 0;
	v->cap = 0;
}
