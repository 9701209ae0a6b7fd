// SPDX-License-Identifier: GPL-2.0
/*
 * Objects to and from netlink attributes.
 *
 * Reading is lenient: an attribute that is not there leaves its field zero,
 * one that this program does not know is skipped, so that it gets on with a
 * newer module.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "attr.h"
#include "err.h"
#include "vec.h"

/*
 * A request has one or two objects of at most a hundred bytes in a buffer of
 * a page, so the only way for these to fail is want of memory.
 */
static void put(struct nl_msg *msg, int type, const void *data, size_t len)
{
	if (nla_put(msg, type, (int)len, data))
		err_no_memory();
}

static struct nlattr *nest(struct nl_msg *msg, int type)
{
	struct nlattr *attr = nla_nest_start(msg, type);

	if (!attr)
		err_no_memory();
	/* The kernel's strict policies insist; this libnl leaves it out. */
	attr->nla_type |= NLA_F_NESTED;
	return attr;
}

static void put_addr(struct nl_msg *msg, int type4, int type6,
		     const struct addr *addr)
{
	if (addr->family == AF_INET)
		put(msg, type4, &addr->v4, sizeof(addr->v4));
	else
		put(msg, type6, &addr->v6, sizeof(addr->v6));
}

static void put_port(struct nl_msg *msg, int type, uint16_t port)
{
	uint16_t be = htons(port);

	put(msg, type, &be, sizeof(be));
}

/**
 * attr_put_service() - name a service in a request
 * @msg: the request
 * @id: the service
 * @pool: the pool it is to use, or NULL
 */
void attr_put_service(struct nl_msg *msg, const struct service_id *id,
		      const char *pool)
{
	struct nlattr *attr = nest(msg, MAGLEV_A_SERVICE);

	put(msg, MAGLEV_SERVICE_A_PROTOCOL, &id->proto, sizeof(id->proto));
	put_addr(msg, MAGLEV_SERVICE_A_ADDRESS4, MAGLEV_SERVICE_A_ADDRESS6,
		 &id->addr);
	put_port(msg, MAGLEV_SERVICE_A_PORT, id->ports.first);
	if (id->ports.last != id->ports.first)
		put_port(msg, MAGLEV_SERVICE_A_PORT_LAST, id->ports.last);
	if (pool)
		put(msg, MAGLEV_SERVICE_A_POOL, pool, strlen(pool) + 1);
	nla_nest_end(msg, attr);
}

/**
 * attr_put_pool() - name a pool in a request, or say how it is to be
 * @msg: the request
 * @name: the pool, or NULL where the request names a service
 * @params: what to set, or NULL
 *
 * Puts nothing at all if there is nothing to say.
 */
void attr_put_pool(struct nl_msg *msg, const char *name,
		   const struct pool_params *params)
{
	struct nlattr *attr;

	if (!name &&
	    !(params && (params->has_table_size || params->has_seed)))
		return;
	attr = nest(msg, MAGLEV_A_POOL);
	if (name)
		put(msg, MAGLEV_POOL_A_NAME, name, strlen(name) + 1);
	if (params && params->has_table_size)
		put(msg, MAGLEV_POOL_A_TABLE_SIZE, &params->table_size,
		    sizeof(params->table_size));
	if (params && params->has_seed)
		put(msg, MAGLEV_POOL_A_SEED, &params->seed,
		    sizeof(params->seed));
	nla_nest_end(msg, attr);
}

/**
 * attr_put_backend() - name a backend in a request
 * @msg: the request
 * @addr: its address
 * @weight: the weight to set, or NULL
 */
void attr_put_backend(struct nl_msg *msg, const struct addr *addr,
		      const uint32_t *weight)
{
	struct nlattr *attr = nest(msg, MAGLEV_A_BACKEND);

	put_addr(msg, MAGLEV_BACKEND_A_ADDRESS4, MAGLEV_BACKEND_A_ADDRESS6,
		 addr);
	if (weight)
		put(msg, MAGLEV_BACKEND_A_WEIGHT, weight, sizeof(*weight));
	nla_nest_end(msg, attr);
}

/**
 * attr_put_router() - name a trusted prefix in a request
 * @msg: the request
 * @prefix: the prefix
 */
void attr_put_router(struct nl_msg *msg, const struct prefix *prefix)
{
	struct nlattr *attr = nest(msg, MAGLEV_A_ROUTER);

	put_addr(msg, MAGLEV_ROUTER_A_ADDRESS4, MAGLEV_ROUTER_A_ADDRESS6,
		 &prefix->addr);
	put(msg, MAGLEV_ROUTER_A_PREFIX_LEN, &prefix->len,
	    sizeof(prefix->len));
	nla_nest_end(msg, attr);
}

/* The attributes of an answer; all NULL if it is malformed. */
static void top(struct nlattr **tb, struct nlmsghdr *h)
{
	if (genlmsg_parse(h, 0, tb, MAGLEV_A_MAX, NULL) < 0)
		memset(tb, 0, sizeof(*tb) * (MAGLEV_A_MAX + 1));
}

/* Opens a nest; all of @tb is NULL if it is absent or malformed. */
static void open_nest(struct nlattr **tb, int max, struct nlattr *attr)
{
	if (!attr || nla_parse_nested(tb, max, attr, NULL) < 0)
		memset(tb, 0, sizeof(*tb) * ((size_t)max + 1));
}

/* Copies at most as much as there is: a short value leaves zeros behind. */
static void get(const struct nlattr *attr, void *value, size_t size)
{
	if (attr)
		nla_memcpy(value, attr, (int)size);
}

static void get_string(const struct nlattr *attr, char *value, size_t size)
{
	if (attr)
		nla_strlcpy(value, attr, size);
}

static void get_port(const struct nlattr *attr, uint16_t *port)
{
	uint16_t be = 0;

	if (!attr)
		return;
	get(attr, &be, sizeof(be));
	*port = ntohs(be);
}

static void get_addr(const struct nlattr *a4, const struct nlattr *a6,
		     struct addr *addr)
{
	if (a6) {
		addr->family = AF_INET6;
		get(a6, &addr->v6, sizeof(addr->v6));
	} else {
		addr->family = AF_INET;
		get(a4, &addr->v4, sizeof(addr->v4));
	}
}

static void get_stats(struct nlattr *attr, struct stats *stats)
{
	struct nlattr *tb[MAGLEV_STATS_A_MAX + 1];

	open_nest(tb, MAGLEV_STATS_A_MAX, attr);
	get(tb[MAGLEV_STATS_A_PACKETS], &stats->packets,
	    sizeof(stats->packets));
	get(tb[MAGLEV_STATS_A_BYTES], &stats->bytes, sizeof(stats->bytes));
	get(tb[MAGLEV_STATS_A_FLOWS], &stats->flows, sizeof(stats->flows));
}

/**
 * attr_get_info() - read MAGLEV_A_INFO
 * @h: the answer
 * @v: struct info; one is added
 */
void attr_get_info(struct nlmsghdr *h, struct vec *v)
{
	struct nlattr *a[MAGLEV_INFO_A_MAX + 1];
	struct nlattr *tb[MAGLEV_A_MAX + 1];
	struct info *i = vec_push(v);
	uint8_t hooks = 0;

	top(tb, h);
	open_nest(a, MAGLEV_INFO_A_MAX, tb[MAGLEV_A_INFO]);
	get_string(a[MAGLEV_INFO_A_VERSION], i->version, sizeof(i->version));
	get(a[MAGLEV_INFO_A_GENERATION], &i->generation,
	    sizeof(i->generation));
	get(a[MAGLEV_INFO_A_SERVICES], &i->services, sizeof(i->services));
	get(a[MAGLEV_INFO_A_POOLS], &i->pools, sizeof(i->pools));
	get(a[MAGLEV_INFO_A_BACKENDS], &i->backends, sizeof(i->backends));
	get(a[MAGLEV_INFO_A_ROUTERS], &i->routers, sizeof(i->routers));
	get(a[MAGLEV_INFO_A_HOOKS], &hooks, sizeof(hooks));
	i->hooks = hooks;
	get(a[MAGLEV_INFO_A_TABLE_SIZE_DEFAULT], &i->table_size_default,
	    sizeof(i->table_size_default));
}

/**
 * attr_get_service() - read MAGLEV_A_SERVICE
 * @h: the answer
 * @v: struct service; one is added
 */
void attr_get_service(struct nlmsghdr *h, struct vec *v)
{
	struct nlattr *a[MAGLEV_SERVICE_A_MAX + 1];
	struct nlattr *tb[MAGLEV_A_MAX + 1];
	struct service *s = vec_push(v);

	top(tb, h);
	open_nest(a, MAGLEV_SERVICE_A_MAX, tb[MAGLEV_A_SERVICE]);
	get(a[MAGLEV_SERVICE_A_PROTOCOL], &s->id.proto, sizeof(s->id.proto));
	get_addr(a[MAGLEV_SERVICE_A_ADDRESS4], a[MAGLEV_SERVICE_A_ADDRESS6],
		 &s->id.addr);
	get_port(a[MAGLEV_SERVICE_A_PORT], &s->id.ports.first);
	s->id.ports.last = s->id.ports.first;
	get_port(a[MAGLEV_SERVICE_A_PORT_LAST], &s->id.ports.last);
	get_string(a[MAGLEV_SERVICE_A_POOL], s->pool, sizeof(s->pool));
	get_stats(a[MAGLEV_SERVICE_A_STATS], &s->stats);
}

/**
 * attr_get_pool() - read MAGLEV_A_POOL
 * @h: the answer
 * @v: struct pool; one is added
 */
void attr_get_pool(struct nlmsghdr *h, struct vec *v)
{
	struct nlattr *a[MAGLEV_POOL_A_MAX + 1];
	struct nlattr *tb[MAGLEV_A_MAX + 1];
	struct pool *p = vec_push(v);

	top(tb, h);
	open_nest(a, MAGLEV_POOL_A_MAX, tb[MAGLEV_A_POOL]);
	get_string(a[MAGLEV_POOL_A_NAME], p->name, sizeof(p->name));
	get(a[MAGLEV_POOL_A_TABLE_SIZE], &p->table_size,
	    sizeof(p->table_size));
	get(a[MAGLEV_POOL_A_SEED], &p->seed, sizeof(p->seed));
	p->has_seed = a[MAGLEV_POOL_A_SEED];
	p->is_private = a[MAGLEV_POOL_A_PRIVATE];
	get(a[MAGLEV_POOL_A_SERVICES], &p->services, sizeof(p->services));
	get(a[MAGLEV_POOL_A_BACKENDS], &p->backends, sizeof(p->backends));
	get(a[MAGLEV_POOL_A_FINGERPRINT], &p->fingerprint,
	    sizeof(p->fingerprint));
	p->has_fingerprint = a[MAGLEV_POOL_A_FINGERPRINT];
}

/**
 * attr_get_backend() - read MAGLEV_A_BACKEND and the pool's name beside it
 * @h: the answer
 * @v: struct backend; one is added
 */
void attr_get_backend(struct nlmsghdr *h, struct vec *v)
{
	struct nlattr *a[MAGLEV_BACKEND_A_MAX + 1];
	struct nlattr *p[MAGLEV_POOL_A_MAX + 1];
	struct nlattr *tb[MAGLEV_A_MAX + 1];
	struct backend *b = vec_push(v);

	top(tb, h);
	open_nest(p, MAGLEV_POOL_A_MAX, tb[MAGLEV_A_POOL]);
	get_string(p[MAGLEV_POOL_A_NAME], b->pool, sizeof(b->pool));
	open_nest(a, MAGLEV_BACKEND_A_MAX, tb[MAGLEV_A_BACKEND]);
	get_addr(a[MAGLEV_BACKEND_A_ADDRESS4], a[MAGLEV_BACKEND_A_ADDRESS6],
		 &b->addr);
	get(a[MAGLEV_BACKEND_A_WEIGHT], &b->weight, sizeof(b->weight));
	get(a[MAGLEV_BACKEND_A_SLOTS], &b->slots, sizeof(b->slots));
	get_stats(a[MAGLEV_BACKEND_A_STATS], &b->stats);
}

/**
 * attr_get_router() - read MAGLEV_A_ROUTER
 * @h: the answer
 * @v: struct prefix; one is added
 */
void attr_get_router(struct nlmsghdr *h, struct vec *v)
{
	struct nlattr *a[MAGLEV_ROUTER_A_MAX + 1];
	struct nlattr *tb[MAGLEV_A_MAX + 1];
	struct prefix *p = vec_push(v);

	top(tb, h);
	open_nest(a, MAGLEV_ROUTER_A_MAX, tb[MAGLEV_A_ROUTER]);
	get_addr(a[MAGLEV_ROUTER_A_ADDRESS4], a[MAGLEV_ROUTER_A_ADDRESS6],
		 &p->addr);
	p->len = p->addr.family == AF_INET ? 32 : 128;
	get(a[MAGLEV_ROUTER_A_PREFIX_LEN], &p->len, sizeof(p->len));
}

/**
 * attr_get_counters() - read every MAGLEV_A_COUNTER of an answer
 * @h: the answer
 * @v: struct counter; one is added for each
 */
void attr_get_counters(struct nlmsghdr *h, struct vec *v)
{
	struct nlattr *a[MAGLEV_COUNTER_A_MAX + 1];
	struct genlmsghdr *g = genlmsg_hdr(h);
	struct nlattr *attr;
	struct counter *c;
	int left;

	nla_for_each_attr(attr, genlmsg_attrdata(g, 0),
			  genlmsg_attrlen(g, 0), left) {
		if (nla_type(attr) != MAGLEV_A_COUNTER)
			continue;
		open_nest(a, MAGLEV_COUNTER_A_MAX, attr);
		c = vec_push(v);
		get_string(a[MAGLEV_COUNTER_A_NAME], c->name,
			   sizeof(c->name));
		get(a[MAGLEV_COUNTER_A_VALUE], &c->value, sizeof(c->value));
	}
}
