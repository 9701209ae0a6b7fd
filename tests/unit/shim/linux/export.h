/* SPDX-License-Identifier: GPL-2.0 */
/* No exports in userspace. */
