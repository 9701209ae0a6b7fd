// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of the configuration, between command lines, which plan them, and
 * requests to the kernel: one at a time, or many of a file (cmd_restore.c).
 */
#include <stdio.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "change.h"
#include "cmd.h"
#include "dry_run.h"
#include "err.h"
#include "format.h"
#include "ipvsadm.h"
#include "nl.h"

/* Upper bounds: a service and its pool with every setting; a backend. */
#define REQUEST_SIZE	768
#define BACKEND_SIZE	64

static void put(struct nl_msg *msg, const struct change *c)
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
 * change_request() - the request for a change
 * @kern: the connection
 * @c: the change
 * @backends: for how many more of them there has to be room
 *
 * Return: the request.
 */
struct nl_msg *change_request(struct kern *kern, const struct change *c,
			      size_t backends)
{
	struct nl_msg *msg;

	msg = kern_request_sized(kern, c->cmd,
				 REQUEST_SIZE + backends * BACKEND_SIZE);
	put(msg, c);
	return msg;
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
	default:
		return c->pool || c->member;
	}
}

/**
 * change_blames() - find the backend of a request that was refused
 * @msg: the request
 * @offset: what the kernel blames, from the start of the message
 * @backend: the backend's number
 *
 * Return: true if it is one of them.
 */
bool change_blames(struct nl_msg *msg, size_t offset, size_t *backend)
{
	struct nlmsghdr *h = nlmsg_hdr(msg);
	const char *blamed = (char *)h + offset;
	struct nlattr *attr;
	size_t n = 0;
	int rest;

	nla_for_each_attr(attr, genlmsg_attrdata(genlmsg_hdr(h), 0),
			  genlmsg_attrlen(genlmsg_hdr(h), 0), rest) {
		if (nla_type(attr) != MAGLEV_A_BACKEND)
			continue;
		if (blamed >= (char *)attr &&
		    blamed < (char *)attr + attr->nla_len) {
			*backend = n;
			return true;
		}
		n++;
	}
	return false;
}

static const char *verb(const struct change *c)
{
	switch (c->cmd) {
	case MAGLEV_CMD_SERVICE_NEW:
	case MAGLEV_CMD_POOL_NEW:
	case MAGLEV_CMD_BACKEND_NEW:
	case MAGLEV_CMD_MEMBER_NEW:
	case MAGLEV_CMD_ROUTER_NEW:
	case MAGLEV_CMD_SOURCE_NEW:
		return "add";
	case MAGLEV_CMD_SERVICE_DEL:
	case MAGLEV_CMD_POOL_DEL:
	case MAGLEV_CMD_BACKEND_DEL:
	case MAGLEV_CMD_MEMBER_DEL:
	case MAGLEV_CMD_ROUTER_DEL:
	case MAGLEV_CMD_SOURCE_DEL:
		return "delete";
	case MAGLEV_CMD_STATS_ZERO:
		return "zero";
	default:
		return "change";
	}
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
 * change_undo() - work out the change that takes another one back
 * @c: the change, carried out; of settings, with what they were before
 * @undo: the change that takes it back
 *
 * Return: false if nothing does: what was there before is not known.
 */
bool change_undo(const struct change *c, struct change *undo)
{
	*undo = (struct change){
		.service = c->service,
		.pool = c->pool,
		.member = c->member,
		.backend = c->backend,
	};
	switch (c->cmd) {
	case MAGLEV_CMD_SERVICE_NEW:
		undo->cmd = MAGLEV_CMD_SERVICE_DEL;
		break;
	case MAGLEV_CMD_POOL_NEW:
		undo->cmd = MAGLEV_CMD_POOL_DEL;
		break;
	case MAGLEV_CMD_BACKEND_NEW:
		undo->cmd = MAGLEV_CMD_BACKEND_DEL;
		break;
	case MAGLEV_CMD_MEMBER_NEW:
		undo->cmd = MAGLEV_CMD_MEMBER_DEL;
		break;
	case MAGLEV_CMD_ROUTER_NEW:
		undo->cmd = MAGLEV_CMD_ROUTER_DEL;
		undo->prefix = c->prefix;
		break;
	case MAGLEV_CMD_SOURCE_NEW:
		undo->cmd = MAGLEV_CMD_SOURCE_DEL;
		undo->prefix = c->prefix;
		break;
	case MAGLEV_CMD_CONFIG_SET:
		undo->cmd = MAGLEV_CMD_CONFIG_SET;
		undo->config = c->config;
		break;
	default:
		return false;
	}
	return true;
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

/* Of a change that was refused; the request is made a second time to look. */
static bool blames_backend(struct kern *kern, const struct change *c)
{
	struct nl_msg *msg = change_request(kern, c, 0);
	bool blamed;
	size_t n;

	blamed = change_blames(msg, kern_blames(kern), &n);
	nlmsg_free(msg);
	return blamed;
}

/**
 * change_run() - carry out a command line that changes something
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int change_run(struct ctx *ctx, const struct args *args)
{
	struct change c = { 0 };
	struct kern *kern;
	int err;

	err = args->command->plan(ctx, args, &c);
	if (err || !c.cmd)
		return err;
	kern = ctx_kern(ctx);
	if (!kern)
		return EXIT_FAILED;
	err = change_send(kern, change_request(kern, &c, 0), args);
	if (err)
		return change_failed(ctx, &c, err, blames_backend(kern, &c));
	return EXIT_OK;
}
