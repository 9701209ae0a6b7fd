// SPDX-License-Identifier: GPL-2.0
/* Between netlink attributes and objects. */
#include <linux/ctype.h>
#include <linux/in.h>
#include <linux/string.h>

#include "../core/addr.h"
#include "nl.h"
#include "../net.h"
#include "policy.h"
#include "../pool.h"
#include "../service.h"
#include "../core/maglev.h"

/**
 * mgl_nl_parse_address() - one of a pair of address attributes
 * @nest: the object they are in, to blame
 * @tb: its attributes
 * @type4: index of the IPv4 one
 * @type6: index of the IPv6 one
 * @extack: says why not
 * @addr: the address
 *
 * Context: any.
 * Return: 0, -EINVAL or -EOPNOTSUPP.
 */
int mgl_nl_parse_address(struct nlattr *nest, struct nlattr **tb, int type4,
		   int type6, struct netlink_ext_ack *extack,
		   struct mgl_addr *addr)
{
	if (tb[type4] && tb[type6]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[type6],
				    "both an IPv4 and an IPv6 address");
		return -EINVAL;
	}
	if (tb[type6]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[type6],
				    "IPv6 addresses are not supported");
		return -EOPNOTSUPP;
	}
	if (!tb[type4]) {
		NL_SET_ERR_ATTR_MISS(extack, nest, type4);
		NL_SET_ERR_MSG(extack, "address is missing");
		return -EINVAL;
	}
	*addr = mgl_addr_v4(nla_get_in_addr(tb[type4]));
	return 0;
}

/**
 * mgl_nl_check_unicast() - refuse an address that no host can have
 * @addr: the address
 * @nest: the object it is of, to blame
 * @extack: says why not
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int mgl_nl_check_unicast(const struct mgl_addr *addr, struct nlattr *nest,
		   struct netlink_ext_ack *extack)
{
	__be32 a = mgl_addr_to_v4(addr);

	if (!ipv4_is_zeronet(a) && !ipv4_is_loopback(a) &&
	    !ipv4_is_multicast(a) && !ipv4_is_lbcast(a))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, nest, "not a unicast address");
	return -EINVAL;
}

static int parse_protocol(struct nlattr *nest, struct nlattr **tb, u8 *proto,
			  struct netlink_ext_ack *extack)
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

static int parse_ports(struct nlattr *nest, struct nlattr **tb,
		       struct mgl_service_id *id,
		       struct netlink_ext_ack *extack)
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
		/* Only "0 to 0" may be spelt out: it is what 0 means. */
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

static int parse_service_nest(struct nlattr *nest, struct mgl_service_id *id,
			      struct nlattr **tb,
			      struct netlink_ext_ack *extack)
{
	int err;

	err = nla_parse_nested(tb, MAGLEV_SERVICE_A_MAX, nest, mgl_nlp_service,
			       extack);
	if (!err)
		err = parse_protocol(nest, tb, &id->proto, extack);
	if (!err)
		err = mgl_nl_parse_address(nest, tb, MAGLEV_SERVICE_A_ADDRESS4,
				     MAGLEV_SERVICE_A_ADDRESS6, extack,
				     &id->vip);
	if (!err)
		err = mgl_nl_check_unicast(&id->vip, nest, extack);
	if (!err)
		err = parse_ports(nest, tb, id, extack);
	return err;
}

static struct nlattr *service_nest(struct genl_info *info)
{
	struct nlattr *nest = info->attrs[MAGLEV_A_SERVICE];

	if (!nest) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, MAGLEV_A_SERVICE);
		NL_SET_ERR_MSG(info->extack, "service is missing");
	}
	return nest;
}

/**
 * mgl_nl_parse_service_id() - the service that a request is about
 * @info: the request
 * @id: its identity
 * @tb: the attributes of MAGLEV_A_SERVICE, MAGLEV_SERVICE_A_MAX + 1 of them
 *
 * Context: any.
 * Return: 0 or -errno.
 */
int mgl_nl_parse_service_id(struct genl_info *info, struct mgl_service_id *id,
		      struct nlattr **tb)
{
	struct nlattr *nest = service_nest(info);

	return nest ? parse_service_nest(nest, id, tb, info->extack) : -EINVAL;
}

/**
 * mgl_nl_find_service_in() - find the service that an attribute names
 * @nest: MAGLEV_A_SERVICE
 * @mn: the namespace; mn->lock is held
 * @svc: the service
 * @tb: its attributes, MAGLEV_SERVICE_A_MAX + 1 of them
 * @extack: says why not
 *
 * Context: any.
 * Return: 0 or -errno.
 */
int mgl_nl_find_service_in(struct nlattr *nest, struct mgl_net *mn,
		      struct mgl_service **svc, struct nlattr **tb,
		      struct netlink_ext_ack *extack)
{
	struct mgl_service_id id;
	int err;

	err = parse_service_nest(nest, &id, tb, extack);
	if (err)
		return err;
	*svc = mgl_service_find(mn, &id);
	if (*svc)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, nest, "no such service");
	return -ENOENT;
}

/**
 * mgl_nl_find_service() - find the service that a request is about
 * @info: the request
 * @mn: the namespace; mn->lock is held
 * @svc: the service
 * @tb: the attributes of MAGLEV_A_SERVICE, MAGLEV_SERVICE_A_MAX + 1 of them
 *
 * Context: any.
 * Return: 0 or -errno.
 */
int mgl_nl_find_service(struct genl_info *info, struct mgl_net *mn,
		   struct mgl_service **svc, struct nlattr **tb)
{
	struct nlattr *nest = service_nest(info);

	return nest ? mgl_nl_find_service_in(nest, mn, svc, tb, info->extack) :
		      -EINVAL;
}

/**
 * mgl_nl_check_pool_name() - check a pool's name
 * @attr: MAGLEV_POOL_A_NAME or MAGLEV_SERVICE_A_POOL
 * @extack: says why not
 * @is_new: for a new pool: only [A-Za-z0-9._-], which no private one has
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int mgl_nl_check_pool_name(struct nlattr *attr, struct netlink_ext_ack *extack,
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
 * mgl_nl_parse_pool_params() - table size, seed and settle time
 * @tb: the attributes of MAGLEV_A_POOL
 * @params: what they say
 * @extack: says why not
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int mgl_nl_parse_pool_params(struct nlattr **tb, struct mgl_pool_params *params,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *size = tb[MAGLEV_POOL_A_TABLE_SIZE];
	struct nlattr *seed = tb[MAGLEV_POOL_A_SEED];
	struct nlattr *settle = tb[MAGLEV_POOL_A_SETTLE];

	*params = (struct mgl_pool_params){};
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
	return 0;
}

static int pool_by_name(struct nlattr *nest, struct mgl_net *mn,
			struct netlink_ext_ack *extack, struct mgl_pool **pool)
{
	struct nlattr *tb[MAGLEV_POOL_A_MAX + 1];
	int err;

	err = nla_parse_nested(tb, MAGLEV_POOL_A_MAX, nest, mgl_nlp_pool,
			       extack);
	if (err)
		return err;
	if (!tb[MAGLEV_POOL_A_NAME]) {
		NL_SET_ERR_ATTR_MISS(extack, nest, MAGLEV_POOL_A_NAME);
		NL_SET_ERR_MSG(extack, "pool's name is missing");
		return -EINVAL;
	}
	*pool = mgl_pool_find(mn, nla_data(tb[MAGLEV_POOL_A_NAME]));
	if (*pool)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, tb[MAGLEV_POOL_A_NAME], "no such pool");
	return -ENOENT;
}

/**
 * mgl_nl_find_pool() - find the pool that a request names itself or by a service
 * @attrs: the request's attributes
 * @mn: the namespace; mn->lock is held
 * @extack: says why not
 * @pool: the pool
 *
 * Context: any.
 * Return: 0 or -errno.
 */
int mgl_nl_find_pool(struct nlattr **attrs, struct mgl_net *mn,
		struct netlink_ext_ack *extack, struct mgl_pool **pool)
{
	struct nlattr *tb[MAGLEV_SERVICE_A_MAX + 1];
	struct mgl_service *svc;
	int err;

	if (attrs[MAGLEV_A_POOL] && attrs[MAGLEV_A_SERVICE]) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[MAGLEV_A_POOL],
				    "both a service and a pool");
		return -EINVAL;
	}
	if (attrs[MAGLEV_A_POOL])
		return pool_by_name(attrs[MAGLEV_A_POOL], mn, extack, pool);
	if (!attrs[MAGLEV_A_SERVICE]) {
		NL_SET_ERR_ATTR_MISS(extack, NULL, MAGLEV_A_POOL);
		NL_SET_ERR_MSG(extack, "neither a service nor a pool is given");
		return -EINVAL;
	}
	err = mgl_nl_find_service_in(attrs[MAGLEV_A_SERVICE], mn, &svc, tb, extack);
	if (err)
		return err;
	*pool = mgl_service_pool(mn, svc);
	return 0;
}

/**
 * mgl_nl_parse_backend_addr() - the address of the backend that a request is about
 * @nest: MAGLEV_A_BACKEND
 * @tb: its attributes, MAGLEV_BACKEND_A_MAX + 1 of them
 * @addr: the address
 * @extack: says why not
 *
 * Context: any.
 * Return: 0 or -errno.
 */
int mgl_nl_parse_backend_addr(struct nlattr *nest, struct nlattr **tb,
			struct mgl_addr *addr, struct netlink_ext_ack *extack)
{
	int err;

	err = nla_parse_nested(tb, MAGLEV_BACKEND_A_MAX, nest, mgl_nlp_backend,
			       extack);
	if (!err)
		err = mgl_nl_parse_address(nest, tb, MAGLEV_BACKEND_A_ADDRESS4,
				     MAGLEV_BACKEND_A_ADDRESS6, extack, addr);
	return err ? err : mgl_nl_check_unicast(addr, nest, extack);
}
