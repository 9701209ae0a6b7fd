/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Datagrams that come in fragments: what became of the first fragment, so that
 * the others follow it. Bounded by construction: an array of buckets, without
 * allocation, timer or reference per datagram. Pure: time is an argument.
 */
#ifndef _MGL_DATAGRAM_H
#define _MGL_DATAGRAM_H

#include <linux/types.h>

#include "reason.h"

/* Datagrams that are remembered at once, and how many compete for a place. */
#define MGL_DATAGRAMS		16384
#define MGL_DATAGRAM_WAYS	8

/**
 * struct mgl_datagram - a datagram whose first fragment has been seen
 * @key: mgl_fragment_key(), not 0
 * @owner: number of the backend that got the first fragment, 0 for none
 * @service: number of its service, valid if @owner is not 0
 * @at: time of the first fragment
 * @reason: what became of the first fragment; means nothing if @owner is not 0,
 *	since fragments after it have sizes and routes of their own
 */
struct mgl_datagram {
	u64 key;
	u32 owner;
	u32 service;
	u32 at;
	enum mgl_reason reason;
};

struct mgl_datagrams;

struct mgl_datagrams *mgl_datagrams_alloc(u32 lifetime);
void mgl_datagrams_free(struct mgl_datagrams *all);

bool mgl_datagrams_find(struct mgl_datagrams *all, u32 now,
			struct mgl_datagram *d);
bool mgl_datagrams_store(struct mgl_datagrams *all,
			 const struct mgl_datagram *d, bool replace);

#endif /* _MGL_DATAGRAM_H */
