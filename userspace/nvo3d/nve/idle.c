// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdlib.h>

#include "apply.h"
#include "ask.h"
#include "cleanup.h"
#include "director.h"
#include "idle.h"
#include "log.h"
#include "mem.h"
#include "vn.h"

#define FORGET_MAX 4096u	/* in one message */

unsigned int idle_interest_max = 60000;

struct idle {
	struct nve *nve;
	struct loop_timer *timer;
};

static void look_later(struct idle *idle)
{
	uint32_t seconds = idle->nve->config->nve.idle;

	loop_timer_set(idle->timer, seconds * 1000 / 4);
}

static void look(void *arg)
{
	struct idle *idle = arg;

	idle_look(idle->nve);
	look_later(idle);
}

struct idle *idle_new(struct nve *nve)
{
	struct idle *idle = mem_zalloc(sizeof(*idle));

	idle->nve = nve;
	idle->timer = loop_timer_new(nve->loop, look, idle);
	look_later(idle);
	return idle;
}

void idle_free(struct idle *idle)
{
	if (!idle)
		return;
	loop_timer_free(idle->timer);
	free(idle);
}

/* What the kernel has not used, and we have from the director */
static size_t list_idle(struct nve *nve, struct model_vn *vn, struct mac_addr **ret)
{
	struct kern *k = nve->kern;
	struct mac_addr *macs;
	size_t n, kept = 0;
	struct err err;
	int rc;

	*ret = NULL;
	rc = k->ops->map_idle(k, vn->vni, nve->config->nve.idle, &macs, &n, &err);
	if (rc) {
		if (rc != -EOPNOTSUPP)
			log_err("VNI %u: cannot list what is idle: %s", vn->vni, err.text);
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		if (model_map_lookup(vn, &macs[i]))
			macs[kept++] = macs[i];
	*ret = macs;
	return kept;
}

/* Without an answer to wait for, @answered, nothing that comes later is let through by mistake */
static void let_go(struct nve *nve, struct model_vn *vn, const struct mac_addr *macs, size_t n,
		   bool answered)
{
	struct model_touch touch = {};
	struct err err;

	for (size_t i = 0; i < n; i++) {
		model_touch_map(&touch, model_map_lookup(vn, &macs[i]));
		model_map_forget(vn, model_map_lookup(vn, &macs[i]));
		if (!answered)
			model_forgotten(vn, model_forget_lookup(vn, &macs[i]));
	}
	if (n && apply_maps(nve, vn, &touch, &err))
		log_err("VNI %u: %s", vn->vni, err.text);
	model_touch_uninit(&touch);
}

static void look_at(struct nve *nve, struct nve_vn *vn)
{
	_cleanup_free_ struct mac_addr *macs = NULL;
	size_t n = list_idle(nve, vn->model, &macs);

	for (size_t i = 0; i < n; i += FORGET_MAX)
		director_forget(nve->director, &vn->uuid, macs + i,
				n - i < FORGET_MAX ? n - i : FORGET_MAX);
	let_go(nve, vn->model, macs, n, true);
}

void idle_look(struct nve *nve)
{
	struct nve_vn *vn;

	for (vn = nve->vns; vn; vn = vn->hh.next) {
		if (vn->session != VN_JOINED)
			continue;
		if (vn->by_interest && vn->model->on_demand && vn->model->complete &&
		    !vn->model->in_snapshot)
			look_at(nve, vn);
		vn->crowded = false;
		vn_follow_mode(vn);
	}
}

/* In all VNs but this one */
static size_t interest_elsewhere(struct nve *nve, const struct model_vn *but)
{
	struct model_vn *vn;
	size_t n = 0;

	for (vn = nve->model.vns; vn; vn = vn->hh.next)
		if (vn->partial && vn != but)
			n += HASH_COUNT(vn->maps);
	return n;
}

bool idle_trim(struct nve *nve, struct model_vn *vn)
{
	_cleanup_free_ struct mac_addr *macs = NULL;
	size_t n = list_idle(nve, vn, &macs);

	let_go(nve, vn, macs, n, false);
	return HASH_COUNT(vn->maps) + interest_elsewhere(nve, vn) <= idle_interest_max;
}

int idle_interest(struct nve *nve, struct model_vn *vn, struct mac_addr **ret, size_t *ret_n,
		  struct err *err)
{
	_cleanup_free_ struct nvo3_map *actual = NULL;
	struct kern *k = nve->kern;
	struct mac_addr *macs;
	struct model_map *map;
	size_t n = 0, count = 0;
	int rc = 0;

	/* VNI 0: the kernel does not have the VN yet */
	if (vn->vni)
		rc = k->ops->map_list(k, vn->vni, &actual, &n, err);
	if (rc)
		return rc;
	macs = mem_calloc(n + HASH_COUNT(vn->maps), sizeof(*macs));
	for (size_t i = 0; i < n; i++)
		if (!actual[i].ip.family && actual[i].prov != NVO3_PROV_STATIC &&
		    !model_map_lookup(vn, &actual[i].mac))
			macs[count++] = actual[i].mac;
	for (map = vn->maps; map; map = map->hh.next)
		macs[count++] = map->mac;
	if (count + interest_elsewhere(nve, vn) > idle_interest_max) {
		free(macs);
		return err_set(err, ENOSPC, "it uses %zu mappings, more than can be asked for",
			       count);
	}
	*ret = macs;
	*ret_n = count;
	return 0;
}

void idle_forgotten(struct nve *nve, const struct uuid *uuid, const struct mac_addr *macs, size_t n)
{
	struct model_vn *vn = model_vn_lookup(&nve->model, uuid);
	struct nvo3_miss miss = {};

	for (size_t i = 0; i < n && vn; i++) {
		struct model_forget *forget = model_forget_lookup(vn, &macs[i]);
		bool wanted = forget && forget->wanted;

		if (!forget)
			continue;
		miss.vni = vn->vni;
		miss.dst = macs[i];
		miss.src = forget->asker;
		model_forgotten(vn, forget);
		if (wanted)
			ask_miss(nve, &miss);
	}
}
