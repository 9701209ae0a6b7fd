// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "backends.h"
#include "pool.h"
#include "random.h"

/* Shares of 100 changes: replaced; returned, if any has failed; the rest fail. */
#define REPLACED_OF_100 20
#define RETURNED_OF_100 40

static void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		abort();
	return p;
}

static void backend_add(struct pool *p)
{
	struct backend *b;

	p->backends = realloc(p->backends, (p->n + 1) * sizeof(*p->backends));
	if (!p->backends)
		abort();
	b = &p->backends[p->n];
	/* An odd factor maps the numbers one to one: no address twice. */
	*b = (struct backend){
		.addr = mgl_addr_v4(cpu_to_be32(((u32)p->seed + p->n) *
						2654435761u)),
		.member = true,
		.up = true,
	};
	p->n++;
}

void pool_init(struct pool *p, u32 members, u32 size, u64 seed)
{
	*p = (struct pool){
		.members = members,
		.size = size,
		.seed = random_stream(seed, 'p'),
		.random = random_stream(seed, 'b'),
	};
	while (p->n < members)
		backend_add(p);
}

void pool_free(struct pool *p)
{
	free(p->backends);
}

/* A member that is up or one that is not; BACKEND_NONE if there is none. */
static u32 pick(struct pool *p, bool up)
{
	u32 i, n = 0, nth;

	for (i = 0; i < p->n; i++)
		n += p->backends[i].member && p->backends[i].up == up;
	if (!n)
		return BACKEND_NONE;
	nth = prng_below(&p->random, n);
	for (i = 0;; i++)
		if (p->backends[i].member && p->backends[i].up == up && !nth--)
			return i;
}

static void fail(struct backend *b)
{
	b->up = false;
	b->lives++;
}

void pool_change(struct pool *p)
{
	u32 roll = prng_below(&p->random, 100), i;

	if (roll < REPLACED_OF_100) {
		i = pick(p, true);
		fail(&p->backends[i]);
		p->backends[i].member = false;
		backend_add(p);
		p->replaced++;
		return;
	}
	if (roll < REPLACED_OF_100 + RETURNED_OF_100) {
		i = pick(p, false);
		if (i != BACKEND_NONE) {
			p->backends[i].up = true;
			p->returned++;
			return;
		}
	}
	fail(&p->backends[pick(p, true)]);
	p->failed++;
}

struct plan *pool_plan(const struct pool *p)
{
	struct mgl_candidate *cand = xcalloc(p->members, sizeof(*cand));
	struct plan *plan = xcalloc(1, sizeof(*plan));
	u32 i, k;

	plan->backend = xcalloc(p->members, sizeof(*plan->backend));
	for (i = 0; i < p->n; i++)
		if (p->backends[i].member)
			cand[plan->n++] = (struct mgl_candidate){
				.addr = p->backends[i].addr,
				.weight = p->backends[i].up,
			};
	backends_sort(cand, plan->n);
	plan->slots = table_new(p->size, p->seed, cand, plan->n);
	for (k = 0; k < plan->n; k++)
		for (i = 0; i < p->n; i++)
			if (mgl_addr_equal(&cand[k].addr, &p->backends[i].addr))
				plan->backend[k] = i;
	free(cand);
	return plan;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	free(plan->slots);
	free(plan->backend);
	free(plan);
}

u16 *plan_map(const struct plan *old, const struct plan *new)
{
	u16 *map = xcalloc(old->n, sizeof(*map));
	u32 i, k;

	for (i = 0; i < old->n; i++) {
		map[i] = MGL_SLOT_NONE;
		for (k = 0; k < new->n; k++)
			if (new->backend[k] == old->backend[i])
				map[i] = k;
	}
	return map;
}
