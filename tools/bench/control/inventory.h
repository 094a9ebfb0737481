/* SPDX-License-Identifier: GPL-2.0 */
/* What there is around the vCenter that is measured: all follows from a number. */
#ifndef CONTROL_INVENTORY_H
#define CONTROL_INVENTORY_H

#include <stdint.h>
#include "lib/addr.h"
#include "lib/uuid.h"

#define VNS		1000u
#define TENANTS		1000u
#define SESSIONS	64u	/* of vServers; they have the most memory, so new VMs are theirs */

/* @kind 'v', 'n', 't': of a VM, a VN, an interface */
struct uuid uuid_of(char kind, uint32_t n);
struct mac_addr mac_of(uint32_t n);
void die(const char *what, const char *why) __attribute__((noreturn));
/* The exit status. */
int inventory_fill(const char *url, uint32_t n_vms, uint32_t n_servers);

#endif /* CONTROL_INVENTORY_H */
