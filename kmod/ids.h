/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers for objects, for users that must not hold a reference: an entry of
 * the flow cache has the numbers of its backend and its service, and a lookup
 * finds nothing once the object has been deleted.
 *
 * An own array instead of an XArray (xa_alloc_cyclic()), because a backend is
 * looked up for nearly every packet:
 *
 * - A lookup is one dependent read from an array, object and number in the same
 *   entry. An XArray is walked node by node, up to four levels for the 20 bits
 *   of an index and six for whole numbers.
 * - Readers compare the whole number, of which the index is only a part, so a
 *   stale entry of the cache does not find the next object at the same index.
 * - Indexes are used in turn, and at least half of them are free. So a number
 *   is not reused for a long time: it comes back only after 4095 other
 *   assignments of its index.
 */
#ifndef _MGL_IDS_H
#define _MGL_IDS_H

#include <linux/bits.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct mgl_ids_array;

/**
 * struct mgl_ids - the numbers of one kind of object
 * @lock: serialises changes; its holders may read as well
 * @array: objects by index; replaced by a larger one, read under RCU
 * @used: number of objects; under @lock
 * @next: index that was assigned last; under @lock
 */
struct mgl_ids {
	const struct mutex *lock;
	struct mgl_ids_array __rcu *array;
	u32 used;
	u32 next;
};

/* The number of no object. */
#define MGL_ID_NONE 0

/* A number is an index in the array and, above, a count of its assignments. */
#define MGL_ID_INDEX_BITS	20
#define MGL_ID_INDEXES		BIT(MGL_ID_INDEX_BITS)

/**
 * struct mgl_ids_array - objects by index
 * @rcu: for kvfree_rcu()
 * @n: number of indexes
 * @entry: for each index, the object, NULL if free, and its whole number
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

/*
 * The object with a number, or NULL. Context: RCU read side, the object is
 * valid until its end, or ids->lock is held.
 */
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
	/* A new object is seen with its number; pairs with mgl_ids_add(). */
	smp_rmb();
	return READ_ONCE(a->entry[index].id) == id ? object : NULL;
}

/* The end of the indexes of objects. ids->lock is held. */
static inline u32 mgl_ids_end(const struct mgl_ids *ids)
{
	const struct mgl_ids_array *a =
		rcu_dereference_protected(ids->array, lockdep_is_held(ids->lock));

	return a ? a->n : 0;
}

/* The object at an index below mgl_ids_end(), or NULL. ids->lock is held. */
static inline void *mgl_ids_at(const struct mgl_ids *ids, u32 index)
{
	const struct mgl_ids_array *a =
		rcu_dereference_protected(ids->array, lockdep_is_held(ids->lock));

	return rcu_dereference_protected(a->entry[index].object,
					 lockdep_is_held(ids->lock));
}

#endif /* _MGL_IDS_H */
