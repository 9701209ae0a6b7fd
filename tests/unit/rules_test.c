// SPDX-License-Identifier: GPL-2.0
/* The rules for a packet: every input, against the table of the design. */
#include <linux/kernel.h>

#include "rules.h"
#include "ktap.h"

/*
 * A row has the decision for the views that its pattern matches: one character
 * for each of track (a: all, c: changed, n: none, t: all or changed), new_conn,
 * hit, cached_serves, unsettled, cur and prev_serves (0, 1 or *: either). Rows
 * are in no order: one and only one matches any view.
 */
struct row {
	const char *pattern;
	enum maglev_rule rule;
	bool remember;
	unsigned int used;
};

static struct row rows[] = {
	/* No tracking: the table alone decides. */
	{ "n****1*", MAGLEV_RULE_HASH, false, 0 },
	{ "n****0*", MAGLEV_RULE_NOBODY, false, 0 },
	/* 1: to the owner; in a settled slot nothing is stored. */
	{ "t10*01*", MAGLEV_RULE_OPEN, false, 0 },
	{ "t10*11*", MAGLEV_RULE_OPEN, true, 0 },
	/* A stale entry of the same flow is replaced. */
	{ "t11**1*", MAGLEV_RULE_OPEN, true, 0 },
	{ "t1***0*", MAGLEV_RULE_NOBODY, false, 0 },
	/* 2: the cache. */
	{ "t011***", MAGLEV_RULE_CACHED, false, 0 },
	/* 3, settled: to the owner, with `all` remembered. */
	{ "a00*01*", MAGLEV_RULE_CURRENT, true, 0 },
	{ "c00*01*", MAGLEV_RULE_CURRENT, false, 0 },
	{ "t00*00*", MAGLEV_RULE_NOBODY, false, 0 },
	/* 3, the previous owner is not usable: it may be again soon. */
	{ "t00*110", MAGLEV_RULE_CURRENT, true, 0 },
	{ "t00*100", MAGLEV_RULE_NOBODY, false, 0 },
	/* 3, the backend in the cache is not usable: likewise. */
	{ "t01001*", MAGLEV_RULE_CURRENT, true, 0 },
	{ "t010110", MAGLEV_RULE_CURRENT, true, 0 },
	{ "t01000*", MAGLEV_RULE_NOBODY, false, 0 },
	{ "t010100", MAGLEV_RULE_NOBODY, false, 0 },
	/* 4: to the previous owner. */
	{ "t00*1*1", MAGLEV_RULE_PREVIOUS, true, 0 },
	{ "t0101*1", MAGLEV_RULE_PREVIOUS, true, 0 },
};

#define VIEWS (__MAGLEV_TRACK_MAX << 6)

/* View number @i; as a row's pattern in @text. */
static struct mgl_facts view(u32 i, char text[8])
{
	struct mgl_facts v = {
		.track = i >> 6,
		.new_conn = i & 32,
		.hit = i & 16,
		.cached_serves = i & 8,
		.unsettled = i & 4,
		.cur = i & 2,
		.prev_serves = i & 1,
	};
	u32 bit;

	text[0] = v.track == MAGLEV_TRACK_ALL ? 'a' :
		  v.track == MAGLEV_TRACK_CHANGED ? 'c' : 'n';
	for (bit = 0; bit < 6; bit++)
		text[1 + bit] = i & (32 >> bit) ? '1' : '0';
	text[7] = 0;
	return v;
}

/*
 * Where the slot's owner has thresholds: a second pattern is for starts,
 * cached_opening, full and spare. Such a slot has an owner.
 */
static struct limited_row {
	const char *pattern;
	const char *limits;
	enum maglev_rule rule;
	bool remember;
	unsigned int used;
} limited_rows[] = {
	{ "n****1*", "****", MAGLEV_RULE_HASH, false, 0 },
	/* 1: a SYN that comes again, before the client has sent anything else. */
	{ "t111*1*", "*1**", MAGLEV_RULE_CACHED, false, 0 },
	/* 1: to the owner, whose flows are counted by their entries. */
	{ "t10**1*", "**0*", MAGLEV_RULE_OPEN, true, 0 },
	{ "t110*1*", "**0*", MAGLEV_RULE_OPEN, true, 0 },
	{ "t111*1*", "*00*", MAGLEV_RULE_OPEN, true, 0 },
	/* 1: to another one, if there is one. */
	{ "t10**1*", "**11", MAGLEV_RULE_SPARE, true, 0 },
	{ "t110*1*", "**11", MAGLEV_RULE_SPARE, true, 0 },
	{ "t111*1*", "*011", MAGLEV_RULE_SPARE, true, 0 },
	{ "t10**1*", "**10", MAGLEV_RULE_FULL, false, 0 },
	{ "t110*1*", "**10", MAGLEV_RULE_FULL, false, 0 },
	{ "t111*1*", "*010", MAGLEV_RULE_FULL, false, 0 },
	/* 2 and 4: flows that a backend has stay. */
	{ "t011*1*", "****", MAGLEV_RULE_CACHED, false, 0 },
	{ "t00*111", "****", MAGLEV_RULE_PREVIOUS, true, 0 },
	{ "t010111", "****", MAGLEV_RULE_PREVIOUS, true, 0 },
	/* 3: what is in mid-flow for certain goes to the owner, as ever. */
	{ "t00*01*", "0***", MAGLEV_RULE_CURRENT, true, 0 },
	{ "t00*110", "0***", MAGLEV_RULE_CURRENT, true, 0 },
	/* 3: others are new. */
	{ "t00*01*", "1*0*", MAGLEV_RULE_CURRENT, true, 0 },
	{ "t00*110", "1*0*", MAGLEV_RULE_CURRENT, true, 0 },
	{ "t00*01*", "1*11", MAGLEV_RULE_SPARE, true, 0 },
	{ "t00*110", "1*11", MAGLEV_RULE_SPARE, true, 0 },
	{ "t00*01*", "1*10", MAGLEV_RULE_FULL, false, 0 },
	{ "t00*110", "1*10", MAGLEV_RULE_FULL, false, 0 },
	/* 3: so are flows that have lost their backend. */
	{ "t01001*", "**0*", MAGLEV_RULE_CURRENT, true, 0 },
	{ "t010110", "**0*", MAGLEV_RULE_CURRENT, true, 0 },
	{ "t01001*", "**11", MAGLEV_RULE_SPARE, true, 0 },
	{ "t010110", "**11", MAGLEV_RULE_SPARE, true, 0 },
	{ "t01001*", "**10", MAGLEV_RULE_FULL, false, 0 },
	{ "t010110", "**10", MAGLEV_RULE_FULL, false, 0 },
};

/* What @i, below 16, says of thresholds; as a row's pattern in @text. */
static void limit(struct mgl_facts *v, u32 i, char text[5])
{
	u32 bit;

	v->limited = true;
	v->starts = i & 8;
	v->cached_opening = i & 4;
	v->full = i & 2;
	v->spare = i & 1;
	for (bit = 0; bit < 4; bit++)
		text[bit] = i & (8 >> bit) ? '1' : '0';
	text[4] = 0;
}

static bool matches(const char *pattern, const char *text)
{
	u32 i;

	if (pattern[0] != text[0] && (pattern[0] != 't' || text[0] == 'n'))
		return false;
	for (i = 1; i < 7; i++)
		if (pattern[i] != '*' && pattern[i] != text[i])
			return false;
	return true;
}

static struct row *row_of(const char *text)
{
	struct row *found = NULL;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (matches(rows[i].pattern, text)) {
			CHECK(!found, "%s in two rows", text);
			rows[i].used++;
			found = &rows[i];
		}
	CHECK(found, "%s in no row", text);
	return found ? found : &rows[0];
}

static void test_rules_decide(void)
{
	char text[8];
	u32 i;

	for (i = 0; i < VIEWS; i++) {
		struct mgl_facts v = view(i, text);
		struct mgl_decision d = mgl_rules_decide(&v);
		struct row *r = row_of(text);

		CHECK_EQ(d.rule, r->rule, "view %s", text);
		CHECK_EQ(d.remember, r->remember, "view %s", text);
	}
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		CHECK(rows[i].used, "row %s matches nothing", rows[i].pattern);
}

static bool matches_limits(const char *pattern, const char *text)
{
	u32 i;

	for (i = 0; i < 4; i++)
		if (pattern[i] != '*' && pattern[i] != text[i])
			return false;
	return true;
}

static struct limited_row *limited_row_of(const char *text, const char *limits)
{
	struct limited_row *found = NULL;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(limited_rows); i++) {
		struct limited_row *r = &limited_rows[i];

		if (!matches(r->pattern, text) ||
		    !matches_limits(r->limits, limits))
			continue;
		CHECK(!found, "%s %s in two rows", text, limits);
		r->used++;
		found = r;
	}
	CHECK(found, "%s %s in no row", text, limits);
	return found ? found : &limited_rows[0];
}

static void test_rules_limited(void)
{
	char text[8], limits[5];
	u32 i, k;

	for (i = 0; i < VIEWS; i++) {
		for (k = 0; k < 16; k++) {
			struct mgl_facts v = view(i, text);
			struct mgl_decision d;
			struct limited_row *r;

			limit(&v, k, limits);
			if (!v.cur || (v.new_conn && !v.starts))
				continue;
			d = mgl_rules_decide(&v);
			r = limited_row_of(text, limits);
			CHECK_EQ(d.rule, r->rule, "view %s %s", text, limits);
			CHECK_EQ(d.remember, r->remember, "view %s %s", text,
				 limits);
		}
	}
	for (i = 0; i < ARRAY_SIZE(limited_rows); i++)
		CHECK(limited_rows[i].used, "row %s %s matches nothing",
		      limited_rows[i].pattern, limited_rows[i].limits);
}

/* As IPVS has it, with the lower threshold worked out beforehand. */
static void test_rules_thresholds(void)
{
	static const u32 uppers[] = { 0, 1, 2, 3, 4, 5, 6, 7, 100, 0x7fffffff };
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(uppers); i++) {
		u32 upper = uppers[i], given[] = { 0, 1, upper / 2, upper };

		for (k = 0; k < ARRAY_SIZE(given); k++) {
			struct mgl_thresholds t = { upper, min(given[k], upper) };
			u32 lower = t.lower ? t.lower : upper - (upper >> 2);
			u32 flows[] = { 0, lower - 1, lower, upper - 1, upper,
					upper + 1, 0xffffffff };
			u32 n;

			for (n = 0; n < ARRAY_SIZE(flows); n++) {
				u32 f = flows[n];

				CHECK_EQ(mgl_rules_overloaded(&t, f, false),
					 upper && f >= upper,
					 "%u, upper %u", f, upper);
				CHECK_EQ(mgl_rules_overloaded(&t, f, true),
					 upper && (f >= upper || f >= lower),
					 "%u, was, upper %u lower %u", f, upper,
					 lower);
				CHECK_EQ(mgl_rules_relieved(&t, f),
					 !mgl_rules_overloaded(&t, f, true),
					 "%u, upper %u lower %u", f, upper,
					 lower);
			}
		}
	}
}

/* The backend that a rule names is there and usable. */
static void test_rules_usable(void)
{
	char text[8];
	u32 i;

	for (i = 0; i < VIEWS; i++) {
		struct mgl_facts v = view(i, text);

		switch (mgl_rules_decide(&v).rule) {
		case MAGLEV_RULE_CACHED:
			CHECK(v.hit && v.cached_serves, "view %s", text);
			break;
		case MAGLEV_RULE_PREVIOUS:
			CHECK(v.unsettled && v.prev_serves, "view %s", text);
			break;
		case MAGLEV_RULE_NOBODY:
			/* Nor is it dropped while the slot has an owner. */
			CHECK(!v.cur, "view %s", text);
			break;
		default:
			CHECK(v.cur, "view %s", text);
		}
	}
}

static void test_rules_decide_cached(void)
{
	char text[8];
	u32 i;

	for (i = 0; i < VIEWS; i++) {
		struct mgl_facts v = view(i, text);
		bool cached = mgl_rules_decide_cached(&v);

		CHECK_EQ(cached, mgl_rules_decide(&v).rule == MAGLEV_RULE_CACHED,
			 "view %s", text);
		/* The slot, which is not looked up yet, makes no difference. */
		v.unsettled = !v.unsettled;
		CHECK_EQ(mgl_rules_decide_cached(&v), cached, "view %s", text);
		CHECK_EQ(mgl_rules_decide(&v).rule == MAGLEV_RULE_CACHED, cached,
			 "view %s but for unsettled", text);
		v.cur = !v.cur;
		CHECK_EQ(mgl_rules_decide_cached(&v), cached, "view %s", text);
		CHECK_EQ(mgl_rules_decide(&v).rule == MAGLEV_RULE_CACHED, cached,
			 "view %s but for unsettled, cur", text);
		v.prev_serves = !v.prev_serves;
		CHECK_EQ(mgl_rules_decide_cached(&v), cached, "view %s", text);
		CHECK_EQ(mgl_rules_decide(&v).rule == MAGLEV_RULE_CACHED, cached,
			 "view %s but for the slot", text);
	}
}

/* At rest neither a flood of SYNs nor `changed` takes memory. */
static void test_rules_settled(void)
{
	char text[8];
	u32 i;

	for (i = 0; i < VIEWS; i++) {
		struct mgl_facts v = view(i, text);

		if (v.unsettled || v.hit)
			continue;
		CHECK_EQ(mgl_rules_decide(&v).remember, !v.new_conn && v.cur &&
			 v.track == MAGLEV_TRACK_ALL, "view %s", text);
	}
}

/* The backend that a packet goes to. */
enum backend { NOBODY, OWNER, PREVIOUS, ANOTHER };

/* By a decision, where an entry names @cached. */
static enum backend destination(struct mgl_decision d, enum backend cached)
{
	switch (d.rule) {
	case MAGLEV_RULE_CACHED:
		return cached;
	case MAGLEV_RULE_PREVIOUS:
		return PREVIOUS;
	case MAGLEV_RULE_NOBODY:
		return NOBODY;
	default:
		return OWNER;
	}
}

/*
 * By definition: without the entry a packet in mid-flow goes to the same
 * backend as with it, and is not stored again. The backend is usable, since an
 * owner of slots is.
 */
static void test_rules_redundant(void)
{
	u32 yes = 0, i;
	char text[8];

	for (i = 0; i < 2 * VIEWS; i++) {
		struct mgl_facts with = view(i / 2, text), without;
		enum backend b;

		with.limited = i % 2;
		without = with;
		if (with.new_conn || !with.hit || !with.cached_serves ||
		    (with.limited && !with.cur))
			continue;
		without.hit = false;
		without.cached_serves = false;
		for (b = OWNER; b <= ANOTHER; b++) {
			struct mgl_decision d = mgl_rules_decide(&without);
			bool redundant;

			/* An owner there is, and a previous one that serves. */
			if ((b == OWNER && !with.cur) ||
			    (b == PREVIOUS && !with.prev_serves))
				continue;
			redundant = destination(mgl_rules_decide(&with), b) ==
				    destination(d, b) && !d.remember;
			CHECK_EQ(mgl_rules_redundant(with.track, with.unsettled,
						     b == OWNER, with.limited),
				 redundant, "view %s, backend %u, limited %u",
				 text, b, with.limited);
			yes += redundant;
		}
	}
	CHECK(yes, "none is redundant");
}

/* Rows: the state before; columns: the state that the packet implies. */
static void test_rules_flow_state(void)
{
	enum {
		O = MAGLEV_FLOW_OPENING,
		E = MAGLEV_FLOW_ESTABLISHED,
		F = MAGLEV_FLOW_CLOSING,
		R = MAGLEV_FLOW_CLOSED,
	};
	static const u8 want[__MAGLEV_FLOW_MAX][__MAGLEV_FLOW_MAX] = {
		[O] = { [O] = O, [E] = E, [F] = F, [R] = R },
		[E] = { [O] = O, [E] = E, [F] = F, [R] = R },
		[F] = { [O] = O, [E] = F, [F] = F, [R] = R },
		[R] = { [O] = O, [E] = E, [F] = F, [R] = R },
	};
	u32 i, j;

	for (i = 0; i < __MAGLEV_FLOW_MAX; i++)
		for (j = 0; j < __MAGLEV_FLOW_MAX; j++)
			CHECK_EQ(mgl_flow_state_next(i, j), want[i][j],
				 "state %u, packet %u", i, j);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_rules_decide,
		  "every input is decided as in the table of the design"),
	KTAP_CASE(test_rules_limited,
		  "with thresholds, every input is decided as in their table"),
	KTAP_CASE(test_rules_thresholds,
		  "between its thresholds a backend stays as it was"),
	KTAP_CASE(test_rules_usable,
		  "packets go to usable backends only, and are refused only where the slot has no owner"),
	KTAP_CASE(test_rules_decide_cached,
		  "where the cache alone decides, the slot makes no difference"),
	KTAP_CASE(test_rules_settled,
		  "in a settled slot a new flow is remembered only in mid-flow and with tracking all"),
	KTAP_CASE(test_rules_redundant,
		  "an entry is redundant if and only if its flow goes to the same backend without it, and is not stored again"),
	KTAP_CASE(test_rules_flow_state,
		  "the state of a flow follows its packets, and acknowledgements after a FIN do not reopen it"),
};

int main(void)
{
	return ktap_run(cases, ARRAY_SIZE(cases));
}
