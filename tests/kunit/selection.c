// SPDX-License-Identifier: GPL-2.0
/* Fixture of the tests of selection: objects, packets, time. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <net/net_namespace.h>
#include "flow.h"
#include "table.h"
#include "backend.h"
#include "objects.h"
#include "pool.h"
#include "report.h"
#include "select.h"
#include "service.h"
#include "flows.h"
#include "gc.h"
#include "selection.h"

struct mgl_pool *sel_own, *sel_other;
struct mgl_service *sel_svc;

struct mgl_pool *sel_pool_new(struct mgl_net *mn, const char *name)
{
	const struct mgl_pool_params params = {
		.has_size = true,
		.size = SIZE,
		.has_seed = true,
		.seed = 1,
	};
	struct mgl_pool *pool;

	mutex_lock(&mn->lock);
	pool = mgl_pool_create(&(struct mgl_ctx){ .mn = mn }, name, &params,
			       NULL);
	mutex_unlock(&mn->lock);
	return pool;
}

struct mgl_addr sel_addr(const struct mgl_pool *pool, u32 i)
{
	return mgl_addr_v4(htonl((pool == sel_own ? 0x0a000001 : 0x0a010001) + i));
}

void sel_add(struct kunit *test, struct mgl_pool *pool, u32 i)
{
	struct mgl_backend_spec item = { .addr = sel_addr(pool, i) };
	struct mgl_backend_specs new = { .n = 1, .item = &item };
	struct mgl_net *mn = test->priv;

	mutex_lock(&mn->lock);
	if (test_add(mn, pool, &new))
		FAIL_ONCE(test, "no room for %u", i);
	mutex_unlock(&mn->lock);
}

struct mgl_backend *sel_backend(struct kunit *test, struct mgl_pool *pool,
				u32 i)
{
	struct mgl_addr addr = sel_addr(pool, i);
	struct mgl_net *mn = test->priv;
	struct mgl_backend *b;

	mutex_lock(&mn->lock);
	b = mgl_backend_find(pool, &addr);
	mutex_unlock(&mn->lock);
	return b;
}

void sel_del(struct kunit *test, struct mgl_pool *pool, u32 i)
{
	struct mgl_backend *b = sel_backend(test, pool, i);
	struct mgl_net *mn = test->priv;

	mutex_lock(&mn->lock);
	if (!b || test_delete(mn, pool, b))
		FAIL_ONCE(test, "cannot delete %u", i);
	mutex_unlock(&mn->lock);
}

int sel_set(struct kunit *test, u32 i, const struct mgl_backend_params *params,
	    struct mgl_dry_run *dry)
{
	struct mgl_backend *b = sel_backend(test, sel_own, i);
	struct mgl_net *mn = test->priv;
	int err;

	mutex_lock(&mn->lock);
	err = test_edit(mn, sel_own, b, params, dry);
	/* As mgl_net_changed() does after each change. */
	mgl_gc_schedule(mn);
	mutex_unlock(&mn->lock);
	return err;
}

void sel_set_state(struct kunit *test, u32 i, enum maglev_state state)
{
	const struct mgl_backend_params params = {
		.has_state = true,
		.state = state,
	};

	KUNIT_EXPECT_EQ(test, 0, sel_set(test, i, &params, NULL));
}

void sel_pool_set(struct kunit *test, struct mgl_pool *pool,
		  const struct mgl_pool_params *params)
{
	struct mgl_net *mn = test->priv;

	mutex_lock(&mn->lock);
	KUNIT_EXPECT_EQ(test, 0, test_edit_pool(mn, pool, params));
	mutex_unlock(&mn->lock);
}

/* Most flows get another slot, and every slot remembers. */
void sel_reseed(struct kunit *test, u64 seed)
{
	sel_pool_set(test, sel_own, &(struct mgl_pool_params){
		 .has_seed = true,
		 .seed = seed,
	});
}

/* Time passes. */
void sel_settle(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	unsigned long due = MAX_JIFFY_OFFSET;

	sel_pool_set(test, sel_own, &(struct mgl_pool_params){
		 .has_settle = true,
		 .settle = 1,
	});
	msleep(30);
	mutex_lock(&mn->lock);
	mgl_table_settle(mn, sel_own, &due);
	KUNIT_EXPECT_EQ(test, 0, mgl_table_unsettled(mn, sel_own));
	mutex_unlock(&mn->lock);
	sel_pool_set(test, sel_own, &(struct mgl_pool_params){ .has_settle = true });
}

void sel_gc(struct kunit *test)
{
	struct mgl_net *mn = test->priv;

	mutex_lock(&mn->lock);
	mgl_flows_gc(mn);
	mutex_unlock(&mn->lock);
}

struct mgl_flow sel_flow(u32 i, bool new_conn)
{
	return (struct mgl_flow){
		.saddr = mgl_addr_v4(htonl(0xc6336400 + i)),
		.daddr = sel_svc->id.vip,
		.sport = htons(1024 + i),
		.dport = htons(80),
		.proto = IPPROTO_TCP,
		.new_conn = new_conn,
		.pkt_state = new_conn ? MAGLEV_FLOW_OPENING : MAGLEV_FLOW_ESTABLISHED,
	};
}

struct mgl_backend *sel_send(struct kunit *test, const struct mgl_flow *f)
{
	struct mgl_choice c;
	struct mgl_backend *b;

	local_bh_disable();
	rcu_read_lock();
	mgl_select_decide(test->priv, sel_svc, f, &c);
	b = mgl_select_commit(test->priv, sel_svc, &c);
	rcu_read_unlock();
	local_bh_enable();
	return b;
}

/* A packet of flow @i in mid-flow. */
struct mgl_backend *sel_mid(struct kunit *test, u32 i)
{
	struct mgl_flow f = sel_flow(i, false);

	return sel_send(test, &f);
}

struct mgl_backend *sel_syn(struct kunit *test, u32 i)
{
	struct mgl_flow f = sel_flow(i, true);

	return sel_send(test, &f);
}

/* The owner of the slot of a flow. */
struct mgl_backend *sel_owner(const struct mgl_pool *pool,
			      const struct mgl_flow *f)
{
	struct mgl_slot slot;

	rcu_read_lock();
	mgl_table_slot(pool, f, &slot);
	rcu_read_unlock();
	return slot.cur;
}

/* The owner of the slot of flow @i. */
struct mgl_backend *sel_cur(const struct mgl_pool *pool, u32 i)
{
	struct mgl_flow f = sel_flow(i, false);

	return sel_owner(pool, &f);
}

/* Packets in mid-flow of every flow; @at: their backends. */
void sel_mid_all(struct kunit *test, struct mgl_backend **at)
{
	u32 i;

	for (i = 0; i < FLOWS; i++) {
		at[i] = sel_mid(test, i);
		if (!at[i])
			FAIL_ONCE(test, "no backend for flow %u", i);
	}
}

void sel_expect_stay(struct kunit *test, struct mgl_backend **at)
{
	u32 i, moved = 0;

	for (i = 0; i < FLOWS; i++) {
		if (sel_mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u did not stay", i);
		moved += sel_cur(sel_own, i) != at[i];
	}
	KUNIT_EXPECT_GT(test, moved, FLOWS / 4);
}

void sel_expect_cur(struct kunit *test)
{
	u32 i;

	for (i = 0; i < FLOWS; i++)
		if (sel_mid(test, i) != sel_cur(sel_own, i))
			FAIL_ONCE(test, "flow %u is not with the owner", i);
}

bool sel_has_flows(void)
{
	return READ_ONCE(sel_svc->has_flows) != MGL_FLOWS_NONE;
}

static int service_init(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	int err;

	sel_svc = kunit_kzalloc(test, sizeof(*sel_svc), GFP_KERNEL);
	if (!sel_svc)
		return -ENOMEM;
	sel_svc->id = (struct mgl_service_id){
		.vip = mgl_addr_v4(htonl(0xcb007101)),
		.proto = IPPROTO_TCP,
		.first = 80,
		.last = 80,
	};
	sel_svc->track = MAGLEV_TRACK_ALL;
	sel_svc->affinity = MAGLEV_AFFINITY_5TUPLE;
	mutex_lock(&mn->lock);
	err = mgl_ids_add(&mn->service_ids, sel_svc, &sel_svc->number);
	if (!err)
		err = mgl_flows_ensure(mn, MAGLEV_TRACK_ALL, NULL);
	rb_link_node(&sel_svc->node, NULL, &mn->services.rb_node);
	rb_insert_color(&sel_svc->node, &mn->services);
	mutex_unlock(&mn->lock);
	rcu_assign_pointer(sel_svc->pool, sel_own);
	return err;
}

int sel_init(struct kunit *test)
{
	struct mgl_net *mn;
	int err;
	u32 i;

	err = test_net_init(test);
	if (err)
		return err;
	mn = test->priv;
	/* Garbage collection notifies it. */
	mn->net = &init_net;
	mn->cache_size = CACHE_ENTRIES;
	mn->counters = mgl_counters_alloc();
	sel_own = sel_pool_new(mn, "own");
	sel_other = sel_pool_new(mn, "other");
	if (!mn->counters || IS_ERR(sel_own) || IS_ERR(sel_other))
		return -ENOMEM;
	err = service_init(test);
	for (i = 0; !err && i < BACKENDS; i++)
		sel_add(test, sel_own, i);
	return err;
}

void sel_exit(struct kunit *test)
{
	struct mgl_net *mn = test->priv;

	if (!mn)
		return;
	mutex_lock(&mn->lock);
	mgl_ids_del(&mn->service_ids, sel_svc->number);
	rb_erase(&sel_svc->node, &mn->services);
	mgl_pool_destroy(mn, sel_own);
	mgl_pool_destroy(mn, sel_other);
	KUNIT_EXPECT_EQ(test, 0, mn->n_endpoints);
	mutex_unlock(&mn->lock);
	test_net_exit(mn);
	free_percpu(mn->counters);
}
