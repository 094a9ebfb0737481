// SPDX-License-Identifier: GPL-2.0
/*
 * What the nDirector knows: mappings and what they are made from.
 */
#include "path.h"
#include "show.h"

static const struct opt vn_opts[] = {
	{ "--vn", OPT_TEXT },
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

	return show_list(ctl, DIRECTOR, path, columns, err);
}

static int list(struct ctl *ctl, const struct args *args, struct err *err)
{
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

static int nves(struct ctl *ctl, const struct args *args, struct err *err)
{
	return show_list(ctl, DIRECTOR, path_make("nves", NULL), nve_columns, err);
}

static int vns(struct ctl *ctl, const struct args *args, struct err *err)
{
	return show_list(ctl, DIRECTOR, path_make("vns", NULL), vn_columns, err);
}

static const struct verb verbs[] = {
	{ "list", "[--vn VN]", vn_opts, 0, 0, list },
	{ "members", "[--vn VN]", vn_opts, 0, 0, members },
	{ "nves", "", NULL, 0, 0, nves },
	{ "placements", "[--vn VN]", vn_opts, 0, 0, placements },
	{ "vns", "", NULL, 0, 0, vns },
	{ NULL },
};

const struct object object_map = { "map", "the nDirector's mappings and what it knows of NVEs",
				   verbs };
