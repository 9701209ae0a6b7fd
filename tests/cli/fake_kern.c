// SPDX-License-Identifier: GPL-2.0
/*
 * userspace/nl.c without a kernel: requests are written to $FAKE_LOG as text,
 * one per line, and answered out of a configuration that is always the same.
 * With $FAKE_ERRNO set, requests are refused with that; with $FAKE_REFUSE, a
 * list of numbers, only the so many-th of those that change something are, and
 * $FAKE_BLAMES is the offset to blame. As many batches as $FAKE_STALE says are for
 * a generation that is gone. With $FAKE_IPV6 set, the VIP, the client
 * and one backend have IPv6 addresses. With $FAKE_TRAFFIC set, counters grow with
 * each listing; with $FAKE_LOCAL, the second service leaves packets to this host.
 * With $FAKE_LIMITS, two backends have thresholds. $FAKE_SERVICE_DATA and
 * $FAKE_BACKEND_DATA are userdata of the first service and backend, in hexadecimal
 * digits.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "cmd.h"
#include "err.h"
#include "fake.h"
#include "fake_answer.h"
#include "nl.h"
#include "types.h"
#include "vec.h"

/**
 * struct kern - stands for the connection
 * @cmd: command of the request that was started last
 */
struct kern {
	uint8_t cmd;
};

/* The pool of the service on port 443. */
static const char *private_pool(void)
{
	return getenv("FAKE_IPV6") ? "tcp/[2001:db8::80]:443" :
				     "tcp/192.0.2.1:443";
}

/* Grows by @flows, ten times as many packets and a thousand times the bytes. */
static void stats(int type, unsigned int round, uint64_t flows)
{
	struct nlattr *inner;

	if (!getenv("FAKE_TRAFFIC"))
		return;
	inner = nla_nest_start(answer, type);
	if (!inner)
		err_no_memory();
	u64(MAGLEV_STATS_A_FLOWS, round * flows);
	u64(MAGLEV_STATS_A_PACKETS, round * flows * 10);
	u64(MAGLEV_STATS_A_BYTES, round * flows * 1000);
	nla_nest_end(answer, inner);
}

static void userdata(int type, const char *variable)
{
	const char *hex = getenv(variable);
	unsigned char bytes[MAGLEV_USERDATA_MAX];
	size_t i;

	if (!hex)
		return;
	for (i = 0; i < sizeof(bytes) && hex[2 * i]; i++)
		sscanf(hex + 2 * i, "%2hhx", &bytes[i]);
	nla_put(answer, type, (int)i, bytes);
}

static void services(kern_read read, struct vec *v, bool one)
{
	static unsigned int round;

	round++;
	begin(MAGLEV_CMD_SERVICE_GET);
	put_service(IPPROTO_TCP, "192.0.2.1", 80);
	string(MAGLEV_SERVICE_A_POOL, "web");
	u8(MAGLEV_SERVICE_A_TRACK, MAGLEV_TRACK_CHANGED);
	u8(MAGLEV_SERVICE_A_AFFINITY, MAGLEV_AFFINITY_SOURCE);
	u8(MAGLEV_SERVICE_A_ALL_DOWN, MAGLEV_ALL_DOWN_REJECT);
	string(MAGLEV_SERVICE_A_FALLBACK, "spare");
	userdata(MAGLEV_SERVICE_A_USERDATA, "FAKE_SERVICE_DATA");
	stats(MAGLEV_SERVICE_A_STATS, round, 200000);
	close_nest();
	end(read, v);
	if (one)
		return;

	begin(MAGLEV_CMD_SERVICE_GET);
	put_service(IPPROTO_TCP, "192.0.2.1", 443);
	string(MAGLEV_SERVICE_A_POOL, private_pool());
	if (getenv("FAKE_LOCAL"))
		u8(MAGLEV_SERVICE_A_ALL_DOWN, MAGLEV_ALL_DOWN_ACCEPT);
	close_nest();
	end(read, v);

	begin(MAGLEV_CMD_SERVICE_GET);
	put_service(IPPROTO_UDP, "192.0.2.1", 53);
	string(MAGLEV_SERVICE_A_POOL, "web");
	u8(MAGLEV_SERVICE_A_TRACK, MAGLEV_TRACK_NONE);
	u8(MAGLEV_SERVICE_A_AFFINITY, MAGLEV_AFFINITY_3TUPLE);
	string(MAGLEV_SERVICE_A_FALLBACK, "");
	close_nest();
	end(read, v);
}

static void pool(kern_read read, struct vec *v, const char *name,
		 uint32_t settle, uint32_t unsettled, uint64_t fingerprint)
{
	uint64_t seed = 0;

	begin(MAGLEV_CMD_POOL_GET);
	open_nest(MAGLEV_A_POOL);
	string(MAGLEV_POOL_A_NAME, name);
	u32(MAGLEV_POOL_A_TABLE_SIZE, 65537);
	nla_put(answer, MAGLEV_POOL_A_SEED, sizeof(seed), &seed);
	if (strchr(name, '/'))
		nla_put(answer, MAGLEV_POOL_A_PRIVATE, 0, NULL);
	u32(MAGLEV_POOL_A_SERVICES, 2);
	if (fingerprint)
		nla_put(answer, MAGLEV_POOL_A_FINGERPRINT,
			sizeof(fingerprint), &fingerprint);
	u32(MAGLEV_POOL_A_SETTLE, settle);
	u32(MAGLEV_POOL_A_SETTLE_NOW, settle ? settle : 120000);
	u32(MAGLEV_POOL_A_UNSETTLED, unsettled);
	if (getenv("FAKE_PANIC")) {
		nla_put_u8(answer, MAGLEV_POOL_A_PANIC, 50);
		nla_put_flag(answer, MAGLEV_POOL_A_PANICS);
	}
	fake_members(answer, name);
	close_nest();
	end(read, v);
}

static void pools(kern_read read, struct vec *v, bool one)
{
	pool(read, v, "web", 90500, 1024, 0xfedcba9876543210ULL);
	if (one)
		return;
	pool(read, v, "spare", 0, 0, 0);
	pool(read, v, private_pool(), 60000, 0, 1);
}

static void limits(const char *ip)
{
	if (!getenv("FAKE_LIMITS") || !strcmp(ip, "198.51.100.3"))
		return;
	u32(MAGLEV_BACKEND_A_UPPER, 100);
	if (!strcmp(ip, "198.51.100.1")) {
		u32(MAGLEV_BACKEND_A_LOWER, 80);
		nla_put(answer, MAGLEV_BACKEND_A_OVERLOADED, 0, NULL);
	}
}

static void backend(kern_read read, struct vec *v, const char *name,
		    const char *ip, uint32_t slots, enum maglev_state state)
{
	static unsigned int round;

	if (!strcmp(ip, "198.51.100.1"))
		round++;
	begin(MAGLEV_CMD_BACKEND_GET);
	put_pool(name);
	open_nest(MAGLEV_A_BACKEND);
	addr(MAGLEV_BACKEND_A_ADDRESS4, ip);
	u32(MAGLEV_BACKEND_A_WEIGHT, 2);
	u32(MAGLEV_BACKEND_A_SLOTS, slots);
	u8(MAGLEV_BACKEND_A_STATE, (uint8_t)state);
	if (state == MAGLEV_STATE_DRAIN)
		u32(MAGLEV_BACKEND_A_DEADLINE, 41200);
	if (!strcmp(ip, "198.51.100.1"))
		userdata(MAGLEV_BACKEND_A_USERDATA, "FAKE_BACKEND_DATA");
	limits(ip);
	stats(MAGLEV_BACKEND_A_STATS, round, fake_load(ip));
	if (state != MAGLEV_STATE_DOWN) {
		u32(MAGLEV_BACKEND_A_ACTIVE, 12345678);
		u32(MAGLEV_BACKEND_A_INACTIVE, 7);
		u32(MAGLEV_BACKEND_A_UNREACHABLE, 5);
	}
	close_nest();
	end(read, v);
}

static void backends(kern_read read, struct vec *v, bool one)
{
	backend(read, v, "web", "198.51.100.1", 65537, MAGLEV_STATE_UP);
	backend(read, v, "web", "198.51.100.2", 0, MAGLEV_STATE_DRAIN);
	if (!one)
		backend(read, v, private_pool(), "198.51.100.3", 0,
			MAGLEV_STATE_DOWN);
}

static void config(kern_read read, struct vec *v)
{
	static const uint32_t timeouts[TIMEOUTS] = {
		1000, 60, 120, 10, 301, 900, 60, 120, 10,
	};
	int i;

	begin(MAGLEV_CMD_CONFIG_GET);
	open_nest(MAGLEV_A_CONFIG);
	u32(MAGLEV_CONFIG_A_CACHE_SIZE, 2097152);
	u32(MAGLEV_CONFIG_A_CACHE_USED, 77);
	for (i = 0; i < TIMEOUTS; i++)
		u32(MAGLEV_CONFIG_A_TCP + i, timeouts[i]);
	u8(MAGLEV_CONFIG_A_PMTU, MAGLEV_PMTU_CLIENT);
	string(MAGLEV_CONFIG_A_PEERS, "spare");
	close_nest();
	end(read, v);
}

static void source(kern_read read, struct vec *v)
{
	begin(MAGLEV_CMD_SOURCE_GET);
	open_nest(MAGLEV_A_SOURCE);
	addr(MAGLEV_SOURCE_A_ADDRESS4, "198.18.0.0");
	u8(MAGLEV_SOURCE_A_PREFIX_LEN, 28);
	close_nest();
	end(read, v);
}

static void conn(kern_read read, struct vec *v, uint8_t proto,
		 enum maglev_flow_state state, uint16_t vport,
		 uint32_t expires)
{
	begin(MAGLEV_CMD_CONN_GET);
	put_service(proto, "192.0.2.1", 80);
	close_nest();
	put_pool("web");
	open_nest(MAGLEV_A_CONN);
	addr(MAGLEV_CONN_A_CLIENT4, "203.0.113.9");
	if (vport) {
		port(MAGLEV_CONN_A_CLIENT_PORT, 50000);
		port(MAGLEV_CONN_A_PORT, vport);
		nla_put(answer, MAGLEV_CONN_A_CONFIRMED, 0, NULL);
	}
	u8(MAGLEV_CONN_A_STATE, (uint8_t)state);
	u32(MAGLEV_CONN_A_EXPIRES, expires);
	addr(MAGLEV_CONN_A_BACKEND4, "198.51.100.1");
	close_nest();
	end(read, v);
}

static void conns(kern_read read, struct vec *v)
{
	conn(read, v, IPPROTO_TCP, MAGLEV_FLOW_OPENING, 80, 59);
	conn(read, v, IPPROTO_TCP, MAGLEV_FLOW_ESTABLISHED, 80, 899);
	conn(read, v, IPPROTO_TCP, MAGLEV_FLOW_CLOSING, 80, 119);
	conn(read, v, IPPROTO_TCP, MAGLEV_FLOW_CLOSED, 80, 0);
	conn(read, v, IPPROTO_UDP, MAGLEV_FLOW_ESTABLISHED, 80, 2678400);
	conn(read, v, IPPROTO_SCTP, MAGLEV_FLOW_OPENING, 80, 1);
	conn(read, v, IPPROTO_SCTP, MAGLEV_FLOW_ESTABLISHED, 80, 1);
	conn(read, v, IPPROTO_SCTP, MAGLEV_FLOW_CLOSING, 80, 1);
	conn(read, v, IPPROTO_SCTP, MAGLEV_FLOW_CLOSED, 80, 1);
	conn(read, v, IPPROTO_TCP, MAGLEV_FLOW_ESTABLISHED, 0, 600);
}

static void lookup(kern_read read, struct vec *v, bool bare)
{
	begin(MAGLEV_CMD_LOOKUP_GET);
	put_service(IPPROTO_TCP, "192.0.2.1", 0);
	close_nest();
	put_pool("web");
	open_nest(MAGLEV_A_LOOKUP);
	if (!bare) {
		u32(MAGLEV_LOOKUP_A_SLOT, 4711);
		u32(MAGLEV_LOOKUP_A_UNSETTLED, 90500);
		addr(MAGLEV_LOOKUP_A_CURRENT4, "198.51.100.1");
		addr(MAGLEV_LOOKUP_A_PREVIOUS4, "198.51.100.2");
		addr(MAGLEV_LOOKUP_A_CACHED4, "198.51.100.2");
		u8(MAGLEV_LOOKUP_A_STATE, MAGLEV_FLOW_ESTABLISHED);
		u32(MAGLEV_LOOKUP_A_EXPIRES, 899);
		addr(MAGLEV_LOOKUP_A_BACKEND4, "198.51.100.2");
		addr(MAGLEV_LOOKUP_A_OPEN_BACKEND4, "198.51.100.1");
	} else {
		nla_put(answer, MAGLEV_LOOKUP_A_FALLBACK, 0, NULL);
	}
	u8(MAGLEV_LOOKUP_A_RULE,
	   bare ? MAGLEV_RULE_NOBODY : MAGLEV_RULE_CACHED);
	u8(MAGLEV_LOOKUP_A_OPEN_RULE,
	   bare ? MAGLEV_RULE_NOBODY :
	   getenv("FAKE_LIMITS") ? MAGLEV_RULE_SPARE : MAGLEV_RULE_OPEN);
	close_nest();
	end(read, v);
}

static void moves(kern_read read, struct vec *v)
{
	begin(MAGLEV_CMD_BACKEND_NEW);
	open_nest(MAGLEV_A_MOVES);
	u32(MAGLEV_MOVES_A_TABLE_SIZE, 65537);
	u32(MAGLEV_MOVES_A_SLOTS, 1024);
	u32(MAGLEV_MOVES_A_SURVIVORS, 361);
	u32(MAGLEV_MOVES_A_FLOWS, 12);
	fake_parents(answer);
	close_nest();
	end(read, v);
}

static void info(kern_read read, struct vec *v)
{
	begin(MAGLEV_CMD_INFO_GET);
	open_nest(MAGLEV_A_INFO);
	string(MAGLEV_INFO_A_VERSION, fake_version());
	u32(MAGLEV_INFO_A_GENERATION, 7);
	u32(MAGLEV_INFO_A_TABLE_SIZE_DEFAULT, 65537);
	u32(MAGLEV_INFO_A_SOURCES, 1);
	u32(MAGLEV_INFO_A_FRAGMENT_BYTES, 4096);
	close_nest();
	end(read, v);
}

/* What a request is refused with, or 0. */
static int refuse(bool change)
{
	const char *refusal = getenv("FAKE_ERRNO");
	const char *which = getenv("FAKE_REFUSE");
	static long count;
	char *end;

	if (change)
		count++;
	if (refusal && !which)
		return -atoi(refusal);
	for (; refusal && change && *which; which = end)
		if (strtol(which, &end, 10) == count)
			return -atoi(refusal);
	return 0;
}

/* The first batches come too late. */
static bool stale(void)
{
	static long count;

	return getenv("FAKE_STALE") && count++ < atol(getenv("FAKE_STALE"));
}

static int request(struct kern *kern, struct nl_msg *msg, kern_read read,
		   struct vec *v, bool dump)
{
	int refusal = refuse(!read && !dump);
	bool named = genlmsg_attrlen(genlmsg_hdr(nlmsg_hdr(msg)), 0) > 0;

	log_request(msg);
	nlmsg_free(msg);
	if (refusal)
		return refusal;
	if (kern->cmd == MAGLEV_CMD_BATCH && stale())
		return -ESTALE;
	switch (kern->cmd) {
	case MAGLEV_CMD_INFO_GET:
		info(read, v);
		break;
	case MAGLEV_CMD_SERVICE_GET:
		services(read, v, !dump);
		break;
	case MAGLEV_CMD_POOL_GET:
		pools(read, v, !dump);
		break;
	case MAGLEV_CMD_BACKEND_GET:
		backends(read, v, named);
		break;
	case MAGLEV_CMD_ROUTER_GET:
		break;
	case MAGLEV_CMD_SOURCE_GET:
		source(read, v);
		break;
	case MAGLEV_CMD_STATS_GET:
		fake_counters(read, v);
		break;
	case MAGLEV_CMD_CONFIG_GET:
		config(read, v);
		break;
	case MAGLEV_CMD_CONN_GET:
		conns(read, v);
		break;
	case MAGLEV_CMD_LOOKUP_GET:
		lookup(read, v, getenv("FAKE_BARE"));
		break;
	case MAGLEV_CMD_STATE_GET:
		fake_state_get(read, v, !named);
		break;
	case MAGLEV_CMD_STATE_SET:
		fake_state_set(read, v);
		break;
	default:
		if (read)
			moves(read, v);
	}
	return 0;
}

struct kern *ctx_kern(struct ctx *ctx)
{
	if (!ctx->kern)
		ctx->kern = kern_open();
	return ctx->kern;
}

struct kern *kern_open(void)
{
	static struct kern kern;

	return &kern;
}

void kern_close(struct kern *kern)
{
	(void)kern;
}

struct nl_msg *kern_request(struct kern *kern, uint8_t cmd)
{
	return kern_request_sized(kern, cmd, 4096);
}

struct nl_msg *kern_request_sized(struct kern *kern, uint8_t cmd, size_t size)
{
	struct nl_msg *msg = nlmsg_alloc_size(size);

	if (!msg || !genlmsg_put(msg, 0, 0, 0x20, 0, 0, cmd, 1))
		err_no_memory();
	kern->cmd = cmd;
	return msg;
}

int kern_do(struct kern *kern, struct nl_msg *msg)
{
	return request(kern, msg, NULL, NULL, false);
}

size_t kern_blames(const struct kern *kern)
{
	const char *blames = getenv("FAKE_BLAMES");

	(void)kern;
	return blames ? (size_t)atoi(blames) : 0;
}

int kern_get(struct kern *kern, struct nl_msg *msg, kern_read read,
	     struct vec *v)
{
	return request(kern, msg, read, v, false);
}

int kern_dump(struct kern *kern, struct nl_msg *msg, kern_read read,
	      struct vec *v)
{
	return request(kern, msg, read, v, true);
}

int kern_dump_once(struct kern *kern, struct nl_msg *msg, kern_read read,
		   struct vec *v)
{
	return request(kern, msg, read, v, true);
}

const char *kern_why(const struct kern *kern, int err)
{
	(void)kern;
	return strerror(-err);
}

int kern_failed(const struct kern *kern, int err, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return err_failed("%s: %s", what, kern_why(kern, err));
}
