// SPDX-License-Identifier: GPL-2.0

#include <errno.h>

#include "director_priv.h"
#include "director_seen.h"
#include "liveness.h"

void director_down(struct director *d, const struct ip_addr *addrs, size_t n)
{
	ProtobufCBinaryData locators[SEEN_MAX];
	Nvo3__NveSeen m = NVO3__NVE_SEEN__INIT;

	if (!d || !d->up || !chan_can(d->chan, CAN_NVE_SEEN))
		return;
	m.locators = locators;
	for (; m.n_locators < n && m.n_locators < SEEN_MAX; m.n_locators++)
		locators[m.n_locators] = msg_put_ip(&addrs[m.n_locators]);
	if (m.n_locators)
		chan_event(d->chan, MSG(NVE_SEEN), &m.base);
}

void director_all_down(struct director *d)
{
	struct ip_addr addrs[SEEN_MAX];

	/* it asks all about each that it suspects: which of many are named first does not matter */
	director_down(d, addrs, liveness_down(d->nve->liveness, addrs, SEEN_MAX));
}

static Nvo3__Seen state_of(const struct liveness *l, const ProtobufCBinaryData *locator)
{
	struct ip_addr addr;

	if (!msg_get_ip(locator, &addr))
		return NVO3__SEEN__SEEN_NOTHING;
	switch (liveness_seen(l, &addr)) {
	case BFD_SAYS_UP:
		return NVO3__SEEN__SEEN_UP;
	case BFD_SAYS_DOWN:
		return NVO3__SEEN__SEEN_DOWN;
	case BFD_SAYS_NOTHING:
		break;
	}
	return NVO3__SEEN__SEEN_NOTHING;
}

void director_asked_seen(struct director *d, const struct msg *msg)
{
	Nvo3__NveSeenReply reply = NVO3__NVE_SEEN_REPLY__INIT;
	Nvo3__Seen states[SEEN_MAX];
	struct err err;
	Nvo3__NveSeen *m = msg_decode(msg, &nvo3__nve_seen__descriptor, &err);

	if (m && m->n_locators > SEEN_MAX) {
		err_set(&err, EMSGSIZE, "%zu locators in one question, at most %d are answered",
			m->n_locators, SEEN_MAX);
		msg_free(m);
		m = NULL;
	}
	if (!m) {
		chan_reply_err(d->chan, msg->id, CODE(BAD_MESSAGE), &err);
		return;
	}
	reply.states = states;
	for (; reply.n_states < m->n_locators; reply.n_states++)
		states[reply.n_states] = state_of(d->nve->liveness, &m->locators[reply.n_states]);
	chan_reply(d->chan, msg->id, CODE(OK), NULL, &reply.base);
	msg_free(m);
}
