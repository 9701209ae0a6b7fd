// SPDX-License-Identifier: GPL-2.0
/*
 * Rates of services and backends. The kernel keeps counters and no rates, so
 * the configuration is read twice, and the difference divided by the time between.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "err.h"
#include "format.h"
#include "nl.h"
#include "out.h"
#include "rate.h"

/* What was not there before had no traffic. */
static const struct stats no_stats;

/**
 * clock_ms() - read the monotonic clock
 *
 * Return: the time in ms.
 */
uint64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/**
 * clock_sleep() - let time pass
 * @ms: how much
 */
void clock_sleep(uint64_t ms)
{
	struct timespec t = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &t, &t) == EINTR)
		;
}

/**
 * per_second() - growth of a counter per second
 * @now: the counter
 * @before: the counter at an earlier time
 * @ms: how much earlier, not 0
 *
 * Return: the rate; 0 if the counter was zeroed meanwhile.
 */
double per_second(uint64_t now, uint64_t before, uint64_t ms)
{
	return now < before ? 0 : (double)(now - before) * 1000.0 / (double)ms;
}

static void measure(struct rate *rate, const struct stats *now,
		    const struct stats *before, uint64_t ms)
{
	rate->flows = per_second(now->flows, before->flows, ms);
	rate->packets = per_second(now->packets, before->packets, ms);
	rate->bytes = per_second(now->bytes, before->bytes, ms);
}

/* A service that is at @i now was there before, if nothing came between. */
static const struct stats *service_before(const struct rates *r, size_t i)
{
	const struct service *now = vec_at(&r->now.services, i);
	const struct vec *v = &r->before.services;
	const struct service *svc;
	size_t k;

	for (k = 0; k < v->n; k++) {
		svc = vec_at(v, (i + k) % v->n);
		if (!compare_service_id(&svc->id, &now->id))
			return &svc->stats;
	}
	return &no_stats;
}

/* Likewise the @i-th backend of the pool whose backends were @m. */
static const struct stats *backend_before(const struct members *m,
					  const struct backend *now, size_t i)
{
	const struct backend *b;
	size_t k;

	for (k = 0; k < m->n; k++) {
		b = &m->first[(i + k) % m->n];
		if (!compare_addr(&b->addr, &now->addr))
			return &b->stats;
	}
	return &no_stats;
}

static void measure_all(struct rates *r)
{
	struct members m = { 0 };
	struct service *svc;
	const char *pool = NULL;
	struct backend *b;
	size_t i, first = 0;

	for (i = 0; i < r->now.services.n; i++) {
		svc = vec_at(&r->now.services, i);
		measure(&svc->rate, &svc->stats, service_before(r, i), r->ms);
	}
	for (i = 0; i < r->now.backends.n; i++) {
		b = vec_at(&r->now.backends, i);
		if (!pool || strcmp(b->pool, pool)) {
			pool = b->pool;
			first = i;
			m = snapshot_members(&r->before, pool);
		}
		measure(&b->rate, &b->stats, backend_before(&m, b, i - first),
			r->ms);
	}
}

static int take(struct kern *kern, const struct args *args, struct snapshot *s)
{
	bool sort = !(args->given & OPT_NOSORT);
	int err;

	if (!(args->given & OPT_SERVICE))
		return snapshot_take(kern, s, sort);
	err = snapshot_take_service(kern, s, &args->service, sort);
	if (err == -ENOENT && args->as_ipvsadm)
		return err_words("No such service");
	if (err)
		return kern_failed(kern, err, "cannot list service %s",
				   format_service(&args->service));
	return 0;
}

/**
 * rates_read() - read the configuration, or one service, once more
 * @kern: the connection
 * @args: the command line, which may name a service and an order
 * @r: the readings, zero at first, to be released with rates_free() in any case
 *
 * Return: 0, or EXIT_FAILED after a complaint.
 */
int rates_read(struct kern *kern, const struct args *args, struct rates *r)
{
	uint64_t at = clock_ms();
	int err;

	snapshot_free(&r->before);
	r->before = r->now;
	r->now = (struct snapshot){ 0 };
	/* It may have been sorted by load since. */
	if (!(args->given & OPT_NOSORT))
		snapshot_sort(&r->before);
	err = take(kern, args, &r->now);
	if (err)
		return err;
	if (r->n++) {
		r->ms = at > r->at ? at - r->at : 1;
		measure_all(r);
	}
	r->at = at;
	return 0;
}

/**
 * rates_measure() - read the configuration twice
 * @kern: the connection
 * @args: the command line, as for rates_read()
 * @r: the readings, likewise
 * @ms: time to leave between
 *
 * Return: 0, or EXIT_FAILED after a complaint.
 */
int rates_measure(struct kern *kern, const struct args *args, struct rates *r,
		  uint64_t ms)
{
	int err = rates_read(kern, args, r);

	if (err)
		return err;
	clock_sleep(ms);
	return rates_read(kern, args, r);
}

/**
 * rates_interval() - time from one reading to the next
 * @args: the command line
 *
 * Return: the time in ms.
 */
uint32_t rates_interval(const struct args *args)
{
	return args->interval ? args->interval : INTERVAL_DEFAULT;
}

/**
 * rates_show() - write a rate, in JSON
 * @o: the listing
 * @rate: the rate
 */
void rates_show(struct out *o, const struct rate *rate)
{
	out_object(o, "rate");
	out_decimal(o, "flows", NULL, rate->flows);
	out_decimal(o, "packets", NULL, rate->packets);
	out_decimal(o, "bytes", NULL, rate->bytes);
	out_object_end(o);
}

/**
 * rates_free() - release what readings hold
 * @r: the readings
 */
void rates_free(struct rates *r)
{
	snapshot_free(&r->now);
	snapshot_free(&r->before);
}
