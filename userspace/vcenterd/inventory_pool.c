// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "inventory_pool.h"
#include "pool.h"

_Static_assert(POOL_SIZE_MAX >= SUBNET_RANGE_MAX, "a pool holds any range");

void vn_set_subnets(struct vn *vn, const struct subnets *s)
{
	vn->subnets = *s;
	if (s->n)
		subnets_pack(s, &vn->packed);
	else
		memset(&vn->packed, 0, sizeof(vn->packed));
}

static uint32_t range_size(const struct ip_range *r)
{
	return ip_range_index(r, &r->last) + 1;
}

/* The pool that has the address, and its number there; NULL: none, or it is never given */
static struct pool *find(struct vn *vn, const struct ip_addr *ip, uint32_t *n)
{
	for (int i = 0; i < vn->subnets.n; i++) {
		const struct subnet *s = &vn->subnets.v[i];

		if (!ip_range_has(&s->range, ip))
			continue;
		*n = ip_range_index(&s->range, ip);
		return subnet_is_reserved(s, ip) ? NULL : vn->pools[i].pool;
	}
	return NULL;
}

static void take(struct vn *vn, const struct ip_addr *ip)
{
	struct pool *pool;
	uint32_t n;

	pool = find(vn, ip, &n);
	if (pool)
		pool_take(pool, n);
}

/* Only where it is in the range does it count */
static void reserve(struct vn *vn, int i, const struct ip_range *r)
{
	const struct subnet *s = &vn->subnets.v[i];
	struct ip_addr ip = r->first;

	for (uint32_t n = 0; n < range_size(r); n++) {
		ip = ip_range_at(r, n);
		if (ip_range_has(&s->range, &ip))
			pool_take(vn->pools[i].pool, ip_range_index(&s->range, &ip));
	}
}

/* The network's own addresses are the first and the last one of a prefix: look there only. */
static void reserve_ends(struct vn *vn, int i)
{
	const struct subnet *s = &vn->subnets.v[i];

	if (subnet_is_reserved(s, &s->range.first))
		reserve(vn, i, &(struct ip_range){ s->range.first, s->range.first });
	if (subnet_is_reserved(s, &s->range.last))
		reserve(vn, i, &(struct ip_range){ s->range.last, s->range.last });
}

static void make(struct vn *vn, int i)
{
	const struct subnet *s = &vn->subnets.v[i];
	struct vn_pool *p = &vn->pools[i];

	p->pool = pool_new(range_size(&s->range));
	for (int r = 0; r < s->n_reserved; r++)
		reserve(vn, i, &s->reserved[r]);
	if (s->gateway.family == s->prefix.addr.family)
		reserve(vn, i, &(struct ip_range){ s->gateway, s->gateway });
	reserve_ends(vn, i);
	p->reserved = pool_taken(p->pool);
}

void inventory_vn_free_pools(struct vn *vn)
{
	for (int i = 0; i < SUBNETS_MAX; i++) {
		pool_free(vn->pools[i].pool);
		vn->pools[i] = (struct vn_pool){ NULL };
	}
}

static void take_nics(struct vm *vm, const struct vn *vn)
{
	for (int i = 0; i < vm->n_nics; i++)
		for (int j = 0; j < vm->nics[i].n_ips; j++)
			if (!vn || vm->nics[i].vn == vn)
				take(vm->nics[i].vn, &vm->nics[i].ips[j].addr);
}

void inventory_vn_set_subnets(struct inventory *inv, struct vn *vn, const struct subnets *s)
{
	struct vm *vm;

	inventory_vn_free_pools(vn);
	vn_set_subnets(vn, s);
	for (int i = 0; i < vn->subnets.n; i++)
		make(vn, i);
	if (!vn->subnets.n)
		return;
	for (vm = vm_set_next(&vn->vms, NULL); vm; vm = vm_set_next(&vn->vms, &vm->uuid))
		take_nics(vm, vn);
}

void inventory_pools_take(struct vm *vm)
{
	take_nics(vm, NULL);
}

void inventory_ip_give(struct inventory *inv, struct vn *vn, const struct ip_addr *ip)
{
	struct pool *pool;
	uint32_t n;

	pool = find(vn, ip, &n);
	if (pool && !inventory_vm_by_ip(inv, vn, ip))
		pool_give(pool, n);
}

void inventory_pools_give(struct inventory *inv, const struct vm *vm)
{
	for (int i = 0; i < vm->n_nics; i++)
		for (int j = 0; j < vm->nics[i].n_ips; j++)
			inventory_ip_give(inv, vm->nics[i].vn, &vm->nics[i].ips[j].addr);
}

/*
 * Other DCs than the VN's own begin elsewhere, each at a place of its own, so that they seldom
 * want the same address (FNV-1a of the name).
 */
static uint32_t start_of(const struct inventory *inv, const struct vn *vn, uint32_t size)
{
	uint32_t hash = 2166136261u;

	if (!strcmp(inv->dc, vn->home_dc))
		return 0;
	for (const char *c = inv->dc; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	return hash % size;
}

static int refuse_full(const struct vn *vn, const struct subnet *s, struct err *err)
{
	char prefix[IP_PREFIX_STRLEN], range[IP_RANGE_STRLEN];

	return err_set(err, ENOSPC, "the pool of VN %s, subnet %s, range %s is exhausted",
		       vn->name, ip_prefix_format(&s->prefix, prefix),
		       ip_range_format(&s->range, range));
}

int inventory_ip_take(struct inventory *inv, struct vn *vn, int family, struct ip_prefix *ret,
		      struct err *err)
{
	const struct subnet *full = NULL;

	for (int i = 0; i < vn->subnets.n; i++) {
		const struct subnet *s = &vn->subnets.v[i];
		struct pool *pool = vn->pools[i].pool;
		int64_t n;

		if (s->prefix.addr.family != family)
			continue;
		n = pool_find(pool, start_of(inv, vn, pool_size(pool)));
		if (n >= 0) {
			pool_take(pool, n);
			ret->addr = ip_range_at(&s->range, n);
			ret->len = s->prefix.len;
			return 0;
		}
		full = s;
	}
	return full ? refuse_full(vn, full, err) : -ENOENT;
}

uint32_t inventory_pool_size(const struct vn *vn, int n)
{
	return pool_size(vn->pools[n].pool) - vn->pools[n].reserved;
}

uint32_t inventory_pool_used(const struct vn *vn, int n)
{
	return pool_taken(vn->pools[n].pool) - vn->pools[n].reserved;
}
