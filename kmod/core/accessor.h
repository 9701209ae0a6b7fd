/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packet access for the parsers, independent of the container: a socket buffer,
 * or the frame of another entry point. Pure.
 */
#ifndef _MGL_ACCESSOR_H
#define _MGL_ACCESSOR_H

#include <linux/types.h>

/**
 * struct mgl_packet - a packet to parse
 * @data: the linear part, from the packet's start
 * @linear: length of @data in bytes
 * @len: length of the whole packet in bytes
 * @gso: the packet is to be segmented, so its length field may be 0
 * @copy: copies bytes of the packet, in the linear part or not, to a buffer;
 *	returns 0, or -errno if the packet is shorter
 * @ctx: first argument of @copy
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
 * Returns a pointer to @len bytes at offset @off of a packet, either into the
 * packet or to @buffer, which has room for them; NULL if the packet is shorter.
 */
static inline const void *mgl_packet_read(const struct mgl_packet *p, u32 off,
					  u32 len, void *buffer)
{
	if (p->linear >= len && off <= p->linear - len)
		return (const char *)p->data + off;
	return p->copy(p->ctx, off, buffer, len) ? NULL : buffer;
}

#endif /* _MGL_ACCESSOR_H */
