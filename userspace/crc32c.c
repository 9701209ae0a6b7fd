// SPDX-License-Identifier: GPL-2.0
/* CRC-32C (Castagnoli), of RFC 3720 appendix B.4, four bytes at a time. */
#include <stdbool.h>

#include "crc32c.h"

#define POLYNOMIAL	0x82f63b78	/* bits reversed */

static uint32_t table[4][256];

static void fill(void)
{
	uint32_t i, k, crc;

	for (i = 0; i < 256; i++) {
		for (crc = i, k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
		table[0][i] = crc;
	}
	for (k = 1; k < 4; k++)
		for (i = 0; i < 256; i++)
			table[k][i] = table[k - 1][i] >> 8 ^
				      table[0][table[k - 1][i] & 0xff];
}

/**
 * crc32c() - compute a checksum, in one go or in pieces
 * @crc: the checksum of what is in front, 0 for nothing
 * @data: the data
 * @len: their length
 *
 * Return: the checksum.
 */
uint32_t crc32c(uint32_t crc, const void *data, size_t len)
{
	const unsigned char *p = data;
	static bool filled;

	if (!filled)
		fill();
	filled = true;
	crc = ~crc;
	for (; len >= 4; len -= 4, p += 4) {
		crc ^= p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
		crc = table[3][crc & 0xff] ^ table[2][crc >> 8 & 0xff] ^
		      table[1][crc >> 16 & 0xff] ^ table[0][crc >> 24];
	}
	for (; len; len--)
		crc = crc >> 8 ^ table[0][(crc ^ *p++) & 0xff];
	return ~crc;
}
