/* SPDX-License-Identifier: GPL-2.0 */
/* RFC 9260, section 3: the UAPI header of this name has no packet formats. */
#ifndef _SHIM_LINUX_SCTP_H
#define _SHIM_LINUX_SCTP_H

#include <linux/types.h>

struct sctphdr {
	__be16 source;
	__be16 dest;
	__be32 vtag;
	__le32 checksum;
};

struct sctp_chunkhdr {
	__u8 type;
	__u8 flags;
	__be16 length;
};

enum sctp_cid {
	SCTP_CID_DATA = 0,
	SCTP_CID_INIT = 1,
	SCTP_CID_INIT_ACK = 2,
	SCTP_CID_ABORT = 6,
	SCTP_CID_SHUTDOWN = 7,
	SCTP_CID_SHUTDOWN_ACK = 8,
	SCTP_CID_SHUTDOWN_COMPLETE = 14,
};

#endif /* _SHIM_LINUX_SCTP_H */
