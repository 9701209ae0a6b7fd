/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_METRICS_OBJECTS_H
#define _MAGLEVADM_METRICS_OBJECTS_H

struct snapshot;

void metrics_services(const struct snapshot *s);
void metrics_pools(const struct snapshot *s);
void metrics_backends(const struct snapshot *s);

#endif /* _MAGLEVADM_METRICS_OBJECTS_H */
