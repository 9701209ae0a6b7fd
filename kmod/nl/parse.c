// SPDX-License-Identifier: GPL-2.0
/* Netlink: parse attributes and look up the objects that they name. */
#include <linux/ctype.h>
#include <linux/in.h>
#include <linux/string.h>
#include <net/ipv6.h>

#include "../core/addr.h"
#include "../core/maglev.h"
#include "../pool.h"
#include "../service.h"
#include "../userdata.h"
#include "nl.h"
#include "policy.h"

/**
 * mgl_nl_parse_address() - parse one of a pair of address attributes
 * @extack: set on error
 * @nest: the nest that the attributes are in, reported if both are missing
 * @tb: the attributes of @nest
 * @type4: type of the IPv4 attribute; the IPv6 attribute has the next one
 * @addr: the address
 *
 * An IPv4-mapped IPv6 address is refused: struct mgl_addr could not tell it from
 * the IPv4 address.
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int mgl_nl_parse_address(struct netlink_ext_ack *extack, struct nlattr *nest,
			 struct nlattr **tb, int type4, struct mgl_addr *addr)
{
	int type6 = type4 + 1;

	if (tb[type4] && tb[type6]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[type6],
				    "both an IPv4 and an IPv6 address");
		return -EINVAL;
	}
	if (tb[type4]) {
		*addr = mgl_addr_v4(nla_get_in_addr(tb[type4]));
		return 0;
	}
	if (!tb[type6]) {
		NL_SET_ERR_ATTR_MISS(extack, nest, type4);
		NL_SET_ERR_MSG(extack, "address is missing");
		return -EINVAL;
	}
	nla_memcpy(addr, tb[type6], sizeof(*addr));
	if (mgl_addr_is_v4(addr)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[type6],
				    "IPv4-mapped IPv6 address: use the IPv4 address in it");
		return -EINVAL;
	}
	return 0;
}

static_assert(!(MAGLEV_SERVICE_A_ADDRESS6 - MAGLEV_SERVICE_A_ADDRESS4 - 1));
static_assert(!(MAGLEV_BACKEND_A_ADDRESS6 - MAGLEV_BACKEND_A_ADDRESS4 - 1));
static_assert(!(MAGLEV_ROUTER_A_ADDRESS6 - MAGLEV_ROUTER_A_ADDRESS4 - 1));
static_assert(!(MAGLEV_SOURCE_A_ADDRESS6 - MAGLEV_SOURCE_A_ADDRESS4 - 1));
static_assert(!(MAGLEV_LOOKUP_A_CLIENT6 - MAGLEV_LOOKUP_A_CLIENT4 - 1));

static int check_unicast_v4(struct netlink_ext_ack *extack,
			    struct nlattr *nest, __be32 addr)
{
	if (ipv4_is_loopback(addr))
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "not a unicast address that GRE can reach: loopback");
	else if (ipv4_is_multicast(addr))
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "not a unicast address: multicast");
	else if (ipv4_is_lbcast(addr))
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "not a unicast address: broadcast");
	else if (ipv4_is_zeronet(addr))
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "not a unicast address: in 0.0.0.0/8");
	else
		return 0;
	return -EINVAL;
}

static int check_unicast_v6(struct netlink_ext_ack *extack,
			    struct nlattr *nest, const struct in6_addr *addr)
{
	if (ipv6_addr_loopback(addr))
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "not a unicast address that GRE can reach: loopback");
	else if (ipv6_addr_is_multicast(addr))
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "not a unicast address: multicast");
	else if (ipv6_addr_any(addr))
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "not a unicast address: unspecified");
	else
		return 0;
	return -EINVAL;
}

/* Refuses an address that is not a single host's, or that is only its own. */
static int check_unicast(struct netlink_ext_ack *extack, struct nlattr *nest,
			 const struct mgl_addr *addr)
{
	if (mgl_addr_is_v4(addr))
		return check_unicast_v4(extack, nest, mgl_addr_to_v4(addr));
	return check_unicast_v6(extack, nest, mgl_nl_in6(addr));
}

static bool is_link_local(const struct mgl_addr *addr)
{
	return !mgl_addr_is_v4(addr) &&
	       ipv6_addr_type(mgl_nl_in6(addr)) & IPV6_ADDR_LINKLOCAL;
}

/* Refuses what cannot be the inner destination of packets from a router. */
static int check_vip(struct netlink_ext_ack *extack, struct nlattr *nest,
		     const struct mgl_addr *addr)
{
	int err = check_unicast(extack, nest, addr);

	if (err)
		return err;
	if (is_link_local(addr)) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "VIP is link-local: no router forwards packets to it");
		return -EINVAL;
	}
	return 0;
}

/* Refuses what cannot be the outer destination of packets to a backend. */
static int check_backend(struct netlink_ext_ack *extack, struct nlattr *nest,
			 const struct mgl_addr *addr)
{
	int err = check_unicast(extack, nest, addr);

	if (err)
		return err;
	if (is_link_local(addr)) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "backend is link-local: without its interface, the address does not name a host");
		return -EINVAL;
	}
	return 0;
}

/**
 * mgl_nl_check_source() - refuse what no other host can answer to
 * @extack: set on error
 * @nest: MAGLEV_A_SOURCE
 * @addr: the address of a prefix
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int mgl_nl_check_source(struct netlink_ext_ack *extack, struct nlattr *nest,
			const struct mgl_addr *addr)
{
	int err = check_unicast(extack, nest, addr);

	if (err)
		return err;
	if (is_link_local(addr)) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "source is link-local: routers do not forward packets from it");
		return -EINVAL;
	}
	return 0;
}

static int parse_protocol(struct netlink_ext_ack *extack, struct nlattr *nest,
			  struct nlattr **tb, u8 *proto)
{
	struct nlattr *a = tb[MAGLEV_SERVICE_A_PROTOCOL];

	if (!a) {
		NL_SET_ERR_ATTR_MISS(extack, nest, MAGLEV_SERVICE_A_PROTOCOL);
		NL_SET_ERR_MSG(extack, "service's protocol is missing");
		return -EINVAL;
	}
	*proto = nla_get_u8(a);
	if (*proto != IPPROTO_TCP && *proto != IPPROTO_UDP &&
	    *proto != IPPROTO_SCTP) {
		NL_SET_ERR_MSG_ATTR(extack, a,
				    "protocol is not TCP, UDP or SCTP");
		return -EINVAL;
	}
	return 0;
}

static int parse_ports(struct netlink_ext_ack *extack, struct nlattr *nest,
		       struct nlattr **tb, struct mgl_service_id *id)
{
	struct nlattr *first = tb[MAGLEV_SERVICE_A_PORT];
	struct nlattr *last = tb[MAGLEV_SERVICE_A_PORT_LAST];

	if (!first) {
		NL_SET_ERR_ATTR_MISS(extack, nest, MAGLEV_SERVICE_A_PORT);
		NL_SET_ERR_MSG(extack, "service's port is missing");
		return -EINVAL;
	}
	id->first = ntohs(nla_get_be16(first));
	if (!id->first) {
		/* "0 to 0" means the same as 0, so it is accepted. */
		if (last && nla_get_be16(last)) {
			NL_SET_ERR_MSG_ATTR(extack, last,
					    "port 0 means every port and starts no range");
			return -EINVAL;
		}
		id->last = U16_MAX;
		return 0;
	}
	id->last = last ? ntohs(nla_get_be16(last)) : id->first;
	if (id->last < id->first) {
		NL_SET_ERR_MSG_ATTR(extack, last,
				    "port range ends before it starts");
		return -EINVAL;
	}
	return 0;
}

static int parse_service_nest(struct netlink_ext_ack *extack,
			      struct nlattr *nest, struct nlattr **tb,
			      struct mgl_service_id *id)
{
	return nla_parse_nested(tb, MAGLEV_SERVICE_A_MAX, nest, mgl_nlp_service,
				extack) ?:
	       parse_protocol(extack, nest, tb, &id->proto) ?:
	       mgl_nl_parse_address(extack, nest, tb, MAGLEV_SERVICE_A_ADDRESS4,
				    &id->vip) ?:
	       check_vip(extack, nest, &id->vip) ?:
	       parse_ports(extack, nest, tb, id);
}

static struct nlattr *service_nest(struct netlink_ext_ack *extack,
				   struct nlattr **attrs)
{
	struct nlattr *nest = attrs[MAGLEV_A_SERVICE];

	if (!nest) {
		NL_SET_ERR_ATTR_MISS(extack, NULL, MAGLEV_A_SERVICE);
		NL_SET_ERR_MSG(extack, "service is missing");
	}
	return nest;
}

/**
 * mgl_nl_parse_service_id() - parse the identity of the service in a request
 * @extack: set on error
 * @attrs: the request's attributes
 * @tb: array for the attributes of MAGLEV_A_SERVICE, MAGLEV_SERVICE_A_MAX + 1
 *	long
 * @id: the identity
 *
 * Context: any.
 * Return: 0, or -errno with the extack set.
 */
int mgl_nl_parse_service_id(struct netlink_ext_ack *extack,
			    struct nlattr **attrs, struct nlattr **tb,
			    struct mgl_service_id *id)
{
	struct nlattr *nest = service_nest(extack, attrs);

	return nest ? parse_service_nest(extack, nest, tb, id) : -EINVAL;
}

/**
 * mgl_nl_find_service() - look up the service that a request names
 * @ctx: the context
 * @attrs: the request's attributes
 * @tb: array for the attributes of MAGLEV_A_SERVICE, MAGLEV_SERVICE_A_MAX + 1
 *	long
 * @svc: the service, valid while mgl_net.lock is held
 *
 * Context: any.
 * Return: 0, -ENOENT if there is no such service, or another -errno; the extack
 * is set on error.
 */
int mgl_nl_find_service(const struct mgl_ctx *ctx, struct nlattr **attrs,
			struct nlattr **tb, struct mgl_service **svc)
{
	struct nlattr *nest = service_nest(ctx->extack, attrs);
	struct mgl_service_id id;
	int err;

	if (!nest)
		return -EINVAL;
	err = parse_service_nest(ctx->extack, nest, tb, &id);
	if (err)
		return err;
	*svc = mgl_service_find(ctx->mn, &id);
	if (*svc)
		return 0;
	NL_SET_ERR_MSG_ATTR(ctx->extack, nest, "no such service");
	return -ENOENT;
}

/**
 * mgl_nl_check_pool_name() - check a pool's name
 * @extack: set on error
 * @attr: MAGLEV_POOL_A_NAME or MAGLEV_SERVICE_A_POOL
 * @is_new: the name is for a new pool: only [A-Za-z0-9._-] are allowed, so that
 *	it differs from the name of every private pool
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int mgl_nl_check_pool_name(struct netlink_ext_ack *extack, struct nlattr *attr,
			   bool is_new)
{
	const char *name = nla_data(attr), *p;

	if (!*name) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "pool's name is empty");
		return -EINVAL;
	}
	for (p = name; is_new && *p; p++) {
		if (isascii(*p) && (isalnum(*p) || strchr("._-", *p)))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "pool's name may have letters, digits, '.', '_' and '-' only");
		return -EINVAL;
	}
	return 0;
}

/**
 * mgl_nl_parse_pool_params() - parse the settings of a pool
 * @extack: set on error
 * @nest: MAGLEV_A_POOL
 * @tb: the attributes of @nest
 * @params: the settings
 *
 * Context: any.
 * Return: 0, or -EINVAL if the table size is not a prime.
 */
int mgl_nl_parse_pool_params(struct netlink_ext_ack *extack,
			     struct nlattr *nest, struct nlattr **tb,
			     struct mgl_pool_params *params)
{
	struct nlattr *size = tb[MAGLEV_POOL_A_TABLE_SIZE];
	struct nlattr *seed = tb[MAGLEV_POOL_A_SEED];
	struct nlattr *settle = tb[MAGLEV_POOL_A_SETTLE];
	struct nlattr *panic = tb[MAGLEV_POOL_A_PANIC];

	*params = (struct mgl_pool_params){ .attr = nest };
	if (size) {
		params->has_size = true;
		params->size = nla_get_u32(size);
		if (!mgl_maglev_size_valid(params->size)) {
			NL_SET_ERR_MSG_ATTR(extack, size,
					    "table size is not a prime");
			return -EINVAL;
		}
	}
	if (seed) {
		params->has_seed = true;
		params->seed = nla_get_u64(seed);
	}
	if (settle) {
		params->has_settle = true;
		params->settle = nla_get_u32(settle);
	}
	if (panic) {
		params->has_panic = true;
		params->panic = nla_get_u8(panic);
	}
	return 0;
}

/**
 * mgl_nl_find_pool_named() - look up the pool that an attribute names
 * @ctx: the context
 * @name: the attribute, a string
 * @pool: the pool, valid while mgl_net.lock is held
 *
 * Context: any.
 * Return: 0, or -ENOENT with the extack set.
 */
int mgl_nl_find_pool_named(const struct mgl_ctx *ctx, struct nlattr *name,
			   struct mgl_pool **pool)
{
	*pool = mgl_pool_find(ctx->mn, nla_data(name));
	if (*pool)
		return 0;
	NL_SET_ERR_MSG_ATTR(ctx->extack, name, "no such pool");
	return -ENOENT;
}

static int pool_by_name(const struct mgl_ctx *ctx, struct nlattr *nest,
			struct mgl_pool **pool)
{
	struct nlattr *tb[MAGLEV_POOL_A_MAX + 1];
	int err;

	err = nla_parse_nested(tb, MAGLEV_POOL_A_MAX, nest, mgl_nlp_pool,
			       ctx->extack);
	if (err)
		return err;
	if (!tb[MAGLEV_POOL_A_NAME]) {
		NL_SET_ERR_ATTR_MISS(ctx->extack, nest, MAGLEV_POOL_A_NAME);
		NL_SET_ERR_MSG(ctx->extack, "pool's name is missing");
		return -EINVAL;
	}
	return mgl_nl_find_pool_named(ctx, tb[MAGLEV_POOL_A_NAME], pool);
}

/**
 * mgl_nl_find_pool() - look up the pool that a request names
 * @ctx: the context
 * @attrs: the request's attributes
 * @pool: the pool, valid while mgl_net.lock is held
 *
 * A request names a pool directly, or by a service that uses it.
 *
 * Context: any.
 * Return: 0, -ENOENT if there is no such pool or service, or another -errno;
 * the extack is set on error.
 */
int mgl_nl_find_pool(const struct mgl_ctx *ctx, struct nlattr **attrs,
		     struct mgl_pool **pool)
{
	struct nlattr *tb[MAGLEV_SERVICE_A_MAX + 1];
	struct mgl_service *svc;
	int err;

	if (attrs[MAGLEV_A_POOL] && attrs[MAGLEV_A_SERVICE]) {
		NL_SET_ERR_MSG_ATTR(ctx->extack, attrs[MAGLEV_A_POOL],
				    "both a service and a pool");
		return -EINVAL;
	}
	if (attrs[MAGLEV_A_POOL])
		return pool_by_name(ctx, attrs[MAGLEV_A_POOL], pool);
	if (!attrs[MAGLEV_A_SERVICE]) {
		NL_SET_ERR_ATTR_MISS(ctx->extack, NULL, MAGLEV_A_POOL);
		NL_SET_ERR_MSG(ctx->extack,
			       "neither a service nor a pool is given");
		return -EINVAL;
	}
	err = mgl_nl_find_service(ctx, attrs, tb, &svc);
	if (err)
		return err;
	*pool = mgl_service_pool(ctx->mn, svc);
	return 0;
}

/**
 * mgl_nl_parse_backend_addr() - parse the address of a backend in a request
 * @extack: set on error
 * @nest: MAGLEV_A_BACKEND
 * @tb: array for the attributes of @nest, MAGLEV_BACKEND_A_MAX + 1 long
 * @addr: the address
 *
 * Context: any.
 * Return: 0, or -errno with the extack set.
 */
int mgl_nl_parse_backend_addr(struct netlink_ext_ack *extack,
			      struct nlattr *nest, struct nlattr **tb,
			      struct mgl_addr *addr)
{
	return nla_parse_nested(tb, MAGLEV_BACKEND_A_MAX, nest, mgl_nlp_backend,
				extack) ?:
	       mgl_nl_parse_address(extack, nest, tb, MAGLEV_BACKEND_A_ADDRESS4,
				    addr) ?:
	       check_backend(extack, nest, addr);
}

/**
 * mgl_nl_parse_userdata() - parse the bytes that userspace keeps with an object
 * @attr: the attribute, or NULL
 * @params: the bytes, part of the request
 *
 * Context: any.
 */
void mgl_nl_parse_userdata(const struct nlattr *attr,
			   struct mgl_userdata_params *params)
{
	*params = (struct mgl_userdata_params){};
	if (!attr)
		return;
	params->given = true;
	params->len = nla_len(attr);
	params->data = nla_data(attr);
}
