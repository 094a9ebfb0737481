// SPDX-License-Identifier: GPL-2.0
/* A root and its children (Documentation/hierarchy.rst) */
#include "path.h"
#include "show.h"

static const struct column columns[] = {
	{ "DC", "dc" },
	{ "UP", "up" },
	{ "HERE", "here" },
	{ "WEIGHT", "weight", .right = true },
	{ "SERVERS UP", "servers_up/servers", .right = true },
	{ "VMS", "vms", .right = true },
	{ "CPUS", "entitled.cpus/total.cpus", .right = true },
	{ "MEMORY MiB", "entitled.memory_mib/total.memory_mib", .right = true },
	{ "DISK MiB", "entitled.disk_mib/total.disk_mib", .right = true },
	{ "AS OF", "time", PRINT_TIME },
	{ "WHY NOT", "error" },
	{ NULL },
};

static int list(struct ctl *ctl, const struct args *args, struct err *err)
{
	return show_list(ctl, VCENTER, path_make("dcs", NULL), columns, err);
}

static const struct verb verbs[] = {
	{ "list", "", NULL, 0, 0, list },
	{ NULL },
};

const struct object object_dc = { "dc", "data centres of a root: its children and itself", verbs };
