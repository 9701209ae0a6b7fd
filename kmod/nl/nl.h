/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family: declarations for the files in nl/. */
#ifndef _MGL_NL_H
#define _MGL_NL_H

#include <linux/in6.h>
#include <net/genetlink.h>
#include <net/sock.h>
#include <uapi/linux/maglev.h>

#include "../core/prefix.h"
#include "../ctx.h"
#include "../net.h"

struct mgl_change;
struct mgl_dry_run;
struct mgl_backend_specs;
struct mgl_pool;
struct mgl_pool_params;
struct mgl_service;
struct mgl_service_id;
struct mgl_userdata;
struct mgl_userdata_params;

/**
 * struct mgl_nl_reply - a reply being written
 * @skb: the message
 * @portid: port of the requester
 * @seq: sequence number of the request
 * @flags: NLM_F_*
 * @cmd: MAGLEV_CMD_*
 * @secrets: the requester has CAP_NET_ADMIN, so may see seeds
 * @generation: generation of the configuration that a notification of a change
 *	tells of; 0 for everything else
 * @cb: the dump that the reply is part of, or NULL
 */
struct mgl_nl_reply {
	struct sk_buff *skb;
	u32 portid;
	u32 seq;
	int flags;
	u8 cmd;
	bool secrets;
	u32 generation;
	struct netlink_callback *cb;
};

/*
 * True for a notification of a change. It shows objects without what changes by
 * itself: counters, and numbers of flows.
 */
static inline bool mgl_nl_is_change(const struct mgl_nl_reply *reply)
{
	return reply->generation;
}

/*
 * Maximum age of flow counts for a reply, in jiffies, for mgl_flows_count().
 * Counting sweeps the whole cache, so it is done immediately only if the
 * requester has CAP_NET_ADMIN; others get counts up to one second old.
 */
static inline unsigned long mgl_nl_count_age(const struct mgl_nl_reply *reply)
{
	return reply->secrets ? 0 : HZ;
}

/**
 * struct mgl_nl_request - a request to change something, alone or in a batch
 * @ctx: the context; @ctx.mn->lock is held
 * @attrs: its attributes by type; of repeated ones the last
 * @head: its attributes as they come
 * @len: their length
 * @skb: the message
 * @info: the message
 * @notices: notifications of what it changes, see mgl_nl_note()
 */
struct mgl_nl_request {
	struct mgl_ctx ctx;
	struct nlattr **attrs;
	struct nlattr *head;
	int len;
	struct sk_buff *skb;
	struct genl_info *info;
	struct list_head *notices;
};

/* Multicast groups. */
enum { MGL_MCGRP_CONFIG };

extern struct genl_family mgl_genl_family;

int mgl_netlink_init(void);
void mgl_netlink_exit(void);

/* family.c: policies, replies */
const struct nla_policy *mgl_nl_policy(u8 cmd);
int mgl_nl_reply_new(struct sk_buff *skb, struct genl_info *info,
		     struct mgl_nl_reply *reply);
int mgl_nl_reply_send(struct mgl_nl_reply *reply, struct genl_info *info,
		      int err);
int mgl_nl_answer(struct sk_buff *skb, struct genl_info *info,
		  int (*put)(struct mgl_net *mn,
			     const struct mgl_nl_reply *reply));
void mgl_nl_reply_dump(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		       struct mgl_nl_reply *reply);
int mgl_nl_dump_all(struct netlink_callback *cb, int attr);
void *mgl_nl_dump_from(const struct mgl_net *mn,
		       const struct netlink_callback *cb);
void *mgl_nl_begin(const struct mgl_nl_reply *reply);
int mgl_nl_reply_moves(struct sk_buff *skb, struct genl_info *info,
		       const struct mgl_dry_run *dry);

/* The context of a request. The handler has to take ctx.mn->lock. */
static inline struct mgl_ctx mgl_nl_ctx(struct genl_info *info)
{
	return (struct mgl_ctx){
		.mn = mgl_net(genl_info_net(info)),
		.extack = info->extack,
	};
}

/* An IPv6 address, for the helpers of net/ipv6.h. */
static inline const struct in6_addr *mgl_nl_in6(const struct mgl_addr *addr)
{
	BUILD_BUG_ON(sizeof(*addr) != sizeof(struct in6_addr));
	return (const struct in6_addr *)addr;
}

/*
 * parse.c: from attributes to objects; -errno with the extack set. Parameters
 * are in the order extack or context, input, output.
 */
int mgl_nl_parse_address(struct netlink_ext_ack *extack, struct nlattr *nest,
			 struct nlattr **tb, int type4, struct mgl_addr *addr);
int mgl_nl_check_source(struct netlink_ext_ack *extack, struct nlattr *nest,
			const struct mgl_addr *addr);
int mgl_nl_parse_service_id(struct netlink_ext_ack *extack,
			    struct nlattr **attrs, struct nlattr **tb,
			    struct mgl_service_id *id);
int mgl_nl_find_service(const struct mgl_ctx *ctx, struct nlattr **attrs,
			struct nlattr **tb, struct mgl_service **svc);
int mgl_nl_check_pool_name(struct netlink_ext_ack *extack, struct nlattr *attr,
			   bool is_new);
int mgl_nl_parse_pool_params(struct netlink_ext_ack *extack,
			     struct nlattr *nest, struct nlattr **tb,
			     struct mgl_pool_params *params);
int mgl_nl_find_pool(const struct mgl_ctx *ctx, struct nlattr **attrs,
		     struct mgl_pool **pool);
int mgl_nl_find_pool_named(const struct mgl_ctx *ctx, struct nlattr *name,
			   struct mgl_pool **pool);
int mgl_nl_parse_backend_addr(struct netlink_ext_ack *extack,
			      struct nlattr *nest, struct nlattr **tb,
			      struct mgl_addr *addr);

void mgl_nl_parse_userdata(const struct nlattr *attr,
			   struct mgl_userdata_params *params);

/**
 * struct mgl_nl_prefixes - prefixes of one kind
 * @attr: MAGLEV_A_ROUTER or MAGLEV_A_SOURCE
 * @parse: parses the prefix of a request, which need not have one
 */
struct mgl_nl_prefixes {
	int attr;
	int (*parse)(const struct mgl_nl_request *req, struct mgl_prefix *p);
};

/* prefix.c: parsing, changing and writing of prefixes */
int mgl_nl_change_prefix(const struct mgl_nl_request *req,
			 const struct mgl_nl_prefixes *kind, u8 cmd,
			 int (*change)(const struct mgl_ctx *ctx,
				       const struct mgl_prefix *p));
int mgl_nl_parse_prefix(struct netlink_ext_ack *extack, struct nlattr *nest,
			struct mgl_prefix *p);
int mgl_nl_put_prefix(const struct mgl_nl_reply *reply, int type,
		      const struct mgl_prefix *p);

/* backend.c: the same as parse.c; the caller frees the result with kvfree(specs->item) */
int mgl_nl_parse_backends(const struct mgl_nl_request *req,
			  struct mgl_backend_specs *specs);

/* change.c: requests that may be part of a batch; batch.c */
int mgl_nl_change(struct sk_buff *skb, struct genl_info *info);
int mgl_nl_change_in_batch(struct mgl_nl_request *req, struct nlattr *nest);
int mgl_nl_finish(const struct mgl_nl_request *req, struct mgl_change *change);
int mgl_nl_batch(struct sk_buff *skb, struct genl_info *info);

/* put.c: from objects to attributes; 0 or -EMSGSIZE */
int mgl_nl_put_address(struct sk_buff *skb, int type4, int type6,
		       const struct mgl_addr *addr);
int mgl_nl_put_service_id(struct sk_buff *skb, const struct mgl_service_id *id);
int mgl_nl_put_pool_name(struct sk_buff *skb, const char *name);
int mgl_nl_put_changed_pool(struct sk_buff *skb, struct mgl_net *mn,
			    const char *name);
int mgl_nl_put_owner(struct sk_buff *skb, const struct mgl_service_id *id,
		     const char *pool);
int mgl_nl_put_userdata(struct sk_buff *skb, int type,
			const struct mgl_userdata *userdata);
int mgl_nl_put_traffic(struct sk_buff *skb, int type,
		       const struct mgl_traffic_sum *now,
		       const struct mgl_traffic_sum *base);

/* One file per object */
int mgl_nl_service_new(const struct mgl_nl_request *req);
int mgl_nl_service_set(const struct mgl_nl_request *req);
int mgl_nl_service_del(const struct mgl_nl_request *req);
int mgl_nl_service_get(struct sk_buff *skb, struct genl_info *info);
int mgl_nl_service_dump(struct sk_buff *skb, struct netlink_callback *cb);
int mgl_nl_pool_new(const struct mgl_nl_request *req);
int mgl_nl_pool_set(const struct mgl_nl_request *req);
int mgl_nl_pool_del(const struct mgl_nl_request *req);
int mgl_nl_pool_get(struct sk_buff *skb, struct genl_info *info);
int mgl_nl_pool_dump(struct sk_buff *skb, struct netlink_callback *cb);
int mgl_nl_backend_new(const struct mgl_nl_request *req);
int mgl_nl_backend_set(const struct mgl_nl_request *req);
int mgl_nl_backend_del(const struct mgl_nl_request *req);
int mgl_nl_backend_get(struct sk_buff *skb, struct genl_info *info);
int mgl_nl_backend_dump(struct sk_buff *skb, struct netlink_callback *cb);
int mgl_nl_member_new(const struct mgl_nl_request *req);
int mgl_nl_member_set(const struct mgl_nl_request *req);
int mgl_nl_member_del(const struct mgl_nl_request *req);
int mgl_nl_router_new(const struct mgl_nl_request *req);
int mgl_nl_router_del(const struct mgl_nl_request *req);
int mgl_nl_router_dump(struct sk_buff *skb, struct netlink_callback *cb);
int mgl_nl_source_new(const struct mgl_nl_request *req);
int mgl_nl_source_del(const struct mgl_nl_request *req);
int mgl_nl_source_dump(struct sk_buff *skb, struct netlink_callback *cb);
int mgl_nl_info_get(struct sk_buff *skb, struct genl_info *info);
int mgl_nl_stats_get(struct sk_buff *skb, struct genl_info *info);
int mgl_nl_stats_zero(struct sk_buff *skb, struct genl_info *info);
int mgl_nl_config_get(struct sk_buff *skb, struct genl_info *info);
int mgl_nl_config_set(const struct mgl_nl_request *req);
int mgl_nl_conn_dump(struct sk_buff *skb, struct netlink_callback *cb);
int mgl_nl_conn_del(struct sk_buff *skb, struct genl_info *info);
int mgl_nl_lookup_get(struct sk_buff *skb, struct genl_info *info);
int mgl_nl_state_dump(struct sk_buff *skb, struct netlink_callback *cb);
int mgl_nl_state_done(struct netlink_callback *cb);
int mgl_nl_state_set(struct sk_buff *skb, struct genl_info *info);
int mgl_nl_trace_set(struct sk_buff *skb, struct genl_info *info);
int mgl_nl_flush(struct sk_buff *skb, struct genl_info *info);

/* notify.c */
int mgl_nl_notify_init(void);
void mgl_nl_notify_exit(void);

/* Notifications of changes that a request makes: see mgl_nl_note(). */
typedef int (*mgl_nl_put_fn)(struct mgl_net *mn,
			     const struct mgl_nl_reply *reply,
			     const void *what);
void *mgl_nl_note(const struct mgl_nl_request *req, u8 cmd, mgl_nl_put_fn put,
		  size_t size);
void mgl_nl_notify(const struct mgl_nl_request *req, u8 cmd,
		   mgl_nl_put_fn put, const void *what, size_t size);
void mgl_nl_notify_end(const struct mgl_nl_request *req, bool done);
void mgl_nl_notify_pool(const struct mgl_nl_request *req, u8 cmd,
			const char *name);
void mgl_nl_notify_backends(const struct mgl_nl_request *req, const char *pool,
			    const struct mgl_backend_specs *specs);
void mgl_nl_notify_flush(struct genl_info *info);

/* trace.c */
int mgl_nl_trace_init(void);
void mgl_nl_trace_exit(void);

#endif /* _MGL_NL_H */
