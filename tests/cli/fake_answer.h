/* SPDX-License-Identifier: GPL-2.0 */
/* Writing the answers of the kernel that is made up, one at a time. */
#ifndef _MAGLEVADM_FAKE_ANSWER_H
#define _MAGLEVADM_FAKE_ANSWER_H

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "err.h"
#include "nl.h"
#include "types.h"
#include "vec.h"

/* The answer being written, and its nest that is open. */
static struct nl_msg *answer;
static struct nlattr *nest;

static inline void begin(uint8_t cmd)
{
	answer = nlmsg_alloc();
	if (!answer || !genlmsg_put(answer, 0, 0, 0x20, 0, 0, cmd, 1))
		err_no_memory();
}

static inline void end(kern_read read, struct vec *v)
{
	if (read)
		read(nlmsg_hdr(answer), v);
	nlmsg_free(answer);
}

static inline void open_nest(int type)
{
	nest = nla_nest_start(answer, type);
	if (!nest)
		err_no_memory();
}

static inline void close_nest(void)
{
	nla_nest_end(answer, nest);
}

static inline void u8(int type, uint8_t value)
{
	nla_put(answer, type, sizeof(value), &value);
}

static inline void u32(int type, uint32_t value)
{
	nla_put(answer, type, sizeof(value), &value);
}

static inline void port(int type, uint16_t value)
{
	uint16_t be = htons(value);

	nla_put(answer, type, sizeof(be), &be);
}

/* An address; the type of its IPv6 attribute is one more than @type4. */
static inline void addr(int type4, const char *text)
{
	static const struct {
		const char *v4, *v6;
	} twins[] = {
		{ "192.0.2.1", "2001:db8::80" },
		{ "198.51.100.1", "2001:db8:1::1" },
		{ "203.0.113.9", "2001:db8:2::9" },
	};
	struct in6_addr a6;
	struct in_addr a4;
	size_t i;

	for (i = 0; getenv("FAKE_IPV6") && i < ARRAY_SIZE(twins); i++) {
		if (strcmp(text, twins[i].v4))
			continue;
		if (inet_pton(AF_INET6, twins[i].v6, &a6) == 1)
			nla_put(answer, type4 + 1, sizeof(a6), &a6);
		return;
	}
	if (inet_pton(AF_INET, text, &a4) == 1)
		nla_put(answer, type4, sizeof(a4), &a4);
}

static inline void string(int type, const char *text)
{
	nla_put(answer, type, (int)strlen(text) + 1, text);
}

static inline void u64(int type, uint64_t value)
{
	nla_put(answer, type, sizeof(value), &value);
}

static inline void put_pool(const char *name)
{
	open_nest(MAGLEV_A_POOL);
	string(MAGLEV_POOL_A_NAME, name);
	close_nest();
}

static inline void put_service(uint8_t proto, const char *vip, uint16_t first)
{
	open_nest(MAGLEV_A_SERVICE);
	u8(MAGLEV_SERVICE_A_PROTOCOL, proto);
	addr(MAGLEV_SERVICE_A_ADDRESS4, vip);
	port(MAGLEV_SERVICE_A_PORT, first);
}

#endif /* _MAGLEVADM_FAKE_ANSWER_H */
