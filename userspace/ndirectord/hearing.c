// SPDX-License-Identifier: GPL-2.0
/*
 * Rounds of questions about silent NVEs; see hearing.h.
 */
#include "hearing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "lib/mem.h"
#include "verdict.h"
#include "withdraw.h"

#define LOCATORS_MAX	(HEARING_MAX * DB_LOCATORS)

struct suspect {
	char nve[DB_NAME];
	bool wanted;			/* to be asked about in the next round */
	bool asked;			/* in this round, */
	struct ip_addr locators[DB_LOCATORS];	/* by these */
	int n_locators;
	struct verdict verdict;		/* of this round */
	struct suspect *prev, *next;
};

/* A question that is out. */
struct asked {
	struct hearings *h;
	char witness[DB_NAME];
};

static void forget(struct hearings *h, struct suspect *s)
{
	DL_DELETE(h->suspects, s);
	free(s);
}

/* NULL: it is not silent any more, or has nothing to lose. */
static struct db_nve *nve_of(const struct hearings *h, const struct suspect *s)
{
	struct db_nve *nve = db_nve_find(&h->d->db, s->nve);

	if (!nve || !(nve->stale & DB_STALE_NVE) || nve_session_exists(h->d, nve) || !nve->items)
		return NULL;
	return nve;
}

/* --- the end of a round */

static void judge(struct hearings *h, struct suspect *s, struct db_nve *nve)
{
	char text[4 * DB_NAME];

	verdict_text(&s->verdict, text, sizeof(text));
	if (verdict_is_dead(&s->verdict))
		withdraw(h->d->withdrawals, nve, text);
	else if (s->verdict.downs)
		director_note(h->d, "nve-disputed", nve->name, "nothing of it ends: %s", text);
}

static void schedule(struct hearings *h);

static void judge_all(struct hearings *h)
{
	struct suspect *s, *next;
	struct db_nve *nve;

	DL_FOREACH_SAFE(h->suspects, s, next) {
		if (!s->asked)
			continue;
		s->asked = false;
		nve = nve_of(h, s);
		if (nve)
			judge(h, s, nve);
		else
			forget(h, s);
	}
	schedule(h);
}

/* --- one round */

static enum verdict_seen seen_of(uint32_t state)
{
	return state == NVO3__SEEN__SEEN_UP ? VERDICT_UP :
	       state == NVO3__SEEN__SEEN_DOWN ? VERDICT_DOWN : VERDICT_NOTHING;
}

/* Its states are in the order in which it was asked; by the best path counts. */
static void hear(struct hearings *h, const char *witness, const Nvo3__NveSeenReply *m)
{
	enum verdict_seen best, seen;
	struct suspect *s;
	size_t at = 0;
	int i;

	DL_FOREACH(h->suspects, s) {
		if (!s->asked)
			continue;
		best = VERDICT_NOTHING;
		for (i = 0; i < s->n_locators && at < m->n_states; i++) {
			seen = seen_of(m->states[at++]);
			if (seen > best)
				best = seen;
		}
		verdict_hear(&s->verdict, witness, best);
	}
}

static void answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__NveSeenReply *m = NULL;
	struct asked *asked = arg;
	struct hearings *h = asked->h;

	if (code == CODE(OK))
		m = msg_decode(body, &nvo3__nve_seen_reply__descriptor, NULL);
	if (m) {
		hear(h, asked->witness, m);
		msg_free(m);
	}
	free(asked);
	if (!--h->open && !h->d->stopping)
		judge_all(h);
}

static void ask(struct hearings *h, const struct nve_session *s, const Nvo3__NveSeen *m)
{
	struct asked *asked = mem_zalloc(sizeof(*asked));

	asked->h = h;
	snprintf(asked->witness, sizeof(asked->witness), "%s", s->nve->name);
	h->open++;
	chan_request(s->chan, MSG(NVE_SEEN), &m->base, HEARING_ANSWER_MS, answered, asked);
}

static void ask_all(struct hearings *h, const Nvo3__NveSeen *m)
{
	struct nve_session *s;

	h->open++;	/* the round is not over before all are asked */
	DL_FOREACH(h->d->nve_sessions, s)
		if (s->registered && chan_can(s->chan, CAN_NVE_SEEN))
			ask(h, s, m);
	h->open--;
}

static void take_up(struct suspect *s, const struct db_nve *nve, Nvo3__NveSeen *m)
{
	s->wanted = false;
	s->asked = true;
	s->verdict = (struct verdict){ };
	s->n_locators = nve->n_locators;
	memcpy(s->locators, nve->locators, sizeof(s->locators));
	for (int i = 0; i < s->n_locators; i++)
		m->locators[m->n_locators++] = msg_put_ip(&s->locators[i]);
}

static void round_of_questions(void *arg)
{
	ProtobufCBinaryData locators[LOCATORS_MAX];
	Nvo3__NveSeen m = NVO3__NVE_SEEN__INIT;
	struct hearings *h = arg;
	struct suspect *s, *next;
	unsigned int n = 0;
	struct db_nve *nve;

	h->due = false;
	h->begun = loop_now_ms();
	m.locators = locators;
	DL_FOREACH_SAFE(h->suspects, s, next) {
		nve = nve_of(h, s);
		if (!nve)
			forget(h, s);
		else if (s->wanted && n++ < HEARING_MAX)
			take_up(s, nve, &m);
	}
	if (m.n_locators)
		ask_all(h, &m);
	if (!h->open)
		judge_all(h);
}

static bool somebody_is_wanted(const struct hearings *h)
{
	struct suspect *s;

	DL_FOREACH(h->suspects, s)
		if (s->wanted)
			return true;
	return false;
}

static void schedule(struct hearings *h)
{
	uint64_t now = loop_now_ms(), at = now + HEARING_SOON_MS;

	if (h->due || h->open || !somebody_is_wanted(h))
		return;
	if (h->begun && h->begun + HEARING_PAUSE_MS > at)
		at = h->begun + HEARING_PAUSE_MS;
	h->due = true;
	loop_timer_set(h->timer, at - now);
}

/* --- who is suspected */

void hearing_of(struct hearings *h, struct db_nve *nve)
{
	struct suspect *s;

	if (!nve->own || !nve->items)
		return;
	DL_FOREACH(h->suspects, s)
		if (!strcmp(s->nve, nve->name))
			break;
	if (!s) {
		s = mem_zalloc(sizeof(*s));
		snprintf(s->nve, sizeof(s->nve), "%s", nve->name);
		DL_APPEND(h->suspects, s);
	}
	s->wanted = true;
	schedule(h);
}

static bool names(const Nvo3__NveSeen *m, const struct db_nve *nve)
{
	struct ip_addr addr;
	size_t i;
	int j;

	for (i = 0; i < m->n_locators; i++)
		for (j = 0; j < nve->n_locators && msg_get_ip(&m->locators[i], &addr); j++)
			if (ip_addr_equal(&addr, &nve->locators[j]))
				return true;
	return false;
}

/* Of NVEs that are not silent nothing is kept: it is asked when their lease ends. */
void hearing_report(struct hearings *h, const struct nve_session *from, const Nvo3__NveSeen *m)
{
	const struct db_nve *nve;
	struct suspect *s;

	if (!chan_can(from->chan, CAN_NVE_SEEN) || m->n_locators > LOCATORS_MAX)
		return;
	DL_FOREACH(h->suspects, s) {
		nve = nve_of(h, s);
		if (nve && names(m, nve))
			s->wanted = true;
	}
	schedule(h);
}

void hearings_init(struct hearings *h, struct director *d)
{
	*h = (struct hearings){ .d = d };
	h->timer = loop_timer_new(d->loop, round_of_questions, h);
}

void hearings_uninit(struct hearings *h)
{
	while (h->suspects)
		forget(h, h->suspects);
	loop_timer_free(h->timer);
}
