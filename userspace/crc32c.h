/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_CRC32C_H
#define _MAGLEVADM_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32c(uint32_t crc, const void *data, size_t len);

#endif /* _MAGLEVADM_CRC32C_H */
