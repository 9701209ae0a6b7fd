/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_DRY_RUN_H
#define _MAGLEVADM_DRY_RUN_H

#include <stdbool.h>

struct batch;
struct dry_run;

void dry_run_show(const struct batch *b, const struct dry_run *moves,
		  bool json);

#endif /* _MAGLEVADM_DRY_RUN_H */
