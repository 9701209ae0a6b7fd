// SPDX-License-Identifier: GPL-2.0
/*
 * Write and read records of state. What is read comes from a file, so that nothing
 * in it is taken for granted.
 */
#include <kunit/visibility.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "cache_array.h"
#include "maglev.h"
#include "state.h"

static_assert(MAGLEV_STATE_SLOT_NONE == MGL_SLOT_NONE);
static_assert(MAGLEV_STATE_PREV_SETTLED == MGL_PREV_SETTLED);
static_assert(MAGLEV_STATE_PREV_OLD == MGL_PREV_OLD);
static_assert(sizeof(struct maglev_state_service) == 28);
static_assert(sizeof(struct maglev_state_backend) == 84);
static_assert(sizeof(struct maglev_state_flow) == 36);
static_assert(sizeof(struct maglev_state_table) == 32);

/* Arrays of an image have any alignment. */
static u8 *put_u16(u8 *to, u16 v)
{
	to[0] = v;
	to[1] = v >> 8;
	return to + 2;
}

static u8 *put_u32(u8 *to, u32 v)
{
	return put_u16(put_u16(to, v), v >> 16);
}

static u16 get_u16(const u8 *from)
{
	return from[0] | from[1] << 8;
}

static u32 get_u32(const u8 *from)
{
	return get_u16(from) | (u32)get_u16(from + 2) << 16;
}

static u8 *put_slots(u8 *to, const u16 *slots, u32 size)
{
	u32 s;

	for (s = 0; s < size; s++)
		to = put_u16(to, slots[s]);
	return to;
}

static size_t image_bytes(u32 n, u32 size, bool past, u32 old_size)
{
	return sizeof(struct maglev_state_table) +
	       (size_t)n * sizeof(struct mgl_addr) +
	       (size_t)size * (sizeof(u16) +
			       (past ? sizeof(u16) + sizeof(u32) : 0)) +
	       (size_t)old_size * sizeof(u16);
}

/**
 * mgl_state_image_bytes() - get the length of the image of a table
 * @im: the table
 *
 * Context: any.
 * Return: the length, at most MGL_STATE_IMAGE_MAX.
 */
size_t mgl_state_image_bytes(const struct mgl_state_image *im)
{
	const struct mgl_history *h = im->view.history;

	return image_bytes(im->n, im->view.size, h, h ? h->old_size : 0);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_state_image_bytes);

/* A slot that has settled since is told as one that has no past. */
static void put_past(u8 *to, const struct mgl_history *h,
		     const struct mgl_state_time *time)
{
	u8 *prev = to, *age = to + h->size * sizeof(u16);
	u32 s;

	for (s = 0; s < h->size; s++) {
		bool left = mgl_history_left(h, s, time->now, time->settle);
		u64 ticks = left ? time->now - h->changed_at[s] : 0;

		prev = put_u16(prev, left ? h->prev[s] : MGL_PREV_SETTLED);
		age = put_u32(age, min_t(u64, div_u64(ticks * 1000, time->hz),
					 U32_MAX));
	}
	put_slots(age, h->old, h->old_size);
}

/**
 * mgl_state_image_write() - write the image of a table
 * @to: memory for mgl_state_image_bytes() bytes
 * @im: the table
 * @time: the time; @time->elapsed is not used
 *
 * Context: any.
 */
void mgl_state_image_write(u8 *to, const struct mgl_state_image *im,
			   const struct mgl_state_time *time)
{
	const struct mgl_history *h = im->view.history;
	const struct maglev_state_table head = {
		.backends = cpu_to_le32(im->n),
		.size = cpu_to_le32(im->view.size),
		.seed = cpu_to_le64(im->view.seed),
		.past = cpu_to_le32(!!h),
		.old_size = cpu_to_le32(h ? h->old_size : 0),
		.old_seed = cpu_to_le64(h && h->old_size ? h->old_seed : 0),
	};
	size_t len = im->n * sizeof(*im->addrs);

	memcpy(to, &head, sizeof(head));
	to += sizeof(head);
	memcpy(to, im->addrs, len);
	to = put_slots(to + len, im->view.slots, im->view.size);
	if (h)
		put_past(to, h, time);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_state_image_write);

/* Reads owners of slots; false if one is neither of @n backends nor none. */
static bool get_slots(u16 *slots, u32 size, const u8 *from, u32 n)
{
	u32 s;

	for (s = 0; s < size; s++, from += sizeof(u16)) {
		slots[s] = get_u16(from);
		if (slots[s] >= n && slots[s] != MGL_SLOT_NONE)
			return false;
	}
	return true;
}

/* Ticks of an age in ms, as many as tell that a slot has settled at most. */
static u32 ticks_of(u32 ms, const struct mgl_state_time *time)
{
	u64 ticks = div_u64(((u64)ms + time->elapsed) * time->hz, 1000);

	return min_t(u64, ticks, time->settle);
}

/* The same for previous owners. */
static bool get_past(struct mgl_history *h, const u8 *from, u32 n,
		     const struct mgl_state_time *time)
{
	const u8 *age = from + h->size * sizeof(u16);
	u32 s, ticks;

	h->last = time->now - time->settle;
	for (s = 0; s < h->size; s++) {
		u16 prev = get_u16(from + s * sizeof(u16));

		if (prev >= n && prev != MGL_SLOT_NONE &&
		    prev != MGL_PREV_SETTLED &&
		    (prev != MGL_PREV_OLD || !h->old_size))
			return false;
		ticks = ticks_of(get_u32(age + s * sizeof(u32)), time);
		h->prev[s] = ticks < time->settle ? prev : MGL_PREV_SETTLED;
		h->changed_at[s] = time->now - ticks;
		if (h->prev[s] != MGL_PREV_SETTLED &&
		    (s32)(h->changed_at[s] - h->last) > 0)
			h->last = h->changed_at[s];
	}
	return get_slots(h->old, h->old_size, age + h->size * sizeof(u32), n);
}

static bool ascending(const struct mgl_addr *addrs, u32 n)
{
	u32 i;

	for (i = 1; i < n; i++)
		if (mgl_addr_cmp(&addrs[i - 1], &addrs[i]) >= 0)
			return false;
	return true;
}

static bool head_valid(const struct maglev_state_table *head, size_t len)
{
	u32 n = le32_to_cpu(head->backends), size = le32_to_cpu(head->size);
	u32 past = le32_to_cpu(head->past);
	u32 old_size = le32_to_cpu(head->old_size);

	return n && n <= MAGLEV_BACKENDS_MAX && past <= 1 &&
	       mgl_maglev_size_valid(size) &&
	       (!old_size || (past && mgl_maglev_size_valid(old_size))) &&
	       (old_size || !head->old_seed) &&
	       len == image_bytes(n, size, past, old_size);
}

/**
 * mgl_state_image_free() - free what an image was read to
 * @im: the table, after mgl_state_image_read() returned 0
 *
 * Context: may sleep.
 */
void mgl_state_image_free(struct mgl_state_image *im)
{
	kvfree(im->view.slots);
	mgl_history_free((struct mgl_history *)im->view.history);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_state_image_free);

static int read_slots(const u8 *from, u32 old_size, bool past,
		      const struct mgl_state_time *time,
		      struct mgl_state_image *im)
{
	struct mgl_history *h = NULL;
	u16 *slots;

	slots = kvmalloc_array(im->view.size, sizeof(*slots),
			       GFP_KERNEL_ACCOUNT);
	if (past)
		h = mgl_history_alloc(im->view.size, old_size);
	im->view.slots = slots;
	im->view.history = h;
	if (!slots || (past && !h)) {
		mgl_state_image_free(im);
		return -ENOMEM;
	}
	if (!get_slots(slots, im->view.size, from, im->n) ||
	    (h && !get_past(h, from + im->view.size * sizeof(u16), im->n,
			    time))) {
		mgl_state_image_free(im);
		return -EINVAL;
	}
	return 0;
}

/**
 * mgl_state_image_read() - read the image of a table
 * @from: the image, aligned to 8 bytes
 * @len: its length
 * @time: the time
 * @im: the table; its addresses are in @from, and the caller frees the rest with
 *	mgl_state_image_free()
 *
 * Ages grow by what has elapsed. What has settled by then has no past any more.
 *
 * Context: may sleep (allocates).
 * Return: 0, -EINVAL if it is not an image, or -ENOMEM.
 */
int mgl_state_image_read(const u8 *from, size_t len,
			 const struct mgl_state_time *time,
			 struct mgl_state_image *im)
{
	const struct maglev_state_table *head = (const void *)from;
	u32 old_size;
	int err;

	*im = (struct mgl_state_image){};
	if (len < sizeof(*head) || !head_valid(head, len))
		return -EINVAL;
	im->n = le32_to_cpu(head->backends);
	im->addrs = (const void *)(head + 1);
	im->view.size = le32_to_cpu(head->size);
	im->view.seed = le64_to_cpu(head->seed);
	if (!ascending(im->addrs, im->n))
		return -EINVAL;
	old_size = le32_to_cpu(head->old_size);
	err = read_slots((const u8 *)(im->addrs + im->n), old_size,
			 le32_to_cpu(head->past), time, im);
	if (!err && im->view.history)
		((struct mgl_history *)im->view.history)->old_seed =
			le64_to_cpu(head->old_seed);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_state_image_read);

/**
 * mgl_state_flow_write() - write the record of a flow
 * @to: the record
 * @flow: the entry, with its tuple
 * @now: the time in seconds
 *
 * Context: any.
 */
void mgl_state_flow_write(struct maglev_state_flow *to,
			  const struct mgl_cached *flow, u32 now)
{
	const struct mgl_tuple *t = &flow->tuple;

	*to = (struct maglev_state_flow){
		.service = cpu_to_le32(t->service),
		.backend = cpu_to_le32(flow->owner),
		.idle = cpu_to_le32(mgl_idle_time(flow->seen, now)),
		.client_port = t->sport,
		.port = t->dport,
		.state = flow->state,
		.confirmed = flow->confirmed,
	};
	memcpy(to->client, &t->client, sizeof(to->client));
}
EXPORT_SYMBOL_IF_KUNIT(mgl_state_flow_write);

/**
 * mgl_state_flow_read() - read the record of a flow
 * @from: the record
 * @flow: the entry, without key, kind and time
 * @idle: seconds since its last packet when it was written
 *
 * Context: any.
 * Return: false if it is not such a record.
 */
bool mgl_state_flow_read(const struct maglev_state_flow *from,
			 struct mgl_cached *flow, u32 *idle)
{
	*idle = le32_to_cpu(from->idle);
	*flow = (struct mgl_cached){
		.tuple = {
			.sport = from->client_port,
			.dport = from->port,
			.service = le32_to_cpu(from->service),
		},
		.owner = le32_to_cpu(from->backend),
		.state = from->state,
		.confirmed = from->confirmed,
	};
	memcpy(&flow->tuple.client, from->client, sizeof(from->client));
	return *idle <= MGL_VALUE_SEEN && from->state < __MAGLEV_FLOW_MAX &&
	       from->confirmed <= 1 && !from->pad[0] && !from->pad[1];
}
EXPORT_SYMBOL_IF_KUNIT(mgl_state_flow_read);
