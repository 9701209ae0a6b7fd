/* SPDX-License-Identifier: GPL-2.0 */
/* Sending a packet to the backend of its flow, once its flow is known. */
#ifndef _MGL_DISPATCH_H
#define _MGL_DISPATCH_H

#include "core/flow.h"
#include "core/reason.h"
#include "pmtu.h"

struct mgl_backend;
struct mgl_net;
struct mgl_service;
struct mgl_vip;
struct sk_buff;

/**
 * struct mgl_parsed - what a packet is, and who gets it
 * @seq: mgl_seq_begin() from before anything of the configuration was read
 * @flow: its flow
 * @at: where its headers are
 * @svc: set by mgl_dispatch(): its service, NULL if there is none
 * @backend: set by mgl_dispatch(): the backend that was selected, or NULL
 */
struct mgl_parsed {
	unsigned int seq;
	struct mgl_flow flow;
	struct mgl_offsets at;
	struct mgl_service *svc;
	struct mgl_backend *backend;
};

bool mgl_dispatch_allowed(const struct mgl_net *mn, struct sk_buff *skb);
enum mgl_reason mgl_dispatch(struct mgl_net *mn, struct sk_buff *skb,
			     const struct mgl_vip *vip,
			     struct mgl_parsed *parsed);

#endif /* _MGL_DISPATCH_H */
