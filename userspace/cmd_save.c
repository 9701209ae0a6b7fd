// SPDX-License-Identifier: GPL-2.0
/*
 * -S: the configuration as lines that -R carries out. They come in an order
 * in which each can be carried out, and sorted, so that equal configurations
 * give equal files.
 */
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>

#include "cmd.h"
#include "config.h"
#include "enum_names.h"
#include "err.h"
#include "format.h"
#include "ipvsadm.h"
#include "nl.h"
#include "snapshot.h"

/* Defaults are left out, so that ipvsadm can read the file as well. */
static void save_params(const struct snapshot *s, const struct pool *p)
{
	if (p->table_size != s->info.table_size_default)
		printf(" --table-size %" PRIu32, p->table_size);
	if (p->seed)
		printf(" --seed 0x%" PRIx64, p->seed);
	if (p->settle)
		printf(" --settle %s", format_ms(p->settle));
	if (p->panic)
		printf(" --panic %u", p->panic);
}

static void save_userdata(const struct userdata *u)
{
	if (u)
		printf(" --userdata %s", format_userdata(u));
}

/* How ipvsadm was told to reach a backend, in its order. */
static void save_ipvsadm_words(const struct backend *b,
			       const struct given *given)
{
	switch (given->tunnel) {
	case GIVEN_ROUTE:
		printf(" -g -w %" PRIu32, b->weight);
		break;
	case GIVEN_IPIP:
		printf(" -i -w %" PRIu32 " --tun-type ipip", b->weight);
		break;
	default:
		printf(" -i -w %" PRIu32 " --tun-type gre --tun-nocsum",
		       b->weight);
	}
}

/* By ipvsadm's own words, where it is called that, and they say everything. */
static void save_member(const struct ctx *ctx, const struct backend *b)
{
	struct given given;
	bool all = given_read(b->userdata, &given);

	if (ctx->as_ipvsadm)
		save_ipvsadm_words(b, &given);
	else
		printf(" -i --tun-type gre -w %" PRIu32, b->weight);
	if (b->upper)
		printf(" -x %" PRIu32, b->upper);
	if (b->lower)
		printf(" -y %" PRIu32, b->lower);
	if (!ctx->as_ipvsadm || !all)
		save_userdata(b->userdata);
	if (b->state != MAGLEV_STATE_UP)
		printf(" --state %s", enum_name(&state_names, b->state));
	/* Up to a whole second: what is left of it is not exact anyway. */
	if (b->has_deadline)
		printf(" --deadline %" PRIu32 "s",
		       b->deadline / 1000 + !!(b->deadline % 1000));
	putchar('\n');
}

/* ipvsadm shows this policy as a backend, as it was given. */
static bool has_local(const struct ctx *ctx, const struct service *svc)
{
	return ctx->as_ipvsadm && svc->all_down == MAGLEV_ALL_DOWN_ACCEPT;
}

/* What ipvsadm was given, in its order. */
static void save_persistent(const struct service *svc,
			    const struct config *config,
			    const struct given *given)
{
	printf(" -p %" PRIu32, given->persistent ? given->persistent :
	       config_idle_time(config, svc->id.proto));
	if (*given->netmask)
		printf(" -M %s", given->netmask);
}

static void save_flags(const struct ctx *ctx, const struct service *svc,
		       const struct config *config)
{
	struct given given;
	bool all = given_read(svc->userdata, &given);

	printf(" -s %s", ctx->as_ipvsadm ? given_scheduler(&given) : "mh");
	if (ctx->as_ipvsadm && svc->affinity == MAGLEV_AFFINITY_SOURCE)
		save_persistent(svc, config, &given);
	else if (svc->affinity != MAGLEV_AFFINITY_5TUPLE)
		printf(" --affinity %s",
		       enum_name(&affinity_names, svc->affinity));
	if (ctx->as_ipvsadm && svc->track == MAGLEV_TRACK_NONE)
		printf(" -o");
	else if (svc->track != MAGLEV_TRACK_ALL)
		printf(" --track %s", enum_name(&track_names, svc->track));
	if (ctx->as_ipvsadm && given.sched_flags)
		printf(" -b %s", given_sched_flags(&given, true));
	if (*svc->fallback)
		printf(" --fallback %s", svc->fallback);
	if (svc->all_down != MAGLEV_ALL_DOWN_DROP &&
	    !has_local(ctx, svc))
		printf(" --all-down %s",
		       enum_name(&all_down_names, svc->all_down));
	/* Words of persistence are left out where it has ended meanwhile. */
	all &= svc->affinity == MAGLEV_AFFINITY_SOURCE ||
	       (!given.persistent && !*given.netmask);
	if (!ctx->as_ipvsadm || !all)
		save_userdata(svc->userdata);
}

static void save_config(const struct config *c)
{
	bool any = false;
	size_t i;

	if (c->cache_size != config_default.cache_size)
		printf("--cache-size %" PRIu32 "\n", c->cache_size);
	for (i = 0; i < TIMEOUTS; i++) {
		if (c->timeouts[i] == config_default.timeouts[i])
			continue;
		printf("%s %s=%" PRIu32, any ? "" : "--set",
		       enum_name(&timeout_names, i), c->timeouts[i]);
		any = true;
	}
	if (c->pmtu != config_default.pmtu) {
		printf("%s pmtu=%s", any ? "" : "--set",
		       enum_name(&pmtu_names, c->pmtu));
		any = true;
	}
	if (any)
		putchar('\n');
}

/* Behind the pools, since this names one. */
static void save_peers(const struct config *c)
{
	if (*c->peers)
		printf("--set peers=%s\n", c->peers);
}

static void save_pool(const struct ctx *ctx, const struct snapshot *s,
		      const struct pool *p, bool numeric)
{
	const struct members m = snapshot_members(s, p->name);
	size_t i;

	printf("--add-pool %s", p->name);
	save_params(s, p);
	putchar('\n');
	for (i = 0; i < m.n; i++) {
		printf("-a --pool %s -r %s", p->name,
		       format_host(&m.first[i].addr, numeric));
		save_member(ctx, &m.first[i]);
	}
}

static void save_members(const struct snapshot *s, const char *pool)
{
	const struct submembers m = snapshot_submembers(s, pool);
	size_t i;

	for (i = 0; i < m.n; i++)
		printf("-a --pool %s --member-pool %s -w %" PRIu32 "\n", pool,
		       m.first[i].name, m.first[i].weight);
}

static void save_service_id(const struct service_id *id, bool numeric)
{
	switch (id->proto) {
	case IPPROTO_TCP:
		printf("-t ");
		break;
	case IPPROTO_UDP:
		printf("-u ");
		break;
	default:
		printf("--sctp-service ");
	}
	if (id->ports.first == id->ports.last)
		printf("%s", format_hostport(&id->addr, id->proto, &id->ports,
					     numeric));
	else
		printf("%s --port %u-%u", format_host(&id->addr, numeric),
		       id->ports.first, id->ports.last);
}

/* The start of the line of a backend of a service. */
static void save_member_id(const struct service_id *id, const struct addr *addr,
			   bool numeric)
{
	static const struct ports any;
	const struct ports *ports = id->ports.first == id->ports.last ?
				    &id->ports : &any;

	printf("-a ");
	save_service_id(id, numeric);
	printf(" -r %s", format_hostport(addr, id->proto, ports, numeric));
}

/* The pool that a service has to itself. */
static void save_private(const struct ctx *ctx, const struct snapshot *s,
			 const struct service *svc, bool numeric)
{
	const struct submembers sub = snapshot_submembers(s, svc->pool);
	const struct members m = snapshot_members(s, svc->pool);
	size_t i;

	for (i = 0; i < m.n; i++) {
		save_member_id(&svc->id, &m.first[i].addr, numeric);
		save_member(ctx, &m.first[i]);
	}
	for (i = 0; i < sub.n; i++) {
		printf("-a ");
		save_service_id(&svc->id, numeric);
		printf(" --member-pool %s -w %" PRIu32 "\n", sub.first[i].name,
		       sub.first[i].weight);
	}
}

static void save_service(const struct ctx *ctx, const struct snapshot *s,
			 const struct service *svc, const struct args *args,
			 const struct config *config)
{
	bool numeric = args->given & OPT_NUMERIC;
	const struct pool *pool;
	struct addr local;

	printf("-A ");
	save_service_id(&svc->id, numeric);
	save_flags(ctx, svc, config);
	if (pool_is_shared(svc->pool)) {
		printf(" --pool %s\n", svc->pool);
	} else {
		pool = snapshot_pool(s, svc->pool);
		if (pool)
			save_params(s, pool);
		putchar('\n');
		save_private(ctx, s, svc, numeric);
	}
	if (has_local(ctx, svc)) {
		ipvsadm_local_host(&svc->id, &local);
		save_member_id(&svc->id, &local, numeric);
		printf(" -g -w 1\n");
	}
}

/**
 * cmd_save() - -S
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_save(struct ctx *ctx, const struct args *args)
{
	bool numeric = args->given & OPT_NUMERIC;
	struct kern *kern = ctx_kern(ctx);
	struct config config;
	struct snapshot s;
	size_t i;
	int err;

	if (!kern)
		return EXIT_FAILED;
	err = snapshot_take(kern, &s, true);
	/* A saved file without its seeds would restore to other tables. */
	if (!err && !snapshot_has_seeds(&s))
		err = err_failed("cannot save: the kernel shows the seeds of pools only with CAP_NET_ADMIN (be root)");
	if (!err)
		err = config_read(kern, &config);
	if (err)
		goto out;

	save_config(&config);
	for (i = 0; i < s.routers.n; i++)
		printf("--add-router %s\n",
		       format_prefix(vec_at(&s.routers, i)));
	for (i = 0; i < s.sources.n; i++)
		printf("--add-source %s\n",
		       format_prefix(vec_at(&s.sources, i)));
	for (i = 0; i < s.pools.n; i++) {
		const struct pool *p = vec_at(&s.pools, i);

		if (!p->is_private)
			save_pool(ctx, &s, p, numeric);
	}
	/* When all pools are there, whatever their order. */
	for (i = 0; i < s.pools.n; i++) {
		const struct pool *p = vec_at(&s.pools, i);

		if (!p->is_private)
			save_members(&s, p->name);
	}
	save_peers(&config);
	for (i = 0; i < s.services.n; i++)
		save_service(ctx, &s, vec_at(&s.services, i), args, &config);
out:
	snapshot_free(&s);
	return err;
}
