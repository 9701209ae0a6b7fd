/* SPDX-License-Identifier: GPL-2.0 */
/* Netlink policies: the attributes that each command accepts. */
#ifndef _MGL_NL_POLICY_H
#define _MGL_NL_POLICY_H

#include <net/netlink.h>
#include <uapi/linux/maglev.h>

/* Top level, per kind of command; indexed by enum maglev_attr. */
extern const struct nla_policy mgl_nlp_none[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_service_new[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_service_set[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_service_id[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_pool_new[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_pool_set[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_pool_id[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_backend_new[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_backend_del[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_backend_id[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_member_new[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_member_del[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_router[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_source[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_config[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_conn[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_lookup[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_batch[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_trace[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_state_get[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_state[MAGLEV_A_MAX + 1];

/*
 * Objects, with every attribute that any command accepts, for parsing nests
 * that have passed the policy of their command.
 */
extern const struct nla_policy mgl_nlp_service[MAGLEV_SERVICE_A_MAX + 1];
extern const struct nla_policy mgl_nlp_pool[MAGLEV_POOL_A_MAX + 1];
extern const struct nla_policy mgl_nlp_backend[MAGLEV_BACKEND_A_MAX + 1];
extern const struct nla_policy mgl_nlp_member[MAGLEV_MEMBER_A_MAX + 1];
extern const struct nla_policy mgl_nlp_prefix[MAGLEV_ROUTER_A_MAX + 1];

extern const struct nla_policy mgl_nlp_params[MAGLEV_CONFIG_A_MAX + 1];
extern const struct nla_policy mgl_nlp_client[MAGLEV_LOOKUP_A_MAX + 1];
extern const struct nla_policy mgl_nlp_tracer[MAGLEV_TRACE_A_MAX + 1];
extern const struct nla_policy mgl_nlp_records[MAGLEV_STATE_A_MAX + 1];

#endif /* _MGL_NL_POLICY_H */
