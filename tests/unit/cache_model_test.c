// SPDX-License-Identifier: GPL-2.0
/* The flow cache against a simple map, in a long random life. */
#include <linux/kernel.h>
#include <stdlib.h>

#include "flows.h"
#include "ktap.h"
#include "prng.h"

#define BUCKETS		(MAGLEV_CACHE_SIZE_MIN / MGL_CACHE_WAYS)
/* Flows of each bucket: more than it has ways. */
#define PER_BUCKET	20
#define USED		8	/* buckets that are used at all */
#define FLOWS		(USED * PER_BUCKET)

struct flow {
	bool there;
	struct mgl_cached c;
};

struct model {
	struct mgl_cache *cache;
	struct flow flow[FLOWS];
	struct mgl_timeouts timeouts;
	struct mgl_clock clock;
	u64 prng;
	u32 stored[MGL_CACHE_FULL + 1];
	u32 found, touched, swept, resized;
};

static u64 key_of(u32 i)
{
	return flows_key(i / PER_BUCKET * 77 % BUCKETS, i % PER_BUCKET);
}

static u32 idle(const struct model *m, const struct mgl_cached *c)
{
	return m->clock.now - c->seen;
}

static bool expired(const struct model *m, const struct mgl_cached *c)
{
	return idle(m, c) >= m->timeouts.seconds[c->kind][c->state];
}

/* As the documentation has it: the higher, the less a flow matters. */
static u32 worth(const struct model *m, const struct mgl_cached *c)
{
	if (expired(m, c))
		return 3;
	if (!c->confirmed)
		return 2;
	return c->state == MAGLEV_FLOW_CLOSING || c->state == MAGLEV_FLOW_CLOSED;
}

/* Takes out of the model what has left the bucket of flow @i; who was it? */
static u32 vanished(struct model *m, u32 i)
{
	struct mgl_cached flows[MGL_CACHE_WAYS];
	u32 first = i / PER_BUCKET * PER_BUCKET, n, k, j, gone = FLOWS;

	n = mgl_cache_read(m->cache, key_of(i) % mgl_cache_buckets(m->cache),
			   flows);
	for (k = first; k < first + PER_BUCKET; k++) {
		bool there = false;

		for (j = 0; j < n; j++)
			if (flows[j].key == key_of(k)) {
				CHECK(!there, "flow %u is there twice", k);
				there = true;
				CHECK(k == i || m->flow[k].there,
				      "flow %u was never stored", k);
				CHECK(k == i || flows_equal(&flows[j],
							    &m->flow[k].c),
				      "flow %u is not as it was", k);
			}
		if (k != i && m->flow[k].there && !there) {
			CHECK_EQ(gone, FLOWS, "flow %u has gone, too", k);
			gone = k;
		}
	}
	return gone;
}

/* Another flow has gone: it must have been the right one. */
static void check_victim(struct model *m, u32 i, u32 gone)
{
	u32 first = i / PER_BUCKET * PER_BUCKET, k, n = 0;

	for (k = first; k < first + PER_BUCKET; k++) {
		const struct flow *f = &m->flow[k];

		n += f->there;
		if (!f->there || k == gone)
			continue;
		CHECK(worth(m, &f->c) < worth(m, &m->flow[gone].c) ||
		      (worth(m, &f->c) == worth(m, &m->flow[gone].c) &&
		       idle(m, &f->c) <= idle(m, &m->flow[gone].c)),
		      "flow %u has gone, flow %u not", gone, k);
	}
	CHECK_EQ(n, MGL_CACHE_WAYS, "flow %u has gone for want of room", gone);
	CHECK(worth(m, &m->flow[gone].c), "flow %u mattered", gone);
	m->flow[gone].there = false;
}

static void store(struct model *m, u32 i)
{
	struct mgl_cached c = flows_new(key_of(i), prng(&m->prng), m->clock.now);
	bool replace = prng_below(&m->prng, 2);
	struct flow *f = &m->flow[i];
	enum mgl_cache_stored want;
	enum mgl_cache_stored stored;
	u32 first = i / PER_BUCKET * PER_BUCKET, gone, k, n = 0;

	if (f->there && prng_below(&m->prng, 2))
		c.owner = f->c.owner;
	c.kind = prng_below(&m->prng, MGL_KIND_MAX);
	c.state = prng_below(&m->prng, __MAGLEV_FLOW_MAX);
	c.confirmed = prng_below(&m->prng, 2);
	for (k = first; k < first + PER_BUCKET; k++)
		n += m->flow[k].there;
	want = !f->there || expired(m, &f->c) ? MGL_CACHE_NEW :
	       !replace ? MGL_CACHE_KEPT :
	       f->c.owner == c.owner ? MGL_CACHE_RENEWED : MGL_CACHE_REPLACED;
	stored = flows_store(m->cache, &c, replace, &m->clock);
	m->stored[stored]++;
	gone = vanished(m, i);
	if (f->there || n < MGL_CACHE_WAYS) {
		CHECK_EQ(stored, want, "flow %u", i);
		CHECK_EQ(gone, FLOWS, "there was room for flow %u", i);
	} else if (gone != FLOWS) {
		CHECK_EQ(stored, expired(m, &m->flow[gone].c) ? MGL_CACHE_NEW :
			 MGL_CACHE_EVICTED, "flow %u", i);
		check_victim(m, i, gone);
	} else {
		CHECK_EQ(stored, MGL_CACHE_FULL, "flow %u", i);
		for (k = first; k < first + PER_BUCKET; k++)
			CHECK(!m->flow[k].there || !worth(m, &m->flow[k].c),
			      "flow %u matters less than none", k);
		return;
	}
	if (stored == MGL_CACHE_KEPT)
		CHECK(flows_equal(&c, &f->c), "flow %u was not kept", i);
	else
		*f = (struct flow){ true, c };
}

static void find(struct model *m, u32 i, bool touch)
{
	struct flow *f = &m->flow[i];
	struct mgl_cached c;
	bool found = mgl_cache_find(m->cache, key_of(i), &m->clock, &c);

	CHECK_EQ(found, f->there && !expired(m, &f->c), "flow %u", i);
	if (!found)
		return;
	m->found++;
	c.tuple = f->c.tuple;
	CHECK(flows_equal(&c, &f->c), "flow %u: owner %u, not %u", i, c.owner,
	      f->c.owner);
	if (!touch)
		return;
	f->c.state = prng_below(&m->prng, __MAGLEV_FLOW_MAX);
	f->c.confirmed = true;
	f->c.seen = m->clock.now;
	mgl_cache_touch(m->cache, &c, f->c.state, m->clock.now);
	m->touched++;
}

static bool visit(void *ctx, const struct mgl_cached *c)
{
	struct model *m = ctx;
	u32 i;

	for (i = 0; i < FLOWS && key_of(i) != c->key; i++)
		;
	CHECK(i < FLOWS && m->flow[i].there, "it was not stored");
	if (i == FLOWS)
		return true;
	CHECK(flows_equal(c, &m->flow[i].c), "flow %u", i);
	m->swept++;
	if (c->owner % 4)
		return false;
	m->flow[i].there = false;
	return true;
}

/* To the smallest size or above, so that all flows of a bucket stay in one. */
static void resize(struct model *m)
{
	u32 size = MAGLEV_CACHE_SIZE_MIN << prng_below(&m->prng, 4), i;
	struct mgl_cache_array *old;

	CHECK_EQ(mgl_cache_resize(m->cache, size, &m->clock, &old), 0,
		 "to %u", size);
	m->resized += !!old;
	mgl_cache_array_free(old);
	CHECK_EQ(mgl_cache_size(m->cache), size, "size");
	/* Expired flows are not moved, unless nothing was to be done. */
	for (i = 0; old && i < FLOWS; i++)
		if (expired(m, &m->flow[i].c))
			m->flow[i].there = false;
}

static void test_cache_model(void)
{
	struct model *m = calloc(1, sizeof(*m));
	u32 turn, i;

	m->cache = mgl_cache_alloc(MAGLEV_CACHE_SIZE_MIN);
	m->prng = 5;
	m->timeouts = flows_timeouts;
	m->clock = (struct mgl_clock){ 0xfffff000, &m->timeouts };
	for (turn = 0; turn < 600000; turn++) {
		i = prng_below(&m->prng, FLOWS);
		switch (prng_below(&m->prng, 8)) {
		case 0 ... 2:
			store(m, i);
			break;
		case 3:
			find(m, i, false);
			break;
		default:
			find(m, i, true);
		}
		m->clock.now += !prng_below(&m->prng, 4);
		if (!prng_below(&m->prng, 20000))
			mgl_cache_sweep(m->cache, visit, m);
		if (!prng_below(&m->prng, 5000))
			resize(m);
	}
	for (i = 0; i < FLOWS; i++)
		find(m, i, false);
	for (i = 0; i < ARRAY_SIZE(m->stored); i++)
		CHECK(m->stored[i] > 100, "outcome %u: %u times", i,
		      m->stored[i]);
	CHECK(m->found > 1000 && m->touched > 1000 && m->swept > 100 &&
	      m->resized > 20, "%u found, %u touched, %u swept, %u resized",
	      m->found, m->touched, m->swept, m->resized);
	NOTE("%u found; new %u, replaced %u, renewed %u, kept %u, evicted %u, full %u",
	     m->found, m->stored[0], m->stored[1], m->stored[2], m->stored[3],
	     m->stored[4], m->stored[5]);
	mgl_cache_free(m->cache);
	free(m);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_cache_model,
		  "through random stores, touches, sweeps and resizes the cache agrees with a model"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
