// SPDX-License-Identifier: GPL-2.0

#include <stdlib.h>

#include "mem.h"
#include "model_ip.h"

static struct model_ip *find(struct model_ip *ips, const struct ip_addr *ip)
{
	struct model_ip *entry;

	HASH_FIND(hh, ips, ip, sizeof(*ip), entry);
	return entry;
}

/* Where the claim is, or where it would be */
static struct model_claim **place(struct model_ip *entry, const struct mac_addr *mac, bool own)
{
	struct model_claim **c = &entry->claims;

	while (*c && !((*c)->own == own && mac_addr_equal(&(*c)->mac, mac)))
		c = &(*c)->next;
	return c;
}

void model_ip_claim(struct model_ip **ips, const struct ip_addr *ip, const struct mac_addr *mac,
		    bool own, uint64_t epoch)
{
	struct model_ip *entry = find(*ips, ip);
	struct model_claim **c;

	if (!entry) {
		entry = mem_zalloc(sizeof(*entry));
		entry->ip = *ip;
		HASH_ADD(hh, *ips, ip, sizeof(entry->ip), entry);
	}
	c = place(entry, mac, own);
	if (!*c) {
		*c = mem_zalloc(sizeof(**c));
		(*c)->mac = *mac;
		(*c)->own = own;
	}
	(*c)->epoch = epoch;
}

void model_ip_unclaim(struct model_ip **ips, const struct ip_addr *ip, const struct mac_addr *mac,
		      bool own)
{
	struct model_ip *entry = find(*ips, ip);
	struct model_claim **c, *gone;

	if (!entry)
		return;
	c = place(entry, mac, own);
	gone = *c;
	if (!gone)
		return;
	*c = gone->next;
	free(gone);
	if (entry->claims)
		return;
	HASH_DEL(*ips, entry);
	free(entry);
}

void model_ips_uninit(struct model_ip **ips)
{
	struct model_claim *c, *next_claim;
	struct model_ip *entry, *next;

	HASH_ITER(hh, *ips, entry, next) {
		for (c = entry->claims; c; c = next_claim) {
			next_claim = c->next;
			free(c);
		}
		HASH_DEL(*ips, entry);
		free(entry);
	}
}

const struct model_claim *model_ip_holder(struct model_ip *ips, const struct ip_addr *ip)
{
	struct model_ip *entry = find(ips, ip);
	const struct model_claim *c, *best = NULL;

	for (c = entry ? entry->claims : NULL; c; c = c->next)
		if (!best || c->epoch > best->epoch || (c->epoch == best->epoch && c->own))
			best = c;
	return best;
}
