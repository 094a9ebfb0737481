// SPDX-License-Identifier: GPL-2.0
/* What judges the frames of interfaces. */
#include <string.h>

#include "lib/cleanup.h"
#include "path.h"
#include "show.h"

static const struct column list_columns[] = {
	{ "NAME", "name" },
	{ "TENANT", "tenant" },
	{ "GROUP", "group" },
	{ "VERSION", "version", .right = true },
	{ "DEFAULT", "default" },
	{ "RATE", "rate", .right = true },
	{ "PPS", "pps", .right = true },
	{ "HOME", "home_dc" },
	{ "UUID", "uuid" },
	{ NULL },
};

static const struct column profile_columns[] = {
	{ "name", "name" },
	{ "tenant", "tenant" },
	{ "group", "group" },
	{ "home", "home_dc" },
	{ "version", "version" },
	{ "default", "default" },
	{ "rate", "rate" },
	{ "burst", "burst" },
	{ "pps", "pps" },
	{ "vlan", "vlan" },
	{ "dscp", "dscp" },
	{ "rules", "rules" },
	{ "uuid", "uuid" },
	{ NULL },
};

static const struct opt create_opts[] = {
	{ "--group", OPT_TEXT },
	{ "--default", OPT_TEXT },
	{ "--rate", OPT_NUMBER, .min = 0, .max = 1ll << 50 },
	{ "--burst", OPT_NUMBER, .min = 0, .max = 1 << 30 },
	{ "--pps", OPT_NUMBER, .min = 0, .max = 1 << 30 },
	{ "--vlan", OPT_NUMBER, .min = 0, .max = 4094 },
	{ "--dscp", OPT_NUMBER, .min = 0, .max = 63 },
	{ "--rule", OPT_TEXT, .many = true },
	{ "--tenant", OPT_TEXT },
	{ NULL },
};

static const struct opt set_opts[] = {
	{ "--group", OPT_TEXT },
	{ "--default", OPT_TEXT },
	{ "--rate", OPT_NUMBER, .min = 0, .max = 1ll << 50 },
	{ "--burst", OPT_NUMBER, .min = 0, .max = 1 << 30 },
	{ "--pps", OPT_NUMBER, .min = 0, .max = 1 << 30 },
	{ "--vlan", OPT_NUMBER, .min = 0, .max = 4094 },
	{ "--dscp", OPT_NUMBER, .min = 0, .max = 63 },
	{ "--rule", OPT_TEXT, .many = true },
	{ "--no-rules", OPT_FLAG },
	{ NULL },
};

static json_t *rules_of(const struct args *args)
{
	json_t *list = json_array();
	const char *rule;
	int i = 0;

	while ((rule = args_next(args, "--rule", &i)))
		json_array_append_new(list, json_string(rule));
	return list;
}

static json_t *body_of(const struct args *args, const struct opt *opts)
{
	json_t *body = json_object();
	long long n;

	for (const struct opt *opt = opts; opt->name; opt++) {
		const char *key = opt->name + strlen("--");

		if (!args_has(args, opt->name))
			continue;
		if (opt->many)
			json_object_set_new(body, "rules", rules_of(args));
		else if (opt->kind == OPT_FLAG)
			json_object_set_new(body, "rules", json_array());
		else if (opt->kind == OPT_TEXT)
			json_object_set_new(body, key, json_string(args_text(args, opt->name)));
		else if (args_number(args, opt->name, &n))
			json_object_set_new(body, key, json_integer(n));
	}
	return body;
}

static int call(struct ctl *ctl, const char *method, const char *path, json_t *body,
		struct err *err)
{
	json_t *profile = NULL;

	if (client_call(ctl->client, VCENTER, method, path, body, &profile, err) < 0)
		return CTL_FAILED;
	show_object(ctl, profile_columns, profile);
	json_decref(profile);
	return CTL_OK;
}

static int create(struct ctl *ctl, const struct args *args, struct err *err)
{
	json_t *body = body_of(args, create_opts);

	json_object_set_new(body, "name", json_string(args->words[0]));
	return call(ctl, "POST", "/profiles", body, err);
}

static int set(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("profiles", args->words[0], NULL);

	return call(ctl, "PATCH", path, body_of(args, set_opts), err);
}

static int show(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("profiles", args->words[0], NULL);

	return call(ctl, "GET", path, NULL, err);
}

static int list(struct ctl *ctl, const struct args *args, struct err *err)
{
	return show_list(ctl, VCENTER, path_make("profiles", NULL), list_columns, err);
}

static int delete(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("profiles", args->words[0], NULL);
	json_t *answer = NULL;

	if (client_call(ctl->client, VCENTER, "DELETE", path, NULL, &answer, err) < 0)
		return CTL_FAILED;
	if (ctl->json)
		print_json(ctl->out, answer);
	json_decref(answer);
	return CTL_OK;
}

static const struct verb verbs[] = {
	{ "create",
	  "NAME [--tenant TENANT] [--group GROUP] [--default {permit | deny}]\n"
	  "[--rate BPS] [--burst BYTES] [--pps N] [--vlan VID] [--dscp N]\n"
	  "[--rule RULE]...\n"
	  "RULE := \"{permit | deny} {from-vm | to-vm} [ethertype N] [proto P]\n"
	  "[src PREFIX] [dst PREFIX] [sport A[-B]] [dport A[-B]]\"",
	  create_opts, 1, 1, create },
	{ "set",
	  "{NAME | UUID} [--group GROUP] [--default {permit | deny}]\n"
	  "[--rate BPS] [--burst BYTES] [--pps N] [--vlan VID] [--dscp N]\n"
	  "[--rule RULE]... [--no-rules]",
	  set_opts, 1, 1, set },
	{ "list", "", NULL, 0, 0, list },
	{ "show", "{NAME | UUID}", NULL, 1, 1, show },
	{ "delete", "{NAME | UUID}", NULL, 1, 1, delete },
	{ NULL },
};

const struct object object_profile = { "profile", "what interfaces may send and receive", verbs };
