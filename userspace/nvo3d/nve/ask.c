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
	struct ask_addr addr;
};

struct ask {
	struct ask_key key;
	UT_hash_handle hh;
};

static struct ask_key make_key(const struct uuid *vn, const struct ask_addr *addr)
{
	struct ask_key key;

	/* compared as bytes, with what may lie between the fields */
	memset(&key, 0, sizeof(key));
	key.vn = *vn;
	key.addr.mac = addr->mac;
	key.addr.ip = addr->ip;
	return key;
}

static struct ask *find(struct nve *nve, const struct uuid *vn, const struct ask_addr *addr)
{
	struct ask_key key = make_key(vn, addr);
	struct ask *ask;

	HASH_FIND(hh, nve->asks, &key, sizeof(key), ask);
	return ask;
}

static bool is_known(struct model_vn *vn, const struct ask_addr *addr)
{
	if (addr->ip.family)
		return model_ip_holder(vn->ips, &addr->ip);
	return model_map_lookup(vn, &addr->mac);
}

/* True: it is known here, and the kernel has it now unless it has refused it */
static bool told_again(struct nve *nve, struct model_vn *vn, const struct ask_addr *addr)
{
	/* Each frame's question would be a line in the log otherwise */
	struct model_touch touch = { .quiet = true };
	struct err err;

	if (!is_known(vn, addr))
		return false;
	if (addr->ip.family)
		model_touch_ip(&touch, &addr->ip);
	else
		model_touch_mac(&touch, &addr->mac);
	if (apply_maps(nve, vn, &touch, &err))
		log_err("VNI %u: %s", vn->vni, err.text);
	model_touch_uninit(&touch);
	return true;
}

static void ask(struct nve *nve, struct model_vn *vn, const struct ask_addr *addr,
		const struct mac_addr *asker)
{
	struct model_forget *forget = NULL;
	struct ask *new;

	if (!addr->ip.family)
		forget = model_forget_lookup(vn, &addr->mac);
	if (forget) {
		forget->wanted = true;
		forget->asker = *asker;
		return;
	}
	if (find(nve, &vn->uuid, addr) || HASH_COUNT(nve->asks) >= ASKS_MAX)
		return;
	new = mem_zalloc(sizeof(*new));
	new->key = make_key(&vn->uuid, addr);
	HASH_ADD(hh, nve->asks, key, sizeof(new->key), new);
	director_query(nve->director, &vn->uuid, addr, asker);
}

void ask_miss(struct nve *nve, const struct nvo3_miss *miss)
{
	struct model_vn *vn = model_vn_lookup_vni(&nve->model, miss->vni);
	const struct ask_addr addr = { .mac = miss->dst, .ip = miss->addr };
	struct nve_vn *joined;

	/* An operator's VN is none of the director's */
	if (!vn || (!addr.ip.family && !mac_addr_is_unicast(&addr.mac)) ||
	    told_again(nve, vn, &addr))
		return;
	joined = vn_lookup(nve, &vn->uuid);
	if (joined->session != VN_APART && director_can_ask(nve->director))
		ask(nve, vn, &addr, &miss->src);
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

static void say_absent(struct nve *nve, struct model_vn *vn, const struct ask_addr *addr,
		       uint32_t lifetime_ms)
{
	const struct nvo3_miss miss = {
		.vni = vn->vni, .dst = addr->mac, .addr = addr->ip, .lifetime = lifetime_ms,
	};
	struct kern *k = nve->kern;
	struct err err;
	int rc;

	rc = k->ops->miss_absent(k, &miss, &err);
	/* The VN, or the question, may be gone meanwhile */
	if (rc && rc != -EOPNOTSUPP && rc != -ENOENT && rc != -EEXIST)
		log_warn("VNI %u: %s", vn->vni, err.text);
}

static const char *addr_format(const struct ask_addr *addr, char buf[IP_ADDR_STRLEN])
{
	return addr->ip.family ? ip_addr_format(&addr->ip, buf) : mac_addr_format(&addr->mac, buf);
}

void ask_answered(struct nve *nve, const struct uuid *uuid, const struct ask_addr *addr,
		  uint32_t code, const char *text, uint32_t lifetime_ms)
{
	struct model_vn *vn = model_vn_lookup(&nve->model, uuid);
	struct ask *ask = find(nve, uuid, addr);
	char buf[IP_ADDR_STRLEN];

	if (ask) {
		HASH_DEL(nve->asks, ask);
		free(ask);
	}
	/* With OK the mapping came before; what is left open ends in the kernel, in its time */
	if (!vn || code == CODE(OK))
		return;
	if (code != CODE(NOT_FOUND))
		log_debug("VNI %u: no word of %s: %s", vn->vni, addr_format(addr, buf), text);
	else if (!is_known(vn, addr))
		say_absent(nve, vn, addr, sensible(lifetime_ms));
}

void ask_uninit(struct nve *nve)
{
	struct ask *ask, *next;

	HASH_ITER(hh, nve->asks, ask, next) {
		HASH_DEL(nve->asks, ask);
		free(ask);
	}
}
