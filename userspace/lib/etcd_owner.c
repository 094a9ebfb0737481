// SPDX-License-Identifier: GPL-2.0
/*
 * Who owns a prefix; see etcd_owner.h.
 */
#include "etcd_owner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crashpoint.h"
#include "etcd_lease.h"
#include "mem.h"

struct etcd_owner {
	struct etcd_client *client;
	struct etcd_lease *lease;
	char *owner_key, *seq_key;
	int64_t created;	/* revision that made the owner's key */
	int64_t seq;		/* of the last try to write; no two writes have the same */
	int64_t seq_changed;	/* the revision that last changed it */
	uint64_t give_up;	/* etcd_lease_now_ms() */
};

struct etcd_lease *etcd_owner_lease(const struct etcd_owner *owner)
{
	return owner->lease;
}

int64_t etcd_owner_revision(const struct etcd_owner *owner)
{
	return owner->seq_changed;
}

static bool may_wait(void *arg)
{
	struct etcd_owner *owner = arg;

	return etcd_lease_now_ms() < owner->give_up && !etcd_lease_check(owner->lease, NULL);
}

static struct etcd_patience patience_of(struct etcd_owner *owner)
{
	owner->give_up = etcd_lease_now_ms() + etcd_lease_ms(owner->lease);
	return (struct etcd_patience){ .more = may_wait, .arg = owner };
}

static int taken(const struct etcd_kv *kv, struct err *err)
{
	return err_set(err, EBUSY, "is in use by %.*s", (int)kv->value.len, kv->value.data);
}

/* A glance before a lease is made: who stands by looks often. */
static int look(struct etcd_owner *owner, struct err *err)
{
	json_t *body = etcd_range(owner->owner_key, NULL, 0, 0), *answer = NULL;
	struct etcd_patience patience = { };
	struct etcd_kv kv = { };
	int r;

	r = etcd_post(owner->client, "kv/range", body, &patience, &answer, err);
	if (!r) {
		r = etcd_first_kv(answer, &kv, err);
		r = r == -ENOENT ? 0 : r ?: taken(&kv, err);
		if (r == -EBUSY)
			CRASHPOINT("etcd-standby");
	}
	etcd_kv_uninit(&kv);
	json_decref(answer);
	json_decref(body);
	return r;
}

/* The counter as a range tells it; it may not be there yet. */
static int read_seq(struct etcd_owner *owner, json_t *range, struct err *err)
{
	struct etcd_kv kv = { };
	int r = etcd_first_kv(range, &kv, err);

	if (r == -ENOENT)
		return 0;
	if (r)
		return r;
	owner->seq = strtoll((char *)kv.value.data, NULL, 10);
	owner->seq_changed = kv.changed;
	etcd_kv_uninit(&kv);
	return 0;
}

/* Not succeeded: somebody was faster, perhaps a first try of ours whose answer was lost. */
static int read_claim(struct etcd_owner *owner, json_t *answer, struct err *err)
{
	struct etcd_kv kv = { };
	int r = 0;

	if (json_is_true(json_object_get(answer, "succeeded"))) {
		r = etcd_get_number(json_object_get(answer, "header"), "revision", &owner->created,
				    err);
	} else {
		r = etcd_first_kv(etcd_txn_range(answer, 0), &kv, err);
		if (!r && kv.lease != etcd_lease_id(owner->lease))
			r = taken(&kv, err);
		owner->created = kv.created;
		etcd_kv_uninit(&kv);
	}
	return r ?: read_seq(owner, etcd_txn_range(answer, 1), err);
}

static json_t *array2(json_t *one, json_t *two)
{
	json_t *array = mem_check(json_array());

	json_array_append_new(array, one);
	if (two)
		json_array_append_new(array, two);
	return array;
}

static json_t *who_and_count(struct etcd_owner *owner)
{
	return array2(etcd_op_get(owner->owner_key), etcd_op_get(owner->seq_key));
}

static int claim(struct etcd_owner *owner, const char *who, struct err *err)
{
	struct etcd_patience patience = patience_of(owner);
	json_t *body, *answer = NULL;
	int r;

	body = etcd_txn(array2(etcd_if_created(owner->owner_key, 0), NULL),
			array2(etcd_op_put(owner->owner_key, who, strlen(who),
					   etcd_lease_id(owner->lease)),
			       etcd_op_get(owner->seq_key)),
			who_and_count(owner));
	r = etcd_post(owner->client, "kv/txn", body, &patience, &answer, err);
	if (!r)
		r = read_claim(owner, answer, err);
	json_decref(answer);
	json_decref(body);
	return r;
}

int etcd_owner_claim(const struct etcd_url *url, struct etcd_client *client, const char *who,
		     struct etcd_owner **ret, struct err *err)
{
	struct etcd_owner *owner = mem_zalloc(sizeof(*owner));
	int r;

	owner->client = client;
	if (asprintf(&owner->owner_key, "%s/owner", url->prefix) < 0 ||
	    asprintf(&owner->seq_key, "%s/seq", url->prefix) < 0)
		abort();
	r = look(owner, err);
	if (!r)
		r = etcd_lease_new(url, client, &owner->lease, err);
	if (!r)
		r = claim(owner, who, err);
	if (r)
		etcd_owner_release(owner);
	else
		*ret = owner;
	return r;
}

void etcd_owner_release(struct etcd_owner *owner)
{
	if (!owner)
		return;
	etcd_lease_free(owner->lease, owner->client);
	free(owner->owner_key);
	free(owner->seq_key);
	free(owner);
}

static int not_owner(struct etcd_owner *owner, const struct etcd_kv *kv, struct err *err)
{
	struct err why;

	if (!kv->key)
		err_set(&why, ESTALE, "is not ours any more, our lease has ended");
	else if (kv->created != owner->created)
		err_set(&why, ESTALE,
			"is not ours any more, since our lease ended it has been taken by %.*s",
			(int)kv->value.len, kv->value.data);
	else
		err_set(&why, ESTALE, "somebody else has written to %s", owner->seq_key);
	etcd_lease_lose(owner->lease, &why);
	return err_set(err, ESTALE, "%s", why.text);
}

/* One of the comparisons failed: we are not the owner, or a first try of ours was carried out. */
static int judge_failure(struct etcd_owner *owner, json_t *answer, struct err *err)
{
	struct etcd_owner seen = { };
	struct etcd_kv kv = { };
	int r;

	r = etcd_first_kv(etcd_txn_range(answer, 0), &kv, err);
	if (!r || r == -ENOENT)
		r = read_seq(&seen, etcd_txn_range(answer, 1), err);
	if (!r && kv.key && kv.created == owner->created && seen.seq == owner->seq)
		owner->seq_changed = seen.seq_changed;
	else if (!r)
		r = not_owner(owner, &kv, err);
	etcd_kv_uninit(&kv);
	return r;
}

static int judge(struct etcd_owner *owner, json_t *answer, struct err *err)
{
	int64_t revision = 0;
	int r;

	if (!json_is_true(json_object_get(answer, "succeeded")))
		return judge_failure(owner, answer, err);
	r = etcd_get_number(json_object_get(answer, "header"), "revision", &revision, err);
	if (!r)
		owner->seq_changed = revision;
	return r;
}

/*
 * The one that takes etcd above its quota is carried out and refused all the same, unless etcd has
 * seen that coming. Only the counter tells.
 */
static int judge_no_space(struct etcd_owner *owner, struct etcd_patience *patience,
			  struct err *err)
{
	json_t *body = etcd_range(owner->seq_key, NULL, 0, 0), *answer = NULL;
	struct etcd_patience again = *patience;
	struct etcd_owner seen = { };
	int r;

	r = etcd_post(owner->client, "kv/range", body, &again, &answer, err);
	if (!r)
		r = read_seq(&seen, answer, err);
	patience->unsure = r;
	json_decref(answer);
	json_decref(body);
	if (r)
		return r;
	if (seen.seq != owner->seq)
		return -ENOSPC;
	owner->seq_changed = seen.seq_changed;
	return 0;
}

static json_t *fenced(struct etcd_owner *owner, json_t *ops)
{
	char seq[24];

	owner->seq++;
	snprintf(seq, sizeof(seq), "%lld", (long long)owner->seq);
	json_array_append_new(ops, etcd_op_put(owner->seq_key, seq, strlen(seq), 0));
	return etcd_txn(array2(etcd_if_created(owner->owner_key, owner->created),
			       etcd_if_changed(owner->seq_key, owner->seq_changed)),
			ops, who_and_count(owner));
}

int etcd_owner_write(struct etcd_owner *owner, json_t *ops, struct err *err)
{
	struct etcd_patience patience = patience_of(owner);
	json_t *body = fenced(owner, ops), *answer = NULL;
	struct err why = { "" };
	int r;

	CRASHPOINT("etcd-sending");
	r = etcd_lease_check(owner->lease, &why);
	if (!r)
		r = etcd_post(owner->client, "kv/txn", body, &patience, &answer, &why);
	if (!r)
		r = judge(owner, answer, &why);
	if (!r)
		CRASHPOINT("etcd-sent");
	json_decref(answer);
	json_decref(body);
	if (r == -ENOSPC) {
		etcd_lease_no_space(owner->lease, &why);
		if (!patience.unsure)
			r = judge_no_space(owner, &patience, &why);
	}
	if (r && (patience.unsure || r == -EPROTO))
		etcd_lease_lose(owner->lease, &why);
	return r ? err_set(err, r, "%s", why.text) : 0;
}
