/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_SCREEN_H
#define _MAGLEVADM_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct window - size of a terminal's window
 * @rows: lines
 * @columns: characters of a line
 */
struct window {
	unsigned int rows;
	unsigned int columns;
};

bool screen_can_draw(int fd);
bool screen_has_colours(int fd);
struct window screen_window(int fd);
void screen_begin(int fd);
void screen_end(int fd);
int screen_write(int fd, const char *text, size_t len);
char *screen_fit(const char *text, size_t len, struct window w, size_t *size);

#endif /* _MAGLEVADM_SCREEN_H */
