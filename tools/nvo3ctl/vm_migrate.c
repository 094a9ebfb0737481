// SPDX-License-Identifier: GPL-2.0
/*
 * vm migrate, vm mobility, vm replicate: asks for the move and shows its steps as they begin,
 * until it has ended.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/cleanup.h"
#include "moves.h"
#include "path.h"
#include "show.h"
#include "vm.h"
#include "wait.h"

#define PROGRESS_MS 1000

const struct opt vm_migrate_opts[] = {
	{ "--to", OPT_TEXT },
	{ "--dc", OPT_TEXT },
	{ "--server", OPT_TEXT },
	{ "--client", OPT_TEXT },
	{ "--memory", OPT_TEXT },
	{ NULL },
};

const struct opt vm_mobility_opts[] = {
	{ "--to", OPT_TEXT },
	{ "--dc", OPT_TEXT },
	{ "--server", OPT_TEXT },
	{ "--client", OPT_TEXT },
	{ NULL },
};

const struct opt vm_replicate_opts[] = {
	{ "--to", OPT_TEXT },
	{ "--dc", OPT_TEXT },
	{ "--server", OPT_TEXT },
	{ "--location", OPT_TEXT },
	{ "--client", OPT_TEXT },
	{ NULL },
};

static const char *const steps[] = { "reserve", "copy", "stop", "pull", "commit", "release", NULL };

#define STEP_COPY 1	/* of a replication only */
#define STEP_PULL 3
#define STEP_LAST 5

static json_t *where(const struct args *args, struct err *err)
{
	const char *to = args_text(args, "--to"), *slash;
	const char *also = args_has(args, "--location") ? "--location" : NULL;

	if (args->n_values - args_has(args, "--memory") > 1) {
		if (args_has(args, "--client"))
			also = "--client";
		if (also)
			err_set(err, EINVAL,
				"only one of --to, --dc, --server and %s may be given", also);
		else
			err_set(err, EINVAL, "only one of --to, --dc and --server may be given");
		return NULL;
	}
	if (args_has(args, "--dc"))
		return json_pack("{s:s}", "dc", args_text(args, "--dc"));
	if (args_has(args, "--server"))
		return json_pack("{s:s}", "server", args_text(args, "--server"));
	if (args_has(args, "--location"))
		return json_pack("{s:s}", "location", args_text(args, "--location"));
	if (args_has(args, "--client"))
		return json_pack("{s:s}", "client", args_text(args, "--client"));
	if (!to)
		return json_object();

	slash = strchr(to, '/');
	if (!slash || slash == to || !slash[1] || strchr(slash + 1, '/')) {
		err_set(err, EINVAL, "--to: \"%s\" must be DC/SERVER", to);
		return NULL;
	}
	return json_pack("{s:s%, s:s}", "dc", to, (size_t)(slash - to), "server", slash + 1);
}

/* What may be wished of the memory vCenter knows */
json_t *vm_migrate_body(const struct args *args, struct err *err)
{
	json_t *body = where(args, err);

	if (body && args_has(args, "--memory"))
		json_object_set_new(body, "memory", json_string(args_text(args, "--memory")));
	return body;
}

struct watch {
	struct ctl *ctl;
	const char *kind;	/* when it is not told */
	int step;		/* the last one that was shown, -1 at first */
	json_int_t image;	/* bytes that were shown */
	uint64_t image_ms;	/* when */
};

static int step_index(const char *name)
{
	for (int i = 0; steps[i]; i++)
		if (strcmp(steps[i], name) == 0)
			return i;
	return -1;
}

static void line(struct watch *w, uint64_t ms, const char *text)
{
	fprintf(w->ctl->out, "%6" PRIu64 ".%" PRIu64 " s  %s\n", ms / 1000, ms % 1000 / 100, text);
}

static void show_image(struct watch *w, json_t *move, uint64_t ms, bool last)
{
	json_t *image = json_object_get(move, "image");
	json_int_t done = json_integer_value(json_object_get(image, "done"));
	json_int_t total = json_integer_value(json_object_get(image, "total"));
	char text[80];

	if (!total || done == w->image || (!last && ms < w->image_ms + PROGRESS_MS))
		return;
	w->image = done;
	w->image_ms = ms;
	snprintf(text, sizeof(text), "image %.1f of %.1f MiB", done / 1048576.0, total / 1048576.0);
	line(w, ms, text);
}

/* Steps that came and went between two looks are shown with the others. */
static void show_steps(struct watch *w, json_t *move, bool done, uint64_t ms)
{
	const char *step = json_string_value(json_object_get(move, "step")) ?: "";
	const char *kind = json_string_value(json_object_get(move, "kind")) ?: w->kind;
	int now = done ? STEP_LAST : step_index(step);

	while (w->step < now) {
		if (w->step == STEP_PULL)
			show_image(w, move, ms, true);
		w->step++;
		if (w->step != STEP_COPY || strcmp(kind, "replication") == 0)
			line(w, ms, steps[w->step]);
	}
	if (w->step == STEP_PULL || w->step == STEP_COPY)
		show_image(w, move, ms, false);
	fflush(w->ctl->out);
}

static enum wait_verdict judge(json_t *move, uint64_t ms, void *arg, struct err *err)
{
	const char *state = json_string_value(json_object_get(move, "state")) ?: "";
	bool done = strcmp(state, "done") == 0;
	struct watch *w = arg;

	if (!move) {
		err_set(err, ENOENT, "nobody knows this move any more");
		return WAIT_FAILED;
	}
	if (!w->ctl->json)
		show_steps(w, move, done, ms);
	if (strcmp(state, "running") == 0)
		return WAIT_ON;
	if (!w->ctl->json)
		line(w, ms, state);
	if (done)
		return WAIT_DONE;
	err_set(err, EREMOTEIO, "the move was %s: %s", state,
		json_string_value(json_object_get(move, "error")) ?: "no reason given");
	return WAIT_FAILED;
}

int move_watch(struct ctl *ctl, enum service service, const char *path, json_t *move,
	       struct err *err)
{
	_cleanup_free_ char *vm = print_value(move, "vm_name", PRINT_TEXT);
	_cleanup_free_ char *from = print_value(move, "from", PRINT_TEXT);
	_cleanup_free_ char *to = print_value(move, "to", PRINT_TEXT);
	/* what a tenant asks for is always the one, and he is not told that */
	struct watch watch = { .ctl = ctl, .step = -1,
			       .kind = service == DIRECTOR ? "replication" : "" };
	struct wait wait = { service, path, judge, &watch, 0 };
	json_t *last = NULL;
	int r;

	if (!ctl->json)
		fprintf(ctl->out, "%s: %s -> %s\n", vm, from, to);
	r = wait_for(ctl, &wait, &last, err);
	if (ctl->json && last)
		print_json(ctl->out, last);
	json_decref(last);
	return r;
}

static int ask_move(struct ctl *ctl, const struct args *args, const char *verb, bool live,
		    struct err *err)
{
	_cleanup_free_ char *path = path_make("vms", args->words[0], verb, NULL);
	json_t *body = vm_migrate_body(args, err), *move = NULL;
	_cleanup_free_ char *at = NULL;
	int r = CTL_OK;

	if (!body)
		return CTL_USAGE;
	if (live)
		json_object_set_new(body, "live", json_true());
	vm_name_it(body);
	if (client_call_again(ctl->client, VCENTER, "POST", path, body, &move, err) < 0)
		return CTL_FAILED;
	at = path_make("moves", json_string_value(json_object_get(move, "id")) ?: "", NULL);
	if (ctl->wait)
		r = move_watch(ctl, VCENTER, at, move, err);
	else
		show_object(ctl, move_columns, move);
	json_decref(move);
	return r;
}

int vm_migrate(struct ctl *ctl, const struct args *args, struct err *err)
{
	return ask_move(ctl, args, "move", false, err);
}

int vm_mobility(struct ctl *ctl, const struct args *args, struct err *err)
{
	return ask_move(ctl, args, "move", true, err);
}

int vm_replicate(struct ctl *ctl, const struct args *args, struct err *err)
{
	return ask_move(ctl, args, "replicate", false, err);
}
