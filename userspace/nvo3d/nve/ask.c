// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "ask.h"
#include "cleanup.h"
#include "director.h"
#include "log.h"
#include "mem.h"
#include "vn.h"

#define ASKS_MAX 4096u		/* open at once: as many does the kernel hold frames for */
#define LIFETIME_MS 10000	/* if the director does not say how long nobody has an address */
#define LIFETIME_MAX_MS 86400000

struct ask_key {
	struct uuid vn;
	struct mac_addr mac;
};

struct ask {
	struct ask_key key;
	UT_hash_handle hh;
};

static struct ask_key make_key(const struct uuid *vn, const struct mac_addr *mac)
{
	struct ask_key key;

	/* compared as bytes, with what may lie between the fields */
	memset(&key, 0, sizeof(key));
	key.vn = *vn;
	key.mac = *mac;
	return key;
}

static struct ask *find(struct nve *nve, const struct uuid *vn, const struct mac_addr *mac)
{
	struct ask_key key = make_key(vn, mac);
	struct ask *ask;

	HASH_FIND(hh, nve->asks, &key, sizeof(key), ask);
	return ask;
}

/* True: it is known here, and the kernel has it now unless it has refused it */
static bool told_again(struct nve *nve, struct model_vn *vn, const struct mac_addr *mac)
{
	/* Each frame's question would be a line in the log otherwise */
	struct model_touch touch = { .quiet = true };
	struct err err;

	if (!model_map_lookup(vn, mac))
		return false;
	model_touch_mac(&touch, mac);
	if (apply_maps(nve, vn, &touch, &err))
		log_err("VNI %u: %s", vn->vni, err.text);
	model_touch_uninit(&touch);
	return true;
}

static void ask(struct nve *nve, struct model_vn *vn, const struct nvo3_miss *miss)
{
	struct model_forget *forget = model_forget_lookup(vn, &miss->dst);
	struct ask *new;

	if (forget) {
		forget->wanted = true;
		forget->asker = miss->src;
		return;
	}
	if (find(nve, &vn->uuid, &miss->dst) || HASH_COUNT(nve->asks) >= ASKS_MAX)
		return;
	new = mem_zalloc(sizeof(*new));
	new->key = make_key(&vn->uuid, &miss->dst);
	HASH_ADD(hh, nve->asks, key, sizeof(new->key), new);
	director_query(nve->director, &vn->uuid, &miss->dst, &miss->src);
}

void ask_miss(struct nve *nve, const struct nvo3_miss *miss)
{
	struct model_vn *vn = model_vn_lookup_vni(&nve->model, miss->vni);
	struct nve_vn *joined;

	/* An operator's VN is none of the director's */
	if (!vn || !mac_addr_is_unicast(&miss->dst) || told_again(nve, vn, &miss->dst))
		return;
	joined = vn_lookup(nve, &vn->uuid);
	if (joined->session != VN_APART && director_can_ask(nve->director))
		ask(nve, vn, miss);
}

void ask_vn(struct nve *nve, struct model_vn *vn)
{
	_cleanup_free_ struct nvo3_miss *open = NULL;
	struct kern *k = nve->kern;
	struct err err;
	size_t n = 0;
	int rc;

	rc = k->ops->miss_list(k, vn->vni, &open, &n, &err);
	if (rc && rc != -EOPNOTSUPP)
		log_err("VNI %u: cannot list open questions: %s", vn->vni, err.text);
	for (size_t i = 0; i < n; i++)
		ask_miss(nve, &open[i]);
}

void ask_anew(struct nve *nve, struct model_vn *vn)
{
	struct kern *k = nve->kern;
	struct err err;
	int rc;

	rc = k->ops->miss_forget(k, vn->vni, &err);
	if (rc && rc != -EOPNOTSUPP)
		log_err("VNI %u: cannot forget what was absent: %s", vn->vni, err.text);
	ask_vn(nve, vn);
}

void ask_all(struct nve *nve)
{
	for (struct nve_vn *vn = nve->vns; vn; vn = vn->hh.next)
		if (vn->session == VN_JOINED)
			ask_vn(nve, vn->model);
}

static uint32_t sensible(uint32_t lifetime_ms)
{
	if (!lifetime_ms)
		return LIFETIME_MS;
	return lifetime_ms < LIFETIME_MAX_MS ? lifetime_ms : LIFETIME_MAX_MS;
}

static void say_absent(struct nve *nve, struct model_vn *vn, const struct mac_addr *mac,
		       uint32_t lifetime_ms)
{
	struct kern *k = nve->kern;
	struct err err;
	int rc;

	rc = k->ops->miss_absent(k, vn->vni, mac, lifetime_ms, &err);
	/* The VN, or the question, may be gone meanwhile */
	if (rc && rc != -EOPNOTSUPP && rc != -ENOENT && rc != -EEXIST)
		log_warn("VNI %u: %s", vn->vni, err.text);
}

void ask_answered(struct nve *nve, const struct uuid *uuid, const struct mac_addr *mac,
		  uint32_t code, const char *text, uint32_t lifetime_ms)
{
	struct model_vn *vn = model_vn_lookup(&nve->model, uuid);
	struct ask *ask = find(nve, uuid, mac);
	char buf[MAC_ADDR_STRLEN];

	if (ask) {
		HASH_DEL(nve->asks, ask);
		free(ask);
	}
	/* With OK the mapping came before; what is left open ends in the kernel, in its time */
	if (!vn || code == CODE(OK))
		return;
	if (code != CODE(NOT_FOUND))
		log_debug("VNI %u: no word of %s: %s", vn->vni, mac_addr_format(mac, buf), text);
	else if (!model_map_lookup(vn, mac))
		say_absent(nve, vn, mac, sensible(lifetime_ms));
}

void ask_uninit(struct nve *nve)
{
	struct ask *ask, *next;

	HASH_ITER(hh, nve->asks, ask, next) {
		HASH_DEL(nve->asks, ask);
		free(ask);
	}
}
