// SPDX-License-Identifier: GPL-2.0
/*
 * The whole configuration as it was at one moment. It takes several dumps,
 * each consistent in itself; the generation before the first and after the
 * last says whether they belong together.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attr.h"
#include "err.h"
#include "format.h"
#include "nl.h"
#include "snapshot.h"

#define SNAPSHOT_TRIES	20

static int by_service(const void *a, const void *b)
{
	const struct service *sa = a, *sb = b;

	return compare_service_id(&sa->id, &sb->id);
}

static int by_pool_name(const void *a, const void *b)
{
	const struct pool *pa = a, *pb = b;

	return strcmp(pa->name, pb->name);
}

static int compare_pool(const struct backend *a, const struct backend *b)
{
	return a->pool == b->pool ? 0 : strcmp(a->pool, b->pool);
}

static int by_pool_and_addr(const void *a, const void *b)
{
	const struct backend *ba = a, *bb = b;
	int c = compare_pool(ba, bb);

	return c ? c : compare_addr(&ba->addr, &bb->addr);
}

static int by_pool_and_order(const void *a, const void *b)
{
	const struct backend *ba = a, *bb = b;
	int c = compare_pool(ba, bb);

	return c ? c : (ba->order > bb->order) - (ba->order < bb->order);
}

static int compare_load(double a, double b)
{
	return (a < b) - (a > b);
}

/* Busiest first; where nothing was measured, by what was counted so far. */
static int by_service_load(const void *a, const void *b)
{
	const struct service *sa = a, *sb = b;
	int c = compare_load(sa->rate.packets, sb->rate.packets);

	if (!c)
		c = compare_load((double)sa->stats.packets,
				 (double)sb->stats.packets);
	return c ? c : compare_service_id(&sa->id, &sb->id);
}

static int by_pool_and_load(const void *a, const void *b)
{
	const struct backend *ba = a, *bb = b;
	int c = compare_pool(ba, bb);

	if (!c)
		c = compare_load(ba->rate.packets, bb->rate.packets);
	if (!c)
		c = compare_load((double)ba->stats.packets,
				 (double)bb->stats.packets);
	return c ? c : compare_addr(&ba->addr, &bb->addr);
}

static int by_pool_and_name(const void *a, const void *b)
{
	const struct member *ma = a, *mb = b;
	int c = strcmp(ma->pool, mb->pool);

	return c ? c : strcmp(ma->name, mb->name);
}

static int by_prefix(const void *a, const void *b)
{
	return compare_prefix(a, b);
}

static int get_info(struct kern *kern, struct info *info)
{
	struct vec v = VEC_INIT(struct info);
	int err;

	err = kern_get(kern, kern_request(kern, MAGLEV_CMD_INFO_GET),
		       attr_get_info, &v);
	if (!err && !v.n)
		err = -ENODATA;
	if (!err)
		memcpy(info, v.items, sizeof(*info));
	vec_free(&v);
	return err;
}

/*
 * Few pools have members; they are asked for again only then. Those of another try
 * may be gone by now.
 */
static int get_members(struct kern *kern, struct snapshot *s)
{
	size_t i;

	s->members.n = 0;
	for (i = 0; i < s->pools.n; i++)
		if (((struct pool *)vec_at(&s->pools, i))->has_members)
			return kern_dump(kern,
					 kern_request(kern, MAGLEV_CMD_POOL_GET),
					 attr_get_members, &s->members);
	return 0;
}

/* Those of one pool. */
static int get_members_of(struct kern *kern, struct snapshot *s,
			  const char *name)
{
	struct nl_msg *msg = kern_request(kern, MAGLEV_CMD_POOL_GET);

	attr_put_pool(msg, name, NULL);
	return kern_get(kern, msg, attr_get_members, &s->members);
}

/* Of a hundred thousand, those that a reader does not know may be few. */
static void read_unknown(struct nlmsghdr *h, struct vec *v)
{
	struct snapshot *s = (struct snapshot *)((char *)v -
						 offsetof(struct snapshot,
							  backends));

	attr_get_backend(h, v);
	if (s->known->has(s->known->arg, vec_at(v, v->n - 1)))
		v->n--;
}

static size_t count_backends(const struct snapshot *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->pools.n; i++)
		n += ((struct pool *)vec_at(&s->pools, i))->backends;
	return n;
}

static int read_backends(struct kern *kern, struct snapshot *s)
{
	struct nl_msg *msg = kern_request(kern, MAGLEV_CMD_BACKEND_GET);

	if (!s->known) {
		vec_reserve(&s->backends, count_backends(s));
		return kern_dump(kern, msg, attr_get_backend, &s->backends);
	}
	s->backends.n = 0;
	snapshot_sort(s);
	s->known->begin(s->known->arg);
	return kern_dump_once(kern, msg, read_unknown, &s->backends);
}

static int read_all(struct kern *kern, struct snapshot *s)
{
	const struct {
		uint8_t cmd;
		kern_read read;
		struct vec *v;
	} dumps[] = {
		{ MAGLEV_CMD_ROUTER_GET, attr_get_router, &s->routers },
		{ MAGLEV_CMD_SOURCE_GET, attr_get_source, &s->sources },
		{ MAGLEV_CMD_POOL_GET, attr_get_pool, &s->pools },
		{ MAGLEV_CMD_SERVICE_GET, attr_get_service, &s->services },
	};
	struct info before;
	int err, tries = 0;
	size_t i;

	do {
		err = get_info(kern, &before);
		if (!err) {
			vec_reserve(&s->services, before.services);
			vec_reserve(&s->pools, before.pools);
		}
		for (i = 0; !err && i < ARRAY_SIZE(dumps); i++)
			err = kern_dump(kern,
					kern_request(kern, dumps[i].cmd),
					dumps[i].read, dumps[i].v);
		if (!err)
			err = get_members(kern, s);
		if (!err)
			err = read_backends(kern, s);
		if (!err)
			err = get_info(kern, &s->info);
		if (!err && before.generation == s->info.generation)
			return 0;
		if (err && !(err == -EINTR && s->known))
			return err;
	} while (++tries < SNAPSHOT_TRIES);
	return -EINTR;
}

/**
 * snapshot_init() - start with nothing
 * @s: the snapshot, to be released with snapshot_free()
 */
void snapshot_init(struct snapshot *s)
{
	*s = (struct snapshot){
		.services = VEC_INIT(struct service),
		.pools = VEC_INIT(struct pool),
		.backends = VEC_INIT(struct backend),
		.members = VEC_INIT(struct member),
		.routers = VEC_INIT(struct prefix),
		.sources = VEC_INIT(struct prefix),
	};
}

/**
 * snapshot_sort() - put everything in order, as most functions want it
 * @s: the snapshot
 */
void snapshot_sort(struct snapshot *s)
{
	vec_sort(&s->services, by_service);
	vec_sort(&s->pools, by_pool_name);
	vec_sort(&s->backends, by_pool_and_addr);
	vec_sort(&s->members, by_pool_and_name);
	vec_sort(&s->routers, by_prefix);
	vec_sort(&s->sources, by_prefix);
}

/* Backends are put together by pool in any case, for snapshot_members(). */
static void arrange(struct snapshot *s, bool sort)
{
	size_t i;

	if (sort) {
		snapshot_sort(s);
		return;
	}
	for (i = 0; i < s->backends.n; i++)
		((struct backend *)vec_at(&s->backends, i))->order = (uint32_t)i;
	vec_sort(&s->backends, by_pool_and_order);
	vec_sort(&s->members, by_pool_and_name);
}

/**
 * snapshot_sort_by_load() - put the busiest services and backends first
 * @s: the snapshot; the backends of a pool stay side by side
 */
void snapshot_sort_by_load(struct snapshot *s)
{
	vec_sort(&s->services, by_service_load);
	vec_sort(&s->backends, by_pool_and_load);
}

/**
 * snapshot_take() - read the configuration
 * @kern: the connection
 * @s: the result, to be released with snapshot_free() in any case
 * @sort: in the order of addresses, not the kernel's
 *
 * Return: 0, or EXIT_FAILED after a complaint.
 */
int snapshot_take(struct kern *kern, struct snapshot *s, bool sort)
{
	int err;

	snapshot_init(s);
	err = read_all(kern, s);
	if (err)
		return kern_failed(kern, err, "cannot read the configuration");
	arrange(s, sort);
	return 0;
}

/**
 * snapshot_take_unknown() - read the configuration but for some backends
 * @kern: the connection
 * @s: the result, as snapshot_take() leaves it, sorted
 * @known: the backends to be left out
 *
 * Return: 0, or EXIT_FAILED after a complaint.
 */
int snapshot_take_unknown(struct kern *kern, struct snapshot *s,
			  const struct known *known)
{
	int err;

	snapshot_init(s);
	s->known = known;
	err = read_all(kern, s);
	s->known = NULL;
	if (err)
		return kern_failed(kern, err, "cannot read the configuration");
	arrange(s, true);
	return 0;
}

/**
 * snapshot_take_service() - read one service and its backends
 * @kern: the connection
 * @s: the result, as snapshot_take() leaves it but for pools and prefixes
 * @id: the service
 * @sort: in the order of addresses, not the kernel's
 *
 * Return: 0 or a negative errno, without a complaint.
 */
int snapshot_take_service(struct kern *kern, struct snapshot *s,
			  const struct service_id *id, bool sort)
{
	struct nl_msg *msg;
	int err;

	snapshot_init(s);
	msg = kern_request(kern, MAGLEV_CMD_SERVICE_GET);
	attr_put_service(msg, id, NULL);
	err = kern_get(kern, msg, attr_get_service, &s->services);
	if (!err) {
		msg = kern_request(kern, MAGLEV_CMD_BACKEND_GET);
		attr_put_service(msg, id, NULL);
		err = kern_dump(kern, msg, attr_get_backend, &s->backends);
	}
	if (!err && s->services.n)
		err = get_members_of(kern, s,
				     ((struct service *)s->services.items)->pool);
	if (!err)
		arrange(s, sort);
	return err;
}

/**
 * snapshot_take_pool() - read one pool and its members
 * @kern: the connection
 * @s: the result, as snapshot_take() leaves it but for services and prefixes
 * @name: the pool
 * @sort: in the order of addresses, not the kernel's
 *
 * Return: 0, or EXIT_FAILED after a complaint.
 */
int snapshot_take_pool(struct kern *kern, struct snapshot *s,
		       const char *name, bool sort)
{
	struct nl_msg *msg;
	int err;

	snapshot_init(s);
	msg = kern_request(kern, MAGLEV_CMD_POOL_GET);
	attr_put_pool(msg, name, NULL);
	err = kern_get(kern, msg, attr_get_pool, &s->pools);
	if (!err) {
		msg = kern_request(kern, MAGLEV_CMD_BACKEND_GET);
		attr_put_pool(msg, name, NULL);
		err = kern_dump(kern, msg, attr_get_backend, &s->backends);
	}
	if (!err && s->pools.n && ((struct pool *)s->pools.items)->has_members)
		err = get_members_of(kern, s, name);
	if (err)
		return kern_failed(kern, err, "cannot list pool %s", name);
	arrange(s, sort);
	return 0;
}

/**
 * snapshot_free() - release what a snapshot holds
 * @s: the snapshot
 */
void snapshot_free(struct snapshot *s)
{
	vec_free(&s->services);
	vec_free(&s->pools);
	vec_free(&s->backends);
	vec_free(&s->members);
	vec_free(&s->routers);
	vec_free(&s->sources);
}

/**
 * snapshot_has_seeds() - did the kernel show the seeds of pools?
 * @s: the snapshot
 *
 * Return: false if it is to be read by administrators only.
 */
bool snapshot_has_seeds(const struct snapshot *s)
{
	size_t i;

	for (i = 0; i < s->pools.n; i++) {
		const struct pool *p = vec_at(&s->pools, i);

		if (!p->has_seed)
			return false;
	}
	return true;
}

/**
 * snapshot_service() - find a service
 * @s: the snapshot, taken sorted
 * @id: the service
 *
 * Return: the service, or NULL.
 */
const struct service *snapshot_service(const struct snapshot *s,
				       const struct service_id *id)
{
	const struct service key = { .id = *id };

	if (!s->services.n)
		return NULL;
	return bsearch(&key, s->services.items, s->services.n,
		       s->services.size, by_service);
}

/**
 * snapshot_pool() - find a pool
 * @s: the snapshot, taken sorted
 * @name: the pool
 *
 * Return: the pool, or NULL.
 */
const struct pool *snapshot_pool(const struct snapshot *s, const char *name)
{
	const struct pool key = { .name = name };

	if (!s->pools.n)
		return NULL;
	return bsearch(&key, s->pools.items, s->pools.n, s->pools.size,
		       by_pool_name);
}

/**
 * snapshot_members() - find the backends of a pool
 * @s: the snapshot
 * @pool: the pool's name
 *
 * Return: its backends, which lie side by side.
 */
struct members snapshot_members(const struct snapshot *s, const char *pool)
{
	const struct backend *all = s->backends.items;
	size_t low = 0, high = s->backends.n, mid;
	struct members m = { 0 };

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp(all[mid].pool, pool) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	while (low + m.n < s->backends.n &&
	       !strcmp(all[low + m.n].pool, pool))
		m.n++;
	if (m.n)
		m.first = &all[low];
	return m;
}

/**
 * snapshot_submembers() - find the pools that are members of a pool
 * @s: the snapshot
 * @pool: the pool's name
 *
 * Return: its members, which lie side by side.
 */
struct submembers snapshot_submembers(const struct snapshot *s,
				      const char *pool)
{
	const struct member *all = s->members.items;
	size_t low = 0, high = s->members.n, mid;
	struct submembers m = { 0 };

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp(all[mid].pool, pool) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	while (low + m.n < s->members.n && !strcmp(all[low + m.n].pool, pool))
		m.n++;
	if (m.n)
		m.first = &all[low];
	return m;
}
