/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MAGLEVADM_OPTIONS_H
#define _MAGLEVADM_OPTIONS_H

#include <stddef.h>

#include "cmd.h"

/**
 * struct raw_args - arguments whose meaning depends on other options
 * @service: HOST[:PORT] of the service, as typed
 * @ports: PORT or FIRST-LAST of --port, as typed
 * @real: HOST[:PORT] of the backend, as typed
 * @client: HOST[:PORT] of the client, as typed
 */
struct raw_args {
	const char *service;
	const char *ports;
	const char *real;
	const char *client;
};

/**
 * struct option_row - an option as the table lists it
 * @letter: its short form, or 0
 * @name: its long form
 * @arg: what follows it, in brackets if it may be left out, or NULL
 * @bit: OPT_*
 * @set: takes its argument in, returns NULL or what is wrong; NULL: the bit
 *	says everything
 * @help: one line on what it does
 */
struct option_row {
	char letter;
	const char *name;
	const char *arg;
	optmask bit;
	const char *(*set)(struct args *args, struct raw_args *raw,
			   const char *value);
	const char *help;
};

/**
 * struct refusal - an option or command of ipvsadm's that does not work here
 * @letter: its short form, or 0
 * @name: its long form
 * @instead: why not, and what to use
 */
struct refusal {
	char letter;
	const char *name;
	const char *instead;
};

extern const struct command commands[];
extern const size_t n_commands;
extern const struct option_row options[];
extern const size_t n_options;
extern const struct refusal refusals[];
extern const size_t n_refusals;

const struct option_row *option_of_bit(optmask bit);

#endif /* _MAGLEVADM_OPTIONS_H */
