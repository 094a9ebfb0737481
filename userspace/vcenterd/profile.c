// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/nvo3.h>
#include "lib/cleanup.h"
#include "lib/mem.h"
#include "inventory_pool.h"
#include "profile.h"
#include "rules.h"

int name_check(const char *what, const char *name, struct err *err)
{
	size_t len = strlen(name);

	if (!len)
		return err_set(err, EINVAL, "%s is empty", what);
	if (len >= VC_NAME_SIZE)
		return err_set(err, EINVAL, "%s is longer than %d characters", what,
			       VC_NAME_SIZE - 1);
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("-_.", name[i]))
			return err_set(err, EINVAL,
				       "%s \"%s\": only letters, digits, '-', '_' and '.'", what,
				       name);
	return 0;
}

static int name_check_opt(const char *what, const char *name, struct err *err)
{
	return *name ? name_check(what, name, err) : 0;
}

static int vn_policies_from_msg(const Nvo3__VnInfo *msg, struct vn *vn, struct err *err)
{
	struct subnets subnets;

	if (msg->unknown > VN_UNKNOWN_MAX)
		return err_set(err, EINVAL, "unknown policy %u is not known", msg->unknown);
	if (msg->bum > NVO3_BUM_REPLICATE)
		return err_set(err, EINVAL, "BUM policy %u is not known", msg->bum);
	if (msg->distribution > NVO3__DISTRIBUTION__DISTRIBUTION_AUTO)
		return err_set(err, EINVAL, "distribution %u is not known", msg->distribution);
	if (msg->arp > VN_ARP_MAX)
		return err_set(err, EINVAL, "ARP policy %u is not known", msg->arp);
	if (msg->arp_unknown > VN_ARP_UNKNOWN_MAX)
		return err_set(err, EINVAL, "ARP policy %u for unknown addresses is not known",
			       msg->arp_unknown);
	if (msg->claims > NVO3__CLAIMS__CLAIMS_OPEN)
		return err_set(err, EINVAL, "claims %u are not known", msg->claims);
	if (subnets_unpack(&msg->addressing, &subnets, err))
		return -EINVAL;
	vn->unknown = msg->unknown;
	vn->bum = msg->bum;
	vn->distribution = msg->distribution;
	vn->arp = msg->arp;
	vn->arp_unknown = msg->arp_unknown;
	vn->claims = msg->claims;
	vn_set_subnets(vn, &subnets);
	return 0;
}

int vn_from_msg(const Nvo3__VnInfo *msg, struct vn *ret, struct err *err)
{
	struct vn vn = { 0 };

	if (!msg)
		return err_set(err, EINVAL, "vn is missing");
	if (!msg_get_uuid(&msg->uuid, &vn.uuid) || uuid_is_zero(&vn.uuid))
		return err_set(err, EINVAL, "uuid of the VN is not 16 bytes");
	if (name_check("name of the VN", msg->name, err) ||
	    name_check_opt("tenant", msg->tenant, err))
		return -EINVAL;
	if (!msg->vni || msg->vni > 0xffffff)
		return err_set(err, EINVAL, "VNI %u is not from 1 to 16777215", msg->vni);
	if (!*msg->home_dc || strlen(msg->home_dc) >= sizeof(vn.home_dc))
		return err_set(err, EINVAL, "home DC of the VN is missing or too long");
	if (vn_policies_from_msg(msg, &vn, err))
		return -EINVAL;
	snprintf(vn.name, sizeof(vn.name), "%s", msg->name);
	snprintf(vn.tenant, sizeof(vn.tenant), "%s", msg->tenant);
	snprintf(vn.home_dc, sizeof(vn.home_dc), "%s", msg->home_dc);
	vn.vni = msg->vni;
	*ret = vn;
	return 0;
}

Nvo3__VnInfo vn_to_msg(const struct vn *vn)
{
	Nvo3__VnInfo msg = NVO3__VN_INFO__INIT;

	msg.uuid = msg_put_uuid(&vn->uuid);
	msg.name = (char *)vn->name;
	msg.vni = vn->vni;
	msg.unknown = vn->unknown;
	msg.bum = vn->bum;
	msg.distribution = vn->distribution;
	msg.arp = vn->arp;
	msg.arp_unknown = vn->arp_unknown;
	msg.claims = vn->claims;
	msg.tenant = (char *)vn->tenant;
	msg.home_dc = (char *)vn->home_dc;
	msg.addressing.len = vn->packed.len;
	msg.addressing.data = (uint8_t *)vn->packed.b;
	return msg;
}

static int ip_check(const struct ip_prefix *p, struct err *err)
{
	char text[IP_PREFIX_STRLEN];

	if (ip_addr_is_zero(&p->addr) || ip_addr_is_multicast(&p->addr) ||
	    ip_addr_is_loopback(&p->addr))
		return err_set(err, EINVAL, "IP %s is not the address of one host",
			       ip_prefix_format(p, text));
	return 0;
}

int nic_check(const struct nic *nic, struct err *err)
{
	char text[MAC_ADDR_STRLEN];

	if (!mac_addr_is_unicast(&nic->mac))
		return err_set(err, EINVAL, "MAC %s is not the address of one host",
			       mac_addr_format(&nic->mac, text));
	for (int i = 0; i < nic->n_ips; i++)
		if (ip_check(&nic->ips[i], err))
			return -EINVAL;
	return 0;
}

static int ips_from_msg(const Nvo3__Nic *msg, struct nic *nic, struct err *err)
{
	if (msg->n_ips > VC_IPS_MAX)
		return err_set(err, EINVAL, "%zu IP addresses on an interface, at most %d",
			       msg->n_ips, VC_IPS_MAX);
	for (size_t i = 0; i < msg->n_ips; i++) {
		const Nvo3__IpPrefix *ip = msg->ips[i];

		if (!msg_get_ip(&ip->addr, &nic->ips[i].addr) || ip->len > ip->addr.len * 8)
			return err_set(err, EINVAL, "IP address number %zu is malformed", i + 1);
		nic->ips[i].len = ip->len;
	}
	nic->n_ips = msg->n_ips;
	return 0;
}

static int nic_from_msg(struct inventory *inv, const Nvo3__Nic *msg, struct nic *ret,
			struct err *err)
{
	struct nic nic = { 0 };
	char text[UUID_STRLEN];
	struct uuid vn;
	int res;

	if (!msg_get_uuid(&msg->vn, &vn))
		return err_set(err, EINVAL, "vn of an interface is not 16 bytes");
	nic.vn = inventory_vn(inv, &vn);
	if (!nic.vn)
		return err_set(err, ENOENT, "VN %s is not known in %s", uuid_format(&vn, text),
			       inv->dc);
	if (!msg_get_mac(&msg->mac, &nic.mac))
		return err_set(err, EINVAL, "mac of an interface is not 6 bytes");
	if (msg->tsi.len && !msg_get_uuid(&msg->tsi, &nic.tsi))
		return err_set(err, EINVAL, "tsi of an interface is not 16 bytes");
	if (msg->profile.len && !msg_get_uuid(&msg->profile, &nic.profile))
		return err_set(err, EINVAL, "profile of an interface is not 16 bytes");
	if (!uuid_is_zero(&nic.profile) && !inventory_profile(inv, &nic.profile))
		return err_set(err, ENOENT, "profile %s is not known in %s",
			       uuid_format(&nic.profile, text), inv->dc);
	if (strlen(msg->port) >= sizeof(nic.port) || msg->vid > 4094)
		return err_set(err, EINVAL, "port or vid of an interface is out of range");
	res = ips_from_msg(msg, &nic, err);
	if (!res)
		res = nic_check(&nic, err);
	if (res)
		return res;
	snprintf(nic.port, sizeof(nic.port), "%s", msg->port);
	nic.vid = msg->vid;
	nic.epoch = msg->epoch;
	nic.dhcp = msg->dhcp;
	*ret = nic;
	return 0;
}

static int check_head(const Nvo3__VmProfile *msg, struct err *err)
{
	if (!msg)
		return err_set(err, EINVAL, "profile is missing");
	if (name_check("name of the VM", msg->name, err) ||
	    name_check_opt("tenant", msg->tenant, err) ||
	    name_check_opt("group", msg->group, err))
		return -EINVAL;
	if (!msg->n_nics || msg->n_nics > VC_NICS_MAX)
		return err_set(err, EINVAL, "VM %s has %zu interfaces, not 1 to %d", msg->name,
			       msg->n_nics, VC_NICS_MAX);
	return 0;
}

static int fill(struct inventory *inv, const Nvo3__VmProfile *msg, struct vm *vm,
		struct err *err)
{
	int ret;

	if (!msg_get_uuid(&msg->vm, &vm->uuid) || uuid_is_zero(&vm->uuid))
		return err_set(err, EINVAL, "vm is not 16 bytes");
	for (size_t i = 0; i < msg->n_nics; i++) {
		ret = nic_from_msg(inv, msg->nics[i], &vm->nics[i], err);
		if (ret)
			return ret;
	}
	vm->n_nics = msg->n_nics;
	snprintf(vm->name, sizeof(vm->name), "%s", msg->name);
	snprintf(vm->tenant, sizeof(vm->tenant), "%s", msg->tenant);
	vm_set_group(vm, msg->group);
	if (rules_from_msg(msg->rules, &vm->rules, err))
		return -EINVAL;
	vm->size.cpus = msg->cpus;
	vm->size.memory_mib = msg->memory_mib;
	vm->size.disk_mib = msg->disk_mib;
	vm->size.vms = 1;
	return 0;
}

struct vm *vm_from_msg(struct inventory *inv, const Nvo3__VmProfile *msg, int *ret_err,
		       struct err *err)
{
	_cleanup_vm_ struct vm *vm = NULL;

	*ret_err = check_head(msg, err);
	if (*ret_err)
		return NULL;
	vm = vm_new(msg->n_nics);
	*ret_err = fill(inv, msg, vm, err);
	return *ret_err ? NULL : steal_ptr(vm);
}
