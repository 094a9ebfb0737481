// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include "lib/mem.h"
#include "query.h"

#define QUERY_MS	3000u

struct query {
	struct vcenter *vc;
	struct lookup_wait wait;
	query_done_fn done;
	void *arg;
};

/* One of the questions of a query. */
struct query_call {
	struct query *query;
	const char *dc;		/* of the configuration */
};

static void settle(struct query *q)
{
	/* who does not answer may be the one that knows */
	if (*q->wait.silent && q->wait.best.result == NVO3__VM_LOOKUP_REPLY__RESULT__NOT_FOUND)
		note(q->vc, "lookup", "not found", "these did not answer: %s", q->wait.silent);
	q->done(q->vc, &q->wait.best, q->arg);
}

static void answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct query_call *call = arg;
	struct query *q = call->query;
	Nvo3__VmLookupReply *reply = NULL;
	struct lookup_result res;

	if (code == CODE(OK))
		reply = msg_decode(body, &nvo3__vm_lookup_reply__descriptor, NULL);
	if (reply) {
		lookup_result_from_msg(reply, &res);
		msg_free(reply);
	}
	if (lookup_wait_answer(&q->wait, call->dc, reply ? &res : NULL) && !q->vc->stopping)
		settle(q);
	if (!q->wait.waiting)
		free(q);
	free(call);
}

static int count_up(const struct vcenter *vc)
{
	int n = 0;

	for (int i = 0; i < vc->conf.n_peers; i++)
		n += vc->peers[i].up;
	return n;
}

void query_peers(struct vcenter *vc, const struct lookup_key *key, query_done_fn done, void *arg)
{
	Nvo3__VmLookup msg = lookup_key_to_msg(key);
	struct lookup_result none = { 0 };
	struct query *q;
	int n = count_up(vc);

	if (!n) {
		done(vc, &none, arg);
		return;
	}
	q = mem_zalloc(sizeof(*q));
	*q = (struct query){ .vc = vc, .done = done, .arg = arg };
	lookup_wait_init(&q->wait, n);
	for (int i = 0; i < vc->conf.n_peers; i++) {
		struct query_call *call;

		if (!vc->peers[i].up)
			continue;
		call = mem_zalloc(sizeof(*call));
		*call = (struct query_call){ q, vc->peers[i].conf->dc };
		chan_request(vc->peers[i].chan, MSG(PEER_LOOKUP), &msg.base, QUERY_MS, answered,
			     call);
	}
}

void query_lookup(struct vcenter *vc, const struct lookup_key *key, query_done_fn done, void *arg)
{
	struct lookup_result res;

	lookup_local(vc->inv, key, &res);
	if (res.result != NVO3__VM_LOOKUP_REPLY__RESULT__NOT_FOUND)
		done(vc, &res, arg);
	else
		query_peers(vc, key, done, arg);
}
