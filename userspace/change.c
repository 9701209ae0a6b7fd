// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of the configuration, between command lines, which plan them, and
 * requests to the kernel: one at a time, or many in a batch (batch.c).
 */
#include <stdio.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "change.h"
#include "cmd.h"
#include "err.h"
#include "format.h"
#include "ipvsadm.h"
#include "nl.h"

/* Upper bounds: a service and its pool with every setting; a backend. */
#define REQUEST_SIZE	1088
#define BACKEND_SIZE	216

/**
 * change_put() - put a change into a request
 * @msg: the request, which has room for it, or a change of a batch
 * @c: the change
 */
void change_put(struct nl_msg *msg, const struct change *c)
{
	const struct service_params *service = NULL;
	const struct pool_params *pool = NULL;
	const struct backend_params *backend = NULL;

	switch (c->cmd) {
	case MAGLEV_CMD_SERVICE_NEW:
	case MAGLEV_CMD_SERVICE_SET:
	case MAGLEV_CMD_POOL_NEW:
	case MAGLEV_CMD_POOL_SET:
		service = &c->set.service;
		pool = &c->set.pool;
		break;
	case MAGLEV_CMD_BACKEND_NEW:
	case MAGLEV_CMD_BACKEND_SET:
	case MAGLEV_CMD_MEMBER_NEW:
	case MAGLEV_CMD_MEMBER_SET:
		backend = &c->set_backend;
		break;
	case MAGLEV_CMD_ROUTER_NEW:
	case MAGLEV_CMD_ROUTER_DEL:
		attr_put_prefix(msg, MAGLEV_A_ROUTER, &c->prefix);
		break;
	case MAGLEV_CMD_SOURCE_NEW:
	case MAGLEV_CMD_SOURCE_DEL:
		attr_put_prefix(msg, MAGLEV_A_SOURCE, &c->prefix);
		break;
	case MAGLEV_CMD_CONFIG_SET:
		attr_put_config(msg, &c->config);
		break;
	default:
		break;
	}
	if (c->service.proto)
		attr_put_service(msg, &c->service, service);
	attr_put_pool(msg, c->pool, pool);
	if (c->backend.family)
		attr_put_backend(msg, &c->backend, backend);
	if (c->member)
		attr_put_member(msg, c->member, backend);
}

/**
 * change_size() - the room that a change needs in a request
 * @backends: how many backends there are beside its own
 *
 * Return: an upper bound, in bytes.
 */
size_t change_size(size_t backends)
{
	return REQUEST_SIZE + backends * BACKEND_SIZE;
}

/**
 * change_has_names() - does a change point into its command line?
 * @c: the change
 *
 * Return: true if @c points into the command line that it was planned from.
 */
bool change_has_names(const struct change *c)
{
	switch (c->cmd) {
	case MAGLEV_CMD_SERVICE_NEW:
	case MAGLEV_CMD_SERVICE_SET:
		return c->set.service.pool || c->set.service.fallback;
	case MAGLEV_CMD_CONFIG_SET:
		return c->config.has_peers;
	default:
		return c->pool || c->member;
	}
}

/**
 * change_blames_backend() - tell if it is the backend that the kernel blames
 * @msg: the request that was refused
 * @offset: what the kernel blames, from the start of the message
 *
 * Return: true if it is.
 */
bool change_blames_backend(struct nl_msg *msg, size_t offset)
{
	struct nlmsghdr *h = nlmsg_hdr(msg);
	const char *blamed = (char *)h + offset;
	struct nlattr *attr;
	int rest;

	nla_for_each_attr(attr, genlmsg_attrdata(genlmsg_hdr(h), 0),
			  genlmsg_attrlen(genlmsg_hdr(h), 0), rest)
		if (nla_type(attr) == MAGLEV_A_BACKEND &&
		    blamed >= (char *)attr &&
		    blamed < (char *)attr + attr->nla_len)
			return true;
	return false;
}

/**
 * change_is_of_config() - tell changes of the configuration from others
 * @c: the change
 *
 * Return: false if it is about counters and flows, which no batch changes.
 */
bool change_is_of_config(const struct change *c)
{
	return c->cmd != MAGLEV_CMD_STATS_ZERO && c->cmd != MAGLEV_CMD_CONN_DEL;
}

/**
 * change_verb() - tell what becomes of the object of a change
 * @c: the change
 *
 * Return: what becomes of it.
 */
enum change_verb change_verb(const struct change *c)
{
	switch (c->cmd) {
	case MAGLEV_CMD_SERVICE_NEW:
	case MAGLEV_CMD_POOL_NEW:
	case MAGLEV_CMD_BACKEND_NEW:
	case MAGLEV_CMD_MEMBER_NEW:
	case MAGLEV_CMD_ROUTER_NEW:
	case MAGLEV_CMD_SOURCE_NEW:
		return CHANGE_ADD;
	case MAGLEV_CMD_SERVICE_DEL:
	case MAGLEV_CMD_POOL_DEL:
	case MAGLEV_CMD_BACKEND_DEL:
	case MAGLEV_CMD_MEMBER_DEL:
	case MAGLEV_CMD_ROUTER_DEL:
	case MAGLEV_CMD_SOURCE_DEL:
		return CHANGE_DELETE;
	default:
		return CHANGE_EDIT;
	}
}

static const char *verb(const struct change *c)
{
	static const char * const verbs[CHANGE_VERBS] = {
		"add", "change", "delete",
	};

	return c->cmd == MAGLEV_CMD_STATS_ZERO ? "zero" :
						 verbs[change_verb(c)];
}

/**
 * change_what() - put a change into words
 * @c: the change
 *
 * Return: what follows "cannot", in a buffer that the next call overwrites.
 */
const char *change_what(const struct change *c)
{
	static char text[256];

	switch (c->cmd) {
	case MAGLEV_CMD_FLUSH:
		return "clear the configuration";
	case MAGLEV_CMD_CONN_DEL:
		return "forget flows";
	case MAGLEV_CMD_CONFIG_SET:
		return c->config.cache_size ? "set the size of the flow cache" :
					      "change settings";
	case MAGLEV_CMD_ROUTER_NEW:
	case MAGLEV_CMD_ROUTER_DEL:
		snprintf(text, sizeof(text), "%s router %s", verb(c),
			 format_prefix(&c->prefix));
		return text;
	case MAGLEV_CMD_SOURCE_NEW:
	case MAGLEV_CMD_SOURCE_DEL:
		snprintf(text, sizeof(text), "%s source %s", verb(c),
			 format_prefix(&c->prefix));
		return text;
	default:
		break;
	}
	if (c->backend.family || c->member)
		snprintf(text, sizeof(text), "%s %s %s of %s%s", verb(c),
			 c->member ? "member" : "backend",
			 c->member ? c->member : format_addr(&c->backend),
			 c->pool ? "pool " : "",
			 c->pool ? c->pool : format_service(&c->service));
	else if (c->service.proto)
		snprintf(text, sizeof(text), "%s service %s", verb(c),
			 format_service(&c->service));
	else if (c->pool)
		snprintf(text, sizeof(text), "%s pool %s", verb(c), c->pool);
	else
		snprintf(text, sizeof(text), "%s the counters", verb(c));
	return text;
}

/**
 * change_extends() - tell if one request can make two changes
 * @first: the change before, or the first of several
 * @c: the change
 *
 * Return: true if @c adds a backend to what @first adds, or beside one.
 */
bool change_extends(const struct change *first, const struct change *c)
{
	if (c->cmd != MAGLEV_CMD_BACKEND_NEW)
		return false;
	switch (first->cmd) {
	case MAGLEV_CMD_SERVICE_NEW:
		/* A shared pool's backends are not its services' to bring. */
		if (first->set.service.pool)
			return false;
		break;
	case MAGLEV_CMD_POOL_NEW:
	case MAGLEV_CMD_BACKEND_NEW:
		break;
	default:
		return false;
	}
	if (!first->pool || !c->pool)
		return first->pool == c->pool &&
		       !compare_service_id(&first->service, &c->service);
	return !strcmp(first->pool, c->pool);
}

/**
 * change_failed() - complain that the kernel refused a change
 * @ctx: the program
 * @c: the change
 * @err: the negative errno
 * @backend: the kernel blames the backend in @c
 *
 * Return: an exit code.
 */
int change_failed(const struct ctx *ctx, const struct change *c, int err,
		  bool backend)
{
	const char *words;

	if (!ctx->as_ipvsadm)
		return kern_failed(ctx->kern, err, "cannot %s", change_what(c));
	words = ipvsadm_words(c, err, backend);
	if (words)
		err_words(words);
	else
		kern_failed(ctx->kern, err, "cannot %s", change_what(c));
	return EXIT_REFUSED;
}
