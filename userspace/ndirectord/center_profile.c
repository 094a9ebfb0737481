// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "center_profile.h"
#include "db_profile.h"
#include "lib/cleanup.h"

#define RULES_MAX	1024
#define GRANT_MAX_S	86400

static uint32_t get_uuid(const ProtobufCBinaryData *b, struct uuid *ret, struct err *err)
{
	if (msg_get_uuid(b, ret) && !uuid_is_zero(ret))
		return CODE(OK);
	err_set(err, EINVAL, "the profile's UUID has %zu bytes, or is zero", b->len);
	return CODE(BAD_MESSAGE);
}

static uint32_t set(struct director *d, const Nvo3__Profile *profile, struct chan *chan,
		    struct err *err)
{
	_cleanup_free_ uint8_t *data = NULL;
	struct db_profile *held;
	struct uuid uuid;
	size_t len;

	if (!profile || get_uuid(&profile->uuid, &uuid, err) != CODE(OK)) {
		if (!profile)
			err_set(err, EINVAL, "the profile is missing");
		return CODE(BAD_MESSAGE);
	}
	if (profile->n_rules > RULES_MAX || strlen(profile->name) >= sizeof(held->name)) {
		err_set(err, EINVAL, "the profile has %zu rules or a name of %zu bytes, %d and %zu are possible",
			profile->n_rules, strlen(profile->name), RULES_MAX,
			sizeof(held->name) - 1);
		return CODE(BAD_MESSAGE);
	}
	held = db_profile_find(&d->db, &uuid);
	if (held && held->version > profile->version) {
		err_set(err, ESTALE, "profile %s is known with version %llu, this is %llu",
			held->name, (unsigned long long)held->version,
			(unsigned long long)profile->version);
		return CODE(STALE);
	}
	if (held && held->version == profile->version)
		return CODE(OK);
	if (!held && director_room(d, err) != CODE(OK))
		return CODE(FULL);
	data = msg_encode(&profile->base, &len);
	db_profile_set(&d->db, &uuid, profile->version, profile->name, data, len);
	director_note(d, "profile-set", chan_peer_name(chan), "profile %s, version %llu, %zu rules",
		      profile->name, (unsigned long long)profile->version, profile->n_rules);
	return CODE(OK);
}

void center_profile_set(struct director *d, struct chan *chan, const struct msg *msg,
			const Nvo3__ProfileSet *m)
{
	struct err err;
	uint32_t code = set(d, m->profile, chan, &err);

	director_answer(d, chan, msg, code, &err, NULL);
}

void center_profile_delete(struct director *d, struct chan *chan, const struct msg *msg,
			   const Nvo3__ProfileDelete *m)
{
	struct db_profile *p;
	struct uuid uuid;
	struct err err;
	uint32_t code;

	code = get_uuid(&m->uuid, &uuid, &err);
	p = code == CODE(OK) ? db_profile_find(&d->db, &uuid) : NULL;
	if (p && db_profile_del(&d->db, p, &err))
		code = CODE(BUSY);
	else if (p)
		director_note(d, "profile-deleted", chan_peer_name(chan), "a profile");
	director_answer(d, chan, msg, code, &err, NULL);
}

void center_profile_grant(struct director *d, struct chan *chan, const struct msg *msg,
			  const Nvo3__ProfileGrant *m)
{
	char text[UUID_STRLEN];
	struct db_profile *p;
	struct uuid uuid;
	struct err err;
	uint32_t code;

	code = get_uuid(&m->uuid, &uuid, &err);
	p = code == CODE(OK) ? db_profile_find(&d->db, &uuid) : NULL;
	if (code == CODE(OK) && !p) {
		err_set(&err, ENOENT, "profile %s is not known in %s", uuid_format(&uuid, text),
			d->self.dc);
		code = CODE(NOT_FOUND);
	} else if (p && (!*m->nve || strlen(m->nve) >= 100 || m->lifetime_s > GRANT_MAX_S)) {
		err_set(&err, EINVAL, "not the name of an NVE, or more than %d s", GRANT_MAX_S);
		code = CODE(BAD_MESSAGE);
	} else if (p) {
		db_profile_grant(p, m->nve, loop_now_ms() + 1000ull * m->lifetime_s);
	}
	director_answer(d, chan, msg, code, &err, NULL);
}
