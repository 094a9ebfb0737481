// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdlib.h>

#include "cleanup.h"
#include "director.h"
#include "keep.h"
#include "log.h"
#include "mem.h"
#include "msg.h"
#include "policy.h"
#include "policy_msg.h"
#include "port.h"

struct wait {
	nve_done_fn done;
	void *arg;
	struct wait *next;
};

struct policy {
	struct nve *nve;
	struct uuid uuid;		/* key */
	char name[64];
	uint32_t id;			/* in the kernel; 0: not there yet */
	uint64_t version;
	uint16_t vlan;
	struct wait *waiting;		/* in the order in which they came */
	bool telling;			/* them: it stays until all have heard */
	struct loop_timer *give_up;	/* no session comes */
	UT_hash_handle hh;
};

static struct policy *lookup(struct nve *nve, const struct uuid *uuid)
{
	struct policy *p;

	HASH_FIND(hh, nve->policies, uuid, sizeof(*uuid), p);
	return p;
}

static void policy_free(struct policy *p)
{
	HASH_DEL(p->nve->policies, p);
	loop_timer_free(p->give_up);
	free(p);
}

/* @p may be gone afterwards */
static void tell(struct policy *p, uint32_t code, const char *text)
{
	struct wait *w = p->waiting, *next;
	struct nve *nve = p->nve;

	p->waiting = NULL;
	p->telling = true;
	loop_timer_cancel(p->give_up);
	for (; w; w = next) {
		next = w->next;
		w->done(code, text, w->arg);
		free(w);
	}
	p->telling = false;
	policy_collect(nve);
}

static void give_up(void *arg)
{
	tell(arg, CODE(UNAVAILABLE), "no director answers, so the profile is not known");
}

static struct policy *policy_new(struct nve *nve, const struct uuid *uuid)
{
	struct policy *p = mem_zalloc(sizeof(*p));

	p->nve = nve;
	p->uuid = *uuid;
	p->give_up = loop_timer_new(nve->loop, give_up, p);
	HASH_ADD(hh, nve->policies, uuid, sizeof(p->uuid), p);
	return p;
}

void policy_get(struct nve *nve, const struct uuid *uuid, nve_done_fn done, void *arg)
{
	struct policy *p = uuid_is_zero(uuid) ? NULL : lookup(nve, uuid);
	struct wait **tail;

	if (uuid_is_zero(uuid) || (p && p->id)) {
		done(CODE(OK), "", arg);
		return;
	}
	if (!p)
		p = policy_new(nve, uuid);
	for (tail = &p->waiting; *tail; tail = &(*tail)->next)
		;
	*tail = mem_zalloc(sizeof(**tail));
	**tail = (struct wait){ done, arg };
	if (p->waiting->next)
		return;
	if (director_is_up(nve->director))
		director_profile(nve->director, uuid, 0);
	else
		loop_timer_set(p->give_up, NVE_DIRECTOR_WAIT_MS);
}

uint32_t policy_id(struct nve *nve, const struct uuid *uuid)
{
	struct policy *p = uuid_is_zero(uuid) ? NULL : lookup(nve, uuid);

	return p ? p->id : 0;
}

static bool in_use(const struct policy *p)
{
	struct nve_tsi *tsi;

	for (tsi = p->nve->tsis; tsi; tsi = tsi->hh.next)
		if (tsi->t.state != TSI_INIT && uuid_equal(&tsi->t.profile, &p->uuid))
			return true;
	return p->waiting || p->telling;
}

uint16_t policy_vlan(struct nve *nve, const struct uuid *uuid)
{
	struct policy *p = uuid_is_zero(uuid) ? NULL : lookup(nve, uuid);

	return p ? p->vlan : 0;
}

void policy_collect(struct nve *nve)
{
	struct policy *p, *next;
	struct err err;
	int rc;

	HASH_ITER(hh, nve->policies, p, next) {
		if (in_use(p))
			continue;
		rc = p->id ? nve->kern->ops->profile_del(nve->kern, p->id, &err) : 0;
		/* -EBUSY: an operator has given it to a port of his; later */
		if (rc && rc != -ENOENT) {
			log_warn("profile %s stays in the kernel: %s", p->name, err.text);
			continue;
		}
		keep_profile_del(nve, &p->uuid);
		policy_free(p);
	}
}

static uint32_t free_id(struct nve *nve)
{
	uint32_t id = POLICY_ID_FIRST;
	struct policy *p;

	for (p = nve->policies; p; p = p->hh.next)
		if (p->id >= id)
			id = p->id + 1;
	return id;
}

/* Another program may have taken an id of ours: then the next one that is free */
static int add(struct nve *nve, struct policy *p, const Nvo3__Profile *msg,
	       struct nvo3_profile *profile, const struct nvo3_rule *rules, struct err *err)
{
	struct kern *k = nve->kern;
	int rc, tries = 16;

	for (profile->id = free_id(nve); tries--; profile->id++) {
		rc = keep_profile(nve, (Nvo3__Profile *)msg, profile->id, err);
		if (!rc)
			rc = k->ops->profile_add(k, profile, rules, msg->n_rules, false, err);
		if (rc != -EEXIST)
			break;
	}
	if (rc)
		keep_profile_del(nve, &p->uuid);
	return rc;
}

static int replace(struct nve *nve, struct policy *p, const Nvo3__Profile *msg,
		   struct nvo3_profile *profile, const struct nvo3_rule *rules, struct err *err)
{
	struct kern *k = nve->kern;
	int rc;

	profile->id = p->id;
	rc = k->ops->profile_add(k, profile, rules, msg->n_rules, true, err);
	if (!rc && keep_profile(nve, (Nvo3__Profile *)msg, p->id, err))
		log_err("profile %s: %s", msg->name, err->text);
	return rc;
}

/* Into the kernel, as a whole or not at all */
static int apply(struct policy *p, const Nvo3__Profile *msg, struct err *err)
{
	_cleanup_free_ struct nvo3_rule *rules = NULL;
	struct nvo3_profile profile;
	int rc;

	rc = policy_from_msg(msg, &profile, &rules, err);
	if (rc)
		return rc;
	if (p->id)
		rc = replace(p->nve, p, msg, &profile, rules, err);
	else
		rc = add(p->nve, p, msg, &profile, rules, err);
	if (rc)
		return err_prefix(err, rc, "profile %s", msg->name);
	p->id = profile.id;
	p->version = msg->version;
	p->vlan = msg->vlan;
	snprintf(p->name, sizeof(p->name), "%s", msg->name);
	log_info("profile %s, version %llu, with %zu rules is in force", p->name,
		 (unsigned long long)p->version, msg->n_rules);
	return 0;
}

static bool is_about(const struct policy *p, const Nvo3__Profile *msg)
{
	struct uuid uuid;

	return msg_get_uuid(&msg->uuid, &uuid) && uuid_equal(&uuid, &p->uuid);
}

void policy_answered(struct nve *nve, const struct uuid *uuid, uint32_t code, const char *text,
		     const Nvo3__Profile *msg)
{
	struct policy *p = lookup(nve, uuid);
	char id[UUID_STRLEN];
	struct err err;
	int rc;

	if (!p)
		return;
	if (code == CODE(OK) && msg && is_about(p, msg)) {
		rc = apply(p, msg, &err);
		if (rc) {
			log_err("%s", err.text);
			code = nve_errno_code(rc);
			text = err.text;
		}
	} else if (code == CODE(OK) && !p->id) {
		code = CODE(BAD_MESSAGE);
		text = "the director's answer to PROFILE_GET has no such profile";
	} else if (code != CODE(OK) && p->id) {
		/* what is in force stays so while somebody has it */
		log_warn("profile %s stays as it is: %s", p->name, text);
	}
	if (code != CODE(OK) && !p->id)
		log_warn("profile %s: %s", uuid_format(uuid, id), text);
	tell(p, code, text);
}

void policy_update(struct nve *nve, const Nvo3__ProfileUpdate *msg)
{
	struct policy *p = NULL;
	struct uuid uuid;
	struct err err;

	if (msg->profile && msg_get_uuid(&msg->profile->uuid, &uuid))
		p = lookup(nve, &uuid);
	if (!p || !p->id)
		return;
	if (msg->gone)
		log_info("profile %s has been deleted; its ports keep it", p->name);
	else if (msg->profile->version > p->version && apply(p, msg->profile, &err))
		log_err("%s; the version before stays in force", err.text);
}

void policy_session_up(struct nve *nve)
{
	struct policy *p;

	for (p = nve->policies; p; p = p->hh.next) {
		loop_timer_cancel(p->give_up);
		director_profile(nve->director, &p->uuid, p->version);
	}
}

void policy_restore(struct nve *nve, const Nvo3__Profile *msg, uint32_t id)
{
	_cleanup_free_ struct nvo3_rule *rules = NULL;
	struct nvo3_profile profile;
	struct policy *p;
	struct uuid uuid;
	struct err err;
	int rc;

	if (!msg_get_uuid(&msg->uuid, &uuid))
		return;
	p = policy_new(nve, &uuid);
	/* It is there, unless we died between the two, or the module was loaded anew */
	if (policy_from_msg(msg, &profile, &rules, &err))
		log_err("%s", err.text);
	profile.id = id;
	rc = rules ? nve->kern->ops->profile_add(nve->kern, &profile, rules, msg->n_rules, false,
						 &err) : -EINVAL;
	if (rc && rc != -EEXIST) {
		log_err("profile %s: %s", msg->name, err.text);
		return;
	}
	p->id = id;
	p->version = msg->version;
	p->vlan = msg->vlan;
	snprintf(p->name, sizeof(p->name), "%s", msg->name);
}

void policy_uninit_all(struct nve *nve)
{
	struct policy *p, *next;
	struct wait *w;

	HASH_ITER(hh, nve->policies, p, next) {
		while ((w = p->waiting)) {
			p->waiting = w->next;
			free(w);
		}
		policy_free(p);
	}
}
