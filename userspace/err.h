/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_ERR_H
#define _MAGLEVADM_ERR_H

/* Exit codes; ipvsadm's scripts know 2 as "the command line is wrong". */
#define EXIT_OK		0
#define EXIT_FAILED	1	/* the kernel refused, or could not be asked */
#define EXIT_USAGE	2

void err_program(const char *name);
void err_file(const char *name);
void err_line(unsigned long line);
int err_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void err_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int err_failed(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int err_words(const char *words);
void err_no_memory(void) __attribute__((noreturn));

#endif /* _MAGLEVADM_ERR_H */
