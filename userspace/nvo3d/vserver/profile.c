// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "cleanup.h"
#include "msg.h"
#include "profile.h"

static bool same_bytes(const ProtobufCBinaryData *a, const ProtobufCBinaryData *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

/* It becomes part of log lines and is told to people: nothing that could deceive them */
static bool is_name(const char *name)
{
	size_t len = strlen(name);

	if (!len || len >= PROFILE_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] > '~' || name[i] == '/' || name[i] == '"')
			return false;
	return true;
}

static uint32_t bad(struct err *err, const char *text)
{
	err_set(err, EINVAL, "%s", text);
	return CODE(BAD_MESSAGE);
}

static uint32_t check_ips(const Nvo3__Nic *nic, struct err *err)
{
	struct ip_addr ip;

	if (nic->n_ips > PROFILE_IPS_MAX)
		return bad(err, "ips: more addresses than an interface can have");
	for (size_t i = 0; i < nic->n_ips; i++) {
		if (!msg_get_ip(&nic->ips[i]->addr, &ip) || ip_addr_is_zero(&ip) ||
		    ip_addr_is_multicast(&ip) || nic->ips[i]->len > 8 * ip_addr_len(&ip))
			return bad(err, "ips: not a unicast address with a prefix length");
	}
	return CODE(OK);
}

static uint32_t check_nic(const Nvo3__Nic *nic, struct err *err)
{
	struct mac_addr mac;
	struct uuid id;

	if (!msg_get_uuid(&nic->tsi, &id))
		return bad(err, "tsi: not a UUID");
	if (!msg_get_uuid(&nic->vn, &id))
		return bad(err, "vn: not a UUID");
	if (!msg_get_mac(&nic->mac, &mac) || !mac_addr_is_unicast(&mac))
		return bad(err, "mac: not a unicast MAC address");
	if (nic->profile.len && nic->profile.len != sizeof(struct uuid))
		return bad(err, "profile: not a UUID");
	return check_ips(nic, err);
}

uint32_t profile_check(const Nvo3__VmProfile *p, struct err *err)
{
	struct uuid id;

	if (!p)
		return bad(err, "profile: missing");
	if (!msg_get_uuid(&p->vm, &id))
		return bad(err, "profile.vm: not a UUID");
	if (!is_name(p->name))
		return bad(err, "profile.name: must have 1 to 63 printable characters, no / and \"");
	if (!p->cpus)
		return bad(err, "profile.cpus: must be at least 1");
	if (!p->memory_mib)
		return bad(err, "profile.memory_mib: must be at least 1");
	if (p->disk_mib < PROFILE_DISK_MIN_MIB)
		return bad(err, "profile.disk_mib: must be at least 16");
	if (p->n_nics > PROFILE_NICS_MAX)
		return bad(err, "profile.nics: at most 8 interfaces are possible");
	for (size_t i = 0; i < p->n_nics; i++) {
		if (check_nic(p->nics[i], err) != CODE(OK)) {
			err_prefix(err, -EINVAL, "profile.nics[%zu]", i);
			return CODE(BAD_MESSAGE);
		}
		for (size_t j = 0; j < i; j++)
			if (same_bytes(&p->nics[i]->tsi, &p->nics[j]->tsi) ||
			    same_bytes(&p->nics[i]->mac, &p->nics[j]->mac))
				return bad(err, "profile.nics: two of them are the same");
	}
	return CODE(OK);
}

static uint32_t nic_conflict(const Nvo3__Nic *a, const Nvo3__Nic *b, const char *other,
			     struct err *err)
{
	char mac_text[MAC_ADDR_STRLEN], ip_text[IP_ADDR_STRLEN];
	struct mac_addr mac;
	struct ip_addr ip;

	if (same_bytes(&a->tsi, &b->tsi)) {
		err_set(err, EEXIST, "VM %s on this host has the same interface id", other);
		return CODE(EXISTS);
	}
	if (!same_bytes(&a->vn, &b->vn))
		return CODE(OK);
	if (same_bytes(&a->mac, &b->mac)) {
		msg_get_mac(&a->mac, &mac);
		err_set(err, EEXIST, "MAC address %s is that of VM %s in the same VN",
			mac_addr_format(&mac, mac_text), other);
		return CODE(EXISTS);
	}
	for (size_t i = 0; i < a->n_ips; i++) {
		for (size_t j = 0; j < b->n_ips; j++) {
			if (!same_bytes(&a->ips[i]->addr, &b->ips[j]->addr))
				continue;
			msg_get_ip(&a->ips[i]->addr, &ip);
			err_set(err, EEXIST, "IP address %s is that of VM %s in the same VN",
				ip_addr_format(&ip, ip_text), other);
			return CODE(EXISTS);
		}
	}
	return CODE(OK);
}

uint32_t profile_conflict(const Nvo3__VmProfile *p, const Nvo3__VmProfile *other, struct err *err)
{
	for (size_t i = 0; i < p->n_nics; i++) {
		for (size_t j = 0; j < other->n_nics; j++) {
			uint32_t code = nic_conflict(p->nics[i], other->nics[j], other->name, err);

			if (code != CODE(OK))
				return code;
		}
	}
	return CODE(OK);
}

void capacity_add(struct capacity *used, const Nvo3__VmProfile *p)
{
	used->cpus += p->cpus;
	used->memory_mib += p->memory_mib;
	used->disk_mib += p->disk_mib;
	used->vms++;
}

static bool fits(uint32_t limit, uint32_t used, uint32_t want)
{
	return used <= limit && want <= limit - used;
}

uint32_t capacity_check(const struct capacity *limit, const struct capacity *used,
			const Nvo3__VmProfile *p, struct err *err)
{
	if (!fits(limit->vms, used->vms, 1))
		err_set(err, ENOSPC, "the host has %u VMs and takes %u", used->vms, limit->vms);
	else if (!fits(limit->cpus, used->cpus, p->cpus))
		err_set(err, ENOSPC, "%u cpus are wanted, %u of %u are in use", p->cpus,
			used->cpus, limit->cpus);
	else if (!fits(limit->memory_mib, used->memory_mib, p->memory_mib))
		err_set(err, ENOSPC, "%u MiB of memory are wanted, %u of %u are in use",
			p->memory_mib, used->memory_mib, limit->memory_mib);
	else if (!fits(limit->disk_mib, used->disk_mib, p->disk_mib))
		err_set(err, ENOSPC, "%u MiB of disk are wanted, %u of %u are in use",
			p->disk_mib, used->disk_mib, limit->disk_mib);
	else
		return CODE(OK);
	return CODE(FULL);
}

Nvo3__VmProfile *profile_copy(const Nvo3__VmProfile *p)
{
	_cleanup_free_ uint8_t *data = NULL;
	struct msg msg = {};

	data = msg_encode(&p->base, &msg.len);
	msg.body = data;
	return msg_decode(&msg, &nvo3__vm_profile__descriptor, NULL);
}

static void drop(char **text)
{
	if (**text)
		free(*text);
	*text = (char *)protobuf_c_empty_string;
}

/* Not: who tells it, and what is another one each time. */
static uint8_t *encode_lasting(const Nvo3__VmProfile *p, size_t *len)
{
	Nvo3__VmProfile *copy = profile_copy(p);
	uint8_t *data;

	drop(&copy->vcenter);
	drop(&copy->server);
	for (size_t i = 0; i < copy->n_nics; i++) {
		copy->nics[i]->epoch = 0;
		copy->nics[i]->vni = 0;
		drop(&copy->nics[i]->port);
	}
	data = msg_encode(&copy->base, len);
	msg_free(copy);
	return data;
}

bool profile_same(const Nvo3__VmProfile *a, const Nvo3__VmProfile *b)
{
	_cleanup_free_ uint8_t *x = NULL, *y = NULL;
	size_t nx, ny;

	x = encode_lasting(a, &nx);
	y = encode_lasting(b, &ny);
	return nx == ny && !memcmp(x, y, nx);
}

struct uuid profile_id(const Nvo3__VmProfile *p)
{
	struct uuid id = {};

	msg_get_uuid(&p->vm, &id);
	return id;
}
