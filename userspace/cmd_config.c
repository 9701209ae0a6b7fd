// SPDX-License-Identifier: GPL-2.0
/* --set, --cache-size and -L --timeout. */
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "cmd.h"
#include "config.h"
#include "enum_names.h"
#include "err.h"
#include "nl.h"
#include "out.h"
#include "parse.h"

/* ipvsadm's three; 0 leaves one as it is. */
static int by_position(const struct args *args, struct config *config)
{
	static const int index[] = {
		TIMEOUT_INDEX(TCP), TIMEOUT_INDEX(TCP_FIN),
		TIMEOUT_INDEX(UDP),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(index); i++) {
		const char *text = i ? args->more[i - 1] : args->operand;
		uint32_t *timeout = &config->timeouts[index[i]];
		const char *wrong;

		if (!strcmp(text, "0"))
			continue;
		wrong = parse_timeout(text, timeout);
		if (wrong)
			return err_usage("--set '%s': %s", text, wrong);
	}
	return 0;
}

static int by_name(const struct args *args, struct config *config)
{
	size_t i;

	for (i = 0; i <= args->n_more; i++) {
		const char *text = i ? args->more[i - 1] : args->operand;
		const char *wrong = parse_setting(text, config);

		if (wrong)
			return err_usage("--set '%s': %s", text, wrong);
	}
	return 0;
}

static bool sets_something(const struct config *c)
{
	size_t i;

	for (i = 0; i < TIMEOUTS; i++)
		if (c->timeouts[i])
			return true;
	return c->has_pmtu || c->has_peers;
}

/**
 * plan_set() - --set
 * @ctx: the program
 * @args: its command line
 * @c: the change
 *
 * Return: an exit code.
 */
int plan_set(const struct ctx *ctx, const struct args *args,
	     struct change *c)
{
	int err;

	(void)ctx;
	c->config = (struct config){ 0 };
	if (args->n_more == 2 && !strchr(args->operand, '='))
		err = by_position(args, &c->config);
	else
		err = by_name(args, &c->config);
	if (!err && sets_something(&c->config))
		c->cmd = MAGLEV_CMD_CONFIG_SET;
	return err;
}

/**
 * plan_cache_size() - --cache-size
 * @ctx: the program
 * @args: its command line
 * @c: the change
 *
 * Return: an exit code.
 */
int plan_cache_size(const struct ctx *ctx, const struct args *args,
		    struct change *c)
{
	const char *wrong;

	(void)ctx;
	c->config = (struct config){ 0 };
	wrong = parse_cache_size(args->operand, &c->config.cache_size);
	if (wrong)
		return err_usage("--cache-size '%s': %s", args->operand,
				 wrong);
	c->cmd = MAGLEV_CMD_CONFIG_SET;
	return EXIT_OK;
}

/**
 * cmd_timeouts() - -L --timeout
 * @ctx: the program
 * @args: its command line
 *
 * The first line is ipvsadm's, and has the three that it knows.
 *
 * Return: an exit code.
 */
int cmd_timeouts(struct ctx *ctx, const struct args *args)
{
	static const int others[] = {
		TIMEOUT_INDEX(TCP_SYN), TIMEOUT_INDEX(TCP_CLOSE),
		TIMEOUT_INDEX(SCTP), TIMEOUT_INDEX(SCTP_INIT),
		TIMEOUT_INDEX(SCTP_SHUTDOWN), TIMEOUT_INDEX(SCTP_CLOSE),
	};
	struct kern *kern = ctx_kern(ctx);
	struct config c;
	struct out o;
	size_t i;

	if (!kern || config_read(kern, &c))
		return EXIT_FAILED;
	out_begin(&o, args->given & OPT_JSON);
	out_object(&o, "timeouts");
	for (i = 0; i < TIMEOUTS; i++)
		out_u64(&o, enum_name(&timeout_names, i), NULL, c.timeouts[i]);
	out_object_end(&o);
	out_end(&o);

	out_text(&o, "Timeout (tcp tcpfin udp): %u %u %u\n",
		 c.timeouts[TIMEOUT_INDEX(TCP)],
		 c.timeouts[TIMEOUT_INDEX(TCP_FIN)],
		 c.timeouts[TIMEOUT_INDEX(UDP)]);
	if (ctx->as_ipvsadm)
		return EXIT_OK;
	out_text(&o, "Timeout (");
	for (i = 0; i < ARRAY_SIZE(others); i++)
		out_text(&o, i ? " %s" : "%s",
			 enum_name(&timeout_names, (size_t)others[i]));
	out_text(&o, "):");
	for (i = 0; i < ARRAY_SIZE(others); i++)
		out_text(&o, " %u", c.timeouts[others[i]]);
	out_text(&o, "\n");
	return EXIT_OK;
}
