// SPDX-License-Identifier: GPL-2.0

#include "apply.h"
#include "log.h"
#include "own.h"
#include "vn.h"

static struct model_vn *model_of(struct nve *nve, const struct tsi *t)
{
	return model_vn_lookup(&nve->model, &t->vn);
}

static void claim(struct model_vn *vn, const struct tsi *t, struct model_touch *touch)
{
	for (int i = 0; i < t->n_ips; i++) {
		model_ip_claim(&vn->ips, &t->ips[i].addr, &t->mac, true, t->epoch);
		model_touch_ip(touch, &t->ips[i].addr);
	}
}

static void unclaim(struct model_vn *vn, const struct tsi *t, struct model_touch *touch)
{
	for (int i = 0; i < t->n_ips; i++) {
		model_ip_unclaim(&vn->ips, &t->ips[i].addr, &t->mac, true);
		model_touch_ip(touch, &t->ips[i].addr);
	}
}

void own_update(struct nve_tsi *tsi, const struct tsi *before)
{
	struct model_vn *vn = model_of(tsi->nve, &tsi->t);
	struct model_touch touch = {};
	struct err err;

	if (!vn)
		return;
	if (before)
		unclaim(vn, before, &touch);
	if (tsi->t.state == TSI_ACTIVATED)
		claim(vn, &tsi->t, &touch);
	else
		unclaim(vn, &tsi->t, &touch);
	if (touch.n_ips && apply_maps(tsi->nve, vn, &touch, &err))
		log_err("VNI %u: %s", vn->vni, err.text);
	model_touch_uninit(&touch);
}

void own_restore(struct nve_tsi *tsi)
{
	struct model_vn *vn = model_of(tsi->nve, &tsi->t);
	struct model_touch touch = {};

	if (vn && tsi->t.state == TSI_ACTIVATED)
		claim(vn, &tsi->t, &touch);
	model_touch_uninit(&touch);
}
