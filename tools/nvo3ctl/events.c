// SPDX-License-Identifier: GPL-2.0
/*
 * The log of operations and its alerts, as they are or as they come.
 */
#include <stdint.h>

#include "path.h"
#include "show.h"
#include "watch.h"

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

static int show(struct ctl *ctl, const char *what, const struct args *args, struct err *err)
{
	enum service service = args_has(args, "--director") ? DIRECTOR : VCENTER;
	long long since = 0;
	char *path;

	args_number(args, "--since", &since);
	if (args_has(args, "-w")) {
		const struct watch watch = { .service = service, .topic = what, .since = since,
					     .columns = columns };

		return watch_run(ctl, &watch, err);
	}
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
