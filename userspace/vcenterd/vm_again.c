// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "vm_again.h"

static bool same_text(json_t *json, const char *is)
{
	const char *said = json_string_value(json);

	return !json || (said && !strcmp(said, is));
}

static bool same_number(json_t *json, uint32_t is)
{
	return !json || (json_is_integer(json) && json_integer_value(json) == is);
}

static bool same_ip(json_t *json, const struct ip_prefix *is)
{
	const char *said = json_string_value(json);
	struct ip_prefix ip;

	return said && !ip_prefix_parse(&ip, said, NULL) && ip.len == is->len &&
	       ip_addr_equal(&ip.addr, &is->addr);
}

static bool same_ips(json_t *json, const struct nic *nic)
{
	if (!json)
		return true;
	if (json_is_string(json))
		return nic->n_ips == 1 && same_ip(json, &nic->ips[0]);
	if (json_array_size(json) != (size_t)nic->n_ips)
		return false;
	for (int i = 0; i < nic->n_ips; i++)
		if (!same_ip(json_array_get(json, i), &nic->ips[i]))
			return false;
	return true;
}

static bool same_vn(json_t *json, const struct vn *vn)
{
	const char *said = json_string_value(json);
	struct uuid uuid;

	if (said && !uuid_parse(&uuid, said, NULL))
		return uuid_equal(&uuid, &vn->uuid);
	return said && !strcmp(said, vn->name);
}

static bool same_mac(json_t *json, const struct mac_addr *is)
{
	const char *said = json_string_value(json);
	struct mac_addr mac;

	return !json || (said && !mac_addr_parse(&mac, said, NULL) && mac_addr_equal(&mac, is));
}

static bool same_tsi(json_t *json, const struct uuid *is)
{
	const char *said = json_string_value(json);
	struct uuid uuid;

	return !json || (said && !uuid_parse(&uuid, said, NULL) && uuid_equal(&uuid, is));
}

static bool same_nics(json_t *list, const struct vm *vm)
{
	if (json_array_size(list) != (size_t)vm->n_nics)
		return false;
	for (int i = 0; i < vm->n_nics; i++) {
		json_t *nic = json_array_get(list, i);

		if (!same_vn(json_object_get(nic, "vn"), vm->nics[i].vn) ||
		    !same_mac(json_object_get(nic, "mac"), &vm->nics[i].mac) ||
		    !same_tsi(json_object_get(nic, "tsi"), &vm->nics[i].tsi) ||
		    !same_ips(json_object_get(nic, "ip"), &vm->nics[i]))
			return false;
	}
	return true;
}

bool vm_again_is_same(json_t *body, const struct vm *vm)
{
	const char *server = json_string_value(json_object_get(body, "server"));

	return same_text(json_object_get(body, "name"), vm->name) &&
	       same_text(json_object_get(body, "tenant"), vm->tenant) &&
	       same_text(json_object_get(body, "group"), vm->group) &&
	       same_number(json_object_get(body, "cpus"), vm->size.cpus) &&
	       same_number(json_object_get(body, "memory_mib"), vm->size.memory_mib) &&
	       same_number(json_object_get(body, "disk_mib"), vm->size.disk_mib) &&
	       (!server || !*server || !vm->server || !strcmp(server, vm->server->name)) &&
	       same_nics(json_object_get(body, "nics"), vm);
}
