/* SPDX-License-Identifier: GPL-2.0 */
/* Tracers: those who want to know what becomes of the packets of a flow. */
#ifndef _MGL_TRACER_H
#define _MGL_TRACER_H

#include <linux/atomic.h>
#include <linux/jump_label.h>
#include <linux/list.h>
#include <linux/ratelimit_types.h>
#include <linux/rcupdate.h>

#include "core/trace_filter.h"
#include "net.h"

struct mgl_ctx;
struct mgl_flow;
struct mgl_traced;

/* Datagrams in fragments that a tracer follows at once. */
#define MGL_TRACER_DATAGRAMS 16

struct mgl_tracer;

/**
 * struct mgl_tracer_spec - a tracer to be
 * @owner: number by which its owner knows it, one of the namespace
 * @rate: packets that it is told of in a second
 * @filter: flows that it traces
 * @report: called for each packet in softirq, under RCU
 */
struct mgl_tracer_spec {
	u32 owner;
	u32 rate;
	struct mgl_trace_filter filter;
	void (*report)(struct mgl_net *mn, struct mgl_tracer *t,
		       const struct mgl_traced *what);
};

/**
 * struct mgl_tracer - somebody who traces flows of a namespace
 * @node: entry of mgl_net.tracers
 * @rcu: for kfree_rcu()
 * @spec: what it wants; constant
 * @limit: limits the packets that it is told of
 * @suppressed: number of packets since the last report that @limit left out
 * @lost: number of reports since then that did not arrive
 * @next: number of datagrams that were noted so far
 * @datagrams: keys of the last of these: fragments without ports are known by them
 */
struct mgl_tracer {
	struct list_head node;
	struct rcu_head rcu;
	struct mgl_tracer_spec spec;
	struct ratelimit_state limit;
	atomic_t suppressed;
	atomic_t lost;
	atomic_t next;
	u64 datagrams[MGL_TRACER_DATAGRAMS];
};

DECLARE_STATIC_KEY_FALSE(mgl_tracers_active);

/*
 * True if there is a tracer in the namespace. While there is none in any, a jump
 * that is patched.
 */
static inline bool mgl_tracing(const struct mgl_net *mn)
{
	return static_branch_unlikely(&mgl_tracers_active) &&
	       !list_empty(&mn->tracers);
}

void mgl_tracers_init(struct mgl_net *mn);
int mgl_tracer_set(const struct mgl_ctx *ctx,
		   const struct mgl_tracer_spec *spec);
bool mgl_tracer_end(struct mgl_net *mn, u32 owner);
void mgl_tracers_exit(struct mgl_net *mn);
void mgl_tracers_note(struct mgl_net *mn, const struct mgl_flow *flow,
		      u64 datagram);
bool mgl_tracers_want(struct mgl_net *mn, const struct mgl_traced *what);
void mgl_tracers_report(struct mgl_net *mn, const struct mgl_traced *what);

#endif /* _MGL_TRACER_H */
