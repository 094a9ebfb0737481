// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <utlist.h>
#include "codes.h"
#include "forward.h"
#include "forward_priv.h"
#include "lib/cleanup.h"
#include "lib/http_inner.h"
#include "lib/mem.h"
#include "proto/peering.pb-c.h"

uint32_t forward_limit_ms = 30000;

struct forward {
	struct vcenter *vc;
	struct peer *peer;		/* NULL: it is for us */
	const char *dc;			/* of the configuration */
	uint64_t id;
	uint8_t *data;			/* of the answer, so far */
	size_t len;
	forward_fn done;
	void *arg;
	struct forward *prev, *next;
};

struct forwards *forwards_of(struct vcenter *vc)
{
	if (!vc->forwards)
		vc->forwards = mem_zalloc(sizeof(*vc->forwards));
	return vc->forwards;
}

static void finish(struct forward *f, uint32_t code, int status, json_t *answer)
{
	if (f->peer)
		DL_DELETE(f->vc->forwards->out, f);
	f->done(f->vc, code, status, answer, f->arg);
	json_decref(answer);
	free(f->data);
	free(f);
}

__attribute__((format(printf, 4, 5)))
static void fail(struct forward *f, uint32_t code, int status, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	json_t *answer;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	for (char *p = text; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	answer = json_pack("{s:s, s:s}", "error", text, "code", code_to_word(code));
	finish(f, code, status, answer);
}

static void wrong(struct forward *f, const char *what)
{
	note_alert(f->vc, "child-wrong", f->dc, "its answer %s", what);
	fail(f, CODE(FAILED), FORWARD_LOST, "the vCenter of %s has given an answer that %s", f->dc,
	     what);
}

static void keep(struct forward *f, const void *data, size_t len)
{
	/* one that is too long stays so */
	if (f->len <= FORWARD_ANSWER_MAX && len) {
		f->data = mem_check(realloc(f->data, f->len + len));
		memcpy(f->data + f->len, data, len);
		f->len += len;
	}
}

static void judge(struct forward *f, uint32_t status)
{
	json_t *answer;

	if (f->len > FORWARD_ANSWER_MAX) {
		wrong(f, "is too long");
		return;
	}
	answer = json_loadb((char *)f->data ?: "", f->len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(answer)) {
		json_decref(answer);
		wrong(f, "is no JSON object");
	} else if (status < 200 || status > 599 || (status > 299 && status < 400)) {
		json_decref(answer);
		wrong(f, "has a status that cannot be");
	} else {
		finish(f, CODE(OK), status, answer);
	}
}

static void answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__PeerApiReply *reply = NULL;
	struct forward *f = arg;

	if (code == CODE(TIMEOUT)) {
		fail(f, code, FORWARD_LOST, "the vCenter of %s has not answered within %u ms",
		     f->dc, forward_limit_ms);
	} else if (code == CODE(UNAVAILABLE)) {
		fail(f, code, FORWARD_LOST, "the session to the vCenter of %s has ended: %s", f->dc,
		     text);
	} else if (code != CODE(OK)) {
		fail(f, code, code_to_http(code), "the vCenter of %s: %s", f->dc, text);
	} else {
		reply = msg_decode(body, &nvo3__peer_api_reply__descriptor, NULL);
		if (!reply) {
			wrong(f, "does not decode");
			return;
		}
		keep(f, reply->data.data, reply->data.len);
		judge(f, reply->status);
		msg_free(reply);
	}
}

static struct forward *find(struct peer *peer, uint64_t id)
{
	struct forward *f;

	DL_FOREACH(peer->vc->forwards->out, f)
		if (f->peer == peer && f->id == id)
			return f;
	return NULL;
}

bool forward_part(struct peer *peer, const struct msg *msg)
{
	Nvo3__PeerApiPart *part;
	struct forward *f;

	if (msg->type != MSG(PEER_API_PART))
		return false;
	part = msg_decode(msg, &nvo3__peer_api_part__descriptor, NULL);
	f = part && peer->vc->forwards ? find(peer, part->id) : NULL;
	if (f)
		keep(f, part->data.data, part->data.len);
	if (part)
		msg_free(part);
	return true;
}

/* --- to whom */

static void here(int status, const char *text, void *arg)
{
	json_t *answer = json_loads(text, 0, NULL);

	finish(arg, CODE(OK), status, answer ?: json_object());
}

static void ask_here(struct forward *f, const struct forward_ask *ask)
{
	_cleanup_free_ char *target = NULL;
	struct http_inner_ask inner = {
		.client = ask->who, .via = "", .method = ask->method, .body = ask->body,
		.len = ask->len, .unobserved = ask->unobserved,
	};

	if (asprintf(&target, "/api/v1%s", ask->target) < 0)
		abort();
	inner.target = target;
	http_inner(f->vc->http, &inner, here, f);
}

static void ask_child(struct forward *f, const struct forward_ask *ask)
{
	char who[IDENTITY_STRLEN];
	Nvo3__PeerApi msg = NVO3__PEER_API__INIT;

	msg.id = f->id;
	msg.method = (char *)ask->method;
	msg.target = (char *)ask->target;
	msg.body = (ProtobufCBinaryData){ ask->len, (uint8_t *)ask->body };
	msg.who = (char *)identity_format(ask->who, who, sizeof(who));
	chan_request(f->peer->chan, MSG(PEER_API), &msg.base, forward_limit_ms, answered, f);
}

static const char *find_dc(const struct vcenter *vc, const char *dc)
{
	for (int i = 0; i < vc->conf.n_children; i++)
		if (!strcmp(vc->conf.children[i].dc, dc))
			return vc->conf.children[i].dc;
	return NULL;
}

void forward(struct vcenter *vc, const struct forward_ask *ask, forward_fn done, void *arg)
{
	struct forward *f = mem_zalloc(sizeof(*f));
	const char *dc = find_dc(vc, ask->dc);

	*f = (struct forward){ .vc = vc, .dc = dc ?: ask->dc, .done = done, .arg = arg };
	if (!dc) {
		fail(f, CODE(NOT_FOUND), 404, "%s is no child of %s", ask->dc, vc->conf.dc);
		return;
	}
	if (!strcmp(dc, vc->conf.dc)) {
		ask_here(f, ask);
		return;
	}
	f->peer = vcenter_peer(vc, dc);
	f->id = ++forwards_of(vc)->last_id;
	DL_APPEND(vc->forwards->out, f);
	if (!f->peer->up)
		fail(f, CODE(UNAVAILABLE), 503, "the vCenter of %s is down", dc);
	else
		ask_child(f, ask);
}

void forward_stop(struct vcenter *vc)
{
	struct forward *f;

	while (vc->forwards && (f = vc->forwards->out)) {
		chan_cancel(f->peer->chan, f);
		fail(f, CODE(UNAVAILABLE), FORWARD_LOST, "vcenterd stops");
	}
}
