// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "lib/cleanup.h"
#include "path.h"
#include "show.h"
#include "vn_subnet.h"
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
	{ "--vni", OPT_NUMBER, .min = 1, .max = VNI_MAX },
	{ "--tenant", OPT_TEXT },
	{ "--unknown", OPT_TEXT },
	{ "--bum", OPT_TEXT },
	{ "--distribution", OPT_TEXT },
	{ "--arp", OPT_TEXT },
	{ "--arp-unknown", OPT_TEXT },
	{ "--claims", OPT_TEXT },
	{ "--uuid", OPT_TEXT },
	VN_SUBNET_OPT, VN_GATEWAY_OPT, VN_DNS_OPT, VN_RANGE_OPT, VN_RESERVE_OPT, VN_DOMAIN_OPT,
	VN_LEASE_OPT,
	{ NULL },
};

/* What the API calls an option */
static const char *key_of(const struct opt *opt)
{
	return strcmp(opt->name, "--arp-unknown") ? opt->name + strlen("--") : "arp_unknown";
}

static void add_texts(const struct args *args, const struct opt *opts, json_t *body)
{
	/* Up to those of subnets, which are not as they are called */
	for (const struct opt *opt = opts; opt->name && strcmp(opt->name, "--subnet"); opt++)
		if (opt->kind == OPT_TEXT && args_has(args, opt->name))
			json_object_set_new(body, key_of(opt),
					    json_string(args_text(args, opt->name)));
}

static void show_vn(struct ctl *ctl, json_t *vn)
{
	show_object(ctl, vn_columns, vn);
	vn_subnet_print(ctl, vn);
}

static int create(struct ctl *ctl, const struct args *args, struct err *err)
{
	json_t *body = json_object(), *vn = NULL;
	long long vni;

	json_object_set_new(body, "name", json_string(args->words[0]));
	if (args_number(args, "--vni", &vni))
		json_object_set_new(body, "vni", json_integer(vni));
	add_texts(args, create_opts, body);
	if (vn_subnet_args(args, body, err)) {
		json_decref(body);
		return CTL_FAILED;
	}
	if (client_call(ctl->client, VCENTER, "POST", "/vns", body, &vn, err) < 0)
		return CTL_FAILED;
	show_vn(ctl, vn);
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
	VN_SUBNET_OPT, VN_GATEWAY_OPT, VN_DNS_OPT, VN_RANGE_OPT, VN_RESERVE_OPT, VN_DOMAIN_OPT,
	VN_LEASE_OPT,
	{ "--no-subnets", OPT_FLAG },
	{ NULL },
};

static int set(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("vns", args->words[0], NULL);
	json_t *body = json_object(), *vn = NULL;

	add_texts(args, set_opts, body);
	if (vn_subnet_args(args, body, err)) {
		json_decref(body);
		return CTL_FAILED;
	}
	if (args_has(args, "--no-subnets"))
		json_object_set_new(body, "subnets", json_array());
	if (client_call(ctl->client, VCENTER, "PATCH", path, body, &vn, err) < 0)
		return CTL_FAILED;
	show_vn(ctl, vn);
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

static int show(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("vns", args->words[0], NULL);
	json_t *vn;

	if (client_call(ctl->client, VCENTER, "GET", path, NULL, &vn, err) < 0)
		return CTL_FAILED;
	show_vn(ctl, vn);
	json_decref(vn);
	return CTL_OK;
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

#define SUBNET_USAGE \
	"[--subnet PREFIX [--gateway IP] [--dns IP]... [--range IP-IP] [--reserve IP[-IP]]...\n" \
	"[--domain NAME] [--lease SECONDS]]..."

static const struct verb verbs[] = {
	{ "create",
	  "NAME [--vni N] [--tenant TENANT] [--unknown {drop | ask | flood | relay}]\n"
	  "[--bum {none | replicate}] [--distribution {push | on-demand | auto}]\n"
	  "[--arp {off | answer}] [--arp-unknown {flood | ask | drop}]\n"
	  "[--claims {placed | open}] [--uuid UUID]\n"
	  SUBNET_USAGE,
	  create_opts, 1, 1, create },
	{ "set",
	  "{NAME | UUID} [--unknown {drop | ask | flood | relay}]\n"
	  "[--bum {none | replicate}] [--distribution {push | on-demand | auto}]\n"
	  "[--arp {off | answer}] [--arp-unknown {flood | ask | drop}]\n"
	  "[--claims {placed | open}] [--no-subnets]\n"
	  SUBNET_USAGE,
	  set_opts, 1, 1, set },
	{ "list", "[-w]", list_opts, 0, 0, list },
	{ "show", "{NAME | UUID}", NULL, 1, 1, show },
	{ "delete", "{NAME | UUID}", NULL, 1, 1, delete },
	{ NULL },
};

const struct object object_vn = { "vn", "virtual networks", verbs };
