// SPDX-License-Identifier: GPL-2.0
/*
 * Whose a locator is; see db_locator.h.
 */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>
#include "db_locator.h"
#include "lib/mem.h"

/* One NVE that has it. There are several where a host has taken another name. */
struct holder {
	struct db_nve *nve;
	struct holder *next;
};

struct db_locator {
	struct ip_addr addr;		/* key; has no holes */
	struct holder *holders;
	UT_hash_handle hh;
};

static struct db_locator *find(const struct db *db, const struct ip_addr *addr)
{
	struct db_locator *l;

	HASH_FIND(hh, db->locators, addr, sizeof(*addr), l);
	return l;
}

const struct db_nve *db_locator_owner(const struct db *db, const struct ip_addr *locator,
				      const struct db_nve *nve)
{
	const struct db_locator *l = find(db, locator);
	const struct holder *h;

	for (h = l ? l->holders : NULL; h; h = h->next)
		if (h->nve != nve && !h->nve->stale)
			return h->nve;
	return NULL;
}

static void add(struct db *db, const struct ip_addr *addr, struct db_nve *nve)
{
	struct holder *h = mem_zalloc(sizeof(*h));
	struct db_locator *l = find(db, addr);

	if (!l) {
		l = mem_zalloc(sizeof(*l));
		l->addr = *addr;
		HASH_ADD(hh, db->locators, addr, sizeof(l->addr), l);
	}
	h->nve = nve;
	LL_PREPEND(l->holders, h);
}

static void drop(struct db *db, const struct ip_addr *addr, const struct db_nve *nve)
{
	struct db_locator *l = find(db, addr);
	struct holder *h;

	LL_SEARCH_SCALAR(l->holders, h, nve, nve);
	LL_DELETE(l->holders, h);
	free(h);
	if (l->holders)
		return;
	HASH_DEL(db->locators, l);
	free(l);
}

void db_locators_put(struct db *db, struct db_nve *nve, const struct ip_addr *locators, int n)
{
	int i;

	for (i = 0; i < nve->n_locators && nve->own; i++)
		drop(db, &nve->locators[i], nve);
	nve->n_locators = n < DB_LOCATORS ? n : DB_LOCATORS;
	memcpy(nve->locators, locators, nve->n_locators * sizeof(*locators));
	for (i = 0; i < nve->n_locators && nve->own; i++)
		add(db, &nve->locators[i], nve);
}
