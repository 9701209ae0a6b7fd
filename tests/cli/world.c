// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's rules for changes, in short and without its haste: every change is
 * checked against the configuration as it is then.
 */
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "format.h"
#include "intern.h"
#include "world.h"

static void *find(const struct vec *v, const void *key,
		  bool (*is)(const void *item, const void *key))
{
	size_t i;

	for (i = 0; i < v->n; i++)
		if (is(vec_at(v, i), key))
			return vec_at(v, i);
	return NULL;
}

static void drop(struct vec *v, void *item)
{
	char *end = vec_at(v, v->n), *next = (char *)item + v->size;

	memmove(item, next, (size_t)(end - next));
	v->n--;
}

static bool is_pool(const void *item, const void *key)
{
	return !strcmp(((const struct pool *)item)->name, key);
}

static bool is_service(const void *item, const void *key)
{
	return !compare_service_id(&((const struct service *)item)->id, key);
}

static bool is_backend(const void *item, const void *key)
{
	const struct backend *b = item, *k = key;

	return !strcmp(b->pool, k->pool) && !compare_addr(&b->addr, &k->addr);
}

static bool is_member(const void *item, const void *key)
{
	const struct member *m = item, *k = key;

	return !strcmp(m->pool, k->pool) && !strcmp(m->name, k->name);
}

static bool is_prefix(const void *item, const void *key)
{
	return !compare_prefix(item, key);
}

static struct pool *pool_of(struct world *w, const char *name)
{
	return find(&w->s.pools, name, is_pool);
}

static bool shared_exists(struct world *w, const char *name)
{
	return pool_is_shared(name) && pool_of(w, name);
}

/* The pools that are in @name, itself included, are given to @see. */
static bool any_in(const struct world *w, const char *name,
		   bool (*see)(const struct world *w, const char *name,
			       const void *arg), const void *arg)
{
	size_t i;

	if (see(w, name, arg))
		return true;
	for (i = 0; i < w->s.members.n; i++) {
		const struct member *m = vec_at(&w->s.members, i);

		if (!strcmp(m->pool, name) && any_in(w, m->name, see, arg))
			return true;
	}
	return false;
}

static bool is_named(const struct world *w, const char *name, const void *arg)
{
	(void)w;
	return !strcmp(name, arg);
}

static bool has_addr(const struct world *w, const char *name, const void *arg)
{
	const struct backend key = {
		.pool = name,
		.addr = *(const struct addr *)arg,
	};

	return find(&w->s.backends, &key, is_backend);
}

static size_t depth(const struct world *w, const char *name)
{
	size_t i, deepest = 0;

	for (i = 0; i < w->s.members.n; i++) {
		const struct member *m = vec_at(&w->s.members, i);

		if (!strcmp(m->pool, name) && depth(w, m->name) > deepest)
			deepest = depth(w, m->name);
	}
	return deepest + 1;
}

static size_t backends_in(const struct world *w, const char *name)
{
	size_t i, n = 0;

	for (i = 0; i < w->s.backends.n; i++)
		n += !strcmp(((struct backend *)vec_at(&w->s.backends, i))->pool,
			     name);
	for (i = 0; i < w->s.members.n; i++) {
		const struct member *m = vec_at(&w->s.members, i);

		if (!strcmp(m->pool, name))
			n += backends_in(w, m->name);
	}
	return n;
}

/* Thresholds count tracked flows. */
static bool has_limits(const struct world *w, const char *name, const void *arg)
{
	size_t i;

	(void)arg;
	for (i = 0; i < w->s.backends.n; i++) {
		const struct backend *b = vec_at(&w->s.backends, i);

		if (b->upper && !strcmp(b->pool, name))
			return true;
	}
	return false;
}

/* Rules that every state has to keep; so a change that breaks one is refused. */
static const char *verdict(const struct world *w)
{
	size_t i, k;

	for (i = 0; i < w->s.services.n; i++) {
		const struct service *a = vec_at(&w->s.services, i);

		if (!strcmp(a->pool, a->fallback))
			return "the pool is its own fallback";
		if (any_in(w, a->pool, has_addr, &a->id.addr))
			return "VIP as backend";
		if (*a->fallback &&
		    any_in(w, a->fallback, has_addr, &a->id.addr))
			return "VIP as backend of the fallback";
		if (a->track == MAGLEV_TRACK_NONE &&
		    (any_in(w, a->pool, has_limits, NULL) ||
		     (*a->fallback &&
		      any_in(w, a->fallback, has_limits, NULL))))
			return "thresholds without tracked flows";
		for (k = 0; k < i; k++) {
			const struct service *b = vec_at(&w->s.services, k);

			if (a->id.proto != b->id.proto ||
			    compare_addr(&a->id.addr, &b->id.addr) ||
			    a->id.ports.first == a->id.ports.last ||
			    b->id.ports.first == b->id.ports.last)
				continue;
			if (a->id.ports.first <= b->id.ports.last &&
			    b->id.ports.first <= a->id.ports.last)
				return "ports overlap";
		}
	}
	for (i = 0; i < w->s.pools.n; i++) {
		const struct pool *p = vec_at(&w->s.pools, i);

		if (depth(w, p->name) > MAGLEV_POOL_DEPTH_MAX)
			return "too deep";
		if (backends_in(w, p->name) > WORLD_BACKENDS_MAX)
			return "too many backends";
	}
	return NULL;
}

/* The pool of a change, by its name or that of a service; NULL if none. */
static const char *subject(struct world *w, const struct change *c)
{
	struct service *svc;

	if (c->pool)
		return pool_of(w, c->pool) ? c->pool : NULL;
	svc = find(&w->s.services, &c->service, is_service);
	return svc ? svc->pool : NULL;
}

static void set_pool(struct pool *pool, const struct pool_params *p)
{
	if (p->mask & POOL_TABLE_SIZE)
		pool->table_size = p->table_size;
	if (p->mask & POOL_SEED)
		pool->seed = p->seed;
	if (p->mask & POOL_SETTLE)
		pool->settle = p->settle;
	if (p->mask & POOL_PANIC)
		pool->panic = p->panic;
}

static void new_pool(struct world *w, const char *name, bool is_private,
		     const struct pool_params *p)
{
	struct pool *pool = vec_push(&w->s.pools);

	pool->name = intern(name);
	pool->is_private = is_private;
	pool->has_seed = true;
	pool->table_size = MAGLEV_TABLE_SIZE_DEFAULT;
	pool->fingerprint = ++w->born;
	set_pool(pool, p);
}

static void drop_pool(struct world *w, const char *name)
{
	size_t i;

	for (i = w->s.backends.n; i--; ) {
		struct backend *b = vec_at(&w->s.backends, i);

		if (!strcmp(b->pool, name))
			drop(&w->s.backends, b);
	}
	for (i = w->s.members.n; i--; ) {
		struct member *m = vec_at(&w->s.members, i);

		if (!strcmp(m->pool, name))
			drop(&w->s.members, m);
	}
	drop(&w->s.pools, pool_of(w, name));
}

static void set_service(struct service *svc, const struct service_params *p)
{
	if (p->mask & SERVICE_TRACK)
		svc->track = p->track;
	if (p->mask & SERVICE_AFFINITY)
		svc->affinity = p->affinity;
	if (p->mask & SERVICE_ALL_DOWN)
		svc->all_down = p->all_down;
	if (p->mask & SERVICE_USERDATA)
		svc->userdata = p->userdata;
	if (p->fallback)
		svc->fallback = intern(p->fallback);
	if (p->pool)
		svc->pool = intern(p->pool);
}

static const char *private_name(const struct service_id *id)
{
	char name[POOL_NAME_SIZE];

	snprintf(name, sizeof(name), "%s/%s:%u-%u", format_proto(id->proto),
		 format_addr(&id->addr), id->ports.first, id->ports.last);
	return intern(name);
}

static const char *service_change(struct world *w, const struct change *c)
{
	struct service *svc = find(&w->s.services, &c->service, is_service);
	const struct service_params *p = &c->set.service;

	if (c->cmd == MAGLEV_CMD_SERVICE_NEW ? !!svc : !svc)
		return svc ? "service exists" : "no such service";
	if (c->cmd == MAGLEV_CMD_SERVICE_DEL) {
		if (!pool_is_shared(svc->pool))
			drop_pool(w, svc->pool);
		drop(&w->s.services, svc);
		return NULL;
	}
	if (p->pool && !shared_exists(w, p->pool))
		return "no such pool";
	if (p->fallback && *p->fallback && !shared_exists(w, p->fallback))
		return "no such fallback";
	if (c->set.pool.mask &&
	    (p->pool || (svc && pool_is_shared(svc->pool))))
		return "settings of a shared pool";
	if (c->cmd == MAGLEV_CMD_SERVICE_NEW) {
		svc = vec_push(&w->s.services);
		svc->id = c->service;
		svc->stats.packets = ++w->born;
		svc->fallback = "";
		svc->pool = private_name(&svc->id);
		if (!p->pool)
			new_pool(w, svc->pool, true, &c->set.pool);
	} else {
		if (p->pool && !pool_is_shared(svc->pool))
			drop_pool(w, svc->pool);
		if (c->set.pool.mask)
			set_pool(pool_of(w, svc->pool), &c->set.pool);
	}
	set_service(svc, p);
	return NULL;
}

static bool pool_is_used(const struct world *w, const char *name)
{
	size_t i;

	for (i = 0; i < w->s.services.n; i++) {
		const struct service *svc = vec_at(&w->s.services, i);

		if (!strcmp(svc->pool, name) || !strcmp(svc->fallback, name))
			return true;
	}
	for (i = 0; i < w->s.members.n; i++)
		if (!strcmp(((struct member *)vec_at(&w->s.members, i))->name,
			    name))
			return true;
	return !strcmp(w->s.config.peers, name);
}

static const char *pool_change(struct world *w, const struct change *c)
{
	struct pool *pool = pool_of(w, c->pool);

	if (c->cmd == MAGLEV_CMD_POOL_NEW) {
		if (pool)
			return "pool exists";
		new_pool(w, c->pool, false, &c->set.pool);
		return NULL;
	}
	if (!pool)
		return "no such pool";
	if (c->cmd == MAGLEV_CMD_POOL_SET)
		set_pool(pool, &c->set.pool);
	else if (pool_is_used(w, c->pool))
		return "pool is in use";
	else
		drop_pool(w, pool->name);
	return NULL;
}

static const char *backend_change(struct world *w, const struct change *c)
{
	const struct backend_params *p = &c->set_backend;
	struct backend key = { .addr = c->backend }, *b;
	const char *pool = subject(w, c);

	if (!pool)
		return "no such pool or service";
	key.pool = pool;
	b = find(&w->s.backends, &key, is_backend);
	if (c->cmd == MAGLEV_CMD_BACKEND_NEW ? !!b : !b)
		return b ? "backend exists" : "no such backend";
	if (c->cmd == MAGLEV_CMD_BACKEND_DEL) {
		drop(&w->s.backends, b);
		return NULL;
	}
	if (!b) {
		b = vec_push(&w->s.backends);
		*b = key;
		b->pool = intern(pool);
		b->weight = 1;
		b->stats.packets = ++w->born;
	}
	if (p->mask & BACKEND_WEIGHT)
		b->weight = p->weight;
	if (p->mask & BACKEND_DEADLINE &&
	    !(p->mask & BACKEND_STATE && p->state == MAGLEV_STATE_DRAIN))
		return "deadline without a drain";
	if (p->mask & BACKEND_STATE) {
		b->state = p->state;
		b->has_deadline = p->mask & BACKEND_DEADLINE;
		b->deadline = b->has_deadline ? p->deadline : 0;
	}
	if (p->mask & BACKEND_UPPER)
		b->upper = p->upper;
	if (p->mask & BACKEND_LOWER)
		b->lower = p->lower;
	if (p->mask & BACKEND_USERDATA)
		b->userdata = p->userdata;
	if (b->lower > b->upper)
		return "lower threshold above the upper one";
	return NULL;
}

static const char *member_change(struct world *w, const struct change *c)
{
	const char *pool = subject(w, c);
	struct member key = { 0 }, *m;

	if (!pool)
		return "no such pool or service";
	key.pool = intern(pool);
	key.name = intern(c->member);
	m = find(&w->s.members, &key, is_member);
	if (c->cmd == MAGLEV_CMD_MEMBER_NEW ? !!m : !m)
		return m ? "member exists" : "no such member";
	if (c->cmd == MAGLEV_CMD_MEMBER_DEL) {
		drop(&w->s.members, m);
		return NULL;
	}
	if (!m) {
		if (!shared_exists(w, key.name))
			return "no such pool to be a member";
		if (any_in(w, key.name, is_named, key.pool))
			return "a cycle";
		m = vec_push(&w->s.members);
		*m = key;
		m->weight = 1;
	}
	if (c->set_backend.mask & BACKEND_WEIGHT)
		m->weight = c->set_backend.weight;
	return NULL;
}

static const char *prefix_change(struct vec *prefixes, const struct change *c,
				 bool is_new)
{
	struct prefix *p = find(prefixes, &c->prefix, is_prefix);

	if (is_new ? !!p : !p)
		return p ? "prefix exists" : "no such prefix";
	if (!is_new)
		drop(prefixes, p);
	else
		*(struct prefix *)vec_push(prefixes) = c->prefix;
	return NULL;
}

static const char *config_change(struct world *w, const struct change *c)
{
	struct config *have = &w->s.config;
	uint32_t size = 1;
	size_t i;

	if (c->config.has_peers && *c->config.peers &&
	    !shared_exists(w, c->config.peers))
		return "no such pool for the peers";
	if (c->config.has_peers)
		have->peers = intern(c->config.peers);
	if (c->config.has_pmtu)
		have->pmtu = c->config.pmtu;
	for (i = 0; i < TIMEOUTS; i++)
		if (c->config.timeouts[i])
			have->timeouts[i] = c->config.timeouts[i];
	while (size < c->config.cache_size)
		size *= 2;
	if (c->config.cache_size)
		have->cache_size = size;
	return NULL;
}

/**
 * world_change() - make a change
 * @w: the world; in no defined state once it has refused something
 * @c: the change
 *
 * Return: NULL, or why it is refused.
 */
const char *world_change(struct world *w, const struct change *c)
{
	const char *no;

	switch (c->cmd) {
	case MAGLEV_CMD_SERVICE_NEW:
	case MAGLEV_CMD_SERVICE_SET:
	case MAGLEV_CMD_SERVICE_DEL:
		no = service_change(w, c);
		break;
	case MAGLEV_CMD_POOL_NEW:
	case MAGLEV_CMD_POOL_SET:
	case MAGLEV_CMD_POOL_DEL:
		no = pool_change(w, c);
		break;
	case MAGLEV_CMD_BACKEND_NEW:
	case MAGLEV_CMD_BACKEND_SET:
	case MAGLEV_CMD_BACKEND_DEL:
		no = backend_change(w, c);
		break;
	case MAGLEV_CMD_MEMBER_NEW:
	case MAGLEV_CMD_MEMBER_SET:
	case MAGLEV_CMD_MEMBER_DEL:
		no = member_change(w, c);
		break;
	case MAGLEV_CMD_ROUTER_NEW:
	case MAGLEV_CMD_ROUTER_DEL:
		no = prefix_change(&w->s.routers, c,
				   c->cmd == MAGLEV_CMD_ROUTER_NEW);
		break;
	case MAGLEV_CMD_SOURCE_NEW:
	case MAGLEV_CMD_SOURCE_DEL:
		no = prefix_change(&w->s.sources, c,
				   c->cmd == MAGLEV_CMD_SOURCE_NEW);
		break;
	case MAGLEV_CMD_CONFIG_SET:
		no = config_change(w, c);
		break;
	default:
		no = "no such command";
	}
	return no ? no : verdict(w);
}

/**
 * world_batch() - make the changes of a batch
 * @w: the world; in no defined state once it has refused something
 * @b: the batch
 * @step: the change that is refused, if one is
 *
 * Return: NULL, or why it is refused.
 */
const char *world_batch(struct world *w, const struct batch *b, size_t *step)
{
	const struct step *s;
	const char *no = NULL;
	struct change c;
	uint32_t line;
	size_t k;

	for (*step = 0; (s = batch_step(b, *step)); (*step)++) {
		for (k = 0; !no && k < batch_changes(s); k++) {
			c = batch_change(b, s, k, &line);
			no = world_change(w, &c);
		}
		if (no)
			break;
	}
	return no;
}

/**
 * world_init() - start with nothing configured
 * @w: the world
 */
void world_init(struct world *w)
{
	*w = (struct world){ 0 };
	snapshot_init(&w->s);
	w->s.config = config_default;
	w->s.info.table_size_default = MAGLEV_TABLE_SIZE_DEFAULT;
}

/**
 * world_free() - release what a world has
 * @w: the world
 */
void world_free(struct world *w)
{
	snapshot_free(&w->s);
}
