// SPDX-License-Identifier: GPL-2.0
/* Requests as text, for fake_kern.c. */
#include <linux/maglev.h>
#include <netlink/genl/genl.h>

#include "fake.h"

/* Made of the specification: names by number. */
#include "spec_names.h"

/* By the names of the specification, with values in hexadecimal bytes. */
static void log_object(struct nlattr *object)
{
	struct nlattr *attr = nla_data(object);
	const char * const *names = attr_names[nla_type(object)];
	int len = nla_len(object), i;

	for (; nla_ok(attr, len); attr = nla_next(attr, &len)) {
		const unsigned char *data = nla_data(attr);

		log_text(" %s=", names[nla_type(attr)]);
		for (i = 0; i < nla_len(attr); i++)
			log_text("%02x", data[i]);
	}
}

static void log_objects(struct nlattr *object, int len);

/* On a line of its own, behind that of the batch. */
static void log_change(struct nlattr *change)
{
	struct nlattr *cmd = nla_data(change);
	int len = nla_len(change);

	if (!nla_ok(cmd, len) || nla_type(cmd) != MAGLEV_A_CMD) {
		log_text("\n  no command first");
		return;
	}
	log_text("\n  %s", command_names[nla_get_u8(cmd)]);
	cmd = nla_next(cmd, &len);
	log_objects(cmd, len);
}

static void log_objects(struct nlattr *object, int len)
{
	for (; nla_ok(object, len); object = nla_next(object, &len)) {
		if (nla_type(object) == MAGLEV_A_CHANGE) {
			log_change(object);
			continue;
		}
		log_text(" %s", object_names[nla_type(object)]);
		if (nla_type(object) == MAGLEV_A_GENERATION)
			log_text("=%u", nla_get_u32(object));
		else if (nla_len(object)) {
			log_text("{");
			log_object(object);
			log_text(" }");
		}
	}
}

void log_request(struct nl_msg *msg)
{
	struct genlmsghdr *g = genlmsg_hdr(nlmsg_hdr(msg));

	log_text("%s", command_names[g->cmd]);
	log_objects(genlmsg_attrdata(g, 0), genlmsg_attrlen(g, 0));
	log_text("\n");
}
