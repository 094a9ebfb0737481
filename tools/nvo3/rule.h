/* SPDX-License-Identifier: GPL-2.0 */
/* The words of a profile's rules. Pure */
#ifndef NVO3_TOOL_RULE_H
#define NVO3_TOOL_RULE_H

#include <stddef.h>
#include <stdint.h>

#include "addr.h"

struct err;
struct nvo3_rule;

/*
 * @argv begins at the first "rule" and holds nothing but rules. How many there are, with *ret
 * for the caller to free(); or -EINVAL and a sentence.
 */
int rules_parse(struct nvo3_rule **ret, int argc, char *const *argv, struct err *err);

/* For ARG_PARSED(): "10.0.0.0/8" or an address into struct prefix */
struct prefix {
	struct ip_addr ip;
	uint8_t plen;
};

int prefix_parse(void *dst, const char *text);

#endif
