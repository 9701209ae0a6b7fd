/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_INTERN_H
#define _MAGLEVADM_INTERN_H

#include <stddef.h>

struct userdata;

const char *intern(const char *text);
const void *intern_bytes(const void *bytes, size_t len);
const struct userdata *intern_userdata(const struct userdata *u);
void intern_free(void);

#endif /* _MAGLEVADM_INTERN_H */
