// SPDX-License-Identifier: GPL-2.0
/* What domains use */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"
#include "storage.h"
#include "virt_priv.h"

#define KINDS (VIR_DOMAIN_STATS_CPU_TOTAL | VIR_DOMAIN_STATS_BALLOON | VIR_DOMAIN_STATS_BLOCK | \
	       VIR_DOMAIN_STATS_INTERFACE)

static uint64_t number(const virTypedParameter *p)
{
	return p->type == VIR_TYPED_PARAM_ULLONG ? p->value.ul : 0;
}

/* "net.0.rx.bytes": of all interfaces together */
static bool is_field(const char *field, const char *kind, const char *what)
{
	size_t len = strlen(field), tail = strlen(what);

	return !strncmp(field, kind, strlen(kind)) && len > tail &&
	       !strcmp(field + len - tail, what);
}

/* What is told of one disk; all of it comes behind its name, before the next one's */
struct disk {
	const char *path;
	uint64_t read, written, allocation, physical;
};

/* A drive without a medium has neither a path nor has it read anything */
static void end_disk(struct driver_use *use, struct disk *disk)
{
	bool network = storage_is_network(disk->path);
	uint64_t kib = storage_kib(disk->path);

	/* libvirt's allocation of a file is how far it was written, with its holes */
	if (!kib)
		kib = (disk->allocation ? disk->allocation : disk->physical) / 1024;
	use->disk_kib += kib;
	use->disk_read += disk->read;
	use->disk_written += disk->written;
	use->store_in += network ? disk->read : 0;
	use->store_out += network ? disk->written : 0;
	*disk = (struct disk){ .path = "" };
}

static void add_to_disk(struct driver_use *use, struct disk *disk, const virTypedParameter *p)
{
	if (is_field(p->field, "block.", ".name"))
		end_disk(use, disk);
	else if (is_field(p->field, "block.", ".path") && p->type == VIR_TYPED_PARAM_STRING)
		disk->path = p->value.s;
	else if (is_field(p->field, "block.", ".rd.bytes"))
		disk->read = number(p);
	else if (is_field(p->field, "block.", ".wr.bytes"))
		disk->written = number(p);
	else if (is_field(p->field, "block.", ".allocation"))
		disk->allocation = number(p);
	else if (is_field(p->field, "block.", ".physical"))
		disk->physical = number(p);
}

static void add(struct driver_use *use, const virTypedParameter *p)
{
	if (!strcmp(p->field, "cpu.time"))
		use->cpu_ns = number(p);
	else if (!strcmp(p->field, "balloon.rss"))
		use->memory_kib = number(p);
	/* As the guest sees it */
	else if (is_field(p->field, "net.", ".rx.bytes"))
		use->net_in += number(p);
	else if (is_field(p->field, "net.", ".tx.bytes"))
		use->net_out += number(p);
}

/* A driver without statistics of all domains tells of each alone, and less */
static int each_alone(virConnectPtr conn, struct driver_use **ret, size_t *ret_n, struct err *err)
{
	virDomainPtr *doms;
	int n = virConnectListAllDomains(conn, &doms, VIR_CONNECT_LIST_DOMAINS_ACTIVE);

	if (n < 0)
		return virt_failed(err, "cannot list the domains");
	*ret = mem_calloc(n, sizeof(**ret));
	*ret_n = 0;
	for (int i = 0; i < n; i++) {
		struct driver_use *use = &(*ret)[*ret_n];
		virDomainBlockStatsStruct block;
		virDomainInfo info;

		/* It may have ended meanwhile */
		if (!virDomainGetUUID(doms[i], use->id.b) && !virDomainGetInfo(doms[i], &info)) {
			use->cpu_ns = info.cpuTime;
			use->memory_kib = info.memory;
			if (!virDomainBlockStats(doms[i], "", &block, sizeof(block))) {
				use->disk_read = block.rd_bytes > 0 ? block.rd_bytes : 0;
				use->disk_written = block.wr_bytes > 0 ? block.wr_bytes : 0;
			}
			++*ret_n;
		}
		virDomainFree(doms[i]);
	}
	free(doms);
	return 0;
}

void virt_use_of(const virTypedParameter *params, int n, struct driver_use *use)
{
	struct disk disk = { .path = "" };

	for (int i = 0; i < n; i++) {
		add(use, &params[i]);
		add_to_disk(use, &disk, &params[i]);
	}
	end_disk(use, &disk);
}

int virt_stats(struct virt *v, struct driver_use **ret, size_t *ret_n, struct err *err)
{
	_cleanup_conn_ virConnectPtr conn = virt_conn(v, err);
	virDomainStatsRecordPtr *records;
	int n;

	if (!conn)
		return -EHOSTDOWN;
	/* One that waits for its hypervisor tells less, and holds up nobody */
	n = virConnectGetAllDomainStats(conn, KINDS, &records,
					VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE |
						VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT);
	if (n < 0 && virGetLastErrorCode() == VIR_ERR_NO_SUPPORT)
		return each_alone(conn, ret, ret_n, err);
	if (n < 0)
		return virt_failed(err, "cannot get what the domains use");
	*ret = mem_calloc(n, sizeof(**ret));
	*ret_n = n;
	for (int i = 0; i < n; i++) {
		virDomainGetUUID(records[i]->dom, (*ret)[i].id.b);
		virt_use_of(records[i]->params, records[i]->nparams, &(*ret)[i]);
	}
	virDomainStatsRecordListFree(records);
	return 0;
}
