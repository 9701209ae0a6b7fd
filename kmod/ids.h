/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers for objects, for what must not hold a reference: a flow in the cache
 * knows its backend and its service by number, and finds nobody once they are
 * gone.
 */
#ifndef _MGL_IDS_H
#define _MGL_IDS_H

#include <linux/bits.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct mgl_ids_array;

/**
 * struct mgl_ids - the numbers in use
 * @array: objects by number; replaced by a larger one, read under RCU
 * @lock: serialises changes; those who hold it may read as well
 * @used: how many; under @lock
 * @next: where to look for a free one; under @lock
 */
struct mgl_ids {
	const struct mutex *lock;
	struct mgl_ids_array __rcu *array;
	u32 used;
	u32 next;
};

/* No object has it. */
#define MGL_ID_NONE 0

/* The index in the array, and how often it was given away. */
#define MGL_ID_INDEX_BITS	20
#define MGL_ID_INDEXES		BIT(MGL_ID_INDEX_BITS)

/**
 * struct mgl_ids_array - objects by index
 * @rcu: frees it
 * @n: indexes
 * @entry: for each index, the object and its whole number
 */
struct mgl_ids_array {
	struct rcu_head rcu;
	u32 n;
	struct {
		void __rcu *object;
		u32 id;
	} entry[];
};

int mgl_ids_add(struct mgl_ids *ids, void *object, u32 *id);
void mgl_ids_del(struct mgl_ids *ids, u32 id);
void mgl_ids_free(struct mgl_ids *ids);

/* The object with a number, or NULL. RCU read side, or ids->lock. */
static inline void *mgl_ids_get(const struct mgl_ids *ids, u32 id)
{
	const struct mgl_ids_array *a = rcu_dereference_check(ids->array,
							    lockdep_is_held(ids->lock));
	u32 index = id & (MGL_ID_INDEXES - 1);
	void *object;

	if (!a || index >= a->n)
		return NULL;
	object = rcu_dereference_check(a->entry[index].object,
				       lockdep_is_held(ids->lock));
	/* Who sees a new object sees its number: pairs with mgl_ids_add(). */
	smp_rmb();
	return READ_ONCE(a->entry[index].id) == id ? object : NULL;
}

#endif /* _MGL_IDS_H */
