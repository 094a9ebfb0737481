// SPDX-License-Identifier: GPL-2.0
#include "lib/cleanup.h"
#include "load.h"
#include "path.h"
#include "show.h"

static const struct column list_columns[] = {
	{ "NAME", "name" },
	{ "UP", "up" },
	{ "VMS", "vms", .right = true },
	{ "CPUS", "used.cpus/cpus", .right = true },
	{ "MEMORY MiB", "used.memory_mib/memory_mib", .right = true },
	{ "DISK MiB", "used.disk_mib/disk_mib", .right = true },
	{ "NVE", "nve" },
	{ "LOCATION", "location" },
	{ "ADDRESS", "addr" },
	{ NULL },
};

static const struct column server_columns[] = {
	{ "name", "name" },
	{ "up", "up" },
	{ "dead", "dead" },
	{ "busy", "busy" },
	{ "nve", "nve" },
	{ "location", "location" },
	{ "gateway", "gateway" },
	{ "address", "addr" },
	{ "images at", "image_addr" },
	{ "VMs", "vms" },
	{ "at most", "max_vms" },
	{ "cpus", "used.cpus/cpus" },
	{ "memory MiB", "used.memory_mib/memory_mib" },
	{ "disk MiB", "used.disk_mib/disk_mib" },
	{ "machine: cpu 1/1000", "host.cpu_permille" },
	{ "machine: load 1/1000", "host.load_milli" },
	{ "machine: memory KiB", "host.memory_used_kib/host.memory_kib" },
	{ "machine: disk KiB", "host.disk_used_kib/host.disk_kib" },
	{ NULL },
};

static int list(struct ctl *ctl, const struct args *args, struct err *err)
{
	return show_list(ctl, VCENTER, path_make("servers", NULL), list_columns, err);
}

static int show(struct ctl *ctl, const struct args *args, struct err *err)
{
	return show_one(ctl, VCENTER, path_make("servers", args->words[0], NULL), server_columns,
			err);
}

static int dead(struct ctl *ctl, const struct args *args, struct err *err)
{
	_cleanup_free_ char *path = path_make("servers", args->words[0], "dead", NULL);
	json_t *answer = NULL;

	if (client_call(ctl->client, VCENTER, "POST", path, NULL, &answer, err) < 0)
		return CTL_FAILED;
	if (ctl->json)
		print_json(ctl->out, answer);
	json_decref(answer);
	return CTL_OK;
}

static int use(struct ctl *ctl, const struct args *args, struct err *err)
{
	return load_show_use(ctl, path_make("servers", args->words[0], "use", NULL), err);
}

static const struct verb verbs[] = {
	{ "dead", "NAME", NULL, 1, 1, dead },
	{ "list", "", NULL, 0, 0, list },
	{ "show", "NAME", NULL, 1, 1, show },
	{ "use", "NAME", NULL, 1, 1, use },
	{ NULL },
};

const struct object object_server = { "server", "servers that host VMs", verbs };
