/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VN and VM as messages, and back with every field checked. Pure.
 */
#ifndef VCENTERD_PROFILE_H
#define VCENTERD_PROFILE_H

#include "inventory.h"
#include "lib/msg.h"

/* Letters, digits, '-', '_' and '.', at most 63; -EINVAL with a sentence that begins with @what. */
int name_check(const char *what, const char *name, struct err *err);

/* -EINVAL with a sentence; *ret only on success. */
int vn_from_msg(const Nvo3__VnInfo *msg, struct vn *ret, struct err *err);
/* Borrows from @vn. */
Nvo3__VnInfo vn_to_msg(const struct vn *vn);

/*
 * A new VM (malloc) with these fields; -ENOENT when a VN is not known. Nics without an id get
 * none. NULL with the errno in *ret_err.
 */
struct vm *vm_from_msg(struct inventory *inv, const Nvo3__VmProfile *msg, int *ret_err,
		       struct err *err);
/* Shape of one nic on its own: MAC, IPs. */
int nic_check(const struct nic *nic, struct err *err);

/* Owned copies; free with msg_free(), nics one by one. */
Nvo3__VmProfile *vm_to_msg(const struct vm *vm);
/* The same for others than the store: whose it is, and that it is on @server. */
Nvo3__VmProfile *vm_to_peer(const struct vm *vm, const struct server *server);
Nvo3__Nic *nic_to_msg(const struct nic *nic);
/* An array of n_nics owned copies, as messages carry them; nics_free() frees it all. */
Nvo3__Nic **nics_to_msg(const struct vm *vm);
void nics_free(Nvo3__Nic **nics, size_t n);

/*
 * Take over the access devices, which the vServer names, matched by VN and MAC; -EINVAL if one
 * is out of range.
 */
int nics_take_ports(struct vm *vm, Nvo3__Nic *const *nics, size_t n, struct err *err);

#endif
