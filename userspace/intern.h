/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_INTERN_H
#define _MAGLEVADM_INTERN_H

struct userdata;

const char *intern(const char *text);
const struct userdata *intern_userdata(const struct userdata *u);
void intern_free(void);

#endif /* _MAGLEVADM_INTERN_H */
