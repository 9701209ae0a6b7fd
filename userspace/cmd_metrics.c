// SPDX-License-Identifier: GPL-2.0
/*
 * --metrics: for Prometheus, the namespace, its services and pools, or its
 * backends, too. Those of the namespace are here, the others in metrics_objects.c.
 * Names and labels are an interface that dashboards rely on;
 * Documentation/observability.md lists them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "config.h"
#include "err.h"
#include "metrics.h"
#include "metrics_objects.h"
#include "nl.h"
#include "snapshot.h"

/* Each level has what those before it have. */
enum level {
	SUMMARY,
	SERVICES,
	BACKENDS,
};

static void show_info(const struct info *info)
{
	static const struct metric build = {
		"build_info", false, NULL, "Versions, in labels."
	};
	const struct {
		struct metric metric;
		uint64_t value;
	} gauges[] = {
		{ { "hooks_registered", false, NULL,
		    "1 if the module looks at packets, as it does while there is a service." },
		  info->hooks },
		{ { "config_generation", false, NULL,
		    "Changes of the configuration so far." },
		  info->generation },
		{ { "services", false, NULL, "Services." }, info->services },
		{ { "pools", false, NULL, "Pools, private ones included." },
		  info->pools },
		{ { "backend_addresses", false, NULL,
		    "Different addresses of backends." }, info->backends },
		{ { "routers", false, NULL, "Prefixes of trusted routers." },
		  info->routers },
		{ { "sources", false, NULL, "Prefixes of outer sources." },
		  info->sources },
		{ { "fragments_held_bytes", false, "bytes",
		    "Memory of inner fragments that are held." },
		  info->fragment_bytes },
	};
	struct label_sets l = { 0 };
	size_t i;

	labels_add(&l, "module", info->version);
	labels_add(&l, "tool", VERSION);
	labels_next(&l);
	metric_head(&build);
	metric_sample(&build, &l, 0, 1);
	labels_free(&l);
	for (i = 0; i < ARRAY_SIZE(gauges); i++)
		metric_one(&gauges[i].metric, gauges[i].value);
}

static void show_config(const struct config *config)
{
	static const struct metric size = {
		"flow_cache_size_entries", false, "entries",
		"Flows that the flow cache has room for."
	};
	static const struct metric used = {
		"flow_cache_used_entries", false, "entries",
		"Flows that are tracked."
	};

	metric_one(&size, config->cache_size);
	metric_one(&used, config->cache_used);
}

/* The first word of a reason is its verdict; what has none is an event. */
static bool verdict(const char *name, char *text, size_t size)
{
	static const char * const verdicts[] = {
		"forwarded", "accept", "drop", "held",
	};
	size_t len = strcspn(name, "_");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(verdicts); i++)
		if (strlen(verdicts[i]) == len &&
		    !memcmp(verdicts[i], name, len)) {
			snprintf(text, size, "%s", verdicts[i]);
			return true;
		}
	return false;
}

/* The counters that are reasons, or those that are not. */
static void show_some(const struct metric *m, const struct vec *counters,
		      bool reasons)
{
	struct label_sets l = { 0 };
	char word[16];
	size_t i;

	metric_head(m);
	for (i = 0; i < counters->n; i++) {
		const struct counter *c = vec_at(counters, i);

		if (verdict(c->name, word, sizeof(word)) != reasons)
			continue;
		if (reasons)
			labels_add(&l, "verdict", word);
		labels_add(&l, reasons ? "reason" : "event", c->name);
		labels_next(&l);
		metric_sample(m, &l, l.n - 1, c->value);
	}
	labels_free(&l);
}

static void show_counters(const struct vec *counters)
{
	static const struct metric packets = {
		"packets_total", true, "packets",
		"GRE packets to this host, by the reason for which they ended."
	};
	static const struct metric events = {
		"events_total", true, NULL,
		"Events of the flow cache, of paths and of fragments."
	};

	show_some(&packets, counters, true);
	show_some(&events, counters, false);
}

static int show_summary(struct kern *kern)
{
	struct vec counters = VEC_INIT(struct counter);
	struct vec info = VEC_INIT(struct info);
	struct config config;
	int err;

	err = kern_get(kern, kern_request(kern, MAGLEV_CMD_INFO_GET),
		       attr_get_info, &info);
	if (!err)
		err = kern_get(kern, kern_request(kern, MAGLEV_CMD_STATS_GET),
			       attr_get_counters, &counters);
	if (!err && !info.n)
		err = -ENODATA;
	if (err)
		err = kern_failed(kern, err, "cannot read the counters");
	if (!err)
		err = config_read(kern, &config);
	if (!err) {
		show_info(info.items);
		show_config(&config);
		show_counters(&counters);
	}
	vec_free(&counters);
	vec_free(&info);
	return err;
}

static int show(struct kern *kern, enum level level)
{
	struct snapshot s = { 0 };
	int err = 0;

	/* Read first: what fails must leave nothing that looks like metrics. */
	if (level > SUMMARY)
		err = snapshot_take(kern, &s, true);
	if (!err) {
		metrics_begin();
		err = show_summary(kern);
	}
	if (!err && level > SUMMARY) {
		metrics_services(&s);
		metrics_pools(&s);
	}
	if (!err && level > SERVICES)
		metrics_backends(&s);
	if (!err)
		metrics_end();
	snapshot_free(&s);
	return err;
}

/**
 * cmd_metrics() - --metrics
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_metrics(struct ctx *ctx, const struct args *args)
{
	static const char * const levels[] = {
		[SUMMARY] = "summary",
		[SERVICES] = "services",
		[BACKENDS] = "backends",
	};
	struct kern *kern;
	size_t level = 0;

	while (args->operand && strcmp(args->operand, levels[level]))
		if (++level == ARRAY_SIZE(levels))
			return err_usage("--metrics '%s': use summary, services or backends",
					 args->operand);
	kern = ctx_kern(ctx);
	if (!kern)
		return EXIT_FAILED;
	return show(kern, (enum level)level);
}
