// SPDX-License-Identifier: GPL-2.0
/* --set, --cache-size and -L --timeout. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "config.h"
#include "err.h"
#include "nl.h"
#include "out.h"
#include "parse.h"
#include "words.h"

static int change(struct ctx *ctx, const struct config *config,
		  const char *what)
{
	struct kern *kern = ctx_kern(ctx);
	struct nl_msg *msg;
	int err;

	if (!kern)
		return EXIT_FAILED;
	msg = kern_request(kern, MAGLEV_CMD_CONFIG_SET);
	attr_put_config(msg, config);
	err = kern_do(kern, msg);
	if (err)
		return kern_failed(kern, err, "cannot set %s", what);
	return EXIT_OK;
}

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
		const char *wrong = parse_timeout_named(text, config);

		if (wrong)
			return err_usage("--set '%s': %s", text, wrong);
	}
	return 0;
}

/**
 * cmd_set() - --set
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_set(struct ctx *ctx, const struct args *args)
{
	static const struct config nothing;
	struct config config = nothing;
	int err;

	if (args->n_more == 2 && !strchr(args->operand, '='))
		err = by_position(args, &config);
	else
		err = by_name(args, &config);
	if (err || !memcmp(&config, &nothing, sizeof(config)))
		return err;
	return change(ctx, &config, "timeouts");
}

/**
 * cmd_cache_size() - --cache-size
 * @ctx: the program
 * @args: its command line
 *
 * Return: an exit code.
 */
int cmd_cache_size(struct ctx *ctx, const struct args *args)
{
	struct config config = { 0 };
	const char *wrong;

	wrong = parse_cache_size(args->operand, &config.cache_size);
	if (wrong)
		return err_usage("--cache-size '%s': %s", args->operand,
				 wrong);
	return change(ctx, &config, "the size of the flow cache");
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
		out_u64(&o, word_of(&words_timeout, i), NULL, c.timeouts[i]);
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
			 word_of(&words_timeout, (size_t)others[i]));
	out_text(&o, "):");
	for (i = 0; i < ARRAY_SIZE(others); i++)
		out_text(&o, " %u", c.timeouts[others[i]]);
	out_text(&o, "\n");
	return EXIT_OK;
}
