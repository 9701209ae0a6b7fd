// SPDX-License-Identifier: GPL-2.0
/*
 * A listing that is printed again and again, until a signal ends that or nobody
 * reads it any more: in place on a terminal, one after the other elsewhere.
 *
 * Listings write to standard output whatever it is. So that a frame appears at
 * once and cut to the window, standard output is a file in memory meanwhile; on a
 * terminal so is standard error, for messages would be lost with the screen.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "out.h"
#include "screen.h"
#include "types.h"
#include "watch.h"

/**
 * struct tap - a file descriptor whose output is collected
 * @fd: its number, which writers know
 * @real: where the output is to go, a copy
 * @memory: where it is collected
 */
struct tap {
	int fd;
	int real;
	int memory;
};

/**
 * struct watch - a listing that is watched
 * @in_place: on a terminal's screen
 * @out: standard output
 * @err: standard error, if @in_place
 * @ends: the signals that end it
 * @asleep: the mask while nothing is done, which lets in all that are caught
 */
struct watch {
	bool in_place;
	struct tap out;
	struct tap err;
	sigset_t ends;
	sigset_t asleep;
};

static volatile sig_atomic_t ended, stopped;

/* A frame is being made, and on which screen, or -1. */
static volatile sig_atomic_t busy;
static volatile sig_atomic_t screen = -1;

/*
 * Making a frame may take long, where names are looked up. Nothing of it has been
 * written yet, so it is left where it is.
 */
static void on_end(int signal)
{
	(void)signal;
	ended = 1;
	if (!busy)
		return;
	if (screen >= 0)
		screen_end(screen);
	_exit(EXIT_OK);
}

static void on_stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static void on_other(int signal)
{
	(void)signal;
}

static void catch(int signal, void (*handler)(int), sigset_t *set)
{
	struct sigaction a = { .sa_handler = handler };
	struct sigaction old;

	/* Who started this in the background may have it ignored. */
	if (!sigaction(signal, NULL, &old) && old.sa_handler == SIG_IGN)
		return;
	sigaction(signal, &a, NULL);
	sigaddset(set, signal);
}

/*
 * Signals come in nowhere but in wait_for(), so that none is missed, and those that
 * end it while a frame is made.
 */
static void catch_all(struct watch *w)
{
	sigset_t caught;

	ended = 0;
	stopped = 0;
	sigemptyset(&w->ends);
	catch(SIGINT, on_end, &w->ends);
	catch(SIGTERM, on_end, &w->ends);
	catch(SIGHUP, on_end, &w->ends);
	caught = w->ends;
	if (w->in_place) {
		catch(SIGTSTP, on_stop, &caught);
		catch(SIGCONT, on_other, &caught);
		catch(SIGWINCH, on_other, &caught);
	}
	sigprocmask(SIG_BLOCK, &caught, &w->asleep);
	/* Writing says EPIPE instead. */
	signal(SIGPIPE, SIG_IGN);
}

static int tap_open(struct tap *t, int fd)
{
	t->fd = fd;
	t->real = dup(fd);
	t->memory = memfd_create("maglevadm", MFD_CLOEXEC);
	if (t->real < 0 || t->memory < 0 || dup2(t->memory, fd) < 0)
		return err_failed("cannot collect the output: %s",
				  strerror(errno));
	return 0;
}

static void tap_close(struct tap *t)
{
	dup2(t->real, t->fd);
	close(t->real);
	close(t->memory);
}

/* What was collected, to be freed. */
static char *tap_take(struct tap *t, size_t *len)
{
	struct stat st = { 0 };
	size_t done = 0;
	ssize_t n = 1;
	char *text;

	*len = fstat(t->memory, &st) ? 0 : (size_t)st.st_size;
	text = malloc(*len + 1);
	if (!text)
		err_no_memory();
	while (done < *len && n > 0) {
		n = pread(t->memory, text + done, *len - done, (off_t)done);
		done += n > 0 ? (size_t)n : 0;
	}
	*len = done;
	if (lseek(t->memory, 0, SEEK_SET) || ftruncate(t->memory, 0))
		*len = 0;
	return text;
}

static int draw(struct watch *w)
{
	char *text, *frame;
	size_t len, size;
	int err;

	fflush(stdout);
	text = tap_take(&w->out, &len);
	if (!w->in_place) {
		err = screen_write(w->out.real, text, len);
		free(text);
		return err;
	}
	frame = screen_fit(text, len, screen_window(w->out.real), &size);
	err = screen_write(w->out.real, frame, size);
	free(frame);
	free(text);
	return err;
}

/* Gives the terminal back for as long as the shell has this one stopped. */
static void stop(struct watch *w)
{
	stopped = 0;
	screen_end(w->out.real);
	raise(SIGSTOP);
	screen_begin(w->out.real);
}

/* For @ms, or until a signal; false if it is to end. */
static bool wait_for(struct watch *w, uint64_t ms)
{
	struct pollfd reader = { .fd = w->out.real };
	struct timespec t = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	if (ppoll(&reader, 1, &t, &w->asleep) > 0 &&
	    reader.revents & (POLLERR | POLLHUP))
		return false;
	if (stopped)
		stop(w);
	return !ended;
}

static int make(const struct watch *w, watch_frame frame, void *data)
{
	int err;

	busy = 1;
	sigprocmask(SIG_UNBLOCK, &w->ends, NULL);
	err = frame(data);
	sigprocmask(SIG_BLOCK, &w->ends, NULL);
	busy = 0;
	return err;
}

static int run(struct watch *w, uint64_t ms, watch_frame frame, void *data)
{
	int err;

	do {
		err = make(w, frame, data);
		if (err)
			return err;
		err = draw(w);
		/* Readers go when they have seen enough. */
		if (err == -EPIPE || err == -EIO)
			return EXIT_OK;
		if (err)
			return err_failed("cannot write: %s", strerror(-err));
	} while (wait_for(w, ms));
	return EXIT_OK;
}

static void finish(struct watch *w)
{
	char *text;
	size_t len;

	fflush(stdout);
	if (!w->in_place) {
		tap_close(&w->out);
		return;
	}
	text = tap_take(&w->err, &len);
	screen = -1;
	screen_end(w->out.real);
	tap_close(&w->out);
	tap_close(&w->err);
	(void)screen_write(STDERR_FILENO, text, len);
	free(text);
}

/**
 * watch_run() - print a listing again and again
 * @ms: time from one to the next
 * @in_place: one over the other, if standard output is a terminal that can
 * @frame: prints it once
 * @data: what it needs
 *
 * An interrupt, and a reader that goes, are the way to end it and no failure.
 *
 * Return: an exit code: EXIT_OK, or that of @frame if it fails.
 */
int watch_run(uint64_t ms, bool in_place, watch_frame frame, void *data)
{
	struct watch w = {
		.in_place = in_place && screen_can_draw(STDOUT_FILENO),
	};
	int err;

	fflush(stdout);
	catch_all(&w);
	err = tap_open(&w.out, STDOUT_FILENO);
	if (err)
		return err;
	if (w.in_place) {
		err = tap_open(&w.err, STDERR_FILENO);
		screen = w.out.real;
		screen_begin(w.out.real);
	}
	if (!err)
		err = run(&w, ms, frame, data);
	finish(&w);
	return err;
}

/**
 * watch_time() - say what time it is
 * @o: the listing
 *
 * JSON has the seconds since 1970, text the time of the machine's zone.
 */
void watch_time(struct out *o)
{
	struct timespec t;
	struct tm tm;
	char text[40];

	clock_gettime(CLOCK_REALTIME, &t);
	out_decimal(o, "time", NULL,
		    (double)t.tv_sec + (double)t.tv_nsec / 1e9);
	if (localtime_r(&t.tv_sec, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S%z", &tm))
		out_str(o, NULL, "%s", text);
}
