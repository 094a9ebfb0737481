// SPDX-License-Identifier: GPL-2.0
/*
 * What an NVE says about addresses behind it: claimed, or taken back. A long message is worked
 * through in slices, one in a turn of the loop, so that no other session waits for all of it; its
 * own does. Who has had more than its part (share.h) goes in small ones, a while apart.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "claim.h"
#include "frozen.h"
#include "lib/crashpoint.h"
#include "lib/mem.h"
#include "session_nve.h"
#include "wire.h"

#define MAPS_MAX	4096	/* in one message; the answers to them fit in a frame */
#define SLICE		64
#define SMALL_SLICE	16
#define PAUSE_MS	1
#define ALERTS_MAX	8	/* about one message */
#define EPOCH_LEAP	(1ull << 40)

/*
 * After the loss of a store the NVEs know which epochs were issued here. One that lies may push
 * ours up, but by no more than leaves room for a lifetime of them.
 */
static void learn_epoch(struct db *db, uint64_t epoch)
{
	if ((epoch & 255) == db->dc_id && epoch < (db->epochs << 8) + EPOCH_LEAP)
		db_epoch_seen(db, epoch);
}

/* From one NVE to another by its own word: both are named if it comes too often. */
static void note_move(struct director *d, struct db_vn *vn, const struct mac_addr *mac,
		      const char *from, const char *to)
{
	char text[MAC_ADDR_STRLEN];

	mac_addr_format(mac, text);
	director_note(d, "mapping-moved", to, "MAC %s of VN %s, from %s", text, vn->info.name,
		      from);
	if (frozen_moved(d, vn, mac))
		director_alert(d, "mac-duplicate", text,
			       "MAC %s of VN %s moved %u times within %u s, the last time from %s to %s, and is frozen there",
			       text, vn->info.name, d->dups.moves,
			       (unsigned int)(d->dups.window_ms / 1000), from, to);
}

/* An accepted claim; its epoch, 0 if there is none left. */
static uint64_t take(struct director *d, struct nve_session *s, struct db_vn *vn,
		     const struct mac_addr *mac, const struct db_ips *ips,
		     const struct claim_given *given)
{
	struct db_map *map = db_map_find(vn, mac);
	char from[100] = "", text[MAC_ADDR_STRLEN];
	uint64_t epoch = given->epoch;

	if (given->moves)
		snprintf(from, sizeof(from), "%s", db_item_nve(&map->item)->name);
	if (!epoch)
		epoch = db_epoch_next(&d->db, map ? map->epoch : 0);
	if (!epoch)
		return 0;
	if (db_map_set(&d->db, vn, mac, ips, epoch, s->nve))
		director_note(d, "mapping-set", s->nve->name, "MAC %s of VN %s, epoch %#llx",
			      mac_addr_format(mac, text), vn->info.name,
			      (unsigned long long)epoch);
	if (given->moves)
		note_move(d, vn, mac, from, s->nve->name);
	return epoch;
}

static uint32_t advertise(struct director *d, struct nve_session *s, struct db_vn *vn,
			  const Nvo3__Mapping *m, uint64_t *epoch, struct err *err)
{
	struct claim_given given;
	struct mac_addr mac;
	struct db_ips ips;
	uint32_t code;

	if (!msg_get_mac(&m->mac, &mac) || !mac_addr_is_unicast(&mac)) {
		err_set(err, EINVAL, "not the MAC of a single station");
		return CODE(BAD_MESSAGE);
	}
	if (wire_get_ips(m->ips, m->n_ips, &ips, err))
		return CODE(BAD_MESSAGE);
	learn_epoch(&d->db, m->epoch);
	if (!db_member_find(vn, s->nve)) {
		err_set(err, EPROTO, "%s is not a member of VN %s", s->nve->name, vn->info.name);
		return CODE(BAD_STATE);
	}
	code = claim_any(vn, &mac, &ips, m->epoch, s->nve, frozen_is(d, vn, &mac), &given, err);
	/* what is placed has been taken up already */
	if (code == CODE(OK) && !db_map_find(vn, &mac) && !db_placement_find(vn, &mac))
		code = director_room(d, err);
	if (code != CODE(OK))
		return code;
	*epoch = take(d, s, vn, &mac, &ips, &given);
	CRASHPOINT("claim-taken");
	if (*epoch)
		return CODE(OK);
	err_set(err, ERANGE, "there is no epoch above those that are known");
	return CODE(FULL);
}

static uint32_t withdraw(struct director *d, struct nve_session *s, struct db_vn *vn,
			 const Nvo3__Mapping *m, struct err *err)
{
	char text[MAC_ADDR_STRLEN];
	struct db_map *held;
	struct mac_addr mac;
	uint32_t code;

	if (!msg_get_mac(&m->mac, &mac)) {
		err_set(err, EINVAL, "a MAC of %zu bytes", m->mac.len);
		return CODE(BAD_MESSAGE);
	}
	held = db_map_find(vn, &mac);
	code = claim_may_withdraw(held, m->epoch, s->nve, err);
	if (code != CODE(OK))
		return code;
	if (!claim_withdraw(held, m->epoch, s->nve))
		return CODE(OK);
	director_note(d, "mapping-withdrawn", s->nve->name, "MAC %s of VN %s",
		      mac_addr_format(&mac, text), vn->info.name);
	db_map_del(&d->db, held);
	CRASHPOINT("claim-withdrawn");
	return CODE(OK);
}

static uint32_t one(struct director *d, struct nve_session *s, const Nvo3__Mapping *m,
		    bool taken_back, uint64_t *epoch, struct err *err)
{
	struct db_vn *vn;
	uint32_t code;

	vn = nve_vn(d, &m->vn, &code, err);
	if (!vn)
		return code;
	/* the session says who; who says it as well must not say another */
	if (*m->nve && strcmp(m->nve, s->nve->name)) {
		err_set(err, EACCES, "%s speaks in the name of %s", s->nve->name, m->nve);
		return CODE(DENIED);
	}
	return taken_back ? withdraw(d, s, vn, m, err) : advertise(d, s, vn, m, epoch, err);
}

static void refused(struct director *d, struct nve_session *s, unsigned int n,
		    const struct err *err)
{
	if (n <= ALERTS_MAX)
		director_alert(d, "claim-refused", s->nve->name, "%s", err->text);
}

/* One message, as far as it is worked through */
struct nve_claims {
	struct director *d;
	struct nve_session *s;
	struct msg msg;			/* without its body */
	struct uuid vn;			/* of the first mapping, and most likely of all; held */
	Nvo3__MapAdvertise *m;
	size_t done;
	unsigned int n_refused;
	struct loop_timer *turn;
	struct err *errs;		/* for each, as are the results */
	Nvo3__MapResult *results;
};

static struct nve_claims *claims_new(struct director *d, struct nve_session *s,
				     const struct msg *msg, Nvo3__MapAdvertise *m)
{
	struct nve_claims *c = mem_zalloc(sizeof(*c));

	c->d = d;
	c->s = s;
	c->msg = (struct msg){ .type = msg->type, .id = msg->id };
	c->m = m;
	c->errs = mem_calloc(m->n_maps, sizeof(*c->errs));
	c->results = mem_calloc(m->n_maps, sizeof(*c->results));
	return c;
}

static void hold(struct nve_claims *c)
{
	struct db_vn *vn;

	if (!msg_get_uuid(&c->m->maps[0]->vn, &c->vn))
		return;
	vn = db_vn_find(&c->d->db, &c->vn);
	if (vn)
		tell_hold(vn);
}

static void go(struct nve_claims *c)
{
	struct db_vn *vn = db_vn_find(&c->d->db, &c->vn);

	if (vn)
		tell_go(&c->d->tell, vn);
}

static void claims_free(struct nve_claims *c)
{
	if (!c)
		return;
	if (c->turn)
		go(c);
	loop_timer_free(c->turn);
	msg_free(c->m);
	free(c->errs);
	free(c->results);
	free(c);
}

static void each(struct nve_claims *c, size_t i)
{
	bool taken_back = c->msg.type == MSG(MAP_WITHDRAW);
	const Nvo3__Mapping *m = c->m->maps[i];
	Nvo3__MapResult *result = &c->results[i];
	struct director *d = c->d;
	uint64_t epoch = m->epoch;

	*result = (Nvo3__MapResult)NVO3__MAP_RESULT__INIT;
	result->code = one(d, c->s, m, taken_back, &epoch, &c->errs[i]);
	if (result->code == CODE(OK)) {
		if (epoch != m->epoch)
			result->epoch = epoch;
		d->counts.claims_taken++;
		return;
	}
	d->counts.claims_refused++;
	result->text = c->errs[i].text;
	refused(d, c->s, ++c->n_refused, &c->errs[i]);
}

static void answer_all(struct nve_claims *c)
{
	Nvo3__MapAdvertiseReply reply = NVO3__MAP_ADVERTISE_REPLY__INIT;
	size_t i;

	if (c->n_refused > ALERTS_MAX)
		director_alert(c->d, "claim-refused", c->s->nve->name,
			       "and %u more in one message", c->n_refused - ALERTS_MAX);
	reply.n_results = c->m->n_maps;
	reply.results = mem_calloc(c->m->n_maps, sizeof(*reply.results));
	for (i = 0; i < c->m->n_maps; i++)
		reply.results[i] = &c->results[i];
	director_answer(c->d, c->s->chan, &c->msg, CODE(OK), NULL, &reply.base);
	free(reply.results);
}

/* Others ask, too, and would wait for it longer than they have to. */
static bool is_loud(const struct nve_claims *c)
{
	return share_is_used_up(&c->s->share) &&
	       askers_besides(&c->d->askers, c->s->chan, loop_now_ms());
}

/* True: that was the last slice, and all is answered. */
static bool slice(struct nve_claims *c)
{
	size_t begin = c->done, end = begin + (is_loud(c) ? SMALL_SLICE : SLICE);

	if (end > c->m->n_maps)
		end = c->m->n_maps;
	while (c->done < end)
		each(c, c->done++);
	share_take(&c->s->share, end - begin, loop_now_ms());
	if (end < c->m->n_maps)
		return false;
	answer_all(c);
	return true;
}

static void await_turn(struct nve_claims *c)
{
	loop_timer_set(c->turn, is_loud(c) ? PAUSE_MS : 0);
}

static void next_slice(void *arg)
{
	struct nve_claims *c = arg;
	struct nve_session *s = c->s;

	CRASHPOINT("claims-slice");
	if (!slice(c)) {
		await_turn(c);
		return;
	}
	nve_claims_drop(s);
	chan_resume(s->chan);
}

void nve_claims(struct director *d, struct nve_session *s, const struct msg *msg,
		Nvo3__MapAdvertise *m)
{
	struct nve_claims *c;
	struct err err;

	if (m->n_maps > MAPS_MAX) {
		err_set(&err, EINVAL, "%zu mappings in one message, at most %d are taken",
			m->n_maps, MAPS_MAX);
		director_answer(d, s->chan, msg, CODE(BAD_MESSAGE), &err, NULL);
		msg_free(m);
		return;
	}
	c = claims_new(d, s, msg, m);
	if ((!m->n_maps || !is_loud(c)) && slice(c)) {
		claims_free(c);
		return;
	}
	s->claims = c;
	hold(c);
	c->turn = loop_timer_new(d->loop, next_slice, c);
	await_turn(c);
	chan_pause(s->chan);
}

void nve_claims_drop(struct nve_session *s)
{
	claims_free(s->claims);
	s->claims = NULL;
}
