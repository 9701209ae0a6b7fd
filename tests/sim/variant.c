// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>

#include "variant.h"

#define ALL_SETTLE	(MAGLEV_SETTLE_DEFAULT / 1000)
#define CHANGED_SETTLE	(MAGLEV_SETTLE_CHANGED / 1000)

u32 variants_few(struct variant *v)
{
	v[0] = (struct variant){ "none", MAGLEV_TRACK_NONE, ALL_SETTLE, false };
	v[1] = (struct variant){ "paper", MAGLEV_TRACK_ALL, ALL_SETTLE, true };
	v[2] = (struct variant){ "all", MAGLEV_TRACK_ALL, ALL_SETTLE, false };
	v[3] = (struct variant){ "changed", MAGLEV_TRACK_CHANGED,
				 CHANGED_SETTLE, false };
	return 4;
}

u32 variants_by_settle(struct variant *v)
{
	static const u32 settle[] = { 30, 60, 120, 180, 300, 450, 600, 900 };
	u32 i, n = 0;

	v[n++] = (struct variant){ "none", MAGLEV_TRACK_NONE, ALL_SETTLE,
				   false };
	v[n++] = (struct variant){ "paper", MAGLEV_TRACK_ALL, ALL_SETTLE,
				   true };
	for (i = 0; i < ARRAY_SIZE(settle); i++)
		v[n++] = (struct variant){ "all", MAGLEV_TRACK_ALL, settle[i],
					   false };
	for (i = 0; i < ARRAY_SIZE(settle); i++)
		v[n++] = (struct variant){ "changed", MAGLEV_TRACK_CHANGED,
					   settle[i], false };
	return n;
}
