// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings told in columns; see map_columns.h.
 */
#include <errno.h>
#include <string.h>

#include "map_columns.h"
#include "mem.h"

#define MAC_LEN 6
#define IP_LEN 4
/* Of all columns together, a mapping and an NVE */
#define EACH (sizeof(int64_t) + sizeof(Nvo3__Member *) + sizeof(uint32_t) + IP_LEN + MAC_LEN)

bool map_columns_fit(const Nvo3__Mapping *m, uint32_t *len)
{
	if (m->mac.len != MAC_LEN || m->n_ips != 1 || m->ips[0]->addr.len != IP_LEN)
		return false;
	*len = m->ips[0]->len;
	return true;
}

/* One allocation for the columns: their widest first. */
struct map_columns *map_columns_new(size_t size)
{
	struct map_columns *c = mem_zalloc(sizeof(*c) + size * EACH);

	nvo3__map_columns__init(&c->m);
	c->m.epochs = (int64_t *)(c + 1);
	c->m.nves = (Nvo3__Member **)(c->m.epochs + size);
	c->m.nve = (uint32_t *)(c->m.nves + size);
	c->m.ips.data = (uint8_t *)(c->m.nve + size);
	c->m.macs.data = c->m.ips.data + size * IP_LEN;
	return c;
}

void map_columns_free(struct map_columns *c)
{
	free(c);
}

uint32_t map_columns_nve(struct map_columns *c, Nvo3__Member *member)
{
	c->m.nves[c->m.n_nves] = member;
	return c->m.n_nves++;
}

static void add(ProtobufCBinaryData *column, const ProtobufCBinaryData *what)
{
	memcpy(column->data + column->len, what->data, what->len);
	column->len += what->len;
}

/* Epochs are numbers without a sign; that their differences wrap does no harm. */
void map_columns_add(struct map_columns *c, const Nvo3__Mapping *m, uint32_t nve)
{
	size_t n = c->m.n_epochs++;

	c->m.epochs[n] = m->epoch - c->last;
	c->last = m->epoch;
	add(&c->m.macs, &m->mac);
	add(&c->m.ips, &m->ips[0]->addr);
	c->m.len = m->ips[0]->len;
	c->m.nve[n] = nve;
	/* while all are the first one's it is left out */
	if (nve || c->m.n_nve)
		c->m.n_nve = n + 1;
}

/* What a mapping takes while it is spread. */
struct row {
	Nvo3__Mapping map;
	Nvo3__IpPrefix ip, *ips;
};

static int check(const Nvo3__MapColumns *c, struct err *err)
{
	size_t i, n = c->n_epochs;

	if (c->macs.len != n * MAC_LEN || c->ips.len != n * IP_LEN || (c->n_nve && c->n_nve != n))
		return err_set(err, EBADMSG,
			       "columns of %zu epochs, %zu bytes of MACs, %zu of IPs, %zu indexes",
			       n, c->macs.len, c->ips.len, c->n_nve);
	if (n && !c->n_nve && !c->n_nves)
		return err_set(err, EBADMSG, "columns without an NVE");
	for (i = 0; i < c->n_nve; i++) {
		if (c->nve[i] >= c->n_nves)
			return err_set(err, EBADMSG, "columns: mapping %zu is behind NVE %u of %zu",
				       i, c->nve[i], c->n_nves);
	}
	return 0;
}

static Nvo3__Mapping *spread(const Nvo3__MapColumns *c, size_t i, uint64_t epoch, struct row *row)
{
	const Nvo3__Member *nve = c->nves[c->n_nve ? c->nve[i] : 0];

	row->ip = (Nvo3__IpPrefix)NVO3__IP_PREFIX__INIT;
	row->ip.addr = (ProtobufCBinaryData){ IP_LEN, c->ips.data + i * IP_LEN };
	row->ip.len = c->len;
	row->ips = &row->ip;
	row->map = (Nvo3__Mapping)NVO3__MAPPING__INIT;
	row->map.mac = (ProtobufCBinaryData){ MAC_LEN, c->macs.data + i * MAC_LEN };
	row->map.ips = &row->ips;
	row->map.n_ips = 1;
	row->map.epoch = epoch;
	row->map.nve = nve->nve;
	row->map.locators = nve->locators;
	row->map.n_locators = nve->n_locators;
	row->map.stale = nve->stale;
	return &row->map;
}

int map_columns_spread(const Nvo3__MapUpdate *update, Nvo3__MapUpdate *ret, void **room,
		       struct err *err)
{
	const Nvo3__MapColumns *c = update->columns;
	uint64_t epoch = 0;
	struct row *rows;
	size_t i, n;
	int rc;

	*ret = *update;
	*room = NULL;
	if (!c)
		return 0;
	rc = check(c, err);
	if (rc)
		return rc;
	n = c->n_epochs;
	rows = mem_check(malloc(n * sizeof(*rows) + (update->n_set + n + 1) * sizeof(*ret->set)));
	*room = rows;
	ret->columns = NULL;
	ret->set = (Nvo3__Mapping **)(rows + n);
	if (update->n_set)
		memcpy(ret->set, update->set, update->n_set * sizeof(*ret->set));
	for (i = 0; i < n; i++) {
		epoch += c->epochs[i];
		ret->set[ret->n_set++] = spread(c, i, epoch, &rows[i]);
	}
	return 0;
}
