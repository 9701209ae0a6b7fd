/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the parsers read a packet, whatever holds it: a socket buffer, or the
 * frame of another entry point. Pure.
 */
#ifndef _MGL_ACCESSOR_H
#define _MGL_ACCESSOR_H

#include <linux/types.h>

/**
 * struct mgl_packet - a packet to be read
 * @data: its first bytes, in one piece
 * @linear: how many
 * @len: length of the whole packet
 * @gso: a packet that is to be segmented: its length field may say 0
 * @copy: copies @len bytes from @off on, wherever they are, to @to; returns 0,
 *	or an error if the packet ends before that
 * @ctx: for @copy
 */
struct mgl_packet {
	const void *data;
	u32 linear;
	u32 len;
	bool gso;
	int (*copy)(const void *ctx, u32 off, void *to, u32 len);
	const void *ctx;
};

/*
 * Returns a pointer to @len bytes of a packet from @off on, into the packet or to
 * @buffer, which has room for them; NULL if the packet ends before.
 */
static inline const void *mgl_packet_read(const struct mgl_packet *p, u32 off,
					  u32 len, void *buffer)
{
	if (p->linear >= len && off <= p->linear - len)
		return (const char *)p->data + off;
	return p->copy(p->ctx, off, buffer, len) ? NULL : buffer;
}

#endif /* _MGL_ACCESSOR_H */
