// SPDX-License-Identifier: GPL-2.0
/*
 * Parts of fake_kern.c's answers: counters, which with $FAKE_TRAFFIC set grow with
 * each reading, the flows of backends, of which $FAKE_HOT has ten times as many,
 * and, with $FAKE_MEMBERS set, "spare" as a member of "web".
 */
#include <stdlib.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "err.h"
#include "fake.h"
#include "types.h"

static void put_counter(struct nl_msg *answer, const char *name, uint64_t value)
{
	struct nlattr *nest = nla_nest_start(answer, MAGLEV_A_COUNTER);

	if (!nest)
		err_no_memory();
	nla_put(answer, MAGLEV_COUNTER_A_NAME, (int)strlen(name) + 1, name);
	nla_put(answer, MAGLEV_COUNTER_A_VALUE, sizeof(value), &value);
	nla_nest_end(answer, nest);
}

/**
 * fake_version() - version of the module, $FAKE_VERSION if set
 *
 * Return: the version.
 */
const char *fake_version(void)
{
	const char *version = getenv("FAKE_VERSION");

	return version ? version : "0.0.0";
}

/**
 * fake_load() - flows of a backend in each interval
 * @backend: its address
 *
 * Return: their number.
 */
uint64_t fake_load(const char *backend)
{
	const char *hot = getenv("FAKE_HOT");

	return hot && !strcmp(hot, backend) ? 70 : 7;
}

/**
 * fake_counters() - answer MAGLEV_CMD_STATS_GET
 * @read: reads the answer
 * @v: where @read puts it
 */
void fake_counters(kern_read read, struct vec *v)
{
	struct nl_msg *answer = nlmsg_alloc();
	static uint64_t round;

	if (!answer || !genlmsg_put(answer, 0, 0, 0x20, 0, 0,
				    MAGLEV_CMD_STATS_GET, 1))
		err_no_memory();
	if (getenv("FAKE_TRAFFIC"))
		round++;
	put_counter(answer, "forwarded", 2000000 * round);
	put_counter(answer, "forwarded_local", 0);
	put_counter(answer, "accept_not_vip", 18446744073709551615ULL);
	put_counter(answer, "held_outer_fragment", 3);
	put_counter(answer, "drop_no_backend", 10 * round);
	put_counter(answer, "flows_stored", 200000 * round);
	put_counter(answer, "path_mtu", 1);
	read(nlmsg_hdr(answer), v);
	nlmsg_free(answer);
}

static void put_u32(struct nl_msg *answer, int type, uint32_t value)
{
	nla_put(answer, type, sizeof(value), &value);
}

/**
 * fake_members() - add members to a pool
 * @answer: the answer, MAGLEV_A_POOL being open
 * @pool: name of the pool
 */
void fake_members(struct nl_msg *answer, const char *pool)
{
	static const char member[] = "spare";
	struct nlattr *nest;

	if (!getenv("FAKE_MEMBERS"))
		return;
	if (!strcmp(pool, member))
		put_u32(answer, MAGLEV_POOL_A_PARENTS, 1);
	if (strcmp(pool, "web"))
		return;
	nest = nla_nest_start(answer, MAGLEV_POOL_A_MEMBER);
	if (!nest)
		err_no_memory();
	nla_put(answer, MAGLEV_MEMBER_A_NAME, sizeof(member), member);
	put_u32(answer, MAGLEV_MEMBER_A_WEIGHT, 4);
	put_u32(answer, MAGLEV_MEMBER_A_SLOTS, 201);
	nla_nest_end(answer, nest);
}

/**
 * fake_parents() - add what a change would move in pools above
 * @answer: the answer, MAGLEV_A_MOVES being open
 */
void fake_parents(struct nl_msg *answer)
{
	if (!getenv("FAKE_MEMBERS"))
		return;
	put_u32(answer, MAGLEV_MOVES_A_PARENTS, 1);
	put_u32(answer, MAGLEV_MOVES_A_PARENT_SLOTS, 99);
}
