/* SPDX-License-Identifier: GPL-2.0 */
/* Ways to decide, all of which see the same packets. */
#ifndef _SIM_VARIANT_H
#define _SIM_VARIANT_H

#include <linux/types.h>
#include <uapi/linux/maglev.h>

/* As many as a connection has bits to say where it is broken. */
#define VARIANTS_MAX 32

struct variant {
	const char *name;
	enum maglev_track track;
	u32 settle;	/* s */
	bool no_prev;	/* the paper: a slot's owner before never serves */
};

/* The four that figures compare, or two of them at many settle times. */
u32 variants_few(struct variant *v);
u32 variants_by_settle(struct variant *v);

#endif /* _SIM_VARIANT_H */
