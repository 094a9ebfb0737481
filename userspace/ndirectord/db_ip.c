// SPDX-License-Identifier: GPL-2.0
/*
 * Who has which IP in a VN; see db_ip.h. Open addressing, as in table.c: what is removed leaves a
 * mark until the index is made anew.
 */
#include <string.h>
#include "db_item.h"

#define MARK		UINT32_MAX	/* as slot's ref: no piece is there */

/* A slot's tag: */
#define TAG_KIND	0x01
#define TAG_WHICH	1		/* shift; 3 bits */
#define TAG_HASH	0xf0

_Static_assert(DB_IPS <= 8, "which of its IPs has 3 bits");

/* An IP as db_ips.h has it, without its prefix. */
struct bytes {
	const uint8_t *at;
	size_t len;
};

struct holder {
	const struct db_ips *ips;
	const struct mac_addr *mac;
};

static struct holder holder_of(enum db_ip_kind kind, const void *piece)
{
	const struct db_placed *placed = piece;
	const struct db_map *map = piece;

	if (kind == DB_IP_MAP)
		return (struct holder){ &map->ips, &map->mac };
	return (struct holder){ &placed->ips, &placed->mac };
}

static enum db_ip_kind kind_of(const struct db_ip_slot *slot)
{
	return slot->tag & TAG_KIND;
}

static struct holder holder_at(const struct db_ip_slot *slot)
{
	return holder_of(kind_of(slot), pool_at(slot->ref));
}

static struct bytes ip_at(const struct db_ip_slot *slot)
{
	struct bytes ip;

	ip.at = db_ips_at(holder_at(slot).ips, slot->tag >> TAG_WHICH & 7, &ip.len);
	return ip;
}

static bool is_same(struct bytes a, struct bytes b)
{
	return a.len == b.len && !memcmp(a.at, b.at, a.len);
}

static bool is_piece(const struct db_ip_slot *slot)
{
	return slot->ref != POOL_NONE && slot->ref != MARK;
}

static struct db_ip_slot slot_of(enum db_ip_kind kind, const void *piece, int which, uint64_t hash)
{
	return (struct db_ip_slot){ pool_ref(piece),
				    kind | which << TAG_WHICH | (hash & TAG_HASH) };
}

static uint32_t after(const struct db_ip_index *x, uint32_t at)
{
	return at + 1 < x->size ? at + 1 : 0;
}

/* Its slot, or NULL. */
static struct db_ip_slot *find(const struct db_ip_index *x, struct bytes ip, uint64_t hash)
{
	struct db_ip_slot *slot;
	uint32_t at;

	if (!x->n)
		return NULL;
	for (at = table_place(hash, x->size); x->slots[at].ref != POOL_NONE; at = after(x, at)) {
		slot = &x->slots[at];
		if (slot->ref != MARK && !((slot->tag ^ hash) & TAG_HASH) &&
		    is_same(ip_at(slot), ip))
			return slot;
	}
	return NULL;
}

static void put(struct db_ip_index *x, struct db_ip_slot slot, uint64_t hash)
{
	uint32_t at = table_place(hash, x->size);

	while (is_piece(&x->slots[at]))
		at = after(x, at);
	x->left -= x->slots[at].ref == MARK;
	x->slots[at] = slot;
	x->n++;
}

static void free_slots(struct db_ip_index *x)
{
	table_room_free(x->slots, x->size * sizeof(*x->slots));
}

static void renew(struct db_ip_index *x)
{
	struct db_ip_index old = *x;
	struct bytes ip;
	uint32_t i;

	*x = (struct db_ip_index){ .size = table_size_for(old.n) };
	x->slots = table_room(x->size * sizeof(*x->slots));
	for (i = 0; i < old.size; i++) {
		if (!is_piece(&old.slots[i]))
			continue;
		ip = ip_at(&old.slots[i]);
		put(x, old.slots[i], table_hash(ip.at, ip.len));
	}
	free_slots(&old);
}

static void remove_slot(struct db_ip_index *x, struct db_ip_slot *slot)
{
	slot->ref = MARK;
	x->left++;
	x->n--;
	if (x->n)
		return;
	free_slots(x);
	*x = (struct db_ip_index){ };
}

const struct mac_addr *db_ip_find(struct db_vn *vn, const struct ip_addr *ip)
{
	struct bytes bytes = { ip->b, ip_addr_len(ip) };
	struct db_ip_slot *slot = find(&vn->ips, bytes, table_hash(bytes.at, bytes.len));

	return slot ? holder_at(slot).mac : NULL;
}

void db_ips_hold(struct db_vn *vn, enum db_ip_kind kind, const void *piece)
{
	const struct db_ips *ips = holder_of(kind, piece).ips;
	struct db_ip_index *x = &vn->ips;
	struct bytes ip;
	uint64_t hash;
	int which;

	for (which = 0; which < ips->n; which++) {
		ip.at = db_ips_at(ips, which, &ip.len);
		hash = table_hash(ip.at, ip.len);
		if (find(x, ip, hash))
			continue;
		if (table_is_full(x->size, x->n + x->left))
			renew(x);
		put(x, slot_of(kind, piece, which, hash), hash);
	}
}

/* The other piece of the same MAC, where it is there and is not gone. */
static const void *partner_of(struct db_vn *vn, enum db_ip_kind kind, const void *piece)
{
	const struct mac_addr *mac = holder_of(kind, piece).mac;

	return kind == DB_IP_MAP ? (void *)db_placement_find(vn, mac) : db_map_find(vn, mac);
}

/* Does @heir have it as well? Then the slot is his. */
static bool inherit(struct db_ip_slot *slot, enum db_ip_kind kind, const void *heir,
		    struct bytes ip, uint64_t hash)
{
	const struct db_ips *ips;
	struct bytes his;
	int which;

	if (!heir)
		return false;
	ips = holder_of(kind, heir).ips;
	for (which = 0; which < ips->n; which++) {
		his.at = db_ips_at(ips, which, &his.len);
		if (!is_same(his, ip))
			continue;
		*slot = slot_of(kind, heir, which, hash);
		return true;
	}
	return false;
}

void db_ips_drop(struct db_vn *vn, enum db_ip_kind kind, const void *piece)
{
	const struct db_ips *ips = holder_of(kind, piece).ips;
	const void *partner = partner_of(vn, kind, piece);
	struct db_ip_slot *slot;
	struct bytes ip;
	uint64_t hash;
	int which;

	for (which = 0; which < ips->n; which++) {
		ip.at = db_ips_at(ips, which, &ip.len);
		hash = table_hash(ip.at, ip.len);
		slot = find(&vn->ips, ip, hash);
		if (slot && slot->ref == pool_ref(piece) &&
		    !inherit(slot, !kind, partner, ip, hash))
			remove_slot(&vn->ips, slot);
	}
}

void db_ips_uninit(struct db_vn *vn)
{
	free_slots(&vn->ips);
	vn->ips = (struct db_ip_index){ };
}
