// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/in.h>
#include <stdlib.h>
#include <string.h>

#include "director.h"
#include "queue.h"
#include "random.h"
#include "router.h"
#include "world.h"

/* Long enough for the number of long connections to settle; then the hour. */
#define WARM_UP		(3600 * 1000ULL)
#define HOUR		(3600 * 1000ULL)

#define SHORT_LIFE	3000	/* ms, on average */
#define SHORT_SEND	1000
#define ROUND_TRIP	50	/* ms from SYN to ACK */
#define LONG_OF_100	20

const struct setup setup_default = {
	.send = 10,
	.changes = 9,
	.backends = 100,
	.size = 8191,
	.rate = 30000,
	.life = 600,
};

const char *const regime_names[ECMP_MAX] = { "never", "with", "own" };

struct conn {
	struct mgl_flow flow;
	u64 key;
	u64 end;	/* ms: the client sends FIN */
	u32 slot;
	u32 path;	/* the router's hash of it */
	u32 send;	/* ms */
	u32 home;	/* its backend */
	u32 lives;	/* that the backend had when it began */
	u32 broken;	/* variants in which it is */
	bool begun;
	bool counted;
};

struct world {
	const struct setup *setup;
	struct tally *tally;
	sample_fn sampled;
	struct pool pool;
	struct plan *plan;
	struct router router;
	struct queue queue;
	struct director directors[VARIANTS_MAX][DIRECTORS];
	struct conn *conns;
	u32 n_conns;
	u32 room;
	u64 now;
	u64 traffic;	/* random: connections */
	u64 gaps;	/* random: times between packets */
	u64 paths;	/* random: directors that go */
};

static void conn_new(struct world *w)
{
	static const siphash_key_t secret = { .key = { 1, 2 } };
	u64 life = w->setup->life * 1000ULL;
	struct conn *c;

	if (w->n_conns == w->room) {
		w->room = w->room ? 2 * w->room : 4096;
		w->conns = realloc(w->conns, w->room * sizeof(*w->conns));
		if (!w->conns)
			abort();
	}
	c = &w->conns[w->n_conns];
	memset(c, 0, sizeof(*c));
	c->send = w->setup->send * 1000;
	if (prng_below(&w->traffic, 100) >= LONG_OF_100) {
		life = SHORT_LIFE;
		c->send = SHORT_SEND;
	}
	c->flow.saddr = mgl_addr_v4((__force __be32)(u32)prng(&w->traffic));
	c->flow.daddr = mgl_addr_v4(0);
	/* Numbered, so that no two are the same flow. */
	c->flow.sport = w->n_conns;
	c->flow.dport = w->n_conns >> 16;
	c->flow.proto = IPPROTO_TCP;
	c->path = prng(&w->traffic);
	c->end = w->now + ROUND_TRIP +
		 random_exponential(&w->traffic, life);
	c->slot = flow_slot(&c->flow, w->pool.seed, w->pool.size);
	c->key = mgl_flow_key(&c->flow, 0, &secret);
	queue_add(&w->queue, w->now, EVENT_PACKET, w->n_conns++);
}

static void arrival(struct world *w)
{
	u64 next;

	conn_new(w);
	next = w->now + random_exponential(&w->traffic,
					   3600000.0 / w->setup->rate);
	if (next < WARM_UP + HOUR)
		queue_add(&w->queue, next, EVENT_ARRIVAL, 0);
}

/* The client's next packet after this one: at any time, so some are long idle. */
static void conn_wait(struct world *w, struct conn *c, u32 id)
{
	u64 next = w->now + 1 + random_exponential(&w->gaps, c->send);

	queue_add(&w->queue, min(next, c->end), EVENT_PACKET, id);
}

/* The table has the connection's backend as all variants see it. */
static void conn_begin(struct world *w, struct conn *c, u32 id)
{
	c->home = w->plan->backend[w->plan->slots[c->slot]];
	c->lives = w->pool.backends[c->home].lives;
	c->begun = true;
	queue_add(&w->queue, w->now + ROUND_TRIP, EVENT_PACKET, id);
}

static void conn_count(struct world *w, struct conn *c)
{
	if (c->counted || w->now < WARM_UP)
		return;
	c->counted = true;
	w->tally->connections++;
}

static void packet(struct world *w, u32 id)
{
	struct conn *c = &w->conns[id];
	struct packet p = {
		.flow = &c->flow,
		.slot = c->slot,
		.key = c->key,
		.new_conn = !c->begun,
		.pkt_state = MAGLEV_FLOW_ESTABLISHED,
	};
	u32 hop = router_pick(&w->router, c->path), all, v, to;

	conn_count(w, c);
	if (!c->begun) {
		p.pkt_state = MAGLEV_FLOW_OPENING;
		conn_begin(w, c, id);
	} else if (w->pool.backends[c->home].lives != c->lives) {
		w->tally->lost++;
		return;
	} else if (w->now >= c->end) {
		p.pkt_state = MAGLEV_FLOW_CLOSING;
	} else {
		conn_wait(w, c, id);
	}
	all = w->setup->n_variants;
	for (v = 0; v < all; v++) {
		if (c->broken & 1u << v)
			continue;
		to = director_pick(&w->directors[v][hop], &p, w->now);
		if (to != c->home) {
			/* A SYN goes to the table's backend, whatever else. */
			if (p.new_conn)
				abort();
			c->broken |= 1u << v;
			w->tally->broken[v]++;
		}
	}
}

static void configure(struct world *w)
{
	struct plan *old = w->plan;
	u16 *map = NULL;
	u32 v, d;

	w->plan = pool_plan(&w->pool);
	if (old)
		map = plan_map(old, w->plan);
	for (v = 0; v < w->setup->n_variants; v++)
		for (d = 0; d < DIRECTORS; d++)
			director_configure(&w->directors[v][d], w->plan, map,
					   w->now);
	free(map);
	plan_free(old);
}

static void ecmp_change(struct world *w)
{
	u32 v;

	if (router_change(&w->router, &w->paths) && w->setup->restart)
		for (v = 0; v < w->setup->n_variants; v++)
			director_restart(&w->directors[v][w->router.absent],
					 w->now);
}

static void sample(struct world *w)
{
	u32 held[VARIANTS_MAX] = {}, v, d;

	for (v = 0; v < w->setup->n_variants; v++) {
		for (d = 0; d < DIRECTORS; d++)
			held[v] += director_held(&w->directors[v][d], w->now);
		if (w->now >= WARM_UP)
			w->tally->peak[v] = max(w->tally->peak[v], held[v]);
	}
	if (w->sampled)
		w->sampled((int)(w->now / 1000) - (int)(WARM_UP / 1000), held,
			   w->setup->n_variants);
	if (w->now + w->setup->sample * 1000 <= WARM_UP + HOUR)
		queue_add(&w->queue, w->now + w->setup->sample * 1000,
			  EVENT_SAMPLE, 0);
}

/* So many, at any time of the hour: as Poisson's are if one knows how many. */
static void schedule(struct world *w, enum event_kind kind, u64 use)
{
	u64 state = random_stream(w->setup->seed, use);
	u32 i;

	for (i = 0; i < w->setup->changes; i++)
		queue_add(&w->queue, WARM_UP + random_unit(&state) * HOUR, kind,
			  0);
}

static void start(struct world *w)
{
	const struct setup *s = w->setup;
	u32 v, d;

	pool_init(&w->pool, s->backends, s->size, s->seed);
	router_init(&w->router);
	w->traffic = random_stream(s->seed, 't');
	w->gaps = random_stream(s->seed, 'g');
	w->paths = random_stream(s->seed, 'r');
	for (v = 0; v < s->n_variants; v++)
		for (d = 0; d < DIRECTORS; d++)
			director_init(&w->directors[v][d], &s->variants[v],
				      &w->pool);
	configure(w);
	queue_add(&w->queue, 0, EVENT_ARRIVAL, 0);
	schedule(w, EVENT_BACKEND, 'c');
	if (s->regime == ECMP_OWN)
		schedule(w, EVENT_ECMP, 'e');
	if (s->sample)
		queue_add(&w->queue, WARM_UP - s->sample * 1000ULL,
			  EVENT_SAMPLE, 0);
}

static void finish(struct world *w)
{
	u32 v, d;

	for (v = 0; v < w->setup->n_variants; v++)
		for (d = 0; d < DIRECTORS; d++) {
			w->tally->full[v] += w->directors[v][d].full;
			director_free(&w->directors[v][d]);
		}
	queue_free(&w->queue);
	plan_free(w->plan);
	pool_free(&w->pool);
	free(w->conns);
}

void world_run(const struct setup *setup, struct tally *tally,
	       sample_fn sampled)
{
	struct world w = { .setup = setup, .tally = tally, .sampled = sampled };
	struct event e;

	start(&w);
	while (queue_next(&w.queue, &e)) {
		w.now = e.at;
		switch (e.kind) {
		case EVENT_ARRIVAL:
			arrival(&w);
			break;
		case EVENT_PACKET:
			packet(&w, e.what);
			break;
		case EVENT_BACKEND:
			pool_change(&w.pool);
			configure(&w);
			if (setup->regime == ECMP_WITH)
				ecmp_change(&w);
			break;
		case EVENT_ECMP:
			ecmp_change(&w);
			break;
		case EVENT_SAMPLE:
			sample(&w);
			break;
		}
	}
	finish(&w);
}
