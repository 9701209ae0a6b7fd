// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of userspace/model.c, diff.c and batch.c, and of script.c on the way:
 * for random pairs of files, what --replace sends makes the configuration of the
 * first that of the second, each change is valid when its turn comes, and what is
 * in both stays the same object. Prints TAP; -s SEED repeats one pair.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "diff.h"
#include "format.h"
#include "intern.h"
#include "model.h"
#include "script.h"
#include "world.h"

#define PAIRS		1500
#define LINES_MAX	40

static unsigned int tests, failures;
static uint64_t state;

static void check(bool ok, const char *what)
{
	tests++;
	if (!ok)
		failures++;
	printf("%sok %u - %s\n", ok ? "" : "not ", tests, what);
}

/* SplitMix64: the same on every machine. */
static uint32_t random_below(uint32_t n)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (uint32_t)((z ^ (z >> 31)) >> 32) % n;
}

#define ONE_OF(list)	((list)[random_below(ARRAY_SIZE(list))])

static const char * const pools[] = { "a", "b", "c", "d", "e" };
static const char * const services[] = {
	"-t 192.0.2.1:80", "-t 192.0.2.1:443", "-u 192.0.2.1:80",
	"-t 192.0.2.2:80", "-t [2001:db8::1]:80",
	"-t 192.0.2.2 --port 8000-8099", "-t 192.0.2.2 --port 8050-8200",
	"-t 192.0.2.2 --port 8201-8300", "-u 192.0.2.2:0",
};
/* Two of them are VIPs, too. */
static const char * const backends[] = {
	"198.51.100.1", "198.51.100.2", "198.51.100.3", "198.51.100.4",
	"2001:db8:1::1", "192.0.2.1", "2001:db8::1",
};
static const char * const prefixes[] = {
	"10.0.0.0/8", "10.0.0.0/16", "10.1.0.0/16", "2001:db8::/64",
};
static const char * const settings[] = {
	"--cache-size 5000", "--cache-size 8192", "--set udp=77", "--set tcp=78",
	"--set pmtu=router tcp=80", "--set peers=a", "--set peers=b",
};

static const char *maybe(const char *text)
{
	return random_below(4) ? "" : text;
}

static void random_service(FILE *f)
{
	fprintf(f, "-A %s", ONE_OF(services));
	fprintf(f, "%s%s",
		maybe(random_below(2) ? " --track changed" : " --track none"),
		maybe(" --all-down reject"));
	fprintf(f, "%s", maybe(random_below(2) ? " --userdata 0103776c63" :
						 " --userdata 00"));
	fprintf(f, "%s", maybe(" --affinity source"));
	if (!random_below(4))
		fprintf(f, " --fallback %s", ONE_OF(pools));
	if (random_below(2))
		fprintf(f, " --pool %s", ONE_OF(pools));
	else
		fprintf(f, "%s%s", maybe(" --table-size 251"),
			maybe(" --settle 9s"));
}

/* What few backends have. */
static void random_extras(FILE *f)
{
	static const char * const thresholds[] = {
		" -x 10", " -x 10 -y 5", " -x 20 -y 5", " -x 20 -y 20", " -x 0",
	};

	fprintf(f, "%s%s", maybe(ONE_OF(thresholds)),
		maybe(random_below(2) ? " --userdata 0504726f757465" :
					" --userdata ff"));
}

static void random_line(FILE *f)
{
	switch (random_below(12)) {
	case 0:
		fprintf(f, "--add-pool %s%s%s%s", ONE_OF(pools),
			maybe(" --table-size 1021"), maybe(" --seed 7"),
			maybe(" --panic 50"));
		break;
	case 1:
	case 2:
		random_service(f);
		break;
	case 3:
		fprintf(f, "--add-%s %s", random_below(2) ? "router" : "source",
			ONE_OF(prefixes));
		break;
	case 4:
		fprintf(f, "%s", ONE_OF(settings));
		break;
	case 5:
		fprintf(f, "-a --pool %s --member-pool %s -w %u", ONE_OF(pools),
			ONE_OF(pools), random_below(3));
		break;
	case 6:
		fprintf(f, "-a %s --member-pool %s", ONE_OF(services),
			ONE_OF(pools));
		break;
	case 7:
	case 8:
		fprintf(f, "-a %s -r %s%s", ONE_OF(services), ONE_OF(backends),
			maybe(" -w 2"));
		random_extras(f);
		break;
	default:
		fprintf(f, "-a --pool %s -r %s%s%s", ONE_OF(pools),
			ONE_OF(backends), maybe(" -w 2"),
			maybe(random_below(2) ? " --drain" : " --state down"));
		random_extras(f);
	}
	fputc('\n', f);
}

static void read_text(struct script *s, char *text)
{
	struct ctx ctx = { .name = "diff_test" };
	FILE *f = fmemopen(text, strlen(text), "r");

	*s = (struct script)SCRIPT_INIT;
	if (!f || script_read(&ctx, s, f, "--replace")) {
		printf("Bail out! not understood:\n%s\n", text);
		exit(1);
	}
	fclose(f);
}

static void free_text(struct script *s)
{
	script_free(s);
}

/* Makes the world that @text describes; NULL, or why it is refused. */
static const char *restore(struct world *w, char *text)
{
	struct script s;
	const char *no;
	size_t step;

	world_init(w);
	read_text(&s, text);
	no = world_batch(w, &s.batch, &step);
	free_text(&s);
	return no;
}

/* Lines at random, of which those are kept that the world takes. */
static char *random_file(void)
{
	uint32_t i, n = random_below(LINES_MAX) + 1;
	char *text = strdup("# a file\n");

	for (i = 0; i < n; i++) {
		char *longer = NULL;
		struct world w;
		size_t size;
		FILE *f = open_memstream(&longer, &size);

		fputs(text, f);
		random_line(f);
		fclose(f);
		if (restore(&w, longer)) {
			free(longer);
		} else {
			free(text);
			text = longer;
		}
		world_free(&w);
	}
	return text;
}

static void list_userdata(FILE *f, const struct userdata *u)
{
	fprintf(f, " '%s'\n", u ? format_userdata(u) : "");
}

/* Everything but what tells objects apart that are equal otherwise. */
static char *listing(struct world *w)
{
	char *text = NULL;
	size_t i, size;
	FILE *f = open_memstream(&text, &size);

	snapshot_sort(&w->s);
	for (i = 0; i < w->s.pools.n; i++) {
		const struct pool *p = vec_at(&w->s.pools, i);

		fprintf(f, "pool %s %u %" PRIu64 " %u %u\n", p->name,
			p->table_size, p->seed, p->settle, p->panic);
	}
	for (i = 0; i < w->s.backends.n; i++) {
		const struct backend *b = vec_at(&w->s.backends, i);

		fprintf(f, "backend %s %s %u %u %d %u-%u", b->pool,
			format_addr(&b->addr), b->weight, b->state,
			b->has_deadline ? (int)b->deadline : -1, b->upper,
			b->lower);
		list_userdata(f, b->userdata);
	}
	for (i = 0; i < w->s.members.n; i++) {
		const struct member *m = vec_at(&w->s.members, i);

		fprintf(f, "member %s %s %u\n", m->pool, m->name, m->weight);
	}
	for (i = 0; i < w->s.services.n; i++) {
		const struct service *s = vec_at(&w->s.services, i);

		fprintf(f, "service %s %s %u %u %u '%s'",
			format_service(&s->id), s->pool, s->track, s->affinity,
			s->all_down, s->fallback);
		list_userdata(f, s->userdata);
	}
	for (i = 0; i < w->s.routers.n; i++)
		fprintf(f, "router %s\n",
			format_prefix(vec_at(&w->s.routers, i)));
	for (i = 0; i < w->s.sources.n; i++)
		fprintf(f, "source %s\n",
			format_prefix(vec_at(&w->s.sources, i)));
	fprintf(f, "cache %u pmtu %u peers '%s'", w->s.config.cache_size,
		w->s.config.pmtu, w->s.config.peers);
	for (i = 0; i < TIMEOUTS; i++)
		fprintf(f, " %u", w->s.config.timeouts[i]);
	fclose(f);
	return text;
}

static bool stays(const struct world *before, const struct service *after)
{
	const struct service *s = snapshot_service(&before->s, &after->id);

	return s && (pool_is_shared(after->pool) || !pool_is_shared(s->pool));
}

/* The number that the backend had before, or 0. */
static uint64_t backend_before(const struct world *before,
			       const struct backend *b)
{
	const struct members m = snapshot_members(&before->s, b->pool);
	size_t i;

	for (i = 0; i < m.n; i++)
		if (!compare_addr(&m.first[i].addr, &b->addr))
			return m.first[i].stats.packets;
	return 0;
}

/* What is in both is the same: nothing is deleted and created again. */
static bool is_kept(const struct world *before, const struct world *after)
{
	size_t i;

	for (i = 0; i < after->s.services.n; i++) {
		const struct service *s = vec_at(&after->s.services, i);

		if (stays(before, s) && s->stats.packets !=
		    snapshot_service(&before->s, &s->id)->stats.packets)
			return false;
	}
	for (i = 0; i < after->s.pools.n; i++) {
		const struct pool *p = vec_at(&after->s.pools, i);
		const struct pool *q = snapshot_pool(&before->s, p->name);

		if (q && q->fingerprint != p->fingerprint)
			return false;
	}
	for (i = 0; i < after->s.backends.n; i++) {
		const struct backend *b = vec_at(&after->s.backends, i);
		const uint64_t number = backend_before(before, b);

		if (number && number != b->stats.packets)
			return false;
	}
	return true;
}

static struct world copy(const struct world *w)
{
	struct world c;
	const struct vec *from[] = {
		&w->s.services, &w->s.pools, &w->s.backends, &w->s.members,
		&w->s.routers, &w->s.sources,
	};
	struct vec *to[] = {
		&c.s.services, &c.s.pools, &c.s.backends, &c.s.members,
		&c.s.routers, &c.s.sources,
	};
	size_t i, k;

	world_init(&c);
	c.born = w->born;
	c.s.config = w->s.config;
	for (i = 0; i < ARRAY_SIZE(from); i++)
		for (k = 0; k < from[i]->n; k++)
			memcpy(vec_push(to[i]), vec_at(from[i], k),
			       to[i]->size);
	return c;
}

/* As apply.c does: backends that are as they are to be are not kept. */
static void compare(const struct world *w, const struct model *want,
		    struct batch *out)
{
	struct world have = copy(w);
	struct diff d;
	size_t i;

	have.s.backends.n = 0;
	diff_init(&d, &have.s, want);
	/* The configuration may have changed meanwhile. */
	diff_begin(&d);
	for (i = 0; i < w->s.backends.n; i++)
		diff_is_there(&d, vec_at(&w->s.backends, i));
	diff_begin(&d);
	for (i = 0; i < w->s.backends.n; i++)
		if (!diff_is_there(&d, vec_at(&w->s.backends, i)))
			memcpy(vec_push(&have.s.backends),
			       vec_at(&w->s.backends, i), have.s.backends.size);
	diff_end(&d, out);
	diff_free(&d);
	world_free(&have);
}

/* NULL if the file makes of @w what it describes, else what is wrong. */
static const char *replace(struct world *w, char *text, size_t *changes)
{
	struct batch b = BATCH_INIT;
	struct world before;
	struct model want;
	struct script s;
	const char *no;
	size_t step;

	model_init(&want);
	read_text(&s, text);
	if (model_build(&want, &s.batch)) {
		printf("Bail out! refused:\n%s\n", text);
		exit(1);
	}
	snapshot_sort(&w->s);
	before = copy(w);
	compare(&before, &want, &b);
	*changes = b.steps.n;
	no = world_batch(w, &b, &step);
	if (no)
		printf("# change %zu: %s\n", step,
		       change_what(&batch_step(&b, step)->change));
	snapshot_sort(&w->s);
	if (!no && !is_kept(&before, w))
		no = "an object was created again";
	batch_free(&b);
	world_free(&before);
	model_free(&want);
	script_free(&s);
	return no;
}

static const char *try_pair(char *a, char *b)
{
	struct world w, want;
	char *got, *wanted;
	const char *no;
	size_t changes;

	restore(&w, a);
	restore(&want, b);
	no = replace(&w, b, &changes);
	got = listing(&w);
	wanted = listing(&want);
	if (!no && strcmp(got, wanted)) {
		printf("# got\n%s\n# wanted\n%s\n", got, wanted);
		no = "another configuration";
	}
	if (!no)
		no = replace(&w, b, &changes);
	if (!no && changes)
		no = "equal ones differ";
	free(wanted);
	free(got);
	world_free(&want);
	world_free(&w);
	return no;
}

static bool test_pair(uint64_t seed)
{
	const char *no;
	char *a, *b;

	state = seed;
	a = random_file();
	b = random_file();
	no = try_pair(a, b);
	if (no)
		printf("# seed %" PRIu64 ": %s\n# from\n%s# to\n%s", seed, no,
		       a, b);
	free(b);
	free(a);
	return !no;
}

static void test_random(uint64_t first, uint64_t n)
{
	char what[80];
	uint64_t i;

	for (i = 0; i < n; i++)
		if (!test_pair(first + i))
			break;
	snprintf(what, sizeof(what),
		 "replacing one configuration by another, seeds from %" PRIu64 " on",
		 first);
	check(i == n, what);
}

/* How many changes make @a what @b says; -1 if they do not. */
static int changes(const char *a, const char *b)
{
	char *from = strdup(a), *to = strdup(b);
	struct world w;
	const char *no;
	size_t n;

	no = restore(&w, from);
	if (!no)
		no = replace(&w, to, &n);
	if (no)
		printf("# %s\n", no);
	world_free(&w);
	free(to);
	free(from);
	return no ? -1 : (int)n;
}

static void test_drains(void)
{
#define POOL "--add-pool a\n-a --pool a -r 198.51.100.1"
	check(changes(POOL " --drain --deadline 9s\n",
		      POOL " --drain --deadline 10s\n") == 0,
	      "a drain goes on, since time goes by");
	check(changes(POOL " --drain --deadline 9s\n",
		      POOL " --drain --deadline 8s\n") == 1,
	      "a drain may end sooner");
	check(changes(POOL " --drain --deadline 9s\n", POOL " --drain\n") == 1,
	      "a drain may lose its deadline");
	check(changes(POOL " --drain\n", POOL " --drain --deadline 9s\n") == 1,
	      "a drain may get a deadline");
	check(changes(POOL " --drain --deadline 9s\n", POOL "\n") == 1,
	      "a drain may be called off");
	check(changes(POOL "\n", POOL " --drain --deadline 9s\n") == 1,
	      "a drain may begin");
	check(changes("--add-pool a\n", POOL " --drain --deadline 9s\n") == 0,
	      "what has drained and is gone is not brought back");
	check(changes("", POOL " --drain --deadline 9s\n") == 1,
	      "a new pool has it all the same");
#undef POOL
}

static void test_thresholds(void)
{
#define SERVICE "-A -t 192.0.2.1:80"
#define BACKEND "\n-a -t 192.0.2.1:80 -r 198.51.100.1"
	check(changes(SERVICE BACKEND " -x 9 -y 3\n",
		      SERVICE BACKEND " -y 3 -x 9\n") == 0,
	      "equal thresholds stay");
	check(changes(SERVICE BACKEND "\n", SERVICE BACKEND " -x 9\n") == 1,
	      "a backend may get thresholds");
	check(changes(SERVICE BACKEND " -x 9 -y 3\n",
		      SERVICE BACKEND " -x 2 -y 1\n") == 1,
	      "thresholds change together");
	check(changes(SERVICE BACKEND " -x 9 -y 3\n",
		      SERVICE BACKEND " -x 9\n") == 1,
	      "the lower threshold may go");
	check(changes(SERVICE BACKEND " -x 9 -y 3\n",
		      SERVICE " --track none" BACKEND "\n") == 2,
	      "thresholds go before their flows are not tracked any more");
	check(changes(SERVICE " --track none" BACKEND "\n",
		      SERVICE BACKEND " -x 9 -y 3\n") == 2,
	      "thresholds come when their flows are tracked");
	check(changes(SERVICE BACKEND " -x 9 -w 2\n",
		      SERVICE BACKEND " -w 3\n") == 2,
	      "thresholds go, and the weight is another one");
	check(changes(SERVICE BACKEND "\n", SERVICE BACKEND " -y 3\n") < 0 &&
	      changes(SERVICE BACKEND " -x 9 -y 3\n",
		      SERVICE BACKEND " -y 3\n") < 0,
	      "a lower threshold alone is refused, whatever was there");
#undef BACKEND
#undef SERVICE
}

static void test_userdata(void)
{
#define SERVICE "-A -t 192.0.2.1:80"
#define BACKEND "\n-a -t 192.0.2.1:80 -r 198.51.100.1"
	check(changes(SERVICE " --userdata 00" BACKEND " --userdata ff00\n",
		      SERVICE " --userdata 00" BACKEND " --userdata FF00\n") == 0,
	      "equal userdata stays");
	check(changes(SERVICE " --userdata 00" BACKEND " --userdata ff\n",
		      SERVICE " --userdata 0000" BACKEND " --userdata ff00\n") == 2,
	      "userdata of another length is another one");
	check(changes(SERVICE " --userdata 00" BACKEND " --userdata ff\n",
		      SERVICE BACKEND "\n") == 2,
	      "userdata that is not given ends");
#undef BACKEND
#undef SERVICE
}

static void test_directed(void)
{
	check(changes("-A -t 192.0.2.1:80\n-a -t 192.0.2.1:80 -r 198.51.100.1\n",
		      "--add-pool a\n-a --pool a -r 198.51.100.1\n-A -t 192.0.2.1:80 --pool a\n") == 2,
	      "from a private pool to a shared one: the service stays");
	check(changes("--add-pool a\n-A -t 192.0.2.1:80 --pool a\n",
		      "--add-pool b\n-A -t 192.0.2.1:80 --pool b\n") == 3,
	      "a pool of another name: added, used, deleted");
	check(changes("--add-pool a\n-a --pool a -r 198.51.100.1\n-A -t 192.0.2.1:80 --pool a\n",
		      "-A -t 192.0.2.1:80\n-a -t 192.0.2.1:80 -r 198.51.100.1\n") == 3,
	      "from a shared pool to a private one: a new service");
	check(changes("--cache-size 5000\n", "--cache-size 8000\n") == 0,
	      "sizes of the cache are compared as the kernel rounds them");
	check(changes("-A -t 192.0.2.1:80 --table-size 65537 --seed 0 --settle auto\n",
		      "-A -t 192.0.2.1:80\n") == 0,
	      "what is not given is the default");
	check(changes("--add-pool a\n-A -t 192.0.2.1:80\n",
		      "-A -t 192.0.2.1:80\n--add-pool a\n") == 0,
	      "the order of lines is of no account");
}

int main(int argc, char **argv)
{
	setbuf(stdout, NULL);
	printf("TAP version 13\n");
	if (argc == 3 && !strcmp(argv[1], "-s")) {
		test_random(strtoull(argv[2], NULL, 0), 1);
	} else {
		test_directed();
		test_drains();
		test_thresholds();
		test_userdata();
		test_random(1, PAIRS);
	}
	intern_free();
	printf("1..%u\n", tests);
	return failures ? 1 : 0;
}
