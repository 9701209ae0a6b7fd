// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that break and need not: sums over seeds, as CSV.
 *
 * usage: breakage [OPTION]...   with options as below
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

static struct variant variants[VARIANTS_MAX];
static struct setup setup;
static unsigned int seeds = 3;
static bool by_settle, trace;

static const struct option options[] = {
	{ "ecmp", required_argument, NULL, 'e' },
	{ "send", required_argument, NULL, 's' },
	{ "changes", required_argument, NULL, 'c' },
	{ "rate", required_argument, NULL, 'r' },
	{ "life", required_argument, NULL, 'l' },
	{ "seeds", required_argument, NULL, 'n' },
	{ "sample", required_argument, NULL, 'p' },
	{ "restart", no_argument, NULL, 'f' },	/* directors that join */
	{ "settle", no_argument, NULL, 'S' },	/* many settle times */
	{ "trace", no_argument, NULL, 't' },	/* the caches over time */
	{}
};

static enum regime parse_regime(const char *name)
{
	unsigned int i;

	for (i = 0; i < ECMP_MAX; i++)
		if (!strcmp(name, regime_names[i]))
			return i;
	fprintf(stderr, "breakage: --ecmp never, with or own\n");
	exit(2);
}

static void parse(int argc, char **argv)
{
	int c;

	setup = setup_default;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		unsigned long n = optarg ? strtoul(optarg, NULL, 0) : 0;

		switch (c) {
		case 'e':
			setup.regime = parse_regime(optarg);
			break;
		case 's':
			setup.send = n;
			break;
		case 'c':
			setup.changes = n;
			break;
		case 'r':
			setup.rate = n;
			break;
		case 'l':
			setup.life = n;
			break;
		case 'n':
			seeds = n;
			break;
		case 'p':
			setup.sample = n;
			break;
		case 'f':
			setup.restart = true;
			break;
		case 'S':
			by_settle = true;
			break;
		case 't':
			trace = true;
			break;
		default:
			exit(2);
		}
	}
	setup.n_variants = by_settle ? variants_by_settle(variants) :
				       variants_few(variants);
	setup.variants = variants;
}

static void print_sample(int at, const u32 *held, u32 n)
{
	u32 v;

	printf("%s,%u,%d", regime_names[setup.regime], setup.send, at);
	for (v = 0; v < n; v++)
		printf(",%u", held[v]);
	putchar('\n');
}

static void print_sum(const struct tally *tally, u32 v)
{
	printf("%s%s,%u,%u,%u,%s,%u,%u,%u,%u,%u,%u,",
	       regime_names[setup.regime], setup.restart ? "-restart" : "",
	       setup.send, setup.life, setup.changes, variants[v].name,
	       variants[v].settle, seeds, tally->connections, tally->lost,
	       tally->broken[v], tally->full[v]);
	if (setup.sample)
		printf("%u", tally->peak[v]);
	putchar('\n');
}

int main(int argc, char **argv)
{
	struct tally tally = {};
	u32 v;

	parse(argc, argv);
	for (setup.seed = 1; setup.seed <= seeds; setup.seed++)
		world_run(&setup, &tally, trace ? print_sample : NULL);
	for (v = 0; v < setup.n_variants && !trace; v++)
		print_sum(&tally, v);
	return 0;
}
