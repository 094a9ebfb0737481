// SPDX-License-Identifier: GPL-2.0
/*
 * The log of operations and its alerts, as they are or as they come.
 */
#include <errno.h>
#include <stdint.h>
#include <time.h>

#include "lib/cleanup.h"
#include "lib/mem.h"
#include "path.h"
#include "show.h"

#define INTERVAL_MS 500

static const struct opt opts[] = {
	{ "-w", OPT_FLAG },
	{ "--director", OPT_FLAG },
	{ "--since", OPT_NUMBER, .min = 0, .max = INT64_MAX },
	{ NULL },
};

static const struct column columns[] = {
	{ "SEQ", "seq", .right = true },
	{ "TIME", "time", PRINT_TIME },
	{ "KIND", "kind" },
	{ "SUBJECT", "subject" },
	{ "TEXT", "text" },
	{ NULL },
};

/* One at a time there is no telling how wide a column will be: no alignment. */
static void print_one(struct ctl *ctl, json_t *event)
{
	if (ctl->json) {
		json_dumpf(event, ctl->out, JSON_COMPACT);
		fputc('\n', ctl->out);
		return;
	}
	for (const struct column *c = columns; c->head; c++) {
		_cleanup_free_ char *text = print_value(event, c->path, c->form);

		fprintf(ctl->out, "%s%s", text, c[1].head ? "  " : "\n");
	}
}

static int print_since(struct ctl *ctl, enum service service, const char *what, long long *since,
		       struct err *err)
{
	_cleanup_free_ char *path = NULL;
	json_t *answer = NULL, *event;
	char number[32];
	size_t i;
	int r;

	snprintf(number, sizeof(number), "%lld", *since);
	path = path_query(path_make(what, NULL), "since", number);
	r = client_call(ctl->client, service, "GET", path, NULL, &answer, err);
	if (r < 0)
		return r;

	json_array_foreach(json_object_get(answer, "items"), i, event) {
		print_one(ctl, event);
		*since = json_integer_value(json_object_get(event, "seq"));
	}
	json_decref(answer);
	return fflush(ctl->out) < 0 ? err_sys(err, errno, "standard output") : 0;
}

/* Until it is interrupted, or the server does not answer */
static int watch(struct ctl *ctl, enum service service, const char *what, long long since,
		 struct err *err)
{
	const struct timespec interval = { 0, INTERVAL_MS * 1000000 };

	while (print_since(ctl, service, what, &since, err) == 0)
		nanosleep(&interval, NULL);
	return CTL_FAILED;
}

static int show(struct ctl *ctl, const char *what, const struct args *args, struct err *err)
{
	enum service service = args_has(args, "--director") ? DIRECTOR : VCENTER;
	long long since = 0;
	char *path;

	args_number(args, "--since", &since);
	if (args_has(args, "-w"))
		return watch(ctl, service, what, since, err);
	path = path_query(path_make(what, NULL), "since", args_text(args, "--since"));
	return show_list(ctl, service, path, columns, err);
}

static int events(struct ctl *ctl, const struct args *args, struct err *err)
{
	return show(ctl, "events", args, err);
}

static int alerts(struct ctl *ctl, const struct args *args, struct err *err)
{
	return show(ctl, "alerts", args, err);
}

static const struct verb event_verbs[] = {
	{ "", "[-w] [--since SEQ] [--director]", opts, 0, 0, events },
	{ NULL },
};

static const struct verb alert_verbs[] = {
	{ "", "[-w] [--since SEQ] [--director]", opts, 0, 0, alerts },
	{ NULL },
};

const struct object object_events = { "events", "what happened", event_verbs };
const struct object object_alerts = { "alerts", "what somebody should look at", alert_verbs };
