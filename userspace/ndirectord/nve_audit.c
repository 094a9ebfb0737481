// SPDX-License-Identifier: GPL-2.0
/*
 * Does an NVE hold what it should? (Documentation/distribution.rst, "Is a copy true?")
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "session_nve.h"

/* A VN that differs costs two walks; an NVE with many that all differ has to wait its turn */
#define AUDITS_PER_S	4
#define AUDITS_BURST	64

void nve_audit_init(struct nve_session *s)
{
	rate_init(&s->audits, AUDITS_PER_S, AUDITS_BURST, loop_now_ms());
}

static struct follower *follower_of(struct director *d, struct nve_session *s,
				    const ProtobufCBinaryData *uuid)
{
	struct join *join;
	struct db_vn *vn;
	uint32_t code;

	if (!chan_can(s->chan, CAN_MAP_DIGEST))
		return NULL;
	vn = nve_vn(d, uuid, &code, NULL);
	join = vn ? nve_join_of(s, vn) : NULL;
	return join ? &join->follower : NULL;
}

static void send_buckets(struct director *d, struct follower *f, const Nvo3__MapDigest *said)
{
	Nvo3__MapDigest m = NVO3__MAP_DIGEST__INIT;
	struct digest want = tell_digest(f);
	uint64_t sums[DIGEST_BUCKETS];
	uint8_t bytes[8 * DIGEST_BUCKETS];
	int i;

	tell_buckets(f, sums);
	for (i = 0; i < 8 * DIGEST_BUCKETS; i++)
		bytes[i] = sums[i / 8] >> (56 - i % 8 * 8);
	m.vn = said->vn;
	m.store = said->store;
	m.revision = said->revision;
	m.updates = said->updates;
	m.count = want.n;
	m.sum = want.sum;
	m.buckets = (ProtobufCBinaryData){ sizeof(bytes), bytes };
	chan_event(f->chan, MSG(MAP_DIGEST), &m.base);
}

void nve_digest(struct director *d, struct nve_session *s, const Nvo3__MapDigest *m)
{
	struct follower *f = follower_of(d, s, &m->vn);
	struct digest want;

	if (!f || m->store.len != 16 || memcmp(m->store.data, store_id(d->store), 16))
		return;
	f->held = (struct digest){ .sum = m->sum, .n = m->count };
	/* What has to be told, or is on its way, explains a difference: next time */
	if (!tell_now(&d->tell, f, NULL) || f->messages != m->updates || f->at.told != m->revision)
		return;
	want = tell_digest(f);
	if (digest_equal(&want, &f->held) || !rate_take(&s->audits, loop_now_ms()))
		return;
	director_alert(d, "drift", s->nve->name,
		       "VN %s at revision %" PRIu64 ": holds %" PRIu64 " mappings with digest %016"
		       PRIx64 ", should hold %" PRIu64 " with %016" PRIx64, f->at.vn->info.name,
		       m->revision, f->held.n, f->held.sum, want.n, want.sum);
	send_buckets(d, f, m);
}

void nve_resend(struct director *d, struct nve_session *s, const Nvo3__MapResend *m)
{
	struct follower *f = follower_of(d, s, &m->vn);

	if (f && m->buckets.len && m->buckets.len <= DIGEST_BUCKETS &&
	    rate_take(&s->audits, loop_now_ms()))
		tell_again(&d->tell, f, m->buckets.data, m->buckets.len);
}

/* The one kind that an NVE may raise here; it ends up in logs. */
void nve_alert(struct director *d, struct nve_session *s, const Nvo3__Alert *m)
{
	char text[sizeof(((struct event *)0)->text)], *c;

	if (strcmp(m->kind, "drift") || !chan_can(s->chan, CAN_MAP_DIGEST))
		return;
	snprintf(text, sizeof(text), "%s", m->text);
	for (c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	director_alert(d, "drift", s->nve->name, "%s", text);
}
