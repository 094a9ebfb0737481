// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "addr_index.h"
#include "lib/mem.h"

enum { ADDR_MAC = 1, ADDR_TSI = 3 };	/* beside AF_INET and AF_INET6 */

/* Hashed as bytes: no padding, unused bytes zero. */
struct addr_key {
	struct uuid vn;
	uint8_t kind;
	uint8_t b[16];
};

struct addr_entry {
	struct addr_key key;
	struct vm *vm;
	UT_hash_handle hh;
};

static struct addr_key key_mac(const struct uuid *vn, const struct mac_addr *mac)
{
	struct addr_key key = { .vn = *vn, .kind = ADDR_MAC };

	memcpy(key.b, mac->b, sizeof(mac->b));
	return key;
}

static struct addr_key key_ip(const struct uuid *vn, const struct ip_addr *ip)
{
	struct addr_key key = { .vn = *vn, .kind = ip->family };

	memcpy(key.b, ip->b, ip_addr_len(ip));
	return key;
}

/* Of no VN: there is one interface of that name */
static struct addr_key key_tsi(const struct uuid *tsi)
{
	struct addr_key key = { .kind = ADDR_TSI };

	memcpy(key.b, tsi->b, sizeof(key.b));
	return key;
}

static struct addr_entry *find(struct addr_entry *index, const struct addr_key *key)
{
	struct addr_entry *e;

	HASH_FIND(hh, index, key, sizeof(*key), e);
	return e;
}

struct vm *addr_index_mac(struct addr_entry *index, const struct uuid *vn,
			  const struct mac_addr *mac)
{
	struct addr_key key = key_mac(vn, mac);
	struct addr_entry *e = find(index, &key);

	return e ? e->vm : NULL;
}

struct vm *addr_index_ip(struct addr_entry *index, const struct uuid *vn,
			 const struct ip_addr *ip)
{
	struct addr_key key = key_ip(vn, ip);
	struct addr_entry *e = find(index, &key);

	return e ? e->vm : NULL;
}

static int taken(const char *what, const struct vn *vn, const struct vm *holder, struct err *err)
{
	return err_set(err, EEXIST, "%s is taken in VN %s by VM %s", what, vn->name,
		       holder->name);
}

static int twice(const char *what, const struct vn *vn, struct err *err)
{
	return err_set(err, EEXIST, "%s is given twice in VN %s", what, vn->name);
}

static bool nic_has_ip(const struct nic *nic, int n, const struct ip_addr *ip)
{
	for (int i = 0; i < n; i++)
		if (ip_addr_equal(&nic->ips[i].addr, ip))
			return true;
	return false;
}

/* Among the nics before number @n, and the addresses of @n before @n_ips. */
static bool has_ip_before(const struct vm *vm, int n, int n_ips)
{
	const struct nic *nic = &vm->nics[n];
	const struct ip_addr *ip = &nic->ips[n_ips].addr;

	for (int i = 0; i < n; i++)
		if (vm->nics[i].vn == nic->vn && nic_has_ip(&vm->nics[i], vm->nics[i].n_ips, ip))
			return true;
	return nic_has_ip(nic, n_ips, ip);
}

static int check_mac(struct addr_entry *index, const struct vm *vm, int n, struct err *err)
{
	const struct nic *nic = &vm->nics[n];
	struct vm *holder = addr_index_mac(index, &nic->vn->uuid, &nic->mac);
	char what[8 + MAC_ADDR_STRLEN] = "MAC ";

	mac_addr_format(&nic->mac, what + strlen(what));
	if (holder)
		return taken(what, nic->vn, holder, err);
	for (int i = 0; i < n; i++)
		if (vm->nics[i].vn == nic->vn && mac_addr_equal(&vm->nics[i].mac, &nic->mac))
			return twice(what, nic->vn, err);
	return 0;
}

static int check_ip(struct addr_entry *index, const struct vm *vm, int n, int n_ips,
		    struct err *err)
{
	const struct nic *nic = &vm->nics[n];
	const struct ip_addr *ip = &nic->ips[n_ips].addr;
	struct vm *holder = addr_index_ip(index, &nic->vn->uuid, ip);
	char what[8 + IP_ADDR_STRLEN] = "IP ";

	ip_addr_format(ip, what + strlen(what));
	if (holder)
		return taken(what, nic->vn, holder, err);
	if (has_ip_before(vm, n, n_ips))
		return twice(what, nic->vn, err);
	return 0;
}

static int check_tsi(struct addr_entry *index, const struct vm *vm, int n, struct err *err)
{
	const struct uuid *tsi = &vm->nics[n].tsi;
	struct addr_key key = key_tsi(tsi);
	struct addr_entry *e = find(index, &key);
	char text[UUID_STRLEN];

	/* What a vServer registers gets its name later */
	if (uuid_is_zero(tsi))
		return 0;
	uuid_format(tsi, text);
	if (e)
		return err_set(err, EEXIST, "interface %s is there already, of VM %s", text,
			       e->vm->name);
	for (int i = 0; i < n; i++)
		if (uuid_equal(&vm->nics[i].tsi, tsi))
			return err_set(err, EEXIST, "interface %s is given twice", text);
	return 0;
}

int addr_index_check(struct addr_entry *index, const struct vm *vm, struct err *err)
{
	int ret;

	for (int i = 0; i < vm->n_nics; i++) {
		ret = check_tsi(index, vm, i, err);
		if (!ret)
			ret = check_mac(index, vm, i, err);
		for (int j = 0; !ret && j < vm->nics[i].n_ips; j++)
			ret = check_ip(index, vm, i, j, err);
		if (ret)
			return ret;
	}
	return 0;
}

static void add(struct addr_entry **index, const struct addr_key *key, struct vm *vm)
{
	struct addr_entry *e = mem_zalloc(sizeof(*e));

	e->key = *key;
	e->vm = vm;
	HASH_ADD(hh, *index, key, sizeof(e->key), e);
}

static void del(struct addr_entry **index, const struct addr_key *key)
{
	struct addr_entry *e = find(*index, key);

	if (!e)
		return;
	HASH_DEL(*index, e);
	free(e);
}

void addr_index_add(struct addr_entry **index, struct vm *vm)
{
	for (int i = 0; i < vm->n_nics; i++) {
		const struct nic *nic = &vm->nics[i];
		struct addr_key key = key_tsi(&nic->tsi);

		add(index, &key, vm);
		key = key_mac(&nic->vn->uuid, &nic->mac);
		add(index, &key, vm);
		for (int j = 0; j < nic->n_ips; j++) {
			key = key_ip(&nic->vn->uuid, &nic->ips[j].addr);
			add(index, &key, vm);
		}
	}
}

void addr_index_del(struct addr_entry **index, const struct vm *vm)
{
	for (int i = 0; i < vm->n_nics; i++) {
		const struct nic *nic = &vm->nics[i];
		struct addr_key key = key_tsi(&nic->tsi);

		del(index, &key);
		key = key_mac(&nic->vn->uuid, &nic->mac);
		del(index, &key);
		for (int j = 0; j < nic->n_ips; j++) {
			key = key_ip(&nic->vn->uuid, &nic->ips[j].addr);
			del(index, &key);
		}
	}
}

unsigned int addr_index_count(struct addr_entry *index)
{
	return HASH_COUNT(index);
}
