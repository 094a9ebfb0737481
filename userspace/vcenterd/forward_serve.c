// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "dc_offer.h"
#include "forward.h"
#include "forward_priv.h"
#include "forward_serve.h"
#include "lib/http_inner.h"
#include "lib/mem.h"
#include "owed.h"

#define SERVING_MAX	64u
#define TARGET_MAX	16384u
#define BACKLOG_MAX	(32u << 20)	/* of the session, which ends at twice as much */

static bool is_parent(const struct vcenter *vc, const struct chan *chan)
{
	return vc->conf.parent && !strcmp(chan_peer(chan)->dc, vc->conf.parent);
}

void forward_serve_up(struct vcenter *vc, struct chan *chan)
{
	struct forwards *all = forwards_of(vc);
	struct chan *old = all->parent;

	if (!is_parent(vc, chan))
		return;
	/* What was said in it and has not come yet must not come behind what is said now */
	all->parent = chan;
	if (old)
		chan_drop(old, "it has another session");
}

void forward_serve_down(struct vcenter *vc, const struct chan *chan)
{
	struct forwards *all = forwards_of(vc);

	if (all->parent == chan)
		all->parent = NULL;
	if (all->refused == chan)
		all->refused = NULL;
}

/* --- a request */

struct serve {
	struct vcenter *vc;
	struct owed *owed;
	uint64_t id;
};

static void send_parts(struct chan *chan, uint64_t id, const char **answer, size_t *len)
{
	Nvo3__PeerApiPart part = NVO3__PEER_API_PART__INIT;

	part.id = id;
	for (; *len > FORWARD_PART; *answer += FORWARD_PART, *len -= FORWARD_PART) {
		part.data = (ProtobufCBinaryData){ FORWARD_PART, (uint8_t *)*answer };
		chan_event(chan, MSG(PEER_API_PART), &part.base);
	}
}

/* @status and @answer, or why that one cannot be sent */
static void check_length(struct chan *chan, int *status, const char **answer, char *why,
			 size_t size)
{
	size_t len = strlen(*answer);

	if (len > FORWARD_ANSWER_MAX) {
		*status = 413;
		snprintf(why, size, "{\"error\":\"the answer has %zu bytes, which is more than %u: "
			 "ask for it page by page (limit)\",\"code\":\"too-large\"}", len,
			 FORWARD_ANSWER_MAX);
		*answer = why;
	} else if (len > FORWARD_PART && chan_backlog(chan) + len > BACKLOG_MAX) {
		*status = 503;
		snprintf(why, size, "{\"error\":\"too many answers are on their way to the root\","
			 "\"code\":\"unavailable\"}");
		*answer = why;
	}
}

static void served(int status, const char *answer, void *arg)
{
	Nvo3__PeerApiReply msg = NVO3__PEER_API_REPLY__INIT;
	struct serve *serve = arg;
	struct chan *chan = owed_chan(serve->owed);
	char why[192];
	size_t len;

	if (chan) {
		check_length(chan, &status, &answer, why, sizeof(why));
		len = strlen(answer);
		send_parts(chan, serve->id, &answer, &len);
		msg.status = status;
		msg.data = (ProtobufCBinaryData){ len, (uint8_t *)answer };
	}
	owed_reply(serve->vc, serve->owed, CODE(OK), NULL, &msg.base);
	serve->vc->forwards->serving--;
	free(serve);
}

static int take_who(const char *text, struct identity *ret, struct err *err)
{
	const char *slash = strchr(text, '/');
	char uri[2 * IDENTITY_STRLEN];
	int dc = slash ? slash - text : 0;

	snprintf(uri, sizeof(uri), "nvo3://%.*s/operator/%s", slash ? dc : 1, slash ? text : "x",
		 slash ? slash + 1 : text);
	if (identity_parse(uri, ret, err))
		return err_prefix(err, -EINVAL, "who");
	if (!slash)
		*ret->dc = '\0';
	return 0;
}

static int check_api(const Nvo3__PeerApi *req, struct identity *who, struct err *err)
{
	if (*req->target != '/' || strlen(req->target) > TARGET_MAX)
		return err_set(err, EINVAL, "target: must be a path");
	if (!*req->method || strlen(req->method) > 16)
		return err_set(err, EINVAL, "method: must be a word");
	return take_who(req->who, who, err);
}

static void run_api(struct vcenter *vc, struct chan *chan, uint64_t id, const Nvo3__PeerApi *req,
		    const struct identity *who)
{
	struct serve *serve = mem_zalloc(sizeof(*serve));
	struct http_inner_ask ask = {
		.client = who, .via = chan_peer_name(chan), .method = req->method,
		.body = req->body.data, .len = req->body.len,
	};
	char *target;

	*serve = (struct serve){ vc, owed_new(vc, chan, id), req->id };
	vc->forwards->serving++;
	if (asprintf(&target, "/api/v1%s", req->target) < 0)
		abort();
	ask.target = target;
	http_inner(vc->http, &ask, served, serve);
	free(target);
}

static void serve_api(struct vcenter *vc, struct chan *chan, const struct msg *msg)
{
	struct identity who;
	struct err err;
	Nvo3__PeerApi *req = msg_decode(msg, &nvo3__peer_api__descriptor, &err);

	if (!req || check_api(req, &who, &err)) {
		chan_reply(chan, msg->id, CODE(BAD_MESSAGE), err.text, NULL);
	} else if (!vc->http) {
		chan_reply(chan, msg->id, CODE(UNAVAILABLE), "vcenterd stops", NULL);
	} else if (forwards_of(vc)->serving >= SERVING_MAX) {
		err_set(&err, EBUSY, "%u requests of the root are under way", SERVING_MAX);
		chan_reply(chan, msg->id, CODE(BUSY), err.text, NULL);
	} else {
		run_api(vc, chan, msg->id, req, &who);
	}
	if (req)
		msg_free(req);
}

/* Once in a session it is an alert */
static void refuse(struct vcenter *vc, struct chan *chan, uint64_t id)
{
	struct forwards *all = forwards_of(vc);
	struct err err;

	err_set(&err, EACCES, "%s is not the parent of %s", chan_peer(chan)->dc, vc->conf.dc);
	if (all->refused != chan)
		note_alert(vc, "root-refused", chan_peer_name(chan), "%s", err.text);
	all->refused = chan;
	chan_reply(chan, id, CODE(DENIED), err.text, NULL);
}

bool forward_serve(struct vcenter *vc, struct chan *chan, const struct msg *msg)
{
	if (msg->type != MSG(PEER_API) && msg->type != MSG(PEER_PLACE_ASK))
		return false;
	if (!is_parent(vc, chan))
		refuse(vc, chan, msg->id);
	else if (msg->type == MSG(PEER_API))
		serve_api(vc, chan, msg);
	else
		dc_offer_reply(vc, chan, msg);
	return true;
}
