// SPDX-License-Identifier: GPL-2.0
/*
 * From the command line to the verb, and from its value to the exit status.
 */
#include "ctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/version.h"
#include "usage.h"

const struct object *const objects[] = {
	&object_vm,	&object_vn,	&object_server, &object_moves,	&object_map,
	&object_events, &object_alerts, &object_audit,	&object_status, &object_pki,
	&object_profile, &object_backup, &object_load,	&object_alarms,
	&object_group,	&object_wish,	&object_dc,
	NULL,
};

static const struct opt global_opts[] = {
	{ "-j", OPT_FLAG },
	{ "-h", OPT_FLAG },
	{ "--help", OPT_FLAG },
	{ "-V", OPT_FLAG },
	{ "--no-wait", OPT_FLAG },
	{ "--dc", OPT_TEXT },
	{ "--url", OPT_TEXT },
	{ "--socket", OPT_TEXT },
	{ "--director-url", OPT_TEXT },
	{ "--director-socket", OPT_TEXT },
	{ "--ca", OPT_TEXT },
	{ "--cert", OPT_TEXT },
	{ "--key", OPT_TEXT },
	{ NULL },
};

static const struct object *find_object(const char *name)
{
	for (int i = 0; objects[i]; i++)
		if (strcmp(objects[i]->name, name) == 0)
			return objects[i];
	return NULL;
}

static const struct verb *find_verb(const struct object *object, const char *name)
{
	for (const struct verb *verb = object->verbs; verb->name; verb++)
		if (!*verb->name || strcmp(verb->name, name) == 0)
			return verb;
	return NULL;
}

static int choose(const struct args *args, const char *url_opt, const char *socket_opt,
		  const char **url, const char **socket, struct err *err)
{
	const char *asked_url = args_text(args, url_opt);
	const char *asked_socket = args_text(args, socket_opt);

	if (asked_url && asked_socket)
		return err_set(err, EINVAL, "%s and %s exclude each other", url_opt, socket_opt);
	/* What is asked for here is stronger than any variable. */
	if (asked_socket)
		*url = NULL;
	if (asked_url)
		*url = asked_url;
	if (asked_socket)
		*socket = asked_socket;
	return 0;
}

static int configure(const struct args *args, struct client_config *ret, struct err *err)
{
	*ret = (struct client_config){
		.service[VCENTER] = { getenv("NVO3_URL"), getenv("NVO3_SOCKET")
							  ?: "/run/nvo3/vcenterd.sock" },
		.service[DIRECTOR] = { getenv("NVO3_DIRECTOR_URL"),
				       getenv("NVO3_DIRECTOR_SOCKET")
					       ?: "/run/nvo3/ndirectord.sock" },
		.ca = args_text(args, "--ca") ?: getenv("NVO3_CA"),
		.cert = args_text(args, "--cert") ?: getenv("NVO3_CERT"),
		.key = args_text(args, "--key") ?: getenv("NVO3_KEY"),
		.dc = args_text(args, "--dc"),
	};

	if (choose(args, "--url", "--socket", &ret->service[VCENTER].url,
		   &ret->service[VCENTER].socket, err) < 0)
		return -EINVAL;
	return choose(args, "--director-url", "--director-socket", &ret->service[DIRECTOR].url,
		      &ret->service[DIRECTOR].socket, err);
}

/* What of the command line has been understood */
struct command {
	const struct object *object;
	const struct verb *verb;
	struct args global;
	struct args args;
};

static bool wants_help(const struct command *cmd)
{
	return args_has(&cmd->global, "-h") || args_has(&cmd->global, "--help") ||
	       args_has(&cmd->args, "-h") || args_has(&cmd->args, "--help");
}

/* A verb's own option of the same name is the verb's, behind it. */
static const struct opt *find_global(const struct command *cmd, const char *name)
{
	const struct opt *opt;

	for (opt = cmd->verb ? cmd->verb->opts : NULL; opt && opt->name; opt++)
		if (!strcmp(opt->name, name))
			return NULL;
	for (opt = global_opts; opt->name; opt++)
		if (!strcmp(opt->name, name))
			return opt;
	return NULL;
}

/* Global options may stand anywhere; they are moved to where they belong. */
static int take_globals(struct command *cmd, struct err *err)
{
	struct args all = cmd->args;

	cmd->args.n_values = 0;
	for (int i = 0; i < all.n_values; i++) {
		const struct opt *opt = find_global(cmd, all.values[i].name);
		struct args *to = opt ? &cmd->global : &cmd->args;

		if (opt && args_has(to, opt->name))
			return err_set(err, EINVAL, "%s is given twice", opt->name);
		if (to->n_values == ARGS_VALUES)
			return err_set(err, EINVAL, "more than %d options", ARGS_VALUES);
		to->values[to->n_values++] = all.values[i];
	}
	return 0;
}

static int understand(struct command *cmd, int argc, char **argv, struct err *err)
{
	int i = 1, r;

	r = args_parse(&cmd->global, global_opts, NULL, true, argc - i, argv + i, err);
	if (r < 0)
		return r;
	i += r;
	if (i == argc)
		return wants_help(cmd) || args_has(&cmd->global, "-V") ?
			       0 : err_set(err, EINVAL, "OBJECT is missing");

	cmd->object = find_object(argv[i]);
	if (!cmd->object)
		return err_set(err, EINVAL, "unknown object \"%s\"", argv[i]);
	i++;

	if (i < argc && argv[i][0] != '-')
		cmd->verb = find_verb(cmd->object, argv[i]);
	else
		cmd->verb = find_verb(cmd->object, "");
	if (!cmd->verb && i < argc && argv[i][0] != '-')
		return err_set(err, EINVAL, "unknown verb \"%s\"", argv[i]);
	if (cmd->verb && *cmd->verb->name)
		i++;

	r = args_parse(&cmd->args, cmd->verb ? cmd->verb->opts : NULL, global_opts, false,
		       argc - i, argv + i, err);
	if (r < 0)
		return r;
	r = take_globals(cmd, err);
	if (r < 0 || wants_help(cmd))
		return r;
	if (!cmd->verb)
		return err_set(err, EINVAL, "VERB is missing");
	if (cmd->args.n_words < cmd->verb->min)
		return usage_missing_word(cmd->verb, cmd->args.n_words, err);
	return args_check(&cmd->args, cmd->verb->opts, cmd->verb->max, err);
}

static int run(const struct command *cmd, FILE *out, struct err *err)
{
	struct ctl ctl = {
		.out = out,
		.json = args_has(&cmd->global, "-j"),
		.wait = !args_has(&cmd->global, "--no-wait"),
	};
	struct client_config config;
	int r;

	if (configure(&cmd->global, &config, err) < 0)
		return CTL_USAGE;
	ctl.client = client_new(&config);
	r = cmd->verb->run(&ctl, &cmd->args, err);
	client_free(ctl.client);
	if (fflush(out) < 0 && r == CTL_OK) {
		err_sys(err, errno, "standard output");
		r = CTL_FAILED;
	}
	return r;
}

int ctl_main(int argc, char **argv, FILE *out, FILE *errors)
{
	struct command cmd = { NULL };
	struct err err = { "" };
	int r;

	r = understand(&cmd, argc, argv, &err) < 0 ? CTL_USAGE : CTL_OK;
	if (r == CTL_OK && wants_help(&cmd)) {
		usage_print(out, cmd.object, cmd.verb);
		return CTL_OK;
	}
	if (r == CTL_OK && args_has(&cmd.global, "-V")) {
		fprintf(out, "nvo3ctl %s\n", NVO3_VERSION);
		return CTL_OK;
	}
	if (r == CTL_OK)
		r = run(&cmd, out, &err);

	if (r != CTL_OK)
		fprintf(errors, "Error: %s\n", err.text);
	if (r == CTL_USAGE)
		usage_print(errors, cmd.object, cmd.verb);
	return r;
}
