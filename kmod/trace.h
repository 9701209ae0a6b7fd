/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What packets tell those who trace them: tracers, and tracepoints. Nothing of it
 * is done, nor remembered on the way, while nobody does: jumps that are patched
 * skip it.
 */
#ifndef _MGL_TRACE_H
#define _MGL_TRACE_H

#include "tracepoints.h"
#include "tracer.h"

struct mgl_choice;
struct mgl_fragment;
struct mgl_net;
struct mgl_parsed;
struct mgl_traced;
struct sk_buff;

/* True if somebody wants to know of packets that have a flow. */
static inline bool mgl_trace_wanted(const struct mgl_net *mn)
{
	return mgl_tracing(mn) || trace_maglev_forward_enabled();
}

void mgl_trace_report(struct mgl_net *mn, struct mgl_traced *what);
void mgl_trace_dispatched(struct mgl_net *mn, const struct mgl_parsed *parsed,
			  struct mgl_choice *choice, enum mgl_reason reason,
			  int iif);
void mgl_trace_fragment(struct mgl_net *mn, const struct sk_buff *skb,
			const struct mgl_fragment *f);
void mgl_trace_undispatched(struct mgl_net *mn, const struct sk_buff *skb,
			    enum mgl_reason reason);
void mgl_trace_held(struct mgl_net *mn, const struct sk_buff *skb,
		    u64 datagram, enum mgl_reason reason);
void mgl_trace_dropped(const struct mgl_net *mn, const struct sk_buff *skb,
		       enum mgl_reason reason);

/* For every packet that is about to be dropped. */
static inline void mgl_trace_drop(const struct mgl_net *mn,
				  const struct sk_buff *skb,
				  enum mgl_reason reason)
{
	if (trace_maglev_drop_enabled())
		mgl_trace_dropped(mn, skb, reason);
}

#endif /* _MGL_TRACE_H */
