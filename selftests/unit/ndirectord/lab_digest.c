// SPDX-License-Identifier: GPL-2.0
/*
 * NVEs that say what they hold; see lab_peer.h.
 */
#include "lab_peer.h"

struct digest peer_digest(struct peer *p, uint8_t vn)
{
	struct digest digest = {};
	struct told *t;

	for (t = p->maps; t; t = t->hh.next)
		if (atoi(t->key) == vn)
			digest_add(&digest, digest_map(&t->mac, t->epoch, t->locators,
						       t->n_locators));
	return digest;
}

void say_digest(struct peer *p, uint8_t vn, uint64_t more)
{
	struct digest digest = peer_digest(p, vn);
	Nvo3__MapDigest m = NVO3__MAP_DIGEST__INIT;

	m.vn = uuid(vn);
	m.store = (ProtobufCBinaryData){ 16, p->store };
	m.revision = p->revision;
	m.updates = p->since_join;
	m.count = digest.n;
	m.sum = digest.sum + more;
	chan_event(p->chan, MSG(MAP_DIGEST), &m.base);
}

void say_resend(struct peer *p, uint8_t vn, const uint8_t *buckets, size_t n)
{
	Nvo3__MapResend m = NVO3__MAP_RESEND__INIT;

	m.vn = uuid(vn);
	m.buckets = (ProtobufCBinaryData){ n, (uint8_t *)buckets };
	chan_event(p->chan, MSG(MAP_RESEND), &m.base);
}

void say_alert(struct peer *p, const char *kind, const char *text)
{
	Nvo3__Alert m = NVO3__ALERT__INIT;

	m.kind = (char *)kind;
	m.text = (char *)text;
	chan_event(p->chan, MSG(ALERT), &m.base);
}
