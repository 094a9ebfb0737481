// SPDX-License-Identifier: GPL-2.0

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bulk_msg.h"
#include "mem.h"

int bulk_compare(const Nvo3__VmProfile *a, const Nvo3__VmProfile *b)
{
	int ret = strcmp(a->tenant, b->tenant);

	return ret ? ret : strcmp(a->group, b->group);
}

size_t bulk_run(const Nvo3__VmReport *reports, size_t n)
{
	size_t bytes = 0, i;

	for (i = 0; i < n && i < BULK_MEMBERS; i++) {
		bytes += protobuf_c_message_get_packed_size(&reports[i].base);
		if (i && (bytes > BULK_BYTES ||
			  bulk_compare(reports[0].profile, reports[i].profile)))
			break;
	}
	return i;
}

/* 0 is not as in common: so nothing may be common that one of them has not */
static uint32_t common(const Nvo3__VmReport *reports, size_t n, size_t offset)
{
	uint32_t first = 0;

	for (size_t i = 0; i < n; i++) {
		const char *p = (const char *)reports[i].profile;
		uint32_t value;

		memcpy(&value, p + offset, sizeof(value));
		if (!value)
			return 0;
		if (!i)
			first = value;
	}
	return first;
}

#define COMMON(field) common(reports, n, offsetof(Nvo3__VmProfile, field))

static bool same(const ProtobufCBinaryData *a, const ProtobufCBinaryData *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

/* Of each interface its VN; the other parts are its own, and may be absent */
static void init_common(struct bulk_msg *b, const Nvo3__VmReport *reports, size_t n)
{
	const Nvo3__VmProfile *first = reports[0].profile;

	nvo3__vm_profile__init(&b->common);
	b->common.tenant = first->tenant;
	b->common.cpus = COMMON(cpus);
	b->common.memory_mib = COMMON(memory_mib);
	b->common.disk_mib = COMMON(disk_mib);
	b->common.n_nics = first->n_nics;
	b->common_nics = mem_calloc(first->n_nics, sizeof(*b->common_nics));
	b->common.nics = mem_calloc(first->n_nics, sizeof(*b->common.nics));
	for (size_t i = 0; i < first->n_nics; i++) {
		nvo3__nic__init(&b->common_nics[i]);
		b->common_nics[i].vn = first->nics[i]->vn;
		b->common.nics[i] = &b->common_nics[i];
	}
}

static void init_member(struct bulk_msg *b, Nvo3__VmProfile *p, const Nvo3__VmProfile *from,
			Nvo3__Nic *nics, Nvo3__Nic **list)
{
	*p = *from;
	p->tenant = "";
	p->group = "";
	p->cpus = p->cpus == b->common.cpus ? 0 : p->cpus;
	p->memory_mib = p->memory_mib == b->common.memory_mib ? 0 : p->memory_mib;
	p->disk_mib = p->disk_mib == b->common.disk_mib ? 0 : p->disk_mib;
	p->nics = list;
	for (size_t i = 0; i < p->n_nics; i++) {
		nics[i] = *from->nics[i];
		list[i] = &nics[i];
		if (i < b->common.n_nics && same(&nics[i].vn, &b->common_nics[i].vn))
			nics[i].vn = (ProtobufCBinaryData){};
	}
}

void bulk_msg_init(struct bulk_msg *b, const Nvo3__VmReport *reports, size_t n)
{
	size_t n_nics = 0, nic = 0;

	for (size_t i = 0; i < n; i++)
		n_nics += reports[i].profile->n_nics;
	memset(b, 0, sizeof(*b));
	b->profiles = mem_calloc(n, sizeof(*b->profiles));
	b->reports = mem_calloc(n, sizeof(*b->reports));
	b->members = mem_calloc(n, sizeof(*b->members));
	b->nics = mem_calloc(n_nics, sizeof(*b->nics));
	b->nic_list = mem_calloc(n_nics, sizeof(*b->nic_list));
	init_common(b, reports, n);
	for (size_t i = 0; i < n; i++) {
		b->reports[i] = reports[i];
		b->reports[i].profile = &b->profiles[i];
		b->members[i] = &b->reports[i];
		init_member(b, &b->profiles[i], reports[i].profile, &b->nics[nic],
			    &b->nic_list[nic]);
		nic += reports[i].profile->n_nics;
	}
	nvo3__vm_bulk_register__init(&b->msg);
	b->msg.group = reports[0].profile->group;
	b->msg.common = &b->common;
	b->msg.members = b->members;
	b->msg.n_members = n;
}

void bulk_msg_uninit(struct bulk_msg *b)
{
	free(b->common.nics);
	free(b->common_nics);
	free(b->profiles);
	free(b->reports);
	free(b->members);
	free(b->nics);
	free(b->nic_list);
}
