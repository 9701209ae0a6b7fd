// SPDX-License-Identifier: GPL-2.0
/* Netlink: prefixes, those of trusted routers and of sources. */
#include <net/ipv6.h>

#include "nl.h"
#include "policy.h"

/* The attributes of both objects are the same. */
static_assert((int)MAGLEV_SOURCE_A_ADDRESS4 == (int)MAGLEV_ROUTER_A_ADDRESS4);
static_assert((int)MAGLEV_SOURCE_A_ADDRESS6 == (int)MAGLEV_ROUTER_A_ADDRESS6);
static_assert((int)MAGLEV_SOURCE_A_PREFIX_LEN ==
	      (int)MAGLEV_ROUTER_A_PREFIX_LEN);
static_assert((int)MAGLEV_SOURCE_A_MAX == (int)MAGLEV_ROUTER_A_MAX);

/* Bits of struct mgl_addr before the address itself. */
static unsigned int bits_before(const struct mgl_addr *addr)
{
	return mgl_addr_is_v4(addr) ? MGL_V4_BITS_BEFORE : 0;
}

static bool host_bits_set(const struct mgl_prefix *p)
{
	struct in6_addr prefix;

	ipv6_addr_prefix(&prefix, mgl_nl_in6(&p->addr), p->len);
	return !ipv6_addr_equal(&prefix, mgl_nl_in6(&p->addr));
}

/**
 * mgl_nl_parse_prefix() - parse an address and the length of a prefix
 * @extack: set on error
 * @nest: MAGLEV_A_ROUTER or MAGLEV_A_SOURCE
 * @p: the prefix
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int mgl_nl_parse_prefix(struct netlink_ext_ack *extack, struct nlattr *nest,
			struct mgl_prefix *p)
{
	struct nlattr *tb[MAGLEV_ROUTER_A_MAX + 1];
	unsigned int before, len;
	int err;

	err = nla_parse_nested(tb, MAGLEV_ROUTER_A_MAX, nest, mgl_nlp_prefix,
			       extack) ?:
	      mgl_nl_parse_address(extack, nest, tb, MAGLEV_ROUTER_A_ADDRESS4,
				   &p->addr);
	if (err)
		return err;
	before = bits_before(&p->addr);
	len = MGL_ADDR_BITS - before;
	if (tb[MAGLEV_ROUTER_A_PREFIX_LEN])
		len = nla_get_u8(tb[MAGLEV_ROUTER_A_PREFIX_LEN]);
	if (len > MGL_ADDR_BITS - before) {
		NL_SET_ERR_MSG_ATTR(extack, tb[MAGLEV_ROUTER_A_PREFIX_LEN],
				    "prefix is longer than the address");
		return -EINVAL;
	}
	p->len = len + before;
	if (host_bits_set(p)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[MAGLEV_ROUTER_A_ADDRESS4] ?:
				    tb[MAGLEV_ROUTER_A_ADDRESS6],
				    "address has bits set beyond the prefix");
		return -EINVAL;
	}
	return 0;
}

/**
 * mgl_nl_put_prefix() - write a message with a prefix
 * @reply: the reply
 * @type: MAGLEV_A_ROUTER or MAGLEV_A_SOURCE
 * @p: the prefix
 *
 * Context: any; for a dump mgl_net.lock is held.
 * Return: 0 or -EMSGSIZE.
 */
int mgl_nl_put_prefix(const struct mgl_nl_reply *reply, int type,
		      const struct mgl_prefix *p)
{
	struct sk_buff *skb = reply->skb;
	void *hdr = mgl_nl_begin(reply);
	struct nlattr *nest;

	if (!hdr)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, type);
	if (!nest ||
	    mgl_nl_put_address(skb, MAGLEV_ROUTER_A_ADDRESS4,
			       MAGLEV_ROUTER_A_ADDRESS6, &p->addr) ||
	    nla_put_u8(skb, MAGLEV_ROUTER_A_PREFIX_LEN,
		       p->len - bits_before(&p->addr))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * struct changed - the prefix of a notification
 * @attr: MAGLEV_A_ROUTER or MAGLEV_A_SOURCE
 * @prefix: the prefix
 */
struct changed {
	int attr;
	struct mgl_prefix prefix;
};

static int put_changed(struct mgl_net *mn, const struct mgl_nl_reply *reply,
		       const void *what)
{
	const struct changed *c = what;

	return mgl_nl_put_prefix(reply, c->attr, &c->prefix);
}

/**
 * mgl_nl_change_prefix() - add or delete the prefix of a request
 * @req: the request
 * @kind: routers or sources
 * @cmd: MAGLEV_CMD_*_NTF, of which listeners are notified
 * @change: adds or deletes a prefix; returns 0 or -errno with the extack set
 *
 * Context: as mgl_nl_note().
 * Return: 0, or -errno with the extack set.
 */
int mgl_nl_change_prefix(const struct mgl_nl_request *req,
			 const struct mgl_nl_prefixes *kind, u8 cmd,
			 int (*change)(const struct mgl_ctx *ctx,
				       const struct mgl_prefix *p))
{
	struct changed c = { .attr = kind->attr };
	int err;

	err = kind->parse(req, &c.prefix) ?: change(&req->ctx, &c.prefix);
	if (!err)
		mgl_nl_notify(req, cmd, put_changed, &c, sizeof(c));
	return err;
}
