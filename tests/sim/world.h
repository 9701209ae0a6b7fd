/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Clients, a router with ECMP, directors and backends for somewhat more than
 * an hour. Everything that happens is the same for all variants but what the
 * directors decide.
 */
#ifndef _SIM_WORLD_H
#define _SIM_WORLD_H

#include "variant.h"

enum regime {
	ECMP_NEVER,	/* the set of directors stays as it is */
	ECMP_WITH,	/* it changes at the same moment as a backend */
	ECMP_OWN,	/* it changes as often, at other times */
	ECMP_MAX
};

struct setup {
	enum regime regime;
	u32 send;	/* s between packets of long connections */
	u32 changes;	/* of backends, in the hour */
	u32 backends;
	u32 size;	/* slots */
	u32 rate;	/* connections in an hour */
	u32 life;	/* s that long connections live, on average */
	u32 sample;	/* s between looks into the caches; 0: none */
	bool restart;	/* a director that joins has just started */
	u64 seed;
	const struct variant *variants;
	u32 n_variants;
};

struct tally {
	u32 connections;	/* open in the hour */
	u32 lost;		/* with their backends: nobody could help */
	u32 broken[VARIANTS_MAX];	/* though their backend served them */
	u32 full[VARIANTS_MAX];		/* times that a cache had no room */
	u32 peak[VARIANTS_MAX];		/* entries held by all directors */
};

/* A look into the caches; @at is in s, 0 being when the hour begins. */
typedef void (*sample_fn)(int at, const u32 *held, u32 n);

extern const struct setup setup_default;
extern const char *const regime_names[ECMP_MAX];

/* Adds to @tally; @sampled may be NULL. */
void world_run(const struct setup *setup, struct tally *tally,
	       sample_fn sampled);

#endif /* _SIM_WORLD_H */
