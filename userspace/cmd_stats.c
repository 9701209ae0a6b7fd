// SPDX-License-Identifier: GPL-2.0
/* Counters and sizes of the namespace. */
#include <errno.h>
#include <inttypes.h>

#include "change.h"
#include "cmd.h"
#include "config.h"
#include "enum_names.h"
#include "err.h"
#include "nl.h"
#include "out.h"
#include "vec.h"

/**
 * plan_zero() - -Z
 * @ctx: the program
 * @args: its command line
 * @c: the change
 *
 * Return: an exit code.
 */
int plan_zero(const struct ctx *ctx, const struct args *args,
	      struct change *c)
{
	(void)ctx;
	c->cmd = MAGLEV_CMD_STATS_ZERO;
	c->service = args->service;
	return EXIT_OK;
}

/**
 * cmd_counters() - --counters
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_counters(struct ctx *ctx, const struct args *args)
{
	struct vec v = VEC_INIT(struct counter);
	struct kern *kern = ctx_kern(ctx);
	struct out o;
	size_t i;
	int err;

	if (!kern)
		return EXIT_FAILED;
	err = kern_get(kern, kern_request(kern, MAGLEV_CMD_STATS_GET),
		       attr_get_counters, &v);
	if (err) {
		vec_free(&v);
		return kern_failed(kern, err, "cannot read the counters");
	}
	out_begin(&o, args->given & OPT_JSON);
	out_object(&o, "counters");
	for (i = 0; i < v.n; i++) {
		const struct counter *c = vec_at(&v, i);

		out_text(&o, "%-32s ", c->name);
		out_u64(&o, c->name, "%" PRIu64 "\n", c->value);
	}
	out_object_end(&o);
	out_end(&o);
	vec_free(&v);
	return EXIT_OK;
}

/**
 * cmd_info() - --info
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_info(struct ctx *ctx, const struct args *args)
{
	struct vec v = VEC_INIT(struct info);
	struct kern *kern = ctx_kern(ctx);
	const struct info *i;
	struct config config;
	struct out o;
	int err;

	if (!kern)
		return EXIT_FAILED;
	err = kern_get(kern, kern_request(kern, MAGLEV_CMD_INFO_GET),
		       attr_get_info, &v);
	if (!err && !v.n)
		err = -ENODATA;
	if (err) {
		vec_free(&v);
		return kern_failed(kern, err, "cannot read the module's sizes");
	}
	if (config_read(kern, &config)) {
		vec_free(&v);
		return EXIT_FAILED;
	}
	i = v.items;
	out_begin(&o, args->given & OPT_JSON);
	out_str(&o, "module_version", "module version      %s\n", i->version);
	out_str(&o, "tool_version", "tool version        %s\n", VERSION);
	out_bool(&o, "hooks", "looks at packets    %s\n", i->hooks);
	out_u64(&o, "services", "services            %" PRIu64 "\n",
		i->services);
	out_u64(&o, "pools", "pools               %" PRIu64 "\n", i->pools);
	out_u64(&o, "backends", "backends            %" PRIu64 "\n",
		i->backends);
	out_u64(&o, "routers", "trusted routers     %" PRIu64 "\n",
		i->routers);
	out_u64(&o, "sources", "source prefixes     %" PRIu64 "\n",
		i->sources);
	out_u64(&o, "table_size_default", "default table size  %" PRIu64 "\n",
		i->table_size_default);
	out_u64(&o, "cache_size", "flow cache entries  %" PRIu64 "\n",
		config.cache_size);
	out_u64(&o, "cache_used", "of these in use     %" PRIu64 "\n",
		config.cache_used);
	out_u64(&o, "fragment_bytes", "fragments held      %" PRIu64 " bytes\n",
		i->fragment_bytes);
	out_str(&o, "pmtu", "path MTU told to    %s\n",
		enum_name(&pmtu_names, config.pmtu));
	if (*config.peers)
		out_str(&o, "peers", "peers               %s\n", config.peers);
	else
		out_text(&o, "peers               none\n");
	out_u64(&o, "generation", "generation          %" PRIu64 "\n",
		i->generation);
	out_end(&o);
	vec_free(&v);
	return EXIT_OK;
}
