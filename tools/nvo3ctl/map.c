// SPDX-License-Identifier: GPL-2.0
/*
 * What the nDirector knows: mappings and what they are made from.
 */
#include <errno.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/mem.h"
#include "path.h"
#include "show.h"
#include "watch.h"

static const struct opt list_opts[] = {
	{ "--vn", OPT_TEXT },
	{ "--nve", OPT_TEXT },
	{ "-w", OPT_FLAG },
	{ NULL },
};

static const struct opt vn_opts[] = {
	{ "--vn", OPT_TEXT },
	{ "--nve", OPT_TEXT },
	{ NULL },
};

static const struct opt placement_opts[] = {
	{ "--vn", OPT_TEXT },
	{ "--nve", OPT_TEXT },
	{ "--vm", OPT_TEXT },
	{ NULL },
};

static const struct opt watch_opts[] = {
	{ "-w", OPT_FLAG },
	{ NULL },
};

static const struct column list_columns[] = {
	{ "VN", "vn" },
	{ "VNI", "vni", .right = true },
	{ "MAC", "mac" },
	{ "IP", "ips" },
	{ "NVE", "nve" },
	{ "LOCATORS", "locators" },
	{ "EPOCH", "epoch", .right = true },
	{ "STALE", "stale" },
	{ "HOME", "home_dc" },
	{ NULL },
};

static const struct column member_columns[] = {
	{ "VN", "vn" },
	{ "NVE", "nve" },
	{ "LOCATORS", "locators" },
	{ "STALE", "stale" },
	{ NULL },
};

static const struct column nve_columns[] = {
	{ "NAME", "name" },
	{ "UP", "up" },
	{ "STALE", "stale" },
	{ "LOCATORS", "locators" },
	{ "VNS", "vns" },
	{ NULL },
};

static const struct column vn_columns[] = {
	{ "NAME", "name" },
	{ "VNI", "vni", .right = true },
	{ "REVISION", "revision", .right = true },
	{ "MEMBERS", "members", .right = true },
	{ "MAPS", "maps", .right = true },
	{ "UUID", "uuid" },
	{ NULL },
};

static const struct column frozen_columns[] = {
	{ "VN", "vn" },
	{ "MAC", "mac" },
	{ "AT", "nve" },
	{ "FOR s", "left_s", .right = true },
	{ NULL },
};

static const struct column placement_columns[] = {
	{ "VN", "vn" },
	{ "MAC", "mac" },
	{ "IP", "ips" },
	{ "NVE", "nve" },
	{ "EPOCH", "epoch", .right = true },
	{ "VM", "vm" },
	{ NULL },
};

static int of_vn(struct ctl *ctl, const char *what, const struct args *args,
		 const struct column *columns, struct err *err)
{
	char *path = path_query(path_make(what, NULL), "vn", args_text(args, "--vn"));
	const struct filter filters[] = {
		{ "nve", args_text(args, "--nve") }, { "vm", args_text(args, "--vm") }, { NULL },
	};

	return show_list_of(ctl, DIRECTOR, path, columns, filters, err);
}

static int watch(struct ctl *ctl, const char *what, const struct filter *filters,
		 const struct column *columns, struct err *err)
{
	_cleanup_free_ char *path = path_make(what, NULL);
	const struct watch watch = { .service = DIRECTOR, .topic = what, .list = path,
				     .columns = columns, .filters = filters };

	return watch_run(ctl, &watch, err);
}

static int list(struct ctl *ctl, const struct args *args, struct err *err)
{
	const struct filter filters[] = {
		{ "vn", args_text(args, "--vn") }, { "nve", args_text(args, "--nve") }, { NULL },
	};

	if (args_has(args, "-w"))
		return watch(ctl, "mappings", filters, list_columns, err);
	return of_vn(ctl, "mappings", args, list_columns, err);
}

static int members(struct ctl *ctl, const struct args *args, struct err *err)
{
	return of_vn(ctl, "members", args, member_columns, err);
}

static int placements(struct ctl *ctl, const struct args *args, struct err *err)
{
	return of_vn(ctl, "placements", args, placement_columns, err);
}

static int frozen(struct ctl *ctl, const struct args *args, struct err *err)
{
	return of_vn(ctl, "frozen", args, frozen_columns, err);
}

static int nves(struct ctl *ctl, const struct args *args, struct err *err)
{
	return show_list(ctl, DIRECTOR, path_make("nves", NULL), nve_columns, err);
}

static int vns(struct ctl *ctl, const struct args *args, struct err *err)
{
	if (args_has(args, "-w"))
		return watch(ctl, "vns", NULL, vn_columns, err);
	return show_list(ctl, DIRECTOR, path_make("vns", NULL), vn_columns, err);
}

static const struct opt forget_opts[] = {
	{ "--force", OPT_FLAG },
	{ NULL },
};

/* The API's path has DC and name as the two segments that they are. */
static int forget(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *nve = mem_strdup(args->words[0]);
	char *path, *slash = strchr(nve, '/');
	json_t *answer = NULL;
	int ret;

	if (!slash) {
		err_set(err, EINVAL, "\"%s\" must be DC/NAME", nve);
		return CTL_USAGE;
	}
	*slash = '\0';
	path = path_query(path_make("nves", nve, slash + 1, NULL), "force",
			  args_has(args, "--force") ? "true" : NULL);
	ret = client_call(ctl->client, DIRECTOR, "DELETE", path, NULL, &answer, err);
	free(path);
	if (ret < 0)
		return CTL_FAILED;
	if (ctl->json)
		print_json(ctl->out, answer);
	json_decref(answer);
	return CTL_OK;
}

static int send_simple(struct ctl *ctl, const char *method, const char *path, json_t *body,
		       struct err *err)
{
	json_t *answer = NULL;

	if (client_call(ctl->client, DIRECTOR, method, path, body, &answer, err) < 0)
		return CTL_FAILED;
	if (ctl->json)
		print_json(ctl->out, answer);
	json_decref(answer);
	return CTL_OK;
}

static int bind_mac(struct ctl *ctl, const struct args *args, struct err *err)
{
	json_t *ips = json_array();

	for (int i = 3; i < args->n_words; i++)
		json_array_append_new(ips, json_string(args->words[i]));
	return send_simple(ctl, "POST", "/bindings",
			   json_pack("{s:s, s:s, s:s, s:o}", "vn", args->words[0], "mac",
				     args->words[1], "nve", args->words[2], "ips", ips), err);
}

static int unbind(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("bindings", args->words[0], args->words[1], NULL);

	return send_simple(ctl, "DELETE", path, NULL, err);
}

static int thaw(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("frozen", args->words[0], args->words[1], NULL);

	return send_simple(ctl, "DELETE", path, NULL, err);
}

static const struct verb verbs[] = {
	{ "bind", "VN MAC DC/NVE [CIDR]...", NULL, 3, ARGS_WORDS, bind_mac },
	{ "unbind", "VN MAC", NULL, 2, 2, unbind },
	{ "thaw", "VN MAC", NULL, 2, 2, thaw },
	{ "frozen", "[--vn VN] [--nve DC/NAME]", vn_opts, 0, 0, frozen },
	{ "forget", "DC/NAME [--force]", forget_opts, 1, 1, forget },
	{ "list", "[--vn VN] [--nve DC/NAME] [-w]", list_opts, 0, 0, list },
	{ "members", "[--vn VN] [--nve DC/NAME]", vn_opts, 0, 0, members },
	{ "nves", "", NULL, 0, 0, nves },
	{ "placements", "[--vn VN] [--nve DC/NAME] [--vm UUID]", placement_opts, 0, 0, placements },
	{ "vns", "[-w]", watch_opts, 0, 0, vns },
	{ NULL },
};

const struct object object_map = { "map", "the nDirector's mappings and what it knows of NVEs",
				   verbs };
