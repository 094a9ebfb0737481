// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "audit.h"
#include "director.h"
#include "log.h"
#include "mem.h"
#include "vn.h"

/* Between two looks that must find the same before anything is taken for wrong */
#define AGAIN_MS 300

struct audit {
	struct nve *nve;
	struct loop_timer *timer, *again;
};

static void tell(struct nve *nve, const struct model_vn *vn, const struct drift *drift,
		 const char *table)
{
	struct chan *chan = director_comparing(nve->director);
	Nvo3__Alert alert = NVO3__ALERT__INIT;
	char text[DRIFT_TEXT];

	if (!drift->n)
		return;
	log_warn("drift: %s", drift_text(drift, vn->vni, table, text));
	alert.kind = "drift";
	alert.text = text;
	if (chan)
		chan_event(chan, MSG(ALERT), &alert.base);
}

/* --- the kernel */

static int kernel_digest(struct nve_vn *vn, struct digest *ret, struct err *err)
{
	struct kern *k = vn->nve->kern;
	struct nvo3_vn have;
	int rc;

	rc = k->ops->vn_get(k, vn->model->vni, &have, err);
	if (!rc)
		*ret = (struct digest){ .sum = have.digest, .n = have.digest_maps };
	return rc;
}

struct collect {
	const bool *buckets;
	struct nvo3_map *maps;
	size_t n, cap;
};

static void collect(const struct nvo3_map *map, void *arg)
{
	struct collect *c = arg;

	if (map->ip.family || !c->buckets[digest_bucket(&map->mac)])
		return;
	if (c->n == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 64;
		c->maps = mem_check(realloc(c->maps, c->cap * sizeof(*c->maps)));
	}
	c->maps[c->n++] = *map;
}

static int differing(struct nve_vn *vn, bool ret[DIGEST_BUCKETS], struct err *err)
{
	uint64_t have[DIGEST_BUCKETS], want[DIGEST_BUCKETS];
	struct kern *k = vn->nve->kern;
	int rc;

	rc = k->ops->digest(k, vn->model->vni, have, err);
	if (rc)
		return rc;
	model_buckets(vn->model, true, want);
	for (int i = 0; i < DIGEST_BUCKETS; i++)
		ret[i] = have[i] != want[i];
	return 0;
}

static void note(const char *text, void *arg)
{
	log_warn("%s", text);
}

/* @quiet: nothing could be done about it when it was just so before */
static int mend(struct nve_vn *vn, bool quiet, struct drift *ret, struct err *err)
{
	bool buckets[DIGEST_BUCKETS];
	struct model_vn *model = vn->model;
	struct diff d = { .have4 = model->model->have4, .have6 = model->model->have6,
			  .strict = true, .buckets = buckets, .note = quiet ? NULL : note };
	struct collect c = { .buckets = buckets };
	struct kern *k = vn->nve->kern;
	int rc;

	rc = differing(vn, buckets, err);
	if (!rc)
		rc = k->ops->map_walk(k, model->vni, KERN_ANY, collect, &c, err);
	if (!rc) {
		diff_maps(&d, model, c.maps, c.n);
		rc = apply_diff(vn->nve, &d, quiet, err);
	}
	*ret = d.drift;
	diff_uninit(&d);
	free(c.maps);
	return rc;
}

/* Nothing is to be concluded from what a model lacks that is not complete */
static bool can_look(const struct nve_vn *vn)
{
	const struct model_vn *model = vn->model;

	return vn->in_kernel && model->complete && !model->in_snapshot && !model->in_correction;
}

/*
 * What is left after that may not be mended, or the kernel has no room for it: it is told once, and
 * tried at each look, for nobody says when that ends.
 */
static void mend_and_tell(struct nve_vn *vn, const struct digest *before)
{
	struct audit_vn *a = &vn->audit;
	bool stuck = a->settled;
	struct drift drift;
	struct digest now;
	struct err err;
	int rc;

	rc = mend(vn, stuck, &drift, &err);
	/* -EINTR: they are changing meanwhile, so they can wait */
	if (rc && rc != -EINTR)
		log_err("VNI %u: cannot mend the kernel's table: %s", vn->model->vni, err.text);
	a->differed = false;
	if (rc || kernel_digest(vn, &now, &err))
		return;
	if (!stuck || !digest_equal(&now, before))
		tell(vn->nve, vn->model, &drift, "the kernel's table");
	a->kernel = now;
	a->model = vn->model->usable;
	a->settled = !digest_equal(&now, &a->model);
}

/* True: it is to be looked at again soon */
static bool look_at(struct nve_vn *vn)
{
	struct audit_vn *a = &vn->audit;
	struct digest kernel;
	struct err err;
	bool unchanged;
	int rc;

	if (!can_look(vn))
		return false;
	rc = kernel_digest(vn, &kernel, &err);
	if (rc || digest_equal(&kernel, &vn->model->usable)) {
		if (rc)
			log_err("VNI %u: cannot compare with the kernel: %s", vn->model->vni,
				err.text);
		*a = (struct audit_vn){};
		return false;
	}
	unchanged = digest_equal(&a->kernel, &kernel) &&
		    digest_equal(&a->model, &vn->model->usable);
	if (unchanged && (a->differed || a->settled)) {
		mend_and_tell(vn, &kernel);
		return false;
	}
	*a = (struct audit_vn){ .differed = true, .kernel = kernel, .model = vn->model->usable };
	return true;
}

static void look_at_all(struct audit *audit)
{
	bool again = false;

	for (struct nve_vn *vn = audit->nve->vns; vn; vn = vn->hh.next)
		again |= look_at(vn);
	if (again)
		loop_timer_set(audit->again, AGAIN_MS);
}

static void look_again(void *arg)
{
	look_at_all(arg);
}

/* --- the director */

static void say(struct chan *chan, const struct nve_vn *vn)
{
	const struct model_vn *model = vn->model;
	Nvo3__MapDigest msg = NVO3__MAP_DIGEST__INIT;

	if (uuid_is_zero(&model->store))
		return;
	msg.vn = msg_put_uuid(&model->uuid);
	msg.store = msg_put_uuid(&model->store);
	msg.revision = model->revision;
	msg.updates = vn->updates;
	msg.count = model->told.n;
	msg.sum = model->told.sum;
	chan_event(chan, MSG(MAP_DIGEST), &msg.base);
}

static void say_all(struct nve *nve)
{
	struct chan *chan = director_comparing(nve->director);

	if (!chan || director_is_offering(nve->director))
		return;
	for (struct nve_vn *vn = nve->vns; vn; vn = vn->hh.next)
		if (vn->session == VN_JOINED && can_look(vn))
			say(chan, vn);
}

static void ask_again(struct nve *nve, const struct uuid *vn, uint8_t *buckets, size_t n)
{
	struct chan *chan = director_comparing(nve->director);
	Nvo3__MapResend msg = NVO3__MAP_RESEND__INIT;

	msg.vn = msg_put_uuid(vn);
	msg.buckets = (ProtobufCBinaryData){ n, buckets };
	if (chan)
		chan_event(chan, MSG(MAP_RESEND), &msg.base);
}

void audit_digest(struct nve *nve, const Nvo3__MapDigest *digest)
{
	uint64_t have[DIGEST_BUCKETS];
	uint8_t buckets[DIGEST_BUCKETS];
	struct nve_vn *vn = NULL;
	struct uuid uuid;
	size_t n = 0;

	if (msg_get_uuid(&digest->vn, &uuid))
		vn = vn_lookup(nve, &uuid);
	/* Something has come since we said what we hold: the next look will tell */
	if (!vn || vn->session != VN_JOINED || digest->updates != vn->updates)
		return;
	if (digest->buckets.len != 8 * DIGEST_BUCKETS) {
		log_err("VNI %u: the director's digest has %zu bytes of buckets", vn->model->vni,
			digest->buckets.len);
		return;
	}
	model_buckets(vn->model, false, have);
	for (int i = 0; i < DIGEST_BUCKETS; i++) {
		const uint8_t *p = digest->buckets.data + 8 * i;
		uint64_t want = 0;

		for (int k = 0; k < 8; k++)
			want = want << 8 | p[k];
		if (want != have[i])
			buckets[n++] = i;
	}
	if (n)
		ask_again(nve, &uuid, buckets, n);
}

void audit_corrected(struct nve_vn *vn)
{
	tell(vn->nve, vn->model, &vn->model->corrected, "the agent's model");
	vn->model->corrected = (struct drift){};
}

/* --- the timer */

void audit_look(struct nve *nve)
{
	look_at_all(nve->audit);
	say_all(nve);
}

static void look(void *arg)
{
	struct audit *audit = arg;

	audit_look(audit->nve);
	loop_timer_set(audit->timer, audit->nve->config->nve.audit * 1000);
}

struct audit *audit_new(struct nve *nve)
{
	struct audit *audit = mem_zalloc(sizeof(*audit));

	audit->nve = nve;
	audit->timer = loop_timer_new(nve->loop, look, audit);
	audit->again = loop_timer_new(nve->loop, look_again, audit);
	loop_timer_set(audit->timer, nve->config->nve.audit * 1000);
	return audit;
}

void audit_free(struct audit *audit)
{
	if (!audit)
		return;
	loop_timer_free(audit->timer);
	loop_timer_free(audit->again);
	free(audit);
}
