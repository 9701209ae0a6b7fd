// SPDX-License-Identifier: GPL-2.0
/* The part of userspace/nl.c that receives notifications, without a kernel. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "err.h"
#include "fake.h"
#include "nl.h"
#include "types.h"

/* Requests of the process that has made the changes. */
#define PORTID	4242
#define SEQ	7

static struct nl_msg *msg;

static void begin(uint8_t cmd, uint32_t portid, uint32_t generation)
{
	struct nlattr *nest;

	msg = nlmsg_alloc();
	if (!msg || !genlmsg_put(msg, portid, portid ? SEQ : 0, 0x20, 0, 0,
				 cmd, 1))
		err_no_memory();
	if (!generation)
		return;
	nest = nla_nest_start(msg, MAGLEV_A_INFO);
	nla_put_u32(msg, MAGLEV_INFO_A_GENERATION, generation);
	nla_nest_end(msg, nest);
}

static void put_addr(int type, const char *text)
{
	struct in6_addr a6;
	struct in_addr a4;

	if (inet_pton(AF_INET, text, &a4) == 1)
		nla_put(msg, type, sizeof(a4), &a4);
	else if (inet_pton(AF_INET6, text, &a6) == 1)
		nla_put(msg, type + 1, sizeof(a6), &a6);
}

static void put_service(bool settings)
{
	struct nlattr *nest = nla_nest_start(msg, MAGLEV_A_SERVICE);

	nla_put_u8(msg, MAGLEV_SERVICE_A_PROTOCOL, IPPROTO_TCP);
	put_addr(MAGLEV_SERVICE_A_ADDRESS4, "2001:db8::80");
	nla_put_u16(msg, MAGLEV_SERVICE_A_PORT, htons(8000));
	nla_put_u16(msg, MAGLEV_SERVICE_A_PORT_LAST, htons(8010));
	if (settings) {
		nla_put_string(msg, MAGLEV_SERVICE_A_POOL, "web");
		nla_put_u8(msg, MAGLEV_SERVICE_A_TRACK, MAGLEV_TRACK_CHANGED);
		nla_put_u8(msg, MAGLEV_SERVICE_A_AFFINITY,
			   MAGLEV_AFFINITY_SOURCE);
		nla_put_u8(msg, MAGLEV_SERVICE_A_ALL_DOWN,
			   MAGLEV_ALL_DOWN_REJECT);
		nla_put_string(msg, MAGLEV_SERVICE_A_FALLBACK, "spare");
	}
	nla_nest_end(msg, nest);
}

/* The pool of a notification: its name, and with a size its settings. */
static void put_pool(uint32_t size, uint32_t unsettled, uint32_t settled)
{
	struct nlattr *nest = nla_nest_start(msg, MAGLEV_A_POOL);

	nla_put_string(msg, MAGLEV_POOL_A_NAME, "web");
	if (size) {
		nla_put_u32(msg, MAGLEV_POOL_A_TABLE_SIZE, size);
		nla_put_u32(msg, MAGLEV_POOL_A_SERVICES, 2);
		nla_put_u32(msg, MAGLEV_POOL_A_BACKENDS, 3);
		nla_put_u32(msg, MAGLEV_POOL_A_SETTLE_NOW, 120000);
		if (getenv("FAKE_PANIC"))
			nla_put_u8(msg, MAGLEV_POOL_A_PANIC, 50);
	}
	if (unsettled) {
		nla_put_u32(msg, MAGLEV_POOL_A_UNSETTLED, unsettled);
		nla_put_u64(msg, MAGLEV_POOL_A_FINGERPRINT, 0xabcdef);
	}
	if (settled)
		nla_put_u32(msg, MAGLEV_POOL_A_SETTLED, settled);
	nla_nest_end(msg, nest);
}

static void put_panic(bool now)
{
	struct nlattr *nest = nla_nest_start(msg, MAGLEV_A_POOL);

	nla_put_string(msg, MAGLEV_POOL_A_NAME, "web");
	if (now)
		nla_put_flag(msg, MAGLEV_POOL_A_PANICS);
	nla_nest_end(msg, nest);
}

static void put_backend(const char *addr, uint8_t state)
{
	struct nlattr *nest = nla_nest_start(msg, MAGLEV_A_BACKEND);

	put_addr(MAGLEV_BACKEND_A_ADDRESS4, addr);
	if (state < __MAGLEV_STATE_MAX) {
		nla_put_u32(msg, MAGLEV_BACKEND_A_WEIGHT, 3);
		nla_put_u32(msg, MAGLEV_BACKEND_A_SLOTS, 83);
		nla_put_u8(msg, MAGLEV_BACKEND_A_STATE, state);
	}
	if (state == MAGLEV_STATE_DRAIN)
		nla_put_u32(msg, MAGLEV_BACKEND_A_DEADLINE, 1500);
	if (state == MAGLEV_STATE_UP && getenv("FAKE_LIMITS")) {
		nla_put_u32(msg, MAGLEV_BACKEND_A_UPPER, 100);
		nla_put_u32(msg, MAGLEV_BACKEND_A_LOWER, 80);
		nla_put_flag(msg, MAGLEV_BACKEND_A_OVERLOADED);
		nla_put(msg, MAGLEV_BACKEND_A_USERDATA, 2, "\x01\x67");
	}
	nla_nest_end(msg, nest);
}

static void put_u32(int object, int type, uint32_t value)
{
	struct nlattr *nest = nla_nest_start(msg, object);

	nla_put_u32(msg, type, value);
	nla_nest_end(msg, nest);
}

static void put_member(bool settings)
{
	struct nlattr *nest = nla_nest_start(msg, MAGLEV_A_MEMBER);

	nla_put_string(msg, MAGLEV_MEMBER_A_NAME, "spare");
	if (settings) {
		nla_put_u32(msg, MAGLEV_MEMBER_A_WEIGHT, 2);
		nla_put_u32(msg, MAGLEV_MEMBER_A_SLOTS, 100);
	}
	nla_nest_end(msg, nest);
}

static void put_prefix(int object)
{
	struct nlattr *nest = nla_nest_start(msg, object);

	put_addr(MAGLEV_ROUTER_A_ADDRESS4, "198.51.100.0");
	nla_put_u8(msg, MAGLEV_ROUTER_A_PREFIX_LEN, 24);
	nla_nest_end(msg, nest);
}

static void put_config(void)
{
	struct nlattr *nest = nla_nest_start(msg, MAGLEV_A_CONFIG);
	int i;

	nla_put_u32(msg, MAGLEV_CONFIG_A_CACHE_SIZE, 4096);
	for (i = 0; i < TIMEOUTS; i++)
		nla_put_u32(msg, MAGLEV_CONFIG_A_TCP + i, (uint32_t)i + 1);
	nla_put_u8(msg, MAGLEV_CONFIG_A_PMTU, MAGLEV_PMTU_CLIENT);
	nla_put_string(msg, MAGLEV_CONFIG_A_PEERS, "");
	nla_nest_end(msg, nest);
}

static void put_counter(void)
{
	struct nlattr *nest = nla_nest_start(msg, MAGLEV_A_COUNTER);

	nla_put_string(msg, MAGLEV_COUNTER_A_NAME, "flows_unstored");
	nla_put_u64(msg, MAGLEV_COUNTER_A_VALUE, 9);
	nla_nest_end(msg, nest);
}

static void put_flows(void)
{
	struct nlattr *nest = nla_nest_start(msg, MAGLEV_A_BACKEND);

	put_addr(MAGLEV_BACKEND_A_ADDRESS4, "198.51.100.2");
	nla_put_u32(msg, MAGLEV_BACKEND_A_INACTIVE, 3);
	nla_nest_end(msg, nest);
}

static void put_suspect(void)
{
	struct nlattr *nest = nla_nest_start(msg, MAGLEV_A_BACKEND);

	put_addr(MAGLEV_BACKEND_A_ADDRESS4, "198.51.100.1");
	nla_put_u32(msg, MAGLEV_BACKEND_A_UNREACHABLE, 4294967295);
	nla_nest_end(msg, nest);
}

/* What a member of the group receives, one message after the other. */
static bool write_change(int i)
{
	switch (i) {
	case 0: /* No notification: to be skipped. */
		begin(MAGLEV_CMD_POOL_GET, 0, 0);
		put_pool(251, 1, 0);
		break;
	case 1:
		begin(MAGLEV_CMD_POOL_NEW_NTF, PORTID, 2);
		put_pool(251, 250, 0);
		break;
	case 2:
		begin(MAGLEV_CMD_BACKEND_NEW_NTF, PORTID, 2);
		put_pool(0, 249, 0);
		put_backend("198.51.100.1", MAGLEV_STATE_UP);
		put_backend("2001:db8:1::2", MAGLEV_STATE_DRAIN);
		break;
	case 3:
		begin(MAGLEV_CMD_SERVICE_NEW_NTF, PORTID, 3);
		put_service(true);
		break;
	case 4:
		begin(MAGLEV_CMD_MEMBER_SET_NTF, PORTID, 4);
		put_pool(0, 9, 0);
		put_member(true);
		break;
	case 5:
		begin(MAGLEV_CMD_MEMBER_DEL_NTF, PORTID, 5);
		put_pool(0, 10, 0);
		put_member(false);
		break;
	case 6:
		begin(MAGLEV_CMD_BACKEND_DEL_NTF, PORTID, 6);
		put_pool(0, 11, 0);
		put_backend("198.51.100.1", __MAGLEV_STATE_MAX);
		break;
	case 7:
		begin(MAGLEV_CMD_ROUTER_NEW_NTF, PORTID, 7);
		put_prefix(MAGLEV_A_ROUTER);
		break;
	case 8:
		begin(MAGLEV_CMD_SOURCE_DEL_NTF, PORTID, 8);
		put_prefix(MAGLEV_A_SOURCE);
		break;
	case 9:
		begin(MAGLEV_CMD_CONFIG_SET_NTF, PORTID, 9);
		put_config();
		break;
	case 10:
		begin(MAGLEV_CMD_SERVICE_DEL_NTF, PORTID, 10);
		put_service(false);
		break;
	case 11:
		begin(MAGLEV_CMD_POOL_DEL_NTF, PORTID, 11);
		put_pool(0, 0, 0);
		break;
	case 12:
		begin(MAGLEV_CMD_FLUSH_NTF, PORTID, 12);
		break;
	default:
		return false;
	}
	return true;
}

static bool write_event(int i)
{
	switch (i) {
	case 0:
		begin(MAGLEV_CMD_DRAINED_NTF, 0, 13);
		put_pool(0, 0, 0);
		put_flows();
		break;
	case 1:
		begin(MAGLEV_CMD_SUSPECT_NTF, 0, 0);
		put_suspect();
		break;
	case 2:
		begin(MAGLEV_CMD_SETTLED_NTF, 0, 0);
		put_pool(0, 0, 251);
		break;
	case 3:
		begin(MAGLEV_CMD_FULL_NTF, 0, 0);
		put_counter();
		break;
	case 4:
	case 5:
		begin(MAGLEV_CMD_PANIC_NTF, 4242, 14);
		put_panic(i == 4);
		break;
	case 6: /* Of a newer module: to be skipped. */
		begin(MAGLEV_CMD_MAX + 1, 0, 0);
		put_u32(MAGLEV_A_MAX + 1, 1, 1);
		break;
	default:
		return false;
	}
	return true;
}

int kern_join(struct kern *kern, const char *group)
{
	(void)kern;
	log_text("join %s\n", group);
	return 0;
}

/* All changes, then some are lost, then the rest, then the end. */
int kern_receive(struct kern *kern, void *page, size_t size)
{
	static int changes, events;
	static bool lost;
	int len;

	(void)kern;
	if (write_change(changes)) {
		changes++;
	} else if (!lost) {
		lost = true;
		return -ENOBUFS;
	} else if (write_event(events)) {
		events++;
	} else {
		return -EIO;
	}
	len = (int)nlmsg_hdr(msg)->nlmsg_len;
	if ((size_t)len > size)
		return -EMSGSIZE;
	memcpy(page, nlmsg_hdr(msg), (size_t)len);
	nlmsg_free(msg);
	return len;
}
