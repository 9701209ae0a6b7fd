// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers for objects: an index in an array and, above it, a count of how often
 * the index has been assigned. So a number that is still stored somewhere does
 * not match another object for a long time. Indexes are used in turn, for the
 * same reason.
 */
#include <kunit/visibility.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "ids.h"

/*
 * Indexes to begin with. Half of them stay free, so an index is not assigned
 * again before some 500 others are.
 */
#define INDEXES_MIN 1024

static struct mgl_ids_array *array_of(const struct mgl_ids *ids)
{
	return rcu_dereference_protected(ids->array,
					 lockdep_is_held(ids->lock));
}

/* Keeps half of the indexes free, so that a free one is found soon. */
static int grow(struct mgl_ids *ids)
{
	struct mgl_ids_array *old = array_of(ids), *new;
	u32 n = old ? old->n : 0, i;

	if (ids->used < n / 2)
		return 0;
	n = n ? n * 2 : INDEXES_MIN;
	if (n > MGL_ID_INDEXES)
		return -ENOSPC;
	new = kvzalloc(struct_size(new, entry, n), GFP_KERNEL_ACCOUNT);
	if (!new)
		return -ENOMEM;
	new->n = n;
	for (i = 0; old && i < old->n; i++) {
		RCU_INIT_POINTER(new->entry[i].object,
				 rcu_dereference_protected(old->entry[i].object,
							   lockdep_is_held(ids->lock)));
		new->entry[i].id = old->entry[i].id;
	}
	for (; i < n; i++)
		new->entry[i].id = i;
	rcu_assign_pointer(ids->array, new);
	if (old)
		kvfree_rcu(old, rcu);
	return 0;
}

/**
 * mgl_ids_add() - assign a number to an object
 * @ids: the numbers; ids->lock is held
 * @object: the object, which readers can find from here on
 * @id: the number, which is not MGL_ID_NONE
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or -ENOSPC with half a million objects.
 */
int mgl_ids_add(struct mgl_ids *ids, void *object, u32 *id)
{
	struct mgl_ids_array *a;
	u32 index;
	int err;

	err = grow(ids);
	if (err)
		return err;
	a = array_of(ids);
	index = ids->next;
	/* Index 0 is not used, so that no number is MGL_ID_NONE. */
	do
		index = index + 1 < a->n ? index + 1 : 1;
	while (rcu_access_pointer(a->entry[index].object));
	ids->next = index;
	*id = a->entry[index].id + MGL_ID_INDEXES;
	/* Set before the object; pairs with smp_rmb() in mgl_ids_get(). */
	WRITE_ONCE(a->entry[index].id, *id);
	rcu_assign_pointer(a->entry[index].object, object);
	ids->used++;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_ids_add);

/**
 * mgl_ids_del() - free the number of an object
 * @ids: the numbers; ids->lock is held
 * @id: the number; readers may use the object until the end of an RCU grace
 *	period
 *
 * Context: any.
 */
void mgl_ids_del(struct mgl_ids *ids, u32 id)
{
	RCU_INIT_POINTER(array_of(ids)->entry[id & (MGL_ID_INDEXES - 1)].object,
			 NULL);
	ids->used--;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_ids_del);

/**
 * mgl_ids_free() - free the memory of the numbers
 * @ids: the numbers, none of them in use; no reader can see them any more
 *
 * Context: may sleep.
 */
void mgl_ids_free(struct mgl_ids *ids)
{
	WARN_ON(ids->used);
	kvfree(rcu_dereference_protected(ids->array, true));
	RCU_INIT_POINTER(ids->array, NULL);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_ids_free);
