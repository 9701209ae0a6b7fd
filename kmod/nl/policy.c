// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink policies, one per kind of command: attributes that make no sense for
 * a command are refused by the netlink core, which reports their offset,
 * instead of being ignored by the handlers.
 */
#include <linux/in6.h>

#include "policy.h"

/* Writable, because struct nla_policy of 6.1 has no pointer to const here. */
static struct netlink_range_validation table_size = {
	.min = MAGLEV_TABLE_SIZE_MIN,
	.max = MAGLEV_TABLE_SIZE_MAX,
};

static struct netlink_range_validation weight = {
	.max = MAGLEV_WEIGHT_MAX,
};

static struct netlink_range_validation threshold = {
	.max = MAGLEV_THRESHOLD_MAX,
};

static struct netlink_range_validation settle = {
	.max = MAGLEV_SETTLE_MAX,
};

static struct netlink_range_validation deadline = {
	.max = MAGLEV_DEADLINE_MAX,
};

static struct netlink_range_validation cache_size = {
	.min = MAGLEV_CACHE_SIZE_MIN,
	.max = MAGLEV_CACHE_SIZE_MAX,
};

static struct netlink_range_validation timeout = {
	.min = 1,
	.max = MAGLEV_TIMEOUT_MAX,
};

static struct netlink_range_validation trace_rate = {
	.min = 1,
	.max = MAGLEV_TRACE_RATE_MAX,
};

static struct netlink_range_validation hold = {
	.max = MAGLEV_HOLD_MAX,
};

#define ADDRESS6 NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr))
#define POOL_NAME { .type = NLA_NUL_STRING, .len = MAGLEV_POOL_NAME_MAX }

#define USERDATA { .type = NLA_BINARY, .len = MAGLEV_USERDATA_MAX }

#define SERVICE_ID							\
	[MAGLEV_SERVICE_A_PROTOCOL] = { .type = NLA_U8 },		\
	[MAGLEV_SERVICE_A_ADDRESS4] = { .type = NLA_U32 },		\
	[MAGLEV_SERVICE_A_ADDRESS6] = ADDRESS6,				\
	[MAGLEV_SERVICE_A_PORT] = { .type = NLA_U16 },			\
	[MAGLEV_SERVICE_A_PORT_LAST] = { .type = NLA_U16 }

#define POOL_PARAMS							\
	[MAGLEV_POOL_A_TABLE_SIZE] =					\
		NLA_POLICY_FULL_RANGE(NLA_U32, &table_size),		\
	[MAGLEV_POOL_A_SEED] = { .type = NLA_U64 },			\
	[MAGLEV_POOL_A_SETTLE] = NLA_POLICY_FULL_RANGE(NLA_U32, &settle),	\
	[MAGLEV_POOL_A_PANIC] = NLA_POLICY_MAX(NLA_U8, MAGLEV_PANIC_MAX)

#define BACKEND_ID							\
	[MAGLEV_BACKEND_A_ADDRESS4] = { .type = NLA_U32 },		\
	[MAGLEV_BACKEND_A_ADDRESS6] = ADDRESS6

static const struct nla_policy service_id[MAGLEV_SERVICE_A_MAX + 1] = {
	SERVICE_ID,
};

const struct nla_policy mgl_nlp_service[MAGLEV_SERVICE_A_MAX + 1] = {
	SERVICE_ID,
	[MAGLEV_SERVICE_A_POOL] = POOL_NAME,
	[MAGLEV_SERVICE_A_TRACK] =
		NLA_POLICY_MAX(NLA_U8, __MAGLEV_TRACK_MAX - 1),
	[MAGLEV_SERVICE_A_AFFINITY] =
		NLA_POLICY_MAX(NLA_U8, __MAGLEV_AFFINITY_MAX - 1),
	[MAGLEV_SERVICE_A_ALL_DOWN] =
		NLA_POLICY_MAX(NLA_U8, __MAGLEV_ALL_DOWN_MAX - 1),
	[MAGLEV_SERVICE_A_FALLBACK] = POOL_NAME,
	[MAGLEV_SERVICE_A_USERDATA] = USERDATA,
};

static const struct nla_policy pool_params[MAGLEV_POOL_A_MAX + 1] = {
	POOL_PARAMS,
};

static const struct nla_policy pool_id[MAGLEV_POOL_A_MAX + 1] = {
	[MAGLEV_POOL_A_NAME] = POOL_NAME,
};

const struct nla_policy mgl_nlp_pool[MAGLEV_POOL_A_MAX + 1] = {
	[MAGLEV_POOL_A_NAME] = POOL_NAME,
	POOL_PARAMS,
};

static const struct nla_policy backend_id[MAGLEV_BACKEND_A_MAX + 1] = {
	BACKEND_ID,
};

const struct nla_policy mgl_nlp_backend[MAGLEV_BACKEND_A_MAX + 1] = {
	BACKEND_ID,
	[MAGLEV_BACKEND_A_WEIGHT] = NLA_POLICY_FULL_RANGE(NLA_U32, &weight),
	[MAGLEV_BACKEND_A_STATE] =
		NLA_POLICY_MAX(NLA_U8, __MAGLEV_STATE_MAX - 1),
	[MAGLEV_BACKEND_A_DEADLINE] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &deadline),
	[MAGLEV_BACKEND_A_UPPER] = NLA_POLICY_FULL_RANGE(NLA_U32, &threshold),
	[MAGLEV_BACKEND_A_LOWER] = NLA_POLICY_FULL_RANGE(NLA_U32, &threshold),
	[MAGLEV_BACKEND_A_USERDATA] = USERDATA,
};

static const struct nla_policy member_id[MAGLEV_MEMBER_A_MAX + 1] = {
	[MAGLEV_MEMBER_A_NAME] = POOL_NAME,
};

const struct nla_policy mgl_nlp_member[MAGLEV_MEMBER_A_MAX + 1] = {
	[MAGLEV_MEMBER_A_NAME] = POOL_NAME,
	[MAGLEV_MEMBER_A_WEIGHT] = NLA_POLICY_FULL_RANGE(NLA_U32, &weight),
};

const struct nla_policy mgl_nlp_prefix[MAGLEV_ROUTER_A_MAX + 1] = {
	[MAGLEV_ROUTER_A_ADDRESS4] = { .type = NLA_U32 },
	[MAGLEV_ROUTER_A_ADDRESS6] = ADDRESS6,
	[MAGLEV_ROUTER_A_PREFIX_LEN] = { .type = NLA_U8 },
};

#define TIMEOUT NLA_POLICY_FULL_RANGE(NLA_U32, &timeout)

const struct nla_policy mgl_nlp_params[MAGLEV_CONFIG_A_MAX + 1] = {
	[MAGLEV_CONFIG_A_CACHE_SIZE] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &cache_size),
	[MAGLEV_CONFIG_A_TCP] = TIMEOUT,
	[MAGLEV_CONFIG_A_TCP_SYN] = TIMEOUT,
	[MAGLEV_CONFIG_A_TCP_FIN] = TIMEOUT,
	[MAGLEV_CONFIG_A_TCP_CLOSE] = TIMEOUT,
	[MAGLEV_CONFIG_A_UDP] = TIMEOUT,
	[MAGLEV_CONFIG_A_SCTP] = TIMEOUT,
	[MAGLEV_CONFIG_A_SCTP_INIT] = TIMEOUT,
	[MAGLEV_CONFIG_A_SCTP_SHUTDOWN] = TIMEOUT,
	[MAGLEV_CONFIG_A_SCTP_CLOSE] = TIMEOUT,
	[MAGLEV_CONFIG_A_PMTU] = NLA_POLICY_MAX(NLA_U8, __MAGLEV_PMTU_MAX - 1),
	[MAGLEV_CONFIG_A_PEERS] = POOL_NAME,
};

const struct nla_policy mgl_nlp_client[MAGLEV_LOOKUP_A_MAX + 1] = {
	[MAGLEV_LOOKUP_A_CLIENT4] = { .type = NLA_U32 },
	[MAGLEV_LOOKUP_A_CLIENT6] = ADDRESS6,
	[MAGLEV_LOOKUP_A_CLIENT_PORT] = { .type = NLA_U16 },
};

const struct nla_policy mgl_nlp_tracer[MAGLEV_TRACE_A_MAX + 1] = {
	[MAGLEV_TRACE_A_CLIENT4] = { .type = NLA_U32 },
	[MAGLEV_TRACE_A_CLIENT6] = ADDRESS6,
	[MAGLEV_TRACE_A_CLIENT_PORT] = { .type = NLA_U16 },
	[MAGLEV_TRACE_A_RATE] = NLA_POLICY_FULL_RANGE(NLA_U32, &trace_rate),
};

const struct nla_policy mgl_nlp_records[MAGLEV_STATE_A_MAX + 1] = {
	[MAGLEV_STATE_A_VERSION] = { .type = NLA_U32 },
	[MAGLEV_STATE_A_SECRET] = NLA_POLICY_EXACT_LEN(MAGLEV_STATE_SECRET_LEN),
	[MAGLEV_STATE_A_POOL] = POOL_NAME,
	[MAGLEV_STATE_A_FLOWS] = { .type = NLA_BINARY },
	[MAGLEV_STATE_A_ELAPSED] = { .type = NLA_U32 },
	[MAGLEV_STATE_A_RESTARTED] = { .type = NLA_FLAG },
	[MAGLEV_STATE_A_HOLD] = NLA_POLICY_FULL_RANGE(NLA_U32, &hold),
};

static const struct nla_policy state_parts[MAGLEV_STATE_A_MAX + 1] = {
	[MAGLEV_STATE_A_OBJECTS] = { .type = NLA_FLAG },
};

const struct nla_policy mgl_nlp_none[MAGLEV_A_MAX + 1] = {};

const struct nla_policy mgl_nlp_service_new[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_SERVICE] = NLA_POLICY_NESTED(mgl_nlp_service),
	[MAGLEV_A_POOL] = NLA_POLICY_NESTED(pool_params),
	[MAGLEV_A_BACKEND] = NLA_POLICY_NESTED(mgl_nlp_backend),
};

const struct nla_policy mgl_nlp_service_set[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_SERVICE] = NLA_POLICY_NESTED(mgl_nlp_service),
	[MAGLEV_A_POOL] = NLA_POLICY_NESTED(pool_params),
};

const struct nla_policy mgl_nlp_service_id[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_SERVICE] = NLA_POLICY_NESTED(service_id),
};

const struct nla_policy mgl_nlp_pool_new[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_POOL] = NLA_POLICY_NESTED(mgl_nlp_pool),
	[MAGLEV_A_BACKEND] = NLA_POLICY_NESTED(mgl_nlp_backend),
};

const struct nla_policy mgl_nlp_pool_set[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_POOL] = NLA_POLICY_NESTED(mgl_nlp_pool),
	[MAGLEV_A_DRY_RUN] = { .type = NLA_FLAG },
};

const struct nla_policy mgl_nlp_pool_id[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_POOL] = NLA_POLICY_NESTED(pool_id),
};

const struct nla_policy mgl_nlp_backend_new[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_SERVICE] = NLA_POLICY_NESTED(service_id),
	[MAGLEV_A_POOL] = NLA_POLICY_NESTED(pool_id),
	[MAGLEV_A_BACKEND] = NLA_POLICY_NESTED(mgl_nlp_backend),
	[MAGLEV_A_DRY_RUN] = { .type = NLA_FLAG },
};

const struct nla_policy mgl_nlp_backend_del[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_SERVICE] = NLA_POLICY_NESTED(service_id),
	[MAGLEV_A_POOL] = NLA_POLICY_NESTED(pool_id),
	[MAGLEV_A_BACKEND] = NLA_POLICY_NESTED(backend_id),
	[MAGLEV_A_DRY_RUN] = { .type = NLA_FLAG },
};

const struct nla_policy mgl_nlp_backend_id[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_SERVICE] = NLA_POLICY_NESTED(service_id),
	[MAGLEV_A_POOL] = NLA_POLICY_NESTED(pool_id),
	[MAGLEV_A_BACKEND] = NLA_POLICY_NESTED(backend_id),
};

const struct nla_policy mgl_nlp_member_new[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_SERVICE] = NLA_POLICY_NESTED(service_id),
	[MAGLEV_A_POOL] = NLA_POLICY_NESTED(pool_id),
	[MAGLEV_A_MEMBER] = NLA_POLICY_NESTED(mgl_nlp_member),
	[MAGLEV_A_DRY_RUN] = { .type = NLA_FLAG },
};

const struct nla_policy mgl_nlp_member_del[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_SERVICE] = NLA_POLICY_NESTED(service_id),
	[MAGLEV_A_POOL] = NLA_POLICY_NESTED(pool_id),
	[MAGLEV_A_MEMBER] = NLA_POLICY_NESTED(member_id),
	[MAGLEV_A_DRY_RUN] = { .type = NLA_FLAG },
};

const struct nla_policy mgl_nlp_router[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_ROUTER] = NLA_POLICY_NESTED(mgl_nlp_prefix),
};

const struct nla_policy mgl_nlp_source[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_SOURCE] = NLA_POLICY_NESTED(mgl_nlp_prefix),
};

const struct nla_policy mgl_nlp_config[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_CONFIG] = NLA_POLICY_NESTED(mgl_nlp_params),
};

const struct nla_policy mgl_nlp_conn[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_SERVICE] = NLA_POLICY_NESTED(service_id),
	[MAGLEV_A_BACKEND] = NLA_POLICY_NESTED(backend_id),
};

const struct nla_policy mgl_nlp_lookup[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_SERVICE] = NLA_POLICY_NESTED(service_id),
	[MAGLEV_A_LOOKUP] = NLA_POLICY_NESTED(mgl_nlp_client),
};

/* Each change has the policy of its command, see nl/change.c. */
const struct nla_policy mgl_nlp_batch[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_CHANGE] = { .type = NLA_NESTED },
	[MAGLEV_A_GENERATION] = { .type = NLA_U32 },
	[MAGLEV_A_DRY_RUN] = { .type = NLA_FLAG },
};

const struct nla_policy mgl_nlp_trace[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_SERVICE] = NLA_POLICY_NESTED(service_id),
	[MAGLEV_A_TRACE] = NLA_POLICY_NESTED(mgl_nlp_tracer),
};

const struct nla_policy mgl_nlp_state_get[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_STATE] = NLA_POLICY_NESTED(state_parts),
};

const struct nla_policy mgl_nlp_state[MAGLEV_A_MAX + 1] = {
	[MAGLEV_A_STATE] = NLA_POLICY_NESTED(mgl_nlp_records),
	[MAGLEV_A_TABLE] = { .type = NLA_BINARY },
};
