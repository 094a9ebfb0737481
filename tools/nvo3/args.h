/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words of a command: "keyword value" pairs in any order, each at most once,
 * keywords exact. Pure; every refusal is one sentence that names the word and
 * says what was expected.
 */
#ifndef NVO3_TOOL_ARGS_H
#define NVO3_TOOL_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum arg_type {
	ARG_DEV,	/* const char *, the name as given */
	ARG_NUM,	/* unsigned of size bytes, from min to max; or word, for word_is */
	ARG_RANGE,	/* uint16_t[2], MIN-MAX with both from min to max; or word, for 0-0 */
	ARG_ENUM,	/* uint8_t, index into words */
	ARG_SET,	/* uint8_t, bits of words joined by commas */
	ARG_SWITCH,	/* int: on 1, off 0 */
	ARG_IP,		/* struct ip_addr of either family */
	ARG_IP4,
	ARG_IP6,
	ARG_MAC,	/* struct mac_addr */
	ARG_OWN,	/* by parse(), which wants what is said in expect */
};

struct arg {
	const char *key;
	enum arg_type type;
	void *dst;		/* untouched when the word is not given */
	size_t size;
	uint64_t min, max;
	const char *const *words;	/* ends with NULL */
	const char *word;	/* NULL for none */
	uint64_t word_is;
	int (*parse)(void *dst, const char *text);	/* below 0: not what expect says */
	const char *expect;
	bool many;		/* may be given again; parse() adds to what dst has */
	bool must;
	uint32_t *has, bit;	/* bit is set when the word is given; has may be NULL */
	bool given;		/* filled by args_parse() */
};

#define ARG(t, k, d, ...) { .key = k, .type = ARG_##t, .dst = d, __VA_ARGS__ }
/* A word of @w, with @b set in @h when it is given */
#define ARG_CHOICE(k, d, w, h, b) \
	{ .key = k, .type = ARG_ENUM, .dst = d, .words = w, .has = h, .bit = b }
/* Some words of @w likewise */
#define ARG_WORDS(k, d, w, h, b) \
	{ .key = k, .type = ARG_SET, .dst = d, .words = w, .has = h, .bit = b }
#define ARG_NUMBER(k, d, lo, hi, ...) \
	{ .key = k, .type = ARG_NUM, .dst = d, .size = sizeof(*(d)), .min = lo, .max = hi, \
	  __VA_ARGS__ }

#define ARG_PARSED(k, d, fn, what, ...) \
	{ .key = k, .type = ARG_OWN, .dst = d, .parse = fn, .expect = what, __VA_ARGS__ }

/* Which word of an enum a number is; "?" when this build has no word for it */
const char *args_word(const char *const *words, unsigned int value);

/* @args ends with a NULL key. -EINVAL and a sentence, or 0 */
int args_parse(struct arg *args, int argc, char *const *argv, struct err *err);

#endif
