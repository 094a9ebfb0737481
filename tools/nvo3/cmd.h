/* SPDX-License-Identifier: GPL-2.0 */
/* The table of objects and their verbs */
#ifndef NVO3_TOOL_CMD_H
#define NVO3_TOOL_CMD_H

#include "ctx.h"

/* @argv begins behind the verb. run() stops behind its words when ctx->check is set */
struct verb {
	const char *name;
	enum status (*run)(struct ctx *ctx, int argc, char *const *argv);
	bool queued;		/* only makes requests that may wait for others in a batch */
	bool link;		/* needs rtnetlink alone, which also loads the module */
};

/* The first verb is what is done without one; the table ends with a NULL name */
struct command {
	const char *name;
	const struct verb *verbs;
	const char *usage;
};

extern const struct command nve_command, vn_command, member_command, port_command, map_command,
	profile_command, remote_command, miss_command, monitor_command;

/* @argv begins with the object */
enum status cmd_run(struct ctx *ctx, int argc, char *const *argv);
/* Grammar of all objects */
void cmd_usage(FILE *f);

/* Check all lines of @file ("-" for standard input), then do them */
enum status batch_run(struct ctx *ctx, const char *file);

#endif
