/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_HELP_H
#define _MAGLEVADM_HELP_H

#include <stdbool.h>

bool help_knows(const char *word);

#endif /* _MAGLEVADM_HELP_H */
