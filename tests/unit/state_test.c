// SPDX-License-Identifier: GPL-2.0
/* Records of state: what is written is read again, and nothing else is. */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <string.h>

#include "cache_array.h"
#include "ktap.h"
#include "prng.h"
#include "state.h"

#define HZ	250
#define SETTLE	(100 * HZ)
#define NOW	5u	/* the clock has just wrapped */
#define SIZE	251
#define OLD_SIZE 257
#define BACKENDS 3

static const struct mgl_state_time now = {
	.now = NOW, .hz = HZ, .settle = SETTLE,
};

static struct mgl_addr addrs[BACKENDS];
static u16 slots[SIZE];

/* A table with a past of all kinds: slot s is s seconds old. */
static struct mgl_state_image image(bool with_past, bool with_old)
{
	struct mgl_history *h = NULL;
	u32 s;

	for (s = 0; s < BACKENDS; s++)
		addrs[s] = mgl_addr_v4(htonl(0x0a000001 + s));
	for (s = 0; s < SIZE; s++)
		slots[s] = s % (BACKENDS + 1) == BACKENDS ? MGL_SLOT_NONE :
							    s % (BACKENDS + 1);
	if (with_past) {
		h = mgl_history_alloc(SIZE, with_old ? OLD_SIZE : 0);
		for (s = 0; s < SIZE; s++) {
			h->prev[s] = s % 5 < BACKENDS ? s % 5 :
				     s % 5 == 3 ? MGL_SLOT_NONE :
				     with_old ? MGL_PREV_OLD : MGL_PREV_SETTLED;
			h->changed_at[s] = NOW - s * HZ;
		}
		h->old_seed = 77;
		for (s = 0; s < h->old_size; s++)
			h->old[s] = s % BACKENDS;
	}
	return (struct mgl_state_image){
		.view = { .slots = slots, .size = SIZE, .seed = 5,
			  .history = h },
		.n = BACKENDS,
		.addrs = addrs,
	};
}

static u8 *written(const struct mgl_state_image *im, size_t *len)
{
	u8 *buffer;

	*len = mgl_state_image_bytes(im);
	buffer = kvmalloc(*len, GFP_KERNEL);
	mgl_state_image_write(buffer, im, &now);
	return buffer;
}

static void check_round(bool with_past, bool with_old, u32 elapsed)
{
	struct mgl_state_image im = image(with_past, with_old), got;
	struct mgl_state_time later = now;
	const struct mgl_history *h, *was = im.view.history;
	size_t len;
	u8 *buffer;
	u32 s;

	buffer = written(&im, &len);
	later.now = NOW + 3;
	later.elapsed = elapsed;
	CHECK_EQ(mgl_state_image_read(buffer, len, &later, &got), 0, "read");
	CHECK_EQ(got.n, BACKENDS, "backends");
	CHECK(!memcmp(got.addrs, addrs, sizeof(addrs)), "addresses");
	CHECK_EQ(got.view.size, SIZE, "size");
	CHECK_EQ(got.view.seed, 5, "seed");
	CHECK(!memcmp(got.view.slots, slots, sizeof(slots)), "slots");
	h = got.view.history;
	CHECK_EQ(!!h, with_past, "past");
	for (s = 0; h && s < SIZE; s++) {
		u32 age = s * HZ + elapsed * HZ / 1000;
		bool left = was->prev[s] != MGL_PREV_SETTLED && age < SETTLE;

		CHECK_EQ(mgl_history_left(h, s, later.now, SETTLE),
			 left ? SETTLE - age : 0, "slot %u", s);
		if (left)
			CHECK_EQ(h->prev[s], was->prev[s], "slot %u", s);
		else
			CHECK_EQ(h->prev[s], MGL_PREV_SETTLED, "slot %u", s);
	}
	CHECK_EQ(h ? h->old_size : 0, with_old ? OLD_SIZE : 0, "old size");
	if (with_old) {
		CHECK_EQ(h->old_seed, 77, "old seed");
		CHECK(!memcmp(h->old, was->old, OLD_SIZE * sizeof(u16)), "old");
	}
	mgl_state_image_free(&got);
	mgl_history_free((struct mgl_history *)was);
	kvfree(buffer);
}

static void test_state_image(void)
{
	check_round(false, false, 0);
	check_round(true, false, 0);
	check_round(true, true, 0);
	CHECK_EQ(shim_alloc_live(), 0, "all is freed");
}

static void test_state_elapsed(void)
{
	check_round(true, true, 1000);
	check_round(true, false, 40 * 1000);
	check_round(true, true, 1u << 30);
	check_round(true, true, U32_MAX);
}

/* Reads an image of which some bytes have been overwritten. */
static int read_over(size_t at, const void *bytes, size_t size)
{
	struct mgl_state_image im = image(true, true), got;
	size_t len;
	u8 *buffer;
	int err;

	buffer = written(&im, &len);
	memcpy(buffer + at, bytes, size);
	err = mgl_state_image_read(buffer, len, &now, &got);
	if (!err)
		mgl_state_image_free(&got);
	mgl_history_free((struct mgl_history *)im.view.history);
	kvfree(buffer);
	return err;
}

/* A number of its head is another one. */
static int read_with(size_t at, u32 value)
{
	return read_over(at, &value, sizeof(value));
}

static int read_owner(size_t at, u16 value)
{
	return read_over(at, &value, sizeof(value));
}

#define AT(field) offsetof(struct maglev_state_table, field)
#define AT_SLOTS (sizeof(struct maglev_state_table) + 16 * BACKENDS)
#define AT_PREV (AT_SLOTS + 2 * SIZE)
#define AT_OLD (AT_PREV + 6 * SIZE)

static void test_state_image_refused(void)
{
	u32 bad[] = { 0, BACKENDS - 1, BACKENDS + 1, MAGLEV_BACKENDS_MAX + 1,
		      U32_MAX };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_EQ(read_with(AT(backends), bad[i]), -EINVAL, "%u", bad[i]);
	CHECK_EQ(read_with(AT(size), 257), -EINVAL, "another size");
	CHECK_EQ(read_with(AT(size), 0), -EINVAL, "no size");
	CHECK_EQ(read_with(AT(past), 0), -EINVAL, "an old table, and no past");
	CHECK_EQ(read_with(AT(past), 2), -EINVAL, "no truth");
	CHECK_EQ(read_with(AT(old_size), 255), -EINVAL, "no prime");
	CHECK_EQ(read_with(AT(old_size), 0), -EINVAL, "a rest");
	CHECK_EQ(read_with(sizeof(struct maglev_state_table) + 12, U32_MAX),
		 -EINVAL, "addresses out of order");
	CHECK_EQ(read_owner(AT_SLOTS, BACKENDS), -EINVAL, "no such owner");
	CHECK_EQ(read_owner(AT_SLOTS, MGL_PREV_OLD), -EINVAL, "not of a past");
	CHECK_EQ(read_owner(AT_PREV, BACKENDS), -EINVAL, "no such owner");
	CHECK_EQ(read_owner(AT_PREV, 0xfffc), -EINVAL, "no such word");
	CHECK_EQ(read_owner(AT_OLD, BACKENDS), -EINVAL, "no such owner");
	CHECK_EQ(read_owner(AT_SLOTS, 0), 0, "as it was");
	CHECK_EQ(shim_alloc_live(), 0, "all is freed");
}

/* Any bytes, in memory of exactly that length: the sanitizers watch. */
static void test_state_image_random(void)
{
	struct mgl_state_image im = image(true, true), got;
	u32 i, k, taken = 0, refused = 0;
	u64 state = 1;
	size_t len;
	u8 *whole;

	whole = written(&im, &len);
	for (i = 0; i < 20000; i++) {
		size_t n = prng_below(&state, 3) ? len :
						  prng_below(&state, len + 1);
		u8 *buffer = kvmalloc(n, GFP_KERNEL);

		memcpy(buffer, whole, n);
		for (k = prng_below(&state, 4); n && k; k--)
			buffer[prng_below(&state, prng_below(&state, 2) ?
					  n : min_t(u32, n, 32))] = prng(&state);
		if (mgl_state_image_read(buffer, n, &now, &got)) {
			refused++;
		} else {
			taken++;
			mgl_state_image_free(&got);
		}
		kvfree(buffer);
	}
	CHECK(taken > 1000, "%u are taken", taken);
	CHECK(refused > 1000, "%u are refused", refused);
	mgl_history_free((struct mgl_history *)im.view.history);
	kvfree(whole);
	CHECK_EQ(shim_alloc_live(), 0, "all is freed");
}

static void test_state_image_no_memory(void)
{
	struct mgl_state_image im = image(true, true), got;
	unsigned int nth;
	size_t len;
	u8 *buffer;

	buffer = written(&im, &len);
	for (nth = 1; nth <= 5; nth++) {
		shim_alloc_fail(nth);
		CHECK_EQ(mgl_state_image_read(buffer, len, &now, &got), -ENOMEM,
			 "allocation %u", nth);
	}
	shim_alloc_fail(0);
	mgl_history_free((struct mgl_history *)im.view.history);
	kvfree(buffer);
	CHECK_EQ(shim_alloc_live(), 0, "all is freed");
}

static const struct mgl_cached flow = {
	.tuple = { .client = { { 1, 2, 3, 4 } }, .sport = 5, .dport = 6,
		   .service = 0x70000007 },
	.owner = 0x80000008, .state = MAGLEV_FLOW_CLOSING, .confirmed = true,
	.seen = MGL_VALUE_SEEN - 9,
};

static void test_state_flow(void)
{
	struct maglev_state_flow rec;
	struct mgl_cached got;
	u32 idle;

	/* Times have 24 bits, and wrap. */
	mgl_state_flow_write(&rec, &flow, 90);
	CHECK(mgl_state_flow_read(&rec, &got, &idle), "read");
	CHECK_EQ(idle, 100, "idle");
	CHECK(!memcmp(&got.tuple, &flow.tuple, sizeof(flow.tuple)), "tuple");
	CHECK_EQ(got.owner, flow.owner, "owner");
	CHECK_EQ(got.state, flow.state, "state");
	CHECK_EQ(got.confirmed, 1, "confirmed");
}

static void test_state_flow_refused(void)
{
	struct maglev_state_flow good, rec;
	struct mgl_cached got;
	u32 idle;

	mgl_state_flow_write(&good, &flow, 90);
#define REFUSED(field, value) do {					\
	rec = good;							\
	rec.field = value;						\
	CHECK(!mgl_state_flow_read(&rec, &got, &idle), #field);		\
} while (0)
	REFUSED(state, __MAGLEV_FLOW_MAX);
	REFUSED(state, 255);
	REFUSED(confirmed, 2);
	REFUSED(idle, cpu_to_le32(MGL_VALUE_SEEN + 1));
	REFUSED(pad[0], 1);
	REFUSED(pad[1], 1);
	rec = good;
	rec.idle = cpu_to_le32(MGL_VALUE_SEEN);
	CHECK(mgl_state_flow_read(&rec, &got, &idle), "the longest time");
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_state_image,
		  "a table is read as it was written, with its past"),
	KTAP_CASE(test_state_elapsed,
		  "ages grow by the time that has elapsed, until slots settle"),
	KTAP_CASE(test_state_image_refused,
		  "what is not an image is refused"),
	KTAP_CASE(test_state_image_random,
		  "random bytes of an image are read within their bounds"),
	KTAP_CASE(test_state_image_no_memory,
		  "each allocation may fail, and nothing leaks"),
	KTAP_CASE(test_state_flow,
		  "a flow is read as it was written"),
	KTAP_CASE(test_state_flow_refused,
		  "what is not a flow is refused"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
