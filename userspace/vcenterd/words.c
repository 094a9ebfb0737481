// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include "words.h"

/* In the order of the numbers. */
static const char *const vm_states[] = { "unknown", "creating", "running", "stopped", "moving",
					 "deleting", "failed" };
/* What follows a failure is nobody's request. */
static const char *const vm_ops[] = {
	[VM_OP_CREATE] = "create",
	[VM_OP_DELETE] = "delete",
	[VM_OP_START] = "start",
	[VM_OP_STOP] = "stop",
	[VM_OP_ADOPT] = "register",
	[VM_OP_UPDATE] = "update",
	[VM_OP_SUSPEND] = "suspend",
	[VM_OP_RESUME] = "resume",
	[VM_OP_REBOOT] = "reboot",
	[VM_OP_RESIZE] = "resize",
	[VM_OP_PLUG] = "plug",
	[VM_OP_UNPLUG] = "unplug",
	[VM_OP_REGROUP] = "regroup",
};
static const char *const unknowns[] = { "drop", "ask", "flood", "relay" };
static const char *const bums[] = { "none", "replicate" };
static const char *const arps[] = { "off", "answer" };
static const char *const arp_unknowns[] = { "flood", "ask", "drop" };
static const char *const distributions[] = { "push", "on-demand", "auto" };
static const char *const claims[] = { "placed", "open" };
static const char *const lookups[] = { "not-found", "found", "moving" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int parse(const char *const *words, size_t n, const char *word, uint32_t *ret)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(words[i], word))
			continue;
		*ret = i;
		return 0;
	}
	return -EINVAL;
}

const char *word_vm_state(uint32_t state)
{
	if (state == NVO3__VM_STATE__VM_SUSPENDED)
		return "suspended";
	return vm_states[state < COUNT(vm_states) ? state : 0];
}

const char *word_vm_op(enum vm_op op)
{
	return vm_ops[op];
}

const char *word_unknown(uint32_t policy)
{
	return unknowns[policy < COUNT(unknowns) ? policy : 0];
}

const char *word_bum(uint32_t policy)
{
	return bums[policy < COUNT(bums) ? policy : 0];
}

const char *word_distribution(uint32_t mode)
{
	return distributions[mode < COUNT(distributions) ? mode : 0];
}

const char *word_arp(uint32_t policy)
{
	return arps[policy < COUNT(arps) ? policy : 0];
}

const char *word_arp_unknown(uint32_t policy)
{
	return arp_unknowns[policy < COUNT(arp_unknowns) ? policy : 0];
}

const char *word_lookup(uint32_t result)
{
	return lookups[result < COUNT(lookups) ? result : 0];
}

int word_unknown_parse(const char *word, uint32_t *ret)
{
	return parse(unknowns, COUNT(unknowns), word, ret);
}

int word_bum_parse(const char *word, uint32_t *ret)
{
	return parse(bums, COUNT(bums), word, ret);
}

int word_arp_parse(const char *word, uint32_t *ret)
{
	return parse(arps, COUNT(arps), word, ret);
}

int word_arp_unknown_parse(const char *word, uint32_t *ret)
{
	return parse(arp_unknowns, COUNT(arp_unknowns), word, ret);
}

const char *word_claims(uint32_t mode)
{
	return claims[mode < COUNT(claims) ? mode : 0];
}

int word_claims_parse(const char *word, uint32_t *ret)
{
	return parse(claims, COUNT(claims), word, ret);
}

int word_distribution_parse(const char *word, uint32_t *ret)
{
	return parse(distributions, COUNT(distributions), word, ret);
}
