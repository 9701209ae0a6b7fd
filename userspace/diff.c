// SPDX-License-Identifier: GPL-2.0
/*
 * The changes that make one configuration of another. What is in both is edited,
 * never deleted and created again, so that counters, tracked flows and what slots
 * remember are kept.
 *
 * Nobody sees a batch half made, so its order serves the kernel's checks alone:
 * each change sees those before it and has to be valid then. Therefore everything
 * shrinks first and grows afterwards. In between, every pool and service is a part
 * of what it is going to be, and parts of what is valid are valid.
 *
 * Most backends are there as they are to be. They are told apart while the kernel's
 * are read, so that these need not be kept.
 */
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "diff.h"
#include "diff_params.h"
#include "err.h"
#include "format.h"
#include "snapshot.h"

/**
 * struct pair - a pool before and after
 * @have: the pool that there is; NULL: it is new
 * @want: the pool that there is to be; NULL: it goes
 * @service: the service that it is private to, which names it; else NULL
 */
struct pair {
	const struct pool *have;
	const struct pool *want;
	const struct service_id *service;
};

/* A change of the pool of a pair, or of something in it. */
static struct change of_pool(const struct pair *p, uint8_t cmd)
{
	struct change c = { .cmd = cmd };

	if (p->service)
		c.service = *p->service;
	else
		c.pool = p->want ? p->want->name : p->have->name;
	return c;
}

static void add_pair(struct diff *d, const struct pool *have,
		     const struct pool *want, const struct service_id *service)
{
	struct pair *p = vec_push(&d->pairs);

	if (have)
		d->pair_of[have - (struct pool *)d->have->pools.items] =
			d->pairs.n - 1;
	p->have = have;
	p->want = want;
	p->service = service;
}

static const struct pool *shared_at(const struct vec *pools, size_t *i)
{
	for (; *i < pools->n; (*i)++) {
		const struct pool *p = vec_at(pools, *i);

		if (!p->is_private)
			return p;
	}
	return NULL;
}

static void pair_shared(struct diff *d)
{
	size_t h = 0, n = 0;

	for (;;) {
		const struct pool *have = shared_at(&d->have->pools, &h);
		const struct pool *want = shared_at(&d->want->s.pools, &n);
		int c;

		if (!have && !want)
			return;
		c = !have ? 1 : !want ? -1 : strcmp(have->name, want->name);
		add_pair(d, c <= 0 ? have : NULL, c >= 0 ? want : NULL, NULL);
		h += c <= 0;
		n += c >= 0;
	}
}

/* No command makes a service's pool a private one, but that which creates it. */
static bool stays(const struct service *have, const struct service *want)
{
	return have && want &&
	       (pool_is_shared(want->pool) || !pool_is_shared(have->pool));
}

static void pair_private(struct diff *d)
{
	size_t i;

	for (i = 0; i < d->want->s.services.n; i++) {
		const struct service *want = vec_at(&d->want->s.services, i);
		const struct service *have;
		const struct pool *before = NULL;

		if (pool_is_shared(want->pool))
			continue;
		have = snapshot_service(d->have, &want->id);
		if (stays(have, want))
			before = snapshot_pool(d->have, have->pool);
		add_pair(d, before, snapshot_pool(&d->want->s, want->pool),
			 &want->id);
	}
}

static void add_prefixes(struct diff *d, const struct vec *from,
			 const struct vec *others, uint8_t cmd)
{
	size_t i, k = 0;

	for (i = 0; i < from->n; i++) {
		const struct prefix *p = vec_at(from, i), *q;
		struct change c = { .cmd = cmd };
		int order = 1;

		for (; k < others->n; k++) {
			q = vec_at(others, k);
			order = compare_prefix(q, p);
			if (order >= 0)
				break;
		}
		if (k < others->n && !order)
			continue;
		c.prefix = *p;
		batch_add(d->out, &c, p->line);
	}
}

static void delete_services(struct diff *d)
{
	size_t i;

	for (i = 0; i < d->have->services.n; i++) {
		const struct service *have = vec_at(&d->have->services, i);
		struct change c = {
			.cmd = MAGLEV_CMD_SERVICE_DEL,
			.service = have->id,
		};

		if (!stays(have, snapshot_service(&d->want->s, &have->id)))
			batch_add(d->out, &c, 0);
	}
}

static const struct member *find_member(const struct submembers *m,
					const char *name)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (!strcmp(m->first[i].name, name))
			return &m->first[i];
	return NULL;
}

static struct submembers submembers(const struct snapshot *s,
				    const struct pool *p)
{
	return p ? snapshot_submembers(s, p->name) : (struct submembers){ 0 };
}

static struct members members(const struct snapshot *s, const struct pool *p)
{
	return p ? snapshot_members(s, p->name) : (struct members){ 0 };
}

static void delete_members(struct diff *d, const struct pair *p)
{
	const struct submembers have = submembers(d->have, p->have);
	const struct submembers want = submembers(&d->want->s, p->want);
	size_t i;

	for (i = 0; i < have.n; i++) {
		struct change c = of_pool(p, MAGLEV_CMD_MEMBER_DEL);

		if (find_member(&want, have.first[i].name))
			continue;
		c.member = have.first[i].name;
		batch_add(d->out, &c, 0);
	}
}

static void put_members(struct diff *d, const struct pair *p)
{
	const struct submembers have = submembers(d->have, p->have);
	const struct submembers want = submembers(&d->want->s, p->want);
	size_t i;

	for (i = 0; i < want.n; i++) {
		const struct member *m = &want.first[i], *before;
		struct change c = of_pool(p, MAGLEV_CMD_MEMBER_NEW);

		before = find_member(&have, m->name);
		if (before && before->weight == m->weight)
			continue;
		if (before)
			c.cmd = MAGLEV_CMD_MEMBER_SET;
		c.member = m->name;
		c.set_backend.mask = BACKEND_WEIGHT;
		c.set_backend.weight = m->weight;
		batch_add(d->out, &c, m->line);
	}
}

/* Finds an address that is not before that of the call before, where @k is. */
static const struct wanted *find_wanted(const struct wanteds *w, size_t *k,
					const struct addr *addr)
{
	int order = 1;

	for (; *k < w->n; (*k)++) {
		order = compare_addr(model_addr(&w->first[*k]), addr);
		if (order >= 0)
			break;
	}
	return order ? NULL : &w->first[*k];
}

/* The same of what there is. */
static const struct backend *find_backend(const struct members *m, size_t *k,
					  const struct addr *addr)
{
	int order = 1;

	for (; *k < m->n; (*k)++) {
		order = compare_addr(&m->first[*k].addr, addr);
		if (order >= 0)
			break;
	}
	return order ? NULL : &m->first[*k];
}

/*
 * What goes: backends, and thresholds, which the services of a pool may be about
 * to refuse, for they need tracked flows.
 */
static void shrink_backends(struct diff *d, const struct pair *p)
{
	const struct members have = members(d->have, p->have);
	struct wanteds want;
	size_t i, k = 0;

	if (!have.n)
		return;
	want = model_backends(d->want, p->want);
	for (i = 0; i < have.n; i++) {
		struct change c = of_pool(p, MAGLEV_CMD_BACKEND_DEL);
		const struct backend *b = &have.first[i];
		const struct wanted *w = find_wanted(&want, &k, &b->addr);
		struct backend after = { 0 };

		if (w)
			after = model_backend(w);
		if (w && (after.upper || !b->upper))
			continue;
		c.backend = b->addr;
		if (w) {
			c.cmd = MAGLEV_CMD_BACKEND_SET;
			c.set_backend.mask = BACKEND_UPPER | BACKEND_LOWER;
			c.set_backend.lower = after.lower;
		}
		batch_add(d->out, &c, after.line);
	}
}

static void add_backend(struct diff *d, const struct pair *p,
			const struct wanted *w)
{
	struct change c = of_pool(p, MAGLEV_CMD_BACKEND_NEW);
	const struct backend b = model_backend(w);

	c.backend = b.addr;
	c.set_backend = diff_backend(NULL, &b);
	batch_add(d->out, &c, b.line);
}

static void add_backends(struct diff *d, const struct pair *p,
			 const struct pool *pool)
{
	const struct wanteds w = model_backends(d->want, pool);
	size_t i;

	for (i = 0; i < w.n; i++)
		add_backend(d, p, &w.first[i]);
}

static void put_backend(struct diff *d, const struct pair *p,
			const struct wanted *w, const struct backend *before)
{
	struct change c = of_pool(p, MAGLEV_CMD_BACKEND_SET);
	const struct backend b = model_backend(w);

	/* It was to be deleted once it had drained, and is. */
	if (!before && b.has_deadline)
		return;
	if (!before) {
		add_backend(d, p, w);
		return;
	}
	c.backend = b.addr;
	c.set_backend = diff_backend(before, &b);
	/* It has lost its thresholds already. */
	if (before->upper && !b.upper)
		c.set_backend.mask &= ~(BACKEND_UPPER | BACKEND_LOWER);
	if (c.set_backend.mask)
		batch_add(d->out, &c, b.line);
}

static size_t number_of(const struct diff *d, const struct wanted *w)
{
	return (size_t)(w - (struct wanted *)d->want->backends.items);
}

/* Those of a pool that is new go with it; here are those of one that stays. */
static void put_backends(struct diff *d, const struct pair *p)
{
	struct members have;
	struct wanteds want;
	size_t i, k = 0;

	if (!p->have)
		return;
	have = members(d->have, p->have);
	want = model_backends(d->want, p->want);
	for (i = 0; i < want.n; i++) {
		const struct wanted *w = &want.first[i];

		if (!d->there[number_of(d, w)])
			put_backend(d, p, w,
				    find_backend(&have, &k, model_addr(w)));
	}
}

static uint32_t normal(const struct diff *d)
{
	return d->have->info.table_size_default;
}

static void add_pool(struct diff *d, const struct pair *p)
{
	struct change c = of_pool(p, MAGLEV_CMD_POOL_NEW);

	c.set.pool = diff_pool(NULL, p->want, normal(d));
	batch_add(d->out, &c, p->want->line);
	add_backends(d, p, p->want);
}

static void set_pool(struct diff *d, const struct pair *p)
{
	struct change c = of_pool(p, MAGLEV_CMD_POOL_SET);

	c.set.pool = diff_pool(p->have, p->want, normal(d));
	if (c.set.pool.mask)
		batch_add(d->out, &c, p->want->line);
}

static void delete_pool(struct diff *d, const struct pair *p)
{
	struct change c = of_pool(p, MAGLEV_CMD_POOL_DEL);

	batch_add(d->out, &c, 0);
}

static void put_service(struct diff *d, const struct service *want)
{
	const struct service *have = snapshot_service(d->have, &want->id);
	struct change c = {
		.cmd = MAGLEV_CMD_SERVICE_SET,
		.service = want->id,
	};
	const struct pool *before = NULL, *after = NULL;

	if (!stays(have, want)) {
		have = NULL;
		c.cmd = MAGLEV_CMD_SERVICE_NEW;
	}
	c.set.service = diff_service(have, want);
	if (!pool_is_shared(want->pool)) {
		if (have)
			before = snapshot_pool(d->have, have->pool);
		after = snapshot_pool(&d->want->s, want->pool);
		c.set.pool = diff_pool(before, after, normal(d));
	}
	if (!have || c.set.service.mask || c.set.service.pool ||
	    c.set.service.fallback || c.set.pool.mask)
		batch_add(d->out, &c, want->line);
	if (!have && after)
		add_backends(d, &(struct pair){ .service = &want->id }, after);
}

static void put_settings(struct diff *d)
{
	const struct config *have = &d->have->config, *want = &d->want->s.config;
	struct change c = { .cmd = MAGLEV_CMD_CONFIG_SET };
	bool any = have->pmtu != want->pmtu;
	size_t i;

	if (have->cache_size != want->cache_size) {
		c.config.cache_size = want->cache_size;
		batch_add(d->out, &c, d->want->s.lines.cache_size);
		c.config.cache_size = 0;
	}
	c.config.has_pmtu = any;
	c.config.pmtu = want->pmtu;
	for (i = 0; i < TIMEOUTS; i++) {
		if (have->timeouts[i] == want->timeouts[i])
			continue;
		c.config.timeouts[i] = want->timeouts[i];
		any = true;
	}
	if (any)
		batch_add(d->out, &c, d->want->s.lines.others);
}

static void put_peers(struct diff *d)
{
	struct change c = { .cmd = MAGLEV_CMD_CONFIG_SET };

	if (!strcmp(d->have->config.peers, d->want->s.config.peers))
		return;
	c.config.has_peers = true;
	c.config.peers = d->want->s.config.peers;
	batch_add(d->out, &c, d->want->s.lines.peers);
}

static void for_pairs(struct diff *d,
		      void (*put)(struct diff *d, const struct pair *p))
{
	size_t i;

	for (i = 0; i < d->pairs.n; i++)
		put(d, vec_at(&d->pairs, i));
}

static void shrink_pool(struct diff *d, const struct pair *p)
{
	delete_members(d, p);
	if (p->want)
		shrink_backends(d, p);
}

static void create_pool(struct diff *d, const struct pair *p)
{
	if (!p->service && !p->have)
		add_pool(d, p);
}

static void grow_pool(struct diff *d, const struct pair *p)
{
	/* A private one is set by way of its service. */
	if (!p->service && p->have && p->want)
		set_pool(d, p);
	put_backends(d, p);
}

static void finish_pool(struct diff *d, const struct pair *p)
{
	if (!p->want)
		delete_pool(d, p);
}

/**
 * diff_init() - start with a difference
 * @d: the difference, to be released with diff_free()
 * @have: the configuration that there is, of which nothing need be read yet
 * @want: the configuration that there is to be
 */
void diff_init(struct diff *d, const struct snapshot *have,
	       const struct model *want)
{
	*d = (struct diff){
		.have = have,
		.want = want,
		.pairs = VEC_INIT(struct pair),
	};
}

/**
 * diff_begin() - compare what there is, now that all but its backends is read
 * @d: the difference; @d->have is sorted, and has no backends
 *
 * To be called anew if it has been read anew.
 */
void diff_begin(struct diff *d)
{
	diff_free(d);
	d->there = calloc(d->want->backends.n + 1, sizeof(*d->there));
	d->pair_of = reallocarray(NULL, d->have->pools.n + 1,
				  sizeof(*d->pair_of));
	if (!d->there || !d->pair_of)
		err_no_memory();
	/* SIZE_MAX each */
	memset(d->pair_of, 0xff, d->have->pools.n * sizeof(*d->pair_of));
	pair_shared(d);
	pair_private(d);
}

/* Backends come pool by pool, and pools in their order. */
static void follow(struct diff *d, const char *name)
{
	const struct pool *pools = d->have->pools.items, *pool = d->pool;
	size_t pair;

	if (pool && pool->name == name)
		return;
	pool = pool ? pool + 1 : pools;
	if (pool == pools + d->have->pools.n || pool->name != name)
		pool = snapshot_pool(d->have, name);
	d->pool = pool;
	d->next = 0;
	d->backends = (struct wanteds){ 0 };
	pair = pool ? d->pair_of[pool - pools] : SIZE_MAX;
	if (pair != SIZE_MAX)
		d->backends = model_backends(d->want,
					     ((struct pair *)
					      vec_at(&d->pairs, pair))->want);
}

/**
 * diff_is_there() - is a backend as it is to be?
 * @d: the difference, begun
 * @b: a backend of @d->have
 *
 * Quick if a pool's backends come together and sorted, as the kernel has them.
 *
 * Return: true if no change is about it, so that @d->have need not have it.
 */
bool diff_is_there(struct diff *d, const struct backend *b)
{
	const struct wanted *w;
	struct backend after;

	follow(d, b->pool);
	w = find_wanted(&d->backends, &d->next, &b->addr);
	if (!w)
		return false;
	after = model_backend(w);
	if (diff_backend(b, &after).mask)
		return false;
	d->there[number_of(d, w)] = true;
	return true;
}

/**
 * diff_end() - work out the changes that make one configuration of another
 * @d: the difference; @d->have is sorted, and has settings and the backends that
 *	diff_is_there() did not know
 * @out: the changes are added here; they refer to names in both
 */
void diff_end(struct diff *d, struct batch *out)
{
	const struct snapshot *have = d->have, *want = &d->want->s;
	size_t i;

	d->out = out;
	add_prefixes(d, &have->routers, &want->routers,
		     MAGLEV_CMD_ROUTER_DEL);
	add_prefixes(d, &have->sources, &want->sources,
		     MAGLEV_CMD_SOURCE_DEL);
	delete_services(d);
	for_pairs(d, shrink_pool);
	put_settings(d);

	for_pairs(d, create_pool);
	for (i = 0; i < want->services.n; i++)
		put_service(d, vec_at(&want->services, i));
	for_pairs(d, grow_pool);
	for_pairs(d, put_members);
	put_peers(d);

	/* Nobody uses them any more. */
	for_pairs(d, finish_pool);
	add_prefixes(d, &want->routers, &have->routers,
		     MAGLEV_CMD_ROUTER_NEW);
	add_prefixes(d, &want->sources, &have->sources,
		     MAGLEV_CMD_SOURCE_NEW);
}

/**
 * diff_free() - release what a difference holds
 * @d: the difference
 */
void diff_free(struct diff *d)
{
	vec_free(&d->pairs);
	free(d->pair_of);
	free(d->there);
	diff_init(d, d->have, d->want);
}
