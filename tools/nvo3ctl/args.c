// SPDX-License-Identifier: GPL-2.0
#include "args.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* @text may go on with "=VALUE". */
static const struct opt *find(const struct opt *opts, const char *text, size_t len)
{
	for (; opts && opts->name; opts++)
		if (strlen(opts->name) == len && strncmp(opts->name, text, len) == 0)
			return opts;
	return NULL;
}

static int to_number(const struct opt *opt, const char *text, long long *ret, struct err *err)
{
	long long value;
	char *end;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || end == text || *end || value < opt->min || value > opt->max)
		return err_set(err, EINVAL, "%s: \"%s\" is not a number from %lld to %lld",
			       opt->name, text, opt->min, opt->max);
	*ret = value;
	return 0;
}

static int add_value(struct args *args, const struct opt *opt, const char *text, struct err *err)
{
	int n = args->n_values;

	if (!opt->many && args_has(args, opt->name))
		return err_set(err, EINVAL, "%s is given twice", opt->name);
	if (n == ARGS_VALUES)
		return err_set(err, EINVAL, "more than %d options", ARGS_VALUES);
	if (opt->kind == OPT_NUMBER && to_number(opt, text, &args->values[n].number, err) < 0)
		return -EINVAL;

	args->values[n].name = opt->name;
	args->values[n].text = text;
	args->n_values++;
	return 0;
}

/* How many of @argv it took */
static int add_option(struct args *args, const struct opt *opts, const struct opt *more, int argc,
		      char **argv, struct err *err)
{
	size_t len = strcspn(argv[0], "=");
	const char *equals = argv[0][len] ? argv[0] + len + 1 : NULL;
	const struct opt *opt = find(opts, argv[0], len) ?: find(more, argv[0], len);
	int r;

	if (!opt)
		return err_set(err, EINVAL, "unknown option \"%.*s\"", (int)len, argv[0]);
	if (opt->kind == OPT_FLAG) {
		if (equals)
			return err_set(err, EINVAL, "%s takes no value", opt->name);
		r = add_value(args, opt, NULL, err);
		return r < 0 ? r : 1;
	}

	if (!equals && argc < 2)
		return err_set(err, EINVAL, "%s needs a value", opt->name);
	r = add_value(args, opt, equals ?: argv[1], err);
	return r < 0 ? r : 1 + !equals;
}

int args_parse(struct args *args, const struct opt *opts, const struct opt *more, bool leading,
	       int argc, char **argv, struct err *err)
{
	bool words_only = false;
	int i = 0, r;

	while (i < argc) {
		if (!words_only && strcmp(argv[i], "--") == 0) {
			words_only = true;
			i++;
			continue;
		}
		if (!words_only && argv[i][0] == '-' && argv[i][1]) {
			r = add_option(args, opts, more, argc - i, argv + i, err);
			if (r < 0)
				return r;
			i += r;
			continue;
		}
		if (leading)
			break;
		if (args->n_words == ARGS_WORDS)
			return err_set(err, EINVAL, "unexpected \"%s\"", argv[i]);
		args->words[args->n_words++] = argv[i++];
	}
	return i;
}

int args_check(const struct args *args, const struct opt *opts, int max, struct err *err)
{
	if (args->n_words > max)
		return err_set(err, EINVAL, "unexpected \"%s\"", args->words[max]);
	for (; opts && opts->name; opts++)
		if (opts->required && !args_has(args, opts->name))
			return err_set(err, EINVAL, "%s is missing", opts->name);
	return 0;
}

static int find_value(const struct args *args, const char *name, int from)
{
	for (int i = from; i < args->n_values; i++)
		if (strcmp(args->values[i].name, name) == 0)
			return i;
	return -1;
}

bool args_has(const struct args *args, const char *name)
{
	return find_value(args, name, 0) >= 0;
}

const char *args_text(const struct args *args, const char *name)
{
	int i = find_value(args, name, 0);

	return i < 0 ? NULL : args->values[i].text;
}

const char *args_next(const struct args *args, const char *name, int *i)
{
	int found = find_value(args, name, *i);

	if (found < 0)
		return NULL;
	*i = found + 1;
	return args->values[found].text;
}

bool args_number(const struct args *args, const char *name, long long *ret)
{
	int i = find_value(args, name, 0);

	if (i < 0)
		return false;
	*ret = args->values[i].number;
	return true;
}
