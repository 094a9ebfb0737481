// SPDX-License-Identifier: GPL-2.0
/* What fake NVEs see of each other by BFD, and what a vCenter says of one; see lab_peer.h. */
#include "lab_peer.h"

static void answer_seen(struct peer *p, const struct msg *msg)
{
	Nvo3__NveSeen *m = msg_decode(msg, &nvo3__nve_seen__descriptor, NULL);
	Nvo3__NveSeenReply reply = NVO3__NVE_SEEN_REPLY__INIT;
	Nvo3__Seen states[256];

	assert_non_null(m);
	assert_true(m->n_locators <= 256);
	p->seen_asked++;
	p->seen_locators = m->n_locators;
	reply.states = states;
	for (; reply.n_states < m->n_locators; reply.n_states++)
		states[reply.n_states] = p->sees[m->locators[reply.n_states].data[3]];
	if (!p->mute)
		chan_reply(p->chan, msg->id, CODE(OK), NULL, &reply.base);
	msg_free(m);
}

void say_down(struct peer *p, uint8_t locator)
{
	uint8_t addr[4] = { 192, 0, 2, locator };
	ProtobufCBinaryData locators = { sizeof(addr), addr };
	Nvo3__NveSeen m = NVO3__NVE_SEEN__INIT;

	p->sees[locator] = NVO3__SEEN__SEEN_DOWN;
	m.locators = &locators;
	m.n_locators = 1;
	chan_event(p->chan, MSG(NVE_SEEN), &m.base);
}

uint32_t say_dead(struct peer *p, const char *nve)
{
	Nvo3__NveDead m = NVO3__NVE_DEAD__INIT;

	m.nve = (char *)nve;
	return peer_ask(p, MSG(NVE_DEAD), &m.base);
}
