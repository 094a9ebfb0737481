/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vServers in one process, each with a vCenter and an NVE of the test's on Unix sockets and a
 * driver in memory; images go over TLS between them.
 */
#ifndef NVO3D_UNIT_HOST_BED_H
#define NVO3D_UNIT_HOST_BED_H

#include <sys/stat.h>

#include "../lib/free_port.h"
#include "host_peers.h"
#include "lib/pki.h"
#include "vserver/vserver.h"

/* --- a host's life */

static inline void host_tls(struct bed_host *h)
{
	char pki[96], ca[128], cert[160], key[160], uri[64];
	const char *uris = uri;
	struct err err;

	snprintf(pki, sizeof(pki), "%s/pki", h->bed->dir);
	snprintf(uri, sizeof(uri), "nvo3://dc1/vserver/%s", h->name);
	pki_init(pki, false, NULL);
	snprintf(ca, sizeof(ca), "%s/ca.pem", pki);
	snprintf(cert, sizeof(cert), "%s/%s.pem", pki, h->name);
	snprintf(key, sizeof(key), "%s/%s.key", pki, h->name);
	if (pki_issue(pki, h->name, &uris, 1, 1, false, &err))
		fail_msg("%s", err.text);
	h->tls = tls_new(ca, cert, key, &err);
	if (!h->tls)
		fail_msg("%s", err.text);
}

static inline void host_begin(struct bed_host *h)
{
	struct bed *bed = h->bed;
	int before = h->registered, syncs = h->syncs;
	struct err err;

	if (host_start(&h->vs, &h->config, bed->loop, h->tls,
		       h->real ? h->real : &h->driver.driver, h->store, &err))
		fail_msg("%s", err.text);
	BED_WAIT(bed, h->registered > before && h->syncs > syncs);
}

static inline void host_end(struct bed_host *h)
{
	vserver_stop(h->vs);
	h->vs = NULL;
	bed_settle(h->bed, 5);
}

/* All but the host itself */
static inline void host_prepare(struct bed_host *h, struct bed *bed, const char *name)
{
	static const struct chan_ops vc_ops = { .up = vc_up, .message = vc_message };
	static const struct chan_ops nve_ops = { .message = nve_message };
	char socket[64];

	memset(h, 0, sizeof(*h));
	h->bed = bed;
	h->name = name;
	h->driver.driver.ops = &fake_driver_ops;
	h->driver.driver.grace_ms = 3000;
	nvo3__tsi_figures_reply__init(&h->times);
	snprintf(h->state, sizeof(h->state), "%s/%s", bed->dir, name);
	assert_int_equal(mkdir(h->state, 0700), 0);
	snprintf(socket, sizeof(socket), "%s-vc", name);
	snprintf(h->vcenter, sizeof(h->vcenter), "%s", bed_unix(bed, socket));
	h->vcenter_addr = h->vcenter;
	h->vc_server = bed_listen(bed, socket, ROLE_VSERVER, "dc1", &vc_ops, h);
	snprintf(socket, sizeof(socket), "%s-nve", name);
	snprintf(h->nve_addr, sizeof(h->nve_addr), "%s", bed_unix(bed, socket));
	h->nve_server = bed_listen(bed, socket, ROLE_VSERVER, "dc1", &nve_ops, h);
	snprintf(h->images, sizeof(h->images), "127.0.0.1:%u", free_ports(1));
	h->config.dc = "dc1";
	h->config.name = name;
	h->config.state = h->state;
	h->config.vserver = (struct config_vserver){
		.nve = h->nve_addr, .nve_name = "dc1/nve", .vcenters = &h->vcenter_addr,
		.n_vcenters = 1, .images = h->images, .cpus = 4, .memory_mib = 1024,
		.disk_mib = 64, .max_vms = 3, .report_s = 1,
	};
	host_tls(h);
	h->store = bed_store(bed, name);
}

static inline void host_up(struct bed_host *h, struct bed *bed, const char *name)
{
	host_prepare(h, bed, name);
	host_begin(h);
}

static inline void host_down(struct bed_host *h)
{
	if (h->vs)
		host_end(h);
	chan_server_free(h->vc_server);
	chan_server_free(h->nve_server);
	bed_settle(h->bed, 5);
	store_close(h->store);
	tls_free(h->tls);
	for (int i = 0; i < 256; i++)
		if (h->driver.alive[i])
			close(h->driver.guest[i]);
}

/* --- what vCenter asks; VMs are called by the first byte of their id */

struct vm_msg {
	uint8_t vm[16], tsi[16], vn[16], mac[6], ip[4];
	char name[16];
	Nvo3__IpPrefix prefix, *prefixes;
	Nvo3__Nic nic, *nics;
	Nvo3__VmProfile p;
};

static inline Nvo3__VmProfile *vm_msg(struct vm_msg *m, uint8_t n)
{
	memset(m, 0, sizeof(*m));
	m->vm[0] = n;
	m->tsi[0] = n;
	m->vn[0] = 99;
	memcpy(m->mac, (uint8_t[]){ 2, 0, 0, 0, 0, n }, 6);
	memcpy(m->ip, (uint8_t[]){ 10, 0, 0, n }, 4);
	snprintf(m->name, sizeof(m->name), "vm%u", n);
	nvo3__ip_prefix__init(&m->prefix);
	m->prefix.addr = (ProtobufCBinaryData){ 4, m->ip };
	m->prefix.len = 24;
	m->prefixes = &m->prefix;
	nvo3__nic__init(&m->nic);
	m->nic.tsi = (ProtobufCBinaryData){ 16, m->tsi };
	m->nic.vn = (ProtobufCBinaryData){ 16, m->vn };
	m->nic.mac = (ProtobufCBinaryData){ 6, m->mac };
	m->nic.ips = &m->prefixes;
	m->nic.n_ips = 1;
	m->nic.epoch = 3;
	m->nics = &m->nic;
	nvo3__vm_profile__init(&m->p);
	m->p.vm = (ProtobufCBinaryData){ 16, m->vm };
	m->p.name = m->name;
	m->p.cpus = 1;
	m->p.memory_mib = 64;
	m->p.disk_mib = 16;
	m->p.nics = &m->nics;
	m->p.n_nics = 1;
	return &m->p;
}

static inline struct reply host_create(struct bed_host *h, uint8_t n, bool start)
{
	Nvo3__VmCreate req = NVO3__VM_CREATE__INIT;
	struct vm_msg m;

	req.profile = vm_msg(&m, n);
	req.start = start;
	return bed_ask(h->bed, h->vc, MSG(VM_CREATE), &req.base);
}

static inline struct reply host_delete(struct bed_host *h, uint8_t n)
{
	Nvo3__VmDelete req = NVO3__VM_DELETE__INIT;
	uint8_t id[16] = { n };

	req.vm = (ProtobufCBinaryData){ 16, id };
	return bed_ask(h->bed, h->vc, MSG(VM_DELETE), &req.base);
}

static inline struct reply host_act(struct bed_host *h, uint8_t n, Nvo3__VmPower__Action action)
{
	Nvo3__VmPower req = NVO3__VM_POWER__INIT;
	uint8_t id[16] = { n };

	req.vm = (ProtobufCBinaryData){ 16, id };
	req.action = action;
	return bed_ask(h->bed, h->vc, MSG(VM_POWER), &req.base);
}

static inline struct reply host_power(struct bed_host *h, uint8_t n, bool on)
{
	return host_act(h, n, on ? NVO3__VM_POWER__ACTION__START : NVO3__VM_POWER__ACTION__STOP);
}

static inline struct vm *host_vm(struct bed_host *h, uint8_t n)
{
	struct uuid id = { { n } };

	return vm_lookup(h->vs, &id);
}

/* Of the VM's image; -1 if there is none */
static inline long host_image_size(struct bed_host *h, uint8_t n)
{
	char path[320], id[UUID_STRLEN];
	struct uuid uuid = { { n } };
	struct stat st;

	snprintf(path, sizeof(path), "%s/vms/%s/www/image", h->state, uuid_format(&uuid, id));
	return stat(path, &st) ? -1 : st.st_size;
}

static inline bool host_has_files(struct bed_host *h, uint8_t n)
{
	char path[320], id[UUID_STRLEN];
	struct uuid uuid = { { n } };

	snprintf(path, sizeof(path), "%s/vms/%s", h->state, uuid_format(&uuid, id));
	return !access(path, F_OK);
}

#endif
