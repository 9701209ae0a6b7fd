// SPDX-License-Identifier: GPL-2.0
/*
 * Objects out of the netlink attributes of answers.
 *
 * Reading is lenient: an attribute that is not there leaves its field zero,
 * one that this program does not know is skipped, so that it gets on with a
 * newer module.
 */
#include <arpa/inet.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "attr.h"
#include "intern.h"
#include "vec.h"

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

/* A name, which is kept, or an empty one. */
static const char *get_name(const struct nlattr *attr)
{
	char name[POOL_NAME_SIZE] = "";

	get_string(attr, name, sizeof(name));
	return intern(name);
}

/* More than is known of is cut off. */
static const struct userdata *get_userdata(const struct nlattr *attr)
{
	struct userdata u = { 0 };

	if (!attr)
		return NULL;
	u.len = (uint8_t)(nla_len(attr) < (int)sizeof(u.bytes) ?
			  nla_len(attr) : (int)sizeof(u.bytes));
	memcpy(u.bytes, nla_data(attr), u.len);
	return intern_userdata(&u);
}

static void get_port(const struct nlattr *attr, uint16_t *port)
{
	uint16_t be = 0;

	if (!attr)
		return;
	get(attr, &be, sizeof(be));
	*port = ntohs(be);
}

/* Leaves the family alone where there is neither. */
static void get_addr_if(const struct nlattr *a4, const struct nlattr *a6,
			struct addr *addr)
{
	if (a6) {
		addr->family = AF_INET6;
		get(a6, &addr->v6, sizeof(addr->v6));
	} else if (a4) {
		addr->family = AF_INET;
		get(a4, &addr->v4, sizeof(addr->v4));
	}
}

static void get_addr(const struct nlattr *a4, const struct nlattr *a6,
		     struct addr *addr)
{
	addr->family = AF_INET;
	get_addr_if(a4, a6, addr);
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

static void get_service_id(struct nlattr **a, struct service_id *id)
{
	get(a[MAGLEV_SERVICE_A_PROTOCOL], &id->proto, sizeof(id->proto));
	get_addr(a[MAGLEV_SERVICE_A_ADDRESS4], a[MAGLEV_SERVICE_A_ADDRESS6],
		 &id->addr);
	get_port(a[MAGLEV_SERVICE_A_PORT], &id->ports.first);
	id->ports.last = id->ports.first;
	get_port(a[MAGLEV_SERVICE_A_PORT_LAST], &id->ports.last);
}

/* The service and the pool that an answer is about, beside what it says. */
static const char *get_subject(struct nlattr **tb, struct service_id *id)
{
	struct nlattr *s[MAGLEV_SERVICE_A_MAX + 1];
	struct nlattr *p[MAGLEV_POOL_A_MAX + 1];

	if (id) {
		open_nest(s, MAGLEV_SERVICE_A_MAX, tb[MAGLEV_A_SERVICE]);
		get_service_id(s, id);
	}
	open_nest(p, MAGLEV_POOL_A_MAX, tb[MAGLEV_A_POOL]);
	return get_name(p[MAGLEV_POOL_A_NAME]);
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
	get(a[MAGLEV_INFO_A_SOURCES], &i->sources, sizeof(i->sources));
	get(a[MAGLEV_INFO_A_FRAGMENT_BYTES], &i->fragment_bytes,
	    sizeof(i->fragment_bytes));
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
	get_service_id(a, &s->id);
	s->pool = get_name(a[MAGLEV_SERVICE_A_POOL]);
	get(a[MAGLEV_SERVICE_A_TRACK], &s->track, sizeof(s->track));
	get(a[MAGLEV_SERVICE_A_AFFINITY], &s->affinity, sizeof(s->affinity));
	get(a[MAGLEV_SERVICE_A_ALL_DOWN], &s->all_down, sizeof(s->all_down));
	s->fallback = get_name(a[MAGLEV_SERVICE_A_FALLBACK]);
	s->userdata = get_userdata(a[MAGLEV_SERVICE_A_USERDATA]);
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
	p->name = get_name(a[MAGLEV_POOL_A_NAME]);
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
	get(a[MAGLEV_POOL_A_SETTLE], &p->settle, sizeof(p->settle));
	get(a[MAGLEV_POOL_A_SETTLE_NOW], &p->settle_now,
	    sizeof(p->settle_now));
	get(a[MAGLEV_POOL_A_UNSETTLED], &p->unsettled, sizeof(p->unsettled));
	get(a[MAGLEV_POOL_A_PARENTS], &p->parents, sizeof(p->parents));
	get(a[MAGLEV_POOL_A_SETTLED], &p->settled, sizeof(p->settled));
	p->has_members = a[MAGLEV_POOL_A_MEMBER];
	get(a[MAGLEV_POOL_A_PANIC], &p->panic, sizeof(p->panic));
	p->panics = a[MAGLEV_POOL_A_PANICS];
}

static void get_member(struct nlattr **a, struct member *m)
{
	m->name = get_name(a[MAGLEV_MEMBER_A_NAME]);
	get(a[MAGLEV_MEMBER_A_WEIGHT], &m->weight, sizeof(m->weight));
	m->has_weight = a[MAGLEV_MEMBER_A_WEIGHT];
	get(a[MAGLEV_MEMBER_A_SLOTS], &m->slots, sizeof(m->slots));
}

/**
 * attr_get_members() - read every MAGLEV_POOL_A_MEMBER of MAGLEV_A_POOL
 * @h: the answer
 * @v: struct member; one is added for each
 */
void attr_get_members(struct nlmsghdr *h, struct vec *v)
{
	struct nlattr *a[MAGLEV_MEMBER_A_MAX + 1];
	struct nlattr *tb[MAGLEV_A_MAX + 1];
	struct nlattr *attr;
	const char *pool;
	struct member *m;
	int left;

	top(tb, h);
	if (!tb[MAGLEV_A_POOL])
		return;
	pool = get_subject(tb, NULL);
	nla_for_each_nested(attr, tb[MAGLEV_A_POOL], left) {
		if (nla_type(attr) != MAGLEV_POOL_A_MEMBER)
			continue;
		open_nest(a, MAGLEV_MEMBER_A_MAX, attr);
		m = vec_push(v);
		m->pool = pool;
		get_member(a, m);
	}
}

/**
 * attr_get_member() - read MAGLEV_A_MEMBER and the pool's name beside it
 * @h: the message
 * @v: struct member; one is added
 */
void attr_get_member(struct nlmsghdr *h, struct vec *v)
{
	struct nlattr *a[MAGLEV_MEMBER_A_MAX + 1];
	struct nlattr *tb[MAGLEV_A_MAX + 1];
	struct member *m = vec_push(v);

	top(tb, h);
	m->pool = get_subject(tb, NULL);
	open_nest(a, MAGLEV_MEMBER_A_MAX, tb[MAGLEV_A_MEMBER]);
	get_member(a, m);
}

static void get_backend(struct nlattr *nest, struct backend *b)
{
	struct nlattr *a[MAGLEV_BACKEND_A_MAX + 1];

	open_nest(a, MAGLEV_BACKEND_A_MAX, nest);
	get_addr(a[MAGLEV_BACKEND_A_ADDRESS4], a[MAGLEV_BACKEND_A_ADDRESS6],
		 &b->addr);
	get(a[MAGLEV_BACKEND_A_WEIGHT], &b->weight, sizeof(b->weight));
	b->has_settings = a[MAGLEV_BACKEND_A_WEIGHT];
	get(a[MAGLEV_BACKEND_A_SLOTS], &b->slots, sizeof(b->slots));
	get(a[MAGLEV_BACKEND_A_STATE], &b->state, sizeof(b->state));
	get(a[MAGLEV_BACKEND_A_DEADLINE], &b->deadline, sizeof(b->deadline));
	b->has_deadline = a[MAGLEV_BACKEND_A_DEADLINE];
	get(a[MAGLEV_BACKEND_A_ACTIVE], &b->active, sizeof(b->active));
	get(a[MAGLEV_BACKEND_A_INACTIVE], &b->inactive, sizeof(b->inactive));
	get(a[MAGLEV_BACKEND_A_UNREACHABLE], &b->unreachable,
	    sizeof(b->unreachable));
	get(a[MAGLEV_BACKEND_A_UPPER], &b->upper, sizeof(b->upper));
	get(a[MAGLEV_BACKEND_A_LOWER], &b->lower, sizeof(b->lower));
	b->overloaded = a[MAGLEV_BACKEND_A_OVERLOADED];
	b->userdata = get_userdata(a[MAGLEV_BACKEND_A_USERDATA]);
	get_stats(a[MAGLEV_BACKEND_A_STATS], &b->stats);
}

/**
 * attr_get_backend() - read MAGLEV_A_BACKEND and the pool's name beside it
 * @h: the answer
 * @v: struct backend; one is added
 */
void attr_get_backend(struct nlmsghdr *h, struct vec *v)
{
	struct nlattr *tb[MAGLEV_A_MAX + 1];
	struct backend *b = vec_push(v);

	top(tb, h);
	b->pool = get_subject(tb, NULL);
	get_backend(tb[MAGLEV_A_BACKEND], b);
}

/**
 * attr_get_backends() - read every MAGLEV_A_BACKEND of a message
 * @h: the message
 * @v: struct backend; one is added for each
 */
void attr_get_backends(struct nlmsghdr *h, struct vec *v)
{
	struct genlmsghdr *g = genlmsg_hdr(h);
	struct nlattr *tb[MAGLEV_A_MAX + 1];
	struct nlattr *attr;
	const char *pool;
	struct backend *b;
	int left;

	top(tb, h);
	pool = get_subject(tb, NULL);
	nla_for_each_attr(attr, genlmsg_attrdata(g, 0),
			  genlmsg_attrlen(g, 0), left) {
		if (nla_type(attr) != MAGLEV_A_BACKEND)
			continue;
		b = vec_push(v);
		b->pool = pool;
		get_backend(attr, b);
	}
}

static void get_prefix(struct nlmsghdr *h, struct vec *v, int type)
{
	struct nlattr *a[MAGLEV_ROUTER_A_MAX + 1];
	struct nlattr *tb[MAGLEV_A_MAX + 1];
	struct prefix *p = vec_push(v);

	top(tb, h);
	open_nest(a, MAGLEV_ROUTER_A_MAX, tb[type]);
	get_addr(a[MAGLEV_ROUTER_A_ADDRESS4], a[MAGLEV_ROUTER_A_ADDRESS6],
		 &p->addr);
	p->len = p->addr.family == AF_INET ? 32 : 128;
	get(a[MAGLEV_ROUTER_A_PREFIX_LEN], &p->len, sizeof(p->len));
}

/**
 * attr_get_router() - read MAGLEV_A_ROUTER
 * @h: the answer
 * @v: struct prefix; one is added
 */
void attr_get_router(struct nlmsghdr *h, struct vec *v)
{
	get_prefix(h, v, MAGLEV_A_ROUTER);
}

/**
 * attr_get_source() - read MAGLEV_A_SOURCE
 * @h: the answer
 * @v: struct prefix; one is added
 */
void attr_get_source(struct nlmsghdr *h, struct vec *v)
{
	get_prefix(h, v, MAGLEV_A_SOURCE);
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

/**
 * attr_get_config() - read MAGLEV_A_CONFIG
 * @h: the answer
 * @v: struct config; one is added
 */
void attr_get_config(struct nlmsghdr *h, struct vec *v)
{
	struct nlattr *a[MAGLEV_CONFIG_A_MAX + 1];
	struct nlattr *tb[MAGLEV_A_MAX + 1];
	struct config *c = vec_push(v);
	size_t i;

	top(tb, h);
	open_nest(a, MAGLEV_CONFIG_A_MAX, tb[MAGLEV_A_CONFIG]);
	get(a[MAGLEV_CONFIG_A_CACHE_SIZE], &c->cache_size,
	    sizeof(c->cache_size));
	get(a[MAGLEV_CONFIG_A_CACHE_USED], &c->cache_used,
	    sizeof(c->cache_used));
	for (i = 0; i < TIMEOUTS; i++)
		get(a[MAGLEV_CONFIG_A_TCP + i], &c->timeouts[i],
		    sizeof(c->timeouts[i]));
	get(a[MAGLEV_CONFIG_A_PMTU], &c->pmtu, sizeof(c->pmtu));
	c->has_pmtu = a[MAGLEV_CONFIG_A_PMTU];
	c->peers = get_name(a[MAGLEV_CONFIG_A_PEERS]);
	c->has_peers = a[MAGLEV_CONFIG_A_PEERS];
}

/**
 * attr_get_conn() - read MAGLEV_A_CONN, its service and its pool
 * @h: the answer
 * @v: struct conn; one is added
 */
void attr_get_conn(struct nlmsghdr *h, struct vec *v)
{
	struct nlattr *a[MAGLEV_CONN_A_MAX + 1];
	struct nlattr *tb[MAGLEV_A_MAX + 1];
	struct conn *c = vec_push(v);

	top(tb, h);
	c->pool = get_subject(tb, &c->service);
	open_nest(a, MAGLEV_CONN_A_MAX, tb[MAGLEV_A_CONN]);
	get_addr(a[MAGLEV_CONN_A_CLIENT4], a[MAGLEV_CONN_A_CLIENT6],
		 &c->client);
	get_port(a[MAGLEV_CONN_A_CLIENT_PORT], &c->client_port);
	get_port(a[MAGLEV_CONN_A_PORT], &c->port);
	c->has_ports = a[MAGLEV_CONN_A_CLIENT_PORT];
	get(a[MAGLEV_CONN_A_STATE], &c->state, sizeof(c->state));
	c->confirmed = a[MAGLEV_CONN_A_CONFIRMED];
	get(a[MAGLEV_CONN_A_EXPIRES], &c->expires, sizeof(c->expires));
	get_addr(a[MAGLEV_CONN_A_BACKEND4], a[MAGLEV_CONN_A_BACKEND6],
		 &c->backend);
}

/**
 * attr_get_lookup() - read MAGLEV_A_LOOKUP, its service and its pool
 * @h: the answer
 * @v: struct lookup; one is added
 */
void attr_get_lookup(struct nlmsghdr *h, struct vec *v)
{
	struct nlattr *a[MAGLEV_LOOKUP_A_MAX + 1];
	struct nlattr *tb[MAGLEV_A_MAX + 1];
	struct lookup *l = vec_push(v);

	top(tb, h);
	l->pool = get_subject(tb, &l->service);
	open_nest(a, MAGLEV_LOOKUP_A_MAX, tb[MAGLEV_A_LOOKUP]);
	get(a[MAGLEV_LOOKUP_A_SLOT], &l->slot, sizeof(l->slot));
	l->has_slot = a[MAGLEV_LOOKUP_A_SLOT];
	get(a[MAGLEV_LOOKUP_A_UNSETTLED], &l->unsettled,
	    sizeof(l->unsettled));
	l->is_unsettled = a[MAGLEV_LOOKUP_A_UNSETTLED];
	get_addr_if(a[MAGLEV_LOOKUP_A_CURRENT4], a[MAGLEV_LOOKUP_A_CURRENT6],
		    &l->current);
	get_addr_if(a[MAGLEV_LOOKUP_A_PREVIOUS4],
		    a[MAGLEV_LOOKUP_A_PREVIOUS6], &l->previous);
	get_addr_if(a[MAGLEV_LOOKUP_A_CACHED4], a[MAGLEV_LOOKUP_A_CACHED6],
		    &l->cached);
	get(a[MAGLEV_LOOKUP_A_STATE], &l->state, sizeof(l->state));
	get(a[MAGLEV_LOOKUP_A_EXPIRES], &l->expires, sizeof(l->expires));
	get(a[MAGLEV_LOOKUP_A_RULE], &l->midflow.rule,
	    sizeof(l->midflow.rule));
	get_addr_if(a[MAGLEV_LOOKUP_A_BACKEND4], a[MAGLEV_LOOKUP_A_BACKEND6],
		    &l->midflow.backend);
	get(a[MAGLEV_LOOKUP_A_OPEN_RULE], &l->opening.rule,
	    sizeof(l->opening.rule));
	get_addr_if(a[MAGLEV_LOOKUP_A_OPEN_BACKEND4],
		    a[MAGLEV_LOOKUP_A_OPEN_BACKEND6], &l->opening.backend);
	l->fallback = a[MAGLEV_LOOKUP_A_FALLBACK];
}

static void get_decision(struct nlattr **a, struct traced *t)
{
	get(a[MAGLEV_TRACE_A_RULE], &t->rule, sizeof(t->rule));
	t->has_rule = a[MAGLEV_TRACE_A_RULE];
	t->fallback = a[MAGLEV_TRACE_A_FALLBACK];
	get(a[MAGLEV_TRACE_A_SLOT], &t->slot, sizeof(t->slot));
	get(a[MAGLEV_TRACE_A_UNSETTLED], &t->unsettled, sizeof(t->unsettled));
	get_addr_if(a[MAGLEV_TRACE_A_CURRENT4], a[MAGLEV_TRACE_A_CURRENT6],
		    &t->current);
	get_addr_if(a[MAGLEV_TRACE_A_PREVIOUS4], a[MAGLEV_TRACE_A_PREVIOUS6],
		    &t->previous);
}

/**
 * attr_get_traced() - read MAGLEV_A_TRACE, its service and its pool
 * @h: the message
 * @v: struct traced; one is added
 */
void attr_get_traced(struct nlmsghdr *h, struct vec *v)
{
	struct nlattr *a[MAGLEV_TRACE_A_MAX + 1];
	struct nlattr *tb[MAGLEV_A_MAX + 1];
	struct traced *t = vec_push(v);

	top(tb, h);
	t->pool = get_subject(tb, &t->service);
	t->has_service = tb[MAGLEV_A_SERVICE];
	open_nest(a, MAGLEV_TRACE_A_MAX, tb[MAGLEV_A_TRACE]);
	get_string(a[MAGLEV_TRACE_A_REASON], t->reason, sizeof(t->reason));
	get(a[MAGLEV_TRACE_A_KIND], &t->kind, sizeof(t->kind));
	get(a[MAGLEV_TRACE_A_PROTOCOL], &t->proto, sizeof(t->proto));
	get_addr(a[MAGLEV_TRACE_A_CLIENT4], a[MAGLEV_TRACE_A_CLIENT6],
		 &t->client);
	get_addr(a[MAGLEV_TRACE_A_ADDRESS4], a[MAGLEV_TRACE_A_ADDRESS6],
		 &t->addr);
	get_port(a[MAGLEV_TRACE_A_CLIENT_PORT], &t->client_port);
	get_port(a[MAGLEV_TRACE_A_PORT], &t->port);
	t->has_ports = a[MAGLEV_TRACE_A_PORT];
	get(a[MAGLEV_TRACE_A_LENGTH], &t->length, sizeof(t->length));
	get(a[MAGLEV_TRACE_A_IN_IFINDEX], &t->in_ifindex,
	    sizeof(t->in_ifindex));
	get_decision(a, t);
	get_addr_if(a[MAGLEV_TRACE_A_BACKEND4], a[MAGLEV_TRACE_A_BACKEND6],
		    &t->backend);
	get_addr_if(a[MAGLEV_TRACE_A_NEXT_HOP4], a[MAGLEV_TRACE_A_NEXT_HOP6],
		    &t->next_hop);
	get(a[MAGLEV_TRACE_A_OUT_IFINDEX], &t->out_ifindex,
	    sizeof(t->out_ifindex));
	get(a[MAGLEV_TRACE_A_SUPPRESSED], &t->suppressed,
	    sizeof(t->suppressed));
	get(a[MAGLEV_TRACE_A_LOST], &t->lost, sizeof(t->lost));
}

/**
 * attr_get_dry_run() - read MAGLEV_A_MOVES
 * @h: the answer
 * @v: struct dry_run; one is added
 */
void attr_get_dry_run(struct nlmsghdr *h, struct vec *v)
{
	struct nlattr *a[MAGLEV_MOVES_A_MAX + 1];
	struct nlattr *tb[MAGLEV_A_MAX + 1];
	struct dry_run *m = vec_push(v);

	top(tb, h);
	open_nest(a, MAGLEV_MOVES_A_MAX, tb[MAGLEV_A_MOVES]);
	get(a[MAGLEV_MOVES_A_TABLE_SIZE], &m->table_size,
	    sizeof(m->table_size));
	get(a[MAGLEV_MOVES_A_SLOTS], &m->slots, sizeof(m->slots));
	get(a[MAGLEV_MOVES_A_SURVIVORS], &m->survivors,
	    sizeof(m->survivors));
	get(a[MAGLEV_MOVES_A_FLOWS], &m->flows, sizeof(m->flows));
	get(a[MAGLEV_MOVES_A_PARENTS], &m->parents, sizeof(m->parents));
	get(a[MAGLEV_MOVES_A_PARENT_SLOTS], &m->parent_slots,
	    sizeof(m->parent_slots));
}
