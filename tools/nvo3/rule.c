// SPDX-License-Identifier: GPL-2.0
#include "rule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "cleanup.h"
#include "errs.h"
#include "nvo3_obj.h"
#include "print.h"

/* Words of one rule behind verdict and direction, "src group 5" made into two */
#define RULE_WORDS_MAX 32

struct range {
	uint16_t first, last;
};

static const struct {
	const char *name;
	uint8_t number;
} protos[] = {
	{ "icmp", 1 }, { "tcp", 6 }, { "udp", 17 }, { "gre", 47 }, { "esp", 50 }, { "ah", 51 },
	{ "icmpv6", 58 }, { "sctp", 132 },
};

static const struct {
	const char *name;
	uint16_t number;
} types[] = {
	{ "ip", 0x0800 }, { "arp", 0x0806 }, { "ipv6", 0x86dd },
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Decimal digits and nothing else, or hexadecimal ones behind 0x; up to @max */
static int parse_number(const char *text, int base, unsigned long max, unsigned long *ret)
{
	const char *digits = base == 16 ? "0123456789abcdefABCDEF" : "0123456789";
	size_t len = strlen(text);

	if (!len || len > 10 || strspn(text, digits) != len)
		return -EINVAL;
	*ret = strtoul(text, NULL, base);
	return *ret > max ? -EINVAL : 0;
}

static int parse_proto(void *dst, const char *text)
{
	unsigned long number;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		if (!strcmp(protos[i].name, text)) {
			*(uint8_t *)dst = protos[i].number;
			return 0;
		}
	if (parse_number(text, 10, UINT8_MAX, &number) < 0)
		return -EINVAL;
	*(uint8_t *)dst = number;
	return 0;
}

static int parse_type(void *dst, const char *text)
{
	unsigned long number;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(types[i].name, text)) {
			*(uint16_t *)dst = types[i].number;
			return 0;
		}
	if (strncmp(text, "0x", 2) || parse_number(text + 2, 16, UINT16_MAX, &number) < 0 ||
	    number < 0x600)
		return -EINVAL;
	*(uint16_t *)dst = number;
	return 0;
}

int prefix_parse(void *dst, const char *text)
{
	const char *slash = strchr(text, '/');
	struct prefix *prefix = dst;
	char addr[IP_ADDR_STRLEN];
	unsigned long plen;
	size_t len = slash ? (size_t)(slash - text) : strlen(text);

	if (len >= sizeof(addr))
		return -EINVAL;
	memcpy(addr, text, len);
	addr[len] = '\0';
	if (ip_addr_parse(&prefix->ip, addr, NULL) < 0)
		return -EINVAL;
	plen = ip_addr_len(&prefix->ip) * 8;
	if (slash && parse_number(slash + 1, 10, plen, &plen) < 0)
		return -EINVAL;
	prefix->plen = plen;
	return 0;
}

static int parse_range(void *dst, const char *text)
{
	const char *dash = strchr(text, '-');
	struct range *range = dst;
	unsigned long first, last;
	char part[8];
	size_t len = dash ? (size_t)(dash - text) : strlen(text);

	if (len >= sizeof(part))
		return -EINVAL;
	memcpy(part, text, len);
	part[len] = '\0';
	if (parse_number(part, 10, UINT16_MAX, &first) < 0 ||
	    parse_number(dash ? dash + 1 : part, 10, UINT16_MAX, &last) < 0 || last < first)
		return -EINVAL;
	range->first = first;
	range->last = last;
	return 0;
}

static int word_of(const char *const *words, const char *text, uint8_t *ret)
{
	uint8_t i;

	for (i = 0; words[i]; i++)
		if (!strcmp(words[i], text)) {
			*ret = i;
			return 0;
		}
	return -EINVAL;
}

/* "src group 5" is two words to the rest of the tool: "src group" and "5" */
static int pair_words(int argc, char *const *argv, char *pairs[RULE_WORDS_MAX], struct err *err)
{
	int i, n = 0;

	for (i = 0; i < argc; i++) {
		bool end = !strcmp(argv[i], "src") || !strcmp(argv[i], "dst");

		if (n + 2 > RULE_WORDS_MAX)
			return err_set(err, EINVAL, "a rule of too many words");
		if (n % 2 == 0 && end && i + 1 < argc && !strcmp(argv[i + 1], "group")) {
			pairs[n++] = *argv[i++] == 's' ? "src group" : "dst group";
			continue;
		}
		pairs[n++] = argv[i];
	}
	return n;
}

static int rule_words(struct nvo3_rule *rule, int argc, char *const *argv, struct err *err)
{
	struct range sport = {}, dport = {};
	struct prefix src = {}, dst = {};
	struct arg args[] = {
		ARG_PARSED("ethertype", &rule->ethertype, parse_type,
			   "ip, arp, ipv6 or a number like 0x88b5"),
		ARG_PARSED("proto", &rule->proto, parse_proto,
			   "a protocol like tcp or a number up to 255", .has = &rule->has,
			   .bit = NVO3_HAS(RULE_PROTO)),
		ARG_PARSED("src", &src, prefix_parse, "a prefix like 10.0.0.0/8",
			   .has = &rule->has, .bit = NVO3_HAS(RULE_SRC_PLEN)),
		ARG_PARSED("dst", &dst, prefix_parse, "a prefix like 10.0.0.0/8",
			   .has = &rule->has, .bit = NVO3_HAS(RULE_DST_PLEN)),
		ARG_NUMBER("src group", &rule->src_group, 1, UINT32_MAX),
		ARG_NUMBER("dst group", &rule->dst_group, 1, UINT32_MAX),
		ARG_PARSED("sport", &sport, parse_range, "a port or a range like 1024-65535",
			   .has = &rule->has,
			   .bit = NVO3_HAS(RULE_SPORT) | NVO3_HAS(RULE_SPORT_LAST)),
		ARG_PARSED("dport", &dport, parse_range, "a port or a range like 1024-65535",
			   .has = &rule->has,
			   .bit = NVO3_HAS(RULE_DPORT) | NVO3_HAS(RULE_DPORT_LAST)),
		{},
	};
	int r = args_parse(args, argc, argv, err);

	rule->src = src.ip;
	rule->src_plen = src.plen;
	rule->dst = dst.ip;
	rule->dst_plen = dst.plen;
	rule->sport = sport.first;
	rule->sport_last = sport.last;
	rule->dport = dport.first;
	rule->dport_last = dport.last;
	return r;
}

/* @argv begins behind the word "rule" */
static int rule_parse(struct nvo3_rule *rule, int argc, char *const *argv, struct err *err)
{
	char *pairs[RULE_WORDS_MAX];
	int n;

	rule->has = NVO3_HAS(RULE_VERDICT) | NVO3_HAS(RULE_DIR);
	if (argc < 1 || word_of(words_verdict, argv[0], &rule->verdict) < 0)
		return err_set(err, EINVAL, "\"rule\" needs permit or deny, not \"%s\"",
			       argc < 1 ? "" : argv[0]);
	if (argc < 2 || word_of(words_dir, argv[1], &rule->dir) < 0)
		return err_set(err, EINVAL, "\"rule %s\" needs from-vm or to-vm, not \"%s\"",
			       argv[0], argc < 2 ? "" : argv[1]);
	n = pair_words(argc - 2, argv + 2, pairs, err);
	return n < 0 ? n : rule_words(rule, n, pairs, err);
}

int rules_parse(struct nvo3_rule **ret, int argc, char *const *argv, struct err *err)
{
	_cleanup_free_ struct nvo3_rule *rules = calloc(argc + 1, sizeof(*rules));
	int i, end, r, n = 0;

	if (!rules)
		return err_set(err, ENOMEM, "out of memory");
	for (i = 0; i < argc; i = end) {
		for (end = i + 1; end < argc && strcmp(argv[end], "rule"); end++)
			;
		r = rule_parse(&rules[n++], end - i - 1, argv + i + 1, err);
		if (r < 0)
			return r;
	}
	*ret = steal_ptr(rules);
	return n;
}
