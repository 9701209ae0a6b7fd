/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_CONFIG_H
#define _MAGLEVADM_CONFIG_H

#include "types.h"

struct kern;

extern const struct config config_default;

int config_read(struct kern *kern, struct config *config);
uint32_t config_idle_time(const struct config *config, uint8_t proto);

#endif /* _MAGLEVADM_CONFIG_H */
