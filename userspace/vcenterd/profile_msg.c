// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that own what they point to: they outlive the VM, and are freed as if unpacked.
 */
#include <errno.h>
#include <stdio.h>
#include "lib/mem.h"
#include "profile.h"
#include "rules.h"

static ProtobufCBinaryData dup_bytes(const void *data, size_t len)
{
	ProtobufCBinaryData b = { .len = len, .data = mem_zalloc(len) };

	memcpy(b.data, data, len);
	return b;
}

static Nvo3__IpPrefix *prefix_to_msg(const struct ip_prefix *p)
{
	Nvo3__IpPrefix *msg = mem_zalloc(sizeof(*msg));

	nvo3__ip_prefix__init(msg);
	msg->addr = dup_bytes(p->addr.b, ip_addr_len(&p->addr));
	msg->len = p->len;
	return msg;
}

Nvo3__Nic *nic_to_msg(const struct nic *nic)
{
	Nvo3__Nic *msg = mem_zalloc(sizeof(*msg));

	nvo3__nic__init(msg);
	msg->tsi = dup_bytes(&nic->tsi, sizeof(nic->tsi));
	msg->vn = dup_bytes(&nic->vn->uuid, sizeof(nic->vn->uuid));
	msg->mac = dup_bytes(&nic->mac, sizeof(nic->mac));
	msg->epoch = nic->epoch;
	msg->port = mem_strdup(nic->port);
	msg->vid = nic->vid;
	msg->vni = nic->vn->vni;
	msg->dhcp = nic->dhcp;
	if (!uuid_is_zero(&nic->profile))
		msg->profile = dup_bytes(&nic->profile, sizeof(nic->profile));
	if (nic->n_ips)
		msg->ips = mem_calloc(nic->n_ips, sizeof(*msg->ips));
	for (int i = 0; i < nic->n_ips; i++)
		msg->ips[msg->n_ips++] = prefix_to_msg(&nic->ips[i]);
	return msg;
}

Nvo3__Nic **nics_to_msg(const struct vm *vm)
{
	Nvo3__Nic **nics = mem_calloc(VC_NICS_MAX, sizeof(*nics));

	for (int i = 0; i < vm->n_nics; i++)
		nics[i] = nic_to_msg(&vm->nics[i]);
	return nics;
}

void nics_free(Nvo3__Nic **nics, size_t n)
{
	for (size_t i = 0; i < n; i++)
		msg_free(nics[i]);
	free(nics);
}

Nvo3__VmProfile *vm_to_msg(const struct vm *vm)
{
	Nvo3__VmProfile *msg = mem_zalloc(sizeof(*msg));

	nvo3__vm_profile__init(msg);
	msg->vm = dup_bytes(&vm->uuid, sizeof(vm->uuid));
	msg->name = mem_strdup(vm->name);
	msg->tenant = mem_strdup(vm->tenant);
	msg->group = mem_strdup(vm->group);
	msg->cpus = vm->size.cpus;
	msg->memory_mib = vm->size.memory_mib;
	msg->disk_mib = vm->size.disk_mib;
	msg->nics = nics_to_msg(vm);
	msg->n_nics = vm->n_nics;
	msg->rules = rules_to_msg(vm->rules);
	return msg;
}

Nvo3__VmProfile *vm_to_peer(const struct vm *vm, const struct server *server)
{
	Nvo3__VmProfile *msg = vm_to_msg(vm);
	char name[VC_DC_SIZE + VC_NAME_SIZE];

	if (!server)
		return msg;
	snprintf(name, sizeof(name), "%s/%s", server->inv->dc, server->name);
	msg->server = mem_strdup(name);
	msg->vcenter = mem_strdup(server->inv->vcenter);
	return msg;
}

static struct nic *find_nic(struct vm *vm, const Nvo3__Nic *msg)
{
	struct mac_addr mac;
	struct uuid vn;

	if (!msg_get_uuid(&msg->vn, &vn) || !msg_get_mac(&msg->mac, &mac))
		return NULL;
	for (int i = 0; i < vm->n_nics; i++)
		if (uuid_equal(&vm->nics[i].vn->uuid, &vn) &&
		    mac_addr_equal(&vm->nics[i].mac, &mac))
			return &vm->nics[i];
	return NULL;
}

int nics_take_ports(struct vm *vm, Nvo3__Nic *const *nics, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct nic *nic = find_nic(vm, nics[i]);

		if (!nic || !*nics[i]->port)
			continue;
		if (strlen(nics[i]->port) >= sizeof(nic->port) || nics[i]->vid > 4094)
			return err_set(err, EINVAL,
				       "port or vid of interface %zu of VM %s is out of range",
				       i + 1, vm->name);
		strcpy(nic->port, nics[i]->port);
		nic->vid = nics[i]->vid;
	}
	return 0;
}
