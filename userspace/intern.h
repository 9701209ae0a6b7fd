/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_INTERN_H
#define _MAGLEVADM_INTERN_H

const char *intern(const char *text);
void intern_free(void);

#endif /* _MAGLEVADM_INTERN_H */
