// SPDX-License-Identifier: GPL-2.0
/*
 * --monitor stats: once a second the traffic of that second, and the counters that
 * grew. What had no traffic has no line.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cmd.h"
#include "err.h"
#include "format.h"
#include "nl.h"
#include "out.h"
#include "rate.h"
#include "watch.h"

/**
 * struct stats_monitor - a monitor while it runs
 * @args: the command line
 * @kern: the connection
 * @rates: services and backends
 * @counters: counters of the namespace
 * @before: the same at the last reading
 */
struct stats_monitor {
	const struct args *args;
	struct kern *kern;
	struct rates rates;
	struct vec counters;
	struct vec before;
};

static int read_all(struct stats_monitor *m)
{
	struct vec next = VEC_INIT(struct counter);
	int err;

	err = kern_get(m->kern, kern_request(m->kern, MAGLEV_CMD_STATS_GET),
		       attr_get_counters, &next);
	vec_free(&m->before);
	m->before = m->counters;
	m->counters = next;
	if (err)
		return kern_failed(m->kern, err, "cannot read the counters");
	return rates_read(m->kern, m->args, &m->rates);
}

static bool is_idle(const struct rate *rate)
{
	return rate->flows <= 0 && rate->packets <= 0 && rate->bytes <= 0;
}

/* A line of text for each; JSON has all of an interval in one line. */
static void begin_line(struct out *o, const char *what)
{
	if (o->json)
		return;
	watch_time(o);
	out_text(o, " %s", what);
}

static void show_rate(struct out *o, const struct rate *rate)
{
	if (o->json)
		rates_show(o, rate);
	out_text(o, " flows/s %.1f packets/s %.1f bytes/s %.1f\n", rate->flows,
		 rate->packets, rate->bytes);
}

static void show_total(struct out *o, const struct vec *services)
{
	struct rate total = { 0 };
	size_t i;

	for (i = 0; i < services->n; i++) {
		const struct service *s = vec_at(services, i);

		total.flows += s->rate.flows;
		total.packets += s->rate.packets;
		total.bytes += s->rate.bytes;
	}
	begin_line(o, "total");
	show_rate(o, &total);
}

static void show_services(struct out *o, const struct vec *services)
{
	size_t i;

	out_array(o, "services");
	for (i = 0; i < services->n; i++) {
		const struct service *s = vec_at(services, i);

		if (is_idle(&s->rate))
			continue;
		begin_line(o, "service");
		out_object(o, NULL);
		out_text(o, " %s", format_service(&s->id));
		out_str(o, "protocol", NULL, format_proto(s->id.proto));
		out_str(o, "address", NULL, format_addr(&s->id.addr));
		out_u64(o, "port", NULL, s->id.ports.first);
		out_u64(o, "port_last", NULL, s->id.ports.last);
		show_rate(o, &s->rate);
		out_object_end(o);
	}
	out_array_end(o);
}

static void show_backends(struct out *o, const struct vec *backends)
{
	size_t i;

	out_array(o, "backends");
	for (i = 0; i < backends->n; i++) {
		const struct backend *b = vec_at(backends, i);

		if (is_idle(&b->rate))
			continue;
		begin_line(o, "backend");
		out_object(o, NULL);
		out_str(o, "address", " %s", format_addr(&b->addr));
		out_str(o, "pool", " pool %s", b->pool);
		show_rate(o, &b->rate);
		out_object_end(o);
	}
	out_array_end(o);
}

static void show_counters(struct out *o, const struct stats_monitor *m)
{
	size_t i;

	out_object(o, "counters");
	for (i = 0; i < m->counters.n && i < m->before.n; i++) {
		const struct counter *now = vec_at(&m->counters, i);
		const struct counter *before = vec_at(&m->before, i);
		double rate = per_second(now->value, before->value,
					 m->rates.ms);

		if (rate <= 0)
			continue;
		begin_line(o, "counter");
		out_text(o, " %s ", now->name);
		out_decimal(o, now->name, "%.1f\n", rate);
	}
	out_object_end(o);
}

static int frame(void *data)
{
	struct stats_monitor *m = data;
	struct out o;
	int err;

	err = read_all(m);
	if (!err && m->rates.n == 1) {
		clock_sleep(INTERVAL_DEFAULT);
		err = read_all(m);
	}
	if (err)
		return err;
	snapshot_sort_by_load(&m->rates.now);
	out_begin_line(&o, m->args->given & OPT_JSON);
	if (o.json)
		watch_time(&o);
	out_str(&o, "event", NULL, "stats");
	out_u64(&o, "interval_ms", NULL, m->rates.ms);
	show_total(&o, &m->rates.now.services);
	show_services(&o, &m->rates.now.services);
	show_backends(&o, &m->rates.now.backends);
	show_counters(&o, m);
	out_end(&o);
	return EXIT_OK;
}

static int monitor_stats(struct kern *kern, const struct args *args)
{
	struct stats_monitor m = {
		.args = args,
		.kern = kern,
		.counters = VEC_INIT(struct counter),
		.before = VEC_INIT(struct counter),
	};
	int err;

	err = watch_run(INTERVAL_DEFAULT, false, frame, &m);
	vec_free(&m.counters);
	vec_free(&m.before);
	rates_free(&m.rates);
	return err;
}

/**
 * cmd_monitor_what() - --monitor
 * @ctx: the program
 * @args: its command line, which says what to monitor
 *
 * Return: an exit code.
 */
int cmd_monitor_what(struct ctx *ctx, const struct args *args)
{
	struct kern *kern;

	if (!args->operand || !strcmp(args->operand, "config"))
		return cmd_monitor(ctx, args);
	if (strcmp(args->operand, "stats"))
		return err_usage("--monitor '%s': use config or stats",
				 args->operand);
	if (args->given & (OPT_TIMESTAMP | OPT_COUNT))
		return err_usage("%s does not go with --monitor stats",
				 args->given & OPT_COUNT ? "--count" :
							   "--timestamp");
	kern = ctx_kern(ctx);
	if (!kern)
		return EXIT_FAILED;
	return monitor_stats(kern, args);
}
