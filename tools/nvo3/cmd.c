// SPDX-License-Identifier: GPL-2.0
#include "cmd.h"

#include <string.h>

static const struct command *const commands[] = {
	&nve_command, &vn_command, &member_command, &port_command,
	&map_command, &profile_command, &remote_command, &miss_command, &monitor_command,
};

#define NCOMMANDS (sizeof(commands) / sizeof(commands[0]))

void cmd_usage(FILE *f)
{
	size_t i;

	fputs("usage: nvo3 [ OPTIONS ] OBJECT { COMMAND | help }\n"
	      "       nvo3 [ OPTIONS ] -b FILE\n"
	      "OPTIONS := { -j | -p | -s | -n NETNS | -V | -h }\n"
	      "OBJECT := { nve | vn | member | port | map | profile | remote | miss | monitor }\n\n",
	      f);
	for (i = 0; i < NCOMMANDS; i++)
		fputs(commands[i]->usage, f);
}

static enum status help(const struct ctx *ctx, const struct command *c)
{
	if (ctx->check)
		return STATUS_OK;
	if (c)
		fputs(c->usage, stdout);
	else
		cmd_usage(stdout);
	return STATUS_OK;
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < NCOMMANDS; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static const struct verb *find_verb(const struct command *c, const char *name)
{
	const struct verb *v;

	for (v = c->verbs; v->name; v++)
		if (!strcmp(v->name, name))
			return v;
	return NULL;
}

static enum status unknown_verb(struct ctx *ctx, const struct command *c, const char *word)
{
	const struct verb *v;
	char list[100] = "";

	for (v = c->verbs; v->name; v++) {
		strcat(list, v == c->verbs ? "" : ", ");
		strcat(list, v->name);
	}
	return ctx_usage(ctx, "\"%s\" is not a command of %s; expected %s or help", word, c->name,
			 list);
}

/* The words are judged before the kernel is spoken to; of a batch they have been */
static enum status run_verb(struct ctx *ctx, const struct verb *v, int argc, char *const *argv)
{
	bool check_only = ctx->check;
	enum status status = STATUS_OK;

	if (!ctx->file || check_only) {
		ctx->check = true;
		status = v->run(ctx, argc, argv);
		ctx->check = check_only;
	}
	if (status || check_only)
		return status;
	status = ctx_open(ctx, v->link);
	/* What waits was asked for before this, and must be done before it */
	if (!status && !v->queued)
		status = ctx_flush(ctx);
	return status ? status : v->run(ctx, argc, argv);
}

enum status cmd_run(struct ctx *ctx, int argc, char *const *argv)
{
	const struct command *c = find_command(argv[0]);
	const struct verb *v;

	if (!strcmp(argv[0], "help"))
		return help(ctx, NULL);
	if (!c)
		return ctx_usage(ctx,
				 "\"%s\" is not an object; expected nve, vn, member, port, map, profile, remote, miss, monitor or help",
				 argv[0]);
	if (argc < 2)
		return run_verb(ctx, c->verbs, 0, argv + 1);
	if (!strcmp(argv[1], "help"))
		return help(ctx, c);
	v = find_verb(c, argv[1]);
	/* The words of monitor are groups, not verbs */
	if (!v && c == &monitor_command)
		return run_verb(ctx, c->verbs, argc - 1, argv + 1);
	return v ? run_verb(ctx, v, argc - 2, argv + 2) : unknown_verb(ctx, c, argv[1]);
}
