// SPDX-License-Identifier: GPL-2.0
/*
 * Error messages: one line on stderr each, with the program's name and, while a
 * file is being read or restored, the number of the line at fault.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "err.h"

static const char *program = "maglevadm";
static const char *input_file;
static unsigned long input_line;

/**
 * err_program() - set the program's name for messages
 * @name: the name; it has to stay where it is
 */
void err_program(const char *name)
{
	program = name;
}

/**
 * err_file() - set the name of the input file for messages
 * @name: its name, which has to stay where it is, or NULL for standard input
 */
void err_file(const char *name)
{
	input_file = name;
}

/**
 * err_line() - set the number of the input line for messages
 * @line: its number, or 0 for none
 */
void err_line(unsigned long line)
{
	input_line = line;
}

static void message(const char *fmt, va_list ap)
{
	/* Flush what was listed so far, to keep it in front of the message. */
	fflush(stdout);
	fprintf(stderr, "%s: ", program);
	if (input_line && input_file)
		fprintf(stderr, "%s: ", input_file);
	if (input_line)
		fprintf(stderr, "line %lu: ", input_line);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

/**
 * err_note() - say what a command line means although it is carried out
 * @fmt: as printf()
 */
void err_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(fmt, ap);
	va_end(ap);
}

/**
 * err_usage() - report an error in the command line
 * @fmt: as printf()
 *
 * Return: EXIT_USAGE.
 */
int err_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(fmt, ap);
	va_end(ap);
	return EXIT_USAGE;
}

/**
 * err_failed() - report that a command failed
 * @fmt: as printf()
 *
 * Return: EXIT_FAILED.
 */
int err_failed(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(fmt, ap);
	va_end(ap);
	return EXIT_FAILED;
}

/**
 * err_words() - report that a command failed, in words that scripts know
 * @words: all that the message says; the program's name is left out unless a
 *	line of a file has to be named
 *
 * Return: EXIT_FAILED.
 */
int err_words(const char *words)
{
	if (input_line)
		return err_failed("%s", words);
	fflush(stdout);
	fprintf(stderr, "%s\n", words);
	return EXIT_FAILED;
}

/**
 * err_no_memory() - give up where the C library has no memory left
 */
void err_no_memory(void)
{
	exit(err_failed("out of memory"));
}
