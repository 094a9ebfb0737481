// SPDX-License-Identifier: GPL-2.0
/*
 * The profiles that an NVE may have: those that placements there name, and no others.
 */
#include <errno.h>
#include <stdlib.h>
#include <utlist.h>
#include "db_profile.h"
#include "lib/mem.h"
#include "nve_tell.h"
#include "session_nve.h"

/* One that the session was given: it is told what becomes of it. */
struct nve_profile {
	struct uuid uuid;
	UT_hash_handle hh;
};

static void follow(struct nve_session *s, const struct uuid *uuid)
{
	struct nve_profile *f;

	HASH_FIND(hh, s->profiles, uuid, sizeof(*uuid), f);
	if (f)
		return;
	f = mem_zalloc(sizeof(*f));
	f->uuid = *uuid;
	HASH_ADD(hh, s->profiles, uuid, sizeof(f->uuid), f);
}

void nve_profiles_free(struct nve_session *s)
{
	struct nve_profile *f, *next;

	HASH_ITER(hh, s->profiles, f, next) {
		HASH_DEL(s->profiles, f);
		free(f);
	}
}

static Nvo3__Profile *unpack(const struct db_profile *p)
{
	return mem_check(nvo3__profile__unpack(NULL, p->len, p->data));
}

/* That it exists is no news for who may not have it. */
static uint32_t look_up(struct director *d, const struct nve_session *s,
			const Nvo3__ProfileGet *m, struct db_profile **ret, struct err *err)
{
	char text[UUID_STRLEN];
	struct uuid uuid;

	*ret = NULL;
	if (!msg_get_uuid(&m->uuid, &uuid)) {
		err_set(err, EINVAL, "the profile's UUID has %zu bytes", m->uuid.len);
		return CODE(BAD_MESSAGE);
	}
	*ret = db_profile_find(&d->db, &uuid);
	if (*ret && db_profile_may_have(*ret, s->nve->name, loop_now_ms()))
		return CODE(OK);
	err_set(err, EACCES, "no placement at %s names profile %s", s->nve->name,
		uuid_format(&uuid, text));
	return CODE(DENIED);
}

void nve_profile_get(struct director *d, struct nve_session *s, const struct msg *msg,
		     const Nvo3__ProfileGet *m)
{
	Nvo3__ProfileGetReply reply = NVO3__PROFILE_GET_REPLY__INIT;
	struct db_profile *p;
	struct err err;
	uint32_t code;

	code = look_up(d, s, m, &p, &err);
	if (code == CODE(OK)) {
		follow(s, &p->uuid);
		/* another number, were it lower: ours is what vCenter says */
		if (p->version != m->version)
			reply.profile = unpack(p);
	}
	director_answer(d, s->chan, msg, code, &err, &reply.base);
	if (reply.profile)
		nvo3__profile__free_unpacked(reply.profile, NULL);
}

/* Who may not have it any more is told nothing, but that it is gone. */
void nve_tell_profile(struct director *d, const struct db_profile *p, bool gone)
{
	Nvo3__ProfileUpdate update = NVO3__PROFILE_UPDATE__INIT;
	struct nve_profile *f;
	struct nve_session *s;

	update.profile = unpack(p);
	update.gone = gone;
	DL_FOREACH(d->nve_sessions, s) {
		HASH_FIND(hh, s->profiles, &p->uuid, sizeof(p->uuid), f);
		if (f && (gone || db_profile_may_have(p, s->nve->name, loop_now_ms())))
			chan_event(s->chan, MSG(PROFILE_UPDATE), &update.base);
	}
	nvo3__profile__free_unpacked(update.profile, NULL);
}
