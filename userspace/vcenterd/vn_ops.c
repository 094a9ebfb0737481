// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "inventory_pool.h"
#include "lib/http_watch.h"
#include "persist.h"
#include "session_director.h"
#include "session_peer.h"
#include "vn_ops.h"
#include "words.h"
#include "view.h"

static bool same_policies(const struct vn *a, const struct vn *b)
{
	return a->unknown == b->unknown && a->bum == b->bum &&
	       a->distribution == b->distribution && a->arp == b->arp &&
	       a->arp_unknown == b->arp_unknown && a->claims == b->claims &&
	       !memcmp(&a->packed, &b->packed, sizeof(a->packed));
}

static void take_policies(struct vn *vn, const struct vn *from)
{
	vn->unknown = from->unknown;
	vn->bum = from->bum;
	vn->distribution = from->distribution;
	vn->arp = from->arp;
	vn->arp_unknown = from->arp_unknown;
	vn->claims = from->claims;
	vn_set_subnets(vn, &from->subnets);
}

static bool is_same(const struct vn *a, const struct vn *b)
{
	return !strcmp(a->name, b->name) && a->vni == b->vni && !strcmp(a->tenant, b->tenant) &&
	       same_policies(a, b) && !strcmp(a->home_dc, b->home_dc);
}

static void tell_watchers(struct vcenter *vc, const struct vn *vn, bool gone)
{
	if (http_watch_wanted(vc->watch, "vns"))
		http_watch_say(vc->watch, "vns", gone, view_vn(vn));
}

static int add(struct vcenter *vc, const struct vn *tmpl, struct vn **ret, struct err *err)
{
	struct vn *vn = inventory_vn_add(vc->inv, tmpl, err);
	int res;

	if (!vn)
		return -EEXIST;
	res = persist_vn(vc->store, vn, err);
	if (res) {
		inventory_vn_del(vc->inv, vn, NULL);
		return res;
	}
	session_director_vn_set(vc, vn);
	tell_watchers(vc, vn, false);
	*ret = vn;
	return 0;
}

int vn_ops_create(struct vcenter *vc, const struct vn *tmpl, struct vn **ret, struct err *err)
{
	struct vn *vn = inventory_vn(vc->inv, &tmpl->uuid);
	int res;

	if (vn && is_same(vn, tmpl)) {
		*ret = vn;
		return 0;
	}
	if (vn)
		return err_set(err, EEXIST, "this uuid is taken by VN %s of %s", vn->name,
			       vn->home_dc);
	res = store_room(vc->store, err) ?: add(vc, tmpl, ret, err);
	if (res)
		return res;
	note(vc, "vn-create", tmpl->name, "VNI %u", tmpl->vni);
	session_peer_vn_set(vc, *ret);
	return 0;
}

static int set_policies(struct vcenter *vc, struct vn *vn, const struct vn *want, struct err *err)
{
	struct vn old = *vn;
	int ret;

	take_policies(vn, want);
	ret = persist_vn(vc->store, vn, err);
	if (ret) {
		take_policies(vn, &old);
		return ret;
	}
	if (memcmp(&vn->packed, &old.packed, sizeof(old.packed)))
		inventory_vn_set_subnets(vc->inv, vn, &want->subnets);
	note(vc, "vn-set", vn->name,
	     "unknown %s, bum %s, distribution %s, arp %s, arp-unknown %s, %d subnets",
	     word_unknown(vn->unknown), word_bum(vn->bum), word_distribution(vn->distribution),
	     word_arp(vn->arp), word_arp_unknown(vn->arp_unknown), vn->subnets.n);
	session_director_vn_set(vc, vn);
	tell_watchers(vc, vn, false);
	return 0;
}

static bool has_prefix(const struct subnets *s, const struct ip_prefix *p)
{
	for (int i = 0; i < s->n; i++)
		if (s->v[i].prefix.len == p->len && ip_addr_equal(&s->v[i].prefix.addr, &p->addr))
			return true;
	return false;
}

/* A guest must not lose who answers it. */
static int check_subnets(const struct vn *vn, const struct vn *want, struct err *err)
{
	char prefix[IP_PREFIX_STRLEN];

	for (int i = 0; i < vn->subnets.n; i++) {
		const struct ip_prefix *p = &vn->subnets.v[i].prefix;

		if (inventory_pool_used(vn, i) && !has_prefix(&want->subnets, p))
			return err_set(err, EBUSY, "subnet %s of VN %s is used by %u addresses",
				       ip_prefix_format(p, prefix), vn->name,
				       inventory_pool_used(vn, i));
	}
	return 0;
}

int vn_ops_set(struct vcenter *vc, struct vn *vn, const struct vn *want, struct err *err)
{
	int ret;

	if (strcmp(vn->home_dc, vc->conf.dc))
		return err_set(err, EACCES, "VN %s belongs to %s and is changed there", vn->name,
			       vn->home_dc);
	if (same_policies(vn, want))
		return 0;
	if (check_subnets(vn, want, err))
		return -EBUSY;
	ret = set_policies(vc, vn, want, err);
	if (!ret)
		session_peer_vn_set(vc, vn);
	return ret;
}

int vn_ops_delete(struct vcenter *vc, struct vn *vn, struct err *err)
{
	struct vn old = *vn;
	int ret;

	if (strcmp(vn->home_dc, vc->conf.dc))
		return err_set(err, EACCES, "VN %s belongs to %s and is deleted there", vn->name,
			       vn->home_dc);
	if (vn->users)
		return inventory_vn_del(vc->inv, vn, err);
	ret = persist_vn_del(vc->store, &vn->uuid, true, err);
	if (ret)
		return ret;
	inventory_vn_del(vc->inv, vn, NULL);
	memset(old.pools, 0, sizeof(old.pools));
	note(vc, "vn-delete", old.name, "deleted");
	tell_watchers(vc, &old, true);
	session_director_vn_del(vc, &old.uuid);
	session_peer_vn_del(vc, &old.uuid);
	return 0;
}

/* Name and VNI of a VN may not change under the VMs that use it, its policies may. */
static int set_again(struct vcenter *vc, struct vn *vn, const struct vn *tmpl, struct err *err)
{
	struct vn new = *vn;

	if (is_same(vn, tmpl))
		return 0;
	take_policies(&new, tmpl);
	if (is_same(&new, tmpl))
		return set_policies(vc, vn, tmpl, err);
	return err_set(err, EEXIST, "VN %s of %s is known here with other properties", vn->name,
		       vn->home_dc);
}

int vn_ops_peer_set(struct vcenter *vc, const char *dc, const struct vn *tmpl, struct err *err)
{
	struct vn *vn = inventory_vn(vc->inv, &tmpl->uuid);
	int ret;

	if (strcmp(tmpl->home_dc, dc))
		ret = err_set(err, EACCES, "VN %s belongs to %s, not to %s", tmpl->name,
			      tmpl->home_dc, dc);
	else if (vn)
		ret = set_again(vc, vn, tmpl, err);
	else
		ret = add(vc, tmpl, &vn, err);
	if (ret)
		note_alert(vc, "vn-conflict", tmpl->name, "VN of %s refused: %s", dc, err->text);
	return ret;
}

int vn_ops_peer_del(struct vcenter *vc, const char *dc, const struct uuid *uuid, struct err *err)
{
	struct vn *vn = inventory_vn(vc->inv, uuid);
	struct vn old;
	int ret;

	if (!vn)
		return 0;
	if (strcmp(vn->home_dc, dc))
		return err_set(err, EACCES, "VN %s belongs to %s, not to %s", vn->name,
			       vn->home_dc, dc);
	old = *vn;
	if (vn->users)
		return inventory_vn_del(vc->inv, vn, err);
	ret = persist_vn_del(vc->store, uuid, false, err);
	if (ret)
		return ret;
	inventory_vn_del(vc->inv, vn, NULL);
	memset(old.pools, 0, sizeof(old.pools));
	note(vc, "vn-delete", old.name, "deleted by %s", dc);
	tell_watchers(vc, &old, true);
	session_director_vn_del(vc, uuid);
	return 0;
}
