// SPDX-License-Identifier: GPL-2.0
/*
 * Drives the fuzz target without libFuzzer: good packets and random mutations of
 * them, in the same order in every run.
 *
 *   fuzz_driver [SECONDS [INPUTS]]
 *
 * ends after so many seconds of CPU time, or inputs: a busy machine does as much
 * as an idle one.
 */
#include <limits.h>
#include <linux/kernel.h>
#include <stdlib.h>
#include <time.h>

#include "fuzz.h"
#include "ktap.h"

static unsigned long seconds = 60;
static unsigned long inputs = ULONG_MAX;

static void test_fuzz_packet(void)
{
	struct packet p;
	unsigned long i;
	u64 state = 41;

	for (i = 0; i < inputs; i++) {
		if (i && i % 4096 == 0 && clock() / CLOCKS_PER_SEC >= (clock_t)seconds)
			break;
		fuzz_input(&p, &state);
		LLVMFuzzerTestOneInput(p.b, p.len);
	}
	NOTE("%lu inputs", i);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_fuzz_packet,
		  "mutated packets are parsed without a bad access and as the oracle does"),
};

int main(int argc, char **argv)
{
	if (argc > 1)
		seconds = strtoul(argv[1], NULL, 0);
	if (argc > 2)
		inputs = strtoul(argv[2], NULL, 0);
	return ktap_run(cases, ARRAY_SIZE(cases));
}
