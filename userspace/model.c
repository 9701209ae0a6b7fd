// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration that a file describes, as a snapshot of a kernel that had
 * carried it out from nothing. The order of the lines is of no account. Backends,
 * which are most of a large file, stay where the batch of its lines has them.
 *
 * Only what would make one thing of two, or something of nothing, is refused
 * here: all other rules are the kernel's, which has the last word anyway.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "batch.h"
#include "config.h"
#include "err.h"
#include "format.h"
#include "intern.h"
#include "model.h"
#include "snapshot.h"

static int wrong(uint32_t line, const char *what, const char *name)
{
	int err;

	err_line(line);
	err = err_usage("%s %s", what, name);
	err_line(0);
	return err;
}

static void set_service(struct service *svc, const struct service_params *p)
{
	if (p->mask & SERVICE_TRACK)
		svc->track = p->track;
	if (p->mask & SERVICE_AFFINITY)
		svc->affinity = p->affinity;
	if (p->mask & SERVICE_ALL_DOWN)
		svc->all_down = p->all_down;
	if (p->fallback)
		svc->fallback = intern(p->fallback);
	if (p->mask & SERVICE_USERDATA)
		svc->userdata = p->userdata;
}

/* What is not set is 0: the default of seed and settle time, and diff() knows. */
static struct pool *add_pool(struct snapshot *want, const struct step *s)
{
	const struct pool_params *p = &s->change.set.pool;
	struct pool *pool = vec_push(&want->pools);

	pool->line = s->line;
	if (p->mask & POOL_TABLE_SIZE)
		pool->table_size = p->table_size;
	if (p->mask & POOL_SEED)
		pool->seed = p->seed;
	if (p->mask & POOL_SETTLE)
		pool->settle = p->settle;
	if (p->mask & POOL_PANIC)
		pool->panic = p->panic;
	return pool;
}

static void add_service(struct snapshot *want, const struct step *s)
{
	const struct change *c = &s->change;
	struct service *svc = vec_push(&want->services);
	struct pool *pool;
	char name[32];

	svc->id = c->service;
	svc->line = s->line;
	svc->fallback = "";
	set_service(svc, &c->set.service);
	if (c->set.service.pool) {
		svc->pool = intern(c->set.service.pool);
		return;
	}
	/* Any name will do that no shared pool can have. */
	snprintf(name, sizeof(name), "/%08zx", want->services.n);
	svc->pool = intern(name);
	pool = add_pool(want, s);
	pool->name = svc->pool;
	pool->is_private = true;
}

static void add_prefix(struct vec *prefixes, const struct step *s)
{
	struct prefix *prefix = vec_push(prefixes);

	*prefix = s->change.prefix;
	prefix->line = s->line;
}

/* The kernel rounds up to what its hashing needs, so that is what it shows. */
static uint32_t rounded(uint32_t entries)
{
	uint32_t n = 1;

	while (n < entries)
		n *= 2;
	return n;
}

static void set_config(struct snapshot *want, const struct step *s)
{
	const struct config *c = &s->change.config;
	size_t i;

	if (c->cache_size) {
		want->config.cache_size = rounded(c->cache_size);
		want->lines.cache_size = s->line;
	}
	if (c->has_peers) {
		want->config.peers = intern(c->peers);
		want->lines.peers = s->line;
	}
	for (i = 0; i < TIMEOUTS; i++) {
		if (!c->timeouts[i])
			continue;
		want->config.timeouts[i] = c->timeouts[i];
		want->lines.others = s->line;
	}
	if (c->has_pmtu) {
		want->config.pmtu = c->pmtu;
		want->lines.others = s->line;
	}
}

/* What stands by itself, in the order of the file. */
static void add_objects(struct snapshot *want, const struct batch *b)
{
	const struct step *s;
	size_t i;

	for (i = 0; (s = batch_step(b, i)); i++) {
		switch (s->change.cmd) {
		case MAGLEV_CMD_SERVICE_NEW:
			add_service(want, s);
			break;
		case MAGLEV_CMD_POOL_NEW:
			add_pool(want, s)->name = intern(s->change.pool);
			break;
		case MAGLEV_CMD_ROUTER_NEW:
			add_prefix(&want->routers, s);
			break;
		case MAGLEV_CMD_SOURCE_NEW:
			add_prefix(&want->sources, s);
			break;
		case MAGLEV_CMD_CONFIG_SET:
			set_config(want, s);
			break;
		default:
			break;
		}
	}
}

/* The pool that a line adds to; NULL after a complaint. */
static const struct pool *target(const struct snapshot *want,
				 const struct step *s)
{
	const struct change *c = &s->change;
	const struct service *svc;
	const struct pool *pool;

	if (c->pool) {
		pool = snapshot_pool(want, c->pool);
		if (!pool)
			wrong(s->line, "the file has no pool", c->pool);
		return pool;
	}
	svc = snapshot_service(want, &c->service);
	if (!svc) {
		wrong(s->line, "the file has no service",
		      format_service(&c->service));
		return NULL;
	}
	/* That this pool is there has been checked. */
	return snapshot_pool(want, svc->pool);
}

static void add_backend(struct model *m, const struct pool *pool,
			const struct more *more)
{
	struct wanted *w = vec_push(&m->backends);

	w->pool = pool;
	w->more = more;
}

static void add_member(struct snapshot *want, const struct pool *pool,
		       const struct step *s)
{
	const struct backend_params *p = &s->change.set_backend;
	struct member *m = vec_push(&want->members);

	m->pool = pool->name;
	m->name = intern(s->change.member);
	m->line = s->line;
	m->weight = p->mask & BACKEND_WEIGHT ? p->weight : 1;
}

/* As called ipvsadm, a backend can be a policy: that is what the line sets. */
static int set_policy(struct snapshot *want, const struct step *s)
{
	const struct service *found = snapshot_service(want,
						       &s->change.service);

	if (!found)
		return wrong(s->line, "the file has no service",
			     format_service(&s->change.service));
	set_service(vec_at(&want->services,
			   (size_t)(found - (struct service *)
					    want->services.items)),
		    &s->change.set.service);
	return 0;
}

static int add_to_pool(struct model *m, const struct batch *b,
		       const struct step *s)
{
	struct snapshot *want = &m->s;
	const struct pool *pool;
	size_t i;

	if (s->change.cmd == MAGLEV_CMD_SERVICE_SET)
		return set_policy(want, s);
	if (!s->n_more && !s->change.member)
		return 0;
	pool = target(want, s);
	if (!pool)
		return EXIT_USAGE;
	if (s->change.member)
		add_member(want, pool, s);
	for (i = 0; i < s->n_more; i++)
		add_backend(m, pool, vec_at(&b->more, s->more + i));
	return 0;
}

static int twice(uint32_t a, uint32_t b, const char *what, const char *name)
{
	char text[32];
	int err;

	snprintf(text, sizeof(text), "line %" PRIu32, a < b ? a : b);
	err_line(a < b ? b : a);
	err = err_usage("%s %s is in the file already, in %s", what, name,
			text);
	err_line(0);
	return err;
}

static int check_prefixes(const struct vec *prefixes, const char *what)
{
	const struct prefix *a, *b;
	size_t i;

	for (i = 1; i < prefixes->n; i++) {
		a = vec_at(prefixes, i - 1);
		b = vec_at(prefixes, i);
		if (!compare_prefix(a, b))
			return twice(a->line, b->line, what, format_prefix(b));
	}
	return 0;
}

/* Of what has been sorted, so that equals are side by side. */
static int check_objects(const struct snapshot *want)
{
	size_t i;
	int err;

	for (i = 1; i < want->services.n; i++) {
		const struct service *a = vec_at(&want->services, i - 1);
		const struct service *b = vec_at(&want->services, i);

		if (!compare_service_id(&a->id, &b->id))
			return twice(a->line, b->line, "service",
				     format_service(&b->id));
	}
	for (i = 1; i < want->pools.n; i++) {
		const struct pool *a = vec_at(&want->pools, i - 1);
		const struct pool *b = vec_at(&want->pools, i);

		if (!strcmp(a->name, b->name))
			return twice(a->line, b->line, "pool", b->name);
	}
	err = check_prefixes(&want->routers, "router");
	return err ? err : check_prefixes(&want->sources, "source");
}

/* Pools are sorted by name. */
static int by_pool_and_addr(const void *a, const void *b)
{
	const struct wanted *wa = a, *wb = b;

	if (wa->pool != wb->pool)
		return wa->pool < wb->pool ? -1 : 1;
	return compare_addr(model_addr(wa), model_addr(wb));
}

static int check_contents(const struct model *model)
{
	const struct snapshot *want = &model->s;
	size_t i;

	for (i = 1; i < model->backends.n; i++) {
		const struct wanted *a = vec_at(&model->backends, i - 1);
		const struct wanted *b = vec_at(&model->backends, i);

		if (!by_pool_and_addr(a, b))
			return twice(a->more->line, b->more->line, "backend",
				     format_addr(model_addr(b)));
	}
	for (i = 1; i < want->members.n; i++) {
		const struct member *a = vec_at(&want->members, i - 1);
		const struct member *b = vec_at(&want->members, i);

		if (!strcmp(a->name, b->name) && !strcmp(a->pool, b->pool))
			return twice(a->line, b->line, "member", b->name);
	}
	return 0;
}

/* A pool that is there now but not in the file is about to be deleted. */
static int check_pool(const struct snapshot *want, uint32_t line,
		      const char *name)
{
	if (!*name || snapshot_pool(want, name))
		return 0;
	return wrong(line, "the file has no pool", name);
}

static int check_names(const struct snapshot *want)
{
	size_t i;
	int err;

	err = check_pool(want, want->lines.peers, want->config.peers);
	for (i = 0; !err && i < want->services.n; i++) {
		const struct service *svc = vec_at(&want->services, i);

		err = check_pool(want, svc->line, svc->pool);
		if (!err)
			err = check_pool(want, svc->line, svc->fallback);
	}
	return err;
}

static int check_members(const struct snapshot *want)
{
	int err = 0;
	size_t i;

	for (i = 0; !err && i < want->members.n; i++) {
		const struct member *m = vec_at(&want->members, i);

		err = check_pool(want, m->line, m->name);
	}
	return err;
}

/**
 * model_init() - start with nothing
 * @m: the model, to be released with model_free()
 */
void model_init(struct model *m)
{
	*m = (struct model){ .backends = VEC_INIT(struct wanted) };
	snapshot_init(&m->s);
	m->s.config = config_default;
}

/**
 * model_free() - release what a model holds
 * @m: the model
 */
void model_free(struct model *m)
{
	snapshot_free(&m->s);
	vec_free(&m->backends);
}

/**
 * model_build() - work out the configuration that a file describes
 * @m: the result, empty before, sorted; its private pools have names of
 *	their own, and what is 0 of a pool is the default
 * @b: the changes that the file's lines are, all of which add or set; @m refers
 *	to them
 *
 * Return: 0, or EXIT_USAGE after a complaint that names the line.
 */
int model_build(struct model *m, const struct batch *b)
{
	const struct step *s;
	size_t i;
	int err;

	vec_reserve(&m->s.services, b->steps.n);
	vec_reserve(&m->s.pools, b->steps.n);
	vec_reserve(&m->backends, b->more.n);
	add_objects(&m->s, b);
	snapshot_sort(&m->s);
	err = check_objects(&m->s);
	if (!err)
		err = check_names(&m->s);
	for (i = 0; !err && (s = batch_step(b, i)); i++)
		err = add_to_pool(m, b, s);
	if (err)
		return err;
	snapshot_sort(&m->s);
	vec_sort(&m->backends, by_pool_and_addr);
	err = check_contents(m);
	return err ? err : check_members(&m->s);
}

/**
 * model_addr() - the address of a backend
 * @w: the backend
 *
 * Return: its address.
 */
const struct addr *model_addr(const struct wanted *w)
{
	return &w->more->addr;
}

/**
 * model_backend() - a backend as the kernel would show it
 * @w: the backend
 *
 * Return: its settings.
 */
struct backend model_backend(const struct wanted *w)
{
	const struct backend_params *p = w->more->params;
	struct backend b = {
		.pool = w->pool->name,
		.addr = w->more->addr,
		.line = w->more->line,
		.weight = p->mask & BACKEND_WEIGHT ? p->weight : 1,
		.has_deadline = p->mask & BACKEND_DEADLINE,
	};

	if (p->mask & BACKEND_STATE)
		b.state = p->state;
	if (b.has_deadline)
		b.deadline = p->deadline;
	if (p->mask & BACKEND_UPPER)
		b.upper = p->upper;
	if (p->mask & BACKEND_LOWER)
		b.lower = p->lower;
	if (p->mask & BACKEND_USERDATA)
		b.userdata = p->userdata;
	return b;
}

/**
 * model_backends() - find the backends of a pool
 * @m: the model
 * @pool: one of its pools, or NULL
 *
 * Return: its backends, which lie side by side.
 */
struct wanteds model_backends(const struct model *m, const struct pool *pool)
{
	const struct wanted *all = m->backends.items;
	size_t low = 0, high = m->backends.n, mid;
	struct wanteds w = { 0 };

	while (pool && low < high) {
		mid = low + (high - low) / 2;
		if (all[mid].pool < pool)
			low = mid + 1;
		else
			high = mid;
	}
	while (pool && low + w.n < m->backends.n &&
	       all[low + w.n].pool == pool)
		w.n++;
	if (w.n)
		w.first = &all[low];
	return w;
}
