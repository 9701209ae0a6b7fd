/* SPDX-License-Identifier: GPL-2.0 */
/* Netlink policies: what each command may carry. */
#ifndef _MGL_NL_POLICY_H
#define _MGL_NL_POLICY_H

#include <net/netlink.h>
#include <uapi/linux/maglev.h>

/* Top level, by what the command is about; indexed by enum maglev_attr. */
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
extern const struct nla_policy mgl_nlp_router[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_config[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_conn[MAGLEV_A_MAX + 1];
extern const struct nla_policy mgl_nlp_lookup[MAGLEV_A_MAX + 1];

/* The objects, as wide as any command allows, for parsing what passed. */
extern const struct nla_policy mgl_nlp_service[MAGLEV_SERVICE_A_MAX + 1];
extern const struct nla_policy mgl_nlp_pool[MAGLEV_POOL_A_MAX + 1];
extern const struct nla_policy mgl_nlp_backend[MAGLEV_BACKEND_A_MAX + 1];
extern const struct nla_policy mgl_nlp_prefix[MAGLEV_ROUTER_A_MAX + 1];

extern const struct nla_policy mgl_nlp_params[MAGLEV_CONFIG_A_MAX + 1];
extern const struct nla_policy mgl_nlp_client[MAGLEV_LOOKUP_A_MAX + 1];

#endif /* _MGL_NL_POLICY_H */
