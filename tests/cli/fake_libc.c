// SPDX-License-Identifier: GPL-2.0
/*
 * What fake_kern.c has in place of the C library: getnameinfo() is logged in
 * $FAKE_LOG and knows every host as "name", or as $FAKE_HOST; with $FAKE_SLOW set
 * it does not come back. The clock stands still but for the time that is slept. With
 * $FAKE_SLEEPS set, waiting for a signal takes no time, too, and after so many times
 * the signal to end comes.
 */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

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
	if (getenv("FAKE_SLOW"))
		pause();
	snprintf(host, hostlen, "%s",
		 getenv("FAKE_HOST") ? getenv("FAKE_HOST") : "name");
	return 0;
}

static struct timespec now;

static void pass(const struct timespec *t)
{
	now.tv_sec += t->tv_sec;
	now.tv_nsec += t->tv_nsec;
	if (now.tv_nsec >= 1000000000) {
		now.tv_nsec -= 1000000000;
		now.tv_sec++;
	}
}

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
	pass(t);
	log_text("sleep\n");
	return 0;
}

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *t,
	  const sigset_t *mask)
{
	const char *sleeps = getenv("FAKE_SLEEPS");
	struct timespec left = *t;
	static long count;

	pass(t);
	if (!sleeps)
		return (int)syscall(SYS_ppoll, fds, n, &left, mask,
				    _NSIG / 8);
	log_text("sleep\n");
	if (count++ < atol(sleeps))
		return 0;
	sigprocmask(SIG_SETMASK, mask, NULL);
	raise(SIGTERM);
	errno = EINTR;
	return -1;
}
