// SPDX-License-Identifier: GPL-2.0
/*
 * Tracers of a namespace (Maglev paper section 4.4). Each has a filter, and is
 * told what becomes of the packets that match it. Without a tracer in any
 * namespace packets do not come here. With one, a packet is compared with a
 * bounded number of filters, and how many are reported is limited.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/ratelimit.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/net_debug.h>
#include <uapi/linux/maglev.h>

#include "core/flow.h"
#include "ctx.h"
#include "net.h"
#include "traced.h"
#include "tracer.h"

struct static_key_false mgl_tracers_active = STATIC_KEY_FALSE_INIT;
EXPORT_SYMBOL_IF_KUNIT(mgl_tracers_active);

/*
 * The lists of all namespaces. Not mgl_net.lock: the end of a socket need not
 * wait for a table that is being built.
 */
static DEFINE_MUTEX(tracers_lock);

/**
 * mgl_tracers_init() - initialise the tracers of a namespace
 * @mn: the namespace, new
 *
 * Context: any.
 */
void mgl_tracers_init(struct mgl_net *mn)
{
	INIT_LIST_HEAD(&mn->tracers);
}
EXPORT_SYMBOL_IF_KUNIT(mgl_tracers_init);

static struct mgl_tracer *find(struct mgl_net *mn, u32 owner, u32 *n)
{
	struct mgl_tracer *t, *found = NULL;

	lockdep_assert_held(&tracers_lock);
	*n = 0;
	list_for_each_entry(t, &mn->tracers, node) {
		(*n)++;
		if (t->spec.owner == owner)
			found = t;
	}
	return found;
}

static struct mgl_tracer *tracer_alloc(const struct mgl_ctx *ctx,
				       const struct mgl_tracer_spec *spec)
{
	struct mgl_tracer *t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);

	if (!t) {
		NL_SET_ERR_MSG_MOD(ctx->extack, "out of memory for the tracer");
		return NULL;
	}
	t->spec = *spec;
	ratelimit_state_init(&t->limit, HZ, spec->rate);
	/* What is left out is reported, not logged. */
	ratelimit_set_flags(&t->limit, RATELIMIT_MSG_ON_RELEASE);
	return t;
}

/**
 * mgl_tracer_set() - add a tracer, or replace the one of the same owner
 * @ctx: the context; mn->lock need not be held
 * @spec: what it wants
 *
 * Context: may sleep.
 * Return: 1 if it was added, 0 if it has replaced one, -ENOSPC or -ENOMEM.
 */
int mgl_tracer_set(const struct mgl_ctx *ctx,
		   const struct mgl_tracer_spec *spec)
{
	struct mgl_tracer *t = tracer_alloc(ctx, spec), *old;
	int err = 0;
	u32 n;

	if (!t)
		return -ENOMEM;
	mutex_lock(&tracers_lock);
	old = find(ctx->mn, spec->owner, &n);
	if (old) {
		list_replace_rcu(&old->node, &t->node);
		kfree_rcu(old, rcu);
	} else if (n >= MAGLEV_TRACERS_MAX) {
		NL_SET_ERR_MSG_MOD(ctx->extack,
				   "too many tracers in the namespace");
		kfree(t);
		err = -ENOSPC;
	} else {
		list_add_tail_rcu(&t->node, &ctx->mn->tracers);
		static_branch_inc(&mgl_tracers_active);
		err = 1;
	}
	mutex_unlock(&tracers_lock);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_tracer_set);

static void tracer_free(struct mgl_tracer *t)
{
	lockdep_assert_held(&tracers_lock);
	list_del_rcu(&t->node);
	kfree_rcu(t, rcu);
	static_branch_dec(&mgl_tracers_active);
}

/**
 * mgl_tracer_end() - end a tracer
 * @mn: the namespace
 * @owner: its owner, who adds none at the same time
 *
 * A packet that is in the data path may still be reported.
 *
 * Context: may sleep.
 * Return: true if there was one.
 */
bool mgl_tracer_end(struct mgl_net *mn, u32 owner)
{
	struct mgl_tracer *t;
	u32 n;

	/* So it is for nearly every socket that is closed. */
	if (list_empty_careful(&mn->tracers))
		return false;
	mutex_lock(&tracers_lock);
	t = find(mn, owner, &n);
	if (t)
		tracer_free(t);
	mutex_unlock(&tracers_lock);
	return t;
}
EXPORT_SYMBOL_IF_KUNIT(mgl_tracer_end);

/**
 * mgl_tracers_exit() - check that the tracers of a namespace have ended
 * @mn: the namespace, which ends
 *
 * A tracer ends with its socket, and that has kept the namespace.
 *
 * Context: any.
 */
void mgl_tracers_exit(struct mgl_net *mn)
{
	DEBUG_NET_WARN_ON_ONCE(!list_empty(&mn->tracers));
}

static bool knows_datagram(const struct mgl_tracer *t, u64 key)
{
	u32 i;

	/* Pairs with WRITE_ONCE() in mgl_tracers_note(). */
	for (i = 0; i < MGL_TRACER_DATAGRAMS; i++)
		if (READ_ONCE(t->datagrams[i]) == key)
			return true;
	return false;
}

/**
 * mgl_tracers_note() - note that a datagram in fragments is of a flow
 * @mn: the namespace
 * @flow: the flow, of the first fragment, not masked
 * @datagram: mgl_fragment_key()
 *
 * Fragments other than the first have no ports: tracers of the flow know them by
 * the key of the datagram.
 *
 * Context: RCU read side, BH disabled.
 */
void mgl_tracers_note(struct mgl_net *mn, const struct mgl_flow *flow,
		      u64 datagram)
{
	struct mgl_tracer *t;
	u32 i;

	list_for_each_entry_rcu(t, &mn->tracers, node) {
		if (!mgl_trace_filter_match(&t->spec.filter, flow, true) ||
		    knows_datagram(t, datagram))
			continue;
		i = (u32)atomic_fetch_inc(&t->next) % MGL_TRACER_DATAGRAMS;
		/* Pairs with READ_ONCE() in knows_datagram(). */
		WRITE_ONCE(t->datagrams[i], datagram);
	}
}
EXPORT_SYMBOL_IF_KUNIT(mgl_tracers_note);

static bool wants(const struct mgl_tracer *t, const struct mgl_traced *what)
{
	if (mgl_trace_filter_match(&t->spec.filter, what->flow,
				   what->has_ports))
		return true;
	return what->datagram && knows_datagram(t, what->datagram);
}

/**
 * mgl_tracers_want() - check whether any tracer wants to be told of a packet
 * @mn: the namespace
 * @what: the packet
 *
 * Context: RCU read side.
 * Return: true if so.
 */
bool mgl_tracers_want(struct mgl_net *mn, const struct mgl_traced *what)
{
	struct mgl_tracer *t;

	list_for_each_entry_rcu(t, &mn->tracers, node)
		if (wants(t, what))
			return true;
	return false;
}

/**
 * mgl_tracers_report() - tell the tracers of a packet what became of it
 * @mn: the namespace
 * @what: the packet
 *
 * Context: RCU read side, BH disabled.
 */
void mgl_tracers_report(struct mgl_net *mn, const struct mgl_traced *what)
{
	struct mgl_tracer *t;

	list_for_each_entry_rcu(t, &mn->tracers, node) {
		if (!wants(t, what))
			continue;
		if (__ratelimit(&t->limit))
			t->spec.report(mn, t, what);
		else
			atomic_inc(&t->suppressed);
	}
}
EXPORT_SYMBOL_IF_KUNIT(mgl_tracers_report);
