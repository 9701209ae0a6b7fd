// SPDX-License-Identifier: GPL-2.0
#include <asm/barrier.h>
#include <linux/kernel.h>
#include <sched.h>
#include <stdlib.h>

#include "race.h"

static struct race_thread *threads[RACE_THREADS];
static u32 started;
static bool waiting;	/* for the threads, which may share a CPU */
static bool stop;

void race_start(struct race_thread *t, u64 seed, void *(*run)(void *t))
{
	t->prng = seed;
	threads[started++] = t;
	if (pthread_create(&t->id, NULL, run, t))
		abort();
}

bool race_goes_on(void)
{
	return !READ_ONCE(stop);
}

void race_quiet(struct race_thread *t)
{
	smp_store_release(&t->quiet, t->quiet + 1);
	if (READ_ONCE(waiting))
		sched_yield();
}

void race_grace_period(void)
{
	u64 before;
	u32 i;

	WRITE_ONCE(waiting, true);
	for (i = 0; i < started; i++) {
		before = smp_load_acquire(&threads[i]->quiet);
		/* The turn that is under way may have begun before. */
		while (smp_load_acquire(&threads[i]->quiet) < before + 2)
			sched_yield();
	}
	WRITE_ONCE(waiting, false);
}

bool race_all_done(void)
{
	u32 i;

	for (i = 0; i < started; i++)
		if (!READ_ONCE(threads[i]->done))
			return false;
	return true;
}

void race_stop(void)
{
	u32 i;

	WRITE_ONCE(stop, true);
	for (i = 0; i < started; i++)
		pthread_join(threads[i]->id, NULL);
}
