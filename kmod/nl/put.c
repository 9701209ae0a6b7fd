// SPDX-License-Identifier: GPL-2.0
/* Netlink: write objects as attributes that several kinds of replies share. */
#include "../core/addr.h"
#include "../pool.h"
#include "../service.h"
#include "../table.h"
#include "nl.h"

/**
 * mgl_nl_put_address() - write an address as one of a pair of attributes
 * @skb: the message
 * @type4: attribute type of an IPv4 address
 * @type6: attribute type of an IPv6 address
 * @addr: the address
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int mgl_nl_put_address(struct sk_buff *skb, int type4, int type6,
		       const struct mgl_addr *addr)
{
	if (mgl_addr_is_v4(addr))
		return nla_put_in_addr(skb, type4, mgl_addr_to_v4(addr));
	return nla_put(skb, type6, sizeof(*addr), addr);
}

/**
 * mgl_nl_put_traffic() - write the traffic since the counters were last zeroed
 * @skb: the message
 * @type: type of the nest to write
 * @now: the counters now
 * @base: the counters when they were zeroed
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int mgl_nl_put_traffic(struct sk_buff *skb, int type,
		       const struct mgl_traffic_sum *now,
		       const struct mgl_traffic_sum *base)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u64_64bit(skb, MAGLEV_STATS_A_PACKETS,
			      now->packets - base->packets,
			      MAGLEV_STATS_A_PAD) ||
	    nla_put_u64_64bit(skb, MAGLEV_STATS_A_BYTES,
			      now->bytes - base->bytes, MAGLEV_STATS_A_PAD) ||
	    nla_put_u64_64bit(skb, MAGLEV_STATS_A_FLOWS,
			      now->flows - base->flows, MAGLEV_STATS_A_PAD)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * mgl_nl_put_service_id() - write the identity of a service
 * @skb: the message, in its MAGLEV_A_SERVICE
 * @id: the identity
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int mgl_nl_put_service_id(struct sk_buff *skb, const struct mgl_service_id *id)
{
	if (nla_put_u8(skb, MAGLEV_SERVICE_A_PROTOCOL, id->proto) ||
	    mgl_nl_put_address(skb, MAGLEV_SERVICE_A_ADDRESS4,
			       MAGLEV_SERVICE_A_ADDRESS6, &id->vip) ||
	    nla_put_be16(skb, MAGLEV_SERVICE_A_PORT, htons(id->first)))
		return -EMSGSIZE;
	if (mgl_service_id_any(id) || id->last == id->first)
		return 0;
	return nla_put_be16(skb, MAGLEV_SERVICE_A_PORT_LAST, htons(id->last));
}

/**
 * mgl_nl_put_userdata() - write the bytes that userspace keeps with an object
 * @skb: the message
 * @type: type of the attribute
 * @userdata: the bytes, or NULL for no attribute
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int mgl_nl_put_userdata(struct sk_buff *skb, int type,
			const struct mgl_userdata *userdata)
{
	if (!userdata)
		return 0;
	return nla_put(skb, type, userdata->len, userdata->data);
}

/**
 * mgl_nl_put_pool_name() - write MAGLEV_A_POOL with only a name
 * @skb: the message
 * @name: the pool's name
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int mgl_nl_put_pool_name(struct sk_buff *skb, const char *name)
{
	struct nlattr *nest = nla_nest_start(skb, MAGLEV_A_POOL);

	if (!nest || nla_put_string(skb, MAGLEV_POOL_A_NAME, name))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * mgl_nl_put_changed_pool() - write MAGLEV_A_POOL of a pool whose table changed
 * @skb: the message
 * @mn: the namespace; mn->lock is held
 * @name: the pool's name
 *
 * Besides the name it says what came of the change: the fingerprint of the
 * table, and the number of slots that remember a previous owner.
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int mgl_nl_put_changed_pool(struct sk_buff *skb, struct mgl_net *mn,
			    const char *name)
{
	struct nlattr *nest = nla_nest_start(skb, MAGLEV_A_POOL);
	const struct mgl_pool *pool = mgl_pool_find(mn, name);
	const struct mgl_table *table = NULL;

	if (pool)
		table = mgl_table_of(mn, pool);
	if (!nest || nla_put_string(skb, MAGLEV_POOL_A_NAME, name) ||
	    (pool && nla_put_u32(skb, MAGLEV_POOL_A_UNSETTLED,
				 mgl_table_unsettled(mn, pool))) ||
	    (table &&
	     nla_put_u64_64bit(skb, MAGLEV_POOL_A_FINGERPRINT,
			       table->fingerprint, MAGLEV_POOL_A_PAD)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * mgl_nl_put_owner() - write the identities of a service and of a pool
 * @skb: the message
 * @id: the service's identity
 * @pool: the pool's name
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int mgl_nl_put_owner(struct sk_buff *skb, const struct mgl_service_id *id,
		     const char *pool)
{
	struct nlattr *nest = nla_nest_start(skb, MAGLEV_A_SERVICE);

	if (!nest || mgl_nl_put_service_id(skb, id))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return mgl_nl_put_pool_name(skb, pool);
}
