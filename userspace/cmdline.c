// SPDX-License-Identifier: GPL-2.0
/*
 * A command line into struct args, by the tables in commands.c and options.c.
 *
 * getopt_long() is not used: it accepts abbreviations, which would change
 * their meaning with every new option, prints its own messages, and keeps
 * state between calls, of which --restore makes one per line.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cmdline.h"
#include "err.h"
#include "help.h"
#include "ipvsadm.h"
#include "options.h"
#include "parse.h"

/**
 * struct scan - position of the parser
 * @argv: words left, NULL at the end
 * @letters: letters left of a word of short options, or NULL
 * @value: what follows '=' in a long option, or NULL
 */
struct scan {
	char **argv;
	const char *letters;
	const char *value;
};

/**
 * struct spelling - one option as it was typed
 * @letter: its short form, or 0
 * @name: its long form, or NULL
 * @len: characters of @name
 */
struct spelling {
	char letter;
	const char *name;
	size_t len;
};

/* What to call it in a message. */
static const char *spelled(const struct spelling *s)
{
	static char text[64];

	if (s->letter)
		snprintf(text, sizeof(text), "-%c", s->letter);
	else
		snprintf(text, sizeof(text), "--%.*s", (int)s->len, s->name);
	return text;
}

static bool matches(const struct spelling *s, char letter, char alias,
		    const char *name)
{
	if (s->letter)
		return s->letter == letter || s->letter == alias;
	return *name == *s->name && !strncmp(name, s->name, s->len) &&
	       !name[s->len];
}

/* The argument of an option: after '=', the rest of its word, or the next. */
static const char *take_value(struct scan *scan)
{
	const char *value = scan->value;

	scan->value = NULL;
	if (value)
		return value;
	if (scan->letters) {
		value = scan->letters;
		scan->letters = NULL;
		return value;
	}
	return *scan->argv ? *scan->argv++ : NULL;
}

/*
 * The same where it may be left out: the next word is it unless it looks like
 * an option, the rest of the same word only if it is a number, so that -pn is
 * what -p -n is.
 */
static const char *take_value_if(struct scan *scan)
{
	if (scan->value)
		return take_value(scan);
	if (scan->letters)
		return isdigit((unsigned char)*scan->letters) ?
		       take_value(scan) : NULL;
	return *scan->argv && **scan->argv != '-' ? *scan->argv++ : NULL;
}

static bool takes_several(const char *operand)
{
	size_t len = strlen(operand);

	return len > 3 && !strcmp(operand + len - 3, "...");
}

static int take_command(struct scan *scan, struct args *args,
			const struct command *c, const struct spelling *s)
{
	if (args->command)
		return err_usage("%s: only one command at a time, this is the second",
				 spelled(s));
	args->command = c;
	if (!c->operand)
		return 0;
	if (c->any_operand && !scan->value && !scan->letters) {
		if (*scan->argv && help_knows(*scan->argv))
			args->operand = *scan->argv++;
		return 0;
	}
	if (*c->operand == '[') {
		args->operand = take_value_if(scan);
		return 0;
	}
	args->operand = take_value(scan);
	if (!args->operand)
		return err_usage("%s needs %s after it", spelled(s), c->operand);
	if (!takes_several(c->operand))
		return 0;
	args->more = scan->argv;
	for (; *scan->argv && **scan->argv != '-'; scan->argv++)
		args->n_more++;
	return 0;
}

static int take_option(struct scan *scan, struct args *args,
		       struct raw_args *raw, const struct option_row *o,
		       const struct spelling *s)
{
	const char *value = NULL, *wrong;

	if (args->given & o->bit)
		return err_usage("%s: given twice, or a second one of its kind",
				 spelled(s));
	args->given |= o->bit;
	if (o->arg && *o->arg == '[') {
		value = take_value_if(scan);
	} else if (o->arg) {
		value = take_value(scan);
		if (!value)
			return err_usage("%s needs %s after it", spelled(s), o->arg);
	}
	wrong = o->set ? o->set(args, raw, value) : NULL;
	if (wrong)
		return err_usage("%s '%s': %s", spelled(s), value, wrong);
	return 0;
}

static const struct option_row *find_option(const struct args *args,
					    const struct spelling *s)
{
	size_t i;

	for (i = 0; i < n_options; i++)
		if (matches(s, options[i].letter, 0, options[i].name))
			return &options[i];
	for (i = 0; args->as_ipvsadm && i < n_ipvsadm_options; i++) {
		const struct option_row *o = &ipvsadm_options[i];

		if (matches(s, o->letter, 0, o->name))
			return o->bit == OPT_GATEWAYING && !args->lenient ?
			       NULL : o;
	}
	return NULL;
}

static int take(struct scan *scan, struct args *args, struct raw_args *raw,
		const struct spelling *s)
{
	const struct option_row *o;
	size_t i;
	int err;

	for (i = 0; i < n_commands; i++) {
		const struct command *c = &commands[i];

		if (matches(s, c->letter, c->alias, c->name)) {
			err = take_command(scan, args, c, s);
			goto taken;
		}
	}
	o = find_option(args, s);
	if (o) {
		err = take_option(scan, args, raw, o, s);
		goto taken;
	}
	for (i = 0; i < n_refusals; i++) {
		const struct refusal *r = &refusals[i];

		if (matches(s, r->letter, 0, r->name))
			return err_usage("%s is not supported: %s", spelled(s),
					 r->instead);
	}
	return err_usage("unknown option %s, see --help", spelled(s));

taken:
	if (!err && scan->value)
		return err_usage("%s takes no argument", spelled(s));
	return err;
}

/* One word of the command line, with those that belong to it. */
static int take_word(struct scan *scan, struct args *args,
		     struct raw_args *raw)
{
	struct spelling s = { 0 };
	const char *word = *scan->argv++;
	const char *equals;
	int err;

	if (word[0] != '-' || !word[1] || !strcmp(word, "--"))
		return err_usage("unexpected argument '%s'", word);

	if (word[1] == '-') {
		equals = strchr(word, '=');
		s.name = word + 2;
		s.len = equals ? (size_t)(equals - s.name) : strlen(s.name);
		scan->value = equals ? equals + 1 : NULL;
		return take(scan, args, raw, &s);
	}

	scan->letters = word + 1;
	while (scan->letters && *scan->letters) {
		s.letter = *scan->letters++;
		/* "-n" at the end of its word has its argument in the next. */
		if (!*scan->letters)
			scan->letters = NULL;
		err = take(scan, args, raw, &s);
		if (err)
			return err;
	}
	return 0;
}

/* Refuses options that do not go together although a command takes both. */
static int options_agree(const struct args *args)
{
	static const struct {
		optmask one;
		optmask others;
	} apart[] = {
		{ OPT_GATEWAYING, OPT_TUNNEL | OPT_TUN_TYPE | OPT_TUN_NOCSUM },
		{ OPT_CONNECTION, OPT_STATS | OPT_TIMEOUT | OPT_DAEMON |
				  OPT_RATE | OPT_WATCH | OPT_THRESHOLDS },
		{ OPT_TIMEOUT, OPT_SERVICE | OPT_STATS | OPT_DAEMON | OPT_RATE |
			       OPT_WATCH | OPT_THRESHOLDS |
			       OPT_PERSISTENT_CONN },
		{ OPT_DAEMON, OPT_SERVICE | OPT_STATS | OPT_RATE | OPT_WATCH |
			      OPT_THRESHOLDS | OPT_PERSISTENT_CONN },
		/* It is of this program's own listing. */
		{ OPT_WATCH, OPT_THRESHOLDS | OPT_PERSISTENT_CONN |
			     OPT_TUN_INFO },
		{ OPT_MEMBER, OPT_STATE | OPT_DEADLINE | OPT_TUNNEL |
			      OPT_TUN_TYPE | OPT_TUN_NOCSUM | OPT_GATEWAYING |
			      OPT_UTHRESHOLD | OPT_LTHRESHOLD | OPT_USERDATA },
	};
	optmask given = args->given;
	optmask others;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(apart); i++) {
		others = given & apart[i].others;
		if (given & apart[i].one && others)
			return err_usage("--%s does not go with --%s",
					 option_of_bit(others & -others)->name,
					 option_of_bit(apart[i].one)->name);
	}
	if (given & (OPT_PORT | OPT_IPV6) && !(given & OPT_SERVICE))
		return err_usage("--%s needs a service: -t, -u or --sctp-service",
				 given & OPT_PORT ? "port" : "ipv6");
	/* A shared pool's parameters are not one of its services' to set. */
	if (given & OPT_POOL &&
	    given & (OPT_TABLE_SIZE | OPT_SEED | OPT_SETTLE | OPT_PANIC))
		return err_usage("table size, seed, settle time and panic share are the pool's: set them with --add-pool or --edit-pool");
	if (given & OPT_DEADLINE &&
	    !(given & OPT_STATE &&
	      args->set_backend.state == MAGLEV_STATE_DRAIN))
		return err_usage("--deadline needs --drain");
	if (given & OPT_WITH_STATE && given & OPT_DRY_RUN)
		return err_usage("--with-state does not go with --dry-run");
	if (given & OPT_COLOR && !(given & OPT_WATCH))
		return err_usage("--color needs --watch");
	if (given & OPT_JSON && args->command->may & OPT_DRY_RUN &&
	    !(given & OPT_DRY_RUN))
		return err_usage("--json does not go with --%s without --dry-run",
				 args->command->name);
	return 0;
}

static int command_takes(const struct args *args)
{
	const struct command *c = args->command;
	optmask extra = args->given & ~(c->must | c->either | c->whom | c->may |
					OPT_STRICT);
	optmask lacks = c->must & ~args->given;
	optmask chosen = c->either & args->given;
	optmask named = c->whom & args->given;

	/* The lowest bit of each is as good as any to complain about. */
	if (extra)
		return err_usage("--%s does not go with --%s",
				 option_of_bit(extra & -extra)->name, c->name);
	if (lacks & OPT_SERVICE)
		return err_usage("--%s needs a service: -t, -u or --sctp-service",
				 c->name);
	if (lacks)
		return err_usage("--%s needs --%s", c->name,
				 option_of_bit(lacks & -lacks)->name);
	if (c->either && !chosen)
		return err_usage("--%s needs a service (-t, -u or --sctp-service) or a pool (--pool)",
				 c->name);
	if (chosen & (chosen - 1))
		return err_usage("--%s takes a service or a pool, not both",
				 c->name);
	if (c->whom && !named)
		return err_usage("--%s needs --real-server or --member-pool",
				 c->name);
	if (named & (named - 1))
		return err_usage("--%s takes a backend or a member, not both",
				 c->name);
	return options_agree(args);
}

static int resolve_service(struct args *args, const struct raw_args *raw)
{
	struct service_id *id = &args->service;
	sa_family_t family = args->given & OPT_IPV6 ? AF_INET6 : AF_UNSPEC;
	struct hostport hp;
	const char *wrong;

	wrong = parse_hostport(raw->service, family, id->proto, &hp);
	if (wrong)
		return err_usage("service '%s': %s", raw->service, wrong);
	id->addr = hp.addr;

	if (raw->ports && hp.has_port)
		return err_usage("service '%s': it has a port already, leave --port out",
				 raw->service);
	if (raw->ports) {
		wrong = parse_ports(raw->ports, id->proto, &id->ports);
		if (wrong)
			return err_usage("--port '%s': %s", raw->ports,
					 wrong);
		return 0;
	}
	/*
	 * ipvsadm takes a missing port as port 0, which it allows persistent
	 * services. Every port of an address is too much to be had by leaving
	 * something out.
	 */
	if (!hp.has_port && !args->as_ipvsadm)
		return err_usage("service '%s': no port: use HOST:PORT, HOST:0 for every port, or --port FIRST-LAST",
				 raw->service);
	if (!hp.has_port && args->command->must & OPT_SERVICE &&
	    args->command->may & OPT_AFFINITY &&
	    args->set_service.affinity != MAGLEV_AFFINITY_SOURCE)
		return err_usage("service '%s': Zero port specified for non-persistent service",
				 raw->service);
	id->ports.first = hp.port;
	id->ports.last = hp.port;
	return 0;
}

static int resolve_backend(struct args *args, const struct raw_args *raw)
{
	const struct ports *ports = &args->service.ports;
	const char *wrong;

	wrong = parse_hostport(raw->real, AF_UNSPEC, args->service.proto,
			       &args->real);
	if (wrong)
		return err_usage("backend '%s': %s", raw->real, wrong);
	if (!args->real.port)
		return 0;
	/* ipvsadm overwrites it where it cannot translate ports. */
	if (args->lenient && args->given & OPT_SERVICE)
		return 0;
	if (!(args->given & OPT_SERVICE))
		return err_usage("backend '%s': the backends of a pool have no port: leave it out",
				 raw->real);
	if (ports->first != args->real.port || ports->last != args->real.port)
		return err_usage("backend '%s': nothing translates ports: leave the port out or use the service's",
				 raw->real);
	return 0;
}

static int resolve_client(struct args *args, const struct raw_args *raw)
{
	const char *wrong;

	/* A flow has one family, so a name stands for an address of that. */
	wrong = parse_hostport(raw->client, args->service.addr.family,
			       args->service.proto, &args->client);
	if (wrong)
		return err_usage("client '%s': %s", raw->client, wrong);
	return 0;
}

/**
 * cmdline_parse() - make sense of a command line
 * @ctx: the program
 * @argv: the words after the program's name, NULL at the end
 * @args: the result; it points into @argv
 *
 * Names are looked up last, when everything that can be wrong with the line
 * itself has been found not to be.
 *
 * Return: 0, or EXIT_USAGE after a complaint.
 */
int cmdline_parse(const struct ctx *ctx, char **argv, struct args *args)
{
	struct scan scan = { .argv = argv };
	struct raw_args raw = { 0 };
	char **word;
	int err;

	*args = (struct args){
		.as_ipvsadm = ctx->as_ipvsadm,
		.lenient = ctx->lenient,
	};
	/* It applies to what stands before it, too. */
	for (word = argv; *word; word++)
		if (!strcmp(*word, "--strict"))
			args->lenient = false;
	while (*scan.argv) {
		err = take_word(&scan, args, &raw);
		if (err)
			return err;
	}
	if (!args->command)
		return err_usage("no command, see --help");
	err = command_takes(args);
	if (!err && args->given & OPT_SERVICE)
		err = resolve_service(args, &raw);
	if (!err && args->given & OPT_REAL)
		err = resolve_backend(args, &raw);
	if (!err && args->given & OPT_CLIENT)
		err = resolve_client(args, &raw);
	args->set_service.pool = args->pool;
	/* JSON shows no names, so none are to be looked up. */
	if (args->given & OPT_JSON)
		args->given |= OPT_NUMERIC;
	return err;
}
