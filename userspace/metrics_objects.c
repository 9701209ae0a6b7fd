// SPDX-License-Identifier: GPL-2.0
/*
 * Metrics of services, pools and backends: of each kind a table, and the labels
 * that all metrics of an object share.
 */
#include <stdio.h>

#include "enum_names.h"
#include "format.h"
#include "metrics.h"
#include "metrics_objects.h"
#include "snapshot.h"

/* --- services ------------------------------------------------------------- */

static uint64_t service_connections(const struct service *s)
{
	return s->stats.flows;
}

static uint64_t service_packets(const struct service *s)
{
	return s->stats.packets;
}

static uint64_t service_bytes(const struct service *s)
{
	return s->stats.bytes;
}

static const struct {
	struct metric metric;
	uint64_t (*value)(const struct service *s);
} service_metrics[] = {
	{ { "service_connections_total", true, NULL,
	    "New connections of a service." }, service_connections },
	{ { "service_packets_total", true, "packets",
	    "Packets of a service that were forwarded." }, service_packets },
	{ { "service_bytes_total", true, "bytes",
	    "Lengths of these packets, without tunnel headers." },
	  service_bytes },
};

static void label_service(struct label_sets *l, const struct service_id *id)
{
	char port[12];

	if (id->ports.first == id->ports.last)
		snprintf(port, sizeof(port), "%u", id->ports.first);
	else
		snprintf(port, sizeof(port), "%u-%u", id->ports.first,
			 id->ports.last);
	labels_add(l, "protocol", format_proto(id->proto));
	labels_add(l, "address", format_addr(&id->addr));
	labels_add(l, "port", port);
}

static void show_service_info(const struct vec *services)
{
	static const struct metric info = {
		"service_info", false, NULL,
		"Settings of a service, in labels."
	};
	struct label_sets l = { 0 };
	size_t i;

	metric_head(&info);
	for (i = 0; i < services->n; i++) {
		const struct service *s = vec_at(services, i);

		label_service(&l, &s->id);
		labels_add(&l, "pool", s->pool);
		labels_add(&l, "track", enum_name(&track_names, s->track));
		labels_add(&l, "affinity",
			   enum_name(&affinity_names, s->affinity));
		labels_add(&l, "all_down",
			   enum_name(&all_down_names, s->all_down));
		labels_add(&l, "fallback", s->fallback);
		labels_next(&l);
		metric_sample(&info, &l, i, 1);
	}
	labels_free(&l);
}

/**
 * metrics_services() - write the metrics of services
 * @s: the configuration
 */
void metrics_services(const struct snapshot *s)
{
	const struct vec *services = &s->services;
	struct label_sets l = { 0 };
	size_t i, k;

	show_service_info(services);
	for (i = 0; i < services->n; i++) {
		label_service(&l,
			      &((struct service *)vec_at(services, i))->id);
		labels_next(&l);
	}
	for (k = 0; k < ARRAY_SIZE(service_metrics); k++) {
		metric_head(&service_metrics[k].metric);
		for (i = 0; i < services->n; i++)
			metric_sample(&service_metrics[k].metric, &l, i,
				      service_metrics[k].value(vec_at(services,
								      i)));
	}
	labels_free(&l);
}

/* --- pools ---------------------------------------------------------------- */

static uint64_t pool_slots(const struct snapshot *s, const struct pool *p)
{
	(void)s;
	return p->table_size;
}

static uint64_t pool_unsettled(const struct snapshot *s, const struct pool *p)
{
	(void)s;
	return p->unsettled;
}

/* None while all backends are down, drain or have weight 0. */
static uint64_t pool_assigned(const struct snapshot *s, const struct pool *p)
{
	const struct submembers sub = snapshot_submembers(s, p->name);
	const struct members m = snapshot_members(s, p->name);
	uint64_t slots = 0;
	size_t i;

	for (i = 0; i < m.n; i++)
		slots += m.first[i].slots;
	for (i = 0; i < sub.n; i++)
		slots += sub.first[i].slots;
	/* A backend that is in members, too, is in both sums. */
	return slots < p->table_size ? slots : p->table_size;
}

static uint64_t pool_panic_percent(const struct snapshot *s, const struct pool *p)
{
	(void)s;
	return p->panic;
}

static uint64_t pool_panics(const struct snapshot *s, const struct pool *p)
{
	(void)s;
	return p->panics;
}

/* Monitoring counts in doubles: so many bits of it are exact. */
static uint64_t pool_fingerprint(const struct snapshot *s, const struct pool *p)
{
	(void)s;
	return p->has_fingerprint ? p->fingerprint >> 12 : 0;
}

static const struct {
	struct metric metric;
	uint64_t (*value)(const struct snapshot *s, const struct pool *p);
} pool_metrics[] = {
	{ { "pool_slots", false, NULL, "Slots of the table of a pool." },
	  pool_slots },
	{ { "pool_assigned_slots", false, NULL,
	    "Slots that have an owner; 0 while no backend gets new flows." },
	  pool_assigned },
	{ { "pool_unsettled_slots", false, NULL,
	    "Slots that remember a previous owner." }, pool_unsettled },
	{ { "pool_fingerprint", false, NULL,
	    "Upper 52 bits of the fingerprint of the table, equal on directors that agree." },
	  pool_fingerprint },
	{ { "pool_panic_percent", false, NULL,
	    "Percentage of usable backends below which a pool uses all of them." },
	  pool_panic_percent },
	{ { "pool_panics", false, NULL,
	    "1 while it does, because fewer are usable." }, pool_panics },
};

static void show_pool_backends(const struct snapshot *s)
{
	static const struct metric count = {
		"pool_backends", false, NULL,
		"Backends of a pool itself, without those of its members, by state."
	};
	struct label_sets l = { 0 };
	size_t i, k, state;

	metric_head(&count);
	for (i = 0; i < s->pools.n; i++) {
		const struct pool *p = vec_at(&s->pools, i);
		const struct members m = snapshot_members(s, p->name);
		uint64_t n[MAGLEV_STATE_DOWN + 1] = { 0 };

		for (k = 0; k < m.n; k++)
			if (m.first[k].state < ARRAY_SIZE(n))
				n[m.first[k].state]++;
		for (state = 0; state < ARRAY_SIZE(n); state++) {
			labels_add(&l, "pool", p->name);
			labels_add(&l, "state",
				   enum_name(&state_names, state));
			labels_next(&l);
			metric_sample(&count, &l, l.n - 1, n[state]);
		}
	}
	labels_free(&l);
}

/**
 * metrics_pools() - write the metrics of pools
 * @s: the configuration, sorted
 */
void metrics_pools(const struct snapshot *s)
{
	const struct vec *pools = &s->pools;
	struct label_sets l = { 0 };
	size_t i, k;

	show_pool_backends(s);
	for (i = 0; i < pools->n; i++) {
		labels_add(&l, "pool", ((struct pool *)vec_at(pools, i))->name);
		labels_next(&l);
	}
	for (k = 0; k < ARRAY_SIZE(pool_metrics); k++) {
		metric_head(&pool_metrics[k].metric);
		for (i = 0; i < pools->n; i++)
			metric_sample(&pool_metrics[k].metric, &l, i,
				      pool_metrics[k].value(s, vec_at(pools,
								      i)));
	}
	labels_free(&l);
}

/* --- backends ------------------------------------------------------------- */

static uint64_t backend_connections(const struct backend *b)
{
	return b->stats.flows;
}

static uint64_t backend_packets(const struct backend *b)
{
	return b->stats.packets;
}

static uint64_t backend_bytes(const struct backend *b)
{
	return b->stats.bytes;
}

static uint64_t backend_unreachable(const struct backend *b)
{
	return b->unreachable;
}

static uint64_t backend_active(const struct backend *b)
{
	return b->active;
}

static uint64_t backend_inactive(const struct backend *b)
{
	return b->inactive;
}

static uint64_t backend_up(const struct backend *b)
{
	return b->state == MAGLEV_STATE_UP;
}

static uint64_t backend_draining(const struct backend *b)
{
	return b->state == MAGLEV_STATE_DRAIN;
}

static uint64_t backend_weight(const struct backend *b)
{
	return b->weight;
}

static uint64_t backend_slots(const struct backend *b)
{
	return b->slots;
}

static uint64_t backend_upper(const struct backend *b)
{
	return b->upper;
}

static uint64_t backend_lower(const struct backend *b)
{
	return b->lower;
}

static uint64_t backend_overloaded(const struct backend *b)
{
	return b->overloaded;
}

/* Those that are @limited are of backends with thresholds only, which few are. */
static const struct {
	struct metric metric;
	uint64_t (*value)(const struct backend *b);
	bool limited;
} backend_metrics[] = {
	{ { "backend_connections_total", true, NULL,
	    "New connections to a backend of a pool." }, backend_connections, false },
	{ { "backend_packets_total", true, "packets",
	    "Packets that were forwarded to a backend." }, backend_packets, false },
	{ { "backend_bytes_total", true, "bytes",
	    "Lengths of these packets, without tunnel headers." },
	  backend_bytes, false },
	{ { "backend_unreachable_total", true, NULL,
	    "ICMP errors which said that a backend is not reached." },
	  backend_unreachable, false },
	{ { "backend_active_connections", false, NULL,
	    "Tracked flows to a backend that are established." },
	  backend_active, false },
	{ { "backend_inactive_connections", false, NULL,
	    "Other tracked flows to a backend." }, backend_inactive, false },
	{ { "backend_up", false, NULL, "1 if the state of a backend is up." },
	  backend_up, false },
	{ { "backend_draining", false, NULL,
	    "1 if the state of a backend is drain." }, backend_draining, false },
	{ { "backend_weight", false, NULL, "Weight of a backend." },
	  backend_weight, false },
	{ { "backend_slots", false, NULL,
	    "Slots of a backend in the table of its pool." }, backend_slots, false },
	{ { "backend_upper_threshold", false, NULL,
	    "Tracked flows from which on a backend gets no new ones." },
	  backend_upper, true },
	{ { "backend_lower_threshold", false, NULL,
	    "Tracked flows below which it gets new ones again, or 0." },
	  backend_lower, true },
	{ { "backend_overloaded", false, NULL,
	    "1 if a backend gets no new flows for its upper threshold." },
	  backend_overloaded, true },
};

/**
 * metrics_backends() - write the metrics of the backends of pools
 * @s: the configuration
 */
void metrics_backends(const struct snapshot *s)
{
	const struct vec *backends = &s->backends;
	struct label_sets l = { 0 };
	size_t i, k;

	for (i = 0; i < backends->n; i++) {
		const struct backend *b = vec_at(backends, i);

		labels_add(&l, "pool", b->pool);
		labels_add(&l, "address", format_addr(&b->addr));
		labels_next(&l);
	}
	for (k = 0; k < ARRAY_SIZE(backend_metrics); k++) {
		metric_head(&backend_metrics[k].metric);
		for (i = 0; i < backends->n; i++) {
			const struct backend *b = vec_at(backends, i);

			if (!backend_metrics[k].limited || b->upper)
				metric_sample(&backend_metrics[k].metric, &l, i,
					      backend_metrics[k].value(b));
		}
	}
	labels_free(&l);
}
