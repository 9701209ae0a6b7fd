// SPDX-License-Identifier: GPL-2.0
/*
 * What fake_kern.c has in place of the C library: getnameinfo() is logged in
 * $FAKE_LOG and knows every host as "name", or as $FAKE_HOST. The clock stands
 * still but for the time that is slept.
 */
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fake.h"

/**
 * log_text() - add to the log
 * @fmt: as printf()
 */
void log_text(const char *fmt, ...)
{
	const char *name = getenv("FAKE_LOG");
	FILE *f = name ? fopen(name, "a") : NULL;
	va_list ap;

	if (!f)
		return;
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	fclose(f);
}

int getnameinfo(const struct sockaddr *sa, socklen_t salen, char *host,
		socklen_t hostlen, char *serv, socklen_t servlen, int flags)
{
	(void)sa;
	(void)salen;
	(void)serv;
	(void)servlen;
	(void)flags;
	log_text("getnameinfo\n");
	snprintf(host, hostlen, "%s",
		 getenv("FAKE_HOST") ? getenv("FAKE_HOST") : "name");
	return 0;
}

static struct timespec now;

int clock_gettime(clockid_t clock, struct timespec *t)
{
	(void)clock;
	*t = now;
	return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *t,
		    struct timespec *left)
{
	(void)clock;
	(void)flags;
	(void)left;
	now.tv_sec += t->tv_sec;
	log_text("sleep\n");
	return 0;
}
