/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words and options of a command line. Pure. Option names are exact; "--name VALUE" and
 * "--name=VALUE" are the same.
 */
#ifndef NVO3CTL_ARGS_H
#define NVO3CTL_ARGS_H

#include <stdbool.h>
#include "lib/errs.h"

enum opt_kind { OPT_FLAG, OPT_TEXT, OPT_NUMBER };

/* A table of them ends with a NULL name. */
struct opt {
	const char *name;	/* with its dashes */
	enum opt_kind kind;
	bool required;
	bool many;
	long long min, max;	/* OPT_NUMBER */
};

#define ARGS_WORDS 8
#define ARGS_VALUES 64

struct args {
	const char *words[ARGS_WORDS];
	int n_words;
	struct {
		const char *name;	/* the table's */
		const char *text;
		long long number;
	} values[ARGS_VALUES];
	int n_values;
};

/*
 * Adds to *args, which starts empty; texts are borrowed from @argv. Stops before the first
 * word when @leading. Returns how many of @argv were used, or -EINVAL with a sentence.
 */
int args_parse(struct args *args, const struct opt *opts, const struct opt *more, bool leading,
	       int argc, char **argv, struct err *err);
/* Are all required options there, and not more than @max words? */
int args_check(const struct args *args, const struct opt *opts, int max, struct err *err);

bool args_has(const struct args *args, const char *name);
const char *args_text(const struct args *args, const char *name);	/* NULL if absent */
/* The next value of a repeated option; *i starts at 0. NULL at the end. */
const char *args_next(const struct args *args, const char *name, int *i);
/* False if absent; *ret is set only when it is there. */
bool args_number(const struct args *args, const char *name, long long *ret);

#endif /* NVO3CTL_ARGS_H */
