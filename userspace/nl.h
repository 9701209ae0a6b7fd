/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_NL_H
#define _MAGLEVADM_NL_H

#include <stdbool.h>
#include <stdint.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

struct ctx;
struct kern;
struct vec;

/* The kernel fills dump pages up to what the reader offers, at most 32 KiB. */
#define KERN_RECEIVE_SIZE	32768

/* Adds what is in one answer to @v. */
typedef void (*kern_read)(struct nlmsghdr *h, struct vec *v);

struct kern *ctx_kern(struct ctx *ctx);
struct kern *kern_open(void);
void kern_close(struct kern *kern);
struct nl_msg *kern_request(struct kern *kern, uint8_t cmd);
struct nl_msg *kern_request_sized(struct kern *kern, uint8_t cmd, size_t size);
int kern_do(struct kern *kern, struct nl_msg *msg);
size_t kern_blames(const struct kern *kern);
int kern_get(struct kern *kern, struct nl_msg *msg, kern_read read,
	     struct vec *v);
int kern_dump(struct kern *kern, struct nl_msg *msg, kern_read read,
	      struct vec *v);
int kern_dump_once(struct kern *kern, struct nl_msg *msg, kern_read read,
		   struct vec *v);
int kern_join(struct kern *kern, const char *group);
int kern_receive(struct kern *kern, void *page, size_t size);
int kern_trace(struct kern *kern, struct nl_msg *msg, kern_read read,
	       struct vec *v, const bool *enough);
const char *kern_why(const struct kern *kern, int err);
int kern_failed(const struct kern *kern, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* _MAGLEVADM_NL_H */
