// SPDX-License-Identifier: GPL-2.0
/* Who uses how much, and what is amiss (Documentation/monitoring.rst). */
#include "lib/cleanup.h"
#include "load.h"
#include "path.h"
#include "show.h"

static const struct column server_columns[] = {
	{ "SERVER", "server" },
	{ "VMS", "vms", .right = true },
	{ "CPU 1/1000", "cpu_permille", .right = true },
	{ "MEMORY 1/1000", "memory_permille", .right = true },
	{ "MACHINE'S CPU 1/1000", "host.cpu_permille", .right = true },
	{ "BUSY", "busy" },
	{ NULL },
};

static const struct column sample_columns[] = {
	{ "TIME", "time", PRINT_TIME },
	{ "CPU 1/1000", "cpu_permille", .right = true },
	{ "MEMORY KiB", "memory_kib", .right = true },
	{ "DISK KiB", "disk_kib", .right = true },
	{ "DISK B/s", "disk", .right = true },
	{ "NET B/s", "net", .right = true },
	{ "STORE B/s", "store", .right = true },
	{ NULL },
};

static const struct column machine_columns[] = {
	{ "TIME", "time", PRINT_TIME },
	{ "CPU 1/1000", "cpu_permille", .right = true },
	{ "LOAD 1/1000", "load_milli", .right = true },
	{ "MEMORY KiB", "memory_used_kib", .right = true },
	{ "DISK KiB", "disk_used_kib", .right = true },
	{ NULL },
};

static const struct column uptime_columns[] = {
	{ "TIME", "time", PRINT_TIME },
	{ "UP s", "up_s", .right = true },
	{ "OF s", "wanted_s", .right = true },
	{ NULL },
};

static const struct column use_columns[] = {
	{ "entitled to cpus", "entitled.cpus" },
	{ "uses 1/1000 cpu", "use.cpu_permille" },
	{ "entitled to MiB", "entitled.memory_mib" },
	{ "uses KiB", "use.memory_kib" },
	{ "disk KiB", "use.disk_kib" },
	{ "disk B/s", "use.disk" },
	{ "net B/s", "use.net" },
	{ "store B/s", "use.store" },
	{ "machine: cpu 1/1000", "host.cpu_permille" },
	{ "machine: memory KiB", "host.memory_used_kib/host.memory_kib" },
	{ "up 1/1000 of a day", "availability.permille" },
	{ "up s of s", "availability.up_s/availability.wanted_s" },
	{ NULL },
};

static const struct column alarm_columns[] = {
	{ "SINCE", "since", PRINT_TIME },
	{ "KIND", "kind" },
	{ "SERVER", "server" },
	{ "VM", "name" },
	{ "WHAT", "text" },
	{ NULL },
};

static void print_part(struct ctl *ctl, const char *title, const struct column *columns,
		       json_t *items)
{
	if (!json_array_size(items))
		return;
	fprintf(ctl->out, "\n%s\n", title);
	print_table(ctl->out, columns, items);
}

int load_show_use(struct ctl *ctl, char *path, struct err *err)
{
	_cleanup_free_ char *owned = path;
	json_t *answer = NULL, *past;

	if (client_call(ctl->client, VCENTER, "GET", path, NULL, &answer, err) < 0)
		return CTL_FAILED;
	show_object(ctl, use_columns, answer);
	if (!ctl->json) {
		past = json_object_get(answer, "host_past");
		print_part(ctl, "up", uptime_columns,
			   json_object_get(json_object_get(answer, "availability"), "periods"));
		print_part(ctl, "averages", sample_columns, json_object_get(answer, "periods"));
		print_part(ctl, "reports", sample_columns, json_object_get(answer, "recent"));
		print_part(ctl, "averages of the machine", machine_columns,
			   json_object_get(past, "periods"));
		print_part(ctl, "reports of the machine", machine_columns,
			   json_object_get(past, "recent"));
	}
	json_decref(answer);
	return CTL_OK;
}

static int load(struct ctl *ctl, const struct args *args, struct err *err)
{
	json_t *answer = NULL;

	if (client_call(ctl->client, VCENTER, "GET", "/load", NULL, &answer, err) < 0)
		return CTL_FAILED;
	if (ctl->json) {
		print_json(ctl->out, answer);
	} else {
		print_part(ctl, "overloaded", server_columns,
			   json_object_get(answer, "overloaded"));
		print_part(ctl, "least used", server_columns,
			   json_object_get(answer, "least_used"));
		print_part(ctl, "unused", server_columns, json_object_get(answer, "unused"));
	}
	json_decref(answer);
	return CTL_OK;
}

static int alarms(struct ctl *ctl, const struct args *args, struct err *err)
{
	return show_list(ctl, VCENTER, path_make("alarms", NULL), alarm_columns, err);
}

static const struct verb load_verbs[] = {
	{ "", "", NULL, 0, 0, load },
	{ NULL },
};

static const struct verb alarm_verbs[] = {
	{ "", "", NULL, 0, 0, alarms },
	{ NULL },
};

const struct object object_load = { "load", "servers that are overloaded, least used, unused",
				    load_verbs };
const struct object object_alarms = { "alarms", "what is amiss now", alarm_verbs };
