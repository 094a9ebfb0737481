// SPDX-License-Identifier: GPL-2.0
/*
 * What an NVE wants to know: its interest, and its questions (Documentation/distribution.rst).
 */
#include <errno.h>
#include "nve_tell.h"
#include "session_nve.h"

static uint32_t get_mac(const ProtobufCBinaryData *b, struct mac_addr *ret, struct err *err)
{
	if (msg_get_mac(b, ret) && mac_addr_is_unicast(ret))
		return CODE(OK);
	err_set(err, EINVAL, "not the MAC of a single station");
	return CODE(BAD_MESSAGE);
}

static uint32_t too_many(const struct nve_session *s, struct err *err)
{
	err_set(err, ENOSPC, "%s is interested in %u addresses, more than %u are not possible",
		s->nve->name, s->interests, INTEREST_MAX);
	return CODE(FULL);
}

uint32_t nve_interest_check(const struct nve_session *s, const Nvo3__VnJoin *m,
			    const struct join *old, struct err *err)
{
	unsigned int rest = s->interests;
	struct mac_addr mac;
	size_t i;

	if (old)
		rest -= HASH_COUNT(old->follower.interest.all);
	if (m->n_interest > INTEREST_MAX - rest)
		return too_many(s, err);
	for (i = 0; i < m->n_interest; i++)
		if (get_mac(&m->interest[i], &mac, err) != CODE(OK))
			return CODE(BAD_MESSAGE);
	return CODE(OK);
}

static void add(struct director *d, struct follower *f, const struct mac_addr *mac)
{
	const struct db_map *map = db_map_find(f->at.vn, mac);
	struct interest *i;

	/* of what is its own it hears when it is that no more (tell_leaves()) */
	if (map && db_item_nve(&map->item) == f->at.nve)
		return;
	i = tell_interest(f, mac);
	if (map)
		interest_keep(i);
	else if (!i->until)
		tell_fade(&d->tell, i);
}

void nve_interest_start(struct director *d, struct nve_session *s, struct follower *f,
			const Nvo3__VnJoin *m)
{
	struct mac_addr mac;
	size_t i;

	tell_choose(&d->tell, f, &s->interests);
	for (i = 0; i < m->n_interest; i++)
		if (msg_get_mac(&m->interest[i], &mac))
			add(d, f, &mac);
}

/* The NVE of what was asked for hears of the asker first, if it has not yet. */
static void tell_target(struct director *d, struct db_map *asker, const struct db_nve *target)
{
	struct db_member *member = db_member_find(db_item_vn(&asker->item), target);
	struct follower *f = member ? member->follower : NULL;
	struct interest *i;

	if (!f)
		return;
	if (!f->at.only || interest_find(&f->interest, &asker->mac)) {
		tell_now(&d->tell, f, NULL);
		return;
	}
	if (*f->interest.total >= INTEREST_MAX)
		return;
	i = tell_interest(f, &asker->mac);
	if (!tell_now(&d->tell, f, &asker->item))
		interest_mark(i);
}

/* NULL: it is none that we know; the answer depends on nobody's word. */
static uint32_t get_asker(struct nve_session *s, struct db_vn *vn, const Nvo3__MapQuery *m,
			  struct db_map **ret, struct err *err)
{
	char text[MAC_ADDR_STRLEN];
	struct mac_addr mac;

	*ret = NULL;
	if (!m->asker.len)
		return CODE(OK);
	if (get_mac(&m->asker, &mac, err) != CODE(OK))
		return CODE(BAD_MESSAGE);
	*ret = db_map_find(vn, &mac);
	if (!*ret || db_item_nve(&(*ret)->item) == s->nve)
		return CODE(OK);
	err_set(err, EACCES, "MAC %s of VN %s, which asks, is behind %s",
		mac_addr_format(&mac, text), vn->info.name, db_item_nve(&(*ret)->item)->name);
	return CODE(DENIED);
}

static uint32_t look_up(struct director *d, struct nve_session *s, struct join *join,
			const struct mac_addr *mac, struct db_map *asker, struct err *err)
{
	struct follower *f = &join->follower;
	struct db_vn *vn = f->at.vn;
	char text[MAC_ADDR_STRLEN];
	struct db_map *map;

	if (f->at.only && !interest_find(&f->interest, mac) && s->interests >= INTEREST_MAX)
		return too_many(s, err);
	if (f->at.only)
		add(d, f, mac);
	map = db_map_find(vn, mac);
	if (!map) {
		err_set(err, ENOENT, "nobody in VN %s has MAC %s", vn->info.name,
			mac_addr_format(mac, text));
		return CODE(NOT_FOUND);
	}
	if (db_item_nve(&map->item) == s->nve)
		return CODE(OK);
	if (asker)
		tell_target(d, asker, db_item_nve(&map->item));
	if (tell_now(&d->tell, f, &map->item))
		return CODE(OK);
	err_set(err, EBUSY, "%s does not read what it is sent", s->nve->name);
	return CODE(BUSY);
}

/* The MAC that it asks for, or that has the IP address that it asks for. */
static uint32_t get_wanted(struct db_vn *vn, const Nvo3__MapQuery *m, struct mac_addr *ret,
			   struct err *err)
{
	char text[IP_ADDR_STRLEN];
	const struct mac_addr *found;
	struct ip_addr ip;

	if (!m->ip.len)
		return get_mac(&m->mac, ret, err);
	if (m->mac.len || !msg_get_ip(&m->ip, &ip)) {
		err_set(err, EINVAL, m->mac.len ? "a MAC and an IP address asked for at once" :
						  "not an IP address");
		return CODE(BAD_MESSAGE);
	}
	found = db_ip_find(vn, &ip);
	if (!found) {
		err_set(err, ENOENT, "nobody in VN %s has IP %s", vn->info.name,
			ip_addr_format(&ip, text));
		return CODE(NOT_FOUND);
	}
	*ret = *found;
	return CODE(OK);
}

/* Where it may ask; @ret is where the answer goes. */
static uint32_t get_join(struct director *d, struct nve_session *s, const ProtobufCBinaryData *uuid,
			 struct join **ret, struct err *err)
{
	struct db_vn *vn;
	uint32_t code;

	vn = nve_vn(d, uuid, &code, err);
	if (!vn)
		return code == CODE(NOT_FOUND) ? CODE(BAD_STATE) : code;
	*ret = nve_join_of(s, vn);
	if (*ret)
		return CODE(OK);
	err_set(err, EPROTO, "%s is not a member of VN %s", s->nve->name, vn->info.name);
	return CODE(BAD_STATE);
}

/* Asking much is no crime: one alert tells of it until it has become better. */
static void answer_later(struct director *d, struct nve_session *s, const struct msg *msg,
			 uint32_t code, const struct err *err)
{
	if (!s->blamed)
		director_alert(d, "query-refused", s->nve->name, "%s", err->text);
	s->blamed = true;
	chan_reply_err(s->chan, msg->id, code, err);
}

static void answer_absent(struct director *d, struct nve_session *s, const struct msg *msg,
			  const struct err *err)
{
	Nvo3__MapQueryReply reply = NVO3__MAP_QUERY_REPLY__INIT;

	s->blamed = false;
	reply.lifetime = d->tell.lifetime_ms;
	chan_reply(s->chan, msg->id, CODE(NOT_FOUND), err->text, &reply.base);
}

void nve_query(struct director *d, struct nve_session *s, const struct msg *msg,
	       const Nvo3__MapQuery *m)
{
	struct db_map *asker = NULL;
	struct join *join = NULL;
	struct mac_addr mac;
	struct err err;
	uint32_t code;

	if (!rate_take(&s->queries, loop_now_ms())) {
		d->counts.queries_refused++;
		err_set(&err, EBUSY, "%s asks more than %u questions a second", s->nve->name,
			s->queries.per_s);
		answer_later(d, s, msg, CODE(BUSY), &err);
		return;
	}
	code = get_join(d, s, &m->vn, &join, &err);
	if (code == CODE(OK))
		code = get_wanted(join->follower.at.vn, m, &mac, &err);
	if (code == CODE(OK))
		code = get_asker(s, join->follower.at.vn, m, &asker, &err);
	if (code == CODE(OK))
		code = look_up(d, s, join, &mac, asker, &err);
	d->counts.queries_found += code == CODE(OK);
	d->counts.queries_absent += code == CODE(NOT_FOUND);
	d->counts.queries_refused += code != CODE(OK) && code != CODE(NOT_FOUND);
	if (code == CODE(NOT_FOUND))
		answer_absent(d, s, msg, &err);
	else if (code == CODE(FULL) || code == CODE(BUSY))
		answer_later(d, s, msg, code, &err);
	else
		director_answer(d, s->chan, msg, code, &err, NULL);
}

/* All of it is well-formed and has room, or nothing is taken. */
static uint32_t check_wanted(const struct nve_session *s, const Nvo3__MapInterest *m,
			     struct err *err)
{
	struct mac_addr mac;

	if (m->n_macs > WANTED_MAX) {
		err_set(err, EINVAL, "%zu addresses at once, more than %u are not possible",
			m->n_macs, WANTED_MAX);
		return CODE(BAD_MESSAGE);
	}
	for (size_t i = 0; i < m->n_macs; i++)
		if (get_mac(&m->macs[i], &mac, err) != CODE(OK))
			return CODE(BAD_MESSAGE);
	return m->n_macs > INTEREST_MAX - s->interests ? too_many(s, err) : CODE(OK);
}

/* If the session does not read, it is told when it does; until then it has to ask. */
static void want(struct director *d, struct nve_session *s, struct follower *f,
		 const struct mac_addr *mac)
{
	struct db_map *map = db_map_find(f->at.vn, mac);

	add(d, f, mac);
	if (map && db_item_nve(&map->item) != s->nve && !tell_now(&d->tell, f, &map->item))
		interest_mark(interest_find(&f->interest, mac));
}

void nve_want(struct director *d, struct nve_session *s, const struct msg *msg,
	      const Nvo3__MapInterest *m)
{
	struct join *join = NULL;
	struct mac_addr mac;
	struct err err;
	uint32_t code;

	code = get_join(d, s, &m->vn, &join, &err);
	if (code == CODE(OK))
		code = check_wanted(s, m, &err);
	/* who is told everything has it as soon as it has read */
	if (code == CODE(OK) && !join->follower.at.only)
		tell_now(&d->tell, &join->follower, NULL);
	else if (code == CODE(OK))
		for (size_t i = 0; i < m->n_macs; i++)
			if (msg_get_mac(&m->macs[i], &mac))
				want(d, s, &join->follower, &mac);
	if (code == CODE(FULL))
		answer_later(d, s, msg, code, &err);
	else
		director_answer(d, s->chan, msg, code, &err, NULL);
}

/* Its own addresses it does not forget while it has them. */
static void forget(struct nve_session *s, struct follower *f, const struct mac_addr *mac)
{
	struct interest *i = interest_find(&f->interest, mac);
	const struct db_map *map = db_map_find(f->at.vn, mac);

	if (i && (!map || db_item_nve(&map->item) != s->nve))
		interest_del(i);
}

void nve_forget(struct director *d, struct nve_session *s, const struct msg *msg,
		const Nvo3__MapForget *m)
{
	struct join *join = NULL;
	struct mac_addr mac;
	struct db_vn *vn;
	struct err err;
	uint32_t code;
	size_t i;

	vn = nve_vn(d, &m->vn, &code, &err);
	if (vn)
		join = nve_join_of(s, vn);
	/* where it is no member it has no interest */
	if (vn || code == CODE(NOT_FOUND))
		code = CODE(OK);
	for (i = 0; i < m->n_macs && code == CODE(OK); i++) {
		code = get_mac(&m->macs[i], &mac, &err);
		if (code == CODE(OK) && join && join->follower.at.only)
			forget(s, &join->follower, &mac);
	}
	director_answer(d, s->chan, msg, code, &err, NULL);
}
