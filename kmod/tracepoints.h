/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints, for perf, trace-cmd and BPF: Documentation/tracing.md. Compiled
 * out in a kernel without CONFIG_TRACEPOINTS.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM maglev

#if !defined(_MGL_TRACEPOINTS_H) || defined(TRACE_HEADER_MULTI_READ)
#define _MGL_TRACEPOINTS_H

#include <linux/tracepoint.h>
#include <uapi/linux/maglev.h>

#include "core/reason.h"

struct mgl_backend;
struct mgl_flow;
struct mgl_net;
struct mgl_pool;
struct mgl_table;
struct mgl_traced;
struct sk_buff;

#ifndef _MGL_TRACEPOINTS_ONCE
#define _MGL_TRACEPOINTS_ONCE

/*
 * Room for the name of a reason, that of a pool, and a socket address. In numbers,
 * because tools read them in the formats of the events.
 */
#define MGL_EVENT_NAME_MAX 32
#define MGL_EVENT_POOL_MAX 64
#define MGL_EVENT_ADDR_MAX 28

/* State of a backend before it is added, and after it is deleted. */
#define MGL_EVENT_STATE_NONE (-1)

/**
 * enum mgl_backend_why - what changes a backend
 * @MGL_BACKEND_ADDED: a request adds it
 * @MGL_BACKEND_EDITED: a request changes its weight or state
 * @MGL_BACKEND_DELETED: a request deletes it
 * @MGL_BACKEND_DRAINED: it has drained, or its deadline is over
 * @MGL_BACKEND_FLUSHED: its pool is deleted, or the whole configuration
 */
enum mgl_backend_why {
	MGL_BACKEND_ADDED,
	MGL_BACKEND_EDITED,
	MGL_BACKEND_DELETED,
	MGL_BACKEND_DRAINED,
	MGL_BACKEND_FLUSHED,
};
#endif

TRACE_DEFINE_ENUM(MAGLEV_RULE_NOBODY);
TRACE_DEFINE_ENUM(MAGLEV_RULE_OPEN);
TRACE_DEFINE_ENUM(MAGLEV_RULE_CACHED);
TRACE_DEFINE_ENUM(MAGLEV_RULE_CURRENT);
TRACE_DEFINE_ENUM(MAGLEV_RULE_PREVIOUS);
TRACE_DEFINE_ENUM(MAGLEV_RULE_HASH);
TRACE_DEFINE_ENUM(MAGLEV_RULE_SPARE);
TRACE_DEFINE_ENUM(MAGLEV_RULE_FULL);
TRACE_DEFINE_ENUM(MAGLEV_STATE_UP);
TRACE_DEFINE_ENUM(MAGLEV_STATE_DRAIN);
TRACE_DEFINE_ENUM(MAGLEV_STATE_DOWN);
TRACE_DEFINE_ENUM(MGL_BACKEND_ADDED);
TRACE_DEFINE_ENUM(MGL_BACKEND_EDITED);
TRACE_DEFINE_ENUM(MGL_BACKEND_DELETED);
TRACE_DEFINE_ENUM(MGL_BACKEND_DRAINED);
TRACE_DEFINE_ENUM(MGL_BACKEND_FLUSHED);

#define mgl_show_rule(rule)						\
	__print_symbolic(rule,						\
			 { MAGLEV_RULE_NOBODY, "nobody" },		\
			 { MAGLEV_RULE_OPEN, "open" },			\
			 { MAGLEV_RULE_CACHED, "cached" },		\
			 { MAGLEV_RULE_CURRENT, "current" },		\
			 { MAGLEV_RULE_PREVIOUS, "previous" },		\
			 { MAGLEV_RULE_HASH, "hash" },			\
			 { MAGLEV_RULE_SPARE, "spare" },		\
			 { MAGLEV_RULE_FULL, "full" })

#define mgl_show_state(state)						\
	__print_symbolic(state,						\
			 { -1, "none" },				\
			 { MAGLEV_STATE_UP, "up" },			\
			 { MAGLEV_STATE_DRAIN, "drain" },		\
			 { MAGLEV_STATE_DOWN, "down" })

#define mgl_show_why(why)						\
	__print_symbolic(why,						\
			 { MGL_BACKEND_ADDED, "added" },		\
			 { MGL_BACKEND_EDITED, "edited" },		\
			 { MGL_BACKEND_DELETED, "deleted" },		\
			 { MGL_BACKEND_DRAINED, "drained" },		\
			 { MGL_BACKEND_FLUSHED, "flushed" })

/* A packet went to a backend, or to a peer. */
TRACE_EVENT(maglev_forward,
	    TP_PROTO(const struct mgl_net *mn, const struct mgl_traced *what),

	    TP_ARGS(mn, what),

	    TP_STRUCT__entry(__array(__u8, saddr, MGL_EVENT_ADDR_MAX)
			     __array(__u8, daddr, MGL_EVENT_ADDR_MAX)
			     __array(__u8, backend, MGL_EVENT_ADDR_MAX)
			     __array(char, reason, MGL_EVENT_NAME_MAX)
			     __field(__u32, netns)
			     __field(__u32, len)
			     __field(__u32, slot)
			     __field(int, iif)
			     __field(int, oif)
			     __field(__u16, family)
			     __field(__u16, sport)
			     __field(__u16, dport)
			     __field(__u16, service_first)
			     __field(__u16, service_last)
			     __field(__u8, protocol)
			     __field(__u8, kind)
			     __field(int, rule)),

	    TP_fast_assign(__entry->netns = netns_of(mn);
			   __entry->len = what->len;
			   __entry->slot = what->pool ? what->slot.number : 0;
			   __entry->rule = what->pool ? (int)what->rule : -1;
			   __entry->iif = what->iif;
			   __entry->oif = what->oif;
			   __entry->family = family_of(what->flow);
			   __entry->sport = ntohs(what->flow->sport);
			   __entry->dport = ntohs(what->flow->dport);
			   __entry->service_first = what->svc ? what->svc->id.first : 0;
			   __entry->service_last = what->svc ? what->svc->id.last : 0;
			   __entry->protocol = what->flow->proto;
			   __entry->kind = what->flow->kind;
			   put_client(__entry->saddr, what->flow);
			   put_vip(__entry->daddr, what->flow);
			   put_backend(__entry->backend, what->backend);
			   strscpy(__entry->reason, mgl_reason_name(what->reason),
				   MGL_EVENT_NAME_MAX);),

	    TP_printk("netns=%u protocol=%u src=%pISpc dst=%pISpc kind=%u len=%u service_ports=%u-%u rule=%s slot=%u backend=%pISc iif=%d oif=%d reason=%s",
		      __entry->netns, __entry->protocol, __entry->saddr,
		      __entry->daddr, __entry->kind, __entry->len,
		      __entry->service_first, __entry->service_last,
		      mgl_show_rule(__entry->rule), __entry->slot,
		      __entry->backend, __entry->iif, __entry->oif,
		      __entry->reason)
);

/* A packet is about to be freed, for a reason. */
TRACE_EVENT(maglev_drop,
	    TP_PROTO(const struct mgl_net *mn, const struct sk_buff *skb,
		     enum mgl_reason reason, const struct mgl_flow *flow),

	    TP_ARGS(mn, skb, reason, flow),

	    TP_STRUCT__entry(__array(__u8, saddr, MGL_EVENT_ADDR_MAX)
			     __array(__u8, daddr, MGL_EVENT_ADDR_MAX)
			     __array(char, name, MGL_EVENT_NAME_MAX)
			     __field(const void *, skbaddr)
			     __field(__u32, netns)
			     __field(__u32, len)
			     __field(int, reason)
			     __field(__u16, family)
			     __field(__u16, sport)
			     __field(__u16, dport)
			     __field(__u8, protocol)),

	    TP_fast_assign(__entry->skbaddr = skb;
			   __entry->netns = netns_of(mn);
			   __entry->len = skb->len;
			   __entry->reason = reason;
			   __entry->family = flow ? family_of(flow) : 0;
			   __entry->sport = flow ? ntohs(flow->sport) : 0;
			   __entry->dport = flow ? ntohs(flow->dport) : 0;
			   __entry->protocol = flow ? flow->proto : 0;
			   put_client(__entry->saddr, flow);
			   put_vip(__entry->daddr, flow);
			   strscpy(__entry->name, mgl_reason_name(reason),
				   MGL_EVENT_NAME_MAX);),

	    TP_printk("netns=%u skbaddr=%p reason=%s (%d) len=%u protocol=%u src=%pISpc dst=%pISpc",
		      __entry->netns, __entry->skbaddr, __entry->name,
		      __entry->reason, __entry->len, __entry->protocol,
		      __entry->saddr, __entry->daddr)
);

/* The table of a pool is about to be published; NULL if it gets none. */
TRACE_EVENT(maglev_table,
	    TP_PROTO(const struct mgl_net *mn, const struct mgl_pool *pool,
		     const struct mgl_table *table, u32 moved),

	    TP_ARGS(mn, pool, table, moved),

	    TP_STRUCT__entry(__array(char, pool, MGL_EVENT_POOL_MAX)
			     __field(__u64, fingerprint)
			     __field(__u32, netns)
			     __field(__u32, size)
			     __field(__u32, backends)
			     __field(__u32, moved)
			     __field(__u32, generation)
			     __field(__u8, panics)),

	    TP_fast_assign(strscpy(__entry->pool, pool->name, MGL_EVENT_POOL_MAX);
			   __entry->netns = netns_of(mn);
			   __entry->size = table ? table->size : 0;
			   __entry->backends = table ? table->n_backends : 0;
			   __entry->fingerprint = table ? table->fingerprint : 0;
			   __entry->moved = moved;
			   /* That of the change, which ends after this. */
			   __entry->generation = mn->generation + 1;
			   __entry->panics = table && table->panics;),

	    TP_printk("netns=%u pool=%s size=%u backends=%u moved=%u fingerprint=%016llx generation=%u panics=%u",
		      __entry->netns, __entry->pool, __entry->size,
		      __entry->backends, __entry->moved, __entry->fingerprint,
		      __entry->generation, __entry->panics)
);

/* A backend was added or changed, or is about to be deleted. */
TRACE_EVENT(maglev_backend,
	    TP_PROTO(const struct mgl_net *mn, const struct mgl_backend *b,
		     enum mgl_backend_why why, int old_state, u32 old_weight),

	    TP_ARGS(mn, b, why, old_state, old_weight),

	    TP_STRUCT__entry(__array(__u8, address, MGL_EVENT_ADDR_MAX)
			     __array(char, pool, MGL_EVENT_POOL_MAX)
			     __field(__u32, netns)
			     __field(__u32, old_weight)
			     __field(__u32, weight)
			     __field(int, why)
			     __field(int, old_state)
			     __field(int, state)),

	    TP_fast_assign(put_backend(__entry->address, b);
			   strscpy(__entry->pool, b->pool->name, MGL_EVENT_POOL_MAX);
			   __entry->netns = netns_of(mn);
			   __entry->old_weight = old_weight;
			   __entry->weight = b->weight;
			   __entry->why = why;
			   __entry->old_state = old_state;
			   __entry->state = why < MGL_BACKEND_DELETED ? (int)b->state :
									MGL_EVENT_STATE_NONE;),

	    TP_printk("netns=%u pool=%s address=%pISc why=%s state=%s->%s weight=%u->%u",
		      __entry->netns, __entry->pool, __entry->address,
		      mgl_show_why(__entry->why),
		      mgl_show_state(__entry->old_state),
		      mgl_show_state(__entry->state), __entry->old_weight,
		      __entry->weight)
);

#endif /* _MGL_TRACEPOINTS_H */

/* This part must be outside of the guards. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE tracepoints
#include <trace/define_trace.h>
