/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the interfaces of VMs are at their host: taps for a hypervisor to open, or veths whose other
 * ends are in the VM's place, a named network namespace (place.h) that is there as long as the VM
 * is, whether that runs or not. All of it can be repeated.
 */
#ifndef NVO3D_VSERVER_NICS_H
#define NVO3D_VSERVER_NICS_H

#include "driver.h"

#define NICS_PLACE_MAX 96

struct nics;

enum nics_kind { NICS_TAP, NICS_VETH };

/* @host is the name of this vServer, to keep apart those that share a machine; copied */
int nics_new(struct nics **ret, enum nics_kind kind, const char *host, uint32_t mtu,
	     struct err *err);
void nics_free(struct nics *n);	/* accepts NULL */

/* Of an interface, in the namespace of this process: "v6ba7b810" */
void nics_port(const Nvo3__Nic *nic, char ret[DRIVER_PORT_MAX]);
/* "nvo3-host1-6ba7b810": for people, and for "ip netns" */
void nics_place(const struct nics *n, const struct uuid *vm, char ret[NICS_PLACE_MAX]);

/* @lives: the namespace of a guest that may have lost its name, see place_rename(); or negative */
int nics_attach(struct nics *n, const Nvo3__VmProfile *vm, int lives, struct err *err);
int nics_drop(struct nics *n, const Nvo3__Nic *nic, struct err *err);
int nics_detach(struct nics *n, const Nvo3__VmProfile *vm, struct err *err);
int nics_set_link(struct nics *n, const Nvo3__VmProfile *vm, bool up, struct err *err);

/* What has come into a place and left it since its interfaces are there; from any thread */
int nics_bytes(const struct nics *n, const struct uuid *vm, uint64_t *ret_in, uint64_t *ret_out,
	       struct err *err);

#endif
