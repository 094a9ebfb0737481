// SPDX-License-Identifier: GPL-2.0
/* What domains use */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"
#include "virt_priv.h"

#define KINDS (VIR_DOMAIN_STATS_CPU_TOTAL | VIR_DOMAIN_STATS_BALLOON | VIR_DOMAIN_STATS_BLOCK | \
	       VIR_DOMAIN_STATS_INTERFACE)

static uint64_t number(const virTypedParameter *p)
{
	return p->type == VIR_TYPED_PARAM_ULLONG ? p->value.ul : 0;
}

/* "block.0.rd.bytes": of all disks together */
static bool is_field(const char *field, const char *kind, const char *what)
{
	size_t len = strlen(field), tail = strlen(what);

	return !strncmp(field, kind, strlen(kind)) && len > tail &&
	       !strcmp(field + len - tail, what);
}

static void add(struct driver_use *use, const virTypedParameter *p)
{
	if (!strcmp(p->field, "cpu.time"))
		use->cpu_ns = number(p);
	else if (!strcmp(p->field, "balloon.rss"))
		use->memory_kib = number(p);
	else if (is_field(p->field, "block.", ".rd.bytes"))
		use->disk_read += number(p);
	else if (is_field(p->field, "block.", ".wr.bytes"))
		use->disk_written += number(p);
	/* As the guest sees it */
	else if (is_field(p->field, "net.", ".rx.bytes"))
		use->net_in += number(p);
	else if (is_field(p->field, "net.", ".tx.bytes"))
		use->net_out += number(p);
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
	if (n < 0)
		return virt_failed(err, "cannot get what the domains use");
	*ret = mem_calloc(n, sizeof(**ret));
	*ret_n = n;
	for (int i = 0; i < n; i++) {
		virDomainGetUUID(records[i]->dom, (*ret)[i].id.b);
		for (int j = 0; j < records[i]->nparams; j++)
			add(&(*ret)[i], &records[i]->params[j]);
	}
	virDomainStatsRecordListFree(records);
	return 0;
}
