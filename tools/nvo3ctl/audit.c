// SPDX-License-Identifier: GPL-2.0
/* Who has changed what; before and after are told by -j. */
#include <stdint.h>

#include "path.h"
#include "show.h"

static const struct opt opts[] = {
	{ "--since", OPT_NUMBER, .min = 0, .max = INT64_MAX },
	{ "--who", OPT_TEXT },
	{ "--object", OPT_TEXT },
	{ NULL },
};

static const struct column columns[] = {
	{ "SEQ", "seq", .right = true },
	{ "TIME", "time", PRINT_TIME },
	{ "WHO", "who" },
	{ "METHOD", "method" },
	{ "OBJECT", "object" },
	{ "PATH", "path" },
	{ "STATUS", "status", .right = true },
	{ "ERROR", "error" },
	{ NULL },
};

static int audit(struct ctl *ctl, const struct args *args, struct err *err)
{
	char *path = path_make("audit", NULL);

	path = path_query(path, "since", args_text(args, "--since"));
	path = path_query(path, "who", args_text(args, "--who"));
	path = path_query(path, "object", args_text(args, "--object"));
	return show_list(ctl, VCENTER, path, columns, err);
}

static const struct verb verbs[] = {
	{ "", "[--since SEQ] [--who NAME] [--object KIND/NAME]", opts, 0, 0, audit },
	{ NULL },
};

const struct object object_audit = { "audit", "who has changed what", verbs };
