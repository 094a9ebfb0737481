// SPDX-License-Identifier: GPL-2.0
#include "args.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "errs.h"

/* A list of alternatives as in a sentence: "drop, ask or flood" */
struct choice {
	char text[400];
	size_t n;
	const char *held;
};

static void choice_put(struct choice *c, const char *sep, const char *word)
{
	size_t len = strlen(c->text);

	snprintf(c->text + len, sizeof(c->text) - len, "%s%s", sep, word);
}

/* Held back by one, because the last has another word before it */
static void choice_add(struct choice *c, const char *word)
{
	if (c->held)
		choice_put(c, c->n++ ? ", " : "", c->held);
	c->held = word;
}

static const char *choice_end(struct choice *c)
{
	if (c->held)
		choice_put(c, c->n ? " or " : "", c->held);
	return c->text;
}

const char *args_word(const char *const *words, unsigned int value)
{
	while (*words && value--)
		words++;
	return *words ? *words : "?";
}

/* Digits up to @end, which is set behind them; false if they are none or too many */
static bool read_digits(const char *text, const char **end, uint64_t *ret)
{
	const char *p = text;
	uint64_t v = 0;

	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, *p - '0', &v))
			return false;
	*end = p;
	*ret = v;
	return p > text;
}

static int refuse_num(const struct arg *a, const char *what, const char *text, struct err *err)
{
	return err_set(err, EINVAL,
		       "\"%s\" needs %s from %" PRIu64 " to %" PRIu64 "%s%s, not \"%s\"", a->key,
		       what, a->min, a->max, a->word ? " or " : "", a->word ? a->word : "", text);
}

static int parse_range(const struct arg *a, const char *text, struct err *err)
{
	uint16_t *range = a->dst;
	uint64_t min, max;
	const char *p;

	if (a->word && !strcmp(text, a->word)) {
		range[0] = 0;
		range[1] = 0;
		return 0;
	}
	if (!read_digits(text, &p, &min) || *p != '-' || !read_digits(p + 1, &p, &max) || *p ||
	    min < a->min || max > a->max || min > max)
		return refuse_num(a, "a range like MIN-MAX", text, err);
	range[0] = min;
	range[1] = max;
	return 0;
}

static int parse_num(const struct arg *a, const char *text, struct err *err)
{
	const char *p;
	uint64_t v;

	if (a->word && !strcmp(text, a->word))
		v = a->word_is;
	else if (!read_digits(text, &p, &v) || *p || v < a->min || v > a->max)
		return refuse_num(a, "a number", text, err);
	switch (a->size) {
	case 1:
		*(uint8_t *)a->dst = v;
		return 0;
	case 2:
		*(uint16_t *)a->dst = v;
		return 0;
	case 4:
		*(uint32_t *)a->dst = v;
		return 0;
	default:
		*(uint64_t *)a->dst = v;
		return 0;
	}
}

/* The word of @len characters among @words: its index, or -1 */
static int find_word(const char *const *words, const char *text, size_t len)
{
	int i;

	for (i = 0; words[i]; i++)
		if (strlen(words[i]) == len && !strncmp(words[i], text, len))
			return i;
	return -1;
}

static int refuse_word(const struct arg *a, const char *how, const char *text, struct err *err)
{
	struct choice c = {};
	int i;

	for (i = 0; a->words[i]; i++)
		choice_add(&c, a->words[i]);
	return err_set(err, EINVAL, "\"%s\" needs %s%s, not \"%s\"", a->key, how, choice_end(&c),
		       text);
}

static int parse_enum(const struct arg *a, const char *text, struct err *err)
{
	int i = find_word(a->words, text, strlen(text));

	if (i < 0)
		return refuse_word(a, "", text, err);
	*(uint8_t *)a->dst = i;
	return 0;
}

static int parse_set(const struct arg *a, const char *text, struct err *err)
{
	const char *p = text;
	uint8_t set = 0;
	size_t len;
	int i;

	for (;; p += len + 1) {
		len = strcspn(p, ",");
		i = find_word(a->words, p, len);
		if (i < 0)
			return refuse_word(a, "a list like \"a,b\" of ", text, err);
		set |= 1u << i;
		if (!p[len])
			break;
	}
	*(uint8_t *)a->dst = set;
	return 0;
}

static int parse_switch(const struct arg *a, const char *text, struct err *err)
{
	bool on = !strcmp(text, "on");

	if (!on && strcmp(text, "off"))
		return err_set(err, EINVAL, "\"%s\" needs on or off, not \"%s\"", a->key, text);
	*(int *)a->dst = on;
	return 0;
}

static int parse_ip(const struct arg *a, const char *text, struct err *err)
{
	const char *what = a->type == ARG_IP ? "IP" : a->type == ARG_IP4 ? "IPv4" : "IPv6";
	struct ip_addr ip;

	if (ip_addr_parse(&ip, text, NULL) < 0 ||
	    (a->type == ARG_IP4 && ip.family != AF_INET) ||
	    (a->type == ARG_IP6 && ip.family != AF_INET6))
		return err_set(err, EINVAL, "\"%s\" needs an %s address, not \"%s\"", a->key, what,
			       text);
	*(struct ip_addr *)a->dst = ip;
	return 0;
}

static int parse_mac(const struct arg *a, const char *text, struct err *err)
{
	if (mac_addr_parse(a->dst, text, NULL) < 0)
		return err_set(err, EINVAL,
			       "\"%s\" needs a MAC address like 02:00:00:00:00:01, not \"%s\"",
			       a->key, text);
	return 0;
}

static int parse_value(const struct arg *a, const char *text, struct err *err)
{
	switch (a->type) {
	case ARG_DEV:
		*(const char **)a->dst = text;
		return 0;
	case ARG_NUM:
		return parse_num(a, text, err);
	case ARG_RANGE:
		return parse_range(a, text, err);
	case ARG_ENUM:
		return parse_enum(a, text, err);
	case ARG_SET:
		return parse_set(a, text, err);
	case ARG_SWITCH:
		return parse_switch(a, text, err);
	case ARG_IP:
	case ARG_IP4:
	case ARG_IP6:
		return parse_ip(a, text, err);
	case ARG_MAC:
		return parse_mac(a, text, err);
	case ARG_OWN:
		if (a->parse(a->dst, text) < 0)
			return err_set(err, EINVAL, "\"%s\" needs %s, not \"%s\"", a->key,
				       a->expect, text);
		return 0;
	}
	return err_set(err, EINVAL, "\"%s\" cannot be parsed", a->key);
}

static int unexpected(const struct arg *args, const char *word, struct err *err)
{
	struct choice c = {};
	const struct arg *a;

	for (a = args; a->key; a++)
		if (!a->given)
			choice_add(&c, a->key);
	if (!c.held)
		return err_set(err, EINVAL, "\"%s\" is one word too many", word);
	return err_set(err, EINVAL, "\"%s\" is unknown here; expected %s", word, choice_end(&c));
}

static struct arg *find(struct arg *args, const char *word)
{
	struct arg *a;

	for (a = args; a->key; a++)
		if (!strcmp(a->key, word))
			return a;
	return NULL;
}

int args_parse(struct arg *args, int argc, char *const *argv, struct err *err)
{
	struct arg *a;
	int i, r;

	for (i = 0; i < argc; i += 2) {
		a = find(args, argv[i]);
		if (!a)
			return unexpected(args, argv[i], err);
		if (a->given && !a->many)
			return err_set(err, EINVAL, "\"%s\" is given twice", a->key);
		if (i + 1 == argc)
			return err_set(err, EINVAL, "\"%s\" needs a value", a->key);
		r = parse_value(a, argv[i + 1], err);
		if (r < 0)
			return r;
		a->given = true;
		if (a->has)
			*a->has |= a->bit;
	}
	for (a = args; a->key; a++)
		if (a->must && !a->given)
			return err_set(err, EINVAL, "\"%s\" is missing", a->key);
	return 0;
}
