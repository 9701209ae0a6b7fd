// SPDX-License-Identifier: GPL-2.0
/* The rules on real objects: to whom a packet goes while things change. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <net/net_namespace.h>

#include "flow.h"
#include "lookup.h"
#include "member.h"
#include "objects.h"
#include "pool.h"
#include "report.h"
#include "select.h"
#include "service.h"
#include "track.h"

#define SIZE 251
#define BACKENDS 4
#define FLOWS 60
#define CACHE_ENTRIES (1 << 19)

static struct mgl_pool *own, *other;
static struct mgl_service *svc;

static struct mgl_pool *pool_new(struct mgl_net *mn, const char *name)
{
	const struct mgl_pool_params params = {
		.has_size = true,
		.size = SIZE,
		.has_seed = true,
		.seed = 1,
	};
	struct mgl_pool *pool;

	mutex_lock(&mn->lock);
	pool = mgl_pool_create(mn, name, &params, NULL);
	mutex_unlock(&mn->lock);
	return pool;
}

static struct mgl_addr backend(const struct mgl_pool *pool, u32 i)
{
	return mgl_addr_v4(htonl((pool == own ? 0x0a000001 : 0x0a010001) + i));
}

static void add(struct kunit *test, struct mgl_pool *pool, u32 i)
{
	const struct mgl_member_params params = {};
	struct mgl_addr addr = backend(pool, i);
	struct mgl_net *mn = test->priv;

	mutex_lock(&mn->lock);
	if (mgl_member_add(mn, pool, &addr, &params, NULL, NULL))
		FAIL_ONCE(test, "cannot add %u", i);
	mutex_unlock(&mn->lock);
}

static struct mgl_member *member(struct kunit *test, struct mgl_pool *pool,
				 u32 i)
{
	struct mgl_addr addr = backend(pool, i);
	struct mgl_net *mn = test->priv;
	struct mgl_member *m;

	mutex_lock(&mn->lock);
	m = mgl_member_find(pool, &addr);
	mutex_unlock(&mn->lock);
	return m;
}

static void del(struct kunit *test, struct mgl_pool *pool, u32 i)
{
	struct mgl_member *m = member(test, pool, i);
	struct mgl_net *mn = test->priv;

	mutex_lock(&mn->lock);
	if (!m || mgl_member_del(mn, pool, m, NULL, NULL))
		FAIL_ONCE(test, "cannot delete %u", i);
	mutex_unlock(&mn->lock);
}

static int set(struct kunit *test, u32 i,
	       const struct mgl_member_params *params, struct mgl_dry_run *dry)
{
	struct mgl_member *m = member(test, own, i);
	struct mgl_net *mn = test->priv;
	int err;

	mutex_lock(&mn->lock);
	err = mgl_member_set(mn, own, m, params, dry, NULL);
	mutex_unlock(&mn->lock);
	return err;
}

static void set_state(struct kunit *test, u32 i, enum maglev_state state)
{
	const struct mgl_member_params params = {
		.has_state = true,
		.state = state,
	};

	KUNIT_EXPECT_EQ(test, 0, set(test, i, &params, NULL));
}

static void pool_set(struct kunit *test, struct mgl_pool *pool,
		     const struct mgl_pool_params *params)
{
	struct mgl_net *mn = test->priv;

	mutex_lock(&mn->lock);
	KUNIT_EXPECT_EQ(test, 0, mgl_pool_set(mn, pool, params, NULL, NULL));
	mutex_unlock(&mn->lock);
}

/* Most flows get another slot, and every slot remembers. */
static void reseed(struct kunit *test, u64 seed)
{
	pool_set(test, own, &(struct mgl_pool_params){
		 .has_seed = true,
		 .seed = seed,
	});
}

/* Time passes. */
static void settle(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	unsigned long due = MAX_JIFFY_OFFSET;

	pool_set(test, own, &(struct mgl_pool_params){
		 .has_settle = true,
		 .settle = 1,
	});
	msleep(30);
	mutex_lock(&mn->lock);
	mgl_lookup_settle(mn, own, &due);
	KUNIT_EXPECT_EQ(test, 0, mgl_lookup_unsettled(mn, own));
	mutex_unlock(&mn->lock);
	pool_set(test, own, &(struct mgl_pool_params){ .has_settle = true });
}

static void tidy(struct kunit *test)
{
	struct mgl_net *mn = test->priv;

	mutex_lock(&mn->lock);
	mgl_track_tidy(mn);
	mutex_unlock(&mn->lock);
}

static struct mgl_flow flow(u32 i, bool opens)
{
	return (struct mgl_flow){
		.saddr = mgl_addr_v4(htonl(0xc6336400 + i)),
		.daddr = svc->id.vip,
		.sport = htons(1024 + i),
		.dport = htons(80),
		.proto = IPPROTO_TCP,
		.opens = opens,
		.shown = opens ? MAGLEV_FLOW_OPENING : MAGLEV_FLOW_ESTABLISHED,
	};
}

static struct mgl_member *select_flow(struct kunit *test,
				      const struct mgl_flow *f)
{
	struct mgl_member *m;

	local_bh_disable();
	rcu_read_lock();
	m = mgl_select(test->priv, svc, f);
	rcu_read_unlock();
	local_bh_enable();
	return m;
}

/* A packet of flow @i in mid-flow. */
static struct mgl_member *mid(struct kunit *test, u32 i)
{
	struct mgl_flow f = flow(i, false);

	return select_flow(test, &f);
}

static struct mgl_member *syn(struct kunit *test, u32 i)
{
	struct mgl_flow f = flow(i, true);

	return select_flow(test, &f);
}

/* To whom the table sends flow @i. */
static struct mgl_member *cur(const struct mgl_pool *pool, u32 i)
{
	struct mgl_flow f = flow(i, false);
	struct mgl_member *m;

	rcu_read_lock();
	m = mgl_lookup(pool, &f);
	rcu_read_unlock();
	return m;
}

/* Packets in mid-flow of every flow; @at: to whom they went. */
static void mid_all(struct kunit *test, struct mgl_member **at)
{
	u32 i;

	for (i = 0; i < FLOWS; i++) {
		at[i] = mid(test, i);
		if (!at[i])
			FAIL_ONCE(test, "nobody for flow %u", i);
	}
}

static void expect_stay(struct kunit *test, struct mgl_member **at)
{
	u32 i, moved = 0;

	for (i = 0; i < FLOWS; i++) {
		if (mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u did not stay", i);
		moved += cur(own, i) != at[i];
	}
	KUNIT_EXPECT_GT(test, moved, FLOWS / 4);
}

static void expect_cur(struct kunit *test)
{
	u32 i;

	for (i = 0; i < FLOWS; i++)
		if (mid(test, i) != cur(own, i))
			FAIL_ONCE(test, "flow %u is not with the owner", i);
}

static bool has_flows(void)
{
	return READ_ONCE(svc->has_flows) != MGL_FLOWS_NONE;
}

static void all_stays(struct kunit *test)
{
	struct mgl_member *at[FLOWS];
	u32 i;

	settle(test);
	mid_all(test, at);
	KUNIT_EXPECT_TRUE(test, has_flows());
	reseed(test, 2);
	expect_stay(test, at);
	settle(test);
	expect_stay(test, at);
	tidy(test);
	expect_stay(test, at);
	/* Whoever starts anew goes to the owner and stays there. */
	for (i = 0; i < FLOWS; i++)
		if (syn(test, i) != cur(own, i))
			FAIL_ONCE(test, "SYN %u does not go to the owner", i);
	expect_cur(test);
}

static void none_goes_by_hash(struct kunit *test)
{
	svc->track = MAGLEV_TRACK_NONE;
	expect_cur(test);
	reseed(test, 2);
	expect_cur(test);
	KUNIT_EXPECT_FALSE(test, has_flows());
}

/* What was tracked before is forgotten, and not believed later. */
static void none_forgets(struct kunit *test)
{
	struct mgl_member *at[FLOWS];

	settle(test);
	mid_all(test, at);
	reseed(test, 2);
	settle(test);
	svc->track = MAGLEV_TRACK_NONE;
	tidy(test);
	KUNIT_EXPECT_FALSE(test, has_flows());
	svc->track = MAGLEV_TRACK_ALL;
	expect_cur(test);
}

static void changed_stores_what_moves(struct kunit *test)
{
	struct mgl_member *at[FLOWS];
	u32 i;

	svc->track = MAGLEV_TRACK_CHANGED;
	settle(test);
	mid_all(test, at);
	KUNIT_EXPECT_FALSE(test, has_flows());
	expect_cur(test);
	reseed(test, 2);
	/* Every other flow is seen in time. */
	for (i = 0; i < FLOWS; i += 2)
		if (mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u was sent away", i);
	settle(test);
	tidy(test);
	KUNIT_EXPECT_TRUE(test, has_flows());
	for (i = 0; i < FLOWS; i++)
		if (mid(test, i) != (i % 2 ? cur(own, i) : at[i]))
			FAIL_ONCE(test, "flow %u is not where it was", i);
	/* Back where they came from, they need no entries. */
	reseed(test, 1);
	settle(test);
	tidy(test);
	KUNIT_EXPECT_FALSE(test, has_flows());
	expect_cur(test);
}

static void syn_in_unsettled_slot_is_kept(struct kunit *test)
{
	struct mgl_member *at[FLOWS];
	u32 i;

	svc->track = MAGLEV_TRACK_CHANGED;
	settle(test);
	for (i = 0; i < FLOWS; i++)
		syn(test, i);
	KUNIT_EXPECT_FALSE(test, has_flows());
	reseed(test, 2);
	for (i = 0; i < FLOWS; i++) {
		at[i] = syn(test, i);
		if (at[i] != cur(own, i))
			FAIL_ONCE(test, "SYN %u does not go to the owner", i);
	}
	for (i = 0; i < FLOWS; i++)
		if (mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u did not stay", i);
	reseed(test, 3);
	settle(test);
	expect_stay(test, at);
}

/* The same slots with other owners, this time. */
static void drain_serves_what_it_has(struct kunit *test)
{
	struct mgl_member *m = member(test, own, 0), *at[FLOWS];
	u32 i, had = 0, unknown = 0;

	settle(test);
	for (i = 0; i < FLOWS; i++)
		at[i] = i % 2 ? cur(own, i) : mid(test, i);
	set_state(test, 0, MAGLEV_STATE_DRAIN);
	for (i = 0; i < FLOWS; i++) {
		if (cur(own, i) == m)
			FAIL_ONCE(test, "a slot is still its own");
		/* Flows that are new here are older than the change. */
		if (i % 4 != 3 && mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u did not stay", i);
		had += at[i] == m && i % 4 != 3;
	}
	settle(test);
	for (i = 0; i < FLOWS; i++) {
		bool known = i % 4 != 3;

		if (mid(test, i) != (known ? at[i] : cur(own, i)))
			FAIL_ONCE(test, "flow %u after settling", i);
		unknown += !known && at[i] == m;
		if (syn(test, i) == m)
			FAIL_ONCE(test, "it gets something new");
	}
	KUNIT_EXPECT_GT(test, had, 0);
	KUNIT_EXPECT_GT(test, unknown, 0);
}

static void down_serves_nothing(struct kunit *test)
{
	struct mgl_member *m = member(test, own, 0), *at[FLOWS];
	u32 i, had = 0;

	settle(test);
	mid_all(test, at);
	set_state(test, 0, MAGLEV_STATE_DOWN);
	for (i = 0; i < FLOWS; i++) {
		struct mgl_member *now = mid(test, i);

		if (at[i] == m ? now == m : now != at[i])
			FAIL_ONCE(test, "flow %u", i);
		had += at[i] == m;
		at[i] = now;
	}
	KUNIT_EXPECT_GT(test, had, 0);
	/* They stay where they went. */
	set_state(test, 0, MAGLEV_STATE_UP);
	for (i = 0; i < FLOWS; i++)
		if (mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u went back", i);
}

static void dry_run_changes_nothing(struct kunit *test)
{
	const struct mgl_member_params down = {
		.has_state = true,
		.state = MAGLEV_STATE_DOWN,
	};
	struct mgl_member *m = member(test, own, 0), *at[FLOWS];
	struct mgl_dry_run dry = {};
	u32 i, had = 0, owned = m->slots;

	settle(test);
	mid_all(test, at);
	for (i = 0; i < FLOWS; i++)
		had += at[i] == m;
	KUNIT_EXPECT_EQ(test, -ECANCELED, set(test, 0, &down, &dry));
	KUNIT_EXPECT_EQ(test, had, dry.flows);
	/* Others may have to swap some slots. */
	KUNIT_EXPECT_EQ(test, owned, dry.moves.slots - dry.moves.survivors);
	KUNIT_EXPECT_EQ(test, MAGLEV_STATE_UP, m->state);
	KUNIT_EXPECT_TRUE(test, mgl_member_serves(m));
	for (i = 0; i < FLOWS; i++)
		if (mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u moved", i);
}

/* Who is added again is another: its flows are not found by its old number. */
static void deleted_serves_nothing(struct kunit *test)
{
	struct mgl_member *m = member(test, own, 0), *at[FLOWS];
	u32 i, id = m->id, had = 0;

	settle(test);
	mid_all(test, at);
	for (i = 0; i < FLOWS; i++)
		had += at[i] == m;
	KUNIT_EXPECT_GT(test, had, 0);
	del(test, own, 0);
	for (i = 0; i < FLOWS; i += 2) {
		struct mgl_member *now = mid(test, i);

		if (!now || now != (at[i] == m ? cur(own, i) : at[i]))
			FAIL_ONCE(test, "flow %u", i);
		at[i] = now;
	}
	add(test, own, 0);
	KUNIT_EXPECT_NE(test, id, member(test, own, 0)->id);
	/* Of those not seen meanwhile the slot knows only its owners. */
	for (i = 1; i < FLOWS; i += 2) {
		struct mgl_member *now = mid(test, i);

		if (!now || now->state != MAGLEV_STATE_UP)
			FAIL_ONCE(test, "flow %u", i);
		at[i] = now;
	}
	for (i = 0; i < FLOWS; i++)
		if (mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u did not stay", i);
}

static void fallback_takes_over(struct kunit *test)
{
	struct mgl_member *at[FLOWS];
	struct mgl_explained e;
	struct mgl_flow f;
	u32 i, slot;

	settle(test);
	for (i = 0; i < BACKENDS; i++)
		set_state(test, i, MAGLEV_STATE_DOWN);
	f = flow(0, false);
	KUNIT_EXPECT_TRUE(test, !mid(test, 0));
	rcu_read_lock();
	mgl_select_explain(test->priv, svc, &f, &e);
	slot = e.slot.number;
	rcu_assign_pointer(svc->fallback, other);
	/* It has nobody either: the service's own pool is what counts. */
	mgl_select_explain(test->priv, svc, &f, &e);
	rcu_read_unlock();
	KUNIT_EXPECT_TRUE(test, e.pool == own && !e.fallback);
	KUNIT_EXPECT_EQ(test, slot, e.slot.number);
	KUNIT_EXPECT_TRUE(test, !mid(test, 0) && !syn(test, 0));
	KUNIT_EXPECT_FALSE(test, has_flows());

	add(test, other, 0);
	add(test, other, 1);
	for (i = 0; i < FLOWS; i++) {
		at[i] = i % 2 ? syn(test, i) : mid(test, i);
		if (at[i] != cur(other, i))
			FAIL_ONCE(test, "flow %u is not with the fallback", i);
	}
	for (i = 0; i < BACKENDS; i++)
		set_state(test, i, MAGLEV_STATE_UP);
	settle(test);
	tidy(test);
	expect_stay(test, at);
	for (i = 0; i < FLOWS; i++)
		if (syn(test, i) != cur(own, i))
			FAIL_ONCE(test, "SYN %u is still with the fallback", i);
	rcu_assign_pointer(svc->fallback, NULL);
	expect_cur(test);
}

/* Connections of a client are one flow, which none of them opens. */
static void affinity_keeps_clients(struct kunit *test)
{
	struct mgl_member *at;
	struct mgl_flow f;
	u32 i, moved = 0;

	svc->affinity = MAGLEV_AFFINITY_3TUPLE;
	for (i = 0; i < FLOWS; i++) {
		settle(test);
		f = flow(i, true);
		at = select_flow(test, &f);
		reseed(test, 2 + i);
		f.sport = htons(7);
		if (select_flow(test, &f) != at)
			FAIL_ONCE(test, "client %u was sent away", i);
		f = mgl_flow_mask(&f, MAGLEV_AFFINITY_3TUPLE);
		rcu_read_lock();
		moved += mgl_lookup(own, &f) != at;
		rcu_read_unlock();
	}
	KUNIT_EXPECT_GT(test, moved, FLOWS / 4);
}

static int tidy_thread(void *data)
{
	struct mgl_net *mn = data;

	while (!kthread_should_stop()) {
		mutex_lock(&mn->lock);
		mgl_track_tidy(mn);
		mutex_unlock(&mn->lock);
		cond_resched();
	}
	return 0;
}

/* The only one, which is with another than its slot's owner. */
static void tidying_hides_no_flow(struct kunit *test)
{
	unsigned long end = jiffies + HZ;
	struct mgl_member *at[FLOWS];
	struct task_struct *thread;
	u32 i = 0;

	svc->track = MAGLEV_TRACK_CHANGED;
	settle(test);
	mid_all(test, at);
	reseed(test, 2);
	while (i < FLOWS - 1 && cur(own, i) == at[i])
		i++;
	mid(test, i);
	settle(test);
	KUNIT_EXPECT_TRUE(test, cur(own, i) != at[i]);
	thread = kthread_run(tidy_thread, test->priv, "tidy");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	while (time_before(jiffies, end)) {
		if (mid(test, i) != at[i])
			FAIL_ONCE(test, "flow %u did not stay", i);
		cond_resched();
	}
	kthread_stop(thread);
}

/* Changes that go on and on do not keep a backend beyond its deadline. */
static void deadline_in_spite_of_changes(struct kunit *test)
{
	struct mgl_member_params params = {
		.has_state = true,
		.state = MAGLEV_STATE_DRAIN,
		.has_deadline = true,
		.deadline = 1,
	};
	struct mgl_member *at[FLOWS];
	u32 i;

	mid_all(test, at);
	KUNIT_EXPECT_EQ(test, 0, set(test, 0, &params, NULL));
	for (i = 0; i < 16 && member(test, own, 0); i++) {
		params = (struct mgl_member_params){
			.has_weight = true,
			.weight = 1 + i % 2,
		};
		set(test, 1, &params, NULL);
		msleep(200);
	}
	KUNIT_EXPECT_TRUE(test, !member(test, own, 0));
}

static int service_init(struct kunit *test)
{
	struct mgl_net *mn = test->priv;
	int err;

	svc = kunit_kzalloc(test, sizeof(*svc), GFP_KERNEL);
	if (!svc)
		return -ENOMEM;
	svc->id = (struct mgl_service_id){
		.vip = mgl_addr_v4(htonl(0xcb007101)),
		.proto = IPPROTO_TCP,
		.first = 80,
		.last = 80,
	};
	svc->track = MAGLEV_TRACK_ALL;
	svc->affinity = MAGLEV_AFFINITY_5TUPLE;
	mutex_lock(&mn->lock);
	err = mgl_ids_add(&mn->service_ids, svc, &svc->number);
	if (!err)
		err = mgl_track_need(mn);
	rb_link_node(&svc->node, NULL, &mn->services.rb_node);
	rb_insert_color(&svc->node, &mn->services);
	mutex_unlock(&mn->lock);
	rcu_assign_pointer(svc->pool, own);
	return err;
}

static int select_init(struct kunit *test)
{
	struct mgl_net *mn;
	int err;
	u32 i;

	err = test_net_init(test);
	if (err)
		return err;
	mn = test->priv;
	/* Whom upkeep tells what it did. */
	mn->net = &init_net;
	mn->cache_size = CACHE_ENTRIES;
	mn->counters = mgl_counters_alloc();
	own = pool_new(mn, "own");
	other = pool_new(mn, "other");
	if (!mn->counters || IS_ERR(own) || IS_ERR(other))
		return -ENOMEM;
	err = service_init(test);
	for (i = 0; !err && i < BACKENDS; i++)
		add(test, own, i);
	return err;
}

static void select_exit(struct kunit *test)
{
	struct mgl_net *mn = test->priv;

	if (!mn)
		return;
	mutex_lock(&mn->lock);
	mgl_ids_del(&mn->service_ids, svc->number);
	rb_erase(&svc->node, &mn->services);
	mgl_pool_destroy(mn, own);
	mgl_pool_destroy(mn, other);
	KUNIT_EXPECT_EQ(test, 0, mn->n_backends);
	mutex_unlock(&mn->lock);
	test_net_exit(mn);
	free_percpu(mn->counters);
}

static struct kunit_case select_cases[] = {
	KUNIT_CASE(all_stays),
	KUNIT_CASE(none_goes_by_hash),
	KUNIT_CASE(none_forgets),
	KUNIT_CASE(changed_stores_what_moves),
	KUNIT_CASE(syn_in_unsettled_slot_is_kept),
	KUNIT_CASE(drain_serves_what_it_has),
	KUNIT_CASE(down_serves_nothing),
	KUNIT_CASE(dry_run_changes_nothing),
	KUNIT_CASE(deleted_serves_nothing),
	KUNIT_CASE(fallback_takes_over),
	KUNIT_CASE(affinity_keeps_clients),
	KUNIT_CASE(tidying_hides_no_flow),
	KUNIT_CASE(deadline_in_spite_of_changes),
	{}
};

static struct kunit_suite select_suite = {
	.name = "maglev_select",
	.init = select_init,
	.exit = select_exit,
	.test_cases = select_cases,
};

kunit_test_suite(select_suite);
