// SPDX-License-Identifier: GPL-2.0
/*
 * Batches: packets see nothing of one before it is committed, an aborted one
 * leaves no trace, and whoever reads while one is published finds out.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/kthread.h>
#include <linux/sched.h>

#include "backend.h"
#include "batch.h"
#include "ctx.h"
#include "member.h"
#include "net.h"
#include "objects.h"
#include "peers.h"
#include "pool.h"
#include "report.h"
#include "router.h"
#include "service.h"
#include "snapshot.h"
#include "source.h"
#include "table.h"
#include "vip.h"

#define VIP 0xcb007109	/* 203.0.113.9 */
#define SMALL 251

enum kind {
	POOL_NEW,
	POOL_SET,
	POOL_DELETE,
	BACKEND_NEW,
	BACKEND_DOWN,
	BACKEND_DELETE,
	MEMBER_NEW,
	MEMBER_SET,
	MEMBER_DELETE,
	SERVICE_NEW,
	SERVICE_NEW_SHARED,
	SERVICE_SET,
	SERVICE_SET_SAME_POOL,
	SERVICE_DELETE,
	SERVICE_REPLACE,
	ROUTER_NEW,
	SOURCE_NEW,
	PEERS,
	KINDS
};

/* Used by a service, its fallback with a member, the member, and unused. */
static struct mgl_pool *own, *other, *part, *spare;

static struct mgl_addr addr(u32 n)
{
	return mgl_addr_v4(htonl(0x0a000000 + n));
}

static struct mgl_service_id service_id(u32 n)
{
	return (struct mgl_service_id){
		.vip = mgl_addr_v4(htonl(VIP + n)),
		.proto = IPPROTO_TCP,
		.first = 80,
		.last = 80,
	};
}

static int service_new(struct mgl_net *mn, u32 n, struct mgl_pool *pool,
		       struct mgl_pool *fallback)
{
	const struct mgl_pool_params small = { .has_size = true, .size = SMALL };
	struct mgl_backend_spec spec = { .addr = addr(90 + n) };
	struct mgl_backend_specs specs = { .n = pool ? 0 : 1, .item = &spec };
	const struct mgl_service_params params = {
		.pool = pool,
		.fallback = fallback,
		.has_track = true,
		.track = MAGLEV_TRACK_NONE,
	};
	const struct mgl_service_id id = service_id(n);
	const struct mgl_ctx ctx = { .mn = mn };

	return mgl_service_create(&ctx, &id, &params, &small, &specs);
}

static struct mgl_service *service(struct mgl_net *mn, u32 n)
{
	const struct mgl_service_id id = service_id(n);

	return mgl_service_find(mn, &id);
}

static struct mgl_pool *pool_new(struct mgl_net *mn, const char *name, u32 n)
{
	const struct mgl_pool_params params = { .has_size = true, .size = SMALL };
	struct mgl_backend_spec spec[2] = {
		{ .addr = addr(n) }, { .addr = addr(n + 1) },
	};
	struct mgl_backend_specs specs = { .n = 2, .item = spec };
	const struct mgl_ctx ctx = { .mn = mn };

	return mgl_pool_create(&ctx, name, &params, &specs);
}

static int batch_init(struct kunit *test)
{
	struct mgl_member_spec spec = {};
	struct mgl_change c;
	struct mgl_ctx ctx;
	int err;

	err = test_net_init(test);
	if (err)
		return err;
	ctx = (struct mgl_ctx){ .mn = test->priv };
	mutex_lock(&ctx.mn->lock);
	own = pool_new(ctx.mn, "own", 1);
	other = pool_new(ctx.mn, "other", 11);
	part = pool_new(ctx.mn, "part", 21);
	spare = pool_new(ctx.mn, "spare", 31);
	spec.pool = part;
	err = IS_ERR(own) || IS_ERR(other) || IS_ERR(part) || IS_ERR(spare) ?
	      -ENOMEM : mgl_change_member_add(&ctx, other, &spec, &c);
	if (!err) {
		mgl_change_commit(&ctx, &c);
		err = service_new(ctx.mn, 0, own, other);
	}
	mutex_unlock(&ctx.mn->lock);
	return err;
}

static void batch_exit(struct kunit *test)
{
	struct mgl_net *mn = test->priv;

	if (!mn)
		return;
	mutex_lock(&mn->lock);
	mgl_services_flush(mn);
	mgl_peers_set(mn, NULL);
	mgl_pools_flush(mn);
	mgl_routers_flush(mn);
	mgl_sources_flush(mn);
	mutex_unlock(&mn->lock);
	test_net_exit(mn);
}

static int change_backend(const struct mgl_ctx *ctx, enum kind kind)
{
	const struct mgl_backend_params down = {
		.has_state = true, .state = MAGLEV_STATE_DOWN,
		.has_weight = true, .weight = 7,
	};
	struct mgl_backend_spec spec = { .addr = addr(5) };
	struct mgl_backend_specs specs = { .n = 1, .item = &spec };
	struct mgl_backend *b;
	struct mgl_change c;
	int err;

	b = list_first_entry(&own->backends, struct mgl_backend, node);
	if (kind == BACKEND_NEW)
		err = mgl_change_add(ctx, own, &specs, &c);
	else if (kind == BACKEND_DOWN)
		err = mgl_change_edit(ctx, own, b, &down, &c);
	else
		err = mgl_change_delete(ctx, own, b, &c);
	if (!err)
		mgl_change_commit(ctx, &c);
	return err;
}

static int change_member(const struct mgl_ctx *ctx, enum kind kind)
{
	struct mgl_member_spec spec = { .pool = spare };
	struct mgl_member *m = mgl_member_find(other, part);
	struct mgl_change c;
	int err;

	if (kind == MEMBER_NEW)
		err = mgl_change_member_add(ctx, other, &spec, &c);
	else if (kind == MEMBER_SET)
		err = mgl_change_member_edit(ctx, m, 9, &c);
	else
		err = mgl_change_member_delete(ctx, m, &c);
	if (!err)
		mgl_change_commit(ctx, &c);
	return err;
}

static int change_pool(const struct mgl_ctx *ctx, enum kind kind)
{
	const struct mgl_pool_params params = {
		.has_size = true, .size = 257, .has_seed = true, .seed = 5,
		.has_settle = true, .settle = 7000,
	};
	struct mgl_change c;
	int err;

	if (kind == POOL_NEW)
		return PTR_ERR_OR_ZERO(pool_new(ctx->mn, "new", 41));
	if (kind == POOL_DELETE)
		return mgl_pool_delete(ctx, spare, NULL);
	err = mgl_change_pool(ctx, own, &params, &c);
	if (!err)
		mgl_change_commit(ctx, &c);
	return err;
}

static int change_service(const struct mgl_ctx *ctx, enum kind kind)
{
	const struct mgl_service_params params = {
		.pool = kind == SERVICE_SET ? spare : NULL,
		.has_fallback = true,
		.has_track = true, .track = MAGLEV_TRACK_CHANGED,
		.has_affinity = true, .affinity = MAGLEV_AFFINITY_SOURCE,
		.has_all_down = true, .all_down = MAGLEV_ALL_DOWN_REJECT,
	};
	const struct mgl_pool_params none = {};
	struct mgl_net *mn = ctx->mn;

	switch (kind) {
	case SERVICE_NEW:
		return service_new(mn, 1, NULL, own);
	case SERVICE_NEW_SHARED:
		return service_new(mn, 2, other, NULL);
	case SERVICE_DELETE:
		return mgl_service_delete(ctx, service(mn, 0));
	case SERVICE_REPLACE:
		return mgl_service_delete(ctx, service(mn, 0)) ?:
		       service_new(mn, 0, NULL, spare);
	default:
		return mgl_service_set(ctx, service(mn, 0), &params, &none);
	}
}

static int make(struct mgl_net *mn, enum kind kind)
{
	const struct mgl_prefix p = { .addr = addr(0), .len = 120 };
	const struct mgl_ctx ctx = { .mn = mn };

	switch (kind) {
	case POOL_NEW:
	case POOL_SET:
	case POOL_DELETE:
		return change_pool(&ctx, kind);
	case BACKEND_NEW:
	case BACKEND_DOWN:
	case BACKEND_DELETE:
		return change_backend(&ctx, kind);
	case MEMBER_NEW:
	case MEMBER_SET:
	case MEMBER_DELETE:
		return change_member(&ctx, kind);
	case ROUTER_NEW:
		return mgl_router_add(&ctx, &p);
	case SOURCE_NEW:
		return mgl_source_add(&ctx, &p);
	case PEERS:
		mgl_peers_set(mn, part);
		return 0;
	default:
		return change_service(&ctx, kind);
	}
}

/* What packets find, and what is counted. */
struct world {
	struct mgl_service *svc[3];
	struct mgl_pool *pool;
	struct mgl_pool *fallback;
	int track, affinity, all_down;
	const void *routers, *sources, *peers;
	u32 n_services, n_pools, n_endpoints, services, backends;
	struct {
		const struct mgl_table *table;
		u32 settle_now, users, changed_users, untracked_users;
		u32 n_backends, n_members, n_parents;
		bool is_peers, serves;
	} pools[4];
};

static struct world *look(struct kunit *test)
{
	struct mgl_pool *pools[] = { own, other, part, spare };
	struct mgl_net *mn = test->priv;
	struct world *w;
	u32 i;

	/* Zeroed, so that padding compares equal. */
	w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, w);
	rcu_read_lock();
	for (i = 0; i < ARRAY_SIZE(w->svc); i++) {
		struct mgl_service_id id = service_id(i);
		struct mgl_vip *vip = mgl_vip_find(mn, &id.vip);

		w->svc[i] = vip ? mgl_vip_listener(vip, id.proto, htons(80)) :
				  NULL;
	}
	if (w->svc[0]) {
		w->pool = rcu_dereference(w->svc[0]->pool);
		w->fallback = rcu_dereference(w->svc[0]->fallback);
		w->track = w->svc[0]->track;
		w->affinity = w->svc[0]->affinity;
		w->all_down = w->svc[0]->all_down;
	}
	w->routers = rcu_dereference(mn->routers);
	w->sources = rcu_dereference(mn->sources);
	w->peers = rcu_dereference(mn->peers);
	for (i = 0; i < ARRAY_SIZE(pools); i++) {
		w->pools[i].table = rcu_dereference(pools[i]->table);
		w->pools[i].settle_now = pools[i]->settle_now;
		w->pools[i].serves = w->pools[i].table &&
			mgl_backend_serves(w->pools[i].table->backends[0]);
	}
	rcu_read_unlock();
	return w;
}

/* The same, with what only changes and listings read. */
static struct world *look_behind(struct kunit *test)
{
	struct mgl_pool *pools[] = { own, other, part, spare };
	struct mgl_net *mn = test->priv;
	struct world *w = look(test);
	u32 i;

	w->n_services = mn->n_services;
	w->n_pools = mn->n_pools;
	w->n_endpoints = mn->n_endpoints;
	w->services = mn->service_ids.used;
	w->backends = mn->backend_ids.used;
	for (i = 0; i < ARRAY_SIZE(pools); i++) {
		w->pools[i].users = pools[i]->users;
		w->pools[i].changed_users = pools[i]->changed_users;
		w->pools[i].untracked_users = pools[i]->untracked_users;
		w->pools[i].n_backends = pools[i]->n_backends;
		w->pools[i].n_members = pools[i]->n_members;
		w->pools[i].n_parents = pools[i]->n_parents;
		w->pools[i].is_peers = pools[i]->is_peers;
	}
	return w;
}

static void expect_equal(struct kunit *test, const struct world *a,
			 const struct world *b, const char *when, u32 n)
{
	if (memcmp(a, b, sizeof(*a)))
		FAIL_ONCE(test, "kind %u: changed %s", n, when);
}

/* Makes some kinds of changes, and takes them back. */
static void undo(struct kunit *test, const enum kind *kinds, u32 n)
{
	struct snapshot *pools[] = {
		snapshot_take(test, own), snapshot_take(test, other),
		snapshot_take(test, part), snapshot_take(test, spare),
	};
	struct mgl_net *mn = test->priv;
	const struct mgl_ctx ctx = { .mn = mn };
	struct world *before, *seen;
	struct mgl_batch batch;
	u32 i;

	mutex_lock(&mn->lock);
	before = look_behind(test);
	seen = look(test);
	mgl_batch_begin(&ctx, &batch);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, 0, make(mn, kinds[i]));
	expect_equal(test, look(test), seen, "before a commit", kinds[0]);
	KUNIT_EXPECT_EQ(test, 0, mgl_batch_prepare(&ctx));
	expect_equal(test, look(test), seen, "with tables prepared", kinds[0]);
	mgl_batch_abort(&ctx);
	expect_equal(test, look_behind(test), before, "after an abort",
		     kinds[0]);
	mutex_unlock(&mn->lock);
	mn->gc_flows = false;
	if (!snapshot_holds(test, own, pools[0]) ||
	    !snapshot_holds(test, other, pools[1]) ||
	    !snapshot_holds(test, part, pools[2]) ||
	    !snapshot_holds(test, spare, pools[3]))
		FAIL_ONCE(test, "kind %u: pools changed", kinds[0]);
}

static void test_batch_undo_each(struct kunit *test)
{
	enum kind kind;

	for (kind = 0; kind < KINDS; kind++)
		undo(test, &kind, 1);
}

/* Those that do not get in each other's way. */
static const enum kind together[] = {
	POOL_NEW, POOL_SET, BACKEND_NEW, BACKEND_DOWN, BACKEND_DELETE,
	MEMBER_NEW, MEMBER_SET, SERVICE_NEW, SERVICE_NEW_SHARED, SERVICE_SET,
	SERVICE_SET_SAME_POOL, SERVICE_REPLACE, MEMBER_DELETE, ROUTER_NEW,
	SOURCE_NEW, PEERS, SERVICE_DELETE,
};

static void test_batch_undo_many(struct kunit *test)
{
	u32 i;

	for (i = 1; i <= ARRAY_SIZE(together); i++)
		undo(test, together, i);
}

static void test_batch_commit_many(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	const struct mgl_ctx ctx = { .mn = mn };
	struct mgl_batch batch;
	struct world *w;
	u32 i;

	mutex_lock(&mn->lock);
	mgl_batch_begin(&ctx, &batch);
	for (i = 0; i < ARRAY_SIZE(together) - 1; i++)
		KUNIT_EXPECT_EQ(test, 0, make(mn, together[i]));
	KUNIT_EXPECT_EQ(test, 0, mgl_batch_prepare(&ctx));
	KUNIT_EXPECT_EQ(test, 0, mgl_batch_commit(&ctx));
	w = look_behind(test);
	KUNIT_EXPECT_PTR_EQ(test, w->svc[0], service(mn, 0));
	KUNIT_EXPECT_PTR_EQ(test, w->svc[1], service(mn, 1));
	KUNIT_EXPECT_PTR_EQ(test, w->svc[2], service(mn, 2));
	KUNIT_EXPECT_TRUE(test, w->pool->is_private);
	KUNIT_EXPECT_PTR_EQ(test, w->fallback, spare);
	KUNIT_EXPECT_PTR_EQ(test, w->peers, (const void *)part);
	KUNIT_EXPECT_EQ(test, 3, w->n_services);
	KUNIT_EXPECT_EQ(test, 7, w->n_pools);
	KUNIT_EXPECT_EQ(test, 257, w->pools[0].table->size);
	KUNIT_EXPECT_EQ(test, 2, w->pools[0].n_backends);
	KUNIT_EXPECT_EQ(test, 1, w->pools[0].users);
	KUNIT_EXPECT_EQ(test, 1, w->pools[1].n_members);
	KUNIT_EXPECT_EQ(test, 4, w->pools[1].table->n_backends);
	KUNIT_EXPECT_EQ(test, 1, w->pools[3].users);
	KUNIT_EXPECT_NULL(test, mn->batch);
	mutex_unlock(&mn->lock);
}

static void test_batch_many_listeners(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	const struct mgl_ctx ctx = { .mn = mn };
	struct mgl_service_params params = {
		.has_track = true, .track = MAGLEV_TRACK_NONE, .pool = own,
	};
	const struct mgl_pool_params none = {};
	struct mgl_backend_specs specs = {};
	struct mgl_service_id id = service_id(3);
	struct mgl_batch batch;
	struct mgl_vip *vip;
	u16 port;

	mutex_lock(&mn->lock);
	mgl_batch_begin(&ctx, &batch);
	/* Every other port, from the last to the first, then those between. */
	for (port = 400; port; port--) {
		id.first = port & 1 ? port : 2 * port + 1000;
		id.last = id.first;
		KUNIT_EXPECT_EQ(test, 0, mgl_service_create(&ctx, &id, &params,
							    &none, &specs));
	}
	KUNIT_EXPECT_EQ(test, 0, mgl_batch_prepare(&ctx));
	KUNIT_EXPECT_EQ(test, 0, mgl_batch_commit(&ctx));
	rcu_read_lock();
	vip = mgl_vip_find(mn, &id.vip);
	for (port = 400; vip && port; port--) {
		struct mgl_service *svc;

		id.first = port & 1 ? port : 2 * port + 1000;
		id.last = id.first;
		svc = mgl_vip_listener(vip, id.proto, htons(id.first));
		if (!svc || svc != mgl_service_find(mn, &id))
			FAIL_ONCE(test, "port %u", id.first);
	}
	rcu_read_unlock();
	KUNIT_EXPECT_NOT_NULL(test, vip);
	mutex_unlock(&mn->lock);
}

/* The pools of two services, which batches swap. */
struct reader {
	struct mgl_net *mn;
	u32 read, again, mixed;
};

static struct mgl_pool *pool_seen(struct mgl_net *mn, u32 n)
{
	struct mgl_service_id id = service_id(n);
	struct mgl_vip *vip = mgl_vip_find(mn, &id.vip);
	struct mgl_service *svc;

	svc = vip ? mgl_vip_listener(vip, id.proto, htons(80)) : NULL;
	return svc ? rcu_dereference(svc->pool) : NULL;
}

static int read_pools(void *arg)
{
	struct reader *r = arg;

	while (!kthread_should_stop()) {
		struct mgl_pool *a, *b;
		unsigned int seq;

		rcu_read_lock();
		seq = mgl_seq_begin(r->mn);
		a = pool_seen(r->mn, 0);
		b = pool_seen(r->mn, 1);
		if (mgl_seq_retry(r->mn, seq))
			r->again++;
		else if (!a || !b || a == b)
			r->mixed++;
		WRITE_ONCE(r->read, r->read + 1);
		rcu_read_unlock();
		cond_resched();
	}
	return 0;
}

static void wait_for_reader(struct reader *r)
{
	u32 before = READ_ONCE(r->read);

	while (READ_ONCE(r->read) == before)
		schedule_timeout_uninterruptible(1);
}

/* By deleting and creating the one, and changing the other. */
static int swap_pools(const struct mgl_ctx *ctx, bool odd)
{
	const struct mgl_service_params params = { .pool = odd ? own : spare };
	const struct mgl_pool_params none = {};

	return mgl_service_set(ctx, service(ctx->mn, 1), &params, &none) ?:
	       mgl_service_delete(ctx, service(ctx->mn, 0)) ?:
	       service_new(ctx->mn, 0, odd ? spare : own, NULL);
}

static void test_batch_is_seen_whole(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	const struct mgl_ctx ctx = { .mn = mn };
	struct reader r = { .mn = mn };
	struct task_struct *task;
	struct mgl_batch batch;
	int i;

	mutex_lock(&mn->lock);
	KUNIT_ASSERT_EQ(test, 0, service_new(mn, 1, spare, NULL));
	mutex_unlock(&mn->lock);
	task = kthread_run(read_pools, &r, "maglev_batch");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	for (i = 1; i <= 2000; i++) {
		mutex_lock(&mn->lock);
		mgl_batch_begin(&ctx, &batch);
		KUNIT_EXPECT_EQ(test, 0, swap_pools(&ctx, i & 1));
		KUNIT_EXPECT_EQ(test, 0, mgl_batch_prepare(&ctx));
		KUNIT_EXPECT_EQ(test, 0, mgl_batch_commit(&ctx));
		mutex_unlock(&mn->lock);
		/* With one CPU, the reader has to get its turn. */
		if (i % 20)
			cond_resched();
		else
			wait_for_reader(&r);
	}
	kthread_stop(task);
	KUNIT_EXPECT_EQ(test, 0, r.mixed);
	KUNIT_EXPECT_GT(test, r.read, 0);
	kunit_info(test, "%u reads, %u of them again\n", r.read, r.again);
}

static struct kunit_case batch_cases[] = {
	KUNIT_CASE(test_batch_undo_each),
	KUNIT_CASE(test_batch_undo_many),
	KUNIT_CASE(test_batch_commit_many),
	KUNIT_CASE(test_batch_many_listeners),
	KUNIT_CASE(test_batch_is_seen_whole),
	{}
};

static struct kunit_suite batch_suite = {
	.name = "maglev_batch",
	.init = batch_init,
	.exit = batch_exit,
	.test_cases = batch_cases,
};

kunit_test_suite(batch_suite);
