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
 */
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "diff.h"
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

/**
 * struct work - a difference while it is worked out
 * @out: the changes
 * @have: what there is
 * @want: what there is to be
 * @pairs: struct pair, of pools that go, stay or come; but for private ones that
 *	go, which their services take along
 */
struct work {
	struct batch *out;
	const struct snapshot *have;
	const struct snapshot *want;
	struct vec pairs;
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

static void add_pair(struct work *w, const struct pool *have,
		     const struct pool *want, const struct service_id *service)
{
	struct pair *p = vec_push(&w->pairs);

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

static void pair_shared(struct work *w)
{
	size_t h = 0, n = 0;

	for (;;) {
		const struct pool *have = shared_at(&w->have->pools, &h);
		const struct pool *want = shared_at(&w->want->pools, &n);
		int c;

		if (!have && !want)
			return;
		c = !have ? 1 : !want ? -1 : strcmp(have->name, want->name);
		add_pair(w, c <= 0 ? have : NULL, c >= 0 ? want : NULL, NULL);
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

static void pair_private(struct work *w)
{
	size_t i;

	for (i = 0; i < w->want->services.n; i++) {
		const struct service *want = vec_at(&w->want->services, i);
		const struct service *have;
		const struct pool *before = NULL;

		if (pool_is_shared(want->pool))
			continue;
		have = snapshot_service(w->have, &want->id);
		if (stays(have, want))
			before = snapshot_pool(w->have, have->pool);
		add_pair(w, before, snapshot_pool(w->want, want->pool),
			 &want->id);
	}
}

static void add_prefixes(struct work *w, const struct vec *from,
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
		batch_add(w->out, &c, p->line);
	}
}

static void delete_services(struct work *w)
{
	size_t i;

	for (i = 0; i < w->have->services.n; i++) {
		const struct service *have = vec_at(&w->have->services, i);
		struct change c = {
			.cmd = MAGLEV_CMD_SERVICE_DEL,
			.service = have->id,
		};

		if (!stays(have, snapshot_service(w->want, &have->id)))
			batch_add(w->out, &c, 0);
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

static void delete_members(struct work *w, const struct pair *p)
{
	const struct submembers have = submembers(w->have, p->have);
	const struct submembers want = submembers(w->want, p->want);
	size_t i;

	for (i = 0; i < have.n; i++) {
		struct change c = of_pool(p, MAGLEV_CMD_MEMBER_DEL);

		if (find_member(&want, have.first[i].name))
			continue;
		c.member = have.first[i].name;
		batch_add(w->out, &c, 0);
	}
}

static void put_members(struct work *w, const struct pair *p)
{
	const struct submembers have = submembers(w->have, p->have);
	const struct submembers want = submembers(w->want, p->want);
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
		batch_add(w->out, &c, m->line);
	}
}

/* Finds an address that is not before that of the call before, where @k is. */
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
static void shrink_backends(struct work *w, const struct pair *p)
{
	const struct members have = members(w->have, p->have);
	const struct members want = members(w->want, p->want);
	size_t i, k = 0;

	for (i = 0; i < have.n; i++) {
		const struct backend *b = &have.first[i], *after;
		struct change c = of_pool(p, MAGLEV_CMD_BACKEND_DEL);

		after = find_backend(&want, &k, &b->addr);
		if (after && (after->upper || !b->upper))
			continue;
		c.backend = b->addr;
		if (after) {
			c.cmd = MAGLEV_CMD_BACKEND_SET;
			c.set_backend.mask = BACKEND_UPPER | BACKEND_LOWER;
			c.set_backend.lower = after->lower;
		}
		batch_add(w->out, &c, after ? after->line : 0);
	}
}

/*
 * A drain goes on: the time that is left of it gets less, and a file cannot know.
 * Only one that the file ends sooner, later than never, or not at all, is
 * another one.
 */
static bool is_other_drain(const struct backend *have,
			   const struct backend *want)
{
	if (want->state != MAGLEV_STATE_DRAIN)
		return false;
	if (!want->has_deadline || !have->has_deadline)
		return want->has_deadline != have->has_deadline;
	return want->deadline < have->deadline;
}

static struct backend_params backend_params(const struct backend *have,
					    const struct backend *want)
{
	struct backend_params p = {
		.weight = want->weight,
		.state = want->state,
		.deadline = want->deadline,
		.upper = want->upper,
		.lower = want->lower,
		.userdata = want->userdata,
	};

	if (!have || have->weight != want->weight)
		p.mask |= BACKEND_WEIGHT;
	if ((have ? have->state : MAGLEV_STATE_UP) != want->state ||
	    (have && is_other_drain(have, want))) {
		p.mask |= BACKEND_STATE;
		if (want->has_deadline)
			p.mask |= BACKEND_DEADLINE;
	}
	if ((have ? have->upper : 0) != want->upper)
		p.mask |= BACKEND_UPPER;
	if ((have ? have->lower : 0) != want->lower)
		p.mask |= BACKEND_LOWER;
	if ((have ? have->userdata : NULL) != want->userdata)
		p.mask |= BACKEND_USERDATA;
	return p;
}

static void add_backend(struct work *w, const struct pair *p,
			const struct backend *b)
{
	struct change c = of_pool(p, MAGLEV_CMD_BACKEND_NEW);

	c.backend = b->addr;
	c.set_backend = backend_params(NULL, b);
	batch_add(w->out, &c, b->line);
}

/* Those of a pool that is new go with it; here are those of one that stays. */
static void put_backends(struct work *w, const struct pair *p)
{
	const struct members have = members(w->have, p->have);
	const struct members want = members(w->want, p->want);
	size_t i, k = 0;

	for (i = 0; p->have && i < want.n; i++) {
		struct change c = of_pool(p, MAGLEV_CMD_BACKEND_SET);
		const struct backend *b = &want.first[i], *before;

		before = find_backend(&have, &k, &b->addr);
		/* It was to be deleted once it had drained, and is. */
		if (!before && b->has_deadline)
			continue;
		if (!before) {
			add_backend(w, p, b);
			continue;
		}
		c.backend = b->addr;
		c.set_backend = backend_params(before, b);
		/* It has lost its thresholds already. */
		if (before->upper && !b->upper)
			c.set_backend.mask &= ~(BACKEND_UPPER | BACKEND_LOWER);
		if (c.set_backend.mask)
			batch_add(w->out, &c, b->line);
	}
}

static struct pool_params pool_params(const struct work *w,
				      const struct pool *have,
				      const struct pool *want)
{
	const uint32_t normal = w->have->info.table_size_default;
	struct pool_params p = {
		.table_size = want->table_size ? want->table_size : normal,
		.seed = want->seed,
		.settle = want->settle,
	};

	if (p.table_size != (have ? have->table_size : normal))
		p.mask |= POOL_TABLE_SIZE;
	if (p.seed != (have ? have->seed : 0))
		p.mask |= POOL_SEED;
	if (p.settle != (have ? have->settle : 0))
		p.mask |= POOL_SETTLE;
	return p;
}

static void add_pool(struct work *w, const struct pair *p)
{
	const struct members m = members(w->want, p->want);
	struct change c = of_pool(p, MAGLEV_CMD_POOL_NEW);
	size_t i;

	c.set.pool = pool_params(w, NULL, p->want);
	batch_add(w->out, &c, p->want->line);
	for (i = 0; i < m.n; i++)
		add_backend(w, p, &m.first[i]);
}

static void set_pool(struct work *w, const struct pair *p)
{
	struct change c = of_pool(p, MAGLEV_CMD_POOL_SET);

	c.set.pool = pool_params(w, p->have, p->want);
	if (c.set.pool.mask)
		batch_add(w->out, &c, p->want->line);
}

static void delete_pool(struct work *w, const struct pair *p)
{
	struct change c = of_pool(p, MAGLEV_CMD_POOL_DEL);

	batch_add(w->out, &c, 0);
}

/* Settings that are to be others than before, or than those of a new service. */
static struct service_params service_params(const struct service *have,
					    const struct service *want)
{
	static const struct service fresh = { .pool = "", .fallback = "" };
	struct service_params p = {
		.track = want->track,
		.affinity = want->affinity,
		.all_down = want->all_down,
		.userdata = want->userdata,
	};

	if (!have)
		have = &fresh;
	if (have->track != want->track)
		p.mask |= SERVICE_TRACK;
	if (have->affinity != want->affinity)
		p.mask |= SERVICE_AFFINITY;
	if (have->all_down != want->all_down)
		p.mask |= SERVICE_ALL_DOWN;
	if (have->userdata != want->userdata)
		p.mask |= SERVICE_USERDATA;
	if (strcmp(have->fallback, want->fallback))
		p.fallback = want->fallback;
	if (pool_is_shared(want->pool) && strcmp(have->pool, want->pool))
		p.pool = want->pool;
	return p;
}

static void put_service(struct work *w, const struct service *want)
{
	const struct service *have = snapshot_service(w->have, &want->id);
	struct change c = {
		.cmd = MAGLEV_CMD_SERVICE_SET,
		.service = want->id,
	};
	const struct pool *before = NULL;

	if (!stays(have, want)) {
		have = NULL;
		c.cmd = MAGLEV_CMD_SERVICE_NEW;
	}
	c.set.service = service_params(have, want);
	if (!pool_is_shared(want->pool)) {
		if (have)
			before = snapshot_pool(w->have, have->pool);
		c.set.pool = pool_params(w, before,
					 snapshot_pool(w->want, want->pool));
	}
	if (!have || c.set.service.mask || c.set.service.pool ||
	    c.set.service.fallback || c.set.pool.mask)
		batch_add(w->out, &c, want->line);
	if (!have && !pool_is_shared(want->pool)) {
		const struct members m = snapshot_members(w->want, want->pool);
		const struct pair own = { .service = &want->id };
		size_t i;

		for (i = 0; i < m.n; i++)
			add_backend(w, &own, &m.first[i]);
	}
}

static void put_settings(struct work *w)
{
	const struct config *have = &w->have->config, *want = &w->want->config;
	struct change c = { .cmd = MAGLEV_CMD_CONFIG_SET };
	bool any = have->pmtu != want->pmtu;
	size_t i;

	if (have->cache_size != want->cache_size) {
		c.config.cache_size = want->cache_size;
		batch_add(w->out, &c, w->want->lines.cache_size);
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
		batch_add(w->out, &c, w->want->lines.others);
}

static void put_peers(struct work *w)
{
	struct change c = { .cmd = MAGLEV_CMD_CONFIG_SET };

	if (!strcmp(w->have->config.peers, w->want->config.peers))
		return;
	c.config.has_peers = true;
	c.config.peers = w->want->config.peers;
	batch_add(w->out, &c, w->want->lines.peers);
}

static void for_pairs(struct work *w,
		      void (*put)(struct work *w, const struct pair *p))
{
	size_t i;

	for (i = 0; i < w->pairs.n; i++)
		put(w, vec_at(&w->pairs, i));
}

static void shrink_pool(struct work *w, const struct pair *p)
{
	delete_members(w, p);
	if (p->want)
		shrink_backends(w, p);
}

static void create_pool(struct work *w, const struct pair *p)
{
	if (!p->service && !p->have)
		add_pool(w, p);
}

static void grow_pool(struct work *w, const struct pair *p)
{
	/* A private one is set by way of its service. */
	if (!p->service && p->have && p->want)
		set_pool(w, p);
	put_backends(w, p);
}

static void finish_pool(struct work *w, const struct pair *p)
{
	if (!p->want)
		delete_pool(w, p);
}

/**
 * diff() - work out the changes that make one configuration of another
 * @out: the changes are added here; they refer to names in @have and @want
 * @have: the configuration that there is, with its settings, sorted
 * @want: the configuration that there is to be, as model_build() makes it
 */
void diff(struct batch *out, const struct snapshot *have,
	  const struct snapshot *want)
{
	struct work w = {
		.out = out,
		.have = have,
		.want = want,
		.pairs = VEC_INIT(struct pair),
	};
	size_t i;

	pair_shared(&w);
	pair_private(&w);

	add_prefixes(&w, &have->routers, &want->routers,
		     MAGLEV_CMD_ROUTER_DEL);
	add_prefixes(&w, &have->sources, &want->sources,
		     MAGLEV_CMD_SOURCE_DEL);
	delete_services(&w);
	for_pairs(&w, shrink_pool);
	put_settings(&w);

	for_pairs(&w, create_pool);
	for (i = 0; i < want->services.n; i++)
		put_service(&w, vec_at(&want->services, i));
	for_pairs(&w, grow_pool);
	for_pairs(&w, put_members);
	put_peers(&w);

	/* Nobody uses them any more. */
	for_pairs(&w, finish_pool);
	add_prefixes(&w, &want->routers, &have->routers,
		     MAGLEV_CMD_ROUTER_NEW);
	add_prefixes(&w, &want->sources, &have->sources,
		     MAGLEV_CMD_SOURCE_NEW);
	vec_free(&w.pairs);
}
