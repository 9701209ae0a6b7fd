/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_FAKE_H
#define _MAGLEVADM_FAKE_H

void log_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif /* _MAGLEVADM_FAKE_H */
