/* SPDX-License-Identifier: GPL-2.0 */
/* Threads of a race, for the tests under ThreadSanitizer. */
#ifndef _UNIT_RACE_H
#define _UNIT_RACE_H

#include <linux/types.h>
#include <pthread.h>

#ifndef __SANITIZE_THREAD__
#error "this test tells nothing without -fsanitize=thread"
#endif

#define RACE_THREADS 3

/* First member of what a thread works on; @done belongs to its test. */
struct race_thread {
	pthread_t id;
	u64 prng;
	u64 quiet;	/* counts the times at which it held nothing */
	bool done;	/* it has seen enough */
};

/* Starts the next of RACE_THREADS threads; @run gets @t. */
void race_start(struct race_thread *t, u64 seed, void *(*run)(void *t));
/* For @run: false when it has to return. */
bool race_goes_on(void);
/* For @run: it holds nothing at this moment. */
void race_quiet(struct race_thread *t);
/* Waits until every thread has held nothing in between: a grace period. */
void race_grace_period(void);
/* Whether every thread has seen enough. */
bool race_all_done(void);
/* Ends all threads. */
void race_stop(void);

#endif /* _UNIT_RACE_H */
