// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "lib/cleanup.h"
#include "path.h"
#include "show.h"
#include "watch.h"

#define VNI_MAX 0xffffff

static const struct column list_columns[] = {
	{ "NAME", "name" },
	{ "VNI", "vni", .right = true },
	{ "TENANT", "tenant" },
	{ "UNKNOWN", "unknown" },
	{ "BUM", "bum" },
	{ "DISTRIBUTION", "distribution" },
	{ "ARP", "arp" },
	{ "HOME", "home_dc" },
	{ "INTERFACES", "interfaces", .right = true },
	{ "UUID", "uuid" },
	{ NULL },
};

static const struct column vn_columns[] = {
	{ "name", "name" },
	{ "vni", "vni" },
	{ "tenant", "tenant" },
	{ "unknown", "unknown" },
	{ "bum", "bum" },
	{ "distribution", "distribution" },
	{ "arp", "arp" },
	{ "arp-unknown", "arp_unknown" },
	{ "claims", "claims" },
	{ "home", "home_dc" },
	{ "uuid", "uuid" },
	{ NULL },
};

static const struct opt create_opts[] = {
	{ "--vni", OPT_NUMBER, .required = true, .min = 1, .max = VNI_MAX },
	{ "--tenant", OPT_TEXT },
	{ "--unknown", OPT_TEXT },
	{ "--bum", OPT_TEXT },
	{ "--distribution", OPT_TEXT },
	{ "--arp", OPT_TEXT },
	{ "--arp-unknown", OPT_TEXT },
	{ "--claims", OPT_TEXT },
	{ "--uuid", OPT_TEXT },
	{ NULL },
};

/* What the API calls an option */
static const char *key_of(const struct opt *opt)
{
	return strcmp(opt->name, "--arp-unknown") ? opt->name + strlen("--") : "arp_unknown";
}

static int create(struct ctl *ctl, const struct args *args, struct err *err)
{
	json_t *body = json_object(), *vn = NULL;
	long long vni;

	json_object_set_new(body, "name", json_string(args->words[0]));
	if (args_number(args, "--vni", &vni))
		json_object_set_new(body, "vni", json_integer(vni));
	for (const struct opt *opt = create_opts; opt->name; opt++)
		if (opt->kind == OPT_TEXT && args_has(args, opt->name))
			json_object_set_new(body, key_of(opt),
					    json_string(args_text(args, opt->name)));

	if (client_call(ctl->client, VCENTER, "POST", "/vns", body, &vn, err) < 0)
		return CTL_FAILED;
	show_object(ctl, vn_columns, vn);
	json_decref(vn);
	return CTL_OK;
}

static const struct opt set_opts[] = {
	{ "--unknown", OPT_TEXT },
	{ "--bum", OPT_TEXT },
	{ "--distribution", OPT_TEXT },
	{ "--arp", OPT_TEXT },
	{ "--arp-unknown", OPT_TEXT },
	{ "--claims", OPT_TEXT },
	{ NULL },
};

static int set(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("vns", args->words[0], NULL);
	json_t *body = json_object(), *vn = NULL;

	for (const struct opt *opt = set_opts; opt->name; opt++)
		if (args_has(args, opt->name))
			json_object_set_new(body, key_of(opt),
					    json_string(args_text(args, opt->name)));
	if (client_call(ctl->client, VCENTER, "PATCH", path, body, &vn, err) < 0)
		return CTL_FAILED;
	show_object(ctl, vn_columns, vn);
	json_decref(vn);
	return CTL_OK;
}

static const struct opt list_opts[] = {
	{ "-w", OPT_FLAG },
	{ NULL },
};

static int list(struct ctl *ctl, const struct args *args, struct err *err)
{
	const struct watch watch = { .service = VCENTER, .topic = "vns", .list = "/vns",
				     .columns = list_columns };

	if (args_has(args, "-w"))
		return watch_run(ctl, &watch, err);
	return show_list(ctl, VCENTER, path_make("vns", NULL), list_columns, err);
}

static int delete(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("vns", args->words[0], NULL);
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
	  "NAME --vni N [--tenant TENANT] [--unknown {drop | ask | flood | relay}]\n"
	  "[--bum {none | replicate}] [--distribution {push | on-demand | auto}]\n"
	  "[--arp {off | answer}] [--arp-unknown {flood | ask | drop}]\n"

	  "[--claims {placed | open}] [--uuid UUID]",
	  create_opts, 1, 1, create },
	{ "set",
	  "{NAME | UUID} [--unknown {drop | ask | flood | relay}]\n"
	  "[--bum {none | replicate}] [--distribution {push | on-demand | auto}]\n"
	  "[--arp {off | answer}] [--arp-unknown {flood | ask | drop}]\n"
	  "[--claims {placed | open}]",
	  set_opts, 1, 1, set },
	{ "list", "[-w]", list_opts, 0, 0, list },
	{ "delete", "{NAME | UUID}", NULL, 1, 1, delete },
	{ NULL },
};

const struct object object_vn = { "vn", "virtual networks", verbs };
