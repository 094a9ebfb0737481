// SPDX-License-Identifier: GPL-2.0
/*
 * Transactions of any size; see etcd_commit.h.
 */
#include "etcd_commit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "crashpoint.h"
#include "mem.h"

/* 1.5 MiB, etcd's default, with room for what is around keys and values */
#define STEP_BYTES	(1280u * 1024)
#define PIECE		(1024u * 1024)
#define PREFIX_MAX	128
#define KEY_ROOM	(PREFIX_MAX + ETCD_KEY_MAX + 32)

struct etcd_commit {
	const char *prefix;
	struct etcd_client *client;
	struct etcd_owner *owner;
	struct writes *rest;	/* written down and not carried out */
};

struct etcd_commit *etcd_commit_new(const struct etcd_url *url, struct etcd_client *client,
				    struct etcd_owner *owner)
{
	struct etcd_commit *commit = mem_zalloc(sizeof(*commit));

	commit->prefix = url->prefix;
	commit->client = client;
	commit->owner = owner;
	return commit;
}

void etcd_commit_free(struct etcd_commit *commit)
{
	if (!commit)
		return;
	writes_free(commit->rest);
	free(commit);
}

bool etcd_commit_fits(const struct writes *one, const struct writes *two)
{
	return writes_count(one) + (two ? writes_count(two) : 0) <= ETCD_OWNER_OPS &&
	       one->bytes + (two ? two->bytes : 0) <= STEP_BYTES;
}

static json_t *op_of(const struct etcd_commit *commit, const struct write *write)
{
	char key[KEY_ROOM];

	snprintf(key, sizeof(key), "%s/kv/%s", commit->prefix, write->key);
	if (!write->value.data)
		return etcd_op_del(key, NULL);
	return etcd_op_put(key, write->value.data, write->value.len, 0);
}

/* One step: from *at on as many as etcd takes; *at is then the one behind. */
static int step(struct etcd_commit *commit, const struct write **at, struct err *err)
{
	json_t *ops = mem_check(json_array());
	const struct write *write = *at;
	size_t bytes = 0, more;
	int r;

	for (; write && json_array_size(ops) < ETCD_OWNER_OPS; write = write->hh.next) {
		more = strlen(write->key) + write->value.len;
		if (bytes && bytes + more > STEP_BYTES)
			break;
		bytes += more;
		json_array_append_new(ops, op_of(commit, write));
	}
	r = etcd_owner_write(commit->owner, ops, err);
	if (!r)
		*at = write;
	return r;
}

/* The journal and its pieces: "0" is the character after the slash. */
static int erase_journal(struct etcd_commit *commit, struct err *err)
{
	char key[KEY_ROOM], end[KEY_ROOM];
	json_t *ops = mem_check(json_array());

	snprintf(key, sizeof(key), "%s/journal", commit->prefix);
	snprintf(end, sizeof(end), "%s/journal0", commit->prefix);
	json_array_append_new(ops, etcd_op_del(key, end));
	return etcd_owner_write(commit->owner, ops, err);
}

int etcd_commit_finish(struct etcd_commit *commit, struct err *err)
{
	const struct write *at;
	int r = 0;

	if (!commit->rest)
		return 0;
	CRASHPOINT("etcd-journal-whole");
	for (at = commit->rest->all; at && !r;) {
		r = step(commit, &at, err);
		CRASHPOINT("etcd-journal-step");
	}
	if (!r)
		CRASHPOINT("etcd-journal-done");
	if (!r)
		r = erase_journal(commit, err);
	if (r)
		return r;
	writes_free(commit->rest);
	commit->rest = NULL;
	return 0;
}

/* With it, all that was written down counts. */
static json_t *commit_op(const struct etcd_commit *commit, unsigned int pieces, size_t len)
{
	char key[KEY_ROOM], text[64];

	snprintf(key, sizeof(key), "%s/journal", commit->prefix);
	snprintf(text, sizeof(text), "%u %zu", pieces, len);
	return etcd_op_put(key, text, strlen(text), 0);
}

static int write_down(struct etcd_commit *commit, const uint8_t *data, size_t len,
		      struct err *err)
{
	unsigned int pieces = (len + PIECE - 1) / PIECE, i;
	char key[KEY_ROOM];
	json_t *ops;
	size_t n;
	int r = 0;

	for (i = 0; i < pieces && !r; i++) {
		n = i + 1 < pieces ? PIECE : len - (size_t)i * PIECE;
		snprintf(key, sizeof(key), "%s/journal/%u", commit->prefix, i);
		ops = mem_check(json_array());
		json_array_append_new(ops, etcd_op_put(key, data + (size_t)i * PIECE, n, 0));
		if (i + 1 == pieces)
			json_array_append_new(ops, commit_op(commit, pieces, len));
		r = etcd_owner_write(commit->owner, ops, err);
		CRASHPOINT("etcd-journal-piece");
	}
	return r;
}

int etcd_commit_write(struct etcd_commit *commit, struct writes *writes, struct err *err)
{
	_cleanup_free_ uint8_t *data = NULL;
	const struct write *at = writes->all;
	size_t len;
	int r;

	r = etcd_commit_finish(commit, err);
	if (!r && etcd_commit_fits(writes, NULL)) {
		r = at ? step(commit, &at, err) : 0;
	} else if (!r) {
		data = writes_encode(writes, &len);
		r = write_down(commit, data, len, err);
		if (!r)
			commit->rest = steal_ptr(writes);
	}
	writes_free(writes);
	return r;
}

static int get(struct etcd_commit *commit, const char *key, struct etcd_kv *ret, struct err *err)
{
	json_t *body = etcd_range(key, NULL, 0, 0), *answer = NULL;
	struct etcd_patience patience = { };
	int r;

	r = etcd_post(commit->client, "kv/range", body, &patience, &answer, err);
	if (!r)
		r = etcd_first_kv(answer, ret, err);
	json_decref(answer);
	json_decref(body);
	return r;
}

static int damaged(const struct etcd_commit *commit, struct err *err)
{
	return err_set(err, EBADMSG, "%s/journal is damaged", commit->prefix);
}

static int add_piece(struct etcd_commit *commit, unsigned int i, uint8_t *data, size_t *at,
		     size_t len, struct err *err)
{
	char key[KEY_ROOM];
	struct etcd_kv kv;
	int r;

	snprintf(key, sizeof(key), "%s/journal/%u", commit->prefix, i);
	r = get(commit, key, &kv, err);
	if (r)
		return r == -ENOENT ? damaged(commit, err) : r;
	if (kv.value.len > len - *at)
		r = damaged(commit, err);
	else
		memcpy(data + *at, kv.value.data, kv.value.len);
	*at += kv.value.len;
	etcd_kv_uninit(&kv);
	return r;
}

static int read_journal(struct etcd_commit *commit, const char *says, struct err *err)
{
	_cleanup_free_ uint8_t *data = NULL;
	unsigned int pieces, i;
	size_t len, at = 0;
	int r = 0;

	if (sscanf(says, "%u %zu", &pieces, &len) != 2 || len > (size_t)pieces * PIECE)
		return damaged(commit, err);
	data = mem_check(malloc(len + 1));
	for (i = 0; i < pieces && !r; i++)
		r = add_piece(commit, i, data, &at, len, err);
	if (!r && at != len)
		r = damaged(commit, err);
	if (r)
		return r;
	commit->rest = writes_new();
	return writes_decode(commit->rest, data, len, NULL) ? damaged(commit, err) : 0;
}

int etcd_commit_recover(struct etcd_commit *commit, struct err *err)
{
	struct etcd_kv kv = { };
	char key[KEY_ROOM];
	int r;

	snprintf(key, sizeof(key), "%s/journal", commit->prefix);
	r = get(commit, key, &kv, err);
	if (r == -ENOENT) {
		/* Most often there are none, and nothing is written for that. */
		snprintf(key, sizeof(key), "%s/journal/0", commit->prefix);
		r = get(commit, key, &kv, err);
		r = r == -ENOENT ? 0 : r ?: erase_journal(commit, err);
	} else if (!r) {
		r = read_journal(commit, (char *)kv.value.data, err);
		if (!r)
			r = etcd_commit_finish(commit, err);
	}
	etcd_kv_uninit(&kv);
	return r;
}
