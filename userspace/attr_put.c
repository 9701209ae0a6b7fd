// SPDX-License-Identifier: GPL-2.0
/* Objects into the netlink attributes of requests. */
#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

#include "attr.h"
#include "err.h"

/*
 * A request is made with room for what goes into it (change.c), or has one or
 * two objects of at most a hundred bytes in a buffer of a page, so the only way
 * for these to fail is want of memory.
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

static void put_u32(struct nl_msg *msg, int type, uint32_t value)
{
	put(msg, type, &value, sizeof(value));
}

static void put_u8(struct nl_msg *msg, int type, uint8_t value)
{
	put(msg, type, &value, sizeof(value));
}

static void put_string(struct nl_msg *msg, int type, const char *value)
{
	put(msg, type, value, strlen(value) + 1);
}

static void put_userdata(struct nl_msg *msg, int type, const struct userdata *u)
{
	put(msg, type, u ? u->bytes : NULL, u ? u->len : 0);
}

/**
 * attr_put_service() - name a service in a request, or say how it is to be
 * @msg: the request
 * @id: the service
 * @params: what to set, or NULL
 */
void attr_put_service(struct nl_msg *msg, const struct service_id *id,
		      const struct service_params *params)
{
	struct nlattr *attr = nest(msg, MAGLEV_A_SERVICE);

	put_u8(msg, MAGLEV_SERVICE_A_PROTOCOL, id->proto);
	put_addr(msg, MAGLEV_SERVICE_A_ADDRESS4, MAGLEV_SERVICE_A_ADDRESS6,
		 &id->addr);
	put_port(msg, MAGLEV_SERVICE_A_PORT, id->ports.first);
	if (id->ports.last != id->ports.first)
		put_port(msg, MAGLEV_SERVICE_A_PORT_LAST, id->ports.last);
	if (params && params->pool)
		put_string(msg, MAGLEV_SERVICE_A_POOL, params->pool);
	if (params && (params->mask & SERVICE_TRACK))
		put_u8(msg, MAGLEV_SERVICE_A_TRACK, params->track);
	if (params && (params->mask & SERVICE_AFFINITY))
		put_u8(msg, MAGLEV_SERVICE_A_AFFINITY, params->affinity);
	if (params && (params->mask & SERVICE_ALL_DOWN))
		put_u8(msg, MAGLEV_SERVICE_A_ALL_DOWN, params->all_down);
	if (params && params->fallback)
		put_string(msg, MAGLEV_SERVICE_A_FALLBACK, params->fallback);
	if (params && (params->mask & SERVICE_USERDATA))
		put_userdata(msg, MAGLEV_SERVICE_A_USERDATA, params->userdata);
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
	static const struct pool_params nothing;
	struct nlattr *attr;

	if (!params)
		params = &nothing;
	if (!name && !params->mask)
		return;
	attr = nest(msg, MAGLEV_A_POOL);
	if (name)
		put_string(msg, MAGLEV_POOL_A_NAME, name);
	if (params->mask & POOL_TABLE_SIZE)
		put_u32(msg, MAGLEV_POOL_A_TABLE_SIZE, params->table_size);
	if (params->mask & POOL_SEED)
		put(msg, MAGLEV_POOL_A_SEED, &params->seed,
		    sizeof(params->seed));
	if (params->mask & POOL_SETTLE)
		put_u32(msg, MAGLEV_POOL_A_SETTLE, params->settle);
	if (params->mask & POOL_PANIC)
		put_u8(msg, MAGLEV_POOL_A_PANIC, params->panic);
	nla_nest_end(msg, attr);
}

/**
 * attr_put_backend() - name a backend in a request, or say how it is to be
 * @msg: the request
 * @addr: its address
 * @params: what to set, or NULL
 */
void attr_put_backend(struct nl_msg *msg, const struct addr *addr,
		      const struct backend_params *params)
{
	struct nlattr *attr = nest(msg, MAGLEV_A_BACKEND);

	put_addr(msg, MAGLEV_BACKEND_A_ADDRESS4, MAGLEV_BACKEND_A_ADDRESS6,
		 addr);
	if (params && (params->mask & BACKEND_WEIGHT))
		put_u32(msg, MAGLEV_BACKEND_A_WEIGHT, params->weight);
	if (params && (params->mask & BACKEND_STATE))
		put_u8(msg, MAGLEV_BACKEND_A_STATE, params->state);
	if (params && (params->mask & BACKEND_DEADLINE))
		put_u32(msg, MAGLEV_BACKEND_A_DEADLINE, params->deadline);
	if (params && (params->mask & BACKEND_UPPER))
		put_u32(msg, MAGLEV_BACKEND_A_UPPER, params->upper);
	if (params && (params->mask & BACKEND_LOWER))
		put_u32(msg, MAGLEV_BACKEND_A_LOWER, params->lower);
	if (params && (params->mask & BACKEND_USERDATA))
		put_userdata(msg, MAGLEV_BACKEND_A_USERDATA, params->userdata);
	nla_nest_end(msg, attr);
}

/**
 * attr_put_member() - name a member of a pool in a request, or say how it is to be
 * @msg: the request
 * @name: the member
 * @params: what to set, or NULL; members have a weight only
 */
void attr_put_member(struct nl_msg *msg, const char *name,
		     const struct backend_params *params)
{
	struct nlattr *attr = nest(msg, MAGLEV_A_MEMBER);

	put_string(msg, MAGLEV_MEMBER_A_NAME, name);
	if (params && (params->mask & BACKEND_WEIGHT))
		put_u32(msg, MAGLEV_MEMBER_A_WEIGHT, params->weight);
	nla_nest_end(msg, attr);
}

/* Routers and sources have the same attributes. */
static_assert((int)MAGLEV_SOURCE_A_ADDRESS4 == (int)MAGLEV_ROUTER_A_ADDRESS4 &&
	      (int)MAGLEV_SOURCE_A_ADDRESS6 == (int)MAGLEV_ROUTER_A_ADDRESS6 &&
	      (int)MAGLEV_SOURCE_A_PREFIX_LEN == (int)MAGLEV_ROUTER_A_PREFIX_LEN &&
	      (int)MAGLEV_SOURCE_A_MAX == (int)MAGLEV_ROUTER_A_MAX,
	      "one function reads and writes both");

/**
 * attr_put_prefix() - name a prefix in a request
 * @msg: the request
 * @type: MAGLEV_A_ROUTER or MAGLEV_A_SOURCE
 * @prefix: the prefix
 */
void attr_put_prefix(struct nl_msg *msg, int type, const struct prefix *prefix)
{
	struct nlattr *attr = nest(msg, type);

	put_addr(msg, MAGLEV_ROUTER_A_ADDRESS4, MAGLEV_ROUTER_A_ADDRESS6,
		 &prefix->addr);
	put(msg, MAGLEV_ROUTER_A_PREFIX_LEN, &prefix->len,
	    sizeof(prefix->len));
	nla_nest_end(msg, attr);
}

/**
 * attr_put_config() - write settings of the whole namespace
 * @msg: the request
 * @config: what to set; sizes and timeouts that are 0 stay
 */
void attr_put_config(struct nl_msg *msg, const struct config *config)
{
	struct nlattr *attr = nest(msg, MAGLEV_A_CONFIG);
	int i;

	if (config->cache_size)
		put_u32(msg, MAGLEV_CONFIG_A_CACHE_SIZE, config->cache_size);
	for (i = 0; i < TIMEOUTS; i++)
		if (config->timeouts[i])
			put_u32(msg, MAGLEV_CONFIG_A_TCP + i,
				config->timeouts[i]);
	if (config->has_pmtu)
		put_u8(msg, MAGLEV_CONFIG_A_PMTU, config->pmtu);
	if (config->has_peers)
		put_string(msg, MAGLEV_CONFIG_A_PEERS, config->peers);
	nla_nest_end(msg, attr);
}

/**
 * attr_put_lookup() - name the client of a flow to look up
 * @msg: the request
 * @client: the client's address
 * @port: its port, or 0
 */
void attr_put_lookup(struct nl_msg *msg, const struct addr *client,
		     uint16_t port)
{
	struct nlattr *attr = nest(msg, MAGLEV_A_LOOKUP);

	put_addr(msg, MAGLEV_LOOKUP_A_CLIENT4, MAGLEV_LOOKUP_A_CLIENT6,
		 client);
	if (port)
		put_port(msg, MAGLEV_LOOKUP_A_CLIENT_PORT, port);
	nla_nest_end(msg, attr);
}

/**
 * attr_put_tracer() - say which packets are to be traced
 * @msg: the request
 * @client: the client, whose port may be 0 for every port, or NULL
 * @rate: packets a second, or 0 for the kernel's default
 */
void attr_put_tracer(struct nl_msg *msg, const struct hostport *client,
		     uint32_t rate)
{
	struct nlattr *attr = nest(msg, MAGLEV_A_TRACE);

	if (client)
		put_addr(msg, MAGLEV_TRACE_A_CLIENT4, MAGLEV_TRACE_A_CLIENT6,
			 &client->addr);
	if (client && client->port)
		put_port(msg, MAGLEV_TRACE_A_CLIENT_PORT, client->port);
	if (rate)
		put_u32(msg, MAGLEV_TRACE_A_RATE, rate);
	nla_nest_end(msg, attr);
}

/**
 * attr_begin_change() - start a change of a batch
 * @msg: the request
 * @cmd: the command that makes it alone, MAGLEV_CMD_*
 *
 * The attributes of that command follow.
 *
 * Return: what to hand to attr_end_change().
 */
struct nlattr *attr_begin_change(struct nl_msg *msg, uint8_t cmd)
{
	struct nlattr *attr = nest(msg, MAGLEV_A_CHANGE);

	put_u8(msg, MAGLEV_A_CMD, cmd);
	return attr;
}

/**
 * attr_end_change() - end a change of a batch
 * @msg: the request
 * @attr: what attr_begin_change() returned
 */
void attr_end_change(struct nl_msg *msg, struct nlattr *attr)
{
	nla_nest_end(msg, attr);
}

/**
 * attr_put_generation() - say which configuration a batch is meant for
 * @msg: the request
 * @generation: as MAGLEV_INFO_A_GENERATION was
 */
void attr_put_generation(struct nl_msg *msg, uint32_t generation)
{
	put_u32(msg, MAGLEV_A_GENERATION, generation);
}

/**
 * attr_put_dry_run() - make a request a dry run
 * @msg: the request
 */
void attr_put_dry_run(struct nl_msg *msg)
{
	put(msg, MAGLEV_A_DRY_RUN, NULL, 0);
}
