// SPDX-License-Identifier: GPL-2.0
/*
 * Notifications as lines. Events are called as in the specification of the
 * netlink family, without "-ntf". What a message does not have is left out, as
 * everything is of an object that was deleted, but for its identity.
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include <netlink/genl/genl.h>

#include "attr.h"
#include "enum_names.h"
#include "event.h"
#include "format.h"
#include "out.h"
#include "vec.h"

/**
 * struct line - a line being written
 * @o: the line
 * @printer: what it is to look like
 * @h: the notification
 */
struct line {
	struct out o;
	struct event_printer *printer;
	struct nlmsghdr *h;
};

static void print_time(struct out *o)
{
	char date[32] = "?", text[64], zone[8] = "";
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	if (localtime_r(&now.tv_sec, &tm)) {
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
		strftime(zone, sizeof(zone), "%z", &tm);
	}
	snprintf(text, sizeof(text), "%s.%06ld%s", date, now.tv_nsec / 1000,
		 zone);
	out_str(o, "time", "[%s] ", text);
}

static void begin(struct out *o, const struct event_printer *p,
		  const char *event)
{
	out_begin_line(o, p->json);
	if (p->timestamp)
		print_time(o);
	out_str(o, "event", "%s", event);
}

static void finish(struct out *o)
{
	out_text(o, "\n");
	out_end(o);
	fflush(stdout);
}

/* Who has made the change, and the generation after it. */
static void end(struct line *l)
{
	struct vec v = VEC_INIT(struct info);
	const struct info *info;

	attr_get_info(l->h, &v);
	info = v.items;
	if (info->generation)
		out_u64(&l->o, "generation", " generation %" PRIu64,
			info->generation);
	vec_free(&v);
	if (l->h->nlmsg_pid) {
		out_u64(&l->o, "portid", " by %" PRIu64, l->h->nlmsg_pid);
		out_u64(&l->o, "seq", NULL, l->h->nlmsg_seq);
	}
	finish(&l->o);
	if (l->printer->counted)
		l->printer->left--;
}

static void fingerprint(struct out *o, const struct pool *p)
{
	char hex[2 + 16 + 1];

	if (!p->has_fingerprint)
		return;
	snprintf(hex, sizeof(hex), "0x%016" PRIx64, p->fingerprint);
	out_str(o, "fingerprint", " fingerprint %s", hex);
}

static void show_service(struct line *l, const char *event)
{
	struct vec v = VEC_INIT(struct service);
	const struct service *s;
	struct out *o = &l->o;

	attr_get_service(l->h, &v);
	s = v.items;
	begin(o, l->printer, event);
	out_str(o, "protocol", NULL, format_proto(s->id.proto));
	out_str(o, "address", NULL, format_addr(&s->id.addr));
	out_u64(o, "port", NULL, s->id.ports.first);
	out_u64(o, "port_last", NULL, s->id.ports.last);
	out_str(o, NULL, " %s", format_service(&s->id));
	if (*s->pool) {
		out_str(o, "pool", " pool %s", s->pool);
		out_str(o, "track", " track %s",
			enum_name(&track_names, s->track));
		out_str(o, "affinity", " affinity %s",
			enum_name(&affinity_names, s->affinity));
		out_str(o, "all_down", " all-down %s",
			enum_name(&all_down_names, s->all_down));
	}
	if (*s->fallback)
		out_str(o, "fallback", " fallback %s", s->fallback);
	if (s->userdata)
		out_str(o, "userdata", " userdata %s",
			format_userdata(s->userdata));
	vec_free(&v);
	end(l);
}

static void show_pool(struct line *l, const char *event)
{
	struct vec v = VEC_INIT(struct pool);
	const struct pool *p;
	struct out *o = &l->o;

	attr_get_pool(l->h, &v);
	p = v.items;
	begin(o, l->printer, event);
	out_str(o, "pool", " pool %s", p->name);
	if (p->settled)
		out_u64(o, "slots", " slots %" PRIu64, p->settled);
	if (p->table_size) {
		out_bool(o, "private", NULL, p->is_private);
		out_u64(o, "table_size", " table-size %" PRIu64,
			p->table_size);
		out_u64(o, "services", " services %" PRIu64, p->services);
		out_u64(o, "backend_count", " backends %" PRIu64,
			p->backends);
		out_u64(o, "settle_ms", NULL, p->settle);
		out_u64(o, "settle_now_ms", NULL, p->settle_now);
		out_str(o, NULL, " settle %s", format_ms(p->settle_now));
		out_u64(o, "unsettled", " unsettled %" PRIu64, p->unsettled);
		if (p->panic)
			out_u64(o, "panic_percent", " panic %" PRIu64,
				p->panic);
		if (p->panics)
			out_bool(o, "panics", " panics", true);
	}
	fingerprint(o, p);
	vec_free(&v);
	end(l);
}

/* The one notification that has a verb: of a pool that panics, or has ceased to. */
static void show_panic(struct line *l, const char *event)
{
	struct vec v = VEC_INIT(struct pool);
	const struct pool *p;
	struct out *o = &l->o;

	attr_get_pool(l->h, &v);
	p = v.items;
	begin(o, l->printer, event);
	out_str(o, "pool", " pool %s", p->name);
	out_bool(o, "panics", NULL, p->panics);
	out_text(o, p->panics ? " begins" : " ends");
	vec_free(&v);
	end(l);
}

static void backend_state(struct out *o, const struct backend *b)
{
	if (!b->has_settings)
		return;
	out_u64(o, "weight", " weight %" PRIu64, b->weight);
	out_str(o, "state", " state %s", enum_name(&state_names, b->state));
	if (b->has_deadline) {
		out_u64(o, "deadline_ms", NULL, b->deadline);
		out_str(o, NULL, " deadline %s", format_ms(b->deadline));
	}
	out_u64(o, "slots", " slots %" PRIu64, b->slots);
	if (b->upper) {
		out_u64(o, "upper", " upper %" PRIu64, b->upper);
		out_u64(o, "lower", " lower %" PRIu64, b->lower);
		out_bool(o, "overloaded", NULL, b->overloaded);
		out_text(o, "%s", b->overloaded ? " overloaded" : "");
	}
	if (b->userdata)
		out_str(o, "userdata", " userdata %s",
			format_userdata(b->userdata));
}

static void show_backends(struct line *l, const char *event)
{
	struct vec pools = VEC_INIT(struct pool);
	struct vec v = VEC_INIT(struct backend);
	const struct pool *p;
	struct out *o = &l->o;
	size_t i;

	attr_get_pool(l->h, &pools);
	attr_get_backends(l->h, &v);
	p = pools.items;
	for (i = 0; i < v.n && !event_enough(l->printer); i++) {
		const struct backend *b = vec_at(&v, i);

		begin(o, l->printer, event);
		out_str(o, "pool", " pool %s", p->name);
		out_str(o, "backend", " backend %s", format_addr(&b->addr));
		backend_state(o, b);
		out_u64(o, "unsettled", " unsettled %" PRIu64, p->unsettled);
		fingerprint(o, p);
		end(l);
	}
	vec_free(&pools);
	vec_free(&v);
}

static void show_member(struct line *l, const char *event)
{
	struct vec pools = VEC_INIT(struct pool);
	struct vec v = VEC_INIT(struct member);
	const struct member *m;
	const struct pool *p;
	struct out *o = &l->o;

	attr_get_pool(l->h, &pools);
	attr_get_member(l->h, &v);
	p = pools.items;
	m = v.items;
	begin(o, l->printer, event);
	out_str(o, "pool", " pool %s", p->name);
	out_str(o, "member", " member %s", m->name);
	if (m->has_weight) {
		out_u64(o, "weight", " weight %" PRIu64, m->weight);
		out_u64(o, "slots", " slots %" PRIu64, m->slots);
	}
	out_u64(o, "unsettled", " unsettled %" PRIu64, p->unsettled);
	fingerprint(o, p);
	vec_free(&pools);
	vec_free(&v);
	end(l);
}

static void show_prefix(struct line *l, const char *event,
			void (*get)(struct nlmsghdr *h, struct vec *v))
{
	struct vec v = VEC_INIT(struct prefix);

	get(l->h, &v);
	begin(&l->o, l->printer, event);
	out_str(&l->o, "prefix", " %s", format_prefix(v.items));
	vec_free(&v);
	end(l);
}

static void show_router(struct line *l, const char *event)
{
	show_prefix(l, event, attr_get_router);
}

static void show_source(struct line *l, const char *event)
{
	show_prefix(l, event, attr_get_source);
}

static void show_config(struct line *l, const char *event)
{
	struct vec v = VEC_INIT(struct config);
	const struct config *c;
	struct out *o = &l->o;
	size_t i;

	attr_get_config(l->h, &v);
	c = v.items;
	begin(o, l->printer, event);
	out_u64(o, "cache_size", " cache-size %" PRIu64, c->cache_size);
	out_object(o, "timeouts");
	for (i = 0; i < TIMEOUTS; i++) {
		out_str(o, NULL, " %s", enum_name(&timeout_names, i));
		out_u64(o, enum_name(&timeout_names, i), "=%" PRIu64,
			c->timeouts[i]);
	}
	out_object_end(o);
	out_str(o, "pmtu", " pmtu=%s", enum_name(&pmtu_names, c->pmtu));
	out_str(o, "peers", " peers=%s", *c->peers ? c->peers : "none");
	vec_free(&v);
	end(l);
}

static void show_nothing(struct line *l, const char *event)
{
	begin(&l->o, l->printer, event);
	end(l);
}

static void show_drained(struct line *l, const char *event)
{
	struct vec v = VEC_INIT(struct backend);
	const struct backend *b;
	struct out *o = &l->o;

	attr_get_backend(l->h, &v);
	b = v.items;
	begin(o, l->printer, event);
	out_str(o, "pool", " pool %s", b->pool);
	out_str(o, "backend", " backend %s", format_addr(&b->addr));
	out_u64(o, "active", " active %" PRIu64, b->active);
	out_u64(o, "inactive", " inactive %" PRIu64, b->inactive);
	vec_free(&v);
	end(l);
}

static void show_suspect(struct line *l, const char *event)
{
	struct vec v = VEC_INIT(struct backend);
	const struct backend *b;
	struct out *o = &l->o;

	attr_get_backend(l->h, &v);
	b = v.items;
	begin(o, l->printer, event);
	out_str(o, "backend", " backend %s", format_addr(&b->addr));
	out_u64(o, "unreachable", " unreachable %" PRIu64, b->unreachable);
	vec_free(&v);
	end(l);
}

static void show_counters(struct line *l, const char *event)
{
	struct vec v = VEC_INIT(struct counter);
	struct out *o = &l->o;
	size_t i;

	attr_get_counters(l->h, &v);
	begin(o, l->printer, event);
	for (i = 0; i < v.n; i++) {
		const struct counter *c = vec_at(&v, i);

		out_str(o, NULL, " %s", c->name);
		out_u64(o, c->name, " %" PRIu64, c->value);
	}
	vec_free(&v);
	end(l);
}

static const struct {
	const char *name;
	void (*show)(struct line *l, const char *event);
} events[] = {
	[MAGLEV_CMD_SERVICE_NEW_NTF] = { "service-new", show_service },
	[MAGLEV_CMD_SERVICE_SET_NTF] = { "service-set", show_service },
	[MAGLEV_CMD_SERVICE_DEL_NTF] = { "service-del", show_service },
	[MAGLEV_CMD_POOL_NEW_NTF] = { "pool-new", show_pool },
	[MAGLEV_CMD_POOL_SET_NTF] = { "pool-set", show_pool },
	[MAGLEV_CMD_POOL_DEL_NTF] = { "pool-del", show_pool },
	[MAGLEV_CMD_BACKEND_NEW_NTF] = { "backend-new", show_backends },
	[MAGLEV_CMD_BACKEND_SET_NTF] = { "backend-set", show_backends },
	[MAGLEV_CMD_BACKEND_DEL_NTF] = { "backend-del", show_backends },
	[MAGLEV_CMD_MEMBER_NEW_NTF] = { "member-new", show_member },
	[MAGLEV_CMD_MEMBER_SET_NTF] = { "member-set", show_member },
	[MAGLEV_CMD_MEMBER_DEL_NTF] = { "member-del", show_member },
	[MAGLEV_CMD_ROUTER_NEW_NTF] = { "router-new", show_router },
	[MAGLEV_CMD_ROUTER_DEL_NTF] = { "router-del", show_router },
	[MAGLEV_CMD_SOURCE_NEW_NTF] = { "source-new", show_source },
	[MAGLEV_CMD_SOURCE_DEL_NTF] = { "source-del", show_source },
	[MAGLEV_CMD_CONFIG_SET_NTF] = { "config-set", show_config },
	[MAGLEV_CMD_FLUSH_NTF] = { "flush", show_nothing },
	[MAGLEV_CMD_SETTLED_NTF] = { "settled", show_pool },
	[MAGLEV_CMD_FULL_NTF] = { "full", show_counters },
	[MAGLEV_CMD_DRAINED_NTF] = { "drained", show_drained },
	[MAGLEV_CMD_SUSPECT_NTF] = { "suspect", show_suspect },
	[MAGLEV_CMD_PANIC_NTF] = { "panic", show_panic },
};

/**
 * event_print() - print a notification
 * @p: what it is to look like
 * @h: the notification; one that this program does not know is skipped
 */
void event_print(struct event_printer *p, struct nlmsghdr *h)
{
	struct line l = { .printer = p, .h = h };
	uint8_t cmd = genlmsg_hdr(h)->cmd;

	if (cmd < ARRAY_SIZE(events) && events[cmd].show)
		events[cmd].show(&l, events[cmd].name);
}

/**
 * event_print_overrun() - print that notifications were lost
 * @p: what it is to look like
 */
void event_print_overrun(const struct event_printer *p)
{
	struct out o;

	begin(&o, p, "overrun");
	out_text(&o, ": notifications were lost, list the configuration again");
	finish(&o);
}
