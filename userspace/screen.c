// SPDX-License-Identifier: GPL-2.0
/*
 * A terminal on which a listing is drawn again and again, in place. What every
 * terminal since the VT100 knows is enough for that; nothing else is changed
 * of it, so there is little to put back.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "err.h"
#include "screen.h"

/* The other screen, without a cursor, and back. */
#define ENTER	"\033[?1049h\033[?25l"
#define LEAVE	"\033[?25h\033[?1049l"

/* To the top; after a line, what was there of a longer one goes; likewise below. */
#define HOME	"\033[H"
#define LINE	"\033[K"
#define BELOW	"\033[J"
#define PLAIN	"\033[0m"

static bool is_terminal(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && term && *term && strcmp(term, "dumb");
}

/**
 * screen_can_draw() - tell whether a listing can be drawn in place
 * @fd: where it goes
 *
 * Return: true if it is a terminal that can.
 */
bool screen_can_draw(int fd)
{
	return is_terminal(fd);
}

/**
 * screen_has_colours() - tell whether to use colours unless told otherwise
 * @fd: where the listing goes
 *
 * NO_COLOR is a convention of many programs (no-color.org).
 *
 * Return: true if it is a terminal, and its user does not object.
 */
bool screen_has_colours(int fd)
{
	const char *no = getenv("NO_COLOR");

	return is_terminal(fd) && !(no && *no);
}

static unsigned int from_env(const char *name, unsigned int otherwise)
{
	const char *text = getenv(name);
	int n = text ? atoi(text) : 0;

	return n > 0 ? (unsigned int)n : otherwise;
}

/**
 * screen_window() - get the size of the window
 * @fd: the terminal
 *
 * Return: its size, which may change at any time; 80 columns and 24 rows if it is
 * not known.
 */
struct window screen_window(int fd)
{
	struct winsize size = { 0 };
	struct window w;

	if (ioctl(fd, TIOCGWINSZ, &size) < 0)
		size = (struct winsize){ 0 };
	w.rows = size.ws_row ? size.ws_row : from_env("LINES", 24);
	w.columns = size.ws_col ? size.ws_col : from_env("COLUMNS", 80);
	return w;
}

/**
 * screen_write() - write all of a text
 * @fd: where it goes
 * @text: the text
 * @len: its length
 *
 * Return: 0 or a negative errno.
 */
int screen_write(int fd, const char *text, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, text, len);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/**
 * screen_begin() - take the terminal's screen over
 * @fd: the terminal
 */
void screen_begin(int fd)
{
	(void)screen_write(fd, ENTER, strlen(ENTER));
}

/**
 * screen_end() - give the screen back, as it was
 * @fd: the terminal
 */
void screen_end(int fd)
{
	(void)screen_write(fd, LEAVE, strlen(LEAVE));
}

/* Length of the escape sequence for a colour that @text starts with, or 0. */
static size_t colour(const char *text, const char *end)
{
	const char *p = text;

	if (end - p < 2 || p[0] != '\033' || p[1] != '[')
		return 0;
	for (p += 2; p < end; p++)
		if (*p == 'm')
			return (size_t)(p + 1 - text);
	return 0;
}

/* One line, cut to the window; a colour takes no column. */
static void put_line(FILE *f, const char *text, const char *end,
		     unsigned int columns)
{
	unsigned int column = 0;
	bool coloured = false;
	size_t skip;

	while (text < end) {
		skip = colour(text, end);
		if (skip) {
			fwrite(text, 1, skip, f);
			text += skip;
			coloured = true;
			continue;
		}
		/* The rest of a character in UTF-8 goes where its start went. */
		if (((unsigned char)*text & 0xc0) != 0x80 && column++ >= columns)
			break;
		putc(*text++, f);
	}
	if (coloured)
		fputs(PLAIN, f);
	fputs(LINE, f);
}

/**
 * screen_fit() - make a frame of a listing
 * @text: the listing
 * @len: its length
 * @w: the window
 * @size: length of the frame
 *
 * What is beyond the window's right edge is cut off; instead of lines that do not
 * fit below, the last one says how many they are.
 *
 * Return: what draws the frame over the last one, to be freed.
 */
char *screen_fit(const char *text, size_t len, struct window w, size_t *size)
{
	const char *end = text + len, *eol;
	unsigned long line = 0, lines = 0;
	char *frame = NULL;
	const char *p;
	char more[48];
	FILE *f;

	f = open_memstream(&frame, size);
	if (!f)
		err_no_memory();
	for (p = text; p < end; p++)
		lines += *p == '\n';
	fputs(HOME, f);
	while (text < end) {
		eol = memchr(text, '\n', (size_t)(end - text));
		if (!eol)
			eol = end;
		if (line)
			fputs("\r\n", f);
		if (++line == w.rows && lines > w.rows) {
			snprintf(more, sizeof(more), "(%lu more lines)",
				 lines - w.rows + 1);
			put_line(f, more, more + strlen(more), w.columns);
			break;
		}
		put_line(f, text, eol, w.columns);
		text = eol + 1;
	}
	fputs(BELOW, f);
	if (fclose(f))
		err_no_memory();
	return frame;
}
