// SPDX-License-Identifier: GPL-2.0
/* A job lives from its request until that is answered and nobody is being asked for it any more. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <utlist.h>
#include "api.h"
#include "codes.h"
#include "dc_offer.h"
#include "forward.h"
#include "hier_run.h"
#include "hier_view.h"
#include "lib/cleanup.h"
#include "lib/http_inner.h"
#include "lib/mem.h"
#include "persist.h"
#include "vm_spec.h"

#define STOPS	"vcenterd stops"

enum kind { LIST, DRY, MAKE };

/* A child is being asked. */
struct call {
	struct job *job;
	struct chan *chan;
	int i;
	struct call *prev, *next;
};

struct job {
	struct vcenter *vc;
	enum kind kind;
	struct http_request *req;	/* NULL: it is answered */
	struct identity who;
	json_t *body;			/* of the VM; NULL: LIST */
	struct uuid id;
	bool named;			/* by who asks: with that id he may ask again */
	bool begun;			/* else it waits for another one of the same id */
	bool placed;			/* the store says where */
	bool making;
	int at;				/* in which DC */
	struct choice choice;
	struct call *calls;		/* utlist */
	struct job *prev, *next;
};

struct hier {
	struct job *jobs;		/* utlist, oldest first */
	struct hier_told *told;		/* by the number of the child */
};

static struct hier *hier_of(struct vcenter *vc)
{
	if (!vc->hier) {
		vc->hier = mem_zalloc(sizeof(*vc->hier));
		vc->hier->told = mem_calloc(vc->conf.n_children, sizeof(*vc->hier->told));
	}
	return vc->hier;
}

static const char *name_of(const struct job *job)
{
	return json_string_value(json_object_get(job->body, "name")) ?: "?";
}

static void begin(struct job *job);

/* The next one of the same VM goes on. */
static void job_put(struct job *job)
{
	struct hier *hier = job->vc->hier;
	struct job *other;

	if (job->req || job->calls)
		return;
	DL_DELETE(hier->jobs, job);
	DL_FOREACH(hier->jobs, other)
		if (!other->begun && uuid_equal(&other->id, &job->id))
			break;
	choice_free(&job->choice);
	json_decref(job->body);
	free(job);
	if (other)
		begin(other);
}

/* Takes @body. */
static void answer(struct job *job, int status, json_t *body)
{
	struct http_request *req = job->req;

	job->req = NULL;
	http_reply(req, status, body);
}

static void refuse(struct job *job, uint32_t code, const char *text)
{
	struct http_request *req = job->req;

	job->req = NULL;
	if (job->kind == MAKE && !job->vc->stopping)
		note(job->vc, "vm-create", name_of(job), "refused: %s", text);
	api_refuse_code(req, code, text);
}

/* --- it is made */

static void step(struct job *job);

static bool is_here(const struct job *job, int i)
{
	return !strcmp(job->choice.v[i].dc, job->vc->conf.dc);
}

static const char *sentence(json_t *json)
{
	return json_string_value(json_object_get(json, "error")) ?: "it does not say why";
}

/* It has refused, so there is none for sure, and another DC might take it. */
static bool may_be_elsewhere(const struct job *job, uint32_t code, int status)
{
	if (job->choice.v[job->at].offer.known != DC_NEVER)
		return false;
	if (code != CODE(OK))
		return status != FORWARD_LOST;
	return status == 403 || status == 404 || status == 507;
}

static uint32_t code_of(uint32_t code, int status)
{
	if (code != CODE(OK))
		return code;
	return status == 507 ? CODE(FULL) : status == 404 ? CODE(NOT_FOUND) : CODE(DENIED);
}

static void answer_lost(struct job *job, int status, json_t *json)
{
	_cleanup_free_ char *text = NULL;
	json_t *body = json_copy(json);

	if (asprintf(&text, "%s; VM %s may have been made there", sentence(json), name_of(job)) < 0)
		abort();
	json_object_set_new(body, "error", json_string(text));
	answer(job, status, body);
}

static void made(struct vcenter *vc, uint32_t code, int status, json_t *json, void *arg)
{
	struct job *job = arg;
	const char *dc = job->choice.v[job->at].dc;

	job->making = false;
	if (may_be_elsewhere(job, code, status)) {
		choice_out(&job->choice, job->at, code_of(code, status), sentence(json));
		step(job);
		return;
	}
	if (status == 202 && !vc->stopping)
		note(vc, "vm-placed", name_of(job), "in %s", dc);
	if (status == FORWARD_LOST)
		answer_lost(job, status, json);
	else
		answer(job, status, json_incref(json));
	job_put(job);
}

/* Whom we ask is on the disk before that; what is made here is there anyway. */
static int remember(struct job *job, const char *dc, struct err *err)
{
	struct store *store = job->vc->store;
	int ret = 0;

	if (job->named && strcmp(dc, job->vc->conf.dc)) {
		ret = persist_placed(store, &job->id, dc, err);
		job->placed = true;
	} else if (job->placed) {
		ret = persist_placed_del(store, &job->id, err);
		job->placed = false;
	}
	*job->choice.placed = '\0';
	return ret;
}

static void make(struct job *job, int i)
{
	_cleanup_free_ char *text = json_dumps(job->body, JSON_COMPACT);
	struct forward_ask ask = { .dc = job->choice.v[i].dc, .who = &job->who, .method = "POST",
				   .target = "/vms", .body = text, .len = strlen(text),
				   .unobserved = true };
	struct err err;
	int ret = remember(job, ask.dc, &err);

	if (ret) {
		refuse(job, code_from_errno(ret), err.text);
		job_put(job);
		return;
	}
	job->making = true;
	job->at = i;
	forward(job->vc, &ask, made, job);
}

/* --- the answers */

static void answer_dry(struct job *job)
{
	int best;

	if (choice_next(&job->choice, loop_now_ms(), &best) != CHOICE_MAKE ||
	    job->choice.v[best].offer.code != CODE(OK))
		best = -1;
	answer(job, 200, hier_view_offers(&job->choice, best, name_of(job)));
}

static void answer_list(struct job *job)
{
	struct http_request *req = job->req;
	json_t *items = json_array();

	for (int i = 0; i < job->choice.n; i++)
		json_array_append_new(items, hier_view_dc(&job->choice.v[i], is_here(job, i),
							  &job->vc->hier->told[i]));
	job->req = NULL;
	api_reply_items(req, items);
}

/* Nothing is left of it in the store: no DC has it. */
static void refuse_all(struct job *job)
{
	_cleanup_free_ char *text = NULL;
	uint32_t code = choice_refusal(&job->choice, name_of(job), &text);

	if (job->placed && !*job->choice.placed)
		persist_placed_del(job->vc->store, &job->id, NULL);
	refuse(job, code, text);
}

static void step_make(struct job *job)
{
	int i;

	switch (choice_next(&job->choice, loop_now_ms(), &i)) {
	case CHOICE_WAIT:
		return;
	case CHOICE_MAKE:
		make(job, i);
		return;
	case CHOICE_REFUSE:
		refuse_all(job);
		job_put(job);
	}
}

/* As far as it goes at present; may free @job. */
static void step(struct job *job)
{
	if (!job->req || job->making) {
		job_put(job);
	} else if (job->kind == MAKE) {
		step_make(job);
	} else if (!choice_waiting(&job->choice, loop_now_ms())) {
		if (job->kind == LIST)
			answer_list(job);
		else
			answer_dry(job);
		job_put(job);
	}
}

/* --- the questions */

static void take_offer(struct job *job, int i, struct dc_offer *offer)
{
	job->vc->hier->told[i] = (struct hier_told){ wall_ms(), offer->figures };
	/* nobody has named it before */
	if (!job->named)
		offer->known = DC_NEVER;
	choice_offer(&job->choice, i, offer);
}

static void call_free(struct call *call)
{
	DL_DELETE(call->job->calls, call);
	free(call);
}

static void answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct call *call = arg;
	struct job *job = call->job;
	struct dc_offer offer;
	int i = call->i;

	call_free(call);
	if (code == CODE(TIMEOUT)) {
		choice_out(&job->choice, i, code, "its vCenter does not answer");
	} else if (code != CODE(OK)) {
		choice_out(&job->choice, i, code, text);
	} else if (dc_offer_from_msg(body, &offer)) {
		take_offer(job, i, &offer);
	} else {
		note_alert(job->vc, "child-wrong", job->choice.v[i].dc,
			   "what it says of itself cannot be");
		choice_out(&job->choice, i, CODE(UNAVAILABLE), "what it says of itself cannot be");
	}
	step(job);
}

static void ask_child(struct job *job, int i, const char *body)
{
	struct peer *peer = vcenter_peer(job->vc, job->choice.v[i].dc);
	Nvo3__PeerPlaceAsk msg = NVO3__PEER_PLACE_ASK__INIT;
	struct call *call;

	if (!peer->up) {
		choice_out(&job->choice, i, CODE(UNAVAILABLE), "its vCenter is down");
		return;
	}
	call = mem_zalloc(sizeof(*call));
	*call = (struct call){ .job = job, .chan = peer->chan, .i = i };
	DL_APPEND(job->calls, call);
	if (body)
		msg.vm = (ProtobufCBinaryData){ strlen(body), (uint8_t *)body };
	chan_request(peer->chan, MSG(PEER_PLACE_ASK), &msg.base, CHOICE_ASK_MS, answered, call);
}

static void ask_all(struct job *job)
{
	_cleanup_free_ char *body = job->body ? json_dumps(job->body, JSON_COMPACT) : NULL;
	struct dc_offer offer;

	for (int i = 0; i < job->choice.n; i++) {
		if (job->choice.v[i].state != DC_ASKED)
			continue;
		if (!is_here(job, i)) {
			ask_child(job, i, body);
			continue;
		}
		dc_offer_make(job->vc, job->body, &offer);
		take_offer(job, i, &offer);
	}
}

static void take_location(struct job *job)
{
	json_t *member = json_object_get(job->body, "location"), *rest;

	if (!member)
		return;
	rest = json_string(choice_location(&job->choice, json_string_value(member)));
	json_object_set_new(job->body, "location", rest);
}

/* May free @job. */
static void begin(struct job *job)
{
	struct vcenter *vc = job->vc;

	job->begun = true;
	choice_init(&job->choice, vc->conf.children, vc->conf.n_children, vc->conf.policy,
		    loop_now_ms());
	if (vc->stopping) {
		refuse(job, CODE(UNAVAILABLE), STOPS);
		job_put(job);
		return;
	}
	job->choice.together = json_is_true(json_object_get(job->body, "together"));
	take_location(job);
	if (job->kind == MAKE && job->named)
		job->placed = persist_placed_dc(vc->store, &job->id, job->choice.placed);
	ask_all(job);
	step(job);
}

static bool is_under_way(const struct hier *hier, const struct job *job)
{
	const struct job *other;

	DL_FOREACH(hier->jobs, other)
		if (other->kind == MAKE && other->named && uuid_equal(&other->id, &job->id))
			return true;
	return false;
}

/* Takes @body. */
static void job_begin(struct vcenter *vc, struct http_request *req, enum kind kind, json_t *body)
{
	const char *id = json_string_value(json_object_get(body, "id"));
	struct hier *hier = hier_of(vc);
	struct job *job = mem_zalloc(sizeof(*job));
	bool waits;

	*job = (struct job){ .vc = vc, .kind = kind, .req = req, .who = *http_client(req),
			     .body = body };
	job->named = id && !uuid_parse(&job->id, id, NULL);
	waits = kind == MAKE && job->named && is_under_way(hier, job);
	DL_APPEND(hier->jobs, job);
	if (!waits)
		begin(job);
}

/* --- what is asked for */

void hier_list(struct vcenter *vc, struct http_request *req)
{
	job_begin(vc, req, LIST, NULL);
}

bool hier_may_forward(struct vcenter *vc, struct http_request *req)
{
	if (!http_inner_via(req))
		return true;
	http_error(req, 403, "denied", "what was handed on to %s is not handed on further",
		   vc->conf.dc);
	return false;
}

static bool check_length(struct http_request *req, json_t *body)
{
	_cleanup_free_ char *text = json_dumps(body, JSON_COMPACT);

	if (strlen(text) <= FORWARD_BODY_MAX)
		return true;
	http_error(req, 413, "too-large", FORWARD_TOO_LONG, FORWARD_BODY_MAX);
	return false;
}

/* What is not in order is so everywhere */
static bool check(struct vcenter *vc, struct http_request *req, json_t *body)
{
	struct vm_spec spec;
	struct err err;
	int ret = vm_spec_parse(vc->inv, body, &spec, &err);
	bool server = !ret && *spec.server;

	if (!ret) {
		vm_spec_give_back(vc->inv, spec.vm);
		vm_free(spec.vm);
	}
	if (ret == -EINVAL)
		api_refuse(req, ret, &err);
	else if (server)
		http_error(req, 400, "bad-request",
			   "server: a server is of one data centre, dc: name that");
	return ret != -EINVAL && !server;
}

static void handed_on(struct vcenter *vc, uint32_t code, int status, json_t *json, void *arg)
{
	http_reply(arg, status, json_incref(json));
}

static void hand_on(struct vcenter *vc, struct http_request *req, const char *dc, bool dry,
		    json_t *body)
{
	_cleanup_free_ char *text = json_dumps(body, JSON_COMPACT);
	struct forward_ask ask = { .dc = dc, .who = http_client(req), .method = "POST",
				   .target = dry ? "/placement" : "/vms", .body = text,
				   .len = strlen(text) };

	forward(vc, &ask, handed_on, req);
}

bool hier_take_dc(struct vcenter *vc, struct http_request *req, json_t *body, bool dry)
{
	_cleanup_free_ char *dc = NULL;
	const char *said = "";
	struct err err;

	if (json_opt_str(body, "dc", &said, &err)) {
		api_refuse(req, -EINVAL, &err);
		return false;
	}
	dc = mem_strdup(said);
	json_object_del(body, "dc");
	if (!*dc || !strcmp(dc, vc->conf.dc))
		return true;
	if (!hier_may_forward(vc, req) || !check_length(req, body))
		return false;
	if (strcmp(dc, CHOICE_ANY))
		hand_on(vc, req, dc, dry, body);
	else if (check(vc, req, body))
		job_begin(vc, req, dry ? DRY : MAKE, json_deep_copy(body));
	return false;
}

/* --- the end */

static struct job *find_waiting(const struct hier *hier)
{
	struct job *job;

	DL_FOREACH(hier->jobs, job)
		if (job->req && !job->making)
			return job;
	return NULL;
}

static void cancel_calls(struct job *job)
{
	while (job->calls) {
		chan_cancel(job->calls->chan, job->calls);
		call_free(job->calls);
	}
}

void hier_stop(struct vcenter *vc)
{
	struct job *job, *next;

	if (!vc->hier)
		return;
	while ((job = find_waiting(vc->hier))) {
		cancel_calls(job);
		refuse(job, CODE(UNAVAILABLE), STOPS);
		job_put(job);
	}
	DL_FOREACH_SAFE(vc->hier->jobs, job, next) {
		cancel_calls(job);
		job_put(job);
	}
}

void hier_free(struct vcenter *vc)
{
	if (!vc->hier)
		return;
	free(vc->hier->told);
	free(vc->hier);
	vc->hier = NULL;
}
